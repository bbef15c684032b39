/*
 * ct_plain.h -- what the protocols of bytes have in common.
 *
 * Binary and compact differ in how they write numbers.  Bytes that stand for
 * themselves, and what a length or a count may promise, are the same in both;
 * JSON holds its counts against the same caps.
 *
 * Private to the protocols.
 */

#ifndef CT_PLAIN_H
#define CT_PLAIN_H

#include "core/ct_config.h"

#include "thrift/wire/ct_protocol.h"

/*
 * Whether `n` items of at least `least` bytes may follow a container's head.
 * `least` is 0 if an item's type is unknown, which only an empty container
 * may have.
 */
ct_rc_t ct_plain_check_count(ct_reader_t *reader, uint32_t n, uint32_t least);

/* The `len` bytes behind a length, a slice; `limit` is the caller's cap. */
ct_rc_t ct_plain_read_text(ct_reader_t *reader, uint32_t len, size_t limit,
                           ct_str_t *value);

/* For the protocols' tables. */
ct_rc_t ct_plain_read_i8(ct_reader_t *reader, int8_t *value);
ct_rc_t ct_plain_read_uuid(ct_reader_t *reader, ct_uuid_t *value);
void    ct_plain_write_i8(ct_writer_t *writer, int8_t value);
void    ct_plain_write_uuid(ct_writer_t *writer, const ct_uuid_t *value);

#endif /* CT_PLAIN_H */

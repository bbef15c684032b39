/*
 * ct_binary.h -- what both readers of the binary protocol must agree on.
 *
 * The decoder (ct_binary.c) and the skipper of unframed messages
 * (ct_binary_scan.c) refuse the same input, or a peer could make them
 * disagree about where a message ends.  So they share these facts.
 *
 * Private to these two and ct_detect.c.
 */

#ifndef CT_BINARY_H
#define CT_BINARY_H

#include "core/ct_config.h"

#include "thrift/wire/ct_scan.h"

/* The head of a strict message: version 1 above, the message type below. */
#define CT_BINARY_VERSION_MASK 0xffff0000u
#define CT_BINARY_VERSION_1    0x80010000u
#define CT_BINARY_TYPE_MASK    0x000000ffu

/* By the byte on the wire, any byte. */
extern const ct_scan_size_t ct_binary_sizes[256];

/* For the protocol's table: the codec made for it. */
ct_rc_t ct_binary_read_struct(ct_reader_t *reader, const ct_struct_t *strct,
                              void *value);
ct_rc_t ct_binary_write_struct(ct_writer_t *writer, const ct_struct_t *strct,
                               const void *value, const char **c_why);

#endif /* CT_BINARY_H */

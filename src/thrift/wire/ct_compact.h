/*
 * ct_compact.h -- what both readers of the compact protocol must agree on.
 *
 * As ct_binary.h: the decoder (ct_compact.c) and the scan of unframed
 * messages (ct_compact_scan.c) refuse the same input.
 *
 * Private to these two and ct_detect.c.
 */

#ifndef CT_COMPACT_H
#define CT_COMPACT_H

#include "core/ct_config.h"

#include "thrift/wire/ct_scan.h"
#include "thrift/wire/ct_ttype.h"

/* The head: an identifier, then the message type above a version. */
#define CT_COMPACT_ID           0x82
#define CT_COMPACT_VERSION      1
#define CT_COMPACT_VERSION_MASK 0x1f
#define CT_COMPACT_TYPE_SHIFT   5

/* An identifier, a version, a sequence number, an empty name, a stop byte. */
#define CT_COMPACT_LEAST_MESSAGE 5

/* The protocol's own numbers of types; in containers a bool is TRUE. */
enum {
    CT_COMPACT_STOP = 0,
    CT_COMPACT_TRUE,
    CT_COMPACT_FALSE,
    CT_COMPACT_I8,
    CT_COMPACT_I16,
    CT_COMPACT_I32,
    CT_COMPACT_I64,
    CT_COMPACT_DOUBLE,
    CT_COMPACT_BINARY,
    CT_COMPACT_LIST,
    CT_COMPACT_SET,
    CT_COMPACT_MAP,
    CT_COMPACT_STRUCT,
    CT_COMPACT_UUID,
    CT_COMPACT_NTYPES = 16, /* what four bits can say */
    CT_COMPACT_NONE = 0x100,
};

/* A count that says that the count comes behind it. */
#define CT_COMPACT_LONG 15

/*
 * By the protocol's number: our type, and the bytes of a value on its own.
 * A bool takes none where it is a field: its type is its value.
 */
extern const ct_ttype_t     ct_compact_ttypes[CT_COMPACT_NTYPES];
extern const ct_scan_size_t ct_compact_sizes[CT_COMPACT_NTYPES];

/*
 * And by our type the protocol's number, four bits but for CT_T_STOP: its own
 * stands in no byte, and is CT_COMPACT_STOP in one that is written.
 */
extern const uint16_t ct_compact_numbers[CT_T_UUID + 1];

/* reader->held_bool. */
enum {
    CT_COMPACT_HELD_NONE = 0,
    CT_COMPACT_HELD_FALSE,
    CT_COMPACT_HELD_TRUE,
};

/* For the protocol's table: the codec made for it. */
ct_rc_t ct_compact_read_struct(ct_reader_t *reader, const ct_struct_t *strct,
                               void *value);
ct_rc_t ct_compact_write_struct(ct_writer_t *writer, const ct_struct_t *strct,
                                const void *value, const char **c_why);

/*
 * The id that a field's header gives with a delta.  False: it is beyond what
 * an id can be.
 */
static inline bool
ct_compact_add_delta(int16_t last, unsigned delta, int16_t *id)
{
    return !__builtin_add_overflow(last, (int) delta, id);
}


/*
 * A sequence number is sent as 32 bits without a sign.  Some libraries widen
 * a negative one first, which takes ten bytes.
 */
static inline bool
ct_compact_is_seqid(uint64_t value)
{
    return value <= UINT32_MAX || value >= UINT64_MAX - INT32_MAX;
}

#endif /* CT_COMPACT_H */

/*
 * ct_protocol.h -- what a protocol must be able to read and write.
 *
 * A protocol is one table of functions over a reader or a writer; the codec,
 * the skipper and the message head are written once on top of it.  A new
 * protocol is one more file with such a table.
 *
 * A reader goes over one whole message in memory: transports cut messages
 * out before anyone decodes.  A function that fails has called
 * ct_reader_fail, which keeps the first reason; CT_ERROR then goes all the
 * way up.  Nothing is logged here: the session knows the peer.
 *
 * Interface header, but for the few inline helpers.
 */

#ifndef CT_PROTOCOL_H
#define CT_PROTOCOL_H

#include "core/ct_config.h"

#include "core/ct_buf.h"
#include "core/ct_rc.h"
#include "core/ct_str.h"
#include "thrift/wire/ct_aside.h"
#include "thrift/wire/ct_limits.h"
#include "thrift/wire/ct_ttype.h"
#include "thrift/wire/ct_type.h"

typedef struct ct_pool_s     ct_pool_t;
typedef struct ct_protocol_s ct_protocol_t;
typedef struct ct_scan_s     ct_scan_t;

/* What was wrong with input; decides which counter and which answer. */
typedef enum ct_wire_error_e {
    CT_WIRE_OK = 0,
    CT_WIRE_TRUNCATED, /* the message ends inside a value */
    CT_WIRE_MALFORMED, /* no Thrift value looks like this */
    CT_WIRE_LIMIT,     /* over a cap */
    CT_WIRE_REQUIRED,  /* a required field is missing */
    CT_WIRE_MEMORY,
} ct_wire_error_t;

/* A field's header and a value of fixed size, or a container's head. */
#define CT_READER_ROOM 32

/*
 * Invariants: pos <= end; `why` is NULL exactly while error is CT_WIRE_OK and
 * else a constant text.
 */
typedef struct ct_reader_s {
    const uint8_t       *pos;
    const uint8_t       *end;
    const uint8_t       *roomy; /* CT_READER_ROOM before `end`, or NULL */
    const ct_protocol_t *protocol;
    const ct_limits_t   *limits;
    ct_pool_t           *pool;       /* decoded values go here */
    size_t               size;       /* bytes of the whole message */
    size_t               decoded;    /* bytes taken from the pool so far */
    uint32_t             depth;      /* structs and containers now open */
    int16_t              last_field; /* for protocols with id deltas */
    uint8_t              held_bool;  /* a bool that came with its header */
    uint8_t         context;     /* for protocols that are text: what is open */
    bool            passed_over; /* the last container, for its types */
    ct_wire_error_t error;
    const char     *why;
} ct_reader_t;

/*
 * `aside` is NULL or takes long strings, of protocols that know of it.
 * `result` is the field that a method's result was written by: NULL where none
 * was, or is set.  `failed` is sticky: once memory has ended, or a value was
 * one that the protocol cannot say, nothing more is written.  `why` is then a
 * constant text, or NULL for memory.
 */
typedef struct ct_writer_s {
    ct_buf_t            *out;
    ct_aside_t          *aside;
    const ct_protocol_t *protocol;
    const ct_field_t    *result;
    uint32_t             depth;
    int16_t              last_field;
    int16_t              held_field; /* of a bool whose header is waiting */
    bool                 has_held_field;
    uint8_t              context; /* as of a reader */
    bool                 failed;
    const char          *why;
} ct_writer_t;

/*
 * A message's head.  `name` is a slice of the message.  `type` of a message
 * read is whatever number came, known or not: it is for the caller to judge,
 * who then knows to whom to answer.
 */
typedef struct ct_message_s {
    ct_str_t          name;
    ct_message_type_t type;
    int32_t           seqid;
    bool              is_strict; /* not the old head of the binary protocol */
} ct_message_t;

/* Where reading a struct left its parent; not every protocol needs it. */
typedef struct ct_struct_mark_s {
    int16_t last_field;
    uint8_t context;
} ct_struct_mark_t;

struct ct_protocol_s {
    const char *name; /* "binary", as in directives and logs */

    ct_rc_t (*read_message)(ct_reader_t *reader, ct_message_t *message);
    ct_rc_t (*read_struct_begin)(ct_reader_t *reader, ct_struct_mark_t *mark);
    ct_rc_t (*read_struct_end)(ct_reader_t *reader, ct_struct_mark_t mark);
    /* CT_T_STOP ends the struct. */
    ct_rc_t (*read_field)(ct_reader_t *reader, ct_ttype_t *type, int16_t *id);
    /* `n` has passed the limits and fits what is left of the message. */
    ct_rc_t (*read_list)(ct_reader_t *reader, ct_ttype_t *element, size_t *n);
    ct_rc_t (*read_map)(ct_reader_t *reader, ct_ttype_t *key, ct_ttype_t *value,
                        size_t *n);
    /*
     * Behind the last item of a list, set or map; `context` is what
     * reader->context was before its head.  NULL: nothing stands there.
     */
    ct_rc_t (*read_end)(ct_reader_t *reader, uint8_t context);
    ct_rc_t (*read_bool)(ct_reader_t *reader, bool *value);
    ct_rc_t (*read_i8)(ct_reader_t *reader, int8_t *value);
    ct_rc_t (*read_i16)(ct_reader_t *reader, int16_t *value);
    ct_rc_t (*read_i32)(ct_reader_t *reader, int32_t *value);
    ct_rc_t (*read_i64)(ct_reader_t *reader, int64_t *value);
    ct_rc_t (*read_double)(ct_reader_t *reader, double *value);
    /* A slice of the message where the protocol allows, else of the pool. */
    ct_rc_t (*read_string)(ct_reader_t *reader, ct_str_t *value);
    /* The same of a string that need not be text. */
    ct_rc_t (*read_binary)(ct_reader_t *reader, ct_str_t *value);
    /* Passes over either; takes nothing from the pool. */
    ct_rc_t (*skip_string)(ct_reader_t *reader);
    ct_rc_t (*read_uuid)(ct_reader_t *reader, ct_uuid_t *value);

    void (*write_message)(ct_writer_t *writer, const ct_message_t *message);
    void (*write_struct_begin)(ct_writer_t *writer, ct_struct_mark_t *mark);
    void (*write_struct_end)(ct_writer_t *writer, ct_struct_mark_t mark);
    void (*write_field)(ct_writer_t *writer, ct_ttype_t type, int16_t id);
    void (*write_stop)(ct_writer_t *writer);
    /* `type` is CT_T_LIST or CT_T_SET; n <= INT32_MAX. */
    void (*write_list)(ct_writer_t *writer, ct_ttype_t type, ct_ttype_t element,
                       size_t n);
    void (*write_map)(ct_writer_t *writer, ct_ttype_t key, ct_ttype_t value,
                      size_t n);
    /* As read_end. */
    void (*write_end)(ct_writer_t *writer, uint8_t context);
    void (*write_bool)(ct_writer_t *writer, bool value);
    void (*write_i8)(ct_writer_t *writer, int8_t value);
    void (*write_i16)(ct_writer_t *writer, int16_t value);
    void (*write_i32)(ct_writer_t *writer, int32_t value);
    void (*write_i64)(ct_writer_t *writer, int64_t value);
    void (*write_double)(ct_writer_t *writer, double value);
    void (*write_string)(ct_writer_t *writer, ct_str_t value);
    void (*write_binary)(ct_writer_t *writer, ct_str_t value);
    void (*write_uuid)(ct_writer_t *writer, const ct_uuid_t *value);

    /*
     * ct_codec_read and ct_codec_write, made for this protocol alone; NULL:
     * by way of the above.
     */
    ct_rc_t (*read_struct)(ct_reader_t *reader, const ct_struct_t *strct,
                           void *value);
    ct_rc_t (*write_struct)(ct_writer_t *writer, const ct_struct_t *strct,
                            const void *value, const char **c_why);

    /*
     * Moves on over a message without a frame: CT_OK when scan->offset is
     * its length; else as ct_transport_t's `cut`.
     */
    ct_rc_t (*scan)(ct_scan_t *scan, const uint8_t *data, size_t len,
                    const ct_limits_t *limits, size_t *want);
};

extern CT_API const ct_protocol_t ct_binary_protocol;
extern CT_API const ct_protocol_t ct_compact_protocol;
extern CT_API const ct_protocol_t ct_json_protocol;

/* Over `len` bytes, which must outlive what is read. */
CT_API void ct_reader_init(ct_reader_t *reader, const ct_protocol_t *protocol,
                           const void *data, size_t len,
                           const ct_limits_t *limits, ct_pool_t *pool);

/* Writes to the end of `out`, which is the caller's. */
CT_API void ct_writer_init(ct_writer_t *writer, const ct_protocol_t *protocol,
                           ct_buf_t *out);

/* Notes the first reason and gives CT_ERROR back. */
CT_API CT_COLD ct_rc_t ct_reader_fail(ct_reader_t    *reader,
                                      ct_wire_error_t error, const char *why);

/*
 * `size` bytes of the reader's pool, counted against limits->decoded before
 * they are taken; not zeroed.  NULL, and the reader has failed: over the cap,
 * or there is no memory.
 */
void *ct_reader_alloc(ct_reader_t *reader, size_t size);

/* Notes the first reason, a constant text or NULL for no memory. */
CT_COLD void ct_writer_fail(ct_writer_t *writer, const char *why);

/*
 * A struct or a container with items begins.  The outermost struct is level 0
 * and is not counted; `depth` levels may stand below it, whoever reads or
 * skips.  Empty containers are no level: a struct that was read at the limit
 * could not be written otherwise, since unset lists are written empty.
 */
static inline ct_rc_t
ct_reader_enter(ct_reader_t *reader)
{
    if (CT_UNLIKELY(reader->depth > reader->limits->depth)) {
        return ct_reader_fail(reader, CT_WIRE_LIMIT, "nested too deeply");
    }
    reader->depth++;
    return CT_OK;
}


/* And ends. */
static inline void
ct_reader_leave(ct_reader_t *reader)
{
    CT_ASSERT(reader->depth > 0);
    reader->depth--;
}


/* Bytes of the message not yet read. */
static inline size_t
ct_reader_left(const ct_reader_t *reader)
{
    return (size_t) (reader->end - reader->pos);
}


/* The message is over, and a value is not: CT_ERROR. */
CT_COLD ct_rc_t ct_reader_fail_short(ct_reader_t *reader);

/* Where the next `len` bytes stand, passed over; NULL: they are not there. */
static inline const uint8_t *
ct_reader_take(ct_reader_t *reader, size_t len)
{
    const uint8_t *data = reader->pos;

    if (CT_UNLIKELY(len > ct_reader_left(reader))) {
        (void) ct_reader_fail_short(reader);
        return NULL;
    }
    reader->pos += len;
    return data;
}


/* `len` bytes at the end of the output; NULL: the writer has failed. */
static inline uint8_t *
ct_writer_claim(ct_writer_t *writer, size_t len)
{
    ct_buf_t *out = writer->out;
    uint8_t  *data;

    if (CT_UNLIKELY(len > ct_buf_room(out)) && !writer->failed
        && ct_buf_reserve(out, len) != CT_OK) {
        ct_writer_fail(writer, NULL);
    }
    if (CT_UNLIKELY(writer->failed)) {
        return NULL;
    }
    data = out->last;
    out->last += len;
    return data;
}


/*
 * Whether a string that belongs at `p`, in the writer's buffer, is left where
 * it is: see ct_aside.h.  What says its length is written all the same.
 */
static inline bool
ct_writer_leaves(const ct_writer_t *writer, const uint8_t *p, ct_str_t value)
{
    return CT_UNLIKELY(value.len >= CT_ASIDE_LEAST)
           && ct_aside_take(writer->aside, (size_t) (p - writer->out->pos),
                            value);
}


/* The end of a container, for protocols that have one. */
static inline ct_rc_t
ct_reader_end(ct_reader_t *reader, uint8_t context)
{
    return reader->protocol->read_end == NULL
               ? CT_OK
               : reader->protocol->read_end(reader, context);
}


static inline void
ct_writer_end(ct_writer_t *writer, uint8_t context)
{
    if (writer->protocol->write_end != NULL) {
        writer->protocol->write_end(writer, context);
    }
}

#endif /* CT_PROTOCOL_H */

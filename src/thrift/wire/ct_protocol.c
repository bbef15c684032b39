/*
 * ct_protocol.c -- the part of reading and writing that protocols share.
 *
 * Small on purpose: a reader is a place in bytes, and how to go on is the
 * protocol's.  What all must agree on is here: how a failure is kept, how deep
 * values may be, and how much memory they may take.
 */

#include "core/ct_config.h"

#include "thrift/wire/ct_protocol.h"

#include "core/ct_pool.h"

#include <stdalign.h>


/* Field by field: of this size a whole struct is cleared by a slow `rep`. */
CT_HOT void
ct_reader_init(ct_reader_t *reader, const ct_protocol_t *protocol,
               const void *data, size_t len, const ct_limits_t *limits,
               ct_pool_t *pool)
{
    reader->pos = data;
    reader->end = reader->pos + len;
    reader->roomy = len >= CT_READER_ROOM ? reader->end - CT_READER_ROOM : NULL;
    reader->protocol = protocol;
    reader->limits = limits;
    reader->pool = pool;
    reader->size = len;
    reader->decoded = 0;
    reader->depth = 0;
    reader->last_field = 0;
    reader->held_bool = 0;
    reader->context = 0;
    reader->passed_over = false;
    reader->error = CT_WIRE_OK;
    reader->why = NULL;
}


CT_HOT void
ct_writer_init(ct_writer_t *writer, const ct_protocol_t *protocol,
               ct_buf_t *out)
{
    *writer = (ct_writer_t){ .protocol = protocol, .out = out };
}


ct_rc_t
ct_reader_fail(ct_reader_t *reader, ct_wire_error_t error, const char *why)
{
    CT_ASSERT(error != CT_WIRE_OK && why != NULL);

    /* Later ones are only consequences. */
    if (reader->error == CT_WIRE_OK) {
        reader->error = error;
        reader->why = why;
    }
    return CT_ERROR;
}


ct_rc_t
ct_reader_fail_short(ct_reader_t *reader)
{
    return ct_reader_fail(reader, CT_WIRE_TRUNCATED,
                          "the message ends inside a value");
}


void *
ct_reader_alloc(ct_reader_t *reader, size_t size)
{
    /* What the pool rounds up to: many small structs shall count in full. */
    const size_t grain = alignof(max_align_t);
    const size_t left = reader->limits->decoded - reader->decoded;
    void        *memory;

    if (size > left || left - size < grain - 1) {
        (void) ct_reader_fail(reader, CT_WIRE_LIMIT,
                              "a message whose values are over the limit");
        return NULL;
    }
    memory = ct_pool_try_alloc(reader->pool, size);
    if (memory == NULL) {
        (void) ct_reader_fail(reader, CT_WIRE_MEMORY, "no memory for values");
        return NULL;
    }
    reader->decoded += (size + grain - 1) / grain * grain;
    return memory;
}


/* As with a reader, later reasons are only consequences. */
void
ct_writer_fail(ct_writer_t *writer, const char *why)
{
    if (!writer->failed) {
        writer->failed = true;
        writer->why = why;
    }
}

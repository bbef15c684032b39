/*
 * walk_fixture.h -- a protocol's own walks beside the ways of its table.
 *
 * ct_codec_read and ct_codec_write may be compiled for a protocol, and must
 * then do what the same protocol does without: here it is asked twice, the
 * second time as a copy that has no walks.  Unit tests and fuzz targets share
 * it, so it says what differs and leaves the rest to them.
 */

#ifndef WALK_FIXTURE_H
#define WALK_FIXTURE_H

#include "core/ct_config.h"

#include <string.h>

#include "core/ct_pool.h"
#include "thrift/wire/ct_codec.h"

/* One way of reading, and of writing what was read. */
typedef struct walk_s {
    ct_protocol_t protocol;
    ct_reader_t   reader;
    ct_rc_t       rc;
    void         *value;
    ct_rc_t       written;
    const char   *c_why;
    ct_buf_t      out;
} walk_t;


static inline void
walk_go(walk_t *walk, const ct_struct_t *strct, const void *data, size_t len,
        const ct_limits_t *limits, ct_pool_t *pool)
{
    ct_writer_t writer;

    walk->value = ct_pool_alloc(pool, strct->size);
    ct_reader_init(&walk->reader, &walk->protocol, data, len, limits, pool);
    walk->rc = ct_codec_read(&walk->reader, strct, walk->value);
    ct_buf_init(&walk->out);
    walk->written = CT_DECLINED;
    walk->c_why = NULL;
    if (walk->rc == CT_OK) {
        ct_writer_init(&writer, &walk->protocol, &walk->out);
        walk->written =
            ct_codec_write(&writer, strct, walk->value, &walk->c_why);
    }
}


static inline bool
walk_is_same_text(const char *c_one, const char *c_other)
{
    return c_one == c_other
           || (c_one != NULL && c_other != NULL && strcmp(c_one, c_other) == 0);
}


/* What differs between the two ways, or NULL. */
static inline const char *
walk_difference(const walk_t *own, const walk_t *plain)
{
    if (own->rc != plain->rc || own->reader.error != plain->reader.error) {
        return "whether it is read";
    }
    if (!walk_is_same_text(own->reader.why, plain->reader.why)) {
        return "why it is not read";
    }
    if (own->reader.decoded != plain->reader.decoded) {
        return "the memory it takes";
    }
    if (own->rc == CT_OK
        && (own->reader.pos != plain->reader.pos
            || own->reader.depth != plain->reader.depth)) {
        return "where it ends";
    }
    if (own->written != plain->written
        || !walk_is_same_text(own->c_why, plain->c_why)) {
        return "whether it is written";
    }
    if (own->written == CT_OK
        && (ct_buf_len(&own->out) != ct_buf_len(&plain->out)
            || memcmp(own->out.pos, plain->out.pos, ct_buf_len(&own->out))
                   != 0)) {
        return "what is written";
    }
    return NULL;
}


/* Reads and writes in both ways; the difference, or NULL. */
static inline const char *
walk_compare(const ct_protocol_t *protocol, const ct_struct_t *strct,
             const void *data, size_t len, const ct_limits_t *limits)
{
    ct_pool_t  *pool = ct_pool_create(4096);
    walk_t      own = { .protocol = *protocol };
    walk_t      plain = { .protocol = *protocol };
    const char *c_difference;

    plain.protocol.read_struct = NULL;
    plain.protocol.write_struct = NULL;
    walk_go(&own, strct, data, len, limits, pool);
    walk_go(&plain, strct, data, len, limits, pool);
    c_difference = walk_difference(&own, &plain);
    ct_buf_release(&own.out);
    ct_buf_release(&plain.out);
    ct_pool_destroy(pool);
    return c_difference;
}

#endif /* WALK_FIXTURE_H */

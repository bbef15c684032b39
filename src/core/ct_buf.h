/*
 * ct_buf.h -- bytes on their way: a growing buffer and a shared block.
 *
 * A ct_buf_t is a queue of bytes: written at `last`, consumed at `pos`.
 * Invariants: start <= pos <= last <= end; all NULL while it holds no memory.
 *
 * A ct_block_t is a counted piece of memory that several owners may point
 * into: a message that is answered later keeps its block alive by holding a
 * reference, and nobody copies its strings.  Both belong to one thread.
 */

#ifndef CT_BUF_H
#define CT_BUF_H

#include "core/ct_config.h"

#include "core/ct_rc.h"

#include <string.h>

typedef struct ct_buf_s {
    uint8_t *start;
    uint8_t *pos;
    uint8_t *last;
    uint8_t *end;
} ct_buf_t;

typedef struct ct_block_s {
    uint32_t refs;
    size_t   size; /* of data, bytes */
    uint8_t  data[];
} ct_block_t;

/* An empty buffer without memory. */
CT_API void ct_buf_init(ct_buf_t *buf);

/* Gives the memory back; the buffer is as after init. */
CT_API void ct_buf_release(ct_buf_t *buf);

/*
 * Forgets the bytes and keeps the memory, unless it has grown past `keep`
 * bytes: then it is given back.
 */
CT_API void ct_buf_reset(ct_buf_t *buf, size_t keep);

/* What ct_buf_reserve does where there is no room yet. */
CT_API ct_rc_t ct_buf_make_room(ct_buf_t *buf, size_t len);

/* Bytes waiting. */
static inline size_t
ct_buf_len(const ct_buf_t *buf)
{
    return (size_t) (buf->last - buf->pos);
}


/* Bytes that fit without growing. */
static inline size_t
ct_buf_room(const ct_buf_t *buf)
{
    return (size_t) (buf->end - buf->last);
}


/*
 * Makes room for `len` bytes at `last`, moving what is there to the front or
 * growing by doubling.  CT_ERROR when memory or size_t ends; nothing changes.
 */
static inline ct_rc_t
ct_buf_reserve(ct_buf_t *buf, size_t len)
{
    if (CT_LIKELY(len <= ct_buf_room(buf) && buf->start != NULL)) {
        return CT_OK;
    }
    return ct_buf_make_room(buf, len);
}


/* Appends; CT_ERROR as ct_buf_reserve. */
static inline ct_rc_t
ct_buf_append(ct_buf_t *buf, const void *data, size_t len)
{
    if (len == 0) {
        return CT_OK;
    }
    if (ct_buf_reserve(buf, len) != CT_OK) {
        return CT_ERROR;
    }
    memcpy(buf->last, data, len);
    buf->last += len;
    return CT_OK;
}


/* A block of `size` bytes with one reference, or NULL without memory. */
CT_API ct_block_t *ct_block_create(size_t size);

/* One reference more. */
static inline ct_block_t *
ct_block_hold(ct_block_t *block)
{
    block->refs++;
    return block;
}


/* One reference less; the last one frees it.  NULL is allowed. */
CT_API void ct_block_drop(ct_block_t *block);

#endif /* CT_BUF_H */

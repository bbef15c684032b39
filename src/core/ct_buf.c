/*
 * ct_buf.c -- bytes on their way: a growing buffer and a shared block.
 *
 * A buffer is moved to its front only when the free place there is at least
 * as long as what is moved, so each byte consumed pays for at most one byte
 * copied.  Without that rule a nearly full buffer consumed byte by byte would
 * be copied whole for every byte.
 */

#include "core/ct_config.h"

#include "core/ct_buf.h"

#include "core/ct_mem.h"

/* First allocation: most calls and their replies fit. */
#define FIRST_SIZE 1024


void
ct_buf_init(ct_buf_t *buf)
{
    *buf = (ct_buf_t){ NULL, NULL, NULL, NULL };
}


void
ct_buf_release(ct_buf_t *buf)
{
    if (buf->start == NULL) {
        return;
    }
    ct_mem_release(buf->start);
    ct_buf_init(buf);
}


/* What one large message needed should not be kept for the small ones. */
CT_HOT void
ct_buf_reset(ct_buf_t *buf, size_t keep)
{
    if ((size_t) (buf->end - buf->start) > keep) {
        ct_buf_release(buf);
        return;
    }
    buf->pos = buf->start;
    buf->last = buf->start;
}


/* Double `size` until it holds `needed`; false when that wraps. */
static bool
grown_size(size_t size, size_t needed, size_t *grown)
{
    size_t wanted = size < FIRST_SIZE ? FIRST_SIZE : size;

    while (wanted < needed) {
        if (wanted > SIZE_MAX / 2) {
            return false;
        }
        wanted *= 2;
    }
    *grown = wanted;
    return true;
}


static void
move_to_front(ct_buf_t *buf)
{
    const size_t used = ct_buf_len(buf);

    if (used > 0) {
        memmove(buf->start, buf->pos, used);
    }
    buf->pos = buf->start;
    buf->last = buf->start + used;
}


/*
 * realloc, not a copy of what is waiting only: large buffers grow by remapping
 * pages then, and the consumed front is short or it would have been moved.
 */
static ct_rc_t
grow(ct_buf_t *buf, size_t len)
{
    const size_t front = (size_t) (buf->pos - buf->start);
    const size_t used = ct_buf_len(buf);
    size_t       needed;
    size_t       size;
    uint8_t     *start;

    if (__builtin_add_overflow(front + used, len, &needed)
        || !grown_size((size_t) (buf->end - buf->start), needed, &size)) {
        return CT_ERROR;
    }
    start = ct_mem_try_realloc(buf->start, size);
    if (start == NULL) {
        return CT_ERROR;
    }
    buf->start = start;
    buf->pos = start + front;
    buf->last = buf->pos + used;
    buf->end = start + size;
    return CT_OK;
}


ct_rc_t
ct_buf_make_room(ct_buf_t *buf, size_t len)
{
    const size_t front = (size_t) (buf->pos - buf->start);

    if (front > 0 && front >= ct_buf_len(buf)) {
        move_to_front(buf);
        if (len <= ct_buf_room(buf)) {
            return CT_OK;
        }
    }
    return grow(buf, len);
}


ct_block_t *
ct_block_create(size_t size)
{
    ct_block_t *block;

    if (size > SIZE_MAX - sizeof(*block)) {
        return NULL;
    }
    block = ct_mem_try_alloc(sizeof(*block) + size);
    if (block == NULL) {
        return NULL;
    }
    block->refs = 1;
    block->size = size;
    return block;
}


void
ct_block_drop(ct_block_t *block)
{
    if (block == NULL) {
        return;
    }
    CT_ASSERT(block->refs > 0);
    block->refs--;
    if (block->refs == 0) {
        ct_mem_release(block);
    }
}

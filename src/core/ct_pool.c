/*
 * ct_pool.c -- memory that is released all at once.
 *
 * Small blocks are cut from steps, one pointer moved forward each.  The pool
 * itself stands at the beginning of its first step, so that a pool costs one
 * allocation and a reset keeps exactly that one.  A block of more than half a
 * step stands alone in a list of its own: cut from a step it would waste what
 * is left of the current one, which small blocks can still use.
 *
 * Every piece taken from the allocator begins with a piece_t, padded so that
 * what follows is aligned for any type.
 */

#include "core/ct_config.h"

#include "core/ct_pool.h"

#include "core/ct_mem.h"

#include <stdalign.h>
#include <string.h>

/* Smallest step: below this the pool's own struct would dominate. */
#define MIN_STEP 256

#define ALIGNMENT alignof(max_align_t)

typedef struct piece_s {
    alignas(max_align_t) struct piece_s *next;
    size_t size; /* of the whole piece, as allocated */
} piece_t;

typedef struct cleanup_s {
    struct cleanup_s  *next;
    ct_pool_cleanup_fn fn;
    void              *data;
} cleanup_t;

/* Invariant: pos <= end, both inside the newest step; pos is aligned. */
struct ct_pool_s {
    alignas(max_align_t) uint8_t *pos;
    uint8_t   *end;
    piece_t   *steps; /* newest first; the first one is not in it */
    piece_t   *bigs;
    cleanup_t *cleanups; /* last added first */
    size_t     step_size;
    size_t     taken; /* bytes, over all pieces */
};


/* `size` rounded up to the alignment; 0 when it does not fit a size_t. */
static size_t
align_up(size_t size)
{
    if (size > SIZE_MAX - ALIGNMENT) {
        return 0;
    }
    return (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}


/* Where the first step, behind the pool's struct, begins and ends. */
static void
begin_first_step(ct_pool_t *pool)
{
    pool->pos = (uint8_t *) (pool + 1);
    pool->end = (uint8_t *) pool + pool->step_size;
}


ct_pool_t *
ct_pool_create(size_t size)
{
    const size_t wanted = size < MIN_STEP ? MIN_STEP : size;
    const size_t step_size = align_up(wanted);
    ct_pool_t   *pool = ct_mem_alloc(step_size);

    memset(pool, 0, sizeof(*pool));
    pool->step_size = step_size;
    pool->taken = step_size;
    begin_first_step(pool);
    return pool;
}


static void
release_pieces(piece_t *piece)
{
    while (piece != NULL) {
        piece_t *next = piece->next;

        ct_mem_release(piece);
        piece = next;
    }
}


/* One at a time from the head: a cleanup may add another or allocate. */
static void
run_cleanups(ct_pool_t *pool)
{
    while (pool->cleanups != NULL) {
        const cleanup_t *cleanup = pool->cleanups;

        pool->cleanups = cleanup->next;
        cleanup->fn(cleanup->data);
    }
}


CT_HOT void
ct_pool_reset(ct_pool_t *pool)
{
    if (pool->cleanups != NULL) {
        run_cleanups(pool);
    }
    if (pool->taken != pool->step_size) {
        release_pieces(pool->bigs);
        release_pieces(pool->steps);
        pool->bigs = NULL;
        pool->steps = NULL;
        pool->taken = pool->step_size;
    }
    begin_first_step(pool);
}


void
ct_pool_destroy(ct_pool_t *pool)
{
    if (pool == NULL) {
        return;
    }
    ct_pool_reset(pool);
    ct_mem_release(pool);
}


/* Puts a piece of `size` bytes, header included, in front of `list`. */
static void *
link_piece(ct_pool_t *pool, piece_t **list, piece_t *piece, size_t size)
{
    if (piece == NULL) {
        return NULL;
    }
    piece->size = size;
    piece->next = *list;
    *list = piece;
    pool->taken += size;
    return piece + 1;
}


/* A block by itself; its end is the allocation's, for the sanitizer's eye. */
static void *
alloc_big(ct_pool_t *pool, size_t size)
{
    const size_t whole = size + sizeof(piece_t);

    if (whole < size) {
        return NULL;
    }
    return link_piece(pool, &pool->bigs, ct_mem_try_alloc(whole), whole);
}


/* Begins another step and cuts `size` bytes, aligned already, from it. */
static void *
alloc_in_new_step(ct_pool_t *pool, size_t size)
{
    piece_t *step = ct_mem_try_alloc(pool->step_size);
    uint8_t *data = link_piece(pool, &pool->steps, step, pool->step_size);

    if (data == NULL) {
        return NULL;
    }
    pool->pos = data + size;
    pool->end = (uint8_t *) step + pool->step_size;
    CT_ASSERT(pool->pos <= pool->end);
    return data;
}


/*
 * The last try: ends the process with a word.  It comes back only where the
 * refusal was an armed fault of the tests.
 */
static void *
alloc_or_end(ct_pool_t *pool, size_t size)
{
    size_t whole;

    if (__builtin_add_overflow(size, sizeof(piece_t), &whole)) {
        whole = SIZE_MAX; /* which nobody has */
    }
    return link_piece(pool, &pool->bigs, ct_mem_alloc(whole), whole);
}


void *
ct_pool_try_alloc(ct_pool_t *pool, size_t size)
{
    const size_t aligned = align_up(size);

    if (CT_SANITIZED || aligned < size) {
        return alloc_big(pool, size);
    }
    if (aligned <= (size_t) (pool->end - pool->pos)) {
        uint8_t *data = pool->pos;

        pool->pos += aligned;
        return data;
    }
    if (aligned > pool->step_size / 2) {
        return alloc_big(pool, size);
    }
    return alloc_in_new_step(pool, aligned);
}


/*
 * What mostly happens, in a few instructions: room in the newest step.  `size`
 * 0 and one that wraps both make `last` larger than any room.
 */
CT_HOT void *
ct_pool_alloc(ct_pool_t *pool, size_t size)
{
    const size_t last = ((size + ALIGNMENT - 1) & ~(ALIGNMENT - 1)) - 1;
    void        *data;

    if (!CT_SANITIZED && CT_LIKELY(last < (size_t) (pool->end - pool->pos))) {
        data = pool->pos;
        pool->pos += last + 1;
        return data;
    }
    data = ct_pool_try_alloc(pool, size);
    return CT_LIKELY(data != NULL) ? data : alloc_or_end(pool, size);
}


void *
ct_pool_zalloc(ct_pool_t *pool, size_t size)
{
    void *data = ct_pool_alloc(pool, size);

    memset(data, 0, size);
    return data;
}


void
ct_pool_cleanup_add(ct_pool_t *pool, ct_pool_cleanup_fn fn, void *data)
{
    cleanup_t *cleanup = ct_pool_alloc(pool, sizeof(*cleanup));

    cleanup->fn = fn;
    cleanup->data = data;
    cleanup->next = pool->cleanups;
    pool->cleanups = cleanup;
}


size_t
ct_pool_size(const ct_pool_t *pool)
{
    return pool->taken;
}

/*
 * ct_slab.h -- room for many structs of one size, used again and again.
 *
 * They stand side by side, 64 at a time, without what an allocator adds to
 * each; the one given back last is taken first, for its lines are still in the
 * cache.  The memory stays the pool's: it does not shrink.  A slab belongs to
 * one thread.  In a sanitizer's build each struct is an allocation of its own,
 * so that whoever uses one that was given back is caught.
 */

#ifndef CT_SLAB_H
#define CT_SLAB_H

#include "core/ct_config.h"

typedef struct ct_pool_s ct_pool_t;

/* `spare` are those not in use, each beginning with a pointer to the next. */
typedef struct ct_slab_s {
    void      *spare;
    ct_pool_t *pool;
    size_t     size; /* bytes of each */
} ct_slab_t;

/*
 * An empty slab over `pool`, which must outlive it; `size` is that of a struct
 * that is aligned as a pointer and no smaller.
 */
void ct_slab_init(ct_slab_t *slab, ct_pool_t *pool, size_t size);

/* A struct with anything in it, or NULL where there is no memory. */
void *ct_slab_take(ct_slab_t *slab);

/* Gives one back. */
void ct_slab_put(ct_slab_t *slab, void *item);

#endif /* CT_SLAB_H */

/*
 * ct_array.h -- a growing array in a pool.
 *
 * Invariants: n <= size; items is NULL only while size is 0.  Growing copies
 * the items to a new place and leaves the old one to the pool: pointers to
 * items do not survive a push.
 */

#ifndef CT_ARRAY_H
#define CT_ARRAY_H

#include "core/ct_config.h"

typedef struct ct_pool_s ct_pool_t;

typedef struct ct_array_s {
    void      *items;
    size_t     n;
    size_t     size;      /* items there is room for */
    size_t     item_size; /* bytes */
    ct_pool_t *pool;
} ct_array_t;

/* An empty array of items of `item_size` bytes; allocates nothing yet. */
CT_API void ct_array_init(ct_array_t *array, ct_pool_t *pool, size_t item_size);

/* One zeroed item more, at the end; the pointer holds until the next push. */
CT_API void *ct_array_push(ct_array_t *array);

/* Item `i` < n. */
static inline void *
ct_array_at(const ct_array_t *array, size_t i)
{
    CT_ASSERT(i < array->n);
    return (char *) array->items + i * array->item_size;
}

#endif /* CT_ARRAY_H */

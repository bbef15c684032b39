/*
 * ct_slab.c -- room for many structs of one size.
 */

#include "core/ct_config.h"

#include "core/ct_slab.h"

#include "core/ct_mem.h"
#include "core/ct_pool.h"

/* Structs that are allocated together. */
#define STEP 64


void
ct_slab_init(ct_slab_t *slab, ct_pool_t *pool, size_t size)
{
    CT_ASSERT(size >= sizeof(void *) && size % sizeof(void *) == 0);
    *slab = (ct_slab_t){ .pool = pool, .size = size };
}


static bool
grow(ct_slab_t *slab)
{
    char *step = ct_pool_try_alloc(slab->pool, STEP * slab->size);

    if (step == NULL) {
        return false;
    }
    for (size_t i = STEP; i > 0; i--) {
        ct_slab_put(slab, step + (i - 1) * slab->size);
    }
    return true;
}


void *
ct_slab_take(ct_slab_t *slab)
{
    void **item;

    if (CT_SANITIZED) {
        return ct_mem_try_alloc(slab->size);
    }
    if (slab->spare == NULL && !grow(slab)) {
        return NULL;
    }
    item = slab->spare;
    slab->spare = *item;
    return item;
}


void
ct_slab_put(ct_slab_t *slab, void *item)
{
    void **link = item;

    if (CT_SANITIZED) {
        ct_mem_release(item);
        return;
    }
    *link = slab->spare;
    slab->spare = item;
}

/*
 * ct_array.c -- a growing array in a pool.
 *
 * The room doubles, so n pushes copy less than 2n items.  The old places stay
 * in the pool until it ends: arrays are for load time, where that is cheap.
 */

#include "core/ct_config.h"

#include "core/ct_array.h"

#include "core/ct_pool.h"

#include <string.h>

/* Room of the first allocation, in items. */
#define FIRST_SIZE 8


void
ct_array_init(ct_array_t *array, ct_pool_t *pool, size_t item_size)
{
    array->items = NULL;
    array->n = 0;
    array->size = 0;
    array->item_size = item_size;
    array->pool = pool;
}


static void
grow(ct_array_t *array)
{
    const size_t size = array->size == 0 ? FIRST_SIZE : array->size * 2;
    size_t       bytes;
    void        *items;

    if (size < array->size
        || __builtin_mul_overflow(size, array->item_size, &bytes)) {
        bytes = SIZE_MAX; /* no pool has that: it ends as out of memory */
    }
    items = ct_pool_alloc(array->pool, bytes);
    if (array->n > 0) {
        memcpy(items, array->items, array->n * array->item_size);
    }
    array->items = items;
    array->size = size;
}


void *
ct_array_push(ct_array_t *array)
{
    void *item;

    if (array->n == array->size) {
        grow(array);
    }
    item = (char *) array->items + array->n * array->item_size;
    array->n++;
    memset(item, 0, array->item_size);
    return item;
}

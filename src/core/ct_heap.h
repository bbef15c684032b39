/*
 * ct_heap.h -- a binary heap of nodes that live in other structs.
 *
 * The smallest key is on top.  A node knows its index, so that it can be
 * removed or moved in O(log n).  Invariant: nodes[i]->index == i + 1; an
 * index of 0 means "in no heap", which is what zeroed memory says.
 */

#ifndef CT_HEAP_H
#define CT_HEAP_H

#include "core/ct_config.h"

#include "core/ct_rc.h"

typedef struct ct_heap_node_s {
    uint64_t key;
    size_t   index; /* place in the heap + 1; 0: in none */
} ct_heap_node_t;

typedef struct ct_heap_s {
    ct_heap_node_t **nodes;
    size_t           n;
    size_t           size;
} ct_heap_t;

CT_API void ct_heap_init(ct_heap_t *heap);
CT_API void ct_heap_release(ct_heap_t *heap);

/* Puts a node in; it must be in no heap. */
CT_API void ct_heap_insert(ct_heap_t *heap, ct_heap_node_t *node);

/* Takes a node out that is in this heap. */
CT_API void ct_heap_remove(ct_heap_t *heap, ct_heap_node_t *node);

/* The node with the smallest key, or NULL. */
static inline ct_heap_node_t *
ct_heap_top(const ct_heap_t *heap)
{
    return heap->n == 0 ? NULL : heap->nodes[0];
}

#endif /* CT_HEAP_H */

/*
 * ct_heap.c -- a binary heap of nodes that live in other structs.
 *
 * Children of the place i are 2i + 1 and 2i + 2.  A hole is moved up or down
 * instead of exchanging neighbours: one store a level instead of three.
 */

#include "core/ct_config.h"

#include "core/ct_heap.h"

#include "core/ct_mem.h"

#include <string.h>

/* Room of the first allocation, in nodes. */
#define FIRST_SIZE 64


void
ct_heap_init(ct_heap_t *heap)
{
    *heap = (ct_heap_t){ NULL, 0, 0 };
}


void
ct_heap_release(ct_heap_t *heap)
{
    ct_mem_release(heap->nodes);
    ct_heap_init(heap);
}


static void
put(ct_heap_t *heap, size_t i, ct_heap_node_t *node)
{
    heap->nodes[i] = node;
    node->index = i + 1;
}


/* Moves the hole at `i` up until `node` may stand in it. */
static void
sift_up(ct_heap_t *heap, size_t i, ct_heap_node_t *node)
{
    while (i > 0) {
        const size_t    parent = (i - 1) / 2;
        ct_heap_node_t *above = heap->nodes[parent];

        if (above->key <= node->key) {
            break;
        }
        put(heap, i, above);
        i = parent;
    }
    put(heap, i, node);
}


/* Moves the hole at `i` down until `node` may stand in it. */
static void
sift_down(ct_heap_t *heap, size_t i, ct_heap_node_t *node)
{
    for (;;) {
        size_t child = 2 * i + 1;

        if (child >= heap->n) {
            break;
        }
        if (child + 1 < heap->n
            && heap->nodes[child + 1]->key < heap->nodes[child]->key) {
            child++;
        }
        if (node->key <= heap->nodes[child]->key) {
            break;
        }
        put(heap, i, heap->nodes[child]);
        i = child;
    }
    put(heap, i, node);
}


/*
 * Doubles the room.  A heap that cannot grow would lose a timer, so this
 * ends the process as any allocation without a refusal does.
 */
static void
grow(ct_heap_t *heap)
{
    const size_t     size = heap->size == 0 ? FIRST_SIZE : heap->size * 2;
    ct_heap_node_t **nodes = ct_mem_alloc(size * sizeof(*nodes));

    if (heap->n > 0) {
        memcpy(nodes, heap->nodes, heap->n * sizeof(*nodes));
    }
    ct_mem_release(heap->nodes);
    heap->nodes = nodes;
    heap->size = size;
}


void
ct_heap_insert(ct_heap_t *heap, ct_heap_node_t *node)
{
    CT_ASSERT(node->index == 0);
    if (heap->n == heap->size) {
        grow(heap);
    }
    heap->n++;
    sift_up(heap, heap->n - 1, node);
}


void
ct_heap_remove(ct_heap_t *heap, ct_heap_node_t *node)
{
    const size_t    i = node->index - 1;
    ct_heap_node_t *last;

    CT_ASSERT(i < heap->n && heap->nodes[i] == node);
    heap->n--;
    last = heap->nodes[heap->n];
    node->index = 0;
    if (last == node) {
        return;
    }
    /* The last node fills the hole; it may belong above or below it. */
    if (i > 0 && last->key < heap->nodes[(i - 1) / 2]->key) {
        sift_up(heap, i, last);
        return;
    }
    sift_down(heap, i, last);
}

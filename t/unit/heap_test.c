/*
 * heap_test.c -- the smallest key is always on top.
 */

#include "core/ct_config.h"

#include "core/ct_heap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#define NNODES 1000


/* A small generator of its own: the same keys in every run. */
static uint64_t
next_key(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005ULL + 1442695040888963407ULL;
    return (*seed >> 33) % 500;
}


static void
check_invariants(const ct_heap_t *heap)
{
    for (size_t i = 0; i < heap->n; i++) {
        assert_int_equal(heap->nodes[i]->index, i + 1);
        if (i > 0) {
            assert_true(heap->nodes[(i - 1) / 2]->key <= heap->nodes[i]->key);
        }
    }
}


static void
an_empty_heap_has_no_top(void **state)
{
    ct_heap_t heap;

    (void) state;
    ct_heap_init(&heap);
    assert_null(ct_heap_top(&heap));
    ct_heap_release(&heap);
}


static void
keys_come_out_in_order(void **state)
{
    ct_heap_t      heap;
    ct_heap_node_t nodes[NNODES] = { { 0, 0 } };
    uint64_t       seed = 1;
    uint64_t       last = 0;

    (void) state;
    ct_heap_init(&heap);
    for (size_t i = 0; i < NNODES; i++) {
        nodes[i].key = next_key(&seed);
        ct_heap_insert(&heap, &nodes[i]);
    }
    check_invariants(&heap);
    while (heap.n > 0) {
        ct_heap_node_t *top = ct_heap_top(&heap);

        assert_true(top->key >= last);
        last = top->key;
        ct_heap_remove(&heap, top);
        assert_int_equal(top->index, 0);
    }
    ct_heap_release(&heap);
}


static void
any_node_can_leave(void **state)
{
    ct_heap_t      heap;
    ct_heap_node_t nodes[NNODES] = { { 0, 0 } };
    uint64_t       seed = 7;

    (void) state;
    ct_heap_init(&heap);
    for (size_t i = 0; i < NNODES; i++) {
        nodes[i].key = next_key(&seed);
        ct_heap_insert(&heap, &nodes[i]);
    }
    for (size_t i = 0; i < NNODES; i++) {
        ct_heap_remove(&heap, &nodes[(i * 7) % NNODES]);
        if (i % 50 == 0) {
            check_invariants(&heap);
        }
    }
    assert_int_equal(heap.n, 0);
    ct_heap_release(&heap);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_heap_has_no_top),
        cmocka_unit_test(keys_come_out_in_order),
        cmocka_unit_test(any_node_can_leave),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}

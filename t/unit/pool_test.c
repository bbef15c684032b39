/*
 * pool_test.c -- a pool aligns, grows, cleans up and keeps its first step.
 */

#include "core/ct_config.h"

#include "core/ct_pool.h"

#include <setjmp.h>
#include <stdalign.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "core/ct_mem.h"

/* What cleanups write: their letters in the order they ran. */
typedef struct trace_s {
    char       text[8];
    ct_pool_t *pool;
} trace_t;

typedef struct letter_s {
    trace_t *trace;
    char     letter;
} letter_t;


static void
write_letter(void *data)
{
    const letter_t *letter = data;
    char           *text = letter->trace->text;

    text[strlen(text)] = letter->letter;
}


/* Adds one more cleanup while cleanups run. */
static void
write_and_add(void *data)
{
    letter_t *letter = data;

    write_letter(letter);
    letter->letter = 'z';
    ct_pool_cleanup_add(letter->trace->pool, write_letter, letter);
}


static void
blocks_are_aligned_and_apart(void **state)
{
    ct_pool_t *pool = ct_pool_create(1024);
    uint8_t   *blocks[200];

    (void) state;
    for (size_t i = 0; i < CT_ARRAY_LEN(blocks); i++) {
        blocks[i] = ct_pool_alloc(pool, i * 7);
        assert_int_equal((uintptr_t) blocks[i] % alignof(max_align_t), 0);
        memset(blocks[i], (int) i, i * 7);
    }
    for (size_t i = 0; i < CT_ARRAY_LEN(blocks); i++) {
        for (size_t j = 0; j < i * 7; j++) {
            assert_int_equal(blocks[i][j], i);
        }
    }
    ct_pool_destroy(pool);
}


static void
zalloc_zeroes_reused_memory(void **state)
{
    ct_pool_t *pool = ct_pool_create(512);
    uint8_t   *data = ct_pool_alloc(pool, 64);

    (void) state;
    memset(data, 0xff, 64);
    ct_pool_reset(pool);
    data = ct_pool_zalloc(pool, 64);
    for (size_t i = 0; i < 64; i++) {
        assert_int_equal(data[i], 0);
    }
    ct_pool_destroy(pool);
}


static void
reset_gives_back_all_but_the_first_step(void **state)
{
    ct_pool_t   *pool = ct_pool_create(1024);
    const size_t fresh = ct_pool_size(pool);

    (void) state;
    (void) ct_pool_alloc(pool, 100000);
    for (int i = 0; i < 100; i++) {
        (void) ct_pool_alloc(pool, 100);
    }
    assert_true(ct_pool_size(pool) > fresh + 100000);
    ct_pool_reset(pool);
    assert_int_equal(ct_pool_size(pool), fresh);
    ct_pool_destroy(pool);
}


static void
small_blocks_after_a_reset_take_nothing(void **state)
{
    ct_pool_t   *pool = ct_pool_create(4096);
    const size_t fresh = ct_pool_size(pool);

    (void) state;
    if (CT_SANITIZED) {
        ct_pool_destroy(pool);
        return; /* not skip(): cmocka 1.1 shows it as failed in TAP */
    }
    for (int i = 0; i < 10; i++) {
        (void) ct_pool_alloc(pool, 1000);
        (void) ct_pool_alloc(pool, 1000);
        assert_int_equal(ct_pool_size(pool), fresh);
        ct_pool_reset(pool);
    }
    ct_pool_destroy(pool);
}


static void
cleanups_run_last_first_and_once(void **state)
{
    trace_t  trace = { "", ct_pool_create(0) };
    letter_t a = { &trace, 'a' };
    letter_t b = { &trace, 'b' };
    letter_t c = { &trace, 'c' };

    (void) state;
    ct_pool_cleanup_add(trace.pool, write_letter, &a);
    ct_pool_cleanup_add(trace.pool, write_and_add, &b);
    ct_pool_cleanup_add(trace.pool, write_letter, &c);
    ct_pool_reset(trace.pool);
    assert_string_equal(trace.text, "cbza");
    ct_pool_destroy(trace.pool);
    assert_string_equal(trace.text, "cbza");
}


static void
impossible_sizes_are_refused(void **state)
{
    ct_pool_t *pool = ct_pool_create(0);

    (void) state;
    assert_null(ct_pool_try_alloc(pool, SIZE_MAX));
    assert_null(ct_pool_try_alloc(pool, SIZE_MAX - 15));
    assert_null(ct_pool_try_alloc(pool, SIZE_MAX - 31));
    assert_non_null(ct_pool_try_alloc(pool, 1));
    ct_pool_destroy(pool);
    ct_pool_destroy(NULL);
}


#if CT_FAULTS

static void
a_fault_refuses_only_who_can_take_it(void **state)
{
    ct_pool_t *pool = ct_pool_create(0);

    (void) state;
    ct_mem_fail_after(0);
    assert_null(ct_pool_try_alloc(pool, 5000));
    ct_mem_fail_after(0);
    assert_non_null(ct_pool_alloc(pool, 5000));
    ct_pool_destroy(pool);
}

#endif


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_are_aligned_and_apart),
        cmocka_unit_test(zalloc_zeroes_reused_memory),
        cmocka_unit_test(reset_gives_back_all_but_the_first_step),
        cmocka_unit_test(small_blocks_after_a_reset_take_nothing),
        cmocka_unit_test(cleanups_run_last_first_and_once),
        cmocka_unit_test(impossible_sizes_are_refused),
#if CT_FAULTS
        cmocka_unit_test(a_fault_refuses_only_who_can_take_it),
#endif
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}

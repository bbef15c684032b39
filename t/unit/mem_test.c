/*
 * mem_test.c -- the door to the allocator gives, grows and refuses.
 */

#include "core/ct_config.h"

#include "core/ct_mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>


static void
zero_bytes_are_not_a_refusal(void **state)
{
    void *data = ct_mem_try_alloc(0);

    (void) state;
    assert_non_null(data);
    data = ct_mem_try_realloc(data, 0);
    assert_non_null(data);
    ct_mem_release(data);
    ct_mem_release(NULL);
}


static void
growing_keeps_the_bytes(void **state)
{
    char *data = ct_mem_alloc(4);

    (void) state;
    memcpy(data, "abc", 4);
    data = ct_mem_try_realloc(data, 4096);
    assert_non_null(data);
    assert_string_equal(data, "abc");
    ct_mem_release(data);
}


#if CT_FAULTS

static void
an_armed_fault_comes_once(void **state)
{
    void *first;

    (void) state;
    ct_mem_fail_after(1);
    first = ct_mem_try_alloc(1);
    assert_non_null(first);
    assert_null(ct_mem_try_realloc(first, 2));
    first = ct_mem_try_realloc(first, 2);
    assert_non_null(first);
    ct_mem_release(first);
}

#endif


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(zero_bytes_are_not_a_refusal),
        cmocka_unit_test(growing_keeps_the_bytes),
#if CT_FAULTS
        cmocka_unit_test(an_armed_fault_comes_once),
#endif
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}

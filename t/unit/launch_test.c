/*
 * launch_test.c -- the environment of the start comes back.
 */

#include "core/ct_config.h"

#include "process/ct_launch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "core/ct_pool.h"


static void
extras_go_with_the_next_setting(void **state)
{
    ct_str_t one[] = { CT_STR_INIT("CT_A=1=2"), CT_STR_INIT("CT_B=new") };
    const ct_conf_strs_t extra = { 2, one };
    char                *argv[] = { (char[]){ "/bin/x" }, NULL };
    ct_pool_t           *pool = ct_pool_create(1024);
    ct_launch_t          launch;

    (void) state;
    setenv("CT_B", "old", 1);
    ct_launch_init(&launch, pool, 1, argv);
    assert_string_equal(launch.c_binary, "/bin/x");
    ct_launch_set_environ(&launch, &extra);
    assert_string_equal(getenv("CT_A"), "1=2");
    assert_string_equal(getenv("CT_B"), "new");
    ct_launch_set_environ(&launch, NULL);
    assert_null(getenv("CT_A"));
    assert_string_equal(getenv("CT_B"), "old");
    clearenv();
    ct_pool_destroy(pool);
}


static void
the_binary_is_made_absolute(void **state)
{
    char       *path[] = { (char[]){ "./here/x" }, NULL };
    char       *name[] = { (char[]){ "sh" }, NULL };
    ct_pool_t  *pool = ct_pool_create(1024);
    ct_launch_t launch;

    (void) state;
    ct_launch_init(&launch, pool, 1, path);
    assert_int_equal(launch.c_binary[0], '/');
    assert_true(ct_str_ends_with(ct_str_of(launch.c_binary), "/./here/x"));
    setenv("PATH", "/nowhere::/bin", 1);
    ct_launch_init(&launch, pool, 1, name);
    assert_string_equal(launch.c_binary, "/bin/sh");
    ct_pool_destroy(pool);
    /* What it has put into the environment goes with the pool. */
    clearenv();
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(extras_go_with_the_next_setting),
        cmocka_unit_test(the_binary_is_made_absolute),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}

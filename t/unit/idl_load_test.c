/*
 * idl_load_test.c -- files, includes, and where they are looked for.
 */

#include "core/ct_config.h"

#include "idl/ct_idl.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "idl_fixture.h"


static void
a_file_is_read_once_however_often_included(void **state)
{
    fixture_t fixture;

    (void) state;
    fixture_init(&fixture);
    fixture_add(&fixture, "b.thrift", "include 'd.thrift'");
    fixture_add(&fixture, "c.thrift", "include 'd.thrift'");
    fixture_add(&fixture, "d.thrift", "struct D {}");
    assert_non_null(fixture_load(&fixture, "include 'b.thrift'\n"
                                           "include 'c.thrift'\n"
                                           "include 'd.thrift'\n"
                                           "struct A { 1: d.D d }"));
    assert_int_equal(fixture.nreads, 4);
    assert_int_equal(fixture.idl.files.n, 4);
    assert_true(ct_str_eq_c(
        CT_IDL_AT(ct_idl_file_t, &fixture.idl.files, 0)->stem, "d"));
    fixture_release(&fixture);
}


static void
includes_are_sought_beside_the_file_then_in_dirs(void **state)
{
    char      lib[] = "lib";
    fixture_t fixture;

    (void) state;
    fixture_init(&fixture);
    *(char **) ct_array_push(&fixture.idl.dirs) = lib;
    fixture_add(&fixture, "lib/b.thrift", "include 'c.thrift'");
    fixture_add(&fixture, "lib/c.thrift", "struct C {}");
    fixture_add(&fixture, "c.thrift", "struct Other {}");
    assert_non_null(fixture_load(&fixture, "include 'b.thrift'\n"));
    assert_true(ct_str_eq_c(
        CT_IDL_AT(ct_idl_file_t, &fixture.idl.files, 0)->path, "lib/c.thrift"));
    fixture_release(&fixture);
}


static void
a_circle_is_refused(void **state)
{
    fixture_t fixture;

    (void) state;
    fixture_init(&fixture);
    fixture_add(&fixture, "b.thrift", "include 'a.thrift'");
    assert_null(fixture_load(&fixture, "include 'b.thrift'"));
    assert_string_equal(fixture.said,
                        "1:9 'a.thrift' includes itself in the end\n");
    fixture_release(&fixture);
}


static void
a_broken_include_is_told_once(void **state)
{
    fixture_t      fixture;
    ct_idl_file_t *file;

    (void) state;
    fixture_init(&fixture);
    fixture_add(&fixture, "b.thrift", "struct");
    fixture_add(&fixture, "c.thrift", "include 'b.thrift'");
    assert_null(fixture_load(&fixture, "include 'b.thrift'"));
    assert_int_equal(ct_idl_load(&fixture.idl, "c.thrift", &file), CT_ERROR);
    assert_string_equal(fixture.said,
                        "1:7 expected a name, found the end of the file\n");
    fixture_release(&fixture);
}


static void
a_file_that_is_missing_is_told(void **state)
{
    fixture_t      fixture;
    ct_idl_file_t *file;

    (void) state;
    fixture_init(&fixture);
    assert_int_equal(ct_idl_load(&fixture.idl, "x.thrift", &file), CT_ERROR);
    assert_null(fixture_load(&fixture, "include ''\ninclude 'x\\n.thrift'"));
    assert_string_equal(fixture.said, "0:0 no such file\n"
                                      "1:9 cannot find ''\n"
                                      "2:9 cannot find 'x\n.thrift'\n");
    fixture_release(&fixture);
}


static void
names_begin_with_the_longest_stem(void **state)
{
    fixture_t fixture;

    (void) state;
    fixture_init(&fixture);
    fixture_add(&fixture, "b.thrift", "struct c {}");
    fixture_add(&fixture, "b.c.thrift", "struct D {}");
    assert_non_null(fixture_load(&fixture,
                                 "include 'b.thrift'\n"
                                 "include 'b.c.thrift'\n"
                                 "struct A { 1: b.c.D d, 2: b.c c }"));
    fixture_release(&fixture);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_read_once_however_often_included),
        cmocka_unit_test(includes_are_sought_beside_the_file_then_in_dirs),
        cmocka_unit_test(a_circle_is_refused),
        cmocka_unit_test(a_broken_include_is_told_once),
        cmocka_unit_test(a_file_that_is_missing_is_told),
        cmocka_unit_test(names_begin_with_the_longest_stem),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}

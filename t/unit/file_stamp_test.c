/*
 * file_stamp_test.c -- a file that has changed has another stamp.
 */

#include "core/ct_config.h"

#include "core/ct_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

#include "core/ct_pool.h"


static const char *
make_dir(ct_pool_t *pool)
{
    char *dir = ct_str_dup_c(pool, CT_STR("/tmp/ct_file_stamp_test.XXXXXX"));

    assert_non_null(mkdtemp(dir));
    return dir;
}


static void
write_file(const char *c_path, const char *c_text)
{
    FILE *file = fopen(c_path, "w");

    assert_non_null(file);
    assert_true(fputs(c_text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}


static void
a_file_is_another_when_it_changes(void **state)
{
    ct_pool_t  *pool = ct_pool_create(0);
    const char *dir = make_dir(pool);
    const char *path = ct_str_printf(pool, "%s/a", dir).data;
    const char *other = ct_str_printf(pool, "%s/b", dir).data;
    uint64_t    value;

    (void) state;
    assert_int_equal(ct_file_stamp(path), 0);
    write_file(path, "one");
    value = ct_file_stamp(path);
    assert_int_not_equal(value, 0);
    assert_int_equal(ct_file_stamp(path), value);
    write_file(path, "three");
    assert_int_not_equal(ct_file_stamp(path), value);
    value = ct_file_stamp(path);
    write_file(other, "three");
    assert_int_equal(rename(other, path), 0);
    assert_int_not_equal(ct_file_stamp(path), value);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(ct_file_stamp(path), 0);
    assert_int_equal(rmdir(dir), 0);
    ct_pool_destroy(pool);
}


static void
a_pattern_is_the_names_that_match(void **state)
{
    ct_pool_t  *pool = ct_pool_create(0);
    const char *dir = make_dir(pool);
    const char *pattern = ct_str_printf(pool, "%s/*.conf", dir).data;
    const char *path = ct_str_printf(pool, "%s/a.conf", dir).data;
    const char *other = ct_str_printf(pool, "%s/b", dir).data;
    uint64_t    value;

    (void) state;
    assert_true(ct_file_is_pattern(pattern));
    assert_false(ct_file_is_pattern(path));
    assert_int_equal(ct_file_stamp(pattern), 0);
    write_file(path, "one");
    value = ct_file_stamp(pattern);
    assert_int_not_equal(value, 0);
    write_file(path, "three");
    write_file(other, "none of it");
    assert_int_equal(ct_file_stamp(pattern), value);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(unlink(other), 0);
    assert_int_equal(ct_file_stamp(pattern), 0);
    assert_int_equal(rmdir(dir), 0);
    ct_pool_destroy(pool);
}


/* The second read of a file must not hide that it has changed. */
static void
what_is_noted_first_stays(void **state)
{
    ct_pool_t             *pool = ct_pool_create(0);
    const char            *dir = make_dir(pool);
    const char            *path = ct_str_printf(pool, "%s/a", dir).data;
    ct_array_t             stamps;
    const ct_file_stamp_t *stamp;

    (void) state;
    ct_array_init(&stamps, pool, sizeof(ct_file_stamp_t));
    ct_file_note(&stamps, ct_str_of(path));
    write_file(path, "one");
    ct_file_note(&stamps, ct_str_of(path));
    assert_int_equal(stamps.n, 1);
    stamp = ct_array_at(&stamps, 0);
    assert_int_equal(stamp->value, 0);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(dir), 0);
    ct_pool_destroy(pool);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_another_when_it_changes),
        cmocka_unit_test(a_pattern_is_the_names_that_match),
        cmocka_unit_test(what_is_noted_first_stays),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}

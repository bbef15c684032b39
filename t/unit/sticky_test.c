/*
 * sticky_test.c -- headers of a connection are set, replaced and held.
 */

#include "core/ct_config.h"

#include "thrift/wire/ct_sticky.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "core/ct_buf.h"
#include "core/ct_mem.h"
#include "core/ct_pool.h"


static ct_rc_t
set_one(ct_sticky_t *sticky, const char *c_name, const char *c_value,
        size_t limit)
{
    const ct_header_t header = { ct_str_of(c_name), ct_str_of(c_value) };

    return ct_sticky_set(sticky, &header, 1, limit);
}


static void
check(const ct_header_t *header, const char *c_name, const char *c_value)
{
    assert_true(ct_str_eq_c(header->name, c_name));
    assert_true(ct_str_eq_c(header->value, c_value));
}


/* The last of a name counts, in the place of the first. */
static void
sets_and_replaces(void **state CT_UNUSED)
{
    const ct_header_t  two[] = { { CT_STR_INIT("b"), CT_STR_INIT("2") },
                                 { CT_STR_INIT("A"), CT_STR_INIT("one") } };
    ct_pool_t         *pool = ct_pool_create(256);
    ct_sticky_t        sticky = { NULL, 0 };
    const ct_header_t *headers;
    size_t             n = 99;

    assert_null(ct_sticky_hold(&sticky, pool, &n));
    assert_int_equal(n, 0);
    assert_int_equal(set_one(&sticky, "a", "1", 100), CT_OK);
    headers = ct_sticky_hold(&sticky, pool, &n);
    assert_int_equal(n, 1);
    check(&headers[0], "a", "1");

    /* What was held before stays as it was. */
    assert_int_equal(ct_sticky_set(&sticky, two, 2, 100), CT_OK);
    check(&headers[0], "a", "1");
    headers = ct_sticky_hold(&sticky, pool, &n);
    assert_int_equal(n, 2);
    check(&headers[0], "A", "one");
    check(&headers[1], "b", "2");
    assert_int_equal(set_one(&sticky, "", "", 100), CT_OK);
    ct_sticky_release(&sticky);
    check(&headers[1], "b", "2");
    assert_null(ct_sticky_hold(&sticky, pool, &n));
    ct_sticky_release(&sticky);
    ct_pool_destroy(pool);
}


/* Bytes are those that stay, not those that came. */
static void
caps_are_exact(void **state CT_UNUSED)
{
    ct_pool_t         *pool = ct_pool_create(256);
    ct_sticky_t        sticky = { NULL, 0 };
    const ct_header_t *headers;
    char               name[10];
    size_t             n;

    assert_int_equal(set_one(&sticky, "ab", "cde", 4), CT_DECLINED);
    assert_null(sticky.block);
    assert_int_equal(set_one(&sticky, "ab", "cde", 5), CT_OK);
    assert_int_equal(set_one(&sticky, "aB", "xyz", 5), CT_OK);
    assert_int_equal(set_one(&sticky, "c", "", 5), CT_DECLINED);
    headers = ct_sticky_hold(&sticky, pool, &n);
    assert_int_equal(n, 1);
    check(&headers[0], "aB", "xyz");

    for (size_t i = 1; i < CT_STICKY_MOST; i++) {
        snprintf(name, sizeof(name), "n%zu", i);
        assert_int_equal(set_one(&sticky, name, "v", 1000), CT_OK);
    }
    assert_int_equal(set_one(&sticky, "more", "v", 1000), CT_DECLINED);
    assert_int_equal(set_one(&sticky, "N63", "other", 1000), CT_OK);
    headers = ct_sticky_hold(&sticky, pool, &n);
    assert_int_equal(n, CT_STICKY_MOST);
    check(&headers[0], "aB", "xyz");
    check(&headers[63], "N63", "other");
    ct_sticky_release(&sticky);
    ct_pool_destroy(pool);
}


/* As another process would: the bytes are all that it has. */
static void
travels(void **state CT_UNUSED)
{
    ct_pool_t         *pool = ct_pool_create(256);
    ct_sticky_t        sticky = { NULL, 0 };
    ct_sticky_t        other = { NULL, 0 };
    const ct_header_t *headers;
    ct_buf_t           buf;
    size_t             n = 0;

    ct_buf_init(&buf);
    assert_int_equal(ct_sticky_write(&sticky, &buf), CT_OK);
    assert_int_equal(ct_buf_len(&buf), 0);
    assert_int_equal(ct_sticky_read(&other, buf.pos, 0), CT_OK);
    assert_int_equal(set_one(&sticky, "a", "", 100), CT_OK);
    assert_int_equal(set_one(&sticky, "token", "secret", 100), CT_OK);
    assert_int_equal(ct_sticky_write(&sticky, &buf), CT_OK);
    for (size_t len = 1; len < ct_buf_len(&buf); len++) {
        const ct_rc_t rc = ct_sticky_read(&other, buf.pos, len);

        assert_int_equal(rc, len == 9 ? CT_OK : CT_DECLINED); /* the first */
    }
    assert_int_equal(ct_sticky_read(&other, buf.pos, ct_buf_len(&buf)), CT_OK);
    headers = ct_sticky_hold(&other, pool, &n);
    assert_int_equal(n, 2);
    check(&headers[0], "a", "");
    check(&headers[1], "token", "secret");
    ct_sticky_release(&sticky);
    ct_sticky_release(&other);
    ct_buf_release(&buf);
    ct_pool_destroy(pool);
}


#if CT_FAULTS
static void
lives_without_memory(void **state CT_UNUSED)
{
    ct_sticky_t sticky = { NULL, 0 };

    assert_int_equal(set_one(&sticky, "a", "b", 9), CT_OK);
    ct_mem_fail_after(0);
    assert_int_equal(set_one(&sticky, "c", "d", 9), CT_ERROR);
    assert_int_equal(sticky.n, 1);
    ct_sticky_release(&sticky);
}
#endif


int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(sets_and_replaces),
        cmocka_unit_test(caps_are_exact),
        cmocka_unit_test(travels),
#if CT_FAULTS
        cmocka_unit_test(lives_without_memory),
#endif
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}

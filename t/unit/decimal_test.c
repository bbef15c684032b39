/*
 * decimal_test.c -- numbers as text, as libc writes them.
 */

#include "core/ct_config.h"

#include "core/ct_decimal.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "core/ct_pool.h"


/* And nothing behind it. */
static void
is_written(size_t (*write)(char *out, uint64_t number), uint64_t number,
           const char *c_expected)
{
    char   out[CT_DECIMAL_PARTS_SIZE + 1];
    size_t n;

    memset(out, '?', sizeof(out));
    n = write(out, number);
    assert_int_equal(out[n], '?');
    out[n] = '\0';
    assert_string_equal(out, c_expected);
}


static void
check(ct_pool_t *pool, uint64_t number)
{
    char expected[64];

    snprintf(expected, sizeof(expected), "%" PRIu64, number);
    is_written(ct_decimal_write, number, expected);
    assert_true(ct_str_eq_c(ct_decimal_text(pool, number), expected));
    snprintf(expected, sizeof(expected), "%" PRIu64 ".%03" PRIu64,
             number / 1000, number % 1000);
    is_written(ct_decimal_write_thousandths, number, expected);
    snprintf(expected, sizeof(expected), "%" PRIu64 ".%06" PRIu64,
             number / 1000000, number % 1000000);
    is_written(ct_decimal_write_millionths, number, expected);
}


static void
writes_what_libc_writes(void **state CT_UNUSED)
{
    ct_pool_t *pool = ct_pool_create(0);

    for (uint64_t power = 1; power < UINT64_MAX / 10; power *= 10) {
        check(pool, power - 1);
        check(pool, power);
        check(pool, power + 1);
        check(pool, power * 7);
        check(pool, power * 9 + power / 3);
    }
    check(pool, UINT64_MAX / 10 + 1);
    check(pool, UINT64_MAX);
    ct_pool_destroy(pool);
}


static void
knows_every_pair_of_digits(void **state CT_UNUSED)
{
    ct_pool_t *pool = ct_pool_create(0);

    for (uint64_t number = 0; number < 1000; number++) {
        check(pool, number);
        check(pool, number * 1001);
    }
    ct_pool_destroy(pool);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_what_libc_writes),
        cmocka_unit_test(knows_every_pair_of_digits),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}

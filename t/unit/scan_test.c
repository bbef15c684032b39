/*
 * scan_test.c -- the parts of a scan, by themselves.
 */

#include "core/ct_config.h"

#include "thrift/wire/ct_scan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#define STEP 7

static const uint8_t bytes[16] = { 0 };

static const ct_scan_size_t one = { 1, true };
static const ct_scan_size_t some = { 1, false };
static const ct_scan_size_t none = { 0, false };


static ct_scanner_t
scanner_over(ct_scan_t *scan, size_t len, const ct_limits_t *limits)
{
    const ct_scanner_t scanner = { scan, bytes, len, limits, 0 };

    memset(scan, 0, sizeof(*scan));
    return scanner;
}


static void
passes_over_what_is_there(void **state CT_UNUSED)
{
    ct_limits_t    limits = CT_LIMITS_DEFAULT;
    ct_scan_t      scan;
    ct_scanner_t   scanner = scanner_over(&scan, 10, &limits);
    const uint8_t *token;

    limits.message = 20;
    assert_int_equal(ct_scanner_plan(&scanner, 12, STEP), CT_OK);
    assert_int_equal(scan.step, STEP);
    assert_int_equal(ct_scanner_pass(&scanner), CT_AGAIN);
    assert_int_equal(scanner.want, 12);
    assert_int_equal(scan.offset, 10);
    scanner.len = 14;
    assert_int_equal(ct_scanner_pass(&scanner), CT_OK);
    assert_int_equal(scan.offset, 12);

    assert_int_equal(ct_scanner_take(&scanner, 3, &token), CT_AGAIN);
    assert_int_equal(scanner.want, 15);
    assert_int_equal(ct_scanner_take(&scanner, 2, &token), CT_OK);
    assert_ptr_equal(token, bytes + 12);
    assert_int_equal(ct_scanner_take(&scanner, 7, &token), CT_ERROR);
    assert_int_equal(scan.error, CT_WIRE_LIMIT);
    assert_int_equal(ct_scanner_plan(&scanner, UINT64_MAX, STEP), CT_ERROR);
}


static ct_wire_error_t
items_error(ct_ttype_t kind, ct_scan_size_t first, ct_scan_size_t second,
            uint32_t n, ct_scan_t *scan)
{
    const ct_scan_size_t sizes[2] = { first, second };
    ct_scan_level_t      level = { .kind = (uint8_t) kind };
    ct_limits_t          limits = CT_LIMITS_DEFAULT;
    ct_scanner_t         scanner = scanner_over(scan, 1, &limits);

    limits.message = 100;
    limits.container = 60;
    if (ct_scanner_open_items(&scanner, &level, sizes, n, STEP) == CT_OK) {
        assert_int_equal(scan->step, STEP);
    }
    return scan->error;
}


static void
opens_items(void **state CT_UNUSED)
{
    ct_scan_t    scan;
    ct_scanner_t scanner = { &scan, bytes, 1, NULL, 0 };
    uint8_t      type;
    int          i;

    /* Nothing, all at once, or a level. */
    assert_int_equal(items_error(CT_T_LIST, none, none, 0, &scan), CT_WIRE_OK);
    assert_int_equal(scan.depth, 0);
    assert_int_equal(items_error(CT_T_LIST, one, none, 60, &scan), CT_WIRE_OK);
    assert_int_equal(scan.need, 60);
    assert_int_equal(scan.depth, 0);
    assert_int_equal(items_error(CT_T_MAP, one, one, 50, &scan), CT_WIRE_OK);
    assert_int_equal(scan.need, 100);
    assert_int_equal(items_error(CT_T_MAP, one, some, 2, &scan), CT_WIRE_OK);
    assert_int_equal(scan.need, 0);
    assert_int_equal(scan.depth, 1);
    for (i = 0; i < 4; i++) {
        assert_true(ct_scanner_next_item(&scanner, &type));
        assert_int_equal(ct_scanner_level(&scanner)->turn, 1 - i % 2);
    }
    assert_false(ct_scanner_next_item(&scanner, &type));
    assert_int_equal(scan.depth, 0);

    assert_int_equal(items_error(CT_T_LIST, none, one, 1, &scan),
                     CT_WIRE_MALFORMED);
    assert_int_equal(items_error(CT_T_MAP, one, none, 1, &scan),
                     CT_WIRE_MALFORMED);
    assert_int_equal(items_error(CT_T_LIST, one, one, 61, &scan),
                     CT_WIRE_LIMIT);
    assert_int_equal(items_error(CT_T_MAP, one, one, 51, &scan), CT_WIRE_LIMIT);
    assert_int_equal(items_error(CT_T_LIST, one, one, UINT32_MAX, &scan),
                     CT_WIRE_MALFORMED);
}


static void
holds_lengths_and_depth(void **state CT_UNUSED)
{
    static const ct_scan_level_t level = { .kind = CT_T_STRUCT };
    ct_limits_t                  limits = CT_LIMITS_DEFAULT;
    ct_scan_t                    scan;
    ct_scanner_t                 scanner = scanner_over(&scan, 1, &limits);
    unsigned                     i;

    assert_int_equal(ct_scanner_plan_text(&scanner, 9, 9, STEP), CT_OK);
    assert_int_equal(ct_scanner_plan_text(&scanner, 9, 8, STEP), CT_ERROR);
    assert_int_equal(scan.error, CT_WIRE_LIMIT);
    assert_int_equal(ct_scanner_plan_text(&scanner, UINT32_MAX, 8, STEP),
                     CT_ERROR);
    assert_int_equal(scan.error, CT_WIRE_MALFORMED);

    limits.depth = UINT32_MAX;
    for (i = 0; i < CT_SCAN_LEVELS; i++) {
        assert_int_equal(ct_scanner_open(&scanner, &level), CT_OK);
    }
    assert_int_equal(ct_scanner_open(&scanner, &level), CT_ERROR);
    assert_int_equal(scan.error, CT_WIRE_LIMIT);
    ct_scanner_close(&scanner);
    limits.depth = 2;
    assert_int_equal(ct_scanner_open(&scanner, &level), CT_ERROR);
}


int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(passes_over_what_is_there),
        cmocka_unit_test(opens_items),
        cmocka_unit_test(holds_lengths_and_depth),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * id_source_test.c -- ids: none comes twice, and no two sources agree.
 */

#include "core/ct_config.h"

#include "thrift/ct_id_source.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#define NUMBERS 1000


static void
gives_each_number_once(void **state CT_UNUSED)
{
    ct_id_source_t source;
    ct_id_source_t other;
    uint64_t       numbers[NUMBERS];

    assert_int_equal(ct_id_source_init(&source), CT_OK);
    assert_int_equal(ct_id_source_init(&other), CT_OK);
    for (size_t i = 0; i < NUMBERS; i++) {
        numbers[i] = ct_id_source_next(&source);
        assert_int_not_equal(numbers[i], 0);
        assert_int_not_equal(numbers[i], ct_id_source_next(&other));
        for (size_t k = 0; k < i; k++) {
            assert_int_not_equal(numbers[i], numbers[k]);
        }
    }
}


static void
writes_digits(void **state CT_UNUSED)
{
    static const uint8_t bytes[] = { 0x00, 0x9a, 0xff };
    char                 text[17] = { 0 };

    ct_id_to_hex(bytes, sizeof(bytes), text);
    assert_string_equal(text, "009aff");
    ct_id_u64_to_hex(0x0123456789abcdefU, text);
    assert_string_equal(text, "0123456789abcdef");
}


int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_each_number_once),
        cmocka_unit_test(writes_digits),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}

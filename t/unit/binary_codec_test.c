/*
 * binary_codec_test.c -- the codec made for the binary protocol, beside the one
 * by way of the protocol's table.
 */

#include "core/ct_config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#define PROTOCOL (&ct_binary_protocol)

#include "codec_fixture.h"


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(samples_agree),
        cmocka_unit_test(samples_with_more_behind_agree),
        cmocka_unit_test(tables_without_heads_agree),
        cmocka_unit_test(lists_agree),
        cmocka_unit_test(results_agree),
        cmocka_unit_test(grows_anywhere),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}

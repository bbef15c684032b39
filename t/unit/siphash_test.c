/*
 * siphash_test.c -- the values that the paper's authors publish.
 */

#include "core/ct_config.h"

#include "core/ct_siphash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

/* Bytes 00 01 .. 0f. */
static const ct_siphash_key_t counted = { 0x0706050403020100U,
                                          0x0f0e0d0c0b0a0908U };


static void
is_what_the_authors_say(void **state CT_UNUSED)
{
    /* Of 00 01 .. with that many bytes; from their vectors.h. */
    static const struct {
        size_t   len;
        uint64_t hash;
    } known[] = {
        { 0, 0x726fdb47dd0e0e31U },  { 1, 0x74f839c593dc67fdU },
        { 2, 0x0d6c8009d9a94f5aU },  { 7, 0xab0200f58b01d137U },
        { 8, 0x93f5f5799a932462U },  { 15, 0xa129ca6149be45e5U },
        { 63, 0x958a324ceb064572U },
    };
    char bytes[64];

    for (size_t i = 0; i < sizeof(bytes); i++) {
        bytes[i] = (char) i;
    }
    for (size_t i = 0; i < CT_ARRAY_LEN(known); i++) {
        assert_true(ct_siphash(&counted, (ct_str_t){ known[i].len, bytes })
                    == known[i].hash);
    }
}


static void
differs_with_the_key(void **state CT_UNUSED)
{
    ct_siphash_key_t a;
    ct_siphash_key_t b;

    assert_int_equal(ct_siphash_key_make(&a), CT_OK);
    assert_int_equal(ct_siphash_key_make(&b), CT_OK);
    assert_true(ct_siphash(&a, CT_STR("a word"))
                != ct_siphash(&b, CT_STR("a word")));
    assert_true(ct_siphash(&a, CT_STR("a word"))
                == ct_siphash(&a, CT_STR("a word")));
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_what_the_authors_say),
        cmocka_unit_test(differs_with_the_key),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}

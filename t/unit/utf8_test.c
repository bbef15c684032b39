/*
 * utf8_test.c -- every character there and back, and what is none refused.
 */

#include "core/ct_config.h"

#include "core/ct_utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#define VALID(literal) ct_utf8_is_valid((literal), sizeof(literal) - 1)


static void
takes_every_character(void **state CT_UNUSED)
{
    char     bytes[CT_UTF8_SIZE];
    uint32_t character;
    size_t   n;
    size_t   i;

    for (character = 0; character < 0x110000; character++) {
        if (character >= 0xd800 && character < 0xe000) {
            continue;
        }
        n = ct_utf8_write(bytes, character);
        assert_true(ct_utf8_is_valid(bytes, n));
        for (i = 1; i < n; i++) {
            assert_false(ct_utf8_is_valid(bytes, i));
        }
    }
}


static void
writes_the_shortest_form(void **state CT_UNUSED)
{
    char bytes[CT_UTF8_SIZE];

    assert_int_equal(ct_utf8_write(bytes, 0x7f), 1);
    assert_int_equal(ct_utf8_write(bytes, 0x80), 2);
    assert_memory_equal(bytes, "\xc2\x80", 2);
    assert_int_equal(ct_utf8_write(bytes, 0x7ff), 2);
    assert_int_equal(ct_utf8_write(bytes, 0x800), 3);
    assert_memory_equal(bytes, "\xe0\xa0\x80", 3);
    assert_int_equal(ct_utf8_write(bytes, 0xffff), 3);
    assert_int_equal(ct_utf8_write(bytes, 0x10000), 4);
    assert_int_equal(ct_utf8_write(bytes, 0x1f600), 4);
    assert_memory_equal(bytes, "\xf0\x9f\x98\x80", 4);
}


static void
takes_text(void **state CT_UNUSED)
{
    assert_true(VALID(""));
    assert_true(VALID("plain text of more than eight bytes"));
    assert_true(VALID("\x00\x01\x7f"));
    assert_true(VALID("Gr\xc3\xbc\xc3\x9f"
                      "e an alle, \xe2\x82\xac 5"));
}


static void
refuses_what_is_none(void **state CT_UNUSED)
{
    /* Bytes that nothing begins with. */
    assert_false(VALID("\x80"));
    assert_false(VALID("\xbf"));
    assert_false(VALID("\xfe"));
    assert_false(VALID("\xff"));
    assert_false(VALID("eight ok\xff"));
    /* Forms longer than they need to be. */
    assert_false(VALID("\xc0\x80"));
    assert_false(VALID("\xc1\xbf"));
    assert_false(VALID("\xe0\x9f\xbf"));
    assert_false(VALID("\xf0\x8f\xbf\xbf"));
    /* Surrogates, and beyond the last character. */
    assert_false(VALID("\xed\xa0\x80"));
    assert_false(VALID("\xed\xbf\xbf"));
    assert_false(VALID("\xf4\x90\x80\x80"));
    assert_false(VALID("\xf5\x80\x80\x80"));
    /* Something else in the middle. */
    assert_false(VALID("\xc2z"));
    assert_false(VALID("\xe2\x82z"));
    assert_false(VALID("\xf0\x9f\x98z"));
}


int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_every_character),
        cmocka_unit_test(writes_the_shortest_form),
        cmocka_unit_test(takes_text),
        cmocka_unit_test(refuses_what_is_none),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * escape_test.c -- whatever the bytes, no line and no string ends.
 */

#include "core/ct_config.h"

#include "core/ct_escape.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "core/ct_utf8.h"

#define ESCAPED(how, literal, expected)                                        \
    is_escaped((how), CT_STR(literal), CT_STR(expected))


static void
is_escaped(ct_escape_t how, ct_str_t value, ct_str_t expected)
{
    char   out[256];
    size_t n = ct_escape_write(how, value, out, sizeof(out));

    assert_int_equal(n, expected.len);
    assert_memory_equal(out, expected.data, n);
}


static void
writes_text(void **state CT_UNUSED)
{
    ESCAPED(CT_ESCAPE_TEXT, "", "");
    ESCAPED(CT_ESCAPE_TEXT, "plain, 'text'", "plain, 'text'");
    ESCAPED(CT_ESCAPE_TEXT, "a\"b\\c\n\r\t\0\x1f",
            "a\\x22b\\x5Cc\\x0A\\x0D"
            "\\x09\\x00\\x1F");
    ESCAPED(CT_ESCAPE_TEXT, "\x7e\x7f\x80\xff", "~\\x7F\\x80\\xFF");
}


static void
writes_json(void **state CT_UNUSED)
{
    ESCAPED(CT_ESCAPE_JSON, "a\"b\\c/", "a\\\"b\\\\c/");
    ESCAPED(CT_ESCAPE_JSON, "\b\f\n\r\t", "\\b\\f\\n\\r\\t");
    ESCAPED(CT_ESCAPE_JSON, "\0\x1f\x7f", "\\u0000\\u001F\x7f");
    ESCAPED(CT_ESCAPE_JSON,
            "Gr\xc3\xbc\xc3\x9f"
            "e \xe2\x82\xac \xf0\x9f\x98\x80",
            "Gr\xc3\xbc\xc3\x9f"
            "e \xe2\x82\xac \xf0\x9f\x98\x80");
    /* Alone, cut off, too long a form, half of a pair, beyond the last. */
    ESCAPED(CT_ESCAPE_JSON, "\x80 \xc3", "\\u0080 \\u00C3");
    ESCAPED(CT_ESCAPE_JSON, "\xe2\x82", "\\u00E2\\u0082");
    ESCAPED(CT_ESCAPE_JSON, "\xc0\xaf", "\\u00C0\\u00AF");
    ESCAPED(CT_ESCAPE_JSON, "\xed\xa0\x80", "\\u00ED\\u00A0\\u0080");
    ESCAPED(CT_ESCAPE_JSON, "\xf4\x90\x80\x80", "\\u00F4\\u0090\\u0080\\u0080");
}


static void
writes_as_it_is(void **state CT_UNUSED)
{
    ESCAPED(CT_ESCAPE_NONE, "a\"\\\xff\xc3\xbc", "a\"\\\xff\xc3\xbc");
    ESCAPED(CT_ESCAPE_NONE, "a\nb\r\t\0\x1b\x7f.", "a b     .");
}


/* Any two bytes, each way, have none that would end something. */
static void
lets_nothing_through(void **state CT_UNUSED)
{
    for (unsigned i = 0; i < 0x10000; i++) {
        const char bytes[] = { (char) (i >> 8), (char) (i & 0xff) };
        char       out[32];
        size_t     n =
            ct_escape_write(CT_ESCAPE_JSON, (ct_str_t){ 2, bytes }, out, 32);

        assert_true(ct_utf8_is_valid(out, n));
        for (size_t k = 0; k < n; k++) {
            assert_true((uint8_t) out[k] >= 0x20);
            assert_true(out[k] != '"' || (k > 0 && out[k - 1] == '\\'));
        }
    }
}


/* Wherever it stands in a text of any length, a byte is what it is alone. */
static void
finds_it_anywhere(ct_escape_t how, char byte)
{
    char         text[21];
    char         alone[8];
    const size_t n =
        ct_escape_write(how, (ct_str_t){ 1, &byte }, alone, sizeof(alone));

    memset(text, 'x', sizeof(text));
    for (size_t len = 1; len <= sizeof(text); len++) {
        for (size_t at = 0; at < len; at++) {
            char out[64];

            text[at] = byte;
            assert_int_equal(
                ct_escape_write(how, (ct_str_t){ len, text }, out, sizeof(out)),
                len - 1 + n);
            assert_memory_equal(out, text, at);
            assert_memory_equal(out + at, alone, n);
            text[at] = 'x';
            assert_memory_equal(out + at + n, text + at + 1, len - at - 1);
        }
    }
}


static void
finds_each_byte_anywhere(void **state CT_UNUSED)
{
    for (unsigned i = 0; i < 0x100; i++) {
        finds_it_anywhere(CT_ESCAPE_TEXT, (char) i);
        finds_it_anywhere(CT_ESCAPE_JSON, (char) i);
        finds_it_anywhere(CT_ESCAPE_NONE, (char) i);
    }
}


/* In any room: a whole number of units, and "..." behind what is cut. */
static void
cuts_between_units(void **state CT_UNUSED)
{
    static const char        value[] = "ab\n\xc3\xbc\xff!";
    static const char        whole[] = "ab\\n\xc3\xbc\\u00FF!";
    static const char *const cut[] = {
        "",
        "a",
        "ab",
        "...",
        "a...",
        "ab...",
        "ab...",
        "ab\\n...",
        "ab\\n...",
        "ab\\n\xc3\xbc...",
        "ab\\n\xc3\xbc...",
        "ab\\n\xc3\xbc...",
        "ab\\n\xc3\xbc...",
    };
    const ct_str_t text = CT_STR(value);

    for (size_t size = 0; size < CT_ARRAY_LEN(cut); size++) {
        char   out[32];
        size_t n = ct_escape_write(CT_ESCAPE_JSON, text, out, size);

        assert_int_equal(n, strlen(cut[size]));
        assert_memory_equal(out, cut[size], n);
    }
    for (size_t size = sizeof(whole) - 1; size < 32; size++) {
        char out[32];

        assert_int_equal(ct_escape_write(CT_ESCAPE_JSON, text, out, size),
                         sizeof(whole) - 1);
        assert_memory_equal(out, whole, sizeof(whole) - 1);
    }
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_text),
        cmocka_unit_test(writes_json),
        cmocka_unit_test(writes_as_it_is),
        cmocka_unit_test(lets_nothing_through),
        cmocka_unit_test(finds_each_byte_anywhere),
        cmocka_unit_test(cuts_between_units),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}

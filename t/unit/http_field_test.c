/*
 * http_field_test.c -- the words of HTTP are taken apart.
 */

#include "core/ct_config.h"

#include "thrift/wire/ct_http_field.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>


static void
knows_characters(void **state CT_UNUSED)
{
    static const char marks[] = "!#$%&'*+-.^_`|~";
    static const char others[] = "\"(),/:;<=>?@[\\]{} \t\r\n\x7f\x80\xff";

    assert_true(ct_http_is_token(CT_STR("azAZ09")));
    assert_true(ct_http_is_token(CT_STR(marks)));
    assert_false(ct_http_is_token(CT_STR("")));
    assert_false(ct_http_is_token_char('\0'));
    for (size_t i = 0; i < sizeof(others); i++) {
        assert_false(ct_http_is_token_char((uint8_t) others[i]));
    }
    assert_true(ct_http_is_value(CT_STR("")));
    assert_true(ct_http_is_value(CT_STR(" a\tb~\x80\xff")));
    for (unsigned c = 0; c < 0x20; c++) {
        assert_int_equal(ct_http_is_value_char((uint8_t) c), c == '\t');
    }
    assert_false(ct_http_is_value(CT_STR("a\x7f")));
}


static void
compares_without_case(void **state CT_UNUSED)
{
    assert_true(ct_http_says(CT_STR("Chunked"), "chunked"));
    assert_false(ct_http_says(CT_STR("chunke"), "chunked"));
    assert_false(ct_http_says(CT_STR("chunkee"), "chunked"));
    assert_false(ct_http_says(CT_STR_NONE, "x"));
}


static void
takes_lists_apart(void **state CT_UNUSED)
{
    ct_str_t rest = CT_STR(" , close\t,,Keep-Alive ,");
    ct_str_t item;

    assert_true(ct_http_next_item(&rest, &item));
    assert_true(ct_str_eq_c(item, "close"));
    assert_true(ct_http_next_item(&rest, &item));
    assert_true(ct_str_eq_c(item, "Keep-Alive"));
    assert_false(ct_http_next_item(&rest, &item));
    rest = CT_STR("a,b c");
    assert_true(ct_http_next_item(&rest, &item));
    assert_true(ct_http_next_item(&rest, &item));
    assert_true(ct_str_eq_c(item, "b c"));
    assert_false(ct_http_next_item(&rest, &item));
    assert_int_equal(ct_http_trim(CT_STR(" \t ")).len, 0);
}


static void
parses_fields(void **state CT_UNUSED)
{
    static const struct {
        ct_str_t    line;
        const char *c_name; /* NULL: it is none */
        const char *c_value;
    } cases[] = {
        { CT_STR_INIT("Host: x"), "Host", "x" },
        { CT_STR_INIT("Host:x"), "Host", "x" },
        { CT_STR_INIT("a: \t b c \t"), "a", "b c" },
        { CT_STR_INIT("a:"), "a", "" },
        { CT_STR_INIT("a:b:c"), "a", "b:c" },
        { CT_STR_INIT("a: \xe9"), "a", "\xe9" },
        { CT_STR_INIT("no colon"), NULL, "a header without a colon" },
        { CT_STR_INIT(": x"), NULL, "a header whose name is none" },
        { CT_STR_INIT("a : x"), NULL, "a header whose name is none" },
        { CT_STR_INIT(" a: x"), NULL, "a header whose name is none" },
        { CT_STR_INIT("\ta: x"), NULL, "a header whose name is none" },
        { CT_STR_INIT("a\0: x"), NULL, "a header whose name is none" },
        { CT_STR_INIT("a: x\0y"), NULL, "a control character in a header" },
        { CT_STR_INIT("a: x\ry"), NULL, "a control character in a header" },
        { CT_STR_INIT("a: x\x1by"), NULL, "a control character in a header" },
    };

    for (size_t i = 0; i < CT_ARRAY_LEN(cases); i++) {
        ct_header_t   field;
        const char   *c_why = NULL;
        const ct_rc_t rc = ct_http_field_parse(cases[i].line, &field, &c_why);

        assert_int_equal(rc, cases[i].c_name != NULL ? CT_OK : CT_ERROR);
        if (rc == CT_OK) {
            assert_true(ct_str_eq_c(field.name, cases[i].c_name));
            assert_true(ct_str_eq_c(field.value, cases[i].c_value));
        } else {
            assert_string_equal(c_why, cases[i].c_value);
        }
    }
}


int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_characters),
        cmocka_unit_test(compares_without_case),
        cmocka_unit_test(takes_lists_apart),
        cmocka_unit_test(parses_fields),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}

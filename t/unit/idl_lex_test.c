/*
 * idl_lex_test.c -- tokens, their places and doc comments, and what is none.
 */

#include "core/ct_config.h"

#include "idl/ct_idl_lex.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "idl_fixture.h"


/* Every token as "LINE:KIND(words) ". */
static const char *
tokens_of(fixture_t *fixture, const char *c_text, char out[1024])
{
    static const char kinds[] = "ewidtsb";
    ct_idl_file_t     file = { .text = ct_str_of(c_text) };
    ct_idl_lex_t      lex;
    ct_idl_token_t    token;
    size_t            len = 0;

    ct_idl_lex_init(&lex, &fixture->idl, &file);
    for (;;) {
        ct_idl_lex_next(&lex, &token);
        if (token.kind == CT_IDL_TOKEN_END) {
            out[len] = '\0';
            return out;
        }
        len += (size_t) snprintf(out + len, 1024 - len, "%u:%c(%.*s) ",
                                 token.pos.line, kinds[token.kind],
                                 CT_STR_ARG(token.text));
        assert_true(len < 1024);
    }
}


static void
assert_tokens(const char *c_text, const char *c_wanted, const char *c_said)
{
    fixture_t fixture;
    char      out[1024];

    fixture_init(&fixture);
    assert_string_equal(tokens_of(&fixture, c_text, out), c_wanted);
    assert_string_equal(fixture.said, c_said);
    fixture_release(&fixture);
}


static void
words_may_have_dots_inside(void **state)
{
    (void) state;
    assert_tokens("a a.b _x9 a..b",
                  "1:w(a) 1:w(a.b) 1:w(_x9) 1:w(a) 1:b(.) 1:w(b) ",
                  "1:12 '.' means nothing here\n");
    assert_tokens("a. ", "1:w(a) 1:b(.) ", "1:2 '.' means nothing here\n");
}


static void
numbers_have_signs_and_two_bases(void **state)
{
    (void) state;
    assert_tokens("1 -2 +3 010 0x1F -0xa",
                  "1:i(1) 1:i(-2) 1:i(+3) 1:i(010) "
                  "1:i(0x1F) 1:i(-0xa) ",
                  "");
    assert_tokens("1.5 .5 -.5e3 1e-9 2E+2",
                  "1:d(1.5) 1:d(.5) 1:d(-.5e3) "
                  "1:d(1e-9) 1:d(2E+2) ",
                  "");
    assert_tokens("1:", "1:i(1) 1:s(:) ", "");
}


static void
numbers_are_worth_what_they_say(void **state)
{
    ct_idl_file_t  file = { .text = CT_STR("-9223372036854775808 010 .5") };
    fixture_t      fixture;
    ct_idl_lex_t   lex;
    ct_idl_token_t token;

    (void) state;
    fixture_init(&fixture);
    ct_idl_lex_init(&lex, &fixture.idl, &file);
    ct_idl_lex_next(&lex, &token);
    assert_true(token.i64 == INT64_MIN);
    ct_idl_lex_next(&lex, &token);
    assert_true(token.i64 == 10); /* not octal */
    ct_idl_lex_next(&lex, &token);
    assert_true(token.number == 0.5);
    fixture_release(&fixture);
}


static void
broken_numbers_are_one_token(void **state)
{
    (void) state;
    assert_tokens("12ab x", "1:b(12) 1:w(x) ", "1:1 malformed number\n");
    assert_tokens("0x", "1:b(0) ", "1:1 malformed number\n");
    assert_tokens("9223372036854775808", "1:b(9223372036854775808) ",
                  "1:1 number does not fit 64 bits\n");
    assert_tokens("1e999", "1:b(1e999) ", "1:1 number does not fit a double\n");
}


static void
texts_are_unescaped(void **state)
{
    (void) state;
    assert_tokens("'a\"b' \"a'b\" \"\"", "1:t(a\"b) 1:t(a'b) 1:t() ", "");
    assert_tokens("'\\n\\t\\r\\\\\\''", "1:t(\n\t\r\\') ", "");
    assert_tokens("'a\\x' b", "1:t(a?) 1:w(b) ",
                  "1:3 unknown escape, known are "
                  "\\r \\n \\t \\\" \\' \\\\\n");
}


static void
texts_end_on_their_line(void **state)
{
    (void) state;
    assert_tokens("'abc\nx", "1:b(abc) 2:w(x) ",
                  "1:1 string does not end on its line\n");
    assert_tokens("'abc", "1:b(abc) ", "1:1 string does not end on its line\n");
    assert_tokens("'abc\\", "1:b(abc?) ",
                  "1:5 unknown escape, known are "
                  "\\r \\n \\t \\\" \\' \\\\\n"
                  "1:1 string does not end on its line\n");
}


static void
comments_are_of_three_kinds(void **state)
{
    (void) state;
    assert_tokens("a # b\nc // d\n e /* f\n g */ h",
                  "1:w(a) 2:w(c) 3:w(e) "
                  "4:w(h) ",
                  "");
    assert_tokens("a /* b", "1:w(a) ", "1:3 comment does not end\n");
    assert_tokens("/*/ a */ b", "1:w(b) ", "");
}


/* The doc comment that comes with the only word of a text. */
static void
assert_doc(const char *c_text, const char *c_doc)
{
    ct_idl_file_t  file = { .text = ct_str_of(c_text) };
    fixture_t      fixture;
    ct_idl_lex_t   lex;
    ct_idl_token_t token;

    fixture_init(&fixture);
    ct_idl_lex_init(&lex, &fixture.idl, &file);
    ct_idl_lex_next(&lex, &token);
    assert_true(ct_str_eq_c(token.text, "x"));
    if (c_doc == NULL) {
        assert_null(token.doc.data);
    } else {
        assert_true(ct_str_eq_c(token.doc, c_doc));
    }
    fixture_release(&fixture);
}


static void
docs_come_with_the_token_behind(void **state)
{
    (void) state;
    assert_doc("/** a */ x", " a ");
    assert_doc("/** a */ /** b */ x", " b ");
    assert_doc("/** a */ /* b */ // c\n x", " a ");
    assert_doc("/* a */ x", NULL);
    assert_doc("/**/ x", NULL);
    assert_doc("/*** a */ x", NULL);
}


static void
a_run_of_nonsense_is_said_once(void **state)
{
    (void) state;
    assert_tokens("$%^\x01\x80 a", "1:b($) 1:w(a) ",
                  "1:1 '$' means nothing here\n");
    assert_tokens("a / b", "1:w(a) 1:b(/) 1:w(b) ",
                  "1:3 '/' means nothing here\n");
}


static void
a_byte_order_mark_is_passed_over(void **state)
{
    (void) state;
    assert_tokens("\xef\xbb\xbf"
                  "a",
                  "1:w(a) ", "");
    assert_tokens("", "", "");
    assert_tokens(" \r\n\t", "", "");
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_may_have_dots_inside),
        cmocka_unit_test(numbers_have_signs_and_two_bases),
        cmocka_unit_test(numbers_are_worth_what_they_say),
        cmocka_unit_test(broken_numbers_are_one_token),
        cmocka_unit_test(texts_are_unescaped),
        cmocka_unit_test(texts_end_on_their_line),
        cmocka_unit_test(comments_are_of_three_kinds),
        cmocka_unit_test(docs_come_with_the_token_behind),
        cmocka_unit_test(a_run_of_nonsense_is_said_once),
        cmocka_unit_test(a_byte_order_mark_is_passed_over),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}

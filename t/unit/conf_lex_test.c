/*
 * conf_lex_test.c -- the words of a text, their lines, and what is refused.
 */

#include "core/ct_config.h"

#include "core/ct_conf_lex.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "core/ct_conf.h"


/* Every token as "LINE:word " or "LINE:; ", bad ones as "LINE:!problem". */
static const char *
tokens_of(const char *c_text, char out[1024])
{
    ct_conf_lex_t   lex;
    ct_conf_token_t token;
    size_t          len = 0;

    ct_conf_lex_init(&lex, ct_str_of(c_text));
    out[0] = '\0';
    for (;;) {
        ct_conf_lex_next(&lex, &token);
        if (token.kind == CT_CONF_END) {
            return out;
        }
        if (token.kind == CT_CONF_BAD) {
            snprintf(out + len, 1024 - len, "%u:!%s", token.line,
                     token.c_problem);
            return out;
        }
        len += (size_t) snprintf(out + len, 1024 - len, "%u:%.*s ", token.line,
                                 CT_STR_ARG(token.raw));
        assert_true(len < 1024);
    }
}


static void
assert_tokens(const char *c_text, const char *c_wanted)
{
    char out[1024];

    assert_string_equal(tokens_of(c_text, out), c_wanted);
}


static void
words_end_at_blanks_and_signs(void **state)
{
    (void) state;
    assert_tokens("", "");
    assert_tokens(" \t\r\n", "");
    assert_tokens("a b;c{d;}", "1:a 1:b 1:; 1:c 1:{ 1:d 1:; 1:} ");
    assert_tokens("a\nb\n\n;", "1:a 2:b 4:; ");
    assert_tokens("\xef\xbb\xbf"
                  "a;",
                  "1:a 1:; ");
}


static void
comments_begin_only_between_words(void **state)
{
    (void) state;
    assert_tokens("# all\na#b #c; {\n;#", "2:a#b 3:; ");
}


static void
quotes_hold_everything(void **state)
{
    (void) state;
    assert_tokens("'a b' \"c;\n{#\" d;", "1:a b 1:c;\n{# 2:d 2:; ");
    assert_tokens("'' \"\"{", "1: 1: 1:{ ");
    assert_tokens("a'b c\"d;", "1:a'b 1:c\"d 1:; ");
    assert_tokens("'it\\'s' \"\\\"\";", "1:it\\'s 1:\\\" 1:; ");
}


static void
escapes_and_variables_stay_in_their_word(void **state)
{
    (void) state;
    assert_tokens("a\\ b\\;c\\{d;", "1:a\\ b\\;c\\{d 1:; ");
    assert_tokens("${A}b{", "1:${A}b 1:{ ");
    assert_tokens("$a{", "1:$a 1:{ ");
    assert_tokens("a} b;", "1:a} 1:b 1:; ");
    assert_tokens("\\", "1:\\ ");
}


static void
what_is_refused_has_its_line(void **state)
{
    (void) state;
    assert_tokens("a\n'b\nc", "1:a 2:!unterminated quote");
    assert_tokens("'a\\'", "1:!unterminated quote");
    assert_tokens("\n'a'b;", "2:!unexpected character behind a quote");
    assert_tokens("\na\x01;", "2:!control character");
    assert_tokens("'\n\n\x7f';", "3:!control character");
    assert_tokens("\\\x01", "1:!control character");
}


static void
a_nul_is_a_control_character(void **state)
{
    ct_conf_lex_t   lex;
    ct_conf_token_t token;

    (void) state;
    ct_conf_lex_init(&lex, CT_STR("a\0b;"));
    ct_conf_lex_next(&lex, &token);
    assert_int_equal(token.kind, CT_CONF_BAD);
}


static void
a_word_has_a_longest_length(void **state)
{
    const size_t    len = CT_CONF_MAX_TOKEN + 1;
    char           *data = malloc(len + 1);
    ct_conf_lex_t   lex;
    ct_conf_token_t token;

    (void) state;
    memset(data, 'x', len);
    ct_conf_lex_init(&lex, (ct_str_t){ len, data });
    ct_conf_lex_next(&lex, &token);
    assert_int_equal(token.kind, CT_CONF_BAD);
    ct_conf_lex_init(&lex, (ct_str_t){ len - 1, data });
    ct_conf_lex_next(&lex, &token);
    assert_int_equal(token.kind, CT_CONF_WORD);
    assert_int_equal(token.raw.len, len - 1);
    free(data);
}


static void
unescape_leaves_regular_expressions_alone(void **state)
{
    static const char *const pairs[][2] = {
        { "plain", "plain" },
        { "a\\tb\\r\\n", "a\tb\r\n" },
        { "\\\"\\'\\\\", "\"'\\" },
        { "\\ \\;\\#", " ;#" },
        { "^\\d+\\.\\{2\\}$", "^\\d+\\.\\{2\\}$" },
        { "end\\", "end\\" },
        { "", "" },
    };
    char out[64];

    (void) state;
    for (size_t i = 0; i < CT_ARRAY_LEN(pairs); i++) {
        const size_t len = ct_conf_lex_unescape(ct_str_of(pairs[i][0]), out);

        out[len] = '\0';
        assert_string_equal(out, pairs[i][1]);
    }
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_end_at_blanks_and_signs),
        cmocka_unit_test(comments_begin_only_between_words),
        cmocka_unit_test(quotes_hold_everything),
        cmocka_unit_test(escapes_and_variables_stay_in_their_word),
        cmocka_unit_test(what_is_refused_has_its_line),
        cmocka_unit_test(a_nul_is_a_control_character),
        cmocka_unit_test(a_word_has_a_longest_length),
        cmocka_unit_test(unescape_leaves_regular_expressions_alone),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}

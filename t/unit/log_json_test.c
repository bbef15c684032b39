/*
 * log_json_test.c -- an object a line, whatever the bytes are.
 */

#include "core/ct_config.h"

#include "core/ct_log_json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "core/ct_utf8.h"

#define SIZE (CT_LOG_FORM_SIZE - 1)

typedef struct made_s {
    char text[CT_LOG_FORM_SIZE];
} made_t;


static const char *
form(made_t *made, ct_str_t message, const ct_log_fields_t *fields)
{
    const ct_log_entry_t entry = { .level = CT_LOG_WARN,
                                   .message = message,
                                   .text = message,
                                   .fields = fields };
    const size_t         len = ct_log_json_form(&entry, made->text, SIZE);

    assert_true(len < CT_LOG_FORM_SIZE);
    made->text[len] = '\0';
    assert_true(ct_utf8_is_valid(made->text, len));
    assert_null(memchr(made->text, '\n', len));
    assert_int_equal(made->text[len - 1], '}');
    return made->text;
}


static void
all_parts_are_there(void **state)
{
    ct_log_fields_t fields = { .n = 0 };
    made_t          made;
    char            pid[32];

    (void) state;
    ct_log_add_field(&fields, CT_LOG_IN_BOTH, "client", "%s", "[::1]:9");
    ct_log_add_field(&fields, CT_LOG_IN_TEXT, "method", "%s", "for people");
    ct_log_add_field(&fields, CT_LOG_IN_JSON, "method", "%s", "greet");
    ct_log_add_field(&fields, CT_LOG_IN_BOTH, "client", "%s", "outer");
    snprintf(pid, sizeof(pid), "\"pid\":%ld,", (long) getpid());
    form(&made, CT_STR("slow"), &fields);
    assert_int_equal(memcmp(made.text, "{\"time\":\"20", 11), 0);
    assert_non_null(strstr(made.text, pid));
    assert_non_null(strstr(made.text, "\"level\":\"warn\","));
    assert_non_null(strstr(made.text,
                           "\"message\":\"slow\",\"client\":\"[::1]:9\","
                           "\"method\":\"greet\"}"));
}


static void
bytes_that_break_json_are_escaped(void **state)
{
    const ct_log_fields_t none = { .n = 0 };
    made_t                made;

    (void) state;
    form(&made, CT_STR("a\"b\\c\nd\x7f\x01 \xc3\xbc \xff\xc3 \xed\xa0\x80"),
         &none);
    assert_non_null(strstr(made.text,
                           "\"a\\\"b\\\\c\\u000ad\\u007f\\u0001 \xc3\xbc "
                           "\xef\xbf\xbd\xef\xbf\xbd "
                           "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"}"));
}


static void
what_does_not_fit_is_cut_and_stays_an_object(void **state)
{
    ct_log_fields_t fields = { .n = 0 };
    made_t          made;
    char            message[CT_LOG_FORM_SIZE];
    char            value[CT_LOG_FIELDS_SIZE / 2];

    (void) state;
    memset(message, '"', sizeof(message));
    memset(value, 1, sizeof(value) - 1);
    value[sizeof(value) - 1] = '\0';
    ct_log_add_field(&fields, CT_LOG_IN_BOTH, "first", "%s", "whole");
    ct_log_add_field(&fields, CT_LOG_IN_BOTH, "second", "%s", value);
    ct_log_add_field(&fields, CT_LOG_IN_BOTH, "third", "%s", "none");
    form(&made, (ct_str_t){ sizeof(message), message }, &fields);
    assert_non_null(strstr(made.text, "\\\"...\",\"first\":\"whole\","));
    assert_non_null(strstr(made.text, "\\u0001...\"}"));
    assert_null(strstr(made.text, "third"));
}


/* Around the end of the room, with characters of each width. */
static void
no_length_breaks_it(void **state)
{
    static const char *const parts[] = { "x", "\"", "\xc3\xbc", "\xff", "\n" };
    const ct_log_fields_t    none = { .n = 0 };
    made_t                   made;
    char                     message[CT_LOG_FORM_SIZE * 2];

    (void) state;
    for (size_t part = 0; part < CT_ARRAY_LEN(parts); part++) {
        const size_t n = strlen(parts[part]);
        size_t       len = 0;

        while (len + n <= sizeof(message)) {
            memcpy(message + len, parts[part], n);
            len += n;
        }
        for (size_t i = 2500; i < 3600 && i < len; i++) {
            (void) form(&made, (ct_str_t){ i, message }, &none);
        }
    }
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_parts_are_there),
        cmocka_unit_test(bytes_that_break_json_are_escaped),
        cmocka_unit_test(what_does_not_fit_is_cut_and_stays_an_object),
        cmocka_unit_test(no_length_breaks_it),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}

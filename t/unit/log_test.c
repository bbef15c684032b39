/*
 * log_test.c -- lines come out whole, one each, where they are wanted.
 */

#include "core/ct_config.h"

#include "core/ct_log.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "core/ct_file.h"

/* A log with one sink whose lines can be read back. */
typedef struct trace_s {
    ct_log_t  log;
    ct_file_t file;
    FILE     *stream;
    char      text[2 * CT_LOG_LINE_SIZE];
} trace_t;


static void
start(trace_t *trace, ct_log_level_t level)
{
    memset(trace, 0, sizeof(*trace));
    trace->stream = tmpfile();
    assert_non_null(trace->stream);
    trace->file.fd = fileno(trace->stream);
    ct_log_init(&trace->log);
    assert_int_equal(ct_log_add_sink(&trace->log, &trace->file, level), CT_OK);
}


static const char *
lines(trace_t *trace)
{
    const ssize_t n =
        pread(trace->file.fd, trace->text, sizeof(trace->text) - 1, 0);

    assert_true(n >= 0);
    trace->text[n] = '\0';
    return trace->text;
}


static void
end(trace_t *trace)
{
    fclose(trace->stream);
}


static void
write_context(const void *data, ct_log_fields_t *fields)
{
    ct_log_add_field(fields, CT_LOG_IN_BOTH, "client", "%s",
                     (const char *) data);
    ct_log_add_field(fields, CT_LOG_IN_JSON, "secret", "for programs");
}


static void
a_line_has_level_pid_and_reason(void **state)
{
    trace_t trace;
    char    wanted[128];

    (void) state;
    start(&trace, CT_LOG_WARN);
    CT_LOG(&trace.log, CT_LOG_WARN, ENOENT, "cannot open '%s'", "x");
    snprintf(wanted, sizeof(wanted),
             " [warn] %ld: cannot open 'x': No such file or directory\n",
             (long) getpid());
    assert_non_null(strstr(lines(&trace), wanted));
    end(&trace);
}


static void
lines_above_the_level_are_not_made(void **state)
{
    trace_t trace;
    int     evaluated = 0;

    (void) state;
    start(&trace, CT_LOG_ERR);
    CT_LOG(&trace.log, CT_LOG_WARN, 0, "%d", ++evaluated);
    assert_int_equal(evaluated, 0);
    assert_string_equal(lines(&trace), "");
    end(&trace);
}


static void
each_sink_has_its_own_level(void **state)
{
    trace_t quiet;
    trace_t loud;

    (void) state;
    start(&quiet, CT_LOG_ERR);
    start(&loud, CT_LOG_DEBUG);
    assert_int_equal(ct_log_add_sink(&quiet.log, &loud.file, CT_LOG_DEBUG),
                     CT_OK);
    CT_LOG(&quiet.log, CT_LOG_INFO, 0, "only loud");
    assert_string_equal(lines(&quiet), "");
    assert_non_null(strstr(lines(&loud), "only loud\n"));
    assert_int_equal(ct_log_add_sink(&quiet.log, &loud.file, 1), CT_OK);
    assert_int_equal(ct_log_add_sink(&quiet.log, &loud.file, 1), CT_OK);
    assert_int_equal(ct_log_add_sink(&quiet.log, &loud.file, 1), CT_DECLINED);
    end(&quiet);
    end(&loud);
}


static void
a_child_adds_its_words(void **state)
{
    trace_t  trace;
    ct_log_t child;
    ct_log_t grandchild;

    (void) state;
    start(&trace, CT_LOG_INFO);
    ct_log_init_child(&child, &trace.log, write_context, "outer");
    ct_log_init_child(&grandchild, &child, write_context, "inner");
    CT_LOG(&grandchild, CT_LOG_INFO, 0, "gone");
    assert_non_null(
        strstr(lines(&trace), ": gone, client: inner, client: outer\n"));
    end(&trace);
}


static void
more_fields_than_there_is_room_for_are_cut(void **state)
{
    ct_log_fields_t fields = { .n = 0 };
    char            value[CT_LOG_FIELDS_SIZE];

    (void) state;
    memset(value, 'v', sizeof(value) - 1);
    value[sizeof(value) - 1] = '\0';
    ct_log_add_field(&fields, CT_LOG_IN_BOTH, "a", "%s", "1");
    ct_log_add_field(&fields, CT_LOG_IN_BOTH, "b", "%s", value);
    assert_int_equal(fields.items[1].value.len, CT_LOG_FIELDS_SIZE - 2);
    for (size_t i = 0; i < CT_LOG_MAX_FIELDS; i++) {
        ct_log_add_field(&fields, CT_LOG_IN_BOTH, "c", "%s", "more");
    }
    assert_int_equal(fields.n, CT_LOG_MAX_FIELDS);
    assert_int_equal(fields.items[2].value.len, 0);
}


static void
children_follow_the_level(void **state)
{
    trace_t  quiet;
    trace_t  loud;
    ct_log_t child;

    (void) state;
    start(&quiet, CT_LOG_ERR);
    start(&loud, CT_LOG_INFO);
    assert_int_equal(ct_log_add_sink(&quiet.log, &loud.file, CT_LOG_INFO),
                     CT_OK);
    ct_log_init_child(&child, &quiet.log, NULL, NULL);
    CT_LOG(&child, CT_LOG_DEBUG, 0, "too much");
    ct_log_set_level(&quiet.log, CT_LOG_DEBUG);
    CT_LOG(&child, CT_LOG_DEBUG, 0, "fine now");
    ct_log_set_level(&quiet.log, CT_LOG_CRIT);
    CT_LOG(&child, CT_LOG_ERR, 0, "never mind");
    ct_log_set_level(&quiet.log, CT_LOG_INHERIT);
    CT_LOG(&child, CT_LOG_ERR, 0, "as before");
    assert_null(strstr(lines(&quiet), "fine now"));
    assert_non_null(strstr(quiet.text, "as before"));
    assert_null(strstr(lines(&loud), "too much"));
    assert_non_null(strstr(loud.text, "fine now"));
    assert_null(strstr(loud.text, "never mind"));
    assert_non_null(strstr(loud.text, "as before"));
    end(&quiet);
    end(&loud);
}


static void
a_child_that_says_all_does_so_where_most_is_said(void **state)
{
    trace_t  quiet;
    trace_t  loud;
    ct_log_t child;

    (void) state;
    start(&quiet, CT_LOG_ERR);
    start(&loud, CT_LOG_INFO);
    assert_int_equal(ct_log_add_sink(&quiet.log, &loud.file, CT_LOG_INFO),
                     CT_OK);
    ct_log_init_child(&child, &quiet.log, NULL, NULL);
    child.level = CT_LOG_DEBUG;
    CT_LOG(&child, CT_LOG_DEBUG, 0, "a detail");
    CT_LOG(&child, CT_LOG_INFO, 0, "a fact");
    assert_string_equal(lines(&quiet), "");
    assert_non_null(strstr(lines(&loud), "a detail"));
    assert_non_null(strstr(loud.text, "a fact"));
    end(&quiet);
    end(&loud);
}


/* A sink with a form and a sender, and what it was given. */
typedef struct catch_s {
    char           text[CT_LOG_FORM_SIZE];
    ct_log_level_t level;
    ct_rc_t        answer;
} catch_t;


static size_t
form(const ct_log_entry_t *entry, char *out, size_t size)
{
    return (size_t) snprintf(out, size, "%.*s|%.*s|%zu",
                             CT_STR_ARG(entry->message),
                             CT_STR_ARG(entry->text), entry->fields->n);
}


static ct_rc_t
catch_line(void *data, ct_log_level_t level, ct_str_t line)
{
    catch_t *caught = data;

    snprintf(caught->text, sizeof(caught->text), "%.*s", CT_STR_ARG(line));
    caught->level = level;
    return caught->answer;
}


/* A guard that keeps back what it is told to. */
typedef struct watch_s {
    ct_log_guard_t guard;
    unsigned       nlost;
    uint64_t       nmore;
    bool           is_closed;
} watch_t;


static bool
admits(ct_log_guard_t *guard, ct_log_level_t level, ct_str_t message,
       uint64_t *nmore)
{
    const watch_t *watch = (const void *) guard;

    assert_int_equal(level, CT_LOG_WARN);
    assert_int_equal(message.len, 3);
    *nmore = watch->nmore;
    return !watch->is_closed;
}


static void
count_lost(ct_log_guard_t *guard)
{
    watch_t *watch = (void *) guard;

    watch->nlost++;
}


static void
a_sink_may_have_a_form_and_a_sender(void **state)
{
    catch_t             caught = { .answer = CT_OK };
    const ct_log_sink_t sink = { .level = CT_LOG_WARN,
                                 .form = form,
                                 .send = catch_line,
                                 .send_data = &caught };
    ct_log_t            log;
    ct_log_t            child;

    (void) state;
    ct_log_init(&log);
    assert_int_equal(ct_log_add_sink_as(&log, &sink), CT_OK);
    ct_log_init_child(&child, &log, write_context, "me");
    CT_LOG(&child, CT_LOG_WARN, 0, "oh");
    assert_string_equal(caught.text, "oh|oh, client: me|2");
    assert_int_equal(caught.level, CT_LOG_WARN);
}


static void
a_guard_hears_of_losses_and_keeps_lines_back(void **state)
{
    catch_t             caught = { .answer = CT_DECLINED };
    watch_t             watch = { { admits, count_lost }, 0, 0, false };
    const ct_log_sink_t sink = { .level = CT_LOG_WARN,
                                 .send = catch_line,
                                 .send_data = &caught };
    ct_log_t            log;

    (void) state;
    ct_log_init(&log);
    assert_int_equal(ct_log_add_sink_as(&log, &sink), CT_OK);
    log.guard = &watch.guard;
    CT_LOG(&log, CT_LOG_WARN, 0, "one");
    assert_int_equal(watch.nlost, 1);
    assert_string_equal(caught.text, "one");
    watch.is_closed = true;
    CT_LOG(&log, CT_LOG_WARN, 0, "two");
    assert_int_equal(watch.nlost, 1);
    assert_string_equal(caught.text, "one");
    watch.is_closed = false;
    watch.nmore = 7;
    CT_LOG(&log, CT_LOG_WARN, 0, "two");
    assert_string_equal(caught.text, "two (7 more in the last second)");
}


static void
control_characters_make_no_second_line(void **state)
{
    trace_t trace;

    (void) state;
    start(&trace, CT_LOG_INFO);
    CT_LOG(&trace.log, CT_LOG_INFO, 0, "a\nb\x1b[0m");
    assert_non_null(strstr(lines(&trace), ": a.b.[0m\n"));
    end(&trace);
}


static void
a_long_line_is_cut_and_ended(void **state)
{
    trace_t trace;
    char    message[CT_LOG_LINE_SIZE + 100];

    (void) state;
    memset(message, 'm', sizeof(message) - 1);
    message[sizeof(message) - 1] = '\0';
    start(&trace, CT_LOG_INFO);
    CT_LOG(&trace.log, CT_LOG_INFO, ENOENT, "%s", message);
    assert_int_equal(strlen(lines(&trace)), CT_LOG_LINE_SIZE);
    assert_string_equal(trace.text + CT_LOG_LINE_SIZE - 5, "m...\n");
    end(&trace);
}


static void
errno_stays_and_a_closed_sink_is_skipped(void **state)
{
    trace_t trace;

    (void) state;
    start(&trace, CT_LOG_INFO);
    trace.file.fd = -1;
    errno = EAGAIN;
    ct_log_write(&trace.log, CT_LOG_INFO, 0, "nowhere");
    assert_int_equal(errno, EAGAIN);
    end(&trace);
}


static void
levels_have_names(void **state)
{
    ct_log_level_t level = CT_LOG_EMERG;

    (void) state;
    assert_int_equal(ct_log_level_parse("debug", &level), CT_OK);
    assert_int_equal(level, CT_LOG_DEBUG);
    assert_string_equal(ct_log_level_name(CT_LOG_ERR), "error");
    assert_int_equal(ct_log_level_parse("", &level), CT_DECLINED);
    assert_int_equal(ct_log_level_parse("Warn", &level), CT_DECLINED);
    assert_int_equal(level, CT_LOG_DEBUG);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_has_level_pid_and_reason),
        cmocka_unit_test(lines_above_the_level_are_not_made),
        cmocka_unit_test(each_sink_has_its_own_level),
        cmocka_unit_test(a_child_adds_its_words),
        cmocka_unit_test(more_fields_than_there_is_room_for_are_cut),
        cmocka_unit_test(children_follow_the_level),
        cmocka_unit_test(a_child_that_says_all_does_so_where_most_is_said),
        cmocka_unit_test(a_sink_may_have_a_form_and_a_sender),
        cmocka_unit_test(a_guard_hears_of_losses_and_keeps_lines_back),
        cmocka_unit_test(control_characters_make_no_second_line),
        cmocka_unit_test(a_long_line_is_cut_and_ended),
        cmocka_unit_test(errno_stays_and_a_closed_sink_is_skipped),
        cmocka_unit_test(levels_have_names),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}

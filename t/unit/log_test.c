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


static size_t
write_context(const void *data, char *out, size_t size)
{
    return (size_t) snprintf(out, size, "client: %s", (const char *) data);
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
        cmocka_unit_test(control_characters_make_no_second_line),
        cmocka_unit_test(a_long_line_is_cut_and_ended),
        cmocka_unit_test(errno_stays_and_a_closed_sink_is_skipped),
        cmocka_unit_test(levels_have_names),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}

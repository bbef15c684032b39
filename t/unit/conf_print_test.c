/*
 * conf_print_test.c -- the list of directives has its columns and its order.
 */

#include "core/ct_config.h"

#include "core/ct_conf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#include "conf_fixture.h"

typedef struct values_s {
    uint64_t time_ms;
    bool     flag;
} values_t;

static const ct_directive_t directives[] = {
    { "zeit", CT_IN_THRIFT | CT_IN_METHOD,
      CT_CONF_MS(values_t, time_ms, "1m30s") },
    { "a_flag", CT_IN_MAIN, CT_CONF_FLAG(values_t, flag, NULL) },
    { NULL, 0, NULL, 0, NULL },
};

static const ct_module_t module = {
    .abi = CT_MODULE_ABI,
    .name = "values",
    .conf_size = sizeof(values_t),
    .directives = directives,
};

static const ct_module_t *const modules[] = { &module, NULL };


/* What the call writes to stdout; the caller's TAP is not disturbed. */
static const char *
printed(const ct_cycle_t *cycle, char *out, size_t size)
{
    FILE     *stream = tmpfile();
    const int saved_fd = dup(STDOUT_FILENO);
    ssize_t   n;

    assert_non_null(stream);
    (void) fflush(stdout);
    assert_int_equal(dup2(fileno(stream), STDOUT_FILENO), STDOUT_FILENO);
    ct_conf_print_directives(cycle);
    (void) fflush(stdout);
    assert_int_equal(dup2(saved_fd, STDOUT_FILENO), STDOUT_FILENO);
    (void) close(saved_fd);
    n = pread(fileno(stream), out, size - 1, 0);
    assert_true(n >= 0);
    out[n] = '\0';
    (void) fclose(stream);
    return out;
}


static void
directives_are_sorted_lines(void **state)
{
    fixture_t fixture;
    char      out[512];

    (void) state;
    fixture_init(&fixture, modules);
    assert_string_equal(printed(fixture.cycle, out, sizeof(out)),
                        "a_flag\tmain\ton | off\t-\tvalues\n"
                        "zeit\tthrift|method\ttime\t1m30s\tvalues\n");
    fixture_release(&fixture);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(directives_are_sorted_lines),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * core_module_test.c -- the main block's directives and their mistakes.
 */

#include "core/ct_config.h"

#include "process/ct_core_module.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/ct_cycle.h"

static const ct_module_t *const modules[] = { &ct_core_module, NULL };


/* A cycle of that text, to be destroyed; NULL if it is refused. */
static ct_cycle_t *
read_text(const char *c_text)
{
    ct_cycle_t *cycle =
        ct_cycle_create(modules, CT_STR("/srv/"), CT_STR("/srv/x.conf"));
    ct_conf_node_t *tree = NULL;

    /* Nothing is told: no level is wanted. */
    cycle->log.level = 0;
    if (ct_conf_parse_text(cycle, "text", ct_str_of(c_text), &tree) == CT_OK
        && ct_conf_apply(cycle, tree) == CT_OK) {
        return cycle;
    }
    ct_cycle_destroy(cycle);
    return NULL;
}


static void
defaults_hold(void **state)
{
    ct_cycle_t           *cycle = read_text("");
    const ct_core_conf_t *conf;

    (void) state;
    assert_non_null(cycle);
    conf = ct_core_conf(cycle);
    assert_true(conf->daemon);
    assert_true(conf->master_process);
    assert_int_equal(conf->workers, 1);
    assert_int_equal(conf->heartbeat_timeout_ms, 30000);
    assert_int_equal(conf->loop_check_ms, 500);
    assert_int_equal(conf->error_logs.n, 0);
    assert_false(conf->rlimit_core.is_set);
    assert_int_equal(conf->user.is_set, geteuid() == 0);
    ct_cycle_destroy(cycle);
}


static void
values_are_read(void **state)
{
    ct_cycle_t           *cycle = read_text("worker_processes auto; umask 027;"
                                                      "worker_rlimit_core unlimited;"
                                                      "worker_rlimit_nofile 64k;"
                                                      "worker_priority -5; term_signal graceful;"
                                                      "worker_cpu_affinity 01 10;"
                                                      "error_log a.log debug; error_log stderr;"
                                                      "env A=1; env B=; env PATH;");
    const ct_core_conf_t *conf;

    (void) state;
    assert_non_null(cycle);
    conf = ct_core_conf(cycle);
    assert_in_range(conf->workers, 1, CT_MAX_WORKERS);
    assert_int_equal(conf->umask.value, 027);
    assert_true(conf->rlimit_core.value == RLIM_INFINITY);
    assert_int_equal(conf->rlimit_nofile.value, 65536);
    assert_int_equal(conf->priority.value, -5);
    assert_true(conf->term_is_graceful);
    assert_int_equal(conf->affinity.n, 2);
    assert_true(CPU_ISSET(1, &conf->affinity.masks[1]));
    assert_int_equal(conf->error_logs.n, 2);
    assert_string_equal(conf->error_logs.items[0].path.data, "/srv/a.log");
    assert_int_equal(conf->error_logs.items[1].level, CT_LOG_ERR);
    assert_int_equal(conf->env.n, 2);
    ct_cycle_destroy(cycle);
}


static void
mistakes_are_refused(void **state)
{
    static const char *const texts[] = {
        "worker_processes 0;",
        "worker_processes 128;",
        "worker_processes many;",
        "umask 8;",
        "umask 7777;",
        "worker_rlimit_core -1;",
        "worker_priority 20;",
        "worker_cpu_affinity 02;",
        "worker_cpu_affinity 00;",
        "worker_cpu_affinity auto 1 1;",
        "error_log a.log loud;",
        "error_log a.log; error_log a.log;",
        "error_log a; error_log b; error_log c; error_log d;",
        "env =x;",
        "env NOBODY_HAS_SET_THIS;",
        "term_signal gracefully;",
        "daemon on; daemon on;",
    };

    (void) state;
    for (size_t i = 0; i < CT_ARRAY_LEN(texts); i++) {
        if (read_text(texts[i]) != NULL) {
            fail_msg("taken: %s", texts[i]);
        }
    }
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_hold),
        cmocka_unit_test(values_are_read),
        cmocka_unit_test(mistakes_are_refused),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}

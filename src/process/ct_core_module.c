/*
 * ct_core_module.c -- what the file says about processes, logs and limits.
 */

#include "core/ct_config.h"

#include "process/ct_core_module.h"

#include "core/ct_cycle.h"
#include "process/ct_core_set.h"
#include "process/ct_reload_roll.h"

static const ct_conf_word_t term_words[] = {
    { "fast", 0 },
    { "graceful", 1 },
    { NULL, 0 },
};

static const ct_conf_word_t strategy_words[] = {
    { "all", CT_RELOAD_ALL },
    { "rolling", CT_RELOAD_ROLLS },
    { NULL, 0 },
};

/* clang-format off */
static const ct_conf_type_t type_strategy =
    CT_CONF_WORDS("all | rolling", strategy_words);

static const ct_conf_type_t type_term =
    CT_CONF_WORDS("fast | graceful", term_words);

#define CORE_FLAG(field, preset) CT_CONF_FLAG(ct_core_conf_t, field, preset)
#define CORE_STR(field, preset)  CT_CONF_STR(ct_core_conf_t, field, preset)
#define CORE_MS(field, preset)   CT_CONF_MS(ct_core_conf_t, field, preset)
#define CORE_OWN(field, type, preset)                                          \
    CT_CONF_CUSTOM(ct_core_conf_t, field, ct_core_type_##type, preset)

static const ct_directive_t core_directives[] = {
    { "daemon", CT_IN_MAIN, CORE_FLAG(daemon, "on") },
    { "master_process", CT_IN_MAIN, CORE_FLAG(master_process, "on") },
    { "worker_processes", CT_IN_MAIN, CORE_OWN(workers, workers, "1") },
    { "pid", CT_IN_MAIN, CORE_STR(pid, CT_PID_PATH) },
    { "control", CT_IN_MAIN, CORE_OWN(control, control, NULL) },
    { "process_name", CT_IN_MAIN, CORE_STR(process_name, CT_NAME) },
    { "working_directory", CT_IN_MAIN, CORE_STR(working_directory, NULL) },
    { "error_log", CT_IN_MAIN, CORE_OWN(error_logs, error_log, NULL) },
    { "capture_output", CT_IN_MAIN, CORE_FLAG(capture_output, "off") },
    { "load_module", CT_IN_MAIN, CORE_OWN(load, load, NULL) },
    { "env", CT_IN_MAIN, CORE_OWN(env, env, NULL) },
    { "user", CT_IN_MAIN, CORE_OWN(user, user, CT_USER " " CT_GROUP) },
    { "umask", CT_IN_MAIN, CORE_OWN(umask, umask, NULL) },
    { "worker_rlimit_nofile", CT_IN_MAIN,
      CORE_OWN(rlimit_nofile, limit, NULL) },
    { "worker_rlimit_core", CT_IN_MAIN, CORE_OWN(rlimit_core, limit, NULL) },
    { "worker_priority", CT_IN_MAIN, CORE_OWN(priority, priority, NULL) },
    { "worker_cpu_affinity", CT_IN_MAIN, CORE_OWN(affinity, affinity, NULL) },
    { "worker_shutdown_timeout", CT_IN_MAIN,
      CORE_MS(shutdown_timeout_ms, "30s") },
    { "worker_heartbeat_timeout", CT_IN_MAIN,
      CORE_MS(heartbeat_timeout_ms, "30s") },
    { "worker_start_timeout", CT_IN_MAIN, CORE_MS(start_timeout_ms, "60s") },
    { "worker_abort_grace", CT_IN_MAIN, CORE_MS(abort_grace_ms, "2s") },
    { "worker_max_calls", CT_IN_MAIN,
      CT_CONF_CUSTOM(ct_core_conf_t, max_calls, ct_span_type_count, "0") },
    { "worker_max_rss", CT_IN_MAIN,
      CT_CONF_SIZE(ct_core_conf_t, max_rss, "0") },
    { "worker_max_age", CT_IN_MAIN,
      CT_CONF_CUSTOM(ct_core_conf_t, max_age_ms, ct_span_type_ms, "0") },
    { "reload_timeout", CT_IN_MAIN, CORE_MS(reload_timeout_ms, "30s") },
    { "reload_strategy", CT_IN_MAIN,
      CT_CONF_ENUM(ct_core_conf_t, strategy, type_strategy, "all") },
    { "watch", CT_IN_MAIN, CORE_OWN(watch, watch, "off") },
    { "upgrade_timeout", CT_IN_MAIN, CORE_MS(upgrade_timeout_ms, "60s") },
    { "loop_check_interval", CT_IN_MAIN, CORE_MS(loop_check_ms, "500ms") },
    { "term_signal", CT_IN_MAIN,
      CT_CONF_ENUM(ct_core_conf_t, term_is_graceful, type_term, "fast") },
    { "statsd", CT_IN_MAIN,
      CT_CONF_CUSTOM(ct_core_conf_t, statsd, ct_statsd_type, NULL) },
    { NULL, 0, NULL, 0, NULL },
};
/* clang-format on */


/* What is asked of a master is in vain where there is none. */
static ct_rc_t
configured(ct_cycle_t *cycle)
{
    const ct_core_conf_t *conf = ct_core_conf(cycle);

    if (!conf->master_process
        && (conf->max_calls.least != 0 || conf->max_rss != 0
            || conf->max_age_ms.least != 0)) {
        CT_LOG(&cycle->log, CT_LOG_WARN, 0,
               "without a master nobody can replace a worker: "
               "worker_max_calls, worker_max_rss and worker_max_age are "
               "ignored");
    }
    if (!conf->master_process && conf->statsd.is_set) {
        CT_LOG(&cycle->log, CT_LOG_WARN, 0,
               "without a master nobody sends figures: statsd is ignored");
    }
    return CT_OK;
}


const ct_module_t ct_core_module = {
    .abi = CT_MODULE_ABI,
    .name = "core",
    .conf_size = sizeof(ct_core_conf_t),
    .directives = core_directives,
    .configured = configured,
};


const ct_core_conf_t *
ct_core_conf(const ct_cycle_t *cycle)
{
    return ct_cycle_conf(cycle, &ct_core_module);
}

/*
 * ct_core_module.h -- what the file says about processes, logs and limits.
 *
 * The directives of the main block that belong to no service.  The module
 * only reads them; each is carried out by the file of its subject.
 */

#ifndef CT_CORE_MODULE_H
#define CT_CORE_MODULE_H

#include "core/ct_config.h"

#include "core/ct_log.h"
#include "core/ct_module.h"
#include "core/ct_span.h"
#include "core/ct_str.h"
#include "core/ct_syslog.h"
#include "process/ct_statsd_conf.h"

#include <sched.h>
#include <sys/resource.h>
#include <sys/types.h>

/*
 * Two generations must find slots on the scoreboard side by side, so half of
 * its slots are what one may have.
 */
#define CT_MAX_WORKERS 127

/* One sink of a log is kept for reports (ct_report.h). */
#define CT_MAX_ERROR_LOGS (CT_LOG_MAX_SINKS - 1)

/*
 * Where and how much is logged.  `path` is absolute, or "stderr", or the word
 * that `syslog` was made of.
 */
typedef struct ct_error_log_s {
    ct_str_t       path;
    ct_log_level_t level;
    bool           is_json;
    ct_syslog_t   *syslog; /* or NULL */
} ct_error_log_t;

typedef struct ct_error_logs_s {
    size_t         n;
    ct_error_log_t items[CT_MAX_ERROR_LOGS];
} ct_error_logs_t;

/* Who the workers are; not set where the master is not root. */
typedef struct ct_user_s {
    bool        is_set;
    uid_t       uid;
    gid_t       gid;
    const char *c_name;
} ct_user_t;

/* A number that may be absent. */
typedef struct ct_setting_s {
    bool   is_set;
    rlim_t value;
} ct_setting_t;

typedef struct ct_priority_s {
    bool is_set;
    int  value; /* -20 .. 19 */
} ct_priority_t;

/* The processors of each worker id; n is 0 without the directive. */
typedef struct ct_affinity_s {
    size_t           n;
    const cpu_set_t *masks;
} ct_affinity_t;

typedef struct ct_core_conf_s {
    bool            daemon;
    bool            master_process;
    uint32_t        workers; /* 1 .. CT_MAX_WORKERS */
    ct_str_t        pid;     /* as written */
    ct_str_t        control; /* "unix:PATH", "off"; empty: beside the pid */
    ct_str_t        process_name;
    ct_str_t        working_directory; /* empty: unchanged */
    ct_error_logs_t error_logs;
    bool            capture_output;
    ct_conf_strs_t  env;  /* NAME=VALUE each */
    ct_conf_strs_t  load; /* paths; carried out before the rest */
    ct_user_t       user;
    ct_setting_t    umask;
    ct_setting_t    rlimit_nofile;
    ct_setting_t    rlimit_core;
    ct_priority_t   priority;
    ct_affinity_t   affinity;
    uint64_t        shutdown_timeout_ms;  /* 0: none */
    uint64_t        heartbeat_timeout_ms; /* 0: none */
    uint64_t        start_timeout_ms;     /* 0: none */
    uint64_t        abort_grace_ms;
    uint64_t        reload_timeout_ms;
    uint64_t        upgrade_timeout_ms;
    int             strategy; /* ct_reload_strategy_t */
    int             watch;    /* ct_watch_mode_t */
    ct_span_t       max_calls;
    size_t          max_rss; /* bytes; 0: none */
    ct_span_t       max_age_ms;
    uint64_t        loop_check_ms; /* 0: nobody looks */
    int             term_is_graceful;

    ct_statsd_conf_t statsd;
} ct_core_conf_t;

extern const ct_module_t ct_core_module;

/* Never NULL once the configuration is applied. */
const ct_core_conf_t *ct_core_conf(const ct_cycle_t *cycle);

#endif /* CT_CORE_MODULE_H */

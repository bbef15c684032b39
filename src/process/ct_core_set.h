/*
 * ct_core_set.h -- the types of values that only the core module takes.
 */

#ifndef CT_CORE_SET_H
#define CT_CORE_SET_H

#include "core/ct_config.h"

#include "core/ct_conf.h"

/* uint32_t: a number of workers, or auto. */
extern const ct_conf_type_t ct_core_type_workers;

/* ct_str_t: unix:PATH, or off. */
extern const ct_conf_type_t ct_core_type_control;

/* ct_error_logs_t: FILE | stderr | syslog:... [LEVEL] [json]. */
extern const ct_conf_type_t ct_core_type_error_log;

/* ct_user_t: USER [GROUP]. */
extern const ct_conf_type_t ct_core_type_user;

/* ct_setting_t: octal. */
extern const ct_conf_type_t ct_core_type_umask;

/* ct_setting_t: a size, or unlimited. */
extern const ct_conf_type_t ct_core_type_limit;

/* ct_priority_t. */
extern const ct_conf_type_t ct_core_type_priority;

/* ct_affinity_t: auto [MASK], or a mask for each worker. */
extern const ct_conf_type_t ct_core_type_affinity;

/* ct_conf_strs_t: NAME=VALUE or NAME. */
extern const ct_conf_type_t ct_core_type_env;

/* ct_conf_strs_t: a path; the module is loaded by then. */
extern const ct_conf_type_t ct_core_type_load;

/* int, a ct_watch_mode_t; the files are among the cycle's stamps then. */
extern const ct_conf_type_t ct_core_type_watch;

#endif /* CT_CORE_SET_H */

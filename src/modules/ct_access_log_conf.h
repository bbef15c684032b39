/*
 * ct_access_log_conf.h -- `log_format` and `access_log`, as they are read.
 */

#ifndef CT_ACCESS_LOG_CONF_H
#define CT_ACCESS_LOG_CONF_H

#include "core/ct_config.h"

#include "core/ct_array.h"
#include "core/ct_conf.h"
#include "core/ct_escape.h"
#include "core/ct_rc.h"
#include "core/ct_str.h"

#include <stdatomic.h>

typedef struct ct_cycle_s    ct_cycle_t;
typedef struct ct_file_s     ct_file_t;
typedef struct ct_syslog_s   ct_syslog_t;
typedef struct ct_template_s ct_template_t;

/* A `log_format`; made when it is first named. */
typedef struct ct_access_format_s {
    ct_str_t              name;
    const ct_conf_node_t *node; /* that named it first */
    ct_template_t *template;    /* NULL until it is declared */
    ct_escape_t escape;
} ct_access_format_t;

/*
 * Where lines go: one for each path, however many directives name it.  Either
 * `file` or `syslog` is set once the configuration has been read.
 */
typedef struct ct_access_target_s {
    ct_str_t word;  /* "stderr", "syslog:...", or an absolute path */
    size_t   index; /* among all */
    const ct_conf_node_t *node;        /* that named it first */
    size_t                buffer_size; /* 0: none, lines leave with each turn */
    uint64_t              flush_ms;    /* lines wait no longer; 0: not given */
    ct_file_t            *file;
    ct_syslog_t          *syslog;

    /*
     * In memory that all workers share: who has left half a line at the end
     * of the file, by pid, or 0.
     */
    _Atomic uint32_t *torn;
} ct_access_target_t;

/* One `access_log`. */
typedef struct ct_access_log_s {
    ct_access_target_t       *target;
    const ct_access_format_t *format;
    ct_template_t            *condition; /* of if=, or NULL */
    uint32_t share; /* of 2^32: how many calls; 0: all of them */
} ct_access_log_t;

/* `formats` and `targets` are main's; nobody looks at the copies. */
typedef struct ct_access_log_conf_s {
    ct_array_t *formats; /* of ct_access_format_t * */
    ct_array_t *targets; /* of ct_access_target_t * */
    ct_array_t  logs;    /* of ct_access_log_t */
    bool        is_off;  /* `off` stands in this block */
} ct_access_log_conf_t;

extern const ct_module_t ct_access_log_module;

/* The types of the two directives; access_log's field is the whole struct. */
extern const ct_conf_type_t ct_access_log_format_type;
extern const ct_conf_type_t ct_access_log_type;

/*
 * For `configured`: whether every format is declared, and every target open.
 * CT_ERROR is logged.
 */
ct_rc_t ct_access_log_conf_settle(ct_cycle_t *cycle);

/* Bytes that a line may have at most, its newline included. */
#define CT_ACCESS_LOG_LINE ((size_t) 32 * 1024)

#endif /* CT_ACCESS_LOG_CONF_H */

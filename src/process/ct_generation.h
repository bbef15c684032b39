/*
 * ct_generation.h -- reading one generation of configuration.
 *
 * From a file to a cycle that is ready to have its sockets opened: modules
 * loaded, directives applied, environment and logs in place, `configured`
 * hooks run.  The master does it, and its trial child does it before.
 */

#ifndef CT_GENERATION_H
#define CT_GENERATION_H

#include "core/ct_config.h"

#include "core/ct_conf.h"
#include "core/ct_log.h"
#include "core/ct_rc.h"
#include "core/ct_str.h"

typedef struct ct_board_s   ct_board_t;
typedef struct ct_cycle_s   ct_cycle_t;
typedef struct ct_file_s    ct_file_t;
typedef struct ct_launch_s  ct_launch_t;
typedef struct ct_module_s  ct_module_t;
typedef struct ct_options_s ct_options_t;

/* The modules that are built in, NULL last; written by configure. */
extern const ct_module_t *const ct_builtin_modules[];

/* How to read it. */
typedef struct ct_generation_s {
    const ct_options_t *options;
    const ct_launch_t  *launch;
    const ct_log_t     *old_log; /* where errors of the file go; or NULL */
    ct_file_t          *report;  /* a sink more; or NULL */
    ct_log_level_t      report_level;
    const ct_cycle_t   *before;   /* the one that serves; or NULL */
    ct_board_t         *board;    /* or NULL in a trial */
    int                 notes_fd; /* as of a cycle: 0 and -1 are none */
    unsigned            number;
    bool                testing; /* -t and trials: nothing outside changes */
} ct_generation_t;

/*
 * The new cycle, owned by the caller; NULL, logged, if anything is wrong with
 * it.  The environment is then that of the failed one.
 */
ct_cycle_t *ct_generation_read(const ct_generation_t *how);

/* The `master_init` hooks, once its sockets are open.  CT_ERROR: one failed. */
ct_rc_t ct_generation_prepare(ct_cycle_t *cycle);

/* Takes the report out of the cycle's log: it works, errors go to its logs. */
void ct_generation_settle(ct_cycle_t *cycle, const ct_file_t *report);

/* Whether an `error_log` of the cycle is standard error. */
bool ct_generation_logs_to_stderr(const ct_cycle_t *cycle);

/*
 * The file and -g as a tree, nothing more; what -s needs.  CT_ERROR is
 * logged.
 */
ct_rc_t ct_generation_parse(ct_cycle_t *cycle, const ct_options_t *options,
                            ct_conf_node_t **tree);

#endif /* CT_GENERATION_H */

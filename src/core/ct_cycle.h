/*
 * ct_cycle.h -- one generation of configuration, as data.
 *
 * A reload reads a new cycle beside the old one; workers keep the one they
 * were forked with.  Building, swapping and dropping it is the process
 * floor's work.  Everything lives in `pool`; after reading it is constant.
 */

#ifndef CT_CYCLE_H
#define CT_CYCLE_H

#include "core/ct_config.h"

#include "core/ct_array.h"
#include "core/ct_hash.h"
#include "core/ct_helper.h"
#include "core/ct_log.h"
#include "core/ct_module.h"
#include "core/ct_queue.h"
#include "core/ct_rc.h"
#include "core/ct_str.h"

typedef struct ct_board_s ct_board_t;

/* A configuration file as it was read, for -T. */
typedef struct ct_conf_file_s {
    ct_str_t path;
    ct_str_t text;
} ct_conf_file_t;

/* What the cycle knows of a directive: the value of its name in `names`. */
typedef struct ct_conf_entry_s {
    const ct_directive_t *directive;
    const ct_module_t    *module;
    size_t                index; /* of the module in `modules` */
} ct_conf_entry_t;

struct ct_cycle_s {
    ct_pool_t       *pool;
    ct_log_t         log;
    ct_queue_t       files;      /* of ct_file_t: the open logs */
    ct_str_t         prefix;     /* absolute, ends with '/' */
    ct_str_t         conf_path;  /* absolute */
    ct_array_t       conf_files; /* of ct_conf_file_t */
    ct_array_t       stamps;     /* of ct_file_stamp_t: all it was read from */
    ct_array_t       modules;    /* of const ct_module_t * */
    ct_hash_t        names;      /* of ct_conf_entry_t, by directive */
    ct_conf_block_t *main;       /* set by ct_conf_apply */
    unsigned         generation; /* 1 for the first */
    ct_board_t      *board;      /* the scoreboard; NULL in a test */
    bool             testing;    /* -t: nothing outside is touched */

    /* The generation that serves, while this one is read; NULL after. */
    const ct_cycle_t *before;
    ct_array_t        zones; /* of ct_zone_t * */

    /*
     * While the file is read: makes a child that a module has forked what a
     * worker is, its environment, user and working directory, with no
     * descriptor of the master's but standard ones, the log's and kept_fd.
     * NULL in a test of a floor.  CT_ERROR, logged: the child must not go on.
     */
    ct_rc_t (*become_worker)(ct_cycle_t *cycle, const void *data, int kept_fd);
    const void *become_data;

    /*
     * Forks a process of a module's own: fork_helper(cycle, helper,
     * fork_data).  NULL where there is no master.
     */
    ct_helper_fork_fn fork_helper;
    void             *fork_data;

    /*
     * What such a process is by its user, environment, limits and directory,
     * as a number: that of another cycle is the same if all of them are.
     */
    uint64_t helper_kind;

    /*
     * While a reload reads the file, twice: where a module notes what it has
     * found out in the trial, so that it need not ask again in earnest.  -1:
     * nowhere.
     */
    int notes_fd;
};

/*
 * A cycle with the given modules (NULL last) and no configuration.  `prefix`
 * and `conf_path` are copied; a relative conf_path is taken from the prefix.
 * Owned by the caller, who ends it with destroy.  NULL, logged to stderr, when
 * the modules do not go together (see ct_cycle_add_module).
 */
ct_cycle_t *ct_cycle_create(const ct_module_t *const *modules, ct_str_t prefix,
                            ct_str_t conf_path);

/* Ends it: cleanups run, loaded modules are unloaded, logs closed. */
void ct_cycle_destroy(ct_cycle_t *cycle);

/*
 * Adds a module read from elsewhere.  CT_ERROR, logged, for another ABI, a
 * name that is taken, or a directive that exists.
 */
ct_rc_t ct_cycle_add_module(ct_cycle_t *cycle, const ct_module_t *module);

/*
 * Loads the modules of a shared object.  The file is copied into memory
 * first, so that replacing it on disk neither disturbs running workers nor
 * goes unnoticed by the next reload.  Unloaded with the cycle.
 */
ct_rc_t ct_cycle_load_module(ct_cycle_t *cycle, ct_str_t path);

/*
 * The same without a log line: on CT_ERROR *why, in the cycle's pool, says
 * what was wrong.  For who knows where in a file the path stands.
 */
ct_rc_t ct_cycle_try_load_module(ct_cycle_t *cycle, ct_str_t path,
                                 ct_str_t *why);

/* The place of a module in `modules`, or SIZE_MAX.  For load time. */
CT_API size_t ct_cycle_module_index(const ct_cycle_t  *cycle,
                                    const ct_module_t *module);

/* The module's struct in the main block. */
CT_API void *ct_cycle_conf(const ct_cycle_t *cycle, const ct_module_t *module);

#endif /* CT_CYCLE_H */

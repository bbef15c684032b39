/*
 * ct_offload_module.h -- `thread_pool`: the pools that a file declares.
 */

#ifndef CT_OFFLOAD_MODULE_H
#define CT_OFFLOAD_MODULE_H

#include "core/ct_config.h"

#include "core/ct_module.h"
#include "core/ct_rc.h"
#include "core/ct_str.h"

typedef struct ct_nearest_s ct_nearest_t;
typedef struct ct_offload_s ct_offload_t;

extern const ct_module_t ct_offload_module;

/*
 * A pool as it is declared.  Its threads exist in workers only, and only where
 * somebody `is_used` it: who reads the configuration says so.
 */
typedef struct ct_thread_pool_s {
    ct_str_t name;
    uint32_t nthreads;
    uint32_t max_queue; /* jobs that wait, beside those that run */
    size_t   index;     /* among the cycle's pools */
    bool     is_used;
} ct_thread_pool_t;

/* What `execute threads` without a name runs on. */
#define CT_THREAD_POOL_DEFAULT "default"

/*
 * The pool of that name, "default" even where the file does not declare it.
 * NULL: there is none, and *nearest, initialised by the caller, has seen the
 * names that there are.  For load time, inside blocks below main.
 */
ct_thread_pool_t *ct_thread_pool_find(ct_cycle_t *cycle, ct_str_t name,
                                      ct_nearest_t *nearest);

/*
 * The pools of this worker, by their index; NULL in place of one that nobody
 * uses.  For a worker_init behind this module's.
 */
ct_offload_t **ct_thread_pools_of(const ct_worker_t *worker);

/*
 * Ends the threads of all pools: before any module's worker_exit, whose state
 * their handlers use.  CT_AGAIN: after `timeout_ms` some still run, as the log
 * says; nothing of the worker may be given back then.
 */
ct_rc_t ct_thread_pools_stop(const ct_worker_t *worker, uint64_t timeout_ms);

#endif /* CT_OFFLOAD_MODULE_H */

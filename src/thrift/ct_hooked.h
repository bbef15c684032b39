/*
 * ct_hooked.h -- which modules hear of the calls of a method.
 *
 * Most modules that have hooks are of no use to most methods: no limit is set
 * there, no log is kept.  Who has something to do is found out once, when a
 * worker starts, so that a call asks nobody else.
 */

#ifndef CT_HOOKED_H
#define CT_HOOKED_H

#include "core/ct_config.h"

#include "thrift/ct_server.h"

typedef struct ct_module_s ct_module_t;
typedef struct ct_worker_s ct_worker_t;

/* A module to ask.  `state` is where its worker_init puts what it makes. */
typedef struct ct_hooked_s {
    const ct_module_t *module;
    void             **state;
} ct_hooked_t;

/* Of one kind of hook, in the order of the modules. */
typedef struct ct_hooked_list_s {
    ct_hooked_t *list;
    size_t       n;
} ct_hooked_list_t;

/* Those of one method. */
typedef struct ct_hooks_s {
    ct_hooked_list_t before_call;
    ct_hooked_list_t after_call;
    ct_hooked_list_t call_ended;
} ct_hooks_t;

/*
 * The hooks of each method, by ct_handler_t.index, behind those of messages
 * that have no method: ct_hooked_of.  In the worker's pool.
 */
const ct_hooks_t *ct_hooked_find(const ct_worker_t *worker);

/* Those of a handler's calls; `handler` is NULL where there is none. */
static inline const ct_hooks_t *
ct_hooked_of(const ct_hooks_t *all, const ct_handler_t *handler)
{
    return &all[handler != NULL ? handler->index + 1 : 0];
}

#endif /* CT_HOOKED_H */

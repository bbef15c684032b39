/*
 * ct_hooked.c -- which modules hear of the calls of a method.
 */

#include "core/ct_config.h"

#include "thrift/ct_hooked.h"

#include "core/ct_cycle.h"
#include "core/ct_module.h"
#include "core/ct_pool.h"
#include "thrift/ct_thrift_module.h"


static const ct_module_t *
module_at(const ct_worker_t *worker, size_t i)
{
    return *(const ct_module_t **) ct_array_at(&worker->cycle->modules, i);
}


/* A message without a method may belong to any block, so all hear of it. */
static bool
heeds(const ct_module_t *module, const ct_handler_t *handler, size_t i)
{
    return module->heeds_calls == NULL || handler == NULL
           || handler->confs[i] == NULL
           || module->heeds_calls(handler->confs[i]);
}


static void
list_add(ct_hooked_list_t *hooked, const ct_worker_t *worker, size_t i)
{
    if (hooked->list == NULL) {
        hooked->list = ct_pool_alloc(worker->pool, worker->cycle->modules.n
                                                       * sizeof(*hooked->list));
    }
    hooked->list[hooked->n++] = (ct_hooked_t){
        .module = module_at(worker, i),
        .state = &worker->states[i],
    };
}


static void
hooks_find(const ct_worker_t *worker, const ct_handler_t *handler,
           ct_hooks_t *hooks)
{
    for (size_t i = 0; i < worker->cycle->modules.n; i++) {
        const ct_module_t *module = module_at(worker, i);

        if (!heeds(module, handler, i)) {
            continue;
        }
        if (module->before_call != NULL) {
            list_add(&hooks->before_call, worker, i);
        }
        if (module->after_call != NULL) {
            list_add(&hooks->after_call, worker, i);
        }
        if (module->call_ended != NULL) {
            list_add(&hooks->call_ended, worker, i);
        }
    }
}


const ct_hooks_t *
ct_hooked_find(const ct_worker_t *worker)
{
    const ct_thrift_conf_t *of_main =
        ct_cycle_conf(worker->cycle, &ct_thrift_module);
    const ct_array_t *handlers = of_main->handlers;
    const size_t      n = handlers != NULL ? handlers->n : 0;
    ct_hooks_t *all = ct_pool_zalloc(worker->pool, (n + 1) * sizeof(*all));

    hooks_find(worker, NULL, &all[0]);
    for (size_t i = 0; i < n; i++) {
        const ct_handler_t *handler =
            *(const ct_handler_t **) ct_array_at(handlers, i);

        hooks_find(worker, handler, &all[handler->index + 1]);
    }
    return all;
}

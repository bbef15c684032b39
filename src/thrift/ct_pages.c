/*
 * ct_pages.c -- what modules show to those who ask for pages.
 *
 * Such a request has a ct_call_t like any other message, so that addresses,
 * headers and variables can be asked for, but neither service nor method.
 */

#include "core/ct_config.h"

#include "thrift/ct_pages.h"

#include "core/ct_conf.h"
#include "core/ct_cycle.h"
#include "core/ct_module.h"
#include "event/ct_backlog.h"
#include "event/ct_event_module.h"
#include "thrift/ct_pending.h"
#include "thrift/ct_server.h"
#include "thrift/ct_thrift_module.h"


void
ct_pages_offer(ct_conf_t *conf)
{
    ct_server_t *server = conf->block->data;

    server->shows_pages = true;
}


size_t
ct_pages_listens(const ct_worker_t *worker, ct_pool_t *pool,
                 const ct_status_listen_t **listens)
{
    return ct_backlog_list(ct_event_listens(worker->cycle), pool, listens);
}


void
ct_pages_ask(ct_pending_t *pending)
{
    const ct_worker_t *worker = pending->state->worker;
    const ct_array_t  *modules = &worker->cycle->modules;
    ct_rc_t            rc = CT_DECLINED;

    for (size_t i = 0; i < modules->n && rc == CT_DECLINED; i++) {
        const ct_module_t *module =
            *(const ct_module_t **) ct_array_at(modules, i);

        if (module->web != NULL) {
            rc = module->web(&pending->call, pending->envelope.web,
                             worker->states[i]);
        }
    }
}

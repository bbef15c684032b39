/*
 * ct_pages.h -- what modules show to those who ask for pages.
 *
 * The request and its answer are a ct_web_t; the hook is `web` of
 * ct_module_t.
 */

#ifndef CT_PAGES_H
#define CT_PAGES_H

#include "core/ct_config.h"

#include "core/ct_rc.h"

typedef struct ct_conf_s    ct_conf_t;
typedef struct ct_pending_s ct_pending_t;
typedef struct ct_pool_s    ct_pool_t;
typedef struct ct_worker_s  ct_worker_t;

typedef struct ct_status_listen_s ct_status_listen_t;

/*
 * For the setter of a directive that stands in a `server`: pages are shown
 * there, so it may do without a service, and then speaks HTTP only.
 */
CT_API void ct_pages_offer(ct_conf_t *conf);

/*
 * Who waits at the listening sockets of this generation: how many there are;
 * *listens is in `pool`.  The kernel is asked.
 */
CT_API size_t ct_pages_listens(const ct_worker_t *worker, ct_pool_t *pool,
                               const ct_status_listen_t **listens);

/*
 * Asks the modules, in their order, until one has answered; what nobody wants
 * the transport answers as ever.
 */
void ct_pages_ask(ct_pending_t *pending);

#endif /* CT_PAGES_H */

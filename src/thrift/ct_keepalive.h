/*
 * ct_keepalive.h -- a connection may not be used for ever.
 *
 * After keepalive_calls, or once it is older than keepalive_time, a connection
 * ends with its next reply.  An idle one is left alone: its client may be
 * about to call, and would lose that call; client_timeout is for those who
 * never do.  Both count on when the connection moves to another worker.
 */

#ifndef CT_KEEPALIVE_H
#define CT_KEEPALIVE_H

#include "core/ct_config.h"

#include "thrift/ct_server.h"
#include "thrift/ct_session.h"

/* Whether the session has reached one of them. */
bool ct_keepalive_is_over(const ct_session_t *session);

/* Notes it, for each reply: mostly there is neither. */
static inline void
ct_keepalive_look(ct_session_t *session)
{
    const ct_thrift_conf_t *conf = session->server->conf;

    if (CT_UNLIKELY(conf->keepalive_calls.least != 0
                    || conf->keepalive_time_ms.least != 0)
        && ct_keepalive_is_over(session)) {
        session->worn = true;
    }
}

#endif /* CT_KEEPALIVE_H */

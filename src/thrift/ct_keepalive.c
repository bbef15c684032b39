/*
 * ct_keepalive.c -- a connection may not be used for ever.
 *
 * What chance adds is drawn from when the connection was accepted and which
 * one it is, so that clients which connect together do not come back together;
 * it is no secret, so it needs no better source.
 */

#include "core/ct_config.h"

#include "thrift/ct_keepalive.h"

#include "event/ct_conn.h"
#include "event/ct_loop.h"
#include "thrift/ct_server.h"


void
ct_keepalive_begin(ct_session_t *session)
{
    const ct_thrift_conf_t *conf = session->server->conf;
    const ct_conn_t        *conn = session->conn;
    const uint64_t          chance = conn->accepted_ms * 1000 + conn->number;

    session->last_call = ct_span_draw(&conf->keepalive_calls, chance);
    if (conf->keepalive_time_ms.least != 0) {
        session->expires_ms =
            conn->accepted_ms + ct_span_draw(&conf->keepalive_time_ms, chance);
    }
}


void
ct_keepalive_look(ct_session_t *session)
{
    if ((session->last_call != 0 && session->ncalls_total >= session->last_call)
        || (session->expires_ms != 0
            && ct_loop_now_ms(session->conn->loop) >= session->expires_ms)) {
        session->worn = true;
    }
}

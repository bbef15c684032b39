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


bool
ct_keepalive_is_over(const ct_session_t *session)
{
    const ct_thrift_conf_t *conf = session->server->conf;
    const ct_conn_t        *conn = session->conn;
    const uint64_t          chance = conn->accepted_ms * 1000 + conn->number;

    if (conf->keepalive_calls.least != 0
        && session->ncalls_total
               >= ct_span_draw(&conf->keepalive_calls, chance)) {
        return true;
    }
    return conf->keepalive_time_ms.least != 0
           && ct_loop_now_ms(conn->loop)
                  >= conn->accepted_ms
                         + ct_span_draw(&conf->keepalive_time_ms, chance);
}

/*
 * ct_hook.c -- what hooks may ask of a connection.
 *
 * Few modules keep something with a connection, so the places for it are made
 * when the first one asks: an idle connection stays small.
 */

#include "core/ct_config.h"

#include "thrift/ct_hook.h"

#include <string.h>

#include "core/ct_board.h"
#include "core/ct_cycle.h"
#include "core/ct_mem.h"
#include "core/ct_module.h"
#include "event/ct_conn.h"
#include "thrift/ct_pending.h"
#include "thrift/ct_server.h"
#include "thrift/ct_session.h"
#include "thrift/ct_thrift_module.h"


const void *
ct_hook_conf(const ct_conn_t *conn, const ct_module_t *module)
{
    const ct_session_t *session = conn->session;
    const ct_server_t  *server = session->server;
    const size_t        index = ct_cycle_module_index(server->cycle, module);

    return index != SIZE_MAX ? server->confs[index] : NULL;
}


static void **
data_of(ct_session_t *session, const ct_module_t *module)
{
    const ct_cycle_t *cycle = session->server->cycle;
    const size_t      index = ct_cycle_module_index(cycle, module);
    const size_t      size = cycle->modules.n * sizeof(void *);

    CT_ASSERT(index != SIZE_MAX);
    if (session->data == NULL) {
        session->data = ct_mem_alloc(size);
        memset(session->data, 0, size);
    }
    return &session->data[index];
}


void **
ct_hook_data(ct_conn_t *conn, const ct_module_t *module)
{
    return data_of(conn->session, module);
}


void **
ct_hook_data_of_call(ct_call_t *call, const ct_module_t *module)
{
    return data_of(ct_pending_of(call)->session, module);
}


bool
ct_hook_is_moved(const ct_conn_t *conn)
{
    return conn->moved;
}


void
ct_hook_count(const ct_conn_t *conn, ct_board_counter_t counter)
{
    const ct_session_t *session = conn->session;

    ct_board_count(session->state->worker->slot, counter, 1);
}


const ct_log_t *
ct_hook_log(const ct_conn_t *conn)
{
    return conn->log;
}


ct_str_t
ct_hook_peer(const ct_conn_t *conn, ct_pool_t *pool)
{
    char text[CT_ADDR_TEXT_SIZE];

    return ct_str_dup(pool,
                      ct_str_of(ct_conn_peer_text(conn, text, sizeof(text))));
}

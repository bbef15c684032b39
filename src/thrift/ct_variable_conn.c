/*
 * ct_variable_conn.c -- variables: who has called and where, the connection.
 *
 * A call whose client has gone has no connection any more, so all that is
 * about one is empty then.  The client's address alone is noted with a call.
 */

#include "core/ct_config.h"

#include "thrift/ct_variable_table.h"

#include "core/ct_pool.h"
#include "event/ct_conn.h"
#include "event/ct_listen.h"
#include "event/ct_tls.h"
#include "thrift/ct_pending.h"
#include "thrift/ct_real_ip.h"
#include "thrift/ct_session.h"


static ct_str_t
host_text(ct_pool_t *pool, const ct_peer_t *peer)
{
    char *text = ct_pool_alloc(pool, CT_HOST_SIZE);

    return (ct_str_t){ ct_peer_write_host(peer, text), text };
}


/* A unix socket has none, and a header may have left it out. */
static ct_str_t
port_text(ct_pool_t *pool, const ct_peer_t *peer)
{
    const uint16_t port = ct_peer_port(peer);

    return port != 0 ? ct_decimal_text(pool, port) : CT_NOTHING;
}


/* ---- Who has called, and where. */

static size_t
remote_addr(ct_call_t *call, char *out)
{
    ct_peer_t peer;

    return ct_real_ip_find(ct_pending_of(call), &peer) == CT_OK
               ? ct_peer_write_host(&peer, out)
               : 0;
}


/* Before there is a call. */
static ct_str_t
conn_addr(const ct_conn_t *conn, ct_pool_t *pool)
{
    return host_text(pool, &conn->peer);
}


static ct_str_t
conn_port(const ct_conn_t *conn, ct_pool_t *pool)
{
    return port_text(pool, &conn->peer);
}


static size_t
remote_port(ct_call_t *call, char *out)
{
    ct_peer_t peer;

    return ct_real_ip_find(ct_pending_of(call), &peer) == CT_OK
                   && ct_peer_port(&peer) != 0
               ? ct_decimal_write(out, ct_peer_port(&peer))
               : 0;
}


static ct_str_t
realip_remote_addr(const ct_conn_t *conn, ct_pool_t *pool)
{
    return host_text(pool, ct_conn_socket_peer(conn));
}


static ct_str_t
realip_remote_port(const ct_conn_t *conn, ct_pool_t *pool)
{
    return port_text(pool, ct_conn_socket_peer(conn));
}


static ct_str_t
proxy_protocol_addr(const ct_conn_t *conn, ct_pool_t *pool)
{
    return conn->proxied != NULL ? host_text(pool, &conn->peer) : CT_NOTHING;
}


static ct_str_t
proxy_protocol_port(const ct_conn_t *conn, ct_pool_t *pool)
{
    return conn->proxied != NULL ? port_text(pool, &conn->peer) : CT_NOTHING;
}


static ct_str_t
proxy_protocol_server_addr(const ct_conn_t *conn, ct_pool_t *pool)
{
    const ct_proxied_t *proxied = conn->proxied;

    return proxied != NULL ? host_text(pool, &proxied->server) : CT_NOTHING;
}


static ct_str_t
proxy_protocol_server_port(const ct_conn_t *conn, ct_pool_t *pool)
{
    const ct_proxied_t *proxied = conn->proxied;

    return proxied != NULL ? port_text(pool, &proxied->server) : CT_NOTHING;
}


/* Our end, in the form of a peer; a listen may be on every address. */
static ct_rc_t
our_end(const ct_conn_t *conn, ct_addr_t *addr, ct_peer_t *peer)
{
    if (ct_addr_of_socket(conn->io.fd, addr) != CT_OK) {
        return CT_DECLINED;
    }
    memset(peer, 0, sizeof(*peer));
    switch (addr->sa.any.sa_family) {
    case AF_INET:
        peer->sa.in = addr->sa.in;
        break;
    case AF_INET6:
        peer->sa.in6 = addr->sa.in6;
        break;
    default:
        peer->sa.any.sa_family = AF_UNIX;
        break;
    }
    return CT_OK;
}


/* Of a unix socket the path says more than that it is one. */
static ct_str_t
server_addr(const ct_conn_t *conn, ct_pool_t *pool)
{
    char      text[CT_ADDR_TEXT_SIZE];
    ct_addr_t addr;
    ct_peer_t peer;

    if (our_end(conn, &addr, &peer) != CT_OK) {
        return CT_NOTHING;
    }
    if (peer.sa.any.sa_family != AF_UNIX) {
        return host_text(pool, &peer);
    }
    return ct_str_dup(pool, ct_str_of(ct_addr_text(&addr, text, sizeof(text))));
}


static ct_str_t
server_port(const ct_conn_t *conn, ct_pool_t *pool)
{
    ct_addr_t addr;
    ct_peer_t peer;

    return our_end(conn, &addr, &peer) == CT_OK ? port_text(pool, &peer)
                                                : CT_NOTHING;
}


/* ---- The connection. */

static ct_str_t
conn_number(const ct_conn_t *conn, ct_pool_t *pool)
{
    return ct_decimal_text(pool, conn->number);
}


static size_t
connection(ct_call_t *call, char *out)
{
    const ct_session_t *session = ct_pending_of(call)->session;

    return session != NULL ? ct_decimal_write(out, session->conn->number) : 0;
}


static size_t
connection_calls(ct_call_t *call, char *out)
{
    const ct_session_t *session = ct_pending_of(call)->session;

    return session != NULL ? ct_decimal_write(out, session->ncalls_total) : 0;
}


/* ---- The tables. */

/* clang-format off */
#define OF_TLS(name) { "ssl_" #name, ct_tls_get_##name, NULL, NULL, NULL }

static const ct_variable_entry_t conn_entries[] = {
    { "connection", conn_number, NULL, connection, NULL },
    CT_WRITTEN(connection_calls),
    CT_OF_CONN(proxy_protocol_addr),
    CT_OF_CONN(proxy_protocol_port),
    CT_OF_CONN(proxy_protocol_server_addr),
    CT_OF_CONN(proxy_protocol_server_port),
    CT_OF_CONN(realip_remote_addr),
    CT_OF_CONN(realip_remote_port),
    { "remote_addr", conn_addr, NULL, remote_addr, NULL },
    { "remote_port", conn_port, NULL, remote_port, NULL },
    CT_OF_CONN(server_addr),
    CT_OF_CONN(server_port),
};

static const ct_variable_entry_t tls_entries[] = {
    OF_TLS(alpn_protocol),
    OF_TLS(cipher),
    OF_TLS(client_cert),
    OF_TLS(client_fingerprint),
    OF_TLS(client_i_dn),
    OF_TLS(client_s_dn),
    OF_TLS(client_serial),
    OF_TLS(client_v_end),
    OF_TLS(client_v_remain),
    OF_TLS(client_v_start),
    OF_TLS(client_verify),
    OF_TLS(curve),
    OF_TLS(protocol),
    OF_TLS(server_name),
    OF_TLS(session_id),
    OF_TLS(session_reused),
};
/* clang-format on */

const ct_variable_table_t ct_variables_of_conn = CT_VARIABLES(conn_entries);
const ct_variable_table_t ct_variables_of_tls = CT_VARIABLES(tls_entries);

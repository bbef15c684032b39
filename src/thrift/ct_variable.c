/*
 * ct_variable.c -- what is known of a call, by name.
 *
 * One sorted table of names and functions.  A function is asked at the moment
 * of use and keeps nothing: most calls never ask.  A call whose client has
 * gone has no connection any more, so all that is about one is empty then.
 */

#include "core/ct_config.h"

#include "thrift/ct_variable.h"

#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/ct_clock.h"
#include "core/ct_module.h"
#include "event/ct_conn.h"
#include "event/ct_listen.h"
#include "event/ct_tls.h"
#include "thrift/ct_pending.h"
#include "thrift/ct_real_ip.h"
#include "thrift/ct_server.h"
#include "thrift/ct_session.h"

/* What is known of a connection, which is there. */
typedef ct_str_t (*of_conn_fn)(const ct_conn_t *conn, ct_pool_t *pool);

/* Of a call; `arg` is what stands behind a prefix. */
typedef ct_str_t (*of_call_fn)(ct_call_t *call, ct_str_t arg, ct_pool_t *pool);

/* One of the two functions.  A name ending in '_' is a prefix. */
struct ct_variable_entry_s {
    const char *name;
    of_conn_fn  of_conn;
    of_call_fn  of_call;
};

#define NOTHING CT_STR("")


static ct_str_t
number_text(ct_pool_t *pool, uint64_t number)
{
    return ct_str_printf(pool, "%" PRIu64, number);
}


static ct_str_t
host_text(ct_pool_t *pool, const ct_peer_t *peer)
{
    char text[CT_ADDR_TEXT_SIZE];

    return ct_str_dup(pool, ct_str_of(ct_peer_host(peer, text, sizeof(text))));
}


/* A unix socket has none, and a header may have left it out. */
static ct_str_t
port_text(ct_pool_t *pool, const ct_peer_t *peer)
{
    const uint16_t port = ct_peer_port(peer);

    return port != 0 ? number_text(pool, port) : NOTHING;
}


/* ---- Who has called, and where. */

static ct_str_t
remote_addr(ct_call_t *call, ct_str_t arg CT_UNUSED, ct_pool_t *pool)
{
    ct_peer_t peer;

    return ct_real_ip_find(ct_pending_of(call), &peer) == CT_OK
               ? host_text(pool, &peer)
               : NOTHING;
}


static ct_str_t
remote_port(ct_call_t *call, ct_str_t arg CT_UNUSED, ct_pool_t *pool)
{
    ct_peer_t peer;

    return ct_real_ip_find(ct_pending_of(call), &peer) == CT_OK
               ? port_text(pool, &peer)
               : NOTHING;
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
    return conn->proxied != NULL ? host_text(pool, &conn->peer) : NOTHING;
}


static ct_str_t
proxy_protocol_port(const ct_conn_t *conn, ct_pool_t *pool)
{
    return conn->proxied != NULL ? port_text(pool, &conn->peer) : NOTHING;
}


static ct_str_t
proxy_protocol_server_addr(const ct_conn_t *conn, ct_pool_t *pool)
{
    const ct_proxied_t *proxied = conn->proxied;

    return proxied != NULL ? host_text(pool, &proxied->server) : NOTHING;
}


static ct_str_t
proxy_protocol_server_port(const ct_conn_t *conn, ct_pool_t *pool)
{
    const ct_proxied_t *proxied = conn->proxied;

    return proxied != NULL ? port_text(pool, &proxied->server) : NOTHING;
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
        return NOTHING;
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
                                                : NOTHING;
}


/* ---- The connection and the process. */

static ct_str_t
connection(const ct_conn_t *conn, ct_pool_t *pool)
{
    return number_text(pool, conn->number);
}


static ct_str_t
connection_calls(ct_call_t *call, ct_str_t arg CT_UNUSED, ct_pool_t *pool)
{
    const ct_session_t *session = ct_pending_of(call)->session;

    return session != NULL ? number_text(pool, session->ncalls_total) : NOTHING;
}


static ct_str_t
pid(ct_call_t *call CT_UNUSED, ct_str_t arg CT_UNUSED, ct_pool_t *pool)
{
    return number_text(pool, (uint64_t) getpid());
}


static ct_str_t
worker(ct_call_t *call, ct_str_t arg CT_UNUSED, ct_pool_t *pool)
{
    return number_text(pool, call->worker->id);
}


/* ---- The call. */

static ct_str_t
service(ct_call_t *call, ct_str_t arg CT_UNUSED, ct_pool_t *pool CT_UNUSED)
{
    const ct_handler_t *handler = ct_pending_of(call)->handler;

    return handler != NULL ? ct_str_of(handler->offer->service->name) : NOTHING;
}


/* Of a method that nobody has, the name as it came. */
static ct_str_t
method(ct_call_t *call, ct_str_t arg CT_UNUSED, ct_pool_t *pool CT_UNUSED)
{
    const ct_pending_t *pending = ct_pending_of(call);

    return pending->handler != NULL ? ct_str_of(pending->handler->method->name)
                                    : pending->head.name;
}


static ct_str_t
seqid(ct_call_t *call, ct_str_t arg CT_UNUSED, ct_pool_t *pool)
{
    return ct_str_printf(pool, "%" PRId32, ct_pending_of(call)->head.seqid);
}


static ct_str_t
protocol(ct_call_t *call, ct_str_t arg CT_UNUSED, ct_pool_t *pool CT_UNUSED)
{
    const ct_dialect_t *of = &ct_pending_of(call)->envelope.dialect;

    return of->protocol != NULL ? ct_str_of(of->protocol->name) : NOTHING;
}


static ct_str_t
transport(ct_call_t *call, ct_str_t arg CT_UNUSED, ct_pool_t *pool CT_UNUSED)
{
    const ct_dialect_t *of = &ct_pending_of(call)->envelope.dialect;

    return of->transport != NULL ? ct_str_of(of->transport->name) : NOTHING;
}


/* "framed compact", with "zlib" in front where that is around it. */
static ct_str_t
dialect(ct_call_t *call, ct_str_t arg CT_UNUSED, ct_pool_t *pool)
{
    const ct_dialect_t *of = &ct_pending_of(call)->envelope.dialect;

    if (of->transport == NULL || of->protocol == NULL) {
        return NOTHING;
    }
    return ct_str_printf(pool, "%s%s %s", of->deflated ? "zlib " : "",
                         of->transport->name, of->protocol->name);
}


static ct_str_t
request_length(ct_call_t *call, ct_str_t arg CT_UNUSED, ct_pool_t *pool)
{
    return number_text(pool, ct_pending_of(call)->request_len);
}


static ct_str_t
reply_length(ct_call_t *call, ct_str_t arg CT_UNUSED, ct_pool_t *pool)
{
    return number_text(pool, ct_pending_of(call)->reply_len);
}


/* Since the message was whole; seconds. */
static ct_str_t
request_time(ct_call_t *call, ct_str_t arg CT_UNUSED, ct_pool_t *pool)
{
    const uint64_t time_us =
        (ct_clock_ns() - ct_pending_of(call)->started_ns) / 1000;

    return ct_str_printf(pool, "%" PRIu64 ".%06" PRIu64, time_us / 1000000,
                         time_us % 1000000);
}


/* One letter of a header's name as a variable has it. */
static char
folded(char letter)
{
    if (letter >= 'A' && letter <= 'Z') {
        return (char) (letter - 'A' + 'a');
    }
    return letter == '-' ? '_' : letter;
}


static bool
names_alike(ct_str_t a, ct_str_t b)
{
    if (a.len != b.len) {
        return false;
    }
    for (size_t i = 0; i < a.len; i++) {
        if (folded(a.data[i]) != folded(b.data[i])) {
            return false;
        }
    }
    return true;
}


/* Not by ct_call_header: no name of a variable has a dash in it. */
static ct_str_t
header(ct_call_t *call, ct_str_t arg, ct_pool_t *pool CT_UNUSED)
{
    const ct_envelope_t *envelope = &ct_pending_of(call)->envelope;

    for (size_t i = 0; i < envelope->nheaders; i++) {
        if (names_alike(envelope->headers[i].name, arg)) {
            return envelope->headers[i].value;
        }
    }
    return NOTHING;
}


/* ---- The table, sorted by name. */

/* clang-format off */
#define OF_CONN(name) { #name, name, NULL }
#define OF_CALL(name) { #name, NULL, name }
#define OF_TLS(name)  { "ssl_" #name, ct_tls_get_##name, NULL }

static const ct_variable_entry_t entries[] = {
    OF_CONN(connection),
    OF_CALL(connection_calls),
    OF_CALL(dialect),
    { "header_", NULL, header },
    OF_CALL(method),
    OF_CALL(pid),
    OF_CALL(protocol),
    OF_CONN(proxy_protocol_addr),
    OF_CONN(proxy_protocol_port),
    OF_CONN(proxy_protocol_server_addr),
    OF_CONN(proxy_protocol_server_port),
    OF_CONN(realip_remote_addr),
    OF_CONN(realip_remote_port),
    OF_CALL(remote_addr),
    OF_CALL(remote_port),
    OF_CALL(reply_length),
    OF_CALL(request_length),
    OF_CALL(request_time),
    OF_CALL(seqid),
    OF_CONN(server_addr),
    OF_CONN(server_port),
    OF_CALL(service),
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
    OF_CALL(transport),
    OF_CALL(worker),
};
/* clang-format on */


static bool
is_prefix(const ct_variable_entry_t *entry)
{
    return entry->name[strlen(entry->name) - 1] == '_';
}


/* The name's place beside an entry's; a prefix is equal to all it begins. */
static int
compare(const void *key, const void *item)
{
    const ct_str_t            *name = key;
    const ct_variable_entry_t *entry = item;

    if (is_prefix(entry) && ct_str_starts_with(*name, entry->name)) {
        return 0;
    }
    return ct_str_cmp(*name, ct_str_of(entry->name));
}


/* Without anything behind it a prefix is no name. */
ct_rc_t
ct_variable_find(ct_str_t name, ct_variable_t *variable)
{
    const ct_variable_entry_t *entry = bsearch(
        &name, entries, CT_ARRAY_LEN(entries), sizeof(entries[0]), compare);
    size_t n;

    if (entry == NULL) {
        return CT_DECLINED;
    }
    n = strlen(entry->name);
    if (is_prefix(entry) && name.len == n) {
        return CT_DECLINED;
    }
    variable->entry = entry;
    variable->arg = (ct_str_t){ name.len - n, name.data + n };
    return CT_OK;
}


ct_str_t
ct_variable_get(const ct_variable_t *variable, ct_call_t *call, ct_pool_t *pool)
{
    const ct_variable_entry_t *entry = variable->entry;
    const ct_session_t        *session = ct_pending_of(call)->session;

    if (entry->of_call != NULL) {
        return entry->of_call(call, variable->arg, pool);
    }
    return session != NULL ? entry->of_conn(session->conn, pool) : NOTHING;
}


ct_rc_t
ct_call_variable(ct_call_t *call, ct_str_t name, ct_str_t *value)
{
    ct_variable_t variable;

    if (ct_variable_find(name, &variable) != CT_OK) {
        return CT_DECLINED;
    }
    *value = ct_variable_get(&variable, call, call->pool);
    return CT_OK;
}

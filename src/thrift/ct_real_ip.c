/*
 * ct_real_ip.c -- whom a call is made for, where a proxy makes it.
 *
 * A header of the kind of X-Forwarded-For is a list: each proxy adds at the
 * right end whom it has been called by, so only what trusted proxies have
 * added is known, and all to the left of it may be made up.  Therefore it is
 * read from the right.  The last address is the one whom the proxy next to us
 * has seen; with real_ip_recursive, while that is a trusted proxy itself, the
 * one before it is taken.  What cannot be read ends the walk: who is known so
 * far is the client.  Headers of one name are one list, in their order; those
 * that were set for the connection count where the call has none of its own.
 */

#include "core/ct_config.h"

#include "thrift/ct_real_ip.h"

#include <string.h>
#include <strings.h>

#include "core/ct_conf.h"
#include "event/ct_conn.h"
#include "event/ct_listen.h"
#include "event/ct_proxy_module.h"
#include "thrift/ct_pending.h"
#include "thrift/ct_server.h"
#include "thrift/ct_session.h"
#include "thrift/ct_thrift_module.h"


/* Whether a directive of that name stands in the block itself. */
static bool
stands_in(const ct_conf_block_t *block, const char *c_name)
{
    for (const ct_conf_node_t *node = block->node->children; node != NULL;
         node = node->next) {
        if (ct_str_eq_c(node->args[0], c_name)) {
            return true;
        }
    }
    return false;
}


static ct_rc_t
refuse(ct_conf_t *conf, const char *c_name, const char *c_why)
{
    return ct_conf_error(conf, "'%s' has no effect: %s", c_name, c_why);
}


/*
 * What is set above holds for servers that may need it; what stands in a
 * server must do something there.
 */
ct_rc_t
ct_real_ip_check(ct_conf_t *conf, const ct_conf_block_t *block)
{
    const ct_server_t     *server = block->data;
    const ct_proxy_conf_t *proxy =
        ct_conf_of(conf->cycle, block, &ct_proxy_module);
    const bool has_header = server->conf->real_ip_header.len != 0;
    const bool has_proxy = server->nproxied > 0;

    if (!has_proxy && stands_in(block, "proxy_protocol_timeout")) {
        return refuse(conf, "proxy_protocol_timeout",
                      "no listen of this server has proxy_protocol");
    }
    if (!has_proxy && !has_header && stands_in(block, "set_real_ip_from")) {
        return refuse(conf, "set_real_ip_from",
                      "no listen of this server has proxy_protocol, and no "
                      "real_ip_header is set");
    }
    if (has_header && (proxy == NULL || proxy->ntrusted == 0)) {
        return refuse(conf, "real_ip_header", "no set_real_ip_from is given");
    }
    if (!has_header && stands_in(block, "real_ip_recursive")) {
        return refuse(conf, "real_ip_recursive", "no real_ip_header is set");
    }
    return CT_OK;
}


static ct_str_t
trim(ct_str_t text)
{
    while (text.len > 0 && (text.data[0] == ' ' || text.data[0] == '\t')) {
        text.data++;
        text.len--;
    }
    while (text.len > 0
           && (text.data[text.len - 1] == ' '
               || text.data[text.len - 1] == '\t')) {
        text.len--;
    }
    return text;
}


/* "[2001:db8::7]" or "192.0.2.7", then perhaps a colon and a port. */
static ct_rc_t
host_split(ct_str_t text, ct_str_t *host, ct_str_t *port)
{
    const bool  has_brackets = text.len > 0 && text.data[0] == '[';
    const char *end =
        text.len == 0 ? NULL
                      : memchr(text.data, has_brackets ? ']' : ':', text.len);
    size_t n;

    *host = text;
    *port = CT_STR("0");
    if (end == NULL) {
        return has_brackets ? CT_DECLINED : CT_OK;
    }
    n = (size_t) (end - text.data);
    *host = (ct_str_t){ n - has_brackets, text.data + has_brackets };
    n += has_brackets;
    if (n < text.len) {
        *port = (ct_str_t){ text.len - n - 1, text.data + n + 1 };
        return text.data[n] == ':' ? CT_OK : CT_DECLINED;
    }
    return CT_OK;
}


/* "192.0.2.7", "192.0.2.7:80", "2001:db8::7", "[2001:db8::7]:80" */
static ct_rc_t
address_parse(ct_str_t text, ct_peer_t *peer)
{
    ct_str_t host;
    ct_str_t port;
    uint64_t number;

    if (ct_peer_parse(text, 0, peer) == CT_OK) {
        return CT_OK;
    }
    if (host_split(text, &host, &port) != CT_OK
        || ct_str_to_u64(port, &number) != CT_OK || number > UINT16_MAX) {
        return CT_DECLINED;
    }
    return ct_peer_parse(host, (uint16_t) number, peer);
}


/* Takes the last element off a list; false: there is none. */
static bool
list_take_last(ct_str_t *list, ct_str_t *element)
{
    size_t start = list->len;

    if (list->len == 0) {
        return false;
    }
    while (start > 0 && list->data[start - 1] != ',') {
        start--;
    }
    *element = trim((ct_str_t){ list->len - start, list->data + start });
    list->len = start > 0 ? start - 1 : 0;
    return true;
}


/* CT_AGAIN: whoever stands further to the left may be the one. */
static ct_rc_t
list_walk(ct_str_t list, const ct_proxy_conf_t *trusted, bool is_recursive,
          ct_peer_t *peer)
{
    ct_str_t element;

    while (list_take_last(&list, &element)) {
        if (address_parse(element, peer) != CT_OK || !is_recursive
            || !ct_proxy_trusts(trusted, peer)) {
            return CT_OK;
        }
    }
    return CT_AGAIN;
}


static bool
is_named(const ct_header_t *header, ct_str_t name)
{
    return header->name.len == name.len
           && strncasecmp(header->name.data, name.data, name.len) == 0;
}


/* CT_DECLINED: none of these headers has that name. */
static ct_rc_t
headers_walk(const ct_header_t *headers, size_t n, const ct_session_t *session,
             ct_peer_t *peer)
{
    const ct_thrift_conf_t *conf = session->server->conf;
    ct_rc_t                 rc = CT_DECLINED;

    for (size_t i = n; i > 0 && rc != CT_OK; i--) {
        if (is_named(&headers[i - 1], conf->real_ip_header)) {
            rc = list_walk(headers[i - 1].value, session->conn->listen->proxy,
                           conf->real_ip_recursive, peer);
        }
    }
    return rc;
}


ct_rc_t
ct_real_ip_find(const ct_pending_t *pending, ct_peer_t *peer)
{
    const ct_envelope_t *envelope = &pending->envelope;
    const size_t         own = envelope->nheaders - envelope->nsticky;
    const ct_session_t  *session;

    /* On another thread the session is not even to be looked at. */
    if (atomic_load_explicit(&pending->has_peer, memory_order_acquire)) {
        *peer = pending->peer;
        return CT_OK;
    }
    session = pending->session;
    if (session == NULL) {
        return CT_DECLINED;
    }
    *peer = session->conn->peer;
    if (session->server->conf->real_ip_header.len == 0
        || !ct_proxy_trusts(session->conn->listen->proxy, peer)) {
        return CT_OK;
    }
    if (headers_walk(envelope->headers, own, session, peer) == CT_DECLINED
        && envelope->nsticky > 0) {
        (void) headers_walk(envelope->headers + own, envelope->nsticky, session,
                            peer);
    }
    return CT_OK;
}


void
ct_real_ip_note(ct_pending_t *pending)
{
    if (!atomic_load_explicit(&pending->has_peer, memory_order_relaxed)
        && ct_real_ip_find(pending, &pending->peer) == CT_OK) {
        atomic_store_explicit(&pending->has_peer, true, memory_order_release);
    }
}

/*
 * real_ip_fuzz.c -- any bytes as the list of addresses in a header.
 *
 * The first byte says whether the list is read on from trusted addresses, and
 * a newline begins another header of the same name.  Whoever comes out as the
 * client must have an address.
 */

#include "core/ct_config.h"

#include "thrift/ct_real_ip.h"

#include <stdlib.h>
#include <string.h>

#include "event/ct_cidr.h"
#include "event/ct_conn.h"
#include "event/ct_listen.h"
#include "event/ct_proxy_module.h"
#include "thrift/ct_pending.h"
#include "thrift/ct_server.h"
#include "thrift/ct_session.h"

#define HEADERS 8

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);


/* The lines of the text, as values; gives back how many. */
static size_t
split(ct_header_t *headers, const char *text, size_t len)
{
    size_t n = 0;

    while (n < HEADERS) {
        const char  *end = memchr(text, '\n', len);
        const size_t line = end != NULL ? (size_t) (end - text) : len;

        headers[n++] = (ct_header_t){ CT_STR("for"), { line, text } };
        if (end == NULL) {
            break;
        }
        text += line + 1;
        len -= line + 1;
    }
    return n;
}


static void
find(const ct_pending_t *pending)
{
    char      text[CT_ADDR_TEXT_SIZE];
    ct_peer_t peer;

    if (ct_real_ip_find(pending, &peer) != CT_OK
        || (peer.sa.any.sa_family != AF_INET
            && peer.sa.any.sa_family != AF_INET6)
        || strlen(ct_peer_text(&peer, text, sizeof(text))) == 0) {
        abort();
    }
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    const ct_cidr_t       all = { .family = AF_INET };
    const ct_proxy_conf_t proxy = { .ntrusted = 1, .trusted = &all };
    const ct_listen_t     listen = { .proxy = &proxy };
    ct_thrift_conf_t      conf = { .real_ip_header = CT_STR_INIT("For") };
    const ct_server_t     server = { .conf = &conf };
    ct_conn_t             conn = { .listen = &listen };
    ct_session_t          session = { .conn = &conn, .server = &server };
    ct_pending_t          pending = { .session = &session };
    ct_header_t           headers[HEADERS];
    char                 *copy;

    if (len == 0) {
        return 0;
    }
    copy = malloc(len); /* of its exact size, so that a byte too many is seen */
    if (copy == NULL) {
        return 0;
    }
    memcpy(copy, data + 1, len - 1);
    conn.peer.sa.any.sa_family = AF_INET;
    conf.real_ip_recursive = data[0] & 1;
    pending.envelope.headers = headers;
    pending.envelope.nheaders = split(headers, copy, len - 1);
    pending.envelope.nsticky = (data[0] & 2) ? 1 : 0;
    find(&pending);
    free(copy);
    return 0;
}

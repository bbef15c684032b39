/*
 * ct_proxy.h -- the PROXY protocol, versions 1 and 2: how a load balancer
 * says whom it speaks for.
 *
 * The header stands in front of all other bytes of a connection.  A pure
 * parser: bytes in, addresses out; nothing is allocated, nothing is kept.
 * The format is that of haproxy's doc/proxy-protocol.txt.
 */

#ifndef CT_PROXY_H
#define CT_PROXY_H

#include "core/ct_config.h"

#include "core/ct_rc.h"
#include "event/ct_addr.h"

/*
 * The longest header that is read: version 1 has at most 107 bytes, version
 * 2 may grow with what is attached to it (a name of TLS, a certificate's).
 */
#define CT_PROXY_V1_MAX 107
#define CT_PROXY_MAX    4096

/*
 * What a header says.  Without `named` it speaks for nobody (LOCAL, UNKNOWN,
 * AF_UNSPEC: a health check, as a rule) and the socket's own addresses are
 * the true ones; `client` and `server` are zeroed then.  Of unix sockets only
 * the family is kept.
 */
typedef struct ct_proxy_s {
    ct_peer_t client;
    ct_peer_t server; /* whom the client has called */
    uint8_t   version;
    bool      named;
} ct_proxy_t;

/*
 * Reads the header at the start of [data, data + len).
 *
 * CT_OK        *proxy is set and *used bytes were the header
 * CT_AGAIN     all `len` bytes belong to a header that is not whole yet
 * CT_DECLINED  this is no PROXY header
 * CT_ERROR     it is a broken one; *c_why is a constant text
 */
ct_rc_t ct_proxy_parse(const uint8_t *data, size_t len, ct_proxy_t *proxy,
                       size_t *used, const char **c_why);

#endif /* CT_PROXY_H */

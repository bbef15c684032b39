/*
 * ct_client.h -- a Thrift client for C, which waits for its answers.
 *
 * One connection, one call at a time, in any dialect that the server speaks.
 * cthriftc writes a stub around ct_client_call for every method.  A client
 * belongs to one thread, and to one fiber while that calls.  In a fiber it lets
 * the loop go on while it waits: connecting, TLS's handshake, sending and
 * receiving; anywhere else the thread waits.  Only the name of a host, which
 * getaddrinfo(3) looks up, holds up everybody: handlers name addresses, or
 * hosts of /etc/hosts.
 *
 * After a CT_ERROR of the connection (ct_client_error says which) the socket
 * is closed and the next call connects anew.
 */

#ifndef CT_CLIENT_H
#define CT_CLIENT_H

#include "core/ct_config.h"

#include "core/ct_rc.h"
#include "event/ct_tls_client.h"
#include "thrift/ct_service.h"
#include "thrift/wire/ct_limits.h"
#include "thrift/wire/ct_protocol.h"
#include "thrift/wire/ct_transport.h"

typedef struct ct_client_s ct_client_t;

/* How to connect.  Timeouts in milliseconds, 0: none. */
typedef struct ct_client_conf_s {
    const char *address; /* "127.0.0.1:9090", "unix:/run/x.sock" */
    const char *service; /* multiplexed: sent before the name; or NULL */

    const ct_transport_t *transport;
    const ct_protocol_t  *protocol;
    bool                  deflated;   /* the zlib transport around them */
    bool                  compressed; /* THeader: its zlib transform */

    /* Sent with every call where the transport has headers. */
    const ct_header_t *headers;
    size_t             nheaders;
    const char        *path; /* of HTTP */

    /* Inside TLS; NULL: not.  Its files are read by ct_client_create. */
    const ct_tls_client_conf_t *tls;

    uint32_t    connect_timeout_ms;
    uint32_t    send_timeout_ms;
    uint32_t    receive_timeout_ms; /* from the call's end to the reply's */
    ct_limits_t limits;             /* of replies */
} ct_client_conf_t;

/*
 * Framed binary, path "/", no timeouts but 5 s to connect, the default
 * limits.
 */
CT_API void ct_client_conf_init(ct_client_conf_t *conf, const char *address);

/*
 * Sets transport, protocol and deflated by name, as the directives `transport`
 * and `protocol` know them: "http" and "compact".  CT_DECLINED: one of them
 * is unknown, or "header" or "ttheader" is to carry "json".
 */
CT_API ct_rc_t ct_client_conf_dialect(ct_client_conf_t *conf,
                                      const char       *c_transport,
                                      const char       *c_protocol);

/* A client that is not connected yet; `conf` is copied, strings included. Never
 * NULL. */
CT_API ct_client_t *ct_client_create(const ct_client_conf_t *conf);
CT_API void         ct_client_destroy(ct_client_t *client);

/*
 * Headers that are sent with every call from now on, beside those of the conf
 * and in the place of its own of the same name.  Copied; `n` is 0: none, any
 * more.  Not while a call is under way.
 */
CT_API void ct_client_set_headers(ct_client_t       *client,
                                  const ct_header_t *headers, size_t n);

/*
 * Calls a method and waits.  `result` is filled as the reply says and lives
 * until the next call; NULL for oneway.  CT_OK: success or one exception is
 * set, unless the method returns nothing.  CT_ERROR: the connection, the reply
 * or the server failed, or the fiber's own call was cancelled, or another fiber
 * is calling with this client: see ct_client_error.
 */
CT_API ct_rc_t ct_client_call(ct_client_t *client, const ct_method_t *method,
                              const void *args, void *result);

/* What the last CT_ERROR was about; one line, never NULL. */
CT_API const char *ct_client_error(const ct_client_t *client);

/*
 * The type of the TApplicationException that the last call got, or
 * CT_APP_MISSING_RESULT for a reply without a result; -1 if its error was
 * another.
 */
CT_API int ct_client_app_error(const ct_client_t *client);

/* Closes the socket; the next call connects anew. */
CT_API void ct_client_close(ct_client_t *client);

#endif /* CT_CLIENT_H */

/*
 * ct_tls_client.h -- TLS from the side of who connects.
 *
 * For a blocking client: nothing here waits, but each call says what it needs
 * of the socket, and the caller polls.  One object serves one connection
 * after the other.  It belongs to one thread.
 */

#ifndef CT_TLS_CLIENT_H
#define CT_TLS_CLIENT_H

#include "core/ct_config.h"

#include "core/ct_rc.h"

typedef struct ct_tls_client_s ct_tls_client_t;

/* Files are PEM.  Zeroed: verified against the system's authorities. */
typedef struct ct_tls_client_conf_s {
    const char *c_trusted;     /* file of authorities; NULL: the system's */
    const char *c_certificate; /* ours, with its chain; NULL: none */
    const char *c_key;         /* of it */
    const char *c_server_name; /* whom the server must be; NULL: c_host */
    bool        unverified;    /* take any certificate: for tests */
} ct_tls_client_conf_t;

/*
 * With the files read; `c_host` is a name or an address.  Never NULL, but
 * perhaps of no use: then begin fails and why tells.  `conf` is not kept.
 */
ct_tls_client_t *ct_tls_client_create(const ct_tls_client_conf_t *conf,
                                      const char                 *c_host);

/*
 * Another one with the files that `other` has read, and its name: thousands of
 * connections share what they verify against.  It may belong to another
 * thread, and outlive `other`.
 */
ct_tls_client_t *ct_tls_client_create_like(const ct_tls_client_t *other);

/* Ends it; NULL is allowed. */
void ct_tls_client_destroy(ct_tls_client_t *client);

/* What the last CT_ERROR was about; one line, never NULL. */
const char *ct_tls_client_why(const ct_tls_client_t *client);

/* The connected socket `fd`, which stays the caller's, is to be TLS. */
ct_rc_t ct_tls_client_begin(ct_tls_client_t *client, int fd);

/* Says goodbye, if there is room for it, and forgets the socket. */
void ct_tls_client_end(ct_tls_client_t *client);

/*
 * Each: CT_OK, something has moved; CT_AGAIN: poll for *events and call again
 * with the same; CT_ERROR.  recv says CT_DECLINED at the end of the stream.
 */
ct_rc_t ct_tls_client_handshake(ct_tls_client_t *client, short *events);
ct_rc_t ct_tls_client_recv(ct_tls_client_t *client, void *data, size_t size,
                           size_t *n, short *events);
ct_rc_t ct_tls_client_send(ct_tls_client_t *client, const void *data,
                           size_t len, size_t *n, short *events);

#endif /* CT_TLS_CLIENT_H */

/*
 * ct_client_socket.h -- the connection of a ct_client_t, with its deadlines.
 *
 * The socket never blocks; who waits for it does (ct_fiber_wait.h), until the
 * deadline of what is going on.  Private to the client.
 */

#ifndef CT_CLIENT_SOCKET_H
#define CT_CLIENT_SOCKET_H

#include "core/ct_config.h"

#include "core/ct_buf.h"
#include "core/ct_rc.h"

typedef struct ct_client_conf_s   ct_client_conf_t;
typedef struct ct_client_socket_s ct_client_socket_t;
typedef struct ct_tls_client_s    ct_tls_client_t;
typedef struct ct_zstream_s       ct_zstream_t;

/*
 * Invariants: fd is -1 while there is no connection; zstream is set exactly
 * while there is one that is compressed.
 */
struct ct_client_socket_s {
    const ct_client_conf_t *conf;
    int                     fd;
    ct_tls_client_t        *tls; /* NULL: plaintext; kept over connections */
    ct_zstream_t           *zstream;
    ct_buf_t                packed; /* on its way out, compressed */
    const char             *c_what; /* with CT_ERROR: what failed */
    const char             *c_why;  /* and why; valid until the next call */
};

/* Not connected; `conf` must outlive it. */
void ct_client_socket_init(ct_client_socket_t     *sock,
                           const ct_client_conf_t *conf);

/* Closes, and gives back all it holds; as after init. */
void ct_client_socket_release(ct_client_socket_t *sock);

/* Closes the connection, if there is one. */
void ct_client_socket_close(ct_client_socket_t *sock);

/* Connects, unless it is. */
ct_rc_t ct_client_socket_connect(ct_client_socket_t *sock);

/* Sends all of `out`, which is empty then. */
ct_rc_t ct_client_socket_send(ct_client_socket_t *sock, ct_buf_t *out);

/* More bytes at the end of `in`, before the deadline (ct_clock_ms; 0: none). */
ct_rc_t ct_client_socket_receive(ct_client_socket_t *sock, ct_buf_t *in,
                                 uint64_t deadline_ms);

#endif /* CT_CLIENT_SOCKET_H */

/*
 * ct_conn.h -- a connection: a socket, its peer, and who handles it.
 *
 * A connection is made by accept and ends with ct_conn_close, which runs
 * on_close, takes it out of its loop and frees it at the end of the turn.
 * It keeps no buffer; an idle one is below 512 bytes with its session, and a
 * PROXY header adds 56.
 */

#ifndef CT_CONN_H
#define CT_CONN_H

#include "core/ct_config.h"

#include "core/ct_log.h"
#include "core/ct_queue.h"
#include "core/ct_rc.h"
#include "event/ct_addr.h"
#include "event/ct_event.h"
#include "event/ct_timer.h"

typedef struct ct_acceptor_s ct_acceptor_t;
typedef struct ct_conn_row_s ct_conn_row_t;
typedef struct ct_conn_s     ct_conn_t;
typedef struct ct_listen_s   ct_listen_t;
typedef struct ct_proxied_s  ct_proxied_t;
typedef struct ct_tls_s      ct_tls_t;
typedef struct ct_worker_s   ct_worker_t;

/* May close the connection: use nothing of it after calling (rule 40). */
typedef void (*ct_conn_fn)(ct_conn_t *conn);

/* What happens on a connection; set by the listen's on_accept. */
typedef struct ct_conn_events_s {
    ct_conn_fn on_readable;
    ct_conn_fn on_writable;
    ct_conn_fn on_timer;   /* conn->timer has passed */
    ct_conn_fn on_leaving; /* the worker begins to leave */
    ct_conn_fn on_close;   /* about to be closed; frees the session */

    /*
     * Another worker would take the connection: gives it away if that can be
     * now, by ct_mover_give, whose answer it passes on.  May be NULL.
     */
    ct_rc_t (*on_move)(ct_conn_t *conn);

    /* For an operator: what is spoken and what it does now.  May be NULL. */
    void (*describe)(const ct_conn_t *conn, ct_conn_row_t *row);
} ct_conn_events_t;

/* What a PROXY header has said beside the client, who is conn->peer. */
struct ct_proxied_s {
    ct_peer_t socket; /* the proxy's own */
    ct_peer_t server; /* whom the client has called */
};

/*
 * Invariant: io is registered and io.fd open until `closed`; `events` is set
 * once on_accept has returned.  `peer` is whom we serve: the socket's peer, or
 * the client that a trusted proxy has named; then `proxied` says more, until
 * the connection is closed.  `closing` is the session's to set when it
 * wants no more messages; ct_conn_close sets both.
 */
struct ct_conn_s {
    /* What each call looks at, side by side: of a thousand connections none is
     * in the processor's first cache when its turn comes. */
    ct_io_t                 io;
    const ct_conn_events_t *events;
    void                   *session;
    ct_tls_t               *tls; /* NULL: plaintext */
    ct_loop_t              *loop;
    uint64_t                active_ms; /* bytes came or went, or it began */
    uint64_t                bytes_in;  /* without what TLS makes of them */
    uint64_t                bytes_out;
    ct_log_t               *log; /* the worker's */
    ct_timer_t              timer;
    bool                    is_ending; /* see ct_conn_send */
    bool                    moved;     /* another worker had accepted it */
    bool                    closing;
    bool                    closed;
    ct_peer_t               peer;

    ct_queue_t         link; /* in the acceptor's list */
    ct_acceptor_t     *acceptor;
    const ct_listen_t *listen;
    uint64_t           number; /* counts from 1 in each worker */
    uint64_t           accepted_ms;
    ct_proxied_t      *proxied; /* or NULL */
};

/*
 * Begins to watch the socket `fd`, which is the connection's from now on.  The
 * struct is zeroed but for acceptor, listen, log, number and peer; `events`
 * must be set before the turn ends.  CT_ERROR, logged, leaves `fd` open.
 */
ct_rc_t ct_conn_open(ct_conn_t *conn, ct_loop_t *loop, int fd);

/*
 * Reads what there is.  CT_OK: *n > 0 bytes, and readable is cleared when that
 * was all; CT_AGAIN: none now, readable is cleared; CT_DECLINED: the peer has
 * ended its side; CT_ERROR: the connection is broken (not logged: it is the
 * peer's right to vanish), or closed.
 *
 * With TLS all four functions below speak it.  readable stays set as long as
 * bytes wait inside TLS; CT_AGAIN may leave it set too where reading has to
 * wait for room to write, and on_readable is called once there is some.
 */
ct_rc_t ct_conn_recv(ct_conn_t *conn, void *data, size_t size, size_t *n);

/*
 * Writes what fits.  CT_OK: *n > 0 bytes went, and writable is cleared when
 * not all did; CT_AGAIN, CT_ERROR as above.  Never raises SIGPIPE.  While
 * is_ending is set, what is sent may wait for the ct_conn_shutdown that is to
 * follow at once, and share its packet: then no peer can believe that it may
 * call once more.
 */
ct_rc_t ct_conn_send(ct_conn_t *conn, const void *data, size_t len, size_t *n);

/* The same of several pieces; not with TLS. */
ct_rc_t ct_conn_send_pieces(ct_conn_t *conn, const struct iovec *pieces,
                            size_t npieces, size_t *n);

/* The same two without TLS, on the socket itself: for ct_tls.c. */
ct_rc_t ct_conn_recv_raw(ct_conn_t *conn, void *data, size_t size, size_t *n);
ct_rc_t ct_conn_send_raw(ct_conn_t *conn, const void *data, size_t len,
                         size_t *n);

/* Ends our side; what was sent still arrives. */
void ct_conn_shutdown(ct_conn_t *conn);

/*
 * Closes; may be called at any time, in a callback too, and twice.  on_close
 * runs before this returns.  The struct stays readable until the end of this
 * turn.
 */
void ct_conn_close(ct_conn_t *conn);

/*
 * As ct_conn_close in this process, for a plaintext connection that lives on
 * in another one, which has a descriptor of its own: the peer sees nothing.
 */
void ct_conn_give_away(ct_conn_t *conn);

/*
 * Notes that the peer speaks for another client, who is `peer` from now on.
 * CT_ERROR: there is no memory.
 */
ct_rc_t ct_conn_set_client(ct_conn_t *conn, const ct_peer_t *client,
                           const ct_peer_t *server);

/* The socket's own peer, whomever it speaks for. */
const ct_peer_t *ct_conn_socket_peer(const ct_conn_t *conn);

/* "127.0.0.1:4711"; gives back `out`. */
const char *ct_conn_peer_text(const ct_conn_t *conn, char *out, size_t size);

#endif /* CT_CONN_H */

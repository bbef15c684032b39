/*
 * ct_accept.h -- a worker's side of the listeners.
 *
 * An acceptor watches the sockets that this worker may accept from, makes
 * connections, keeps the list of them and their number within
 * worker_connections.  At the limit, and on EMFILE, ENFILE, ENOMEM or ENOBUFS,
 * it stops watching for a while instead of spinning.
 *
 * It counts in worker->slot: CT_COUNT_ACCEPTED, CT_COUNT_CLOSED (or
 * CT_COUNT_TAKEN_OVER and CT_COUNT_HANDED_OVER where a connection moves), the
 * gauge CT_GAUGE_CONNECTIONS, and CT_COUNT_REFUSED whenever it is at the limit
 * and sees somebody wait, at most twice a second.
 */

#ifndef CT_ACCEPT_H
#define CT_ACCEPT_H

#include "core/ct_config.h"

#include "core/ct_rc.h"
#include "event/ct_debugged.h"

typedef struct ct_acceptor_s ct_acceptor_t;
typedef struct ct_conn_s     ct_conn_t;
typedef struct ct_listens_s  ct_listens_t;
typedef struct ct_worker_s   ct_worker_t;

typedef struct ct_complaints_s     ct_complaints_t;
typedef struct ct_conn_cursor_s    ct_conn_cursor_t;
typedef struct ct_conn_row_s       ct_conn_row_t;
typedef struct ct_handoff_record_s ct_handoff_record_t;
typedef struct ct_handoff_s        ct_handoff_t;
typedef struct ct_listen_s         ct_listen_t;
typedef struct ct_mover_s          ct_mover_t;

/*
 * Called when the last connection of a leaving worker has gone; ends the loop
 * as a rule.  It must not destroy the worker's pool or loop: the turn goes on.
 */
typedef void (*ct_acceptor_fn)(ct_acceptor_t *acceptor, void *data);

/* What `events { }` says. */
typedef struct ct_accept_conf_s {
    size_t   max_connections;
    unsigned accept_batch; /* accepts per wake-up, at most */

    /* Where connections move through; NULL: they stay.  Outlives us. */
    const ct_handoff_t *handoff;
    bool                rebalances;
    ct_debugged_conf_t  debugged; /* what it points to outlives us */
} ct_accept_conf_t;

/* How a connection went. */
typedef enum ct_gone_e {
    CT_GONE_CLOSED,
    CT_GONE_AWAY, /* another worker has it */
} ct_gone_t;

/* Not watching yet; lives in the worker's pool; ends with the worker. */
ct_acceptor_t *ct_acceptor_create(ct_worker_t            *worker,
                                  const ct_listens_t     *listens,
                                  const ct_accept_conf_t *conf);

/* Begins to accept.  CT_ERROR, logged: a listener cannot be watched. */
ct_rc_t ct_acceptor_start(ct_acceptor_t *acceptor);

/*
 * Takes a last batch, stops accepting for good, closes this process's listening
 * descriptors and tells every connection (on_leaving).  `fn` runs when there is
 * none left, perhaps before this returns.  Called again it only tells them
 * again: the worker's `quitting` may be news.
 */
void ct_acceptor_leave(ct_acceptor_t *acceptor, ct_acceptor_fn fn, void *data);

/*
 * Something runs that may outlive its connection, a handler on a thread: the
 * last connection counts as gone only when each hold is let go.
 */
void ct_acceptor_hold(ct_acceptor_t *acceptor);
void ct_acceptor_let_go(ct_acceptor_t *acceptor);

/* Closes every connection now. */
void ct_acceptor_close_all(ct_acceptor_t *acceptor);

/* For ct_conn.c: the connection is closed; it is freed when the turn ends. */
void ct_acceptor_gone(ct_acceptor_t *acceptor, ct_conn_t *conn, ct_gone_t how);

/*
 * For ct_mover.c: a connection that another worker had accepted at `listen`.
 * CT_ERROR, logged: there is no memory, and `fd` is still the caller's.
 */
ct_rc_t ct_acceptor_adopt(ct_acceptor_t *acceptor, const ct_listen_t *listen,
                          const ct_handoff_record_t *record, int fd);

/* For ct_mover.c: the first connection of the list, which is now the last. */
ct_conn_t *ct_acceptor_rotate(ct_acceptor_t *acceptor);

/*
 * Describes the next open connection behind the cursor (ct_conn_slab.h), which
 * moves past it.  CT_AGAIN: *looks, which every place looked at costs one of,
 * are used up; CT_DECLINED: there are no more.
 */
ct_rc_t ct_acceptor_next_row(const ct_acceptor_t *acceptor,
                             ct_conn_cursor_t *cursor, unsigned *looks,
                             ct_conn_row_t *row);

/* Who moves its connections; NULL: nobody does. */
ct_mover_t *ct_acceptor_mover(const ct_acceptor_t *acceptor);

/* Open connections. */
size_t ct_acceptor_connections(const ct_acceptor_t *acceptor);

/*
 * Gives the connection the log that its peer's lines belong into, and says in
 * it whose it is; once more when the peer turns out to be another.
 */
void ct_acceptor_choose_log(ct_conn_t *conn);

/* When its preludes have last complained; for ct_prelude.c. */
ct_complaints_t *ct_acceptor_complaints(ct_acceptor_t *acceptor);

/* The worker it belongs to. */
ct_worker_t *ct_acceptor_worker(const ct_acceptor_t *acceptor);

#endif /* CT_ACCEPT_H */

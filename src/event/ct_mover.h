/*
 * ct_mover.h -- a worker's side of the hand-over of living connections.
 *
 * A mover takes connections out of the queue (ct_handoff.h) while its worker
 * serves, gives them away while it leaves, and evens out the numbers between
 * workers that serve.  It belongs to an acceptor, lives in the worker's pool,
 * and asks the sessions by conn->events->on_move: only they know when a
 * connection can go, and what has to be told of it.
 *
 * Functions that take a mover allow NULL: the worker has no queue, and nothing
 * moves.
 */

#ifndef CT_MOVER_H
#define CT_MOVER_H

#include "core/ct_config.h"

#include "core/ct_rc.h"

typedef struct ct_acceptor_s       ct_acceptor_t;
typedef struct ct_conn_s           ct_conn_t;
typedef struct ct_handoff_record_s ct_handoff_record_t;
typedef struct ct_handoff_s        ct_handoff_t;
typedef struct ct_listens_s        ct_listens_t;
typedef struct ct_mover_s          ct_mover_t;
typedef struct ct_worker_s         ct_worker_t;

/* `handoff` must outlive the mover; NULL gives no mover. */
typedef struct ct_mover_conf_s {
    const ct_handoff_t *handoff;
    const ct_listens_t *listens;
    bool                rebalances;
} ct_mover_conf_t;

/* Not at work yet; NULL where there is no queue. */
ct_mover_t *ct_mover_create(ct_worker_t *worker, ct_acceptor_t *acceptor,
                            const ct_mover_conf_t *conf);

/* Begins to take. */
void ct_mover_start(ct_mover_t *mover);

/*
 * The worker leaves (see worker->quitting): takes no more, and gives away what
 * can be given.  Called again when `quitting` is news.
 */
void ct_mover_leave(ct_mover_t *mover);

/* The worker may have more connections, or may not. */
void ct_mover_set_full(ct_mover_t *mover, bool is_full);

/*
 * Whether the connection, if it is one that can move, is to go to another
 * worker, now or as soon as one serves: then it must not be ended because we
 * leave.
 */
bool ct_mover_is_wanted(const ct_mover_t *mover, const ct_conn_t *conn);

/* Whether ct_mover_give would give it away now; asked before each record. */
bool ct_mover_may_give(const ct_mover_t *mover, const ct_conn_t *conn);

/*
 * Gives the connection away: the mover fills in what the connection knows,
 * *record has the session's words.  CT_OK: it is closed here, and on_close has
 * run; CT_AGAIN: the queue is full, on_move will be called again; CT_DECLINED:
 * not now.
 */
ct_rc_t ct_mover_give(ct_mover_t *mover, ct_conn_t *conn,
                      ct_handoff_record_t *record);

#endif /* CT_MOVER_H */

/*
 * ct_session.h -- a connection that speaks Thrift.
 *
 * The session turns bytes into messages, hands each to ct_dispatch, and
 * brings the replies out in the order of the requests.  What it speaks is
 * recognised once, by its first bytes.
 *
 * Everything belongs to the worker's thread.
 */

#ifndef CT_SESSION_H
#define CT_SESSION_H

#include "core/ct_config.h"

#include "core/ct_buf.h"
#include "core/ct_queue.h"
#include "core/ct_rc.h"
#include "event/ct_event.h"
#include "thrift/wire/ct_sticky.h"
#include "thrift/wire/ct_transport.h"

typedef struct ct_conn_s         ct_conn_t;
typedef struct ct_handler_s      ct_handler_t;
typedef struct ct_deflated_s     ct_deflated_t;
typedef struct ct_server_s       ct_server_t;
typedef struct ct_session_s      ct_session_t;
typedef struct ct_thrift_state_s ct_thrift_state_t;

typedef struct ct_handoff_record_s ct_handoff_record_t;

/*
 * Invariants: in is NULL unless bytes of an unfinished message wait there,
 * then they are in->data[in_pos, in_len); scan is NULL unless one of those
 * is unframed; out holds bytes only while the socket takes none.
 */
struct ct_session_s {
    /* What each call looks at, side by side, as in ct_conn_t. */
    ct_conn_t          *conn;
    const ct_server_t  *server;
    ct_thrift_state_t  *state;
    ct_dialect_t        dialect;  /* of the last message; NULL: none yet */
    ct_deflated_t      *deflated; /* NULL: its bytes are plain */
    ct_block_t         *in;
    size_t              want; /* bytes the unfinished message needs in all */
    ct_scan_t          *scan;
    size_t              spent; /* bytes of messages in this turn, or drained */
    size_t              nheld; /* bytes of replies that wait for others */
    const ct_handler_t *last;  /* of a call without "Service:", or NULL */
    ct_queue_t          calls; /* not answered yet, in order of arrival */
    ct_buf_t            out;
    uint64_t            ncalls_total;
    uint32_t            ncalls;      /* of `calls` and `silent` */
    uint32_t            nlater;      /* of them, not answered in their turn */
    uint16_t            opening;     /* two bytes it was known by, or 0 */
    bool                has_called;  /* counted as its dialect's */
    bool                called_late; /* a call is answered while we leave */
    bool                processing;  /* its messages are being handled */
    bool                has_more;    /* bytes came behind the last message */
    bool                paused;      /* enough replies or calls wait */
    bool                ended;       /* the peer sends no more */
    bool                finishing;   /* answer what is there, then close */
    bool                worn;        /* past keepalive_calls or _time */
    bool                lost;        /* a reply is: none may follow */
    bool                lingering;   /* our side is shut, theirs is drained */

    uint16_t    nconnected; /* modules that know it: hooks */
    ct_queue_t  silent;     /* oneway calls that hold up no answer */
    size_t      in_pos;
    size_t      in_len;
    ct_sticky_t sticky; /* headers that stay */
    ct_task_t   again;  /* goes on reading in the next turn */
    void      **data;   /* of modules, by index; NULL: none yet */
};

/* A connection was accepted; the listen's `data` is its ct_server_t. */
ct_rc_t ct_session_accept(ct_conn_t *conn);

/* The same for one that another worker had accepted; see ct_session_move.h. */
ct_rc_t ct_session_adopt(ct_conn_t *conn, const ct_handoff_record_t *record);

/* Where replies of this session go now. */
ct_buf_t *ct_session_output(ct_session_t *session);

/*
 * A call was taken off `calls`: sends the replies and goes on with messages
 * that had to wait.  The session may be closed when it returns.
 */
void ct_session_resume(ct_session_t *session);

/*
 * One line about what this peer sent, with at most one of them a second in
 * each worker, and the decode_failed hooks.  `c_why` is a constant text.
 */
CT_COLD void ct_session_complain(ct_session_t *session, const char *c_what,
                                 const char *c_why);

#endif /* CT_SESSION_H */

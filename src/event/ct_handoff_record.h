/*
 * ct_handoff_record.h -- a connection, told to another worker.
 *
 * Between two messages a connection is its descriptor and a few words.  The
 * descriptor travels beside the record (ct_handoff.h), the words travel in it.
 * The two ends may be two releases, so a record is a list of tagged fields: a
 * reader passes over those that it does not know.
 *
 * Bytes in, bytes out: nothing here knows a socket.
 */

#ifndef CT_HANDOFF_RECORD_H
#define CT_HANDOFF_RECORD_H

#include "core/ct_config.h"

#include "core/ct_rc.h"
#include "core/ct_str.h"
#include "event/ct_addr.h"

typedef struct ct_buf_s ct_buf_t;

/* No record is longer; who has more to tell keeps the connection for now. */
#define CT_HANDOFF_RECORD_MAX ((size_t) 128 * 1024)

/*
 * Zeroed but for `listen` and `peer` it is a connection that has not said
 * anything yet.  Slices of a record that was read point into its bytes.
 */
typedef struct ct_handoff_record_s {
    ct_str_t  listen; /* where it was accepted, as ct_offered_name says */
    ct_peer_t peer;   /* whom it serves */
    bool      is_proxied;
    ct_peer_t socket;      /* if so: the proxy's own address */
    ct_peer_t server;      /* and whom the client has called */
    uint64_t  accepted_ms; /* monotonic: one machine, one clock */
    uint64_t  due_ms;      /* when it would have timed out; 0: never */
    uint64_t  ncalls;      /* messages so far */
    uint64_t  nbounces;    /* workers that did not know its listen */
    ct_str_t  transport;   /* of the last message; empty: none came yet */
    ct_str_t  protocol;
    uint64_t  opening; /* ct_session_t.opening */
    ct_str_t  headers; /* that stay, in the session's own form */
    ct_str_t  rest;    /* bytes read of messages not answered yet */
} ct_handoff_record_t;

/* Appends the record's bytes to `out`.  CT_ERROR: no memory. */
ct_rc_t ct_handoff_record_write(const ct_handoff_record_t *record,
                                ct_buf_t                  *out);

/*
 * Reads what another worker has written.  CT_DECLINED: it is no record, or
 * lacks what every record has; then *record means nothing.
 */
ct_rc_t ct_handoff_record_read(const uint8_t *data, size_t len,
                               ct_handoff_record_t *record);

#endif /* CT_HANDOFF_RECORD_H */

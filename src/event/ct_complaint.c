/*
 * ct_complaint.c -- a line in the log about a peer that is refused.
 */

#include "core/ct_config.h"

#include "event/ct_complaint.h"

#include "core/ct_log.h"
#include "event/ct_conn.h"
#include "event/ct_listen.h"
#include "event/ct_loop.h"

/* One complaint in that time. */
#define COMPLAIN_MS 1000


bool
ct_complaint_is_due(ct_complaints_t *complaints, uint64_t now_ms,
                    uint64_t *unsaid)
{
    if (complaints->last_ms != 0
        && now_ms - complaints->last_ms < COMPLAIN_MS) {
        complaints->unsaid++;
        return false;
    }
    *unsaid = complaints->unsaid;
    complaints->last_ms = now_ms;
    complaints->unsaid = 0;
    return true;
}


void
ct_complain(ct_complaints_t *complaints, const ct_conn_t *conn,
            const char *c_what, const char *c_why)
{
    char     peer[CT_ADDR_TEXT_SIZE];
    uint64_t unsaid;

    if (!ct_complaint_is_due(complaints, ct_loop_now_ms(conn->loop), &unsaid)) {
        return;
    }
    CT_LOG(conn->log, CT_LOG_WARN, 0,
           "%s: %s, client: %s, server: %.*s (%llu more since the last such "
           "line)",
           c_what, c_why, ct_conn_peer_text(conn, peer, sizeof(peer)),
           CT_STR_ARG(conn->listen->text), (unsigned long long) unsaid);
}

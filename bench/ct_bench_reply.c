/*
 * ct_bench_reply.c -- the next reply among bytes received.
 *
 *   known replies to this call  |  what is done
 *   ----------------------------+-------------------------------------------
 *   none                        |  decode; right: it is the first one
 *   the first one               |  decode; right: a stencil is made of the two
 *   a stencil                   |  compare; another one: decode
 *
 * Whose replies differ each time, by a date or an order of items, has every
 * one decoded: after some tries no stencil is made any more.
 */

#include "core/ct_config.h"

#include "ct_bench_reply.h"

#include "core/ct_pool.h"

#define MAX_TRIES 16


static ct_bench_slot_t *
slot_of(const ct_bench_worker_t *worker, const ct_bench_conn_t *conn,
        uint32_t turn)
{
    return &conn->slots[turn & worker->slot_mask];
}


/* The oldest calls, where they are answered, are done with. */
static void
settle(ct_bench_worker_t *worker, ct_bench_conn_t *conn)
{
    while (conn->nahead != 0
           && slot_of(worker, conn, conn->taken)->is_answered) {
        slot_of(worker, conn, conn->taken)->is_answered = false;
        conn->nahead--;
        conn->taken++;
    }
}


static void
count_right(ct_bench_worker_t *worker, ct_bench_conn_t *conn,
            const ct_bench_slot_t *slot)
{
    ct_histogram_add(&worker->tally.latency_ns, worker->now_ns - slot->due_ns);
    conn->has_replied = true;
}


/* Compares with what is known; CT_DECLINED: somebody has to look closer. */
static inline ct_rc_t
take_known(ct_bench_worker_t *worker, ct_bench_conn_t *conn,
           const uint8_t *data, size_t len, size_t *used)
{
    const ct_bench_slot_t    *slot = slot_of(worker, conn, conn->taken);
    const ct_bench_stencil_t *reply = &worker->known[slot->call].reply;

    if (conn->is_scanning || conn->taken == conn->begun
        || !ct_bench_stencil_matches(reply, ct_bench_seqid(conn->taken), data,
                                     len)) {
        return CT_DECLINED;
    }
    if (len < reply->len) {
        return CT_AGAIN;
    }
    *used = reply->len;
    count_right(worker, conn, slot);
    conn->taken++;
    worker->nopen--;
    settle(worker, conn);
    return CT_OK;
}


static void
learn(ct_bench_worker_t *worker, uint32_t call, ct_str_t bytes, uint32_t seqid)
{
    ct_bench_known_t       *known = &worker->known[call];
    const ct_bench_sample_t sample = { bytes, seqid };

    if (known->reply.nholes != 0 || known->ntries == MAX_TRIES) {
        return;
    }
    if (known->first.bytes.len == 0
        || ct_bench_stencil_make(&known->reply, &known->first, &sample,
                                 worker->pool)
               != CT_OK) {
        known->ntries++;
        known->first.bytes = ct_str_dup(worker->pool, bytes);
        known->first.seqid = seqid;
    }
}


/* The call under way that has this seqid, or NULL. */
static ct_bench_slot_t *
slot_with(const ct_bench_worker_t *worker, const ct_bench_conn_t *conn,
          uint32_t seqid)
{
    const uint32_t ahead =
        (seqid - ct_bench_seqid(conn->taken)) & (CT_BENCH_TURNS - 1);
    ct_bench_slot_t *slot = slot_of(worker, conn, conn->taken + ahead);

    if (ahead >= conn->begun - conn->taken || slot->is_answered
        || ct_bench_seqid(conn->taken + ahead) != seqid) {
        return NULL;
    }
    return slot;
}


/* A reply to the call in `slot`, right or wrong: that call is over. */
static void
answered(ct_bench_worker_t *worker, ct_bench_conn_t *conn,
         ct_bench_slot_t *slot)
{
    if (slot != slot_of(worker, conn, conn->taken)) {
        worker->tally.nout_of_order++;
    }
    slot->is_answered = true;
    conn->nahead++;
    worker->nopen--;
    settle(worker, conn);
}


/* Decodes a whole message. */
static ct_rc_t
take_whole(ct_bench_worker_t *worker, ct_bench_conn_t *conn,
           const uint8_t *data, const ct_cut_t *cut, const char **c_why)
{
    const ct_bench_plan_t *plan = worker->load->plan;
    ct_bench_reply_t       reply;
    ct_bench_slot_t       *slot;
    const char            *c_wrong;

    ct_pool_reset(worker->replies);
    if (ct_bench_wire_open(&plan->wire, data, cut, worker->replies, &reply,
                           c_why)
        != CT_OK) {
        return CT_ERROR;
    }
    slot = slot_with(worker, conn, (uint32_t) reply.head.seqid);
    if (slot == NULL) {
        *c_why = "a reply that nobody waits for";
        return CT_ERROR;
    }
    c_wrong =
        ct_bench_plan_judge(&plan->calls[slot->call], &reply, worker->replies);
    if (c_wrong == NULL) {
        const ct_str_t bytes = { cut->whole, (const char *) data };

        count_right(worker, conn, slot);
        learn(worker, slot->call, bytes, (uint32_t) reply.head.seqid);
    } else {
        conn->has_replied = true;
        ct_bench_tally_error(&worker->tally, c_wrong, 1);
    }
    answered(worker, conn, slot);
    conn->is_closing = conn->is_closing || reply.closes;
    return CT_OK;
}


ct_rc_t
ct_bench_reply_take(ct_bench_worker_t *worker, ct_bench_conn_t *conn,
                    const uint8_t *data, size_t len, size_t *used,
                    const char **c_why)
{
    const ct_bench_wire_t *wire = &worker->load->plan->wire;
    ct_cut_t               cut;
    size_t                 want;
    ct_rc_t                rc = take_known(worker, conn, data, len, used);

    if (rc != CT_DECLINED) {
        return rc;
    }
    rc = wire->transport->cut(&conn->scan, wire->protocol, data, len,
                              &wire->limits, &cut, &want);
    conn->is_scanning = rc == CT_AGAIN;
    if (rc == CT_AGAIN) {
        return CT_AGAIN;
    }
    if (rc == CT_ERROR) {
        *c_why = conn->scan.why;
        return CT_ERROR;
    }
    *used = cut.whole;
    return take_whole(worker, conn, data, &cut, c_why);
}

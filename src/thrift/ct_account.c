/*
 * ct_account.c -- what calls add to the scoreboard.
 *
 * The worker is the only writer of its slot, so nothing here is more than a
 * load and a store.  The row of a dialect is found by two pointers, and calls
 * that follow each other mostly speak the same one: the last is remembered.
 */

#include "core/ct_config.h"

#include "thrift/ct_account.h"

#include "core/ct_board.h"
#include "core/ct_clock.h"
#include "core/ct_cycle.h"
#include "core/ct_log.h"
#include "core/ct_outcome.h"
#include "core/ct_module.h"
#include "core/ct_usdt.h"
#include "event/ct_conn.h"
#include "event/ct_loop.h"
#include "thrift/ct_dialect_conf.h"
#include "thrift/ct_pending.h"
#include "thrift/ct_server.h"
#include "thrift/ct_service.h"
#include "thrift/ct_session.h"
#include "thrift/ct_thrift_module.h"

/* Most bytes of a method's name as its client wrote it, in the log. */
#define NAME_SHOWN 128


void
ct_account_configure(const ct_cycle_t *cycle)
{
    unsigned rows[CT_DIALECTS];

    ct_dialects_name(cycle->board, rows);
}


void
ct_account_init(ct_thrift_state_t *state)
{
    ct_dialects_name(state->worker->cycle->board, state->dialect_rows);
}


CT_HOT static ct_board_dialect_t *
dialect_row(const ct_pending_t *pending)
{
    const ct_dialect_t *dialect = &pending->envelope.dialect;
    ct_thrift_state_t  *state = pending->state;
    ct_dialect_t       *last = &state->last_dialect;

    if (dialect->transport != last->transport
        || dialect->protocol != last->protocol
        || dialect->deflated != last->deflated) {
        *last = *dialect;
        state->last_dialect_row = state->dialect_rows[ct_dialect_place(last)];
    }
    return &state->worker->slot->dialects[state->last_dialect_row];
}


static ct_board_row_t *
method_row(const ct_pending_t *pending)
{
    const ct_handler_t *handler = pending->handler;

    return &pending->state->worker->slot
                ->rows[handler != NULL ? handler->row : 0];
}


CT_HOT void
ct_account_open(ct_pending_t *pending)
{
    char name[NAME_SHOWN];

    pending->is_due = true;
    CT_LOG(&pending->log, CT_LOG_DEBUG, 0, "call begins: %s, seqid: %ld",
           ct_str_printable(pending->head.name, name, sizeof(name)),
           (long) pending->head.seqid);
    ct_board_count(pending->state->worker->slot, CT_COUNT_CALLS, 1);
    if (!pending->session->has_called) {
        pending->session->has_called = true;
        ct_counter_add(&dialect_row(pending)->connections, 1);
    }
}


void
ct_account_enter(ct_pending_t *pending)
{
    ct_board_gauge(pending->state->worker->slot, CT_GAUGE_IN_FLIGHT, 1);
    ct_counter_add(&method_row(pending)->in_flight, 1);
    pending->is_busy = true;
    if (pending->session->nlater++ == 0) {
        ct_board_gauge(pending->state->worker->slot, CT_GAUGE_BUSY, 1);
    }
}


void
ct_account_part(ct_pending_t *pending)
{
    if (!pending->is_busy) {
        return;
    }
    pending->is_busy = false;
    if (--pending->session->nlater == 0) {
        ct_board_gauge(pending->state->worker->slot, CT_GAUGE_BUSY, -1);
    }
}


void
ct_account_leave(ct_pending_t *pending)
{
    ct_account_part(pending);
    ct_board_gauge(pending->state->worker->slot, CT_GAUGE_IN_FLIGHT, -1);
    ct_counter_add(&method_row(pending)->in_flight, UINT64_MAX); /* one less */
}


/* A call that nobody waits for any more has no connection: its number is 0. */
static void
probe_done(const ct_pending_t *pending, ct_outcome_t outcome, uint64_t time_us)
{
    const ct_handler_t *handler = pending->handler;
    const char         *service = NULL;
    const char         *method = NULL;
    uint64_t            number = 0;

    if (handler != NULL) {
        service = handler->offer->service->name;
        method = handler->method->name;
    }
    if (pending->session != NULL) {
        number = pending->session->conn->number;
    }
    CT_USDT6(call__done, service, method, number, pending->head.seqid,
             (int) outcome, time_us);
}


CT_HOT void
ct_account_close(ct_pending_t *pending, ct_outcome_t outcome)
{
    ct_board_row_t *row = method_row(pending);
    const uint64_t  now_ns = ct_loop_look_ns(pending->state->worker->loop);
    const uint64_t  time_us = (now_ns - pending->started_ns) / 1000;

    probe_done(pending, outcome, time_us);
    pending->is_due = false;
    pending->counted_as = outcome;
    pending->counted_ns = now_ns;
    pending->is_counted = true;
    ct_counter_add(&row->outcomes[outcome], 1);
    ct_counter_add(&row->bytes_in, pending->request_len);
    ct_counter_add(&row->bytes_out, pending->reply_len);
    ct_counter_add(&row->time_us, time_us);
    ct_counter_add(&row->buckets[ct_board_bucket(time_us)], 1);
    ct_counter_add(&dialect_row(pending)->calls, 1);
    CT_LOG(&pending->log, CT_LOG_DEBUG, 0,
           "call ends: %s, %llu us, %zu bytes in, %zu out",
           ct_outcome_name(outcome), (unsigned long long) time_us,
           pending->request_len, pending->reply_len);
}


ct_outcome_t
ct_account_judge(const ct_pending_t *pending, ct_rc_t rc)
{
    if (rc == CT_OK) {
        return CT_OUTCOME_OK;
    }
    return pending->failed ? pending->outcome : CT_OUTCOME_INTERNAL_ERROR;
}

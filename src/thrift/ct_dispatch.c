/*
 * ct_dispatch.c -- from a whole message to its handler, and back.
 *
 *   head -> handler -> arguments -> hooks -> the handler runs -> ct_reply
 *
 * Whatever goes wrong once the head is read is answered with a
 * TApplicationException, and the connection goes on: the transport knows
 * where the next message begins.
 *
 * Like every server of Apache's, we go by what the IDL says of a method and
 * not by the type of the message: a two-way method called as ONEWAY is
 * answered, a oneway method called as CALL is not.
 */

#include "core/ct_config.h"

#include "thrift/ct_dispatch.h"

#include "core/ct_board_call.h"
#include "core/ct_clock.h"
#include "core/ct_cycle.h"
#include "core/ct_module.h"
#include "core/ct_pool.h"
#include "core/ct_usdt.h"
#include "event/ct_accept.h"
#include "event/ct_conn.h"
#include "thrift/ct_account.h"
#include "thrift/ct_deadline.h"
#include "thrift/ct_execute.h"
#include "thrift/ct_in_flight.h"
#include "thrift/ct_output.h"
#include "thrift/ct_pages.h"
#include "thrift/ct_pending.h"
#include "thrift/ct_real_ip.h"
#include "thrift/ct_reply.h"
#include "thrift/ct_server.h"
#include "thrift/ct_session.h"
#include "thrift/ct_thrift_module.h"
#include "thrift/wire/ct_codec.h"
#include "thrift/wire/ct_web.h"

/* Most bytes of a name that an answer repeats. */
#define NAME_SHOWN 100


static ct_board_slot_t *
slot_of(const ct_pending_t *pending)
{
    return pending->state->worker->slot;
}


/*
 * Most connections call the same method again and again; comparing one name
 * costs a quarter of looking it up.  CT_DECLINED: it is another.
 */
static ct_rc_t
handler_again(ct_pending_t *pending)
{
    const ct_handler_t *last = pending->session->last;

    if (last == NULL || !ct_str_eq_short(last->name, pending->head.name)) {
        return CT_DECLINED;
    }
    pending->handler = last;
    return CT_OK;
}


static void
handler_look_up(ct_pending_t *pending, const char **c_what)
{
    ct_session_t  *session = pending->session;
    const ct_str_t name = pending->head.name;

    pending->handler =
        ct_server_find(session->server, name, &pending->head.name, c_what);
    if (pending->handler != NULL && pending->head.name.len == name.len) {
        session->last = pending->handler;
    }
}


/* Who handles the message, or CT_ERROR with the refusal noted. */
static ct_rc_t
handler_find(ct_pending_t *pending)
{
    const ct_str_t          name = pending->head.name;
    const ct_message_type_t type = pending->head.type;
    const char             *c_what = NULL;
    char                    shown[NAME_SHOWN];

    if (handler_again(pending) != CT_OK) {
        handler_look_up(pending, &c_what);
    }
    if (type != CT_MESSAGE_CALL && type != CT_MESSAGE_ONEWAY) {
        ct_board_count(slot_of(pending), CT_COUNT_PROTOCOL_ERRORS, 1);
        return ct_call_fail_as(&pending->call, CT_APP_INVALID_MESSAGE_TYPE,
                               "message type %d is neither call nor oneway",
                               (int) type);
    }
    if (pending->handler == NULL) {
        ct_board_count(slot_of(pending), CT_COUNT_UNKNOWN_METHOD, 1);
        return ct_call_fail_as(&pending->call, CT_APP_UNKNOWN_METHOD,
                               "unknown %s '%s'", c_what,
                               ct_str_printable(name, shown, sizeof(shown)));
    }
    CT_USDT4(call__start, pending->handler->offer->service->name,
             pending->handler->method->name, pending->session->conn->number,
             pending->head.seqid);
    return CT_OK;
}


static ct_rc_t
args_read(ct_pending_t *pending, ct_reader_t *reader)
{
    const ct_method_t *method = pending->handler->method;
    void *args = ct_pool_alloc(pending->call.pool, method->args->size);

    pending->call.args = args;
    if (ct_codec_read(reader, method->args, args) == CT_OK) {
        return CT_OK;
    }
    ct_board_count(slot_of(pending), CT_COUNT_PROTOCOL_ERRORS, 1);
    if (reader->error == CT_WIRE_LIMIT) {
        ct_board_count(slot_of(pending), CT_COUNT_LIMITS, 1);
    }
    ct_session_complain(pending->session, "cannot decode arguments",
                        reader->why);
    return ct_call_fail_as(&pending->call, CT_APP_PROTOCOL_ERROR,
                           "cannot decode the arguments of '%s': %s",
                           method->name, reader->why);
}


/*
 * Modules may refuse a call; the first one that does ends the round.  One that
 * holds it ends it for now: nhooks says who is next.
 */
CT_HOT static ct_rc_t
hooks_before(ct_pending_t *pending)
{
    const ct_hooked_list_t *hooked =
        &ct_hooked_of(pending->state->hooks, pending->handler)->before_call;

    while (pending->nhooks < hooked->n) {
        const ct_hooked_t *next = &hooked->list[pending->nhooks++];
        const ct_rc_t      rc =
            next->module->before_call(&pending->call, *next->state);

        if (rc == CT_AGAIN) {
            return CT_AGAIN;
        }
        if (rc != CT_OK) {
            if (!pending->failed) {
                (void) ct_call_fail(&pending->call, "refused by module '%s'",
                                    next->module->name);
            }
            return CT_ERROR;
        }
    }
    return CT_OK;
}


/*
 * A client of HTTP waits for an answer to a oneway call too, and Apache's say
 * that it comes at once: before the handler runs.  Behind calls that are not
 * answered yet it has to wait for its turn.
 */
static void
oneway_answer(ct_pending_t *pending)
{
    ct_session_t         *session = pending->session;
    const ct_transport_t *transport = pending->envelope.dialect.transport;

    if (transport->answer == NULL || session->calls.next != &pending->link) {
        return;
    }
    ct_reply_announce_end(pending);
    pending->answered =
        transport->answer(&pending->envelope, ct_session_output(session))
        == CT_OK;
    (void) ct_output_send(session); /* what is broken the session finds out */
}


static void
call_prepare(ct_pending_t *pending)
{
    const ct_handler_t *handler = pending->handler;
    const ct_method_t  *method = handler->method;
    ct_call_t          *call = &pending->call;

    call->conf = handler->conf;
    call->state = pending->state->worker->states[handler->offer->module_index];
    call->service = handler->offer->service;
    call->method = method;
    call->seqid = pending->head.seqid;
    call->result = NULL;
    if (method->result != NULL) {
        call->result = ct_pool_alloc(call->pool, method->result->size);
        memcpy(call->result, method->result->initial, method->result->size);
    }
}


/* The arguments are there: what the hooks that are left say, then it runs. */
static ct_rc_t
call_go_on(ct_pending_t *pending)
{
    const ct_rc_t rc = hooks_before(pending);

    if (rc != CT_OK) {
        return rc;
    }
    if (pending->handler->method->oneway) {
        oneway_answer(pending);
    }
    return ct_execute(pending);
}


static ct_rc_t
call_run(ct_pending_t *pending, ct_reader_t *reader)
{
    if (handler_find(pending) != CT_OK || args_read(pending, reader) != CT_OK) {
        return CT_ERROR;
    }
    call_prepare(pending);
    if (pending->handler->thrift->in_flight != NULL
        && ct_in_flight_admit(pending) != CT_OK) {
        return CT_ERROR;
    }
    return call_go_on(pending);
}


/*
 * A oneway call that goes on keeps no answer behind it waiting.  But it keeps
 * its worker: a client that has sent it and gone trusts in it.
 */
static void
call_step_aside(ct_pending_t *pending)
{
    const ct_transport_t *transport = pending->envelope.dialect.transport;

    if (!pending->handler->method->oneway) {
        return;
    }
    pending->acceptor = pending->session->conn->acceptor;
    pending->holds_worker = true;
    ct_acceptor_hold(pending->acceptor);
    if (transport->answer == NULL || pending->answered) {
        pending->silent = true;
        ct_queue_remove(&pending->link);
        ct_queue_push(&pending->session->silent, &pending->link);
    }
}


/* One that goes to a thread stands there already: see ct_execute_thread.c. */
static void
call_note(ct_pending_t *pending)
{
    if (pending->handler->thrift->execute.mode != CT_EXECUTE_THREADS) {
        pending->board_place = ct_board_call_begin(
            slot_of(pending), pending->handler->row, pending->started_ns);
    }
}


/* The reply must wait: the message stays, with everything that points at it. */
static void
call_defer(ct_pending_t *pending, ct_block_t *block)
{
    pending->status = CT_PENDING_DEFERRED;
    ct_real_ip_note(pending);
    call_step_aside(pending);
    pending->block = ct_block_hold(block);
    ct_queue_push(&pending->state->deferred, &pending->all_link);
    ct_account_enter(pending);
    call_note(pending);
    ct_in_flight_enter(pending);
    ct_deadline_start(pending);
}


/* It is the session's from now on, answered in its turn. */
CT_HOT static void
call_enter(ct_pending_t *pending)
{
    ct_session_t *session = pending->session;

    ct_queue_push(&session->calls, &pending->link);
    session->ncalls++;
    session->ncalls_total++;
    session->called_late |= session->state->worker->leaving;
    if (pending->answer == CT_ANSWER_CALL) {
        ct_account_open(pending);
    }
}


/* Counts what is wrong with a message, and tells. */
CT_COLD static void
message_blame(const ct_pending_t *pending, ct_wire_error_t error,
              const char *c_what, const char *c_why)
{
    ct_board_count(slot_of(pending), CT_COUNT_PROTOCOL_ERRORS, 1);
    if (error == CT_WIRE_LIMIT) {
        ct_board_count(slot_of(pending), CT_COUNT_LIMITS, 1);
    }
    ct_session_complain(pending->session, c_what, c_why);
}


/* The transport alone knows what to say. */
CT_COLD static void
refuse_by_transport(ct_pending_t *pending, const ct_scan_t *scan)
{
    pending->answer = CT_ANSWER_REFUSAL;
    pending->outcome = CT_OUTCOME_PROTOCOL_ERROR;
    pending->scan = scan;
    call_enter(pending);
    (void) ct_reply(pending, CT_ERROR);
}


/*
 * The wrapping cannot be taken off.  Where the transport has read whom to
 * answer, the client hears why.
 */
CT_COLD static ct_rc_t
opening_refuse(ct_pending_t *pending, const ct_opening_t *opening)
{
    message_blame(pending, opening->error, "cannot open a message",
                  opening->why);
    if (opening->app_error < 0) {
        ct_pending_destroy(pending);
        return CT_ERROR;
    }
    pending->head = (ct_message_t){ .seqid = opening->seqid };
    call_enter(pending);
    (void) ct_call_fail_as(&pending->call, (ct_app_error_t) opening->app_error,
                           "cannot open the message: %s", opening->why);
    (void) ct_reply(pending, CT_ERROR);
    return CT_ERROR;
}


/* CT_DECLINED: there is no call in it, and it has been seen to. */
static ct_rc_t
message_open(ct_pending_t *pending, const uint8_t *data, const ct_cut_t *cut,
             ct_str_t *body)
{
    ct_session_t *session = pending->session;
    ct_opening_t  opening = { .limits = &session->server->limits,
                              .dialects = &session->server->dialects,
                              .pool = pending->call.pool,
                              .sticky = &session->sticky,
                              .app_error = -1 };
    ct_rc_t       rc;

    rc = session->dialect.transport->open(&opening, data, cut,
                                          &pending->envelope, body);
    if (rc == CT_ERROR) {
        return opening_refuse(pending, &opening);
    }
    session->finishing |= pending->envelope.closes;
    if (rc == CT_DECLINED) {
        if (opening.error != CT_WIRE_OK) {
            pending->outcome = CT_OUTCOME_PROTOCOL_ERROR;
            message_blame(pending, opening.error, "cannot open a message",
                          opening.why);
        }
        pending->answer = CT_ANSWER_EMPTY;
        if (pending->envelope.web != NULL) {
            ct_pages_ask(pending);
            /* Made for a HEAD too: a turn ends after so much work. */
            session->spent += pending->envelope.web->body.len;
        }
        call_enter(pending);
        return ct_reply(pending, CT_OK) == CT_OK ? CT_DECLINED : CT_ERROR;
    }
    return rc;
}


/* No head, so nobody to answer, unless the transport has a way. */
CT_COLD static ct_rc_t
head_refuse(ct_pending_t *pending, const ct_reader_t *reader)
{
    static const ct_scan_t unreadable;

    message_blame(pending, reader->error, "cannot read a message's head",
                  reader->why);
    if (pending->envelope.dialect.transport->refuse == NULL) {
        ct_pending_destroy(pending);
    } else {
        refuse_by_transport(pending, &unreadable);
    }
    return CT_ERROR;
}


CT_HOT ct_rc_t
ct_dispatch(ct_session_t *session, ct_block_t *block, const uint8_t *data,
            const ct_cut_t *cut)
{
    ct_pending_t *pending = ct_pending_create(session);
    ct_str_t      body = { cut->len, (const char *) data + cut->body };
    ct_reader_t   reader;
    ct_rc_t       rc;

    pending->request_len = cut->whole;
    if (session->dialect.transport->open != NULL) {
        rc = message_open(pending, data, cut, &body);
        if (rc != CT_OK) {
            return rc == CT_DECLINED ? CT_OK : CT_ERROR;
        }
    }
    session->spent += body.len;
    ct_reader_init(&reader, pending->envelope.dialect.protocol, body.data,
                   body.len, &session->server->limits, pending->call.pool);
    if (reader.protocol->read_message(&reader, &pending->head) != CT_OK) {
        return head_refuse(pending, &reader);
    }
    call_enter(pending);

    rc = call_run(pending, &reader);
    if (rc == CT_AGAIN) {
        call_defer(pending, block);
        return CT_OK;
    }
    return ct_reply(pending, rc);
}


void
ct_dispatch_refuse(ct_session_t *session, const ct_scan_t *scan,
                   const uint8_t *body, size_t len)
{
    ct_pending_t *pending = ct_pending_create(session);
    const char   *c_what;
    ct_reader_t   reader;

    if (session->dialect.transport->refuse != NULL) {
        refuse_by_transport(pending, scan);
        return;
    }
    ct_reader_init(&reader, session->dialect.protocol, body, len,
                   &session->server->limits, pending->call.pool);
    if (reader.protocol->read_message(&reader, &pending->head) != CT_OK) {
        ct_pending_destroy(pending);
        return;
    }
    pending->handler = ct_server_find(session->server, pending->head.name,
                                      &pending->head.name, &c_what);
    call_enter(pending);
    (void) ct_call_fail_as(&pending->call, CT_APP_PROTOCOL_ERROR,
                           "cannot read the message: %s", scan->why);
    (void) ct_reply(pending, CT_ERROR);
}


void
ct_dispatch_finish(ct_pending_t *pending, ct_rc_t rc)
{
    ct_session_t *session = pending->session;
    bool          was_processing;

    CT_ASSERT(pending->status != CT_PENDING_FINISHED
              && pending->status != CT_PENDING_EARLY);
    if (pending->is_elsewhere) {
        pending->is_early = true;
        pending->early_rc = rc;
        return;
    }
    if (pending->status == CT_PENDING_RUNNING) {
        pending->status = CT_PENDING_EARLY;
        pending->early_rc = rc == CT_OK ? CT_OK : CT_ERROR;
        return;
    }
    ct_timer_stop(pending->state->worker->loop, &pending->timer);
    ct_deadline_stop(pending);
    if (pending->status == CT_PENDING_CANCELLED) {
        if (ct_call_cancelled(&pending->call)) {
            ct_board_count(slot_of(pending), CT_COUNT_LATE_ANSWERS, 1);
        } else {
            ct_account_close(pending, ct_account_judge(pending, rc));
        }
        ct_reply_ended(pending);
        ct_pending_destroy(pending);
        return;
    }

    /* An after_call hook may end other calls of this session, which must not
     * close it meanwhile. */
    was_processing = session->processing;
    session->processing = true;
    if (ct_reply(pending, rc == CT_OK ? CT_OK : CT_ERROR) != CT_OK) {
        session->finishing = true;
    }
    session->processing = was_processing;
    ct_session_resume(session);
}


/*
 * The session may not be closed while the handler runs, though it end other
 * calls of it.
 */
void
ct_dispatch_continue(ct_pending_t *pending, ct_rc_t rc)
{
    ct_session_t *session = pending->session;
    bool          was_processing;

    ct_timer_stop(pending->state->worker->loop, &pending->timer);
    if (pending->status == CT_PENDING_CANCELLED) {
        if (pending->is_due) {
            ct_account_close(pending, CT_OUTCOME_CANCELLED);
        }
        ct_reply_ended(pending);
        ct_pending_destroy(pending);
        return;
    }
    CT_ASSERT(pending->status == CT_PENDING_DEFERRED);
    was_processing = session->processing;
    session->processing = true;
    if (rc == CT_OK) {
        pending->status = CT_PENDING_RUNNING;
        pending->waits = true;
        atomic_store_explicit(&pending->begun_ns, ct_clock_ns(),
                              memory_order_relaxed);
        rc = call_go_on(pending);
        pending->status = CT_PENDING_DEFERRED;
    }
    session->processing = was_processing;
    if (rc == CT_AGAIN) {
        ct_deadline_start(pending);
        ct_session_resume(session);
        return;
    }
    ct_dispatch_finish(pending, rc);
}

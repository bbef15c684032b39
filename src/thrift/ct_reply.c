/*
 * ct_reply.c -- the answer to a call, in its dialect and in its turn.
 *
 * A reply is written straight to where it will be sent from.  If the result
 * turns out not to be writable (a required field is missing, a union is
 * empty) what was written is taken back and a TApplicationException goes out
 * in its place.
 */

#include "core/ct_config.h"

#include "thrift/ct_reply.h"

#include "core/ct_board.h"
#include "core/ct_clock.h"
#include "core/ct_cycle.h"
#include "core/ct_module.h"
#include "thrift/ct_account.h"
#include "thrift/ct_input.h"
#include "thrift/ct_keepalive.h"
#include "thrift/ct_output.h"
#include "thrift/ct_pending.h"
#include "thrift/ct_server.h"
#include "thrift/ct_session.h"
#include "thrift/ct_session_move.h"
#include "thrift/ct_thrift_module.h"
#include "thrift/wire/ct_app_exception.h"
#include "thrift/wire/ct_codec.h"

/* Most bytes of a handler's reason, which may quote a client, in the log. */
#define REASON_SHOWN 256

/* In place of a reason that is not text. */
#define UNSPEAKABLE "a reason that cannot be written"


/* Whether a result without any field set says too little. */
static bool
must_say(const ct_struct_t *strct)
{
    return strct->is_result && ct_struct_field(strct, 0) != NULL;
}


/*
 * One whole reply at the end of `out`; *c_why as ct_codec_write.  *says is the
 * field that a result has set.  CT_DECLINED: it has none, and should.
 */
CT_HOT static ct_rc_t
reply_write(ct_pending_t *pending, ct_message_type_t type,
            const ct_struct_t *strct, const void *value, ct_buf_t *out,
            const ct_field_t **says, const char **c_why)
{
    const ct_dialect_t *dialect = &pending->envelope.dialect;
    const size_t        before = ct_buf_len(out);
    ct_message_t        head = pending->head;
    ct_aside_t         *aside = NULL;
    ct_writer_t         writer;
    size_t              mark;
    ct_rc_t             rc = CT_ERROR;

    *c_why = "no memory";
    head.type = type;
    pending->envelope.seqid = head.seqid;
    if (dialect->transport->wrap_begin(&pending->envelope, out, &mark)
        != CT_OK) {
        return CT_ERROR;
    }
    if (dialect->transport->has_asides) {
        aside = ct_output_aside(pending->session, out);
    }
    ct_writer_init(&writer, dialect->protocol, out);
    writer.aside = aside;
    dialect->protocol->write_message(&writer, &head);
    if (ct_codec_write(&writer, strct, value, c_why) == CT_OK) {
        *says = writer.result;
        pending->envelope.aside = aside != NULL ? aside->len : 0;
        if (CT_UNLIKELY(writer.result == NULL) && must_say(strct)) {
            rc = CT_DECLINED;
        } else if (dialect->transport->wrap_end(&pending->envelope, out, mark)
                   == CT_OK) {
            return CT_OK;
        }
    }
    if (aside != NULL) {
        ct_aside_reset(aside);
    }
    out->last = out->pos + before;
    return rc;
}


static void
failure_log(const ct_pending_t *pending, ct_str_t message)
{
    char shown[REASON_SHOWN];

    if (pending->blame.len != 0) {
        CT_LOG(&pending->log, CT_LOG_ERR, 0, "the handler failed: %.*s",
               CT_STR_ARG(pending->blame));
        return;
    }
    CT_LOG(&pending->log, CT_LOG_ERR, 0, "the handler failed: %s",
           ct_str_printable(message, shown, sizeof(shown)));
}


static ct_rc_t
failure_write(ct_pending_t *pending, ct_buf_t *out)
{
    ct_app_exception_t exception = { CT_STR("internal error"),
                                     CT_APP_INTERNAL_ERROR };
    const ct_field_t  *says;
    const char        *c_why;

    if (pending->failed) {
        exception.message = pending->fail_text;
        exception.type = (int32_t) pending->fail_type;
    }
    if (exception.type == CT_APP_INTERNAL_ERROR) {
        ct_board_count(pending->state->worker->slot, CT_COUNT_INTERNAL_ERRORS,
                       1);
        failure_log(pending, exception.message);
    }
    if (out == NULL
        || reply_write(pending, CT_MESSAGE_EXCEPTION, &ct_app_exception_struct,
                       &exception, out, &says, &c_why)
               == CT_OK) {
        return CT_OK;
    }

    /* Not every dialect can say what a handler gives as its reason. */
    exception.message = CT_STR(UNSPEAKABLE);
    return reply_write(pending, CT_MESSAGE_EXCEPTION, &ct_app_exception_struct,
                       &exception, out, &says, &c_why);
}


/* CT_ERROR: the result cannot be sent, and the call has failed. */
static ct_rc_t
result_write(ct_pending_t *pending, ct_buf_t *out)
{
    const ct_method_t *method = pending->handler->method;
    ct_board_slot_t   *slot = pending->state->worker->slot;
    const ct_field_t  *says = NULL;
    const char        *c_why;
    const ct_rc_t rc = reply_write(pending, CT_MESSAGE_REPLY, method->result,
                                   pending->call.result, out, &says, &c_why);

    if (CT_UNLIKELY(rc == CT_DECLINED)) {
        ct_board_count(slot, CT_COUNT_MISSING_RESULTS, 1);
        return ct_call_fail_as(&pending->call, CT_APP_MISSING_RESULT,
                               "%s failed: unknown result", method->name);
    }
    if (CT_UNLIKELY(rc != CT_OK)) {
        return ct_call_fail(&pending->call, "cannot encode the result: %s",
                            c_why);
    }
    pending->outcome = CT_OUTCOME_OK;
    if (says != NULL && says->id != 0) {
        pending->outcome = CT_OUTCOME_EXCEPTION;
        ct_board_count(slot, CT_COUNT_EXCEPTIONS, 1);
    }
    return CT_OK;
}


/* Nothing goes out for a oneway call, but where the transport insists. */
static ct_rc_t
oneway_write(ct_pending_t *pending, ct_rc_t rc, ct_buf_t *out)
{
    const ct_transport_t *transport = pending->envelope.dialect.transport;

    ct_board_count(pending->state->worker->slot, CT_COUNT_ONEWAY, 1);
    pending->outcome = ct_account_judge(pending, rc);
    if (rc != CT_OK) {
        (void) failure_write(pending, NULL);
    }
    if (transport->answer == NULL || pending->answered) {
        return CT_OK;
    }
    return transport->answer(&pending->envelope, out);
}


/* Writes whatever the message is answered with. */
static ct_rc_t
answer_write(ct_pending_t *pending, ct_rc_t rc, ct_buf_t *out)
{
    const ct_transport_t *transport = pending->envelope.dialect.transport;
    const ct_handler_t   *handler = pending->handler;

    if (pending->answer == CT_ANSWER_EMPTY) {
        return transport->answer(&pending->envelope, out);
    }
    if (pending->answer == CT_ANSWER_REFUSAL) {
        return transport->refuse(pending->scan, out);
    }
    if (handler != NULL && handler->method->oneway) {
        return oneway_write(pending, rc, out);
    }
    if (rc == CT_OK && result_write(pending, out) == CT_OK) {
        return CT_OK;
    }
    pending->outcome = ct_account_judge(pending, CT_ERROR);
    return failure_write(pending, out);
}


static const ct_hooks_t *
hooks_of(const ct_pending_t *pending)
{
    return ct_hooked_of(pending->state->hooks, pending->handler);
}


static void
hooks_after(ct_pending_t *pending, const ct_hooked_list_t *hooked)
{
    for (size_t i = 0; i < hooked->n; i++) {
        const ct_hooked_t *next = &hooked->list[i];

        next->module->after_call(&pending->call, *next->state);
    }
}


static void
hooks_ended(ct_pending_t *pending, const ct_hooked_list_t *hooked)
{
    if (pending->has_ended) {
        return;
    }
    pending->has_ended = true;
    for (size_t i = 0; i < hooked->n; i++) {
        const ct_hooked_t *next = &hooked->list[i];

        next->module->call_ended(&pending->call, *next->state);
    }
}


void
ct_reply_ended(ct_pending_t *pending)
{
    hooks_ended(pending, &hooks_of(pending)->call_ended);
}


static void
call_end(ct_session_t *session, ct_pending_t *pending)
{
    session->ncalls--;
    ct_pending_destroy(pending);
}


/*
 * Replies that waited for this one follow it, up to the next unfinished.  Where
 * memory ends one is lost, and those behind it would be taken for it: they end
 * unheard, and the session with them.
 */
CT_HOT static ct_rc_t
waiting_release(ct_session_t *session)
{
    while (!ct_queue_is_empty(&session->calls)) {
        ct_queue_t   *first = session->calls.next;
        ct_pending_t *next = CT_QUEUE_ENTRY(first, ct_pending_t, link);

        if (next->status != CT_PENDING_FINISHED) {
            break;
        }
        session->nheld -= ct_buf_len(&next->reply);
        if (!session->lost
            && ct_buf_append(ct_session_output(session), next->reply.pos,
                             ct_buf_len(&next->reply))
                   != CT_OK) {
            session->lost = true;
        }
        call_end(session, next);
    }
    return session->lost ? CT_ERROR : CT_OK;
}


static void
end_announce(ct_pending_t *pending)
{
    ct_session_t *session = pending->session;
    const bool    leaves =
        pending->state->worker->leaving && !ct_session_is_movable(session);

    if ((leaves || session->worn) && session->ncalls == 1 && !session->has_more
        && !ct_input_may_come(session)
        && pending->envelope.dialect.transport->answer != NULL) {
        pending->envelope.closes = true;
        session->finishing = true;
    }
}


/* Mostly nothing ends. */
static inline void
end_look(ct_pending_t *pending)
{
    ct_session_t *session = pending->session;

    ct_keepalive_look(session);
    if (CT_UNLIKELY(session->worn || pending->state->worker->leaving)) {
        end_announce(pending);
    }
}


void
ct_reply_announce_end(ct_pending_t *pending)
{
    end_look(pending);
}


CT_HOT ct_rc_t
ct_reply(ct_pending_t *pending, ct_rc_t rc)
{
    ct_session_t     *session = pending->session;
    const bool        is_first = session->calls.next == &pending->link;
    ct_buf_t         *out = &pending->reply;
    const ct_hooks_t *hooks;
    size_t            before;

    if (is_first) {
        out = ct_session_output(session);
    }
    if (pending->state->times_handlers) {
        pending->ended_ns = ct_clock_ns();
    }
    end_look(pending);
    before = ct_buf_len(out);
    if (session->lost || answer_write(pending, rc, out) != CT_OK) {
        session->lost = true;
        if (pending->is_due) {
            ct_account_close(pending, CT_OUTCOME_CANCELLED);
        }
        ct_reply_ended(pending);
        call_end(session, pending);
        return waiting_release(session);
    }
    pending->reply_len = ct_buf_len(out) - before + pending->state->aside.len;
    if (pending->state->aside.n != 0
        && ct_output_send_aside(session) != CT_OK) {
        session->lost = true; /* of this one a part went; none may follow */
    }
    if (pending->is_due) {
        ct_account_close(pending, pending->outcome);
    }
    hooks = hooks_of(pending);
    if (pending->call.method != NULL) {
        hooks_after(pending, &hooks->after_call);
    }
    hooks_ended(pending, &hooks->call_ended);
    if (is_first || pending->silent) {
        call_end(session, pending);
    } else {
        pending->status = CT_PENDING_FINISHED;
        session->nheld += ct_buf_len(&pending->reply);
    }
    return waiting_release(session); /* a hook may have ended the first */
}

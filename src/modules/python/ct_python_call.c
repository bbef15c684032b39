/*
 * ct_python_call.c -- a call's way through the interpreter.
 *
 * The arguments, which have been decoded from whatever the client speaks, are
 * written as a message of the binary protocol; the application's processor
 * reads it with its library's own decoder, runs the handler, and writes a
 * reply, which is read here and goes out in the client's dialect.  So limits,
 * logs and metrics see a call as of any other handler.
 *
 * The interpreter's lock is held for the processor alone: both ends of the
 * way, which touch no Python object, run beside another thread's handler.
 *
 * With python_gevent there is a thread between the two ends: ct_python_task.c.
 */

#include "core/ct_config.h"

#include "modules/python/ct_python_call.h"

#include <string.h>

#include "modules/python/ct_python_fork.h"
#include "modules/python/ct_python_host.h"
#include "modules/python/ct_python_peer.h"
#include "modules/python/ct_python_task.h"

/* What the application has written is not a peer's: no cap but memory. */
static const ct_limits_t own_limits = {
    .frame = SIZE_MAX,
    .message = SIZE_MAX,
    .string = SIZE_MAX,
    .container = SIZE_MAX,
    .decoded = SIZE_MAX,
    .depth = CT_CODEC_DEPTH,
    .name = UINT32_MAX,
    .header = SIZE_MAX,
};


ct_rc_t
ct_python_call_write(ct_call_t *call, const void *args, ct_buf_t *out)
{
    const ct_method_t *method = call->method;
    const ct_message_t head = {
        .name = ct_str_of(method->name),
        .type = method->oneway ? CT_MESSAGE_ONEWAY : CT_MESSAGE_CALL,
        .seqid = call->seqid,
        .is_strict = true,
    };
    const char *c_why = NULL;
    ct_writer_t writer;

    ct_writer_init(&writer, &ct_binary_protocol, out);
    ct_binary_protocol.write_message(&writer, &head);
    if (ct_codec_write(&writer, method->args, args, &c_why) != CT_OK) {
        return ct_call_fail(call, "cannot hand on the arguments: %s",
                            c_why != NULL ? c_why : "no memory");
    }
    return CT_OK;
}


/* Inside: what the processor answers, in the call's pool. */
static ct_rc_t
processor_ask(ct_call_t *call, ct_python_host_t *host,
              const ct_python_offer_t *offer, const ct_buf_t *message,
              ct_str_t *reply)
{
    PyObject *asked = PyBytes_FromStringAndSize(
        (const char *) message->pos, (Py_ssize_t) ct_buf_len(message));
    PyObject *told = NULL;
    PyObject *serve = offer->conf->processor_as_factory
                          ? ct_python_peer_serve(call, host, offer)
                          : host->serve[offer->index];

    if (asked != NULL && serve != NULL) {
        told = PyObject_CallOneArg(serve, asked);
    }
    Py_XDECREF(asked);
    if (host->is_copy) {
        ct_python_fork_end(host);
    }
    if (told == NULL || !PyBytes_Check(told)) {
        const ct_str_t why = ct_python_host_error(host, call->pool);

        ct_call_blame(call, "%.*s", CT_STR_ARG(why));
        Py_XDECREF(told);
        return ct_call_fail(call, "Internal error");
    }
    reply->len = (size_t) PyBytes_GET_SIZE(told);
    reply->data = ct_str_dup_c(
        call->pool, (ct_str_t){ reply->len, PyBytes_AS_STRING(told) });
    Py_DECREF(told);
    return CT_OK;
}


/* TApplicationException, which the specification numbers. */
typedef struct app_error_s {
    ct_str_t message;
    int32_t  type;
} app_error_t;

static const ct_field_t app_error_fields[] = {
    { "message", &ct_type_string, 1, CT_OPTIONAL,
      offsetof(app_error_t, message), CT_NO_FLAG,
      CT_FIELD_HEAD(CT_T_STRING, 1) },
    { "type", &ct_type_i32, 2, CT_DEFAULT_REQUIREDNESS,
      offsetof(app_error_t, type), CT_NO_FLAG, CT_FIELD_HEAD(CT_T_I32, 2) },
};

static const ct_struct_t app_error_struct = {
    .name = "TApplicationException",
    .fields = app_error_fields,
    .nfields = sizeof(app_error_fields) / sizeof(app_error_fields[0]),
    .size = sizeof(app_error_t),
    .is_exception = true,
};


/* The application refuses the call in its own words. */
static ct_rc_t
refusal_read(ct_call_t *call, ct_reader_t *reader)
{
    app_error_t error = { CT_STR_NONE, CT_APP_UNKNOWN };

    if (ct_codec_read(reader, &app_error_struct, &error) != CT_OK) {
        return ct_call_fail(call, "cannot read the handler's refusal: %s",
                            reader->why);
    }
    return ct_call_fail_as(call, (ct_app_error_t) error.type, "%.*s",
                           CT_STR_ARG(error.message));
}


ct_rc_t
ct_python_call_read(ct_call_t *call, ct_str_t reply)
{
    ct_message_t head;
    ct_reader_t  reader;

    if (call->result == NULL) {
        return CT_OK;
    }
    ct_reader_init(&reader, &ct_binary_protocol, reply.data, reply.len,
                   &own_limits, call->pool);
    if (ct_binary_protocol.read_message(&reader, &head) != CT_OK) {
        return ct_call_fail(call, "cannot read the handler's reply: %s",
                            reader.why);
    }
    if (head.type == CT_MESSAGE_EXCEPTION) {
        return refusal_read(call, &reader);
    }
    if (ct_codec_read(&reader, call->method->result, call->result) != CT_OK) {
        return ct_call_fail(call, "cannot read the handler's reply: %s",
                            reader.why);
    }
    return CT_OK;
}


ct_rc_t
ct_python_call_invoke(ct_call_t *call, const void *ops, const void *args,
                      void *result)
{
    const ct_python_offer_t *offer = ops;
    ct_python_host_t        *host = call->state;
    ct_str_t                 reply = CT_STR_NONE;
    ct_buf_t                 message;
    ct_rc_t                  rc;

    (void) result;
    if (host->hub != NULL) {
        return ct_python_task_send(call, host, offer, args);
    }
    ct_buf_init(&message);
    rc = ct_python_call_write(call, args, &message);
    if (rc == CT_OK) {
        ct_python_enter(host, call);
        rc = processor_ask(call, host, offer, &message, &reply);
        ct_python_leave(host);
    }
    ct_buf_release(&message);
    return rc == CT_OK ? ct_python_call_read(call, reply) : rc;
}

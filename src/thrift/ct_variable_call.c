/*
 * ct_variable_call.c -- variables: the call and the process that serves it.
 */

#include "core/ct_config.h"

#include "thrift/ct_variable_table.h"

#include <unistd.h>

#include "core/ct_module.h"
#include "core/ct_pool.h"
#include "thrift/ct_argument.h"
#include "thrift/ct_pending.h"
#include "thrift/ct_request_id.h"
#include "thrift/ct_server.h"
#include "thrift/ct_thrift_module.h"
#include "thrift/wire/ct_app_exception.h"
#include "thrift/wire/ct_bytes.h"


static size_t
pid(ct_call_t *call CT_UNUSED, char *out)
{
    return ct_decimal_write(out, (uint64_t) getpid());
}


static size_t
worker(ct_call_t *call, char *out)
{
    return ct_decimal_write(out, call->worker->id);
}


static ct_str_t
service(ct_call_t *call, const ct_variable_t *variable CT_UNUSED,
        ct_pool_t *pool CT_UNUSED)
{
    const ct_handler_t *handler = ct_pending_of(call)->handler;

    return handler != NULL ? ct_str_of(handler->offer->service->name)
                           : CT_NOTHING;
}


/* One that was looked at before, unless it is none or too long. */
static size_t
plain_write(char *out, ct_str_t text)
{
    if (text.data == NULL || text.len > CT_VARIABLE_WRITTEN) {
        return CT_VARIABLE_NOT_WRITTEN;
    }
    ct_copy_bytes((uint8_t *) out, text.data, text.len);
    return text.len;
}


static size_t
service_write(ct_call_t *call, char *out)
{
    const ct_handler_t *handler = ct_pending_of(call)->handler;

    return handler != NULL ? plain_write(out, handler->plain_service) : 0;
}


/* As a client would know this machine. */
static ct_str_t
hostname(ct_call_t *call, const ct_variable_t *variable CT_UNUSED,
         ct_pool_t *pool CT_UNUSED)
{
    return ct_pending_of(call)->state->hostname;
}


/* Of a method that nobody has, the name as it came. */
static ct_str_t
method(ct_call_t *call, const ct_variable_t *variable CT_UNUSED,
       ct_pool_t *pool CT_UNUSED)
{
    const ct_pending_t *pending = ct_pending_of(call);

    return pending->handler != NULL ? ct_str_of(pending->handler->method->name)
                                    : pending->head.name;
}


static size_t
method_write(ct_call_t *call, char *out)
{
    const ct_handler_t *handler = ct_pending_of(call)->handler;

    return handler != NULL ? plain_write(out, handler->plain_method)
                           : CT_VARIABLE_NOT_WRITTEN;
}


/* A number for what Thrift has no name for. */
static size_t
message_type(ct_call_t *call, char *out)
{
    const ct_message_type_t type = ct_pending_of(call)->head.type;

    switch (type) {
    case CT_MESSAGE_CALL:
        return ct_word_write(out, "call");
    case CT_MESSAGE_REPLY:
        return ct_word_write(out, "reply");
    case CT_MESSAGE_EXCEPTION:
        return ct_word_write(out, "exception");
    case CT_MESSAGE_ONEWAY:
        return ct_word_write(out, "oneway");
    }
    return ct_decimal_write(out, (unsigned) type);
}


static ct_str_t
request_id(ct_call_t *call, const ct_variable_t *variable CT_UNUSED,
           ct_pool_t *pool CT_UNUSED)
{
    return ct_request_id_of(ct_pending_of(call));
}


/* Any that is taken from a client is plain. */
static size_t
request_id_write(ct_call_t *call, char *out)
{
    return plain_write(out, ct_request_id_of(ct_pending_of(call)));
}


/* The declared exception that the result has, if it has one. */
static ct_str_t
declared_exception(const ct_call_t *call)
{
    const ct_struct_t *result;

    if (call->method == NULL || call->result == NULL) {
        return CT_NOTHING;
    }
    result = call->method->result;
    for (uint32_t i = 0; i < result->nfields; i++) {
        const ct_field_t *field = &result->fields[i];

        if (field->id != 0 && ct_field_is_set(field, call->result)) {
            return ct_str_of(field->type->strct->name);
        }
    }
    return CT_NOTHING;
}


/*
 * What a caller has to catch; a failed call has no use for its result.  The one
 * of a call whose client has gone may still be written, on another thread.
 */
static ct_str_t
exception(ct_call_t *call, const ct_variable_t *variable CT_UNUSED,
          ct_pool_t *pool CT_UNUSED)
{
    const ct_pending_t *pending = ct_pending_of(call);

    if (ct_call_cancelled(call)) {
        return CT_NOTHING; /* its handler may be at work on the result */
    }
    if (pending->failed) {
        return ct_str_of(ct_app_exception_name(pending->fail_type));
    }
    if (ct_call_outcome(call) == CT_OUTCOME_INTERNAL_ERROR) {
        return ct_str_of(ct_app_exception_name(CT_APP_INTERNAL_ERROR));
    }
    return ct_call_outcome(call) == CT_OUTCOME_CANCELLED
               ? CT_NOTHING
               : declared_exception(call);
}


/* Nothing while it is under way. */
static size_t
status(ct_call_t *call, char *out)
{
    const ct_pending_t *pending = ct_pending_of(call);

    return pending->is_due && !pending->failed
               ? 0
               : ct_word_write(out, ct_outcome_name(ct_call_outcome(call)));
}


static size_t
seqid(ct_call_t *call, char *out)
{
    const int64_t number = ct_pending_of(call)->head.seqid;

    if (number >= 0) {
        return ct_decimal_write(out, (uint64_t) number);
    }
    out[0] = '-';
    return 1 + ct_decimal_write(out + 1, (uint64_t) -number);
}


static size_t
protocol(ct_call_t *call, char *out)
{
    const ct_dialect_t *of = &ct_pending_of(call)->envelope.dialect;

    return of->protocol != NULL ? ct_word_write(out, of->protocol->name) : 0;
}


static size_t
transport(ct_call_t *call, char *out)
{
    const ct_dialect_t *of = &ct_pending_of(call)->envelope.dialect;

    return of->transport != NULL ? ct_word_write(out, of->transport->name) : 0;
}


/* "framed compact", with "zlib" in front where that is around it. */
static size_t
dialect(ct_call_t *call, char *out)
{
    const ct_dialect_t *of = &ct_pending_of(call)->envelope.dialect;
    size_t              n = 0;

    if (of->transport == NULL || of->protocol == NULL) {
        return 0;
    }
    if (of->deflated) {
        n += ct_word_write(out, "zlib ");
    }
    n += ct_word_write(out + n, of->transport->name);
    out[n++] = ' ';
    return n + ct_word_write(out + n, of->protocol->name);
}


static size_t
request_length(ct_call_t *call, char *out)
{
    return ct_decimal_write(out, ct_pending_of(call)->request_len);
}


static size_t
reply_length(ct_call_t *call, char *out)
{
    return ct_decimal_write(out, ct_pending_of(call)->reply_len);
}


/* One letter of a header's name as a variable has it. */
static char
folded(char letter)
{
    if (letter >= 'A' && letter <= 'Z') {
        return (char) (letter - 'A' + 'a');
    }
    return letter == '-' ? '_' : letter;
}


static bool
names_alike(ct_str_t a, ct_str_t b)
{
    if (a.len != b.len) {
        return false;
    }
    for (size_t i = 0; i < a.len; i++) {
        if (folded(a.data[i]) != folded(b.data[i])) {
            return false;
        }
    }
    return true;
}


/* Not by ct_call_header: no name of a variable has a dash in it. */
static ct_str_t
header(ct_call_t *call, const ct_variable_t *variable,
       ct_pool_t *pool CT_UNUSED)
{
    const ct_envelope_t *envelope = &ct_pending_of(call)->envelope;

    for (size_t i = 0; i < envelope->nheaders; i++) {
        if (names_alike(envelope->headers[i].name, variable->arg)) {
            return envelope->headers[i].value;
        }
    }
    return CT_NOTHING;
}


/* ---- The table. */

/* clang-format off */
static const ct_variable_entry_t entries[] = {
    { "arg_", NULL, ct_argument_get, NULL, ct_argument_want },
    CT_WRITTEN(dialect),
    CT_OF_CALL(exception),
    { "header_", NULL, header, NULL, NULL },
    CT_OF_CALL(hostname),
    CT_WRITTEN(message_type),
    CT_OF_BOTH(method),
    CT_WRITTEN(pid),
    CT_WRITTEN(protocol),
    CT_WRITTEN(reply_length),
    CT_OF_BOTH(request_id),
    CT_WRITTEN(request_length),
    CT_WRITTEN(seqid),
    CT_OF_BOTH(service),
    CT_WRITTEN(status),
    CT_WRITTEN(transport),
    CT_WRITTEN(worker),
    { "worker_id", NULL, NULL, worker, NULL },
};
/* clang-format on */

const ct_variable_table_t ct_variables_of_call = CT_VARIABLES(entries);

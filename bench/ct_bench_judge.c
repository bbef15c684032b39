/*
 * ct_bench_judge.c -- whether a reply is the right one.
 */

#include "core/ct_config.h"

#include "ct_bench_plan.h"

#include "core/ct_pool.h"
#include "ct_bench_equal.h"
#include "thrift/wire/ct_app_exception.h"
#include "thrift/wire/ct_codec.h"


static const char *
words(ct_pool_t *pool, const char *c_what, const char *c_which)
{
    return ct_str_printf(pool, "%s%s", c_what, c_which).data;
}


/* The server's own no: by the number of its type. */
static const char *
judge_refusal(ct_bench_reply_t *reply, ct_pool_t *pool)
{
    ct_app_exception_t exception;

    if (ct_codec_read(&reply->reader, &ct_app_exception_struct, &exception)
        != CT_OK) {
        return words(pool, "bad reply: ", reply->reader.why);
    }
    return words(pool, "TApplicationException ",
                 ct_app_exception_name((ct_app_error_t) exception.type));
}


/* The exception that is set in a result, or NULL. */
static const ct_field_t *
exception_of(const ct_struct_t *strct, const void *result)
{
    for (uint32_t i = 0; i < strct->nfields; i++) {
        const ct_field_t *field = &strct->fields[i];

        if (field->id != 0 && ct_field_is_set(field, result)) {
            return field;
        }
    }
    return NULL;
}


/* `result` is known to be no exception. */
static const char *
judge_success(const ct_bench_call_t *call, const void *result)
{
    const ct_bench_method_t *method = call->method;
    const ct_field_t *success = ct_struct_field(method->method.result, 0);

    switch (method->expect) {
    case CT_BENCH_EXPECT_RESULT:
        return success == NULL || ct_field_is_set(success, result)
                   ? NULL
                   : "no result";
    case CT_BENCH_EXPECT_VALUE:
        return ct_bench_equal_field(success, result, success, method->due)
                   ? NULL
                   : "wrong value";
    case CT_BENCH_EXPECT_ECHO:
        return ct_bench_equal_field(success, result,
                                    &method->method.args->fields[0], call->args)
                   ? NULL
                   : "wrong value";
    case CT_BENCH_EXPECT_EXCEPTION:
        break;
    }
    return "no exception";
}


const char *
ct_bench_plan_judge(const ct_bench_call_t *call, ct_bench_reply_t *reply,
                    ct_pool_t *pool)
{
    const ct_method_t *method = &call->method->method;
    const ct_field_t  *exception;
    void              *result;

    if (reply->head.type == CT_MESSAGE_EXCEPTION) {
        return judge_refusal(reply, pool);
    }
    if (reply->head.type != CT_MESSAGE_REPLY) {
        return "not a reply";
    }
    if (!ct_str_eq_c(reply->head.name, method->name)) {
        return "reply of another method";
    }
    result = ct_pool_alloc(pool, method->result->size + 1);
    if (ct_codec_read(&reply->reader, method->result, result) != CT_OK) {
        return words(pool, "bad reply: ", reply->reader.why);
    }
    if (reply->reader.pos != reply->reader.end) {
        return "bad reply: bytes behind it";
    }
    exception = exception_of(method->result, result);
    if (exception != NULL) {
        return exception == call->method->exception
                   ? NULL
                   : words(pool, "exception ", exception->type->strct->name);
    }
    return judge_success(call, result);
}

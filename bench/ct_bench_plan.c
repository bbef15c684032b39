/*
 * ct_bench_plan.c -- what is called.
 *
 * Arguments with something made up are made in many variants, each encoded
 * here, in front of the run: while it lasts, nothing is encoded.  The order in
 * which calls follow each other is a shuffled table for the same reason.
 */

#include "core/ct_config.h"

#include "ct_bench_plan.h"

#include <jansson.h>

#include "core/ct_file.h"
#include "core/ct_pool.h"
#include "ct_bench_equal.h"
#include "ct_bench_idl.h"
#include "ct_bench_random.h"
#include "ct_bench_say.h"
#include "ct_bench_value.h"

#define EXCEPTION "exception:"

#define MAX_FILE_SIZE ((size_t) 64 * 1024 * 1024)

/* Entries of the order, where there is a choice at all. */
#define LEAST_ORDER ((size_t) 4096)
#define MOST_ORDER  ((size_t) 4 * 1024 * 1024)

/* What is needed while a plan is made. */
typedef struct making_s {
    ct_bench_plan_t            *plan;
    const ct_bench_plan_conf_t *conf;
    ct_bench_idl_t              idl;
    ct_bench_reading_t          reading;
    ct_array_t                  calls; /* of ct_bench_call_t */
    size_t                      nbytes;
} making_t;


/* Text given in a word, or in the file that "@file" names. */
static ct_rc_t
text_of(making_t *making, const char *c_word, ct_str_t *text)
{
    if (c_word[0] != '@') {
        *text = ct_str_of(c_word);
        return CT_OK;
    }
    if (ct_file_read(making->plan->pool, c_word + 1, MAX_FILE_SIZE, text)
        != CT_OK) {
        ct_bench_say("cannot read '%s'", c_word + 1);
        return CT_ERROR;
    }
    return CT_OK;
}


/* NULL has been said. */
static json_t *
json_of(making_t *making, const char *c_option, const char *c_word)
{
    json_error_t error;
    ct_str_t     text;
    json_t      *json;

    if (text_of(making, c_word, &text) != CT_OK) {
        return NULL;
    }
    json = json_loadb(text.data, text.len,
                      JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, &error);
    if (json == NULL) {
        ct_bench_say("%s: line %d, column %d: %s", c_option, error.line,
                     error.column, error.text);
    }
    return json;
}


static ct_rc_t
call_make(making_t *making, const ct_bench_method_t *method, json_t *json)
{
    ct_pool_t       *pool = making->plan->pool;
    void            *args = ct_pool_zalloc(pool, method->method.args->size + 1);
    ct_bench_call_t *call;
    const char      *c_why;

    if (ct_bench_read_struct(&making->reading, method->method.args, json, args)
        != CT_OK) {
        ct_bench_say("arguments of %s: %.*s", method->c_name,
                     CT_STR_ARG(making->reading.why));
        return CT_ERROR;
    }
    call = ct_array_push(&making->calls);
    call->args = args;
    if (ct_bench_wire_request(&making->plan->wire, &method->method, args, pool,
                              &call->request, &c_why)
        != CT_OK) {
        ct_bench_say("cannot encode %s: %s", method->c_name, c_why);
        return CT_ERROR;
    }
    making->nbytes += call->request.len;
    if (making->nbytes > CT_BENCH_MAX_BYTES) {
        ct_bench_say("more than %zu bytes of calls: fewer --variants",
                     CT_BENCH_MAX_BYTES);
        return CT_ERROR;
    }
    return CT_OK;
}


/* One call, or many where the first one shows that they differ. */
static ct_rc_t
calls_make(making_t *making, ct_bench_method_t *method, json_t *json)
{
    ct_bench_reading_t *reading = &making->reading;
    size_t              n = 1;

    method->first = making->calls.n;
    reading->is_made_up = false;
    for (size_t i = 0; i < n; i++) {
        reading->seq = i;
        if (call_make(making, method, json) != CT_OK) {
            return CT_ERROR;
        }
        if (reading->is_made_up) {
            n = making->conf->nvariants;
        }
    }
    method->ncalls = n;
    return CT_OK;
}


static const ct_field_t *
success_of(const ct_bench_method_t *method)
{
    return method->method.result == NULL
               ? NULL
               : ct_struct_field(method->method.result, 0);
}


/* "exception:NAME", by the type's name or the field's. */
static ct_rc_t
expect_exception(ct_bench_method_t *method, const char *c_name)
{
    const ct_struct_t *result = method->method.result;

    for (uint32_t i = 0; result != NULL && i < result->nfields; i++) {
        const ct_field_t *field = &result->fields[i];

        if (field->id != 0
            && (strcmp(field->name, c_name) == 0
                || strcmp(field->type->strct->name, c_name) == 0)) {
            method->expect = CT_BENCH_EXPECT_EXCEPTION;
            method->exception = field;
            return CT_OK;
        }
    }
    ct_bench_say("%s throws no %s", method->c_name, c_name);
    return CT_ERROR;
}


static ct_rc_t
expect_echo(ct_bench_method_t *method)
{
    const ct_struct_t *args = method->method.args;
    const ct_field_t  *success = success_of(method);

    if (success == NULL || args->nfields == 0
        || !ct_bench_same_type(args->fields[0].type, success->type)) {
        ct_bench_say("%s does not return what its first argument is",
                     method->c_name);
        return CT_ERROR;
    }
    method->expect = CT_BENCH_EXPECT_ECHO;
    return CT_OK;
}


static ct_rc_t
expect_json(making_t *making, ct_bench_method_t *method, json_t *json)
{
    const ct_field_t *success = success_of(method);
    char             *due;

    if (success == NULL) {
        ct_bench_say("%s returns nothing that could be expected",
                     method->c_name);
        return CT_ERROR;
    }
    due = ct_pool_zalloc(making->plan->pool, method->method.result->size);
    making->reading.is_made_up = false;
    if (ct_bench_read_field(&making->reading, success->type, success->name,
                            json, due + success->offset)
        != CT_OK) {
        ct_bench_say("--expect of %s: %.*s", method->c_name,
                     CT_STR_ARG(making->reading.why));
        return CT_ERROR;
    }
    if (making->reading.is_made_up) {
        ct_bench_say("--expect of %s: nobody knows what is made up",
                     method->c_name);
        return CT_ERROR;
    }
    if (success->has_offset != CT_NO_FLAG) {
        *((bool *) due + success->has_offset) = true;
    }
    method->due = due;
    method->expect = CT_BENCH_EXPECT_VALUE;
    return CT_OK;
}


static ct_rc_t
expect_set(making_t *making, ct_bench_method_t *method, const char *c_expect)
{
    json_t *json;
    ct_rc_t rc;

    if (c_expect == NULL) {
        return CT_OK;
    }
    if (strcmp(c_expect, "echo") == 0) {
        return expect_echo(method);
    }
    if (strncmp(c_expect, EXCEPTION, strlen(EXCEPTION)) == 0) {
        return expect_exception(method, c_expect + strlen(EXCEPTION));
    }
    json = json_of(making, "--expect", c_expect);
    if (json == NULL) {
        return CT_ERROR;
    }
    rc = expect_json(making, method, json);
    json_decref(json);
    return rc;
}


static ct_rc_t
method_make(making_t *making, ct_bench_method_t *method,
            const ct_bench_wish_t *wish)
{
    json_t *json;
    ct_rc_t rc;

    *method =
        (ct_bench_method_t){ .c_name = wish->c_method, .weight = wish->weight };
    if (ct_bench_idl_find(&making->idl, wish->c_method, &method->method)
        != CT_OK) {
        return CT_ERROR;
    }
    if (method->method.oneway) {
        ct_bench_say("%s is oneway: there is no answer to wait for",
                     wish->c_method);
        return CT_ERROR;
    }
    if (expect_set(making, method, wish->c_expect) != CT_OK) {
        return CT_ERROR;
    }
    json =
        json_of(making, "--args", wish->c_args != NULL ? wish->c_args : "{}");
    if (json == NULL) {
        return CT_ERROR;
    }
    rc = calls_make(making, method, json);
    json_decref(json);
    return rc;
}


/* A list of calls by weight, each of a method's as often as the others. */
static void
order_fill(ct_bench_plan_t *plan)
{
    size_t weights = 0;
    size_t at = 0;
    size_t before = 0;

    for (size_t i = 0; i < plan->nmethods; i++) {
        weights += plan->methods[i].weight;
    }
    for (size_t i = 0; i < plan->nmethods; i++) {
        const ct_bench_method_t *method = &plan->methods[i];
        size_t                   end;

        before += method->weight;
        end = plan->norder * before / weights;
        for (size_t n = 0; at < end; n++) {
            plan->order[at++] = (uint32_t) (method->first + n % method->ncalls);
        }
    }
}


static void
order_shuffle(ct_bench_plan_t *plan, uint64_t seed)
{
    for (size_t i = plan->norder; i > 1; i--) {
        const size_t   other = ct_bench_random(&seed) % i;
        const uint32_t call = plan->order[other];

        plan->order[other] = plan->order[i - 1];
        plan->order[i - 1] = call;
    }
}


static void
order_make(ct_bench_plan_t *plan, uint64_t seed)
{
    size_t weights = 0;

    for (size_t i = 0; i < plan->nmethods; i++) {
        weights += plan->methods[i].weight;
    }
    plan->norder = 1;
    if (plan->ncalls > 1) {
        plan->norder = weights * plan->ncalls;
        if (plan->norder > MOST_ORDER) {
            plan->norder = MOST_ORDER;
        }
        while (plan->norder < LEAST_ORDER) {
            plan->norder *= 2;
        }
    }
    plan->order =
        ct_pool_alloc(plan->pool, plan->norder * sizeof(*plan->order));
    order_fill(plan);
    order_shuffle(plan, seed);
}


/* Calls may have moved while there came more. */
static void
calls_link(ct_bench_plan_t *plan, const making_t *making)
{
    plan->calls = making->calls.items;
    plan->ncalls = making->calls.n;
    for (size_t i = 0; i < plan->nmethods; i++) {
        const ct_bench_method_t *method = &plan->methods[i];

        for (size_t n = 0; n < method->ncalls; n++) {
            plan->calls[method->first + n].method = method;
        }
    }
}


ct_rc_t
ct_bench_plan_make(ct_bench_plan_t *plan, const ct_bench_plan_conf_t *conf,
                   ct_pool_t *pool)
{
    making_t making = { .plan = plan,
                        .conf = conf,
                        .reading = { .pool = pool, .random = conf->seed } };

    *plan = (ct_bench_plan_t){ .pool = pool,
                               .wire = conf->wire,
                               .nmethods = conf->wishes.n };
    plan->methods =
        ct_pool_zalloc(pool, plan->nmethods * sizeof(*plan->methods));
    ct_array_init(&making.calls, pool, sizeof(ct_bench_call_t));
    if (ct_bench_idl_load(&making.idl, conf->c_idl, &conf->dirs, pool)
        != CT_OK) {
        return CT_ERROR;
    }
    for (size_t i = 0; i < plan->nmethods; i++) {
        if (method_make(&making, &plan->methods[i],
                        ct_array_at(&conf->wishes, i))
            != CT_OK) {
            return CT_ERROR;
        }
    }
    calls_link(plan, &making);
    order_make(plan, conf->seed);
    return CT_OK;
}

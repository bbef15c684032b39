/*
 * thrifttest_module.c -- the services that Apache Thrift's cross-language
 * clients call, answered as Apache's own servers answer them.
 *
 * Most methods give their argument back.  Where a client has sent no argument,
 * its field has the type's empty value, as a server in C++ would have it:
 * that is what or_empty() and the structs made here are for.
 */

#include <cthrift.h>

#include <string.h>

#include "thrifttest.gen.h"

/* The handler of `test_NAME`: the argument, whatever it is. */
#define ECHO(name)                                                             \
    static ct_rc_t test_##name(                                                \
        ct_call_t                                         *call,               \
        const thrifttest_thrift_test_test_##name##_args_t *args,               \
        thrifttest_thrift_test_test_##name##_result_t     *result)             \
    {                                                                          \
        (void) call;                                                           \
        result->success = args->thing;                                         \
        return CT_OK;                                                          \
    }

ECHO(bool)
ECHO(byte)
ECHO(i32)
ECHO(i64)
ECHO(double)
ECHO(uuid)
ECHO(map)
ECHO(string_map)
ECHO(set)
ECHO(list)
ECHO(enum)
ECHO(typedef)


static ct_str_t
or_empty(ct_str_t str)
{
    return str.data != NULL ? str : CT_STR("");
}


static ct_rc_t
test_void(ct_call_t *call, const thrifttest_thrift_test_test_void_args_t *args,
          thrifttest_thrift_test_test_void_result_t *result)
{
    (void) call;
    (void) args;
    (void) result;
    return CT_OK;
}


static ct_rc_t
test_string(ct_call_t                                       *call,
            const thrifttest_thrift_test_test_string_args_t *args,
            thrifttest_thrift_test_test_string_result_t     *result)
{
    (void) call;
    result->success = or_empty(args->thing);
    return CT_OK;
}


static ct_rc_t
test_binary(ct_call_t                                       *call,
            const thrifttest_thrift_test_test_binary_args_t *args,
            thrifttest_thrift_test_test_binary_result_t     *result)
{
    (void) call;
    result->success = or_empty(args->thing);
    return CT_OK;
}


static ct_rc_t
test_struct(ct_call_t                                       *call,
            const thrifttest_thrift_test_test_struct_args_t *args,
            thrifttest_thrift_test_test_struct_result_t     *result)
{
    result->success =
        args->thing != NULL ? args->thing : thrifttest_xtruct_new(call->pool);
    return CT_OK;
}


static ct_rc_t
test_nest(ct_call_t *call, const thrifttest_thrift_test_test_nest_args_t *args,
          thrifttest_thrift_test_test_nest_result_t *result)
{
    result->success =
        args->thing != NULL ? args->thing : thrifttest_xtruct2_new(call->pool);
    return CT_OK;
}


/* first => first ... first + 3 => first + 3 */
static thrifttest_i32_i32_map_t
four_from(ct_call_t *call, int32_t first)
{
    thrifttest_i32_i32_map_t map = { .n = 4 };

    map.items = ct_pool_alloc(call->pool, map.n * sizeof(*map.items));
    for (size_t i = 0; i < map.n; i++) {
        map.items[i].key = first + (int32_t) i;
        map.items[i].value = first + (int32_t) i;
    }
    return map;
}


static ct_rc_t
test_map_map(ct_call_t                                        *call,
             const thrifttest_thrift_test_test_map_map_args_t *args,
             thrifttest_thrift_test_test_map_map_result_t     *result)
{
    thrifttest_i32_i32_i32_map_map_item_t *items =
        ct_pool_alloc(call->pool, 2 * sizeof(*items));

    (void) args;
    items[0].key = -4;
    items[0].value = four_from(call, -4);
    items[1].key = 4;
    items[1].value = four_from(call, 1);
    result->success.n = 2;
    result->success.items = items;
    return CT_OK;
}


/* { 1 => { TWO => argument, THREE => argument }, 2 => { SIX => empty } } */
static ct_rc_t
test_insanity(ct_call_t                                         *call,
              const thrifttest_thrift_test_test_insanity_args_t *args,
              thrifttest_thrift_test_test_insanity_result_t     *result)
{
    const thrifttest_insanity_t                    *empty;
    const thrifttest_insanity_t                    *argument = args->argument;
    thrifttest_numberz_insanity_map_item_t         *inner;
    thrifttest_i64_numberz_insanity_map_map_item_t *outer;

    empty = thrifttest_insanity_new(call->pool);
    if (argument == NULL) {
        argument = empty;
    }
    inner = ct_pool_alloc(call->pool, 3 * sizeof(*inner));
    inner[0].key = THRIFTTEST_NUMBERZ_TWO;
    inner[0].value = *argument;
    inner[1].key = THRIFTTEST_NUMBERZ_THREE;
    inner[1].value = *argument;
    inner[2].key = THRIFTTEST_NUMBERZ_SIX;
    inner[2].value = *empty;

    outer = ct_pool_alloc(call->pool, 2 * sizeof(*outer));
    outer[0].key = 1;
    outer[0].value.n = 2;
    outer[0].value.items = inner;
    outer[1].key = 2;
    outer[1].value.n = 1;
    outer[1].value.items = inner + 2;
    result->success.n = 2;
    result->success.items = outer;
    return CT_OK;
}


static ct_rc_t
test_multi(ct_call_t                                      *call,
           const thrifttest_thrift_test_test_multi_args_t *args,
           thrifttest_thrift_test_test_multi_result_t     *result)
{
    thrifttest_xtruct_t *xtruct = thrifttest_xtruct_new(call->pool);

    xtruct->string_thing = CT_STR("Hello2");
    xtruct->byte_thing = args->arg0;
    xtruct->i32_thing = args->arg1;
    xtruct->i64_thing = args->arg2;
    result->success = xtruct;
    return CT_OK;
}


static thrifttest_xception_t *
xception_new(ct_call_t *call, ct_str_t message)
{
    thrifttest_xception_t *xception = thrifttest_xception_new(call->pool);

    xception->error_code = 1001;
    xception->message = message;
    return xception;
}


/* "TException" is one that is not declared: a TApplicationException. */
static ct_rc_t
test_exception(ct_call_t                                          *call,
               const thrifttest_thrift_test_test_exception_args_t *args,
               thrifttest_thrift_test_test_exception_result_t     *result)
{
    if (ct_str_eq_c(args->arg, "TException")) {
        return ct_call_fail(call, "TException");
    }
    if (ct_str_eq_c(args->arg, "Xception")) {
        result->err1 = xception_new(call, args->arg);
    }
    return CT_OK;
}


static thrifttest_xception2_t *
xception2_new(ct_call_t *call)
{
    thrifttest_xception2_t *xception = thrifttest_xception2_new(call->pool);

    xception->error_code = 2002;
    xception->struct_thing = thrifttest_xtruct_new(call->pool);
    xception->struct_thing->string_thing = CT_STR("This is an Xception2");
    return xception;
}


static ct_rc_t
test_multi_exception(
    ct_call_t                                                *call,
    const thrifttest_thrift_test_test_multi_exception_args_t *args,
    thrifttest_thrift_test_test_multi_exception_result_t     *result)
{
    if (ct_str_eq_c(args->arg0, "Xception")) {
        result->err1 = xception_new(call, CT_STR("This is an Xception"));
        return CT_OK;
    }
    if (ct_str_eq_c(args->arg0, "Xception2")) {
        result->err2 = xception2_new(call);
        return CT_OK;
    }
    result->success = thrifttest_xtruct_new(call->pool);
    result->success->string_thing = or_empty(args->arg1);
    return CT_OK;
}


/* Sleeping would hold up every other client of the worker. */
static ct_rc_t
test_oneway(ct_call_t                                       *call,
            const thrifttest_thrift_test_test_oneway_args_t *args)
{
    (void) call;
    (void) args;
    return CT_OK;
}


/* No printf: the string may hold a NUL. */
static ct_str_t
quoted_call(ct_call_t *call, ct_str_t thing)
{
    const ct_str_t head = CT_STR("testString(\"");
    const ct_str_t tail = CT_STR("\")");
    const size_t   len = head.len + thing.len + tail.len;
    char          *text = ct_pool_alloc(call->pool, len);

    memcpy(text, head.data, head.len);
    if (thing.len > 0) {
        memcpy(text + head.len, thing.data, thing.len);
    }
    memcpy(text + head.len + thing.len, tail.data, tail.len);
    return (ct_str_t){ len, text };
}


static ct_rc_t
secondtest_string(
    ct_call_t                                                *call,
    const thrifttest_second_service_secondtest_string_args_t *args,
    thrifttest_second_service_secondtest_string_result_t     *result)
{
    result->success = quoted_call(call, args->thing);
    return CT_OK;
}


static const thrifttest_thrift_test_ops_t thrift_test_ops = {
    .test_void = test_void,
    .test_string = test_string,
    .test_bool = test_bool,
    .test_byte = test_byte,
    .test_i32 = test_i32,
    .test_i64 = test_i64,
    .test_double = test_double,
    .test_binary = test_binary,
    .test_uuid = test_uuid,
    .test_struct = test_struct,
    .test_nest = test_nest,
    .test_map = test_map,
    .test_string_map = test_string_map,
    .test_set = test_set,
    .test_list = test_list,
    .test_enum = test_enum,
    .test_typedef = test_typedef,
    .test_map_map = test_map_map,
    .test_insanity = test_insanity,
    .test_multi = test_multi,
    .test_exception = test_exception,
    .test_multi_exception = test_multi_exception,
    .test_oneway = test_oneway,
};

static const thrifttest_second_service_ops_t second_service_ops = {
    .secondtest_string = secondtest_string,
};

static const ct_binding_t thrifttest_services[] = {
    THRIFTTEST_THRIFT_TEST(&thrift_test_ops),
    THRIFTTEST_SECOND_SERVICE(&second_service_ops),
    { NULL, NULL },
};

extern const ct_module_t thrifttest_module;

const ct_module_t thrifttest_module = {
    .abi = CT_MODULE_ABI,
    .name = "thrifttest",
    .services = thrifttest_services,
};

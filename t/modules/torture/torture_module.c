/*
 * torture_module.c -- gives back everything that an IDL can say.
 *
 * Every handler is the same: the result is the argument.  So what a client
 * gets back has gone through decoding, a C struct and encoding, and nothing
 * else.
 */

#include <cthrift.h>

#include "torture.gen.h"
#include "torture_uuid.gen.h"

/* The handler of `echo_NAME`. */
#define ECHO(name)                                                             \
    static ct_rc_t echo_##name(                                                \
        ct_call_t *call, const torture_torture_echo_##name##_args_t *args,     \
        torture_torture_echo_##name##_result_t *result)                        \
    {                                                                          \
        (void) call;                                                           \
        result->success = args->x;                                             \
        return CT_OK;                                                          \
    }

ECHO(bool)
ECHO(i8)
ECHO(i16)
ECHO(i32)
ECHO(i64)
ECHO(double)
ECHO(string)
ECHO(binary)
ECHO(enum)
ECHO(typedef)
ECHO(list)
ECHO(set)
ECHO(map)
ECHO(nested)
ECHO(structs)
ECHO(bases)
ECHO(maybes)
ECHO(defaults)
ECHO(musts)
ECHO(lists)
ECHO(sets)
ECHO(maps)
ECHO(nests)
ECHO(choice)
ECHO(chain)
ECHO(tree)
ECHO(hen)
ECHO(nothing)
ECHO(words)
ECHO(gaps)
ECHO(shared)


static ct_rc_t
whoami(ct_call_t *call, const torture_shared_base_whoami_args_t *args,
       torture_shared_base_whoami_result_t *result)
{
    (void) call;
    (void) args;
    result->success = CT_STR("torture");
    return CT_OK;
}


static torture_oops_t *
oops_new(ct_call_t *call, int32_t code)
{
    torture_oops_t *oops = torture_oops_new(call->pool);
    ct_str_t       *trace = ct_pool_alloc(call->pool, 2 * sizeof(*trace));

    trace[0] = CT_STR("here");
    trace[1] = CT_STR("there");
    oops->code = code;
    oops->message = ct_str_printf(call->pool, "code %d", (int) code);
    oops->trace.n = 2;
    oops->trace.items = trace;
    return oops;
}


static ct_rc_t
echo(ct_call_t *call, const torture_torture_echo_args_t *args,
     torture_torture_echo_result_t *result)
{
    if (args->x != NULL && args->x->musts != NULL && args->x->musts->id == 13) {
        result->e = oops_new(call, 13);
        return CT_OK;
    }
    result->success = args->x;
    return CT_OK;
}


static ct_rc_t
nothing(ct_call_t *call, const torture_torture_nothing_args_t *args,
        torture_torture_nothing_result_t *result)
{
    (void) call;
    (void) args;
    (void) result;
    return CT_OK;
}


static ct_rc_t
join(ct_call_t *call, const torture_torture_join_args_t *args,
     torture_torture_join_result_t *result)
{
    result->success =
        ct_str_printf(call->pool, "%.*s %d %d %g %d", CT_STR_ARG(args->a),
                      (int) args->b, (int) args->c, args->d, (int) args->e);
    return CT_OK;
}


static ct_rc_t
fail(ct_call_t *call, const torture_torture_fail_args_t *args,
     torture_torture_fail_result_t *result)
{
    if (args->code == 1) {
        result->oops = oops_new(call, 1);
    } else if (args->code == 2) {
        result->lost = torture_shared_lost_new(call->pool);
        result->lost->why = CT_STR("no way");
        result->lost->where = torture_shared_point_new(call->pool);
    } else {
        result->success = args->code;
    }
    return CT_OK;
}


static ct_rc_t
check(ct_call_t *call, const torture_torture_check_args_t *args,
      torture_torture_check_result_t *result)
{
    if (args->code != 0) {
        result->oops = oops_new(call, args->code);
    }
    return CT_OK;
}


static ct_rc_t
forget(ct_call_t *call, const torture_torture_forget_args_t *args)
{
    (void) call;
    (void) args;
    return CT_OK;
}


static ct_rc_t
echo_uuid(ct_call_t                                        *call,
          const torture_uuid_torture_uuid_echo_uuid_args_t *args,
          torture_uuid_torture_uuid_echo_uuid_result_t     *result)
{
    (void) call;
    result->success = args->x;
    return CT_OK;
}


static ct_rc_t
echo_uuids(ct_call_t                                         *call,
           const torture_uuid_torture_uuid_echo_uuids_args_t *args,
           torture_uuid_torture_uuid_echo_uuids_result_t     *result)
{
    (void) call;
    result->success = args->x;
    return CT_OK;
}


static const torture_torture_ops_t torture_ops = {
    .whoami = whoami,
    .echo = echo,
    .nothing = nothing,
    .join = join,
    .fail = fail,
    .check = check,
    .forget = forget,
    .echo_bool = echo_bool,
    .echo_i8 = echo_i8,
    .echo_i16 = echo_i16,
    .echo_i32 = echo_i32,
    .echo_i64 = echo_i64,
    .echo_double = echo_double,
    .echo_string = echo_string,
    .echo_binary = echo_binary,
    .echo_enum = echo_enum,
    .echo_typedef = echo_typedef,
    .echo_list = echo_list,
    .echo_set = echo_set,
    .echo_map = echo_map,
    .echo_nested = echo_nested,
    .echo_structs = echo_structs,
    .echo_bases = echo_bases,
    .echo_maybes = echo_maybes,
    .echo_defaults = echo_defaults,
    .echo_musts = echo_musts,
    .echo_lists = echo_lists,
    .echo_sets = echo_sets,
    .echo_maps = echo_maps,
    .echo_nests = echo_nests,
    .echo_choice = echo_choice,
    .echo_chain = echo_chain,
    .echo_tree = echo_tree,
    .echo_hen = echo_hen,
    .echo_nothing = echo_nothing,
    .echo_words = echo_words,
    .echo_gaps = echo_gaps,
    .echo_shared = echo_shared,
};

static const torture_uuid_torture_uuid_ops_t uuid_ops = {
    .echo_uuid = echo_uuid,
    .echo_uuids = echo_uuids,
};

static const ct_binding_t torture_services[] = {
    TORTURE_TORTURE(&torture_ops),
    TORTURE_UUID_TORTURE_UUID(&uuid_ops),
    { NULL, NULL },
};

extern const ct_module_t torture_module;

const ct_module_t torture_module = {
    .abi = CT_MODULE_ABI,
    .name = "torture",
    .services = torture_services,
};

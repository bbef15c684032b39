/*
 * ct_idl_gen_service.c -- services: tables of handlers, and stubs of clients.
 *
 * A derived service has the methods of its bases too, base first, with the
 * structs of the base: a handler written for the base fits both tables.  Each
 * method gets a function that casts `const void *` to what the handler takes
 * -- by assignment, so that the compiler checks the rest.
 *
 * What it writes into the header, for `string greet(1: string name)`:
 *
 *   typedef struct hello_greeter_ops_s {
 *       ct_rc_t (*greet)(ct_call_t *call, const ..._args_t *args,
 *                        ..._result_t *result);
 *   } hello_greeter_ops_t;
 *
 *   extern const ct_service_t hello_greeter_service;
 *   #define HELLO_GREETER(ops) { &hello_greeter_service, (ops) }
 *   ct_rc_t hello_greeter_greet(ct_client_t *client, ...);
 *
 * A oneway method has no result anywhere.
 */

#include "core/ct_config.h"

#include "idl/ct_idl_gen.h"

#include "core/ct_pool.h"
#include "idl/ct_idl_name.h"

/* A method as a service has it, its own or inherited. */
typedef struct method_s {
    const ct_idl_def_t      *service; /* the one that is being written */
    const ct_idl_function_t *function;
    ct_str_t                 local; /* greeter_greet */
    ct_str_t                 stub;  /* hello_greeter_greet */
    size_t                   i;     /* place in the table */
} method_t;


/* The function's own pieces; inherited ones were written with the base. */
static void
each_struct(ct_idl_gen_t *gen, const ct_idl_def_t *def,
            void (*write)(ct_idl_gen_t *gen, ct_idl_def_t *def))
{
    for (size_t i = 0; i < def->functions.n; i++) {
        const ct_idl_function_t *function =
            CT_IDL_AT(ct_idl_function_t, &def->functions, i);

        write(gen, function->args);
        if (function->result != NULL) {
            write(gen, function->result);
        }
    }
}


/* The methods that `from` itself defines, as they are called in `service`. */
static void
push_methods(ct_idl_gen_t *gen, const ct_idl_def_t *service,
             const ct_idl_def_t *from, ct_array_t *methods)
{
    for (size_t i = 0; i < from->functions.n; i++) {
        const ct_idl_function_t *function =
            CT_IDL_AT(ct_idl_function_t, &from->functions, i);
        const ct_str_t name = ct_idl_snake(gen->pool, function->name.str);
        const ct_str_t stub =
            ct_str_printf(gen->pool, "%.*s_%.*s", CT_STR_ARG(service->c_name),
                          CT_STR_ARG(name));
        const size_t n = methods->n;

        *(method_t *) ct_array_push(methods) =
            (method_t){ service, function, ct_idl_local_name(gen->file, stub),
                        stub, n };
    }
}


/* All methods, those of the farthest base first. */
static void
collect(ct_idl_gen_t *gen, const ct_idl_def_t *service, ct_array_t *methods)
{
    /* The checker has seen that the chain is no longer. */
    const ct_idl_def_t *chain[CT_IDL_MAX_DEPTH + 3];
    size_t              n = 0;

    ct_array_init(methods, gen->pool, sizeof(method_t));
    for (const ct_idl_def_t *def = service; def != NULL; def = def->base) {
        CT_ASSERT(n < CT_ARRAY_LEN(chain));
        chain[n++] = def;
    }
    while (n > 0) {
        push_methods(gen, service, chain[--n], methods);
    }
}


/* Methods are kept by value: the array is filled before it is read. */
static const method_t *
method_at(const ct_array_t *methods, size_t i)
{
    return ct_array_at(methods, i);
}


/* `(first, const x_args_t *args, x_result_t *result)`. */
static void
write_parameters(ct_idl_gen_t *gen, const method_t *method, const char *c_first,
                 size_t tail)
{
    const ct_idl_function_t *function = method->function;
    const ct_str_t           parameters[] = {
                  ct_str_of(c_first),
                  ct_str_printf(gen->pool, "const %.*s_t *args",
                                CT_STR_ARG(function->args->c_name)),
        function->result == NULL
                      ? CT_STR_NONE
                      : ct_str_printf(gen->pool, "%.*s_t *result",
                                      CT_STR_ARG(function->result->c_name)),
    };

    ct_idl_out_arguments(&gen->out, parameters,
                         function->result == NULL ? 2 : 3, tail);
}


/*
 * The table that a module fills with its handlers.  A service without methods
 * gets a member all the same: C has no empty struct.
 */
static void
declare_ops(ct_idl_gen_t *gen, const ct_idl_def_t *def,
            const ct_array_t *methods)
{
    ct_idl_out_t *out = &gen->out;

    ct_idl_out_doc(out, def->doc, 0);
    ct_idl_out_print(out, "typedef struct %.*s_ops_s {\n",
                     CT_STR_ARG(def->c_name));
    for (size_t i = 0; i < methods->n; i++) {
        const method_t *method = method_at(methods, i);

        if (i > 0 && method->function->doc.data != NULL) {
            ct_idl_out_str(out, CT_STR("\n"));
        }
        ct_idl_out_doc(out, method->function->doc, CT_IDL_OUT_INDENT);
        ct_idl_out_print(out, "    ct_rc_t (*%.*s)",
                         CT_STR_ARG(method->function->c_name));
        write_parameters(gen, method, "ct_call_t *call", 1);
        ct_idl_out_str(out, CT_STR(";\n"));
    }
    if (methods->n == 0) {
        ct_idl_out_str(out, CT_STR("    char empty_;\n"));
    }
    ct_idl_out_print(out, "} %.*s_ops_t;\n\n", CT_STR_ARG(def->c_name));
}


/*
 * clang-format would break the braces of the macro over four lines, and so
 * would not a person.
 */
static void
declare_binding(ct_idl_gen_t *gen, const ct_idl_def_t *def)
{
    const ct_str_t upper = ct_idl_upper(gen->pool, def->c_name);

    ct_idl_out_print(&gen->out,
                     "extern const ct_service_t %.*s_service;\n\n"
                     "/* A line of a module's services: who handles %.*s. */\n"
                     "/* clang-format off */\n"
                     "#define %.*s(ops) { &%.*s_service, (ops) }\n"
                     "/* clang-format on */\n\n",
                     CT_STR_ARG(def->c_name), CT_STR_ARG(def->name.str),
                     CT_STR_ARG(upper), CT_STR_ARG(def->c_name));
}


/* Stubs of inherited methods too: the caller knows one service, not two. */
static void
declare_stubs(ct_idl_gen_t *gen, const ct_idl_def_t *def,
              const ct_array_t *methods)
{
    if (methods->n == 0) {
        return;
    }
    ct_idl_out_print(
        &gen->out,
        "/*\n"
        " * Calls of %.*s through a client, which keeps what `result` points\n"
        " * to until its next call.  CT_ERROR: see ct_client_error.\n"
        " */\n",
        CT_STR_ARG(def->name.str));
    for (size_t i = 0; i < methods->n; i++) {
        const method_t *method = method_at(methods, i);

        ct_idl_out_print(&gen->out, "ct_rc_t %.*s", CT_STR_ARG(method->stub));
        write_parameters(gen, method, "ct_client_t *client", 1);
        ct_idl_out_str(&gen->out, CT_STR(";\n"));
    }
    ct_idl_out_str(&gen->out, CT_STR("\n"));
}


void
ct_idl_gen_declare_service(ct_idl_gen_t *gen, ct_idl_def_t *def)
{
    ct_array_t methods;

    collect(gen, def, &methods);
    if (def->base != NULL && def->base->file == gen->file) {
        ct_idl_gen_declare(gen, def->base);
    }
    each_struct(gen, def, ct_idl_gen_declare_struct);
    declare_ops(gen, def, &methods);
    declare_binding(gen, def);
    declare_stubs(gen, def, &methods);
}


/* The function in the method's table, which finds the handler in the ops. */
static void
define_invoke(ct_idl_gen_t *gen, const method_t *method)
{
    static const ct_str_t parameters[] = {
        CT_STR_INIT("ct_call_t *call"),
        CT_STR_INIT("const void *ops"),
        CT_STR_INIT("const void *args"),
        CT_STR_INIT("void *result"),
    };
    ct_idl_out_t  *out = &gen->out;
    const bool     oneway = method->function->result == NULL;
    const ct_str_t name = method->function->c_name;

    ct_idl_out_print(out, "static ct_rc_t\n%.*s_invoke",
                     CT_STR_ARG(method->local));
    ct_idl_out_arguments(out, parameters, CT_ARRAY_LEN(parameters), 0);
    ct_idl_out_print(out,
                     "\n{\n"
                     "    const %.*s_ops_t *handlers = ops;\n\n",
                     CT_STR_ARG(method->service->c_name));
    if (oneway) {
        ct_idl_out_str(out, CT_STR("    (void) result;\n"));
    }
    ct_idl_out_print(out,
                     "    return handlers->%.*s(call, args%s);\n"
                     "}\n\n\n",
                     CT_STR_ARG(name), oneway ? "" : ", result");
}


/* One line of the service's table; oneway is false by being left out. */
static void
define_method(ct_idl_gen_t *gen, const method_t *method)
{
    const ct_idl_function_t *function = method->function;
    ct_idl_out_t            *out = &gen->out;

    ct_idl_out_print(out,
                     "    {\n"
                     "        .name = \"%.*s\",\n",
                     CT_STR_ARG(function->name.str));
    if (function->oneway) {
        ct_idl_out_str(out, CT_STR("        .oneway = true,\n"));
    }
    ct_idl_out_print(out, "        .args = &%.*s_struct,\n",
                     CT_STR_ARG(function->args->c_name));
    if (function->result != NULL) {
        ct_idl_out_print(out, "        .result = &%.*s_struct,\n",
                         CT_STR_ARG(function->result->c_name));
    }
    ct_idl_out_print(out,
                     "        .invoke = %.*s_invoke,\n"
                     "        .ops_offset = offsetof(%.*s_ops_t, %.*s),\n"
                     "    },\n",
                     CT_STR_ARG(method->local),
                     CT_STR_ARG(method->service->c_name),
                     CT_STR_ARG(function->c_name));
}


/* The methods, if there are any, and the service over them. */
static void
define_table(ct_idl_gen_t *gen, const ct_idl_def_t *def,
             const ct_array_t *methods)
{
    ct_idl_out_t  *out = &gen->out;
    const ct_str_t local = ct_idl_local_name(gen->file, def->c_name);

    if (methods->n > 0) {
        ct_idl_out_print(out, "static const ct_method_t %.*s_methods[] = {\n",
                         CT_STR_ARG(local));
        for (size_t i = 0; i < methods->n; i++) {
            define_method(gen, method_at(methods, i));
        }
        ct_idl_out_str(out, CT_STR("};\n\n"));
    }
    ct_idl_out_print(out,
                     "const ct_service_t %.*s_service = {\n"
                     "    .name = \"%.*s\",\n",
                     CT_STR_ARG(def->c_name), CT_STR_ARG(def->name.str));
    if (def->base != NULL) {
        ct_idl_out_print(out, "    .base = &%.*s_service,\n",
                         CT_STR_ARG(def->base->c_name));
    }
    if (methods->n > 0) {
        ct_idl_out_print(out,
                         "    .methods = %.*s_methods,\n"
                         "    .nmethods = CT_ARRAY_LEN(%.*s_methods),\n",
                         CT_STR_ARG(local), CT_STR_ARG(local));
    }
    ct_idl_out_str(out, CT_STR("};\n\n\n"));
}


/* The place in the table is known here: nothing is looked up by name. */
static void
define_stub(ct_idl_gen_t *gen, const method_t *method)
{
    ct_idl_out_t  *out = &gen->out;
    const ct_str_t local =
        ct_idl_local_name(gen->file, method->service->c_name);
    const ct_str_t arguments[] = {
        CT_STR("client"),
        ct_str_printf(gen->pool, "&%.*s_methods[%zu]", CT_STR_ARG(local),
                      method->i),
        CT_STR("args"),
        method->function->result == NULL ? CT_STR("NULL") : CT_STR("result"),
    };

    ct_idl_out_print(out, "ct_rc_t\n%.*s", CT_STR_ARG(method->stub));
    write_parameters(gen, method, "ct_client_t *client", 0);
    ct_idl_out_str(out, CT_STR("\n{\n    return ct_client_call"));
    ct_idl_out_arguments(out, arguments, CT_ARRAY_LEN(arguments), 1);
    ct_idl_out_str(out, CT_STR(";\n}\n\n\n"));
}


void
ct_idl_gen_define_service(ct_idl_gen_t *gen, ct_idl_def_t *def)
{
    ct_array_t methods;

    collect(gen, def, &methods);
    each_struct(gen, def, ct_idl_gen_define_struct);
    for (size_t i = 0; i < methods.n; i++) {
        define_invoke(gen, method_at(&methods, i));
    }
    define_table(gen, def, &methods);
    for (size_t i = 0; i < methods.n; i++) {
        define_stub(gen, method_at(&methods, i));
    }
}

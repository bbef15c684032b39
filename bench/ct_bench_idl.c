/*
 * ct_bench_idl.c -- what can be called, by the IDL.
 */

#include "core/ct_config.h"

#include "ct_bench_idl.h"

#include <stdio.h>
#include <string.h>

#include "core/ct_pool.h"
#include "ct_bench_builtin.h"
#include "ct_bench_say.h"
#include "idl/ct_idl_describe.h"

static const char builtin_path[] = "bench.thrift";


/* As the compiler shows them: file:line:column, the line, the caret. */
static void
show_message(const ct_idl_message_t *message, void *data CT_UNUSED)
{
    if (!message->is_error) {
        return;
    }
    if (message->path.data == NULL || message->line == 0) {
        ct_bench_say("%.*s%s%.*s", CT_STR_ARG(message->path),
                     message->path.data == NULL ? "" : ": ",
                     CT_STR_ARG(message->text));
        return;
    }
    (void) fprintf(stderr, "%.*s:%u:%u: error: %.*s\n%.*s\n%.*s\n",
                   CT_STR_ARG(message->path), message->line, message->column,
                   CT_STR_ARG(message->text), CT_STR_ARG(message->source),
                   CT_STR_ARG(message->caret));
}


/* Gives the text that is built in. */
static ct_rc_t
read_builtin(ct_pool_t *pool, const char *c_path CT_UNUSED, ct_str_t *text,
             void *data CT_UNUSED)
{
    const ct_str_t builtin = { ct_bench_builtin_idl_len,
                               (const char *) ct_bench_builtin_idl };

    *text = ct_str_dup(pool, builtin);
    return CT_OK;
}


ct_rc_t
ct_bench_idl_load(ct_bench_idl_t *idl, const char *c_path,
                  const ct_array_t *dirs, ct_pool_t *pool)
{
    ct_idl_init(&idl->idl, pool, show_message, NULL);
    for (size_t i = 0; i < dirs->n; i++) {
        *(char **) ct_array_push(&idl->idl.dirs) = CT_IDL_AT(char, dirs, i);
    }
    if (c_path == NULL) {
        idl->idl.read = read_builtin;
        c_path = builtin_path;
    }
    if (ct_idl_load(&idl->idl, c_path, &idl->file) != CT_OK) {
        return CT_ERROR;
    }
    return ct_idl_describe(&idl->idl);
}


/* A service by its name, or, without one, the only one of the file. */
static const ct_idl_def_t *
find_service(const ct_bench_idl_t *idl, ct_str_t name)
{
    const ct_idl_def_t *found = NULL;

    for (size_t i = 0; i < idl->file->defs.n; i++) {
        const ct_idl_def_t *def = CT_IDL_AT(ct_idl_def_t, &idl->file->defs, i);

        if (def->kind != CT_IDL_SERVICE
            || (name.len != 0 && !ct_str_eq(def->name.str, name))) {
            continue;
        }
        if (found != NULL) {
            ct_bench_say("%.*s has several services: --method SERVICE.METHOD",
                         CT_STR_ARG(idl->file->path));
            return NULL;
        }
        found = def;
    }
    if (found == NULL) {
        ct_bench_say("%.*s has no service %.*s", CT_STR_ARG(idl->file->path),
                     CT_STR_ARG(name));
    }
    return found;
}


/* A service's method, or one of what it extends; NULL: it has none. */
static const ct_idl_function_t *
find_function(const ct_idl_def_t *service, ct_str_t name)
{
    for (; service != NULL; service = service->base) {
        for (size_t i = 0; i < service->functions.n; i++) {
            const ct_idl_function_t *function =
                CT_IDL_AT(ct_idl_function_t, &service->functions, i);

            if (ct_str_eq(function->name.str, name)) {
                return function;
            }
        }
    }
    return NULL;
}


ct_rc_t
ct_bench_idl_find(const ct_bench_idl_t *idl, const char *c_name,
                  ct_method_t *method)
{
    const char              *c_dot = strrchr(c_name, '.');
    ct_str_t                 name = ct_str_of(c_name);
    ct_str_t                 service_name = CT_STR_NONE;
    const ct_idl_def_t      *service;
    const ct_idl_function_t *function;

    if (c_dot != NULL) {
        service_name = (ct_str_t){ (size_t) (c_dot - c_name), c_name };
        name = ct_str_of(c_dot + 1);
    }
    service = find_service(idl, service_name);
    if (service == NULL) {
        return CT_ERROR;
    }
    function = find_function(service, name);
    if (function == NULL) {
        ct_bench_say("service %.*s has no method %.*s",
                     CT_STR_ARG(service->name.str), CT_STR_ARG(name));
        return CT_ERROR;
    }
    *method = (ct_method_t){ .name = ct_str_dup_c(idl->idl.pool, name),
                             .oneway = function->oneway,
                             .args = function->args->description };
    if (function->result != NULL) {
        method->result = function->result->description;
    }
    return CT_OK;
}

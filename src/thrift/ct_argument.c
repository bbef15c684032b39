/*
 * ct_argument.c -- $arg_NAME: an argument of a call, by its name in the IDL.
 *
 * Names of the IDL may hold `__` themselves, so of the fields that a name
 * begins with the longest is taken.  Who asks for a name that stands in no
 * configuration, at run time, has it resolved each time.
 */

#include "core/ct_config.h"

#include "thrift/ct_argument.h"

#include "core/ct_conf.h"
#include "core/ct_cycle.h"
#include "core/ct_log.h"
#include "core/ct_nearest.h"
#include "core/ct_pool.h"
#include "thrift/ct_pending.h"
#include "thrift/ct_server.h"
#include "thrift/ct_thrift_module.h"
#include "thrift/ct_variable_table.h"
#include "thrift/wire/ct_value_text.h"

/* Fields inside fields; nobody logs what lies deeper. */
#define PATH_MAX_FIELDS 16

/* From the arguments to a value; no field: there is none. */
typedef struct path_s {
    size_t            n;
    const ct_field_t *fields[PATH_MAX_FIELDS];
} path_t;

/* One that the configuration wants.  Paths are by ct_handler_t.index. */
typedef struct argument_s {
    ct_str_t              name;
    const ct_conf_node_t *node; /* that wants it first, for messages */
    const path_t        **paths;
} argument_t;


/* ---- From a name to a path. */

/*
 * Bytes of `name` that are the field's name and what parts it from the next;
 * 0 where it is another one.
 */
static size_t
field_len(const ct_field_t *field, ct_str_t name)
{
    const size_t n = strlen(field->name);
    ct_str_t     rest;

    if (!ct_str_starts_with(name, field->name)) {
        return 0;
    }
    rest = (ct_str_t){ name.len - n, name.data + n };
    if (rest.len == 0) {
        return n;
    }
    if (ct_str_starts_with(rest, ".") && rest.len > 1) {
        return n + 1;
    }
    return ct_str_starts_with(rest, "__") && rest.len > 2 ? n + 2 : 0;
}


/* The longest field of the struct that `name` begins with; *len as above. */
static const ct_field_t *
field_find(const ct_struct_t *strct, ct_str_t name, size_t *len)
{
    const ct_field_t *found = NULL;

    *len = 0;
    for (uint32_t i = 0; i < strct->nfields; i++) {
        const size_t n = field_len(&strct->fields[i], name);

        if (n > *len) {
            *len = n;
            found = &strct->fields[i];
        }
    }
    return found;
}


/* Ends without fields where the name does not lead to one. */
static void
path_find(const ct_struct_t *strct, ct_str_t name, path_t *path)
{
    path->n = 0;
    while (name.len > 0) {
        const ct_field_t *field = NULL;
        size_t            len;

        if (strct != NULL && path->n < PATH_MAX_FIELDS) {
            field = field_find(strct, name, &len);
        }
        if (field == NULL) {
            path->n = 0;
            return;
        }
        path->fields[path->n++] = field;
        name.data += len;
        name.len -= len;
        strct = field->type->ttype == CT_T_STRUCT ? field->type->strct : NULL;
    }
}


/* ---- While the configuration is read. */

static argument_t *
argument_named(ct_conf_t *conf, ct_array_t *arguments, ct_str_t name)
{
    argument_t *argument;

    for (size_t i = 0; i < arguments->n; i++) {
        argument = *(argument_t **) ct_array_at(arguments, i);
        if (ct_str_eq(argument->name, name)) {
            return argument;
        }
    }
    argument = ct_pool_zalloc(conf->pool, sizeof(*argument));
    argument->name = name;
    argument->node = conf->node;
    *(argument_t **) ct_array_push(arguments) = argument;
    return argument;
}


ct_rc_t
ct_argument_want(ct_conf_t *conf, ct_variable_t *variable)
{
    ct_thrift_conf_t *of_main = ct_cycle_conf(conf->cycle, &ct_thrift_module);

    if (of_main == NULL) {
        return CT_OK;
    }
    if (of_main->arguments == NULL) {
        of_main->arguments =
            ct_pool_alloc(conf->pool, sizeof(*of_main->arguments));
        ct_array_init(of_main->arguments, conf->pool, sizeof(argument_t *));
    }
    variable->data = argument_named(conf, of_main->arguments, variable->arg);
    return CT_OK;
}


/* ---- When it has been read. */

static const ct_handler_t *
handler_at(const ct_array_t *handlers, size_t i)
{
    return *(const ct_handler_t **) ct_array_at(handlers, i);
}


static ct_rc_t
refuse_unknown(const ct_cycle_t *cycle, const ct_array_t *handlers,
               const argument_t *argument)
{
    ct_nearest_t nearest;
    char         text[CT_NEAREST_TEXT_SIZE];

    ct_nearest_init(&nearest, argument->name);
    for (size_t i = 0; i < handlers->n; i++) {
        const ct_struct_t *args = handler_at(handlers, i)->method->args;

        for (uint32_t k = 0; k < args->nfields; k++) {
            ct_nearest_offer(&nearest, ct_str_of(args->fields[k].name));
        }
    }
    CT_LOG(&cycle->log, CT_LOG_EMERG, 0,
           "no method has an argument '%.*s'%s in %s:%u",
           CT_STR_ARG(argument->name), ct_nearest_text(&nearest, text),
           argument->node->file, argument->node->line);
    return CT_ERROR;
}


static ct_rc_t
argument_resolve(const ct_cycle_t *cycle, const ct_array_t *handlers,
                 argument_t *argument)
{
    bool is_known = false;

    argument->paths =
        ct_pool_zalloc(cycle->pool, handlers->n * sizeof(*argument->paths));
    for (size_t i = 0; i < handlers->n; i++) {
        path_t  path;
        path_t *kept;

        path_find(handler_at(handlers, i)->method->args, argument->name, &path);
        if (path.n == 0) {
            continue;
        }
        kept = ct_pool_alloc(cycle->pool, sizeof(*kept));
        *kept = path;
        argument->paths[i] = kept;
        is_known = true;
    }
    return is_known ? CT_OK : refuse_unknown(cycle, handlers, argument);
}


/* A configuration without services has nothing to hold names against. */
ct_rc_t
ct_arguments_resolve(ct_cycle_t *cycle)
{
    const ct_thrift_conf_t *of_main = ct_cycle_conf(cycle, &ct_thrift_module);
    const ct_array_t       *arguments = of_main->arguments;

    if (arguments == NULL || of_main->handlers == NULL) {
        return CT_OK;
    }
    for (size_t i = 0; i < arguments->n; i++) {
        if (argument_resolve(cycle, of_main->handlers,
                             *(argument_t **) ct_array_at(arguments, i))
            != CT_OK) {
            return CT_ERROR;
        }
    }
    return CT_OK;
}


/* ---- In a worker. */

static ct_str_t
path_value(const path_t *path, const void *args, ct_pool_t *pool)
{
    const char       *base = args;
    const ct_field_t *field = NULL;
    ct_str_t          text;

    for (size_t i = 0; i < path->n; i++) {
        if (field != NULL) {
            base = *(const void *const *) (const void *) (base + field->offset);
        }
        field = path->fields[i];
        if (!ct_field_is_set(field, base)) {
            return CT_NOTHING;
        }
    }
    if (field == NULL
        || ct_value_text(field->type, base + field->offset, pool, &text)
               != CT_OK) {
        return CT_NOTHING;
    }
    return text;
}


/* Arguments that could not be decoded have no method beside them. */
ct_str_t
ct_argument_get(ct_call_t *call, const ct_variable_t *variable, ct_pool_t *pool)
{
    const argument_t   *argument = variable->data;
    const ct_handler_t *handler = ct_pending_of(call)->handler;
    path_t              found;

    if (call->method == NULL || call->args == NULL) {
        return CT_NOTHING;
    }
    if (argument == NULL || argument->paths == NULL || handler == NULL) {
        path_find(call->method->args, variable->arg, &found);
        return path_value(&found, call->args, pool);
    }
    if (argument->paths[handler->index] == NULL) {
        return CT_NOTHING;
    }
    return path_value(argument->paths[handler->index], call->args, pool);
}

/*
 * ct_python_idl.c -- services that a .thrift file describes, as tables.
 *
 * The compiler's own library reads the file, in the process that reads the
 * configuration: it is text, and no Python need run for it.
 */

#include "core/ct_config.h"

#include "modules/python/ct_python_idl.h"

#include "core/ct_file.h"
#include "idl/ct_idl.h"
#include "idl/ct_idl_describe.h"

/* A file that has been loaded.  The tree stays: its tables are in its pool. */
typedef struct loaded_s {
    ct_str_t             key;
    const ct_idl_file_t *file;
} loaded_t;

/* Of one that is being loaded. */
typedef struct loading_s {
    const ct_conf_t *conf; /* where python_thrift stands */
    ct_idl_read_fn   read;
} loading_t;


/* include=DIRECTORY, from the prefix. */
static void
include_add(const ct_conf_t *conf, ct_python_thrift_t *thrift, ct_str_t path)
{
    const ct_conf_strs_t known = thrift->includes;
    ct_str_t *items = ct_pool_alloc(conf->pool, (known.n + 1) * sizeof(*items));

    for (size_t i = 0; i < known.n; i++) {
        items[i] = known.items[i];
    }
    items[known.n] = ct_conf_path(conf->cycle, path);
    thrift->includes = (ct_conf_strs_t){ known.n + 1, items };
}


/* python_thrift FILE [SERVICE] [include=DIRECTORY ...]; */
static ct_rc_t
set_thrift(ct_conf_t *conf, const ct_directive_t *directive, void *field)
{
    static const char   word[] = "include=";
    ct_python_thrift_t *thrift = field;

    (void) directive;
    thrift->path = ct_conf_path(conf->cycle, conf->args[1]);
    thrift->node = conf->node;
    for (size_t i = 2; i < conf->nargs; i++) {
        ct_str_t arg = conf->args[i];

        if (ct_str_starts_with(arg, word)) {
            arg.data += sizeof(word) - 1;
            arg.len -= sizeof(word) - 1;
            include_add(conf, thrift, arg);
        } else if (i == 2) {
            thrift->service = arg;
        } else {
            return ct_conf_error(conf, "'%.*s' is no word of python_thrift",
                                 CT_STR_ARG(arg));
        }
    }
    return CT_OK;
}


const ct_conf_type_t ct_python_idl_type = {
    .name = "path [service] [include=directory ...]",
    .min_args = 1,
    .max_args = CT_CONF_MAX_ARGS,
    .set = set_thrift,
};


/* A file that is not there is looked for, too: somebody may write it. */
static ct_rc_t
read_noted(ct_pool_t *pool, const char *c_path, ct_str_t *text, void *data)
{
    const loading_t *loading = data;

    ct_file_note(&loading->conf->cycle->stamps, ct_str_of(c_path));
    return loading->read(pool, c_path, text, data);
}


/* What is a matter of taste is cthriftc's to say. */
static void
report(const ct_idl_message_t *message, void *data)
{
    const loading_t *loading = data;

    if (!message->is_error) {
        return;
    }
    if (message->line > 0) {
        (void) ct_conf_error(loading->conf, "%.*s:%u:%u: %.*s",
                             CT_STR_ARG(message->path), message->line,
                             message->column, CT_STR_ARG(message->text));
    } else if (message->path.len > 0) {
        (void) ct_conf_error(loading->conf, "'%.*s': %.*s",
                             CT_STR_ARG(message->path),
                             CT_STR_ARG(message->text));
    } else {
        (void) ct_conf_error(loading->conf, "%.*s", CT_STR_ARG(message->text));
    }
}


/* NULL, reported: it cannot be had. */
static const ct_idl_file_t *
load(const ct_conf_t *conf, const ct_python_thrift_t *thrift)
{
    loading_t      loading = { .conf = conf };
    ct_idl_file_t *file = NULL;
    ct_idl_t      *idl = ct_pool_alloc(conf->pool, sizeof(*idl));

    ct_idl_init(idl, conf->pool, report, &loading);
    loading.read = idl->read;
    idl->read = read_noted;
    idl->for_tables = true;
    for (size_t i = 0; i < thrift->includes.n; i++) {
        *(char **) ct_array_push(&idl->dirs) =
            ct_str_dup_c(conf->pool, thrift->includes.items[i]);
    }
    if (ct_idl_load(idl, thrift->path.data, &file) != CT_OK
        || ct_idl_describe(idl) != CT_OK) {
        return NULL;
    }
    return file;
}


/* Of all directives that mean the same tree; parted by what no path has. */
static ct_str_t
key_of(ct_pool_t *pool, const ct_python_thrift_t *thrift)
{
    ct_str_t key = thrift->path;

    for (size_t i = 0; i < thrift->includes.n; i++) {
        key = ct_str_printf(pool, "%.*s\n%.*s", CT_STR_ARG(key),
                            CT_STR_ARG(thrift->includes.items[i]));
    }
    return key;
}


static ct_array_t *
files_of(const ct_conf_t *conf)
{
    ct_python_conf_t *of_main = ct_cycle_conf(conf->cycle, &python_module);

    if (of_main->thrift_files == NULL) {
        of_main->thrift_files =
            ct_pool_alloc(conf->pool, sizeof(*of_main->thrift_files));
        ct_array_init(of_main->thrift_files, conf->pool, sizeof(loaded_t));
    }
    return of_main->thrift_files;
}


/* NULL, reported: it cannot be had. */
static const ct_idl_file_t *
file_get(const ct_conf_t *conf, const ct_python_thrift_t *thrift)
{
    const ct_str_t       key = key_of(conf->pool, thrift);
    ct_array_t          *files = files_of(conf);
    const ct_idl_file_t *file;

    for (size_t i = 0; i < files->n; i++) {
        const loaded_t *loaded = ct_array_at(files, i);

        if (ct_str_eq(loaded->key, key)) {
            return loaded->file;
        }
    }
    file = load(conf, thrift);
    if (file != NULL) {
        *(loaded_t *) ct_array_push(files) = (loaded_t){ key, file };
    }
    return file;
}


/* "it has service 'A', 'B'". */
static ct_str_t
services_text(ct_pool_t *pool, const ct_idl_file_t *file)
{
    ct_str_t text = CT_STR_NONE;

    for (size_t i = 0; i < file->defs.n; i++) {
        const ct_idl_def_t *def = CT_IDL_AT(ct_idl_def_t, &file->defs, i);

        if (def->kind == CT_IDL_SERVICE) {
            text = ct_str_printf(pool, "%.*s%s '%.*s'", CT_STR_ARG(text),
                                 text.len == 0 ? "it has service" : ",",
                                 CT_STR_ARG(def->name.str));
        }
    }
    return text.len == 0 ? CT_STR("it has none") : text;
}


static size_t
functions_count(const ct_idl_def_t *service)
{
    size_t n = 0;

    for (const ct_idl_def_t *def = service; def != NULL; def = def->base) {
        n += def->functions.n;
    }
    return n;
}


/* Those of what it extends too: the checker has seen that it ends. */
static const ct_service_t *
service_make(ct_pool_t *pool, const ct_idl_def_t *service, ct_str_t name,
             ct_method_invoke_fn invoke)
{
    ct_service_t *made = ct_pool_zalloc(pool, sizeof(*made));
    ct_method_t  *method;

    made->name = ct_str_dup_c(pool, name);
    made->nmethods = functions_count(service);
    method = ct_pool_zalloc(pool, (made->nmethods + 1) * sizeof(*method));
    made->methods = method;
    for (const ct_idl_def_t *def = service; def != NULL; def = def->base) {
        for (size_t i = 0; i < def->functions.n; i++, method++) {
            const ct_idl_function_t *function =
                CT_IDL_AT(ct_idl_function_t, &def->functions, i);

            method->name = ct_str_dup_c(pool, function->name.str);
            method->oneway = function->oneway;
            method->args = function->args->description;
            method->result =
                function->result == NULL ? NULL : function->result->description;
            method->invoke = invoke;
        }
    }
    return made;
}


ct_rc_t
ct_python_idl_service(ct_conf_t *conf, const ct_python_thrift_t *thrift,
                      ct_str_t name, ct_method_invoke_fn invoke,
                      const ct_service_t **service)
{
    const ct_str_t wanted = thrift->service.len == 0 ? name : thrift->service;
    ct_conf_t      there = *conf;
    const ct_idl_file_t *file;
    const ct_idl_def_t  *def;

    there.node = thrift->node;
    file = file_get(&there, thrift);
    if (file == NULL) {
        return CT_ERROR;
    }
    def = ct_hash_find(&file->names, wanted);
    if (def == NULL || def->kind != CT_IDL_SERVICE) {
        return ct_conf_error(&there, "'%.*s' has no service '%.*s': %.*s",
                             CT_STR_ARG(thrift->path), CT_STR_ARG(wanted),
                             CT_STR_ARG(services_text(conf->pool, file)));
    }
    *service = service_make(conf->pool, def, name, invoke);
    return CT_OK;
}

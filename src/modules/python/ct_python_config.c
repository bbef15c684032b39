/*
 * ct_python_config.c -- python_config and python_service_register, as they are
 * read.
 *
 * The file is executed in a child as an application is, when all directives
 * are known: it may import what applications can.
 */

#include "core/ct_config.h"

#include "modules/python/ct_python_config.h"

#include <string.h>

#include "modules/python/ct_python_hooks.h"
#include "modules/python/ct_python_probe.h"


static ct_rc_t
set_config(ct_conf_t *conf, const ct_directive_t *directive, void *field)
{
    ct_python_conf_t *of_main = ct_cycle_conf(conf->cycle, &python_module);
    ct_str_t         *path = field;

    (void) directive;
    of_main->hooks_alone = conf->nargs > 2;
    if (of_main->hooks_alone && !ct_str_eq_c(conf->args[2], "hooks")) {
        return ct_conf_error(conf, "'%.*s' is no word of python_config",
                             CT_STR_ARG(conf->args[2]));
    }
    *path = ct_conf_path(conf->cycle, conf->args[1]);
    of_main->config_node = conf->node;
    return CT_OK;
}


static ct_rc_t
set_register(ct_conf_t *conf, const ct_directive_t *directive, void *field)
{
    ct_python_conf_t *of_main = ct_cycle_conf(conf->cycle, &python_module);

    of_main->register_node = conf->node;
    return ct_conf_set_str(conf, directive, field);
}


const ct_conf_type_t ct_python_config_type = {
    .name = "path [hooks]",
    .min_args = 1,
    .max_args = 2,
    .set = set_config,
};

const ct_conf_type_t ct_python_register_type = {
    .name = "module:class",
    .min_args = 1,
    .max_args = 1,
    .set = set_register,
};


/* Inside a child: ct_python_ask_fn. */
static PyObject *
ask(ct_python_host_t *host, const void *data)
{
    const ct_python_conf_t *of_main = data;
    const ct_python_conf_t *app = ct_python_conf_app(of_main);
    PyObject               *paths = ct_python_host_list(&app->path);
    PyObject               *module = ct_python_hooks_module();
    PyObject               *told = NULL;

    (void) host;
    if (paths != NULL && module != NULL) {
        told = PyObject_CallMethod(
            module, "describe", "s#s#Os#O", of_main->config.data,
            (Py_ssize_t) of_main->config.len, of_main->registrar.data,
            (Py_ssize_t) of_main->registrar.len, paths, app->directory.data,
            (Py_ssize_t) app->directory.len,
            of_main->hooks_alone ? Py_True : Py_False);
    }
    Py_XDECREF(module);
    Py_XDECREF(paths);
    return told;
}


static bool
has_name(const json_t *names, const char *c_name)
{
    for (size_t i = 0; i < json_array_size(names); i++) {
        if (strcmp(json_string_value(json_array_get(names, i)), c_name) == 0) {
            return true;
        }
    }
    return false;
}


/* "a, b"; empty for none. */
static ct_str_t
list_text(ct_pool_t *pool, const json_t *names)
{
    ct_str_t list = CT_STR_NONE;

    for (size_t i = 0; i < json_array_size(names); i++) {
        list = ct_str_printf(pool, "%.*s%s%s", CT_STR_ARG(list),
                             i == 0 ? "" : ", ",
                             json_string_value(json_array_get(names, i)));
    }
    return list;
}


/* What stands in the file for nothing, once. */
static void
idle_warn(const ct_conf_t *conf, const json_t *told, ct_str_t path)
{
    const ct_str_t never =
        list_text(conf->pool, json_object_get(told, "never"));
    const ct_str_t settings =
        list_text(conf->pool, json_object_get(told, "settings"));
    const bool has_both = never.len != 0 && settings.len != 0;

    if (never.len != 0 || settings.len != 0) {
        ct_conf_warn(conf, "of '%.*s' python_config %s%.*s%s%s%.*s",
                     CT_STR_ARG(path),
                     settings.len != 0 ? "leaves to directives: " : "",
                     CT_STR_ARG(settings), has_both ? "; and " : "",
                     never.len != 0 ? "never calls: " : "", CT_STR_ARG(never));
    }
}


static ct_rc_t
ask_child(ct_conf_t *conf, ct_python_conf_t *of_main)
{
    const ct_python_question_t question = {
        .c_verb = "read",
        .subject =
            of_main->config.len != 0 ? of_main->config : of_main->registrar,
        .timeout_ms = ct_python_conf_app(of_main)->import_timeout_ms,
        .ask = ask,
        .data = of_main,
    };
    json_t       *told = NULL;
    const json_t *worker;

    if (ct_python_probe(conf, &question, &told) != CT_OK) {
        return CT_ERROR;
    }
    worker = json_object_get(told, "worker");
    of_main->hears_connected = has_name(worker, "on_connected");
    of_main->hears_closed = has_name(worker, "post_connect_closed");
    of_main->needs_helper =
        of_main->registrar.len != 0
        || json_array_size(json_object_get(told, "server")) > 0;
    idle_warn(conf, told, of_main->config);
    json_decref(told);
    return CT_OK;
}


ct_rc_t
ct_python_config_check(ct_cycle_t *cycle)
{
    ct_python_conf_t *of_main = ct_cycle_conf(cycle, &python_module);
    ct_conf_t         conf = {
                .cycle = cycle,
                .pool = cycle->pool,
                .log = &cycle->log,
                .block = cycle->main,
                .node = of_main->config_node != NULL ? of_main->config_node
                                                     : of_main->register_node,
    };

    if (conf.node == NULL) {
        return CT_OK;
    }
    if (of_main->offers == NULL) {
        return ct_conf_error(&conf,
                             "'%.*s' is of no use: no service has a "
                             "python_app",
                             CT_STR_ARG(conf.node->args[0]));
    }
    return ask_child(&conf, of_main);
}

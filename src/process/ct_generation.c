/*
 * ct_generation.c -- reading one generation of configuration.
 *
 * Two logs meet here.  While the file is read its errors belong to who asked:
 * the running server's log on a reload, standard error at a start.  Once it
 * is applied the cycle's own `error_log` lines hold.  The report is a sink of
 * both.
 */

#include "core/ct_config.h"

#include "process/ct_generation.h"

#include <fcntl.h>
#include <unistd.h>

#include "core/ct_cycle.h"
#include "core/ct_file.h"
#include "core/ct_pool.h"
#include "process/ct_core_module.h"
#include "process/ct_launch.h"
#include "process/ct_options.h"


ct_rc_t
ct_generation_parse(ct_cycle_t *cycle, const ct_options_t *options,
                    ct_conf_node_t **tree)
{
    ct_conf_node_t  *file = NULL;
    ct_conf_node_t **end = tree;

    *tree = NULL;
    if (options->directives.len > 0
        && ct_conf_parse_text(cycle, "-g", options->directives, tree)
               != CT_OK) {
        return CT_ERROR;
    }
    if (ct_conf_parse_file(cycle, options->conf_path.data, &file) != CT_OK) {
        return CT_ERROR;
    }
    while (*end != NULL) {
        end = &(*end)->next;
    }
    *end = file;
    return CT_OK;
}


/*
 * The log of before the file has named one, as far as it can be had: that it
 * cannot is no error, since the file may well name another.
 */
static void
add_first_log(ct_cycle_t *cycle, ct_str_t path)
{
    ct_file_t *file = NULL;

    if (ct_str_eq_c(path, "stderr")) {
        return;
    }
    file = ct_file_find(&cycle->files, cycle->pool, path);
    file->fd = open(path.data, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
    if (file->fd == -1) {
        ct_queue_remove(&file->link);
        return;
    }
    (void) ct_log_add_sink(&cycle->log, file, CT_LOG_ERR);
}


/* Sinks for what is logged before the file has named one. */
static void
begin_log(ct_cycle_t *cycle, const ct_generation_t *how)
{
    if (how->old_log == NULL && !how->testing) {
        add_first_log(cycle, how->options->error_log);
    }
    if (how->old_log != NULL) {
        for (size_t i = 0; i < how->old_log->nsinks; i++) {
            (void) ct_log_add_sink(&cycle->log, how->old_log->sinks[i].file,
                                   how->old_log->sinks[i].level);
        }
    }
    if (how->report != NULL) {
        (void) ct_log_add_sink(&cycle->log, how->report, how->report_level);
    }
}


/* The open file of one `error_log`; NULL, logged, if it cannot be opened. */
static ct_file_t *
open_log(ct_cycle_t *cycle, ct_str_t path)
{
    ct_file_t *file = NULL;

    if (ct_str_eq_c(path, "stderr")) {
        file = ct_file_find(&cycle->files, cycle->pool, CT_STR(""));
        file->fd = STDERR_FILENO;
        return file;
    }
    file = ct_file_find(&cycle->files, cycle->pool, path);
    return ct_file_open(file, &cycle->log) == CT_OK ? file : NULL;
}


/* From the log of who asked to the cycle's own. */
static ct_rc_t
change_log(ct_cycle_t *cycle, const ct_generation_t *how)
{
    const ct_error_logs_t *logs = &ct_core_conf(cycle)->error_logs;
    const ct_error_logs_t  preset = { .n = 1,
                                      .items = { { how->options->error_log,
                                                   CT_LOG_ERR } } };
    ct_log_t               log;

    if (logs->n == 0) {
        logs = &preset;
    }
    ct_log_init(&log);
    for (size_t i = 0; i < logs->n; i++) {
        ct_file_t *file = open_log(cycle, logs->items[i].path);

        if (file == NULL) {
            return CT_ERROR;
        }
        (void) ct_log_add_sink(&log, file, logs->items[i].level);
    }
    if (how->report != NULL) {
        (void) ct_log_add_sink(&log, how->report, how->report_level);
    }
    cycle->log = log;
    return CT_OK;
}


static ct_rc_t
run_configured(ct_cycle_t *cycle)
{
    for (size_t i = 0; i < cycle->modules.n; i++) {
        const ct_module_t *module =
            *(const ct_module_t **) ct_array_at(&cycle->modules, i);

        if (module->configured != NULL && module->configured(cycle) != CT_OK) {
            return CT_ERROR;
        }
    }
    return CT_OK;
}


static ct_rc_t
fill(ct_cycle_t *cycle, const ct_generation_t *how)
{
    ct_conf_node_t *tree = NULL;

    /* What an older generation has set must not be seen by this one. */
    ct_launch_set_environ(how->launch, NULL);
    if (ct_generation_parse(cycle, how->options, &tree) != CT_OK
        || ct_conf_load_modules(cycle, tree, "load_module") != CT_OK
        || ct_conf_apply(cycle, tree) != CT_OK) {
        return CT_ERROR;
    }
    ct_launch_set_environ(how->launch, &ct_core_conf(cycle)->env);
    /* A test speaks to who asked for it, but a trial tries the logs too. */
    if (change_log(cycle, how) != CT_OK) {
        return CT_ERROR;
    }
    return run_configured(cycle);
}


ct_cycle_t *
ct_generation_read(const ct_generation_t *how)
{
    ct_cycle_t *cycle = ct_cycle_create(
        ct_builtin_modules, how->options->prefix, how->options->conf_path);

    if (cycle == NULL) {
        return NULL;
    }
    cycle->board = how->board;
    cycle->generation = how->number;
    cycle->before = how->before;
    cycle->testing = how->testing;
    begin_log(cycle, how);
    if (fill(cycle, how) != CT_OK) {
        ct_cycle_destroy(cycle);
        return NULL;
    }
    cycle->before = NULL;
    return cycle;
}


void
ct_generation_settle(ct_cycle_t *cycle, const ct_file_t *report)
{
    const ct_log_t old = cycle->log;

    ct_log_init(&cycle->log);
    for (size_t i = 0; i < old.nsinks; i++) {
        if (old.sinks[i].file != report) {
            (void) ct_log_add_sink(&cycle->log, old.sinks[i].file,
                                   old.sinks[i].level);
        }
    }
}


bool
ct_generation_logs_to_stderr(const ct_cycle_t *cycle)
{
    const ct_error_logs_t *logs = &ct_core_conf(cycle)->error_logs;

    for (size_t i = 0; i < logs->n; i++) {
        if (ct_str_eq_c(logs->items[i].path, "stderr")) {
            return true;
        }
    }
    return false;
}


ct_rc_t
ct_generation_prepare(ct_cycle_t *cycle)
{
    for (size_t i = 0; i < cycle->modules.n; i++) {
        const ct_module_t *module =
            *(const ct_module_t **) ct_array_at(&cycle->modules, i);

        if (module->master_init != NULL
            && module->master_init(cycle) != CT_OK) {
            return CT_ERROR;
        }
    }
    return CT_OK;
}

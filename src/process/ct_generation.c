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
#include "core/ct_log_json.h"
#include "core/ct_pool.h"
#include "core/ct_syslog.h"
#include "process/ct_core_module.h"
#include "process/ct_launch.h"
#include "process/ct_options.h"
#include "process/ct_privilege.h"


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
            (void) ct_log_add_sink_as(&cycle->log, &how->old_log->sinks[i]);
        }
    }
    if (how->report != NULL) {
        (void) ct_log_add_sink(&cycle->log, how->report, how->report_level);
    }
}


static ct_rc_t
send_to_syslog(void *data, ct_log_level_t level, ct_str_t line)
{
    return ct_syslog_send(data, level, line);
}


/* The open file of a path, or what stderr is. */
static ct_file_t *
open_log(ct_cycle_t *cycle, ct_str_t path)
{
    ct_file_t *file = NULL;

    if (ct_str_eq_c(path, "stderr")) {
        file = ct_file_find(&cycle->files, cycle->pool, CT_STR(""));
        ct_file_take(file, STDERR_FILENO);
        return file;
    }
    file = ct_file_find(&cycle->files, cycle->pool, path);
    return ct_file_open(file, &cycle->log) == CT_OK ? file : NULL;
}


/* What one `error_log` says; CT_ERROR, logged, if it cannot be opened. */
static ct_rc_t
add_log(ct_cycle_t *cycle, const ct_error_log_t *said, ct_log_t *log)
{
    ct_log_sink_t sink = { .level = said->level,
                           .form = said->is_json ? ct_log_json_form : NULL };

    if (said->syslog != NULL) {
        sink.file = ct_syslog_file(said->syslog);
        sink.send = send_to_syslog;
        sink.send_data = said->syslog;
    } else {
        sink.file = open_log(cycle, said->path);
        if (sink.file == NULL) {
            return CT_ERROR;
        }
    }
    return ct_log_add_sink_as(log, &sink);
}


/* From the log of who asked to the cycle's own. */
static ct_rc_t
change_log(ct_cycle_t *cycle, const ct_generation_t *how)
{
    const ct_error_logs_t *logs = &ct_core_conf(cycle)->error_logs;
    const ct_error_logs_t  preset = { .n = 1,
                                      .items = { {
                                          .path = how->options->error_log,
                                          .level = CT_LOG_ERR,
                                     } } };
    ct_log_t               log;

    if (logs->n == 0) {
        logs = &preset;
    }
    ct_log_init(&log);
    for (size_t i = 0; i < logs->n; i++) {
        if (add_log(cycle, &logs->items[i], &log) != CT_OK) {
            return CT_ERROR;
        }
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


/* A log writes by its own sinks or by its parent's. */
static void
keep_log_only(const ct_log_t *log, int kept_fd)
{
    int    kept[CT_LOG_MAX_SINKS + 1] = { kept_fd };
    size_t n = 1;

    while (log->nsinks == 0 && log->parent != NULL) {
        log = log->parent;
    }
    for (size_t i = 0; i < log->nsinks; i++) {
        kept[n++] = log->sinks[i].file->fd;
    }
    ct_file_close_others(kept, n);
}


/* Alone it keeps its rights, and so do its children. */
static ct_rc_t
become_worker(ct_cycle_t *cycle, const void *data, int kept_fd)
{
    const ct_generation_t *how = data;
    const ct_core_conf_t  *conf = ct_core_conf(cycle);

    ct_launch_set_environ(how->launch, &conf->env);
    keep_log_only(&cycle->log, kept_fd);
    return conf->master_process ? ct_privilege_settle(conf, 0, &cycle->log)
                                : CT_OK;
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
    cycle->become_worker = become_worker;
    cycle->become_data = how;
    cycle->notes_fd = how->notes_fd > 0 ? how->notes_fd : -1;
    begin_log(cycle, how);
    if (fill(cycle, how) != CT_OK) {
        ct_cycle_destroy(cycle);
        return NULL;
    }
    cycle->before = NULL;
    cycle->become_worker = NULL;
    cycle->notes_fd = -1;
    return cycle;
}


void
ct_generation_settle(ct_cycle_t *cycle, const ct_file_t *report)
{
    const ct_log_t old = cycle->log;

    ct_log_init(&cycle->log);
    cycle->log.guard = old.guard;
    for (size_t i = 0; i < old.nsinks; i++) {
        if (old.sinks[i].file != report) {
            ct_log_sink_t sink = old.sinks[i];

            /* Not a level of run time, which the master may have just now. */
            sink.level = sink.said_level;
            (void) ct_log_add_sink_as(&cycle->log, &sink);
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

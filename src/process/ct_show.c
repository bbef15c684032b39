/*
 * ct_show.c -- the tables that `cthrift -s` prints, for people or as JSON.
 *
 * Parts of the scoreboard are taken from its JSON, whose names are a promise,
 * so that a figure has one origin and one name whoever asks for it.
 */

#include "core/ct_config.h"

#include "process/ct_show.h"

#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/ct_cycle.h"
#include "core/ct_pool.h"
#include "core/ct_status.h"
#include "event/ct_backlog.h"
#include "event/ct_event_module.h"
#include "event/ct_listen.h"
#include "process/ct_lines.h"
#include "process/ct_master.h"
#include "process/ct_request.h"


static ct_str_t
status_json(ct_master_t *master, ct_pool_t *pool)
{
    ct_status_about_t about = { .cycle = master->cycle, .pid = getpid() };

    about.nlistens =
        ct_backlog_list(ct_event_listens(master->cycle), pool, &about.listens);
    return ct_status_json(master->board, &about, pool);
}


const char *
ct_show_status(ct_master_t *master, const ct_request_t *request,
               ct_pool_t *pool, ct_str_t *text)
{
    *text = request->as_json ? status_json(master, pool)
                             : ct_status_text(master->board, pool);
    return NULL;
}


/* An array of the status, the caller's; an empty one if it has none. */
static json_t *
part_of_status(ct_master_t *master, ct_pool_t *pool, const char *c_name)
{
    const ct_str_t text = status_json(master, pool);
    json_t        *root = json_loadb(text.data, text.len, 0, NULL);
    json_t        *part = json_incref(json_object_get(root, c_name));

    json_decref(root);
    return part != NULL ? part : json_array();
}


static long long
number(const json_t *object, const char *c_name)
{
    return (long long) json_integer_value(json_object_get(object, c_name));
}


static const char *
string(const json_t *object, const char *c_name)
{
    const char *text = json_string_value(json_object_get(object, c_name));

    return text != NULL ? text : "-";
}


static ct_str_t
wrap(const char *c_name, json_t *array, ct_pool_t *pool)
{
    json_t *root = json_object();

    json_object_set_new(root, c_name, array);
    return ct_lines_json(root, pool);
}


static ct_str_t
workers_table(const json_t *workers, ct_pool_t *pool)
{
    ct_buf_t buf;

    ct_buf_init(&buf);
    ct_lines_add(&buf, "%4s %8s %-8s %4s %9s %9s %6s %6s %6s %6s %12s %9s\n",
                 "ID", "PID", "STATE", "GEN", "UP_S", "BEAT_MS", "CONNS",
                 "BUSY", "ACTIVE", "QUEUED", "CALLS", "RSS_KB");
    for (size_t i = 0; i < json_array_size(workers); i++) {
        const json_t *worker = json_array_get(workers, i);

        ct_lines_add(
            &buf,
            "%4lld %8lld %-8s %4lld %9lld %9lld %6lld %6lld %6lld %6lld "
            "%12lld %9lld\n",
            number(worker, "id"), number(worker, "pid"),
            string(worker, "state"), number(worker, "generation"),
            number(worker, "uptime_ms") / 1000,
            number(worker, "heartbeat_age_ms"), number(worker, "connections"),
            number(worker, "busy"), number(worker, "in_flight"),
            number(worker, "queued"), number(worker, "calls"),
            number(worker, "rss_bytes") / 1024);
    }
    return ct_lines_text(&buf, pool);
}


const char *
ct_show_workers(ct_master_t *master, const ct_request_t *request,
                ct_pool_t *pool, ct_str_t *text)
{
    json_t *workers = part_of_status(master, pool, "workers");

    if (request->as_json) {
        *text = wrap("workers", workers, pool);
        return NULL;
    }
    *text = workers_table(workers, pool);
    json_decref(workers);
    return NULL;
}


/* Most calls first, then by name, so that the order is one. */
static int
compare(const void *left, const void *right)
{
    const json_t   *a = *(json_t *const *) left;
    const json_t   *b = *(json_t *const *) right;
    const long long a_calls = number(a, "calls");
    const long long b_calls = number(b, "calls");

    if (a_calls != b_calls) {
        return a_calls > b_calls ? -1 : 1;
    }
    return strcmp(string(a, "name"), string(b, "name"));
}


/* The same methods in that order; `methods` is given up. */
static json_t *
by_calls(json_t *methods, ct_pool_t *pool)
{
    const size_t n = json_array_size(methods);
    json_t     **list = ct_pool_alloc(pool, (n + 1) * sizeof(*list));
    json_t      *sorted = json_array();

    for (size_t i = 0; i < n; i++) {
        list[i] = json_array_get(methods, i);
    }
    qsort(list, n, sizeof(*list), compare);
    for (size_t i = 0; i < n; i++) {
        json_array_append(sorted, list[i]);
    }
    json_decref(methods);
    return sorted;
}


static ct_str_t
methods_table(const json_t *methods, ct_pool_t *pool)
{
    ct_buf_t buf;

    ct_buf_init(&buf);
    ct_lines_add(&buf, "%-32s %12s %10s %8s %6s %9s %9s %9s\n", "METHOD",
                 "CALLS", "EXCEPTIONS", "ERRORS", "ACTIVE", "MEAN_US", "P50_US",
                 "P99_US");
    for (size_t i = 0; i < json_array_size(methods); i++) {
        const json_t *method = json_array_get(methods, i);

        ct_lines_add(&buf,
                     "%-32s %12lld %10lld %8lld %6lld %9lld %9lld %9lld\n",
                     string(method, "name"), number(method, "calls"),
                     number(method, "exceptions"), number(method, "errors"),
                     number(method, "in_flight"), number(method, "mean_us"),
                     number(method, "p50_us"), number(method, "p99_us"));
    }
    return ct_lines_text(&buf, pool);
}


const char *
ct_show_methods(ct_master_t *master, const ct_request_t *request,
                ct_pool_t *pool, ct_str_t *text)
{
    json_t *methods = by_calls(part_of_status(master, pool, "methods"), pool);

    if (request->as_json) {
        *text = wrap("methods", methods, pool);
        return NULL;
    }
    *text = methods_table(methods, pool);
    json_decref(methods);
    return NULL;
}


/* What the address was asked for with, beside its backlog. */
static ct_str_t
options_of(const ct_listen_t *listen, ct_pool_t *pool)
{
    const struct {
        bool        is_on;
        const char *name;
    } flags[] = {
        { listen->reuseport, "reuseport" },
        { listen->deferred, "deferred" },
        { listen->fastopen > 0, "fastopen" },
        { listen->proxy_protocol, "proxy_protocol" },
        { listen->ssl, listen->ssl_optional ? "ssl=optional" : "ssl" },
        { listen->so_keepalive == CT_TRI_ON, "so_keepalive" },
        { listen->ipv6only == CT_TRI_ON, "ipv6only" },
    };
    ct_str_t text = CT_STR("");

    for (size_t i = 0; i < CT_ARRAY_LEN(flags); i++) {
        if (flags[i].is_on) {
            text = ct_str_printf(pool, "%.*s%s%s", CT_STR_ARG(text),
                                 text.len > 0 ? "," : "", flags[i].name);
        }
    }
    return text;
}


/* The queue as ss(8) shows it; not every system tells. */
static json_t *
json_listener(const ct_master_t *master, const ct_listen_t *listen,
              ct_pool_t *pool)
{
    json_t      *object = json_object();
    json_t      *fds = json_array();
    ct_backlog_t backlog;
    const bool   is_told = ct_backlog_read_listen(listen, &backlog) == CT_OK;

    for (unsigned i = 0; i < listen->nfds; i++) {
        json_array_append_new(fds, json_integer(listen->fds[i]));
    }
    ct_lines_string(object, "address", listen->text);
    ct_lines_string(object, "options", options_of(listen, pool));
    ct_lines_count(object, "generation", master->cycle->generation);
    json_object_set_new(object, "fds", fds);
    json_object_set_new(object, "backlog",
                        is_told ? json_integer((json_int_t) backlog.waiting)
                                : json_null());
    json_object_set_new(object, "backlog_max",
                        is_told ? json_integer((json_int_t) backlog.room)
                                : json_null());
    return object;
}


static ct_str_t
listeners_table(const json_t *listeners, ct_pool_t *pool)
{
    ct_buf_t buf;

    ct_buf_init(&buf);
    ct_lines_add(&buf, "%-28s %8s %11s %7s %4s %s\n", "ADDRESS", "BACKLOG",
                 "BACKLOG_MAX", "SOCKETS", "GEN", "OPTIONS");
    for (size_t i = 0; i < json_array_size(listeners); i++) {
        const json_t *listener = json_array_get(listeners, i);
        const bool    is_told =
            json_is_integer(json_object_get(listener, "backlog"));

        ct_lines_add(
            &buf, "%-28s %8s %11s %7zu %4lld %s\n", string(listener, "address"),
            is_told
                ? ct_str_printf(pool, "%lld", number(listener, "backlog")).data
                : "-",
            is_told
                ? ct_str_printf(pool, "%lld", number(listener, "backlog_max"))
                      .data
                : "-",
            json_array_size(json_object_get(listener, "fds")),
            number(listener, "generation"), string(listener, "options"));
    }
    return ct_lines_text(&buf, pool);
}


const char *
ct_show_listeners(ct_master_t *master, const ct_request_t *request,
                  ct_pool_t *pool, ct_str_t *text)
{
    const ct_listens_t *listens = ct_event_listens(master->cycle);
    json_t             *listeners = json_array();

    for (size_t i = 0; i < listens->list.n; i++) {
        json_array_append_new(
            listeners, json_listener(master, ct_listens_at(listens, i), pool));
    }
    if (request->as_json) {
        *text = wrap("listeners", listeners, pool);
        return NULL;
    }
    *text = listeners_table(listeners, pool);
    json_decref(listeners);
    return NULL;
}

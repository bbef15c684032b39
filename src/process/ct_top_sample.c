/*
 * ct_top_sample.c -- the status at one moment, and what two of them tell.
 *
 * What a server of another release does not say counts as 0.
 */

#include "core/ct_config.h"

#include "process/ct_top_sample.h"

#include <jansson.h>
#include <stdlib.h>

#include "core/ct_pool.h"
#include "core/ct_status.h"


static uint64_t
number(const json_t *object, const char *c_name)
{
    const json_int_t n = json_integer_value(json_object_get(object, c_name));

    return n > 0 ? (uint64_t) n : 0;
}


static ct_str_t
string(const json_t *object, const char *c_name, ct_pool_t *pool)
{
    return ct_str_dup(
        pool, ct_str_of(json_string_value(json_object_get(object, c_name))));
}


static void
read_worker(ct_top_worker_t *worker, const json_t *object, ct_pool_t *pool)
{
    worker->id = number(object, "id");
    worker->pid = number(object, "pid");
    worker->state = string(object, "state", pool);
    worker->generation = number(object, "generation");
    worker->connections = number(object, "connections");
    worker->busy = number(object, "busy");
    worker->in_flight = number(object, "in_flight");
    worker->queued = number(object, "queued");
    worker->calls = number(object, "calls");
    worker->rss_bytes = number(object, "rss_bytes");
}


static void
read_method(ct_top_method_t *method, const json_t *object, ct_pool_t *pool)
{
    const json_t *buckets = json_object_get(object, "buckets");

    method->name = string(object, "name", pool);
    method->in_flight = number(object, "in_flight");
    method->calls = number(object, "calls");
    method->row.calls = method->calls;
    method->row.exceptions = number(object, "exceptions");
    method->row.errors = number(object, "errors");
    for (size_t i = 0; i < CT_BOARD_BUCKETS; i++) {
        const json_int_t n = json_integer_value(json_array_get(buckets, i));

        method->row.buckets[i] = n > 0 ? (uint64_t) n : 0;
    }
    /* Until there is a time between, that of the server's life. */
    method->p50_us = number(object, "p50_us");
    method->p99_us = number(object, "p99_us");
}


/* All that is refused before it runs, by whichever reason. */
static uint64_t
sum_shed(json_t *totals)
{
    const char *name = NULL;
    json_t     *value = NULL;
    uint64_t    sum = 0;

    json_object_foreach(totals, name, value)
    {
        if (ct_str_starts_with(ct_str_of(name), "shed_")) {
            sum += number(totals, name);
        }
    }
    return sum;
}


static void
read_totals(ct_top_sample_t *sample, json_t *totals)
{
    uint64_t *sums = sample->totals;

    sample->connections = number(totals, "connections");
    sample->busy = number(totals, "busy");
    sample->in_flight = number(totals, "in_flight");
    sample->queued = number(totals, "queued");
    sums[CT_TOP_CALLS] = number(totals, "calls");
    sums[CT_TOP_EXCEPTIONS] = number(totals, "exceptions");
    sums[CT_TOP_SHED] = sum_shed(totals);
    sums[CT_TOP_ACCEPTED] = number(totals, "accepted");
    sums[CT_TOP_HANDED_OVER] = number(totals, "handed_over");
    sums[CT_TOP_BYTES_IN] = number(totals, "bytes_in");
    sums[CT_TOP_BYTES_OUT] = number(totals, "bytes_out");
}


static void
read_server(ct_top_sample_t *sample, const json_t *server, ct_pool_t *pool)
{
    sample->version = string(server, "version", pool);
    sample->last_error = string(server, "last_error", pool);
    sample->started_ms = number(server, "started_ms");
    sample->uptime_ms = number(server, "uptime_ms");
    sample->generation = number(server, "generation");
    sample->reloads = number(server, "reloads");
    sample->upgrades = number(server, "upgrades");
    sample->workers_wanted = number(server, "workers_wanted");
    sample->is_draining = json_is_true(json_object_get(server, "draining"));
}


static void
read_root(ct_top_sample_t *sample, const json_t *root, ct_pool_t *pool)
{
    const json_t *workers = json_object_get(root, "workers");
    const json_t *methods = json_object_get(root, "methods");

    memset(sample, 0, sizeof(*sample));
    ct_array_init(&sample->workers, pool, sizeof(ct_top_worker_t));
    ct_array_init(&sample->methods, pool, sizeof(ct_top_method_t));
    read_server(sample, json_object_get(root, "server"), pool);
    read_totals(sample, json_object_get(root, "totals"));
    for (size_t i = 0; i < json_array_size(workers); i++) {
        read_worker(ct_array_push(&sample->workers), json_array_get(workers, i),
                    pool);
    }
    for (size_t i = 0; i < json_array_size(methods); i++) {
        ct_top_method_t *method = ct_array_push(&sample->methods);

        read_method(method, json_array_get(methods, i), pool);
        sample->totals[CT_TOP_ERRORS] += method->row.errors;
    }
}


ct_rc_t
ct_top_sample_read(ct_top_sample_t *sample, ct_str_t json, ct_pool_t *pool)
{
    json_t *root = json_loadb(json.data, json.len, 0, NULL);

    if (!json_is_object(json_object_get(root, "server"))) {
        json_decref(root);
        return CT_DECLINED;
    }
    read_root(sample, root, pool);
    json_decref(root);
    return CT_OK;
}


/* Of the server's own counters; one that fell is another one. */
static uint64_t
grown(uint64_t before, uint64_t now)
{
    return now > before ? now - before : 0;
}


static double
rate(uint64_t n, double span_s)
{
    return span_s > 0 ? (double) n / span_s : 0;
}


/* The same place as a rule: names are only ever added. */
static const ct_top_method_t *
find_method(const ct_top_sample_t *sample, ct_str_t name, size_t guess)
{
    for (size_t i = 0; i < sample->methods.n; i++) {
        const ct_top_method_t *method =
            ct_array_at(&sample->methods, (guess + i) % sample->methods.n);

        if (ct_str_eq(method->name, name)) {
            return method;
        }
    }
    return NULL;
}


/* An older server does not tell them; then the whole life's must do. */
static bool
has_buckets(const ct_row_total_t *row)
{
    for (size_t i = 0; i < CT_BOARD_BUCKETS; i++) {
        if (row->buckets[i] != 0) {
            return true;
        }
    }
    return false;
}


static void
compare_method(ct_top_method_t *method, const ct_top_method_t *before,
               double span_s)
{
    ct_row_total_t *row = &method->row;

    if (before != NULL) {
        row->calls = grown(before->row.calls, row->calls);
        row->exceptions = grown(before->row.exceptions, row->exceptions);
        row->errors = grown(before->row.errors, row->errors);
        for (size_t i = 0; i < CT_BOARD_BUCKETS; i++) {
            row->buckets[i] = grown(before->row.buckets[i], row->buckets[i]);
        }
    }
    method->calls_s = rate(row->calls, span_s);
    method->exceptions_s = rate(row->exceptions, span_s);
    method->errors_s = rate(row->errors, span_s);
    if (row->calls == 0 || has_buckets(row)) {
        method->p50_us = ct_status_percentile_us(row, 50);
        method->p99_us = ct_status_percentile_us(row, 99);
    }
}


/* A worker of another pid is another one: its calls are all new. */
static uint64_t
calls_before(const ct_top_sample_t *before, const ct_top_worker_t *worker)
{
    for (size_t i = 0; i < before->workers.n; i++) {
        const ct_top_worker_t *one = ct_array_at(&before->workers, i);

        if (one->pid == worker->pid) {
            return one->calls;
        }
    }
    return 0;
}


static void
set_rates(ct_top_sample_t *view, const ct_top_sample_t *before)
{
    view->span_s = (double) grown(before->uptime_ms, view->uptime_ms) / 1000;
    for (size_t i = 0; i < CT_TOP_TOTALS; i++) {
        view->rates[i] =
            rate(grown(before->totals[i], view->totals[i]), view->span_s);
    }
    for (size_t i = 0; i < view->workers.n; i++) {
        ct_top_worker_t *worker = ct_array_at(&view->workers, i);

        worker->calls_s = rate(
            grown(calls_before(before, worker), worker->calls), view->span_s);
    }
    for (size_t i = 0; i < view->methods.n; i++) {
        ct_top_method_t *method = ct_array_at(&view->methods, i);

        compare_method(method, find_method(before, method->name, i),
                       view->span_s);
    }
}


static int
by_name(const ct_top_method_t *a, const ct_top_method_t *b)
{
    return ct_str_cmp(a->name, b->name);
}


static int
falling(double a, double b)
{
    return (a < b) - (a > b);
}


static int
by_calls(const void *left, const void *right)
{
    const ct_top_method_t *a = left;
    const ct_top_method_t *b = right;
    int                    order = falling(a->calls_s, b->calls_s);

    if (order == 0) {
        order = falling((double) a->calls, (double) b->calls);
    }
    return order != 0 ? order : by_name(a, b);
}


static int
by_p99(const void *left, const void *right)
{
    const ct_top_method_t *a = left;
    const ct_top_method_t *b = right;
    const int order = falling((double) a->p99_us, (double) b->p99_us);

    return order != 0 ? order : by_name(a, b);
}


static int
by_errors(const void *left, const void *right)
{
    const ct_top_method_t *a = left;
    const ct_top_method_t *b = right;
    int                    order = falling(a->errors_s, b->errors_s);

    if (order == 0) {
        order = falling(a->exceptions_s, b->exceptions_s);
    }
    return order != 0 ? order : by_name(a, b);
}


static int
by_name_only(const void *left, const void *right)
{
    return by_name(left, right);
}


static void
sort(ct_array_t *methods, ct_top_key_t key)
{
    static int (*const orders[])(const void *, const void *) = {
        [CT_TOP_BY_CALLS] = by_calls,
        [CT_TOP_BY_P99] = by_p99,
        [CT_TOP_BY_ERRORS] = by_errors,
        [CT_TOP_BY_NAME] = by_name_only,
    };

    if (methods->n > 1) {
        qsort(methods->items, methods->n, methods->item_size, orders[key]);
    }
}


static void
copy_list(ct_array_t *copy, const ct_array_t *list, ct_pool_t *pool)
{
    ct_array_init(copy, pool, list->item_size);
    for (size_t i = 0; i < list->n; i++) {
        memcpy(ct_array_push(copy), ct_array_at(list, i), list->item_size);
    }
}


ct_top_sample_t *
ct_top_sample_compare(const ct_top_sample_t *before, const ct_top_sample_t *now,
                      ct_top_key_t key, ct_pool_t *pool)
{
    ct_top_sample_t *view = ct_pool_alloc(pool, sizeof(*view));

    *view = *now;
    copy_list(&view->workers, &now->workers, pool);
    copy_list(&view->methods, &now->methods, pool);
    if (before != NULL && before->started_ms == now->started_ms) {
        set_rates(view, before);
    }
    sort(&view->methods, key);
    return view;
}

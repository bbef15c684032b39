/*
 * ct_enquiry_print.c -- a list of connections, for people or as JSON.
 *
 * No text in a row is a client's: addresses come from the kernel, or were read
 * as addresses, and methods are those of the board.
 */

#include "core/ct_config.h"

#include "process/ct_enquiry_print.h"

#include <inttypes.h>
#include <stdlib.h>

#include "process/ct_lines.h"


/* By worker and age: the order in which they came. */
static int
compare(const void *left, const void *right)
{
    const ct_enquiry_row_t *a = left;
    const ct_enquiry_row_t *b = right;

    if (a->worker != b->worker) {
        return a->worker < b->worker ? -1 : 1;
    }
    if (a->pid != b->pid) {
        return a->pid < b->pid ? -1 : 1;
    }
    return (a->conn.number > b->conn.number)
           - (a->conn.number < b->conn.number);
}


static void
sort(ct_enquiry_answer_t *answer)
{
    if (answer->rows.n > 1) {
        qsort(ct_array_at(&answer->rows, 0), answer->rows.n,
              sizeof(ct_enquiry_row_t), compare);
    }
}


static const char *
or_dash(const char *c_text)
{
    return c_text[0] != '\0' ? c_text : "-";
}


static void
add_row(ct_buf_t *buf, const ct_enquiry_row_t *row)
{
    const ct_conn_row_t *conn = &row->conn;

    ct_lines_add(
        buf,
        "%6u %8" PRIu64 " %-21s %-21s %-19s %-3s %-8s %9.1f %9.1f %9" PRIu64
        " %3" PRIu64 " %11" PRIu64 " %11" PRIu64 " %s\n",
        row->worker, conn->number, or_dash(conn->peer), or_dash(conn->listen),
        or_dash(conn->dialect), conn->is_tls ? "tls" : "-",
        or_dash(conn->state), (double) conn->age_ms / 1000,
        (double) conn->idle_ms / 1000, conn->calls, conn->in_flight,
        conn->bytes_in, conn->bytes_out, or_dash(conn->method));
}


ct_str_t
ct_enquiry_text(ct_enquiry_answer_t *answer, ct_pool_t *pool)
{
    ct_buf_t buf;

    sort(answer);
    ct_buf_init(&buf);
    ct_lines_add(
        &buf,
        "%6s %8s %-21s %-21s %-19s %-3s %-8s %9s %9s %9s %3s %11s %11s %s\n",
        "WORKER", "NUMBER", "PEER", "LISTEN", "DIALECT", "TLS", "STATE",
        "AGE_S", "IDLE_S", "CALLS", "NOW", "BYTES_IN", "BYTES_OUT", "METHOD");
    for (size_t i = 0; i < answer->rows.n; i++) {
        add_row(&buf, ct_array_at(&answer->rows, i));
    }
    if (answer->total > answer->rows.n) {
        ct_lines_add(&buf,
                     "%zu of %zu connections are shown, limit=N shows more\n",
                     answer->rows.n, answer->total);
    }
    for (size_t i = 0; i < answer->silent.n; i++) {
        const ct_enquiry_silent_t *silent = ct_array_at(&answer->silent, i);

        ct_lines_add(
            &buf,
            "worker %u, %ld, did not answer: its connections are missing\n",
            silent->worker, (long) silent->pid);
    }
    return ct_lines_text(&buf, pool);
}


static void
set_text(json_t *object, const char *c_name, const char *c_text)
{
    ct_lines_string(object, c_name, ct_str_of(c_text));
}


static json_t *
json_row(const ct_enquiry_row_t *row)
{
    const ct_conn_row_t *conn = &row->conn;
    json_t              *object = json_object();

    ct_lines_count(object, "worker", row->worker);
    ct_lines_count(object, "pid", (uint64_t) row->pid);
    ct_lines_count(object, "number", conn->number);
    set_text(object, "peer", conn->peer);
    set_text(object, "listen", conn->listen);
    set_text(object, "dialect", conn->dialect);
    json_object_set_new(object, "tls", json_boolean(conn->is_tls));
    json_object_set_new(object, "moved", json_boolean(conn->is_moved));
    set_text(object, "state", conn->state);
    ct_lines_count(object, "age_ms", conn->age_ms);
    ct_lines_count(object, "idle_ms", conn->idle_ms);
    ct_lines_count(object, "calls", conn->calls);
    ct_lines_count(object, "in_flight", conn->in_flight);
    ct_lines_count(object, "bytes_in", conn->bytes_in);
    ct_lines_count(object, "bytes_out", conn->bytes_out);
    set_text(object, "method", conn->method);
    return object;
}


ct_str_t
ct_enquiry_json(ct_enquiry_answer_t *answer, ct_pool_t *pool)
{
    json_t *root = json_object();
    json_t *rows = json_array();
    json_t *silent = json_array();

    sort(answer);
    for (size_t i = 0; i < answer->rows.n; i++) {
        json_array_append_new(rows, json_row(ct_array_at(&answer->rows, i)));
    }
    for (size_t i = 0; i < answer->silent.n; i++) {
        const ct_enquiry_silent_t *one = ct_array_at(&answer->silent, i);

        json_array_append_new(silent, json_integer(one->worker));
    }
    json_object_set_new(root, "connections", rows);
    ct_lines_count(root, "total", answer->total);
    json_object_set_new(root, "silent_workers", silent);
    return ct_lines_json(root, pool);
}

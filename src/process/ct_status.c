/*
 * ct_status.c -- the scoreboard for people and for programs.
 *
 * Both forms are made from one snapshot of the sums.  Slots are read as they
 * are: a worker may change state between two lines, which no table of a
 * living thing can avoid.
 */

#include "core/ct_config.h"

#include "process/ct_status.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/ct_board.h"
#include "core/ct_buf.h"
#include "core/ct_clock.h"
#include "core/ct_pool.h"
#include "process/ct_scoreboard.h"

/* Longest line of the table. */
#define LINE_SIZE 512


const char *
ct_status_counter_name(unsigned counter)
{
    static const char *const names[CT_COUNTERS] = {
        [CT_COUNT_ACCEPTED] = "accepted",
        [CT_COUNT_CLOSED] = "closed",
        [CT_COUNT_REFUSED] = "refused",
        [CT_COUNT_CALLS] = "calls",
        [CT_COUNT_ONEWAY] = "oneway",
        [CT_COUNT_EXCEPTIONS] = "exceptions",
        [CT_COUNT_UNKNOWN_METHOD] = "unknown_methods",
        [CT_COUNT_PROTOCOL_ERRORS] = "protocol_errors",
        [CT_COUNT_INTERNAL_ERRORS] = "internal_errors",
        [CT_COUNT_MISSING_RESULTS] = "missing_results",
        [CT_COUNT_UNKNOWN_DIALECTS] = "unknown_dialects",
        [CT_COUNT_LIMITS] = "limits",
        [CT_COUNT_TIMEOUTS] = "timeouts",
        [CT_COUNT_PROXY_ERRORS] = "proxy_errors",
        [CT_COUNT_TLS_HANDSHAKES] = "tls_handshakes",
        [CT_COUNT_TLS_RESUMED] = "tls_resumed",
        [CT_COUNT_TLS_FAILED] = "tls_failed",
        [CT_COUNT_BYTES_IN] = "bytes_in",
        [CT_COUNT_BYTES_OUT] = "bytes_out",
    };

    CT_ASSERT(counter < CT_COUNTERS);
    return names[counter];
}


const char *
ct_status_state_name(unsigned state)
{
    static const char *const names[] = {
        [CT_SLOT_FREE] = "free",       [CT_SLOT_STARTING] = "starting",
        [CT_SLOT_SERVING] = "serving", [CT_SLOT_LEAVING] = "leaving",
        [CT_SLOT_DEAD] = "dead",
    };

    return state < CT_ARRAY_LEN(names) ? names[state] : "unknown";
}


static unsigned
count_slots(const ct_board_t *board)
{
    const uint32_t n = atomic_load(&board->nslots);

    return n < CT_BOARD_SLOTS ? n : CT_BOARD_SLOTS;
}


static bool
is_shown(const ct_board_slot_t *slot)
{
    return atomic_load(&slot->state) != CT_SLOT_FREE
           && atomic_load(&slot->pid) != 0;
}


/* Times since boot that lie ahead (another processor's) count as now. */
static uint64_t
age_ms(uint64_t now_ms, uint64_t then_ms)
{
    return now_ms > then_ms ? now_ms - then_ms : 0;
}


static uint64_t
mean_us(const ct_row_total_t *row)
{
    return row->calls > 0 ? row->time_us / row->calls : 0;
}


/* The upper bound of the bucket that holds this share of the calls. */
static uint64_t
percentile_us(const ct_row_total_t *row, unsigned percent)
{
    uint64_t total = 0;
    uint64_t seen = 0;

    for (unsigned i = 0; i < CT_BOARD_BUCKETS; i++) {
        total += row->buckets[i];
    }
    for (unsigned i = 0; total > 0 && i < CT_BOARD_BUCKETS; i++) {
        seen += row->buckets[i];
        if (seen * 100 >= total * percent) {
            /* The last bucket has no end; its beginning must do. */
            return ct_board_bucket_bound(i < CT_BOARD_BUCKETS - 1 ? i : i - 1);
        }
    }
    return 0;
}


static ct_totals_t *
snapshot(const ct_board_t *board, ct_pool_t *pool)
{
    ct_totals_t *totals = ct_pool_alloc(pool, sizeof(*totals));

    ct_scoreboard_read(board, totals);
    return totals;
}


/* A line of the table; the buffer only fails without memory. */
static void CT_PRINTF(2, 3) add(ct_buf_t *buf, const char *fmt, ...)
{
    char    line[LINE_SIZE];
    va_list args;
    int     n = 0;

    va_start(args, fmt);
    n = vsnprintf(line, sizeof(line), fmt, args);
    va_end(args);
    if (n > 0) {
        const size_t len =
            (size_t) n < sizeof(line) ? (size_t) n : sizeof(line) - 1;

        (void) ct_buf_append(buf, line, len);
    }
}


static void
add_server(ct_buf_t *buf, const ct_board_t *board)
{
    const uint64_t up_ms =
        age_ms(ct_clock_ms(), atomic_load(&board->started_ms));

    add(buf,
        "cthrift %s  up %" PRIu64 ".%03u s  generation %u  reloads %u"
        "  failed %u  upgrades %u\n",
        CT_VERSION, up_ms / 1000, (unsigned) (up_ms % 1000),
        atomic_load(&board->generation), atomic_load(&board->reloads),
        atomic_load(&board->failed_reloads), atomic_load(&board->upgrades));
    add(buf, "workers wanted %u  spawned %u  died %u\n",
        atomic_load(&board->workers), atomic_load(&board->spawned),
        atomic_load(&board->died));
    if (board->last_error[0] != '\0') {
        add(buf, "last reload refused: %.*s\n", CT_BOARD_ERROR - 1,
            board->last_error);
    }
}


static void
add_workers(ct_buf_t *buf, const ct_board_t *board)
{
    const uint64_t now_ms = ct_clock_ms();
    const unsigned nslots = count_slots(board);

    add(buf, "\n%4s %8s %-8s %4s %9s %6s %6s %6s %12s\n", "ID", "PID", "STATE",
        "GEN", "BEAT_MS", "CONNS", "BUSY", "ACTIVE", "CALLS");
    for (unsigned i = 1; i < nslots; i++) {
        const ct_board_slot_t *slot = &board->slots[i];

        if (!is_shown(slot)) {
            continue;
        }
        add(buf,
            "%4u %8d %-8s %4u %9" PRIu64 " %6" PRIu64 " %6" PRIu64 " %6" PRIu64
            " %12" PRIu64 "\n",
            atomic_load(&slot->id), (int) atomic_load(&slot->pid),
            ct_status_state_name(atomic_load(&slot->state)),
            atomic_load(&slot->generation),
            age_ms(now_ms, atomic_load(&slot->heartbeat_ms)),
            ct_counter_get(&slot->gauges[CT_GAUGE_CONNECTIONS]),
            ct_counter_get(&slot->gauges[CT_GAUGE_BUSY]),
            ct_counter_get(&slot->gauges[CT_GAUGE_IN_FLIGHT]),
            ct_counter_get(&slot->counters[CT_COUNT_CALLS]));
    }
}


static void
add_totals(ct_buf_t *buf, const ct_totals_t *totals)
{
    add(buf, "\nTOTALS\n");
    for (unsigned i = 0; i < CT_COUNTERS; i++) {
        add(buf, "%-18s %14" PRIu64 "\n", ct_status_counter_name(i),
            totals->counters[i]);
    }
}


/* Row 0 has no name: the calls of methods that nobody has. */
static const char *
method_name(const ct_board_t *board, unsigned i)
{
    return i == 0 ? "(unknown)" : board->methods[i];
}


static void
add_methods(ct_buf_t *buf, const ct_board_t *board, const ct_totals_t *totals)
{
    add(buf, "\n%-32s %12s %10s %8s %9s %9s %9s\n", "METHOD", "CALLS",
        "EXCEPTIONS", "ERRORS", "MEAN_US", "P50_US", "P99_US");
    for (unsigned i = 0; i < totals->nmethods; i++) {
        const ct_row_total_t *row = &totals->rows[i];

        if (i == 0 && row->calls == 0 && row->errors == 0) {
            continue;
        }
        add(buf,
            "%-32s %12" PRIu64 " %10" PRIu64 " %8" PRIu64 " %9" PRIu64
            " %9" PRIu64 " %9" PRIu64 "\n",
            method_name(board, i), row->calls, row->exceptions, row->errors,
            mean_us(row), percentile_us(row, 50), percentile_us(row, 99));
    }
}


ct_str_t
ct_status_text(const ct_board_t *board, ct_pool_t *pool)
{
    const ct_totals_t *totals = snapshot(board, pool);
    ct_buf_t           buf;
    ct_str_t           text = CT_STR_NONE;

    ct_buf_init(&buf);
    add_server(&buf, board);
    add_workers(&buf, board);
    add_totals(&buf, totals);
    add_methods(&buf, board, totals);
    text = ct_str_printf(pool, "%.*s", (int) ct_buf_len(&buf),
                         (const char *) buf.pos);
    ct_buf_release(&buf);
    return text;
}


/* A count as JSON's integer, which ends at 2^63. */
static void
set_count(json_t *object, const char *c_name, uint64_t n)
{
    json_object_set_new(
        object, c_name,
        json_integer(n > INT64_MAX ? INT64_MAX : (json_int_t) n));
}


static json_t *
json_server(const ct_board_t *board)
{
    json_t *server = json_object();

    json_object_set_new(server, "version", json_string(CT_VERSION));
    set_count(server, "uptime_ms",
              age_ms(ct_clock_ms(), atomic_load(&board->started_ms)));
    set_count(server, "started_ms", atomic_load(&board->started_wall_ms));
    set_count(server, "generation", atomic_load(&board->generation));
    set_count(server, "reloads", atomic_load(&board->reloads));
    set_count(server, "failed_reloads", atomic_load(&board->failed_reloads));
    set_count(server, "upgrades", atomic_load(&board->upgrades));
    set_count(server, "workers_wanted", atomic_load(&board->workers));
    set_count(server, "workers_spawned", atomic_load(&board->spawned));
    set_count(server, "workers_died", atomic_load(&board->died));
    json_object_set_new(server, "last_error", json_string(board->last_error));
    return server;
}


static json_t *
json_worker(const ct_board_slot_t *slot, uint64_t now_ms)
{
    json_t *worker = json_object();

    set_count(worker, "id", atomic_load(&slot->id));
    set_count(worker, "pid", (uint64_t) atomic_load(&slot->pid));
    set_count(worker, "master_pid", (uint64_t) atomic_load(&slot->master_pid));
    json_object_set_new(
        worker, "state",
        json_string(ct_status_state_name(atomic_load(&slot->state))));
    set_count(worker, "generation", atomic_load(&slot->generation));
    set_count(worker, "uptime_ms",
              age_ms(now_ms, atomic_load(&slot->started_ms)));
    set_count(worker, "heartbeat_age_ms",
              age_ms(now_ms, atomic_load(&slot->heartbeat_ms)));
    set_count(worker, "connections",
              ct_counter_get(&slot->gauges[CT_GAUGE_CONNECTIONS]));
    set_count(worker, "busy", ct_counter_get(&slot->gauges[CT_GAUGE_BUSY]));
    set_count(worker, "in_flight",
              ct_counter_get(&slot->gauges[CT_GAUGE_IN_FLIGHT]));
    set_count(worker, "calls", ct_counter_get(&slot->counters[CT_COUNT_CALLS]));
    return worker;
}


static json_t *
json_workers(const ct_board_t *board)
{
    const uint64_t now_ms = ct_clock_ms();
    const unsigned nslots = count_slots(board);
    json_t        *workers = json_array();

    for (unsigned i = 1; i < nslots; i++) {
        if (is_shown(&board->slots[i])) {
            json_array_append_new(workers,
                                  json_worker(&board->slots[i], now_ms));
        }
    }
    return workers;
}


static json_t *
json_totals(const ct_totals_t *totals)
{
    json_t *object = json_object();

    for (unsigned i = 0; i < CT_COUNTERS; i++) {
        set_count(object, ct_status_counter_name(i), totals->counters[i]);
    }
    set_count(object, "connections",
              (uint64_t) totals->gauges[CT_GAUGE_CONNECTIONS]);
    set_count(object, "busy", (uint64_t) totals->gauges[CT_GAUGE_BUSY]);
    set_count(object, "in_flight",
              (uint64_t) totals->gauges[CT_GAUGE_IN_FLIGHT]);
    return object;
}


static json_t *
json_methods(const ct_board_t *board, const ct_totals_t *totals)
{
    json_t *methods = json_array();

    for (unsigned i = 0; i < totals->nmethods; i++) {
        const ct_row_total_t *row = &totals->rows[i];
        json_t               *method = json_object();

        json_object_set_new(method, "name", json_string(method_name(board, i)));
        set_count(method, "calls", row->calls);
        set_count(method, "exceptions", row->exceptions);
        set_count(method, "errors", row->errors);
        set_count(method, "mean_us", mean_us(row));
        set_count(method, "p50_us", percentile_us(row, 50));
        set_count(method, "p99_us", percentile_us(row, 99));
        json_array_append_new(methods, method);
    }
    return methods;
}


ct_str_t
ct_status_json(const ct_board_t *board, ct_pool_t *pool)
{
    const ct_totals_t *totals = snapshot(board, pool);
    json_t            *root = json_object();
    char              *text = NULL;
    ct_str_t           str = CT_STR("");

    json_object_set_new(root, "server", json_server(board));
    json_object_set_new(root, "totals", json_totals(totals));
    json_object_set_new(root, "workers", json_workers(board));
    json_object_set_new(root, "methods", json_methods(board, totals));
    text = json_dumps(root, JSON_INDENT(2) | JSON_PRESERVE_ORDER);
    if (text != NULL) {
        str = ct_str_printf(pool, "%s\n", text);
        /* jansson's own memory: it came from its malloc. */
        free(text);
    }
    json_decref(root);
    return str;
}

/*
 * ct_prometheus.c -- the scoreboard as Prometheus reads it.
 *
 * The scoreboard has forty buckets, half an octave each; of those every fourth
 * bound is shown, a factor of four from one to the next.  Eleven lines for each
 * method are what a monitor can bear with five hundred of them; who wants all
 * forty reads the JSON.  A method that was never called has no lines yet.
 *
 * Source: Prometheus, docs/instrumenting/exposition_formats.md.
 */

#include "core/ct_config.h"

#include "modules/ct_prometheus.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/ct_board.h"
#include "core/ct_board_sum.h"
#include "core/ct_buf.h"
#include "core/ct_decimal.h"
#include "core/ct_status.h"

/* Longest line: a method's name twice over, and an address. */
#define LINE_SIZE 1024

/* A label of our own, with its comma. */
#define MORE_SIZE 32

/* A label's value with each byte escaped. */
#define LABEL_SIZE (2 * CT_BOARD_METHOD_NAME)

/* The bounds that are shown: 16 us times four each. */
#define BUCKET_STEP 4

#define US_PER_S 1000000
#define MS_PER_S 1000

/* A counter of the scoreboard that is a metric of its own. */
typedef struct metric_s {
    const char        *name;
    const char        *help;
    const char        *labels; /* "" or "{reason=\"rate\"}" */
    ct_board_counter_t counter;
} metric_t;

/* Of one name those that follow each other are one family. */
/* clang-format off */
static const metric_t counters[] = {
    { "connections_accepted", "Connections accepted.", "",
      CT_COUNT_ACCEPTED },
    { "connections_closed", "Connections closed.", "", CT_COUNT_CLOSED },
    { "connections_refused", "Times that a worker at worker_connections saw "
      "another connection wait.", "", CT_COUNT_REFUSED },
    { "connections_handed_over", "Connections given to another worker.", "",
      CT_COUNT_HANDED_OVER },
    { "connections_taken_over", "Connections taken from another worker.", "",
      CT_COUNT_TAKEN_OVER },
    { "connection_errors", "Connections that were ended for a fault.",
      "{reason=\"unknown_dialect\"}", CT_COUNT_UNKNOWN_DIALECTS },
    { "connection_errors", "", "{reason=\"timeout\"}", CT_COUNT_TIMEOUTS },
    { "connection_errors", "", "{reason=\"proxy\"}", CT_COUNT_PROXY_ERRORS },
    { "connection_errors", "", "{reason=\"tls\"}", CT_COUNT_TLS_FAILED },
    { "tls_handshakes", "TLS handshakes that went well.", "",
      CT_COUNT_TLS_HANDSHAKES },
    { "tls_resumed", "TLS handshakes with the keys of an older session.", "",
      CT_COUNT_TLS_RESUMED },
    { "calls_begun", "Calls that began, answered or not.", "",
      CT_COUNT_CALLS },
    { "oneway_calls", "Oneway calls that ended.", "", CT_COUNT_ONEWAY },
    { "shed", "Calls and connections refused because there was too much to "
      "do.", "{reason=\"in_flight\"}", CT_COUNT_SHED_IN_FLIGHT },
    { "shed", "", "{reason=\"fibers\"}", CT_COUNT_SHED_FIBERS },
    { "shed", "", "{reason=\"queue_full\"}", CT_COUNT_SHED_QUEUE_FULL },
    { "shed", "", "{reason=\"queue_timeout\"}", CT_COUNT_SHED_QUEUE_TIMEOUT },
    { "shed", "", "{reason=\"deadline\"}", CT_COUNT_SHED_DEADLINE },
    { "shed", "", "{reason=\"rate\"}", CT_COUNT_SHED_RATE },
    { "shed", "", "{reason=\"connections\"}", CT_COUNT_SHED_CONN },
    { "denied", "Calls and connections that deny refused.", "",
      CT_COUNT_DENIED },
    { "over_limits", "Messages over one of the max_ directives.", "",
      CT_COUNT_LIMITS },
    { "protocol_errors", "Messages that could not be read, or were no calls.",
      "", CT_COUNT_PROTOCOL_ERRORS },
    { "late_answers", "Answers that nobody waited for any more.", "",
      CT_COUNT_LATE_ANSWERS },
    { "loop_stalls", "Reports of a loop that does not turn.", "",
      CT_COUNT_LOOP_STALLS },
    { "spins", "Times that a loop polled before it slept.", "",
      CT_COUNT_SPINS },
    { "spins_found", "Of them, those that found something.", "",
      CT_COUNT_SPINS_FOUND },
    { "log_lines", "Lines of error_log.", "{level=\"critical\"}",
      CT_COUNT_LOG_CRITICAL },
    { "log_lines", "", "{level=\"error\"}", CT_COUNT_LOG_ERRORS },
    { "log_lines", "", "{level=\"warning\"}", CT_COUNT_LOG_WARNINGS },
    { "log_lines_lost", "Lines that a log did not take.", "",
      CT_COUNT_LOG_LINES_LOST },
    { "received_bytes", "Bytes received, for pages too.", "", CT_COUNT_BYTES_IN },
    { "sent_bytes", "Bytes sent, of pages too.", "", CT_COUNT_BYTES_OUT },
};
/* clang-format on */


/* A line; the buffer only fails without memory. */
static void CT_PRINTF(2, 3) add(ct_buf_t *buf, const char *fmt, ...)
{
    char    line[LINE_SIZE];
    va_list args;
    int     n;

    va_start(args, fmt);
    n = vsnprintf(line, sizeof(line), fmt, args);
    va_end(args);
    CT_ASSERT(n > 0 && (size_t) n < sizeof(line));
    if (n > 0 && (size_t) n < sizeof(line)) {
        (void) ct_buf_append(buf, line, (size_t) n);
    }
}


static void
put(ct_buf_t *buf, const char *c_text)
{
    (void) ct_buf_append(buf, c_text, strlen(c_text));
}


/*
 * `cthrift_NAME{LABELSMORE} VALUE`, by hand: of a full board there are twelve
 * thousand such lines, and the worker that writes them has calls to answer.
 */
static void
add_value(ct_buf_t *buf, const char *c_name, const char *c_labels,
          const char *c_more, uint64_t value)
{
    char text[CT_DECIMAL_SIZE];

    put(buf, "cthrift_");
    put(buf, c_name);
    put(buf, "{");
    put(buf, c_labels);
    put(buf, c_more);
    put(buf, "} ");
    (void) ct_buf_append(buf, text, ct_decimal_write(text, value));
    put(buf, "\n");
}


static void
add_head(ct_buf_t *buf, const char *c_name, const char *c_type,
         const char *c_help)
{
    add(buf, "# HELP cthrift_%s %s\n# TYPE cthrift_%s %s\n", c_name, c_help,
        c_name, c_type);
}


static void
add_one(ct_buf_t *buf, const char *c_name, const char *c_type,
        const char *c_help, uint64_t value)
{
    add_head(buf, c_name, c_type, c_help);
    add(buf, "cthrift_%s %" PRIu64 "\n", c_name, value);
}


/* What a gauge that is read between two of its changes may be. */
static uint64_t
not_below(int64_t value)
{
    return value > 0 ? (uint64_t) value : 0;
}


/* A label's value: backslash, quote and line feed escaped. */
static const char *
escape(const char *c_value, size_t len, char out[LABEL_SIZE])
{
    size_t n = 0;

    for (size_t i = 0; i < len && n + 2 < LABEL_SIZE; i++) {
        const char c = c_value[i];

        if (c == '\\' || c == '"' || c == '\n') {
            out[n++] = '\\';
        }
        out[n++] = c == '\n' ? 'n' : c;
    }
    out[n] = '\0';
    return out;
}


/* `service="Greeter",method="greet"`; row 0 is of no known method. */
static void
labels_of(const ct_board_t *board, unsigned row, char *out, size_t size)
{
    const char *c_name = row > 0 ? ct_status_method_name(board, row) : "";
    const char *dot = strrchr(c_name, '.');
    char        service[LABEL_SIZE];
    char        method[LABEL_SIZE];

    if (dot == NULL) {
        (void) snprintf(out, size, "service=\"%s\",method=\"%s\"",
                        row > 0 ? escape(c_name, strlen(c_name), service) : "",
                        row > 0 ? "" : "(unknown)");
        return;
    }
    (void) snprintf(out, size, "service=\"%s\",method=\"%s\"",
                    escape(c_name, (size_t) (dot - c_name), service),
                    escape(dot + 1, strlen(dot + 1), method));
}


static void
add_counters(ct_buf_t *buf, const ct_totals_t *totals)
{
    const char *c_before = "";
    char        name[64];

    for (size_t i = 0; i < CT_ARRAY_LEN(counters); i++) {
        const metric_t *metric = &counters[i];

        (void) snprintf(name, sizeof(name), "%s_total", metric->name);
        if (strcmp(metric->name, c_before) != 0) {
            add_head(buf, name, "counter", metric->help);
        }
        c_before = metric->name;
        add(buf, "cthrift_%s%s %" PRIu64 "\n", name, metric->labels,
            totals->counters[metric->counter]);
    }
}


static void
add_gauges(ct_buf_t *buf, const ct_totals_t *totals)
{
    add_one(buf, "connections", "gauge", "Connections open.",
            not_below(totals->gauges[CT_GAUGE_CONNECTIONS]));
    add_one(buf, "connections_busy", "gauge",
            "Connections with a call in flight.",
            not_below(totals->gauges[CT_GAUGE_BUSY]));
    add_one(buf, "queue_length", "gauge", "Calls that wait for a thread.",
            not_below(totals->gauges[CT_GAUGE_QUEUED]));
    add_one(buf, "fibers", "gauge", "Handlers that wait in fibers.",
            not_below(totals->gauges[CT_GAUGE_FIBERS]));
}


static void
add_calls(ct_buf_t *buf, const ct_board_t *board, const ct_totals_t *totals)
{
    char labels[2 * LABEL_SIZE + 64];
    char ends[CT_OUTCOMES][MORE_SIZE];

    for (unsigned k = 0; k < CT_OUTCOMES; k++) {
        (void) snprintf(ends[k], MORE_SIZE, ",outcome=\"%s\"",
                        ct_outcome_name((ct_outcome_t) k));
    }
    add_head(buf, "calls_total", "counter", "Calls by how they ended.");
    for (unsigned i = 0; i < totals->nmethods; i++) {
        const ct_row_total_t *row = &totals->rows[i];

        labels_of(board, i, labels, sizeof(labels));
        for (unsigned k = 0; k < CT_OUTCOMES; k++) {
            /* One that is always there lets rates begin at the first call. */
            if (row->outcomes[k] != 0 || (k == CT_OUTCOME_OK && i > 0)) {
                add_value(buf, "calls_total", labels, ends[k],
                          row->outcomes[k]);
            }
        }
    }
}


/* One histogram's buckets grow on from the ones below. */
static void
add_histogram(ct_buf_t *buf, const char *c_labels,
              char                  bounds[CT_BOARD_BUCKETS][MORE_SIZE],
              const ct_row_total_t *row)
{
    uint64_t seen = 0;

    for (unsigned i = 0; i < CT_BOARD_BUCKETS; i++) {
        seen += row->buckets[i];
        if (bounds[i][0] != '\0') {
            add_value(buf, "call_duration_seconds_bucket", c_labels, bounds[i],
                      seen);
        }
    }
    add(buf,
        "cthrift_call_duration_seconds_sum{%s} %" PRIu64 ".%06" PRIu64 "\n",
        c_labels, row->time_us / US_PER_S, row->time_us % US_PER_S);
    add_value(buf, "call_duration_seconds_count", c_labels, "", seen);
}


static void
add_durations(ct_buf_t *buf, const ct_board_t *board, const ct_totals_t *totals)
{
    char labels[2 * LABEL_SIZE + 64];
    char bounds[CT_BOARD_BUCKETS][MORE_SIZE] = { "" };

    for (unsigned i = 0; i < CT_BOARD_BUCKETS - 1; i += BUCKET_STEP) {
        (void) snprintf(bounds[i], MORE_SIZE, ",le=\"%.6f\"",
                        (double) ct_board_bucket_bound(i) / US_PER_S);
    }
    (void) snprintf(bounds[CT_BOARD_BUCKETS - 1], MORE_SIZE, ",le=\"+Inf\"");
    add_head(buf, "call_duration_seconds", "histogram",
             "From a call's message to its answer.");
    for (unsigned i = 0; i < totals->nmethods; i++) {
        if (totals->rows[i].calls != 0) {
            labels_of(board, i, labels, sizeof(labels));
            add_histogram(buf, labels, bounds, &totals->rows[i]);
        }
    }
}


/* One value of each row that has been called. */
static void
add_rows(ct_buf_t *buf, const ct_board_t *board, const ct_totals_t *totals,
         const char *c_name, size_t offset)
{
    char labels[2 * LABEL_SIZE + 64];

    for (unsigned i = 0; i < totals->nmethods; i++) {
        const ct_row_total_t *row = &totals->rows[i];
        uint64_t              value;

        memcpy(&value, (const char *) row + offset, sizeof(value));
        if (row->calls != 0 || value != 0) {
            labels_of(board, i, labels, sizeof(labels));
            add_value(buf, c_name, labels, "", not_below((int64_t) value));
        }
    }
}


static void
add_methods(ct_buf_t *buf, const ct_board_t *board, const ct_totals_t *totals)
{
    add_calls(buf, board, totals);
    add_durations(buf, board, totals);
    add_head(buf, "call_received_bytes_total", "counter",
             "Bytes of the messages of calls.");
    add_rows(buf, board, totals, "call_received_bytes_total",
             offsetof(ct_row_total_t, bytes_in));
    add_head(buf, "call_sent_bytes_total", "counter",
             "Bytes of the answers to calls.");
    add_rows(buf, board, totals, "call_sent_bytes_total",
             offsetof(ct_row_total_t, bytes_out));
    add_head(buf, "calls_in_flight", "gauge",
             "Calls that are answered later than in their turn.");
    add_rows(buf, board, totals, "calls_in_flight",
             offsetof(ct_row_total_t, in_flight));
}


static void
add_dialects(ct_buf_t *buf, const ct_board_t *board, const ct_totals_t *totals,
             bool of_calls)
{
    const char *c_name =
        of_calls ? "dialect_calls_total" : "dialect_connections_total";

    add_head(buf, c_name, "counter",
             of_calls ? "Calls by what they spoke."
                      : "Connections by what their first call spoke.");
    for (unsigned i = 0; i < totals->ndialects; i++) {
        const ct_dialect_total_t *dialect = &totals->dialects[i];

        if (dialect->calls != 0 || dialect->connections != 0) {
            add(buf,
                "cthrift_%s{transport=\"%s\",protocol=\"%s\"} %" PRIu64 "\n",
                c_name, ct_status_transport_name(board, i),
                ct_status_protocol_name(board, i),
                of_calls ? dialect->calls : dialect->connections);
        }
    }
}


static bool
is_younger(const ct_board_slot_t *slot, const ct_board_slot_t *other)
{
    const uint64_t slot_ms = atomic_load(&slot->started_ms);
    const uint64_t other_ms = atomic_load(&other->started_ms);

    return slot_ms != other_ms ? slot_ms > other_ms : slot > other;
}


/*
 * In a reload two workers have one number, and a series may have one value:
 * the younger one's, which stays.
 */
static bool
has_successor(const ct_board_t *board, unsigned nslots,
              const ct_board_slot_t *slot)
{
    for (unsigned i = 1; i < nslots; i++) {
        const ct_board_slot_t *other = &board->slots[i];

        if (ct_status_shows(other)
            && atomic_load(&other->id) == atomic_load(&slot->id)
            && is_younger(other, slot)) {
            return true;
        }
    }
    return false;
}


static void
add_memory(ct_buf_t *buf, const ct_board_t *board)
{
    const unsigned nslots = ct_board_nslots(board);

    add_head(buf, "worker_resident_memory_bytes", "gauge",
             "Memory of a worker that is resident.");
    for (unsigned i = 1; i < nslots; i++) {
        const ct_board_slot_t *slot = &board->slots[i];
        const uint64_t         bytes = atomic_load(&slot->rss_bytes);

        if (bytes != 0 && ct_status_shows(slot)
            && !has_successor(board, nslots, slot)) {
            add(buf,
                "cthrift_worker_resident_memory_bytes{worker=\"%u\"} %" PRIu64
                "\n",
                atomic_load(&slot->id), bytes);
        }
    }
}


static void
add_workers(ct_buf_t *buf, const ct_board_t *board)
{
    const unsigned nslots = ct_board_nslots(board);
    unsigned       n[CT_SLOT_DEAD + 1] = { 0 };

    for (unsigned i = 1; i < nslots; i++) {
        const uint32_t state = atomic_load(&board->slots[i].state);

        if (ct_status_shows(&board->slots[i]) && state <= CT_SLOT_DEAD) {
            n[state]++;
        }
    }
    add_head(buf, "workers", "gauge", "Workers by what they do.");
    for (unsigned i = CT_SLOT_STARTING; i <= CT_SLOT_LEAVING; i++) {
        add(buf, "cthrift_workers{state=\"%s\"} %u\n", ct_status_state_name(i),
            n[i]);
    }
    add_one(buf, "workers_wanted", "gauge", "Workers that there are to be.",
            atomic_load(&board->workers));
    add_one(buf, "workers_spawned_total", "counter", "Workers ever started.",
            atomic_load(&board->spawned));
    add_one(buf, "workers_died_total", "counter", "Workers that ended unasked.",
            atomic_load(&board->died));
    add_one(buf, "workers_recycled_total", "counter",
            "Workers replaced for their age, calls or memory.",
            atomic_load(&board->recycled));
    add_memory(buf, board);
}


static void
add_server(ct_buf_t *buf, const ct_board_t *board)
{
    const uint64_t started_ms = atomic_load(&board->started_wall_ms);
    const uint64_t reloaded_ms = atomic_load(&board->reloaded_wall_ms);

    add_head(buf, "build_info", "gauge", "Always 1: what was built.");
    add(buf, "cthrift_build_info{version=\"%s\"} 1\n", CT_VERSION);
    add_head(buf, "start_time_seconds", "gauge",
             "When the first master began, since 1970.");
    add(buf, "cthrift_start_time_seconds %" PRIu64 ".%03" PRIu64 "\n",
        started_ms / MS_PER_S, started_ms % MS_PER_S);
    add_head(buf, "last_reload_time_seconds", "gauge",
             "When the last reload went well, since 1970; 0: never.");
    add(buf, "cthrift_last_reload_time_seconds %" PRIu64 ".%03" PRIu64 "\n",
        reloaded_ms / MS_PER_S, reloaded_ms % MS_PER_S);
    add_one(buf, "config_generation", "gauge", "The configuration in force.",
            atomic_load(&board->generation));
    add_one(buf, "reloads_total", "counter", "Reloads that went well.",
            atomic_load(&board->reloads));
    add_one(buf, "reloads_failed_total", "counter", "Reloads refused.",
            atomic_load(&board->failed_reloads));
    add_one(buf, "upgrades_total", "counter", "Binaries put in place.",
            atomic_load(&board->upgrades));
    add_one(buf, "draining", "gauge", "1: balancers are told to go elsewhere.",
            atomic_load(&board->draining) != 0);
}


static void
add_listens(ct_buf_t *buf, const ct_status_about_t *about, bool of_room)
{
    const char *c_name = of_room ? "listen_backlog_max" : "listen_backlog";
    char        address[LABEL_SIZE];

    add_head(buf, c_name, "gauge",
             of_room ? "Connections that may wait to be accepted."
                     : "Connections that wait to be accepted.");
    for (size_t i = 0; i < about->nlistens; i++) {
        const ct_status_listen_t *listen = &about->listens[i];

        if (listen->is_known) {
            add(buf, "cthrift_%s{address=\"%s\"} %" PRIu64 "\n", c_name,
                escape(listen->address.data, listen->address.len, address),
                of_room ? listen->room : listen->waiting);
        }
    }
}


ct_str_t
ct_prometheus_text(const ct_board_t *board, const ct_status_about_t *about,
                   ct_pool_t *pool)
{
    const ct_totals_t *totals = ct_status_sum(board, pool);
    ct_buf_t           buf;

    ct_buf_init(&buf);
    add_server(&buf, board);
    add_workers(&buf, board);
    add_gauges(&buf, totals);
    add_counters(&buf, totals);
    add_dialects(&buf, board, totals, false);
    add_dialects(&buf, board, totals, true);
    add_listens(&buf, about, false);
    add_listens(&buf, about, true);
    add_methods(&buf, board, totals);
    return ct_status_take(&buf, pool);
}

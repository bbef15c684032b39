/*
 * ct_status.c -- the scoreboard for people and for programs.
 *
 * Both forms are made from one snapshot of the sums.  Slots are read as they
 * are: a worker may change state between two lines, which no table of a
 * living thing can avoid.
 */

#include "core/ct_config.h"

#include "core/ct_status.h"

#include <inttypes.h>
#include <stdio.h>

#include "core/ct_board.h"
#include "core/ct_board_sum.h"
#include "core/ct_buf.h"
#include "core/ct_clock.h"
#include "core/ct_pool.h"

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
        [CT_COUNT_SHED_IN_FLIGHT] = "shed_in_flight",
        [CT_COUNT_SHED_FIBERS] = "shed_fibers",
        [CT_COUNT_SHED_QUEUE_FULL] = "shed_queue_full",
        [CT_COUNT_SHED_QUEUE_TIMEOUT] = "shed_queue_timeout",
        [CT_COUNT_SHED_DEADLINE] = "shed_deadline",
        [CT_COUNT_SHED_RATE] = "shed_rate",
        [CT_COUNT_SHED_CONN] = "shed_conn",
        [CT_COUNT_DENIED] = "denied",
        [CT_COUNT_HANDLER_TIMEOUTS] = "handler_timeouts",
        [CT_COUNT_CANCELLED] = "cancelled",
        [CT_COUNT_LATE_ANSWERS] = "late_answers",
        [CT_COUNT_HANDED_OVER] = "handed_over",
        [CT_COUNT_TAKEN_OVER] = "taken_over",
        [CT_COUNT_LOOP_STALLS] = "loop_stalls",
        [CT_COUNT_SPINS] = "spins",
        [CT_COUNT_SPINS_FOUND] = "spins_found",
        [CT_COUNT_LOG_CRITICAL] = "log_critical",
        [CT_COUNT_LOG_ERRORS] = "log_errors",
        [CT_COUNT_LOG_WARNINGS] = "log_warnings",
        [CT_COUNT_LOG_LINES_LOST] = "log_lines_lost",
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


bool
ct_status_shows(const ct_board_slot_t *slot)
{
    return atomic_load(&slot->state) != CT_SLOT_FREE
           && atomic_load(&slot->pid) != 0;
}


/* Times since boot that lie ahead (another processor's) count as now. */
uint64_t
ct_status_age_ms(uint64_t now_ms, uint64_t then_ms)
{
    return now_ms > then_ms ? now_ms - then_ms : 0;
}


uint64_t
ct_status_mean_us(const ct_row_total_t *row)
{
    return row->calls > 0 ? row->time_us / row->calls : 0;
}


/* The upper bound of the bucket that holds this share of the calls. */
uint64_t
ct_status_percentile_us(const ct_row_total_t *row, unsigned percent)
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


const ct_totals_t *
ct_status_sum(const ct_board_t *board, ct_pool_t *pool)
{
    ct_totals_t *totals = ct_pool_alloc(pool, sizeof(*totals));

    ct_board_sum(board, totals);
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


ct_str_t
ct_status_take(ct_buf_t *buf, ct_pool_t *pool)
{
    const ct_str_t text = { ct_buf_len(buf), (const char *) buf->pos };
    const ct_str_t copy = ct_str_dup(pool, text);

    ct_buf_release(buf);
    return copy;
}


static void
add_server(ct_buf_t *buf, const ct_board_t *board)
{
    const uint64_t up_ms =
        ct_status_age_ms(ct_clock_ms(), atomic_load(&board->started_ms));

    add(buf,
        "cthrift %s  up %" PRIu64 ".%03u s  generation %u  reloads %u"
        "  failed %u  upgrades %u\n",
        CT_VERSION, up_ms / 1000, (unsigned) (up_ms % 1000),
        atomic_load(&board->generation), atomic_load(&board->reloads),
        atomic_load(&board->failed_reloads), atomic_load(&board->upgrades));
    add(buf, "workers wanted %u  spawned %u  died %u  recycled %u\n",
        atomic_load(&board->workers), atomic_load(&board->spawned),
        atomic_load(&board->died), atomic_load(&board->recycled));
    if (atomic_load(&board->draining) != 0) {
        add(buf, "draining: load balancers are told to stay away\n");
    }
    if (board->last_error[0] != '\0') {
        add(buf, "last reload refused: %.*s\n", CT_BOARD_ERROR - 1,
            board->last_error);
    }
}


static void
add_workers(ct_buf_t *buf, const ct_board_t *board)
{
    const uint64_t now_ms = ct_clock_ms();
    const unsigned nslots = ct_board_nslots(board);

    add(buf, "\n%4s %8s %-8s %4s %9s %6s %6s %6s %12s %9s\n", "ID", "PID",
        "STATE", "GEN", "BEAT_MS", "CONNS", "BUSY", "ACTIVE", "CALLS",
        "RSS_KB");
    for (unsigned i = 1; i < nslots; i++) {
        const ct_board_slot_t *slot = &board->slots[i];

        if (!ct_status_shows(slot)) {
            continue;
        }
        add(buf,
            "%4u %8d %-8s %4u %9" PRIu64 " %6" PRIu64 " %6" PRIu64 " %6" PRIu64
            " %12" PRIu64 " %9" PRIu64 "\n",
            atomic_load(&slot->id), (int) atomic_load(&slot->pid),
            ct_status_state_name(atomic_load(&slot->state)),
            atomic_load(&slot->generation),
            ct_status_age_ms(now_ms, atomic_load(&slot->heartbeat_ms)),
            ct_counter_get(&slot->gauges[CT_GAUGE_CONNECTIONS]),
            ct_counter_get(&slot->gauges[CT_GAUGE_BUSY]),
            ct_counter_get(&slot->gauges[CT_GAUGE_IN_FLIGHT]),
            ct_counter_get(&slot->counters[CT_COUNT_CALLS]),
            atomic_load(&slot->rss_bytes) / 1024);
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
    add(buf, "%-18s %14" PRIi64 "\n", "fibers",
        totals->gauges[CT_GAUGE_FIBERS]);
    add(buf, "%-18s %14" PRIu64 "\n", "fiber_stack_high",
        totals->fiber_stack_high);
}


/* Row 0 has no name: the calls of methods that nobody has. */
const char *
ct_status_method_name(const ct_board_t *board, unsigned i)
{
    return i == 0 ? "(unknown)" : board->methods[i];
}


const char *
ct_status_transport_name(const ct_board_t *board, unsigned i)
{
    return i == 0 ? "other" : board->dialects[i].transport;
}


const char *
ct_status_protocol_name(const ct_board_t *board, unsigned i)
{
    return i == 0 ? "other" : board->dialects[i].protocol;
}


static void
add_methods(ct_buf_t *buf, const ct_board_t *board, const ct_totals_t *totals)
{
    add(buf, "\n%-32s %12s %10s %8s %9s %9s %9s\n", "METHOD", "CALLS",
        "EXCEPTIONS", "ERRORS", "MEAN_US", "P50_US", "P99_US");
    for (unsigned i = 0; i < totals->nmethods; i++) {
        const ct_row_total_t *row = &totals->rows[i];

        if (i == 0 && row->calls == 0) {
            continue;
        }
        add(buf,
            "%-32s %12" PRIu64 " %10" PRIu64 " %8" PRIu64 " %9" PRIu64
            " %9" PRIu64 " %9" PRIu64 "\n",
            ct_status_method_name(board, i), row->calls, row->exceptions,
            row->errors, ct_status_mean_us(row),
            ct_status_percentile_us(row, 50), ct_status_percentile_us(row, 99));
    }
}


ct_str_t
ct_status_text(const ct_board_t *board, ct_pool_t *pool)
{
    const ct_totals_t *totals = ct_status_sum(board, pool);
    ct_buf_t           buf;

    ct_buf_init(&buf);
    add_server(&buf, board);
    add_workers(&buf, board);
    add_totals(&buf, totals);
    add_methods(&buf, board, totals);
    return ct_status_take(&buf, pool);
}

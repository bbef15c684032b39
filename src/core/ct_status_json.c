/*
 * ct_status_json.c -- the scoreboard as one JSON object.
 *
 * docs/status.md is the contract: what stands there stays.
 */

#include "core/ct_config.h"

#include "core/ct_status.h"

#include "core/ct_board.h"
#include "core/ct_board_sum.h"
#include "core/ct_buf.h"
#include "core/ct_clock.h"
#include "core/ct_cycle.h"
#include "core/ct_json_out.h"


static void
put_server(ct_json_out_t *out, const ct_board_t *board,
           const ct_status_about_t *about)
{
    const uint64_t now_ms = ct_clock_ms();

    ct_json_out_begin(out, "server", '{');
    ct_json_out_str(out, "version", CT_STR(CT_VERSION));
    ct_json_out_str(out, "build",
                    CT_STR("built by " CT_COMPILER
                           ", configure arguments: " CT_CONFIGURE_ARGS));
    ct_json_out_gauge(out, "pid", about->pid);
    if (about->cycle != NULL) {
        ct_json_out_str(out, "prefix", about->cycle->prefix);
        ct_json_out_str(out, "conf_path", about->cycle->conf_path);
    }
    ct_json_out_count(out, "now_ms", ct_clock_wall_ms());
    ct_json_out_count(
        out, "uptime_ms",
        ct_status_age_ms(now_ms, atomic_load(&board->started_ms)));
    ct_json_out_count(out, "started_ms", atomic_load(&board->started_wall_ms));
    ct_json_out_count(out, "generation", atomic_load(&board->generation));
    ct_json_out_count(out, "reloads", atomic_load(&board->reloads));
    ct_json_out_count(out, "failed_reloads",
                      atomic_load(&board->failed_reloads));
    ct_json_out_count(out, "reloaded_ms",
                      atomic_load(&board->reloaded_wall_ms));
    ct_json_out_count(out, "upgrades", atomic_load(&board->upgrades));
    ct_json_out_count(out, "workers_wanted", atomic_load(&board->workers));
    ct_json_out_count(out, "workers_spawned", atomic_load(&board->spawned));
    ct_json_out_count(out, "workers_died", atomic_load(&board->died));
    ct_json_out_count(out, "workers_recycled", atomic_load(&board->recycled));
    ct_json_out_bool(out, "draining", atomic_load(&board->draining) != 0);
    ct_json_out_str(out, "last_error", ct_str_of(board->last_error));
    ct_json_out_end(out, '}');
}


static void
put_gauges(ct_json_out_t *out, const int64_t gauges[CT_GAUGES])
{
    ct_json_out_gauge(out, "connections", gauges[CT_GAUGE_CONNECTIONS]);
    ct_json_out_gauge(out, "busy", gauges[CT_GAUGE_BUSY]);
    ct_json_out_gauge(out, "queued", gauges[CT_GAUGE_QUEUED]);
    ct_json_out_gauge(out, "in_flight", gauges[CT_GAUGE_IN_FLIGHT]);
    ct_json_out_gauge(out, "fibers", gauges[CT_GAUGE_FIBERS]);
}


static void
put_dialects(ct_json_out_t *out, const ct_board_t *board,
             const ct_totals_t *totals)
{
    ct_json_out_begin(out, "dialects", '[');
    for (unsigned i = 0; i < totals->ndialects; i++) {
        const ct_dialect_total_t *dialect = &totals->dialects[i];

        if (dialect->connections == 0 && dialect->calls == 0) {
            continue;
        }
        ct_json_out_begin(out, NULL, '{');
        ct_json_out_str(out, "transport",
                        ct_str_of(ct_status_transport_name(board, i)));
        ct_json_out_str(out, "protocol",
                        ct_str_of(ct_status_protocol_name(board, i)));
        ct_json_out_count(out, "connections", dialect->connections);
        ct_json_out_count(out, "calls", dialect->calls);
        ct_json_out_end(out, '}');
    }
    ct_json_out_end(out, ']');
}


static void
put_totals(ct_json_out_t *out, const ct_board_t *board,
           const ct_totals_t *totals)
{
    ct_json_out_begin(out, "totals", '{');
    for (unsigned i = 0; i < CT_COUNTERS; i++) {
        ct_json_out_count(out, ct_status_counter_name(i), totals->counters[i]);
    }
    put_gauges(out, totals->gauges);
    ct_json_out_count(out, "fiber_stack_high", totals->fiber_stack_high);
    put_dialects(out, board, totals);
    ct_json_out_end(out, '}');
}


static void
put_worker(ct_json_out_t *out, const ct_board_slot_t *slot, uint64_t now_ms)
{
    int64_t gauges[CT_GAUGES];

    for (unsigned i = 0; i < CT_GAUGES; i++) {
        gauges[i] = (int64_t) ct_counter_get(&slot->gauges[i]);
    }
    ct_json_out_begin(out, NULL, '{');
    ct_json_out_count(out, "id", atomic_load(&slot->id));
    ct_json_out_gauge(out, "pid", atomic_load(&slot->pid));
    ct_json_out_gauge(out, "master_pid", atomic_load(&slot->master_pid));
    ct_json_out_str(out, "state",
                    ct_str_of(ct_status_state_name(atomic_load(&slot->state))));
    ct_json_out_count(out, "generation", atomic_load(&slot->generation));
    ct_json_out_count(out, "uptime_ms",
                      ct_status_age_ms(now_ms, atomic_load(&slot->started_ms)));
    ct_json_out_count(
        out, "heartbeat_age_ms",
        ct_status_age_ms(now_ms, atomic_load(&slot->heartbeat_ms)));
    ct_json_out_count(out, "rss_bytes", atomic_load(&slot->rss_bytes));
    put_gauges(out, gauges);
    ct_json_out_count(out, "fiber_stack_high",
                      ct_counter_get(&slot->fiber_stack_high));
    ct_json_out_count(out, "calls",
                      ct_counter_get(&slot->counters[CT_COUNT_CALLS]));
    ct_json_out_count(out, "bytes_in",
                      ct_counter_get(&slot->counters[CT_COUNT_BYTES_IN]));
    ct_json_out_count(out, "bytes_out",
                      ct_counter_get(&slot->counters[CT_COUNT_BYTES_OUT]));
    ct_json_out_end(out, '}');
}


static void
put_workers(ct_json_out_t *out, const ct_board_t *board)
{
    const uint64_t now_ms = ct_clock_ms();
    const unsigned nslots = ct_board_nslots(board);

    ct_json_out_begin(out, "workers", '[');
    for (unsigned i = 1; i < nslots; i++) {
        if (ct_status_shows(&board->slots[i])) {
            put_worker(out, &board->slots[i], now_ms);
        }
    }
    ct_json_out_end(out, ']');
}


static void
put_method(ct_json_out_t *out, const char *c_name, const ct_row_total_t *row)
{
    ct_json_out_begin(out, NULL, '{');
    ct_json_out_str(out, "name", ct_str_of(c_name));
    ct_json_out_count(out, "calls", row->calls);
    ct_json_out_count(out, "exceptions", row->exceptions);
    ct_json_out_count(out, "errors", row->errors);
    ct_json_out_begin(out, "outcomes", '{');
    for (unsigned i = 0; i < CT_OUTCOMES; i++) {
        ct_json_out_count(out, ct_outcome_name((ct_outcome_t) i),
                          row->outcomes[i]);
    }
    ct_json_out_end(out, '}');
    ct_json_out_count(out, "bytes_in", row->bytes_in);
    ct_json_out_count(out, "bytes_out", row->bytes_out);
    ct_json_out_gauge(out, "in_flight", row->in_flight);
    ct_json_out_count(out, "time_us", row->time_us);
    ct_json_out_count(out, "mean_us", ct_status_mean_us(row));
    ct_json_out_count(out, "p50_us", ct_status_percentile_us(row, 50));
    ct_json_out_count(out, "p99_us", ct_status_percentile_us(row, 99));
    ct_json_out_begin(out, "buckets", '[');
    for (unsigned i = 0; i < CT_BOARD_BUCKETS; i++) {
        ct_json_out_count(out, NULL, row->buckets[i]);
    }
    ct_json_out_end(out, ']');
    ct_json_out_end(out, '}');
}


static void
put_methods(ct_json_out_t *out, const ct_board_t *board,
            const ct_totals_t *totals)
{
    ct_json_out_begin(out, "methods", '[');
    for (unsigned i = 0; i < totals->nmethods; i++) {
        put_method(out, ct_status_method_name(board, i), &totals->rows[i]);
    }
    ct_json_out_end(out, ']');
    ct_json_out_begin(out, "bucket_bounds_us", '[');
    for (unsigned i = 0; i < CT_BOARD_BUCKETS - 1; i++) {
        ct_json_out_count(out, NULL, ct_board_bucket_bound(i));
    }
    ct_json_out_null(out, NULL);
    ct_json_out_end(out, ']');
}


static void
put_listens(ct_json_out_t *out, const ct_status_about_t *about)
{
    ct_json_out_begin(out, "listens", '[');
    for (size_t i = 0; i < about->nlistens; i++) {
        const ct_status_listen_t *listen = &about->listens[i];

        ct_json_out_begin(out, NULL, '{');
        ct_json_out_str(out, "address", listen->address);
        if (listen->is_known) {
            ct_json_out_count(out, "backlog", listen->waiting);
            ct_json_out_count(out, "backlog_max", listen->room);
        }
        ct_json_out_end(out, '}');
    }
    ct_json_out_end(out, ']');
}


ct_str_t
ct_status_json(const ct_board_t *board, const ct_status_about_t *about,
               ct_pool_t *pool)
{
    const ct_totals_t *totals = ct_status_sum(board, pool);
    ct_json_out_t      out;
    ct_buf_t           buf;

    ct_buf_init(&buf);
    ct_json_out_init(&out, &buf);
    ct_json_out_begin(&out, NULL, '{');
    put_server(&out, board, about);
    put_totals(&out, board, totals);
    put_workers(&out, board);
    put_methods(&out, board, totals);
    put_listens(&out, about);
    ct_json_out_end(&out, '}');
    (void) ct_buf_append(&buf, "\n", 1);
    return ct_status_take(&buf, pool);
}

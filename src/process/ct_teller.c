/*
 * ct_teller.c -- tells what was counted since it was last told.
 *
 * Names are gunicorn's where it has one: requests, request.duration,
 * request.status.X, workers, log.X, backlog.  A call's two lines, `requests`
 * and its status, travel in one datagram, so that they always agree.
 */

#include "core/ct_config.h"

#include "process/ct_teller.h"

#include "core/ct_board_sum.h"
#include "process/ct_batch.h"
#include "process/ct_timing.h"

/* Row 0 of the scoreboard, in the words of a name or of tags. */
#define UNKNOWN_METHOD "unknown.unknown"

typedef struct counted_s {
    const char        *c_name;
    ct_board_counter_t counter;
} counted_t;

/* What calls come to is told by their status, not here. */
static const counted_t counted[] = {
    { "connections.accepted", CT_COUNT_ACCEPTED },
    { "connections.closed", CT_COUNT_CLOSED },
    { "connections.refused", CT_COUNT_REFUSED },
    { "connections.timeouts", CT_COUNT_TIMEOUTS },
    { "connections.unknown_dialect", CT_COUNT_UNKNOWN_DIALECTS },
    { "connections.proxy_errors", CT_COUNT_PROXY_ERRORS },
    { "connections.handed_over", CT_COUNT_HANDED_OVER },
    { "connections.taken_over", CT_COUNT_TAKEN_OVER },
    { "tls.handshakes", CT_COUNT_TLS_HANDSHAKES },
    { "tls.resumed", CT_COUNT_TLS_RESUMED },
    { "tls.failed", CT_COUNT_TLS_FAILED },
    { "shed.in_flight", CT_COUNT_SHED_IN_FLIGHT },
    { "shed.fibers", CT_COUNT_SHED_FIBERS },
    { "shed.queue_full", CT_COUNT_SHED_QUEUE_FULL },
    { "shed.queue_timeout", CT_COUNT_SHED_QUEUE_TIMEOUT },
    { "shed.deadline", CT_COUNT_SHED_DEADLINE },
    { "shed.rate", CT_COUNT_SHED_RATE },
    { "shed.connections", CT_COUNT_SHED_CONN },
    { "denied", CT_COUNT_DENIED },
    { "over_limits", CT_COUNT_LIMITS },
    { "oneway", CT_COUNT_ONEWAY },
    { "late_answers", CT_COUNT_LATE_ANSWERS },
    { "loop_stalls", CT_COUNT_LOOP_STALLS },
    { "spins", CT_COUNT_SPINS },
    { "spins_found", CT_COUNT_SPINS_FOUND },
    { "log.critical", CT_COUNT_LOG_CRITICAL },
    { "log.error", CT_COUNT_LOG_ERRORS },
    { "log.warning", CT_COUNT_LOG_WARNINGS },
    { "log.exception", CT_COUNT_INTERNAL_ERRORS },
    { "log.exception", CT_COUNT_MISSING_RESULTS },
    { "log.lost", CT_COUNT_LOG_LINES_LOST },
    { "bytes.in", CT_COUNT_BYTES_IN },
    { "bytes.out", CT_COUNT_BYTES_OUT },
};

/* What masters count; in the order of `events` below. */
enum {
    EVENT_RELOADS,
    EVENT_FAILED_RELOADS,
    EVENT_UPGRADES,
    EVENT_SPAWNED,
    EVENT_DIED,
    EVENT_RECYCLED,
    EVENTS,
};

static const char *const events[EVENTS] = {
    "reloads",         "reloads.failed", "upgrades",
    "workers.spawned", "workers.died",   "workers.recycled",
};

_Static_assert(EVENTS <= CT_BOARD_SENT, "each has a place on the scoreboard");


unsigned
ct_teller_kinds(bool is_tagged, bool by_method)
{
    if (!by_method) {
        return CT_TELLS_SERVER | CT_TELLS_SUM;
    }
    return is_tagged ? CT_TELLS_SERVER | CT_TELLS_METHODS
                     : CT_TELLS_SERVER | CT_TELLS_SUM | CT_TELLS_METHODS;
}


static uint64_t
event_count(const ct_board_t *board, unsigned event)
{
    const uint64_t counts[EVENTS] = {
        [EVENT_RELOADS] = atomic_load(&board->reloads),
        [EVENT_FAILED_RELOADS] = atomic_load(&board->failed_reloads),
        [EVENT_UPGRADES] = atomic_load(&board->upgrades),
        [EVENT_SPAWNED] = atomic_load(&board->spawned),
        [EVENT_DIED] = atomic_load(&board->died),
        [EVENT_RECYCLED] = atomic_load(&board->recycled),
    };

    return counts[event];
}


/* The sums of all methods: of what is told. */
static void
add_up(const ct_totals_t *totals, ct_row_total_t *sum)
{
    memset(sum, 0, sizeof(*sum));
    for (unsigned i = 0; i < totals->nmethods; i++) {
        const ct_row_total_t *row = &totals->rows[i];

        for (unsigned j = 0; j < CT_OUTCOMES; j++) {
            sum->outcomes[j] += row->outcomes[j];
        }
        for (unsigned j = 0; j < CT_BOARD_BUCKETS; j++) {
            sum->buckets[j] += row->buckets[j];
        }
        sum->time_us += row->time_us;
    }
}


static void
set(ct_counter_t *counter, uint64_t value)
{
    atomic_store_explicit(counter, value, memory_order_relaxed);
}


static void
set_row(ct_board_row_t *sent, const ct_row_total_t *row)
{
    for (unsigned i = 0; i < CT_OUTCOMES; i++) {
        set(&sent->outcomes[i], row->outcomes[i]);
    }
    for (unsigned i = 0; i < CT_BOARD_BUCKETS; i++) {
        set(&sent->buckets[i], row->buckets[i]);
    }
    set(&sent->time_us, row->time_us);
}


static void
set_server(ct_board_t *board, const ct_totals_t *totals)
{
    for (unsigned i = 0; i < EVENTS; i++) {
        set(&board->sent.events[i], event_count(board, i));
    }
    for (unsigned i = 0; i < CT_COUNTERS; i++) {
        set(&board->sent.counters[i], totals->counters[i]);
    }
}


void
ct_teller_keep(ct_board_t *board, const ct_totals_t *totals, unsigned kinds)
{
    const unsigned begun = kinds & ~atomic_load(&board->sent.kinds);

    if ((begun & CT_TELLS_SERVER) != 0) {
        set_server(board, totals);
    }
    if ((begun & CT_TELLS_SUM) != 0) {
        ct_row_total_t sum;

        add_up(totals, &sum);
        set_row(&board->sent.sum, &sum);
    }
    if ((begun & CT_TELLS_METHODS) != 0) {
        for (unsigned i = 0; i < totals->nmethods; i++) {
            set_row(&board->sent.rows[i], &totals->rows[i]);
        }
    }
    atomic_store(&board->sent.kinds, kinds);
}


/* What has come since; sums do not fall, and if one did, nothing is told. */
static uint64_t
since(uint64_t now, const ct_counter_t *sent)
{
    const uint64_t before = ct_counter_get(sent);

    return now > before ? now - before : 0;
}


static void
tell(const ct_teller_t *teller, const ct_metric_t *metric,
     const ct_receipt_t *receipts, size_t nreceipts)
{
    char           text[CT_METRIC_SIZE];
    const ct_str_t line = { ct_metric_write(teller->style, metric, text),
                            text };

    ct_batch_add(teller->batch, line, receipts, nreceipts);
}


static void
tell_count(const ct_teller_t *teller, const char *c_name, uint64_t now,
           ct_counter_t *sent)
{
    const ct_receipt_t receipt = { sent, since(now, sent) };
    const ct_metric_t  metric = { .type = CT_METRIC_COUNT,
                                  .c_name = c_name,
                                  .value = receipt.n };

    if (receipt.n > 0) {
        tell(teller, &metric, &receipt, 1);
    }
}


void
ct_teller_gauge(const ct_teller_t *teller, const char *c_name, uint64_t value)
{
    const ct_metric_t metric = { .type = CT_METRIC_GAUGE,
                                 .c_name = c_name,
                                 .value = value };

    tell(teller, &metric, NULL, 0);
}


/* `requests` and the status, in one text. */
static void
tell_outcome(const ct_teller_t *teller, const char *c_method,
             ct_outcome_t outcome, uint64_t n, ct_counter_t *sent)
{
    const ct_receipt_t receipt = { sent, n };
    char               text[2 * CT_METRIC_SIZE];
    size_t             len;
    ct_metric_t        metric = { .type = CT_METRIC_COUNT,
                                  .c_name = "requests",
                                  .c_method = c_method,
                                  .c_status = ct_outcome_name(outcome),
                                  .value = n };

    len = ct_metric_write(teller->style, &metric, text);
    text[len] = '\n';
    metric.c_name = "request.status";
    metric.c_part = ct_outcome_name(outcome);
    len += 1 + ct_metric_write(teller->style, &metric, text + len + 1);
    ct_batch_add(teller->batch, (ct_str_t){ len, text }, &receipt, 1);
}


static void
tell_times(const ct_teller_t *teller, const char *c_method,
           const ct_row_total_t *row, ct_board_row_t *sent)
{
    uint64_t calls[CT_BOARD_BUCKETS];
    uint64_t value_us[CT_BOARD_BUCKETS];

    for (unsigned i = 0; i < CT_BOARD_BUCKETS; i++) {
        calls[i] = since(row->buckets[i], &sent->buckets[i]);
    }
    ct_timing_of(calls,
                 (int64_t) (row->time_us - ct_counter_get(&sent->time_us)),
                 value_us);
    for (unsigned i = 0; i < CT_BOARD_BUCKETS; i++) {
        /* What was told is kept, so that what was rounded off comes again. */
        const ct_receipt_t receipts[] = {
            { &sent->buckets[i], calls[i] },
            { &sent->time_us, calls[i] * value_us[i] },
        };
        const ct_metric_t metric = { .type = CT_METRIC_TIMING,
                                     .c_name = "request.duration",
                                     .c_method = c_method,
                                     .value = value_us[i],
                                     .n = calls[i] };

        if (calls[i] > 0) {
            tell(teller, &metric, receipts, CT_ARRAY_LEN(receipts));
        }
    }
}


static void
tell_row(const ct_teller_t *teller, const char *c_method,
         const ct_row_total_t *row, ct_board_row_t *sent)
{
    for (unsigned i = 0; i < CT_OUTCOMES; i++) {
        const uint64_t n = since(row->outcomes[i], &sent->outcomes[i]);

        if (n > 0) {
            tell_outcome(teller, c_method, (ct_outcome_t) i, n,
                         &sent->outcomes[i]);
        }
    }
    tell_times(teller, c_method, row, sent);
}


static void
tell_gauges(const ct_teller_t *teller)
{
    static const struct {
        const char      *c_name;
        ct_board_gauge_t gauge;
    } gauges[] = {
        { "connections", CT_GAUGE_CONNECTIONS },
        { "connections.busy", CT_GAUGE_BUSY },
        { "in_flight", CT_GAUGE_IN_FLIGHT },
        { "queued", CT_GAUGE_QUEUED },
        { "fibers", CT_GAUGE_FIBERS },
    };

    for (size_t i = 0; i < CT_ARRAY_LEN(gauges); i++) {
        const int64_t now = teller->totals->gauges[gauges[i].gauge];

        /* A sign would make a gauge a change of itself. */
        ct_teller_gauge(teller, gauges[i].c_name, now > 0 ? (uint64_t) now : 0);
    }
}


static void
tell_workers(const ct_teller_t *teller)
{
    const unsigned nslots = ct_board_nslots(teller->board);
    uint64_t       n[CT_SLOT_DEAD + 1] = { 0 };

    for (unsigned i = 1; i < nslots; i++) {
        const uint32_t state = atomic_load(&teller->board->slots[i].state);

        n[state <= CT_SLOT_DEAD ? state : CT_SLOT_FREE]++;
    }
    ct_teller_gauge(teller, "workers", n[CT_SLOT_SERVING]);
    ct_teller_gauge(teller, "workers.starting", n[CT_SLOT_STARTING]);
    ct_teller_gauge(teller, "workers.leaving", n[CT_SLOT_LEAVING]);
}


static void
tell_server(const ct_teller_t *teller)
{
    ct_board_sent_t *sent = &teller->board->sent;

    for (unsigned i = 0; i < EVENTS; i++) {
        tell_count(teller, events[i], event_count(teller->board, i),
                   &sent->events[i]);
    }
    for (size_t i = 0; i < CT_ARRAY_LEN(counted); i++) {
        const ct_board_counter_t counter = counted[i].counter;

        tell_count(teller, counted[i].c_name, teller->totals->counters[counter],
                   &sent->counters[counter]);
    }
    tell_gauges(teller);
    tell_workers(teller);
}


void
ct_teller_tell(const ct_teller_t *teller)
{
    ct_board_t *board = teller->board;

    tell_server(teller);
    if ((teller->kinds & CT_TELLS_SUM) != 0) {
        ct_row_total_t sum;

        add_up(teller->totals, &sum);
        tell_row(teller, NULL, &sum, &board->sent.sum);
    }
    if ((teller->kinds & CT_TELLS_METHODS) == 0) {
        return;
    }
    for (unsigned i = 0; i < teller->totals->nmethods; i++) {
        tell_row(teller, i == 0 ? UNKNOWN_METHOD : board->methods[i],
                 &teller->totals->rows[i], &board->sent.rows[i]);
    }
}

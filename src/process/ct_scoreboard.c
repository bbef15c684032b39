/*
 * ct_scoreboard.c -- making, filling and folding the scoreboard.
 *
 * state of a slot | event                   | function             | next
 * ----------------+-------------------------+----------------------+---------
 * FREE            | a worker is about to be | ct_scoreboard_claim  | STARTING
 * STARTING        | it serves               | the worker           | SERVING
 * SERVING         | it leaves               | the worker           | LEAVING
 * any of them     | its process is gone     | ct_scoreboard_retire | DEAD
 * DEAD            | counters folded, zeroed | ct_scoreboard_retire | FREE
 *
 * Folding takes a lock (fold_pid), since two masters may fold at once during
 * an upgrade.  A holder that died is noticed by its pid, and the lock taken
 * over.  Each counter is added to the totals before it is zeroed: a master
 * that dies between the two makes one counter count double, never fall.
 */

#include "core/ct_config.h"

#include "process/ct_scoreboard.h"

#include <sched.h>
#include <unistd.h>

#include "core/ct_board_sum.h"
#include "core/ct_clock.h"
#include "core/ct_log.h"
#include "process/ct_alive.h"

/* "cthrift" and a NUL, read as a number. */
#define BOARD_MAGIC UINT64_C(0x0074666972687463)

/* Grows when the meaning of a field changes but no size does. */
#define BOARD_VERSION 3


/* Equal layouts have equal numbers: sizes and counts of all parts. */
static uint64_t
layout_number(void)
{
    return ((uint64_t) sizeof(ct_board_t) << 24)
           + ((uint64_t) CT_COUNTERS << 16) + ((uint64_t) CT_GAUGES << 8)
           + BOARD_VERSION;
}


ct_rc_t
ct_scoreboard_create(ct_shm_t *shm, ct_log_t *log)
{
    ct_board_t *board = NULL;

    if (ct_shm_init(shm, "cthrift-board", sizeof(ct_board_t), log) != CT_OK) {
        return CT_ERROR;
    }
    board = shm->addr;
    board->layout = layout_number();
    atomic_store(&board->started_ms, ct_clock_ms());
    atomic_store(&board->started_wall_ms, ct_clock_wall_ms());
    atomic_store(&board->nmethods, 1);
    atomic_store(&board->ndialects, 1);
    atomic_store(&board->nslots, 1);
    board->magic = BOARD_MAGIC;
    return CT_OK;
}


ct_rc_t
ct_scoreboard_attach(ct_shm_t *shm, int fd, ct_log_t *log)
{
    const ct_board_t *board = NULL;

    if (ct_shm_attach(shm, fd, log) != CT_OK) {
        return CT_ERROR;
    }
    board = shm->addr;
    if (shm->size == sizeof(ct_board_t) && board->magic == BOARD_MAGIC
        && board->layout == layout_number()) {
        return CT_OK;
    }
    CT_LOG(log, CT_LOG_WARN, 0,
           "the scoreboard of the old binary has another layout, "
           "counting begins anew");
    ct_shm_release(shm);
    return CT_DECLINED;
}


/* Readers look at the slots below nslots only: others were never used. */
static void
note_used(ct_board_t *board, unsigned i)
{
    uint32_t n = atomic_load(&board->nslots);

    while (n <= i && !atomic_compare_exchange_weak(&board->nslots, &n, i + 1)) {
    }
}


ct_board_slot_t *
ct_scoreboard_claim(ct_board_t *board, unsigned id, unsigned generation)
{
    for (unsigned i = 1; i < CT_BOARD_SLOTS; i++) {
        ct_board_slot_t *slot = &board->slots[i];
        uint32_t         state = CT_SLOT_FREE;

        if (!atomic_compare_exchange_strong(&slot->state, &state,
                                            CT_SLOT_STARTING)) {
            continue;
        }
        atomic_store(&slot->master_pid, (int32_t) getpid());
        atomic_store(&slot->pid, 0);
        atomic_store(&slot->generation, generation);
        atomic_store(&slot->id, id);
        atomic_store(&slot->method, 0);
        atomic_store(&slot->calls_used, 0);
        atomic_store(&slot->rss_bytes, 0);
        atomic_store(&slot->started_ms, ct_clock_ms());
        atomic_store(&slot->heartbeat_ms, ct_clock_ms());
        note_used(board, i);
        return slot;
    }
    return NULL;
}


static void
lock_folding(ct_board_t *board)
{
    const int32_t self = (int32_t) getpid();

    for (;;) {
        int32_t holder = 0;

        if (atomic_compare_exchange_strong(&board->fold_pid, &holder, self)) {
            return;
        }
        /* The failed exchange has told who it is. */
        if (!ct_alive(holder)
            && atomic_compare_exchange_strong(&board->fold_pid, &holder,
                                              self)) {
            return;
        }
        sched_yield();
    }
}


static void
fold(ct_counter_t *total, ct_counter_t *counter)
{
    const uint64_t n = ct_counter_get(counter);

    if (n != 0) {
        ct_counter_add(total, n);
        atomic_store_explicit(counter, 0, memory_order_relaxed);
    }
}


static void
fold_row(ct_board_row_t *total, ct_board_row_t *row)
{
    for (unsigned i = 0; i < CT_OUTCOMES; i++) {
        fold(&total->outcomes[i], &row->outcomes[i]);
    }
    fold(&total->bytes_in, &row->bytes_in);
    fold(&total->bytes_out, &row->bytes_out);
    fold(&total->time_us, &row->time_us);
    if (ct_counter_get(&row->in_flight) != 0) {
        atomic_store_explicit(&row->in_flight, 0, memory_order_relaxed);
    }
    for (unsigned i = 0; i < CT_BOARD_BUCKETS; i++) {
        fold(&total->buckets[i], &row->buckets[i]);
    }
}


/* A high-water mark is the highest of its kind, not their sum. */
static void
fold_high(ct_counter_t *total, ct_counter_t *high)
{
    if (ct_counter_get(high) > ct_counter_get(total)) {
        atomic_store_explicit(total, ct_counter_get(high),
                              memory_order_relaxed);
    }
    atomic_store_explicit(high, 0, memory_order_relaxed);
}


static void
fold_dialects(ct_board_t *board, ct_board_slot_t *slot)
{
    const unsigned n = ct_board_ndialects(board);

    for (unsigned i = 0; i < n; i++) {
        ct_board_dialect_t *total = &board->slots[0].dialects[i];

        fold(&total->connections, &slot->dialects[i].connections);
        fold(&total->calls, &slot->dialects[i].calls);
    }
}


static void
fold_slot(ct_board_t *board, ct_board_slot_t *slot)
{
    ct_board_slot_t *retired = &board->slots[0];
    const unsigned   nmethods = ct_board_nmethods(board);

    for (unsigned i = 0; i < CT_COUNTERS; i++) {
        fold(&retired->counters[i], &slot->counters[i]);
    }
    for (unsigned i = 0; i < nmethods; i++) {
        fold_row(&retired->rows[i], &slot->rows[i]);
    }
    fold_dialects(board, slot);
    fold_high(&retired->fiber_stack_high, &slot->fiber_stack_high);
    /* Connections that died with the worker were closed, by the kernel. */
    ct_counter_add(&retired->counters[CT_COUNT_CLOSED],
                   ct_counter_get(&slot->gauges[CT_GAUGE_CONNECTIONS]));
    for (unsigned i = 0; i < CT_GAUGES; i++) {
        atomic_store_explicit(&slot->gauges[i], 0, memory_order_relaxed);
    }
}


void
ct_scoreboard_retire(ct_board_t *board, ct_board_slot_t *slot)
{
    CT_ASSERT(slot > board->slots && slot < board->slots + CT_BOARD_SLOTS);
    lock_folding(board);
    atomic_store(&slot->state, CT_SLOT_DEAD);
    /* Odd, also where a dead holder left it odd. */
    atomic_store(&board->fold_seq, atomic_load(&board->fold_seq) | 1);
    fold_slot(board, slot);
    atomic_fetch_add(&board->fold_seq, 1);
    atomic_store(&slot->pid, 0);
    atomic_store(&slot->master_pid, 0);
    atomic_store(&slot->state, CT_SLOT_FREE);
    atomic_store(&board->fold_pid, 0);
}


unsigned
ct_scoreboard_sweep(ct_board_t *board)
{
    const unsigned nslots = ct_board_nslots(board);
    unsigned       n = 0;

    for (unsigned i = 1; i < nslots; i++) {
        ct_board_slot_t *slot = &board->slots[i];
        const int32_t    master = atomic_load(&slot->master_pid);

        /* A slot just claimed has no master yet: its turn comes. */
        if (atomic_load(&slot->state) == CT_SLOT_FREE || master == 0
            || ct_alive(master) || ct_alive(atomic_load(&slot->pid))) {
            continue;
        }
        ct_scoreboard_retire(board, slot);
        n++;
    }
    return n;
}

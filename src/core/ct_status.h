/*
 * ct_status.h -- the scoreboard for people and for programs.
 *
 * One snapshot of the sums makes each text.  docs/status.md tells what every
 * field of the JSON means.
 */

#ifndef CT_STATUS_H
#define CT_STATUS_H

#include "core/ct_config.h"

#include "core/ct_str.h"

typedef struct ct_board_s      ct_board_t;
typedef struct ct_board_slot_s ct_board_slot_t;
typedef struct ct_buf_s        ct_buf_t;
typedef struct ct_cycle_s      ct_cycle_t;
typedef struct ct_pool_s       ct_pool_t;
typedef struct ct_row_total_s  ct_row_total_t;
typedef struct ct_totals_s     ct_totals_t;

/* Who waits at a listening address: see event/ct_backlog.h. */
typedef struct ct_status_listen_s {
    ct_str_t address;
    bool     is_known; /* the system tells the next two */
    uint64_t waiting;
    uint64_t room;
} ct_status_listen_t;

/* What does not stand on the board.  `cycle` may be NULL. */
typedef struct ct_status_about_s {
    const ct_cycle_t         *cycle;
    int32_t                   pid; /* of the master */
    const ct_status_listen_t *listens;
    size_t                    nlistens;
} ct_status_about_t;

/* Tables of the server, its workers, the totals and the methods. */
ct_str_t ct_status_text(const ct_board_t *board, ct_pool_t *pool);

/*
 * The same and more as one JSON object and a newline.  Names are stable: they
 * are only ever added.
 */
ct_str_t ct_status_json(const ct_board_t *board, const ct_status_about_t *about,
                        ct_pool_t *pool);

/* The name of a counter, as in JSON; and of a slot's state. */
const char *ct_status_counter_name(unsigned counter);
const char *ct_status_state_name(unsigned state);

/* The name of a method's row.  Row 0 is "(unknown)". */
const char *ct_status_method_name(const ct_board_t *board, unsigned i);

/* The words of a dialect's row; those of row 0 are "other". */
const char *ct_status_transport_name(const ct_board_t *board, unsigned i);
const char *ct_status_protocol_name(const ct_board_t *board, unsigned i);

/* Whether a process stands in the slot, or is about to. */
bool ct_status_shows(const ct_board_slot_t *slot);

/* The sums, in `pool`. */
const ct_totals_t *ct_status_sum(const ct_board_t *board, ct_pool_t *pool);

/* Of a row; 0 without calls.  A percentile is its bucket's upper bound. */
uint64_t ct_status_mean_us(const ct_row_total_t *row);
uint64_t ct_status_percentile_us(const ct_row_total_t *row, unsigned percent);

/* Milliseconds since then; of what lies ahead 0. */
uint64_t ct_status_age_ms(uint64_t now_ms, uint64_t then_ms);

/* The text that was written into `buf`, in `pool`; the buffer is released. */
ct_str_t ct_status_take(ct_buf_t *buf, ct_pool_t *pool);

#endif /* CT_STATUS_H */

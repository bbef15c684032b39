/*
 * ct_board.h -- the scoreboard: what every process of a server may read.
 *
 * One shared mapping.  A worker writes its own slot and nobody else's, with
 * relaxed atomic stores; readers add the slots up.  When a worker has died,
 * the master folds its counters into slot 0, the retired totals, and frees
 * the slot: so sums never fall.  A fold is framed by fold_seq (odd while it
 * runs); a reader that saw it change reads again.
 *
 * The layout is the same for every process that maps it; an upgraded binary
 * checks `layout` and starts a new board if it differs.  Method names are
 * added by the master while it configures, never removed: a row keeps its
 * meaning over reloads.
 *
 * This header is data and the few calls that count; making and folding the
 * board is the process floor's (ct_scoreboard.c), adding it up
 * ct_board_sum.c's.
 */

#ifndef CT_BOARD_H
#define CT_BOARD_H

#include "core/ct_config.h"

#include "core/ct_count.h"
#include "core/ct_outcome.h"
#include "core/ct_rc.h"
#include "core/ct_str.h"

#include <stdatomic.h>

#define CT_BOARD_SLOTS       256  /* slot 0 holds the retired totals */
#define CT_BOARD_METHODS     512  /* row 0: calls of no known method */
#define CT_BOARD_METHOD_NAME 120  /* "Service.method" and its NUL */
#define CT_BOARD_OFFERED     1024 /* hashes of listens and services */
#define CT_BOARD_BUCKETS     40   /* of a latency histogram */
#define CT_BOARD_ERROR       256  /* a reason and its NUL */
#define CT_BOARD_CALLS       64   /* calls in flight that a slot can name */
#define CT_BOARD_DIALECTS    64   /* row 0: those that found no other */
#define CT_BOARD_WORD        16   /* a word of a dialect and its NUL */
#define CT_BOARD_SENT        16   /* counts of masters that statsd is told */

typedef struct ct_board_s      ct_board_t;
typedef struct ct_board_slot_s ct_board_slot_t;

typedef _Atomic uint64_t ct_counter_t;

/* Values that go up and down; they are zeroed, not folded. */
typedef enum ct_board_gauge_e {
    CT_GAUGE_CONNECTIONS, /* open */
    CT_GAUGE_BUSY,        /* with a call in flight */
    CT_GAUGE_IN_FLIGHT,   /* calls */
    CT_GAUGE_QUEUED,      /* of them, waiting for a thread */
    CT_GAUGE_FIBERS,      /* alive */
    CT_GAUGES,
} ct_board_gauge_t;

typedef enum ct_slot_state_e {
    CT_SLOT_FREE = 0,
    CT_SLOT_STARTING,
    CT_SLOT_SERVING,
    CT_SLOT_LEAVING,
    CT_SLOT_DEAD, /* its process is gone, its counters not folded yet */
} ct_slot_state_t;

/*
 * One method's row in a slot: a call is counted when it ends, once, under its
 * outcome and in one bucket.  Latency is in microseconds.
 */
typedef struct ct_board_row_s {
    ct_counter_t outcomes[CT_OUTCOMES];
    ct_counter_t bytes_in;  /* of its messages, their wrapping included */
    ct_counter_t bytes_out; /* of their answers */
    ct_counter_t in_flight; /* a gauge: those that are answered later */
    ct_counter_t time_us;   /* sum */
    ct_counter_t buckets[CT_BOARD_BUCKETS];
} ct_board_row_t;

/* What is counted of a way to speak. */
typedef struct ct_board_dialect_s {
    ct_counter_t connections; /* that opened with it */
    ct_counter_t calls;
} ct_board_dialect_t;

/* The words of a dialect, as its owner has given them. */
typedef struct ct_board_words_s {
    char transport[CT_BOARD_WORD];
    char protocol[CT_BOARD_WORD];
} ct_board_words_t;

/* A call that is not answered yet (ct_board_call.h). */
typedef struct ct_board_call_s {
    _Atomic uint32_t row;      /* of its method */
    _Atomic uint64_t since_ns; /* monotonic: when it came */
} ct_board_call_t;

struct ct_board_slot_s {
    _Atomic uint32_t   state; /* ct_slot_state_t */
    _Atomic int32_t    pid;
    _Atomic int32_t    master_pid; /* who folds it */
    _Atomic uint32_t   generation;
    _Atomic uint32_t   id;           /* ct_worker_t.id */
    _Atomic uint32_t   method;       /* row of the method that runs, or 0 */
    _Atomic uint64_t   heartbeat_ms; /* monotonic, written by the loop */
    _Atomic uint64_t   started_ms;   /* monotonic */
    _Atomic uint64_t   method_ns;    /* when the call that runs came */
    _Atomic uint64_t   calls_used;   /* bit n: calls[n] is one in flight */
    ct_board_call_t    calls[CT_BOARD_CALLS];
    _Atomic uint64_t   rss_bytes; /* resident, seen about once a second */
    ct_counter_t       fiber_stack_high; /* bytes: the most that one has used */
    ct_counter_t       counters[CT_COUNTERS];
    ct_counter_t       gauges[CT_GAUGES];
    ct_board_dialect_t dialects[CT_BOARD_DIALECTS];
    ct_board_row_t     rows[CT_BOARD_METHODS];
};

/*
 * What statsd has been told (process/ct_teller.h), so that another master
 * goes on where the last one stopped.  Written by the one that sends.
 */
typedef struct ct_board_sent_s {
    _Atomic int32_t  pid;   /* of the master that sends, or 0: a lock */
    _Atomic uint32_t kinds; /* of the counts below, those that are kept */
    ct_counter_t     events[CT_BOARD_SENT];
    ct_counter_t     counters[CT_COUNTERS];
    ct_board_row_t   sum; /* of all methods */
    ct_board_row_t   rows[CT_BOARD_METHODS];
} ct_board_sent_t;

struct ct_board_s {
    uint64_t         magic;
    uint64_t         layout;     /* of this struct: versions and sizes */
    _Atomic uint64_t started_ms; /* monotonic: the first master's start */
    _Atomic uint64_t started_wall_ms;
    _Atomic uint32_t generation; /* last configuration taken */
    _Atomic uint32_t reloads;
    _Atomic uint32_t failed_reloads;
    _Atomic uint64_t reloaded_wall_ms; /* the last that went well, or 0 */
    _Atomic uint32_t upgrades;
    _Atomic uint32_t spawned;        /* workers ever started */
    _Atomic uint32_t died;           /* workers that ended unasked */
    _Atomic uint32_t recycled;       /* workers that were replaced as tired */
    _Atomic uint32_t workers;        /* wanted now */
    _Atomic uint32_t log_level;      /* CT_LOG_..., or 0: as configured */
    _Atomic uint32_t fold_seq;       /* odd: a fold is under way */
    _Atomic int32_t  fold_pid;       /* who folds, or 0: a lock */
    _Atomic uint32_t nmethods;       /* rows in use, row 0 included */
    _Atomic uint32_t nslots;         /* slots ever used, slot 0 included */
    _Atomic uint32_t ndialects;      /* rows in use, row 0 included */
    _Atomic uint32_t elsewhere;      /* another master takes connections too */
    _Atomic uint32_t serving;        /* all workers have, once */
    _Atomic uint32_t draining;       /* wanted out of the balancers' sight */
    _Atomic uint64_t log_lines_lost; /* of masters: they have no slot */
    ct_counter_t     log_lines[CT_LOG_COUNTS]; /* the same, by level */
    _Atomic uint32_t noffered; /* of `offered`, see ct_offered.c */
    _Atomic uint32_t offers; /* grows as `offered` begins and ends to change */
    _Atomic uint64_t offered[CT_BOARD_OFFERED];
    char             last_error[CT_BOARD_ERROR]; /* of the last reload */
    char             methods[CT_BOARD_METHODS][CT_BOARD_METHOD_NAME];
    ct_board_words_t dialects[CT_BOARD_DIALECTS];
    ct_board_slot_t  slots[CT_BOARD_SLOTS];
    ct_board_sent_t  sent;
};

/*
 * The row of "Service.method", added if it is new; 0 when the board is full
 * or NULL.  Master only, while it configures.
 */
unsigned ct_board_method(ct_board_t *board, ct_str_t name);

/*
 * The row of a dialect, added if it is new; 0 when there is no room or no
 * board.  Words longer than CT_BOARD_WORD are cut.  Otherwise as above.
 */
unsigned ct_board_dialect(ct_board_t *board, ct_str_t transport,
                          ct_str_t protocol);

/*
 * The bucket of a latency: upper bounds grow by the square root of two from
 * 16 us; the last one takes the rest.
 */
unsigned ct_board_bucket(uint64_t time_us);

/* The upper bound of a bucket in microseconds; UINT64_MAX for the last. */
uint64_t ct_board_bucket_bound(unsigned bucket);

/* Adds to a counter of which this process is the only writer. */
static inline void
ct_counter_add(ct_counter_t *counter, uint64_t n)
{
    const uint64_t old = atomic_load_explicit(counter, memory_order_relaxed);

    atomic_store_explicit(counter, old + n, memory_order_relaxed);
}


static inline uint64_t
ct_counter_get(const ct_counter_t *counter)
{
    return atomic_load_explicit(counter, memory_order_relaxed);
}


static inline void
ct_board_count(ct_board_slot_t *slot, ct_board_counter_t which, uint64_t n)
{
    ct_counter_add(&slot->counters[which], n);
}


/* `n` may be negative. */
static inline void
ct_board_gauge(ct_board_slot_t *slot, ct_board_gauge_t which, int n)
{
    ct_counter_add(&slot->gauges[which], (uint64_t) (int64_t) n);
}

#endif /* CT_BOARD_H */

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
 * This header is data and the few calls that count; making, folding, reading
 * and printing the board is the process floor's (ct_scoreboard.c).
 */

#ifndef CT_BOARD_H
#define CT_BOARD_H

#include "core/ct_config.h"

#include "core/ct_rc.h"
#include "core/ct_str.h"

#include <stdatomic.h>

#define CT_BOARD_SLOTS       256 /* slot 0 holds the retired totals */
#define CT_BOARD_METHODS     512 /* row 0: calls of no known method */
#define CT_BOARD_METHOD_NAME 120 /* "Service.method" and its NUL */
#define CT_BOARD_BUCKETS     40  /* of a latency histogram */
#define CT_BOARD_ERROR       256 /* a reason and its NUL */

typedef struct ct_board_s      ct_board_t;
typedef struct ct_board_slot_s ct_board_slot_t;

typedef _Atomic uint64_t ct_counter_t;

/* Counters of a slot, in the order of ct_board_counter_names. */
typedef enum ct_board_counter_e {
    CT_COUNT_ACCEPTED,         /* connections */
    CT_COUNT_CLOSED,           /* connections */
    CT_COUNT_REFUSED,          /* connections over worker_connections */
    CT_COUNT_CALLS,            /* messages dispatched, oneway included */
    CT_COUNT_ONEWAY,           /* of them */
    CT_COUNT_EXCEPTIONS,       /* replies with a declared exception */
    CT_COUNT_UNKNOWN_METHOD,   /* TApplicationException 1 */
    CT_COUNT_PROTOCOL_ERRORS,  /* undecodable or of a wrong type */
    CT_COUNT_INTERNAL_ERRORS,  /* a handler failed */
    CT_COUNT_MISSING_RESULTS,  /* a handler set no result */
    CT_COUNT_UNKNOWN_DIALECTS, /* connections that spoke no Thrift */
    CT_COUNT_LIMITS,           /* input over a cap */
    CT_COUNT_TIMEOUTS,         /* connections closed by a timeout */
    CT_COUNT_PROXY_ERRORS,     /* connections without a good PROXY header */
    CT_COUNT_TLS_HANDSHAKES,   /* that went well */
    CT_COUNT_TLS_RESUMED,      /* of them */
    CT_COUNT_TLS_FAILED,       /* handshakes */
    CT_COUNT_BYTES_IN,
    CT_COUNT_BYTES_OUT,
    CT_COUNTERS,
} ct_board_counter_t;

/* Values that go up and down; they are zeroed, not folded. */
typedef enum ct_board_gauge_e {
    CT_GAUGE_CONNECTIONS, /* open */
    CT_GAUGE_BUSY,        /* with a call in flight */
    CT_GAUGE_IN_FLIGHT,   /* calls */
    CT_GAUGES,
} ct_board_gauge_t;

typedef enum ct_slot_state_e {
    CT_SLOT_FREE = 0,
    CT_SLOT_STARTING,
    CT_SLOT_SERVING,
    CT_SLOT_LEAVING,
    CT_SLOT_DEAD, /* its process is gone, its counters not folded yet */
} ct_slot_state_t;

/* One method's row in a slot.  Latency is in microseconds. */
typedef struct ct_board_row_s {
    ct_counter_t calls;
    ct_counter_t exceptions; /* declared ones */
    ct_counter_t errors;     /* TApplicationException of any kind */
    ct_counter_t time_us;    /* sum */
    ct_counter_t buckets[CT_BOARD_BUCKETS];
} ct_board_row_t;

struct ct_board_slot_s {
    _Atomic uint32_t state; /* ct_slot_state_t */
    _Atomic int32_t  pid;
    _Atomic int32_t  master_pid; /* who folds it */
    _Atomic uint32_t generation;
    _Atomic uint32_t id;           /* ct_worker_t.id */
    _Atomic uint32_t method;       /* row of the method that runs, or 0 */
    _Atomic uint64_t heartbeat_ms; /* monotonic, written by the loop */
    _Atomic uint64_t started_ms;   /* monotonic */
    ct_counter_t     counters[CT_COUNTERS];
    ct_counter_t     gauges[CT_GAUGES];
    ct_board_row_t   rows[CT_BOARD_METHODS];
};

struct ct_board_s {
    uint64_t         magic;
    uint64_t         layout;     /* of this struct: versions and sizes */
    _Atomic uint64_t started_ms; /* monotonic: the first master's start */
    _Atomic uint64_t started_wall_ms;
    _Atomic uint32_t generation; /* last configuration taken */
    _Atomic uint32_t reloads;
    _Atomic uint32_t failed_reloads;
    _Atomic uint32_t upgrades;
    _Atomic uint32_t spawned;  /* workers ever started */
    _Atomic uint32_t died;     /* workers that ended unasked */
    _Atomic uint32_t workers;  /* wanted now */
    _Atomic uint32_t fold_seq; /* odd: a fold is under way */
    _Atomic int32_t  fold_pid; /* who folds, or 0: a lock */
    _Atomic uint32_t nmethods; /* rows in use, row 0 included */
    _Atomic uint32_t nslots;   /* slots ever used, slot 0 included */
    char             last_error[CT_BOARD_ERROR]; /* of the last reload */
    char             methods[CT_BOARD_METHODS][CT_BOARD_METHOD_NAME];
    ct_board_slot_t  slots[CT_BOARD_SLOTS];
};

/*
 * The row of "Service.method", added if it is new; 0 when the board is full
 * or NULL.  Master only, while it configures.
 */
unsigned ct_board_method(ct_board_t *board, ct_str_t name);

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

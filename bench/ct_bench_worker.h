/*
 * ct_bench_worker.h -- one thread of load: a loop and its connections.
 *
 * Threads share the plan and the load, which are constant, and a word that
 * asks them to stop; each has connections, memory and counters of its own.
 */

#ifndef CT_BENCH_WORKER_H
#define CT_BENCH_WORKER_H

#include "core/ct_config.h"

#include <pthread.h>
#include <stdatomic.h>

#include "core/ct_buf.h"
#include "core/ct_rc.h"
#include "ct_bench_link.h"
#include "ct_bench_plan.h"
#include "ct_bench_process.h"
#include "ct_bench_tally.h"
#include "thrift/wire/ct_transport.h"

typedef struct ct_pool_s ct_pool_t;

/* How often connections are looked at that nothing happens to. */
#define CT_BENCH_CHECK_NS (100 * 1000 * 1000ULL)

/* Bytes that are read at once. */
#define CT_BENCH_BLOCK_SIZE ((size_t) 256 * 1024)

/* What all threads are told. */
typedef struct ct_bench_load_s {
    const ct_bench_plan_t *plan;
    ct_bench_way_t         way;
    size_t                 depth;    /* calls under way on a connection */
    bool                   new_conn; /* one for each call; depth is 1 */
    bool                   once;     /* one call of each connection */
    pid_t                  pid;      /* of a server to look at, or 0 */
    uint64_t               warmup_ns;
    uint64_t               duration_ns;
    uint64_t               timeout_ns;  /* of one call */
    double                 interval_ns; /* of a thread; 0: a closed loop */
    pthread_barrier_t     *begin;       /* all are connected */
    pthread_t              teller;      /* gets SIGUSR1 from who is done */
    atomic_bool           *stop;
    atomic_uint           *ndone; /* threads */
} ct_bench_load_t;

/* A call under way. */
typedef struct ct_bench_slot_s {
    uint64_t due_ns;      /* its time counts from then */
    uint64_t begun_ns;    /* and its patience from then */
    uint32_t call;        /* of the plan */
    bool     is_answered; /* before an older one */
} ct_bench_slot_t;

/*
 * Calls have numbers, turns, which go on over connections; those from `taken`
 * to `begun` are under way, at most `depth`.  nahead of them are answered
 * already.  `in` holds the beginning of a reply, `scan` the place in it if
 * is_scanning.
 */
typedef struct ct_bench_conn_s {
    ct_bench_link_t  link;
    size_t           number;
    uint64_t         opened_ns;
    uint32_t         taken;
    uint32_t         begun;
    uint32_t         nahead;
    bool             has_replied; /* since it was opened */
    bool             is_closing;  /* the server said so */
    bool             is_free;     /* in the worker's list */
    bool             is_scanning;
    ct_bench_slot_t *slots; /* by turn & slot_mask */
    ct_buf_t         in;
    ct_scan_t        scan;
} ct_bench_conn_t;

/* What is known of the replies to one call. */
typedef struct ct_bench_known_s {
    ct_bench_stencil_t reply;
    ct_bench_sample_t  first; /* one that was right; no bytes: none yet */
    uint32_t           ntries;
} ct_bench_known_t;

/* What a worker is given as its own share. */
typedef struct ct_bench_share_s {
    size_t   first_conn; /* numbers of connections differ over all threads */
    size_t   nconns;
    size_t   order_at; /* where in the plan's order it begins */
    uint64_t budget;   /* calls, warming up aside */
    uint64_t delay_ns; /* of an open loop, so that threads take turns */
    bool     watches;  /* looks at the server */
} ct_bench_share_t;

/*
 * slot_mask is a power of two less one, at least depth - 1.  `free` is a ring
 * of connections with room for a call, in an open loop: nfree of them, from
 * free_at on.
 */
typedef struct ct_bench_worker_s {
    const ct_bench_load_t *load;
    pthread_t              thread;
    ct_bench_tally_t       tally;
    ct_bench_conn_t       *conns;
    size_t                 nconns;
    int                    epoll_fd;
    int                    timer_fd; /* of an open loop, else -1 */
    bool                   is_stopping;
    bool                   has_given_up;
    uint32_t               slot_mask;
    size_t                 order_at;
    uint64_t               now_ns;
    uint64_t               budget;         /* calls that may still be begun */
    uint64_t               nopen;          /* calls under way */
    uint64_t               nfailed_in_row; /* connections, without a reply */
    uint64_t               last_reply_ns;  /* while we drain */
    uint64_t               begun_ns;       /* an open loop */
    uint64_t               ndue;           /* its calls that were begun */
    ct_bench_share_t       share;
    ct_bench_conn_t      **free;
    size_t                 free_at;
    size_t                 nfree;
    ct_bench_known_t      *known; /* by call */
    ct_bench_process_t process;   /* when it `watches`: time since it counts */
    uint8_t           *block;     /* what is read into */
    ct_buf_t           batch;     /* calls on their way out */
    ct_pool_t         *pool;      /* of the thread */
    ct_pool_t         *replies;   /* of one reply */

    /* For whoever shows how it goes. */
    atomic_uint_fast64_t ncalls_shown;
    atomic_uint_fast64_t nerrors_shown;
} ct_bench_worker_t;

/* Without a thread yet.  CT_ERROR has been said. */
ct_rc_t ct_bench_worker_init(ct_bench_worker_t      *worker,
                             const ct_bench_load_t  *load,
                             const ct_bench_share_t *share);
void    ct_bench_worker_release(ct_bench_worker_t *worker);

/* Begins, and ends, its thread.  CT_ERROR has been said. */
ct_rc_t ct_bench_worker_start(ct_bench_worker_t *worker);
void    ct_bench_worker_join(ct_bench_worker_t *worker);

/* For who has no thread: waits for something to happen, a moment at most, and
 * meets it. */
void ct_bench_worker_turn(ct_bench_worker_t *worker);

#endif /* CT_BENCH_WORKER_H */

/*
 * ct_bench_idle.c -- connections that are there, and nothing else.
 */

#include "core/ct_config.h"

#include "ct_bench_idle.h"

#include <errno.h>
#include <sys/socket.h>

#include "core/ct_clock.h"
#include "ct_bench_conn.h"

/* Connections that are on their way at once: fewer than any backlog. */
#define WINDOW 100


/* Those with whom it is decided. */
static uint64_t
ndone(const ct_bench_worker_t *worker)
{
    return worker->tally.latency_ns.total + worker->tally.nerrors;
}


static void
check_until(ct_bench_worker_t *worker, size_t end)
{
    for (size_t i = 0; i < end; i++) {
        ct_bench_conn_check(worker, &worker->conns[i]);
    }
}


void
ct_bench_idle_open(ct_bench_worker_t *worker, void (*poll)(void *data),
                   void              *data)
{
    uint64_t check_ns = 0;
    size_t   next = 0;

    worker->budget = worker->nconns;
    worker->now_ns = ct_clock_ns();
    while (ndone(worker) < worker->nconns && !worker->has_given_up
           && !atomic_load(worker->load->stop)) {
        while (next < worker->nconns && next < ndone(worker) + WINDOW) {
            ct_bench_conn_start(worker, &worker->conns[next++]);
        }
        ct_bench_worker_turn(worker);
        if (worker->now_ns >= check_ns) {
            check_until(worker, next);
            poll(data);
            check_ns = worker->now_ns + CT_BENCH_CHECK_NS;
        }
    }
}


/* What a server says to an idle connection is its goodbye, in TLS too. */
static bool
is_open(const ct_bench_link_t *link)
{
    char byte;

    return link->fd != -1
           && recv(link->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0
           && (errno == EAGAIN || errno == EWOULDBLOCK);
}


size_t
ct_bench_idle_count(ct_bench_worker_t *worker)
{
    size_t n = 0;

    for (size_t i = 0; i < worker->nconns; i++) {
        n += is_open(&worker->conns[i].link) ? 1 : 0;
    }
    return n;
}

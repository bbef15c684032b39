/*
 * ct_bench.c -- cthrift-bench: load for a Thrift server, and what it makes of
 * it.
 *
 *     cthrift-bench [options] HOST:PORT | unix:PATH
 *
 * Everything that can be prepared is (ct_bench_plan.c): calls are encoded
 * before the first is sent.  Each thread has a loop, connections and counters
 * of its own (ct_bench_worker.c); this one starts them, shows how it goes, and
 * adds up.
 */

#include "core/ct_config.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "core/ct_clock.h"
#include "core/ct_pool.h"
#include "ct_bench_compare.h"
#include "ct_bench_conf.h"
#include "ct_bench_idle.h"
#include "ct_bench_plan.h"
#include "ct_bench_report.h"
#include "ct_bench_say.h"
#include "ct_bench_worker.h"
#include "thrift/ct_client.h"

#define EXIT_USAGE 2
#define POOL_SIZE  ((size_t) 64 * 1024)
#define HOST_SIZE  256
#define NS_PER_S   1e9
#define TICK_NS    200000000L

/* One address has no more than 28,000 ports to connect from. */
#define MANY_CONNS 20000

/* Significant digits of a number of JSON. */
#define JSON_DIGITS 12

/* A run of the program. */
typedef struct run_s {
    ct_pool_t         *pool;
    ct_bench_conf_t    conf;
    ct_bench_plan_t    plan;
    ct_bench_load_t    load;
    ct_bench_worker_t *workers;
    pthread_barrier_t  begin;
    atomic_bool        stop;
    atomic_uint        ndone;
    sigset_t           signals;
    ct_tls_client_t   *tls; /* that all others are made like, or NULL */
    ct_bench_load_t    idle_load;
    ct_bench_worker_t  idle_worker;
    ct_bench_idle_t    idle;
    ct_bench_process_t server;
    ct_bench_tally_t   tally;
    bool               shows; /* a line that tells how it goes */
} run_t;


/* The headers of every call; HTTP's path and host come first. */
static void
wire_headers(run_t *run, ct_bench_wire_t *wire)
{
    const ct_bench_conf_t *conf = &run->conf;
    ct_header_t           *headers =
        ct_pool_alloc(run->pool, (conf->headers.n + 2) * sizeof(*headers));
    ct_str_t host = ct_str_of(conf->c_address);
    size_t   n = 0;

    if (ct_str_starts_with(host, "unix:")) {
        host = CT_STR("localhost");
    }
    if (wire->transport == &ct_http_client_transport) {
        headers[n++] =
            (ct_header_t){ CT_STR(":path"), ct_str_of(conf->c_path) };
        headers[n++] = (ct_header_t){ CT_STR("Host"), host };
    }
    for (size_t i = 0; i < conf->headers.n; i++) {
        headers[n++] = *(ct_header_t *) ct_array_at(&conf->headers, i);
    }
    wire->envelope.headers = headers;
    wire->envelope.nheaders = n;
}


static ct_rc_t
wire_make(run_t *run, ct_bench_wire_t *wire)
{
    const ct_bench_conf_t *conf = &run->conf;
    const ct_limits_t      limits = CT_LIMITS_DEFAULT;
    ct_client_conf_t       client;

    ct_client_conf_init(&client, conf->c_address);
    if (ct_client_conf_dialect(&client, conf->c_transport, conf->c_protocol)
        != CT_OK) {
        ct_bench_say("there is no %s %s", conf->c_transport, conf->c_protocol);
        return CT_ERROR;
    }
    *wire = (ct_bench_wire_t){ .transport = client.transport,
                               .protocol = client.protocol,
                               .c_service = conf->c_service,
                               .deflated = client.deflated || conf->deflated,
                               .limits = limits };
    wire->envelope.is_request = true;
    wire->envelope.dialect.transport = wire->transport;
    wire->envelope.dialect.protocol = wire->protocol;
    wire_headers(run, wire);
    return CT_OK;
}


/* The host of "host:port" or "[host]:port"; a unix socket has none. */
static const char *
host_of(run_t *run)
{
    const char *c_colon = strrchr(run->conf.c_address, ':');
    ct_str_t    host = ct_str_of(run->conf.c_address);

    if (ct_str_starts_with(host, "unix:")) {
        return "localhost";
    }
    if (c_colon != NULL) {
        host.len = (size_t) (c_colon - run->conf.c_address);
    }
    if (host.len > 1 && host.data[0] == '[') {
        host = (ct_str_t){ host.len - 2, host.data + 1 };
    }
    return ct_str_dup_c(run->pool, host);
}


static ct_rc_t
way_make(run_t *run, ct_bench_way_t *way)
{
    const char *c_why;

    if (ct_addr_parse(ct_str_of(run->conf.c_address), &way->addr, &c_why)
        != CT_OK) {
        ct_bench_say("bad address %s: %s", run->conf.c_address, c_why);
        return CT_ERROR;
    }
    if (way->addr.sa.any.sa_family == AF_UNSPEC) {
        ct_bench_say("bad address %s: HOST:PORT or unix:PATH is due",
                     run->conf.c_address);
        return CT_ERROR;
    }
    if (run->conf.has_tls) {
        run->tls = ct_tls_client_create(&run->conf.tls, host_of(run));
        way->tls = run->tls;
        if (ct_tls_client_why(run->tls)[0] != '\0') {
            ct_bench_say("%s", ct_tls_client_why(run->tls));
            return CT_ERROR;
        }
    }
    way->deflated = run->plan.wire.deflated;
    way->spreads = run->conf.new_conn || run->conf.nidle > MANY_CONNS;
    return CT_OK;
}


static ct_rc_t
load_make(run_t *run)
{
    const ct_bench_conf_t *conf = &run->conf;
    ct_bench_load_t       *load = &run->load;

    load->plan = &run->plan;
    load->depth = conf->depth;
    load->new_conn = conf->new_conn;
    load->duration_ns = (uint64_t) (conf->duration_s * NS_PER_S);
    load->warmup_ns = (uint64_t) (conf->warmup_s * NS_PER_S);
    load->timeout_ns = (uint64_t) (conf->timeout_s * NS_PER_S);
    if (conf->rate > 0) {
        load->interval_ns = (double) conf->nthreads * NS_PER_S / conf->rate;
    }
    load->pid = (pid_t) conf->pid;
    load->begin = &run->begin;
    load->teller = pthread_self();
    load->stop = &run->stop;
    load->ndone = &run->ndone;
    return way_make(run, &load->way);
}


/* As many files as may be; what that does not reach, connecting will say. */
static void
raise_files(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        (void) setrlimit(RLIMIT_NOFILE, &limit);
    }
}


/* So that nobody waits for a run of errors to hear of a wrong port. */
static ct_rc_t
probe(run_t *run)
{
    const ct_addr_t *addr = &run->load.way.addr;
    const int        fd = socket(addr->sa.any.sa_family, SOCK_STREAM, 0);

    if (fd == -1 || connect(fd, &addr->sa.any, addr->len) != 0) {
        ct_bench_say("cannot connect to %s: %s", run->conf.c_address,
                     strerror(errno));
        if (fd != -1) {
            close(fd);
        }
        return CT_ERROR;
    }
    close(fd);
    return CT_OK;
}


/* Part `i` of `n`, of nparts that differ by one at most. */
static uint64_t
part(uint64_t n, size_t nparts, size_t i)
{
    return n / nparts + (i < n % nparts ? 1 : 0);
}


static ct_rc_t
workers_make(run_t *run)
{
    const size_t     n = run->conf.nthreads;
    ct_bench_share_t share = { .first_conn = run->conf.nidle };

    run->workers = ct_pool_zalloc(run->pool, n * sizeof(*run->workers));
    for (size_t i = 0; i < n; i++) {
        share.watches = i == 0;
        share.nconns = part(run->conf.nconns, n, i);
        share.order_at = run->plan.norder * i / n;
        share.budget = run->conf.ncalls == UINT64_MAX
                           ? UINT64_MAX
                           : part(run->conf.ncalls, n, i);
        share.delay_ns =
            (uint64_t) (run->load.interval_ns * (double) i / (double) n);
        if (ct_bench_worker_init(&run->workers[i], &run->load, &share)
            != CT_OK) {
            return CT_ERROR;
        }
        share.first_conn += share.nconns;
    }
    return CT_OK;
}


/* One line, again and again at the same place. */
static void
show(const run_t *run, uint64_t since_ns, uint64_t *ncalls_before)
{
    uint64_t ncalls = 0;
    uint64_t nerrors = 0;

    for (size_t i = 0; i < run->conf.nthreads; i++) {
        ncalls += atomic_load_explicit(&run->workers[i].ncalls_shown,
                                       memory_order_relaxed);
        nerrors += atomic_load_explicit(&run->workers[i].nerrors_shown,
                                        memory_order_relaxed);
    }
    (void) fprintf(stderr,
                   "\r%6.1f s  %12llu calls  %10.0f calls/s  "
                   "%llu errors\033[K",
                   (double) (ct_clock_ns() - since_ns) / NS_PER_S,
                   (unsigned long long) ncalls,
                   ncalls < *ncalls_before ? 0
                                           : (double) (ncalls - *ncalls_before)
                                                 * NS_PER_S / (double) TICK_NS,
                   (unsigned long long) nerrors);
    *ncalls_before = ncalls;
}


/*
 * Waits until all threads are done.  Who sends SIGINT or SIGTERM gets what
 * there is so far; who sends another one, nothing.
 */
static void
watch(run_t *run)
{
    const struct timespec tick = { 0, TICK_NS };
    const uint64_t        since_ns = ct_clock_ns();
    uint64_t              ncalls = 0;

    while (atomic_load(&run->ndone) < run->conf.nthreads) {
        const int sig = sigtimedwait(&run->signals, NULL, &tick);

        if (sig == SIGINT || sig == SIGTERM) {
            if (atomic_exchange(&run->stop, true)) {
                exit(EXIT_FAILURE);
            }
        } else if (sig < 0 && run->shows) {
            show(run, since_ns, &ncalls);
        }
    }
    if (run->shows) {
        (void) fputs("\r\033[K", stderr);
    }
}


/* Meets a signal that has come, if one has: waiting would be by the loop. */
static void
poll_signals(void *data)
{
    const struct timespec none = { 0, 0 };
    run_t                *run = data;
    const int             sig = sigtimedwait(&run->signals, NULL, &none);

    if (sig == SIGINT || sig == SIGTERM) {
        atomic_store(&run->stop, true);
    }
}


/* Nothing happens but a server's own doing. */
static void
hold(run_t *run)
{
    const uint64_t end_ns =
        ct_clock_ns() + (uint64_t) (run->conf.hold_s * NS_PER_S);

    while (ct_clock_ns() < end_ns && !atomic_load(&run->stop)) {
        ct_bench_worker_turn(&run->idle_worker);
        poll_signals(run);
    }
}


static void
look(const run_t *run, ct_bench_process_t *seen)
{
    if (run->conf.pid != 0) {
        (void) ct_bench_process_look((pid_t) run->conf.pid, seen);
    }
}


/* Opens the connections that are only there, and tells of it. */
static ct_rc_t
idle_begin(run_t *run)
{
    const ct_bench_share_t share = { .nconns = run->conf.nidle };
    const uint64_t         from_ns = ct_clock_ns();
    ct_bench_idle_t       *idle = &run->idle;

    if (run->conf.nidle == 0) {
        return CT_OK;
    }
    run->idle_load = run->load;
    run->idle_load.depth = 1;
    run->idle_load.new_conn = false;
    run->idle_load.interval_ns = 0;
    run->idle_load.once = true;
    idle->nasked = run->conf.nidle;
    idle->has_memory = run->conf.pid != 0;
    look(run, &idle->before);
    if (ct_bench_worker_init(&run->idle_worker, &run->idle_load, &share)
        != CT_OK) {
        return CT_ERROR;
    }
    ct_bench_idle_open(&run->idle_worker, poll_signals, run);
    idle->nopened = run->idle_worker.tally.latency_ns.total;
    idle->seconds = (double) (ct_clock_ns() - from_ns) / NS_PER_S;
    ct_bench_say("%zu idle connections are there", idle->nopened);
    hold(run);
    look(run, &idle->after);
    return CT_OK;
}


/* Its errors are the run's; its calls are not. */
static void
idle_end(run_t *run)
{
    const ct_bench_tally_t *tally = &run->idle_worker.tally;

    if (run->conf.nidle == 0) {
        return;
    }
    run->idle.nheld = ct_bench_idle_count(&run->idle_worker);
    for (size_t i = 0; i < tally->nkinds; i++) {
        ct_bench_tally_error(&run->tally, tally->kinds[i].what,
                             tally->kinds[i].n);
    }
    if (run->idle.nheld < run->idle.nopened && tally->nerrors == 0) {
        ct_bench_tally_error(&run->tally, "idle connection closed",
                             run->idle.nopened - run->idle.nheld);
    }
    ct_bench_worker_release(&run->idle_worker);
}


/* Signals are waited for by this thread alone. */
static ct_rc_t
workers_run(run_t *run)
{
    const size_t n = run->conf.nthreads;

    if (n == 0) {
        return CT_OK;
    }
    if (pthread_barrier_init(&run->begin, NULL, (unsigned) n) != 0) {
        ct_bench_say("cannot make a barrier");
        return CT_ERROR;
    }
    for (size_t i = 0; i < n; i++) {
        if (ct_bench_worker_start(&run->workers[i]) != CT_OK) {
            exit(1); /* those that have begun wait for the rest */
        }
    }
    watch(run);
    for (size_t i = 0; i < n; i++) {
        ct_bench_worker_join(&run->workers[i]);
        ct_bench_tally_merge(&run->tally, &run->workers[i].tally);
        if (run->workers[i].share.watches) {
            run->server = run->workers[i].process;
        }
        ct_bench_worker_release(&run->workers[i]);
    }
    (void) pthread_barrier_destroy(&run->begin);
    return CT_OK;
}


static ct_rc_t
write_histogram(const ct_bench_result_t *result)
{
    const char *c_path = result->conf->c_histogram;
    FILE       *out = fopen(c_path, "we");

    if (out == NULL) {
        ct_bench_say("cannot write '%s': %s", c_path, strerror(errno));
        return CT_ERROR;
    }
    ct_bench_report_histogram(result, out);
    if (fclose(out) != 0) {
        ct_bench_say("cannot write '%s': %s", c_path, strerror(errno));
        return CT_ERROR;
    }
    return CT_OK;
}


static ct_rc_t
report(const run_t *run)
{
    const ct_bench_result_t result = {
        .conf = &run->conf,
        .tally = &run->tally,
        .server =
            run->conf.pid != 0 && run->conf.nconns != 0 ? &run->server : NULL,
        .idle = run->conf.nidle != 0 ? &run->idle : NULL,
    };
    json_t *json;

    if (run->conf.c_histogram != NULL && write_histogram(&result) != CT_OK) {
        return CT_ERROR;
    }
    if (!run->conf.as_json) {
        ct_bench_report_text(&result, stdout);
        return CT_OK;
    }
    json = ct_bench_report_json(&result);
    (void) json_dumpf(json, stdout,
                      JSON_INDENT(2) | JSON_PRESERVE_ORDER
                          | JSON_REAL_PRECISION(JSON_DIGITS));
    (void) fputc('\n', stdout);
    json_decref(json);
    return CT_OK;
}


static void
signals_take(run_t *run)
{
    sigemptyset(&run->signals);
    sigaddset(&run->signals, SIGINT);
    sigaddset(&run->signals, SIGTERM);
    sigaddset(&run->signals, SIGUSR1);
    (void) pthread_sigmask(SIG_BLOCK, &run->signals, NULL);
    (void) signal(SIGPIPE, SIG_IGN);
}


static int
bench(run_t *run)
{
    if (wire_make(run, &run->conf.plan.wire) != CT_OK
        || ct_bench_plan_make(&run->plan, &run->conf.plan, run->pool) != CT_OK
        || load_make(run) != CT_OK) {
        return EXIT_USAGE;
    }
    raise_files();
    signals_take(run);
    run->shows = !run->conf.is_quiet && isatty(STDERR_FILENO);
    if (probe(run) != CT_OK || idle_begin(run) != CT_OK
        || workers_make(run) != CT_OK || workers_run(run) != CT_OK) {
        return EXIT_FAILURE;
    }
    idle_end(run);
    return report(run) == CT_OK && run->tally.nerrors == 0
                   && (run->tally.latency_ns.total != 0
                       || run->conf.nconns == 0)
               ? EXIT_SUCCESS
               : EXIT_FAILURE;
}


int
main(int argc, char **argv)
{
    ct_pool_t *pool = ct_pool_create(POOL_SIZE);
    run_t     *run = ct_pool_zalloc(pool, sizeof(*run));
    int        status = EXIT_SUCCESS;
    ct_rc_t    rc;

    run->pool = pool;
    rc = ct_bench_conf_read(&run->conf, argc, argv, pool);
    if (rc == CT_OK && run->conf.c_compare != NULL) {
        status =
            ct_bench_compare(run->conf.c_compare, run->conf.c_address, stdout)
                    == CT_OK
                ? EXIT_SUCCESS
                : EXIT_USAGE;
    } else if (rc == CT_OK) {
        status = bench(run);
        ct_tls_client_destroy(run->tls);
    } else if (rc == CT_ERROR) {
        status = EXIT_USAGE;
    }
    ct_pool_destroy(pool);
    return status;
}

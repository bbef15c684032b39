/*
 * ct_load.c -- calls a server as fast as it answers, and checks every answer.
 *
 *     ct_load [options] HOST:PORT | unix:PATH
 *
 * A closed loop on one thread: each of -c connections keeps -p calls under
 * way and sends a new one for each reply, all new ones of a read with one
 * write.  So the load follows the server, and latencies are those of a server
 * that is kept busy, not of one that is visited now and then.
 *
 * call    | event              | function       | next
 * --------+--------------------+----------------+--------
 * -       | room under -p      | conn_begin     | unsent
 * unsent  | the socket takes it| conn_send      | sent
 * sent    | the right bytes    | conn_take      | counted; another begins
 * any     | other bytes, end   | conn_lost      | error; reconnect
 *
 * With --new-conn a call begins before connect and its connection is closed
 * after the reply.
 *
 * At the end nothing new is begun, and what is under way has 5 s to come
 * in; what does not is an error.  Exit status: 0 only without errors.
 */

#define _GNU_SOURCE

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include "ct_address.h"
#include "ct_histogram.h"
#include "ct_load_conf.h"
#include "ct_sample.h"

#define MAX_EVENTS    512
#define DRAIN_NS      5000000000ULL
#define NS_PER_S      1e9
#define NS_PER_US     1e3
#define WAIT_MS       100
#define REQUESTS_SIZE ((size_t) 256 * 1024)

/* Errors told in words, and errors after which it makes no sense to go on. */
#define TOLD_ERRORS  5
#define FATAL_ERRORS 1000

/* Source addresses, 127.0.1.1 and on, among which connections are spread. */
#define FIRST_SOURCE 0x7f000101U
#define NSOURCES     250

/* Lower numbers of a connection's seqids; they wrap into the upper ones. */
#define SEQIDS_PER_CONN 1000003U

/*
 * Seqids are taken in order: those from `taken` to `sent` are on their way,
 * those from `sent` to `begun` wait for the socket, which already has
 * `sent_part` bytes of the first of them.  begun - taken <= depth.  `in` has
 * room for one byte more than all replies due, so that a read is always short
 * and too much is seen.
 */
typedef struct {
    int       fd;
    uint32_t  taken;
    uint32_t  sent;
    uint32_t  begun;
    size_t    sent_part;
    size_t    in_len;
    uint8_t  *in;
    uint64_t *started_ns; /* by seqid & ring_mask */
} load_conn_t;

/*
 * `open_calls` is the sum of begun - taken over all connections.  ring_mask
 * is a power of two less one, at least depth - 1: seqids may wrap.
 */
typedef struct {
    ct_load_conf_t conf;
    ct_sample_t    sample;
    ct_histogram_t latency_ns;
    int            epoll_fd;
    bool           stopping;
    uint32_t       ring_mask;
    uint64_t       now_ns;
    uint64_t       open_calls;
    uint64_t       nerrors;
    load_conn_t   *conns;
    uint8_t        requests[REQUESTS_SIZE];
} load_t;


static void
die(const char *what)
{
    perror(what);
    exit(1);
}


static uint64_t
clock_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t) now.tv_sec * 1000000000ULL + (uint64_t) now.tv_nsec;
}


static void
count_errors(load_t *load, uint64_t n, const char *reason)
{
    if (load->nerrors < TOLD_ERRORS) {
        fprintf(stderr, "ct_load: %s\n", reason);
    }
    load->nerrors += n;
}


/*
 * A port that was closed here cannot be used for a while.  Spreading the
 * connections over loopback addresses of our own gives enough of them.
 */
static void
conn_choose_source(load_t *load, size_t slot, int fd)
{
    const int          on = 1;
    struct sockaddr_in source = { .sin_family = AF_INET };
    const uint8_t     *peer;

    peer = (const uint8_t *) &(
               (const struct sockaddr_in *) &load->conf.address.storage)
               ->sin_addr;
    if (!load->conf.new_conn || peer[0] != 127) {
        return;
    }
    source.sin_addr.s_addr = htonl(FIRST_SOURCE + (uint32_t) slot % NSOURCES);
    setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on));
    if (bind(fd, (const struct sockaddr *) &source, sizeof(source)) < 0) {
        die("bind");
    }
}


/*
 * The kernel answers a connect on this machine at once, whether the server
 * has time or not, so it may block.  What follows may not.
 */
static bool
conn_open(load_t *load, load_conn_t *conn)
{
    const ct_address_t *address = &load->conf.address;
    const int           on = 1;
    struct epoll_event  event = { .events = EPOLLIN | EPOLLOUT | EPOLLET };

    conn->fd = socket(address->storage.ss_family, SOCK_STREAM, 0);
    if (conn->fd < 0) {
        die("socket");
    }
    if (ct_address_is_tcp(address)) {
        setsockopt(conn->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
        conn_choose_source(load, (size_t) (conn - load->conns), conn->fd);
    }
    event.data.ptr = conn;
    if (connect(conn->fd, (const struct sockaddr *) &address->storage,
                address->len)
            < 0
        || epoll_ctl(load->epoll_fd, EPOLL_CTL_ADD, conn->fd, &event) < 0) {
        count_errors(load, 1, strerror(errno));
        close(conn->fd);
        conn->fd = -1;
        return false;
    }
    return true;
}


/* Calls under way are forgotten. */
static void
conn_close(load_t *load, load_conn_t *conn)
{
    close(conn->fd);
    conn->fd = -1;
    load->open_calls -= conn->begun - conn->taken;
    conn->taken = conn->begun;
    conn->sent = conn->begun;
    conn->sent_part = 0;
    conn->in_len = 0;
}


static void
conn_begin(load_t *load, load_conn_t *conn)
{
    conn->started_ns[conn->begun & load->ring_mask] = load->now_ns;
    conn->begun++;
    load->open_calls++;
}


/* Moves what of `n` bytes is whole calls from unsent to sent. */
static void
conn_note_sent(load_t *load, load_conn_t *conn, size_t n)
{
    const size_t len = load->sample.request.len;

    n += conn->sent_part;
    conn->sent += (uint32_t) (n / len);
    conn->sent_part = n % len;
}


/* As many unsent calls as the buffer holds; their length. */
static size_t
write_requests(load_t *load, const load_conn_t *conn)
{
    const ct_message_t *request = &load->sample.request;
    size_t              len = 0;
    uint32_t            seqid;

    for (seqid = conn->sent;
         seqid != conn->begun && len + request->len <= REQUESTS_SIZE; seqid++) {
        ct_message_write(request, seqid, load->requests + len);
        len += request->len;
    }
    return len;
}


/* Sends what is unsent; false if the connection is gone. */
static bool
conn_send(load_t *load, load_conn_t *conn)
{
    size_t  len;
    ssize_t n;

    while (conn->sent != conn->begun) {
        len = write_requests(load, conn) - conn->sent_part;
        n = send(conn->fd, load->requests + conn->sent_part, len,
                 MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0) {
            return errno == EAGAIN;
        }
        conn_note_sent(load, conn, (size_t) n);
        if ((size_t) n < len) {
            return true;
        }
    }
    return true;
}


/* Sends a connection's first calls, after opening it if need be. */
static void
conn_start(load_t *load, load_conn_t *conn)
{
    size_t i;

    load->now_ns = clock_ns();
    if (conn->fd < 0 && !conn_open(load, conn)) {
        return;
    }
    for (i = 0; i < load->conf.depth; i++) {
        conn_begin(load, conn);
    }
    if (!conn_send(load, conn)) {
        count_errors(load, conn->begun - conn->taken, strerror(errno));
        conn_close(load, conn);
    }
}


/* What was under way is lost.  A server that refuses is not asked again. */
static void
conn_lost(load_t *load, load_conn_t *conn, const char *reason)
{
    const uint32_t ncalls = conn->begun - conn->taken;

    count_errors(load, ncalls == 0 ? 1 : ncalls, reason);
    conn_close(load, conn);
    if (!load->stopping && load->nerrors < FATAL_ERRORS) {
        conn_start(load, conn);
    }
}


/* Takes one reply, which has been compared, and begins the next call. */
static void
conn_take_one(load_t *load, load_conn_t *conn)
{
    const uint64_t started_ns = conn->started_ns[conn->taken & load->ring_mask];

    ct_histogram_add(&load->latency_ns, load->now_ns - started_ns);
    conn->taken++;
    load->open_calls--;
    if (!load->stopping && !load->conf.new_conn) {
        conn_begin(load, conn);
    }
}


/* Compares and takes all there is; false where it is not what is due. */
static bool
conn_take(load_t *load, load_conn_t *conn)
{
    const ct_message_t *reply = &load->sample.reply;
    size_t              at = 0;
    size_t              left;

    while (at < conn->in_len) {
        left = conn->in_len - at;
        if (left > reply->len) {
            left = reply->len;
        }
        if (conn->taken == conn->sent
            || !ct_message_equals(reply, conn->taken, conn->in + at, left)) {
            return false;
        }
        if (left < reply->len) {
            break;
        }
        conn_take_one(load, conn);
        at += reply->len;
    }
    conn->in_len -= at;
    memmove(conn->in, conn->in + at, conn->in_len);
    return true;
}


static void
conn_readable(load_t *load, load_conn_t *conn)
{
    const size_t size = load->conf.depth * load->sample.reply.len + 1;
    ssize_t      n;

    n = recv(conn->fd, conn->in + conn->in_len, size - conn->in_len,
             MSG_DONTWAIT);
    if (n < 0 && errno == EAGAIN) {
        return;
    }
    if (n <= 0) {
        conn_lost(load, conn, n == 0 ? "closed by the server" : "cannot read");
        return;
    }
    conn->in_len += (size_t) n;
    load->now_ns = clock_ns();
    if (!conn_take(load, conn)) {
        conn_lost(load, conn, "not the reply that is due");
    } else if (!conn_send(load, conn)) {
        conn_lost(load, conn, "cannot send");
    } else if (load->conf.new_conn && conn->taken == conn->begun) {
        conn_close(load, conn);
        if (!load->stopping) {
            conn_start(load, conn);
        }
    }
}


/* Room in the socket matters only to a connection that waits for it. */
static void
conn_ready(load_t *load, load_conn_t *conn, uint32_t events)
{
    if ((events & EPOLLOUT) && conn->sent != conn->begun
        && !conn_send(load, conn)) {
        conn_lost(load, conn, "cannot send");
        return;
    }
    if (events & ~(uint32_t) EPOLLOUT) {
        conn_readable(load, conn);
    }
}


/* Makes a turn until `end_ns`, or until no call is under way. */
static void
load_turn_until(load_t *load, uint64_t end_ns)
{
    struct epoll_event events[MAX_EVENTS];
    int                n;
    int                i;

    while (load->open_calls > 0 && load->nerrors < FATAL_ERRORS
           && clock_ns() < end_ns) {
        n = epoll_wait(load->epoll_fd, events, MAX_EVENTS, WAIT_MS);
        if (n < 0 && errno != EINTR) {
            die("epoll_wait");
        }
        for (i = 0; i < n; i++) {
            conn_ready(load, events[i].data.ptr, events[i].events);
        }
    }
}


/* The whole run; how long it took, without the time to get connected. */
static uint64_t
load_run(load_t *load)
{
    const uint64_t duration_ns = (uint64_t) (load->conf.seconds * NS_PER_S);
    uint64_t       start_ns;
    size_t         i;

    for (i = 0; i < load->conf.nconns && !load->conf.new_conn; i++) {
        conn_open(load, &load->conns[i]);
    }
    start_ns = clock_ns();
    for (i = 0; i < load->conf.nconns; i++) {
        conn_start(load, &load->conns[i]);
    }
    load_turn_until(load, start_ns + duration_ns);
    load->stopping = true;
    load_turn_until(load, clock_ns() + DRAIN_NS);
    if (load->open_calls > 0) {
        count_errors(load, load->open_calls, "calls without a reply");
    }
    return clock_ns() - start_ns;
}


static void
load_init(load_t *load)
{
    const size_t depth = load->conf.depth;
    size_t       i;

    if (!ct_sample_init(&load->sample, load->conf.kind, load->conf.framed)) {
        fprintf(stderr, "ct_load: -k takes ping or echo:N, N up to %zu\n",
                CT_SAMPLE_MAX_ECHO);
        exit(2);
    }
    while (load->ring_mask < depth - 1) {
        load->ring_mask = 2 * load->ring_mask + 1;
    }
    load->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    load->conns = calloc(load->conf.nconns, sizeof(*load->conns));
    if (load->epoll_fd < 0 || load->conns == NULL) {
        die("ct_load");
    }
    for (i = 0; i < load->conf.nconns; i++) {
        load->conns[i] = (load_conn_t){
            .fd = -1,
            .taken = (uint32_t) i * SEQIDS_PER_CONN,
            .sent = (uint32_t) i * SEQIDS_PER_CONN,
            .begun = (uint32_t) i * SEQIDS_PER_CONN,
            .in = malloc(depth * load->sample.reply.len + 1),
            .started_ns = malloc((load->ring_mask + 1) * sizeof(uint64_t)),
        };
        if (load->conns[i].in == NULL || load->conns[i].started_ns == NULL) {
            die("malloc");
        }
    }
}


static void
load_release(load_t *load)
{
    size_t i;

    for (i = 0; i < load->conf.nconns; i++) {
        if (load->conns[i].fd >= 0) {
            close(load->conns[i].fd);
        }
        free(load->conns[i].in);
        free(load->conns[i].started_ns);
    }
    free(load->conns);
    ct_sample_release(&load->sample);
    close(load->epoll_fd);
}


static double
percentile_us(const load_t *load, double percent)
{
    return (double) ct_histogram_percentile(&load->latency_ns, percent)
           / NS_PER_US;
}


static void
report(const load_t *load, uint64_t took_ns)
{
    const uint64_t ncalls = load->latency_ns.total;

    printf("calls %llu calls/s %.0f p50 %.1f p99 %.1f p99.9 %.1f us"
           " errors %llu\n",
           (unsigned long long) ncalls,
           (double) ncalls * NS_PER_S / (double) took_ns,
           percentile_us(load, 50), percentile_us(load, 99),
           percentile_us(load, 99.9), (unsigned long long) load->nerrors);
}


int
main(int argc, char **argv)
{
    load_t  *load = calloc(1, sizeof(*load));
    uint64_t took_ns;
    bool     failed;

    if (load == NULL) {
        die("calloc");
    }
    ct_load_conf_read(argc, argv, &load->conf);
    load_init(load);
    took_ns = load_run(load);
    report(load, took_ns);
    failed = load->nerrors > 0 || load->latency_ns.total == 0;
    load_release(load);
    free(load);
    return failed ? 1 : 0;
}

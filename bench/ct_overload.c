/*
 * ct_overload.c -- calls a server at a fixed rate, whether it answers or not.
 *
 *     ct_overload [options] HOST:PORT | unix:PATH
 *
 * An open loop on one thread: calls fall due at even distances, and each goes
 * out on a connection on which nothing is under way, a new one if there is
 * none.  So a server that falls behind is not spared, as it would be by a
 * client that waits for it, and an answer's time counts from when its call was
 * due.  The method is `doze` of t/modules/patient, which blocks for a while.
 *
 * A caller has some patience (-t): an answer behind that is no use to it, but
 * is waited for, so that its time is known.
 *
 * connection | event            | function    | next
 * -----------+------------------+-------------+------
 * -          | a call is due    | conn_open   | busy
 * idle       | a call is due    | call_begin  | busy
 * busy       | a whole reply    | call_end    | idle
 * busy       | the end, nonsense| -           | the program ends, status 1
 */

#define _GNU_SOURCE

#include <errno.h>
#include <getopt.h>
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

#define MAX_CONNS  16000
#define MAX_EVENTS 512
#define REPLY_SIZE 1024
#define NS_PER_S   1000000000ULL
#define NS_PER_MS  1000000ULL
#define NS_PER_US  1000ULL

/* What still comes is waited for so long, beyond the callers' patience. */
#define DRAIN_NS (200 * NS_PER_MS)

/* The types of a Thrift message that answer. */
#define TYPE_REPLY     2
#define TYPE_EXCEPTION 3

typedef struct conn_s {
    int            fd;
    uint64_t       due_ns; /* of the call under way */
    size_t         len;    /* of what came of its reply */
    uint8_t        in[REPLY_SIZE];
    struct conn_s *next; /* idle, too */
} conn_t;

/* What is asked for, and what was seen. */
typedef struct {
    double       rate; /* calls a second */
    double       seconds;
    uint64_t     patience_ns;
    ct_address_t address;
    uint8_t      request[64];
    size_t       request_len;

    int            poll_fd;
    conn_t        *idle;
    size_t         nconns;
    size_t         nbusy;
    uint64_t       noffered;
    uint64_t       nin_time; /* answered within the patience */
    ct_histogram_t answered; /* us */
    ct_histogram_t refused;
} overload_t;


static uint64_t
now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t) now.tv_sec * NS_PER_S + (uint64_t) now.tv_nsec;
}


static void
die(const char *what)
{
    fprintf(stderr, "ct_overload: %s: %s\n", what, strerror(errno));
    exit(1);
}


static uint8_t *
put_u32(uint8_t *out, uint32_t value)
{
    for (int shift = 24; shift >= 0; shift -= 8) {
        *out++ = (uint8_t) (value >> shift);
    }
    return out;
}


/* A framed, strict, binary call of doze(1: i32 ms). */
static void
request_make(overload_t *overload, uint32_t doze_ms)
{
    static const uint8_t i32_field_1[] = { 8, 0, 1 };

    uint8_t *out = put_u32(overload->request + 4, 0x80010001);

    out = put_u32(out, 4);
    memcpy(out, "doze", 4);
    out = put_u32(out + 4, 1);
    memcpy(out, i32_field_1, sizeof(i32_field_1));
    out = put_u32(out + sizeof(i32_field_1), doze_ms);
    *out++ = 0;
    overload->request_len = (size_t) (out - overload->request);
    put_u32(overload->request, (uint32_t) overload->request_len - 4);
}


static conn_t *
conn_open(overload_t *overload)
{
    struct epoll_event event = { .events = EPOLLIN };
    conn_t            *conn = calloc(1, sizeof(*conn));

    if (conn == NULL) {
        die("no memory");
    }
    conn->fd = socket(overload->address.storage.ss_family,
                      SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (conn->fd < 0
        || connect(conn->fd, (struct sockaddr *) &overload->address.storage,
                   overload->address.len)
               != 0) {
        die("cannot connect");
    }
    event.data.ptr = conn;
    if (epoll_ctl(overload->poll_fd, EPOLL_CTL_ADD, conn->fd, &event) != 0) {
        die("epoll_ctl");
    }
    overload->nconns++;
    return conn;
}


/* A small message always fits a socket in which nothing waits. */
static void
call_begin(overload_t *overload, uint64_t due_ns)
{
    conn_t *conn = overload->idle;

    if (conn != NULL) {
        overload->idle = conn->next;
    } else if (overload->nconns < MAX_CONNS) {
        conn = conn_open(overload);
    } else {
        fprintf(stderr, "ct_overload: %d calls wait, no more is possible\n",
                MAX_CONNS);
        exit(1);
    }
    conn->due_ns = due_ns;
    conn->len = 0;
    if (write(conn->fd, overload->request, overload->request_len)
        != (ssize_t) overload->request_len) {
        die("write");
    }
    overload->nbusy++;
    overload->noffered++;
}


static void
call_end(overload_t *overload, conn_t *conn)
{
    const uint64_t took_ns = now_ns() - conn->due_ns;
    const uint8_t  type = conn->in[7];

    if (type == TYPE_REPLY) {
        ct_histogram_add(&overload->answered, took_ns / NS_PER_US);
        overload->nin_time += took_ns <= overload->patience_ns;
    } else if (type == TYPE_EXCEPTION) {
        ct_histogram_add(&overload->refused, took_ns / NS_PER_US);
    } else {
        fprintf(stderr, "ct_overload: a message of type %u\n", type);
        exit(1);
    }
    conn->next = overload->idle;
    overload->idle = conn;
    overload->nbusy--;
}


static void
conn_read(overload_t *overload, conn_t *conn)
{
    const ssize_t n =
        read(conn->fd, conn->in + conn->len, sizeof(conn->in) - conn->len);
    size_t whole;

    if (n <= 0) {
        die("the server has closed a connection");
    }
    conn->len += (size_t) n;
    if (conn->len < 8) {
        return;
    }
    whole = ((size_t) conn->in[2] << 8 | conn->in[3]) + 4;
    if (conn->in[0] != 0 || conn->in[1] != 0 || whole > sizeof(conn->in)
        || conn->len > whole) {
        fprintf(stderr, "ct_overload: a strange reply\n");
        exit(1);
    }
    if (conn->len == whole) {
        call_end(overload, conn);
    }
}


/* Takes replies until `until_ns`, or until none is awaited any more. */
static void
replies_take(overload_t *overload, uint64_t until_ns, bool till_none)
{
    struct epoll_event events[MAX_EVENTS];
    uint64_t           now;

    while ((now = now_ns()) < until_ns && !(till_none && !overload->nbusy)) {
        const struct timespec wait = {
            .tv_sec = (time_t) ((until_ns - now) / NS_PER_S),
            .tv_nsec = (long) ((until_ns - now) % NS_PER_S),
        };
        const int n =
            epoll_pwait2(overload->poll_fd, events, MAX_EVENTS, &wait, NULL);

        if (n < 0 && errno != EINTR) {
            die("epoll_pwait2");
        }
        for (int i = 0; i < n; i++) {
            conn_read(overload, events[i].data.ptr);
        }
    }
}


static void
run(overload_t *overload)
{
    const uint64_t start_ns = now_ns();
    const uint64_t n = (uint64_t) (overload->rate * overload->seconds);

    for (uint64_t i = 0; i < n; i++) {
        const uint64_t due_ns =
            start_ns + (uint64_t) ((double) i * 1e9 / overload->rate);

        replies_take(overload, due_ns, false);
        call_begin(overload, due_ns);
    }
    replies_take(overload, now_ns() + overload->patience_ns + DRAIN_NS, true);
}


static double
ms_of(const ct_histogram_t *histogram, double percent)
{
    return (double) ct_histogram_percentile(histogram, percent) / 1e3;
}


static void
tell(const overload_t *overload)
{
    printf("offered %llu answered %llu in-time %llu refused %llu waiting %zu "
           "p50 %.1f p99 %.1f max %.1f refused-p50 %.1f refused-p99 %.1f ms\n",
           (unsigned long long) overload->noffered,
           (unsigned long long) overload->answered.total,
           (unsigned long long) overload->nin_time,
           (unsigned long long) overload->refused.total, overload->nbusy,
           ms_of(&overload->answered, 50), ms_of(&overload->answered, 99),
           ms_of(&overload->answered, 100), ms_of(&overload->refused, 50),
           ms_of(&overload->refused, 99));
}


static void
usage(void)
{
    fprintf(stderr,
            "usage: ct_overload [options] HOST:PORT | unix:PATH\n"
            "  -r RATE       calls a second (100)\n"
            "  -d S          seconds (5)\n"
            "  -t MS         a caller's patience (500)\n"
            "  -w MS         what each call blocks a thread for (10)\n");
    exit(2);
}


int
main(int argc, char **argv)
{
    static overload_t overload = {
        .rate = 100,
        .seconds = 5,
        .patience_ns = 500 * NS_PER_MS,
    };
    uint32_t doze_ms = 10;
    int      option;

    while ((option = getopt(argc, argv, "r:d:t:w:")) >= 0) {
        const double value = option == '?' ? 0 : atof(optarg);

        if (!(value > 0 && value <= 1e6)) {
            usage();
        }
        switch (option) {
        case 'r':
            overload.rate = value;
            break;
        case 'd':
            overload.seconds = value;
            break;
        case 't':
            overload.patience_ns = (uint64_t) (value * 1e6);
            break;
        case 'w':
            doze_ms = (uint32_t) value;
            break;
        default:
            usage();
        }
    }
    if (optind != argc - 1
        || !ct_address_parse(argv[optind], &overload.address)) {
        usage();
    }
    request_make(&overload, doze_ms);
    overload.poll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (overload.poll_fd < 0) {
        die("epoll_create1");
    }
    run(&overload);
    tell(&overload);
    return 0;
}

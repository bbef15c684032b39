/*
 * ct_naive.c -- clients that keep their connection and take no excuse.
 *
 *     ct_naive [options] HOST:PORT | unix:PATH ...
 *
 * Persistent connections to a server of t/modules/probe: half of them call
 * without a pause, in four ways, half once a second.  None ever connects
 * again: a close, an error or a byte that is not due is final for its client,
 * and is told with its time.  What else happens to the server meanwhile is
 * divided into phases by whoever reads, with words on standard input:
 *
 *     phase NAME     ends the phase; prints its figures; begins another one
 *     calls          prints how many the phase has had, and who is alive
 *     stop           ends the phase after what is under way; then ends
 *
 * Its end means stop, too.  A line of figures:
 *
 *     phase NAME seconds 1.0 calls 999 lost 0 disconnects 0 wrong 0 alive 64
 *         p50_us 80.1 p99_us 200.5 longest_ms 12.1 own_ms 3.0
 *
 * Times are of replies, without what a slow method takes on purpose; a call
 * that still waits counts for the longest.  `own_ms` is the longest time that
 * this program itself spent in a turn: a figure below it says nothing of the
 * server.  Exit status: 0 only if nobody was lost.
 */

#define _GNU_SOURCE

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "ct_naive_client.h"

#define MAX_EVENTS 256
#define MAX_LINE   128
#define NS_PER_S   1000000000ULL
#define NS_PER_MS  1000000ULL

/* Waiting at most so long, somebody looks for calls without a reply. */
#define MAX_WAIT_NS (NS_PER_S / 10)

/* The first phase, that ends with the first word. */
#define FIRST_PHASE "start"

typedef struct {
    ct_naive_conf_t    conf;
    ct_naive_t         naive;
    ct_naive_client_t *clients;
    char               phase[MAX_LINE];
    uint64_t           phase_ns; /* when it began */
    uint64_t           own_ns;
    uint64_t           end_ns;
    uint64_t           due_ns; /* nobody acts before */
    uint64_t           nfaults;
    char               line[MAX_LINE];
    size_t             line_len;
} run_t;


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
    return (uint64_t) now.tv_sec * NS_PER_S + (uint64_t) now.tv_nsec;
}


/* Those alive; what they wait for counts for the longest. */
static size_t
look_round(run_t *run)
{
    size_t   nalive = 0;
    size_t   i;
    uint64_t waits_ns;

    for (i = 0; i < run->conf.nclients; i++) {
        if (run->clients[i].fd == -1) {
            continue;
        }
        nalive++;
        waits_ns = ct_naive_client_waits_ns(&run->clients[i]);
        if (waits_ns > run->naive.longest_ns) {
            run->naive.longest_ns = waits_ns;
        }
    }
    return nalive;
}


static double
percentile_us(const ct_naive_t *naive, double percent)
{
    return (double) ct_histogram_percentile(&naive->took_ns, percent) / 1e3;
}


static void
end_phase(run_t *run, const char *next)
{
    ct_naive_t  *naive = &run->naive;
    const size_t nalive = look_round(run);

    printf("phase %s seconds %.2f calls %llu lost %llu disconnects %llu"
           " wrong %llu alive %zu p50_us %.1f p99_us %.1f longest_ms %.1f"
           " own_ms %.1f\n",
           run->phase, (double) (naive->now_ns - run->phase_ns) / NS_PER_S,
           (unsigned long long) naive->took_ns.total,
           (unsigned long long) naive->nlost,
           (unsigned long long) naive->ndisconnects,
           (unsigned long long) naive->nwrong, nalive, percentile_us(naive, 50),
           percentile_us(naive, 99), (double) naive->longest_ns / NS_PER_MS,
           (double) run->own_ns / NS_PER_MS);
    fflush(stdout);
    run->nfaults += naive->nlost + naive->ndisconnects + naive->nwrong;
    memset(&naive->took_ns, 0, sizeof(naive->took_ns));
    naive->longest_ns = 0;
    naive->nlost = 0;
    naive->ndisconnects = 0;
    naive->nwrong = 0;
    run->own_ns = 0;
    run->phase_ns = naive->now_ns;
    snprintf(run->phase, sizeof(run->phase), "%s", next);
}


static void
stop(run_t *run)
{
    run->naive.stopping = true;
    epoll_ctl(run->naive.epoll_fd, EPOLL_CTL_DEL, STDIN_FILENO, NULL);
}


static void
obey(run_t *run, char *line)
{
    if (strncmp(line, "phase ", 6) == 0) {
        end_phase(run, line + 6);
    } else if (strcmp(line, "calls") == 0) {
        printf("calls %llu alive %zu\n",
               (unsigned long long) run->naive.took_ns.total, look_round(run));
        fflush(stdout);
    } else if (strcmp(line, "stop") == 0) {
        stop(run);
    } else {
        fprintf(stderr, "ct_naive: no word of ours: %s\n", line);
    }
}


static void
read_words(run_t *run)
{
    const size_t room = sizeof(run->line) - 1 - run->line_len;
    ssize_t      n = read(STDIN_FILENO, run->line + run->line_len, room);
    char        *line_end;

    if (n <= 0) {
        stop(run);
        return;
    }
    run->line_len += (size_t) n;
    run->line[run->line_len] = '\0';
    while ((line_end = strchr(run->line, '\n')) != NULL) {
        *line_end = '\0';
        obey(run, run->line);
        run->line_len -= (size_t) (line_end + 1 - run->line);
        memmove(run->line, line_end + 1, run->line_len + 1);
    }
}


/* Whoever is due acts; whoever has waited too long ends. */
static void
act_all(run_t *run)
{
    const uint64_t     now_ns = run->naive.now_ns;
    const uint64_t     patience_ns = run->conf.patience_s * NS_PER_S;
    ct_naive_client_t *client;
    size_t             i;

    run->due_ns = now_ns + MAX_WAIT_NS;
    for (i = 0; i < run->conf.nclients; i++) {
        client = &run->clients[i];
        if (client->act_ns != 0 && client->act_ns <= now_ns) {
            ct_naive_client_act(client);
        } else if (ct_naive_client_waits_ns(client) > patience_ns) {
            ct_naive_client_lose(client, "no reply");
        }
        if (client->act_ns != 0 && client->act_ns < run->due_ns) {
            run->due_ns = client->act_ns;
        }
    }
}


static bool
is_over(const run_t *run)
{
    size_t i;

    if (run->naive.now_ns > run->end_ns) {
        return true;
    }
    for (i = 0; i < run->conf.nclients && run->naive.stopping; i++) {
        if (run->clients[i].begun != run->clients[i].taken) {
            return false;
        }
    }
    return run->naive.stopping;
}


/* A client whose reply has come and who does not rest goes on in this turn. */
static void
client_ready(run_t *run, const struct epoll_event *event)
{
    ct_naive_client_t *client = event->data.ptr;

    /* Two events for one that is over after the first cannot be. */
    ct_naive_client_ready(client, event->events);
    if (client->act_ns != 0 && client->act_ns <= run->naive.now_ns) {
        ct_naive_client_act(client);
    }
    if (client->act_ns != 0 && client->act_ns < run->due_ns) {
        run->due_ns = client->act_ns;
    }
}


static int
wait_ms(const run_t *run)
{
    const uint64_t now_ns = run->naive.now_ns;

    if (run->due_ns <= now_ns) {
        return 0;
    }
    return (int) ((run->due_ns - now_ns + NS_PER_MS - 1) / NS_PER_MS);
}


static void
turn(run_t *run)
{
    struct epoll_event events[MAX_EVENTS];
    const int          n =
        epoll_wait(run->naive.epoll_fd, events, MAX_EVENTS, wait_ms(run));
    const uint64_t before_ns = clock_ns();
    uint64_t       own_ns;
    int            i;

    if (n < 0 && errno != EINTR) {
        die("epoll_wait");
    }
    run->naive.now_ns = before_ns;
    for (i = 0; i < n; i++) {
        if (events[i].data.ptr == NULL) {
            read_words(run);
            continue;
        }
        run->naive.now_ns = clock_ns();
        client_ready(run, &events[i]);
    }
    run->naive.now_ns = clock_ns();
    if (run->naive.now_ns >= run->due_ns) {
        act_all(run);
    }
    own_ns = clock_ns() - before_ns;
    if (own_ns > run->own_ns) {
        run->own_ns = own_ns;
    }
}


/* Many clients need many descriptors. */
static void
raise_limit(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}


static void
init(run_t *run)
{
    ct_naive_t        *naive = &run->naive;
    struct epoll_event event = { .events = EPOLLIN, .data.ptr = NULL };
    uint32_t           i;

    raise_limit();
    naive->conf = &run->conf;
    naive->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    naive->due = malloc(ct_naive_message_size());
    naive->text = malloc(ct_naive_message_size());
    run->clients = calloc(run->conf.nclients, sizeof(*run->clients));
    if (naive->epoll_fd < 0 || naive->due == NULL || naive->text == NULL
        || run->clients == NULL
        || epoll_ctl(naive->epoll_fd, EPOLL_CTL_ADD, STDIN_FILENO, &event)
               < 0) {
        die("ct_naive");
    }
    for (i = 0; i < run->conf.nclients; i++) {
        naive->now_ns = clock_ns();
        if (!ct_naive_client_init(&run->clients[i], naive, i)) {
            die("ct_naive: cannot connect");
        }
    }
    snprintf(run->phase, sizeof(run->phase), "%s", FIRST_PHASE);
    naive->now_ns = clock_ns();
    run->phase_ns = naive->now_ns;
    run->end_ns = naive->now_ns + run->conf.seconds * NS_PER_S;
    printf("ready %zu\n", run->conf.nclients);
    fflush(stdout);
}


static void
release(run_t *run)
{
    size_t i;

    for (i = 0; i < run->conf.nclients; i++) {
        ct_naive_client_release(&run->clients[i]);
    }
    free(run->clients);
    free(run->naive.due);
    free(run->naive.text);
    close(run->naive.epoll_fd);
}


int
main(int argc, char **argv)
{
    run_t *run = calloc(1, sizeof(*run));
    bool   failed;

    if (run == NULL) {
        die("calloc");
    }
    ct_naive_conf_read(argc, argv, &run->conf);
    init(run);
    while (!is_over(run)) {
        turn(run);
    }
    end_phase(run, "");
    failed = run->nfaults > 0;
    release(run);
    free(run);
    return failed ? 1 : 0;
}

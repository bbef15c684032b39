/*
 * ct_bare.c -- the limit: how fast a server could be that does nothing else.
 *
 *     ct_bare HOST:PORT | unix:PATH
 *
 * One process and one epoll.  It reads what there is, finds where messages
 * end, answers each with bytes that it hardly looks at (ct_bare_reply.c), and
 * writes all answers of one read at once.  It has no types, timers, limits,
 * counters or logs.  Binary (strict) and compact, framed and not; whatever else
 * comes in closes the connection.
 *
 * The answers are those of a real server of examples/bench/bench.thrift, so
 * that a generator may hold both to the same.
 *
 * All connections share one buffer in each direction, which stays in the
 * processor's cache.  What a connection keeps is the beginning of a message
 * that has not come in whole.
 */

#define _GNU_SOURCE

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "ct_address.h"
#include "ct_bare_reply.h"

#define MAX_EVENTS 512
#define BACKLOG    4096

/* The longest message; the read buffer has room for it and as much again. */
#define MAX_MESSAGE ((size_t) 128 * 1024)
#define IN_SIZE     (2 * MAX_MESSAGE)

/* Replies of one read: none is twice as long as its request. */
#define OUT_SIZE (2 * IN_SIZE)

/*
 * `rest` holds `rest_len` bytes, less than a whole message, and has room for
 * `rest_size`; NULL as long as there were none.
 */
typedef struct {
    int      fd;
    uint8_t *rest;
    size_t   rest_len;
    size_t   rest_size;
} bare_conn_t;

typedef struct {
    int     epoll_fd;
    int     listen_fd;
    uint8_t in[IN_SIZE];
    uint8_t out[OUT_SIZE];
} bare_t;


static void
fail(const char *what)
{
    perror(what);
    exit(1);
}


static bool
keep_rest(bare_conn_t *conn, const uint8_t *data, size_t len)
{
    if (len > conn->rest_size) {
        free(conn->rest);
        conn->rest = malloc(len);
        conn->rest_size = conn->rest != NULL ? len : 0;
        if (conn->rest == NULL) {
            return false;
        }
    }
    if (len > 0) {
        memcpy(conn->rest, data, len);
    }
    conn->rest_len = len;
    return true;
}


/*
 * Edges are reported, and a read that brought less than asked took all there
 * was.  `*all` says so.  False where the connection has ended.
 */
static bool
serve_once(bare_t *bare, bare_conn_t *conn, bool *all)
{
    const size_t had = conn->rest_len;
    size_t       used;
    size_t       out_len;
    size_t       len;
    ssize_t      n;

    n = recv(conn->fd, bare->in + had, IN_SIZE - had, 0);
    if (n <= 0) {
        *all = true;
        return n < 0 && errno == EAGAIN;
    }
    if (had > 0) {
        memcpy(bare->in, conn->rest, had);
    }
    len = had + (size_t) n;
    *all = len < IN_SIZE;
    if (!ct_bare_answer(bare->in, len, MAX_MESSAGE, bare->out, &used, &out_len)
        || !ct_bare_send(conn->fd, bare->out, out_len)) {
        return false;
    }
    return keep_rest(conn, bare->in + used, len - used);
}


/* Closing takes it out of epoll. */
static void
conn_destroy(bare_conn_t *conn)
{
    close(conn->fd);
    free(conn->rest);
    free(conn);
}


/*
 * The end of the peer's side has its own flag, since a short read in the turn
 * that brings it would otherwise be the last that we hear.
 */
static void
conn_ready(bare_t *bare, bare_conn_t *conn, uint32_t events)
{
    bool all;

    do {
        if (!serve_once(bare, conn, &all)) {
            conn_destroy(conn);
            return;
        }
    } while (!all);

    if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) {
        conn_destroy(conn);
    }
}


static void
accept_all(bare_t *bare)
{
    struct epoll_event event = { .events = EPOLLIN | EPOLLRDHUP | EPOLLET };
    bare_conn_t       *conn;
    int                fd;

    while ((fd = accept4(bare->listen_fd, NULL, NULL,
                         SOCK_NONBLOCK | SOCK_CLOEXEC))
           >= 0) {
        conn = calloc(1, sizeof(*conn));
        if (conn == NULL) {
            fail("calloc");
        }
        conn->fd = fd;
        event.data.ptr = conn;
        if (epoll_ctl(bare->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0) {
            fail("epoll_ctl");
        }
    }
    if (errno != EAGAIN && errno != ECONNABORTED && errno != EINTR) {
        fail("accept");
    }
}


/* TCP_NODELAY of a listening socket is inherited by those it accepts. */
static void
bare_listen(bare_t *bare, ct_address_t *address)
{
    const int on = 1;
    const int fd = socket(address->storage.ss_family,
                          SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0) {
        fail("socket");
    }
    if (ct_address_is_tcp(address)) {
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    }
    if (bind(fd, (const struct sockaddr *) &address->storage, address->len) < 0
        || listen(fd, BACKLOG) < 0) {
        fail("cannot listen");
    }
    getsockname(fd, (struct sockaddr *) &address->storage, &address->len);
    bare->listen_fd = fd;
}


static void
bare_run(bare_t *bare)
{
    struct epoll_event listening = { .events = EPOLLIN };
    struct epoll_event events[MAX_EVENTS];
    int                n;
    int                i;

    if (epoll_ctl(bare->epoll_fd, EPOLL_CTL_ADD, bare->listen_fd, &listening)
        < 0) {
        fail("epoll_ctl");
    }
    for (;;) {
        n = epoll_wait(bare->epoll_fd, events, MAX_EVENTS, -1);
        if (n < 0 && errno != EINTR) {
            fail("epoll_wait");
        }
        for (i = 0; i < n; i++) {
            if (events[i].data.ptr == NULL) {
                accept_all(bare);
            } else {
                conn_ready(bare, events[i].data.ptr, events[i].events);
            }
        }
    }
}


int
main(int argc, char **argv)
{
    ct_address_t address;
    bare_t      *bare = calloc(1, sizeof(*bare));

    if (bare == NULL) {
        fail("calloc");
    }
    if (argc != 2 || !ct_address_parse(argv[1], &address)) {
        fprintf(stderr, "usage: ct_bare HOST:PORT | unix:PATH\n");
        return 2;
    }
    bare->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (bare->epoll_fd < 0) {
        fail("epoll_create1");
    }
    bare_listen(bare, &address);
    ct_address_print(&address);
    bare_run(bare);
    return 0;
}

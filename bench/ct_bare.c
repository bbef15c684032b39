/*
 * ct_bare.c -- the limit: how fast a server of framed calls could be that
 * does nothing else.
 *
 *     ct_bare HOST:PORT | unix:PATH
 *
 * One process and one epoll.  It reads what there is, finds where messages
 * end, answers each with bytes that it hardly looks at, and writes all answers
 * of one read at once.  It reads no fields, has no types, timers, limits,
 * counters or logs.  The answer to any method is the string "pong" under the
 * request's name and seqid; the answer to `echo` is the request with the two
 * places changed in which a reply differs: its kind and the id of its field.
 *
 * So that a generator may compare every byte, both answers are those of a real
 * server of examples/pingpong/pingpong.thrift.  Strict binary only; whatever
 * else comes in closes the connection.
 *
 * All connections share one buffer in each direction, which stays in the
 * processor's cache.  What a connection keeps is the beginning of a message
 * that has not come in whole.
 */

#define _GNU_SOURCE

#include <endian.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "ct_address.h"

#define MAX_EVENTS 512
#define BACKLOG    4096

/* The longest message; the read buffer has room for it and as much again. */
#define MAX_MESSAGE ((size_t) 128 * 1024)
#define IN_SIZE     (2 * MAX_MESSAGE)

/*
 * Replies of one read.  The shortest request has 17 bytes and a reply at most
 * 11 more than its request.
 */
#define OUT_SIZE (2 * IN_SIZE)

/* Length of the frame, version and kind, length of the name. */
#define NAME_AT    12
#define SEQID_SIZE 4

#define STRICT_CALL  0x80010001U
#define STRICT_REPLY 0x80010002U

/* A string with field id 0 and the end of the struct. */
static const uint8_t pong_result[] = { 11, 0,   0,   0,   0,   0,
                                       4,  'p', 'o', 'n', 'g', 0 };

/* `rest` holds `rest_len` bytes, less than a whole message; NULL if none. */
typedef struct {
    int      fd;
    uint8_t *rest;
    size_t   rest_len;
} bare_conn_t;

typedef struct {
    int     epoll_fd;
    int     listen_fd;
    size_t  out_len;
    uint8_t in[IN_SIZE];
    uint8_t out[OUT_SIZE];
} bare_t;


static void
fail(const char *what)
{
    perror(what);
    exit(1);
}


static uint32_t
get32(const uint8_t *data)
{
    uint32_t value;

    memcpy(&value, data, sizeof(value));
    return be32toh(value);
}


static uint8_t *
put32(uint8_t *data, uint32_t value)
{
    value = htobe32(value);
    memcpy(data, &value, sizeof(value));
    return data + sizeof(value);
}


/* The request itself, as a reply that returns its one argument. */
static void
answer_echo(bare_t *bare, const uint8_t *message, size_t len, size_t args_at)
{
    uint8_t *out = bare->out + bare->out_len;

    memcpy(out, message, len);
    put32(out + 4, STRICT_REPLY);
    if (len - args_at > 3) {
        out[args_at + 2] = 0;
    }
    bare->out_len += len;
}


static void
answer_pong(bare_t *bare, const uint8_t *message, size_t args_at)
{
    uint8_t     *out = bare->out + bare->out_len;
    const size_t len = args_at + sizeof(pong_result);

    memcpy(out, message, args_at);
    put32(out, (uint32_t) (len - 4));
    put32(out + 4, STRICT_REPLY);
    memcpy(out + args_at, pong_result, sizeof(pong_result));
    bare->out_len += len;
}


/* Answers the message of `len` bytes, frame included; false if it is none. */
static bool
answer(bare_t *bare, const uint8_t *message, size_t len)
{
    size_t name_len;
    size_t args_at;

    if (len <= NAME_AT + SEQID_SIZE || get32(message + 4) != STRICT_CALL) {
        return false;
    }
    name_len = get32(message + 8);
    if (name_len >= len - NAME_AT - SEQID_SIZE) {
        return false;
    }
    args_at = NAME_AT + name_len + SEQID_SIZE;
    if (name_len == 4 && memcmp(message + NAME_AT, "echo", 4) == 0) {
        answer_echo(bare, message, len, args_at);
    } else {
        answer_pong(bare, message, args_at);
    }
    return true;
}


/*
 * Answers every whole message among `len` bytes; `*used` of them are done with.
 * False where they are no messages.
 */
static bool
answer_all(bare_t *bare, size_t len, size_t *used)
{
    size_t at = 0;
    size_t message_len;

    bare->out_len = 0;
    while (len - at >= 4) {
        message_len = (size_t) get32(bare->in + at) + 4;
        if (message_len > MAX_MESSAGE) {
            return false;
        }
        if (message_len > len - at) {
            break;
        }
        if (!answer(bare, bare->in + at, message_len)) {
            return false;
        }
        at += message_len;
    }
    *used = at;
    return true;
}


/*
 * One write in all cases that matter.  Where the socket is full, everybody
 * waits for this peer: a limit need not be polite.
 */
static bool
send_all(int fd, const uint8_t *data, size_t len)
{
    struct pollfd writable = { .fd = fd, .events = POLLOUT };
    ssize_t       n;

    while (len > 0) {
        n = send(fd, data, len, MSG_NOSIGNAL);
        if (n > 0) {
            data += n;
            len -= (size_t) n;
        } else if (errno == EAGAIN) {
            poll(&writable, 1, -1);
        } else if (errno != EINTR) {
            return false;
        }
    }
    return true;
}


static bool
keep_rest(bare_conn_t *conn, const uint8_t *data, size_t len)
{
    free(conn->rest);
    conn->rest = NULL;
    conn->rest_len = len;
    if (len == 0) {
        return true;
    }
    conn->rest = malloc(len);
    if (conn->rest == NULL) {
        return false;
    }
    memcpy(conn->rest, data, len);
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
    if (!answer_all(bare, len, &used)
        || !send_all(conn->fd, bare->out, bare->out_len)) {
        return false;
    }
    if (used == len && conn->rest == NULL) {
        return true;
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

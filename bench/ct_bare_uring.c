/*
 * ct_bare_uring.c -- the limit once more, by io_uring instead of epoll.
 *
 *     ct_bare_uring [--poll] [--coop] [--files] HOST:PORT | unix:PATH
 *
 * Answers what ct_bare answers.  One process, one ring, one io_uring_enter a
 * turn: it submits what the turn before has prepared and waits for the next
 * completion.
 *
 * By completions (the default): one accept and one recv for each connection
 * that go on for ever, into buffers of which the kernel takes the next, and
 * one send for each connection that was answered in a turn.  A send that
 * succeeds says nothing, and none of them waits: it is over when it has been
 * submitted, so its bytes may be written over a turn later.  What a full socket
 * did not take is sent by a plain send that waits, as ct_bare's does.
 *
 * By readiness (--poll): the ring stands in for epoll and no more.  One poll
 * for each connection that goes on for ever, and plain recv and send.
 *
 * --coop takes IORING_SETUP_COOP_TASKRUN instead of DEFER_TASKRUN.  --files
 * keeps connections in the ring's own table of descriptors, where no plain send
 * finds them: a full socket ends the program.
 *
 * Where the kernel refuses a ring, the program says so and ends with 3.
 */

#define _GNU_SOURCE

#include <errno.h>
#include <getopt.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ct_address.h"
#include "ct_bare_reply.h"
#include "ct_ring.h"

#define BACKLOG     4096
#define SQ_SIZE     4096
#define MAX_FILES   4096
#define NBUFFERS    64
#define BUFFER_SIZE 2048
#define REFUSED     3

/* The longest message; the read buffer has room for it and as much again. */
#define MAX_MESSAGE ((size_t) 128 * 1024)
#define IN_SIZE     (2 * MAX_MESSAGE)

/*
 * The replies of a turn, in which each buffer may bring the end of a message,
 * and a reply is less than twice as long.  Only what is used is ever touched.
 */
#define ARENA_SIZE (2 * NBUFFERS * MAX_MESSAGE)

/* The low bits of user_data, of which the rest points to a connection. */
enum {
    ON_ACCEPT,
    ON_RECV,
    ON_SEND,
    ON_POLL,
    ON_NOTHING,
    TAG_MASK = 7
};

/*
 * `rest` holds `rest_len` bytes, less than a whole message, and has room for
 * `rest_size`.  `send` is what the turn `turn` has prepared.
 */
typedef struct conn_s {
    int                  fd; /* or the ring's own number */
    bool                 closing;
    unsigned             turn;
    struct io_uring_sqe *send;
    const uint8_t       *sent; /* the last send's bytes */
    size_t               sent_len;
    uint8_t             *rest;
    size_t               rest_len;
    size_t               rest_size;
    struct conn_s       *next; /* of those that end with the turn */
} conn_t;

typedef struct {
    ct_ring_t         ring;
    ct_ring_buffers_t buffers;
    int               listen_fd;
    bool              by_poll;
    bool              has_files;
    unsigned          turn;
    conn_t           *ended;
    size_t            out_len;
    uint8_t          *out; /* of two arenas, the one of this turn */
    uint8_t          *arenas[2];
    uint8_t           in[IN_SIZE];
} bare_t;


static void
fail(const char *what)
{
    perror(what);
    exit(1);
}


static struct io_uring_sqe *
prepare(bare_t *bare, unsigned op, int fd, const conn_t *conn, unsigned tag)
{
    struct io_uring_sqe *sqe = ct_ring_sqe(&bare->ring);

    sqe->opcode = (uint8_t) op;
    sqe->fd = fd;
    sqe->user_data = (uint64_t) (uintptr_t) conn | tag;
    if (conn != NULL && bare->has_files) {
        sqe->flags = IOSQE_FIXED_FILE;
    }
    return sqe;
}


static void
prepare_accept(bare_t *bare)
{
    struct io_uring_sqe *sqe =
        prepare(bare, IORING_OP_ACCEPT, bare->listen_fd, NULL, ON_ACCEPT);

    sqe->ioprio = IORING_ACCEPT_MULTISHOT;
    if (bare->has_files) {
        sqe->file_index = IORING_FILE_INDEX_ALLOC;
    } else {
        sqe->accept_flags = SOCK_CLOEXEC | (bare->by_poll ? SOCK_NONBLOCK : 0);
    }
}


static void
prepare_recv(bare_t *bare, conn_t *conn)
{
    struct io_uring_sqe *sqe =
        prepare(bare, IORING_OP_RECV, conn->fd, conn, ON_RECV);

    sqe->ioprio = IORING_RECV_MULTISHOT;
    sqe->flags |= IOSQE_BUFFER_SELECT;
}


/* Edges, as ct_bare has them of epoll. */
static void
prepare_poll(bare_t *bare, conn_t *conn)
{
    struct io_uring_sqe *sqe =
        prepare(bare, IORING_OP_POLL_ADD, conn->fd, conn, ON_POLL);

    sqe->len = IORING_POLL_ADD_MULTI;
    sqe->poll32_events = POLLIN | POLLRDHUP;
}


static void
prepare_close(bare_t *bare, const conn_t *conn)
{
    struct io_uring_sqe *sqe =
        prepare(bare, IORING_OP_CLOSE, conn->fd, NULL, ON_NOTHING);

    if (bare->has_files) {
        sqe->fd = 0;
        sqe->file_index = (uint32_t) conn->fd + 1;
    }
    sqe->flags = IOSQE_CQE_SKIP_SUCCESS;
}


/* Ends what goes on for ever; its last completion ends the connection. */
static void
conn_shutdown(bare_t *bare, conn_t *conn)
{
    struct io_uring_sqe *sqe;

    if (conn->closing) {
        return;
    }
    conn->closing = true;
    if (bare->by_poll) {
        sqe = prepare(bare, IORING_OP_POLL_REMOVE, -1, NULL, ON_NOTHING);
        sqe->addr = (uint64_t) (uintptr_t) conn | ON_POLL;
    } else {
        sqe = prepare(bare, IORING_OP_SHUTDOWN, conn->fd, conn, ON_NOTHING);
        sqe->len = SHUT_RDWR;
    }
    sqe->flags |= IOSQE_CQE_SKIP_SUCCESS;
}


/* The memory lives for another turn, which may tell of a send. */
static void
conn_end(bare_t *bare, conn_t *conn)
{
    prepare_close(bare, conn);
    conn->closing = true;
    conn->turn = bare->turn;
    conn->next = bare->ended;
    bare->ended = conn;
}


static void
free_ended(bare_t *bare)
{
    conn_t **link = &bare->ended;
    conn_t  *conn;

    while ((conn = *link) != NULL) {
        if (conn->turn + 1 >= bare->turn) {
            link = &conn->next;
            continue;
        }
        *link = conn->next;
        free(conn->rest);
        free(conn);
    }
}


static void
conn_create(bare_t *bare, int fd)
{
    conn_t *conn = calloc(1, sizeof(*conn));

    if (conn == NULL) {
        fail("calloc");
    }
    conn->fd = fd;
    conn->turn = bare->turn - 1;
    if (bare->by_poll) {
        prepare_poll(bare, conn);
    } else {
        prepare_recv(bare, conn);
    }
}


static void
on_accept(bare_t *bare, const struct io_uring_cqe *cqe)
{
    if (cqe->res >= 0) {
        conn_create(bare, cqe->res);
    } else if (cqe->res != -ECONNABORTED && cqe->res != -EAGAIN) {
        errno = -cqe->res;
        fail("accept");
    }
    if (!(cqe->flags & IORING_CQE_F_MORE)) {
        prepare_accept(bare);
    }
}


/* ---- Sending. */

/* Bytes for `len`, in this turn's arena. */
static uint8_t *
room_for(bare_t *bare, size_t len)
{
    if (ARENA_SIZE - bare->out_len < len) {
        fprintf(stderr, "ct_bare_uring: more replies than a turn has room\n");
        exit(1);
    }
    return bare->out + bare->out_len;
}


/*
 * One send a turn for a connection.  Where others were answered in between,
 * both of its parts move to where the arena ends.
 */
static void
conn_send(bare_t *bare, conn_t *conn, size_t len)
{
    struct io_uring_sqe *sqe = conn->send;
    uint8_t             *bytes = bare->out + bare->out_len;

    if (conn->turn != bare->turn) {
        sqe = prepare(bare, IORING_OP_SEND, conn->fd, conn, ON_SEND);
        sqe->msg_flags = MSG_NOSIGNAL | MSG_DONTWAIT | MSG_WAITALL;
        sqe->flags |= IOSQE_CQE_SKIP_SUCCESS;
        sqe->addr = (uint64_t) (uintptr_t) bytes;
        conn->send = sqe;
        conn->sent = bytes;
        conn->sent_len = 0;
        conn->turn = bare->turn;
    } else if (conn->sent + conn->sent_len != bytes) {
        room_for(bare, conn->sent_len + len);
        memmove(bytes + conn->sent_len, bytes, len);
        memcpy(bytes, conn->sent, conn->sent_len);
        sqe->addr = (uint64_t) (uintptr_t) bytes;
        conn->sent = bytes;
        bare->out_len += conn->sent_len;
    }
    bare->out_len += len;
    conn->sent_len += len;
    sqe->len = (uint32_t) conn->sent_len;
}


/* Comes only of what was not sent, or not whole. */
static void
on_send(bare_t *bare, conn_t *conn, int n)
{
    const size_t sent = n > 0 ? (size_t) n : 0;

    if ((n < 0 && n != -EAGAIN) || conn->closing) {
        conn_shutdown(bare, conn);
        return;
    }
    if (bare->has_files) {
        fprintf(stderr, "ct_bare_uring: a socket is full\n");
        exit(1);
    }
    if (!ct_bare_send(conn->fd, conn->sent + sent, conn->sent_len - sent)) {
        conn_shutdown(bare, conn);
    }
}


/* ---- Receiving, by completions. */

static void
rest_append(conn_t *conn, const uint8_t *data, size_t len)
{
    if (conn->rest_size - conn->rest_len < len) {
        conn->rest_size = 2 * (conn->rest_len + len);
        conn->rest = realloc(conn->rest, conn->rest_size);
        if (conn->rest == NULL) {
            fail("realloc");
        }
    }
    memcpy(conn->rest + conn->rest_len, data, len);
    conn->rest_len += len;
}


/* Answers what has come in; false where it is no message. */
static bool
conn_answer(bare_t *bare, conn_t *conn, const uint8_t *data, size_t len)
{
    const bool had = conn->rest_len > 0;
    uint8_t   *out;
    size_t     used;
    size_t     out_len;

    if (had) {
        rest_append(conn, data, len);
        data = conn->rest;
        len = conn->rest_len;
    }
    out = room_for(bare, 2 * len);
    if (!ct_bare_answer(data, len, MAX_MESSAGE, out, &used, &out_len)) {
        return false;
    }
    if (out_len > 0) {
        conn_send(bare, conn, out_len);
    }
    if (had) {
        conn->rest_len -= used;
        memmove(conn->rest, conn->rest + used, conn->rest_len);
    } else if (used < len) {
        rest_append(conn, data + used, len - used);
    }
    return true;
}


static void
on_recv(bare_t *bare, conn_t *conn, const struct io_uring_cqe *cqe)
{
    const unsigned id = cqe->flags >> IORING_CQE_BUFFER_SHIFT;

    if (cqe->flags & IORING_CQE_F_BUFFER) {
        if (cqe->res > 0 && !conn->closing
            && !conn_answer(bare, conn, ct_ring_buffer(&bare->buffers, id),
                            (size_t) cqe->res)) {
            conn_shutdown(bare, conn);
        }
        ct_ring_buffer_give(&bare->buffers, id);
    }
    if (cqe->flags & IORING_CQE_F_MORE) {
        return;
    }
    if ((cqe->res > 0 || cqe->res == -ENOBUFS) && !conn->closing) {
        prepare_recv(bare, conn);
    } else {
        conn_end(bare, conn);
    }
}


/* ---- Receiving, by readiness. */

/* `*all`: the read brought less than asked.  False: the connection's end. */
static bool
serve_once(bare_t *bare, conn_t *conn, bool *all)
{
    const size_t had = conn->rest_len;
    size_t       out_len;
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
    if (!ct_bare_answer(bare->in, len, MAX_MESSAGE, bare->out, &used, &out_len)
        || !ct_bare_send(conn->fd, bare->out, out_len)) {
        return false;
    }
    conn->rest_len = 0;
    if (used < len) {
        rest_append(conn, bare->in + used, len - used);
    }
    return true;
}


static void
on_poll(bare_t *bare, conn_t *conn, const struct io_uring_cqe *cqe)
{
    bool all = false;

    while (!all && !conn->closing) {
        if (!serve_once(bare, conn, &all)) {
            conn_shutdown(bare, conn);
        }
    }
    if (cqe->res < 0 || (cqe->res & (POLLRDHUP | POLLHUP | POLLERR))) {
        conn_shutdown(bare, conn);
    }
    if (cqe->flags & IORING_CQE_F_MORE) {
        return;
    }
    if (conn->closing) {
        conn_end(bare, conn);
    } else {
        prepare_poll(bare, conn);
    }
}


/* ---- The turns. */

static void
completed(bare_t *bare, const struct io_uring_cqe *cqe)
{
    conn_t *conn =
        (conn_t *) (uintptr_t) (cqe->user_data & ~(uint64_t) TAG_MASK);

    switch (cqe->user_data & TAG_MASK) {
    case ON_ACCEPT:
        on_accept(bare, cqe);
        break;
    case ON_RECV:
        on_recv(bare, conn, cqe);
        break;
    case ON_SEND:
        on_send(bare, conn, cqe->res);
        break;
    case ON_POLL:
        on_poll(bare, conn, cqe);
        break;
    default:
        break; /* a close or a cancel that came too late */
    }
}


static void
bare_run(bare_t *bare)
{
    const struct io_uring_cqe *cqe;
    unsigned                   head = 0;

    prepare_accept(bare);
    for (;;) {
        ct_ring_enter(&bare->ring, 1);
        bare->turn++;
        bare->out = bare->arenas[bare->turn % 2];
        bare->out_len = 0;
        while ((cqe = ct_ring_cqe(&bare->ring, head)) != NULL) {
            completed(bare, cqe);
            ct_ring_seen(&bare->ring, ++head);
        }
        free_ended(bare);
    }
}


/* ---- Setting up. */

/* TCP_NODELAY of a listening socket is inherited by those it accepts. */
static void
bare_listen(bare_t *bare, ct_address_t *address)
{
    const int on = 1;
    const int fd =
        socket(address->storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

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
refused(const char *what)
{
    fprintf(stderr, "ct_bare_uring: the kernel has no %s: %s\n", what,
            strerror(errno));
    exit(REFUSED);
}


static void
open_ring(bare_t *bare, bool coop)
{
    const struct io_uring_rsrc_register files = {
        .nr = MAX_FILES,
        .flags = IORING_RSRC_REGISTER_SPARSE,
    };
    const unsigned setup =
        coop ? IORING_SETUP_COOP_TASKRUN : IORING_SETUP_DEFER_TASKRUN;

    if (!ct_ring_open(&bare->ring, SQ_SIZE,
                      setup | IORING_SETUP_SINGLE_ISSUER)) {
        refused("io_uring for us");
    }
    if (!ct_ring_buffers_open(&bare->buffers, &bare->ring, NBUFFERS,
                              BUFFER_SIZE)) {
        refused("rings of buffers");
    }
    if (bare->has_files
        && ct_ring_register(&bare->ring, IORING_REGISTER_FILES2, &files,
                            sizeof(files))
               < 0) {
        refused("table of descriptors");
    }
}


static void
usage(void)
{
    fprintf(stderr, "usage: ct_bare_uring [--poll] [--coop] [--files]"
                    " HOST:PORT | unix:PATH\n");
    exit(2);
}


int
main(int argc, char **argv)
{
    static const struct option names[] = {
        { "poll", no_argument, NULL, 'p' },
        { "coop", no_argument, NULL, 'c' },
        { "files", no_argument, NULL, 'f' },
        { NULL, 0, NULL, 0 },
    };
    ct_address_t address;
    bare_t      *bare = calloc(1, sizeof(*bare));
    bool         coop = false;
    int          option;

    if (bare == NULL) {
        fail("calloc");
    }
    while ((option = getopt_long(argc, argv, "", names, NULL)) >= 0) {
        if (option == '?') {
            usage();
        }
        bare->by_poll |= option == 'p';
        bare->has_files |= option == 'f';
        coop |= option == 'c';
    }
    if (optind != argc - 1 || !ct_address_parse(argv[optind], &address)
        || (bare->by_poll && bare->has_files)) {
        usage();
    }
    bare->arenas[0] = malloc(ARENA_SIZE);
    bare->arenas[1] = malloc(ARENA_SIZE);
    if (bare->arenas[0] == NULL || bare->arenas[1] == NULL) {
        fail("malloc");
    }
    open_ring(bare, coop);
    bare_listen(bare, &address);
    ct_address_print(&address);
    bare_run(bare);
    return 0;
}

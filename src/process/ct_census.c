/*
 * ct_census.c -- a worker's list of its connections, for the master.
 *
 * state   | event                     | function | next
 * --------+---------------------------+----------+---------
 * -       | the master has sent a fd  | begin    | filling
 * filling | some rows are looked at   | fill     | sending
 * sending | all went, there are more  | go_on    | filling, in the next turn
 * sending | the socket takes no more  | go_on    | sending, when it does
 * sending | the end has gone          | end      | -
 * any     | the master has closed     | end      | -
 *
 * Rows are written as they are found, a handful in one send.  The cursor is a
 * place in the memory of the connections (ct_conn_slab.c), which stays where
 * it is whoever comes and goes.
 */

#include "core/ct_config.h"

#include "process/ct_census.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/ct_file.h"
#include "core/ct_mem.h"
#include "core/ct_module.h"
#include "event/ct_accept.h"
#include "event/ct_conn_slab.h"
#include "event/ct_event.h"
#include "event/ct_loop.h"

enum {
    ROWS = 32,        /* in one send: 12 KB */
    LOOKS = 128,      /* at places of connections in one turn */
    MAX_RUNNING = 16, /* as many as there are clients of the control socket */
};

typedef struct census_s {
    ct_queue_t       link;
    ct_censuses_t   *censuses;
    ct_io_t          io;
    ct_task_t        again;
    ct_conn_cursor_t cursor;
    bool             has_ended; /* the last row is among those to be sent */
    size_t           pos;       /* bytes of `rows` that are sent */
    size_t           len;
    ct_conn_row_t    rows[ROWS];
} census_t;


void
ct_censuses_init(ct_censuses_t *censuses, ct_worker_t *worker,
                 ct_acceptor_t *acceptor)
{
    censuses->worker = worker;
    censuses->acceptor = acceptor;
    ct_queue_init(&censuses->running);
    censuses->n = 0;
}


static void
end(census_t *census)
{
    ct_queue_remove(&census->again.link);
    ct_queue_remove(&census->link);
    census->censuses->n--;
    ct_loop_remove_io(census->censuses->worker->loop, &census->io);
    close(census->io.fd);
    ct_mem_release(census);
}


/* As many rows as fit, of as many places as may be looked at in a turn. */
static void
fill(census_t *census)
{
    unsigned looks = LOOKS;
    size_t   n = 0;

    while (n < ROWS && !census->has_ended) {
        ct_conn_row_t *row = &census->rows[n];
        const ct_rc_t  rc = ct_acceptor_next_row(census->censuses->acceptor,
                                                 &census->cursor, &looks, row);

        if (rc == CT_AGAIN) {
            break;
        }
        if (rc == CT_DECLINED) {
            memset(row, 0, sizeof(*row));
            row->number = CT_CENSUS_END;
            census->has_ended = true;
        }
        n++;
    }
    census->pos = 0;
    census->len = n * sizeof(ct_conn_row_t);
}


/* CT_OK: all is sent; CT_AGAIN: later; CT_DECLINED: nobody reads it. */
static ct_rc_t
send_rows(census_t *census)
{
    while (census->pos < census->len) {
        const ssize_t n =
            send(census->io.fd, (const char *) census->rows + census->pos,
                 census->len - census->pos, MSG_NOSIGNAL);

        if (n == -1 && errno == EINTR) {
            continue;
        }
        if (n == -1 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
            census->io.writable = false;
            ct_loop_rearm_io(census->censuses->worker->loop, &census->io);
            return CT_AGAIN;
        }
        if (n == -1) {
            return CT_DECLINED;
        }
        census->pos += (size_t) n;
    }
    return CT_OK;
}


static void
go_on(census_t *census)
{
    const ct_rc_t rc = send_rows(census);

    if (rc == CT_AGAIN) {
        return;
    }
    if (rc == CT_DECLINED || census->has_ended) {
        end(census);
        return;
    }
    ct_loop_post(census->censuses->worker->loop, &census->again);
}


static void
on_again(ct_task_t *task)
{
    census_t *census = task->data;

    fill(census);
    go_on(census);
}


static void
on_writable(ct_io_t *io)
{
    census_t *census = io->data;

    if (census->pos < census->len) {
        go_on(census);
    }
}


void
ct_censuses_begin(ct_censuses_t *censuses, int fd)
{
    census_t *census =
        censuses->n < MAX_RUNNING ? ct_mem_try_alloc(sizeof(*census)) : NULL;

    if (census == NULL) {
        close(fd);
        return;
    }
    memset(census, 0, sizeof(*census));
    (void) ct_file_set_nonblocking(fd, true);
    census->censuses = censuses;
    ct_queue_init(&census->again.link);
    census->again.fn = on_again;
    census->again.data = census;
    census->io.fd = fd;
    census->io.fn = on_writable;
    census->io.data = census;
    if (ct_loop_add_io(censuses->worker->loop, &census->io, CT_IO_WRITE)
        != CT_OK) {
        close(fd);
        ct_mem_release(census);
        return;
    }
    ct_queue_push(&censuses->running, &census->link);
    censuses->n++;
    ct_loop_post(censuses->worker->loop, &census->again);
}


void
ct_censuses_release(ct_censuses_t *censuses)
{
    while (!ct_queue_is_empty(&censuses->running)) {
        end(CT_QUEUE_ENTRY(censuses->running.next, census_t, link));
    }
}

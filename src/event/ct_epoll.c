/*
 * ct_epoll.c -- the backend of Linux.
 *
 * Each io is registered once, edge-triggered for all that it will ever wait
 * for, so that a connection costs two epoll_ctl calls in its life, however
 * many messages it carries.  Listeners are level-triggered: a worker may
 * leave connections in the backlog and is told again.  With EPOLLEXCLUSIVE
 * one worker is woken for a connection instead of all.
 *
 * One epoll_wait brings many events, and the callback of one may remove and
 * free the io of a later one.  Removing therefore wipes what the batch still
 * holds of that io.  The walk is over 512 pointers at most; generation
 * numbers would need memory that outlives the io.
 */

#include "core/ct_config.h"

#include "event/ct_poller.h"

#if CT_HAVE_EPOLL

#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "core/ct_log.h"
#include "core/ct_mem.h"
#include "event/ct_event.h"


/* Headers older than Linux 4.5 lack it; the kernel decides anyway. */
#ifndef EPOLLEXCLUSIVE
#define EPOLLEXCLUSIVE (1U << 28)
#endif


/* events[next .. n) are still to be reported. */
typedef struct epoll_state_s {
    int                fd;
    int                size;
    int                next;
    int                n;
    ct_log_t          *log;
    struct epoll_event events[];
} epoll_state_t;


static ct_rc_t
epoll_state_create(size_t max_events, ct_log_t *log, void **state)
{
    const int      fd = epoll_create1(EPOLL_CLOEXEC);
    epoll_state_t *self;

    if (fd < 0) {
        CT_LOG(log, CT_LOG_EMERG, errno, "epoll_create1() failed");
        return CT_ERROR;
    }

    self = ct_mem_alloc(sizeof(*self) + max_events * sizeof(*self->events));
    self->fd = fd;
    self->size = (int) max_events;
    self->next = 0;
    self->n = 0;
    self->log = log;
    *state = self;
    return CT_OK;
}


static void
epoll_state_destroy(void *state)
{
    epoll_state_t *self = state;

    close(self->fd);
    ct_mem_release(self);
}


/* EPOLLEXCLUSIVE may not stand beside EPOLLRDHUP: the kernel says EINVAL. */
static uint32_t
events_of(const ct_io_t *io)
{
    uint32_t events = 0;

    if (io->interest & CT_IO_READ) {
        events |= EPOLLIN;
    }
    if (io->interest & CT_IO_WRITE) {
        events |= EPOLLOUT;
    }
    if (!(io->interest & CT_IO_LEVEL)) {
        events |= EPOLLET;
    }
    if (io->interest & CT_IO_EXCLUSIVE) {
        return events | EPOLLEXCLUSIVE;
    }
    return events | EPOLLRDHUP;
}


static ct_rc_t
epoll_add(void *state, ct_io_t *io)
{
    epoll_state_t     *self = state;
    struct epoll_event event = { .events = events_of(io),
                                 .data = { .ptr = io } };

    if (epoll_ctl(self->fd, EPOLL_CTL_ADD, io->fd, &event) == 0) {
        return CT_OK;
    }

    /* A kernel before 4.5: all are woken, and all but one find nothing. */
    if (errno == EINVAL && (event.events & EPOLLEXCLUSIVE)) {
        event.events &= ~(uint32_t) EPOLLEXCLUSIVE;
        if (epoll_ctl(self->fd, EPOLL_CTL_ADD, io->fd, &event) == 0) {
            return CT_OK;
        }
    }

    CT_LOG(self->log, CT_LOG_ERR, errno, "cannot watch descriptor %d", io->fd);
    return CT_ERROR;
}


/*
 * Closing alone would do, were the socket not shared: one that was handed to
 * another process lives on, and so would its registration here.
 */
static void
epoll_remove(void *state, ct_io_t *io)
{
    epoll_state_t     *self = state;
    struct epoll_event unused = { .events = 0 };

    if (epoll_ctl(self->fd, EPOLL_CTL_DEL, io->fd, &unused) != 0) {
        CT_LOG(self->log, CT_LOG_ALERT, errno,
               "cannot cease to watch descriptor %d", io->fd);
    }
    for (int i = self->next; i < self->n; i++) {
        if (self->events[i].data.ptr == io) {
            self->events[i].data.ptr = NULL;
        }
    }
}


/* An error is a hang-up: the next call on the socket says which. */
static unsigned
ready_of(uint32_t events)
{
    unsigned ready = 0;

    if (events & EPOLLIN) {
        ready |= CT_IO_READ;
    }
    if (events & EPOLLOUT) {
        ready |= CT_IO_WRITE;
    }
    if (events & EPOLLRDHUP) {
        ready |= CT_IO_READ | CT_IO_ENDING;
    }
    if (events & (EPOLLHUP | EPOLLERR)) {
        ready |= CT_IO_HUNG_UP;
    }
    return ready;
}


/* `next` moves on before the callback, so that remove wipes what is behind. */
CT_HOT static ct_rc_t
epoll_report(void *state, ct_loop_t *loop, int timeout_ms)
{
    epoll_state_t *self = state;
    const int n = epoll_wait(self->fd, self->events, self->size, timeout_ms);

    if (n < 0) {
        if (errno == EINTR) {
            return CT_AGAIN;
        }
        CT_LOG(self->log, CT_LOG_ALERT, errno, "epoll_wait() failed");
        return CT_ERROR;
    }

    self->n = n;
    self->next = 0;
    while (self->next < n) {
        const struct epoll_event *event = &self->events[self->next++];

        if (event->data.ptr != NULL) {
            ct_loop_ready(loop, event->data.ptr, ready_of(event->events));
        }
    }
    return CT_OK;
}


const ct_poller_t ct_epoll_poller = {
    .name = "epoll",
    .create = epoll_state_create,
    .destroy = epoll_state_destroy,
    .add = epoll_add,
    .remove = epoll_remove,
    .rearm = NULL,
    .wait = epoll_report,
};

#endif

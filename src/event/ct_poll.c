/*
 * ct_poll.c -- the backend that every POSIX system has.
 *
 * poll(2) knows no edges, so they are made: an io is watched for what is not
 * yet known to be ready, and rearm puts a direction back when its owner has
 * met EAGAIN.  Otherwise each wait would return at once for every writable
 * connection.
 *
 * fds[i] and ios[i] describe one io, whose `slot` is i.  Removing moves the
 * last pair into the hole.  `wait` walks from the end to the front: a pair
 * that is moved down has been reported already (its revents are 0 then), one
 * that is added comes behind; so a callback may do either.
 */

#include "core/ct_config.h"

#include "event/ct_poller.h"

#include <errno.h>
#include <poll.h>

#include "core/ct_log.h"
#include "core/ct_mem.h"
#include "event/ct_event.h"

/* Not in POSIX; without it the end is found by reading. */
#ifndef POLLRDHUP
#define POLLRDHUP 0
#endif

enum {
    FIRST_SIZE = 16 /* pairs */
};


/* Invariant: n <= size. */
typedef struct poll_state_s {
    struct pollfd *fds;
    ct_io_t      **ios;
    size_t         n;
    size_t         size;
    ct_log_t      *log;
} poll_state_t;


/* All that is ready is reported at once, so max_events means nothing here. */
static ct_rc_t
poll_state_create(size_t max_events CT_UNUSED, ct_log_t *log, void **state)
{
    poll_state_t *self = ct_mem_alloc(sizeof(*self));

    *self = (poll_state_t){ .log = log };
    *state = self;
    return CT_OK;
}


static void
poll_state_destroy(void *state)
{
    poll_state_t *self = state;

    ct_mem_release(self->fds);
    ct_mem_release(self->ios);
    ct_mem_release(self);
}


/* The second array failing leaves the first one larger, which is no harm. */
static ct_rc_t
grow(poll_state_t *self)
{
    const size_t size = self->size == 0 ? FIRST_SIZE : self->size * 2;
    void        *fds;
    void        *ios;

    fds = ct_mem_try_realloc(self->fds, size * sizeof(*self->fds));
    if (fds == NULL) {
        return CT_ERROR;
    }
    self->fds = fds;

    ios = ct_mem_try_realloc(self->ios, size * sizeof(*self->ios));
    if (ios == NULL) {
        return CT_ERROR;
    }
    self->ios = ios;
    self->size = size;
    return CT_OK;
}


/* Also ends a mute: whoever rearms wants to hear again. */
static void
watch(poll_state_t *self, const ct_io_t *io)
{
    const bool is_level = (io->interest & CT_IO_LEVEL) != 0;
    short      events = 0;

    if ((io->interest & CT_IO_READ) && (is_level || !io->readable)) {
        events |= POLLIN | POLLRDHUP;
    }
    if ((io->interest & CT_IO_WRITE) && (is_level || !io->writable)) {
        events |= POLLOUT;
    }
    self->fds[io->slot].fd = io->fd;
    self->fds[io->slot].events = events;
}


/*
 * poll() reports a hang-up whether it is asked or not.  Who has been told and
 * does not close yet (a reply is still being computed) must not make it spin,
 * so such an io is passed over until it is rearmed.
 */
static void
mute(poll_state_t *self, const ct_io_t *io)
{
    self->fds[io->slot].fd = -1;
}


static ct_rc_t
poll_add(void *state, ct_io_t *io)
{
    poll_state_t *self = state;

    if (self->n == self->size && grow(self) != CT_OK) {
        CT_LOG(self->log, CT_LOG_ERR, ENOMEM, "cannot watch descriptor %d",
               io->fd);
        return CT_ERROR;
    }
    io->slot = (uint32_t) self->n;
    self->ios[io->slot] = io;
    self->fds[io->slot].revents = 0;
    self->n++;
    watch(self, io);
    return CT_OK;
}


static void
poll_remove(void *state, ct_io_t *io)
{
    poll_state_t *self = state;
    const size_t  last = self->n - 1;

    CT_ASSERT(io->slot < self->n && self->ios[io->slot] == io);
    self->fds[io->slot] = self->fds[last];
    self->ios[io->slot] = self->ios[last];
    self->ios[io->slot]->slot = io->slot;
    self->n = last;
}


static void
poll_rearm(void *state, ct_io_t *io)
{
    watch(state, io);
}


static unsigned
ready_of(short revents)
{
    unsigned ready = 0;

    if (revents & POLLIN) {
        ready |= CT_IO_READ;
    }
    if (revents & POLLOUT) {
        ready |= CT_IO_WRITE;
    }
    if (revents & POLLRDHUP) {
        ready |= CT_IO_READ | CT_IO_ENDING;
    }
    if (revents & (POLLHUP | POLLERR | POLLNVAL)) {
        ready |= CT_IO_HUNG_UP;
    }
    return ready;
}


/* What is about to be told is not watched any more, until it is rearmed. */
static void
report(poll_state_t *self, ct_loop_t *loop, size_t i)
{
    ct_io_t       *io = self->ios[i];
    const unsigned ready = ready_of(self->fds[i].revents);

    self->fds[i].revents = 0;
    if (!(io->interest & CT_IO_LEVEL)) {
        if (ready & CT_IO_READ) {
            self->fds[i].events &= (short) ~(POLLIN | POLLRDHUP);
        }
        if (ready & CT_IO_WRITE) {
            self->fds[i].events &= (short) ~POLLOUT;
        }
        if (ready & CT_IO_HUNG_UP) {
            mute(self, io);
        }
    }
    ct_loop_ready(loop, io, ready);
}


static ct_rc_t
poll_report(void *state, ct_loop_t *loop, int timeout_ms)
{
    poll_state_t *self = state;
    const int     n = poll(self->fds, (nfds_t) self->n, timeout_ms);

    if (n < 0) {
        if (errno == EINTR) {
            return CT_AGAIN;
        }
        CT_LOG(self->log, CT_LOG_ALERT, errno, "poll() failed");
        return CT_ERROR;
    }
    if (n == 0) {
        return CT_OK;
    }

    for (size_t i = self->n; i > 0; i--) {
        if (i <= self->n && self->fds[i - 1].revents != 0) {
            report(self, loop, i - 1);
        }
    }
    return CT_OK;
}


const ct_poller_t ct_poll_poller = {
    .name = "poll",
    .create = poll_state_create,
    .destroy = poll_state_destroy,
    .add = poll_add,
    .remove = poll_remove,
    .rearm = poll_rearm,
    .wait = poll_report,
};

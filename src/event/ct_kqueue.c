/*
 * ct_kqueue.c -- the backend of the BSDs and of macOS.
 *
 * An io is one or two filters, EVFILT_READ and EVFILT_WRITE, added once with
 * EV_CLEAR, which makes them report edges.  Listeners go without it and are
 * reported as long as there is something to accept.  There is no exclusive
 * wake-up; the kernel wakes all workers and all but one find nothing.
 *
 * The two filters of one io come as two events of a batch.  Removing an io
 * wipes what the batch still holds of it, as in ct_epoll.c.
 *
 * A queue is not inherited over fork: in a child its descriptor number may
 * by then be somebody else's, so only the process that made it closes it.
 */

#include "core/ct_config.h"

#include "event/ct_poller.h"

#if CT_HAVE_KQUEUE

#include <errno.h>
#include <sys/types.h>
#include <sys/event.h>
#include <sys/time.h>
#include <unistd.h>

#include "core/ct_file.h"
#include "core/ct_log.h"
#include "core/ct_mem.h"
#include "event/ct_event.h"


/* events[next .. n) are still to be reported. */
typedef struct kqueue_state_s {
    int           fd;
    pid_t         pid; /* who made it */
    int           size;
    int           next;
    int           n;
    ct_log_t     *log;
    struct kevent events[];
} kqueue_state_t;


static ct_rc_t
kqueue_state_create(size_t max_events, ct_log_t *log, void **state)
{
    const int       fd = kqueue();
    kqueue_state_t *self;

    if (fd < 0) {
        CT_LOG(log, CT_LOG_EMERG, errno, "kqueue() failed");
        return CT_ERROR;
    }
    if (ct_file_set_cloexec(fd, true) != CT_OK) {
        CT_LOG(log, CT_LOG_EMERG, errno, "cannot set close-on-exec of kqueue");
        close(fd);
        return CT_ERROR;
    }

    self = ct_mem_alloc(sizeof(*self) + max_events * sizeof(*self->events));
    self->fd = fd;
    self->pid = getpid();
    self->size = (int) max_events;
    self->next = 0;
    self->n = 0;
    self->log = log;
    *state = self;
    return CT_OK;
}


static void
kqueue_state_destroy(void *state)
{
    kqueue_state_t *self = state;

    if (self->pid == getpid()) {
        close(self->fd);
    }
    ct_mem_release(self);
}


/* The changes that do `flags` to the filters of an io; how many there are. */
static int
changes_of(ct_io_t *io, unsigned short flags, struct kevent changes[2])
{
    int n = 0;

    if (io->interest & CT_IO_READ) {
        EV_SET(&changes[n], (uintptr_t) io->fd, EVFILT_READ, flags, 0, 0, io);
        n++;
    }
    if (io->interest & CT_IO_WRITE) {
        EV_SET(&changes[n], (uintptr_t) io->fd, EVFILT_WRITE, flags, 0, 0, io);
        n++;
    }
    return n;
}


static ct_rc_t
kqueue_add(void *state, ct_io_t *io)
{
    kqueue_state_t *self = state;
    const bool      is_level = (io->interest & CT_IO_LEVEL) != 0;
    struct kevent   changes[2];
    const int       n =
        changes_of(io, is_level ? EV_ADD : EV_ADD | EV_CLEAR, changes);

    if (kevent(self->fd, changes, n, NULL, 0, NULL) < 0) {
        CT_LOG(self->log, CT_LOG_ERR, errno, "cannot watch descriptor %d",
               io->fd);
        return CT_ERROR;
    }
    return CT_OK;
}


/*
 * The filters are deleted one by one: the first failure of a list ends it,
 * and some systems drop the write filter by themselves when the peer goes.
 */
static void
kqueue_remove(void *state, ct_io_t *io)
{
    kqueue_state_t *self = state;
    struct kevent   changes[2];
    const int       n = changes_of(io, EV_DELETE, changes);

    for (int i = 0; i < n; i++) {
        if (kevent(self->fd, &changes[i], 1, NULL, 0, NULL) < 0
            && errno != ENOENT) {
            CT_LOG(self->log, CT_LOG_ALERT, errno,
                   "cannot cease to watch descriptor %d", io->fd);
        }
    }
    for (int i = self->next; i < self->n; i++) {
        if (self->events[i].udata == io) {
            self->events[i].udata = NULL;
        }
    }
}


/*
 * EV_EOF at the reading side means that the peer sends no more.  At the
 * writing side it may be our own shutdown(2) that has ended it, so it says
 * nothing by itself.  With an error in fflags the connection is gone.
 */
static unsigned
ready_of(const struct kevent *event)
{
    const bool is_end = (event->flags & EV_EOF) != 0;
    unsigned   ready = CT_IO_WRITE;

    if (event->filter == EVFILT_READ) {
        ready = CT_IO_READ | (is_end ? CT_IO_ENDING : 0);
    }
    if ((event->flags & EV_ERROR) || (is_end && event->fflags != 0)) {
        ready |= CT_IO_HUNG_UP;
    }
    return ready;
}


static ct_rc_t
kqueue_report(void *state, ct_loop_t *loop, int timeout_ms)
{
    kqueue_state_t       *self = state;
    const struct timespec wait = { .tv_sec = timeout_ms / 1000,
                                   .tv_nsec = timeout_ms % 1000 * 1000000L };
    const int n = kevent(self->fd, NULL, 0, self->events, self->size,
                         timeout_ms < 0 ? NULL : &wait);

    if (n < 0) {
        if (errno == EINTR) {
            return CT_AGAIN;
        }
        CT_LOG(self->log, CT_LOG_ALERT, errno, "kevent() failed");
        return CT_ERROR;
    }

    self->n = n;
    self->next = 0;
    while (self->next < n) {
        const struct kevent *event = &self->events[self->next++];

        if (event->udata != NULL) {
            ct_loop_ready(loop, event->udata, ready_of(event));
        }
    }
    return CT_OK;
}


const ct_poller_t ct_kqueue_poller = {
    .name = "kqueue",
    .create = kqueue_state_create,
    .destroy = kqueue_state_destroy,
    .add = kqueue_add,
    .remove = kqueue_remove,
    .rearm = NULL,
    .wait = kqueue_report,
};

#endif

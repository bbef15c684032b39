/*
 * kevent.c -- kqueue(2) over epoll(7), for tests on Linux.
 *
 * epoll knows one registration a descriptor, kqueue one a filter, so a table
 * keeps both filters of each descriptor and the epoll mask is computed from
 * them.  One epoll event gives up to two kevents.
 *
 * close(2) is not seen here: it ends a registration in the kernel and leaves
 * our note of it.  The note is found stale when the kernel answers ENOENT to
 * a change of it, and begun anew.  A queue number that kqueue() gives out
 * again begins with no notes.
 *
 * Differences from the real one that a user of it may meet: an edge is
 * reported for both filters at once, `data` is always 0, and a socket's error
 * is always ECONNRESET.
 */

#include <sys/event.h>

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

enum {
    MAX_QUEUES = 64,
    MAX_BATCH = 256 /* epoll events taken at a time */
};


typedef struct shim_filter_s {
    bool  is_set;
    bool  is_disabled;
    bool  is_edge; /* EV_CLEAR */
    void *udata;
} shim_filter_t;

typedef struct shim_note_s {
    shim_filter_t read;
    shim_filter_t write;
} shim_note_t;

/* Notes by descriptor; kq is -1 for a free place. */
typedef struct shim_queue_s {
    int          kq;
    bool         in_use;
    size_t       n;
    shim_note_t *notes;
} shim_queue_t;


static shim_queue_t queues[MAX_QUEUES];


static shim_queue_t *
find_queue(int kq)
{
    for (int i = 0; i < MAX_QUEUES; i++) {
        if (queues[i].in_use && queues[i].kq == kq) {
            return &queues[i];
        }
    }
    return NULL;
}


static shim_queue_t *
free_queue(void)
{
    for (int i = 0; i < MAX_QUEUES; i++) {
        if (!queues[i].in_use) {
            return &queues[i];
        }
    }
    return NULL;
}


int
kqueue(void)
{
    const int     kq = epoll_create1(0);
    shim_queue_t *queue;

    if (kq < 0) {
        return -1;
    }
    queue = find_queue(kq);
    if (queue == NULL) {
        queue = free_queue();
    }
    if (queue == NULL) {
        errno = ENOMEM;
        return -1;
    }
    free(queue->notes);
    *queue = (shim_queue_t){ .kq = kq, .in_use = true };
    return kq;
}


static shim_note_t *
note_of(shim_queue_t *queue, size_t fd)
{
    shim_note_t *notes;
    size_t       n;

    if (fd < queue->n) {
        return &queue->notes[fd];
    }
    n = (fd + 1) * 2;
    notes = realloc(queue->notes, n * sizeof(*notes));
    if (notes == NULL) {
        return NULL;
    }
    memset(notes + queue->n, 0, (n - queue->n) * sizeof(*notes));
    queue->notes = notes;
    queue->n = n;
    return &notes[fd];
}


static uint32_t
mask_of(const shim_note_t *note)
{
    const shim_filter_t *r = &note->read;
    const shim_filter_t *w = &note->write;
    uint32_t             mask = 0;

    if (r->is_set && !r->is_disabled) {
        mask |= EPOLLIN | EPOLLRDHUP | (r->is_edge ? EPOLLET : 0U);
    }
    if (w->is_set && !w->is_disabled) {
        mask |= EPOLLOUT | (w->is_edge ? EPOLLET : 0U);
    }
    return mask;
}


/* What EV_DISABLE leaves is registered still, for nothing. */
static int
update(const shim_queue_t *queue, const shim_note_t *note, int fd,
       bool was_known)
{
    struct epoll_event event = { .events = mask_of(note),
                                 .data = { .fd = fd } };

    if (!note->read.is_set && !note->write.is_set) {
        return epoll_ctl(queue->kq, EPOLL_CTL_DEL, fd, &event);
    }
    return epoll_ctl(queue->kq, was_known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd,
                     &event);
}


static void
edit(shim_filter_t *filter, const struct kevent *change)
{
    if (change->flags & EV_DELETE) {
        *filter = (shim_filter_t){ .is_set = false };
        return;
    }
    if (change->flags & EV_ADD) {
        filter->is_set = true;
        filter->is_disabled = false;
        filter->is_edge = (change->flags & EV_CLEAR) != 0;
        filter->udata = change->udata;
    }
    if (change->flags & EV_DISABLE) {
        filter->is_disabled = true;
    }
    if (change->flags & EV_ENABLE) {
        filter->is_disabled = false;
    }
}


static shim_filter_t *
filter_of(shim_note_t *note, short filter)
{
    return filter == EVFILT_READ ? &note->read : &note->write;
}


static int
apply(shim_queue_t *queue, const struct kevent *change)
{
    const int    fd = (int) change->ident;
    shim_note_t *note = note_of(queue, change->ident);
    shim_note_t  before;
    bool         was_known;

    if (note == NULL) {
        errno = ENOMEM;
        return -1;
    }
    before = *note;
    was_known = before.read.is_set || before.write.is_set;
    if (!(change->flags & EV_ADD) && !filter_of(note, change->filter)->is_set) {
        errno = ENOENT;
        return -1;
    }

    edit(filter_of(note, change->filter), change);
    if (update(queue, note, fd, was_known) == 0) {
        return 0;
    }
    if (errno == ENOENT && was_known) {
        *note = (shim_note_t){ .read = { .is_set = false } };
        if (!(change->flags & EV_ADD)) {
            errno = ENOENT;
            return -1;
        }
        edit(filter_of(note, change->filter), change);
        return update(queue, note, fd, false);
    }
    *note = before;
    return -1;
}


/*
 * The socket's error belongs into fflags.  To ask for SO_ERROR would take it
 * away from the recv(2) that is about to meet it, so a name must do.
 */
static unsigned
error_of(const struct epoll_event *event)
{
    return event->events & EPOLLERR ? ECONNRESET : 0;
}


/* The kevents of one epoll event; how many there are. */
static int
translate(const shim_queue_t *queue, const struct epoll_event *event,
          struct kevent out[2])
{
    const int          fd = event->data.fd;
    const shim_note_t *note = &queue->notes[fd];
    const bool         is_gone = (event->events & (EPOLLHUP | EPOLLERR)) != 0;
    const unsigned     fflags = error_of(event);
    const uint32_t     in = EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR;
    const uint32_t     end = EPOLLRDHUP | EPOLLHUP | EPOLLERR;
    int                n = 0;

    if (note->read.is_set && !note->read.is_disabled && (event->events & in)) {
        EV_SET(&out[n], (uintptr_t) fd, EVFILT_READ,
               event->events & end ? EV_EOF : 0, fflags, 0, note->read.udata);
        n++;
    }
    if (note->write.is_set && !note->write.is_disabled
        && (event->events & (EPOLLOUT | EPOLLHUP | EPOLLERR))) {
        EV_SET(&out[n], (uintptr_t) fd, EVFILT_WRITE, is_gone ? EV_EOF : 0,
               fflags, 0, note->write.udata);
        n++;
    }
    return n;
}


static int
milliseconds(const struct timespec *timeout)
{
    if (timeout == NULL) {
        return -1;
    }
    return (int) (timeout->tv_sec * 1000
                  + (timeout->tv_nsec + 999999) / 1000000);
}


int
kevent(int kq, const struct kevent *changes, int nchanges,
       struct kevent *events, int nevents, const struct timespec *timeout)
{
    struct epoll_event batch[MAX_BATCH];
    shim_queue_t      *queue = find_queue(kq);
    int                size = nevents / 2;
    int                n;
    int                nout = 0;

    if (queue == NULL) {
        errno = EBADF;
        return -1;
    }
    for (int i = 0; i < nchanges; i++) {
        if (apply(queue, &changes[i]) != 0) {
            return -1;
        }
    }
    if (size == 0) {
        return 0;
    }

    n = epoll_wait(kq, batch, size < MAX_BATCH ? size : MAX_BATCH,
                   milliseconds(timeout));
    for (int i = 0; i < n; i++) {
        nout += translate(queue, &batch[i], events + nout);
    }
    return n < 0 ? -1 : nout;
}

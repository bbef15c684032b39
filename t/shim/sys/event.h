/*
 * sys/event.h -- as much of kqueue(2) as ct_kqueue.c needs, for Linux.
 *
 * Found before the system's headers with -It/shim, so that the real backend
 * is compiled and run where the tests run.  Names and values are FreeBSD's.
 */

#ifndef CT_SHIM_SYS_EVENT_H
#define CT_SHIM_SYS_EVENT_H

#include <stdint.h>
#include <time.h>

#define EVFILT_READ  (-1)
#define EVFILT_WRITE (-2)

#define EV_ADD     0x0001
#define EV_DELETE  0x0002
#define EV_ENABLE  0x0004
#define EV_DISABLE 0x0008
#define EV_CLEAR   0x0020
#define EV_ERROR   0x4000
#define EV_EOF     0x8000

struct kevent {
    uintptr_t      ident;
    short          filter;
    unsigned short flags;
    unsigned int   fflags;
    intptr_t       data;
    void          *udata;
};

/* clang-format off */
#define EV_SET(event, ident_, filter_, flags_, fflags_, data_, udata_)         \
    (*(event) = (struct kevent) { (ident_), (filter_), (flags_), (fflags_),    \
                                  (data_), (udata_) })
/* clang-format on */

/* A new queue: an epoll descriptor, which close(2) ends. */
int kqueue(void);

/*
 * Applies the changes in order, then waits for events.  The first change that
 * fails ends the call with -1 and errno: EV_RECEIPT is not known.  `nevents`
 * is 0, or at least 2.
 */
int kevent(int kq, const struct kevent *changes, int nchanges,
           struct kevent *events, int nevents, const struct timespec *timeout);

#endif /* CT_SHIM_SYS_EVENT_H */

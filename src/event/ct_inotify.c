/*
 * ct_inotify.c -- to be told what happens in directories.
 *
 * Directories and not files: an editor writes a new file and renames it, and
 * a watch on the old one would stay with what is no longer there.
 */

#include "core/ct_config.h"

#include "event/ct_inotify.h"

#include <errno.h>
#include <unistd.h>

#if CT_HAVE_INOTIFY
#include <sys/inotify.h>

/* Of a busy directory there is no end of news; the rest is for another turn. */
#define BLOCKS_PER_TURN 16

#define SETTLED (IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE)
#define LOST    (IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED | IN_Q_OVERFLOW)


ct_rc_t
ct_inotify_create(int *fd)
{
    *fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    return *fd != -1 ? CT_OK : CT_ERROR;
}


ct_rc_t
ct_inotify_add(int fd, const char *c_dir, int *dir)
{
    *dir = inotify_add_watch(
        fd, c_dir, SETTLED | LOST | IN_CREATE | IN_MODIFY | IN_ONLYDIR);
    return *dir != -1 ? CT_OK : CT_ERROR;
}


static ct_inotify_t
kind_of(uint32_t mask)
{
    if ((mask & LOST) != 0) {
        return CT_INOTIFY_LOST;
    }
    if ((mask & IN_CREATE) != 0) {
        return CT_INOTIFY_CREATED;
    }
    return (mask & IN_MODIFY) != 0 ? CT_INOTIFY_WRITING : CT_INOTIFY_SETTLED;
}


void
ct_inotify_read(int fd, ct_inotify_fn fn, void *data)
{
    union {
        struct inotify_event first; /* for its alignment */
        char                 bytes[8192];
    } block;

    for (unsigned i = 0; i < BLOCKS_PER_TURN; i++) {
        const ssize_t n = read(fd, block.bytes, sizeof(block.bytes));
        ssize_t       at = 0;

        if (n == -1 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return;
        }
        while (at < n) {
            const struct inotify_event *event =
                (const void *) (block.bytes + at);

            fn(event->wd, event->len > 0 ? event->name : "",
               kind_of(event->mask), data);
            at += (ssize_t) (sizeof(*event) + event->len);
        }
    }
}

#else


ct_rc_t
ct_inotify_create(int *fd)
{
    *fd = -1;
    return CT_DECLINED;
}


ct_rc_t
ct_inotify_add(int fd CT_UNUSED, const char *c_dir CT_UNUSED, int *dir)
{
    *dir = -1;
    return CT_DECLINED;
}


void
ct_inotify_read(int fd CT_UNUSED, ct_inotify_fn fn CT_UNUSED,
                void *data CT_UNUSED)
{
}

#endif

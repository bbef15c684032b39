/*
 * ct_inotify.h -- to be told what happens in directories.
 *
 * Where the system cannot tell, everything is CT_DECLINED, and who wants to
 * know has to look.
 */

#ifndef CT_INOTIFY_H
#define CT_INOTIFY_H

#include "core/ct_config.h"

#include "core/ct_rc.h"

typedef enum ct_inotify_e {
    CT_INOTIFY_WRITING, /* a file is being written, and is not whole yet */
    CT_INOTIFY_CREATED, /* there is a new name; what of, must be looked up */
    CT_INOTIFY_SETTLED, /* it was closed behind a writer, moved or removed */
    CT_INOTIFY_LOST,    /* something may have been missed */
} ct_inotify_t;

/*
 * `dir` is the number of ct_inotify_add, or -1; `c_name` is of a file in it,
 * or "".
 */
typedef void (*ct_inotify_fn)(int dir, const char *c_name, ct_inotify_t what,
                              void *data);

/* A descriptor to wait for; close-on-exec and non-blocking.  CT_ERROR: errno.
 */
ct_rc_t ct_inotify_create(int *fd);

/* One directory more; the same number for the same one.  CT_ERROR: errno. */
ct_rc_t ct_inotify_add(int fd, const char *c_dir, int *dir);

/* Gives what has happened to `fn`, until there is no more for now. */
void ct_inotify_read(int fd, ct_inotify_fn fn, void *data);

#endif /* CT_INOTIFY_H */

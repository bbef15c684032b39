/*
 * ct_file.h -- files that stay open, and the few calls around descriptors.
 *
 * A ct_file_t is one open log: several users of the same path share it, and
 * reopening them all is one call.  The list of them belongs to the cycle.
 */

#ifndef CT_FILE_H
#define CT_FILE_H

#include "core/ct_config.h"

#include "core/ct_queue.h"
#include "core/ct_rc.h"
#include "core/ct_str.h"

#include <sys/types.h>

typedef struct ct_log_s ct_log_t;

typedef struct ct_file_s {
    ct_queue_t link;
    ct_str_t   path; /* absolute, NUL after it; empty for an inherited fd */
    int        fd;   /* -1 until opened */
} ct_file_t;

/*
 * The file of that path in `files` (a list head), added if it is not there;
 * not opened yet.  The struct lives in `pool`.
 */
CT_API ct_file_t *ct_file_find(ct_queue_t *files, ct_pool_t *pool,
                               ct_str_t path);

/*
 * Opens for appending, created with mode 0644, close-on-exec.  CT_ERROR is
 * logged to `log`.  Nothing is done where fd is open already.
 */
CT_API ct_rc_t ct_file_open(ct_file_t *file, ct_log_t *log);

/*
 * Opens the path anew and moves it onto the same descriptor, so that every
 * holder of `fd` follows.  A failure is logged and keeps the old one.
 */
CT_API void ct_file_reopen_all(ct_queue_t *files, ct_log_t *log);

/* Gives files with a path to another owner; uid or gid -1 leaves it. */
CT_API void ct_file_chown_all(ct_queue_t *files, uid_t uid, gid_t gid,
                              ct_log_t *log);

/* Closes all descriptors of the list but those below 3. */
CT_API void ct_file_close_all(ct_queue_t *files);

/*
 * The whole file in `pool`, with a NUL after it; more than `limit` bytes is
 * an error.  CT_ERROR sets errno and is not logged: the caller knows why it
 * asked.
 */
CT_API ct_rc_t ct_file_read(ct_pool_t *pool, const char *c_path, size_t limit,
                            ct_str_t *text);

/* Writes a whole file through a temporary one and rename, mode 0644. */
CT_API ct_rc_t ct_file_replace(const char *c_path, ct_str_t text,
                               ct_log_t *log);

/* All of it, past EINTR and short writes; CT_ERROR sets errno. */
CT_API ct_rc_t ct_file_write_all(int fd, const void *data, size_t len);

/* Sets or clears O_NONBLOCK and FD_CLOEXEC; CT_ERROR sets errno. */
CT_API ct_rc_t ct_file_set_nonblocking(int fd, bool on);
CT_API ct_rc_t ct_file_set_cloexec(int fd, bool on);

#endif /* CT_FILE_H */

/*
 * ct_file.h -- files that stay open, and the few calls around descriptors.
 *
 * A ct_file_t is one open log: several users of the same path share it, and
 * reopening them all is one call.  The list of them belongs to the cycle.
 */

#ifndef CT_FILE_H
#define CT_FILE_H

#include "core/ct_config.h"

#include "core/ct_array.h"
#include "core/ct_queue.h"
#include "core/ct_rc.h"
#include "core/ct_str.h"

#include <sys/types.h>

typedef struct ct_log_s ct_log_t;

typedef struct ct_file_s {
    ct_queue_t link;
    ct_str_t   path; /* absolute, NUL after it; empty for an inherited fd */
    int        fd;   /* -1 until opened */
    bool       may_block; /* a pipe or a device: asked before it is written */
    bool       is_torn;   /* ends with a part of a line */
} ct_file_t;

/*
 * The file of that path in `files` (a list head), added if it is not there;
 * not opened yet.  The struct lives in `pool`.
 */
CT_API ct_file_t *ct_file_find(ct_queue_t *files, ct_pool_t *pool,
                               ct_str_t path);

/*
 * Opens for appending, created with mode 0644, close-on-exec.  CT_ERROR is
 * logged to `log`.  Nothing is done where fd is open already.  A pipe with a
 * name is opened whether anybody reads from it or not.
 */
CT_API ct_rc_t ct_file_open(ct_file_t *file, ct_log_t *log);

/*
 * Takes the descriptor `fd` (2) as what the file is from now on.  Where it is
 * a pipe, one of our own is made of it if that can be had, so that not
 * waiting for it is our affair alone and not that of whoever shares it.
 */
void ct_file_take(ct_file_t *file, int fd);

/*
 * One line, its newline included, or several.  Never waits: CT_ERROR sets
 * errno, EAGAIN for a pipe that is full, and the line is lost.  What was
 * written of a line by half ends there; the next one begins on its own line.
 */
CT_API ct_rc_t ct_file_log(ct_file_t *file, const void *data, size_t len);

/*
 * Opens the path anew and moves it onto the same descriptor, so that every
 * holder of `fd` follows.  A failure is logged and keeps the old one.
 */
CT_API void ct_file_reopen_all(ct_queue_t *files, ct_log_t *log);

/*
 * The same for one file.  CT_ERROR sets errno, is not logged, and keeps the
 * old one.
 */
CT_API ct_rc_t ct_file_reopen(ct_file_t *file);

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

/*
 * Closes every descriptor of this process from 3 on but the `n` of `kept`: for
 * a child that must not have what its parent has.
 */
void ct_file_close_others(const int *kept, size_t n);

/* What was read, and how it was then. */
typedef struct ct_file_stamp_s {
    ct_str_t path; /* absolute, a NUL after it; may be a pattern */
    uint64_t value;
} ct_file_stamp_t;

/* Whether the path is a pattern, as `include` takes them. */
bool ct_file_is_pattern(const char *c_path);

/*
 * Which file stands under that path, links followed, how long it is and when
 * it was written, as a number; 0: there is none.  Of a pattern: the names that
 * match, whatever is in them.
 */
uint64_t ct_file_stamp(const char *c_path);

/*
 * Notes a file in `stamps`, an array of ct_file_stamp_t; to be done before it
 * is read, so that what is written meanwhile is seen as a change.  One noted
 * before keeps the value that it has.
 */
CT_API void ct_file_note(ct_array_t *stamps, ct_str_t path);

#endif /* CT_FILE_H */

/*
 * ct_pidfile.c -- the file that says who the master is.
 *
 * It is written after the sockets are open: a second start fails on them
 * first and leaves the file alone.  A live pid in it is believed to be ours
 * only if its program has our name, since pids are used again after a crash
 * or a reboot; where that cannot be told, caution refuses.
 */

#include "core/ct_config.h"

#include "process/ct_pidfile.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "core/ct_file.h"
#include "core/ct_log.h"
#include "core/ct_pool.h"
#include "core/ct_str.h"
#include "process/ct_alive.h"

/* A pid file is one short line; anything longer is none. */
#define PID_FILE_LIMIT 32


pid_t
ct_pidfile_read(const char *c_path)
{
    ct_pool_t *pool = ct_pool_create(512);
    ct_str_t   text = CT_STR_NONE;
    uint64_t   pid = 0;

    if (ct_file_read(pool, c_path, PID_FILE_LIMIT, &text) == CT_OK) {
        while (text.len > 0
               && (text.data[text.len - 1] == '\n'
                   || text.data[text.len - 1] == ' ')) {
            text.len--;
        }
        if (ct_str_to_u64(text, &pid) != CT_OK || pid > INT_MAX) {
            pid = 0;
        }
    }
    ct_pool_destroy(pool);
    return (pid_t) pid;
}


/* The kernel's short name of a process; empty if it cannot be told. */
static ct_str_t
program_name(ct_pool_t *pool, pid_t pid)
{
    ct_str_t name = CT_STR("");

    (void) ct_file_read(pool,
                        ct_str_printf(pool, "/proc/%ld/comm", (long) pid).data,
                        64, &name);
    return name;
}


/* Whether `pid` is another process that may be a cthrift of ours. */
static bool
is_other(pid_t pid)
{
    ct_pool_t *pool = NULL;
    ct_str_t   theirs;
    bool       is_same = false;

    if (pid == getpid() || !ct_alive(pid)) {
        return false;
    }
    pool = ct_pool_create(512);
    theirs = program_name(pool, pid);
    is_same =
        theirs.len == 0 || ct_str_eq(theirs, program_name(pool, getpid()));
    ct_pool_destroy(pool);
    return is_same;
}


ct_rc_t
ct_pidfile_take(const char *c_path, ct_log_t *log)
{
    const pid_t other = ct_pidfile_read(c_path);
    char        text[PID_FILE_LIMIT];

    if (is_other(other)) {
        CT_LOG(log, CT_LOG_EMERG, 0, "'%s' names process %ld, which is running",
               c_path, (long) other);
        return CT_ERROR;
    }
    (void) snprintf(text, sizeof(text), "%ld\n", (long) getpid());
    return ct_file_replace(c_path, ct_str_of(text), log);
}


void
ct_pidfile_drop(const char *c_path, ct_log_t *log)
{
    if (ct_pidfile_read(c_path) == getpid() && unlink(c_path) == -1) {
        CT_LOG(log, CT_LOG_ALERT, errno, "cannot remove '%s'", c_path);
    }
}


ct_rc_t
ct_pidfile_old_path(const char *c_path, char *out, size_t size)
{
    const int n = snprintf(out, size, "%s.oldbin", c_path);

    return n > 0 && (size_t) n < size ? CT_OK : CT_ERROR;
}


static ct_rc_t
move(const char *c_from, const char *c_to, ct_log_t *log)
{
    if (rename(c_from, c_to) == -1) {
        CT_LOG(log, CT_LOG_ERR, errno, "cannot rename '%s' to '%s'", c_from,
               c_to);
        return CT_ERROR;
    }
    return CT_OK;
}


ct_rc_t
ct_pidfile_set_aside(const char *c_path, ct_log_t *log)
{
    char old[PATH_MAX];

    if (ct_pidfile_old_path(c_path, old, sizeof(old)) != CT_OK) {
        CT_LOG(log, CT_LOG_ERR, 0, "the path of the pid file is too long");
        return CT_ERROR;
    }
    return move(c_path, old, log);
}


void
ct_pidfile_set_back(const char *c_path, ct_log_t *log)
{
    char old[PATH_MAX];

    if (ct_pidfile_old_path(c_path, old, sizeof(old)) == CT_OK
        && ct_pidfile_read(old) == getpid()) {
        (void) move(old, c_path, log);
    }
}

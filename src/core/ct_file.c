/*
 * ct_file.c -- files that stay open, and the few calls around descriptors.
 *
 * Reopening keeps the number of the descriptor: the new file is opened beside
 * the old one and moved onto it.  So nobody who holds the number has to be
 * told, and a file that cannot be opened anew leaves the old one in use.
 */

#include "core/ct_config.h"

#include "core/ct_file.h"

#include "core/ct_log.h"
#include "core/ct_pool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MODE 0644


/*
 * Two directives that name one log must share its descriptor: two of them
 * would be reopened one after the other, and the file in between would take
 * lines of both names.
 */
ct_file_t *
ct_file_find(ct_queue_t *files, ct_pool_t *pool, ct_str_t path)
{
    ct_file_t *file;

    for (ct_queue_t *link = files->next; link != files; link = link->next) {
        file = CT_QUEUE_ENTRY(link, ct_file_t, link);
        if (path.len > 0 && ct_str_eq(file->path, path)) {
            return file;
        }
    }
    file = ct_pool_zalloc(pool, sizeof(*file));
    file->path = ct_str_dup(pool, path);
    file->fd = -1;
    ct_queue_push(files, &file->link);
    return file;
}


/*
 * O_APPEND makes each write land whole at the end, whatever the other
 * processes write; without it workers would write over each other.
 */
static int
open_to_append(const char *c_path, ct_log_t *log)
{
    const int flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC;
    int       fd;

    do {
        fd = open(c_path, flags, FILE_MODE);
    } while (fd == -1 && errno == EINTR);
    if (fd == -1) {
        CT_LOG(log, CT_LOG_EMERG, errno, "cannot open '%s'", c_path);
    }
    return fd;
}


ct_rc_t
ct_file_open(ct_file_t *file, ct_log_t *log)
{
    if (file->fd != -1) {
        return CT_OK;
    }
    file->fd = open_to_append(file->path.data, log);
    return file->fd == -1 ? CT_ERROR : CT_OK;
}


/*
 * dup2 replaces the old file in one step, so there is no moment in which the
 * number is free and another open could take it.
 */
static void
reopen(ct_file_t *file, ct_log_t *log)
{
    const int fd = open_to_append(file->path.data, log);

    if (fd == -1) {
        return;
    }
    if (dup2(fd, file->fd) == -1) {
        CT_LOG(log, CT_LOG_ALERT, errno, "cannot reopen '%s'", file->path.data);
    } else if (file->fd > STDERR_FILENO) {
        (void) ct_file_set_cloexec(file->fd, true); /* dup2 has cleared it */
    }
    (void) close(fd);
}


void
ct_file_reopen_all(ct_queue_t *files, ct_log_t *log)
{
    for (ct_queue_t *link = files->next; link != files; link = link->next) {
        ct_file_t *file = CT_QUEUE_ENTRY(link, ct_file_t, link);

        if (file->path.len > 0 && file->fd != -1) {
            reopen(file, log);
        }
    }
}


void
ct_file_chown_all(ct_queue_t *files, uid_t uid, gid_t gid, ct_log_t *log)
{
    for (ct_queue_t *link = files->next; link != files; link = link->next) {
        const ct_file_t *file = CT_QUEUE_ENTRY(link, ct_file_t, link);
        struct stat      status;

        /* A device or a pipe (/dev/stderr) is not ours to give away. */
        if (file->path.len == 0 || file->fd == -1
            || fstat(file->fd, &status) == -1 || !S_ISREG(status.st_mode)) {
            continue;
        }
        if (fchown(file->fd, uid, gid) == -1) {
            CT_LOG(log, CT_LOG_WARN, errno, "cannot change owner of '%s'",
                   file->path.data);
        }
    }
}


/*
 * Standard descriptors stay: closed, their numbers would go to the next
 * socket, and a library that writes to stderr would write into it.
 */
void
ct_file_close_all(ct_queue_t *files)
{
    for (ct_queue_t *link = files->next; link != files; link = link->next) {
        ct_file_t *file = CT_QUEUE_ENTRY(link, ct_file_t, link);

        if (file->fd > STDERR_FILENO) {
            (void) close(file->fd);
        }
        file->fd = -1;
    }
}


/* Reads until `size` bytes are there or the file ends; -1 with errno. */
static ssize_t
read_up_to(int fd, char *data, size_t size)
{
    size_t len = 0;

    while (len < size) {
        const ssize_t n = read(fd, data + len, size - len);

        if (n == -1 && errno == EINTR) {
            continue;
        }
        if (n == -1) {
            return -1;
        }
        if (n == 0) {
            break;
        }
        len += (size_t) n;
    }
    return (ssize_t) len;
}


/*
 * One byte more than the file has is asked for, so that a file without a
 * known size (/proc, a pipe) and one that is too long are both noticed.
 */
static ct_rc_t
read_open_file(ct_pool_t *pool, int fd, size_t limit, ct_str_t *text)
{
    struct stat status;
    size_t      room = limit;
    char       *data;
    ssize_t     len;

    if (fstat(fd, &status) == -1) {
        return CT_ERROR;
    }
    if (S_ISREG(status.st_mode) && status.st_size > 0
        && (uint64_t) status.st_size < limit) {
        room = (size_t) status.st_size;
    }
    data = ct_pool_alloc(pool, room + 1);
    len = read_up_to(fd, data, room + 1);
    if (len == -1) {
        return CT_ERROR;
    }
    if ((size_t) len > limit) {
        errno = EFBIG;
        return CT_ERROR;
    }
    /* A file that grew while it was read counts as it was before. */
    text->len = (size_t) len > room ? room : (size_t) len;
    data[text->len] = '\0';
    text->data = data;
    return CT_OK;
}


ct_rc_t
ct_file_read(ct_pool_t *pool, const char *c_path, size_t limit, ct_str_t *text)
{
    ct_rc_t rc;
    int     fd;
    int     saved_errno;

    do {
        fd = open(c_path, O_RDONLY | O_CLOEXEC);
    } while (fd == -1 && errno == EINTR);
    if (fd == -1) {
        return CT_ERROR;
    }
    rc = read_open_file(pool, fd, limit, text);
    saved_errno = errno;
    (void) close(fd);
    errno = saved_errno;
    return rc;
}


/* Fills the temporary file and gives it its mode; CT_ERROR sets errno. */
static ct_rc_t
fill(int fd, ct_str_t text)
{
    if (ct_file_write_all(fd, text.data, text.len) != CT_OK
        || fchmod(fd, FILE_MODE) == -1) {
        return CT_ERROR;
    }
    return CT_OK;
}


/*
 * A reader of the path sees the old text or the new one, never a part: a pid
 * file read while it is written would name another process.
 */
ct_rc_t
ct_file_replace(const char *c_path, ct_str_t text, ct_log_t *log)
{
    ct_pool_t *pool = ct_pool_create(0);
    char *c_temp = ct_str_dup_c(pool, ct_str_printf(pool, "%s.XXXXXX", c_path));
    int   fd = mkstemp(c_temp);

    if (fd == -1) {
        CT_LOG(log, CT_LOG_EMERG, errno, "cannot create '%s'", c_temp);
        ct_pool_destroy(pool);
        return CT_ERROR;
    }
    (void) ct_file_set_cloexec(fd, true);
    if (fill(fd, text) != CT_OK || rename(c_temp, c_path) == -1) {
        CT_LOG(log, CT_LOG_EMERG, errno, "cannot write '%s'", c_path);
        goto fail;
    }
    (void) close(fd);
    ct_pool_destroy(pool);
    return CT_OK;

fail:
    (void) unlink(c_temp);
    (void) close(fd);
    ct_pool_destroy(pool);
    return CT_ERROR;
}


ct_rc_t
ct_file_write_all(int fd, const void *data, size_t len)
{
    const char *pos = data;

    while (len > 0) {
        const ssize_t n = write(fd, pos, len);

        if (n == -1 && errno == EINTR) {
            continue;
        }
        if (n == -1) {
            return CT_ERROR;
        }
        pos += n;
        len -= (size_t) n;
    }
    return CT_OK;
}


/* Reads before it writes, so that flags set by others survive. */
static ct_rc_t
set_flag(int fd, int get, int set, int flag, bool on)
{
    const int old = fcntl(fd, get);

    if (old == -1) {
        return CT_ERROR;
    }
    return fcntl(fd, set, on ? old | flag : old & ~flag) == -1 ? CT_ERROR
                                                               : CT_OK;
}


ct_rc_t
ct_file_set_nonblocking(int fd, bool on)
{
    return set_flag(fd, F_GETFL, F_SETFL, O_NONBLOCK, on);
}


ct_rc_t
ct_file_set_cloexec(int fd, bool on)
{
    return set_flag(fd, F_GETFD, F_SETFD, FD_CLOEXEC, on);
}

/*
 * ct_file.c -- files that stay open, and the few calls around descriptors.
 *
 * Reopening keeps the number of the descriptor: the new file is opened beside
 * the old one and moved onto it.  So nobody who holds the number has to be
 * told, and a file that cannot be opened anew leaves the old one in use.
 *
 * A log may be a pipe whose reader sleeps, or a terminal that was stopped.
 * O_NONBLOCK on a description that others share would break them, so it is
 * set on what we have opened ourselves, and everything that is not a file is
 * asked by poll(2) first.
 */

#include "core/ct_config.h"

#include "core/ct_file.h"

#include "core/ct_hash.h"
#include "core/ct_log.h"
#include "core/ct_pool.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <poll.h>
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
 * processes write; without it workers would write over each other.  A file is
 * never waited for, a pipe may be: neither its opening, without a reader, nor
 * a write to it may hold up a loop.
 */
static int
try_to_append(const char *c_path, int access)
{
    const int flags = O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK;
    int       fd;

    do {
        fd = open(c_path, access | flags, FILE_MODE);
    } while (fd == -1 && errno == EINTR);
    return fd;
}


/*
 * ENXIO is a pipe that nobody reads from.  To be a reader ourselves lets it be
 * opened, and keeps what was written until somebody comes (pipe(7), Linux).
 */
static int
open_to_append(const char *c_path)
{
    const int fd = try_to_append(c_path, O_WRONLY);

    return fd == -1 && errno == ENXIO ? try_to_append(c_path, O_RDWR) : fd;
}


/* Files never make a writer wait; what cannot be asked is no file. */
static bool
may_block(int fd)
{
    struct stat status;

    return fstat(fd, &status) == -1 || !S_ISREG(status.st_mode);
}


ct_rc_t
ct_file_open(ct_file_t *file, ct_log_t *log)
{
    if (file->fd != -1) {
        return CT_OK;
    }
    file->fd = open_to_append(file->path.data);
    if (file->fd == -1) {
        CT_LOG(log, CT_LOG_EMERG, errno, "cannot open '%s'", file->path.data);
        return CT_ERROR;
    }
    file->may_block = may_block(file->fd);
    file->is_torn = false;
    return CT_OK;
}


void
ct_file_take(ct_file_t *file, int fd)
{
    struct stat status;
    char        own[32]; /* "/proc/self/fd/" and a number */

    file->fd = fd;
    file->may_block = may_block(fd);
    if (fstat(fd, &status) == -1 || !S_ISFIFO(status.st_mode)) {
        return;
    }
    snprintf(own, sizeof(own), "/proc/self/fd/%d", fd);
    fd = open(own, O_WRONLY | O_APPEND | O_CLOEXEC | O_NONBLOCK);
    if (fd != -1) {
        file->fd = fd;
    }
}


/*
 * dup2 replaces the old file in one step, so there is no moment in which the
 * number is free and another open could take it.
 */
ct_rc_t
ct_file_reopen(ct_file_t *file)
{
    const int fd = open_to_append(file->path.data);
    int       saved_errno;

    if (fd == -1) {
        return CT_ERROR;
    }
    if (dup2(fd, file->fd) == -1) {
        saved_errno = errno;
        (void) close(fd);
        errno = saved_errno;
        return CT_ERROR;
    }
    if (file->fd > STDERR_FILENO) {
        (void) ct_file_set_cloexec(file->fd, true); /* dup2 has cleared it */
    }
    file->may_block = may_block(file->fd);
    file->is_torn = false;
    (void) close(fd);
    return CT_OK;
}


void
ct_file_reopen_all(ct_queue_t *files, ct_log_t *log)
{
    for (ct_queue_t *link = files->next; link != files; link = link->next) {
        ct_file_t *file = CT_QUEUE_ENTRY(link, ct_file_t, link);

        if (file->path.len > 0 && file->fd != -1
            && ct_file_reopen(file) != CT_OK) {
            CT_LOG(log, CT_LOG_ERR, errno, "cannot reopen '%s'",
                   file->path.data);
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
        /* A pipe without a writer would be waited for. */
        fd = open(c_path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
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


/* Whether there is room now; EAGAIN where there is not. */
static ct_rc_t
has_room(int fd)
{
    struct pollfd asked = { .fd = fd, .events = POLLOUT };

    if (poll(&asked, 1, 0) == 0) {
        errno = EAGAIN;
        return CT_ERROR;
    }
    return CT_OK; /* also where poll failed: write(2) knows better */
}


/* How much of it went; less than all of it sets errno. */
static size_t
write_what_goes(int fd, const char *data, size_t len)
{
    size_t done = 0;

    while (done < len) {
        const ssize_t n = write(fd, data + done, len - done);

        if (n == -1 && errno == EINTR) {
            continue;
        }
        if (n == -1) {
            break;
        }
        done += (size_t) n;
    }
    return done;
}


ct_rc_t
ct_file_log(ct_file_t *file, const void *data, size_t len)
{
    size_t done;

    if (file->may_block && has_room(file->fd) != CT_OK) {
        return CT_ERROR;
    }
    if (file->is_torn) {
        if (write_what_goes(file->fd, "\n", 1) != 1) {
            return CT_ERROR;
        }
        file->is_torn = false;
    }
    done = write_what_goes(file->fd, data, len);
    if (done == len) {
        return CT_OK;
    }
    file->is_torn = done > 0;
    return CT_ERROR;
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


static bool
is_among(int fd, const int *kept, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (kept[i] == fd) {
            return true;
        }
    }
    return false;
}


/*
 * The highest descriptor, by asking the kernel's list: the limit may be a
 * million.  The list is read to its end first, since closing changes it.
 */
static int
highest_descriptor(void)
{
    DIR           *list = opendir("/dev/fd");
    struct dirent *entry;
    int            highest = -1;

    if (list == NULL) {
        return (int) sysconf(_SC_OPEN_MAX) - 1;
    }
    while ((entry = readdir(list)) != NULL) {
        const int fd = (int) strtol(entry->d_name, NULL, 10);

        if (fd > highest) {
            highest = fd;
        }
    }
    (void) closedir(list);
    return highest;
}


void
ct_file_close_others(const int *kept, size_t n)
{
    for (int fd = highest_descriptor(); fd > STDERR_FILENO; fd--) {
        if (!is_among(fd, kept, n)) {
            (void) close(fd);
        }
    }
}


bool
ct_file_is_pattern(const char *c_path)
{
    return strpbrk(c_path, "*?[") != NULL;
}


/* Never 0, which means that there is nothing. */
static uint64_t
hash_of(const void *data, size_t len, uint64_t before)
{
    const uint64_t value = ct_hash_of((ct_str_t){ len, data });

    return (before * 31 + value) | 1;
}


static uint64_t
stamp_of_matches(const char *c_pattern)
{
    uint64_t value = 0;
    glob_t   found;

    if (glob(c_pattern, 0, NULL, &found) != 0) {
        return 0;
    }
    for (size_t i = 0; i < found.gl_pathc; i++) {
        value =
            hash_of(found.gl_pathv[i], strlen(found.gl_pathv[i]) + 1, value);
    }
    globfree(&found);
    return value;
}


/*
 * The time of its status would tell more, but changes with every link and
 * every chmod.  What this does not tell apart is two files of one length that
 * were written in place within one tick of the kernel's clock.
 */
uint64_t
ct_file_stamp(const char *c_path)
{
    struct stat info;
    uint64_t    facts[5];

    if (ct_file_is_pattern(c_path)) {
        return stamp_of_matches(c_path);
    }
    if (stat(c_path, &info) != 0) {
        return 0;
    }
    facts[0] = (uint64_t) info.st_dev;
    facts[1] = (uint64_t) info.st_ino;
    facts[2] = (uint64_t) info.st_size;
    facts[3] = (uint64_t) info.st_mtim.tv_sec;
    facts[4] = (uint64_t) info.st_mtim.tv_nsec;
    return hash_of(facts, sizeof(facts), 0);
}


void
ct_file_note(ct_array_t *stamps, ct_str_t path)
{
    ct_file_stamp_t *stamp = NULL;

    for (size_t i = 0; i < stamps->n; i++) {
        stamp = ct_array_at(stamps, i);
        if (ct_str_eq(stamp->path, path)) {
            return;
        }
    }
    stamp = ct_array_push(stamps);
    stamp->path = ct_str_dup(stamps->pool, path);
    stamp->value = ct_file_stamp(stamp->path.data);
}

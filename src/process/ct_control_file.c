/*
 * ct_control_file.c -- the name under which the control socket is found.
 *
 * The file is ours as long as its inode is the one that was bound.  By that,
 * and not by its name, an old master knows after a roll-back, and a new one
 * before its end, which of the two files is its own to remove.
 */

#include "core/ct_config.h"

#include "process/ct_control_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/ct_log.h"
#include "core/ct_str.h"


/* The kernel's own name of an open directory is short, whatever its path. */
static ct_rc_t
shorten(const char *c_path, struct sockaddr_un *addr, int *dir_fd)
{
    const char *slash = strrchr(c_path, '/');
    char        dir[PATH_MAX];
    int         n = 0;

    if (slash == NULL || (size_t) (slash - c_path) >= sizeof(dir)) {
        return CT_DECLINED;
    }
    memcpy(dir, c_path, (size_t) (slash - c_path));
    dir[slash - c_path] = '\0';
    *dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (*dir_fd == -1) {
        return CT_DECLINED;
    }
    n = snprintf(addr->sun_path, sizeof(addr->sun_path), "/proc/self/fd/%d%s",
                 *dir_fd, slash);
    if (n < 0 || (size_t) n >= sizeof(addr->sun_path)) {
        close(*dir_fd);
        *dir_fd = -1;
        return CT_DECLINED;
    }
    return CT_OK;
}


ct_rc_t
ct_control_file_address(const char *c_path, struct sockaddr_un *addr,
                        int *dir_fd)
{
    const size_t len = strlen(c_path);

    *dir_fd = -1;
    memset(addr, 0, sizeof(*addr));
    addr->sun_family = AF_UNIX;
    if (len >= sizeof(addr->sun_path)) {
        return shorten(c_path, addr, dir_fd);
    }
    memcpy(addr->sun_path, c_path, len + 1);
    return CT_OK;
}


/* Whether somebody listens there: then it is not ours to remove. */
static bool
is_alive(const struct sockaddr_un *addr)
{
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
    bool      alive = false;

    if (fd == -1) {
        return false;
    }
    /* EAGAIN: its queue is full, so there is one. */
    alive = connect(fd, (const struct sockaddr *) addr, sizeof(*addr)) == 0
            || errno == EAGAIN;
    close(fd);
    return alive;
}


/* A dead one's socket is removed, anything else is not ours. */
static void
remove_dead(const char *c_path)
{
    struct stat about;

    if (lstat(c_path, &about) == 0 && S_ISSOCK(about.st_mode)) {
        (void) unlink(c_path);
    }
}


static ct_rc_t
bind_to(int fd, const struct sockaddr_un *addr, const char *c_path)
{
    mode_t old_mask = 0;
    int    rc = -1;

    if (is_alive(addr)) {
        errno = EADDRINUSE;
        return CT_ERROR;
    }
    remove_dead(c_path);
    old_mask = umask(0177);
    rc = bind(fd, (const struct sockaddr *) addr, sizeof(*addr));
    umask(old_mask);
    return rc == 0 ? CT_OK : CT_ERROR;
}


/* The address and, in the file, what is known of it. */
static ct_rc_t
note(ct_control_file_t *file, const char *c_path)
{
    struct stat about;

    if (lstat(c_path, &about) != 0) {
        return CT_ERROR;
    }
    memcpy(file->path, c_path, strlen(c_path) + 1);
    file->dev = about.st_dev;
    file->ino = about.st_ino;
    return CT_OK;
}


ct_rc_t
ct_control_file_bind(ct_control_file_t *file, int fd, const char *c_path)
{
    struct sockaddr_un addr;
    int                dir_fd = -1;
    ct_rc_t            rc = CT_ERROR;

    if (strlen(c_path) >= sizeof(file->path)
        || ct_control_file_address(c_path, &addr, &dir_fd) != CT_OK) {
        errno = ENAMETOOLONG;
        return CT_ERROR;
    }
    rc = bind_to(fd, &addr, c_path);
    if (dir_fd != -1) {
        close(dir_fd);
    }
    return rc == CT_OK ? note(file, c_path) : rc;
}


static bool
is_ours(const ct_control_file_t *file, const char *c_path)
{
    struct stat about;

    return file->path[0] != '\0' && lstat(c_path, &about) == 0
           && about.st_dev == file->dev && about.st_ino == file->ino;
}


ct_rc_t
ct_control_file_old_path(const char *c_path, char *out, size_t size)
{
    ct_str_t    path = ct_str_of(c_path);
    const char *suffix = "";
    int         n = 0;

    if (ct_str_ends_with(path, ".ctl")) {
        suffix = ".ctl";
        path.len -= sizeof(".ctl") - 1;
    }
    n = snprintf(out, size, "%.*s.oldbin%s", CT_STR_ARG(path), suffix);
    return n > 0 && (size_t) n < size ? CT_OK : CT_ERROR;
}


static void
move(const ct_control_file_t *file, const char *c_from, const char *c_to,
     ct_log_t *log)
{
    if (is_ours(file, c_from) && rename(c_from, c_to) == -1) {
        CT_LOG(log, CT_LOG_ERR, errno, "cannot rename '%s'", c_from);
    }
}


void
ct_control_file_set_aside(const ct_control_file_t *file, ct_log_t *log)
{
    char old[PATH_MAX];

    if (ct_control_file_old_path(file->path, old, sizeof(old)) == CT_OK) {
        move(file, file->path, old, log);
    }
}


void
ct_control_file_set_back(const ct_control_file_t *file, ct_log_t *log)
{
    char old[PATH_MAX];

    if (ct_control_file_old_path(file->path, old, sizeof(old)) == CT_OK) {
        move(file, old, file->path, log);
    }
}


static void
remove_if_ours(const ct_control_file_t *file, const char *c_path)
{
    if (is_ours(file, c_path)) {
        (void) unlink(c_path);
    }
}


void
ct_control_file_remove(ct_control_file_t *file)
{
    char old[PATH_MAX];

    remove_if_ours(file, file->path);
    if (ct_control_file_old_path(file->path, old, sizeof(old)) == CT_OK) {
        remove_if_ours(file, old);
    }
    file->path[0] = '\0';
}


ct_rc_t
ct_control_file_place(ct_str_t prefix, ct_str_t control, const char *c_pid_path,
                      char *out, size_t size)
{
    int n = 0;

    if (ct_str_eq_c(control, "off")) {
        return CT_DECLINED;
    }
    if (ct_str_starts_with(control, "unix:")) {
        const size_t skip = sizeof("unix:") - 1;
        const char  *base = control.data[skip] == '/' ? "" : prefix.data;

        n = snprintf(out, size, "%s%.*s", base, (int) (control.len - skip),
                     control.data + skip);
    } else {
        n = snprintf(out, size, "%s.ctl", c_pid_path);
    }
    return n > 0 && (size_t) n < size ? CT_OK : CT_ERROR;
}

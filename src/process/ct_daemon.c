/*
 * ct_daemon.c -- into the background, but not before it works.
 *
 * The parent says by a byte that the child may begin.  What comes back tells
 * two things: a byte is success, the end without a byte is failure, whatever
 * the child died of.  The reason has gone to standard error
 * by then, which the child shares.
 */

#include "core/ct_config.h"

#include "process/ct_daemon.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/ct_file.h"
#include "core/ct_log.h"
#include "core/ct_notify.h"


static void
to_null(int fd)
{
    const int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);

    if (null_fd == -1 || null_fd == fd) {
        return;
    }
    (void) dup2(null_fd, fd);
    close(null_fd);
}


/* The byte that the other end writes; false: it has gone without. */
static bool
hear(int fd)
{
    char    byte = 0;
    ssize_t n = 0;

    do {
        n = read(fd, &byte, 1);
    } while (n == -1 && errno == EINTR);
    return n == 1;
}


/*
 * The parent's end: it says how the child's start went.  A manager hears only
 * whom it takes for the service, and that is still this process.
 */
static CT_NORETURN void
await_child(const ct_notify_t *notify, pid_t child, int fd)
{
    char words[32];

    (void) snprintf(words, sizeof(words), "MAINPID=%ld", (long) child);
    (void) ct_notify_send(notify, ct_str_of(words));
    (void) ct_file_write_all(fd, "+", 1);
    _exit(hear(fd) ? 0 : 1);
}


ct_rc_t
ct_daemon_detach(const ct_notify_t *notify, int *ready_fd, ct_log_t *log)
{
    int   fds[2];
    pid_t pid = 0;

    if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == -1) {
        CT_LOG(log, CT_LOG_EMERG, errno, "cannot make a pair of sockets");
        return CT_ERROR;
    }
    pid = fork();
    if (pid == -1) {
        CT_LOG(log, CT_LOG_EMERG, errno, "cannot fork into the background");
        close(fds[0]);
        close(fds[1]);
        return CT_ERROR;
    }
    if (pid > 0) {
        close(fds[1]);
        await_child(notify, pid, fds[0]);
    }
    close(fds[0]);
    /* It cannot fail in a child just forked: it leads no group. */
    (void) setsid();
    (void) ct_file_set_cloexec(fds[1], true);
    to_null(STDIN_FILENO);
    to_null(STDOUT_FILENO);
    /* A parent that has been killed meanwhile changes nothing. */
    (void) hear(fds[1]);
    *ready_fd = fds[1];
    return CT_OK;
}


void
ct_daemon_drop_stderr(void)
{
    to_null(STDERR_FILENO);
}


void
ct_daemon_ready(int ready_fd)
{
    (void) ct_file_write_all(ready_fd, "+", 1);
    close(ready_fd);
}

/*
 * ct_notify.c -- words to a service manager, such as systemd.
 *
 * libsystemd could do this, but it is a library of a megabyte for a datagram,
 * and the protocol is as much of a promise as the library is.
 *
 * A socket that is made for one datagram needs no owner: no descriptor that a
 * worker would have to close, and none that a reload or an upgrade must carry.
 * The receiver learns the sender's pid from the kernel.
 */

#include "core/ct_config.h"

#include "core/ct_notify.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/ct_file.h"
#include "core/ct_pool.h"

/* How long a reader that does not read may hold up its sender. */
#define SEND_TIMEOUT_S 1


/* Bytes that a manager chose, and our user's; still not to be believed. */
static ct_rc_t
make_address(const char *c_socket, struct sockaddr_un *addr, socklen_t *len)
{
    const size_t n = strlen(c_socket);

    memset(addr, 0, sizeof(*addr));
    if (n < 2 || n >= sizeof(addr->sun_path)
        || (c_socket[0] != '/' && c_socket[0] != '@')) {
        return CT_DECLINED;
    }
    addr->sun_family = AF_UNIX;
    memcpy(addr->sun_path, c_socket, n);
    *len = (socklen_t) (offsetof(struct sockaddr_un, sun_path) + n + 1);
    if (c_socket[0] == '@') {
        addr->sun_path[0] = '\0';
        (*len)--;
    }
    return CT_OK;
}


static uint64_t
read_watchdog(void)
{
    const char *pid = getenv(CT_NOTIFY_WATCHDOG_PID);
    uint64_t    us = 0;
    uint64_t    who = 0;

    if (ct_str_to_u64(ct_str_of(getenv(CT_NOTIFY_WATCHDOG)), &us) != CT_OK) {
        return 0;
    }
    if (pid != NULL
        && (ct_str_to_u64(ct_str_of(pid), &who) != CT_OK
            || who != (uint64_t) getpid())) {
        return 0;
    }
    return us;
}


void
ct_notify_init(ct_notify_t *notify, ct_pool_t *pool)
{
    const char        *socket_name = getenv(CT_NOTIFY_SOCKET);
    struct sockaddr_un addr;
    socklen_t          len;

    memset(notify, 0, sizeof(*notify));
    if (socket_name != NULL
        && make_address(socket_name, &addr, &len) == CT_OK) {
        notify->c_socket = ct_str_dup_c(pool, ct_str_of(socket_name));
        notify->watchdog_us = read_watchdog();
    }
    unsetenv(CT_NOTIFY_SOCKET);
    unsetenv(CT_NOTIFY_WATCHDOG);
    unsetenv(CT_NOTIFY_WATCHDOG_PID);
}


/* A datagram, and a descriptor with it unless that is -1. */
static ct_rc_t
send_to(int fd, const char *c_socket, ct_str_t text, int passed_fd)
{
    union {
        struct cmsghdr head;
        char           bytes[CMSG_SPACE(sizeof(int))];
    } control;
    struct sockaddr_un addr;
    struct iovec       part = { .iov_len = text.len };
    struct msghdr      message = { .msg_name = &addr,
                                   .msg_iov = &part,
                                   .msg_iovlen = 1 };

    if (make_address(c_socket, &addr, &message.msg_namelen) != CT_OK) {
        return CT_DECLINED;
    }
    /* struct iovec knows no const: it serves reading as well. */
    memcpy(&part.iov_base, &text.data, sizeof(text.data));
    if (passed_fd != -1) {
        memset(&control, 0, sizeof(control));
        message.msg_control = &control;
        message.msg_controllen = sizeof(control.bytes);
        control.head.cmsg_level = SOL_SOCKET;
        control.head.cmsg_type = SCM_RIGHTS;
        control.head.cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(&control.head), &passed_fd, sizeof(int));
    }
    for (;;) {
        if (sendmsg(fd, &message, MSG_NOSIGNAL) != -1) {
            return CT_OK;
        }
        if (errno != EINTR) {
            return CT_ERROR;
        }
    }
}


static ct_rc_t
send_datagram(const ct_notify_t *notify, ct_str_t text, int passed_fd)
{
    const struct timeval patience = { .tv_sec = SEND_TIMEOUT_S };
    ct_rc_t              rc = CT_ERROR;
    int                  fd = -1;
    int                  err = 0;

    if (notify->c_socket == NULL) {
        return CT_DECLINED;
    }
    fd = socket(AF_UNIX, SOCK_DGRAM, 0);
    if (fd == -1) {
        return CT_ERROR;
    }
    (void) ct_file_set_cloexec(fd, true);
    (void) setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
    rc = send_to(fd, notify->c_socket, text, passed_fd);
    err = errno;
    close(fd);
    errno = err;
    return rc;
}


ct_rc_t
ct_notify_send(const ct_notify_t *notify, ct_str_t text)
{
    return send_datagram(notify, text, -1);
}


/* The other end of the pipe is closed when the manager has come that far. */
static ct_rc_t
await_end(int fd, int timeout_ms)
{
    struct pollfd end = { .fd = fd, .events = POLLIN };

    for (;;) {
        const int n = poll(&end, 1, timeout_ms);

        if (n == -1 && errno == EINTR) {
            continue;
        }
        if (n == -1) {
            return CT_ERROR;
        }
        return n > 0 ? CT_OK : CT_AGAIN;
    }
}


ct_rc_t
ct_notify_barrier(const ct_notify_t *notify, int timeout_ms)
{
    ct_rc_t rc = CT_ERROR;
    int     fds[2];

    if (notify->c_socket == NULL) {
        return CT_DECLINED;
    }
    if (pipe(fds) == -1) {
        return CT_ERROR;
    }
    (void) ct_file_set_cloexec(fds[0], true);
    rc = send_datagram(notify, CT_STR("BARRIER=1"), fds[1]);
    close(fds[1]);
    if (rc == CT_OK) {
        rc = await_end(fds[0], timeout_ms);
    }
    close(fds[0]);
    return rc;
}

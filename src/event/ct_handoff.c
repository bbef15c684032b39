/*
 * ct_handoff.c -- the queue through which connections move between workers.
 *
 * SOCK_SEQPACKET keeps records whole and in order, and tells who sends when
 * there is no room.  How many fit is a matter of bytes: some hundred records
 * in the 208 KiB that a socket may have as a rule, more where the system
 * grants what we ask for.
 *
 * recvmsg(2) drops a descriptor for which the process has no number left, and
 * the connection with it.  So a number is reserved before each message; it is
 * the one that the message's descriptor gets.
 */

#include "core/ct_config.h"

#include "event/ct_handoff.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "core/ct_buf.h"
#include "core/ct_file.h"
#include "core/ct_log.h"
#include "event/ct_handoff_record.h"
#include "event/ct_socket.h"

/* Asked for; the system gives what net.core.wmem_max allows. */
#define QUEUE_BYTES (4 * 1024 * 1024)

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0
#endif

#ifndef MSG_CMSG_CLOEXEC
#define MSG_CMSG_CLOEXEC 0
#endif

/* Room for one descriptor, aligned as the kernel wants it. */
typedef union control_u {
    struct cmsghdr head;
    char           bytes[CMSG_SPACE(sizeof(int))];
} control_t;


void
ct_handoff_init(ct_handoff_t *handoff)
{
    handoff->give_fd = -1;
    handoff->take_fd = -1;
}


ct_rc_t
ct_handoff_create(ct_handoff_t *handoff, ct_log_t *log)
{
    int fds[2];

    ct_handoff_init(handoff);
    if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fds) == -1) {
        CT_LOG(log, CT_LOG_WARN, errno,
               "connections cannot move between workers");
        return CT_ERROR;
    }
    (void) ct_socket_set(fds[0], SOL_SOCKET, SO_SNDBUF, QUEUE_BYTES);
    for (int i = 0; i < 2; i++) {
        (void) ct_file_set_nonblocking(fds[i], true);
    }
    ct_handoff_adopt(handoff, fds[0], fds[1]);
    return CT_OK;
}


void
ct_handoff_adopt(ct_handoff_t *handoff, int give_fd, int take_fd)
{
    handoff->give_fd = give_fd;
    handoff->take_fd = take_fd;
    (void) ct_file_set_cloexec(give_fd, true);
    (void) ct_file_set_cloexec(take_fd, true);
}


void
ct_handoff_keep_over_exec(const ct_handoff_t *handoff)
{
    if (handoff->give_fd != -1) {
        (void) ct_file_set_cloexec(handoff->give_fd, false);
        (void) ct_file_set_cloexec(handoff->take_fd, false);
    }
}


void
ct_handoff_release(ct_handoff_t *handoff)
{
    if (handoff->give_fd != -1) {
        close(handoff->give_fd);
        close(handoff->take_fd);
    }
    ct_handoff_init(handoff);
}


/* ETOOMANYREFS: as many descriptors are in flight as this user may have. */
static ct_rc_t
send_failed(int err)
{
    switch (err) {
    case EAGAIN:
#if EWOULDBLOCK != EAGAIN
    case EWOULDBLOCK:
#endif
    case ENOBUFS:
    case ENOMEM:
    case ETOOMANYREFS:
        return CT_AGAIN;
    }
    return CT_DECLINED;
}


ct_rc_t
ct_handoff_send(const ct_handoff_t *handoff, const void *data, size_t len,
                int fd)
{
    control_t     control;
    struct iovec  bytes;
    struct msghdr msg = { .msg_iov = &bytes,
                          .msg_iovlen = 1,
                          .msg_control = control.bytes,
                          .msg_controllen = sizeof(control.bytes) };
    ssize_t       sent;

    memset(&control, 0, sizeof(control));
    control.head.cmsg_level = SOL_SOCKET;
    control.head.cmsg_type = SCM_RIGHTS;
    control.head.cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(&control.head), &fd, sizeof(fd));
    memcpy(&bytes.iov_base, &data, sizeof(data)); /* which it will not write */
    bytes.iov_len = len;
    do {
        sent = sendmsg(handoff->give_fd, &msg, MSG_NOSIGNAL);
    } while (sent == -1 && errno == EINTR);
    return sent == -1 ? send_failed(errno) : CT_OK;
}


ct_rc_t
ct_handoff_send_record(const ct_handoff_t        *handoff,
                       const ct_handoff_record_t *record, ct_buf_t *scratch,
                       int fd)
{
    ct_rc_t rc = CT_DECLINED;

    if (ct_handoff_record_write(record, scratch) == CT_OK
        && ct_buf_len(scratch) <= CT_HANDOFF_RECORD_MAX) {
        rc = ct_handoff_send(handoff, scratch->pos, ct_buf_len(scratch), fd);
    }
    ct_buf_reset(scratch, CT_HANDOFF_RECORD_MAX);
    return rc;
}


/* The one descriptor of a message, or -1. */
static int
descriptor_of(struct msghdr *msg)
{
    const struct cmsghdr *head = CMSG_FIRSTHDR(msg);
    int                   fd = -1;

    if (head != NULL && head->cmsg_level == SOL_SOCKET
        && head->cmsg_type == SCM_RIGHTS
        && head->cmsg_len == CMSG_LEN(sizeof(int))) {
        memcpy(&fd, CMSG_DATA(head), sizeof(fd));
    }
    return fd;
}


static bool
reserve_number(const ct_handoff_t *handoff)
{
    const int fd = fcntl(handoff->take_fd, F_DUPFD_CLOEXEC, 0);

    if (fd == -1) {
        return false;
    }
    close(fd);
    return true;
}


ct_rc_t
ct_handoff_recv(const ct_handoff_t *handoff, void *data, size_t size,
                size_t *len, int *fd)
{
    control_t     control;
    struct iovec  bytes = { .iov_base = data, .iov_len = size };
    struct msghdr msg = { .msg_iov = &bytes,
                          .msg_iovlen = 1,
                          .msg_control = control.bytes,
                          .msg_controllen = sizeof(control.bytes) };
    ssize_t       got;

    if (!reserve_number(handoff)) {
        return CT_ERROR;
    }
    do {
        got = recvmsg(handoff->take_fd, &msg, MSG_CMSG_CLOEXEC);
    } while (got == -1 && errno == EINTR);
    if (got == -1) {
        return errno == EAGAIN || errno == EWOULDBLOCK ? CT_AGAIN : CT_ERROR;
    }
    *fd = descriptor_of(&msg);
    if (got == 0 || *fd == -1 || (msg.msg_flags & MSG_TRUNC) != 0) {
        if (*fd != -1) {
            close(*fd);
        }
        return got == 0 && *fd == -1 ? CT_AGAIN : CT_DECLINED;
    }
    (void) ct_file_set_cloexec(*fd, true);
    *len = (size_t) got;
    return CT_OK;
}


bool
ct_handoff_is_waiting(const ct_handoff_t *handoff)
{
    struct pollfd fd = { .fd = handoff->take_fd, .events = POLLIN };

    return poll(&fd, 1, 0) == 1 && (fd.revents & POLLIN) != 0;
}

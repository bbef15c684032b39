/*
 * ct_channel.c -- the line between the master and one worker.
 *
 * Why not signals alone: a signal carries no word ("leave" and "the server
 * ends" differ), and says nothing when the sender dies.
 */

#include "core/ct_config.h"

#include "process/ct_channel.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "core/ct_file.h"
#include "core/ct_log.h"


ct_rc_t
ct_channel_create(int fds[2], ct_log_t *log)
{
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == -1) {
        CT_LOG(log, CT_LOG_ALERT, errno, "cannot make a channel");
        return CT_ERROR;
    }
    for (int i = 0; i < 2; i++) {
        (void) ct_file_set_nonblocking(fds[i], true);
        (void) ct_file_set_cloexec(fds[i], true);
    }
    return CT_OK;
}


void
ct_channel_say(int fd, ct_channel_word_t word)
{
    const char byte = (char) word;

    (void) ct_file_write_all(fd, &byte, 1);
}


/* One byte, and room for one descriptor beside it. */
typedef struct letter_s {
    unsigned char byte;
    struct iovec  iov;
    struct msghdr msg;
    union {
        struct cmsghdr align;
        char           bytes[CMSG_SPACE(sizeof(int))];
    } control;
} letter_t;


static void
prepare(letter_t *letter)
{
    memset(letter, 0, sizeof(*letter));
    letter->iov.iov_base = &letter->byte;
    letter->iov.iov_len = 1;
    letter->msg.msg_iov = &letter->iov;
    letter->msg.msg_iovlen = 1;
    letter->msg.msg_control = letter->control.bytes;
    letter->msg.msg_controllen = sizeof(letter->control.bytes);
}


ct_rc_t
ct_channel_pass(int fd, ct_channel_word_t word, int passed)
{
    letter_t        letter;
    struct cmsghdr *head = NULL;
    ssize_t         n = 0;

    prepare(&letter);
    letter.byte = (unsigned char) word;
    head = CMSG_FIRSTHDR(&letter.msg);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(head), &passed, sizeof(int));
    do {
        n = sendmsg(fd, &letter.msg, MSG_NOSIGNAL);
    } while (n == -1 && errno == EINTR);
    return n == 1 ? CT_OK : CT_ERROR;
}


static int
passed_in(struct msghdr *msg)
{
    const struct cmsghdr *head = CMSG_FIRSTHDR(msg);
    int                   fd = -1;

    if (head != NULL && head->cmsg_level == SOL_SOCKET
        && head->cmsg_type == SCM_RIGHTS
        && head->cmsg_len >= CMSG_LEN(sizeof(int))) {
        memcpy(&fd, CMSG_DATA(head), sizeof(int));
        (void) ct_file_set_cloexec(fd, true);
    }
    return fd;
}


ct_rc_t
ct_channel_hear(int fd, int *word, int *passed)
{
    letter_t letter;
    ssize_t  n = 0;

    prepare(&letter);
    do {
        n = recvmsg(fd, &letter.msg, 0);
    } while (n == -1 && errno == EINTR);
    if (n == 1) {
        *word = letter.byte;
        *passed = passed_in(&letter.msg);
        return CT_OK;
    }
    if (n == -1 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
        return CT_AGAIN;
    }
    return CT_DECLINED;
}

/*
 * ct_channel.c -- the line between the master and one worker.
 *
 * Why not signals alone: a signal carries no word ("leave" and "the server
 * ends" differ), and says nothing when the sender dies.
 */

#include "core/ct_config.h"

#include "process/ct_channel.h"

#include <errno.h>
#include <sys/socket.h>
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


ct_rc_t
ct_channel_hear(int fd, int *word)
{
    unsigned char byte = 0;
    ssize_t       n = 0;

    do {
        n = read(fd, &byte, 1);
    } while (n == -1 && errno == EINTR);
    if (n == 1) {
        *word = byte;
        return CT_OK;
    }
    if (n == -1 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
        return CT_AGAIN;
    }
    return CT_DECLINED;
}

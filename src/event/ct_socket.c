/*
 * ct_socket.c -- socket calls.
 *
 * Close-on-exec and non-blocking are asked for in the call that makes the
 * descriptor where the system can (SOCK_CLOEXEC, accept4), so that a module
 * that forks and execs in another thread never inherits one.  Rule 42: the
 * #if of socket options stand here, as those of the loop stand in backends.
 */

#include "core/ct_config.h"

#include "event/ct_socket.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#if CT_HAVE_BARE_SOCKET_CALLS
#include <sys/syscall.h>
#endif
#include <unistd.h>

#include "core/ct_file.h"

/* How long the kernel keeps a connection to itself while no byte comes. */
#define DEFER_S 1


#if !defined(SOCK_CLOEXEC) || !CT_HAVE_ACCEPT4

static ct_rc_t
set_flags(int fd)
{
    int err;

    if (ct_file_set_cloexec(fd, true) == CT_OK
        && ct_file_set_nonblocking(fd, true) == CT_OK) {
        return CT_OK;
    }
    err = errno;
    close(fd);
    errno = err;
    return CT_ERROR;
}

#endif


#ifdef SOCK_CLOEXEC

ct_rc_t
ct_socket_create(int family, int *fd)
{
    const int made =
        socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (made < 0) {
        return CT_ERROR;
    }
    *fd = made;
    return CT_OK;
}

#else

ct_rc_t
ct_socket_create(int family, int *fd)
{
    const int made = socket(family, SOCK_STREAM, 0);

    if (made < 0 || set_flags(made) != CT_OK) {
        return CT_ERROR;
    }
    *fd = made;
    return CT_OK;
}

#endif


ct_rc_t
ct_socket_set(int fd, int level, int option, int value)
{
    return setsockopt(fd, level, option, &value, sizeof(value)) == 0 ? CT_OK
                                                                     : CT_ERROR;
}


bool
ct_socket_get(int fd, int level, int option)
{
    int       value = 0;
    socklen_t len = sizeof(value);

    return getsockopt(fd, level, option, &value, &len) == 0 && value != 0;
}


ct_rc_t
ct_socket_listen(int fd, int backlog)
{
    return listen(fd, backlog) == 0 ? CT_OK : CT_ERROR;
}


/* -1 with errno, also when the flags cannot be set. */
static int
accept_once(int fd, struct sockaddr_storage *peer)
{
    socklen_t len = sizeof(*peer);

#if CT_HAVE_ACCEPT4
    return accept4(fd, (struct sockaddr *) peer, &len,
                   SOCK_CLOEXEC | SOCK_NONBLOCK);
#else
    const int accepted = accept(fd, (struct sockaddr *) peer, &len);

    return accepted < 0 || set_flags(accepted) == CT_OK ? accepted : -1;
#endif
}


/*
 * libc makes recv and send points of cancellation.  In a process of several
 * threads, as a worker is with its watchdog, that takes two locked
 * instructions each, some 30 ns of a call that has 4 us; and nobody cancels
 * our threads.  A sanitizer has to see the libc's own.
 */
#if CT_HAVE_BARE_SOCKET_CALLS && !CT_SANITIZED

static ssize_t
recv_once(int fd, void *data, size_t size)
{
    return syscall(SYS_recvfrom, fd, data, size, 0, NULL, NULL);
}


static ssize_t
send_once(int fd, const void *data, size_t len, int flags)
{
    return syscall(SYS_sendto, fd, data, len, flags, NULL, 0);
}

#else

static ssize_t
recv_once(int fd, void *data, size_t size)
{
    return recv(fd, data, size, 0);
}


static ssize_t
send_once(int fd, const void *data, size_t len, int flags)
{
    return send(fd, data, len, flags);
}

#endif


CT_HOT ssize_t
ct_socket_recv(int fd, void *data, size_t size)
{
    ssize_t n;

    do {
        n = recv_once(fd, data, size);
    } while (n < 0 && errno == EINTR);
    return n;
}


CT_HOT ssize_t
ct_socket_send(int fd, const void *data, size_t len, int flags)
{
    ssize_t n;

    do {
        n = send_once(fd, data, len, flags);
    } while (n < 0 && errno == EINTR);
    return n;
}


/*
 * A peer without a name (a unix socket that was not bound) leaves the address
 * unwritten on some systems, so it begins as AF_UNIX.
 */
ct_rc_t
ct_socket_accept(int fd, struct sockaddr_storage *peer, int *accepted)
{
    int made;

    peer->ss_family = AF_UNIX;
    do {
        made = accept_once(fd, peer);
    } while (made < 0 && errno == EINTR);

    if (made < 0) {
        return CT_ERROR;
    }
    *accepted = made;
    return CT_OK;
}


/* SOCK_SEQPACKET listens too, but we read streams. */
static bool
is_stream(int fd)
{
    int       type = 0;
    socklen_t len = sizeof(type);

    return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) == 0
           && type == SOCK_STREAM;
}


bool
ct_socket_is_listening(int fd)
{
    return is_stream(fd) && ct_socket_get(fd, SOL_SOCKET, SO_ACCEPTCONN);
}


/* Linux: inet_hash() of a listening socket adds it to the group. */
bool
ct_socket_joins_on_listen(void)
{
#ifdef __linux__
    return true;
#else
    return false;
#endif
}


bool
ct_socket_has_reuseport(void)
{
    return CT_HAVE_REUSEPORT;
}


bool
ct_socket_has_deferred(void)
{
    return CT_HAVE_DEFERRED_ACCEPT;
}


bool
ct_socket_has_fastopen(void)
{
    return CT_HAVE_TCP_FASTOPEN;
}


#if !CT_HAVE_REUSEPORT || !CT_HAVE_DEFERRED_ACCEPT || !CT_HAVE_TCP_FASTOPEN

static ct_rc_t
not_here(void)
{
    errno = ENOPROTOOPT;
    return CT_ERROR;
}

#endif


/* FreeBSD's SO_REUSEPORT does not share connections out; its _LB does. */
ct_rc_t
ct_socket_set_reuseport(int fd)
{
#if CT_HAVE_REUSEPORT && defined(SO_REUSEPORT_LB)
    return ct_socket_set(fd, SOL_SOCKET, SO_REUSEPORT_LB, 1);
#elif CT_HAVE_REUSEPORT
    return ct_socket_set(fd, SOL_SOCKET, SO_REUSEPORT, 1);
#else
    (void) fd;
    return not_here();
#endif
}


/* The kernel rounds the second up to its own steps of retransmission. */
ct_rc_t
ct_socket_set_deferred(int fd, bool on)
{
#if CT_HAVE_DEFERRED_ACCEPT
    return ct_socket_set(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, on ? DEFER_S : 0);
#else
    (void) fd;
    (void) on;
    return not_here();
#endif
}


ct_rc_t
ct_socket_set_fastopen(int fd, int queue_len)
{
#if CT_HAVE_TCP_FASTOPEN
    return ct_socket_set(fd, IPPROTO_TCP, TCP_FASTOPEN, queue_len);
#else
    (void) fd;
    (void) queue_len;
    return not_here();
#endif
}

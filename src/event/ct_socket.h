/*
 * ct_socket.h -- the few socket calls that differ between systems, or that
 * everybody would have to write out.
 *
 * Nothing here logs: the caller knows what it was about.  On CT_ERROR errno
 * is set.
 */

#ifndef CT_SOCKET_H
#define CT_SOCKET_H

#include "core/ct_config.h"

#include "core/ct_rc.h"

#include <sys/socket.h>

/* A stream socket, non-blocking and close-on-exec; the caller closes it. */
ct_rc_t ct_socket_create(int family, int *fd);

/* setsockopt(2) of an int. */
ct_rc_t ct_socket_set(int fd, int level, int option, int value);

/* Whether a flag or a number of the socket is set; false if unknown. */
bool ct_socket_get(int fd, int level, int option);

/* Begins to listen; on a socket that listens already, changes its backlog. */
ct_rc_t ct_socket_listen(int fd, int backlog);

/*
 * Takes one connection, non-blocking and close-on-exec, and its peer.  EINTR
 * is met here; every other refusal is the caller's to read from errno.
 */
ct_rc_t ct_socket_accept(int fd, struct sockaddr_storage *peer, int *accepted);

/*
 * recv(2) without flags, and send(2), with EINTR met.  They are no points of
 * cancellation, where the system allows it: see ct_socket.c.
 */
ssize_t ct_socket_recv(int fd, void *data, size_t size);
ssize_t ct_socket_send(int fd, const void *data, size_t len, int flags);

/* Whether `fd` is a stream socket on which listen(2) was called. */
bool ct_socket_is_listening(int fd);

/* The options that not every system has; CT_ERROR with ENOPROTOOPT there. */
ct_rc_t ct_socket_set_reuseport(int fd);
ct_rc_t ct_socket_set_deferred(int fd, bool on);
ct_rc_t ct_socket_set_fastopen(int fd, int queue_len);

/*
 * Whether a socket with reuseport is given connections only after listen(2),
 * not as soon as it is bound.
 */
bool ct_socket_joins_on_listen(void);

/* Whether this system has them. */
bool ct_socket_has_reuseport(void);
bool ct_socket_has_deferred(void);
bool ct_socket_has_fastopen(void);

#endif /* CT_SOCKET_H */

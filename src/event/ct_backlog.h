/*
 * ct_backlog.h -- who waits at a listening socket.
 *
 * The kernel answers, so a read costs a call or a few: for people and for
 * metrics, not for the path of a connection.
 */

#ifndef CT_BACKLOG_H
#define CT_BACKLOG_H

#include "core/ct_config.h"

#include "core/ct_rc.h"

typedef struct ct_listen_s        ct_listen_t;
typedef struct ct_listens_s       ct_listens_t;
typedef struct ct_pool_s          ct_pool_t;
typedef struct ct_status_listen_s ct_status_listen_t;

/* Connections that nobody has accepted yet, and how many there may be. */
typedef struct ct_backlog_s {
    uint64_t waiting;
    uint64_t room;
} ct_backlog_t;

/* Of one listening socket.  CT_DECLINED: the system does not tell. */
ct_rc_t ct_backlog_read(int fd, ct_backlog_t *backlog);

/*
 * Of all sockets of an open listen, added up.  CT_DECLINED as above; then
 * *backlog is zeroed.
 */
ct_rc_t ct_backlog_read_listen(const ct_listen_t *listen,
                               ct_backlog_t      *backlog);

/* Of every listen, for the status: how many there are; *list is in `pool`. */
size_t ct_backlog_list(const ct_listens_t *listens, ct_pool_t *pool,
                       const ct_status_listen_t **list);

#endif /* CT_BACKLOG_H */

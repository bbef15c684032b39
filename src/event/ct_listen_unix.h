/*
 * ct_listen_unix.h -- the file of a unix socket.
 *
 * Header of the event floor only.
 */

#ifndef CT_LISTEN_UNIX_H
#define CT_LISTEN_UNIX_H

#include "core/ct_config.h"

#include "core/ct_rc.h"
#include "event/ct_addr.h"

#include <sys/types.h>

typedef struct ct_listen_s ct_listen_t;
typedef struct ct_log_s    ct_log_t;

/* The number of a user or group, by name; CT_DECLINED: there is none. */
ct_rc_t ct_listen_find_user(const char *c_name, uid_t *uid);
ct_rc_t ct_listen_find_group(const char *c_name, gid_t *gid);

/* Whether the address is a unix socket with a file, not an abstract one. */
bool ct_listen_has_file(const ct_addr_t *addr);

/*
 * bind(2) of a unix socket: removes the file of a server that is gone, makes
 * the new one with its mode, and gives it to its owner.  Where a server
 * lives, CT_ERROR with EADDRINUSE in errno, not logged: it may be leaving.
 * Every other CT_ERROR is logged and leaves errno 0.
 */
ct_rc_t ct_listen_bind_unix(const ct_listen_t *listen, int fd, ct_log_t *log);

/* Removes the file, if there is one and it is a socket's. */
void ct_listen_unlink(const ct_listen_t *listen, ct_log_t *log);

#endif /* CT_LISTEN_UNIX_H */

/*
 * ct_activated.h -- listening sockets that a service manager has opened.
 *
 * The protocol is that of sd_listen_fds(3): LISTEN_FDS descriptors from 3 on
 * are for the process LISTEN_PID, and LISTEN_FDNAMES holds a name of each.
 */

#ifndef CT_ACTIVATED_H
#define CT_ACTIVATED_H

#include "core/ct_config.h"

#include "core/ct_str.h"
#include "event/ct_addr.h"

typedef struct ct_listen_s  ct_listen_t;
typedef struct ct_listens_s ct_listens_t;
typedef struct ct_log_s     ct_log_t;
typedef struct ct_pool_s    ct_pool_t;

#define CT_ACTIVATED_PID   "LISTEN_PID"
#define CT_ACTIVATED_FDS   "LISTEN_FDS"
#define CT_ACTIVATED_NAMES "LISTEN_FDNAMES"

/* More sockets are not believed. */
#define CT_ACTIVATED_MAX 4096

typedef struct ct_activated_fd_s {
    int                fd;
    ct_str_t           name;  /* empty: none is known */
    const ct_listen_t *owner; /* who is to have it; or NULL */
} ct_activated_fd_t;

/* n is 0 where nothing was passed. */
typedef struct ct_activated_s {
    size_t             n;
    ct_activated_fd_t *fds;
} ct_activated_t;

/*
 * Reads the variables and removes them from the environment.  The descriptors
 * are close-on-exec afterwards; what they are is not looked at yet.
 */
void ct_activated_init(ct_activated_t *activated, ct_pool_t *pool);

/*
 * "5 7", of ct_activated_text, from an older binary: descriptors whose files
 * are not ours.  What is no number above 2 is passed over.
 */
void ct_activated_read(ct_activated_t *activated, ct_pool_t *pool,
                       const char *c_text);

/* The sockets of `listens` that a manager has opened, "5 7", in `pool`. */
ct_str_t ct_activated_text(const ct_listens_t *listens, ct_pool_t *pool);

/*
 * Decides which listen gets which socket: one bound to its address, else one
 * of its name.  `listens` must not change until ct_activated_close_rest.
 */
void ct_activated_assign(ct_activated_t *activated, ct_listens_t *listens);

/* The socket of that listen, or -1; `activated` may be NULL. */
int ct_activated_fd(const ct_activated_t *activated, const ct_listen_t *listen);

/* Whether a manager has opened that socket; `activated` may be NULL. */
bool ct_activated_has(const ct_activated_t *activated, int fd);

/* Names those that nobody has taken in the log, and closes them. */
void ct_activated_close_rest(ct_activated_t *activated, ct_log_t *log);

#endif /* CT_ACTIVATED_H */

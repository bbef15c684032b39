/*
 * ct_listen_inherit.h -- listening sockets that a parent process left open.
 *
 * Header of the event floor only.
 */

#ifndef CT_LISTEN_INHERIT_H
#define CT_LISTEN_INHERIT_H

#include "core/ct_config.h"

#include "core/ct_array.h"
#include "core/ct_rc.h"
#include "event/ct_addr.h"

typedef struct ct_log_s  ct_log_t;
typedef struct ct_pool_s ct_pool_t;

/* The sockets of one address, in the order of worker ids. */
typedef struct ct_inherited_s {
    ct_addr_t addr;
    int      *fds;
    unsigned  nfds; /* at least 1 */
    bool      used; /* a listen has taken them over */
} ct_inherited_t;

/*
 * Reads "ADDRESS=FD FD;ADDRESS=FD;" into `list`, an array of ct_inherited_t
 * that this initialises over `pool`.  Every descriptor is checked to listen
 * on its address, and is close-on-exec and non-blocking afterwards.  NULL
 * text gives an empty list; CT_ERROR is logged.
 */
ct_rc_t ct_listen_inherit(const char *c_text, ct_pool_t *pool, ct_array_t *list,
                          ct_log_t *log);

/* The entry of that address, or NULL. */
ct_inherited_t *ct_listen_inherited(const ct_array_t *list,
                                    const ct_addr_t  *addr);

#endif /* CT_LISTEN_INHERIT_H */

/*
 * ct_listening.h -- where a generation listens, for modules.
 *
 * For hooks of the master from master_init on, and for workers: the sockets
 * are open then.
 */

#ifndef CT_LISTENING_H
#define CT_LISTENING_H

#include "core/ct_config.h"

#include "core/ct_str.h"

typedef struct ct_conf_block_s ct_conf_block_t;
typedef struct ct_cycle_s      ct_cycle_t;
typedef struct ct_pool_s       ct_pool_t;

/* One `listen`.  Invariant: address is never empty. */
typedef struct ct_listening_s {
    ct_str_t               address; /* that it is bound to, NUL after it */
    uint16_t               port;    /* 0: a unix socket */
    const ct_conf_block_t *block;   /* the `server` around it */
} ct_listening_t;

/*
 * How many there are; *listenings is in `pool`, in the order of the file.
 * Sockets that were inherited (fd:N, systemd) are asked where they are.
 */
CT_API size_t ct_listening_list(ct_cycle_t *cycle, ct_pool_t *pool,
                                const ct_listening_t **listenings);

#endif /* CT_LISTENING_H */

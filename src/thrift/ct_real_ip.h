/*
 * ct_real_ip.h -- whom a call is made for, where a proxy makes it.
 *
 * A proxy that takes messages apart, one for HTTP as a rule, serves many
 * clients over one connection, and says in a header of each call whose it
 * is.  `real_ip_header` names it; who is believed stands in set_real_ip_from.
 */

#ifndef CT_REAL_IP_H
#define CT_REAL_IP_H

#include "core/ct_config.h"

#include "core/ct_rc.h"

typedef struct ct_conf_s       ct_conf_t;
typedef struct ct_conf_block_s ct_conf_block_t;
typedef struct ct_peer_s       ct_peer_t;
typedef struct ct_pending_s    ct_pending_t;

/* Refuses what can have no effect in that `server` block, which is read. */
ct_rc_t ct_real_ip_check(ct_conf_t *conf, const ct_conf_block_t *block);

/*
 * The client of a call: the connection's, or the one that a header of a
 * trusted proxy names; then port is 0 unless it was named too.  CT_DECLINED:
 * the connection has gone.
 */
ct_rc_t ct_real_ip_find(const ct_pending_t *pending, ct_peer_t *peer);

/*
 * Notes who that is with the call, for whoever asks later or from another
 * thread, when the connection may have gone.
 */
void ct_real_ip_note(ct_pending_t *pending);

#endif /* CT_REAL_IP_H */

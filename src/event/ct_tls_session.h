/*
 * ct_tls_session.h -- going on with the keys of an older session.
 *
 * A session that is resumed saves the client a round trip and both sides the
 * costly part of a handshake.  It is kept by us, in a cache that all workers
 * share, or by the client, as a ticket that only we can open.
 *
 * Header of the event floor only.
 */

#ifndef CT_TLS_SESSION_H
#define CT_TLS_SESSION_H

#include "core/ct_config.h"

#include "core/ct_rc.h"
#include "core/ct_str.h"
#include "event/ct_tls_conf.h"

#include <openssl/ssl.h>

typedef struct ct_cycle_s        ct_cycle_t;
typedef struct ct_tls_sessions_s ct_tls_sessions_t;

/*
 * What all sites of a context share.  `owner` is equal for those contexts,
 * also of other generations, that may go on with each other's sessions.  Lives
 * in the cycle's pool.  NULL, logged with file and line.
 */
ct_tls_sessions_t *ct_tls_sessions_create(const ct_tls_conf_t *conf,
                                          ct_cycle_t *cycle, ct_str_t owner);

/* Sets one site up; the site's app data is taken.  CT_ERROR: no memory. */
ct_rc_t ct_tls_sessions_use(ct_tls_sessions_t *sessions, SSL_CTX *ctx);

#endif /* CT_TLS_SESSION_H */

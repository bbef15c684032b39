/*
 * ct_prelude.h -- what happens on a connection before it speaks Thrift.
 *
 * A prelude stands between accept and the listen's on_accept.  It takes the
 * steps that the listen asks for, in this order:
 *
 *   1. the PROXY header, where the listen has `proxy_protocol`
 *   2. the TLS handshake, where it has `ssl`
 *
 * and then gives the connection to on_accept, as if it had just been
 * accepted.  A listen that asks for nothing has no prelude and pays nothing.
 */

#ifndef CT_PRELUDE_H
#define CT_PRELUDE_H

#include "core/ct_config.h"

#include "core/ct_board.h"
#include "core/ct_rc.h"
#include "event/ct_listen.h"

typedef struct ct_conn_s ct_conn_t;

/* Whether connections of that listen have anything to do first. */
static inline bool
ct_prelude_is_wanted(const ct_listen_t *listen)
{
    return listen->proxy_protocol || listen->ssl;
}


/*
 * Begins the prelude of a connection that was just accepted, which may have
 * been handed on to on_accept, or be closed, when this returns.  CT_ERROR: to
 * be closed by the caller.
 */
ct_rc_t ct_prelude_begin(ct_conn_t *conn);

/*
 * For its steps: counts a peer that is refused and says why in a line, at
 * most one a second in each worker ("WHAT: WHY, client: ..., server: ...").
 * Both texts are constant.  The caller closes the connection, by giving
 * CT_ERROR back.
 */
void ct_prelude_refuse(ct_conn_t *conn, ct_board_counter_t counter,
                       const char *c_what, const char *c_why);

#endif /* CT_PRELUDE_H */

/*
 * ct_request_id.h -- one name for a call, from its client to the last service
 * that is called for it.
 *
 * It is what the client has sent as `X-Request-Id`, if that may stand in a log;
 * else it is made when somebody asks for the first time, and stays.
 */

#ifndef CT_REQUEST_ID_H
#define CT_REQUEST_ID_H

#include "core/ct_config.h"

#include "core/ct_str.h"

typedef struct ct_pending_s ct_pending_t;

/* Most bytes of one that a client sends, and of one that is made. */
#define CT_REQUEST_ID_MAX  128
#define CT_REQUEST_ID_MADE 32

/*
 * The call's id: 1 to CT_REQUEST_ID_MAX bytes of printable ASCII without
 * blanks, as long as the call.  In the loop's thread only.
 */
ct_str_t ct_request_id_of(ct_pending_t *pending);

/*
 * The same where it is known already; no string else.  For lines of a log,
 * which are no reason to make one.  From any thread that has the call.
 */
ct_str_t ct_request_id_known(const ct_pending_t *pending);

#endif /* CT_REQUEST_ID_H */

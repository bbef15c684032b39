/*
 * ct_range.h -- a range of addresses, as a directive names it, and whether a
 * call's client is in it.
 */

#ifndef CT_RANGE_H
#define CT_RANGE_H

#include "core/ct_config.h"

#include "core/ct_rc.h"
#include "core/ct_str.h"

typedef struct ct_call_s  ct_call_t;
typedef struct ct_conf_s  ct_conf_t;
typedef struct ct_range_s ct_range_t;

/*
 * "192.0.2.1", "192.0.2.0/24", "2001:db8::/32", or "unix:" for every unix
 * socket.  Lives in the cycle's pool.  Errors are the configuration's.
 */
CT_API ct_rc_t ct_range_parse(ct_conf_t *conf, ct_str_t text,
                              ct_range_t **range);

/*
 * Whether the client is in it: the one that a PROXY header or a header of a
 * trusted proxy names, if there is one.  A client that has gone is in none.
 */
CT_API bool ct_range_has(const ct_range_t *range, ct_call_t *call);

#endif /* CT_RANGE_H */

/*
 * ct_cidr.h -- a range of addresses, "10.0.0.0/8".
 */

#ifndef CT_CIDR_H
#define CT_CIDR_H

#include "core/ct_config.h"

#include "core/ct_rc.h"
#include "core/ct_str.h"
#include "event/ct_addr.h"

/* The first `bits` of `addr`; AF_UNIX is every unix socket and has none. */
typedef struct ct_cidr_s {
    sa_family_t family;
    uint8_t     bits;
    uint8_t     addr[16];
} ct_cidr_t;

/*
 * "192.0.2.0/24", "2001:db8::/32", a single address, or "unix:".  Bits behind
 * the prefix are dropped.  On CT_ERROR *c_why is a constant word of
 * explanation; nothing is logged.
 */
ct_rc_t ct_cidr_parse(ct_str_t text, ct_cidr_t *cidr, const char **c_why);

/*
 * Whether the peer's address lies in it.  An IPv4 address that came over an
 * IPv6 socket (::ffff:192.0.2.1) is taken as the IPv4 address it is.
 */
bool ct_cidr_has(const ct_cidr_t *cidr, const ct_peer_t *peer);

#endif /* CT_CIDR_H */

/*
 * ct_host.h -- an IP address in digits, quickly.
 *
 * A line of a log for every call has one in it, and libc's way is a format for
 * each of its groups.  The text is the one that inet_ntop gives: as short as
 * can be, in lower case, one that stands for an IPv4 address with its four
 * numbers.
 */

#ifndef CT_HOST_H
#define CT_HOST_H

#include "core/ct_config.h"

#include <netinet/in.h>

/* Room for either; a NUL would fit, but is not written. */
#define CT_HOST_SIZE INET6_ADDRSTRLEN

/* "192.0.2.7"; gives back how many bytes that is. */
size_t ct_host_write_in(const struct in_addr *host, char out[CT_HOST_SIZE]);

/* "2001:db8::7", without brackets or scope; likewise. */
size_t ct_host_write_in6(const struct in6_addr *host, char out[CT_HOST_SIZE]);

#endif /* CT_HOST_H */

/*
 * ct_addr.h -- addresses as people write them and as the kernel wants them.
 */

#ifndef CT_ADDR_H
#define CT_ADDR_H

#include "core/ct_config.h"

#include "core/ct_rc.h"
#include "core/ct_str.h"
#include "event/ct_host.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

/* Room for any address as text: "unix:" and a path, NUL included. */
#define CT_ADDR_TEXT_SIZE (sizeof(struct sockaddr_un) + 8)

/*
 * An address of a listener.  For fd:N, family is AF_UNSPEC and fd is set; for
 * systemd:NAME it is AF_UNSPEC too, fd is -1 and sun_path holds the name.
 */
typedef struct ct_addr_s {
    union {
        struct sockaddr     any;
        struct sockaddr_in  in;
        struct sockaddr_in6 in6;
        struct sockaddr_un  un;
    } sa;
    socklen_t len;
    int       fd; /* of fd:N, else -1 */
} ct_addr_t;

/* The peer of a connection: small, since there may be 100,000 of them. */
typedef struct ct_peer_s {
    union {
        struct sockaddr     any;
        struct sockaddr_in  in;
        struct sockaddr_in6 in6;
    } sa; /* family AF_UNIX: no more is known */
} ct_peer_t;

/*
 * "127.0.0.1:9090", "9090", "*:9090", "[::1]:9090", "localhost:9090",
 * "unix:/run/x.sock", "unix:@abstract", "fd:3", "systemd", "systemd:web".  On
 * CT_ERROR *c_why is a
 * constant word of explanation; nothing is logged.
 */
ct_rc_t ct_addr_parse(ct_str_t text, ct_addr_t *addr, const char **c_why);

/* The same without asking for host names: for text that nobody vouches for. */
ct_rc_t ct_addr_parse_numeric(ct_str_t text, ct_addr_t *addr,
                              const char **c_why);

/*
 * The address that a socket is bound to; CT_ERROR sets errno and is not
 * logged.
 */
ct_rc_t ct_addr_of_socket(int fd, ct_addr_t *addr);

/*
 * An IPv4 or IPv6 address in digits, without brackets or scope, and a port.
 * CT_DECLINED for anything else.
 */
ct_rc_t ct_peer_parse(ct_str_t host, uint16_t port, ct_peer_t *peer);

/* Whether both name the same place; fd:N and a name equal only themselves. */
bool ct_addr_eq(const ct_addr_t *a, const ct_addr_t *b);

/* As text, "127.0.0.1:9090" or "unix:/path"; gives back `out`. */
const char *ct_addr_text(const ct_addr_t *addr, char *out, size_t size);
const char *ct_peer_text(const ct_peer_t *peer, char *out, size_t size);

/*
 * The address alone, "127.0.0.1", "::1" or "unix:", without a NUL; gives back
 * how many bytes that is.
 */
size_t ct_peer_write_host(const ct_peer_t *peer, char out[CT_HOST_SIZE]);

/* The port; 0 where there is none. */
uint16_t ct_peer_port(const ct_peer_t *peer);

#endif /* CT_ADDR_H */

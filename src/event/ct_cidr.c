/*
 * ct_cidr.c -- reading ranges of addresses and looking into them.
 *
 * Addresses are compared as bytes of the network's order, so that one loop
 * does for both families.
 */

#include "core/ct_config.h"

#include "event/ct_cidr.h"

#include <string.h>

enum {
    IPV4_BITS = 32,
    IPV6_BITS = 128,
    MAPPED = 12 /* bytes in front of an IPv4 address inside an IPv6 one */
};

static const uint8_t mapped_start[MAPPED] = { 0, 0, 0, 0, 0,    0,
                                              0, 0, 0, 0, 0xff, 0xff };


/* So that a refusal is one statement where it is found. */
static ct_rc_t
refuse(const char **c_why, const char *c_text)
{
    *c_why = c_text;
    return CT_ERROR;
}


/* The bytes of a peer's address and, in *family, what they are. */
static const uint8_t *
bytes_of(const ct_peer_t *peer, sa_family_t *family)
{
    const uint8_t *bytes = (const uint8_t *) &peer->sa.in6.sin6_addr;

    *family = peer->sa.any.sa_family;
    if (*family == AF_INET) {
        return (const uint8_t *) &peer->sa.in.sin_addr;
    }
    if (*family == AF_INET6 && memcmp(bytes, mapped_start, MAPPED) == 0) {
        *family = AF_INET;
        return bytes + MAPPED;
    }
    return bytes;
}


/* The first `bits` bits of both are the same. */
static bool
begin_alike(const uint8_t *a, const uint8_t *b, unsigned bits)
{
    const unsigned whole = bits / 8;
    const unsigned rest = bits % 8;

    if (memcmp(a, b, whole) != 0) {
        return false;
    }
    return rest == 0 || ((a[whole] ^ b[whole]) & (0xff00u >> rest) & 0xff) == 0;
}


static void
drop_bits_behind(uint8_t *addr, unsigned bits)
{
    for (unsigned i = bits; i < IPV6_BITS; i++) {
        addr[i / 8] &= (uint8_t) ~(0x80u >> (i % 8));
    }
}


/* "/24" was found behind the address. */
static ct_rc_t
parse_bits(ct_str_t text, unsigned most, uint8_t *bits, const char **c_why)
{
    uint64_t number;

    if (ct_str_to_u64(text, &number) != CT_OK || number > most) {
        return refuse(c_why, most == IPV4_BITS
                                 ? "the prefix is a number from 0 to 32"
                                 : "the prefix is a number from 0 to 128");
    }
    *bits = (uint8_t) number;
    return CT_OK;
}


ct_rc_t
ct_cidr_parse(ct_str_t text, ct_cidr_t *cidr, const char **c_why)
{
    const char *slash = text.len > 0 ? memchr(text.data, '/', text.len) : NULL;
    ct_str_t    host = text;
    ct_cidr_t   made = { .bits = 0 };
    ct_peer_t   peer;
    const uint8_t *bytes;

    if (ct_str_eq_c(text, "unix:")) {
        made.family = AF_UNIX;
        *cidr = made;
        return CT_OK;
    }
    if (slash != NULL) {
        host.len = (size_t) (slash - text.data);
    }
    if (ct_peer_parse(host, 0, &peer) != CT_OK) {
        return refuse(c_why, "it is neither an IPv4 nor an IPv6 address nor "
                             "'unix:'");
    }

    made.family = peer.sa.any.sa_family;
    bytes = made.family == AF_INET ? (const uint8_t *) &peer.sa.in.sin_addr
                                   : (const uint8_t *) &peer.sa.in6.sin6_addr;
    made.bits = made.family == AF_INET ? IPV4_BITS : IPV6_BITS;
    memcpy(made.addr, bytes, made.bits / 8);
    if (slash != NULL
        && parse_bits((ct_str_t){ text.len - host.len - 1, slash + 1 },
                      made.bits, &made.bits, c_why)
               != CT_OK) {
        return CT_ERROR;
    }
    drop_bits_behind(made.addr, made.bits);
    *cidr = made;
    return CT_OK;
}


bool
ct_cidr_has(const ct_cidr_t *cidr, const ct_peer_t *peer)
{
    sa_family_t    family;
    const uint8_t *bytes = bytes_of(peer, &family);

    if (cidr->family != family) {
        return false;
    }
    return begin_alike(cidr->addr, bytes, cidr->bits);
}

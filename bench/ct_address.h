/*
 * ct_address.h -- where a server of the bench listens.
 *
 * Written as HOST:PORT, where HOST is four numbers and port 0 lets the kernel
 * choose, or as unix:PATH.  The bench shares no code with the server that it
 * measures, hence its own few lines here.
 */

#ifndef CT_ADDRESS_H
#define CT_ADDRESS_H

#include <stdbool.h>
#include <sys/socket.h>

/* The first `len` bytes of `storage` are an address for bind or connect. */
typedef struct {
    struct sockaddr_storage storage;
    socklen_t               len;
} ct_address_t;

/* Reads `text` into `*address`; false where it is neither form. */
bool ct_address_parse(const char *text, ct_address_t *address);

/* The family is IPv4, as opposed to unix. */
bool ct_address_is_tcp(const ct_address_t *address);

/* In the other direction, one line on standard output. */
void ct_address_print(const ct_address_t *address);

#endif

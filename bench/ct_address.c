/*
 * ct_address.c -- reading and printing addresses.
 *
 * Numbers only: a resolver has no place in a measurement.
 */

#define _GNU_SOURCE

#include "ct_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

static const char unix_prefix[] = "unix:";


static bool
parse_unix(const char *path, ct_address_t *address)
{
    struct sockaddr_un *sun = (struct sockaddr_un *) &address->storage;
    const size_t        len = strlen(path);

    if (len == 0 || len >= sizeof(sun->sun_path)) {
        return false;
    }
    sun->sun_family = AF_UNIX;
    memcpy(sun->sun_path, path, len + 1);
    address->len = sizeof(*sun);
    return true;
}


static bool
parse_tcp(const char *text, ct_address_t *address)
{
    struct sockaddr_in *sin = (struct sockaddr_in *) &address->storage;
    const char         *colon = strrchr(text, ':');
    char                host[INET_ADDRSTRLEN] = "";
    char               *end;
    unsigned long       port;

    if (colon == NULL || (size_t) (colon - text) >= sizeof(host)) {
        return false;
    }
    memcpy(host, text, (size_t) (colon - text));
    port = strtoul(colon + 1, &end, 10);
    if (end == colon + 1 || *end != '\0' || port > UINT16_MAX) {
        return false;
    }
    sin->sin_family = AF_INET;
    sin->sin_port = htons((uint16_t) port);
    address->len = sizeof(*sin);
    return inet_pton(AF_INET, host, &sin->sin_addr) == 1;
}


bool
ct_address_parse(const char *text, ct_address_t *address)
{
    const size_t prefix_len = sizeof(unix_prefix) - 1;

    memset(address, 0, sizeof(*address));
    if (strncmp(text, unix_prefix, prefix_len) == 0) {
        return parse_unix(text + prefix_len, address);
    }
    return parse_tcp(text, address);
}


bool
ct_address_is_tcp(const ct_address_t *address)
{
    return address->storage.ss_family == AF_INET;
}


void
ct_address_print(const ct_address_t *address)
{
    const struct sockaddr_in *sin;
    char                      host[INET_ADDRSTRLEN];

    if (!ct_address_is_tcp(address)) {
        printf("%s%s\n", unix_prefix,
               ((const struct sockaddr_un *) &address->storage)->sun_path);
    } else {
        sin = (const struct sockaddr_in *) &address->storage;
        inet_ntop(AF_INET, &sin->sin_addr, host, sizeof(host));
        printf("%s:%d\n", host, ntohs(sin->sin_port));
    }
    fflush(stdout);
}

/*
 * ct_listening.c -- where a generation listens, for modules.
 */

#include "core/ct_config.h"

#include "thrift/ct_listening.h"

#include <arpa/inet.h>

#include "core/ct_pool.h"
#include "event/ct_event_module.h"


static uint16_t
port_of(const ct_addr_t *addr)
{
    switch (addr->sa.any.sa_family) {
    case AF_INET:
        return ntohs(addr->sa.in.sin_port);
    case AF_INET6:
        return ntohs(addr->sa.in6.sin6_port);
    }
    return 0;
}


static void
describe(const ct_listen_t *listen, ct_pool_t *pool, ct_listening_t *listening)
{
    ct_addr_t addr = listen->addr;
    char      text[CT_ADDR_TEXT_SIZE];

    if (addr.sa.any.sa_family == AF_UNSPEC && listen->nfds > 0) {
        (void) ct_addr_of_socket(listen->fds[0], &addr);
    }
    listening->address =
        ct_str_dup(pool, ct_str_of(ct_addr_text(&addr, text, sizeof(text))));
    listening->port = port_of(&addr);
    listening->block = listen->block;
}


size_t
ct_listening_list(ct_cycle_t *cycle, ct_pool_t *pool,
                  const ct_listening_t **listenings)
{
    const ct_listens_t *listens = ct_event_listens(cycle);
    const size_t        n = listens->list.n;
    ct_listening_t     *list = ct_pool_zalloc(pool, (n + 1) * sizeof(*list));

    for (size_t i = 0; i < n; i++) {
        describe(ct_listens_at(listens, i), pool, &list[i]);
    }
    *listenings = list;
    return n;
}

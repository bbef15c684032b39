/*
 * ct_backend.c -- the ways to wait for events that were built in.
 *
 * Stands above the backends and below the loop: neither has to know who else
 * there is.
 */

#include "core/ct_config.h"

#include "event/ct_backend.h"

#include <stdio.h>
#include <string.h>

#include "event/ct_poller.h"

#define MAX_POLLERS 3


/* Those built in, the best first; gives back how many, at least one. */
static size_t
pollers(const ct_poller_t *list[MAX_POLLERS])
{
    size_t n = 0;

    if (CT_HAVE_EPOLL) {
        list[n++] = &ct_epoll_poller;
    }
    if (CT_HAVE_KQUEUE) {
        list[n++] = &ct_kqueue_poller;
    }
    if (CT_HAVE_POLL) {
        list[n++] = &ct_poll_poller;
    }
    return n;
}


/* Three names: no table is worth its code. */
const ct_poller_t *
ct_backend_find(const char *c_name)
{
    const ct_poller_t *list[MAX_POLLERS];
    const size_t       n = pollers(list);

    if (c_name == NULL || *c_name == '\0') {
        return list[0];
    }
    for (size_t i = 0; i < n; i++) {
        if (strcmp(list[i]->name, c_name) == 0) {
            return list[i];
        }
    }
    return NULL;
}


bool
ct_backend_is_built(const char *c_name)
{
    return ct_backend_find(c_name) != NULL;
}


const char *
ct_backend_names(char *out, size_t size)
{
    const ct_poller_t *list[MAX_POLLERS];
    const size_t       n = pollers(list);
    size_t             len = 0;

    out[0] = '\0';
    for (size_t i = 0; i < n && len < size; i++) {
        len += (size_t) snprintf(out + len, size - len, "%s%s",
                                 i == 0 ? "" : ", ", list[i]->name);
    }
    return out;
}

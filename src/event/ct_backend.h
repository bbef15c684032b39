/*
 * ct_backend.h -- the ways to wait for events that were built in.
 */

#ifndef CT_BACKEND_H
#define CT_BACKEND_H

#include "core/ct_config.h"

typedef struct ct_poller_s ct_poller_t;

/*
 * The backend of that name ("epoll", "kqueue", "poll"; NULL or empty takes
 * the best one here), or NULL: it was not built in.
 */
const ct_poller_t *ct_backend_find(const char *c_name);

/* Whether there is one of that name. */
bool ct_backend_is_built(const char *c_name);

/* The names of those built in, "epoll, poll"; gives back `out`. */
const char *ct_backend_names(char *out, size_t size);

#endif /* CT_BACKEND_H */

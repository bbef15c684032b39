/*
 * ct_show.h -- the tables that `cthrift -s` prints, for people or as JSON.
 */

#ifndef CT_SHOW_H
#define CT_SHOW_H

#include "core/ct_config.h"

#include "core/ct_str.h"

typedef struct ct_master_s  ct_master_t;
typedef struct ct_pool_s    ct_pool_t;
typedef struct ct_request_s ct_request_t;

/*
 * Makes the text that a request asks for, in `pool`, and gives back NULL; or
 * why not, as a constant or in `pool`, and *text is as it was.
 */
typedef const char *(*ct_show_fn)(ct_master_t        *master,
                                  const ct_request_t *request, ct_pool_t *pool,
                                  ct_str_t *text);

/* `status`: the whole scoreboard. */
const char *ct_show_status(ct_master_t *master, const ct_request_t *request,
                           ct_pool_t *pool, ct_str_t *text);

/* `workers`, `methods`: that part of it; methods with most calls first. */
const char *ct_show_workers(ct_master_t *master, const ct_request_t *request,
                            ct_pool_t *pool, ct_str_t *text);
const char *ct_show_methods(ct_master_t *master, const ct_request_t *request,
                            ct_pool_t *pool, ct_str_t *text);

/* `listeners`: addresses, options, and who waits there. */
const char *ct_show_listeners(ct_master_t *master, const ct_request_t *request,
                              ct_pool_t *pool, ct_str_t *text);

/* `config [changes]`: the files as the master has read them. */
const char *ct_show_config(ct_master_t *master, const ct_request_t *request,
                           ct_pool_t *pool, ct_str_t *text);

#endif /* CT_SHOW_H */

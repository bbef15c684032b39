/*
 * ct_web.h -- a request for a page, and what a module answers it with.
 *
 * A server of Thrift that speaks HTTP gets requests for pages as well: from
 * browsers, from monitors, from balancers that ask whether it lives.  They are
 * no calls.  A module that has something to show says so in the configuration
 * (ct_web_offer) and has a hook, `web`.
 *
 * Interface header.
 */

#ifndef CT_WEB_H
#define CT_WEB_H

#include "core/ct_config.h"

#include "core/ct_str.h"

/*
 * One GET, or HEAD, which is answered alike but for the body that is left out.
 * The first part is the client's, the second is to be filled in.
 */
typedef struct ct_web_s {
    ct_str_t path;  /* "/metrics", as it was sent: nothing is decoded */
    ct_str_t query; /* behind its '?'; empty where there is none */

    uint16_t    status;  /* 200, 403, 404, 503; 0: nobody has answered yet */
    const char *c_type;  /* constant: of the body */
    const char *c_lines; /* constant: more header fields, each with CR LF */
    ct_str_t    body;    /* lives as long as the request's pool */
} ct_web_t;

#endif /* CT_WEB_H */

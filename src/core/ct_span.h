/*
 * ct_span.h -- a limit that chance may raise: `1h jitter=5m`.
 *
 * What is started together would reach a plain limit together, and all of it
 * would be replaced, closed or fetched anew at once.
 */

#ifndef CT_SPAN_H
#define CT_SPAN_H

#include "core/ct_config.h"

#include "core/ct_conf.h"

/*
 * A limit, and by how much more at most chance may raise it.  `least` is 0
 * where there is no limit; then there is no jitter.  Their sum fits into 63
 * bits.
 */
typedef struct ct_span_s {
    uint64_t least;
    uint64_t jitter;
} ct_span_t;

/* Types of directives, for CT_CONF_CUSTOM over a ct_span_t. */
extern CT_API const ct_conf_type_t ct_span_type_count;
extern CT_API const ct_conf_type_t ct_span_type_ms; /* milliseconds */

/*
 * The limit of one thing: `least`, and a share of the jitter that `chance`
 * gives, any number; 0 where there is no limit.
 */
CT_API uint64_t ct_span_draw(const ct_span_t *span, uint64_t chance);

#endif /* CT_SPAN_H */

/*
 * ct_tired.h -- a worker finds out that it has served for long enough.
 *
 * It says so once; what is done about it is the master's business.
 */

#ifndef CT_TIRED_H
#define CT_TIRED_H

#include "core/ct_config.h"

#include "event/ct_timer.h"

#include <stddef.h>

typedef struct ct_core_conf_s ct_core_conf_t;
typedef struct ct_worker_s    ct_worker_t;

/* Called once, when one of the limits is reached. */
typedef void (*ct_tired_fn)(void *data);

/* Zeroed it watches nothing. */
typedef struct ct_tired_s {
    ct_worker_t *worker;
    uint64_t     max_calls; /* jitter included; 0: any number */
    size_t       max_rss;   /* bytes; 0: any number */
    bool         is_said;
    ct_timer_t   age;
    ct_timer_t   look; /* at the memory */
    ct_tired_fn  fn;
    void        *data;
} ct_tired_t;

/*
 * Begins to watch what `conf` asks for.  The worker serves by now, so that
 * what it takes at rest is known: a worker_max_rss below that is refused with
 * a warning, since its successors would be no better.
 */
void ct_tired_start(ct_tired_t *tired, ct_worker_t *worker,
                    const ct_core_conf_t *conf, ct_tired_fn fn, void *data);

/* Looks at the number of calls; once a turn. */
void ct_tired_on_turn(ct_tired_t *tired);

#endif /* CT_TIRED_H */

/*
 * ct_deadline_conf.h -- the directives of ct_deadline.c that are not plain
 * times.
 *
 * Header of the thrift floor only; for load time.
 */

#ifndef CT_DEADLINE_CONF_H
#define CT_DEADLINE_CONF_H

#include "core/ct_config.h"

#include "core/ct_conf.h"
#include "core/ct_rc.h"

/* The type of `deadline_header`; its field is a ct_conf_strs_t. */
extern const ct_conf_type_t ct_deadline_header_type;

/*
 * A `queue_timeout` in the block itself must do something there; CT_ERROR,
 * logged: none of its handlers runs on threads, as `has_threads` tells.
 */
ct_rc_t ct_queue_timeout_check(ct_conf_t *conf, const ct_conf_block_t *block,
                               bool has_threads);

#endif /* CT_DEADLINE_CONF_H */

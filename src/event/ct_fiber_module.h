/*
 * ct_fiber_module.h -- `fiber_stack`, `max_fibers`, and a worker's fibers.
 */

#ifndef CT_FIBER_MODULE_H
#define CT_FIBER_MODULE_H

#include "core/ct_config.h"

#include "core/ct_module.h"

typedef struct ct_fibers_s ct_fibers_t;

extern const ct_module_t ct_fiber_module;

/* What a block says. */
typedef struct ct_fiber_conf_s {
    size_t   stack_size; /* at least CT_FIBER_STACK_LEAST */
    uint32_t max_fibers; /* of a worker */
} ct_fiber_conf_t;

/* The worker's; NULL before its modules have begun and after they ended. */
ct_fibers_t *ct_fibers_of(const ct_worker_t *worker);

#endif /* CT_FIBER_MODULE_H */

/*
 * ct_fiber_module.c -- `fiber_stack`, `max_fibers`, and a worker's fibers.
 *
 * The limit is of a worker and so stands in one place, while the size is a
 * matter of what a method does with its stack.
 */

#include "core/ct_config.h"

#include "event/ct_fiber_module.h"

#include "core/ct_conf.h"
#include "core/ct_cycle.h"
#include "event/ct_fiber.h"

/* More would rather be memory that somebody allocates. */
#define STACK_MOST ((size_t) 256 * 1024 * 1024)

/* Each takes two mappings; a kernel that has been told nothing else gives a
 * process 65530. */
#define FIBERS_MOST 1000000


static ct_rc_t
set_stack(ct_conf_t *conf, const ct_directive_t *directive, void *field)
{
    const size_t *size = field;

    if (ct_conf_set_size(conf, directive, field) != CT_OK) {
        return CT_ERROR;
    }
    if (*size < CT_FIBER_STACK_LEAST || *size > STACK_MOST) {
        return ct_conf_error(conf, "'fiber_stack' wants a size from 16k to "
                                   "256m");
    }
    return CT_OK;
}


static ct_rc_t
set_max(ct_conf_t *conf, const ct_directive_t *directive, void *field)
{
    const uint32_t *max = field;

    if (ct_conf_set_uint(conf, directive, field) != CT_OK) {
        return CT_ERROR;
    }
    if (*max == 0 || *max > FIBERS_MOST) {
        return ct_conf_error(conf, "'max_fibers' wants a number from 1 to %u",
                             FIBERS_MOST);
    }
    return CT_OK;
}


/* clang-format off */
static const ct_conf_type_t stack_type = {
    .name = "size", .min_args = 1, .max_args = 1, .set = set_stack,
};

static const ct_conf_type_t max_type = {
    .name = "number", .min_args = 1, .max_args = 1, .set = set_max,
};

static const ct_directive_t fiber_directives[] = {
    { "fiber_stack", CT_IN_ANY_THRIFT,
      CT_CONF_CUSTOM(ct_fiber_conf_t, stack_size, stack_type, "64k") },
    { "max_fibers", CT_IN_THRIFT,
      CT_CONF_CUSTOM(ct_fiber_conf_t, max_fibers, max_type, "10000") },
    { NULL, 0, NULL, 0, NULL },
};
/* clang-format on */


ct_fibers_t *
ct_fibers_of(const ct_worker_t *worker)
{
    return worker
        ->states[ct_cycle_module_index(worker->cycle, &ct_fiber_module)];
}


static ct_rc_t
fiber_worker_init(ct_worker_t *worker, void **state)
{
    *state = ct_fibers_create(worker->loop, worker->slot);
    return CT_OK;
}


static void
fiber_worker_exit(ct_worker_t *worker CT_UNUSED, void *state)
{
    ct_fibers_destroy(state);
}


const ct_module_t ct_fiber_module = {
    .abi = CT_MODULE_ABI,
    .name = "fiber",
    .conf_size = sizeof(ct_fiber_conf_t),
    .directives = fiber_directives,
    .worker_init = fiber_worker_init,
    .worker_exit = fiber_worker_exit,
};

/*
 * ct_event_module.c -- `events { }` and where a cycle keeps its listens.
 *
 * Directives inside the block fill the block's own copy of our struct (see
 * ct_conf.h), and leaving the block copies it into main's, which is the one
 * that everybody reads.  Without a block main's holds the defaults.  The
 * listens are added while the servers are read and live in main's struct
 * only.
 */

#include "core/ct_config.h"

#include "event/ct_event_module.h"

#include "core/ct_conf.h"
#include "core/ct_cycle.h"
#include "core/ct_pool.h"
#include "event/ct_backend.h"
#include "event/ct_cidr.h"

enum {
    MAX_CONNECTIONS = 1 << 24,
    MAX_BATCH = 1024,
    MAX_EVENTS = 1 << 16,
    MAX_SPIN_US = 10000,
    BACKENDS_TEXT_SIZE = 64
};


/* `conf` is what the directives set; the rest stays with main. */
typedef struct event_main_s {
    ct_event_conf_t conf;
    ct_listens_t    listens;
    bool            has_listens; /* the array is initialised */
} event_main_t;


/* None of our numbers may be 0: a server without events serves nobody. */
static ct_rc_t
parse_count(ct_conf_t *conf, uint64_t max, uint64_t *count)
{
    if (ct_str_to_u64(conf->args[1], count) != CT_OK || *count < 1
        || *count > max) {
        return ct_conf_error(conf, "'%.*s' wants a number from 1 to %llu",
                             CT_STR_ARG(conf->args[0]),
                             (unsigned long long) max);
    }
    return CT_OK;
}


static ct_rc_t
set_connections(ct_conf_t *conf, const ct_directive_t *directive CT_UNUSED,
                void *field)
{
    uint64_t count;

    if (parse_count(conf, MAX_CONNECTIONS, &count) != CT_OK) {
        return CT_ERROR;
    }
    *(size_t *) field = (size_t) count;
    return CT_OK;
}


static ct_rc_t
set_batch(ct_conf_t *conf, const ct_directive_t *directive CT_UNUSED,
          void *field)
{
    uint64_t count;

    if (parse_count(conf, MAX_BATCH, &count) != CT_OK) {
        return CT_ERROR;
    }
    *(uint32_t *) field = (uint32_t) count;
    return CT_OK;
}


static ct_rc_t
set_max_events(ct_conf_t *conf, const ct_directive_t *directive CT_UNUSED,
               void *field)
{
    uint64_t count;

    if (parse_count(conf, MAX_EVENTS, &count) != CT_OK) {
        return CT_ERROR;
    }
    *(uint32_t *) field = (uint32_t) count;
    return CT_OK;
}


static ct_rc_t
set_use(ct_conf_t *conf, const ct_directive_t *directive CT_UNUSED, void *field)
{
    const ct_str_t name = conf->args[1];
    char           built_in[BACKENDS_TEXT_SIZE];

    if (name.len == 0 || !ct_backend_is_built(name.data)) {
        return ct_conf_error(
            conf, "there is no event backend '%.*s' (built in: %s)",
            CT_STR_ARG(name), ct_backend_names(built_in, sizeof(built_in)));
    }
    *(ct_str_t *) field = name;
    return CT_OK;
}


/*
 * Longer ones are a mistake in the unit: to wake a thread takes some 50 us, and
 * to poll for more than a few times that cannot pay.
 */
static ct_rc_t
set_spin(ct_conf_t *conf, const ct_directive_t *directive CT_UNUSED,
         void *field)
{
    uint64_t time_us = 0;

    if (!ct_str_eq(conf->args[1], CT_STR("off"))
        && (ct_conf_parse_us(conf->args[1], &time_us) != CT_OK
            || time_us > MAX_SPIN_US)) {
        return ct_conf_error(conf,
                             "'%.*s' wants 'off', or a time of up to 10ms, "
                             "such as 50us",
                             CT_STR_ARG(conf->args[0]));
    }
    *(uint64_t *) field = time_us;
    return CT_OK;
}


/* Another range; the items of an outer block are not touched. */
static ct_rc_t
set_debugged(ct_conf_t *conf, const ct_directive_t *directive CT_UNUSED,
             void *field)
{
    ct_debugged_conf_t *debugged = field;
    ct_cidr_t          *items =
        ct_pool_alloc(conf->pool, (debugged->n + 1) * sizeof(*items));
    const char *c_why = NULL;

    if (debugged->n > 0) {
        memcpy(items, debugged->items, debugged->n * sizeof(*items));
    }
    if (ct_cidr_parse(conf->args[1], &items[debugged->n], &c_why) != CT_OK) {
        return ct_conf_error(conf, "'%.*s' is no range of addresses: %s",
                             CT_STR_ARG(conf->args[1]), c_why);
    }
    debugged->items = items;
    debugged->n++;
    return CT_OK;
}


/* `inner` began as a copy of `outer`: what the block left out is the same. */
static ct_rc_t
leave_events(ct_conf_t *conf, ct_conf_block_t *block)
{
    const event_main_t *inner =
        ct_conf_of(conf->cycle, block, &ct_event_module);
    event_main_t *outer =
        ct_conf_of(conf->cycle, block->parent, &ct_event_module);

    outer->conf = inner->conf;
    return CT_OK;
}


/* clang-format off */
static const ct_conf_type_t events_type = {
    .name = "block",
    .flags = CT_CONF_BLOCK,
    .place = CT_IN_EVENTS,
    .leave = leave_events,
};

static const ct_conf_type_t use_type = {
    .name = "epoll | kqueue | poll",
    .min_args = 1, .max_args = 1, .set = set_use,
};

static const ct_conf_type_t connections_type = {
    .name = "number", .min_args = 1, .max_args = 1, .set = set_connections,
};

static const ct_conf_type_t batch_type = {
    .name = "number", .min_args = 1, .max_args = 1, .set = set_batch,
};

static const ct_conf_type_t max_events_type = {
    .name = "number", .min_args = 1, .max_args = 1, .set = set_max_events,
};

static const ct_conf_type_t spin_type = {
    .name = "time | off", .min_args = 1, .max_args = 1, .set = set_spin,
};

static const ct_conf_type_t debugged_type = {
    .name = "ADDRESS | CIDR | unix:", .min_args = 1, .max_args = 1,
    .flags = CT_CONF_MANY, .set = set_debugged,
};

static const ct_directive_t event_directives[] = {
    { "events", CT_IN_MAIN, CT_CONF_ACTION(events_type) },
    { "use", CT_IN_EVENTS,
      CT_CONF_CUSTOM(event_main_t, conf.use, use_type, NULL) },
    { "worker_connections", CT_IN_EVENTS,
      CT_CONF_CUSTOM(event_main_t, conf.worker_connections, connections_type,
                     "1024") },
    { "accept_batch", CT_IN_EVENTS,
      CT_CONF_CUSTOM(event_main_t, conf.accept_batch, batch_type, "8") },
    { "debug_connection", CT_IN_EVENTS,
      CT_CONF_CUSTOM(event_main_t, conf.debugged, debugged_type, NULL) },
    { "event_spin", CT_IN_EVENTS,
      CT_CONF_CUSTOM(event_main_t, conf.spin_us, spin_type, "off") },
    { "rebalance", CT_IN_EVENTS,
      CT_CONF_FLAG(event_main_t, conf.rebalance, "on") },
    { "max_events", CT_IN_EVENTS,
      CT_CONF_CUSTOM(event_main_t, conf.max_events, max_events_type, "512") },
    { NULL, 0, NULL, 0, NULL },
};
/* clang-format on */

const ct_module_t ct_event_module = {
    .abi = CT_MODULE_ABI,
    .name = "event",
    .conf_size = sizeof(event_main_t),
    .directives = event_directives,
};


const ct_event_conf_t *
ct_event_conf(const ct_cycle_t *cycle)
{
    const event_main_t *self = ct_cycle_conf(cycle, &ct_event_module);

    return &self->conf;
}


/* Not made by a hook: the servers are read before any of them runs. */
ct_listens_t *
ct_event_listens(ct_cycle_t *cycle)
{
    event_main_t *self = ct_cycle_conf(cycle, &ct_event_module);

    if (!self->has_listens) {
        ct_array_init(&self->listens.list, cycle->pool, sizeof(ct_listen_t *));
        self->has_listens = true;
    }
    return &self->listens;
}

/*
 * ct_limit_req_module.c -- how many calls a second each key may make.
 *
 * nginx's leaky bucket: calls of a key drain from its bucket at the zone's
 * rate; one that finds more than `burst` before it is refused, one that finds
 * more than `delay` waits until no more are left, any other goes on at once.
 * Buckets lie in shared memory (ct_rate.h), so all workers fill the same ones.
 *
 *   call      | event                        | next
 *   ----------+------------------------------+------------------------------
 *   came      | a zone is over its burst     | refused, counted in none
 *   came      | no zone is over its delay    | goes on
 *   came      | too many wait already        | refused
 *   came      | else                         | waits: before_call holds it
 *   waits     | its time has come            | goes on
 *   waits     | the client goes away         | ends when its time has come
 *
 * A waiting call keeps its message, its place in the order of replies, and a
 * timer, nothing else waits for it; max_pipelined_calls caps them in each
 * connection and limit_req_max_delayed in each worker.
 */

#include <cthrift.h>

#include <inttypes.h>

#include "modules/ct_limit_zone.h"
#include "modules/ct_rate.h"
#include "modules/ct_say.h"

/* Zones that one call may be held against. */
#define MAX_LIMITS 8

/* Bounds of the arithmetic: a million calls of one a minute fit the table. */
#define MAX_RATE  1000000
#define MAX_BURST 1000000

typedef struct req_zone_s {
    ct_limit_zone_t zone;
    uint64_t        cost; /* of a call, in ticks */
    ct_rate_t       rate;
} req_zone_t;

typedef struct req_limit_s {
    req_zone_t *zone;
    uint64_t    burst;     /* calls */
    uint64_t    delay;     /* calls; above them it waits */
    bool        has_delay; /* it was said */
} req_limit_t;

/* What came of a call: the limit that decided, its backlog, ticks to wait. */
typedef struct req_verdict_s {
    const req_limit_t *limit;
    uint64_t           backlog;
    uint64_t           wait;
    uint64_t           ids[MAX_LIMITS]; /* of its keys; 0: not limited */
} req_verdict_t;

/* `zones` is main's, and of req_zone_t *; nobody looks at the copies. */
typedef struct req_conf_s {
    ct_array_t *zones;
    ct_array_t  limits; /* of req_limit_t */
    bool        dry_run;
    int         log_level;
    uint32_t    max_delayed;
} req_conf_t;

/* What is told of a zone, each at its own pace. */
typedef enum req_said_e {
    SAID_REFUSED,
    SAID_DELAYED,
    SAID_FORGOT,
    SAIDS,
} req_said_t;

/* `said` has SAIDS for each zone. */
typedef struct req_state_s {
    size_t    index; /* of this module */
    uint32_t  ndelayed;
    ct_say_t *said;
} req_state_t;

extern const ct_module_t ct_limit_req_module;


/* ---- Reading the configuration. */

static ct_array_t *
zones_of(ct_conf_t *conf)
{
    req_conf_t *of_main = ct_cycle_conf(conf->cycle, &ct_limit_req_module);

    return ct_limit_zones_list(conf, &of_main->zones);
}


/* "10r/s", "600r/m": the cost of a call. */
static ct_rc_t
rate_parse(ct_conf_t *conf, ct_str_t text, uint64_t *cost)
{
    const ct_str_t number = { text.len < 3 ? 0 : text.len - 3, text.data };
    uint64_t       ticks = CT_RATE_TICKS_PER_S;
    uint64_t       rate;

    if (ct_str_ends_with(text, "r/m")) {
        ticks *= 60;
    } else if (!ct_str_ends_with(text, "r/s")) {
        return ct_conf_error(conf, "'%.*s' is no rate like 10r/s or 600r/m",
                             CT_STR_ARG(text));
    }
    if (ct_str_to_u64(number, &rate) != CT_OK || rate < 1 || rate > MAX_RATE) {
        return ct_conf_error(conf, "rate '%.*s' is not from 1 to %d",
                             CT_STR_ARG(text), MAX_RATE);
    }
    *cost = (ticks + rate / 2) / rate;
    return CT_OK;
}


/* limit_req_zone KEY zone=NAME:SIZE rate=RATE; */
static ct_rc_t
zone_set(ct_conf_t *conf, const ct_directive_t *directive CT_UNUSED,
         void *field CT_UNUSED)
{
    ct_str_t    name = CT_STR_NONE;
    size_t      size = 0;
    uint64_t    cost = 0;
    req_zone_t *zone;

    for (size_t i = 2; i < conf->nargs; i++) {
        const ct_str_t word = conf->args[i];
        const ct_str_t value = { word.len < 5 ? 0 : word.len - 5,
                                 word.data + 5 };
        ct_rc_t rc = CT_DECLINED;

        if (ct_str_starts_with(word, "zone=") && name.data == NULL) {
            rc = ct_limit_zone_parse(conf, value, &name, &size);
        } else if (ct_str_starts_with(word, "rate=") && cost == 0) {
            rc = rate_parse(conf, value, &cost);
        }
        if (rc == CT_DECLINED) {
            return ct_conf_error(conf, "'%.*s' is not expected here",
                                 CT_STR_ARG(word));
        }
        if (rc != CT_OK) {
            return CT_ERROR;
        }
    }
    if (name.data == NULL || cost == 0) {
        return ct_conf_error(conf, "limit_req_zone wants zone= and rate=");
    }
    zone = ct_limit_zone_named(conf, zones_of(conf), name, sizeof(*zone));
    if (ct_limit_zone_declare(conf, &zone->zone, size) != CT_OK) {
        return CT_ERROR;
    }
    zone->cost = cost;
    ct_rate_init(&zone->rate, zone->zone.memory, zone->zone.size);
    return CT_OK;
}


/* "burst=20" and the like; CT_DECLINED: it is another word. */
static ct_rc_t
calls_parse(ct_conf_t *conf, ct_str_t word, const char *c_prefix,
            uint64_t *calls)
{
    const size_t   n = strlen(c_prefix);
    const ct_str_t number = { word.len < n ? 0 : word.len - n, word.data + n };

    if (!ct_str_starts_with(word, c_prefix)) {
        return CT_DECLINED;
    }
    if (ct_str_to_u64(number, calls) != CT_OK || *calls > MAX_BURST) {
        return ct_conf_error(conf, "'%.*s' is not from 0 to %d",
                             CT_STR_ARG(word), MAX_BURST);
    }
    return CT_OK;
}


/* One word of limit_req. */
static ct_rc_t
limit_word(ct_conf_t *conf, ct_str_t word, req_limit_t *limit)
{
    ct_rc_t rc;

    if (ct_str_starts_with(word, "zone=")) {
        const ct_str_t name = { word.len - 5, word.data + 5 };

        limit->zone =
            ct_limit_zone_named(conf, zones_of(conf), name, sizeof(req_zone_t));
        return CT_OK;
    }
    if (ct_str_eq_c(word, "nodelay") && !limit->has_delay) {
        limit->has_delay = true;
        limit->delay = UINT64_MAX;
        return CT_OK;
    }
    rc = calls_parse(conf, word, "burst=", &limit->burst);
    if (rc == CT_DECLINED && !limit->has_delay) {
        rc = calls_parse(conf, word, "delay=", &limit->delay);
        limit->has_delay = true;
    }
    if (rc == CT_DECLINED) {
        return ct_conf_error(conf, "'%.*s' is not expected here",
                             CT_STR_ARG(word));
    }
    return rc;
}


static ct_rc_t
limit_check(ct_conf_t *conf, const ct_array_t *limits, const req_limit_t *limit)
{
    if (limit->zone == NULL) {
        return ct_conf_error(conf, "limit_req wants zone=NAME");
    }
    if (limit->has_delay && limit->burst == 0) {
        return ct_conf_error(conf, "without burst= there is nothing to delay");
    }
    for (size_t i = 0; i < limits->n; i++) {
        const req_limit_t *other = ct_array_at(limits, i);

        if (other->zone == limit->zone) {
            return ct_conf_error(conf, "zone '%.*s' stands here twice",
                                 CT_STR_ARG(limit->zone->zone.name));
        }
    }
    if (limits->n == MAX_LIMITS) {
        return ct_conf_error(conf, "there are more than %d limit_req here",
                             MAX_LIMITS);
    }
    return CT_OK;
}


/* limit_req zone=NAME [burst=N] [nodelay | delay=N]; */
static ct_rc_t
limit_set(ct_conf_t *conf, const ct_directive_t *directive CT_UNUSED,
          void *field)
{
    req_conf_t *own = field;
    req_limit_t limit = { 0 };

    if (!conf->is_repeat) {
        ct_array_init(&own->limits, conf->pool, sizeof(req_limit_t));
    }
    for (size_t i = 1; i < conf->nargs; i++) {
        if (limit_word(conf, conf->args[i], &limit) != CT_OK) {
            return CT_ERROR;
        }
    }
    if (limit_check(conf, &own->limits, &limit) != CT_OK) {
        return CT_ERROR;
    }
    *(req_limit_t *) ct_array_push(&own->limits) = limit;
    return CT_OK;
}


static ct_rc_t
req_configured(ct_cycle_t *cycle)
{
    const req_conf_t *conf = ct_cycle_conf(cycle, &ct_limit_req_module);

    return ct_limit_zones_check(cycle, conf->zones, "limit_req_zone");
}


/* ---- In a worker. */

/* "limiting calls, excess: 1.200 by zone 'x'" */
static void
tell(ct_call_t *call, const req_conf_t *conf, req_state_t *state,
     const req_verdict_t *verdict, req_said_t which)
{
    const req_zone_t *zone = verdict->limit->zone;
    const uint64_t    excess = verdict->backlog * 1000 / zone->cost;
    char              more[CT_SAY_SIZE];

    if (!ct_say_may(&state->said[SAIDS * zone->zone.index + which], more)) {
        return;
    }
    CT_LOG(call->log, (ct_log_level_t) (conf->log_level + (int) which), 0,
           "%s%s, excess: %" PRIu64 ".%03" PRIu64 " by zone '%.*s'%s",
           which == SAID_REFUSED ? "limiting calls" : "delaying calls",
           conf->dry_run ? ", dry run" : "", excess / 1000, excess % 1000,
           CT_STR_ARG(zone->zone.name), more);
}


static ct_rc_t
refuse(ct_call_t *call, const req_conf_t *conf, req_state_t *state,
       const req_verdict_t *verdict)
{
    tell(call, conf, state, verdict, SAID_REFUSED);
    if (conf->dry_run) {
        return CT_OK;
    }
    return ct_call_refuse(call, CT_COUNT_SHED_RATE, "limit_req zone '%.*s'",
                          CT_STR_ARG(verdict->limit->zone->zone.name));
}


/* A zone whose keys make room for each other while they are ahead. */
static void
tell_forgot(ct_call_t *call, req_state_t *state, const req_zone_t *zone)
{
    char more[CT_SAY_SIZE];

    if (ct_say_may(&state->said[SAIDS * zone->zone.index + SAID_FORGOT],
                   more)) {
        CT_LOG(call->log, CT_LOG_WARN, 0,
               "limit_req zone '%.*s' is too small: it has forgotten a key%s",
               CT_STR_ARG(zone->zone.name), more);
    }
}


/* Counts a call in one zone; CT_DECLINED: it is over its burst. */
static ct_rc_t
limit_add(ct_call_t *call, req_state_t *state, const req_limit_t *limit,
          uint64_t id, uint64_t *backlog)
{
    const req_zone_t *zone = limit->zone;
    ct_rate_result_t  result;
    const ct_rc_t     rc = ct_rate_add(&zone->rate, id, zone->cost,
                                       limit->burst * zone->cost, &result);

    if (result.forgot) {
        tell_forgot(call, state, zone);
    }
    *backlog = result.backlog;
    return rc;
}


/* For how long the call has to wait on account of that zone. */
static uint64_t
wait_of(const req_limit_t *limit, uint64_t backlog)
{
    const uint64_t cost = limit->zone->cost;

    return limit->delay < backlog / cost + 1 && limit->delay * cost < backlog
               ? backlog - limit->delay * cost
               : 0;
}


/* Takes a call back from the limits before `n`, which have counted it. */
static void
limits_take_back(const req_limit_t *limits, const uint64_t *ids, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (ids[i] != 0) {
            ct_rate_take_back(&limits[i].zone->rate, ids[i],
                              limits[i].zone->cost);
        }
    }
}


/*
 * Holds the call against all limits.  CT_DECLINED: one refuses it, and none
 * has counted it.
 */
static ct_rc_t
limits_apply(ct_call_t *call, const ct_array_t *list, req_state_t *state,
             req_verdict_t *verdict)
{
    const req_limit_t *limits = list->items;
    uint64_t          *ids = verdict->ids;

    verdict->wait = 0;
    for (size_t i = 0; i < list->n; i++) {
        const ct_limit_zone_t *zone = &limits[i].zone->zone;
        uint64_t               found = 0;
        ct_rc_t                rc;

        ids[i] = ct_limit_zone_id(
            zone, ct_template_of_call(zone->key, call, call->pool));
        if (ids[i] == 0) {
            continue;
        }
        rc = limit_add(call, state, &limits[i], ids[i], &found);
        if (rc != CT_OK || wait_of(&limits[i], found) > verdict->wait) {
            verdict->limit = &limits[i];
            verdict->backlog = found;
            verdict->wait = wait_of(&limits[i], found);
        }
        if (rc != CT_OK) {
            limits_take_back(limits, ids, i);
            return CT_DECLINED;
        }
    }
    return CT_OK;
}


static void
go_on(ct_call_t *call)
{
    const ct_worker_t *worker = call->worker;
    req_state_t       *state = worker->states[ct_cycle_module_index(
              worker->cycle, &ct_limit_req_module)];

    state->ndelayed--;
    ct_call_continue(call, CT_OK);
}


/* Holds the call for as long as the verdict says. */
static ct_rc_t
delay(ct_call_t *call, const req_conf_t *conf, req_state_t *state,
      const req_verdict_t *verdict)
{
    tell(call, conf, state, verdict, SAID_DELAYED);
    if (conf->dry_run) {
        return CT_OK;
    }
    if (state->ndelayed >= conf->max_delayed) {
        limits_take_back(conf->limits.items, verdict->ids, conf->limits.n);
        return ct_call_refuse(call, CT_COUNT_SHED_RATE,
                              "limit_req_max_delayed: too many calls wait");
    }
    state->ndelayed++;
    ct_call_after(
        call, (verdict->wait + CT_RATE_TICKS_PER_MS - 1) / CT_RATE_TICKS_PER_MS,
        go_on);
    return CT_AGAIN;
}


static ct_rc_t
req_before_call(ct_call_t *call, void *data)
{
    req_state_t      *state = data;
    const req_conf_t *conf = ct_call_conf_at(call, state->index);
    req_verdict_t     verdict;

    if (limits_apply(call, &conf->limits, state, &verdict) != CT_OK) {
        return refuse(call, conf, state, &verdict);
    }
    return verdict.wait != 0 ? delay(call, conf, state, &verdict) : CT_OK;
}


static bool
req_heeds_calls(const void *data)
{
    const req_conf_t *conf = data;

    return conf->limits.n != 0;
}


static ct_rc_t
req_worker_init(ct_worker_t *worker, void **state)
{
    const req_conf_t *conf = ct_cycle_conf(worker->cycle, &ct_limit_req_module);
    req_state_t      *made = ct_pool_zalloc(worker->pool, sizeof(*made));

    made->index = ct_cycle_module_index(worker->cycle, &ct_limit_req_module);
    if (conf->zones != NULL) {
        made->said = ct_pool_zalloc(worker->pool, SAIDS * conf->zones->n
                                                      * sizeof(*made->said));
    }
    *state = made;
    return CT_OK;
}


/* ---- The module. */

static const ct_conf_type_t zone_type = {
    .name = "key zone=name:size rate=rate",
    .min_args = 3,
    .max_args = 3,
    .flags = CT_CONF_MANY,
    .set = zone_set,
};

static const ct_conf_type_t limit_type = {
    .name = "zone=name [burst=number] [nodelay | delay=number]",
    .min_args = 1,
    .max_args = 3,
    .flags = CT_CONF_MANY,
    .set = limit_set,
};

/* clang-format off */
static const ct_directive_t req_directives[] = {
    { "limit_req_zone", CT_IN_MAIN | CT_IN_THRIFT,
      CT_CONF_ACTION(zone_type) },
    { "limit_req", CT_IN_ANY_THRIFT, CT_CONF_ACTION(limit_type) },
    { "limit_req_dry_run", CT_IN_ANY_THRIFT,
      CT_CONF_FLAG(req_conf_t, dry_run, "off") },
    { "limit_req_log_level", CT_IN_ANY_THRIFT,
      CT_CONF_ENUM(req_conf_t, log_level, ct_limit_level_type, "error") },
    { "limit_req_max_delayed", CT_IN_ANY_THRIFT,
      CT_CONF_UINT(req_conf_t, max_delayed, "1000") },
    { NULL, 0, NULL, 0, NULL },
};
/* clang-format on */

const ct_module_t ct_limit_req_module = {
    .abi = CT_MODULE_ABI,
    .name = "limit_req",
    .conf_size = sizeof(req_conf_t),
    .directives = req_directives,
    .configured = req_configured,
    .worker_init = req_worker_init,
    .heeds_calls = req_heeds_calls,
    .before_call = req_before_call,
};

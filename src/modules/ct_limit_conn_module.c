/*
 * ct_limit_conn_module.c -- how many connections each key may have open.
 *
 * A connection is counted when it is there, behind a PROXY header and a TLS
 * handshake, and until it is closed; so a key is made of what is known of a
 * connection, and not of what its calls will say.  The counts lie in shared
 * memory, each worker's own beside the others' (ct_tally.h): a worker that
 * dies takes its connections along, and its counts with them.
 *
 *   connection | event                       | next
 *   -----------+-----------------------------+----------------------------
 *   new        | every zone has room         | counted
 *   new        | a zone has none             | closed at once
 *   taken over | from another worker         | counted, whatever the count
 *   counted    | closed, or given away       | given back
 *   counted    | its worker dies             | given back
 *
 * A connection that moves between workers is counted in both for a moment; it
 * was let in once and is not asked again.
 */

#include <cthrift.h>

#include <unistd.h>

#include "core/ct_board.h"
#include "core/ct_mem.h"
#include "modules/ct_limit_zone.h"
#include "modules/ct_say.h"
#include "modules/ct_tally.h"

/* Zones that one connection may be held against. */
#define MAX_LIMITS 8

/* The values of a key are short; the rest is asked of the system. */
#define KEY_POOL_SIZE 512

typedef struct conn_limit_s {
    ct_limit_zone_t *zone;
    uint32_t         most;
} conn_limit_t;

/* `zones` is main's, and of ct_limit_zone_t *; nobody looks at the copies. */
typedef struct conn_conf_s {
    ct_array_t *zones;
    ct_array_t  limits; /* of conn_limit_t */
    bool        dry_run;
    int         log_level;
} conn_conf_t;

/* A zone as this worker has it. */
typedef struct conn_zone_s {
    ct_tally_t tally;
    ct_say_t   refused;
    ct_say_t   full;
} conn_zone_t;

typedef struct conn_state_s {
    conn_zone_t *zones; /* by their index */
} conn_state_t;

/* What a connection has taken; hangs on it. */
typedef struct conn_held_s {
    size_t n;
    struct {
        const ct_tally_t *tally;
        ct_tally_entry_t *entry;
    } items[MAX_LIMITS];
} conn_held_t;

extern const ct_module_t ct_limit_conn_module;


/* ---- Reading the configuration. */

static ct_array_t *
zones_of(ct_conf_t *conf)
{
    conn_conf_t *of_main = ct_cycle_conf(conf->cycle, &ct_limit_conn_module);

    return ct_limit_zones_list(conf, &of_main->zones);
}


/* limit_conn_zone KEY zone=NAME:SIZE; */
static ct_rc_t
zone_set(ct_conf_t *conf, const ct_directive_t *directive CT_UNUSED,
         void *field CT_UNUSED)
{
    ct_str_t         word = conf->args[2];
    ct_str_t         needs;
    ct_str_t         name;
    size_t           size;
    ct_limit_zone_t *zone;

    if (!ct_str_starts_with(word, "zone=")) {
        return ct_conf_error(conf, "limit_conn_zone wants zone=NAME:SIZE");
    }
    word.data += 5;
    word.len -= 5;
    if (ct_limit_zone_parse(conf, word, &name, &size) != CT_OK) {
        return CT_ERROR;
    }
    zone = ct_limit_zone_named(conf, zones_of(conf), name, sizeof(*zone));
    if (ct_limit_zone_declare(conf, zone, size) != CT_OK) {
        return CT_ERROR;
    }
    needs = ct_template_needs_call(zone->key);
    if (needs.data != NULL) {
        return ct_conf_error(conf,
                             "'$%.*s' is known of a call, and connections are "
                             "counted before there is one",
                             CT_STR_ARG(needs));
    }
    return CT_OK;
}


/* limit_conn NAME N; */
static ct_rc_t
limit_set(ct_conf_t *conf, const ct_directive_t *directive CT_UNUSED,
          void *field)
{
    conn_conf_t  *own = field;
    conn_limit_t *limit;
    uint64_t      most;
    void         *zone;

    if (!conf->is_repeat) {
        ct_array_init(&own->limits, conf->pool, sizeof(conn_limit_t));
    }
    if (ct_str_to_u64(conf->args[2], &most) != CT_OK || most < 1
        || most > INT32_MAX) {
        return ct_conf_error(conf, "'%.*s' is no number of connections",
                             CT_STR_ARG(conf->args[2]));
    }
    zone = ct_limit_zone_named(conf, zones_of(conf), conf->args[1],
                               sizeof(ct_limit_zone_t));
    for (size_t i = 0; i < own->limits.n; i++) {
        limit = ct_array_at(&own->limits, i);
        if (limit->zone == zone) {
            return ct_conf_error(conf, "zone '%.*s' stands here twice",
                                 CT_STR_ARG(conf->args[1]));
        }
    }
    if (own->limits.n == MAX_LIMITS) {
        return ct_conf_error(conf, "there are more than %d limit_conn here",
                             MAX_LIMITS);
    }
    limit = ct_array_push(&own->limits);
    *limit = (conn_limit_t){ zone, (uint32_t) most };
    return CT_OK;
}


static ct_rc_t
conn_configured(ct_cycle_t *cycle)
{
    const conn_conf_t *conf = ct_cycle_conf(cycle, &ct_limit_conn_module);

    return ct_limit_zones_check(cycle, conf->zones, "limit_conn_zone");
}


/* ---- In a worker. */

static void
tell(const ct_conn_t *conn, const conn_conf_t *conf, ct_say_t *say,
     const char *c_what, const ct_limit_zone_t *zone)
{
    ct_pool_t *pool;
    char       more[CT_SAY_SIZE];

    if (!ct_say_may(say, more)) {
        return;
    }
    pool = ct_pool_create(KEY_POOL_SIZE);
    CT_LOG(ct_hook_log(conn), (ct_log_level_t) conf->log_level, 0,
           "limiting connections%s by zone '%.*s'%s%s, client: %.*s",
           conf->dry_run ? ", dry run," : "", CT_STR_ARG(zone->name), c_what,
           more, CT_STR_ARG(ct_hook_peer(conn, pool)));
    ct_pool_destroy(pool);
}


/* Holds a connection against one limit; CT_DECLINED: there is no room. */
static ct_rc_t
limit_apply(ct_conn_t *conn, const conn_conf_t *conf, conn_state_t *state,
            const conn_limit_t *limit, conn_held_t *held)
{
    conn_zone_t   *zone = &state->zones[limit->zone->index];
    const bool     is_free = conf->dry_run || ct_hook_is_moved(conn);
    ct_pool_t     *pool = ct_pool_create(KEY_POOL_SIZE);
    const uint64_t id = ct_limit_zone_id(
        limit->zone, ct_template_of_conn(limit->zone->key, conn, pool));
    ct_tally_entry_t *entry;
    ct_rc_t           rc;

    ct_pool_destroy(pool);
    if (id == 0) {
        return CT_OK;
    }
    rc = ct_tally_add(&zone->tally, id, limit->most, &entry);
    if (rc == CT_ERROR) {
        tell(conn, conf, &zone->full, ", which is full", limit->zone);
    } else if (rc == CT_DECLINED && !ct_hook_is_moved(conn)) {
        tell(conn, conf, &zone->refused, "", limit->zone);
    }
    if (rc == CT_DECLINED && is_free) {
        rc = ct_tally_add(&zone->tally, id, UINT32_MAX, &entry);
    }
    if (rc == CT_OK) {
        held->items[held->n].tally = &zone->tally;
        held->items[held->n].entry = entry;
        held->n++;
    }
    return rc == CT_OK || is_free ? CT_OK : CT_DECLINED;
}


static void
held_release(conn_held_t *held)
{
    for (size_t i = 0; i < held->n; i++) {
        ct_tally_drop(held->items[i].tally, held->items[i].entry);
    }
    ct_mem_release(held);
}


static ct_rc_t
conn_connected(ct_conn_t *conn, void *data)
{
    conn_state_t      *state = data;
    const conn_conf_t *conf = ct_hook_conf(conn, &ct_limit_conn_module);
    conn_held_t       *held;

    if (conf->limits.n == 0) {
        return CT_OK;
    }
    held = ct_mem_try_alloc(sizeof(*held));
    if (held == NULL) {
        return CT_ERROR;
    }
    held->n = 0;
    for (size_t i = 0; i < conf->limits.n; i++) {
        if (limit_apply(conn, conf, state, ct_array_at(&conf->limits, i), held)
            != CT_OK) {
            held_release(held);
            ct_hook_count(conn, CT_COUNT_SHED_CONN);
            return CT_ERROR;
        }
    }
    *ct_hook_data(conn, &ct_limit_conn_module) = held;
    return CT_OK;
}


static void
conn_closed(ct_conn_t *conn, void *data CT_UNUSED)
{
    const conn_conf_t *conf = ct_hook_conf(conn, &ct_limit_conn_module);

    if (conf->limits.n != 0) {
        held_release(*ct_hook_data(conn, &ct_limit_conn_module));
    }
}


/*
 * The slot is this process's; that it knows its pid may come a moment later
 * from the master, and until then others would take our entries for a dead
 * worker's.
 */
static ct_rc_t
conn_worker_init(ct_worker_t *worker, void **state)
{
    const conn_conf_t *conf =
        ct_cycle_conf(worker->cycle, &ct_limit_conn_module);
    ct_board_t   *board = worker->cycle->board;
    const size_t  n = conf->zones != NULL ? conf->zones->n : 0;
    conn_state_t *made = ct_pool_zalloc(worker->pool, sizeof(*made));

    *state = made;
    if (n == 0) {
        return CT_OK;
    }
    atomic_store(&worker->slot->pid, (int32_t) getpid());
    made->zones = ct_pool_zalloc(worker->pool, n * sizeof(*made->zones));
    for (size_t i = 0; i < n; i++) {
        const ct_limit_zone_t *zone =
            *(ct_limit_zone_t **) ct_array_at(conf->zones, i);

        ct_tally_init(&made->zones[i].tally, zone->memory, zone->size, board,
                      (unsigned) (worker->slot - board->slots));
    }
    return CT_OK;
}


/* ---- The module. */

static const ct_conf_type_t zone_type = {
    .name = "key zone=name:size",
    .min_args = 2,
    .max_args = 2,
    .flags = CT_CONF_MANY,
    .set = zone_set,
};

static const ct_conf_type_t limit_type = {
    .name = "zone number",
    .min_args = 2,
    .max_args = 2,
    .flags = CT_CONF_MANY,
    .set = limit_set,
};

#define IN_SERVERS (CT_IN_THRIFT | CT_IN_SERVER)

/* clang-format off */
static const ct_directive_t conn_directives[] = {
    { "limit_conn_zone", CT_IN_MAIN | CT_IN_THRIFT,
      CT_CONF_ACTION(zone_type) },
    { "limit_conn", IN_SERVERS, CT_CONF_ACTION(limit_type) },
    { "limit_conn_dry_run", IN_SERVERS,
      CT_CONF_FLAG(conn_conf_t, dry_run, "off") },
    { "limit_conn_log_level", IN_SERVERS,
      CT_CONF_ENUM(conn_conf_t, log_level, ct_limit_level_type, "error") },
    { NULL, 0, NULL, 0, NULL },
};
/* clang-format on */

const ct_module_t ct_limit_conn_module = {
    .abi = CT_MODULE_ABI,
    .name = "limit_conn",
    .conf_size = sizeof(conn_conf_t),
    .directives = conn_directives,
    .configured = conn_configured,
    .worker_init = conn_worker_init,
    .connected = conn_connected,
    .closed = conn_closed,
};

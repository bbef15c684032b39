/*
 * ct_derived.c -- variables that a configuration makes of others.
 *
 *   stage    | event                          | next
 *   ---------+--------------------------------+----------------------------
 *   declared | its turn, or another uses it   | reading
 *   reading  | its block is read              | read
 *   reading  | another that it uses uses it   | an error: a circle
 *
 * The values that a call has asked for hang on the call, by the variables'
 * index: a key of a limit and a line of a log may use the same one.
 */

#include "core/ct_config.h"

#include "thrift/ct_derived.h"

#include "core/ct_array.h"
#include "core/ct_cycle.h"
#include "core/ct_hash.h"
#include "core/ct_nearest.h"
#include "core/ct_pool.h"
#include "thrift/ct_pending.h"
#include "thrift/ct_server.h"
#include "thrift/ct_thrift_module.h"
#include "thrift/ct_variable_table.h"

/* Of each other, in a row: a cap on recursion, while reading and at work. */
#define MAX_DEPTH 16

typedef enum stage_e {
    STAGE_DECLARED,
    STAGE_READING,
    STAGE_READ,
} stage_t;

struct ct_derived_s {
    const ct_derived_set_t  *set;
    ct_str_t                 name; /* without the `$` */
    const ct_conf_node_t    *node;
    const ct_derived_kind_t *kind;
    void                    *data; /* the kind's own */
    size_t                   index;
    stage_t                  stage;
    unsigned                 depth; /* of those that it uses, and itself */
    ct_phrase_t             *source;
    bool                     needs_call;
    bool                     is_volatile;
};

/* `reading` is what is being read, the inmost one; it hands its depth up. */
struct ct_derived_set_s {
    ct_hash_t     names; /* of ct_derived_t * */
    ct_array_t    list;  /* the same */
    ct_derived_t *reading;
};


static ct_derived_set_t *
set_of(const ct_cycle_t *cycle)
{
    const ct_thrift_conf_t *of_main = ct_cycle_conf(cycle, &ct_thrift_module);

    return of_main != NULL ? of_main->derived : NULL;
}


ct_derived_t *
ct_derived_find(const ct_cycle_t *cycle, ct_str_t name)
{
    const ct_derived_set_t *set = set_of(cycle);

    return set != NULL ? ct_hash_find(&set->names, name) : NULL;
}


static ct_derived_t *
derived_at(const ct_derived_set_t *set, size_t i)
{
    return *(ct_derived_t **) ct_array_at(&set->list, i);
}


void
ct_derived_offer(const ct_cycle_t *cycle, ct_nearest_t *nearest)
{
    const ct_derived_set_t *set = set_of(cycle);

    for (size_t i = 0; set != NULL && i < set->list.n; i++) {
        ct_nearest_offer(nearest, derived_at(set, i)->name);
    }
}


/* ---- Reading. */

void
ct_derived_set_volatile(ct_derived_t *derived)
{
    derived->is_volatile = true;
}


ct_rc_t
ct_derived_phrase(ct_conf_t *conf, ct_derived_t *derived, ct_str_t text,
                  const ct_pattern_t *pattern, ct_phrase_t **made)
{
    if (ct_phrase_compile(conf, text, pattern, made) != CT_OK) {
        return CT_ERROR;
    }
    derived->needs_call |= !ct_phrase_is_of_conn(*made);
    return CT_OK;
}


static ct_rc_t
block_read(ct_conf_t *conf, ct_derived_t *derived)
{
    const ct_conf_node_t *node = derived->node;

    conf->node = node;
    if (ct_derived_phrase(conf, derived, node->args[1], NULL, &derived->source)
        != CT_OK) {
        return CT_ERROR;
    }
    derived->data = derived->kind->create(conf);
    for (node = node->children; node != NULL; node = node->next) {
        conf->node = node;
        conf->nargs = node->nargs;
        conf->args = node->args;
        if (node->is_block) {
            return ct_conf_error(conf, "'%.*s' is no block here",
                                 CT_STR_ARG(node->args[0]));
        }
        if (derived->kind->add(conf, derived, derived->data) != CT_OK) {
            return CT_ERROR;
        }
    }
    return CT_OK;
}


static ct_rc_t
derived_read(const ct_conf_t *conf, ct_derived_t *derived)
{
    ct_derived_set_t *set = set_of(conf->cycle);
    ct_derived_t     *outer = set->reading;
    ct_conf_t         inner = *conf;

    derived->stage = STAGE_READING;
    derived->depth = 1;
    set->reading = derived;
    if (block_read(&inner, derived) != CT_OK) {
        return CT_ERROR;
    }
    set->reading = outer;
    derived->stage = STAGE_READ;
    return CT_OK;
}


/* How many are being read: what reads one inside another stands on a stack. */
static unsigned
readers(const ct_derived_set_t *set)
{
    unsigned n = 0;

    for (size_t i = 0; i < set->list.n; i++) {
        n += derived_at(set, i)->stage == STAGE_READING ? 1 : 0;
    }
    return n;
}


static ct_rc_t
refuse_depth(const ct_conf_t *conf)
{
    return ct_conf_error(conf, "more than %d variables are made of each other",
                         MAX_DEPTH);
}


ct_rc_t
ct_derived_use(ct_conf_t *conf, ct_derived_t *derived)
{
    ct_derived_set_t *set = set_of(conf->cycle);
    ct_derived_t     *user = set->reading;

    if (derived->stage == STAGE_READING) {
        return ct_conf_error(conf, "'$%.*s' is made of itself",
                             CT_STR_ARG(derived->name));
    }
    if (derived->stage == STAGE_DECLARED) {
        if (readers(set) >= MAX_DEPTH) {
            return refuse_depth(conf);
        }
        if (derived_read(conf, derived) != CT_OK) {
            return CT_ERROR;
        }
    }
    if (user == NULL || user->depth > derived->depth) {
        return CT_OK;
    }
    user->depth = derived->depth + 1;
    return user->depth > MAX_DEPTH ? refuse_depth(conf) : CT_OK;
}


/* ---- Declaring. */

static bool
is_name(ct_str_t name)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";

    /* Behind a NUL that the configuration's words end with. */
    return name.len > 1 && name.data[0] == '$'
           && (name.data[1] < '0' || name.data[1] > '9')
           && strspn(name.data + 1, letters) == name.len - 1;
}


static ct_rc_t
declare(ct_conf_t *conf, ct_derived_set_t *set, const ct_derived_kind_t *kind)
{
    const ct_str_t      word = conf->node->args[2];
    const ct_str_t      name = { word.len - 1, word.data + 1 };
    const ct_derived_t *first;
    ct_derived_t       *derived;

    if (!is_name(word)) {
        return ct_conf_error(conf,
                             "'%.*s' is no name of a variable: $NAME is "
                             "wanted",
                             CT_STR_ARG(word));
    }
    if (ct_variable_is_builtin(name)) {
        return ct_conf_error(conf, "'$%.*s' is a variable of the server's own",
                             CT_STR_ARG(name));
    }
    first = ct_hash_find(&set->names, name);
    if (first != NULL) {
        return ct_conf_error(conf, "'$%.*s' is made twice, first in %s:%u",
                             CT_STR_ARG(name), first->node->file,
                             first->node->line);
    }
    derived = ct_pool_zalloc(conf->pool, sizeof(*derived));
    derived->set = set;
    derived->name = name;
    derived->node = conf->node;
    derived->kind = kind;
    derived->index = set->list.n;
    *(ct_derived_t **) ct_array_push(&set->list) = derived;
    return ct_hash_add(&set->names, name, derived);
}


static const ct_derived_kind_t *
kind_of(const ct_conf_node_t *node)
{
    /* What is written wrongly is refused when its turn comes. */
    if (!node->is_block || node->nargs != 3) {
        return NULL;
    }
    if (ct_str_eq_c(node->args[0], "map")) {
        return &ct_map_kind;
    }
    return ct_str_eq_c(node->args[0], "split_clients") ? &ct_split_kind : NULL;
}


ct_rc_t
ct_derived_enter(ct_conf_t *conf, ct_conf_block_t *block)
{
    ct_thrift_conf_t *of_main = ct_cycle_conf(conf->cycle, &ct_thrift_module);
    ct_derived_set_t *set = ct_pool_zalloc(conf->pool, sizeof(*set));
    ct_conf_t         inner = *conf;

    of_main->derived = set;
    ct_hash_init(&set->names, conf->pool);
    ct_array_init(&set->list, conf->pool, sizeof(ct_derived_t *));
    for (inner.node = block->node->children; inner.node != NULL;
         inner.node = inner.node->next) {
        const ct_derived_kind_t *kind = kind_of(inner.node);

        if (kind != NULL && declare(&inner, set, kind) != CT_OK) {
            return CT_ERROR;
        }
    }
    for (size_t i = 0; i < set->list.n; i++) {
        ct_derived_t *derived = derived_at(set, i);

        if (derived->stage == STAGE_DECLARED
            && derived_read(conf, derived) != CT_OK) {
            return CT_ERROR;
        }
    }
    return CT_OK;
}


/* ---- At work. */

static ct_str_t
value_of(const ct_derived_t *derived, ct_phrase_of_t *of, ct_pool_t *pool)
{
    const ct_phrase_t *value;

    of->subject = ct_phrase_fill(derived->source, of, pool);
    value = derived->kind->choose(derived->data, of->subject);
    return value != NULL ? ct_phrase_fill(value, of, pool) : CT_NOTHING;
}


/* Where the value of a call is kept, in a pool that lives as long. */
static ct_str_t *
place_of(const ct_derived_t *derived, ct_pending_t *pending)
{
    if (pending->derived == NULL) {
        pending->derived = ct_pool_zalloc(
            pending->call.pool, derived->set->list.n * sizeof(ct_str_t));
    }
    return &pending->derived[derived->index];
}


/*
 * The call's pool is somebody else's: its handler is elsewhere, or it was given
 * up while who is to end it may still be at work, in whatever thread.
 */
static bool
is_lent(const ct_pending_t *pending)
{
    return pending->is_elsewhere || ct_call_cancelled(&pending->call);
}


/*
 * Who asks while the pool is lent, a log when the client has gone, gets a
 * value that is not kept.
 */
static ct_str_t
derived_of_call(ct_call_t *call, const ct_variable_t *variable, ct_pool_t *pool)
{
    const ct_derived_t *derived = variable->data;
    ct_pending_t       *pending = ct_pending_of(call);
    ct_phrase_of_t      of = { .call = call };
    ct_str_t           *kept;

    if (derived->is_volatile
        || (is_lent(pending)
            && (pending->derived == NULL
                || pending->derived[derived->index].data == NULL))) {
        return value_of(derived, &of, pool);
    }
    kept = place_of(derived, pending);
    if (kept->data == NULL) {
        *kept = value_of(derived, &of, call->pool);
    }
    return *kept;
}


const ct_variable_entry_t ct_derived_entry = {
    .name = "",
    .of_call = derived_of_call,
};


bool
ct_derived_is_of_conn(const ct_derived_t *derived)
{
    return !derived->needs_call;
}


ct_str_t
ct_derived_of_conn(const ct_derived_t *derived, const ct_conn_t *conn,
                   ct_pool_t *pool)
{
    ct_phrase_of_t of = { .conn = conn };

    CT_ASSERT(!derived->needs_call);
    return value_of(derived, &of, pool);
}

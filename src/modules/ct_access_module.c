/*
 * ct_access_module.c -- `allow` and `deny`: who may call.
 *
 * The rules of a block are one list in the order of the file, whichever of
 * the two words each begins with; the first that fits decides, and where none
 * fits the call is allowed.  A block with rules of its own has only those.
 *
 * Calls are refused and not connections: a client that is told why can be put
 * right, and one connection may carry calls of many clients, behind a proxy,
 * and of several services with rules of their own.
 *
 * What cannot be decided, because a pattern ran into its limits or the value
 * is no UTF-8, is decided against the caller: `allow` does not fit then, and
 * `deny` does.
 */

#include <cthrift.h>

#include "core/ct_board.h"
#include "modules/ct_say.h"

/* What a rule looks at. */
typedef enum access_kind_e {
    ACCESS_ALL,
    ACCESS_RANGE,   /* the client's address */
    ACCESS_VALUE,   /* a variable, for equality */
    ACCESS_PATTERN, /* a variable, by a pattern */
} access_kind_t;

typedef struct access_rule_s {
    access_kind_t         kind;
    bool                  allows;
    const ct_conf_node_t *node; /* for messages */
    ct_range_t           *range;
    ct_variable_t         variable;
    ct_str_t              value;
    ct_pattern_t         *pattern;
} access_rule_t;

/* Invariant: `rules` is of `block`, or inherited from it. */
typedef struct access_conf_s {
    const ct_conf_block_t *block;
    ct_array_t             rules; /* of access_rule_t */
} access_conf_t;

typedef struct access_state_s {
    size_t   index; /* of this module */
    ct_say_t denied;
} access_state_t;

extern const ct_module_t ct_access_module;


/* ---- Reading the rules. */

/* `$variable VALUE`, `$variable ~ REGEX`, `$variable ~* REGEX`. */
static ct_rc_t
condition_read(ct_conf_t *conf, access_rule_t *rule)
{
    const ct_str_t *args = conf->args;
    const ct_str_t  name = { args[1].len - 1, args[1].data + 1 };
    bool            caseless;

    if (ct_variable_find(conf, name, &rule->variable) != CT_OK) {
        return CT_ERROR;
    }
    if (conf->nargs == 2) {
        return ct_conf_error(conf, "'%.*s $%.*s' wants a value",
                             CT_STR_ARG(args[0]), CT_STR_ARG(name));
    }
    if (conf->nargs == 3) {
        rule->kind = ACCESS_VALUE;
        rule->value = args[2];
        return CT_OK;
    }
    caseless = ct_str_eq_c(args[2], "~*");
    if (!caseless && !ct_str_eq_c(args[2], "~")) {
        return ct_conf_error(conf,
                             "'%.*s' is no way to match a variable, only "
                             "'~' and '~*' are",
                             CT_STR_ARG(args[2]));
    }
    rule->kind = ACCESS_PATTERN;
    return ct_pattern_compile(conf, args[3], caseless, &rule->pattern);
}


static ct_rc_t
rule_read(ct_conf_t *conf, access_rule_t *rule)
{
    const ct_str_t *args = conf->args;

    rule->allows = ct_str_eq_c(args[0], "allow");
    rule->node = conf->node;
    if (args[1].len > 1 && args[1].data[0] == '$') {
        return condition_read(conf, rule);
    }
    if (conf->nargs > 2) {
        return ct_conf_error(conf,
                             "'%.*s' takes one address, or a variable "
                             "and a value",
                             CT_STR_ARG(args[0]));
    }
    if (ct_str_eq_c(args[1], "all")) {
        rule->kind = ACCESS_ALL;
        return CT_OK;
    }
    rule->kind = ACCESS_RANGE;
    return ct_range_parse(conf, args[1], &rule->range);
}


/*
 * Both directives fill one list, so is_repeat, which is about one name, does
 * not tell whether it is this block's.
 */
static ct_rc_t
rule_set(ct_conf_t *conf, const ct_directive_t *directive CT_UNUSED,
         void *field)
{
    access_conf_t       *own = field;
    const access_rule_t *last;

    if (own->block != conf->block) {
        own->block = conf->block;
        ct_array_init(&own->rules, conf->pool, sizeof(access_rule_t));
    }
    if (own->rules.n > 0) {
        last = ct_array_at(&own->rules, own->rules.n - 1);
        if (last->kind == ACCESS_ALL) {
            return ct_conf_error(
                conf, "'%.*s %.*s' has no effect behind '%s all'",
                CT_STR_ARG(conf->args[0]), CT_STR_ARG(conf->args[1]),
                last->allows ? "allow" : "deny");
        }
    }
    return rule_read(conf, ct_array_push(&own->rules));
}


/* ---- Asking them. */

static bool
rule_fits(const access_rule_t *rule, ct_call_t *call)
{
    ct_str_t value;
    ct_rc_t  rc;

    switch (rule->kind) {
    case ACCESS_ALL:
        return true;
    case ACCESS_RANGE:
        return ct_range_has(rule->range, call);
    case ACCESS_VALUE:
        value = ct_variable_get(&rule->variable, call, call->pool);
        return ct_str_eq(value, rule->value);
    case ACCESS_PATTERN:
        value = ct_variable_get(&rule->variable, call, call->pool);
        rc =
            ct_pattern_match(rule->pattern, value.len > 0 ? value : CT_STR(""));
        return rc == CT_OK || (rc == CT_ERROR && !rule->allows);
    }
    return !rule->allows;
}


static ct_rc_t
refuse(ct_call_t *call, const access_rule_t *rule, access_state_t *state)
{
    const ct_conf_node_t *node = rule->node;
    char                  more[CT_SAY_SIZE];

    ct_board_count(call->worker->slot, CT_COUNT_DENIED, 1);
    if (ct_say_may(&state->denied, more)) {
        CT_LOG(call->log, CT_LOG_ERR, 0,
               "access denied by '%.*s %.*s' in "
               "%s:%u%s",
               CT_STR_ARG(node->args[0]), CT_STR_ARG(node->args[1]), node->file,
               node->line, more);
    }
    return ct_call_deny(call, "access denied");
}


static ct_rc_t
access_before_call(ct_call_t *call, void *data)
{
    access_state_t      *state = data;
    const access_conf_t *conf = ct_call_conf_at(call, state->index);

    for (size_t i = 0; i < conf->rules.n; i++) {
        const access_rule_t *rule = ct_array_at(&conf->rules, i);

        if (rule_fits(rule, call)) {
            return rule->allows ? CT_OK : refuse(call, rule, state);
        }
    }
    return CT_OK;
}


/* Who may not call may not look either. */
static ct_rc_t
access_web(ct_call_t *call, ct_web_t *web, void *data)
{
    if (access_before_call(call, data) == CT_OK) {
        return CT_DECLINED;
    }
    web->status = 403;
    web->c_type = "text/plain";
    web->body = CT_STR("access denied\n");
    return CT_OK;
}


static bool
access_heeds_calls(const void *data)
{
    const access_conf_t *conf = data;

    return conf->rules.n != 0;
}


static ct_rc_t
access_worker_init(ct_worker_t *worker, void **state)
{
    access_state_t *made = ct_pool_zalloc(worker->pool, sizeof(*made));

    made->index = ct_cycle_module_index(worker->cycle, &ct_access_module);
    *state = made;
    return CT_OK;
}


/* ---- The module. */

static const ct_conf_type_t rule_type = {
    .name = "address | $variable value",
    .min_args = 1,
    .max_args = 3,
    .flags = CT_CONF_MANY,
    .set = rule_set,
};

static const ct_directive_t access_directives[] = {
    { "allow", CT_IN_ANY_THRIFT, CT_CONF_ACTION(rule_type) },
    { "deny", CT_IN_ANY_THRIFT, CT_CONF_ACTION(rule_type) },
    { NULL, 0, NULL, 0, NULL },
};

const ct_module_t ct_access_module = {
    .abi = CT_MODULE_ABI,
    .name = "access",
    .conf_size = sizeof(access_conf_t),
    .directives = access_directives,
    .worker_init = access_worker_init,
    .heeds_calls = access_heeds_calls,
    .before_call = access_before_call,
    .web = access_web,
};

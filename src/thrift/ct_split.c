/*
 * ct_split.c -- `split_clients`: a variable whose value a share of all texts
 * has.
 *
 *   split_clients $remote_addr $variant {
 *       0.5%  new;
 *       20%   newer;
 *       *     old;
 *   }
 *
 * The hash of the text, and nothing else, says which share it is in: the same
 * in every worker, after a restart, and on other machines.  Nobody gains by
 * guessing it, so its key is no secret.
 */

#include "core/ct_config.h"

#include "thrift/ct_derived.h"

#include "core/ct_array.h"
#include "core/ct_pool.h"
#include "core/ct_siphash.h"

/* Hundredths of a percent. */
#define WHOLE 10000

/* The hash is taken to 32 bits. */
#define HASH_BITS 32

/* Those whose hash is below `below`, and not below the one before. */
typedef struct share_s {
    uint64_t     below;
    ct_phrase_t *value;
} share_t;

typedef struct split_s {
    ct_array_t shares;   /* of share_t */
    uint64_t   taken;    /* of WHOLE */
    bool       is_whole; /* `*` has come */
} split_t;


static void *
split_create(ct_conf_t *conf)
{
    split_t *split = ct_pool_zalloc(conf->pool, sizeof(*split));

    ct_array_init(&split->shares, conf->pool, sizeof(share_t));
    return split;
}


/* "20%", "0.5%", "33.33%": digits, and two behind a point at most. */
static ct_rc_t
percent_parse(ct_str_t text, uint64_t *share)
{
    uint64_t number = 0;
    int      decimals = -1;
    size_t   i;

    if (text.len < 2 || text.len > sizeof("100.00%") - 1
        || text.data[text.len - 1] != '%') {
        return CT_DECLINED;
    }
    for (i = 0; i < text.len - 1; i++) {
        const char letter = text.data[i];

        if (letter == '.' && decimals < 0 && i > 0) {
            decimals = 0;
            continue;
        }
        if (letter < '0' || letter > '9' || decimals == 2) {
            return CT_DECLINED;
        }
        number = number * 10 + (uint64_t) (letter - '0');
        decimals += decimals >= 0 ? 1 : 0;
    }
    if (decimals == 0) {
        return CT_DECLINED;
    }
    *share = number * (decimals == 2 ? 1 : decimals == 1 ? 10 : 100);
    return *share > 0 && *share <= WHOLE ? CT_OK : CT_DECLINED;
}


static ct_rc_t
split_add(ct_conf_t *conf, ct_derived_t *derived, void *data)
{
    const ct_str_t word = conf->args[0];
    split_t       *split = data;
    share_t       *share;
    uint64_t       part;

    if (conf->nargs != 2) {
        return ct_conf_error(conf,
                             "a line of 'split_clients' is a share and its "
                             "value");
    }
    if (split->is_whole) {
        return ct_conf_error(conf, "'%.*s' has no effect behind '*'",
                             CT_STR_ARG(word));
    }
    if (ct_str_eq_c(word, "*")) {
        split->is_whole = true;
        part = WHOLE - split->taken;
    } else if (percent_parse(word, &part) != CT_OK) {
        return ct_conf_error(conf, "'%.*s' is no share: 0.01%% to 100%%, or *",
                             CT_STR_ARG(word));
    }
    split->taken += part;
    if (split->taken > WHOLE) {
        return ct_conf_error(conf, "the shares are more than 100%%");
    }
    share = ct_array_push(&split->shares);
    share->below = (split->taken << HASH_BITS) / WHOLE;
    return ct_derived_phrase(conf, derived, conf->args[1], NULL, &share->value);
}


static const ct_phrase_t *
split_choose(const void *data, ct_str_t source)
{
    static const ct_siphash_key_t key;
    const split_t                *split = data;
    const uint64_t hash = ct_siphash(&key, source) >> (64 - HASH_BITS);

    for (size_t i = 0; i < split->shares.n; i++) {
        const share_t *share = ct_array_at(&split->shares, i);

        if (hash < share->below) {
            return share->value;
        }
    }
    return NULL;
}


const ct_derived_kind_t ct_split_kind = {
    .create = split_create,
    .add = split_add,
    .choose = split_choose,
};

const ct_conf_type_t ct_split_type = {
    .name = "text $variable block",
    .min_args = 2,
    .max_args = 2,
    .flags = CT_CONF_BLOCK | CT_CONF_MANY | CT_CONF_RAW | CT_CONF_OPAQUE,
};

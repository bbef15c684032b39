/*
 * ct_map.c -- `map`: a variable whose value another text chooses.
 *
 *   map $remote_addr $tier {
 *       default          free;
 *       192.0.2.7        gold;
 *       ~^10\.(\d+)\.    "site $1";
 *   }
 *
 * Exact texts go before patterns, and those in the order of the file.  Case
 * matters, unlike in nginx: names of Thrift differ in it.
 */

#include "core/ct_config.h"

#include "thrift/ct_derived.h"

#include "core/ct_array.h"
#include "core/ct_hash.h"
#include "core/ct_pool.h"
#include "thrift/ct_pattern.h"

typedef struct map_pattern_s {
    ct_pattern_t *pattern;
    ct_phrase_t  *value;
} map_pattern_t;

typedef struct map_s {
    ct_hash_t    exact;     /* of ct_phrase_t * */
    ct_array_t   patterns;  /* of map_pattern_t */
    ct_phrase_t *otherwise; /* of `default`, or NULL */
} map_t;


static void *
map_create(ct_conf_t *conf)
{
    map_t *map = ct_pool_zalloc(conf->pool, sizeof(*map));

    ct_hash_init(&map->exact, conf->pool);
    ct_array_init(&map->patterns, conf->pool, sizeof(map_pattern_t));
    return map;
}


/* `~regex` or `~*regex`. */
static ct_rc_t
pattern_add(ct_conf_t *conf, ct_derived_t *derived, map_t *map)
{
    const bool     caseless = ct_str_starts_with(conf->args[0], "~*");
    const size_t   n = caseless ? 2 : 1;
    const ct_str_t text = { conf->args[0].len - n, conf->args[0].data + n };
    map_pattern_t *line = ct_array_push(&map->patterns);

    if (ct_pattern_compile(conf, text, caseless, &line->pattern) != CT_OK) {
        return CT_ERROR;
    }
    return ct_derived_phrase(conf, derived, conf->args[1], line->pattern,
                             &line->value);
}


static ct_rc_t
default_add(ct_conf_t *conf, ct_derived_t *derived, map_t *map)
{
    if (map->otherwise != NULL) {
        return ct_conf_error(conf, "'default' stands here twice");
    }
    return ct_derived_phrase(conf, derived, conf->args[1], NULL,
                             &map->otherwise);
}


/* A backslash takes the meaning from a word that has one. */
static ct_rc_t
exact_add(ct_conf_t *conf, ct_derived_t *derived, map_t *map)
{
    ct_str_t     text = conf->args[0];
    ct_phrase_t *value;

    if (ct_str_starts_with(text, "\\")) {
        text.data++;
        text.len--;
    }
    if (ct_derived_phrase(conf, derived, conf->args[1], NULL, &value)
        != CT_OK) {
        return CT_ERROR;
    }
    if (ct_hash_add(&map->exact, text, value) != CT_OK) {
        return ct_conf_error(conf, "'%.*s' stands here twice",
                             CT_STR_ARG(text));
    }
    return CT_OK;
}


static ct_rc_t
map_add(ct_conf_t *conf, ct_derived_t *derived, void *data)
{
    const ct_str_t word = conf->args[0];

    if (conf->nargs == 1 && ct_str_eq_c(word, "volatile")) {
        ct_derived_set_volatile(derived);
        return CT_OK;
    }
    if (conf->nargs != 2) {
        return ct_conf_error(conf, "a line of 'map' is a text and its value");
    }
    if (ct_str_eq_c(word, "default")) {
        return default_add(conf, derived, data);
    }
    return ct_str_starts_with(word, "~") ? pattern_add(conf, derived, data)
                                         : exact_add(conf, derived, data);
}


/* What cannot be matched, for limits or for being no UTF-8, does not. */
static const ct_phrase_t *
map_choose(const void *data, ct_str_t source)
{
    const map_t       *map = data;
    const ct_phrase_t *value = ct_hash_find(&map->exact, source);

    for (size_t i = 0; value == NULL && i < map->patterns.n; i++) {
        const map_pattern_t *line = ct_array_at(&map->patterns, i);

        if (ct_pattern_match(line->pattern, source) == CT_OK) {
            value = line->value;
        }
    }
    return value != NULL ? value : map->otherwise;
}


const ct_derived_kind_t ct_map_kind = {
    .create = map_create,
    .add = map_add,
    .choose = map_choose,
};

const ct_conf_type_t ct_map_type = {
    .name = "text $variable block",
    .min_args = 2,
    .max_args = 2,
    .flags = CT_CONF_BLOCK | CT_CONF_MANY | CT_CONF_RAW | CT_CONF_OPAQUE,
};

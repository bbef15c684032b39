/*
 * ct_conf_set.c -- the types of values that directives share.
 *
 * Each setter says in its message what it would have taken, so that nobody
 * has to look it up.
 */

#include "core/ct_config.h"

#include "core/ct_conf.h"

#include "core/ct_nearest.h"
#include "core/ct_pool.h"

#include <stdio.h>

/* First room of a list that repeats; it doubles. */
#define FIRST_SIZE 8

/* Room for the words of an enumeration in a message. */
#define WORDS_SIZE 512

/* clang-format off */
const ct_conf_type_t ct_conf_type_str = {
    .name = "string", .min_args = 1, .max_args = 1, .set = ct_conf_set_str,
};
const ct_conf_type_t ct_conf_type_flag = {
    .name = "on | off", .min_args = 1, .max_args = 1, .set = ct_conf_set_flag,
};
const ct_conf_type_t ct_conf_type_int = {
    .name = "integer", .min_args = 1, .max_args = 1, .set = ct_conf_set_int,
};
const ct_conf_type_t ct_conf_type_uint = {
    .name = "number", .min_args = 1, .max_args = 1, .set = ct_conf_set_uint,
};
const ct_conf_type_t ct_conf_type_size = {
    .name = "size", .min_args = 1, .max_args = 1, .set = ct_conf_set_size,
};
const ct_conf_type_t ct_conf_type_ms = {
    .name = "time", .min_args = 1, .max_args = 1, .set = ct_conf_set_ms,
};
const ct_conf_type_t ct_conf_type_strs = {
    .name = "string ...", .min_args = 1, .max_args = CT_CONF_MAX_ARGS,
    .flags = CT_CONF_MANY, .set = ct_conf_set_strs,
};
const ct_conf_type_t ct_conf_type_pairs = {
    .name = "name value", .min_args = 2, .max_args = 2,
    .flags = CT_CONF_MANY, .set = ct_conf_set_strs,
};
/* clang-format on */


/* "'x' is not a size: 'buffer' takes ...", with the value and the name. */
static ct_rc_t
refuse(const ct_conf_t *conf, const char *c_what, const char *c_takes)
{
    return ct_conf_error(conf, "'%.*s' is not %s: '%.*s' takes %s",
                         CT_STR_ARG(conf->args[1]), c_what,
                         CT_STR_ARG(conf->args[0]), c_takes);
}


/* The bytes are the tree's, or the expansion's: both live with the cycle. */
ct_rc_t
ct_conf_set_str(ct_conf_t *conf, const ct_directive_t *directive, void *field)
{
    ct_str_t *str = field;

    (void) directive;
    *str = conf->args[1];
    return CT_OK;
}


ct_rc_t
ct_conf_set_flag(ct_conf_t *conf, const ct_directive_t *directive, void *field)
{
    bool *flag = field;

    (void) directive;
    if (ct_str_eq(conf->args[1], CT_STR("on"))) {
        *flag = true;
        return CT_OK;
    }
    if (ct_str_eq(conf->args[1], CT_STR("off"))) {
        *flag = false;
        return CT_OK;
    }
    return refuse(conf, "a flag", "'on' or 'off'");
}


ct_rc_t
ct_conf_set_int(ct_conf_t *conf, const ct_directive_t *directive, void *field)
{
    (void) directive;
    if (ct_str_to_i64(conf->args[1], field) != CT_OK) {
        return refuse(conf, "an integer",
                      "a whole number that fits 64 bits, such as -1 or 42");
    }
    return CT_OK;
}


ct_rc_t
ct_conf_set_uint(ct_conf_t *conf, const ct_directive_t *directive, void *field)
{
    uint32_t *number = field;
    uint64_t  value;

    (void) directive;
    if (ct_str_to_u64(conf->args[1], &value) != CT_OK || value > UINT32_MAX) {
        return refuse(conf, "a number", "a whole number from 0 to 4294967295");
    }
    *number = (uint32_t) value;
    return CT_OK;
}


ct_rc_t
ct_conf_set_size(ct_conf_t *conf, const ct_directive_t *directive, void *field)
{
    (void) directive;
    if (ct_conf_parse_size(conf->args[1], field) != CT_OK) {
        return refuse(conf, "a size",
                      "bytes, or a number with k, m or g, such as 16m");
    }
    return CT_OK;
}


ct_rc_t
ct_conf_set_ms(ct_conf_t *conf, const ct_directive_t *directive, void *field)
{
    (void) directive;
    if (ct_conf_parse_ms(conf->args[1], field) != CT_OK) {
        return refuse(conf, "a time",
                      "seconds, or numbers with w, d, h, m, s, ms in this "
                      "order, such as 1m30s");
    }
    return CT_OK;
}


/*
 * Room for `added` items behind the `old` ones of a list.  The room that a
 * list has follows from its length, so that none need be written down.
 */
static ct_str_t *
make_room(ct_pool_t *pool, const ct_conf_strs_t *strs, size_t old, size_t added)
{
    size_t    size = FIRST_SIZE;
    ct_str_t *items;

    while (size < old) {
        size *= 2;
    }
    if (old > 0 && old + added <= size) {
        return strs->items;
    }
    while (size < old + added) {
        size *= 2;
    }
    items = ct_pool_alloc(pool, size * sizeof(*items));
    if (old > 0) {
        memcpy(items, strs->items, old * sizeof(*items));
    }
    return items;
}

/*
 * A list that this block has not begun is the parent's or the default, whose
 * items are shared: it is left and a new one begun.
 */
ct_rc_t
ct_conf_set_strs(ct_conf_t *conf, const ct_directive_t *directive, void *field)
{
    ct_conf_strs_t *strs = field;
    const size_t    old = conf->is_repeat ? strs->n : 0;
    const size_t    added = conf->nargs - 1;
    ct_str_t       *items = make_room(conf->pool, strs, old, added);

    (void) directive;
    memcpy(items + old, conf->args + 1, added * sizeof(*items));
    *strs = (ct_conf_strs_t){ old + added, items };
    return CT_OK;
}


/* "'a', 'b', 'c'" of an enumeration, cut where it is too long. */
static void
list_words(const ct_conf_word_t *words, char out[WORDS_SIZE])
{
    size_t len = 0;

    out[0] = '\0';
    for (size_t i = 0; words[i].name != NULL && len < WORDS_SIZE - 1; i++) {
        const int n = snprintf(out + len, WORDS_SIZE - len, "%s'%s'",
                               i == 0 ? "" : ", ", words[i].name);

        len += n < 0 ? 0 : (size_t) n;
    }
}


/*
 * The words are few, so all are named; a near one is named again at the end,
 * where the eye stops.
 */
ct_rc_t
ct_conf_set_word(ct_conf_t *conf, const ct_directive_t *directive, void *field)
{
    const ct_conf_word_t *words = directive->type->words;
    int                  *value = field;
    ct_nearest_t          nearest;
    char                  near_text[CT_NEAREST_TEXT_SIZE];
    char                  list[WORDS_SIZE];

    ct_nearest_init(&nearest, conf->args[1]);
    for (size_t i = 0; words[i].name != NULL; i++) {
        if (ct_str_eq_c(conf->args[1], words[i].name)) {
            *value = words[i].value;
            return CT_OK;
        }
        ct_nearest_offer(&nearest, ct_str_of(words[i].name));
    }
    list_words(words, list);
    return ct_conf_error(conf, "'%.*s' is none of the words of '%.*s', %s%s",
                         CT_STR_ARG(conf->args[1]), CT_STR_ARG(conf->args[0]),
                         list, ct_nearest_text(&nearest, near_text));
}

/*
 * ct_span.c -- a limit that chance may raise.
 *
 * `VALUE [jitter=VALUE]`: both are of one kind, which is all that tells the
 * two types apart.
 */

#include "core/ct_config.h"

#include "core/ct_span.h"

#include <string.h>

/* Reads one value; CT_DECLINED where it is none. */
typedef ct_rc_t (*parse_fn)(ct_str_t text, uint64_t *value);


static ct_rc_t
jitter_set(ct_conf_t *conf, ct_span_t *span, parse_fn parse, const char *c_kind)
{
    const ct_str_t key = CT_STR("jitter=");
    ct_str_t       text = conf->args[2];

    if (text.len <= key.len || memcmp(text.data, key.data, key.len) != 0) {
        return ct_conf_error(conf, "'%.*s' is not jitter=VALUE",
                             CT_STR_ARG(text));
    }
    text = (ct_str_t){ text.len - key.len, text.data + key.len };
    if (parse(text, &span->jitter) != CT_OK
        || span->jitter > INT64_MAX - span->least) {
        return ct_conf_error(conf, "'%.*s' is not %s", CT_STR_ARG(text),
                             c_kind);
    }
    if (span->least == 0) {
        return ct_conf_error(conf, "'%.*s' 0 is no limit and has no jitter",
                             CT_STR_ARG(conf->args[0]));
    }
    return CT_OK;
}


static ct_rc_t
span_set(ct_conf_t *conf, ct_span_t *span, parse_fn parse, const char *c_kind)
{
    const ct_str_t text = conf->args[1];

    if (parse(text, &span->least) != CT_OK || span->least > INT64_MAX) {
        return ct_conf_error(conf, "'%.*s' is not %s", CT_STR_ARG(text),
                             c_kind);
    }
    span->jitter = 0;
    return conf->nargs == 2 ? CT_OK : jitter_set(conf, span, parse, c_kind);
}


static ct_rc_t
set_count(ct_conf_t *conf, const ct_directive_t *directive CT_UNUSED,
          void *field)
{
    return span_set(conf, field, ct_str_to_u64, "a number");
}


static ct_rc_t
set_ms(ct_conf_t *conf, const ct_directive_t *directive CT_UNUSED, void *field)
{
    return span_set(conf, field, ct_conf_parse_ms,
                    "a time, such as 90s or 1h30m");
}


/* clang-format off */
const ct_conf_type_t ct_span_type_count = {
    .name = "number [jitter=number]", .min_args = 1, .max_args = 2,
    .set = set_count,
};
const ct_conf_type_t ct_span_type_ms = {
    .name = "time [jitter=time]", .min_args = 1, .max_args = 2,
    .set = set_ms,
};
/* clang-format on */


/* Neighbouring numbers shall not give neighbouring shares: splitmix64. */
static uint64_t
mixed(uint64_t n)
{
    n += 0x9e3779b97f4a7c15u;
    n = (n ^ (n >> 30)) * 0xbf58476d1ce4e5b9u;
    n = (n ^ (n >> 27)) * 0x94d049bb133111ebu;
    return n ^ (n >> 31);
}


uint64_t
ct_span_draw(const ct_span_t *span, uint64_t chance)
{
    if (span->jitter == 0) {
        return span->least;
    }
    return span->least + mixed(chance) % (span->jitter + 1);
}

/*
 * ct_phrase.c -- a value of a map: text with variables and captures in it.
 *
 * A list of parts.  Most values are one piece of text, and are given as they
 * stand in the file.
 */

#include "core/ct_config.h"

#include "thrift/ct_phrase.h"

#include "core/ct_array.h"
#include "core/ct_conf.h"
#include "core/ct_pool.h"
#include "thrift/ct_pattern.h"
#include "thrift/ct_variable.h"

/* More digits would be a mistake, and might wrap. */
#define GROUP_DIGITS 3

typedef enum part_kind_e {
    PART_TEXT,
    PART_VARIABLE,
    PART_CAPTURE,
} part_kind_t;

typedef struct part_s {
    part_kind_t   kind;
    ct_str_t      text; /* or the name */
    ct_variable_t variable;
    uint32_t      group;
} part_t;

struct ct_phrase_s {
    ct_array_t          parts; /* of part_t */
    const ct_pattern_t *pattern;
};


static bool
is_digit(char letter)
{
    return letter >= '0' && letter <= '9';
}


static bool
is_of_name(char letter)
{
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z')
           || is_digit(letter) || letter == '_';
}


/* Takes `n` bytes off the front. */
static ct_str_t
take(ct_str_t *rest, size_t n)
{
    const ct_str_t taken = { n, rest->data };

    rest->data += n;
    rest->len -= n;
    return taken;
}


/*
 * The name behind a `$`.  In braces it may be a path of $arg_; without them,
 * a number ends where its digits end.
 */
static ct_rc_t
name_take(ct_conf_t *conf, ct_str_t *rest, ct_str_t *name)
{
    size_t n = 0;

    (void) take(rest, 1);
    if (rest->len > 0 && rest->data[0] == '{') {
        const char *end = memchr(rest->data, '}', rest->len);

        if (end == NULL) {
            return ct_conf_error(conf, "'}' is missing behind '$%.*s'",
                                 CT_STR_ARG(*rest));
        }
        *name = take(rest, (size_t) (end - rest->data) + 1);
        name->data += 1;
        name->len -= 2;
        return CT_OK;
    }
    if (rest->len > 0 && is_digit(rest->data[0])) {
        while (n < rest->len && is_digit(rest->data[n])) {
            n++;
        }
    } else {
        while (n < rest->len && is_of_name(rest->data[n])) {
            n++;
        }
    }
    *name = take(rest, n);
    return CT_OK;
}


static ct_rc_t
group_find(ct_conf_t *conf, const ct_phrase_t *phrase, part_t *part)
{
    const ct_str_t text = part->text;
    uint64_t       number;

    part->kind = PART_CAPTURE;
    if (phrase->pattern == NULL || text.len > GROUP_DIGITS
        || ct_str_to_u64(text, &number) != CT_OK
        || number > ct_pattern_groups(phrase->pattern)) {
        return ct_conf_error(conf, "there is no group '$%.*s'",
                             CT_STR_ARG(text));
    }
    part->group = (uint32_t) number;
    return CT_OK;
}


/* A group hides a variable of the same name. */
static ct_rc_t
name_read(ct_conf_t *conf, const ct_phrase_t *phrase, part_t *part)
{
    if (part->text.len > 0 && is_digit(part->text.data[0])) {
        return group_find(conf, phrase, part);
    }
    if (phrase->pattern != NULL) {
        part->group = ct_pattern_group(phrase->pattern, part->text);
    }
    if (part->group != 0) {
        part->kind = PART_CAPTURE;
        return CT_OK;
    }
    part->kind = PART_VARIABLE;
    return ct_variable_find(conf, part->text, &part->variable);
}


ct_rc_t
ct_phrase_compile(ct_conf_t *conf, ct_str_t text, const ct_pattern_t *pattern,
                  ct_phrase_t **made)
{
    ct_phrase_t *phrase = ct_pool_zalloc(conf->pool, sizeof(*phrase));

    phrase->pattern = pattern;
    ct_array_init(&phrase->parts, conf->pool, sizeof(part_t));
    while (text.len > 0) {
        const char *dollar = memchr(text.data, '$', text.len);
        part_t     *part = ct_array_push(&phrase->parts);

        if (dollar != text.data) {
            part->text =
                take(&text,
                     dollar != NULL ? (size_t) (dollar - text.data) : text.len);
            continue;
        }
        if (name_take(conf, &text, &part->text) != CT_OK
            || name_read(conf, phrase, part) != CT_OK) {
            return CT_ERROR;
        }
    }
    *made = phrase;
    return CT_OK;
}


bool
ct_phrase_is_of_conn(const ct_phrase_t *phrase)
{
    for (size_t i = 0; i < phrase->parts.n; i++) {
        const part_t *part = ct_array_at(&phrase->parts, i);

        if (part->kind == PART_VARIABLE
            && !ct_variable_is_of_conn(&part->variable)) {
            return false;
        }
    }
    return true;
}


static ct_str_t
part_value(const ct_phrase_t *phrase, const part_t *part,
           const ct_phrase_of_t *of, ct_pool_t *pool)
{
    ct_str_t value = part->text;

    switch (part->kind) {
    case PART_TEXT:
        break;
    case PART_CAPTURE:
        value = ct_pattern_captured(phrase->pattern, of->subject, part->group);
        break;
    case PART_VARIABLE:
        value = of->call != NULL
                    ? ct_variable_get(&part->variable, of->call, pool)
                    : ct_variable_of_conn(&part->variable, of->conn, pool);
        break;
    }
    return value.data != NULL ? value : CT_STR("");
}


ct_str_t
ct_phrase_fill(const ct_phrase_t *phrase, const ct_phrase_of_t *of,
               ct_pool_t *pool)
{
    const size_t n = phrase->parts.n;
    ct_str_t    *values;
    char        *text;
    size_t       len = 0;

    if (n <= 1) {
        return n == 0 ? CT_STR("")
                      : part_value(phrase, ct_array_at(&phrase->parts, 0), of,
                                   pool);
    }
    values = ct_pool_alloc(pool, n * sizeof(*values));
    for (size_t i = 0; i < n; i++) {
        values[i] =
            part_value(phrase, ct_array_at(&phrase->parts, i), of, pool);
        len += values[i].len;
    }
    text = ct_pool_alloc(pool, len + 1);
    len = 0;
    for (size_t i = 0; i < n; i++) {
        memcpy(text + len, values[i].data, values[i].len);
        len += values[i].len;
    }
    text[len] = '\0';
    return (ct_str_t){ len, text };
}

/*
 * ct_template.c -- a text with variables in it.
 *
 * A template is a list of parts, each a piece of text, often none, and a
 * variable that was found when the configuration was read.  Most are one
 * variable alone: its value is given as it is, without a copy.
 *
 * A line of a log is the text of one template for every call.  Its values go
 * straight to where the line is: those that are plain whatever a client does
 * as they are, others escaped.
 */

#include "core/ct_config.h"

#include "thrift/ct_template.h"

#include <string.h>

#include "core/ct_array.h"
#include "core/ct_conf.h"
#include "core/ct_pool.h"
#include "thrift/ct_variable.h"

/*
 * Bytes that a piece of text is copied with, whatever its length: two moves of
 * a register, where a call would cost more than all of them.  What is too much
 * is written over by what follows.
 */
#define STEP 32

/* A piece of text and the variable behind it. */
typedef struct part_s {
    ct_str_t             text; /* with STEP bytes that may be read, or more */
    bool                 has_variable; /* the last may have none */
    ct_str_t             name;
    ct_variable_t        variable;
    ct_variable_write_fn write; /* of that variable, or NULL */
} part_t;

struct ct_template_s {
    ct_array_t parts;    /* of part_t */
    size_t     text_len; /* of all of them */
};

/* Whose values: the call's, or the connection's where there is no call. */
typedef struct source_s {
    ct_call_t       *call;
    const ct_conn_t *conn;
} source_t;


static bool
is_of_name(char letter)
{
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z')
           || (letter >= '0' && letter <= '9') || letter == '_';
}


/* How much of `rest`, which begins with "$", is the variable's. */
static size_t
variable_len(ct_str_t rest)
{
    size_t n = 1;

    if (rest.len > 1 && rest.data[1] == '{') {
        const char *end = memchr(rest.data, '}', rest.len);

        return end != NULL ? (size_t) (end + 1 - rest.data) : 1;
    }
    while (n < rest.len && is_of_name(rest.data[n])) {
        n++;
    }
    return n;
}


static size_t
text_len(ct_str_t rest)
{
    const char *end = memchr(rest.data, '$', rest.len);

    return end != NULL ? (size_t) (end - rest.data) : rest.len;
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


/* Takes one part off `rest`, which is not empty. */
static ct_rc_t
part_read(ct_conf_t *conf, ct_str_t *rest, part_t *part)
{
    part->text = take(rest, text_len(*rest));
    part->has_variable = rest->len > 0;
    if (!part->has_variable) {
        return CT_OK;
    }
    part->name = take(rest, variable_len(*rest));
    (void) take(&part->name, 1);
    if (ct_str_starts_with(part->name, "{")) {
        (void) take(&part->name, 1);
        part->name.len--;
    }
    if (ct_variable_find(conf, part->name, &part->variable) != CT_OK) {
        return CT_ERROR;
    }
    part->write = ct_variable_writer(&part->variable);
    return CT_OK;
}


ct_rc_t
ct_template_compile(ct_conf_t *conf, ct_str_t text, ct_template_t **made)
{
    ct_template_t *own = ct_pool_zalloc(conf->pool, sizeof(*own));
    char          *padded = ct_pool_zalloc(conf->pool, text.len + STEP);
    ct_str_t       rest = { text.len, padded };

    if (text.len > 0) {
        memcpy(padded, text.data, text.len);
    }
    ct_array_init(&own->parts, conf->pool, sizeof(part_t));
    while (rest.len > 0) {
        part_t *part = ct_array_push(&own->parts);

        if (part_read(conf, &rest, part) != CT_OK) {
            return CT_ERROR;
        }
        own->text_len += part->text.len;
    }
    *made = own;
    return CT_OK;
}


ct_str_t
ct_template_needs_call(const ct_template_t *made)
{
    for (size_t i = 0; i < made->parts.n; i++) {
        const part_t *part = ct_array_at(&made->parts, i);

        if (part->has_variable && !ct_variable_is_of_conn(&part->variable)) {
            return part->name;
        }
    }
    return CT_STR_NONE;
}


/* ---- As a slice. */

static ct_str_t
part_value(const part_t *part, source_t of, ct_pool_t *pool)
{
    if (!part->has_variable) {
        return CT_STR("");
    }
    return of.call != NULL
               ? ct_variable_get(&part->variable, of.call, pool)
               : ct_variable_of_conn(&part->variable, of.conn, pool);
}


/* Gives back the end. */
static char *
append(char *end, ct_str_t text)
{
    if (text.len != 0) {
        memcpy(end, text.data, text.len);
    }
    return end + text.len;
}


/* Two walks: how much is there, then a copy of it. */
static ct_str_t
fill_in(const ct_template_t *made, source_t of, ct_pool_t *pool)
{
    const size_t  n = made->parts.n;
    const part_t *parts = made->parts.items;
    size_t        len = made->text_len;
    ct_str_t     *values;
    char         *text;
    char         *end;

    if (n == 0) {
        return CT_STR("");
    }
    if (n == 1 && (parts->text.len == 0 || !parts->has_variable)) {
        return parts->has_variable ? part_value(parts, of, pool) : parts->text;
    }
    values = ct_pool_alloc(pool, n * sizeof(*values));
    for (size_t i = 0; i < n; i++) {
        values[i] = part_value(&parts[i], of, pool);
        len += values[i].len;
    }
    text = ct_pool_alloc(pool, len + 1);
    end = text;
    for (size_t i = 0; i < n; i++) {
        end = append(append(end, parts[i].text), values[i]);
    }
    *end = '\0';
    return (ct_str_t){ len, text };
}


ct_str_t
ct_template_of_call(const ct_template_t *made, ct_call_t *call, ct_pool_t *pool)
{
    return fill_in(made, (source_t){ .call = call }, pool);
}


ct_str_t
ct_template_of_conn(const ct_template_t *made, const ct_conn_t *conn,
                    ct_pool_t *pool)
{
    return fill_in(made, (source_t){ .conn = conn }, pool);
}


/* ---- Written. */

/* Values have the room that the text, all of it, leaves. */
typedef struct line_s {
    char       *end;
    const char *limit;
    size_t      room;
    ct_call_t  *call;
    ct_pool_t  *pool;
    ct_escape_t escape;
} line_t;


size_t
ct_template_text_len(const ct_template_t *made)
{
    return made->text_len;
}


static inline void
text_add(line_t *line, ct_str_t text)
{
    if (text.len <= STEP && (size_t) (line->limit - line->end) >= STEP) {
        memcpy(line->end, text.data, STEP);
        line->end += text.len;
    } else {
        line->end = append(line->end, text);
    }
}


/* What stands for a value that is empty; gives back its length, as do others.
 */
static size_t
nothing_write(const line_t *line)
{
    if (line->escape != CT_ESCAPE_TEXT || line->room == 0) {
        return 0;
    }
    *line->end = '-';
    return 1;
}


static size_t
slice_write(const line_t *line, const part_t *part)
{
    const ct_str_t value =
        ct_variable_get_in_loop(&part->variable, line->call, line->pool);
    const size_t room =
        line->room < CT_TEMPLATE_VALUE ? line->room : CT_TEMPLATE_VALUE;

    return value.len != 0
               ? ct_escape_write(line->escape, value, line->end, room)
               : nothing_write(line);
}


/* Where a plain value might not fit it is cut as any other. */
static inline void
value_add(line_t *line, const part_t *part)
{
    size_t n = CT_VARIABLE_NOT_WRITTEN;

    if (part->write != NULL && line->room >= CT_VARIABLE_WRITTEN) {
        n = part->write(line->call, line->end);
    }
    if (n == CT_VARIABLE_NOT_WRITTEN) {
        n = slice_write(line, part);
    } else if (n == 0) {
        n = nothing_write(line);
    }
    line->end += n;
    line->room -= n;
}


size_t
ct_template_write(const ct_template_t *made, ct_call_t *call, ct_pool_t *pool,
                  ct_escape_t escape, char *out, size_t size)
{
    const part_t *part = made->parts.items;
    line_t        line = { .end = out,
                           .limit = out + size,
                           .room = size - made->text_len,
                           .call = call,
                           .pool = pool,
                           .escape = escape };

    CT_ASSERT(size >= made->text_len);
    for (size_t left = made->parts.n; left > 0; left--) {
        text_add(&line, part->text);
        if (part->has_variable) {
            value_add(&line, part);
        }
        part++;
    }
    return (size_t) (line.end - out);
}

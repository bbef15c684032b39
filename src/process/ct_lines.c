/*
 * ct_lines.c -- text that is made line by line.
 */

#include "core/ct_config.h"

#include "process/ct_lines.h"

#include <stdio.h>

#include "core/ct_pool.h"

/* More than the longest line with its texts. */
#define LINE_SIZE 1024


void
ct_lines_add(ct_buf_t *buf, const char *fmt, ...)
{
    char    line[LINE_SIZE];
    va_list args;
    int     n = 0;

    va_start(args, fmt);
    n = vsnprintf(line, sizeof(line), fmt, args);
    va_end(args);
    if (n > 0) {
        size_t len = (size_t) n;

        if (len >= sizeof(line)) {
            len = sizeof(line) - 1;
            line[len - 1] = '\n';
        }
        (void) ct_buf_append(buf, line, len);
    }
}


ct_str_t
ct_lines_text(ct_buf_t *buf, ct_pool_t *pool)
{
    const ct_str_t all = { ct_buf_len(buf), (const char *) buf->pos };
    ct_str_t       text = CT_STR("");

    if (all.len > 0) {
        text = ct_str_dup(pool, all);
    }
    ct_buf_release(buf);
    return text;
}


/* A json_dump_callback_t, whose text need not be given back by us. */
static int
append(const char *text, size_t len, void *data)
{
    return ct_buf_append(data, text, len) == CT_OK ? 0 : -1;
}


ct_str_t
ct_lines_json(json_t *root, ct_pool_t *pool)
{
    ct_buf_t buf;

    ct_buf_init(&buf);
    (void) json_dump_callback(root, append, &buf,
                              JSON_INDENT(2) | JSON_PRESERVE_ORDER);
    json_decref(root);
    ct_lines_add(&buf, "\n");
    return ct_lines_text(&buf, pool);
}


void
ct_lines_count(json_t *object, const char *c_name, uint64_t n)
{
    json_object_set_new(
        object, c_name,
        json_integer(n > INT64_MAX ? INT64_MAX : (json_int_t) n));
}


void
ct_lines_string(json_t *object, const char *c_name, ct_str_t text)
{
    json_t *string = text.len > 0 ? json_stringn(text.data, text.len) : NULL;

    json_object_set_new(object, c_name, string != NULL ? string : json_null());
}

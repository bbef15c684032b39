/*
 * ct_show_config.c -- the configuration as the master has read it.
 *
 * The files are kept as they were (ct_cycle.h), so that what serves can be
 * seen however they have been edited since; and so that one can ask what a
 * reload would find.  The difference is told as one block of lines a file: what
 * stands between the lines that both begin with, and those that both end with.
 */

#include "core/ct_config.h"

#include "process/ct_show.h"

#include <errno.h>

#include "core/ct_cycle.h"
#include "core/ct_file.h"
#include "core/ct_pool.h"
#include "process/ct_lines.h"
#include "process/ct_master.h"
#include "process/ct_request.h"

/* What is on disk now, and how it compares. */
typedef struct news_s {
    const char *state; /* "same", "changed", "gone" */
    ct_str_t    text;
} news_t;


static news_t
read_again(const ct_conf_file_t *file, ct_pool_t *pool)
{
    const char *path = ct_str_dup_c(pool, file->path);
    news_t      news = { "gone", CT_STR("") };

    if (ct_file_read(pool, path, CT_CONF_MAX_FILE, &news.text) != CT_OK) {
        return news;
    }
    news.state = ct_str_eq(news.text, file->text) ? "same" : "changed";
    return news;
}


/* A line with its newline, taken off the front; empty at the end. */
static ct_str_t
take_line(ct_str_t *text)
{
    const char *end =
        text->len > 0 ? memchr(text->data, '\n', text->len) : NULL;
    ct_str_t line = { end != NULL ? (size_t) (end - text->data) + 1 : text->len,
                      text->data };

    text->data += line.len;
    text->len -= line.len;
    return line;
}


/* The same from the back. */
static ct_str_t
last_line(ct_str_t text)
{
    size_t begin = text.len > 0 ? text.len - 1 : 0;

    while (begin > 0 && text.data[begin - 1] != '\n') {
        begin--;
    }
    return (ct_str_t){ text.len - begin, text.data + begin };
}


/* Leaves of both what differs; gives back the number of its first line. */
static size_t
trim(ct_str_t *old, ct_str_t *now)
{
    size_t line = 1;

    while (old->len > 0 && now->len > 0) {
        ct_str_t rest_old = *old;
        ct_str_t rest_now = *now;

        if (!ct_str_eq(take_line(&rest_old), take_line(&rest_now))) {
            break;
        }
        *old = rest_old;
        *now = rest_now;
        line++;
    }
    while (old->len > 0 && now->len > 0) {
        const ct_str_t last = last_line(*old);

        if (!ct_str_eq(last, last_line(*now))) {
            break;
        }
        old->len -= last.len;
        now->len -= last.len;
    }
    return line;
}


static void
add_lines(ct_buf_t *buf, char sign, ct_str_t text)
{
    while (text.len > 0) {
        ct_str_t line = take_line(&text);

        if (line.data[line.len - 1] == '\n') {
            line.len--;
        }
        ct_lines_add(buf, "%c%.*s\n", sign, CT_STR_ARG(line));
    }
}


static void
add_changes(ct_buf_t *buf, const ct_conf_file_t *file, ct_pool_t *pool)
{
    const news_t news = read_again(file, pool);
    ct_str_t     old = file->text;
    ct_str_t     now = news.text;

    ct_lines_add(buf, "# configuration file %.*s: %s\n", CT_STR_ARG(file->path),
                 news.state);
    if (ct_str_eq_c(ct_str_of(news.state), "changed")) {
        const size_t line = trim(&old, &now);

        ct_lines_add(buf, "@@ line %zu @@\n", line);
        add_lines(buf, '-', old);
        add_lines(buf, '+', now);
    }
}


static void
add_text(ct_buf_t *buf, const ct_conf_file_t *file)
{
    ct_lines_add(buf, "# configuration file %.*s:\n", CT_STR_ARG(file->path));
    (void) ct_buf_append(buf, file->text.data, file->text.len);
    ct_lines_add(buf, "\n");
}


static json_t *
json_file(const ct_conf_file_t *file, ct_pool_t *pool)
{
    json_t      *object = json_object();
    const news_t news = read_again(file, pool);

    ct_lines_string(object, "path", file->path);
    json_object_set_new(object, "state", json_string(news.state));
    ct_lines_string(object, "text", file->text);
    return object;
}


static ct_str_t
as_json(const ct_cycle_t *cycle, ct_pool_t *pool)
{
    json_t *root = json_object();
    json_t *files = json_array();

    for (size_t i = 0; i < cycle->conf_files.n; i++) {
        json_array_append_new(
            files, json_file(ct_array_at(&cycle->conf_files, i), pool));
    }
    ct_lines_count(root, "generation", cycle->generation);
    ct_lines_string(root, "prefix", cycle->prefix);
    json_object_set_new(root, "files", files);
    return ct_lines_json(root, pool);
}


const char *
ct_show_config(ct_master_t *master, const ct_request_t *request,
               ct_pool_t *pool, ct_str_t *text)
{
    const ct_cycle_t *cycle = master->cycle;
    const bool        of_changes = request->nargs == 1;
    ct_buf_t          buf;

    if (request->nargs > 1
        || (of_changes && !ct_str_eq_c(request->args[0], "changes"))) {
        return "the argument is 'changes', or none";
    }
    if (request->as_json) {
        *text = as_json(cycle, pool);
        return NULL;
    }
    ct_buf_init(&buf);
    for (size_t i = 0; i < cycle->conf_files.n; i++) {
        const ct_conf_file_t *file = ct_array_at(&cycle->conf_files, i);

        if (of_changes) {
            add_changes(&buf, file, pool);
        } else {
            add_text(&buf, file);
        }
    }
    *text = ct_lines_text(&buf, pool);
    return NULL;
}

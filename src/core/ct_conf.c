/*
 * ct_conf.c -- what every step of the configuration needs: messages that name
 * their place, the environment, and paths.
 */

#include "core/ct_config.h"

#include "core/ct_conf.h"

#include "core/ct_cycle.h"
#include "core/ct_log.h"
#include "core/ct_pool.h"

#include <stdio.h>
#include <stdlib.h>

/* A message longer than this is cut, so that its place still fits the line. */
#define MESSAGE_SIZE 1024

/* Longest value after replacement; the environment may hold megabytes. */
#define MAX_EXPANDED (64 * 1024)


static void CT_PRINTF(3, 0) report(const ct_conf_t *conf, ct_log_level_t level,
                                   const char *fmt, va_list args)
{
    char message[MESSAGE_SIZE];

    vsnprintf(message, sizeof(message), fmt, args);
    if (conf->node == NULL) {
        CT_LOG(conf->log, level, 0, "%s", message);
        return;
    }
    CT_LOG(conf->log, level, 0, "%s in %s:%u", message, conf->node->file,
           conf->node->line);
}


ct_rc_t
ct_conf_error(const ct_conf_t *conf, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    report(conf, CT_LOG_EMERG, fmt, args);
    va_end(args);
    return CT_ERROR;
}


void
ct_conf_warn(const ct_conf_t *conf, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    report(conf, CT_LOG_WARN, fmt, args);
    va_end(args);
}


ct_str_t
ct_conf_path(const ct_cycle_t *cycle, ct_str_t path)
{
    if (path.len > 0 && path.data[0] == '/') {
        return ct_str_dup(cycle->pool, path);
    }
    return ct_str_printf(cycle->pool, "%.*s%.*s", CT_STR_ARG(cycle->prefix),
                         CT_STR_ARG(path));
}


const char *
ct_conf_place_name(unsigned place)
{
    static const char *const names[] = {
        "main", "events", "thrift", "server", "service", "method",
    };
    size_t i = 0;

    while (i < CT_ARRAY_LEN(names) && place != 1U << i) {
        i++;
    }
    return i < CT_ARRAY_LEN(names) ? names[i] : "?";
}


static bool
is_name_char(char c, bool is_first)
{
    return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
           || (!is_first && c >= '0' && c <= '9');
}


/*
 * The value of the variable whose name begins at `text`, behind its `${`.
 * An unset variable is an error and not an empty text: an empty path or limit
 * would be found much later and farther away.
 */
static ct_rc_t
read_variable(const ct_conf_t *conf, ct_str_t text, size_t *name_len,
              ct_str_t *value)
{
    size_t      len = 0;
    const char *c_name;
    const char *c_value;

    while (len < text.len && is_name_char(text.data[len], len == 0)) {
        len++;
    }
    if (len == 0 || len == text.len || text.data[len] != '}') {
        return ct_conf_error(conf, "'${' without a name and '}' in '%.*s'",
                             CT_STR_ARG(text));
    }
    c_name = ct_str_dup_c(conf->pool, (ct_str_t){ len, text.data });
    c_value = getenv(c_name);
    if (c_value == NULL) {
        return ct_conf_error(conf, "environment variable '%s' is not set",
                             c_name);
    }
    *name_len = len;
    *value = ct_str_of(c_value);
    return CT_OK;
}


static bool
begins_variable(ct_str_t text, size_t i)
{
    return i + 1 < text.len && text.data[i] == '$' && text.data[i + 1] == '{';
}


/*
 * Copies `text` to `out`, replacing; counts only where `out` is NULL.  Both
 * passes walk the same way, so the second one fits what the first one found.
 */
static ct_rc_t
expand(const ct_conf_t *conf, ct_str_t text, char *out, size_t *out_len)
{
    size_t len = 0;
    size_t i = 0;

    while (i < text.len) {
        ct_str_t piece = { 1, text.data + i };
        size_t   taken = 1;

        if (text.data[i] == '\\' && begins_variable(text, i + 1)) {
            piece = (ct_str_t){ 2, text.data + i + 1 };
            taken = 3;
        } else if (begins_variable(text, i)) {
            const ct_str_t rest = { text.len - i - 2, text.data + i + 2 };
            size_t         name_len = 0;

            if (read_variable(conf, rest, &name_len, &piece) != CT_OK) {
                return CT_ERROR;
            }
            taken = name_len + sizeof("${}") - 1;
        }
        if (out != NULL && piece.len > 0) {
            memcpy(out + len, piece.data, piece.len);
        }
        len += piece.len;
        i += taken;
    }
    *out_len = len;
    return CT_OK;
}


/*
 * Most values hold no `$` and are given back as they are: no copy, and their
 * bytes are the tree's.
 */
ct_rc_t
ct_conf_expand(const ct_conf_t *conf, ct_str_t text, ct_str_t *out)
{
    size_t len;
    char  *data;

    if (text.len == 0 || memchr(text.data, '$', text.len) == NULL) {
        *out = text;
        return CT_OK;
    }
    if (expand(conf, text, NULL, &len) != CT_OK) {
        return CT_ERROR;
    }
    if (len > MAX_EXPANDED) {
        return ct_conf_error(conf, "'%.*s' is longer than %d bytes",
                             CT_STR_ARG(text), MAX_EXPANDED);
    }
    data = ct_pool_alloc(conf->pool, len + 1);
    (void) expand(conf, text, data, &len);
    data[len] = '\0';
    *out = (ct_str_t){ len, data };
    return CT_OK;
}

/*
 * ct_bench_compare.c -- two results side by side.
 *
 * What was asked for is shown where it differs: a ratio of two runs that were
 * not alike says something else.
 */

#include "core/ct_config.h"

#include "ct_bench_compare.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "ct_bench_say.h"

/* A number of a result; `c_inner` is in the object under `c_key`, or NULL. */
typedef struct line_s {
    const char *c_name;
    const char *c_key;
    const char *c_inner;
} line_t;

static const line_t lines[] = {
    { "calls/s", "calls_per_s", NULL },
    { "errors", "errors", NULL },
    { "mean us", "latency_us", "mean" },
    { "p50 us", "latency_us", "p50" },
    { "p90 us", "latency_us", "p90" },
    { "p99 us", "latency_us", "p99" },
    { "p99.9 us", "latency_us", "p999" },
    { "max us", "latency_us", "max" },
    { "own cpu us", "cpu_us_per_call", NULL },
    { "server cpu us", "server", "cpu_us_per_call" },
    { "server rss", "server", "rss_bytes" },
};

/* What was asked for. */
static const char *const asked[] = {
    "methods", "transport", "protocol",    "zlib",    "tls",
    "rate",    "new_conn",  "connections", "threads", "pipeline",
};


/* NULL has been said. */
static json_t *
load(const char *c_path)
{
    json_error_t error;
    json_t      *json = json_load_file(c_path, 0, &error);

    if (json == NULL) {
        ct_bench_say("%s: %s", c_path, error.text);
        return NULL;
    }
    if (!json_is_number(json_object_get(json, "calls_per_s"))) {
        ct_bench_say("%s: this is no result of --json", c_path);
        json_decref(json);
        return NULL;
    }
    return json;
}


/* NULL: it is not there. */
static const json_t *
number_of(const json_t *json, const line_t *line)
{
    const json_t *value = json_object_get(json, line->c_key);

    if (line->c_inner != NULL) {
        value = json_object_get(value, line->c_inner);
    }
    return json_is_number(value) ? value : NULL;
}


static void
print_line(const line_t *line, const json_t *a, const json_t *b, FILE *out)
{
    const json_t *before = number_of(a, line);
    const json_t *after = number_of(b, line);
    double        was;
    double        is;

    if (before == NULL || after == NULL) {
        return;
    }
    was = json_number_value(before);
    is = json_number_value(after);
    (void) fprintf(out, "%-14s %14.2f %14.2f", line->c_name, was, is);
    if (was != 0) {
        (void) fprintf(out, " %8.3f", is / was);
    }
    (void) fputc('\n', out);
}


static void
print_asked(const char *c_key, const json_t *a, const json_t *b, FILE *out)
{
    char *c_was = json_dumps(json_object_get(a, c_key), JSON_ENCODE_ANY);
    char *c_is = json_dumps(json_object_get(b, c_key), JSON_ENCODE_ANY);

    if (c_was != NULL && c_is != NULL && strcmp(c_was, c_is) != 0) {
        (void) fprintf(out, "%-14s %14s %14s   differs\n", c_key, c_was, c_is);
    }
    free(c_was);
    free(c_is);
}


ct_rc_t
ct_bench_compare(const char *c_path_a, const char *c_path_b, FILE *out)
{
    json_t *a = load(c_path_a);
    json_t *b = load(c_path_b);
    ct_rc_t rc = CT_ERROR;

    if (a != NULL && b != NULL) {
        (void) fprintf(out, "%-14s %14s %14s %8s\n", "", "A", "B", "B/A");
        for (size_t i = 0; i < CT_ARRAY_LEN(asked); i++) {
            print_asked(asked[i], a, b, out);
        }
        for (size_t i = 0; i < CT_ARRAY_LEN(lines); i++) {
            print_line(&lines[i], a, b, out);
        }
        rc = CT_OK;
    }
    json_decref(a);
    json_decref(b);
    return rc;
}

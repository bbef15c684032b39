/*
 * ct_metric.c -- a line of statsd or dogstatsd.
 *
 * Receivers take 1/rate for the number of things, and some cut that to an
 * integer, which must not become n - 1: a rate is a little less than 1/n
 * where it cannot be equal to it.
 */

#include "core/ct_config.h"

#include "process/ct_metric.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Digits of a rate: for n up to a million, 1/rate is less than n + 1. */
#define RATE_DIGITS 12
#define RATE_ONE    UINT64_C(1000000000000)

/* Invariant: len < CT_METRIC_SIZE; what does not fit is left out. */
typedef struct line_s {
    char  *text;
    size_t len;
} line_t;


static void CT_PRINTF(2, 3) add(line_t *line, const char *fmt, ...)
{
    const size_t room = CT_METRIC_SIZE - line->len;
    va_list      args;
    int          n;

    va_start(args, fmt);
    n = vsnprintf(line->text + line->len, room, fmt, args);
    va_end(args);
    CT_ASSERT(n >= 0 && (size_t) n < room);
    line->len += (size_t) n;
}


static bool
is_plain(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z')
           || (byte >= '0' && byte <= '9') || byte == '_' || byte == '-'
           || byte == '.';
}


static void
add_clean(line_t *line, const char *name, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        add(line, "%c", is_plain(name[i]) ? name[i] : '_');
    }
}


static void
add_name(line_t *line, const ct_metric_style_t *style,
         const ct_metric_t *metric)
{
    add(line, "%.*s.", CT_STR_ARG(style->prefix));
    if (metric->c_method != NULL && !style->is_tagged) {
        add(line, "method.");
        add_clean(line, metric->c_method, strlen(metric->c_method));
        add(line, ".");
    }
    add(line, "%s", metric->c_name);
    if (metric->c_part != NULL) {
        add(line, ".%s", metric->c_part);
    }
}


/*
 * In units of the last digit.  Both numbers are exact as doubles, so the
 * quotient is what strtod(3) makes of the digits; and of 0.00032 it makes one
 * whose inverse is less than 3125.
 */
static uint64_t
rate_of(uint64_t n)
{
    const uint64_t rate = RATE_ONE / n;
    const double   read = (double) rate / (double) RATE_ONE;

    return rate > 0 && 1 / read < (double) n ? rate - 1 : rate;
}


/* Milliseconds, as statsd wants them; microseconds are behind the point. */
static void
add_timing(line_t *line, const ct_metric_t *metric)
{
    add(line, ":%" PRIu64 ".%03u|ms", metric->value / 1000,
        (unsigned) (metric->value % 1000));
    if (metric->n > 1) {
        add(line, "|@0.%0*" PRIu64, RATE_DIGITS, rate_of(metric->n));
    }
}


static void
add_value(line_t *line, const ct_metric_t *metric)
{
    switch (metric->type) {
    case CT_METRIC_COUNT:
        add(line, ":%" PRIu64 "|c", metric->value);
        break;
    case CT_METRIC_GAUGE:
        add(line, ":%" PRIu64 "|g", metric->value);
        break;
    case CT_METRIC_TIMING:
        add_timing(line, metric);
        break;
    }
}


/* "service:S,method:M,"; a name may hold dots, a method has none. */
static void
add_method_tags(line_t *line, const char *c_method)
{
    const char *dot = strrchr(c_method, '.');

    if (dot != NULL) {
        add(line, "service:");
        add_clean(line, c_method, (size_t) (dot - c_method));
        add(line, ",");
        c_method = dot + 1;
    }
    add(line, "method:");
    add_clean(line, c_method, strlen(c_method));
    add(line, ",");
}


static void
add_tags(line_t *line, const ct_metric_style_t *style,
         const ct_metric_t *metric)
{
    const size_t start = line->len;

    add(line, "|#");
    if (metric->c_method != NULL) {
        add_method_tags(line, metric->c_method);
    }
    if (metric->c_status != NULL) {
        add(line, "status:%s,", metric->c_status);
    }
    if (style->tags.len > 0) {
        add(line, "%.*s,", CT_STR_ARG(style->tags));
    }
    /* Without the last comma; without any tag, without the sign either. */
    line->len = line->len == start + 2 ? start : line->len - 1;
}


size_t
ct_metric_write(const ct_metric_style_t *style, const ct_metric_t *metric,
                char out[CT_METRIC_SIZE])
{
    line_t line = { out, 0 };

    add_name(&line, style, metric);
    add_value(&line, metric);
    if (style->is_tagged) {
        add_tags(&line, style, metric);
    }
    return line.len;
}

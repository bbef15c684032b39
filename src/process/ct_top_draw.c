/*
 * ct_top_draw.c -- a view of the server as lines of text.
 *
 * On a terminal each line replaces the one that stood there and clears what
 * is left of it, and the end clears what is left of the screen: nothing
 * flickers, since nothing is cleared before it is drawn.  Sequences are those
 * of ECMA-48 that every terminal since the VT100 knows.
 */

#include "core/ct_config.h"

#include "process/ct_top_draw.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "core/ct_buf.h"

#define LINE_SIZE 512

/* Room for a number with its unit. */
#define NUMBER_SIZE 32

/* How a line is shown where that can be. */
typedef enum look_e {
    LOOK_PLAIN,
    LOOK_BOLD,
    LOOK_HEAD,  /* of a table */
    LOOK_ALARM, /* something is wrong */
} look_t;

typedef struct drawing_s {
    const ct_top_canvas_t *canvas;
    ct_buf_t              *out;
    unsigned               nlines;
} drawing_t;


static void
put(drawing_t *drawing, const char *c_text, size_t len)
{
    (void) ct_buf_append(drawing->out, c_text, len);
}


static void
put_sequence(drawing_t *drawing, const char *c_text)
{
    if (drawing->canvas->has_ansi) {
        put(drawing, c_text, strlen(c_text));
    }
}


static unsigned
lines_left(const drawing_t *drawing)
{
    const unsigned height = drawing->canvas->height;

    if (height == 0) {
        return UINT32_MAX;
    }
    return height > drawing->nlines ? height - drawing->nlines : 0;
}


/* Cut to the width; dropped when the screen is full. */
static void CT_PRINTF(3, 4)
    add(drawing_t *drawing, look_t look, const char *fmt, ...)
{
    static const char *const looks[] = {
        [LOOK_PLAIN] = "",
        [LOOK_BOLD] = "\033[1m",
        [LOOK_HEAD] = "\033[7m",
        [LOOK_ALARM] = "\033[1;31m",
    };
    char    line[LINE_SIZE];
    size_t  len = 0;
    va_list args;

    if (lines_left(drawing) == 0) {
        return;
    }
    va_start(args, fmt);
    (void) vsnprintf(line, sizeof(line), fmt, args);
    va_end(args);
    len = strlen(line);
    if (drawing->canvas->width != 0 && len > drawing->canvas->width) {
        len = drawing->canvas->width;
    }
    /* The newline stands in front, so that the last line scrolls nothing. */
    if (drawing->nlines > 0 && drawing->canvas->has_ansi) {
        put(drawing, "\r\n", 2);
    }
    put_sequence(drawing, looks[look]);
    put(drawing, line, len);
    put_sequence(drawing, "\033[0m\033[K");
    if (!drawing->canvas->has_ansi) {
        put(drawing, "\n", 1);
    }
    drawing->nlines++;
}


/* "12", "3.4k", "5.6M": three digits that matter. */
static const char *
short_number(double n, char out[NUMBER_SIZE])
{
    static const char units[] = "\0kMGTPE";
    size_t            unit = 0;

    while (n >= 9999.5 && unit + 2 < sizeof(units)) {
        n /= 1000;
        unit++;
    }
    (void) snprintf(out, NUMBER_SIZE, "%.*f%.1s", n < 99.95 ? 1 : 0, n,
                    units + unit);
    return out;
}


static const char *
duration(uint64_t ms, char out[NUMBER_SIZE])
{
    const uint64_t s = ms / 1000;

    if (s >= 86400) {
        (void) snprintf(out, NUMBER_SIZE, "%" PRIu64 "d%02u:%02u", s / 86400,
                        (unsigned) (s / 3600 % 24), (unsigned) (s / 60 % 60));
    } else {
        (void) snprintf(out, NUMBER_SIZE, "%u:%02u:%02u", (unsigned) (s / 3600),
                        (unsigned) (s / 60 % 60), (unsigned) (s % 60));
    }
    return out;
}


/* Microseconds, as people say them. */
static const char *
latency(uint64_t us, char out[NUMBER_SIZE])
{
    if (us < 10000) {
        (void) snprintf(out, NUMBER_SIZE, "%" PRIu64 "us", us);
    } else if (us < 10000000) {
        (void) snprintf(out, NUMBER_SIZE, "%.1fms", (double) us / 1000);
    } else {
        (void) snprintf(out, NUMBER_SIZE, "%.1fs", (double) us / 1000000);
    }
    return out;
}


static void
add_server(drawing_t *drawing, const ct_top_sample_t *view)
{
    char up[NUMBER_SIZE];

    add(drawing, LOOK_BOLD,
        "cthrift %.*s  up %s  generation %" PRIu64 "  workers %zu of %" PRIu64
        "  reloads %" PRIu64 "  upgrades %" PRIu64 "%s%s",
        CT_STR_ARG(view->version), duration(view->uptime_ms, up),
        view->generation, view->workers.n, view->workers_wanted, view->reloads,
        view->upgrades, view->is_draining ? "  DRAINING" : "",
        drawing->canvas->is_paused ? "  PAUSED" : "");
    if (view->last_error.len > 0) {
        char clean[LINE_SIZE];

        add(drawing, LOOK_ALARM, "last reload refused: %s",
            ct_str_printable(view->last_error, clean, sizeof(clean)));
    }
}


static void
add_rates(drawing_t *drawing, const ct_top_sample_t *view)
{
    char text[CT_TOP_TOTALS][NUMBER_SIZE];

    for (size_t i = 0; i < CT_TOP_TOTALS; i++) {
        (void) short_number(view->rates[i], text[i]);
    }
    add(drawing, LOOK_PLAIN,
        "calls %s/s  exceptions %s/s  errors %s/s  shed %s/s  in %sB/s  out "
        "%sB/s",
        text[CT_TOP_CALLS], text[CT_TOP_EXCEPTIONS], text[CT_TOP_ERRORS],
        text[CT_TOP_SHED], text[CT_TOP_BYTES_IN], text[CT_TOP_BYTES_OUT]);
    add(drawing, LOOK_PLAIN,
        "connections %" PRIu64 ", busy %" PRIu64 ", accepted %s/s, handed over "
        "%s/s  calls in flight %" PRIu64 ", queued %" PRIu64,
        view->connections, view->busy, text[CT_TOP_ACCEPTED],
        text[CT_TOP_HANDED_OVER], view->in_flight, view->queued);
    add(drawing, LOOK_PLAIN,
        "since the start: calls %" PRIu64 "  exceptions %" PRIu64
        "  errors %" PRIu64 "  shed %" PRIu64,
        view->totals[CT_TOP_CALLS], view->totals[CT_TOP_EXCEPTIONS],
        view->totals[CT_TOP_ERRORS], view->totals[CT_TOP_SHED]);
}


/* At most half of what is left: methods are what one looks for. */
static void
add_workers(drawing_t *drawing, const ct_top_sample_t *view)
{
    const unsigned room = lines_left(drawing) / 2;

    add(drawing, LOOK_PLAIN, "%s", "");
    add(drawing, LOOK_HEAD, "%6s %8s %-8s %4s %7s %6s %6s %6s %9s %9s",
        "WORKER", "PID", "STATE", "GEN", "CONNS", "BUSY", "ACTIVE", "QUEUED",
        "CALLS/S", "RSS");
    for (size_t i = 0; i < view->workers.n; i++) {
        const ct_top_worker_t *worker = ct_array_at(&view->workers, i);
        char                   calls[NUMBER_SIZE];
        char                   rss[NUMBER_SIZE];

        if (i + 4 > room && i + 1 < view->workers.n) {
            add(drawing, LOOK_PLAIN, "%6s and %zu more", "",
                view->workers.n - i);
            return;
        }
        add(drawing, LOOK_PLAIN,
            "%6" PRIu64 " %8" PRIu64 " %-8.*s %4" PRIu64 " %7" PRIu64
            " %6" PRIu64 " %6" PRIu64 " %6" PRIu64 " %9s %8sB",
            worker->id, worker->pid, CT_STR_ARG(worker->state),
            worker->generation, worker->connections, worker->busy,
            worker->in_flight, worker->queued,
            short_number(worker->calls_s, calls),
            short_number((double) worker->rss_bytes, rss));
    }
}


/* The mark of the column by which methods are sorted. */
static const char *
mark(const drawing_t *drawing, ct_top_key_t key)
{
    return drawing->canvas->key == key ? "*" : "";
}


static void
add_method_head(drawing_t *drawing)
{
    char calls[NUMBER_SIZE];
    char p99[NUMBER_SIZE];
    char errors[NUMBER_SIZE];

    (void) snprintf(calls, sizeof(calls), "CALLS/S%s",
                    mark(drawing, CT_TOP_BY_CALLS));
    (void) snprintf(p99, sizeof(p99), "P99%s", mark(drawing, CT_TOP_BY_P99));
    (void) snprintf(errors, sizeof(errors), "ERRORS/S%s",
                    mark(drawing, CT_TOP_BY_ERRORS));
    add(drawing, LOOK_PLAIN, "%s", "");
    add(drawing, LOOK_HEAD, "%9s %9s %9s %9s %9s %6s %12s METHOD%s", calls,
        "P50", p99, errors, "EXC/S", "ACTIVE", "CALLS",
        mark(drawing, CT_TOP_BY_NAME));
}


static void
add_method(drawing_t *drawing, const ct_top_method_t *method)
{
    char calls[NUMBER_SIZE];
    char p50[NUMBER_SIZE];
    char p99[NUMBER_SIZE];
    char errors[NUMBER_SIZE];
    char exceptions[NUMBER_SIZE];

    add(drawing, method->errors_s > 0 ? LOOK_ALARM : LOOK_PLAIN,
        "%9s %9s %9s %9s %9s %6" PRIu64 " %12" PRIu64 " %.*s",
        short_number(method->calls_s, calls), latency(method->p50_us, p50),
        latency(method->p99_us, p99), short_number(method->errors_s, errors),
        short_number(method->exceptions_s, exceptions), method->in_flight,
        method->calls, CT_STR_ARG(method->name));
}


/* Methods that nobody has called yet tell nothing. */
static void
add_methods(drawing_t *drawing, const ct_top_sample_t *view)
{
    const unsigned footer = drawing->canvas->has_ansi ? 1 : 0;

    add_method_head(drawing);
    for (size_t i = 0; i < view->methods.n; i++) {
        const ct_top_method_t *method = ct_array_at(&view->methods, i);

        if (lines_left(drawing) <= footer) {
            return;
        }
        if (method->calls > 0 || method->in_flight > 0) {
            add_method(drawing, method);
        }
    }
}


void
ct_top_draw(const ct_top_canvas_t *canvas, const ct_top_sample_t *view,
            ct_buf_t *out)
{
    drawing_t drawing = { canvas, out, 0 };

    put_sequence(&drawing, "\033[H");
    if (canvas->c_notice != NULL) {
        add(&drawing, LOOK_ALARM, "%s", canvas->c_notice);
    }
    if (view != NULL) {
        add_server(&drawing, view);
        add_rates(&drawing, view);
        add_workers(&drawing, view);
        add_methods(&drawing, view);
    }
    if (canvas->has_ansi) {
        add(&drawing, LOOK_PLAIN,
            "sort: c calls, p p99, e errors, n name   space pause   q quit");
    }
    put_sequence(&drawing, "\033[J");
}

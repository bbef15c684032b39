/*
 * ct_bench_report.c -- what a run has come to, for people and for programs.
 */

#include "core/ct_config.h"

#include "ct_bench_report.h"

#define NS_PER_US 1e3
#define US_PER_S  1e6
#define MEGA      1e6
#define MIB       (1024.0 * 1024.0)

/* Digits behind the point that a number of JSON has. */
#define ROUND 1000

/* A percentile and its two names. */
typedef struct point_s {
    double      percent;
    const char *c_key;
    const char *c_name;
} point_t;

static const point_t points[] = {
    { 50, "p50", "p50" },      { 75, "p75", "p75" },
    { 90, "p90", "p90" },      { 99, "p99", "p99" },
    { 99.9, "p999", "p99.9" }, { 99.99, "p9999", "p99.99" },
    { 100, "max", "max" },
};


static double
percentile_us(const ct_bench_tally_t *tally, double percent)
{
    return (double) ct_histogram_percentile(&tally->latency_ns, percent)
           / NS_PER_US;
}


/* Of none in no time, none. */
static double
per(double n, double of)
{
    return of > 0 ? n / of : 0;
}


static void
text_head(const ct_bench_result_t *result, FILE *out)
{
    const ct_bench_conf_t *conf = result->conf;

    (void) fprintf(out, "%s, %s%s %s%s%s", conf->c_address,
                   conf->has_tls ? "TLS, " : "", conf->c_transport,
                   conf->c_protocol, conf->deflated ? ", zlib" : "",
                   conf->c_service != NULL ? ", multiplexed" : "");
    for (size_t i = 0; i < conf->plan.wishes.n; i++) {
        const ct_bench_wish_t *wish = ct_array_at(&conf->plan.wishes, i);

        (void) fprintf(out, ", %s", wish->c_method);
    }
    (void) fprintf(out, "\nconnections %zu, pipeline %zu, threads %zu",
                   conf->nconns, conf->depth, conf->nthreads);
    if (conf->rate > 0) {
        (void) fprintf(out, ", rate %.6g", conf->rate);
    }
    (void) fprintf(out, ", %.2f s\n\n", result->tally->seconds);
}


static void
text_latency(const ct_bench_tally_t *tally, FILE *out)
{
    (void) fprintf(out, "latency us  %10s", "mean");
    for (size_t i = 0; i < CT_ARRAY_LEN(points); i++) {
        (void) fprintf(out, " %10s", points[i].c_name);
    }
    (void) fprintf(out, "\n            %10.1f",
                   ct_histogram_mean(&tally->latency_ns) / NS_PER_US);
    for (size_t i = 0; i < CT_ARRAY_LEN(points); i++) {
        (void) fprintf(out, " %10.1f", percentile_us(tally, points[i].percent));
    }
    (void) fputc('\n', out);
}


static void
text_errors(const ct_bench_tally_t *tally, FILE *out)
{
    (void) fprintf(out, "errors      %10llu\n",
                   (unsigned long long) tally->nerrors);
    for (size_t i = 0; i < tally->nkinds; i++) {
        (void) fprintf(out, "            %10llu %s\n",
                       (unsigned long long) tally->kinds[i].n,
                       tally->kinds[i].what);
    }
}


/* What is there only now and then. */
static void
text_remarks(const ct_bench_tally_t *tally, FILE *out)
{
    if (tally->nnot_begun != 0) {
        (void) fprintf(out,
                       "not begun   %10llu calls were due, and no connection "
                       "was free for them\n",
                       (unsigned long long) tally->nnot_begun);
    }
    if (tally->nout_of_order != 0) {
        (void) fprintf(out,
                       "overtaking  %10llu replies came before older ones\n",
                       (unsigned long long) tally->nout_of_order);
    }
}


static void
text_server(const ct_bench_process_t *server, double ncalls, FILE *out)
{
    (void) fprintf(out,
                   "server      %10.2f s of its processes, %.2f us a call, "
                   "%.1f MiB resident\n",
                   server->cpu_s, per(server->cpu_s * US_PER_S, ncalls),
                   (double) server->rss / MIB);
}


/* Bytes that each connection has added. */
static double
each(uint64_t before, uint64_t after, size_t n)
{
    return per((double) after - (double) before, (double) n);
}


static void
text_idle(const ct_bench_idle_t *idle, FILE *out)
{
    (void) fprintf(out, "idle        %10zu connections in %.2f s, %zu held\n",
                   idle->nopened, idle->seconds, idle->nheld);
    if (!idle->has_memory) {
        return;
    }
    (void) fprintf(
        out,
        "            %10.1f MiB resident before, %.1f after: %.0f bytes each\n",
        (double) idle->before.rss / MIB, (double) idle->after.rss / MIB,
        each(idle->before.rss, idle->after.rss, idle->nopened));
    if (idle->after.pss != 0) {
        (void) fprintf(
            out,
            "            %10.1f MiB of that its own before, %.1f after: "
            "%.0f bytes each\n",
            (double) idle->before.pss / MIB, (double) idle->after.pss / MIB,
            each(idle->before.pss, idle->after.pss, idle->nopened));
    }
}


static void
text_load(const ct_bench_result_t *result, FILE *out)
{
    const ct_bench_tally_t *tally = result->tally;
    const double            ncalls = (double) tally->latency_ns.total;

    (void) fprintf(out, "calls       %10.0f %10.0f calls/s\n", ncalls,
                   per(ncalls, tally->seconds));
    (void) fprintf(out, "bytes       %10.2f MB/s sent, %.2f MB/s received\n",
                   per((double) tally->bytes_sent, tally->seconds) / MEGA,
                   per((double) tally->bytes_received, tally->seconds) / MEGA);
    text_latency(tally, out);
    (void) fprintf(out,
                   "processor   %10.2f s of this program, %.2f us a call\n",
                   tally->cpu_s, per(tally->cpu_s * US_PER_S, ncalls));
    if (result->server != NULL) {
        text_server(result->server, ncalls, out);
    }
}


void
ct_bench_report_text(const ct_bench_result_t *result, FILE *out)
{
    text_head(result, out);
    if (result->conf->nconns != 0) {
        text_load(result, out);
    }
    if (result->idle != NULL) {
        text_idle(result->idle, out);
    }
    text_remarks(result->tally, out);
    text_errors(result->tally, out);
}


void
ct_bench_report_histogram(const ct_bench_result_t *result, FILE *out)
{
    const ct_histogram_t *histogram = &result->tally->latency_ns;
    uint64_t              seen = 0;

    (void) fprintf(out, "%12s %14s %10s %14s\n\n", "Value", "Percentile",
                   "TotalCount", "1/(1-Percentile)");
    for (size_t i = 0; i < CT_HISTOGRAM_SIZE; i++) {
        const uint64_t left = histogram->total - seen - histogram->counts[i];

        if (histogram->counts[i] == 0) {
            continue;
        }
        seen += histogram->counts[i];
        (void) fprintf(out, "%12.3f %2.12f %10llu",
                       (double) ct_histogram_value(i) / NS_PER_US,
                       (double) seen / (double) histogram->total,
                       (unsigned long long) seen);
        if (left != 0) {
            (void) fprintf(out, " %14.2f",
                           (double) histogram->total / (double) left);
        }
        (void) fputc('\n', out);
    }
    (void) fprintf(out, "#[Mean    = %12.3f, Total count    = %12llu]\n",
                   ct_histogram_mean(histogram) / NS_PER_US,
                   (unsigned long long) histogram->total);
}


static void
set_real(json_t *object, const char *c_key, double value)
{
    const double rounded = (double) (int64_t) (value * ROUND + 0.5);

    (void) json_object_set_new(object, c_key, json_real(rounded / ROUND));
}


static void
set_count(json_t *object, const char *c_key, uint64_t value)
{
    (void) json_object_set_new(object, c_key, json_integer((json_int_t) value));
}


static void
set_text(json_t *object, const char *c_key, const char *c_value)
{
    (void) json_object_set_new(object, c_key, json_string(c_value));
}


static json_t *
json_calls(const ct_bench_conf_t *conf)
{
    json_t *calls = json_array();

    for (size_t i = 0; i < conf->plan.wishes.n; i++) {
        const ct_bench_wish_t *wish = ct_array_at(&conf->plan.wishes, i);

        (void) json_array_append_new(calls, json_string(wish->c_method));
    }
    return calls;
}


static void
json_conf(json_t *json, const ct_bench_conf_t *conf)
{
    set_text(json, "version", CT_VERSION);
    set_text(json, "address", conf->c_address);
    (void) json_object_set_new(json, "methods", json_calls(conf));
    set_text(json, "transport", conf->c_transport);
    set_text(json, "protocol", conf->c_protocol);
    (void) json_object_set_new(json, "zlib", json_boolean(conf->deflated));
    (void) json_object_set_new(json, "tls", json_boolean(conf->has_tls));
    (void) json_object_set_new(json, "new_conn", json_boolean(conf->new_conn));
    set_count(json, "connections", conf->nconns);
    set_count(json, "threads", conf->nthreads);
    set_count(json, "pipeline", conf->depth);
    if (conf->rate > 0) {
        set_real(json, "rate", conf->rate);
    } else {
        (void) json_object_set_new(json, "rate", json_null());
    }
}


static json_t *
json_latency(const ct_bench_tally_t *tally)
{
    json_t *latency = json_object();

    set_real(latency, "mean",
             ct_histogram_mean(&tally->latency_ns) / NS_PER_US);
    for (size_t i = 0; i < CT_ARRAY_LEN(points); i++) {
        set_real(latency, points[i].c_key,
                 percentile_us(tally, points[i].percent));
    }
    return latency;
}


static json_t *
json_kinds(const ct_bench_tally_t *tally)
{
    json_t *kinds = json_object();

    for (size_t i = 0; i < tally->nkinds; i++) {
        set_count(kinds, tally->kinds[i].what, tally->kinds[i].n);
    }
    return kinds;
}


static json_t *
json_process(const ct_bench_process_t *process)
{
    json_t *json = json_object();

    set_count(json, "processes", process->nprocesses);
    set_count(json, "rss_bytes", process->rss);
    set_count(json, "pss_bytes", process->pss);
    return json;
}


static json_t *
json_server(const ct_bench_process_t *server, double ncalls)
{
    json_t *json = json_process(server);

    set_real(json, "cpu_s", server->cpu_s);
    set_real(json, "cpu_us_per_call", per(server->cpu_s * US_PER_S, ncalls));
    return json;
}


static json_t *
json_idle(const ct_bench_idle_t *idle)
{
    json_t *json = json_object();

    set_count(json, "asked", idle->nasked);
    set_count(json, "opened", idle->nopened);
    set_count(json, "held", idle->nheld);
    set_real(json, "seconds", idle->seconds);
    if (idle->has_memory) {
        (void) json_object_set_new(json, "before", json_process(&idle->before));
        (void) json_object_set_new(json, "after", json_process(&idle->after));
    }
    return json;
}


json_t *
ct_bench_report_json(const ct_bench_result_t *result)
{
    const ct_bench_tally_t *tally = result->tally;
    const double            ncalls = (double) tally->latency_ns.total;
    json_t                 *json = json_object();

    json_conf(json, result->conf);
    set_real(json, "seconds", tally->seconds);
    set_count(json, "calls", tally->latency_ns.total);
    set_real(json, "calls_per_s", per(ncalls, tally->seconds));
    set_count(json, "errors", tally->nerrors);
    (void) json_object_set_new(json, "errors_by_kind", json_kinds(tally));
    (void) json_object_set_new(json, "latency_us", json_latency(tally));
    set_real(json, "cpu_s", tally->cpu_s);
    set_real(json, "cpu_us_per_call", per(tally->cpu_s * US_PER_S, ncalls));
    set_count(json, "bytes_sent", tally->bytes_sent);
    set_count(json, "bytes_received", tally->bytes_received);
    set_count(json, "connections_opened", tally->nconnections);
    set_count(json, "not_begun", tally->nnot_begun);
    set_count(json, "out_of_order", tally->nout_of_order);
    if (result->server != NULL) {
        (void) json_object_set_new(json, "server",
                                   json_server(result->server, ncalls));
    }
    if (result->idle != NULL) {
        (void) json_object_set_new(json, "idle", json_idle(result->idle));
    }
    return json;
}

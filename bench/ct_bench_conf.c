/*
 * ct_bench_conf.c -- the words behind cthrift-bench.
 *
 * Options take effect in the order in which they stand: --args, --expect and
 * --weight belong to the --method in front of them.
 */

#include "core/ct_config.h"

#include "ct_bench_conf.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/ct_pool.h"
#include "ct_bench_help.h"
#include "ct_bench_process.h"
#include "ct_bench_say.h"
#include "thrift/wire/ct_transport.h"

#define MAX_TIMEOUT_S   600.0
#define DEFAULT_CONNS   16
#define DEFAULT_SECONDS 10
#define DEFAULT_TIMEOUT 5
#define DEFAULT_VARIANT 256

/* Options without a letter. */
enum {
    OPTION_WARMUP = 256,
    OPTION_TIMEOUT,
    OPTION_RATE,
    OPTION_CALLS,
    OPTION_NEW_CONN,
    OPTION_CALL,
    OPTION_IDL,
    OPTION_METHOD,
    OPTION_ARGS,
    OPTION_EXPECT,
    OPTION_WEIGHT,
    OPTION_VARIANTS,
    OPTION_SEED,
    OPTION_TRANSPORT,
    OPTION_PROTOCOL,
    OPTION_ZLIB,
    OPTION_SERVICE,
    OPTION_PATH,
    OPTION_TLS,
    OPTION_CA,
    OPTION_CERT,
    OPTION_KEY,
    OPTION_SERVER_NAME,
    OPTION_INSECURE,
    OPTION_IDLE,
    OPTION_HOLD,
    OPTION_PID,
    OPTION_HISTOGRAM,
    OPTION_COMPARE,
    OPTION_JSON,
    OPTION_QUIET,
    OPTION_VERSION,
    OPTION_HELP,
};

/* A number that an option takes, and where it goes: exactly one of them. */
typedef struct number_s {
    int       option;
    double    least;
    double    most;
    size_t   *count;
    double   *real;
    uint64_t *wide;
} number_t;

/* A text that an option takes. */
typedef struct text_s {
    int          option;
    const char **c_text;
} text_t;


static ct_rc_t
read_number(const number_t *number, const char *c_text)
{
    char        *end;
    const double value = strtod(c_text, &end);

    if (end != c_text && strcmp(end, "s") == 0 && number->real != NULL) {
        end++;
    }
    if (end == c_text || *end != '\0'
        || !(value >= number->least && value <= number->most)
        || (number->real == NULL && value != (double) (uint64_t) value)) {
        ct_bench_say("not a number from %g to %.0f: %s", number->least,
                     number->most, c_text);
        return CT_ERROR;
    }
    if (number->count != NULL) {
        *number->count = (size_t) value;
    } else if (number->real != NULL) {
        *number->real = value;
    } else {
        *number->wide = (uint64_t) value;
    }
    return CT_OK;
}


/* The last call that was asked for; NULL, said, if there is none. */
static ct_bench_wish_t *
last_wish(ct_bench_conf_t *conf)
{
    ct_array_t *wishes = &conf->plan.wishes;

    if (wishes->n == 0) {
        ct_bench_say("--args, --expect and --weight stand behind a --method");
        return NULL;
    }
    return ct_array_at(wishes, wishes->n - 1);
}


static ct_rc_t
add_builtin(ct_bench_conf_t *conf, const char *c_call, ct_pool_t *pool)
{
    ct_bench_wish_t *wish = ct_array_push(&conf->plan.wishes);

    if (ct_bench_builtin(c_call, pool, wish) != CT_OK) {
        ct_bench_say("--call takes ping, record or echo:N, N up to %llu",
                     (unsigned long long) CT_BENCH_MAX_ECHO);
        return CT_ERROR;
    }
    return CT_OK;
}


/* What belongs to one call. */
static ct_rc_t
set_wish(ct_bench_conf_t *conf, int option, const char *c_value)
{
    ct_bench_wish_t *wish = last_wish(conf);
    const number_t   weight = { .least = 1,
                                .most = CT_BENCH_MAX_WEIGHT,
                                .count = wish != NULL ? &wish->weight : NULL };

    if (wish == NULL) {
        return CT_ERROR;
    }
    if (option == OPTION_WEIGHT) {
        return read_number(&weight, c_value);
    }
    if (option == OPTION_ARGS) {
        wish->c_args = c_value;
    } else {
        wish->c_expect = c_value;
    }
    return CT_OK;
}


/* "Name: value". */
static ct_rc_t
add_header(ct_bench_conf_t *conf, const char *c_text)
{
    const char  *c_colon = strchr(c_text, ':');
    ct_header_t *header;

    if (c_colon == NULL || c_colon == c_text) {
        ct_bench_say("a header is NAME:VALUE: %s", c_text);
        return CT_ERROR;
    }
    header = ct_array_push(&conf->headers);
    header->name = (ct_str_t){ (size_t) (c_colon - c_text), c_text };
    header->value = ct_str_of(c_colon + 1 + strspn(c_colon + 1, " "));
    return CT_OK;
}


/* CT_DECLINED: the option takes no number. */
static ct_rc_t
set_number(ct_bench_conf_t *conf, int option, const char *c_value)
{
    const double   calls = 1e15;
    const number_t numbers[] = {
        { 'c', 0, CT_BENCH_MAX_CONNS, &conf->nconns, NULL, NULL },
        { 't', 1, CT_BENCH_MAX_THREADS, &conf->nthreads, NULL, NULL },
        { 'p', 1, CT_BENCH_MAX_PENDING, &conf->depth, NULL, NULL },
        { 'd', 0.01, CT_BENCH_MAX_SECONDS, NULL, &conf->duration_s, NULL },
        { OPTION_WARMUP, 0, CT_BENCH_MAX_SECONDS, NULL, &conf->warmup_s, NULL },
        { OPTION_TIMEOUT, 0.01, MAX_TIMEOUT_S, NULL, &conf->timeout_s, NULL },
        { OPTION_RATE, 0.01, CT_BENCH_MAX_RATE, NULL, &conf->rate, NULL },
        { OPTION_CALLS, 1, calls, NULL, NULL, &conf->ncalls },
        { OPTION_SEED, 0, calls, NULL, NULL, &conf->plan.seed },
        { OPTION_IDLE, 0, CT_BENCH_MAX_CONNS, &conf->nidle, NULL, NULL },
        { OPTION_HOLD, 0, CT_BENCH_MAX_SECONDS, NULL, &conf->hold_s, NULL },
        { OPTION_PID, 1, INT32_MAX, &conf->pid, NULL, NULL },
        { OPTION_VARIANTS, 1, CT_BENCH_MAX_VARIANTS, &conf->plan.nvariants,
          NULL, NULL },
    };

    for (size_t i = 0; i < CT_ARRAY_LEN(numbers); i++) {
        if (numbers[i].option == option) {
            return read_number(&numbers[i], c_value);
        }
    }
    return CT_DECLINED;
}


static ct_rc_t
set_text(ct_bench_conf_t *conf, int option, const char *c_value)
{
    const text_t texts[] = {
        { OPTION_IDL, &conf->plan.c_idl },
        { OPTION_TRANSPORT, &conf->c_transport },
        { OPTION_PROTOCOL, &conf->c_protocol },
        { OPTION_SERVICE, &conf->c_service },
        { OPTION_PATH, &conf->c_path },
        { OPTION_CA, &conf->tls.c_trusted },
        { OPTION_CERT, &conf->tls.c_certificate },
        { OPTION_KEY, &conf->tls.c_key },
        { OPTION_SERVER_NAME, &conf->tls.c_server_name },
        { OPTION_HISTOGRAM, &conf->c_histogram },
        { OPTION_COMPARE, &conf->c_compare },
    };

    for (size_t i = 0; i < CT_ARRAY_LEN(texts); i++) {
        if (texts[i].option == option) {
            *texts[i].c_text = c_value;
            return CT_OK;
        }
    }
    return CT_DECLINED;
}


static ct_rc_t
set_flag(ct_bench_conf_t *conf, int option)
{
    switch (option) {
    case OPTION_NEW_CONN:
        conf->new_conn = true;
        return CT_OK;
    case OPTION_ZLIB:
        conf->deflated = true;
        return CT_OK;
    case OPTION_TLS:
        conf->has_tls = true;
        return CT_OK;
    case OPTION_INSECURE:
        conf->tls.unverified = true;
        return CT_OK;
    case OPTION_JSON:
        conf->as_json = true;
        return CT_OK;
    case OPTION_QUIET:
        conf->is_quiet = true;
        return CT_OK;
    default:
        return CT_DECLINED;
    }
}


/* The first that knows the option has it. */
static ct_rc_t
set(ct_bench_conf_t *conf, int option, const char *c_value, ct_pool_t *pool)
{
    ct_rc_t rc = set_number(conf, option, c_value);

    if (rc == CT_DECLINED) {
        rc = set_text(conf, option, c_value);
    }
    if (rc == CT_DECLINED) {
        rc = set_flag(conf, option);
    }
    if (rc != CT_DECLINED) {
        return rc;
    }
    switch (option) {
    case OPTION_CALL:
        return add_builtin(conf, c_value, pool);
    case OPTION_METHOD:
        *(ct_bench_wish_t *) ct_array_push(&conf->plan.wishes) =
            (ct_bench_wish_t){ .c_method = c_value, .weight = 1 };
        return CT_OK;
    case OPTION_ARGS:
    case OPTION_EXPECT:
    case OPTION_WEIGHT:
        return set_wish(conf, option, c_value);
    case 'I':
        *(const char **) ct_array_push(&conf->plan.dirs) = c_value;
        return CT_OK;
    case 'H':
        return add_header(conf, c_value);
    case OPTION_HELP:
        (void) fputs(ct_bench_help, stdout);
        return CT_DECLINED;
    case OPTION_VERSION:
        (void) printf(CT_BENCH_NAME " " CT_VERSION "\n");
        return CT_DECLINED;
    default:
        ct_bench_say("--help shows what can be asked for");
        return CT_ERROR;
    }
}


/* What only the whole command line shows. */
static ct_rc_t
complete(ct_bench_conf_t *conf, ct_pool_t *pool)
{
    ct_bench_process_t process;

    if (conf->plan.wishes.n == 0) {
        if (conf->plan.c_idl != NULL) {
            ct_bench_say("--idl needs a --method");
            return CT_ERROR;
        }
        if (add_builtin(conf, "ping", pool) != CT_OK) {
            return CT_ERROR;
        }
    }
    if (conf->new_conn) {
        conf->depth = 1;
    }
    if (conf->nconns == 0 && conf->nidle == 0) {
        ct_bench_say("-c 0 needs --idle");
        return CT_ERROR;
    }
    if (conf->pid != 0
        && ct_bench_process_look((pid_t) conf->pid, &process) != CT_OK) {
        ct_bench_say("there is no process %zu", conf->pid);
        return CT_ERROR;
    }
    if (conf->nthreads > conf->nconns) {
        conf->nthreads = conf->nconns;
    }
    return CT_OK;
}


ct_rc_t
ct_bench_conf_read(ct_bench_conf_t *conf, int argc, char **argv,
                   ct_pool_t *pool)
{
    static const struct option names[] = {
        { "connections", required_argument, NULL, 'c' },
        { "threads", required_argument, NULL, 't' },
        { "duration", required_argument, NULL, 'd' },
        { "pipeline", required_argument, NULL, 'p' },
        { "warmup", required_argument, NULL, OPTION_WARMUP },
        { "timeout", required_argument, NULL, OPTION_TIMEOUT },
        { "rate", required_argument, NULL, OPTION_RATE },
        { "calls", required_argument, NULL, OPTION_CALLS },
        { "new-conn", no_argument, NULL, OPTION_NEW_CONN },
        { "call", required_argument, NULL, OPTION_CALL },
        { "idl", required_argument, NULL, OPTION_IDL },
        { "include", required_argument, NULL, 'I' },
        { "method", required_argument, NULL, OPTION_METHOD },
        { "args", required_argument, NULL, OPTION_ARGS },
        { "expect", required_argument, NULL, OPTION_EXPECT },
        { "weight", required_argument, NULL, OPTION_WEIGHT },
        { "variants", required_argument, NULL, OPTION_VARIANTS },
        { "seed", required_argument, NULL, OPTION_SEED },
        { "transport", required_argument, NULL, OPTION_TRANSPORT },
        { "protocol", required_argument, NULL, OPTION_PROTOCOL },
        { "zlib", no_argument, NULL, OPTION_ZLIB },
        { "service", required_argument, NULL, OPTION_SERVICE },
        { "path", required_argument, NULL, OPTION_PATH },
        { "header", required_argument, NULL, 'H' },
        { "tls", no_argument, NULL, OPTION_TLS },
        { "ca", required_argument, NULL, OPTION_CA },
        { "cert", required_argument, NULL, OPTION_CERT },
        { "key", required_argument, NULL, OPTION_KEY },
        { "server-name", required_argument, NULL, OPTION_SERVER_NAME },
        { "insecure", no_argument, NULL, OPTION_INSECURE },
        { "idle", required_argument, NULL, OPTION_IDLE },
        { "hold", required_argument, NULL, OPTION_HOLD },
        { "pid", required_argument, NULL, OPTION_PID },
        { "histogram", required_argument, NULL, OPTION_HISTOGRAM },
        { "compare", required_argument, NULL, OPTION_COMPARE },
        { "json", no_argument, NULL, OPTION_JSON },
        { "quiet", no_argument, NULL, OPTION_QUIET },
        { "version", no_argument, NULL, OPTION_VERSION },
        { "help", no_argument, NULL, OPTION_HELP },
        { NULL, 0, NULL, 0 },
    };
    int     option;
    ct_rc_t rc;

    *conf = (ct_bench_conf_t){ .nconns = DEFAULT_CONNS,
                               .nthreads = 1,
                               .depth = 1,
                               .duration_s = DEFAULT_SECONDS,
                               .timeout_s = DEFAULT_TIMEOUT,
                               .ncalls = UINT64_MAX,
                               .c_transport = "framed",
                               .c_protocol = "binary",
                               .c_path = "/",
                               .plan = { .nvariants = DEFAULT_VARIANT } };
    ct_array_init(&conf->headers, pool, sizeof(ct_header_t));
    ct_array_init(&conf->plan.dirs, pool, sizeof(char *));
    ct_array_init(&conf->plan.wishes, pool, sizeof(ct_bench_wish_t));
    while ((option = getopt_long(argc, argv, "c:t:d:p:I:H:", names, NULL))
           >= 0) {
        rc = set(conf, option, optarg, pool);
        if (rc != CT_OK) {
            return rc;
        }
    }
    if (optind != argc - 1) {
        ct_bench_say("%s", conf->c_compare != NULL
                               ? "--compare takes two files"
                               : "one ADDRESS is due: HOST:PORT or unix:PATH");
        return CT_ERROR;
    }
    conf->c_address = argv[optind];
    return conf->c_compare != NULL ? CT_OK : complete(conf, pool);
}

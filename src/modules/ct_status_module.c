/*
 * ct_status_module.c -- what the server does, shown by HTTP.
 *
 * `status` in a `server` block answers requests for pages there.  All of it is
 * made from the scoreboard, which every worker may read, so any worker answers
 * for the whole server.  Nothing of it is kept: a page costs what it costs when
 * it is asked for, and nothing else.
 *
 *   path              | part     | what
 *   ------------------+----------+----------------------------------------
 *   / /status         | page     | for people
 *   /status.json      | json     | all figures
 *   /metrics          | metrics  | the same for Prometheus
 *   /health/live      | health   | 200
 *   /health/ready     | health   | 200, or 503: send no clients
 *   /health/leaving   | health   | 200 while the server leaves, else 503
 */

#include "core/ct_config.h"

#include "cthrift.h"

#include "core/ct_board.h"
#include "core/ct_board_sum.h"
#include "core/ct_status.h"
#include "modules/ct_prometheus.h"
#include "modules/ct_status_page.h"

typedef enum part_e {
    PART_PAGE = 1,
    PART_JSON = 2,
    PART_METRICS = 4,
    PART_HEALTH = 8,
} part_t;

#define ALL_PARTS (PART_PAGE | PART_JSON | PART_METRICS | PART_HEALTH)

typedef struct status_conf_s {
    uint32_t parts; /* bits of part_t; 0: none is shown here */
} status_conf_t;

typedef void (*show_fn)(ct_call_t *call, ct_web_t *web);

typedef struct path_s {
    const char *name;
    part_t      part;
    show_fn     show;
} path_t;

/* What was true a second ago is of no use, and no browser is to guess. */
#define NO_STORE                                                               \
    "Cache-Control: no-store\r\n"                                              \
    "X-Content-Type-Options: nosniff\r\n"

/* The page holds its style and its script, and asks nobody else. */
#define PAGE_LINES                                                             \
    NO_STORE                                                                   \
    "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; " \
    "script-src 'unsafe-inline'; connect-src 'self'; img-src data:; "          \
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'\r\n"          \
    "Referrer-Policy: no-referrer\r\n"

#define PLAIN_TEXT "text/plain; charset=utf-8"

extern const ct_module_t ct_status_module;


/* ---- The configuration. */

static const struct {
    const char *name;
    part_t      part;
} words[] = {
    { "page", PART_PAGE },
    { "json", PART_JSON },
    { "metrics", PART_METRICS },
    { "health", PART_HEALTH },
};


static uint32_t
part_find(ct_str_t name)
{
    for (size_t i = 0; i < CT_ARRAY_LEN(words); i++) {
        if (ct_str_eq_c(name, words[i].name)) {
            return words[i].part;
        }
    }
    return 0;
}


static ct_rc_t
status_set(ct_conf_t *conf, const ct_directive_t *directive CT_UNUSED,
           void *field)
{
    uint32_t *parts = field;

    *parts = conf->nargs == 1 ? ALL_PARTS : 0;
    for (size_t i = 1; i < conf->nargs; i++) {
        const uint32_t part = part_find(conf->args[i]);

        if (part == 0) {
            return ct_conf_error(conf, "invalid value '%.*s' of 'status'",
                                 CT_STR_ARG(conf->args[i]));
        }
        if (*parts & part) {
            return ct_conf_error(conf, "'%.*s' is given twice",
                                 CT_STR_ARG(conf->args[i]));
        }
        *parts |= part;
    }
    ct_pages_offer(conf);
    return CT_OK;
}


/* ---- What is shown. */

static void
fill(ct_web_t *web, uint16_t status, const char *c_type, ct_str_t body)
{
    web->status = status;
    web->c_type = c_type;
    web->c_lines = NO_STORE;
    web->body = body;
}


static const ct_board_t *
board_of(const ct_call_t *call)
{
    return call->worker->cycle->board;
}


static ct_status_about_t
about_of(const ct_call_t *call)
{
    ct_status_about_t about = { .cycle = call->worker->cycle };

    about.pid = atomic_load(&call->worker->slot->master_pid);
    about.nlistens = ct_pages_listens(call->worker, call->pool, &about.listens);
    return about;
}


static void
show_page(ct_call_t *call CT_UNUSED, ct_web_t *web)
{
    fill(web, 200, "text/html; charset=utf-8",
         (ct_str_t){ ct_status_page_len, (const char *) ct_status_page });
    web->c_lines = PAGE_LINES;
}


static void
show_json(ct_call_t *call, ct_web_t *web)
{
    const ct_status_about_t about = about_of(call);

    fill(web, 200, "application/json",
         ct_status_json(board_of(call), &about, call->pool));
}


static void
show_metrics(ct_call_t *call, ct_web_t *web)
{
    const ct_status_about_t about = about_of(call);

    fill(web, 200, CT_PROMETHEUS_TYPE,
         ct_prometheus_text(board_of(call), &about, call->pool));
}


static void
show_live(ct_call_t *call CT_UNUSED, ct_web_t *web)
{
    fill(web, 200, PLAIN_TEXT, CT_STR("live\n"));
}


/* The whole server leaves, or is to look as if. */
static bool
is_leaving(const ct_call_t *call)
{
    return call->worker->quitting
           || atomic_load(&board_of(call)->draining) != 0;
}


static bool
anybody_serves(const ct_board_t *board)
{
    const unsigned nslots = ct_board_nslots(board);

    for (unsigned i = 1; i < nslots; i++) {
        if (atomic_load(&board->slots[i].state) == CT_SLOT_SERVING) {
            return true;
        }
    }
    return false;
}


/*
 * After the start all workers must serve; later a worker that has died and is
 * replaced, or a reload, is no reason to send clients away.
 */
static void
show_ready(ct_call_t *call, ct_web_t *web)
{
    const ct_board_t *board = board_of(call);

    if (is_leaving(call)) {
        fill(web, 503, PLAIN_TEXT, CT_STR("leaving\n"));
    } else if (atomic_load(&board->serving) == 0 || !anybody_serves(board)) {
        fill(web, 503, PLAIN_TEXT, CT_STR("starting\n"));
    } else {
        fill(web, 200, PLAIN_TEXT, CT_STR("ready\n"));
    }
}


static void
show_leaving(ct_call_t *call, ct_web_t *web)
{
    if (is_leaving(call)) {
        fill(web, 200, PLAIN_TEXT, CT_STR("leaving\n"));
    } else {
        fill(web, 503, PLAIN_TEXT, CT_STR("staying\n"));
    }
}


static const path_t paths[] = {
    { "/", PART_PAGE, show_page },
    { "/status", PART_PAGE, show_page },
    { "/status.json", PART_JSON, show_json },
    { "/metrics", PART_METRICS, show_metrics },
    { "/health/live", PART_HEALTH, show_live },
    { "/health/ready", PART_HEALTH, show_ready },
    { "/health/leaving", PART_HEALTH, show_leaving },
};


static ct_rc_t
status_web(ct_call_t *call, ct_web_t *web, void *state CT_UNUSED)
{
    const status_conf_t *conf = ct_call_conf_of(call, &ct_status_module);

    if (conf == NULL || conf->parts == 0) {
        return CT_DECLINED;
    }
    for (size_t i = 0; i < CT_ARRAY_LEN(paths); i++) {
        if (ct_str_eq_c(web->path, paths[i].name)
            && (conf->parts & paths[i].part) != 0) {
            paths[i].show(call, web);
            return CT_OK;
        }
    }
    fill(web, 404, PLAIN_TEXT, CT_STR("nothing is shown here\n"));
    return CT_OK;
}


static void
status_serving(ct_cycle_t *cycle)
{
    if (cycle->board != NULL) {
        atomic_store(&cycle->board->serving, 1);
    }
}


/* ---- The module. */

static const ct_conf_type_t status_type = {
    .name = "[page] [json] [metrics] [health]",
    .max_args = CT_ARRAY_LEN(words),
    .set = status_set,
};

static const ct_directive_t status_directives[] = {
    { "status", CT_IN_SERVER,
      CT_CONF_CUSTOM(status_conf_t, parts, status_type, NULL) },
    { NULL, 0, NULL, 0, NULL },
};

const ct_module_t ct_status_module = {
    .abi = CT_MODULE_ABI,
    .name = "status",
    .conf_size = sizeof(status_conf_t),
    .directives = status_directives,
    .serving = status_serving,
    .web = status_web,
};

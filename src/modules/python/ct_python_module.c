/*
 * ct_python_module.c -- services whose handlers are written in Python.
 *
 *     service PingService { python_app tests.app:app; }
 *
 * The file is read in the master, which runs no Python: a child imports the
 * application and tells of its services and methods.  Each worker imports it
 * for itself, so a reload brings new code, and an import that fails leaves
 * what serves alone.
 */

#include "core/ct_config.h"

#include "modules/python/ct_python_module.h"

#include <signal.h>

#include "core/ct_board.h"

#include "modules/python/ct_python_app.h"
#include "modules/python/ct_python_call.h"
#include "modules/python/ct_python_config.h"
#include "modules/python/ct_python_fork.h"
#include "modules/python/ct_python_frames.h"
#include "modules/python/ct_python_helper.h"
#include "modules/python/ct_python_home.h"
#include "modules/python/ct_python_hooks.h"
#include "modules/python/ct_python_host.h"
#include "modules/python/ct_python_hub.h"
#include "modules/python/ct_python_idl.h"
#include "modules/python/ct_python_match.h"
#include "modules/python/ct_python_peer.h"
#include "modules/python/ct_python_preload.h"
#include "modules/python/ct_python_schema.h"


const ct_python_conf_t *
ct_python_conf_main(const ct_cycle_t *cycle)
{
    return ct_cycle_conf(cycle, &python_module);
}


const ct_python_conf_t *
ct_python_conf_app(const ct_python_conf_t *of_main)
{
    return (*(ct_python_offer_t *const *) ct_array_at(of_main->offers, 0))
        ->conf;
}


/* The list of the configuration that is read. */
static ct_array_t *
offers_of(const ct_conf_t *conf)
{
    ct_python_conf_t *of_main = ct_cycle_conf(conf->cycle, &python_module);

    if (of_main->offers == NULL) {
        of_main->offers = ct_pool_alloc(conf->pool, sizeof(*of_main->offers));
        ct_array_init(of_main->offers, conf->pool, sizeof(ct_python_offer_t *));
    }
    return of_main->offers;
}


/* A process has one directory. */
static ct_rc_t
directory_check(const ct_conf_t *conf, const ct_python_conf_t *own)
{
    const ct_array_t *offers = offers_of(conf);

    for (size_t i = 0; i < offers->n; i++) {
        const ct_python_offer_t *offer =
            *(ct_python_offer_t *const *) ct_array_at(offers, i);

        if (!ct_str_eq(offer->conf->directory, own->directory)) {
            return ct_conf_error(conf,
                                 "python_chdir is another than service '%s' "
                                 "has, and one process has one directory",
                                 offer->service->name);
        }
    }
    return CT_OK;
}


/* What the application tells of a service of its. */
static ct_rc_t
service_ask(ct_conf_t *conf, const ct_python_conf_t *own, ct_str_t name,
            const ct_service_t **service)
{
    const char   *c_why = NULL;
    const char   *c_default;
    const json_t *told = NULL;

    if (ct_python_app_ask(conf, own, &told) != CT_OK) {
        return CT_ERROR;
    }
    if (ct_python_schema_service(conf->pool, told, name, ct_python_call_invoke,
                                 service, &c_why)
        != CT_OK) {
        return ct_conf_error(conf,
                             "'%.*s' is no application for service "
                             "'%.*s': %s",
                             CT_STR_ARG(own->app), CT_STR_ARG(name), c_why);
    }
    c_default = json_string_value(json_object_get(told, "default"));
    if (c_default != NULL && ct_str_eq_c(name, c_default)) {
        ct_offer_prefer(conf);
    }
    return CT_OK;
}


/* That, or what a file says, to which the application must be true. */
static ct_rc_t
service_get(ct_conf_t *conf, const ct_python_conf_t *own, ct_str_t name,
            const ct_service_t **service)
{
    const ct_service_t *of_app = NULL;

    if (own->thrift.path.len == 0) {
        return service_ask(conf, own, name, service);
    }
    if (ct_python_idl_service(conf, &own->thrift, name, ct_python_call_invoke,
                              service)
            != CT_OK
        || service_ask(conf, own, name, &of_app) != CT_OK) {
        return CT_ERROR;
    }
    return ct_python_match(conf, own, *service, of_app);
}


/* Of a block that has been read: ct_describe_fn. */
static ct_rc_t
describe(ct_conf_t *conf, ct_str_t name, ct_binding_t *binding)
{
    const ct_python_conf_t *own =
        ct_conf_of(conf->cycle, conf->block, &python_module);
    ct_array_t        *offers = offers_of(conf);
    ct_python_conf_t  *server = NULL;
    ct_python_offer_t *offer = ct_pool_zalloc(conf->pool, sizeof(*offer));

    if (own->import_timeout_ms == 0) {
        return ct_conf_error(conf, "python_import_timeout must be above 0");
    }
    if (ct_python_preload_check(conf) != CT_OK
        || directory_check(conf, own) != CT_OK
        || service_get(conf, own, name, &offer->service) != CT_OK) {
        return CT_ERROR;
    }
    server = ct_conf_of(conf->cycle, conf->block->parent, &python_module);
    server->has_apps = true;
    offer->conf = own;
    offer->index = offers->n;
    *(ct_python_offer_t **) ct_array_push(offers) = offer;
    if (own->processor_as_factory) {
        ct_python_conf_t *of_main = ct_cycle_conf(conf->cycle, &python_module);

        of_main->has_factories = true;
    }
    *binding = (ct_binding_t){ offer->service, offer };
    return CT_OK;
}


/* python_app MODULE:OBJECT; */
static ct_rc_t
set_app(ct_conf_t *conf, const ct_directive_t *directive, void *field)
{
    if (ct_conf_set_str(conf, directive, field) != CT_OK) {
        return CT_ERROR;
    }
    return ct_offer_claim(
        conf, &python_module,
        ct_python_conf_main(conf->cycle)->gevent ? 0 : CT_OFFER_THREADS,
        describe);
}


/* on | off; where it stands is noted, for who finds that it has no effect. */
static ct_rc_t
set_preload(ct_conf_t *conf, const ct_directive_t *directive, void *field)
{
    ct_python_conf_t *of_main =
        ct_conf_of(conf->cycle, conf->block, &python_module);

    of_main->preload_node = conf->node;
    return ct_conf_set_flag(conf, directive, field);
}


/* python_path DIRECTORY ...; relative ones from the prefix. */
static ct_rc_t
set_path(ct_conf_t *conf, const ct_directive_t *directive, void *field)
{
    const ct_conf_strs_t *paths = field;

    if (ct_conf_set_strs(conf, directive, field) != CT_OK) {
        return CT_ERROR;
    }
    for (size_t i = paths->n - (conf->nargs - 1); i < paths->n; i++) {
        paths->items[i] = ct_conf_path(conf->cycle, paths->items[i]);
    }
    return CT_OK;
}


/* One directory, likewise. */
static ct_rc_t
set_directory(ct_conf_t *conf, const ct_directive_t *directive, void *field)
{
    ct_str_t *path = field;

    if (ct_conf_set_str(conf, directive, field) != CT_OK) {
        return CT_ERROR;
    }
    *path = ct_conf_path(conf->cycle, *path);
    return CT_OK;
}


/* on | off; where it stands is noted, for who finds that it has no effect. */
static ct_rc_t
set_gevent(ct_conf_t *conf, const ct_directive_t *directive, void *field)
{
    ct_python_conf_t *of_main =
        ct_conf_of(conf->cycle, conf->block, &python_module);

    of_main->gevent_node = conf->node;
    return ct_conf_set_flag(conf, directive, field);
}


static ct_rc_t
set_gevent_check(ct_conf_t *conf, const ct_directive_t *directive, void *field)
{
    ct_python_conf_t *of_main =
        ct_conf_of(conf->cycle, conf->block, &python_module);

    of_main->gevent_check_node = conf->node;
    return ct_conf_set_ms(conf, directive, field);
}


static const ct_conf_type_t home_type = {
    .name = "directory",
    .min_args = 1,
    .max_args = 1,
    .set = ct_python_home_set,
};

static const ct_conf_type_t app_type = {
    .name = "module:object",
    .min_args = 1,
    .max_args = 1,
    .set = set_app,
};

static const ct_conf_type_t path_type = {
    .name = "directory ...",
    .min_args = 1,
    .max_args = CT_CONF_MAX_ARGS,
    .flags = CT_CONF_MANY,
    .set = set_path,
};

static const ct_conf_type_t directory_type = {
    .name = "directory",
    .min_args = 1,
    .max_args = 1,
    .set = set_directory,
};

static const ct_conf_type_t preload_type = {
    .name = "on|off",
    .min_args = 1,
    .max_args = 1,
    .set = set_preload,
};

static const ct_conf_type_t gevent_type = {
    .name = "on|off",
    .min_args = 1,
    .max_args = 1,
    .set = set_gevent,
};

static const ct_conf_type_t gevent_check_type = {
    .name = "time",
    .min_args = 1,
    .max_args = 1,
    .set = set_gevent_check,
};

static const ct_directive_t python_directives[] = {
    { "python_app", CT_IN_SERVICE,
      CT_CONF_CUSTOM(ct_python_conf_t, app, app_type, NULL) },
    { "python_thrift", CT_IN_SERVICE,
      CT_CONF_CUSTOM(ct_python_conf_t, thrift, ct_python_idl_type, NULL) },
    { "python_path", CT_IN_THRIFT | CT_IN_SERVER | CT_IN_SERVICE,
      CT_CONF_CUSTOM(ct_python_conf_t, path, path_type, NULL) },
    { "python_chdir", CT_IN_THRIFT | CT_IN_SERVER | CT_IN_SERVICE,
      CT_CONF_CUSTOM(ct_python_conf_t, directory, directory_type, NULL) },
    { "python_processor_as_factory",
      CT_IN_THRIFT | CT_IN_SERVER | CT_IN_SERVICE,
      CT_CONF_FLAG(ct_python_conf_t, processor_as_factory, "off") },
    { "python_import_timeout", CT_IN_THRIFT | CT_IN_SERVER | CT_IN_SERVICE,
      CT_CONF_MS(ct_python_conf_t, import_timeout_ms, "30s") },
    { "python_home", CT_IN_MAIN,
      CT_CONF_CUSTOM(ct_python_conf_t, home, home_type, NULL) },
    { "python_preload", CT_IN_MAIN,
      CT_CONF_CUSTOM(ct_python_conf_t, preload, preload_type, "off") },
    { "python_config", CT_IN_MAIN,
      CT_CONF_CUSTOM(ct_python_conf_t, config, ct_python_config_type, NULL) },
    { "python_service_register", CT_IN_MAIN,
      CT_CONF_CUSTOM(ct_python_conf_t, registrar, ct_python_register_type,
                     NULL) },
    { "python_hook_timeout", CT_IN_MAIN,
      CT_CONF_MS(ct_python_conf_t, hook_timeout_ms, "5s") },
    { "python_gevent", CT_IN_MAIN,
      CT_CONF_CUSTOM(ct_python_conf_t, gevent, gevent_type, "off") },
    { "python_gevent_check_interval", CT_IN_MAIN,
      CT_CONF_CUSTOM(ct_python_conf_t, gevent_check_ms, gevent_check_type,
                     "0") },
    { NULL, 0, NULL, 0, NULL },
};

/* None by name: python_app claims what it stands in. */
static const ct_binding_t python_services[] = {
    { NULL, NULL },
};


/* What has no effect is refused, by the line that asks for it. */
static ct_rc_t
gevent_check(ct_cycle_t *cycle)
{
    const ct_python_conf_t *own = ct_python_conf_main(cycle);
    ct_conf_t               conf = { .cycle = cycle,
                                     .pool = cycle->pool,
                                     .log = &cycle->log,
                                     .block = cycle->main };

    if (own->gevent && own->offers == NULL) {
        conf.node = own->gevent_node;
        return ct_conf_error(&conf, "python_gevent has no effect: no service "
                                    "has a python_app");
    }
    if (own->gevent && own->preload) {
        conf.node = own->gevent_node;
        return ct_conf_error(&conf, "python_gevent patches what is imported "
                                    "in a worker, and python_preload imports "
                                    "in the master: not both");
    }
    if (own->gevent_check_ms != 0 && !own->gevent) {
        conf.node = own->gevent_check_node;
        return ct_conf_error(&conf, "python_gevent_check_interval has no "
                                    "effect without python_gevent");
    }
    return CT_OK;
}


static ct_rc_t
configured(ct_cycle_t *cycle)
{
    ct_python_helper_find(cycle);
    if (ct_python_preload_configured(cycle) != CT_OK
        || gevent_check(cycle) != CT_OK) {
        return CT_ERROR;
    }
    return ct_python_config_check(cycle);
}


/* The helper first, which has no use for what is imported here. */
static ct_rc_t
master_init(ct_cycle_t *cycle)
{
    if (ct_python_helper_start(cycle) != CT_OK) {
        return CT_ERROR;
    }
    return ct_python_preload_start(cycle);
}


/* Hooks of the file around what brings the applications. */
static ct_rc_t
applications_start(ct_python_host_t *host, const ct_worker_t *worker)
{
    if (ct_python_hooks_load(host, worker) != CT_OK) {
        return CT_ERROR;
    }
    ct_python_hooks_run(host, "post_fork");
    if (ct_python_host_import(host) != CT_OK) {
        return CT_ERROR;
    }
    ct_python_hooks_run(host, "post_worker_init");
    return CT_OK;
}


static ct_rc_t
connected(ct_conn_t *conn, void *state)
{
    if (state != NULL) {
        ct_python_hooks_connected(state, conn);
    }
    return CT_OK;
}


static ct_rc_t
before_call(ct_call_t *call, void *state)
{
    ct_python_host_t       *host = state;
    const ct_python_conf_t *own = call->conf;

    if (state == NULL || call->state != state || !own->processor_as_factory) {
        return CT_OK;
    }
    return ct_python_peer_join(call, host);
}


static void
closed(ct_conn_t *conn, void *state)
{
    ct_python_host_t *host = state;

    if (host == NULL) {
        return;
    }
    if (ct_python_conf_main(host->cycle)->has_factories) {
        ct_python_peer_part(conn);
    }
    ct_python_hooks_closed(host, conn);
}


static void
reported(ct_worker_t *worker, void *state, int fd, bool ending)
{
    (void) worker;
    if (state != NULL) {
        ct_python_frames_write(state, fd, ending);
    }
}


static void
leaving(ct_worker_t *worker, void *state)
{
    (void) worker;
    if (state != NULL) {
        ct_python_hooks_run(state, "worker_term");
    }
}


/* One that serves, and has not left, was told to stop at once. */
static void
applications_end(ct_python_host_t *host, const ct_worker_t *worker)
{
    if (!worker->leaving
        && atomic_load(&worker->slot->state) == CT_SLOT_SERVING) {
        ct_python_hooks_run(host, "worker_int");
    }
    ct_python_hooks_run(host, "worker_exit");
    ct_python_host_end(host);
}


static const ct_python_hub_uses_t hub_uses = { applications_start,
                                               applications_end };


/*
 * A worker without an application needs no interpreter.  faulthandler gives
 * this thread a small stack for signals; the server's words need their own.
 */
static ct_rc_t
worker_init(ct_worker_t *worker, void **state)
{
    ct_python_host_t *host;
    stack_t           stack;
    ct_rc_t           rc;

    if (ct_python_conf_main(worker->cycle)->offers == NULL) {
        return CT_OK;
    }
    /* The application's threads know it until the process has ended. */
    host = ct_pool_zalloc(worker->cycle->pool, sizeof(*host));
    if (ct_python_conf_main(worker->cycle)->gevent) {
        rc = ct_python_hub_start(host, worker, &hub_uses);
        *state = rc == CT_OK ? host : NULL;
        return rc;
    }
    (void) sigaltstack(NULL, &stack);
    rc = ct_python_host_init(host, worker->cycle, worker->pool, worker->log);
    if (rc == CT_OK) {
        ct_python_fork_worker(host);
        *state = host;
        rc = applications_start(host, worker);
    }
    (void) sigaltstack(&stack, NULL);
    return rc;
}


static void
worker_exit(ct_worker_t *worker, void *state)
{
    ct_python_host_t *host = state;

    if (host == NULL) {
        return;
    }
    if (host->hub == NULL) {
        applications_end(host, worker);
        return;
    }
    worker->stuck = ct_python_hub_stop(host->hub) != CT_OK;
}


const ct_module_t python_module = {
    .abi = CT_MODULE_ABI,
    .name = "python",
    .conf_size = sizeof(ct_python_conf_t),
    .directives = python_directives,
    .services = python_services,
    .configured = configured,
    .master_init = master_init,
    .workers_changed = ct_python_helper_workers,
    .serving = ct_python_helper_serving,
    .worker_started = ct_python_helper_worker_started,
    .worker_ended = ct_python_helper_worker_ended,
    .process_ended = ct_python_helper_process_ended,
    .upgrading = ct_python_helper_upgrading,
    .retiring = ct_python_helper_retiring,
    .master_exit = ct_python_helper_exit,
    .worker_init = worker_init,
    .leaving = leaving,
    .worker_exit = worker_exit,
    .reported = reported,
    .connected = connected,
    .closed = closed,
    .before_call = before_call,
};

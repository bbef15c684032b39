/*
 * ct_thrift_module.c -- the directives of `thrift { }`, and what each worker
 * keeps for all its sessions.
 */

#include "core/ct_config.h"

#include "thrift/ct_thrift_module.h"

#include <errno.h>
#include <unistd.h>

#include "core/ct_board.h"
#include "core/ct_cycle.h"
#include "core/ct_pool.h"
#include "event/ct_event_module.h"
#include "event/ct_fiber_module.h"
#include "event/ct_listen.h"
#include "event/ct_loop.h"
#include "event/ct_offload_module.h"
#include "event/ct_proxy_module.h"
#include "thrift/ct_account.h"
#include "thrift/ct_argument.h"
#include "thrift/ct_deadline_conf.h"
#include "thrift/ct_derived.h"
#include "thrift/ct_dialect_conf.h"
#include "thrift/ct_in_flight.h"
#include "thrift/ct_execute_conf.h"
#include "thrift/ct_pending.h"
#include "thrift/ct_real_ip.h"
#include "thrift/ct_server.h"
#include "thrift/ct_session.h"

/* Large enough for most turns of a busy connection, small enough to stay in
 * the processor's second cache. */
#define SCRATCH_SIZE ((size_t) 64 * 1024)

/* POSIX's longest name of a host, and its NUL. */
#define HOST_NAME_SIZE 256

#define IN_SERVERS (CT_IN_THRIFT | CT_IN_SERVER)


/* `listen`, inside a server. */
static ct_rc_t
listen_set(ct_conf_t *conf, const ct_directive_t *directive, void *field)
{
    ct_server_t *server = conf->block->data;
    ct_listen_t *listen;

    (void) directive;
    (void) field;
    if (ct_listen_configure(conf, ct_event_listens(conf->cycle), &listen)
        != CT_OK) {
        return CT_ERROR;
    }
    listen->on_accept = ct_session_accept;
    listen->on_adopt = ct_session_adopt;
    listen->data = server;
    listen->proxy = ct_conf_of(conf->cycle, conf->block, &ct_proxy_module);
    server->nlistens++;
    server->nproxied += listen->proxy_protocol;
    server->nhttp += listen->http;
    return CT_OK;
}


/* `proxy_protocol` is the word for: none. */
static ct_rc_t
header_set(ct_conf_t *conf, const ct_directive_t *directive, void *field)
{
    ct_str_t *name = field;

    (void) directive;
    *name = conf->args[1];
    if (name->len == 0) {
        return ct_conf_error(conf, "real_ip_header wants a name");
    }
    if (ct_str_eq_c(*name, "proxy_protocol")) {
        *name = CT_STR("");
    }
    return CT_OK;
}


static const ct_conf_type_t header_type = {
    .name = "name | proxy_protocol",
    .min_args = 1,
    .max_args = 1,
    .set = header_set,
};

static const ct_conf_type_t listen_type = {
    .name = "address [option ...]",
    .min_args = 1,
    .max_args = 16,
    .flags = CT_CONF_MANY,
    .set = listen_set,
};

static const ct_conf_type_t thrift_type = {
    .name = "block",
    .flags = CT_CONF_BLOCK,
    .place = CT_IN_THRIFT,
    .enter = ct_derived_enter,
};

static const ct_conf_type_t server_type = {
    .name = "block",
    .flags = CT_CONF_BLOCK | CT_CONF_MANY,
    .place = CT_IN_SERVER,
    .enter = ct_server_enter,
    .leave = ct_server_leave,
};

static const ct_conf_type_t service_type = {
    .name = "name block",
    .min_args = 1,
    .max_args = 1,
    .flags = CT_CONF_BLOCK | CT_CONF_MANY,
    .place = CT_IN_SERVICE,
    .enter = ct_offer_enter,
    .leave = ct_offer_leave,
};

static const ct_conf_type_t method_type = {
    .name = "[~ | ~*] name block",
    .min_args = 1,
    .max_args = 2,
    .flags = CT_CONF_BLOCK | CT_CONF_MANY | CT_CONF_RAW,
    .place = CT_IN_METHOD,
    .enter = ct_offer_method_enter,
};

/* clang-format off */
static const ct_directive_t thrift_directives[] = {
    { "thrift", CT_IN_MAIN, CT_CONF_ACTION(thrift_type) },
    { "server", CT_IN_THRIFT, CT_CONF_ACTION(server_type) },
    { "service", CT_IN_SERVER, CT_CONF_ACTION(service_type) },
    { "method", CT_IN_SERVICE, CT_CONF_ACTION(method_type) },
    { "map", CT_IN_THRIFT, CT_CONF_ACTION(ct_map_type) },
    { "split_clients", CT_IN_THRIFT, CT_CONF_ACTION(ct_split_type) },
    { "listen", CT_IN_SERVER, CT_CONF_ACTION(listen_type) },
    { "transport", IN_SERVERS,
      CT_CONF_CUSTOM(ct_thrift_conf_t, transports, ct_transports_type,
                     "auto") },
    { "protocol", IN_SERVERS,
      CT_CONF_CUSTOM(ct_thrift_conf_t, protocols, ct_protocols_type, "auto") },
    { "handler", CT_IN_SERVICE,
      CT_CONF_STR(ct_thrift_conf_t, handler, NULL) },
    { "default_service", CT_IN_SERVER,
      CT_CONF_STR(ct_thrift_conf_t, default_service, NULL) },
    { "max_frame_size", IN_SERVERS,
      CT_CONF_SIZE(ct_thrift_conf_t, max_frame_size, "16m") },
    { "max_message_size", IN_SERVERS,
      CT_CONF_SIZE(ct_thrift_conf_t, max_message_size, "100m") },
    { "max_string_size", IN_SERVERS,
      CT_CONF_SIZE(ct_thrift_conf_t, max_string_size, "0") },
    { "max_container_size", IN_SERVERS,
      CT_CONF_SIZE(ct_thrift_conf_t, max_container_size, "0") },
    { "max_decoded_size", IN_SERVERS,
      CT_CONF_SIZE(ct_thrift_conf_t, max_decoded_size, "128m") },
    { "max_depth", IN_SERVERS,
      CT_CONF_UINT(ct_thrift_conf_t, max_depth, "64") },
    { "max_name_length", IN_SERVERS,
      CT_CONF_UINT(ct_thrift_conf_t, max_name_length, "256") },
    { "max_header_size", IN_SERVERS,
      CT_CONF_SIZE(ct_thrift_conf_t, max_header_size, "64k") },
    { "max_pipelined_calls", IN_SERVERS,
      CT_CONF_UINT(ct_thrift_conf_t, max_pipelined_calls, "128") },
    { "max_unsent_replies", IN_SERVERS,
      CT_CONF_SIZE(ct_thrift_conf_t, max_unsent_replies, "256k") },
    { "real_ip_header", IN_SERVERS,
      CT_CONF_CUSTOM(ct_thrift_conf_t, real_ip_header, header_type,
                     "proxy_protocol") },
    { "real_ip_recursive", IN_SERVERS,
      CT_CONF_FLAG(ct_thrift_conf_t, real_ip_recursive, "off") },
    { "execute", CT_IN_ANY_THRIFT,
      CT_CONF_CUSTOM(ct_thrift_conf_t, execute, ct_execute_type, "inline") },
    { "hand_over", IN_SERVERS,
      CT_CONF_FLAG(ct_thrift_conf_t, hand_over, "on") },
    { "client_timeout", IN_SERVERS,
      CT_CONF_MS(ct_thrift_conf_t, client_timeout_ms, "0") },
    { "client_read_timeout", IN_SERVERS,
      CT_CONF_MS(ct_thrift_conf_t, client_read_timeout_ms, "60s") },
    { "send_timeout", IN_SERVERS,
      CT_CONF_MS(ct_thrift_conf_t, send_timeout_ms, "60s") },
    { "client_half_close", IN_SERVERS,
      CT_CONF_FLAG(ct_thrift_conf_t, client_half_close, "on") },
    { "queue_timeout", CT_IN_ANY_THRIFT,
      CT_CONF_MS(ct_thrift_conf_t, queue_timeout_ms, "0") },
    { "handler_timeout", CT_IN_ANY_THRIFT,
      CT_CONF_MS(ct_thrift_conf_t, handler_timeout_ms, "0") },
    { "max_calls_in_flight", CT_IN_ANY_THRIFT,
      CT_CONF_CUSTOM(ct_thrift_conf_t, in_flight, ct_in_flight_type, "0") },
    { "deadline_header", CT_IN_ANY_THRIFT,
      CT_CONF_CUSTOM(ct_thrift_conf_t, deadline_headers,
                     ct_deadline_header_type,
                     "client_timeout rpc_timeout "
                     "X-Envoy-Expected-Rq-Timeout-Ms") },
    { "keepalive_calls", IN_SERVERS,
      CT_CONF_CUSTOM(ct_thrift_conf_t, keepalive_calls, ct_span_type_count,
                     "0") },
    { "keepalive_time", IN_SERVERS,
      CT_CONF_CUSTOM(ct_thrift_conf_t, keepalive_time_ms, ct_span_type_ms,
                     "0") },
    { "lingering_close", IN_SERVERS,
      CT_CONF_FLAG(ct_thrift_conf_t, lingering_close, "on") },
    { "lingering_time", IN_SERVERS,
      CT_CONF_MS(ct_thrift_conf_t, lingering_time_ms, "1s") },
    { NULL, 0, NULL, 0, NULL },
};
/* clang-format on */


/* Of those that nobody's methods run on no thread is started. */
static void
pool_use(const ct_thrift_conf_t *conf)
{
    if (conf->execute.pool != NULL) {
        conf->execute.pool->is_used = true;
    }
}


static void
rows_name(ct_cycle_t *cycle, const ct_server_t *server)
{
    for (size_t i = 0; i < server->offers.size; i++) {
        const ct_offer_t *offer = server->offers.slots[i].value;

        if (offer == NULL) {
            continue;
        }
        for (size_t k = 0; k < offer->handlers.size; k++) {
            ct_handler_t *handler = offer->handlers.slots[k].value;

            if (handler != NULL) {
                pool_use(handler->thrift);
                handler->row = ct_board_method(
                    cycle->board,
                    ct_str_printf(cycle->pool, "%s.%s", offer->service->name,
                                  handler->method->name));
            }
        }
    }
}


/* What a worker of another generation must have to take connections over. */
static void
services_tell(ct_cycle_t *cycle, const ct_server_t *server, ct_listen_t *listen)
{
    uint64_t *offered =
        ct_pool_alloc(cycle->pool, server->offers.size * sizeof(*offered));

    listen->offered = offered;
    for (size_t i = 0; i < server->offers.size; i++) {
        const ct_offer_t *offer = server->offers.slots[i].value;

        if (offer != NULL) {
            offered[listen->noffered++] =
                ct_hash_of(ct_str_of(offer->service->name));
        }
    }
}


/* Every method of every server gets its row of the scoreboard. */
static ct_rc_t
thrift_configured(ct_cycle_t *cycle)
{
    const ct_listens_t *listens = ct_event_listens(cycle);

    for (size_t i = 0; i < listens->list.n; i++) {
        ct_listen_t *listen = *(ct_listen_t **) ct_array_at(&listens->list, i);

        if (listen->on_accept == ct_session_accept) {
            rows_name(cycle, listen->data);
            services_tell(cycle, listen->data, listen);
        }
    }
    ct_account_configure(cycle);
    return ct_arguments_resolve(cycle);
}


/* Whose call the loop is busy with; see ct_loop_set_peer. */
static bool
running_peer(const void *data, ct_peer_t *peer)
{
    const ct_thrift_state_t *state = data;

    return state->running != NULL
           && ct_real_ip_find(state->running, peer) == CT_OK;
}


/* What variables say that are the same for all calls of a worker. */
static ct_rc_t
variables_init(ct_thrift_state_t *state)
{
    const ct_worker_t      *worker = state->worker;
    const ct_thrift_conf_t *of_main =
        ct_cycle_conf(worker->cycle, &ct_thrift_module);
    char name[HOST_NAME_SIZE] = "";

    state->times_handlers = of_main->times_handlers;
    (void) gethostname(name, sizeof(name) - 1); /* one that is cut will do */
    state->hostname = ct_str_dup(worker->pool, ct_str_of(name));
    if (ct_id_source_init(&state->ids) != CT_OK) {
        CT_LOG(worker->log, CT_LOG_EMERG, errno, "no random numbers");
        return CT_ERROR;
    }
    return CT_OK;
}


static ct_rc_t
thrift_worker_init(ct_worker_t *worker, void **state)
{
    ct_thrift_state_t *made = ct_pool_zalloc(worker->pool, sizeof(*made));

    made->worker = worker;
    made->pools = ct_thread_pools_of(worker);
    made->fibers = ct_fibers_of(worker);
    made->fiber_index = ct_cycle_module_index(worker->cycle, &ct_fiber_module);
    made->scratch = ct_block_create(SCRATCH_SIZE);
    if (made->scratch == NULL) {
        CT_LOG(worker->log, CT_LOG_EMERG, 0, "no memory to read into");
        return CT_ERROR;
    }
    if (variables_init(made) != CT_OK) {
        ct_block_drop(made->scratch);
        return CT_ERROR;
    }
    ct_buf_init(&made->out);
    ct_slab_init(&made->sessions, worker->pool, sizeof(ct_session_t));
    ct_queue_init(&made->free_calls);
    ct_queue_init(&made->deferred);
    ct_in_flight_init(made);
    ct_account_init(made);
    made->hooks = ct_hooked_find(worker);
    ct_loop_set_peer(worker->loop, running_peer, made);
    *state = made;
    return CT_OK;
}


static void
thrift_worker_exit(ct_worker_t *worker, void *data)
{
    ct_thrift_state_t *state = data;

    (void) worker;
    ct_pending_release_all(state);
    ct_buf_release(&state->out);
    ct_block_drop(state->scratch);
}


const ct_module_t ct_thrift_module = {
    .abi = CT_MODULE_ABI,
    .name = "thrift",
    .conf_size = sizeof(ct_thrift_conf_t),
    .directives = thrift_directives,
    .configured = thrift_configured,
    .worker_init = thrift_worker_init,
    .worker_exit = thrift_worker_exit,
};

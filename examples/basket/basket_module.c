/*
 * basket_module.c -- a service that asks another one, in a fiber.
 *
 * A connection serves one fiber at a time.  The idle ones are kept in a list of
 * the worker's: a call takes one, or makes one, and puts it back.  So there are
 * as many as calls have been under way at once, at most MOST_IDLE are kept, and
 * none is opened for a single call.
 */

#include <cthrift.h>

#include "basket.gen.h"

#define MOST_IDLE 64

/* What this service may be asked for at once. */
#define MOST_ARTICLES 100

/* Longer than that nobody waits for a price. */
#define TIMEOUT_MS 2000

typedef struct {
    ct_str_t prices;
    uint64_t delay_ms;
} basket_conf_t;

/* Of one worker; `address` is that of all of `idle`. */
typedef struct {
    ct_client_t *idle[MOST_IDLE];
    size_t       nidle;
    ct_str_t     address;
    bool         is_leaving;
} basket_state_t;


static ct_client_t *
client_take(basket_state_t *state, const basket_conf_t *conf)
{
    ct_client_conf_t client_conf;

    if (state->nidle > 0 && ct_str_eq(state->address, conf->prices)) {
        state->nidle--;
        return state->idle[state->nidle];
    }
    ct_client_conf_init(&client_conf, conf->prices.data);
    client_conf.connect_timeout_ms = TIMEOUT_MS;
    client_conf.send_timeout_ms = TIMEOUT_MS;
    client_conf.receive_timeout_ms = TIMEOUT_MS;
    return ct_client_create(&client_conf);
}


static void
client_put(basket_state_t *state, const basket_conf_t *conf,
           ct_client_t *client)
{
    if (state->nidle == 0) {
        state->address = conf->prices;
    }
    if (state->is_leaving || state->nidle == MOST_IDLE
        || !ct_str_eq(state->address, conf->prices)) {
        ct_client_destroy(client);
        return;
    }
    state->idle[state->nidle] = client;
    state->nidle++;
}


/* Waits for Prices; meanwhile the worker serves others. */
static ct_rc_t
price_ask(ct_call_t *call, ct_client_t *client, ct_str_t article,
          basket_basket_total_result_t *result)
{
    const basket_prices_price_args_t args = { .article = article };
    basket_prices_price_result_t     price;

    if (basket_prices_price(client, &args, &price) != CT_OK) {
        return ct_call_fail(call, "%s", ct_client_error(client));
    }
    if (price.unknown != NULL) {
        /* The client's memory lasts until its next call; this is the call's. */
        result->unknown = basket_no_such_article_new(call->pool);
        result->unknown->article = ct_str_dup(call->pool, article);
        return CT_OK;
    }
    if (__builtin_add_overflow(result->success, price.success,
                               &result->success)) {
        return ct_call_fail(call, "nobody can pay that");
    }
    return CT_OK;
}


static ct_rc_t
total(ct_call_t *call, const basket_basket_total_args_t *args,
      basket_basket_total_result_t *result)
{
    const basket_conf_t *conf = call->conf;
    ct_client_t         *client;
    ct_rc_t              rc = CT_OK;

    if (args->articles.n > MOST_ARTICLES) {
        return ct_call_fail(call, "more than %d articles", MOST_ARTICLES);
    }
    client = client_take(call->state, conf);
    result->success = 0;
    for (size_t i = 0;
         i < args->articles.n && rc == CT_OK && result->unknown == NULL; i++) {
        rc = price_ask(call, client, args->articles.items[i], result);
    }
    client_put(call->state, conf, client);
    return rc;
}


/* A price is the length of the name: there is no database here, only a wait. */
static ct_rc_t
price(ct_call_t *call, const basket_prices_price_args_t *args,
      basket_prices_price_result_t *result)
{
    const basket_conf_t *conf = call->conf;

    if (ct_fiber_sleep(conf->delay_ms) != CT_OK) {
        return ct_call_fail(call, "nobody waits");
    }
    if (args->article.len == 0) {
        result->unknown = basket_no_such_article_new(call->pool);
        result->unknown->article = args->article;
        return CT_OK;
    }
    result->success = (int32_t) args->article.len;
    return CT_OK;
}


static ct_rc_t
worker_init(ct_worker_t *worker, void **state)
{
    *state = ct_pool_zalloc(worker->pool, sizeof(basket_state_t));
    return CT_OK;
}


/* Who leaves keeps no connection: it may be to a service of this worker. */
static void
leaving(ct_worker_t *worker, void *data)
{
    basket_state_t *state = data;

    (void) worker;
    state->is_leaving = true;
    while (state->nidle > 0) {
        state->nidle--;
        ct_client_destroy(state->idle[state->nidle]);
    }
}


static const basket_prices_ops_t prices_ops = { .price = price };
static const basket_basket_ops_t basket_ops = { .total = total };

static const ct_binding_t basket_services[] = {
    BASKET_PRICES(&prices_ops),
    BASKET_BASKET(&basket_ops),
    { NULL, NULL },
};

static const ct_directive_t basket_directives[] = {
    { "basket_prices", CT_IN_SERVICE | CT_IN_METHOD,
      CT_CONF_STR(basket_conf_t, prices, "127.0.0.1:9095") },
    { "basket_delay", CT_IN_SERVICE | CT_IN_METHOD,
      CT_CONF_MS(basket_conf_t, delay_ms, "20ms") },
    { NULL, 0, NULL, 0, NULL },
};

extern const ct_module_t basket_module;

const ct_module_t basket_module = {
    .abi = CT_MODULE_ABI,
    .name = "basket",
    .conf_size = sizeof(basket_conf_t),
    .directives = basket_directives,
    .services = basket_services,
    .worker_init = worker_init,
    .leaving = leaving,
    .worker_exit = leaving,
};

/*
 * ct_offer.c -- `service` and `method` blocks become tables of handlers.
 *
 * A service block names a service of some module's IDL.  Its directives may
 * choose the module (`handler`), or be of one that claims the block, so the
 * choice is made when the block is left; `method` blocks inside it have noted
 * themselves by then.
 */

#include "core/ct_config.h"

#include "thrift/ct_server.h"

#include "core/ct_conf.h"
#include "core/ct_cycle.h"
#include "core/ct_escape.h"
#include "core/ct_module.h"
#include "core/ct_nearest.h"
#include "core/ct_pool.h"
#include "thrift/ct_deadline_conf.h"
#include "thrift/ct_pattern.h"
#include "thrift/ct_thrift_module.h"

/* A `method` block, until its service is left. */
typedef struct method_block_s {
    const ct_conf_block_t *block;
    ct_str_t               name;    /* of an exact block */
    ct_pattern_t          *pattern; /* of a `~` block, else NULL */
    bool                   used;
} method_block_t;


ct_rc_t
ct_offer_enter(ct_conf_t *conf, ct_conf_block_t *block)
{
    ct_server_t *server = block->parent->data;
    ct_offer_t  *offer = ct_pool_zalloc(conf->pool, sizeof(*offer));

    ct_hash_init(&offer->handlers, conf->pool);
    ct_array_init(&offer->methods, conf->pool, sizeof(method_block_t));
    if (ct_hash_add(&server->offers, block->node->args[1], offer) != CT_OK) {
        return ct_conf_error(conf,
                             "service '%.*s' is declared twice in one "
                             "server",
                             CT_STR_ARG(block->node->args[1]));
    }
    if (server->unprefixed == NULL) {
        server->unprefixed = offer;
    }
    block->data = offer;
    return CT_OK;
}


ct_rc_t
ct_offer_method_enter(ct_conf_t *conf, ct_conf_block_t *block)
{
    const ct_conf_node_t *node = block->node;
    ct_offer_t           *offer = block->parent->data;
    method_block_t       *method = ct_array_push(&offer->methods);
    bool                  caseless;

    method->block = block;
    if (node->nargs == 2) {
        method->name = node->args[1];
        return CT_OK;
    }
    caseless = ct_str_eq_c(node->args[1], "~*");
    if (!caseless && !ct_str_eq_c(node->args[1], "~")) {
        return ct_conf_error(conf,
                             "'%.*s' is no way to match a method, only "
                             "'~' and '~*' are",
                             CT_STR_ARG(node->args[1]));
    }
    return ct_pattern_compile(conf, node->args[2], caseless, &method->pattern);
}


/* An exact name goes before patterns, and those in the order of the file. */
static method_block_t *
method_block_find(ct_offer_t *offer, ct_str_t name)
{
    method_block_t *found = NULL;

    for (size_t i = 0; i < offer->methods.n; i++) {
        method_block_t *method = ct_array_at(&offer->methods, i);

        if (method->pattern == NULL) {
            if (ct_str_eq(method->name, name)) {
                return method;
            }
        } else if (found == NULL
                   && ct_pattern_match(method->pattern, name) == CT_OK) {
            found = method;
        }
    }
    return found;
}


static ct_rc_t
binding_missing(ct_conf_t *conf, ct_str_t name, ct_str_t handler,
                const ct_nearest_t *nearest)
{
    char        text[CT_NEAREST_TEXT_SIZE];
    const char *c_hint = ct_nearest_text(nearest, text);

    if (handler.len != 0) {
        return ct_conf_error(conf, "module '%.*s' handles no service '%.*s'%s",
                             CT_STR_ARG(handler), CT_STR_ARG(name), c_hint);
    }
    return ct_conf_error(
        conf, "no module handles service '%.*s'%s", CT_STR_ARG(name),
        c_hint[0] != '\0' ? c_hint : "; is a load_module missing?");
}


/* The module whose tables have the service; exactly one must be left. */
static ct_rc_t
binding_find(ct_conf_t *conf, ct_str_t name, ct_str_t handler,
             ct_offer_t *offer)
{
    const ct_array_t *modules = &conf->cycle->modules;
    ct_nearest_t      nearest;

    ct_nearest_init(&nearest, name);
    for (size_t i = 0; i < modules->n; i++) {
        const ct_module_t *module =
            *(const ct_module_t **) ct_array_at(modules, i);
        const ct_binding_t *binding = module->services;

        if (handler.len != 0 && !ct_str_eq_c(handler, module->name)) {
            continue;
        }
        for (; binding != NULL && binding->service != NULL; binding++) {
            ct_str_t known = ct_str_of(binding->service->name);

            if (!ct_str_eq(known, name)) {
                ct_nearest_offer(&nearest, known);
                continue;
            }
            if (offer->module != NULL) {
                return ct_conf_error(conf,
                                     "service '%.*s' is handled by "
                                     "modules '%s' and '%s'; choose one with "
                                     "'handler'",
                                     CT_STR_ARG(name), offer->module->name,
                                     module->name);
            }
            offer->module = module;
            offer->module_index = i;
            offer->service = binding->service;
            offer->ops = binding->ops;
        }
    }
    if (offer->module == NULL) {
        return binding_missing(conf, name, handler, &nearest);
    }
    return CT_OK;
}


ct_rc_t
ct_offer_claim(ct_conf_t *conf, const ct_module_t *module, unsigned places,
               ct_describe_fn describe)
{
    ct_offer_t *offer = conf->block->data;

    CT_ASSERT(conf->block->place == CT_IN_SERVICE);
    if (offer->module != NULL && offer->module != module) {
        return ct_conf_error(conf, "module '%s' has claimed this service",
                             offer->module->name);
    }
    offer->module = module;
    offer->module_index = ct_cycle_module_index(conf->cycle, module);
    offer->places = places;
    offer->describe = describe;
    return CT_OK;
}


void
ct_offer_prefer(const ct_conf_t *conf)
{
    ct_server_t *server = conf->block->parent->data;

    if (!server->is_preferred) {
        server->unprefixed = conf->block->data;
        server->is_preferred = true;
    }
}


/* What the module says that has claimed the block. */
static ct_rc_t
binding_ask(ct_conf_t *conf, ct_str_t name, ct_str_t handler, ct_offer_t *offer)
{
    ct_binding_t binding = { NULL, NULL };

    if (handler.len != 0 && !ct_str_eq_c(handler, offer->module->name)) {
        return ct_conf_error(conf,
                             "service '%.*s' is claimed by module '%s', "
                             "and 'handler' says '%.*s'",
                             CT_STR_ARG(name), offer->module->name,
                             CT_STR_ARG(handler));
    }
    if (offer->describe(conf, name, &binding) != CT_OK) {
        return CT_ERROR;
    }
    offer->service = binding.service;
    offer->ops = binding.ops;
    return CT_OK;
}


/* Who handles it: who claims it, or who has it in a table. */
static ct_rc_t
binding_get(ct_conf_t *conf, ct_str_t name, ct_str_t handler, ct_offer_t *offer)
{
    return offer->describe != NULL ? binding_ask(conf, name, handler, offer)
                                   : binding_find(conf, name, handler, offer);
}


static bool
module_has_directive(const ct_module_t *module, ct_str_t name)
{
    const ct_directive_t *directive = module->directives;

    for (; directive != NULL && directive->name != NULL; directive++) {
        if (ct_str_eq_c(name, directive->name)) {
            return true;
        }
    }
    return false;
}


/*
 * A directive of a module that handles services means nothing inside a
 * service that another module handles.
 */
static ct_rc_t
foreign_directives_refuse(ct_conf_t *conf, const ct_conf_node_t *first,
                          const ct_offer_t *offer)
{
    const ct_array_t *modules = &conf->cycle->modules;

    for (const ct_conf_node_t *node = first; node; node = node->next) {
        for (size_t i = 0; i < modules->n; i++) {
            const ct_module_t *module =
                *(const ct_module_t **) ct_array_at(modules, i);

            if (module != offer->module && module->services != NULL
                && module_has_directive(module, node->args[0])) {
                conf->node = node;
                return ct_conf_error(conf,
                                     "'%.*s' of module '%s' has no "
                                     "effect in service '%s', which module "
                                     "'%s' handles",
                                     CT_STR_ARG(node->args[0]), module->name,
                                     offer->service->name, offer->module->name);
            }
        }
    }
    return CT_OK;
}


/* All handlers of a configuration, by their index. */
static ct_array_t *
handlers_of(const ct_conf_t *conf)
{
    ct_thrift_conf_t *of_main = ct_cycle_conf(conf->cycle, &ct_thrift_module);

    if (of_main->handlers == NULL) {
        of_main->handlers =
            ct_pool_alloc(conf->pool, sizeof(*of_main->handlers));
        ct_array_init(of_main->handlers, conf->pool, sizeof(ct_handler_t *));
    }
    return of_main->handlers;
}


/* Who claims a service may not be able to run everywhere. */
static ct_rc_t
place_check(ct_conf_t *conf, const ct_handler_t *handler)
{
    const ct_offer_t       *offer = handler->offer;
    const ct_execute_mode_t mode = handler->thrift->execute.mode;

    if (offer->describe == NULL || mode == CT_EXECUTE_INLINE
        || (mode == CT_EXECUTE_THREADS && (offer->places & CT_OFFER_THREADS))
        || (mode == CT_EXECUTE_FIBER && (offer->places & CT_OFFER_FIBERS))) {
        return CT_OK;
    }
    return ct_conf_error(
        conf, "handlers of module '%s' cannot run %s, as method '%s' would",
        offer->module->name,
        mode == CT_EXECUTE_FIBER ? "in fibers" : "on threads of a pool",
        handler->method->name);
}


/* An IDL has no others, but a module may take its names from elsewhere. */
static ct_str_t
plain_name(ct_str_t name)
{
    return ct_escape_is_needed(name) ? CT_STR_NONE : name;
}


static ct_rc_t
handler_add(ct_conf_t *conf, ct_offer_t *offer, const ct_method_t *method,
            const ct_conf_block_t *block)
{
    ct_str_t        name = ct_str_of(method->name);
    method_block_t *inner = method_block_find(offer, name);
    ct_handler_t   *handler = ct_pool_zalloc(conf->pool, sizeof(*handler));
    ct_array_t     *handlers = handlers_of(conf);
    void *const    *slot;

    slot = (void *const *) ((const char *) offer->ops + method->ops_offset);
    if (*slot == NULL) {
        return ct_conf_error(conf,
                             "module '%s' has no handler for method "
                             "'%s' of service '%s'",
                             offer->module->name, method->name,
                             offer->service->name);
    }
    handler->method = method;
    handler->offer = offer;
    handler->name = name;
    handler->index = handlers->n;
    handler->plain_service = plain_name(ct_str_of(offer->service->name));
    handler->plain_method = plain_name(name);
    *(ct_handler_t **) ct_array_push(handlers) = handler;
    if (inner != NULL) {
        inner->used = true;
        block = inner->block;
    }
    handler->conf = block->confs[offer->module_index];
    handler->confs = block->confs;
    handler->thrift = ct_conf_of(conf->cycle, block, &ct_thrift_module);
    if (place_check(conf, handler) != CT_OK) {
        return CT_ERROR;
    }
    return ct_hash_add(&offer->handlers, name, handler);
}


static ct_rc_t
method_unused(ct_conf_t *conf, const ct_offer_t *offer,
              const method_block_t *method)
{
    const ct_service_t *service = offer->service;
    ct_nearest_t        nearest;
    char                text[CT_NEAREST_TEXT_SIZE];

    conf->node = method->block->node;
    if (method->pattern != NULL) {
        return ct_conf_error(
            conf,
            "pattern '%.*s' matches no method of service '%s' that is "
            "still free",
            CT_STR_ARG(conf->node->args[2]), service->name);
    }
    ct_nearest_init(&nearest, method->name);
    for (size_t i = 0; i < service->nmethods; i++) {
        ct_nearest_offer(&nearest, ct_str_of(service->methods[i].name));
    }
    return ct_conf_error(conf, "service '%s' has no method '%.*s'%s",
                         service->name, CT_STR_ARG(method->name),
                         ct_nearest_text(&nearest, text));
}


bool
ct_offer_has_threads(const ct_offer_t *offer)
{
    for (size_t i = 0; i < offer->handlers.size; i++) {
        const ct_handler_t *handler = offer->handlers.slots[i].value;

        if (handler != NULL
            && handler->thrift->execute.mode == CT_EXECUTE_THREADS) {
            return true;
        }
    }
    return false;
}


/* What may stand in a `method` block that some method has. */
static ct_rc_t
method_check(ct_conf_t *conf, const ct_offer_t *offer,
             const method_block_t *method)
{
    const ct_thrift_conf_t *own =
        ct_conf_of(conf->cycle, method->block, &ct_thrift_module);

    if (foreign_directives_refuse(conf, method->block->node->children, offer)
        != CT_OK) {
        return CT_ERROR;
    }
    return ct_queue_timeout_check(conf, method->block,
                                  own->execute.mode == CT_EXECUTE_THREADS);
}


ct_rc_t
ct_offer_leave(ct_conf_t *conf, ct_conf_block_t *block)
{
    const ct_thrift_conf_t *own =
        ct_conf_of(conf->cycle, block, &ct_thrift_module);
    ct_offer_t *offer = block->data;
    ct_str_t    name = block->node->args[1];

    if (binding_get(conf, name, own->handler, offer) != CT_OK
        || foreign_directives_refuse(conf, block->node->children, offer)
               != CT_OK) {
        return CT_ERROR;
    }
    for (size_t i = 0; i < offer->service->nmethods; i++) {
        if (handler_add(conf, offer, &offer->service->methods[i], block)
            != CT_OK) {
            return CT_ERROR;
        }
    }
    for (size_t i = 0; i < offer->methods.n; i++) {
        const method_block_t *method = ct_array_at(&offer->methods, i);

        if (!method->used) {
            return method_unused(conf, offer, method);
        }
        if (method_check(conf, offer, method) != CT_OK) {
            return CT_ERROR;
        }
    }
    return ct_queue_timeout_check(conf, block, ct_offer_has_threads(offer));
}

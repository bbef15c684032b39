/*
 * ct_cycle.c -- one generation of configuration, as data.
 *
 * The cycle lives in its own pool and is the last thing that the pool holds:
 * its first cleanup, which therefore runs last, closes the logs, so that
 * every other cleanup may still write to them.
 */

#include "core/ct_config.h"

#include "core/ct_cycle.h"

#include "core/ct_dso.h"
#include "core/ct_file.h"
#include "core/ct_pool.h"
#include "core/ct_zone.h"

/* A small configuration with all its blocks takes a few of these. */
#define POOL_SIZE (16 * 1024)

/* What the parser keeps for itself. */
#define INCLUDE "include"

/* What a shared object exports: ct_module_list_t. */
#define LIST_SYMBOL "ct_module_list"


static void
close_files(void *data)
{
    ct_queue_t *files = data;

    ct_file_close_all(files);
}


/* `prefix` with a slash behind it. */
static ct_str_t
with_slash(ct_pool_t *pool, ct_str_t prefix)
{
    if (ct_str_ends_with(prefix, "/")) {
        return ct_str_dup(pool, prefix);
    }
    return ct_str_printf(pool, "%.*s/", CT_STR_ARG(prefix));
}


ct_cycle_t *
ct_cycle_create(const ct_module_t *const *modules, ct_str_t prefix,
                ct_str_t conf_path)
{
    ct_pool_t  *pool = ct_pool_create(POOL_SIZE);
    ct_cycle_t *cycle = ct_pool_zalloc(pool, sizeof(*cycle));

    cycle->pool = pool;
    cycle->notes_fd = -1;
    ct_log_init(&cycle->log);
    ct_queue_init(&cycle->files);
    ct_pool_cleanup_add(pool, close_files, &cycle->files);
    cycle->prefix = with_slash(pool, prefix);
    cycle->conf_path = ct_conf_path(cycle, conf_path);
    ct_array_init(&cycle->conf_files, pool, sizeof(ct_conf_file_t));
    ct_array_init(&cycle->stamps, pool, sizeof(ct_file_stamp_t));
    ct_array_init(&cycle->modules, pool, sizeof(const ct_module_t *));
    ct_hash_init(&cycle->names, pool);
    ct_array_init(&cycle->zones, pool, sizeof(ct_zone_t *));
    for (; *modules != NULL; modules++) {
        if (ct_cycle_add_module(cycle, *modules) != CT_OK) {
            ct_cycle_destroy(cycle);
            return NULL;
        }
    }
    return cycle;
}


void
ct_cycle_destroy(ct_cycle_t *cycle)
{
    if (cycle != NULL) {
        ct_pool_destroy(cycle->pool);
    }
}


static const ct_module_t *
module_at(const ct_cycle_t *cycle, size_t i)
{
    const ct_module_t **item = ct_array_at(&cycle->modules, i);

    return *item;
}


/* Of a module of another ABI only the first two fields can be trusted. */
static ct_rc_t
check_module(ct_cycle_t *cycle, const ct_module_t *module, ct_str_t *why)
{
    if (module->abi != CT_MODULE_ABI) {
        *why = ct_str_printf(cycle->pool,
                             "module '%s' was built for ABI %u, this is "
                             "ABI %u; build it again",
                             module->name, (unsigned) module->abi,
                             (unsigned) CT_MODULE_ABI);
        return CT_ERROR;
    }
    for (size_t i = 0; i < cycle->modules.n; i++) {
        if (strcmp(module_at(cycle, i)->name, module->name) == 0) {
            *why = ct_str_printf(cycle->pool, "module '%s' is there already",
                                 module->name);
            return CT_ERROR;
        }
    }
    return CT_OK;
}


/*
 * Two modules with one directive would depend on their order.  `include` is
 * taken by the parser and would never reach a module.
 */
static ct_rc_t
add_directive(ct_cycle_t *cycle, const ct_module_t *module,
              const ct_directive_t *directive, ct_str_t *why)
{
    const ct_str_t         name = ct_str_of(directive->name);
    const ct_conf_entry_t *taken = ct_hash_find(&cycle->names, name);
    ct_conf_entry_t       *entry;

    if (taken != NULL || ct_str_eq(name, CT_STR(INCLUDE))) {
        *why = ct_str_printf(cycle->pool,
                             "directive '%s' of module '%s' belongs to '%s'",
                             directive->name, module->name,
                             taken == NULL ? CT_NAME : taken->module->name);
        return CT_ERROR;
    }
    entry = ct_pool_alloc(cycle->pool, sizeof(*entry));
    *entry = (ct_conf_entry_t){ directive, module, cycle->modules.n };
    return ct_hash_add(&cycle->names, name, entry);
}


/* A refusal may leave names behind: the cycle is then of no more use. */
static ct_rc_t
try_add_module(ct_cycle_t *cycle, const ct_module_t *module, ct_str_t *why)
{
    const ct_directive_t *directive = module->directives;
    const ct_module_t   **item;

    if (check_module(cycle, module, why) != CT_OK) {
        return CT_ERROR;
    }
    for (; directive != NULL && directive->name != NULL; directive++) {
        if (add_directive(cycle, module, directive, why) != CT_OK) {
            return CT_ERROR;
        }
    }
    item = ct_array_push(&cycle->modules);
    *item = module;
    return CT_OK;
}


ct_rc_t
ct_cycle_add_module(ct_cycle_t *cycle, const ct_module_t *module)
{
    ct_str_t why;

    if (try_add_module(cycle, module, &why) != CT_OK) {
        CT_LOG(&cycle->log, CT_LOG_EMERG, 0, "%.*s", CT_STR_ARG(why));
        return CT_ERROR;
    }
    return CT_OK;
}


static void
unload(void *data)
{
    ct_dso_t *dso = data;

    ct_dso_release(dso);
}


/*
 * The cleanup that unloads is added before the modules have added theirs, so
 * it runs behind them: their code is still there when they end.
 */
ct_rc_t
ct_cycle_try_load_module(ct_cycle_t *cycle, ct_str_t path, ct_str_t *why)
{
    ct_pool_t                *pool = cycle->pool;
    const ct_str_t            full = ct_conf_path(cycle, path);
    ct_dso_t                 *dso = ct_pool_zalloc(pool, sizeof(*dso));
    const ct_module_t *const *list;

    ct_file_note(&cycle->stamps, full);
    if (ct_dso_init(dso, pool, full, why) != CT_OK) {
        return CT_ERROR;
    }
    ct_pool_cleanup_add(pool, unload, dso);
    list = ct_dso_symbol(dso, LIST_SYMBOL);
    if (list == NULL) {
        *why = ct_str_printf(pool, "'%.*s' is not a module: no " LIST_SYMBOL,
                             CT_STR_ARG(full));
        return CT_ERROR;
    }
    for (; *list != NULL; list++) {
        if (try_add_module(cycle, *list, why) != CT_OK) {
            *why = ct_str_printf(pool, "cannot load '%.*s': %.*s",
                                 CT_STR_ARG(full), CT_STR_ARG(*why));
            return CT_ERROR;
        }
    }
    return CT_OK;
}


ct_rc_t
ct_cycle_load_module(ct_cycle_t *cycle, ct_str_t path)
{
    ct_str_t why;

    if (ct_cycle_try_load_module(cycle, path, &why) != CT_OK) {
        CT_LOG(&cycle->log, CT_LOG_EMERG, 0, "%.*s", CT_STR_ARG(why));
        return CT_ERROR;
    }
    return CT_OK;
}


size_t
ct_cycle_module_index(const ct_cycle_t *cycle, const ct_module_t *module)
{
    for (size_t i = 0; i < cycle->modules.n; i++) {
        if (module_at(cycle, i) == module) {
            return i;
        }
    }
    return SIZE_MAX;
}


/* Stands here and not in ct_conf.c, which knows no list of modules. */
void *
ct_conf_of(const ct_cycle_t *cycle, const ct_conf_block_t *block,
           const ct_module_t *module)
{
    const size_t i = ct_cycle_module_index(cycle, module);

    return i == SIZE_MAX ? NULL : block->confs[i];
}


void *
ct_cycle_conf(const ct_cycle_t *cycle, const ct_module_t *module)
{
    return cycle->main == NULL ? NULL : ct_conf_of(cycle, cycle->main, module);
}

/*
 * ct_conf_load.c -- modules that the configuration names.
 *
 * They are loaded from the tree before it is applied, since the tree may hold
 * their directives.  The directive itself is in the table of some module
 * above, which checks its place and its arguments once more.
 */

#include "core/ct_config.h"

#include "core/ct_conf.h"

#include "core/ct_cycle.h"


static ct_rc_t
load(const ct_conf_t *conf)
{
    const ct_conf_node_t *node = conf->node;
    ct_str_t              path;
    ct_str_t              why;

    if (node->is_block || node->nargs != 2) {
        return ct_conf_error(conf, "'%.*s' takes one path and ';'",
                             CT_STR_ARG(node->args[0]));
    }
    if (ct_conf_expand(conf, node->args[1], &path) != CT_OK) {
        return CT_ERROR;
    }
    if (ct_cycle_try_load_module(conf->cycle, path, &why) != CT_OK) {
        return ct_conf_error(conf, "%.*s", CT_STR_ARG(why));
    }
    return CT_OK;
}


ct_rc_t
ct_conf_load_modules(ct_cycle_t *cycle, const ct_conf_node_t *tree,
                     const char *c_directive)
{
    const ct_conf_node_t *node;
    ct_conf_t             conf = { .cycle = cycle,
                                   .pool = cycle->pool,
                                   .log = &cycle->log };

    for (node = tree; node != NULL; node = node->next) {
        conf.node = node;
        if (ct_str_eq_c(node->args[0], c_directive) && load(&conf) != CT_OK) {
            return CT_ERROR;
        }
    }
    return CT_OK;
}

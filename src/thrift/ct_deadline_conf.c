/*
 * ct_deadline_conf.c -- the directives of ct_deadline.c that are not plain
 * times.
 */

#include "core/ct_config.h"

#include "thrift/ct_deadline_conf.h"


/* Whether a client can have sent a header of that name. */
static bool
is_header_name(ct_str_t name)
{
    for (size_t i = 0; i < name.len; i++) {
        if (name.data[i] <= ' ' || name.data[i] > '~' || name.data[i] == ':') {
            return false;
        }
    }
    return name.len != 0;
}


/* `off` is the word for: none. */
static ct_rc_t
header_set(ct_conf_t *conf, const ct_directive_t *directive, void *field)
{
    ct_conf_strs_t *names = field;

    for (size_t i = 1; i < conf->nargs; i++) {
        if (conf->nargs > 2 && ct_str_eq_c(conf->args[i], "off")) {
            return ct_conf_error(conf,
                                 "'off' stands alone in 'deadline_header'");
        }
        if (!is_header_name(conf->args[i])) {
            return ct_conf_error(
                conf,
                "'%.*s' is no name of a header: 'deadline_header' takes "
                "such names, or 'off'",
                CT_STR_ARG(conf->args[i]));
        }
    }
    if (ct_str_eq_c(conf->args[1], "off")) {
        *names = (ct_conf_strs_t){ 0, NULL };
        return CT_OK;
    }
    return ct_conf_set_strs(conf, directive, field);
}


const ct_conf_type_t ct_deadline_header_type = {
    .name = "name ... | off",
    .min_args = 1,
    .max_args = 16,
    .set = header_set,
};


ct_rc_t
ct_queue_timeout_check(ct_conf_t *conf, const ct_conf_block_t *block,
                       bool has_threads)
{
    for (const ct_conf_node_t *node = block->node->children; node != NULL;
         node = node->next) {
        if (!has_threads && ct_str_eq_c(node->args[0], "queue_timeout")) {
            conf->node = node;
            return ct_conf_error(conf, "'queue_timeout' has no effect: no "
                                       "method here has 'execute threads'");
        }
    }
    return CT_OK;
}

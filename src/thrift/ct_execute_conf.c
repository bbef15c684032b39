/*
 * ct_execute_conf.c -- `execute`: where the handlers of a block run.
 */

#include "core/ct_config.h"

#include "thrift/ct_execute_conf.h"

#include "core/ct_conf.h"
#include "core/ct_nearest.h"
#include "event/ct_offload_module.h"


static ct_rc_t
threads_set(ct_conf_t *conf, ct_str_t name, ct_execute_conf_t *execute)
{
    ct_nearest_t nearest;
    char         text[CT_NEAREST_TEXT_SIZE];

    ct_nearest_init(&nearest, name);
    execute->mode = CT_EXECUTE_THREADS;
    execute->pool = ct_thread_pool_find(conf->cycle, name, &nearest);
    if (execute->pool == NULL) {
        return ct_conf_error(conf, "there is no thread_pool '%.*s'%s",
                             CT_STR_ARG(name), ct_nearest_text(&nearest, text));
    }
    return CT_OK;
}


static ct_rc_t
execute_set(ct_conf_t *conf, const ct_directive_t *directive CT_UNUSED,
            void *field)
{
    const size_t       nprefix = sizeof("threads=") - 1;
    const ct_str_t     word = conf->args[1];
    ct_execute_conf_t *execute = field;

    if (ct_str_eq_c(word, "threads")) {
        return threads_set(conf, CT_STR(CT_THREAD_POOL_DEFAULT), execute);
    }
    if (ct_str_starts_with(word, "threads=")) {
        const ct_str_t name = { word.len - nprefix, word.data + nprefix };

        return threads_set(conf, name, execute);
    }
    execute->pool = NULL;
    if (ct_str_eq_c(word, "inline")) {
        execute->mode = CT_EXECUTE_INLINE;
        return CT_OK;
    }
    if (ct_str_eq_c(word, "fiber")) {
        execute->mode = CT_EXECUTE_FIBER;
        return CT_OK;
    }
    return ct_conf_error(conf,
                         "'%.*s' is no way to run a handler: 'execute' takes "
                         "inline, threads, threads=POOL or fiber",
                         CT_STR_ARG(word));
}


const ct_conf_type_t ct_execute_type = {
    .name = "inline | threads[=pool] | fiber",
    .min_args = 1,
    .max_args = 1,
    .set = execute_set,
};

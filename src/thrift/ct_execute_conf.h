/*
 * ct_execute_conf.h -- `execute`: where the handlers of a block run.
 */

#ifndef CT_EXECUTE_CONF_H
#define CT_EXECUTE_CONF_H

#include "core/ct_config.h"

typedef struct ct_conf_type_s   ct_conf_type_t;
typedef struct ct_thread_pool_s ct_thread_pool_t;

typedef enum ct_execute_mode_e {
    CT_EXECUTE_INLINE, /* in the loop */
    CT_EXECUTE_THREADS,
    CT_EXECUTE_FIBER,
} ct_execute_mode_t;

/* `pool` is NULL but for CT_EXECUTE_THREADS. */
typedef struct ct_execute_conf_s {
    ct_execute_mode_t mode;
    ct_thread_pool_t *pool;
} ct_execute_conf_t;

/* Of the directive `execute`, whose field is a ct_execute_conf_t. */
extern const ct_conf_type_t ct_execute_type;

#endif /* CT_EXECUTE_CONF_H */

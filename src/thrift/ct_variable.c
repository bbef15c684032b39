/*
 * ct_variable.c -- what is known of a call, by name.
 *
 * The tables of the sources of variables (ct_variable_table.h) are searched by
 * name, and what is found is asked in the loop, which owns connections.
 */

#include "core/ct_config.h"

#include "thrift/ct_variable.h"

#include <stdlib.h>

#include "core/ct_conf.h"
#include "core/ct_module.h"
#include "core/ct_nearest.h"
#include "core/ct_pool.h"
#include "event/ct_loop.h"
#include "thrift/ct_derived.h"
#include "thrift/ct_pending.h"
#include "thrift/ct_session.h"
#include "thrift/ct_variable_table.h"


static const ct_variable_table_t *const tables[] = {
    &ct_variables_of_call, &ct_variables_of_conn,  &ct_variables_of_time,
    &ct_variables_of_tls,  &ct_variables_of_trace,
};


static bool
is_prefix(const ct_variable_entry_t *entry)
{
    return entry->name[strlen(entry->name) - 1] == '_';
}


/* The name's place beside an entry's; a prefix is equal to all it begins. */
static int
compare(const void *key, const void *item)
{
    const ct_str_t            *name = key;
    const ct_variable_entry_t *entry = item;

    if (is_prefix(entry) && ct_str_starts_with(*name, entry->name)) {
        return 0;
    }
    return ct_str_cmp(*name, ct_str_of(entry->name));
}


static const ct_variable_entry_t *
entry_find(ct_str_t name)
{
    const ct_variable_entry_t *entry = NULL;

    for (size_t i = 0; i < CT_ARRAY_LEN(tables) && entry == NULL; i++) {
        entry = bsearch(&name, tables[i]->entries, tables[i]->n, sizeof(*entry),
                        compare);
    }
    return entry;
}


/* Without anything behind it a prefix is no name. */
static ct_rc_t
variable_find(ct_str_t name, ct_variable_t *variable)
{
    const ct_variable_entry_t *entry = entry_find(name);
    size_t                     n;

    if (entry == NULL) {
        return CT_DECLINED;
    }
    n = strlen(entry->name);
    if (is_prefix(entry) && name.len == n) {
        return CT_DECLINED;
    }
    variable->entry = entry;
    variable->arg = (ct_str_t){ name.len - n, name.data + n };
    variable->data = NULL;
    return CT_OK;
}


bool
ct_variable_is_builtin(ct_str_t name)
{
    ct_variable_t variable;

    return variable_find(name, &variable) == CT_OK;
}


static ct_rc_t
refuse_unknown(const ct_conf_t *conf, ct_str_t name)
{
    ct_nearest_t nearest;
    char         text[CT_NEAREST_TEXT_SIZE];

    ct_nearest_init(&nearest, name);
    for (size_t i = 0; i < CT_ARRAY_LEN(tables); i++) {
        for (size_t k = 0; k < tables[i]->n; k++) {
            if (!is_prefix(&tables[i]->entries[k])) {
                ct_nearest_offer(&nearest,
                                 ct_str_of(tables[i]->entries[k].name));
            }
        }
    }
    ct_derived_offer(conf->cycle, &nearest);
    return ct_conf_error(conf, "unknown variable '$%.*s'%s", CT_STR_ARG(name),
                         ct_nearest_text(&nearest, text));
}


/* What the server knows goes first: a file cannot name its own like that. */
ct_rc_t
ct_variable_find(ct_conf_t *conf, ct_str_t name, ct_variable_t *variable)
{
    ct_derived_t *derived;

    if (variable_find(name, variable) == CT_OK) {
        return variable->entry->want != NULL
                   ? variable->entry->want(conf, variable)
                   : CT_OK;
    }
    derived = ct_derived_find(conf->cycle, name);
    if (derived == NULL) {
        return refuse_unknown(conf, name);
    }
    *variable = (ct_variable_t){ .entry = &ct_derived_entry, .data = derived };
    return ct_derived_use(conf, derived);
}


/* What is asked for, and the answer. */
typedef struct request_s {
    const ct_variable_t *variable;
    ct_call_t           *call;
    ct_pool_t           *pool;
    ct_str_t             value;
} request_t;


ct_str_t
ct_variable_get_in_loop(const ct_variable_t *variable, ct_call_t *call,
                        ct_pool_t *pool)
{
    const ct_variable_entry_t *entry = variable->entry;
    const ct_session_t        *session = ct_pending_of(call)->session;
    char                      *text;

    if (entry->of_call != NULL) {
        return entry->of_call(call, variable, pool);
    }
    if (entry->write != NULL) {
        text = ct_pool_alloc(pool, CT_VARIABLE_WRITTEN);
        return (ct_str_t){ entry->write(call, text), text };
    }
    return session != NULL ? entry->of_conn(session->conn, pool) : CT_NOTHING;
}


static void
answer(void *data)
{
    request_t *request = data;

    request->value = ct_variable_get_in_loop(request->variable, request->call,
                                             request->pool);
}


/*
 * A connection is the loop's to look at.  Another thread waits for the answer,
 * and lends its pool to the loop meanwhile.
 */
ct_str_t
ct_variable_get(const ct_variable_t *variable, ct_call_t *call, ct_pool_t *pool)
{
    request_t request = { .variable = variable, .call = call, .pool = pool };

    ct_loop_ask(call->worker->loop, answer, &request);
    return request.value;
}


ct_variable_write_fn
ct_variable_writer(const ct_variable_t *variable)
{
    return variable->entry->write;
}


bool
ct_variable_is_of_conn(const ct_variable_t *variable)
{
    return variable->entry == &ct_derived_entry
               ? ct_derived_is_of_conn(variable->data)
               : variable->entry->of_conn != NULL;
}


ct_str_t
ct_variable_of_conn(const ct_variable_t *variable, const ct_conn_t *conn,
                    ct_pool_t *pool)
{
    if (variable->entry == &ct_derived_entry) {
        return ct_derived_of_conn(variable->data, conn, pool);
    }
    CT_ASSERT(variable->entry->of_conn != NULL);
    return variable->entry->of_conn(conn, pool);
}


ct_rc_t
ct_call_variable(ct_call_t *call, ct_str_t name, ct_str_t *value)
{
    const ct_cycle_t *cycle = call->worker->cycle;
    ct_variable_t     variable = { .entry = &ct_derived_entry };

    if (variable_find(name, &variable) != CT_OK) {
        variable.data = cycle != NULL ? ct_derived_find(cycle, name) : NULL;
        if (variable.data == NULL) {
            return CT_DECLINED;
        }
    }
    *value = ct_variable_get(&variable, call, call->pool);
    return CT_OK;
}

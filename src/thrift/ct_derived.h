/*
 * ct_derived.h -- variables that a configuration makes of others: `map` and
 * `split_clients`.
 *
 * They are read when `thrift` is entered, before any directive in it, so that
 * all of these find them; among themselves they may stand in any order, but
 * not in a circle.  In a worker a value is worked out where it is asked for,
 * once for each call.
 */

#ifndef CT_DERIVED_H
#define CT_DERIVED_H

#include "core/ct_config.h"

#include "core/ct_conf.h"
#include "core/ct_rc.h"
#include "core/ct_str.h"
#include "thrift/ct_phrase.h"

typedef struct ct_derived_s        ct_derived_t;
typedef struct ct_nearest_s        ct_nearest_t;
typedef struct ct_variable_entry_s ct_variable_entry_t;

/*
 * How one kind of them is read, and works.  `add` takes a line of the block;
 * conf is at it.  `choose` gives the
 * value for `source`, or NULL where it is empty; where a pattern was matched,
 * its captures hold until the next match.
 */
typedef struct ct_derived_kind_s {
    void *(*create)(ct_conf_t *conf);
    ct_rc_t (*add)(ct_conf_t *conf, ct_derived_t *derived, void *data);
    const ct_phrase_t *(*choose)(const void *data, ct_str_t source);
} ct_derived_kind_t;

extern const ct_derived_kind_t ct_map_kind;
extern const ct_derived_kind_t ct_split_kind;

/* Of the directives, for the table of ct_thrift_module.c. */
extern const ct_conf_type_t ct_map_type;
extern const ct_conf_type_t ct_split_type;

/* In the place of an entry of a table: variable->data is a ct_derived_t. */
extern const ct_variable_entry_t ct_derived_entry;

/* Enters a `thrift` block: reads all that stand in it. */
ct_rc_t ct_derived_enter(ct_conf_t *conf, ct_conf_block_t *block);

/*
 * Reads a value of `derived`, for `add`; `pattern` as ct_phrase_compile takes
 * it.
 */
ct_rc_t ct_derived_phrase(ct_conf_t *conf, ct_derived_t *derived, ct_str_t text,
                          const ct_pattern_t *pattern, ct_phrase_t **made);

/* It is to be worked out at each use, and not once for a call. */
void ct_derived_set_volatile(ct_derived_t *derived);

/* The one of that name, or NULL; and all names, for a hint. */
ct_derived_t *ct_derived_find(const ct_cycle_t *cycle, ct_str_t name);
void          ct_derived_offer(const ct_cycle_t *cycle, ct_nearest_t *nearest);

/*
 * The directive that conf is at uses it: reads it, if another one does so that
 * stands in front of it.  CT_ERROR: it uses itself, as the log says.
 */
ct_rc_t ct_derived_use(ct_conf_t *conf, ct_derived_t *derived);

/* As ct_variable_is_of_conn and ct_variable_of_conn. */
bool     ct_derived_is_of_conn(const ct_derived_t *derived);
ct_str_t ct_derived_of_conn(const ct_derived_t *derived, const ct_conn_t *conn,
                            ct_pool_t *pool);

#endif /* CT_DERIVED_H */

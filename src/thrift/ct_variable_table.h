/*
 * ct_variable_table.h -- how a variable is told: the inside of ct_variable.c.
 *
 * Each source of variables, ct_variable_SUBJECT.c, has a table of its own,
 * sorted by name.  A function is asked at the moment of use and keeps nothing:
 * most calls never ask.
 *
 * Values are of two kinds.  Short and plain ones, numbers, times and words of
 * our own, are written straight to where they are wanted.  All others are
 * slices, which live as long as the call, or in `pool`, and may hold whatever
 * bytes a client has sent.  A variable that has both gives a slice of whatever
 * it does not write.
 */

#ifndef CT_VARIABLE_TABLE_H
#define CT_VARIABLE_TABLE_H

#include "core/ct_config.h"

#include "core/ct_decimal.h"
#include "core/ct_str.h"
#include "thrift/ct_variable.h"

#include <inttypes.h>

/* A value of a connection, which is there. */
typedef ct_str_t (*ct_variable_conn_fn)(const ct_conn_t *conn, ct_pool_t *pool);

/* Of a call. */
typedef ct_str_t (*ct_variable_call_fn)(ct_call_t           *call,
                                        const ct_variable_t *variable,
                                        ct_pool_t           *pool);

/*
 * The configuration wants to know this variable of its calls: prepares that,
 * and may set variable->data.  CT_ERROR: ct_conf_error has told.
 */
typedef ct_rc_t (*ct_variable_want_fn)(ct_conf_t     *conf,
                                       ct_variable_t *variable);

/*
 * `of_conn` alone, or what is asked of a call: `of_call`, `write`, or both;
 * then `of_conn` stands beside them where it is known without a call.  A name
 * ending in '_' is a prefix.
 */
struct ct_variable_entry_s {
    const char          *name;
    ct_variable_conn_fn  of_conn;
    ct_variable_call_fn  of_call;
    ct_variable_write_fn write;
    ct_variable_want_fn  want; /* NULL: it is there without being prepared */
};

/* Entries in ascending order of names. */
typedef struct ct_variable_table_s {
    const ct_variable_entry_t *entries;
    size_t                     n;
} ct_variable_table_t;

extern const ct_variable_table_t ct_variables_of_call;
extern const ct_variable_table_t ct_variables_of_conn;
extern const ct_variable_table_t ct_variables_of_time;
extern const ct_variable_table_t ct_variables_of_tls;
extern const ct_variable_table_t ct_variables_of_trace;

/* Whether the server has a variable of that name, whatever a file adds. */
bool ct_variable_is_builtin(ct_str_t name);

/* Entries whose names are those of their functions. */
/* clang-format off */
#define CT_OF_CONN(name) { #name, name, NULL, NULL, NULL }
#define CT_OF_CALL(name) { #name, NULL, name, NULL, NULL }
#define CT_WRITTEN(name) { #name, NULL, NULL, name, NULL }
#define CT_OF_BOTH(name) { #name, NULL, name, name##_write, NULL }
#define CT_VARIABLES(entries) { (entries), CT_ARRAY_LEN(entries) }
/* clang-format on */

/* What a variable says that has nothing to say. */
#define CT_NOTHING CT_STR("")

/* A word of our own. */
static inline size_t
ct_word_write(char *out, const char *c_word)
{
    size_t n = 0;

    for (; c_word[n] != '\0'; n++) {
        out[n] = c_word[n];
    }
    return n;
}

#endif /* CT_VARIABLE_TABLE_H */

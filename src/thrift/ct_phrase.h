/*
 * ct_phrase.h -- a value of a map: text with variables and captures in it.
 *
 *   "$service:$1"   "${remote_addr}_x"   "$name of (?<name>...)"
 *
 * Read once, with the configuration.  Unlike a template (ct_template.h) it may
 * speak of what the map's pattern has just matched.
 */

#ifndef CT_PHRASE_H
#define CT_PHRASE_H

#include "core/ct_config.h"

#include "core/ct_rc.h"
#include "core/ct_str.h"

typedef struct ct_call_s    ct_call_t;
typedef struct ct_conf_s    ct_conf_t;
typedef struct ct_conn_s    ct_conn_t;
typedef struct ct_pattern_s ct_pattern_t;
typedef struct ct_phrase_s  ct_phrase_t;
typedef struct ct_pool_s    ct_pool_t;

/*
 * Whose values: a call's, or a connection's where `call` is NULL; and what the
 * phrase's pattern has matched in `subject`.
 */
typedef struct ct_phrase_of_s {
    ct_call_t       *call;
    const ct_conn_t *conn;
    ct_str_t         subject;
} ct_phrase_of_t;

/*
 * Reads `text`; $1 and names of groups are those of `pattern`, which may be
 * NULL.  In the cycle's pool, and points into `text`.  Errors are the
 * configuration's.
 */
ct_rc_t ct_phrase_compile(ct_conf_t *conf, ct_str_t text,
                          const ct_pattern_t *pattern, ct_phrase_t **made);

/* Whether a connection without a call is enough to know all of it. */
bool ct_phrase_is_of_conn(const ct_phrase_t *phrase);

/*
 * The text: in `pool`, constant, or a slice of a value or of the subject.  Its
 * data is never NULL.
 */
ct_str_t ct_phrase_fill(const ct_phrase_t *phrase, const ct_phrase_of_t *of,
                        ct_pool_t *pool);

#endif /* CT_PHRASE_H */

/*
 * ct_template.h -- a text with variables in it: "$remote_addr:$method".
 *
 * Read once, with the configuration, and filled in for each call or each
 * connection.  A variable's name is as long as letters, digits and '_' go, or
 * stands in braces: "${method}s".
 */

#ifndef CT_TEMPLATE_H
#define CT_TEMPLATE_H

#include "core/ct_config.h"

#include "core/ct_escape.h"
#include "core/ct_rc.h"
#include "core/ct_str.h"

typedef struct ct_call_s     ct_call_t;
typedef struct ct_conf_s     ct_conf_t;
typedef struct ct_conn_s     ct_conn_t;
typedef struct ct_pool_s     ct_pool_t;
typedef struct ct_template_s ct_template_t;

/*
 * Reads `text`, an argument of the directive that `conf` is at; the template
 * lives in the cycle's pool.  A `$` that begins no variable is an error.
 */
CT_API ct_rc_t ct_template_compile(ct_conf_t *conf, ct_str_t text,
                                   ct_template_t **made);

/*
 * The name of the first variable that only a call can give, without the `$`;
 * its data is NULL where there is none and ct_template_of_conn may be asked.
 */
CT_API ct_str_t ct_template_needs_call(const ct_template_t *made);

/*
 * The text with the values of that call: a slice that lives as long as the
 * call, or in `pool`, which may be the call's own.
 */
CT_API ct_str_t ct_template_of_call(const ct_template_t *made, ct_call_t *call,
                                    ct_pool_t *pool);

/*
 * How many bytes of a value ct_template_write takes at most, escaped: the rest
 * is "...".
 */
#define CT_TEMPLATE_VALUE 4096

/* The bytes that stand in the text itself, its variables not counted. */
CT_API size_t ct_template_text_len(const ct_template_t *made);

/*
 * Writes the text with the values of that call at `out`, and gives back how
 * many bytes that is, at most `size`, which is not less than
 * ct_template_text_len; some behind them may have been written too.  Values are
 * escaped, and cut where they are too long, the text is not; a value that is
 * empty is "-" with CT_ESCAPE_TEXT.  What has to be made for it goes into
 * `pool` for the moment.  In the loop's thread.
 */
CT_API size_t ct_template_write(const ct_template_t *made, ct_call_t *call,
                                ct_pool_t *pool, ct_escape_t escape, char *out,
                                size_t size);

/* The same of a connection: in `pool`, or as long as that. */
CT_API ct_str_t ct_template_of_conn(const ct_template_t *made,
                                    const ct_conn_t *conn, ct_pool_t *pool);

#endif /* CT_TEMPLATE_H */

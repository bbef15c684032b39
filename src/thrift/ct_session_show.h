/*
 * ct_session_show.h -- a session as it is shown to an operator.
 */

#ifndef CT_SESSION_SHOW_H
#define CT_SESSION_SHOW_H

#include "core/ct_config.h"

typedef struct ct_conn_row_s ct_conn_row_t;
typedef struct ct_conn_s     ct_conn_t;

/*
 * Fills in calls, in_flight, state, dialect and method; the `describe` of a
 * session's connection.
 */
void ct_session_show(const ct_conn_t *conn, ct_conn_row_t *row);

#endif /* CT_SESSION_SHOW_H */

/*
 * ct_conn_row.h -- a connection as it is shown to an operator.
 *
 * A plain struct, since it goes from a worker to the master, who are one
 * program.  What is spoken on the connection is filled in by the `describe` of
 * its events.
 */

#ifndef CT_CONN_ROW_H
#define CT_CONN_ROW_H

#include "core/ct_config.h"

typedef struct ct_conn_s ct_conn_t;

#define CT_CONN_ROW_ADDR    64 /* longer ones are cut */
#define CT_CONN_ROW_STATE   16
#define CT_CONN_ROW_DIALECT 32
#define CT_CONN_ROW_METHOD  120

/* Every text ends with NUL; an empty one is not known. */
typedef struct ct_conn_row_s {
    uint64_t number;  /* in its worker, from 1 */
    uint64_t age_ms;  /* since it was accepted, by whichever worker */
    uint64_t idle_ms; /* since bytes last came or went */
    uint64_t calls;
    uint64_t in_flight; /* of them */
    uint64_t bytes_in;  /* in this worker */
    uint64_t bytes_out;
    bool     is_tls;
    bool     is_moved; /* another worker had accepted it */
    char     peer[CT_CONN_ROW_ADDR];
    char     listen[CT_CONN_ROW_ADDR];
    char     state[CT_CONN_ROW_STATE];     /* "idle", "busy", ... */
    char     dialect[CT_CONN_ROW_DIALECT]; /* "framed/binary" */
    char     method[CT_CONN_ROW_METHOD];   /* of the oldest call in flight */
} ct_conn_row_t;

/* Fills in all of it, for a connection that is open. */
void ct_conn_row_fill(const ct_conn_t *conn, ct_conn_row_t *row);

#endif /* CT_CONN_ROW_H */

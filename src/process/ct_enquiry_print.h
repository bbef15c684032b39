/*
 * ct_enquiry_print.h -- a list of connections, for people or as JSON.
 */

#ifndef CT_ENQUIRY_PRINT_H
#define CT_ENQUIRY_PRINT_H

#include "core/ct_config.h"

#include "core/ct_array.h"
#include "core/ct_str.h"
#include "event/ct_conn_row.h"

#include <sys/types.h>

typedef struct ct_pool_s ct_pool_t;

/* A connection and whose it is. */
typedef struct ct_enquiry_row_s {
    unsigned      worker; /* id */
    pid_t         pid;
    ct_conn_row_t conn;
} ct_enquiry_row_t;

/* A worker that did not answer. */
typedef struct ct_enquiry_silent_s {
    unsigned worker;
    pid_t    pid;
} ct_enquiry_silent_t;

typedef struct ct_enquiry_answer_s {
    ct_array_t rows;   /* of ct_enquiry_row_t */
    ct_array_t silent; /* of ct_enquiry_silent_t */
    size_t     total;  /* connections that were asked for: rows.n or more */
} ct_enquiry_answer_t;

/* Both sort the rows, and give back a text in `pool`. */
ct_str_t ct_enquiry_text(ct_enquiry_answer_t *answer, ct_pool_t *pool);
ct_str_t ct_enquiry_json(ct_enquiry_answer_t *answer, ct_pool_t *pool);

#endif /* CT_ENQUIRY_PRINT_H */

/*
 * ct_enquiry.h -- the master asks its workers for their connections.
 *
 * Each gets a socket to write its list to (ct_census.h).  What has not come
 * after two seconds is not waited for: a worker that hangs is named in the
 * answer, and the others' lists are in it.
 */

#ifndef CT_ENQUIRY_H
#define CT_ENQUIRY_H

#include "core/ct_config.h"

typedef struct ct_control_client_s ct_control_client_t;
typedef struct ct_master_s         ct_master_t;
typedef struct ct_request_s        ct_request_t;

/* How long workers may take. */
#define CT_ENQUIRY_MS 2000

/* Rows of an answer unless `limit=N` says otherwise, and the most there are. */
#define CT_ENQUIRY_ROWS     10000
#define CT_ENQUIRY_MAX_ROWS 20000

/*
 * `connections`: answers the client later, or now with what is wrong with its
 * arguments: worker=ID, method=SERVICE.METHOD (in flight), limit=N.
 */
void ct_enquiry_begin(ct_master_t *master, ct_control_client_t *client,
                      const ct_request_t *request);

/* Closes what only the master needs, in its child. */
void ct_enquiry_forget_all(ct_master_t *master);

#endif /* CT_ENQUIRY_H */

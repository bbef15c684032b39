/*
 * ct_complaint.h -- a line in the log about a peer that is refused.
 *
 * What a peer sends must not fill the disk: of each memory of complaints at
 * most one line a second is written, and it says how many were not.
 */

#ifndef CT_COMPLAINT_H
#define CT_COMPLAINT_H

#include "core/ct_config.h"

typedef struct ct_conn_s ct_conn_t;

/* What a worker remembers of its complaints; zeroed at first. */
typedef struct ct_complaints_s {
    uint64_t last_ms; /* when one was last logged */
    uint64_t unsaid;  /* not logged since */
} ct_complaints_t;

/*
 * Whether a line may be written now, which the caller then does; *unsaid is
 * how many were not, since the last one.
 */
bool ct_complaint_is_due(ct_complaints_t *complaints, uint64_t now_ms,
                         uint64_t *unsaid);

/* "WHAT: WHY, client: ..., server: ..."; both texts are constant. */
void ct_complain(ct_complaints_t *complaints, const ct_conn_t *conn,
                 const char *c_what, const char *c_why);

#endif /* CT_COMPLAINT_H */

/*
 * ct_access_log_sink.h -- a log of calls, as one worker writes it.
 *
 * Lines gather in memory and leave together.  Nothing here ever waits: what a
 * file, a pipe or a daemon does not take now is kept for a while, and lost and
 * counted when there is no room to keep it.
 */

#ifndef CT_ACCESS_LOG_SINK_H
#define CT_ACCESS_LOG_SINK_H

#include "core/ct_config.h"

#include <cthrift.h>

typedef struct ct_access_target_s ct_access_target_t;
typedef struct ct_access_sink_s   ct_access_sink_t;

/* The worker's side of a target, in its pool. */
ct_access_sink_t *ct_access_sink_create(const ct_worker_t        *worker,
                                        const ct_access_target_t *target);

/*
 * Room for a line of CT_ACCESS_LOG_LINE bytes, its newline included, or NULL:
 * there is none, and the line is counted as lost.
 */
char *ct_access_sink_begin(ct_access_sink_t *sink);

/* A line of `len` bytes was written there; its newline is added. */
void ct_access_sink_end(ct_access_sink_t *sink, size_t len);

/* Tries to write all that is there. */
void ct_access_sink_flush(ct_access_sink_t *sink);

/* The same, since the file is about to be another one. */
void ct_access_sink_reopen(ct_access_sink_t *sink);

/* From now on nothing is held back: the worker leaves. */
void ct_access_sink_hasten(ct_access_sink_t *sink);

/* The last chance; what is left is lost, as are lines that come later. */
void ct_access_sink_close(ct_access_sink_t *sink);

#endif /* CT_ACCESS_LOG_SINK_H */

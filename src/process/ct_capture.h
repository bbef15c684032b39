/*
 * ct_capture.h -- what handlers print, as lines of the error log.
 *
 * `capture_output on`: standard output and error of a worker are pipes that
 * its own loop reads.  Each line becomes one of the log, "stdout: TEXT" at
 * notice, "stderr: TEXT" at warn.
 *
 * A handler in the loop cannot wait for the loop, so the pipes never make a
 * writer wait: what does not fit until the next turn (1 MiB, where the system
 * gives as much) is lost.  Where stdio was the writer, that is told.
 */

#ifndef CT_CAPTURE_H
#define CT_CAPTURE_H

#include "core/ct_config.h"

#include "core/ct_log.h"
#include "core/ct_queue.h"
#include "core/ct_rc.h"
#include "event/ct_event.h"

#include <stdio.h>

typedef struct ct_loop_s ct_loop_t;

/* Longest line; a longer one is told in pieces. */
#define CT_CAPTURE_LINE 1024

/* One of the two; io.fd is -1 where it is not captured. */
typedef struct ct_captured_s {
    ct_io_t        io;
    ct_loop_t     *loop;
    ct_log_t      *log;
    FILE          *stream;
    const char    *c_name;
    ct_log_level_t level;
    size_t         len; /* of the line that has not ended yet */
    char           line[CT_CAPTURE_LINE];
} ct_captured_t;

typedef struct ct_capture_s {
    ct_captured_t out;
    ct_captured_t err;
} ct_capture_t;

/* Nothing is captured; for who may never start. */
void ct_capture_init(ct_capture_t *capture);

/*
 * Captures both.  Logs among `files` that are standard error get a descriptor
 * of their own first, so that no line of theirs comes back.  CT_ERROR, logged:
 * they are as before.  `capture` must stay where it is.
 */
ct_rc_t ct_capture_start(ct_capture_t *capture, ct_queue_t *files,
                         ct_loop_t *loop, ct_log_t *log);

/* Tells all that was printed, the last line by half too, and ends it. */
void ct_capture_stop(ct_capture_t *capture);

#endif /* CT_CAPTURE_H */

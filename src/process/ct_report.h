/*
 * ct_report.h -- the first error line of several processes.
 *
 * A reload fails in the trial child, in the master or in a new worker; each
 * logs the reason where it stands.  A report is one sink more of their logs,
 * a pipe, from which the master takes what `-s reload` shall say.
 */

#ifndef CT_REPORT_H
#define CT_REPORT_H

#include "core/ct_config.h"

#include "core/ct_file.h"
#include "core/ct_rc.h"

typedef struct ct_log_s ct_log_t;

/* Room for a reason and its NUL. */
#define CT_REPORT_SIZE 2048

/* Invariant: both descriptors are -1 while there is none. */
typedef struct ct_report_s {
    ct_file_t file;    /* the sink: what is written here */
    int       read_fd; /* non-blocking */
} ct_report_t;

ct_rc_t ct_report_init(ct_report_t *report, ct_log_t *log);
void    ct_report_release(ct_report_t *report);

/*
 * The message of the first line written so far, without time, level and pid;
 * empty when there is none.  What it read is gone.  Gives back `out`.
 */
const char *ct_report_take(ct_report_t *report, char out[CT_REPORT_SIZE]);

/* The message of a log line of `len` bytes, into `out`. */
void ct_report_message(const char *line, size_t len, char out[CT_REPORT_SIZE]);

#endif /* CT_REPORT_H */

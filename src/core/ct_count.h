/*
 * ct_count.h -- what a worker counts.
 *
 * Interface header: the counters stand in the scoreboard (ct_board.h), whose
 * atomic types C++ does not know; a module only needs their names.
 */

#ifndef CT_COUNT_H
#define CT_COUNT_H

#include "core/ct_config.h"

/* Counters of a slot, in the order of ct_board_counter_names. */
typedef enum ct_board_counter_e {
    CT_COUNT_ACCEPTED,           /* connections */
    CT_COUNT_CLOSED,             /* connections */
    CT_COUNT_REFUSED,            /* connections over worker_connections */
    CT_COUNT_CALLS,              /* that began, oneway included */
    CT_COUNT_ONEWAY,             /* of them */
    CT_COUNT_EXCEPTIONS,         /* replies with a declared exception */
    CT_COUNT_UNKNOWN_METHOD,     /* TApplicationException 1 */
    CT_COUNT_PROTOCOL_ERRORS,    /* undecodable or of a wrong type */
    CT_COUNT_INTERNAL_ERRORS,    /* a handler failed */
    CT_COUNT_MISSING_RESULTS,    /* a handler set no result */
    CT_COUNT_UNKNOWN_DIALECTS,   /* connections that spoke no Thrift */
    CT_COUNT_LIMITS,             /* input over a cap */
    CT_COUNT_TIMEOUTS,           /* connections closed by a timeout */
    CT_COUNT_PROXY_ERRORS,       /* connections without a good PROXY header */
    CT_COUNT_TLS_HANDSHAKES,     /* that went well */
    CT_COUNT_TLS_RESUMED,        /* of them */
    CT_COUNT_TLS_FAILED,         /* handshakes */
    CT_COUNT_SHED_IN_FLIGHT,     /* calls over max_calls_in_flight */
    CT_COUNT_SHED_FIBERS,        /* calls over max_fibers, or without a stack */
    CT_COUNT_SHED_QUEUE_FULL,    /* calls that found a thread pool full */
    CT_COUNT_SHED_QUEUE_TIMEOUT, /* calls that waited for queue_timeout */
    CT_COUNT_SHED_DEADLINE,      /* calls whose client had given up */
    CT_COUNT_SHED_RATE,          /* calls over a limit_req */
    CT_COUNT_SHED_CONN,          /* connections over a limit_conn */
    CT_COUNT_DENIED,             /* calls and connections: allow, deny */
    CT_COUNT_HANDLER_TIMEOUTS,   /* calls answered by handler_timeout */
    CT_COUNT_CANCELLED,          /* calls whose client went away */
    CT_COUNT_LATE_ANSWERS,       /* of calls that nobody waited for any more */
    CT_COUNT_HANDED_OVER,        /* connections given to another worker */
    CT_COUNT_TAKEN_OVER,         /* connections taken from another worker */
    CT_COUNT_LOOP_STALLS,        /* reports of a loop that does not turn */
    CT_COUNT_SPINS,              /* times that a loop polled before a sleep */
    CT_COUNT_SPINS_FOUND,        /* of them, those that found something */
    CT_COUNT_LOG_CRITICAL,       /* lines of error_log: crit, alert, emerg */
    CT_COUNT_LOG_ERRORS,         /* lines of error_log: error */
    CT_COUNT_LOG_WARNINGS,       /* lines of error_log: warn */
    CT_COUNT_LOG_LINES_LOST,     /* that no log or syslog would take */
    CT_COUNT_BYTES_IN,
    CT_COUNT_BYTES_OUT,
    CT_COUNTERS,
} ct_board_counter_t;

/* Of them in a row: lines of error_log by level, the worst first. */
#define CT_LOG_COUNTS 3

#endif /* CT_COUNT_H */

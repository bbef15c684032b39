/*
 * ct_log.h -- lines for the operator.
 *
 * A line is formatted on the stack and leaves by one write(2) to each sink,
 * so that lines of several processes do not mix.  A sink is a ct_file_t with
 * a level.  A log with a parent writes to its parent's sinks and puts its own
 * words behind the message ("client: 127.0.0.1:4711, server: ...").
 *
 * Levels are syslog's.  `[alert]` and `[emerg]` mean that cthrift itself is
 * broken: tests fail on them.
 *
 * A log belongs to one thread; the sinks' descriptors may be shared.
 */

#ifndef CT_LOG_H
#define CT_LOG_H

#include "core/ct_config.h"

#include "core/ct_rc.h"

typedef struct ct_file_s ct_file_t;
typedef struct ct_log_s  ct_log_t;

typedef enum ct_log_level_e {
    CT_LOG_EMERG = 1,
    CT_LOG_ALERT,
    CT_LOG_CRIT,
    CT_LOG_ERR,
    CT_LOG_WARN,
    CT_LOG_NOTICE,
    CT_LOG_INFO,
    CT_LOG_DEBUG,
} ct_log_level_t;

/* Longest line, its newline included; longer ones are cut with "...". */
#define CT_LOG_LINE_SIZE 2048

/* Most sinks of one log. */
#define CT_LOG_MAX_SINKS 4

typedef struct ct_log_sink_s {
    ct_file_t     *file;
    ct_log_level_t level; /* lines up to this one are written */
} ct_log_sink_t;

/* Writes words behind a message into `out`; gives back how many bytes. */
typedef size_t (*ct_log_context_fn)(const void *data, char *out, size_t size);

struct ct_log_s {
    const ct_log_t   *parent; /* its sinks are used when nsinks is 0 */
    ct_log_level_t    level;  /* the most talkative sink's */
    size_t            nsinks;
    ct_log_sink_t     sinks[CT_LOG_MAX_SINKS];
    ct_log_context_fn context; /* or NULL */
    const void       *context_data;
};

/* A log without sinks: lines up to notice go to stderr until one is added. */
CT_API void ct_log_init(ct_log_t *log);

/* Adds a sink; CT_DECLINED when there are CT_LOG_MAX_SINKS already. */
CT_API ct_rc_t ct_log_add_sink(ct_log_t *log, ct_file_t *file,
                               ct_log_level_t level);

/* A log for a connection or a call: `parent` must outlive it. */
CT_API void ct_log_init_child(ct_log_t *log, const ct_log_t *parent,
                              ct_log_context_fn context, const void *data);

/*
 * One line; `err` is an errno or 0.  Keeps errno as it was.  Format: libc's.
 * Bytes of a peer must come through ct_str_printable.
 */
CT_API void ct_log_write(const ct_log_t *log, ct_log_level_t level, int err,
                         const char *fmt, ...) CT_PRINTF(4, 5);

/* Arguments are evaluated only where the level is wanted. */
#define CT_LOG(log, lvl, ...)                                                  \
    do {                                                                       \
        if ((lvl) <= (log)->level) {                                           \
            ct_log_write((log), (lvl), __VA_ARGS__);                           \
        }                                                                      \
    } while (0)

/* "warn" and the like to a level; CT_DECLINED for another word. */
CT_API ct_rc_t ct_log_level_parse(const char *c_word, ct_log_level_t *level);

CT_API const char *ct_log_level_name(ct_log_level_t level);

#endif /* CT_LOG_H */

/*
 * ct_log.h -- lines for the operator.
 *
 * A line is formatted on the stack and leaves by one write(2) to each sink,
 * so that lines of several processes do not mix.  A sink is a ct_file_t with
 * a level, and where it is not plain text with a form or a sender of its own.
 * A log with a parent writes to its parent's sinks and puts its own fields
 * behind the message ("client: 127.0.0.1:4711, method: Greeter.greet").
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
#include "core/ct_str.h"

typedef struct ct_file_s      ct_file_t;
typedef struct ct_log_s       ct_log_t;
typedef struct ct_log_guard_s ct_log_guard_t;

typedef enum ct_log_level_e {
    CT_LOG_INHERIT = 0, /* of a log with a parent: the parent's */
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

/* Longest line of a form: JSON's escapes take more.  Pipes take it whole. */
#define CT_LOG_FORM_SIZE 4096

/* Most sinks of one log. */
#define CT_LOG_MAX_SINKS 4

/* What stands behind one message at most: fields, and bytes of their values. */
#define CT_LOG_MAX_FIELDS  8
#define CT_LOG_FIELDS_SIZE 512

/* Whom a field is for: readers of text, and programs.  A mask. */
enum {
    CT_LOG_IN_TEXT = 0x1,
    CT_LOG_IN_JSON = 0x2,
    CT_LOG_IN_BOTH = 0x3,
};

/* "client" and "127.0.0.1:4711". */
typedef struct ct_log_field_s {
    unsigned    where;  /* CT_LOG_IN_... */
    const char *c_name; /* a constant: letters and '_' */
    ct_str_t    value;  /* any bytes; in `text` of its ct_log_fields_t */
} ct_log_field_t;

/* Innermost log's first.  Invariant: n and len are within the arrays. */
typedef struct ct_log_fields_s {
    size_t         n;
    ct_log_field_t items[CT_LOG_MAX_FIELDS];
    size_t         len;
    char           text[CT_LOG_FIELDS_SIZE];
} ct_log_fields_t;

/* One line, as sinks get it; gone when they return. */
typedef struct ct_log_entry_s {
    ct_log_level_t         level;
    ct_str_t               message; /* with its reason */
    ct_str_t               text;    /* the same, and the fields for text */
    const ct_log_fields_t *fields;
} ct_log_entry_t;

/* Writes the entry as a line without a newline; gives back its length. */
typedef size_t (*ct_log_form_fn)(const ct_log_entry_t *entry, char *out,
                                 size_t size);

/* Takes a line without a newline away; anything but CT_OK: it is lost. */
typedef ct_rc_t (*ct_log_send_fn)(void *data, ct_log_level_t level,
                                  ct_str_t line);

typedef struct ct_log_sink_s {
    ct_file_t     *file;       /* whose descriptor it is, where send is NULL */
    ct_log_level_t level;      /* lines up to this one are written */
    ct_log_level_t said_level; /* as configured: ct_log_set_level */
    ct_log_form_fn form;       /* NULL: text */
    ct_log_send_fn send;       /* NULL: write(2), with time, level and pid */
    void          *send_data;
} ct_log_sink_t;

/* Adds fields to what stands behind a message, by ct_log_add_field. */
typedef void (*ct_log_context_fn)(const void *data, ct_log_fields_t *fields);

/*
 * What a process does about its lines beside writing them (ct_log_guard.h).
 * `admits` may keep one back, or say that *nmore like it were; `lost` is
 * called for each line that a sink did not take.  From any thread that logs.
 */
struct ct_log_guard_s {
    bool (*admits)(ct_log_guard_t *guard, ct_log_level_t level,
                   ct_str_t message, uint64_t *nmore);
    void (*lost)(ct_log_guard_t *guard);
};

struct ct_log_s {
    const ct_log_t   *parent; /* its sinks are used when nsinks is 0 */
    ct_log_level_t    level;  /* the most talkative sink's, or INHERIT */
    size_t            nsinks;
    ct_log_sink_t     sinks[CT_LOG_MAX_SINKS];
    ct_log_guard_t   *guard;   /* where there are sinks; or NULL */
    ct_log_context_fn context; /* or NULL */
    const void       *context_data;
};

/* A log without sinks: lines up to notice go to stderr until one is added. */
CT_API void ct_log_init(ct_log_t *log);

/*
 * Adds a sink; CT_DECLINED when there are CT_LOG_MAX_SINKS already.  The
 * second adds one that is more than a file and a level; said_level is set here.
 */
CT_API ct_rc_t ct_log_add_sink(ct_log_t *log, ct_file_t *file,
                               ct_log_level_t level);
CT_API ct_rc_t ct_log_add_sink_as(ct_log_t *log, const ct_log_sink_t *sink);

/* A log for a connection or a call: `parent` must outlive it. */
CT_API void ct_log_init_child(ct_log_t *log, const ct_log_t *parent,
                              ct_log_context_fn context, const void *data);

/*
 * Another level for a log with sinks, which its children follow: the most
 * talkative of its sinks get it, the others stay below it.  CT_LOG_INHERIT
 * puts back what was configured.
 */
void ct_log_set_level(ct_log_t *log, ct_log_level_t level);

/*
 * A field more: `where` is CT_LOG_IN_TEXT, CT_LOG_IN_JSON or both.  What does
 * not fit is cut or left out.  Format: libc's.
 */
CT_API void ct_log_add_field(ct_log_fields_t *fields, unsigned where,
                             const char *c_name, const char *fmt, ...)
    CT_PRINTF(4, 5);

/*
 * One line; `err` is an errno or 0.  Keeps errno as it was.  Format: libc's.
 * Bytes of a peer must come through ct_str_printable.  A child with a level of
 * its own that is above the sinks' writes to the most talkative of them.
 */
CT_API CT_COLD void ct_log_write(const ct_log_t *log, ct_log_level_t level,
                                 int err, const char *fmt, ...) CT_PRINTF(4, 5);

/*
 * A line to one sink alone, in its form and without fields, whatever its
 * level: for last words.  Asks for no memory.
 */
void ct_log_sink_write(const ct_log_sink_t *sink, ct_log_level_t level,
                       ct_str_t message);

/* The level in force.  Other threads may read while the loop sets it. */
static inline ct_log_level_t
ct_log_level(const ct_log_t *log)
{
    int level = __atomic_load_n(&log->level, __ATOMIC_RELAXED);

    while (level == CT_LOG_INHERIT && log->parent != NULL) {
        log = log->parent;
        level = __atomic_load_n(&log->level, __ATOMIC_RELAXED);
    }
    return (ct_log_level_t) level;
}


/* Arguments are evaluated only where the level is wanted. */
#define CT_LOG(log, lvl, ...)                                                  \
    do {                                                                       \
        if ((lvl) <= ct_log_level(log)) {                                      \
            ct_log_write((log), (lvl), __VA_ARGS__);                           \
        }                                                                      \
    } while (0)

/* "warn" and the like to a level; CT_DECLINED for another word. */
CT_API ct_rc_t ct_log_level_parse(const char *c_word, ct_log_level_t *level);

CT_API const char *ct_log_level_name(ct_log_level_t level);

#endif /* CT_LOG_H */

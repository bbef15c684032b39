/*
 * ct_log.c -- lines for the operator.
 *
 * A line is "TIME [LEVEL] PID: MESSAGE: REASON, CONTEXT".  A process without
 * a sink is one that has not read its configuration; its lines are a
 * command's answer on stderr and begin with the program's name instead.
 *
 * Control characters are replaced when the line is whole: what follows a
 * newline would otherwise pass for a line of ours.
 */

#include "core/ct_config.h"

#include "core/ct_log.h"

#include "core/ct_clock.h"
#include "core/ct_file.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* What is told on stderr while there is no sink. */
#define LEVEL_WITHOUT_SINK CT_LOG_NOTICE

/* Room kept for "..." and the newline. */
#define TAIL_SIZE 4

/* Invariant: len <= CT_LOG_LINE_SIZE - TAIL_SIZE until it is ended. */
typedef struct line_s {
    char   text[CT_LOG_LINE_SIZE];
    size_t len;
    bool   is_cut;
} line_t;

static const char *const level_names[] = {
    "", "emerg", "alert", "crit", "error", "warn", "notice", "info", "debug",
};


void
ct_log_init(ct_log_t *log)
{
    memset(log, 0, sizeof(*log));
    log->level = LEVEL_WITHOUT_SINK;
}


ct_rc_t
ct_log_add_sink(ct_log_t *log, ct_file_t *file, ct_log_level_t level)
{
    if (log->nsinks == CT_LOG_MAX_SINKS) {
        return CT_DECLINED;
    }
    if (log->nsinks == 0 || level > log->level) {
        log->level = level;
    }
    log->sinks[log->nsinks] = (ct_log_sink_t){ file, level };
    log->nsinks++;
    return CT_OK;
}


void
ct_log_init_child(ct_log_t *log, const ct_log_t *parent,
                  ct_log_context_fn context, const void *data)
{
    memset(log, 0, sizeof(*log));
    log->parent = parent;
    log->level = parent->level;
    log->context = context;
    log->context_data = data;
}


ct_rc_t
ct_log_level_parse(const char *c_word, ct_log_level_t *level)
{
    for (size_t i = CT_LOG_EMERG; i < CT_ARRAY_LEN(level_names); i++) {
        if (strcmp(c_word, level_names[i]) == 0) {
            *level = (ct_log_level_t) i;
            return CT_OK;
        }
    }
    return CT_DECLINED;
}


const char *
ct_log_level_name(ct_log_level_t level)
{
    CT_ASSERT(level >= CT_LOG_EMERG && level <= CT_LOG_DEBUG);
    return level_names[level];
}


/* Cuts silently and notes it; end_line shows the cut. */
static void CT_PRINTF(2, 0) vappend(line_t *line, const char *fmt, va_list args)
{
    const size_t room = sizeof(line->text) - TAIL_SIZE - line->len;
    const int    n = vsnprintf(line->text + line->len, room + 1, fmt, args);

    if (n < 0) {
        return;
    }
    if ((size_t) n > room) {
        line->len += room;
        line->is_cut = true;
        return;
    }
    line->len += (size_t) n;
}


static void CT_PRINTF(2, 3) append(line_t *line, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    vappend(line, fmt, args);
    va_end(args);
}


/* The words of this log and of those above it, innermost first. */
static void
append_contexts(line_t *line, const ct_log_t *log)
{
    for (; log != NULL; log = log->parent) {
        char   words[CT_LOG_LINE_SIZE / 4];
        size_t len;

        if (log->context == NULL) {
            continue;
        }
        len = log->context(log->context_data, words, sizeof(words));
        if (len > sizeof(words)) {
            len = sizeof(words);
        }
        if (len > 0) {
            append(line, ", %.*s", (int) len, words);
        }
    }
}


static void
end_line(line_t *line)
{
    for (size_t i = 0; i < line->len; i++) {
        const uint8_t byte = (uint8_t) line->text[i];

        if (byte < 0x20 || byte == 0x7f) {
            line->text[i] = byte == '\t' ? ' ' : '.';
        }
    }
    if (line->is_cut) {
        memcpy(line->text + line->len, "...", 3);
        line->len += 3;
    }
    line->text[line->len] = '\n';
    line->len++;
}


/* The nearest log, upwards, that has sinks; NULL when none has. */
static const ct_log_t *
with_sinks(const ct_log_t *log)
{
    while (log != NULL && log->nsinks == 0) {
        log = log->parent;
    }
    return log;
}


/* A log that cannot be written has nowhere to say so: it is dropped. */
static void
write_to_sinks(const ct_log_t *log, ct_log_level_t level, const line_t *line)
{
    if (log == NULL) {
        if (level <= LEVEL_WITHOUT_SINK) {
            (void) ct_file_write_all(STDERR_FILENO, line->text, line->len);
        }
        return;
    }
    for (size_t i = 0; i < log->nsinks; i++) {
        const ct_log_sink_t *sink = &log->sinks[i];

        if (level <= sink->level && sink->file->fd != -1) {
            (void) ct_file_write_all(sink->file->fd, line->text, line->len);
        }
    }
}


/*
 * The line is built on the stack: a log must work when memory is what is
 * missing, and in a process that has just been forked.
 */
void
ct_log_write(const ct_log_t *log, ct_log_level_t level, int err,
             const char *fmt, ...)
{
    const int       saved_errno = errno;
    const ct_log_t *target = with_sinks(log);
    char            time_text[CT_CLOCK_TEXT_SIZE];
    line_t          line = { .len = 0, .is_cut = false };
    va_list         args;

    if (target == NULL) {
        append(&line, CT_NAME ": [%s] ", ct_log_level_name(level));
    } else {
        append(&line, "%s [%s] %ld: ", ct_clock_log_text(time_text),
               ct_log_level_name(level), (long) getpid());
    }
    va_start(args, fmt);
    vappend(&line, fmt, args);
    va_end(args);
    if (err != 0) {
        append(&line, ": %s", strerror(err));
    }
    append_contexts(&line, log);
    end_line(&line);
    write_to_sinks(target, level, &line);
    errno = saved_errno;
}

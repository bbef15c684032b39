/*
 * ct_log.c -- lines for the operator.
 *
 * A line is "TIME [LEVEL] PID: MESSAGE: REASON, FIELDS".  A process without
 * a sink is one that has not read its configuration; its lines are a
 * command's answer on stderr and begin with the program's name instead.  A
 * sink with a form makes a line of its own of the same parts.
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


/* Sinks are few and this is rare: the highest is looked for afresh. */
static void
settle_level(ct_log_t *log)
{
    ct_log_level_t level = CT_LOG_EMERG;

    for (size_t i = 0; i < log->nsinks; i++) {
        if (log->sinks[i].level > level) {
            level = log->sinks[i].level;
        }
    }
    __atomic_store_n(&log->level, level, __ATOMIC_RELAXED);
}


ct_rc_t
ct_log_add_sink_as(ct_log_t *log, const ct_log_sink_t *sink)
{
    if (log->nsinks == CT_LOG_MAX_SINKS) {
        return CT_DECLINED;
    }
    log->sinks[log->nsinks] = *sink;
    log->sinks[log->nsinks].said_level = sink->level;
    log->nsinks++;
    settle_level(log);
    return CT_OK;
}


ct_rc_t
ct_log_add_sink(ct_log_t *log, ct_file_t *file, ct_log_level_t level)
{
    const ct_log_sink_t sink = { .file = file, .level = level };

    return ct_log_add_sink_as(log, &sink);
}


void
ct_log_init_child(ct_log_t *log, const ct_log_t *parent,
                  ct_log_context_fn context, const void *data)
{
    memset(log, 0, sizeof(*log));
    log->parent = parent;
    log->level = CT_LOG_INHERIT;
    log->context = context;
    log->context_data = data;
}


void
ct_log_set_level(ct_log_t *log, ct_log_level_t level)
{
    ct_log_level_t highest = CT_LOG_INHERIT;

    for (size_t i = 0; i < log->nsinks; i++) {
        if (log->sinks[i].said_level > highest) {
            highest = log->sinks[i].said_level;
        }
    }
    for (size_t i = 0; i < log->nsinks; i++) {
        const ct_log_level_t said = log->sinks[i].said_level;
        const bool           follows = said == highest || said > level;

        __atomic_store_n(&log->sinks[i].level,
                         level != CT_LOG_INHERIT && follows ? level : said,
                         __ATOMIC_RELAXED);
    }
    settle_level(log);
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


void
ct_log_add_field(ct_log_fields_t *fields, unsigned where, const char *c_name,
                 const char *fmt, ...)
{
    const size_t room = sizeof(fields->text) - fields->len;
    char        *value = fields->text + fields->len;
    va_list      args;
    int          n;

    if (fields->n == CT_LOG_MAX_FIELDS || room == 0) {
        return;
    }
    va_start(args, fmt);
    n = vsnprintf(value, room, fmt, args);
    va_end(args);
    if (n < 0) {
        return;
    }
    if ((size_t) n >= room) {
        n = (int) room - 1;
    }
    fields->items[fields->n] =
        (ct_log_field_t){ where, c_name, { (size_t) n, value } };
    fields->n++;
    fields->len += (size_t) n;
}


/* Those of this log and of the ones above it, innermost first. */
static void
append_fields(line_t *line, const ct_log_t *log, ct_log_fields_t *fields)
{
    fields->n = 0;
    fields->len = 0;
    for (; log != NULL; log = log->parent) {
        if (log->context != NULL) {
            log->context(log->context_data, fields);
        }
    }
    for (size_t i = 0; i < fields->n; i++) {
        const ct_log_field_t *field = &fields->items[i];

        if (field->where & CT_LOG_IN_TEXT) {
            append(line, ", %s: %.*s", field->c_name, CT_STR_ARG(field->value));
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


/* "TIME [LEVEL] PID: " */
static void
begin_line(line_t *line, bool has_sink, ct_log_level_t level)
{
    char time_text[CT_CLOCK_TEXT_SIZE];

    line->len = 0;
    line->is_cut = false;
    if (!has_sink) {
        append(line, CT_NAME ": [%s] ", ct_log_level_name(level));
        return;
    }
    append(line, "%s [%s] %ld: ", ct_clock_log_text(time_text),
           ct_log_level_name(level), (long) getpid());
}


/* To one sink: CT_OK, or the line is lost. */
static ct_rc_t
write_to_sink(const ct_log_sink_t *sink, const ct_log_entry_t *entry,
              const line_t *line)
{
    char     formed[CT_LOG_FORM_SIZE];
    ct_str_t text = entry->text;

    if (sink->form == NULL && sink->send == NULL) {
        return ct_file_log(sink->file, line->text, line->len);
    }
    if (sink->form != NULL) {
        text.len = sink->form(entry, formed, sizeof(formed) - 1);
        text.data = formed;
    }
    if (sink->send != NULL) {
        return sink->send(sink->send_data, entry->level, text);
    }
    formed[text.len] = '\n';
    return ct_file_log(sink->file, formed, text.len + 1);
}


void
ct_log_sink_write(const ct_log_sink_t *sink, ct_log_level_t level,
                  ct_str_t message)
{
    ct_log_fields_t fields;
    line_t          line;

    fields.n = 0;
    begin_line(&line, true, level);
    append(&line, "%.*s", CT_STR_ARG(message));
    end_line(&line);
    (void) write_to_sink(sink,
                         &(ct_log_entry_t){ .level = level,
                                            .message = message,
                                            .text = message,
                                            .fields = &fields },
                         &line);
}


/*
 * A child may have a level above all sinks' (debug_connection).  Its lines
 * belong where most is written already: a syslog that asks for errors is not
 * meant.
 */
static bool
takes(const ct_log_t *log, const ct_log_sink_t *sink, ct_log_level_t level)
{
    const ct_log_level_t own =
        (ct_log_level_t) __atomic_load_n(&sink->level, __ATOMIC_RELAXED);

    if (sink->send == NULL && sink->file->fd == -1) {
        return false;
    }
    return level <= own || (level > ct_log_level(log) && own == log->level);
}


/* A line that cannot be written has nowhere to go: it is counted. */
static void
write_to_sinks(const ct_log_t *log, const ct_log_entry_t *entry,
               const line_t *line)
{
    if (log == NULL) {
        if (entry->level <= LEVEL_WITHOUT_SINK) {
            (void) ct_file_write_all(STDERR_FILENO, line->text, line->len);
        }
        return;
    }
    for (size_t i = 0; i < log->nsinks; i++) {
        if (takes(log, &log->sinks[i], entry->level)
            && write_to_sink(&log->sinks[i], entry, line) != CT_OK
            && log->guard != NULL) {
            log->guard->lost(log->guard);
        }
    }
}


/* Behind the message: how often it was kept back.  False: it is now, too. */
static bool
pass_guard(const ct_log_t *target, ct_log_level_t level, size_t start,
           line_t *line)
{
    const ct_str_t message = { line->len - start, line->text + start };
    uint64_t       nmore = 0;

    if (target == NULL || target->guard == NULL) {
        return true;
    }
    if (!target->guard->admits(target->guard, level, message, &nmore)) {
        return false;
    }
    if (nmore > 0) {
        append(line, " (%llu more in the last second)",
               (unsigned long long) nmore);
    }
    return true;
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
    line_t          line;
    ct_log_fields_t fields;
    size_t          start;
    size_t          end;
    va_list         args;

    begin_line(&line, target != NULL, level);
    start = line.len;
    va_start(args, fmt);
    vappend(&line, fmt, args);
    va_end(args);
    if (err != 0) {
        append(&line, ": %s", strerror(err));
    }
    if (pass_guard(target, level, start, &line)) {
        end = line.len;
        append_fields(&line, log, &fields);
        end_line(&line);
        write_to_sinks(target,
                       &(ct_log_entry_t){
                           .level = level,
                           .message = { end - start, line.text + start },
                           .text = { line.len - 1 - start, line.text + start },
                           .fields = &fields,
                       },
                       &line);
    }
    errno = saved_errno;
}

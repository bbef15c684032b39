/*
 * ct_idl_report.c -- words to whoever wrote the file.
 *
 * A place is a pointer into the text and a line number; column, source line
 * and caret are worked out only when there is something to say, so the lexer
 * pays nothing for them.  The line is cut at SOURCE_MAX bytes before the
 * caret and behind it: a file of one line of a megabyte must not make an
 * error message of one.
 */

#include "core/ct_config.h"

#include "idl/ct_idl_report.h"

#include "core/ct_pool.h"

/* Bytes of a source line shown on either side of the caret. */
#define SOURCE_MAX 120


/* Where the line begins that `pos` stands in. */
static const char *
line_start(const ct_idl_pos_t *pos)
{
    const char *start = pos->text;

    while (start > pos->file->text.data && start[-1] != '\n') {
        start--;
    }
    return start;
}


/* Whether a byte begins a character: UTF-8's others are 10xxxxxx. */
static bool
is_character(char c)
{
    return ((uint8_t) c & 0xc0) != 0x80;
}


uint32_t
ct_idl_column(const ct_idl_pos_t *pos)
{
    uint32_t column = 1;

    for (const char *p = line_start(pos); p < pos->text; p++) {
        column += is_character(*p);
    }
    return column;
}


/* The line around `pos`, control bytes as '?', tabs kept. */
static ct_str_t
source_line(ct_pool_t *pool, const ct_idl_pos_t *pos, const char *start)
{
    const char *end = pos->file->text.data + pos->file->text.len;
    const char *p = pos->text;
    char       *copy;

    while (p < end && *p != '\n' && *p != '\r' && p - pos->text < SOURCE_MAX) {
        p++;
    }
    copy = ct_str_dup_c(pool, (ct_str_t){ (size_t) (p - start), start });
    for (char *c = copy; c < copy + (p - start); c++) {
        if (((uint8_t) *c < 0x20 && *c != '\t') || *c == 0x7f) {
            *c = '?';
        }
    }
    return (ct_str_t){ (size_t) (p - start), copy };
}


/* Blanks as wide as the line up to `pos` (its tabs kept), then '^'. */
static ct_str_t
caret_line(ct_pool_t *pool, const ct_idl_pos_t *pos, const char *start)
{
    char  *text = ct_pool_alloc(pool, (size_t) (pos->text - start) + 2);
    size_t n = 0;

    for (const char *p = start; p < pos->text; p++) {
        if (is_character(*p)) {
            text[n++] = *p == '\t' ? '\t' : ' ';
        }
    }
    text[n++] = '^';
    text[n] = '\0';
    return (ct_str_t){ n, text };
}


/* Line, column, source and caret of a message. */
static void
place(ct_pool_t *pool, const ct_idl_pos_t *pos, ct_idl_message_t *message)
{
    const char *start = line_start(pos);

    message->path = pos->file->path;
    message->line = pos->line;
    message->column = ct_idl_column(pos);
    if (pos->text - start > SOURCE_MAX) {
        start = pos->text - SOURCE_MAX;
        while (start < pos->text && !is_character(*start)) {
            start++;
        }
    }
    message->source = source_line(pool, pos, start);
    message->caret = caret_line(pool, pos, start);
}


static void say(ct_idl_t *idl, bool is_error, const ct_idl_pos_t *pos,
                ct_str_t path, const char *fmt, va_list args) CT_PRINTF(5, 0);


/* Formats and hands over; `pos` may be NULL, then `path` is said. */
static void
say(ct_idl_t *idl, bool is_error, const ct_idl_pos_t *pos, ct_str_t path,
    const char *fmt, va_list args)
{
    ct_pool_t       *pool;
    ct_idl_message_t message = { .is_error = is_error,
                                 .path = path,
                                 .source = CT_STR_NONE,
                                 .caret = CT_STR_NONE };

    if (idl->report == NULL) {
        return;
    }
    pool = ct_pool_create(1024);
    if (pos != NULL) {
        place(pool, pos, &message);
    }
    message.text = ct_str_vprintf(pool, fmt, args);
    idl->report(&message, idl->data);
    ct_pool_destroy(pool);
}


/* One error more; says so once when they are too many. */
static bool
count_error(ct_idl_t *idl)
{
    static const char text[] = "too many errors, the rest is not shown";

    idl->nerrors++;
    if (idl->nerrors == CT_IDL_MAX_ERRORS + 1 && idl->report != NULL) {
        const ct_idl_message_t message = { .is_error = true,
                                           .text = CT_STR_INIT(text) };

        idl->report(&message, idl->data);
    }
    return idl->nerrors <= CT_IDL_MAX_ERRORS;
}


/* CT_ERROR in any case, so that a caller can return what this returns. */
ct_rc_t
ct_idl_error(ct_idl_t *idl, const ct_idl_pos_t *pos, const char *fmt, ...)
{
    va_list args;

    if (count_error(idl)) {
        va_start(args, fmt);
        say(idl, true, pos, CT_STR_NONE, fmt, args);
        va_end(args);
    }
    return CT_ERROR;
}


void
ct_idl_warn(ct_idl_t *idl, const ct_idl_pos_t *pos, const char *fmt, ...)
{
    va_list args;

    idl->nwarnings++;
    va_start(args, fmt);
    say(idl, false, pos, CT_STR_NONE, fmt, args);
    va_end(args);
}


ct_rc_t
ct_idl_file_error(ct_idl_t *idl, ct_str_t path, const char *fmt, ...)
{
    va_list args;

    if (count_error(idl)) {
        va_start(args, fmt);
        say(idl, true, NULL, path, fmt, args);
        va_end(args);
    }
    return CT_ERROR;
}

/*
 * ct_log_json.c -- a line of the log as an object of JSON.
 *
 * Written by hand into the caller's bytes: a library would ask for memory,
 * and a log must work when that is what is missing.  Room for what closes the
 * object is kept from the beginning, so that it always is one.
 */

#include "core/ct_config.h"

#include "core/ct_log_json.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/ct_clock.h"
#include "core/ct_utf8.h"

/* Kept for the fields behind the message. */
#define FIELDS_ROOM 1024

/* Of a character: \u001f, or three bytes for one that is none. */
#define ESCAPE_SIZE 6

/* Behind a string that is cut: "..." and the quote. */
#define CUT_SIZE 4

/* U+FFFD, in place of what is no character. */
#define REPLACEMENT "\xef\xbf\xbd"

/* Invariant: len < size; the last byte is the closing brace's. */
typedef struct object_s {
    char  *text;
    size_t len;
    size_t size;
} object_t;


static void CT_PRINTF(2, 3) append(object_t *object, const char *fmt, ...)
{
    const size_t room = object->size - object->len;
    va_list      args;
    int          n;

    va_start(args, fmt);
    n = vsnprintf(object->text + object->len, room, fmt, args);
    va_end(args);
    CT_ASSERT(n >= 0 && (size_t) n < room);
    object->len += (size_t) n;
}


/* One character as it stands in a string; gives how much of `text` it was. */
static size_t
escape(ct_str_t text, char out[ESCAPE_SIZE + 1], size_t *len)
{
    const uint8_t byte = (uint8_t) text.data[0];
    size_t        n = 1;

    if (byte >= 0x80) {
        n = ct_utf8_len(text.data, text.len);
        *len = n > 0 ? n : 3;
        memcpy(out, n > 0 ? text.data : REPLACEMENT, *len);
        return n > 0 ? n : 1;
    }
    if (byte < 0x20 || byte == 0x7f) {
        *len = (size_t) snprintf(out, ESCAPE_SIZE + 1, "\\u%04x", byte);
        return 1;
    }
    *len = 0;
    if (byte == '"' || byte == '\\') {
        out[(*len)++] = '\\';
    }
    out[(*len)++] = (char) byte;
    return n;
}


/* The text in quotes, its end not behind `limit`; `limit` has room for those.
 */
static void
append_string(object_t *object, ct_str_t text, size_t limit)
{
    object->text[object->len++] = '"';
    while (text.len > 0) {
        char         out[ESCAPE_SIZE + 1];
        size_t       len;
        const size_t n = escape(text, out, &len);

        /* The last character may use what "..." would have needed. */
        if (object->len + len + (n < text.len ? CUT_SIZE : 1) > limit) {
            memcpy(object->text + object->len, "...", CUT_SIZE - 1);
            object->len += CUT_SIZE - 1;
            break;
        }
        memcpy(object->text + object->len, out, len);
        object->len += len;
        text.data += n;
        text.len -= n;
    }
    object->text[object->len++] = '"';
}


/* Names that stand twice would make the object one that parsers differ on. */
static bool
stands_before(const ct_log_fields_t *fields, size_t at)
{
    for (size_t i = 0; i < at; i++) {
        if ((fields->items[i].where & CT_LOG_IN_JSON)
            && strcmp(fields->items[i].c_name, fields->items[at].c_name) == 0) {
            return true;
        }
    }
    return false;
}


static void
append_field(object_t *object, const ct_log_field_t *field)
{
    const size_t limit = object->size - 1;
    /* ,"name":"..." */
    const size_t least = strlen(field->c_name) + 5 + CUT_SIZE;

    if (object->len + least > limit) {
        return;
    }
    append(object, ",\"%s\":", field->c_name);
    append_string(object, field->value, limit);
}


/* RFC 3339, with milliseconds. */
static void
append_time(object_t *object)
{
    struct timespec now = { 0, 0 };
    struct tm       local;
    char            text[CT_CLOCK_TEXT_SIZE];
    char            zone[CT_CLOCK_TEXT_SIZE];

    memset(&local, 0, sizeof(local));
    (void) clock_gettime(CLOCK_REALTIME, &now);
    (void) localtime_r(&now.tv_sec, &local);
    (void) strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &local);
    (void) strftime(zone, sizeof(zone), "%z", &local);
    append(object, "\"time\":\"%s.%03ld%.3s:%.2s\"", text,
           now.tv_nsec / 1000000, zone, zone + 3);
}


size_t
ct_log_json_form(const ct_log_entry_t *entry, char *out, size_t size)
{
    object_t               object = { out, 0, size };
    const ct_log_fields_t *fields = entry->fields;

    CT_ASSERT(size >= CT_LOG_FORM_SIZE - 1);
    append(&object, "{");
    append_time(&object);
    append(&object, ",\"level\":\"%s\",\"pid\":%ld,\"message\":",
           ct_log_level_name(entry->level), (long) getpid());
    append_string(&object, entry->message, size - FIELDS_ROOM);
    for (size_t i = 0; i < fields->n; i++) {
        if ((fields->items[i].where & CT_LOG_IN_JSON)
            && !stands_before(fields, i)) {
            append_field(&object, &fields->items[i]);
        }
    }
    object.text[object.len++] = '}';
    return object.len;
}

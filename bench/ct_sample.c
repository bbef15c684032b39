/*
 * ct_sample.c -- writing the two messages of a call, and comparing.
 */

#define _GNU_SOURCE

#include "ct_sample.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#define STRICT_CALL  0x80010001U
#define STRICT_REPLY 0x80010002U
#define TYPE_STRING  11
#define SEQID_SIZE   4

/* Frame, version and kind, length of the name, name, seqid, stop: no more. */
#define HEAD_SIZE 32

/* What a message holds: a struct with one string, or with nothing. */
typedef struct {
    uint32_t    version_and_kind;
    const char *name;
    uint8_t     field_id;
    const char *text; /* NULL: no field */
} content_t;


static uint8_t *
put32(uint8_t *out, size_t value)
{
    const uint32_t wire = htobe32((uint32_t) value);

    memcpy(out, &wire, sizeof(wire));
    return out + sizeof(wire);
}


static uint8_t *
put_string(uint8_t *out, const char *text)
{
    const size_t len = strlen(text);

    out = put32(out, len);
    memcpy(out, text, len);
    return out + len;
}


static uint8_t *
put_field(uint8_t *out, uint8_t id, const char *text)
{
    out[0] = TYPE_STRING;
    out[1] = 0;
    out[2] = id;
    return put_string(out + 3, text);
}


static bool
message_init(ct_message_t *message, const content_t *content, bool framed)
{
    const size_t text_len = content->text == NULL ? 0 : strlen(content->text);
    uint8_t     *out = malloc(HEAD_SIZE + text_len);

    message->data = out;
    if (out == NULL) {
        return false;
    }
    if (framed) {
        out = put32(out, 0);
    }
    out = put32(out, content->version_and_kind);
    out = put_string(out, content->name);
    message->seqid_at = (size_t) (out - message->data);
    out = put32(out, 0);
    if (content->text != NULL) {
        out = put_field(out, content->field_id, content->text);
    }
    *out++ = 0;
    message->len = (size_t) (out - message->data);
    if (framed) {
        put32(message->data, message->len - 4);
    }
    return true;
}


static bool
sample_init_ping(ct_sample_t *sample, bool framed)
{
    const content_t call = { STRICT_CALL, "ping", 0, NULL };
    const content_t reply = { STRICT_REPLY, "ping", 0, "pong" };

    return message_init(&sample->request, &call, framed)
           && message_init(&sample->reply, &reply, framed);
}


/* Letters that repeat with a period that no power of two shares. */
static bool
sample_init_echo(ct_sample_t *sample, const char *size, bool framed)
{
    content_t     content = { STRICT_CALL, "echo", 1, NULL };
    char         *end;
    unsigned long len = strtoul(size, &end, 10);
    char         *text;
    unsigned long i;
    bool          done;

    if (end == size || *end != '\0' || len > CT_SAMPLE_MAX_ECHO) {
        return false;
    }
    text = malloc(len + 1);
    if (text == NULL) {
        return false;
    }
    for (i = 0; i < len; i++) {
        text[i] = (char) ('a' + i % 23);
    }
    text[len] = '\0';

    content.text = text;
    done = message_init(&sample->request, &content, framed);
    content.version_and_kind = STRICT_REPLY;
    content.field_id = 0;
    done = done && message_init(&sample->reply, &content, framed);
    free(text);
    return done;
}


bool
ct_sample_init(ct_sample_t *sample, const char *kind, bool framed)
{
    memset(sample, 0, sizeof(*sample));
    if (strcmp(kind, "ping") == 0) {
        return sample_init_ping(sample, framed);
    }
    return strncmp(kind, "echo:", 5) == 0
           && sample_init_echo(sample, kind + 5, framed);
}


void
ct_sample_release(ct_sample_t *sample)
{
    free(sample->request.data);
    free(sample->reply.data);
}


void
ct_message_write(const ct_message_t *message, uint32_t seqid, uint8_t *out)
{
    memcpy(out, message->data, message->len);
    put32(out + message->seqid_at, seqid);
}


bool
ct_message_equals(const ct_message_t *message, uint32_t seqid,
                  const uint8_t *data, size_t len)
{
    const size_t before = message->seqid_at;
    const size_t after = before + SEQID_SIZE;
    uint8_t      wire[SEQID_SIZE];

    put32(wire, seqid);
    if (len <= before) {
        return memcmp(data, message->data, len) == 0;
    }
    if (memcmp(data, message->data, before) != 0) {
        return false;
    }
    if (len <= after) {
        return memcmp(data + before, wire, len - before) == 0;
    }
    return memcmp(data + before, wire, SEQID_SIZE) == 0
           && memcmp(data + after, message->data + after, len - after) == 0;
}

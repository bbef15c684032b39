/*
 * ct_json_write.c -- Thrift's JSON, written.
 *
 * Byte for byte what Apache's C++ library writes, but for two things where
 * libraries differ among themselves and all read either: binary strings have
 * their padding, which strict decoders want, and doubles have no more digits
 * than they need.
 *
 * A field's closing brace is written by whoever comes next: the next field,
 * or the stop.  So the codec needs no word for it.
 */

#include "core/ct_config.h"

#include "thrift/wire/ct_json.h"

#include <math.h>

#include "core/ct_utf8.h"
#include "thrift/wire/ct_base64.h"

/* -9223372036854775808, and a quote on either side. */
#define INTEGER_SIZE 22

const ct_json_context_t ct_json_contexts[CT_JSON_NCONTEXTS] = {
    [CT_JSON_ALONE] = { '\0', CT_JSON_ALONE, false },
    [CT_JSON_MESSAGE] = { ',', CT_JSON_MESSAGE, false },
    [CT_JSON_STRUCT] = { '\0', CT_JSON_STRUCT, false },
    [CT_JSON_FIELD] = { '\0', CT_JSON_FIELD, false },
    [CT_JSON_LIST] = { ',', CT_JSON_LIST, false },
    [CT_JSON_FIRST_KEY] = { '\0', CT_JSON_VALUE, true },
    [CT_JSON_KEY] = { ',', CT_JSON_VALUE, true },
    [CT_JSON_VALUE] = { ':', CT_JSON_KEY, false },
};

/* A list is at least ["i8",0], a map ["i8","i8",0,{}]. */
const ct_json_type_t ct_json_types[CT_T_UUID + 1] = {
    [CT_T_BOOL] = { CT_STR_INIT("tf"), 1 },
    [CT_T_I8] = { CT_STR_INIT("i8"), 1 },
    [CT_T_DOUBLE] = { CT_STR_INIT("dbl"), 1 },
    [CT_T_I16] = { CT_STR_INIT("i16"), 1 },
    [CT_T_I32] = { CT_STR_INIT("i32"), 1 },
    [CT_T_I64] = { CT_STR_INIT("i64"), 1 },
    [CT_T_STRING] = { CT_STR_INIT("str"), 2 },
    [CT_T_STRUCT] = { CT_STR_INIT("rec"), 2 },
    [CT_T_MAP] = { CT_STR_INIT("map"), 16 },
    [CT_T_SET] = { CT_STR_INIT("set"), 8 },
    [CT_T_LIST] = { CT_STR_INIT("lst"), 8 },
    [CT_T_UUID] = { CT_STR_INIT("uid"), 34 },
};


ct_ttype_t
ct_json_type_of(ct_str_t name)
{
    unsigned i;

    for (i = 0; i < CT_ARRAY_LEN(ct_json_types); i++) {
        if (ct_json_types[i].name.data != NULL
            && ct_str_eq(name, ct_json_types[i].name)) {
            return (ct_ttype_t) i;
        }
    }
    return CT_T_STOP;
}


static void
put(ct_writer_t *writer, const char *data, size_t len)
{
    uint8_t *out = ct_writer_claim(writer, len);

    if (out != NULL) {
        memcpy(out, data, len);
    }
}


/* Bytes of a literal. */
#define PUT(writer, literal) put((writer), (literal), sizeof(literal) - 1)


/* What separates the value that comes from what is there. */
static bool
begin_value(ct_writer_t *writer)
{
    const ct_json_context_t *context = &ct_json_contexts[writer->context];

    if (context->separator != '\0') {
        put(writer, &context->separator, 1);
    }
    writer->context = context->next;
    return context->is_key;
}


/* Digits from the end; the magnitude of INT64_MIN has no sign to lose. */
static void
put_integer(ct_writer_t *writer, int64_t value, bool has_quotes)
{
    uint64_t left = value < 0 ? 0 - (uint64_t) value : (uint64_t) value;
    char     text[INTEGER_SIZE];
    char    *p = text + sizeof(text);

    if (has_quotes) {
        *--p = '"';
    }
    do {
        *--p = (char) ('0' + left % 10);
        left /= 10;
    } while (left > 0);
    if (value < 0) {
        *--p = '-';
    }
    if (has_quotes) {
        *--p = '"';
    }
    put(writer, p, (size_t) (text + sizeof(text) - p));
}


static void
put_type(ct_writer_t *writer, ct_ttype_t type)
{
    PUT(writer, "\"");
    put(writer, ct_json_types[type].name.data, ct_json_types[type].name.len);
    PUT(writer, "\"");
}


void
ct_json_write_i64(ct_writer_t *writer, int64_t value)
{
    const bool is_key = begin_value(writer);

    put_integer(writer, value, is_key);
}


void
ct_json_write_i32(ct_writer_t *writer, int32_t value)
{
    ct_json_write_i64(writer, value);
}


void
ct_json_write_i16(ct_writer_t *writer, int16_t value)
{
    ct_json_write_i64(writer, value);
}


void
ct_json_write_i8(ct_writer_t *writer, int8_t value)
{
    ct_json_write_i64(writer, value);
}


void
ct_json_write_bool(ct_writer_t *writer, bool value)
{
    ct_json_write_i64(writer, value ? 1 : 0);
}


/* Numbers that JSON does not have are quoted words. */
void
ct_json_write_double(ct_writer_t *writer, double value)
{
    const bool is_key = begin_value(writer);
    const bool has_quotes = is_key || !isfinite(value);
    char       text[CT_JSON_DOUBLE_SIZE];

    if (has_quotes) {
        PUT(writer, "\"");
    }
    if (isnan(value)) {
        PUT(writer, CT_JSON_NAN);
    } else if (isinf(value)) {
        put(writer, "-", value < 0 ? 1 : 0);
        PUT(writer, CT_JSON_INFINITY);
    } else {
        put(writer, text, ct_json_format_double(value, text));
    }
    if (has_quotes) {
        PUT(writer, "\"");
    }
}


static void
put_text(ct_writer_t *writer, ct_str_t value)
{
    if (!ct_utf8_is_valid(value.data, value.len)) {
        ct_writer_fail(writer, "a string that is not UTF-8, as JSON must be");
        return;
    }
    ct_json_write_text(writer, value);
}


void
ct_json_write_string(ct_writer_t *writer, ct_str_t value)
{
    (void) begin_value(writer);
    put_text(writer, value);
}


void
ct_json_write_binary(ct_writer_t *writer, ct_str_t value)
{
    uint8_t *out;

    if (value.len > INT32_MAX) {
        ct_writer_fail(writer, "a string longer than Thrift can say");
        return;
    }
    (void) begin_value(writer);
    PUT(writer, "\"");
    out = ct_writer_claim(writer, ct_base64_size(value.len));
    if (out != NULL) {
        ct_base64_encode((char *) out, value.data, value.len);
    }
    PUT(writer, "\"");
}


void
ct_json_write_uuid(ct_writer_t *writer, const ct_uuid_t *value)
{
    char text[CT_JSON_UUID_SIZE];

    (void) begin_value(writer);
    ct_json_format_uuid(value, text);
    PUT(writer, "\"");
    put(writer, text, sizeof(text));
    PUT(writer, "\"");
}


void
ct_json_write_message(ct_writer_t *writer, const ct_message_t *message)
{
    PUT(writer, "[");
    put_integer(writer, CT_JSON_VERSION, false);
    PUT(writer, ",");
    put_text(writer, message->name);
    PUT(writer, ",");
    put_integer(writer, (int) message->type, false);
    PUT(writer, ",");
    put_integer(writer, message->seqid, false);
    writer->context = CT_JSON_MESSAGE;
}


void
ct_json_write_struct_begin(ct_writer_t *writer, ct_struct_mark_t *mark)
{
    (void) begin_value(writer);
    mark->context = writer->context;
    writer->context = CT_JSON_STRUCT;
    PUT(writer, "{");
}


/* The outermost struct's end is the message's. */
void
ct_json_write_struct_end(ct_writer_t *writer, ct_struct_mark_t mark)
{
    writer->context = mark.context;
    if (mark.context == CT_JSON_MESSAGE) {
        PUT(writer, "]");
    }
}


void
ct_json_write_field(ct_writer_t *writer, ct_ttype_t type, int16_t id)
{
    if (writer->context == CT_JSON_FIELD) {
        PUT(writer, "},");
    }
    put_integer(writer, id, true);
    PUT(writer, ":{");
    put_type(writer, type);
    PUT(writer, ":");
    writer->context = CT_JSON_FIELD;
}


void
ct_json_write_stop(ct_writer_t *writer)
{
    if (writer->context == CT_JSON_FIELD) {
        PUT(writer, "}");
    }
    PUT(writer, "}");
}


void
ct_json_write_list(ct_writer_t *writer, ct_ttype_t type, ct_ttype_t element,
                   size_t n)
{
    (void) type;
    (void) begin_value(writer);
    PUT(writer, "[");
    put_type(writer, element);
    PUT(writer, ",");
    put_integer(writer, (int64_t) n, false);
    writer->context = CT_JSON_LIST;
}


void
ct_json_write_map(ct_writer_t *writer, ct_ttype_t key, ct_ttype_t value,
                  size_t n)
{
    (void) begin_value(writer);
    PUT(writer, "[");
    put_type(writer, key);
    PUT(writer, ",");
    put_type(writer, value);
    PUT(writer, ",");
    put_integer(writer, (int64_t) n, false);
    PUT(writer, ",{");
    writer->context = CT_JSON_FIRST_KEY;
}


/* `context` is from before the head: the container was a value in it. */
void
ct_json_write_end(ct_writer_t *writer, uint8_t context)
{
    if (writer->context != CT_JSON_LIST) {
        PUT(writer, "}");
    }
    PUT(writer, "]");
    writer->context = ct_json_contexts[context].next;
}

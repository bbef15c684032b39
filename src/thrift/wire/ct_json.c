/*
 * ct_json.c -- Thrift's JSON, read.
 *
 * Why not a library that parses JSON: all of them build a tree first.  A
 * message of 16 MiB is up to eight million values, and a tree of those takes
 * many times its size before a cap of ours could speak; depth is counted in
 * their terms; integers above 2^53, repeated fields and the order of a map
 * are lost or refused.  Thrift's JSON says what comes next, like the binary
 * protocols, so it is pulled out of the message value by value as those are:
 * strings without escapes are slices of it, and the caps hold before memory
 * does.  Recursion is the codec's, under its limit.
 *
 * Strict where Apache's libraries are: types must exist, containers have as
 * many items as they say, numbers fit their type, nothing follows a message.
 * Lenient where that costs nothing: white space anywhere, `\/`, control
 * characters as they are, base64 with padding or without.  A key of a map
 * may be a struct or a container, which is not JSON, but Apache's C++ and
 * Python libraries write it so.
 *
 * read_field takes the closing brace of the field before, if there was one;
 * `context` knows.
 */

#include "core/ct_config.h"

#include "thrift/wire/ct_json.h"

#include "thrift/wire/ct_base64.h"
#include "thrift/wire/ct_plain.h"
#include "thrift/wire/ct_transport.h"


/* What separates the next value from what was before. */
static ct_rc_t
begin_value(ct_reader_t *reader, bool *is_key)
{
    const ct_json_context_t *context = &ct_json_contexts[reader->context];

    if (context->separator != '\0'
        && ct_json_expect(reader, context->separator) != CT_OK) {
        return CT_ERROR;
    }
    reader->context = context->next;
    *is_key = context->is_key;
    return CT_OK;
}


/* `bound` is the largest number of the type; the smallest is one further. */
static ct_rc_t
read_integer(ct_reader_t *reader, int64_t bound, int64_t *value)
{
    bool is_key;

    if (begin_value(reader, &is_key) != CT_OK) {
        return CT_ERROR;
    }
    return ct_json_take_integer(reader, is_key, bound, value);
}


/* Any number but 0 is true, as for Apache; the words of JSON are not. */
static ct_rc_t
read_bool(ct_reader_t *reader, bool *value)
{
    int64_t number;

    if (read_integer(reader, INT64_MAX, &number) != CT_OK) {
        return CT_ERROR;
    }
    *value = number != 0;
    return CT_OK;
}


static ct_rc_t
read_i8(ct_reader_t *reader, int8_t *value)
{
    int64_t number;

    if (read_integer(reader, INT8_MAX, &number) != CT_OK) {
        return CT_ERROR;
    }
    *value = (int8_t) number;
    return CT_OK;
}


static ct_rc_t
read_i16(ct_reader_t *reader, int16_t *value)
{
    int64_t number;

    if (read_integer(reader, INT16_MAX, &number) != CT_OK) {
        return CT_ERROR;
    }
    *value = (int16_t) number;
    return CT_OK;
}


static ct_rc_t
read_i32(ct_reader_t *reader, int32_t *value)
{
    int64_t number;

    if (read_integer(reader, INT32_MAX, &number) != CT_OK) {
        return CT_ERROR;
    }
    *value = (int32_t) number;
    return CT_OK;
}


static ct_rc_t
read_i64(ct_reader_t *reader, int64_t *value)
{
    return read_integer(reader, INT64_MAX, value);
}


/* Other numbers are quoted as keys, and only there. */
static ct_rc_t
read_double(ct_reader_t *reader, double *value)
{
    ct_str_t text;
    bool     has_escapes;
    bool     is_quoted;
    bool     is_key;

    if (begin_value(reader, &is_key) != CT_OK) {
        return CT_ERROR;
    }
    is_quoted = ct_json_peek(reader) == '"';
    if ((is_quoted ? ct_json_take_quoted(reader, &text, &has_escapes)
                   : ct_json_take_number(reader, &text))
        != CT_OK) {
        return CT_ERROR;
    }
    if (is_quoted && ct_json_parse_word(text, value)) {
        return CT_OK;
    }
    if (is_quoted != is_key || ct_json_parse_double(text, value) != CT_OK) {
        return ct_json_fail(reader, "a double that is none");
    }
    return CT_OK;
}


/*
 * A string without its escapes: a slice of the message, or memory of the pool
 * if there were any, which is then large enough for both forms.
 */
static ct_rc_t
take_string(ct_reader_t *reader, ct_str_t *value)
{
    ct_str_t raw;
    bool     has_escapes;
    char    *copy = NULL;

    if (ct_json_take_quoted(reader, &raw, &has_escapes) != CT_OK) {
        return CT_ERROR;
    }
    *value = raw;
    if (has_escapes) {
        copy = ct_reader_alloc(reader, raw.len);
        if (copy == NULL) {
            return CT_ERROR;
        }
        value->data = copy;
    }
    if (ct_json_unescape(raw, copy, &value->len) != CT_OK) {
        return ct_json_fail(reader, "a string that is not UTF-8 and JSON");
    }
    return CT_OK;
}


static ct_rc_t
check_len(ct_reader_t *reader, size_t len, size_t limit)
{
    if (len > limit) {
        return ct_reader_fail(reader, CT_WIRE_LIMIT, "a string over the limit");
    }
    return CT_OK;
}


static ct_rc_t
read_string(ct_reader_t *reader, ct_str_t *value)
{
    bool is_key;

    if (begin_value(reader, &is_key) != CT_OK
        || take_string(reader, value) != CT_OK) {
        return CT_ERROR;
    }
    return check_len(reader, value->len, reader->limits->string);
}


/* The cap is on the bytes, not on their letters. */
static ct_rc_t
read_binary(ct_reader_t *reader, ct_str_t *value)
{
    ct_str_t text;
    char    *bytes;
    bool     is_key;

    if (begin_value(reader, &is_key) != CT_OK
        || take_string(reader, &text) != CT_OK) {
        return CT_ERROR;
    }
    /* Never nothing: an empty string has a place. */
    bytes = ct_reader_alloc(reader, ct_base64_room(text.len) + 1);
    if (bytes == NULL) {
        return CT_ERROR;
    }
    if (ct_base64_decode(bytes, text.data, text.len, &value->len) != CT_OK) {
        return ct_json_fail(reader, "a binary string that is not base64");
    }
    value->data = bytes;
    return check_len(reader, value->len, reader->limits->string);
}


/*
 * Whether a string that nobody wants is text or base64 its type does not say;
 * what both must be is looked at.  Its length costs nobody anything.
 */
static ct_rc_t
skip_string(ct_reader_t *reader)
{
    ct_str_t raw;
    size_t   len;
    bool     has_escapes;
    bool     is_key;

    if (begin_value(reader, &is_key) != CT_OK
        || ct_json_take_quoted(reader, &raw, &has_escapes) != CT_OK) {
        return CT_ERROR;
    }
    if (ct_json_unescape(raw, NULL, &len) != CT_OK) {
        return ct_json_fail(reader, "a string that is not UTF-8 and JSON");
    }
    return CT_OK;
}


static ct_rc_t
read_uuid(ct_reader_t *reader, ct_uuid_t *value)
{
    ct_str_t text;
    bool     has_escapes;
    bool     is_key;

    if (begin_value(reader, &is_key) != CT_OK
        || ct_json_take_quoted(reader, &text, &has_escapes) != CT_OK) {
        return CT_ERROR;
    }
    if (ct_json_parse_uuid(text, value) != CT_OK) {
        return ct_json_fail(reader, "a uuid that is none");
    }
    return CT_OK;
}


static ct_rc_t
take_type(ct_reader_t *reader, ct_ttype_t *type)
{
    ct_str_t name;
    bool     has_escapes;

    if (ct_json_take_quoted(reader, &name, &has_escapes) != CT_OK) {
        return CT_ERROR;
    }
    *type = ct_json_type_of(name);
    if (*type == CT_T_STOP) {
        return ct_json_fail(reader, "a value of an unknown type");
    }
    return CT_OK;
}


/* The head's numbers: a version, and behind the name a type and a seqid. */
static ct_rc_t
take_version(ct_reader_t *reader)
{
    int64_t version;

    if (ct_json_expect(reader, '[') != CT_OK
        || ct_json_take_integer(reader, false, INT32_MAX, &version) != CT_OK
        || ct_json_expect(reader, ',') != CT_OK) {
        return CT_ERROR;
    }
    if (version != CT_JSON_VERSION) {
        return ct_json_fail(reader, "an unknown version of the JSON protocol");
    }
    return CT_OK;
}


static ct_rc_t
read_message(ct_reader_t *reader, ct_message_t *message)
{
    int64_t type;
    int64_t seqid;

    if (take_version(reader) != CT_OK
        || take_string(reader, &message->name) != CT_OK
        || check_len(reader, message->name.len, reader->limits->name) != CT_OK
        || ct_json_expect(reader, ',') != CT_OK
        || ct_json_take_integer(reader, false, INT8_MAX, &type) != CT_OK
        || ct_json_expect(reader, ',') != CT_OK
        || ct_json_take_integer(reader, false, INT32_MAX, &seqid) != CT_OK) {
        return CT_ERROR;
    }
    message->type = (ct_message_type_t) (uint8_t) type;
    message->seqid = (int32_t) seqid;
    message->is_strict = true;
    reader->context = CT_JSON_MESSAGE;
    return CT_OK;
}


static ct_rc_t
read_struct_begin(ct_reader_t *reader, ct_struct_mark_t *mark)
{
    bool is_key;

    if (begin_value(reader, &is_key) != CT_OK
        || ct_json_expect(reader, '{') != CT_OK) {
        return CT_ERROR;
    }
    mark->context = reader->context;
    reader->context = CT_JSON_STRUCT;
    return CT_OK;
}


/* The stop was its brace.  The outermost struct's end is the message's. */
static ct_rc_t
read_struct_end(ct_reader_t *reader, ct_struct_mark_t mark)
{
    reader->context = mark.context;
    if (mark.context != CT_JSON_MESSAGE) {
        return CT_OK;
    }
    if (ct_json_expect(reader, ']') != CT_OK) {
        return CT_ERROR;
    }
    ct_json_skip_space(reader);
    if (reader->pos != reader->end) {
        return ct_json_fail(reader, "something behind a message");
    }
    return CT_OK;
}


/* "1":{"i32": and no further. */
static ct_rc_t
take_field(ct_reader_t *reader, ct_ttype_t *type, int16_t *id)
{
    int64_t number;

    if (ct_json_take_integer(reader, true, INT16_MAX, &number) != CT_OK
        || ct_json_expect(reader, ':') != CT_OK
        || ct_json_expect(reader, '{') != CT_OK
        || take_type(reader, type) != CT_OK
        || ct_json_expect(reader, ':') != CT_OK) {
        return CT_ERROR;
    }
    *id = (int16_t) number;
    reader->context = CT_JSON_FIELD;
    return CT_OK;
}


static ct_rc_t
read_field(ct_reader_t *reader, ct_ttype_t *type, int16_t *id)
{
    const bool is_first = reader->context == CT_JSON_STRUCT;

    if (!is_first && ct_json_expect(reader, '}') != CT_OK) {
        return CT_ERROR;
    }
    if (ct_json_peek(reader) == '}') {
        reader->pos++;
        *type = CT_T_STOP;
        *id = 0;
        return CT_OK;
    }
    if (!is_first && ct_json_expect(reader, ',') != CT_OK) {
        return CT_ERROR;
    }
    return take_field(reader, type, id);
}


/* A count, held against the least that its items can take. */
static ct_rc_t
take_count(ct_reader_t *reader, uint32_t least, size_t *n)
{
    int64_t count;

    if (ct_json_expect(reader, ',') != CT_OK
        || ct_json_take_integer(reader, false, INT32_MAX, &count) != CT_OK
        || ct_plain_check_count(reader, (uint32_t) count, least) != CT_OK) {
        return CT_ERROR;
    }
    *n = (size_t) count;
    return CT_OK;
}


/* ["i32",2 and no further: each element comes with a comma. */
static ct_rc_t
read_list(ct_reader_t *reader, ct_ttype_t *element, size_t *n)
{
    bool is_key;

    if (begin_value(reader, &is_key) != CT_OK
        || ct_json_expect(reader, '[') != CT_OK
        || take_type(reader, element) != CT_OK
        || take_count(reader, ct_json_types[*element].least + 1u, n) != CT_OK) {
        return CT_ERROR;
    }
    reader->context = CT_JSON_LIST;
    return CT_OK;
}


/* ["i32","str",2,{ and no further; each pair has a colon at least. */
static ct_rc_t
read_map(ct_reader_t *reader, ct_ttype_t *key, ct_ttype_t *value, size_t *n)
{
    bool is_key;

    if (begin_value(reader, &is_key) != CT_OK
        || ct_json_expect(reader, '[') != CT_OK
        || take_type(reader, key) != CT_OK
        || ct_json_expect(reader, ',') != CT_OK
        || take_type(reader, value) != CT_OK
        || take_count(
               reader,
               ct_json_types[*key].least + 1u + ct_json_types[*value].least, n)
               != CT_OK
        || ct_json_expect(reader, ',') != CT_OK
        || ct_json_expect(reader, '{') != CT_OK) {
        return CT_ERROR;
    }
    reader->context = CT_JSON_FIRST_KEY;
    return CT_OK;
}


/* `context` is from before the head: the container was a value in it. */
static ct_rc_t
read_end(ct_reader_t *reader, uint8_t context)
{
    if ((reader->context != CT_JSON_LIST
         && ct_json_expect(reader, '}') != CT_OK)
        || ct_json_expect(reader, ']') != CT_OK) {
        return CT_ERROR;
    }
    reader->context = ct_json_contexts[context].next;
    return CT_OK;
}


const ct_protocol_t ct_json_protocol = {
    .name = "json",
    .read_message = read_message,
    .read_struct_begin = read_struct_begin,
    .read_struct_end = read_struct_end,
    .read_field = read_field,
    .read_list = read_list,
    .read_map = read_map,
    .read_end = read_end,
    .read_bool = read_bool,
    .read_i8 = read_i8,
    .read_i16 = read_i16,
    .read_i32 = read_i32,
    .read_i64 = read_i64,
    .read_double = read_double,
    .read_string = read_string,
    .read_binary = read_binary,
    .skip_string = skip_string,
    .read_uuid = read_uuid,
    .write_message = ct_json_write_message,
    .write_struct_begin = ct_json_write_struct_begin,
    .write_struct_end = ct_json_write_struct_end,
    .write_field = ct_json_write_field,
    .write_stop = ct_json_write_stop,
    .write_list = ct_json_write_list,
    .write_map = ct_json_write_map,
    .write_end = ct_json_write_end,
    .write_bool = ct_json_write_bool,
    .write_i8 = ct_json_write_i8,
    .write_i16 = ct_json_write_i16,
    .write_i32 = ct_json_write_i32,
    .write_i64 = ct_json_write_i64,
    .write_double = ct_json_write_double,
    .write_string = ct_json_write_string,
    .write_binary = ct_json_write_binary,
    .write_uuid = ct_json_write_uuid,
    .scan = ct_json_scan,
};

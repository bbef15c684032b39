/*
 * ct_compact_codec.c -- the codec, made for the compact protocol.
 *
 * As ct_binary_codec.c.  The id of a struct's last field is in its mark, so
 * that nothing has to be put back when a struct inside of it ends; and the
 * header of a bool need not wait for its value, since the walk has both.
 */

#include "core/ct_config.h"

#include "thrift/wire/ct_compact.h"

#include "thrift/wire/ct_bytes.h"
#include "thrift/wire/ct_decode.h"
#include "thrift/wire/ct_encode.h"
#include "thrift/wire/ct_plain.h"
#include "thrift/wire/ct_varint.h"


/* At the end of the message, and longer than most. */
static const uint8_t *
read_long_varint(ct_reader_t *reader, const uint8_t *p, unsigned bits,
                 uint64_t *value)
{
    size_t        size;
    const ct_rc_t rc =
        ct_varint_read(p, ct_decode_left(reader, p), bits, value, &size);

    if (CT_LIKELY(rc == CT_OK)) {
        return p + size;
    }
    if (rc == CT_AGAIN) {
        return ct_decode_fail_short(reader);
    }
    (void) ct_reader_fail(reader, CT_WIRE_MALFORMED,
                          "a number longer than its type");
    return NULL;
}


static inline const uint8_t *
read_varint(ct_reader_t *reader, const uint8_t *p, unsigned bits,
            uint64_t *value)
{
    uint64_t longer = 0;
    size_t   size;

    if (CT_LIKELY(p <= reader->roomy)) {
        size = ct_varint_read_wide(p, bits, value);
        if (CT_LIKELY(size > 0)) {
            return p + size;
        }
    }
    p = read_long_varint(reader, p, bits, &longer);
    *value = longer;
    return p;
}


static inline const uint8_t *
read_i16(ct_reader_t *reader, const uint8_t *p, int16_t *value)
{
    uint64_t folded;

    p = read_varint(reader, p, 16, &folded);
    if (p != NULL) {
        *value = (int16_t) ct_unzigzag(folded);
    }
    return p;
}


/* Nothing marks a struct's beginning, and its end is the stop. */
static inline const uint8_t *
read_begin(ct_reader_t *reader, const uint8_t *p, ct_struct_mark_t *mark)
{
    (void) reader;
    mark->last_field = 0;
    return p;
}


static inline const uint8_t *
read_end(ct_reader_t *reader, const uint8_t *p, const ct_struct_mark_t *mark)
{
    (void) reader;
    (void) mark;
    return p;
}


/* The id behind a type whose delta is 0, or the last one and the delta. */
static inline const uint8_t *
read_id(ct_reader_t *reader, const uint8_t *p, int16_t last, int16_t *id)
{
    const unsigned delta = p[0] >> 4;

    if (CT_UNLIKELY(delta == 0)) {
        return read_i16(reader, p + 1, id);
    }
    if (CT_UNLIKELY(!ct_compact_add_delta(last, delta, id))) {
        (void) ct_reader_fail(reader, CT_WIRE_MALFORMED,
                              "a field's id beyond 32767");
        return NULL;
    }
    return p + 1;
}


/* A stop is known by its type alone: Apache's readers ignore the delta. */
static inline const uint8_t *
read_field(ct_reader_t *reader, const uint8_t *p, ct_struct_mark_t *mark,
           ct_ttype_t *type, int16_t *id)
{
    unsigned number;

    if (CT_UNLIKELY(ct_decode_left(reader, p) == 0)) {
        return ct_decode_fail_short(reader);
    }
    number = p[0] & 0x0f;
    *type = ct_compact_ttypes[number];
    if (number == CT_COMPACT_STOP) {
        return p + 1;
    }
    if (CT_UNLIKELY(ct_compact_sizes[number].least == 0)) {
        (void) ct_reader_fail(reader, CT_WIRE_MALFORMED,
                              "a field of an unknown type");
        return NULL;
    }
    if (number <= CT_COMPACT_FALSE) {
        reader->held_bool = number == CT_COMPACT_TRUE ? CT_COMPACT_HELD_TRUE
                                                      : CT_COMPACT_HELD_FALSE;
    }
    p = read_id(reader, p, mark->last_field, id);
    if (p != NULL) {
        mark->last_field = *id;
    }
    return p;
}


/* The header that the field would have behind the last one, one byte. */
static inline const uint8_t *
read_expected(ct_reader_t *reader, const uint8_t *p, ct_struct_mark_t *mark,
              const ct_field_t *field)
{
    const ct_ttype_t ttype = ct_field_ttype(field);
    const unsigned   delta = (unsigned) (field->id - mark->last_field);
    unsigned         away;

    if (CT_UNLIKELY(p > reader->roomy || delta - 1 >= 15)) {
        return NULL;
    }
    away = *p - (delta << 4 | ct_compact_numbers[ttype]);
    if (ttype == CT_T_BOOL && away <= CT_COMPACT_FALSE - CT_COMPACT_TRUE) {
        reader->held_bool =
            away == 0 ? CT_COMPACT_HELD_TRUE : CT_COMPACT_HELD_FALSE;
        away = 0;
    }
    if (away != 0) {
        return NULL;
    }
    mark->last_field = field->id;
    return p + 1;
}


/* A stop is known by its type alone. */
static inline const uint8_t *
read_stop(ct_reader_t *reader, const uint8_t *p)
{
    return p < reader->end && (*p & 0x0f) == CT_COMPACT_STOP ? p + 1 : NULL;
}


/* In a container a byte: 1 is true, and all else is not, as for Apache. */
static inline const uint8_t *
read_bool(ct_reader_t *reader, const uint8_t *p, bool *value)
{
    if (reader->held_bool != CT_COMPACT_HELD_NONE) {
        *value = reader->held_bool == CT_COMPACT_HELD_TRUE;
        reader->held_bool = CT_COMPACT_HELD_NONE;
        return p;
    }
    if (CT_UNLIKELY(ct_decode_left(reader, p) < 1)) {
        return ct_decode_fail_short(reader);
    }
    *value = p[0] == CT_COMPACT_TRUE;
    return p + 1;
}


static inline const uint8_t *
read_i8(ct_reader_t *reader, const uint8_t *p, int8_t *value)
{
    if (CT_UNLIKELY(ct_decode_left(reader, p) < 1)) {
        return ct_decode_fail_short(reader);
    }
    *value = (int8_t) p[0];
    return p + 1;
}


static inline const uint8_t *
read_i32(ct_reader_t *reader, const uint8_t *p, int32_t *value)
{
    uint64_t folded;

    p = read_varint(reader, p, 32, &folded);
    if (p != NULL) {
        *value = (int32_t) ct_unzigzag(folded);
    }
    return p;
}


static inline const uint8_t *
read_i64(ct_reader_t *reader, const uint8_t *p, int64_t *value)
{
    uint64_t folded;

    p = read_varint(reader, p, 64, &folded);
    if (p != NULL) {
        *value = ct_unzigzag(folded);
    }
    return p;
}


static inline const uint8_t *
read_double(ct_reader_t *reader, const uint8_t *p, double *value)
{
    uint64_t bits;

    if (CT_UNLIKELY(ct_decode_left(reader, p) < 8)) {
        return ct_decode_fail_short(reader);
    }
    bits = ct_load64_le(p);
    memcpy(value, &bits, sizeof(bits));
    return p + 8;
}


static inline const uint8_t *
read_uuid(ct_reader_t *reader, const uint8_t *p, ct_uuid_t *value)
{
    if (CT_UNLIKELY(ct_decode_left(reader, p) < sizeof(value->bytes))) {
        return ct_decode_fail_short(reader);
    }
    memcpy(value->bytes, p, sizeof(value->bytes));
    return p + sizeof(value->bytes);
}


/* A slice.  One that is too long for anything is judged by ct_plain.c. */
static inline const uint8_t *
read_string(ct_reader_t *reader, const uint8_t *p, ct_str_t *value,
            bool is_binary)
{
    uint64_t len;

    (void) is_binary;
    p = read_varint(reader, p, 32, &len);
    if (p == NULL) {
        return NULL;
    }
    if (CT_UNLIKELY(len > INT32_MAX || len > reader->limits->string
                    || len > ct_decode_left(reader, p))) {
        reader->pos = p;
        (void) ct_plain_read_text(reader, (uint32_t) len,
                                  reader->limits->string, value);
        return NULL;
    }
    value->len = len;
    value->data = (const char *) p;
    return p + len;
}


/* An empty list may name any type, also none. */
static inline const uint8_t *
read_list(ct_reader_t *reader, const uint8_t *p, ct_ttype_t *element, size_t *n)
{
    uint64_t count;
    unsigned number;

    if (CT_UNLIKELY(ct_decode_left(reader, p) == 0)) {
        return ct_decode_fail_short(reader);
    }
    number = p[0] & 0x0f;
    count = *p++ >> 4;
    if (count == CT_COMPACT_LONG) {
        p = read_varint(reader, p, 32, &count);
        if (p == NULL) {
            return NULL;
        }
    }
    *element = ct_compact_ttypes[number];
    *n = count;
    reader->pos = p;
    return ct_plain_check_count(reader, (uint32_t) count,
                                ct_compact_sizes[number].least)
                   == CT_OK
               ? p
               : NULL;
}


/* An empty map is one byte and does not say its types. */
static inline const uint8_t *
read_map(ct_reader_t *reader, const uint8_t *p, ct_ttype_t *key,
         ct_ttype_t *value, size_t *n)
{
    uint64_t count;
    unsigned of_key;
    unsigned of_value;

    p = read_varint(reader, p, 32, &count);
    *key = *value = CT_T_STOP;
    *n = 0;
    if (p == NULL || count == 0) {
        return p;
    }
    if (CT_UNLIKELY(ct_decode_left(reader, p) == 0)) {
        return ct_decode_fail_short(reader);
    }
    of_key = ct_compact_sizes[p[0] >> 4].least;
    of_value = ct_compact_sizes[p[0] & 0x0f].least;
    *key = ct_compact_ttypes[p[0] >> 4];
    *value = ct_compact_ttypes[p[0] & 0x0f];
    *n = count;
    reader->pos = p + 1;
    return ct_plain_check_count(
               reader, (uint32_t) count,
               of_key == 0 || of_value == 0 ? 0 : of_key + of_value)
                   == CT_OK
               ? reader->pos
               : NULL;
}


CT_DECODE_WALKS(decode_words)

static const ct_decode_words_t decode_words = {
    .begin = read_begin,
    .end = read_end,
    .expected = read_expected,
    .stop = read_stop,
    .field = read_field,
    .sure =
        {
            .of_bool = read_bool,
            .of_i8 = read_i8,
            .of_i16 = read_i16,
            .of_i32 = read_i32,
            .of_i64 = read_i64,
            .of_double = read_double,
            .of_uuid = read_uuid,
            .of_string = read_string,
        },
    .careful =
        {
            .of_bool = read_bool,
            .of_i8 = read_i8,
            .of_i16 = read_i16,
            .of_i32 = read_i32,
            .of_i64 = read_i64,
            .of_double = read_double,
            .of_uuid = read_uuid,
            .of_string = read_string,
        },
    .list = read_list,
    .map = read_map,
    .end_items = ct_decode_no_end,
    .of_struct = read_struct,
    .of_fields = read_fields,
    .of_rest = read_rest,
    .of_structs = read_structs,
    .of_container = read_container,
};


ct_rc_t
ct_compact_read_struct(ct_reader_t *reader, const ct_struct_t *strct,
                       void *value)
{
    return ct_decode(reader, strct, value, read_struct);
}


/* Nothing marks a struct's beginning. */
static inline uint8_t *
write_begin(ct_encoder_t *encoder, uint8_t *p, ct_struct_mark_t *mark)
{
    (void) encoder;
    mark->last_field = 0;
    return p;
}


static inline uint8_t *
write_end(ct_encoder_t *encoder, uint8_t *p, const ct_struct_mark_t *mark)
{
    (void) encoder;
    (void) mark;
    *p = CT_COMPACT_STOP;
    return p + 1;
}


/* The difference where it is small enough, as libraries do. */
static inline uint8_t *
write_header(uint8_t *p, ct_struct_mark_t *mark, unsigned number, int16_t id)
{
    const int delta = id - mark->last_field;

    mark->last_field = id;
    if (CT_LIKELY(delta > 0 && delta <= 15)) {
        *p = (uint8_t) ((unsigned) delta << 4 | number);
        return p + 1;
    }
    *p = (uint8_t) number;
    return p + 1 + ct_varint_write(p + 1, ct_zigzag(id));
}


static inline uint8_t *
write_field(ct_encoder_t *encoder, uint8_t *p, ct_struct_mark_t *mark,
            const ct_field_t *field, ct_ttype_t ttype)
{
    (void) encoder;
    return write_header(p, mark, ct_compact_numbers[ttype], field->id);
}


static inline uint8_t *
write_bool(ct_encoder_t *encoder, uint8_t *p, bool value)
{
    (void) encoder;
    *p = value ? CT_COMPACT_TRUE : CT_COMPACT_FALSE;
    return p + 1;
}


/* The header is the value. */
static inline uint8_t *
write_bool_field(ct_encoder_t *encoder, uint8_t *p, ct_struct_mark_t *mark,
                 const ct_field_t *field, bool value)
{
    (void) encoder;
    return write_header(p, mark, value ? CT_COMPACT_TRUE : CT_COMPACT_FALSE,
                        field->id);
}


static inline uint8_t *
write_i8(ct_encoder_t *encoder, uint8_t *p, int8_t value)
{
    (void) encoder;
    *p = (uint8_t) value;
    return p + 1;
}


static inline uint8_t *
write_i16(ct_encoder_t *encoder, uint8_t *p, int16_t value)
{
    (void) encoder;
    return p + ct_varint_write_wide(p, ct_zigzag(value));
}


static inline uint8_t *
write_i32(ct_encoder_t *encoder, uint8_t *p, int32_t value)
{
    (void) encoder;
    return p + ct_varint_write_wide(p, ct_zigzag(value));
}


static inline uint8_t *
write_i64(ct_encoder_t *encoder, uint8_t *p, int64_t value)
{
    (void) encoder;
    return p + ct_varint_write_wide(p, ct_zigzag(value));
}


static inline uint8_t *
write_double(ct_encoder_t *encoder, uint8_t *p, double value)
{
    uint64_t bits;

    (void) encoder;
    memcpy(&bits, &value, sizeof(bits));
    ct_store64_le(p, bits);
    return p + 8;
}


static inline uint8_t *
write_uuid(ct_encoder_t *encoder, uint8_t *p, const ct_uuid_t *value)
{
    (void) encoder;
    memcpy(p, value->bytes, sizeof(value->bytes));
    return p + sizeof(value->bytes);
}


CT_ENCODE_INLINE uint8_t *
write_string(ct_encoder_t *encoder, uint8_t *p, ct_str_t value, bool is_binary)
{
    (void) is_binary;
    p += ct_varint_write_wide(p, value.len);
    if (ct_writer_leaves(encoder->writer, p, value)) {
        return p;
    }
    p = ct_encode_reserve(encoder, p, value.len);
    if (p == NULL) {
        return NULL;
    }
    ct_copy_bytes(p, value.data, value.len);
    return p + value.len;
}


static inline uint8_t *
write_list(ct_encoder_t *encoder, uint8_t *p, ct_ttype_t type,
           ct_ttype_t element, size_t n)
{
    const unsigned number = ct_compact_numbers[element];

    (void) encoder;
    (void) type;
    if (n < CT_COMPACT_LONG) {
        *p = (uint8_t) ((unsigned) n << 4 | number);
        return p + 1;
    }
    *p = (uint8_t) (CT_COMPACT_LONG << 4 | number);
    return p + 1 + ct_varint_write(p + 1, n);
}


static inline uint8_t *
write_map(ct_encoder_t *encoder, uint8_t *p, ct_ttype_t key, ct_ttype_t value,
          size_t n)
{
    (void) encoder;
    p += ct_varint_write(p, n);
    if (n > 0) {
        *p++ = (uint8_t) (ct_compact_numbers[key] << 4
                          | ct_compact_numbers[value]);
    }
    return p;
}


CT_ENCODE_WALKS(encode_words)

static const ct_encode_words_t encode_words = {
    .begin = write_begin,
    .end = write_end,
    .field = write_field,
    .bool_field = write_bool_field,
    .of_bool = write_bool,
    .of_i8 = write_i8,
    .of_i16 = write_i16,
    .of_i32 = write_i32,
    .of_i64 = write_i64,
    .of_double = write_double,
    .of_uuid = write_uuid,
    .of_string = write_string,
    .list = write_list,
    .map = write_map,
    .end_items = ct_encode_no_end,
    .of_struct = write_struct,
    .of_structs = write_structs,
    .of_container = write_container,
};


ct_rc_t
ct_compact_write_struct(ct_writer_t *writer, const ct_struct_t *strct,
                        const void *value, const char **c_why)
{
    return ct_encode(writer, strct, value, c_why, write_struct);
}

/*
 * ct_binary_codec.c -- the codec, made for the binary protocol.
 *
 * The walks of ct_decode.h and ct_encode.h with the protocol's words put in
 * their places: the same values, bytes and refusals as by way of
 * ct_binary.c's table, with a fourth of the instructions.
 */

#include "core/ct_config.h"

#include "thrift/wire/ct_binary.h"

#include "thrift/wire/ct_bytes.h"
#include "thrift/wire/ct_decode.h"
#include "thrift/wire/ct_encode.h"
#include "thrift/wire/ct_plain.h"


/* Nothing marks a struct's beginning, and its end is the stop. */
static inline const uint8_t *
read_begin(ct_reader_t *reader, const uint8_t *p, ct_struct_mark_t *mark)
{
    (void) reader;
    (void) mark;
    return p;
}


static inline const uint8_t *
read_end(ct_reader_t *reader, const uint8_t *p, const ct_struct_mark_t *mark)
{
    (void) reader;
    (void) mark;
    return p;
}


/* A stop byte stands alone: no id follows it. */
static inline const uint8_t *
read_field(ct_reader_t *reader, const uint8_t *p, ct_struct_mark_t *mark,
           ct_ttype_t *type, int16_t *id)
{
    const size_t left = ct_decode_left(reader, p);

    (void) mark;
    if (CT_UNLIKELY(left == 0)) {
        return ct_decode_fail_short(reader);
    }
    *type = (ct_ttype_t) p[0];
    if (p[0] == CT_T_STOP) {
        return p + 1;
    }
    if (CT_UNLIKELY(ct_binary_sizes[p[0]].least == 0)) {
        (void) ct_reader_fail(reader, CT_WIRE_MALFORMED,
                              "a field of an unknown type");
        return NULL;
    }
    if (CT_UNLIKELY(left < 3)) {
        return ct_decode_fail_short(reader);
    }
    *id = (int16_t) ct_load16(p + 1);
    return p + 3;
}


/* The field's type and id at once. */
static inline const uint8_t *
read_expected(ct_reader_t *reader, const uint8_t *p, ct_struct_mark_t *mark,
              const ct_field_t *field)
{
    uint32_t head;

    (void) mark;
    if (CT_UNLIKELY(p > reader->roomy)) {
        return NULL;
    }
    memcpy(&head, p, sizeof(head));
    return (head | CT_FIELD_HEAD_REST) == field->head ? p + 3 : NULL;
}


static inline const uint8_t *
read_stop(ct_reader_t *reader, const uint8_t *p)
{
    return p < reader->end && *p == CT_T_STOP ? p + 1 : NULL;
}


/* Any byte but 0 is true. */
static inline const uint8_t *
sure_bool(ct_reader_t *reader, const uint8_t *p, bool *value)
{
    (void) reader;
    *value = p[0] != 0;
    return p + 1;
}


static inline const uint8_t *
sure_i8(ct_reader_t *reader, const uint8_t *p, int8_t *value)
{
    (void) reader;
    *value = (int8_t) p[0];
    return p + 1;
}


static inline const uint8_t *
sure_i16(ct_reader_t *reader, const uint8_t *p, int16_t *value)
{
    (void) reader;
    *value = (int16_t) ct_load16(p);
    return p + 2;
}


static inline const uint8_t *
sure_i32(ct_reader_t *reader, const uint8_t *p, int32_t *value)
{
    (void) reader;
    *value = (int32_t) ct_load32(p);
    return p + 4;
}


static inline const uint8_t *
sure_i64(ct_reader_t *reader, const uint8_t *p, int64_t *value)
{
    (void) reader;
    *value = (int64_t) ct_load64(p);
    return p + 8;
}


static inline const uint8_t *
sure_double(ct_reader_t *reader, const uint8_t *p, double *value)
{
    const uint64_t bits = ct_load64(p);

    (void) reader;
    memcpy(value, &bits, sizeof(bits));
    return p + 8;
}


static inline const uint8_t *
sure_uuid(ct_reader_t *reader, const uint8_t *p, ct_uuid_t *value)
{
    (void) reader;
    memcpy(value->bytes, p, sizeof(value->bytes));
    return p + sizeof(value->bytes);
}


/*
 * A slice, whose length alone is sure to be there.  One that is too long for
 * anything is judged by ct_plain.c.
 */
static inline const uint8_t *
sure_string(ct_reader_t *reader, const uint8_t *p, ct_str_t *value,
            bool is_binary)
{
    const uint32_t len = ct_load32(p);

    (void) is_binary;
    p += 4;
    if (CT_UNLIKELY(len > INT32_MAX || len > reader->limits->string
                    || len > ct_decode_left(reader, p))) {
        reader->pos = p;
        (void) ct_plain_read_text(reader, len, reader->limits->string, value);
        return NULL;
    }
    value->len = len;
    value->data = (const char *) p;
    return p + len;
}


static inline const uint8_t *
read_bool(ct_reader_t *reader, const uint8_t *p, bool *value)
{
    return CT_LIKELY(ct_decode_left(reader, p) >= 1)
               ? sure_bool(reader, p, value)
               : ct_decode_fail_short(reader);
}


static inline const uint8_t *
read_i8(ct_reader_t *reader, const uint8_t *p, int8_t *value)
{
    return CT_LIKELY(ct_decode_left(reader, p) >= 1)
               ? sure_i8(reader, p, value)
               : ct_decode_fail_short(reader);
}


static inline const uint8_t *
read_i16(ct_reader_t *reader, const uint8_t *p, int16_t *value)
{
    return CT_LIKELY(ct_decode_left(reader, p) >= 2)
               ? sure_i16(reader, p, value)
               : ct_decode_fail_short(reader);
}


static inline const uint8_t *
read_i32(ct_reader_t *reader, const uint8_t *p, int32_t *value)
{
    return CT_LIKELY(ct_decode_left(reader, p) >= 4)
               ? sure_i32(reader, p, value)
               : ct_decode_fail_short(reader);
}


static inline const uint8_t *
read_i64(ct_reader_t *reader, const uint8_t *p, int64_t *value)
{
    return CT_LIKELY(ct_decode_left(reader, p) >= 8)
               ? sure_i64(reader, p, value)
               : ct_decode_fail_short(reader);
}


static inline const uint8_t *
read_double(ct_reader_t *reader, const uint8_t *p, double *value)
{
    return CT_LIKELY(ct_decode_left(reader, p) >= 8)
               ? sure_double(reader, p, value)
               : ct_decode_fail_short(reader);
}


static inline const uint8_t *
read_uuid(ct_reader_t *reader, const uint8_t *p, ct_uuid_t *value)
{
    return CT_LIKELY(ct_decode_left(reader, p) >= 16)
               ? sure_uuid(reader, p, value)
               : ct_decode_fail_short(reader);
}


static inline const uint8_t *
read_string(ct_reader_t *reader, const uint8_t *p, ct_str_t *value,
            bool is_binary)
{
    return CT_LIKELY(ct_decode_left(reader, p) >= 4)
               ? sure_string(reader, p, value, is_binary)
               : ct_decode_fail_short(reader);
}


/* An empty container may name any type, or none. */
static inline const uint8_t *
read_list(ct_reader_t *reader, const uint8_t *p, ct_ttype_t *element, size_t *n)
{
    if (CT_UNLIKELY(ct_decode_left(reader, p) < 5)) {
        return ct_decode_fail_short(reader);
    }
    *element = (ct_ttype_t) p[0];
    *n = ct_load32(p + 1);
    reader->pos = p + 5;
    return ct_plain_check_count(reader, (uint32_t) *n,
                                ct_binary_sizes[p[0]].least)
                   == CT_OK
               ? reader->pos
               : NULL;
}


static inline const uint8_t *
read_map(ct_reader_t *reader, const uint8_t *p, ct_ttype_t *key,
         ct_ttype_t *value, size_t *n)
{
    unsigned of_key;
    unsigned of_value;

    if (CT_UNLIKELY(ct_decode_left(reader, p) < 6)) {
        return ct_decode_fail_short(reader);
    }
    of_key = ct_binary_sizes[p[0]].least;
    of_value = ct_binary_sizes[p[1]].least;
    *key = (ct_ttype_t) p[0];
    *value = (ct_ttype_t) p[1];
    *n = ct_load32(p + 2);
    reader->pos = p + 6;
    return ct_plain_check_count(
               reader, (uint32_t) *n,
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
            .of_bool = sure_bool,
            .of_i8 = sure_i8,
            .of_i16 = sure_i16,
            .of_i32 = sure_i32,
            .of_i64 = sure_i64,
            .of_double = sure_double,
            .of_uuid = sure_uuid,
            .of_string = sure_string,
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


CT_HOT ct_rc_t
ct_binary_read_struct(ct_reader_t *reader, const ct_struct_t *strct,
                      void *value)
{
    return ct_decode(reader, strct, value, read_struct);
}


/* Nothing marks a struct's beginning. */
static inline uint8_t *
write_begin(ct_encoder_t *encoder, uint8_t *p, ct_struct_mark_t *mark)
{
    (void) encoder;
    (void) mark;
    return p;
}


static inline uint8_t *
write_end(ct_encoder_t *encoder, uint8_t *p, const ct_struct_mark_t *mark)
{
    (void) encoder;
    (void) mark;
    *p = CT_T_STOP;
    return p + 1;
}


/* With a byte behind it that the value takes. */
static inline uint8_t *
write_field(ct_encoder_t *encoder, uint8_t *p, ct_struct_mark_t *mark,
            const ct_field_t *field, ct_ttype_t ttype)
{
    (void) encoder;
    (void) mark;
    (void) ttype;
    memcpy(p, &field->head, sizeof(field->head));
    return p + 3;
}


static inline uint8_t *
write_bool(ct_encoder_t *encoder, uint8_t *p, bool value)
{
    (void) encoder;
    *p = value ? 1 : 0;
    return p + 1;
}


static inline uint8_t *
write_bool_field(ct_encoder_t *encoder, uint8_t *p, ct_struct_mark_t *mark,
                 const ct_field_t *field, bool value)
{
    p = write_field(encoder, p, mark, field, CT_T_BOOL);
    return write_bool(encoder, p, value);
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
    ct_store16(p, (uint16_t) value);
    return p + 2;
}


static inline uint8_t *
write_i32(ct_encoder_t *encoder, uint8_t *p, int32_t value)
{
    (void) encoder;
    ct_store32(p, (uint32_t) value);
    return p + 4;
}


static inline uint8_t *
write_i64(ct_encoder_t *encoder, uint8_t *p, int64_t value)
{
    (void) encoder;
    ct_store64(p, (uint64_t) value);
    return p + 8;
}


static inline uint8_t *
write_double(ct_encoder_t *encoder, uint8_t *p, double value)
{
    uint64_t bits;

    (void) encoder;
    memcpy(&bits, &value, sizeof(bits));
    ct_store64(p, bits);
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
    if (ct_writer_leaves(encoder->writer, p + 4, value)) {
        ct_store32(p, (uint32_t) value.len);
        return p + 4;
    }
    p = ct_encode_reserve(encoder, p, 4 + value.len);
    if (p == NULL) {
        return NULL;
    }
    ct_store32(p, (uint32_t) value.len);
    ct_copy_bytes(p + 4, value.data, value.len);
    return p + 4 + value.len;
}


static inline uint8_t *
write_list(ct_encoder_t *encoder, uint8_t *p, ct_ttype_t type,
           ct_ttype_t element, size_t n)
{
    (void) encoder;
    (void) type;
    *p = (uint8_t) element;
    ct_store32(p + 1, (uint32_t) n);
    return p + 5;
}


static inline uint8_t *
write_map(ct_encoder_t *encoder, uint8_t *p, ct_ttype_t key, ct_ttype_t value,
          size_t n)
{
    (void) encoder;
    p[0] = (uint8_t) key;
    p[1] = (uint8_t) value;
    ct_store32(p + 2, (uint32_t) n);
    return p + 6;
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


CT_HOT ct_rc_t
ct_binary_write_struct(ct_writer_t *writer, const ct_struct_t *strct,
                       const void *value, const char **c_why)
{
    return ct_encode(writer, strct, value, c_why, write_struct);
}

/*
 * ct_skip.c -- passing over a value that nobody asked for.
 *
 * Fields that a description does not have come here, and arguments of methods
 * that do not exist.  Each kind of value is read by the protocol and dropped,
 * so that a malformed one is refused as it would be anywhere, and the depth
 * limit holds as it does for values that are kept.
 */

#include "core/ct_config.h"

#include "thrift/wire/ct_codec.h"


/* Recursion ends where ct_reader_enter says so: at the depth limit. */
static ct_rc_t
skip_struct(ct_reader_t *reader)
{
    const ct_protocol_t *protocol = reader->protocol;
    ct_struct_mark_t     mark;
    ct_ttype_t           type;
    int16_t              id;

    if (ct_reader_enter(reader) != CT_OK
        || protocol->read_struct_begin(reader, &mark) != CT_OK) {
        return CT_ERROR;
    }
    for (;;) {
        if (protocol->read_field(reader, &type, &id) != CT_OK) {
            return CT_ERROR;
        }
        if (type == CT_T_STOP) {
            break;
        }
        if (ct_codec_skip(reader, type) != CT_OK) {
            return CT_ERROR;
        }
    }
    ct_reader_leave(reader);
    return protocol->read_struct_end(reader, mark);
}


/* Lists and sets; CT_T_STOP stands for the key that they have not. */
static ct_rc_t
skip_list(ct_reader_t *reader)
{
    const uint8_t context = reader->context;
    ct_ttype_t    element;
    size_t        n;

    if (reader->protocol->read_list(reader, &element, &n) != CT_OK
        || ct_codec_skip_items(reader, CT_T_STOP, element, n) != CT_OK) {
        return CT_ERROR;
    }
    return ct_reader_end(reader, context);
}


static ct_rc_t
skip_map(ct_reader_t *reader)
{
    const uint8_t context = reader->context;
    ct_ttype_t    key;
    ct_ttype_t    value;
    size_t        n;

    if (reader->protocol->read_map(reader, &key, &value, &n) != CT_OK
        || ct_codec_skip_items(reader, key, value, n) != CT_OK) {
        return CT_ERROR;
    }
    return ct_reader_end(reader, context);
}


ct_rc_t
ct_codec_skip_items(ct_reader_t *reader, ct_ttype_t key, ct_ttype_t element,
                    size_t n)
{
    size_t i;

    /* Types of an empty container mean nothing and may be unknown. */
    if (n == 0) {
        return CT_OK;
    }
    if (ct_reader_enter(reader) != CT_OK) {
        return CT_ERROR;
    }
    for (i = 0; i < n; i++) {
        if ((key != CT_T_STOP && ct_codec_skip(reader, key) != CT_OK)
            || ct_codec_skip(reader, element) != CT_OK) {
            return CT_ERROR;
        }
    }
    ct_reader_leave(reader);
    return CT_OK;
}


/* Room for a value of any type without parts. */
typedef union scalar_u {
    bool      as_bool;
    int8_t    as_i8;
    int16_t   as_i16;
    int32_t   as_i32;
    int64_t   as_i64;
    double    as_double;
    ct_uuid_t as_uuid;
} scalar_t;


ct_rc_t
ct_codec_skip(ct_reader_t *reader, ct_ttype_t type)
{
    const ct_protocol_t *protocol = reader->protocol;
    scalar_t             unused;

    switch (type) {
    case CT_T_BOOL:
        return protocol->read_bool(reader, &unused.as_bool);
    case CT_T_I8:
        return protocol->read_i8(reader, &unused.as_i8);
    case CT_T_I16:
        return protocol->read_i16(reader, &unused.as_i16);
    case CT_T_I32:
        return protocol->read_i32(reader, &unused.as_i32);
    case CT_T_I64:
        return protocol->read_i64(reader, &unused.as_i64);
    case CT_T_DOUBLE:
        return protocol->read_double(reader, &unused.as_double);
    case CT_T_STRING:
        return protocol->skip_string(reader);
    case CT_T_UUID:
        return protocol->read_uuid(reader, &unused.as_uuid);
    case CT_T_STRUCT:
        return skip_struct(reader);
    case CT_T_MAP:
        return skip_map(reader);
    case CT_T_SET:
    case CT_T_LIST:
        return skip_list(reader);
    case CT_T_STOP:
    case CT_T_VOID:
        break;
    }
    return ct_reader_fail(reader, CT_WIRE_MALFORMED, "a value of no type");
}

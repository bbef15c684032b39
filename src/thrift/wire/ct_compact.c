/*
 * ct_compact.c -- the compact protocol, read and written.
 *
 * Source: Apache Thrift, doc/specs/thrift-compact-protocol.md, and where it
 * is silent the C++ library.  Integers are zigzag varints, but i8 is a byte;
 * doubles are little-endian, against the specification and with everybody's
 * libraries; a uuid is its 16 bytes.
 *
 * A field's header is one byte: the type, and how far its id is from the last
 * one's.  Is that not between 1 and 15, the id follows.  So reader and writer
 * remember the last id, and structs inside others put it back when they end
 * (ct_struct_mark_t).  A bool that is a field has its value in the type: the
 * reader holds it between the header and the value, the writer holds the
 * header until it knows the value.
 *
 * The caps are the binary protocol's: lengths are held against what is left
 * of the message, counts against the least that elements can take, and types
 * that do not exist are refused.
 */

#include "core/ct_config.h"

#include "thrift/wire/ct_compact.h"

#include "thrift/wire/ct_bytes.h"
#include "thrift/wire/ct_plain.h"
#include "thrift/wire/ct_varint.h"

/* Of a field's header in its longest form. */
#define FIELD_SIZE (1 + CT_VARINT32_SIZE)

const ct_ttype_t ct_compact_ttypes[CT_COMPACT_NTYPES] = {
    [CT_COMPACT_TRUE] = CT_T_BOOL,     [CT_COMPACT_FALSE] = CT_T_BOOL,
    [CT_COMPACT_I8] = CT_T_I8,         [CT_COMPACT_I16] = CT_T_I16,
    [CT_COMPACT_I32] = CT_T_I32,       [CT_COMPACT_I64] = CT_T_I64,
    [CT_COMPACT_DOUBLE] = CT_T_DOUBLE, [CT_COMPACT_BINARY] = CT_T_STRING,
    [CT_COMPACT_LIST] = CT_T_LIST,     [CT_COMPACT_SET] = CT_T_SET,
    [CT_COMPACT_MAP] = CT_T_MAP,       [CT_COMPACT_STRUCT] = CT_T_STRUCT,
    [CT_COMPACT_UUID] = CT_T_UUID,
};

const ct_scan_size_t ct_compact_sizes[CT_COMPACT_NTYPES] = {
    [CT_COMPACT_TRUE] = { 1, true },   [CT_COMPACT_FALSE] = { 1, true },
    [CT_COMPACT_I8] = { 1, true },     [CT_COMPACT_I16] = { 1, false },
    [CT_COMPACT_I32] = { 1, false },   [CT_COMPACT_I64] = { 1, false },
    [CT_COMPACT_DOUBLE] = { 8, true }, [CT_COMPACT_BINARY] = { 1, false },
    [CT_COMPACT_LIST] = { 1, false },  [CT_COMPACT_SET] = { 1, false },
    [CT_COMPACT_MAP] = { 1, false },   [CT_COMPACT_STRUCT] = { 1, false },
    [CT_COMPACT_UUID] = { 16, true },
};

const uint16_t ct_compact_numbers[CT_T_UUID + 1] = {
    [CT_T_STOP] = CT_COMPACT_NONE,     [CT_T_BOOL] = CT_COMPACT_TRUE,
    [CT_T_I8] = CT_COMPACT_I8,         [CT_T_DOUBLE] = CT_COMPACT_DOUBLE,
    [CT_T_I16] = CT_COMPACT_I16,       [CT_T_I32] = CT_COMPACT_I32,
    [CT_T_I64] = CT_COMPACT_I64,       [CT_T_STRING] = CT_COMPACT_BINARY,
    [CT_T_STRUCT] = CT_COMPACT_STRUCT, [CT_T_MAP] = CT_COMPACT_MAP,
    [CT_T_SET] = CT_COMPACT_SET,       [CT_T_LIST] = CT_COMPACT_LIST,
    [CT_T_UUID] = CT_COMPACT_UUID,
};


/* Most numbers are small: one byte. */
static inline ct_rc_t
read_varint(ct_reader_t *reader, unsigned bits, uint64_t *value)
{
    size_t  size = 0;
    ct_rc_t rc;

    *value = 0;
    if (CT_LIKELY(reader->pos < reader->end && reader->pos[0] <= 0x7f)) {
        *value = *reader->pos++;
        return CT_OK;
    }
    rc =
        ct_varint_read(reader->pos, ct_reader_left(reader), bits, value, &size);
    if (rc == CT_AGAIN) {
        return ct_reader_fail_short(reader);
    }
    if (rc != CT_OK) {
        return ct_reader_fail(reader, CT_WIRE_MALFORMED,
                              "a number longer than its type");
    }
    reader->pos += size;
    return CT_OK;
}


/* In a container a byte: 1 is true, and all else is not, as for Apache. */
static ct_rc_t
read_bool(ct_reader_t *reader, bool *value)
{
    const uint8_t *data;

    if (reader->held_bool != CT_COMPACT_HELD_NONE) {
        *value = reader->held_bool == CT_COMPACT_HELD_TRUE;
        reader->held_bool = CT_COMPACT_HELD_NONE;
        return CT_OK;
    }
    data = ct_reader_take(reader, 1);
    if (data == NULL) {
        return CT_ERROR;
    }
    *value = data[0] == CT_COMPACT_TRUE;
    return CT_OK;
}


/* What fits 16 bits folded fits them unfolded. */
static ct_rc_t
read_i16(ct_reader_t *reader, int16_t *value)
{
    uint64_t folded;

    if (read_varint(reader, 16, &folded) != CT_OK) {
        return CT_ERROR;
    }
    *value = (int16_t) ct_unzigzag(folded);
    return CT_OK;
}


static ct_rc_t
read_i32(ct_reader_t *reader, int32_t *value)
{
    uint64_t folded;

    if (read_varint(reader, 32, &folded) != CT_OK) {
        return CT_ERROR;
    }
    *value = (int32_t) ct_unzigzag(folded);
    return CT_OK;
}


static ct_rc_t
read_i64(ct_reader_t *reader, int64_t *value)
{
    uint64_t folded;

    if (read_varint(reader, 64, &folded) != CT_OK) {
        return CT_ERROR;
    }
    *value = ct_unzigzag(folded);
    return CT_OK;
}


static ct_rc_t
read_double(ct_reader_t *reader, double *value)
{
    const uint8_t *data = ct_reader_take(reader, 8);
    uint64_t       bits;

    if (data == NULL) {
        return CT_ERROR;
    }
    bits = ct_load64_le(data);
    memcpy(value, &bits, sizeof(bits));
    return CT_OK;
}


/* A length and its bytes; `limit` is the caller's cap. */
static ct_rc_t
read_text(ct_reader_t *reader, size_t limit, ct_str_t *value)
{
    uint64_t len;

    if (read_varint(reader, 32, &len) != CT_OK) {
        return CT_ERROR;
    }
    return ct_plain_read_text(reader, (uint32_t) len, limit, value);
}


/* A slice of the message; text that is not UTF-8 goes through as it is. */
static ct_rc_t
read_string(ct_reader_t *reader, ct_str_t *value)
{
    return read_text(reader, reader->limits->string, value);
}


static ct_rc_t
skip_string(ct_reader_t *reader)
{
    ct_str_t unused;

    return read_string(reader, &unused);
}


CT_HOT static ct_rc_t
read_message(ct_reader_t *reader, ct_message_t *message)
{
    const uint8_t *data = ct_reader_take(reader, 2);
    uint64_t       seqid;

    if (data == NULL) {
        return CT_ERROR;
    }
    if (data[0] != CT_COMPACT_ID
        || (data[1] & CT_COMPACT_VERSION_MASK) != CT_COMPACT_VERSION) {
        return ct_reader_fail(reader, CT_WIRE_MALFORMED,
                              "an unknown version of the compact protocol");
    }
    if (read_varint(reader, 64, &seqid) != CT_OK
        || read_text(reader, reader->limits->name, &message->name) != CT_OK) {
        return CT_ERROR;
    }
    if (!ct_compact_is_seqid(seqid)) {
        return ct_reader_fail(reader, CT_WIRE_MALFORMED,
                              "a sequence number longer than its type");
    }
    message->type = (ct_message_type_t) (data[1] >> CT_COMPACT_TYPE_SHIFT);
    message->seqid = (int32_t) (uint32_t) seqid;
    message->is_strict = true;
    return CT_OK;
}


/* Nothing stands on the wire; ids begin anew. */
static ct_rc_t
read_struct_begin(ct_reader_t *reader, ct_struct_mark_t *mark)
{
    mark->last_field = reader->last_field;
    reader->last_field = 0;
    return CT_OK;
}


static ct_rc_t
read_struct_end(ct_reader_t *reader, ct_struct_mark_t mark)
{
    reader->last_field = mark.last_field;
    return CT_OK;
}


/* The id behind a type whose delta is 0, or the last one and the delta. */
static ct_rc_t
read_field_id(ct_reader_t *reader, unsigned delta, int16_t *id)
{
    if (delta == 0) {
        return read_i16(reader, id);
    }
    if (!ct_compact_add_delta(reader->last_field, delta, id)) {
        return ct_reader_fail(reader, CT_WIRE_MALFORMED,
                              "a field's id beyond 32767");
    }
    return CT_OK;
}


/* A stop is known by its type alone: Apache's readers ignore the delta. */
static ct_rc_t
read_field(ct_reader_t *reader, ct_ttype_t *type, int16_t *id)
{
    const uint8_t *data = ct_reader_take(reader, 1);
    unsigned       number;

    if (data == NULL) {
        return CT_ERROR;
    }
    number = data[0] & 0x0f;
    *type = ct_compact_ttypes[number];
    if (number == CT_COMPACT_STOP) {
        *id = 0;
        return CT_OK;
    }
    if (ct_compact_sizes[number].least == 0) {
        return ct_reader_fail(reader, CT_WIRE_MALFORMED,
                              "a field of an unknown type");
    }
    if (read_field_id(reader, data[0] >> 4, id) != CT_OK) {
        return CT_ERROR;
    }
    reader->last_field = *id;
    if (*type == CT_T_BOOL) {
        reader->held_bool = number == CT_COMPACT_TRUE ? CT_COMPACT_HELD_TRUE
                                                      : CT_COMPACT_HELD_FALSE;
    }
    return CT_OK;
}


/* An empty list may name any type, also none. */
static ct_rc_t
read_list(ct_reader_t *reader, ct_ttype_t *element, size_t *n)
{
    const uint8_t *data = ct_reader_take(reader, 1);
    uint64_t       count;
    uint8_t        least;

    if (data == NULL) {
        return CT_ERROR;
    }
    count = data[0] >> 4;
    if (count == CT_COMPACT_LONG && read_varint(reader, 32, &count) != CT_OK) {
        return CT_ERROR;
    }
    least = ct_compact_sizes[data[0] & 0x0f].least;
    if (ct_plain_check_count(reader, (uint32_t) count, least) != CT_OK) {
        return CT_ERROR;
    }
    *element = ct_compact_ttypes[data[0] & 0x0f];
    *n = count;
    return CT_OK;
}


/* An empty map is one byte and does not say its types. */
static ct_rc_t
read_map(ct_reader_t *reader, ct_ttype_t *key, ct_ttype_t *value, size_t *n)
{
    const uint8_t *data;
    uint64_t       count;
    unsigned       of_key;
    unsigned       of_value;

    *key = *value = CT_T_STOP;
    *n = 0;
    if (read_varint(reader, 32, &count) != CT_OK) {
        return CT_ERROR;
    }
    if (count == 0) {
        return CT_OK;
    }
    data = ct_reader_take(reader, 1);
    if (data == NULL) {
        return CT_ERROR;
    }
    of_key = ct_compact_sizes[data[0] >> 4].least;
    of_value = ct_compact_sizes[data[0] & 0x0f].least;
    if (ct_plain_check_count(reader, (uint32_t) count,
                             of_key == 0 || of_value == 0 ? 0
                                                          : of_key + of_value)
        != CT_OK) {
        return CT_ERROR;
    }
    *key = ct_compact_ttypes[data[0] >> 4];
    *value = ct_compact_ttypes[data[0] & 0x0f];
    *n = count;
    return CT_OK;
}


/* Claims the longest form and gives back what it did not take. */
static void
write_varint(ct_writer_t *writer, uint64_t value)
{
    uint8_t *data = ct_writer_claim(writer, CT_VARINT64_SIZE);

    if (data != NULL) {
        writer->out->last = data + ct_varint_write(data, value);
    }
}


static void
write_i16(ct_writer_t *writer, int16_t value)
{
    write_varint(writer, ct_zigzag(value));
}


static void
write_i32(ct_writer_t *writer, int32_t value)
{
    write_varint(writer, ct_zigzag(value));
}


static void
write_i64(ct_writer_t *writer, int64_t value)
{
    write_varint(writer, ct_zigzag(value));
}


/* One byte if the id is a little above the last one, else type and id. */
static void
write_header(ct_writer_t *writer, unsigned number, int16_t id)
{
    const int delta = id - writer->last_field;
    uint8_t  *data = ct_writer_claim(writer, FIELD_SIZE);

    if (data == NULL) {
        return;
    }
    if (delta > 0 && delta <= 15) {
        *data++ = (uint8_t) ((unsigned) delta << 4 | number);
    } else {
        *data++ = (uint8_t) number;
        data += ct_varint_write(data, ct_zigzag(id));
    }
    writer->out->last = data;
    writer->last_field = id;
}


static void
write_field(ct_writer_t *writer, ct_ttype_t type, int16_t id)
{
    if (type == CT_T_BOOL) {
        writer->held_field = id;
        writer->has_held_field = true;
        return;
    }
    write_header(writer, ct_compact_numbers[type], id);
}


static void
write_bool(ct_writer_t *writer, bool value)
{
    const uint8_t number = value ? CT_COMPACT_TRUE : CT_COMPACT_FALSE;

    if (!writer->has_held_field) {
        ct_plain_write_i8(writer, (int8_t) number);
        return;
    }
    writer->has_held_field = false;
    write_header(writer, number, writer->held_field);
}


static void
write_double(ct_writer_t *writer, double value)
{
    uint8_t *data = ct_writer_claim(writer, 8);
    uint64_t bits;

    if (data != NULL) {
        memcpy(&bits, &value, sizeof(bits));
        ct_store64_le(data, bits);
    }
}


/* One claim for length and bytes: no string is half written. */
static void
write_string(ct_writer_t *writer, ct_str_t value)
{
    uint8_t *data;

    if (value.len > INT32_MAX) {
        ct_writer_fail(writer, "a string longer than Thrift can say");
        return;
    }
    data = ct_writer_claim(writer, CT_VARINT32_SIZE + value.len);
    if (data == NULL) {
        return;
    }
    data += ct_varint_write(data, value.len);
    if (value.len > 0) {
        memcpy(data, value.data, value.len);
    }
    writer->out->last = data + value.len;
}


/* The sequence number without its sign: five bytes, whoever widened it. */
CT_HOT static void
write_message(ct_writer_t *writer, const ct_message_t *message)
{
    uint8_t *data = ct_writer_claim(writer, 2);

    if (data == NULL) {
        return;
    }
    data[0] = CT_COMPACT_ID;
    data[1] = (uint8_t) ((unsigned) message->type << CT_COMPACT_TYPE_SHIFT
                         | CT_COMPACT_VERSION);
    write_varint(writer, (uint32_t) message->seqid);
    write_string(writer, message->name);
}


static void
write_struct_begin(ct_writer_t *writer, ct_struct_mark_t *mark)
{
    mark->last_field = writer->last_field;
    writer->last_field = 0;
}


static void
write_struct_end(ct_writer_t *writer, ct_struct_mark_t mark)
{
    writer->last_field = mark.last_field;
}


static void
write_stop(ct_writer_t *writer)
{
    ct_plain_write_i8(writer, CT_COMPACT_STOP);
}


static void
write_list(ct_writer_t *writer, ct_ttype_t type, ct_ttype_t element, size_t n)
{
    const unsigned number = ct_compact_numbers[element];

    CT_ASSERT(n <= INT32_MAX);
    (void) type;
    if (n < CT_COMPACT_LONG) {
        ct_plain_write_i8(writer, (int8_t) ((unsigned) n << 4 | number));
        return;
    }
    ct_plain_write_i8(writer, (int8_t) (CT_COMPACT_LONG << 4 | number));
    write_varint(writer, n);
}


static void
write_map(ct_writer_t *writer, ct_ttype_t key, ct_ttype_t value, size_t n)
{
    CT_ASSERT(n <= INT32_MAX);
    write_varint(writer, n);
    if (n > 0) {
        ct_plain_write_i8(writer, (int8_t) (ct_compact_numbers[key] << 4
                                            | ct_compact_numbers[value]));
    }
}


const ct_protocol_t ct_compact_protocol = {
    .name = "compact",
    .read_message = read_message,
    .read_struct_begin = read_struct_begin,
    .read_struct_end = read_struct_end,
    .read_field = read_field,
    .read_list = read_list,
    .read_map = read_map,
    .read_bool = read_bool,
    .read_i8 = ct_plain_read_i8,
    .read_i16 = read_i16,
    .read_i32 = read_i32,
    .read_i64 = read_i64,
    .read_double = read_double,
    .read_string = read_string,
    .read_binary = read_string,
    .skip_string = skip_string,
    .read_uuid = ct_plain_read_uuid,
    .write_message = write_message,
    .write_struct_begin = write_struct_begin,
    .write_struct_end = write_struct_end,
    .write_field = write_field,
    .write_stop = write_stop,
    .write_list = write_list,
    .write_map = write_map,
    .write_bool = write_bool,
    .write_i8 = ct_plain_write_i8,
    .write_i16 = write_i16,
    .write_i32 = write_i32,
    .write_i64 = write_i64,
    .write_double = write_double,
    .write_string = write_string,
    .write_binary = write_string,
    .write_uuid = ct_plain_write_uuid,
    .read_struct = ct_compact_read_struct,
    .write_struct = ct_compact_write_struct,
    .scan = ct_compact_scan,
};

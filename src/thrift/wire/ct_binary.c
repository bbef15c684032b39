/*
 * ct_binary.c -- the binary protocol, read and written.
 *
 * Source: Apache Thrift, doc/specs/thrift-binary-protocol.md.  Numbers are
 * big-endian, strings and containers say their size first.  There are two
 * heads of a message: the strict one begins with a version word, whose sign
 * bit is set; the old one begins with the length of the name.  Both are read;
 * the strict one is always written, since some clients know no other.
 *
 * Every length is held against what is left of the message before anything
 * else looks at it.  A container's count is held against the least its
 * elements can take, in 64 bits, so a count never promises more than the
 * message has bytes.  Types that do not exist are refused at once: passing
 * over them would cost no bytes, and a count of them time without end.
 */

#include "core/ct_config.h"

#include "thrift/wire/ct_binary.h"

#include "thrift/wire/ct_bytes.h"
#include "thrift/wire/ct_plain.h"
#include "thrift/wire/ct_transport.h"

/* A list says a type and a count, a map two types: no more when empty. */
const ct_scan_size_t ct_binary_sizes[256] = {
    [CT_T_BOOL] = { 1, true },    [CT_T_I8] = { 1, true },
    [CT_T_DOUBLE] = { 8, true },  [CT_T_I16] = { 2, true },
    [CT_T_I32] = { 4, true },     [CT_T_I64] = { 8, true },
    [CT_T_STRING] = { 4, false }, [CT_T_STRUCT] = { 1, false },
    [CT_T_MAP] = { 6, false },    [CT_T_SET] = { 5, false },
    [CT_T_LIST] = { 5, false },   [CT_T_UUID] = { 16, true },
};


/* Apache's libraries write 0 and 1 and take any byte but 0 as true. */
static ct_rc_t
read_bool(ct_reader_t *reader, bool *value)
{
    const uint8_t *data = ct_reader_take(reader, 1);

    if (data == NULL) {
        return CT_ERROR;
    }
    *value = data[0] != 0;
    return CT_OK;
}


static ct_rc_t
read_i16(ct_reader_t *reader, int16_t *value)
{
    const uint8_t *data = ct_reader_take(reader, 2);

    if (data == NULL) {
        return CT_ERROR;
    }
    *value = (int16_t) ct_load16(data);
    return CT_OK;
}


static ct_rc_t
read_i32(ct_reader_t *reader, int32_t *value)
{
    const uint8_t *data = ct_reader_take(reader, 4);

    if (data == NULL) {
        return CT_ERROR;
    }
    *value = (int32_t) ct_load32(data);
    return CT_OK;
}


static ct_rc_t
read_i64(ct_reader_t *reader, int64_t *value)
{
    const uint8_t *data = ct_reader_take(reader, 8);

    if (data == NULL) {
        return CT_ERROR;
    }
    *value = (int64_t) ct_load64(data);
    return CT_OK;
}


/* IEEE 754 as it stands in memory: a NaN keeps its bits. */
static ct_rc_t
read_double(ct_reader_t *reader, double *value)
{
    const uint8_t *data = ct_reader_take(reader, 8);
    uint64_t       bits;

    if (data == NULL) {
        return CT_ERROR;
    }
    bits = ct_load64(data);
    memcpy(value, &bits, sizeof(bits));
    return CT_OK;
}


/* A slice of the message; text that is not UTF-8 goes through as it is. */
static ct_rc_t
read_string(ct_reader_t *reader, ct_str_t *value)
{
    const uint8_t *data = ct_reader_take(reader, 4);

    if (data == NULL) {
        return CT_ERROR;
    }
    return ct_plain_read_text(reader, ct_load32(data), reader->limits->string,
                              value);
}


static ct_rc_t
skip_string(ct_reader_t *reader)
{
    ct_str_t unused;

    return read_string(reader, &unused);
}


/* Behind a version word: the name, then the sequence number. */
static ct_rc_t
read_strict_head(ct_reader_t *reader, uint32_t version, ct_message_t *message)
{
    const uint8_t *data = ct_reader_take(reader, 4);

    if (data == NULL
        || ct_plain_read_text(reader, ct_load32(data), reader->limits->name,
                              &message->name)
               != CT_OK
        || read_i32(reader, &message->seqid) != CT_OK) {
        return CT_ERROR;
    }
    message->type = (ct_message_type_t) (version & CT_BINARY_TYPE_MASK);
    message->is_strict = true;
    return CT_OK;
}


/* Behind the length of a name: the name, a type, the sequence number. */
static ct_rc_t
read_old_head(ct_reader_t *reader, uint32_t len, ct_message_t *message)
{
    int8_t type;

    if (ct_plain_read_text(reader, len, reader->limits->name, &message->name)
            != CT_OK
        || ct_plain_read_i8(reader, &type) != CT_OK
        || read_i32(reader, &message->seqid) != CT_OK) {
        return CT_ERROR;
    }
    message->type = (ct_message_type_t) (uint8_t) type;
    message->is_strict = false;
    return CT_OK;
}


/* A length cannot have the sign bit, a version word must. */
CT_HOT static ct_rc_t
read_message(ct_reader_t *reader, ct_message_t *message)
{
    const uint8_t *data = ct_reader_take(reader, 4);
    uint32_t       word;

    if (data == NULL) {
        return CT_ERROR;
    }
    word = ct_load32(data);
    if (word <= INT32_MAX) {
        return read_old_head(reader, word, message);
    }
    if ((word & CT_BINARY_VERSION_MASK) != CT_BINARY_VERSION_1) {
        return ct_reader_fail(reader, CT_WIRE_MALFORMED,
                              "an unknown version of the binary protocol");
    }
    return read_strict_head(reader, word, message);
}


/* Nothing marks a struct's beginning on the wire, and ids are absolute. */
static ct_rc_t
read_struct_begin(ct_reader_t *reader, ct_struct_mark_t *mark)
{
    (void) reader;
    mark->last_field = 0;
    return CT_OK;
}


static ct_rc_t
read_struct_end(ct_reader_t *reader, ct_struct_mark_t mark)
{
    (void) reader;
    (void) mark;
    return CT_OK;
}


/* The stop byte stands alone: no id follows it. */
static ct_rc_t
read_field(ct_reader_t *reader, ct_ttype_t *type, int16_t *id)
{
    const uint8_t *data = ct_reader_take(reader, 1);

    if (data == NULL) {
        return CT_ERROR;
    }
    *type = (ct_ttype_t) data[0];
    if (data[0] == CT_T_STOP) {
        *id = 0;
        return CT_OK;
    }
    if (ct_binary_sizes[data[0]].least == 0) {
        return ct_reader_fail(reader, CT_WIRE_MALFORMED,
                              "a field of an unknown type");
    }
    return read_i16(reader, id);
}


/*
 * Lists and sets look the same.  An empty container may name any type, or
 * none: it comes so out of compact readers.
 */
static ct_rc_t
read_list(ct_reader_t *reader, ct_ttype_t *element, size_t *n)
{
    const uint8_t *data = ct_reader_take(reader, 5);
    uint8_t        least;

    if (data == NULL) {
        return CT_ERROR;
    }
    least = ct_binary_sizes[data[0]].least;
    if (ct_plain_check_count(reader, ct_load32(data + 1), least) != CT_OK) {
        return CT_ERROR;
    }
    *element = (ct_ttype_t) data[0];
    *n = ct_load32(data + 1);
    return CT_OK;
}


static ct_rc_t
read_map(ct_reader_t *reader, ct_ttype_t *key, ct_ttype_t *value, size_t *n)
{
    const uint8_t *data = ct_reader_take(reader, 6);
    unsigned       of_key;
    unsigned       of_value;

    if (data == NULL) {
        return CT_ERROR;
    }
    of_key = ct_binary_sizes[data[0]].least;
    of_value = ct_binary_sizes[data[1]].least;
    if (ct_plain_check_count(reader, ct_load32(data + 2),
                             of_key == 0 || of_value == 0 ? 0
                                                          : of_key + of_value)
        != CT_OK) {
        return CT_ERROR;
    }
    *key = (ct_ttype_t) data[0];
    *value = (ct_ttype_t) data[1];
    *n = ct_load32(data + 2);
    return CT_OK;
}


static void
write_bool(ct_writer_t *writer, bool value)
{
    ct_plain_write_i8(writer, value ? 1 : 0);
}


static void
write_i16(ct_writer_t *writer, int16_t value)
{
    uint8_t *data = ct_writer_claim(writer, 2);

    if (data != NULL) {
        ct_store16(data, (uint16_t) value);
    }
}


static void
write_i32(ct_writer_t *writer, int32_t value)
{
    uint8_t *data = ct_writer_claim(writer, 4);

    if (data != NULL) {
        ct_store32(data, (uint32_t) value);
    }
}


static void
write_i64(ct_writer_t *writer, int64_t value)
{
    uint8_t *data = ct_writer_claim(writer, 8);

    if (data != NULL) {
        ct_store64(data, (uint64_t) value);
    }
}


static void
write_double(ct_writer_t *writer, double value)
{
    int64_t bits;

    memcpy(&bits, &value, sizeof(bits));
    write_i64(writer, bits);
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
    data = ct_writer_claim(writer, 4 + value.len);
    if (data == NULL) {
        return;
    }
    ct_store32(data, (uint32_t) value.len);
    if (value.len > 0) {
        memcpy(data + 4, value.data, value.len);
    }
}


/*
 * Strict always: an old head is understood by fewer clients.  A name is no
 * longer than a message that has come.
 */
CT_HOT static void
write_message(ct_writer_t *writer, const ct_message_t *message)
{
    const ct_str_t name = message->name;
    uint8_t       *data = ct_writer_claim(writer, 12 + name.len);

    if (data == NULL) {
        return;
    }
    CT_ASSERT(name.len <= INT32_MAX);
    ct_store32(data, CT_BINARY_VERSION_1
                         | ((uint32_t) message->type & CT_BINARY_TYPE_MASK));
    ct_store32(data + 4, (uint32_t) name.len);
    ct_copy_bytes(data + 8, name.data, name.len);
    ct_store32(data + 8 + name.len, (uint32_t) message->seqid);
}


static void
write_struct_begin(ct_writer_t *writer, ct_struct_mark_t *mark)
{
    (void) writer;
    mark->last_field = 0;
}


static void
write_struct_end(ct_writer_t *writer, ct_struct_mark_t mark)
{
    (void) writer;
    (void) mark;
}


static void
write_field(ct_writer_t *writer, ct_ttype_t type, int16_t id)
{
    uint8_t *data = ct_writer_claim(writer, 3);

    if (data != NULL) {
        data[0] = (uint8_t) type;
        ct_store16(data + 1, (uint16_t) id);
    }
}


static void
write_stop(ct_writer_t *writer)
{
    ct_plain_write_i8(writer, CT_T_STOP);
}


static void
write_list(ct_writer_t *writer, ct_ttype_t type, ct_ttype_t element, size_t n)
{
    uint8_t *data = ct_writer_claim(writer, 5);

    CT_ASSERT(n <= INT32_MAX);
    (void) type;
    if (data != NULL) {
        data[0] = (uint8_t) element;
        ct_store32(data + 1, (uint32_t) n);
    }
}


static void
write_map(ct_writer_t *writer, ct_ttype_t key, ct_ttype_t value, size_t n)
{
    uint8_t *data = ct_writer_claim(writer, 6);

    CT_ASSERT(n <= INT32_MAX);
    if (data != NULL) {
        data[0] = (uint8_t) key;
        data[1] = (uint8_t) value;
        ct_store32(data + 2, (uint32_t) n);
    }
}


const ct_protocol_t ct_binary_protocol = {
    .name = "binary",
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
    .read_struct = ct_binary_read_struct,
    .write_struct = ct_binary_write_struct,
    .scan = ct_binary_scan,
};

/*
 * ct_codec_write.c -- values of described types, into any protocol.
 *
 * How a value is walked is ct_encode.h's.  Here it goes through a protocol's
 * ordinary table, word by word, for those that have no walk of their own:
 * before each call the writer learns the place, and is asked for it after.
 */

#include "core/ct_config.h"

#include "thrift/wire/ct_encode.h"


uint8_t *
ct_encode_fail(ct_encoder_t *encoder, const char *c_why)
{
    encoder->c_why = c_why;
    return NULL;
}


/* A bug of who wrote the table. */
uint8_t *
ct_encode_fail_type(ct_encoder_t *encoder)
{
    CT_ASSERT(!"a table with a type that no value has");
    return ct_encode_fail(encoder, "a value of no type");
}


/*
 * The last place with room behind it is kept, and not the first without, for
 * then the usual question is one comparison.
 */
static void
learn_room(ct_encoder_t *encoder)
{
    const ct_buf_t *out = encoder->writer->out;

    encoder->end = out->end;
    encoder->roomy = out->end - CT_ENCODE_ROOM;
}


uint8_t *
ct_encode_grow(ct_encoder_t *encoder, uint8_t *p, size_t len)
{
    ct_buf_t *out = encoder->writer->out;

    out->last = p;
    if (ct_buf_reserve(out, len > CT_ENCODE_ROOM ? len : CT_ENCODE_ROOM)
        != CT_OK) {
        ct_writer_fail(encoder->writer, NULL);
        return NULL;
    }
    learn_room(encoder);
    return out->last;
}


/*
 * Field 0 of a result is `success`, the others are exceptions, which are
 * structs.  The first exception set, or else `success`, or NULL where the
 * method returns nothing; *is_set says whether what it gives back is.
 */
static inline const ct_field_t *
result_find(const ct_struct_t *strct, const void *value, bool *is_set)
{
    const ct_field_t *success = NULL;
    const ct_field_t *field = strct->fields;
    const ct_field_t *end = field + strct->nfields;

    *is_set = true;
    for (; field < end; field++) {
        if (field->id == 0) {
            success = field;
        } else if (ct_field_has(field, value)) {
            return field;
        }
    }
    *is_set = success != NULL && ct_field_has(success, value);
    return success;
}


bool
ct_codec_result_is_set(const ct_struct_t *strct, const void *value,
                       bool *is_exception)
{
    bool              is_set;
    const ct_field_t *field = result_find(strct, value, &is_set);

    *is_exception = is_set && field->id != 0;
    return is_set || field == NULL;
}


/* One field at most: an exception makes `success` meaningless. */
CT_HOT const ct_field_t *
ct_encode_result_field(const ct_struct_t *strct, const void *value)
{
    bool              is_set;
    const ct_field_t *field = result_find(strct, value, &is_set);

    return is_set ? field : NULL;
}


/* Where a word of the protocol is to write. */
static ct_writer_t *
writer_at(ct_encoder_t *encoder, uint8_t *p)
{
    encoder->writer->out->last = p;
    return encoder->writer;
}


/* And where it has written to; the buffer may have moved. */
static uint8_t *
place_of(ct_encoder_t *encoder)
{
    const ct_writer_t *writer = encoder->writer;

    learn_room(encoder);
    return writer->failed ? NULL : writer->out->last;
}


/* The words of any protocol: NAME's, with the rest as its arguments. */
#define SAY(encoder, p, name, ...)                                             \
    ((encoder)->writer->protocol->name(writer_at((encoder), (p)),              \
                                       __VA_ARGS__),                           \
     place_of(encoder))


static uint8_t *
begin(ct_encoder_t *encoder, uint8_t *p, ct_struct_mark_t *mark)
{
    return SAY(encoder, p, write_struct_begin, mark);
}


static uint8_t *
end(ct_encoder_t *encoder, uint8_t *p, const ct_struct_mark_t *mark)
{
    const ct_protocol_t *protocol = encoder->writer->protocol;

    protocol->write_stop(writer_at(encoder, p));
    protocol->write_struct_end(encoder->writer, *mark);
    return place_of(encoder);
}


static uint8_t *
field(ct_encoder_t *encoder, uint8_t *p, ct_struct_mark_t *mark,
      const ct_field_t *of, ct_ttype_t ttype)
{
    (void) mark;
    return SAY(encoder, p, write_field, ttype, of->id);
}


static uint8_t *
of_bool(ct_encoder_t *encoder, uint8_t *p, bool value)
{
    return SAY(encoder, p, write_bool, value);
}


static uint8_t *
bool_field(ct_encoder_t *encoder, uint8_t *p, ct_struct_mark_t *mark,
           const ct_field_t *of, bool value)
{
    p = field(encoder, p, mark, of, CT_T_BOOL);
    return p == NULL ? NULL : of_bool(encoder, p, value);
}


static uint8_t *
of_i8(ct_encoder_t *encoder, uint8_t *p, int8_t value)
{
    return SAY(encoder, p, write_i8, value);
}


static uint8_t *
of_i16(ct_encoder_t *encoder, uint8_t *p, int16_t value)
{
    return SAY(encoder, p, write_i16, value);
}


static uint8_t *
of_i32(ct_encoder_t *encoder, uint8_t *p, int32_t value)
{
    return SAY(encoder, p, write_i32, value);
}


static uint8_t *
of_i64(ct_encoder_t *encoder, uint8_t *p, int64_t value)
{
    return SAY(encoder, p, write_i64, value);
}


static uint8_t *
of_double(ct_encoder_t *encoder, uint8_t *p, double value)
{
    return SAY(encoder, p, write_double, value);
}


static uint8_t *
of_uuid(ct_encoder_t *encoder, uint8_t *p, const ct_uuid_t *value)
{
    return SAY(encoder, p, write_uuid, value);
}


static uint8_t *
of_string(ct_encoder_t *encoder, uint8_t *p, ct_str_t value, bool is_binary)
{
    return is_binary ? SAY(encoder, p, write_binary, value)
                     : SAY(encoder, p, write_string, value);
}


static uint8_t *
list(ct_encoder_t *encoder, uint8_t *p, ct_ttype_t type, ct_ttype_t element,
     size_t n)
{
    return SAY(encoder, p, write_list, type, element, n);
}


static uint8_t *
map(ct_encoder_t *encoder, uint8_t *p, ct_ttype_t key, ct_ttype_t value,
    size_t n)
{
    return SAY(encoder, p, write_map, key, value, n);
}


static uint8_t *
end_items(ct_encoder_t *encoder, uint8_t *p, uint8_t context)
{
    ct_writer_end(writer_at(encoder, p), context);
    return place_of(encoder);
}


CT_ENCODE_WALKS(words)

static const ct_encode_words_t words = {
    .begin = begin,
    .end = end,
    .field = field,
    .bool_field = bool_field,
    .of_bool = of_bool,
    .of_i8 = of_i8,
    .of_i16 = of_i16,
    .of_i32 = of_i32,
    .of_i64 = of_i64,
    .of_double = of_double,
    .of_uuid = of_uuid,
    .of_string = of_string,
    .list = list,
    .map = map,
    .end_items = end_items,
    .of_struct = write_struct,
    .of_structs = write_structs,
    .of_container = write_container,
};


CT_HOT ct_rc_t
ct_encode(ct_writer_t *writer, const ct_struct_t *strct, const void *value,
          const char **c_why, ct_encode_struct_fn walk)
{
    ct_encoder_t encoder = { .writer = writer, .depth = writer->depth };
    uint8_t     *p = NULL;

    /* A buffer without memory has no place that could be told from NULL. */
    if (CT_LIKELY(!writer->failed)) {
        p = writer->out->last;
        if (CT_LIKELY(ct_buf_room(writer->out) >= CT_ENCODE_ROOM)) {
            learn_room(&encoder);
        } else {
            p = ct_encode_grow(&encoder, p, CT_ENCODE_ROOM);
        }
    }
    if (p != NULL) {
        p = walk(&encoder, strct, value, p);
    }
    if (p != NULL) {
        writer->out->last = p;
        return CT_OK;
    }
    *c_why = encoder.c_why != NULL ? encoder.c_why
             : writer->why != NULL ? writer->why
                                   : "no memory for a reply";
    return CT_ERROR;
}


CT_HOT ct_rc_t
ct_codec_write(ct_writer_t *writer, const ct_struct_t *strct, const void *value,
               const char **c_why)
{
    const ct_protocol_t *protocol = writer->protocol;

    return protocol->write_struct != NULL
               ? protocol->write_struct(writer, strct, value, c_why)
               : ct_encode(writer, strct, value, c_why, write_struct);
}

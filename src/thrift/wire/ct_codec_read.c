/*
 * ct_codec_read.c -- values of described types, out of any protocol.
 *
 * How a value is walked is ct_decode.h's.  Here it goes through a protocol's
 * ordinary table, word by word, for those that have no walk of their own; and
 * here is what all walks do seldom enough to call it.
 *
 * How containers grow: a count that passed the protocol's check is backed by
 * bytes, yet an item in memory may be far larger than on the wire (an empty
 * struct is one byte there).  While a message's values stay within four times
 * its size, the whole array is taken at once, which is what honest messages
 * need.  Beyond that it grows by doubling as items are really read, so that
 * memory follows the items and not their number.  The arrays left behind stay
 * in the pool and are counted too.
 */

#include "core/ct_config.h"

#include "thrift/wire/ct_decode.h"

/* Bytes decoded per byte of the message that need no second look. */
#define GENEROUS_FACTOR 4

/* The first step, in bytes, of an array that grows. */
#define FIRST_STEP 4096

/* Words on the stack: structs of up to 256 fields need no memory. */
#define NEAR_WORDS 4


/*
 * How many of `n` items to make room for at first: all, while the message's
 * values stay within what honest ones need; else about a page of them.
 */
static size_t
first_room(const ct_reader_t *reader, size_t item_size, size_t n)
{
    size_t size;
    size_t total;
    size_t step;

    if (!__builtin_mul_overflow(n, item_size, &size)
        && !__builtin_add_overflow(reader->decoded, size, &total)
        && total / GENEROUS_FACTOR <= reader->size) {
        return n;
    }
    step = FIRST_STEP / item_size + 1;
    return n < step ? n : step;
}


size_t
ct_decode_grow(ct_reader_t *reader, ct_list_t *list, size_t item_size,
               size_t room, size_t n)
{
    size_t size;
    void  *items;

    CT_ASSERT(item_size > 0 && list->n == room && room < n);
    room = room == 0      ? first_room(reader, item_size, n)
           : room > n / 2 ? n
                          : room * 2;
    if (__builtin_mul_overflow(room, item_size, &size)) {
        (void) ct_reader_fail(reader, CT_WIRE_LIMIT, "a container too large");
        return 0;
    }
    items = ct_reader_alloc(reader, size);
    if (items == NULL) {
        return 0;
    }
    if (list->n > 0) {
        memcpy(items, list->items, list->n * item_size);
    }
    list->items = items;
    return room;
}


/* The table is the author's, or the compiler's: a bug. */
const uint8_t *
ct_decode_fail_type(ct_reader_t *reader)
{
    CT_ASSERT(!"a table with a type that no value has");
    (void) ct_reader_fail(reader, CT_WIRE_MALFORMED, "a value of no type");
    return NULL;
}


static void
unset(char *value, const ct_field_t *field)
{
    const size_t size = field->type->ttype == CT_T_STRUCT
                            ? sizeof(void *)
                            : ct_type_size(field->type);

    memset(value + field->offset, 0, size);
    ct_decode_set_flag(value, field, false);
}


/*
 * The last field of a union wins.  The first that comes clears all others,
 * for `initial` may have one set; later ones know whom they follow.
 */
static void
choose(ct_decode_special_t *special, const ct_field_t *field)
{
    const ct_struct_t *strct = special->strct;
    uint32_t           i;

    if (special->chosen == field) {
        return;
    }
    if (special->chosen != NULL) {
        unset(special->value, special->chosen);
    } else {
        for (i = 0; i < strct->nfields; i++) {
            if (&strct->fields[i] != field) {
                unset(special->value, &strct->fields[i]);
            }
        }
    }
    special->chosen = field;
}


/* Ticks a required field off; one that comes twice counts once. */
static void
tick(ct_decode_special_t *special, const ct_field_t *field)
{
    const size_t   i = (size_t) (field - special->strct->fields);
    const uint64_t bit = UINT64_C(1) << (i % CT_DECODE_BITS);

    if ((special->seen[i / CT_DECODE_BITS] & bit) == 0) {
        special->seen[i / CT_DECODE_BITS] |= bit;
        special->nrequired++;
    }
}


void
ct_decode_note(ct_decode_special_t *special, const ct_field_t *field)
{
    if (special->strct->is_union) {
        choose(special, field);
    }
    if (field->required == CT_REQUIRED) {
        tick(special, field);
    }
}


const uint8_t *
ct_decode_special(ct_reader_t *reader, const ct_struct_t *strct, char *value,
                  const uint8_t *p, ct_decode_fields_fn walk)
{
    const size_t        nwords = strct->nfields / CT_DECODE_BITS + 1;
    uint64_t            near[NEAR_WORDS] = { 0 };
    ct_decode_special_t special = { .strct = strct, .value = value };

    special.seen = near;
    if (nwords > NEAR_WORDS && strct->nrequired > 0) {
        special.seen = ct_reader_alloc(reader, nwords * sizeof(uint64_t));
        if (special.seen == NULL) {
            return NULL;
        }
        memset(special.seen, 0, nwords * sizeof(uint64_t));
    }
    p = walk(reader, strct, value, &special, p);
    if (p != NULL && special.nrequired < strct->nrequired) {
        (void) ct_reader_fail(reader, CT_WIRE_REQUIRED,
                              "a required field is missing");
        return NULL;
    }
    /* cppcheck-suppress returnDanglingLifetime ; a place in the message */
    return p;
}


/* Where a word of the protocol is to read. */
static ct_reader_t *
reader_at(ct_reader_t *reader, const uint8_t *p)
{
    reader->pos = p;
    return reader;
}


const uint8_t *
ct_decode_skip(ct_reader_t *reader, ct_ttype_t type, const uint8_t *p)
{
    return ct_codec_skip(reader_at(reader, p), type) == CT_OK ? reader->pos
                                                              : NULL;
}


const uint8_t *
ct_decode_skip_items(ct_reader_t *reader, ct_ttype_t key, ct_ttype_t element,
                     size_t n, const uint8_t *p)
{
    return ct_codec_skip_items(reader_at(reader, p), key, element, n) == CT_OK
               ? reader->pos
               : NULL;
}


/* The words of any protocol: NAME's, with the rest as its arguments. */
#define HEAR(reader, p, name, ...)                                             \
    ((reader)->protocol->name(reader_at((reader), (p)), __VA_ARGS__) == CT_OK  \
         ? (reader)->pos                                                       \
         : NULL)


static const uint8_t *
begin(ct_reader_t *reader, const uint8_t *p, ct_struct_mark_t *mark)
{
    return HEAR(reader, p, read_struct_begin, mark);
}


static const uint8_t *
end(ct_reader_t *reader, const uint8_t *p, const ct_struct_mark_t *mark)
{
    return HEAR(reader, p, read_struct_end, *mark);
}


static const uint8_t *
field(ct_reader_t *reader, const uint8_t *p, ct_struct_mark_t *mark,
      ct_ttype_t *type, int16_t *id)
{
    (void) mark;
    return HEAR(reader, p, read_field, type, id);
}


/* Any header may come, and a stop need not be the end of a struct. */
static const uint8_t *
expected(ct_reader_t *reader, const uint8_t *p, ct_struct_mark_t *mark,
         const ct_field_t *asked)
{
    (void) reader;
    (void) p;
    (void) mark;
    (void) asked;
    return NULL;
}


static const uint8_t *
stop(ct_reader_t *reader, const uint8_t *p)
{
    (void) reader;
    (void) p;
    return NULL;
}


static const uint8_t *
of_bool(ct_reader_t *reader, const uint8_t *p, bool *value)
{
    return HEAR(reader, p, read_bool, value);
}


static const uint8_t *
of_i8(ct_reader_t *reader, const uint8_t *p, int8_t *value)
{
    return HEAR(reader, p, read_i8, value);
}


static const uint8_t *
of_i16(ct_reader_t *reader, const uint8_t *p, int16_t *value)
{
    return HEAR(reader, p, read_i16, value);
}


static const uint8_t *
of_i32(ct_reader_t *reader, const uint8_t *p, int32_t *value)
{
    return HEAR(reader, p, read_i32, value);
}


static const uint8_t *
of_i64(ct_reader_t *reader, const uint8_t *p, int64_t *value)
{
    return HEAR(reader, p, read_i64, value);
}


static const uint8_t *
of_double(ct_reader_t *reader, const uint8_t *p, double *value)
{
    return HEAR(reader, p, read_double, value);
}


static const uint8_t *
of_uuid(ct_reader_t *reader, const uint8_t *p, ct_uuid_t *value)
{
    return HEAR(reader, p, read_uuid, value);
}


static const uint8_t *
of_string(ct_reader_t *reader, const uint8_t *p, ct_str_t *value,
          bool is_binary)
{
    return is_binary ? HEAR(reader, p, read_binary, value)
                     : HEAR(reader, p, read_string, value);
}


static const uint8_t *
list(ct_reader_t *reader, const uint8_t *p, ct_ttype_t *element, size_t *n)
{
    return HEAR(reader, p, read_list, element, n);
}


static const uint8_t *
map(ct_reader_t *reader, const uint8_t *p, ct_ttype_t *key, ct_ttype_t *value,
    size_t *n)
{
    return HEAR(reader, p, read_map, key, value, n);
}


static const uint8_t *
end_items(ct_reader_t *reader, const uint8_t *p, uint8_t context)
{
    return ct_reader_end(reader_at(reader, p), context) == CT_OK ? reader->pos
                                                                 : NULL;
}


CT_DECODE_WALKS(words)

static const ct_decode_words_t words = {
    .begin = begin,
    .end = end,
    .expected = expected,
    .stop = stop,
    .field = field,
    .sure =
        {
            .of_bool = of_bool,
            .of_i8 = of_i8,
            .of_i16 = of_i16,
            .of_i32 = of_i32,
            .of_i64 = of_i64,
            .of_double = of_double,
            .of_uuid = of_uuid,
            .of_string = of_string,
        },
    .careful =
        {
            .of_bool = of_bool,
            .of_i8 = of_i8,
            .of_i16 = of_i16,
            .of_i32 = of_i32,
            .of_i64 = of_i64,
            .of_double = of_double,
            .of_uuid = of_uuid,
            .of_string = of_string,
        },
    .list = list,
    .map = map,
    .end_items = end_items,
    .of_struct = read_struct,
    .of_fields = read_fields,
    .of_rest = read_rest,
    .of_structs = read_structs,
    .of_container = read_container,
};


CT_HOT ct_rc_t
ct_decode(ct_reader_t *reader, const ct_struct_t *strct, void *value,
          ct_decode_struct_fn walk)
{
    const uint8_t *p = walk(reader, strct, value, reader->pos);

    if (p == NULL) {
        return CT_ERROR;
    }
    reader->pos = p;
    return CT_OK;
}


CT_HOT ct_rc_t
ct_codec_read(ct_reader_t *reader, const ct_struct_t *strct, void *value)
{
    const ct_protocol_t *protocol = reader->protocol;

    return protocol->read_struct != NULL
               ? protocol->read_struct(reader, strct, value)
               : ct_decode(reader, strct, value, read_struct);
}

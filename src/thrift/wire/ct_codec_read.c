/*
 * ct_codec_read.c -- values of described types, out of any protocol.
 *
 * Who owns what: structs and items are taken from reader->pool, strings are
 * what the protocol gives (slices of the message, for binary).  Every byte
 * taken is counted against limits->decoded before it is taken.
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

#include "thrift/wire/ct_codec.h"

#include <string.h>

/* Bytes decoded per byte of the message that need no second look. */
#define GENEROUS_FACTOR 4

/* The first step, in bytes, of an array that grows. */
#define FIRST_STEP 4096

/* Required fields are ticked off in words of this many. */
#define WORD_BITS 64

/* Words on the stack: structs of up to 256 fields need no memory. */
#define NEAR_WORDS 4

/* A struct while it is read. */
typedef struct reading_s {
    ct_reader_t       *reader;
    const ct_struct_t *strct;
    char              *value;
    const ct_field_t  *chosen; /* of a union: the only one set, if known */
    uint32_t           nrequired;
    uint64_t          *seen; /* a bit per field of the table, if required */
    uint64_t           near[NEAR_WORDS];
} reading_t;

static ct_rc_t read_struct(ct_reader_t *reader, const ct_struct_t *strct,
                           void *value);
static ct_rc_t read_element(ct_reader_t *reader, const ct_type_t *type,
                            void *place);


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


/* Makes room for `room` items of which the first `n` are there already. */
static ct_rc_t
move_items(ct_reader_t *reader, ct_list_t *list, size_t item_size, size_t room)
{
    size_t size;
    void  *items;

    if (__builtin_mul_overflow(room, item_size, &size)) {
        return ct_reader_fail(reader, CT_WIRE_LIMIT, "a container too large");
    }
    items = ct_reader_alloc(reader, size);
    if (items == NULL) {
        return CT_ERROR;
    }
    if (list->n > 0) {
        memcpy(items, list->items, list->n * item_size);
    }
    list->items = items;
    return CT_OK;
}


/* One item: an element, or a map's key and value. */
static ct_rc_t
read_item(ct_reader_t *reader, const ct_type_t *type, void *place)
{
    char *item = place;

    if (type->ttype != CT_T_MAP) {
        return read_element(reader, type->element, item);
    }
    if (read_element(reader, type->key, item) != CT_OK) {
        return CT_ERROR;
    }
    return read_element(reader, type->element, item + type->value_offset);
}


/* The `n` items behind a container's head. */
static ct_rc_t
read_items(ct_reader_t *reader, const ct_type_t *type, size_t n,
           ct_list_t *list)
{
    const size_t item_size = type->item_size;
    ct_list_t    read = { 0, NULL };
    size_t       room = 0;

    CT_ASSERT(item_size > 0);
    *list = read;
    if (n == 0) {
        return CT_OK;
    }
    if (ct_reader_enter(reader) != CT_OK) {
        return CT_ERROR;
    }
    for (read.n = 0; read.n < n; read.n++) {
        if (read.n == room) {
            room = room == 0      ? first_room(reader, item_size, n)
                   : room > n / 2 ? n
                                  : room * 2;
            if (move_items(reader, &read, item_size, room) != CT_OK) {
                return CT_ERROR;
            }
        }
        if (read_item(reader, type, (char *) read.items + read.n * item_size)
            != CT_OK) {
            return CT_ERROR;
        }
    }
    ct_reader_leave(reader);
    *list = read;
    return CT_OK;
}


/*
 * A container into *list.  *is_set is false when its items are of other types
 * than described: then it was passed over and *list is as before.  An empty
 * one may name any types.
 */
static ct_rc_t
read_container(ct_reader_t *reader, const ct_type_t *type, ct_list_t *list,
               bool *is_set)
{
    const uint8_t context = reader->context;
    ct_ttype_t    key = CT_T_STOP;
    ct_ttype_t    element;
    size_t        n;
    ct_rc_t       rc;

    if (type->ttype == CT_T_MAP) {
        rc = reader->protocol->read_map(reader, &key, &element, &n);
    } else {
        rc = reader->protocol->read_list(reader, &element, &n);
    }
    if (rc != CT_OK) {
        return CT_ERROR;
    }
    *is_set = n == 0
              || (element == type->element->ttype
                  && (type->ttype != CT_T_MAP || key == type->key->ttype));
    if (*is_set) {
        rc = read_items(reader, type, n, list);
    } else {
        rc = ct_codec_skip_items(reader, key, element, n);
    }
    return rc == CT_OK ? ct_reader_end(reader, context) : rc;
}


/*
 * A value that is neither a struct nor a container; its place has its C type,
 * so that a pointer to void is enough.
 */
static ct_rc_t
read_scalar(ct_reader_t *reader, const ct_type_t *type, void *place)
{
    const ct_protocol_t *protocol = reader->protocol;

    switch (type->ttype) {
    case CT_T_BOOL:
        return protocol->read_bool(reader, place);
    case CT_T_I8:
        return protocol->read_i8(reader, place);
    case CT_T_I16:
        return protocol->read_i16(reader, place);
    case CT_T_I32:
        return protocol->read_i32(reader, place);
    case CT_T_I64:
        return protocol->read_i64(reader, place);
    case CT_T_DOUBLE:
        return protocol->read_double(reader, place);
    case CT_T_STRING:
        return type->is_binary ? protocol->read_binary(reader, place)
                               : protocol->read_string(reader, place);
    case CT_T_UUID:
        return protocol->read_uuid(reader, place);
    case CT_T_STOP:
    case CT_T_VOID:
    case CT_T_STRUCT:
    case CT_T_MAP:
    case CT_T_SET:
    case CT_T_LIST:
        break;
    }
    CT_ASSERT(!"a table with a type that no value has");
    return ct_reader_fail(reader, CT_WIRE_MALFORMED, "a value of no type");
}


/* An element of a container: structs stand in it, not beside it. */
static ct_rc_t
read_element(ct_reader_t *reader, const ct_type_t *type, void *place)
{
    bool is_set;

    switch (type->ttype) {
    case CT_T_STRUCT:
        return read_struct(reader, type->strct, place);
    case CT_T_MAP:
    case CT_T_SET:
    case CT_T_LIST:
        memset(place, 0, sizeof(ct_list_t));
        return read_container(reader, type, place, &is_set);
    default: /* Rule 38: the rest is read_scalar's to tell apart. */
        return read_scalar(reader, type, place);
    }
}


/* A struct as a field: in memory of its own. */
static ct_rc_t
read_struct_field(ct_reader_t *reader, const ct_struct_t *strct, void *place)
{
    void **pointer = place;
    void  *value = ct_reader_alloc(reader, strct->size);

    if (value == NULL || read_struct(reader, strct, value) != CT_OK) {
        return CT_ERROR;
    }
    *pointer = value;
    return CT_OK;
}


/* *is_set is false when the value was passed over and the field is as before.
 */
static ct_rc_t
read_field_value(reading_t *reading, const ct_field_t *field, bool *is_set)
{
    const ct_type_t *type = field->type;
    void            *place = reading->value + field->offset;

    *is_set = true;
    switch (type->ttype) {
    case CT_T_STRUCT:
        return read_struct_field(reading->reader, type->strct, place);
    case CT_T_MAP:
    case CT_T_SET:
    case CT_T_LIST:
        return read_container(reading->reader, type, place, is_set);
    default: /* Rule 38: as in read_element. */
        return read_scalar(reading->reader, type, place);
    }
}


/* memcpy, since the flag's place is known by its offset only. */
static void
set_flag(char *value, const ct_field_t *field, bool is_set)
{
    if (field->has_offset != CT_NO_FLAG) {
        memcpy(value + field->has_offset, &is_set, sizeof(is_set));
    }
}


static void
unset(char *value, const ct_field_t *field)
{
    const size_t size = field->type->ttype == CT_T_STRUCT
                            ? sizeof(void *)
                            : ct_type_size(field->type);

    memset(value + field->offset, 0, size);
    set_flag(value, field, false);
}


/*
 * The last field of a union wins.  The first that comes clears all others,
 * for `initial` may have one set; later ones know whom they follow.
 */
static void
choose(reading_t *reading, const ct_field_t *field)
{
    const ct_struct_t *strct = reading->strct;
    uint32_t           i;

    if (reading->chosen == field) {
        return;
    }
    if (reading->chosen != NULL) {
        unset(reading->value, reading->chosen);
    } else {
        for (i = 0; i < strct->nfields; i++) {
            if (&strct->fields[i] != field) {
                unset(reading->value, &strct->fields[i]);
            }
        }
    }
    reading->chosen = field;
}


/* Ticks a required field off; one that comes twice counts once. */
static void
tick(reading_t *reading, const ct_field_t *field)
{
    const size_t   i = (size_t) (field - reading->strct->fields);
    const uint64_t bit = UINT64_C(1) << (i % WORD_BITS);

    if ((reading->seen[i / WORD_BITS] & bit) == 0) {
        reading->seen[i / WORD_BITS] |= bit;
        reading->nrequired++;
    }
}


/* Ids and types match: what remains is to note that it came. */
static ct_rc_t
read_known_field(reading_t *reading, const ct_field_t *field)
{
    bool is_set;

    if (read_field_value(reading, field, &is_set) != CT_OK) {
        return CT_ERROR;
    }
    if (!is_set) {
        return CT_OK;
    }
    set_flag(reading->value, field, true);
    if (reading->strct->is_union) {
        choose(reading, field);
    }
    if (field->required == CT_REQUIRED) {
        tick(reading, field);
    }
    return CT_OK;
}


/* All fields up to the stop. */
static ct_rc_t
read_fields(reading_t *reading)
{
    ct_reader_t      *reader = reading->reader;
    const ct_field_t *field;
    ct_ttype_t        type;
    int16_t           id;
    ct_rc_t           rc;

    for (;;) {
        if (reader->protocol->read_field(reader, &type, &id) != CT_OK) {
            return CT_ERROR;
        }
        if (type == CT_T_STOP) {
            return CT_OK;
        }
        field = ct_struct_field(reading->strct, id);
        if (field != NULL && field->type->ttype == type) {
            rc = read_known_field(reading, field);
        } else {
            rc = ct_codec_skip(reader, type);
        }
        if (rc != CT_OK) {
            return CT_ERROR;
        }
    }
}


/* The value as the IDL's defaults have it, and nothing seen. */
static ct_rc_t
begin_reading(reading_t *reading)
{
    const ct_struct_t *strct = reading->strct;
    const size_t       nwords = strct->nfields / WORD_BITS + 1;

    if (strct->initial != NULL) {
        memcpy(reading->value, strct->initial, strct->size);
    } else {
        memset(reading->value, 0, strct->size);
    }
    reading->seen = reading->near;
    if (nwords > NEAR_WORDS && strct->nrequired > 0) {
        reading->seen =
            ct_reader_alloc(reading->reader, nwords * sizeof(uint64_t));
        if (reading->seen == NULL) {
            return CT_ERROR;
        }
        memset(reading->seen, 0, nwords * sizeof(uint64_t));
    }
    return CT_OK;
}


/*
 * The way down and up again: each call is a level that ct_reader_enter has
 * allowed, so the stack is bounded by the depth limit times this frame.
 */
static ct_rc_t
read_struct(ct_reader_t *reader, const ct_struct_t *strct, void *value)
{
    reading_t        reading = { .reader = reader, .strct = strct };
    ct_struct_mark_t mark;

    reading.value = value;
    if (ct_reader_enter(reader) != CT_OK || begin_reading(&reading) != CT_OK
        || reader->protocol->read_struct_begin(reader, &mark) != CT_OK
        || read_fields(&reading) != CT_OK
        || reader->protocol->read_struct_end(reader, mark) != CT_OK) {
        return CT_ERROR;
    }
    ct_reader_leave(reader);
    if (reading.nrequired < strct->nrequired) {
        return ct_reader_fail(reader, CT_WIRE_REQUIRED,
                              "a required field is missing");
    }
    return CT_OK;
}


ct_rc_t
ct_codec_read(ct_reader_t *reader, const ct_struct_t *strct, void *value)
{
    return read_struct(reader, strct, value);
}

/*
 * ct_decode.h -- the reading half of the codec, for protocols to compile.
 *
 * As ct_encode.h: one text fills a value by its description, over a table of
 * words, and a protocol whose words are short compiles it with them in their
 * places.  The place in the message is handed from word to word; the reader
 * learns it where somebody else goes on, and at the end.  NULL means that the
 * reader has failed.
 *
 * Who owns what: structs and items are taken from reader->pool, strings are
 * what the protocol gives (slices of the message, for binary).  Every byte
 * taken is counted against limits->decoded before it is taken.
 *
 * Fields come in the order of the description more often than not, so the
 * one behind the last is asked first.
 *
 * Private to the codec and the protocols.
 */

#ifndef CT_DECODE_H
#define CT_DECODE_H

#include "core/ct_config.h"

#include <string.h>

#include "thrift/wire/ct_codec.h"

/* For functions whose `words` must be a constant. */
#define CT_DECODE_INLINE static inline __attribute__((always_inline))

/* Required fields are ticked off in words of this many. */
#define CT_DECODE_BITS 64

/* What must be known of a union, or of a struct with required fields. */
typedef struct ct_decode_special_s {
    const ct_struct_t *strct;
    char              *value;
    const ct_field_t  *chosen; /* of a union: the only one set, if known */
    uint32_t           nrequired;
    uint64_t          *seen; /* a bit per field of the table, if required */
} ct_decode_special_t;

/* ct_decode_struct with some protocol's words. */
typedef const uint8_t *(*ct_decode_struct_fn)(ct_reader_t       *reader,
                                              const ct_struct_t *strct,
                                              char *value, const uint8_t *p);

/* ct_decode_fields likewise; `special` is NULL for most structs. */
typedef const uint8_t *(*ct_decode_fields_fn)(ct_reader_t         *reader,
                                              const ct_struct_t   *strct,
                                              char                *value,
                                              ct_decode_special_t *special,
                                              const uint8_t       *p);

/*
 * Words take the place to read from and give the place behind.  `mark` is the
 * struct's own, for what its fields must know of each other; `context` is the
 * reader's before a container's head.
 */
typedef struct ct_decode_words_s {
    const uint8_t *(*begin)(ct_reader_t *reader, const uint8_t *p,
                            ct_struct_mark_t *mark);
    const uint8_t *(*end)(ct_reader_t *reader, const uint8_t *p,
                          const ct_struct_mark_t *mark);
    /* CT_T_STOP ends the struct. */
    const uint8_t *(*field)(ct_reader_t *reader, const uint8_t *p,
                            ct_struct_mark_t *mark, ct_ttype_t *type,
                            int16_t *id);
    const uint8_t *(*of_bool)(ct_reader_t *reader, const uint8_t *p,
                              bool *value);
    const uint8_t *(*of_i8)(ct_reader_t *reader, const uint8_t *p,
                            int8_t *value);
    const uint8_t *(*of_i16)(ct_reader_t *reader, const uint8_t *p,
                             int16_t *value);
    const uint8_t *(*of_i32)(ct_reader_t *reader, const uint8_t *p,
                             int32_t *value);
    const uint8_t *(*of_i64)(ct_reader_t *reader, const uint8_t *p,
                             int64_t *value);
    const uint8_t *(*of_double)(ct_reader_t *reader, const uint8_t *p,
                                double *value);
    const uint8_t *(*of_uuid)(ct_reader_t *reader, const uint8_t *p,
                              ct_uuid_t *value);
    const uint8_t *(*of_string)(ct_reader_t *reader, const uint8_t *p,
                                ct_str_t *value, bool is_binary);
    /* `n` has passed the limits and fits what is left of the message. */
    const uint8_t *(*list)(ct_reader_t *reader, const uint8_t *p,
                           ct_ttype_t *element, size_t *n);
    const uint8_t *(*map)(ct_reader_t *reader, const uint8_t *p,
                          ct_ttype_t *key, ct_ttype_t *value, size_t *n);
    const uint8_t *(*end_items)(ct_reader_t *reader, const uint8_t *p,
                                uint8_t context);
    /* ct_decode_struct, _fields and _container with these words. */
    ct_decode_struct_fn of_struct;
    ct_decode_fields_fn of_fields;
    const uint8_t *(*of_container)(ct_reader_t *reader, const ct_type_t *type,
                                   ct_list_t *list, bool *is_set,
                                   const uint8_t *p);
} ct_decode_words_t;

/*
 * From beginning to end, for ct_protocol_t's `read_struct`: `walk` is
 * ct_decode_struct with the protocol's words.
 */
ct_rc_t ct_decode(ct_reader_t *reader, const ct_struct_t *strct, void *value,
                  ct_decode_struct_fn walk);

/* Reads the fields of a union, or of a struct with required ones. */
const uint8_t *ct_decode_special(ct_reader_t *reader, const ct_struct_t *strct,
                                 char *value, const uint8_t *p,
                                 ct_decode_fields_fn walk);

/* A field of such a struct has come. */
void ct_decode_note(ct_decode_special_t *special, const ct_field_t *field);

/* Passes over a value that nobody asked for; ct_codec_skip_items likewise. */
const uint8_t *ct_decode_skip(ct_reader_t *reader, ct_ttype_t type,
                              const uint8_t *p);
const uint8_t *ct_decode_skip_items(ct_reader_t *reader, ct_ttype_t key,
                                    ct_ttype_t element, size_t n,
                                    const uint8_t *p);

/*
 * Room for more of the `n` items of a container than there are in *list, of
 * which `room` fit so far; the new room, or 0.
 */
size_t ct_decode_grow(ct_reader_t *reader, ct_list_t *list, size_t item_size,
                      size_t room, size_t n);


/* Always NULL, with the first reason kept. */
static inline const uint8_t *
ct_decode_fail_short(ct_reader_t *reader)
{
    (void) ct_reader_fail_short(reader);
    return NULL;
}


/* Bytes of the message behind `p`. */
static inline size_t
ct_decode_left(const ct_reader_t *reader, const uint8_t *p)
{
    return (size_t) (reader->end - p);
}


/*
 * A value that is neither a struct nor a container.  Its place has its C
 * type, so that a pointer to void is enough.
 */
CT_DECODE_INLINE const uint8_t *
ct_decode_scalar(const ct_decode_words_t *words, ct_reader_t *reader,
                 const ct_type_t *type, ct_ttype_t ttype, void *place,
                 const uint8_t *p)
{
    switch (ttype) {
    case CT_T_BOOL:
        return words->of_bool(reader, p, place);
    case CT_T_I8:
        return words->of_i8(reader, p, place);
    case CT_T_I16:
        return words->of_i16(reader, p, place);
    case CT_T_I32:
        return words->of_i32(reader, p, place);
    case CT_T_I64:
        return words->of_i64(reader, p, place);
    case CT_T_DOUBLE:
        return words->of_double(reader, p, place);
    case CT_T_STRING:
        return words->of_string(reader, p, place, type->is_binary);
    case CT_T_UUID:
        return words->of_uuid(reader, p, place);
    case CT_T_STOP:
    case CT_T_VOID:
    case CT_T_STRUCT:
    case CT_T_MAP:
    case CT_T_SET:
    case CT_T_LIST:
        break;
    }
    CT_ASSERT(!"a table with a type that no value has");
    (void) ct_reader_fail(reader, CT_WIRE_MALFORMED, "a value of no type");
    return NULL;
}


/*
 * An element of a container, or a key.  A container that was passed over
 * keeps its place, and is empty there.
 */
CT_DECODE_INLINE const uint8_t *
ct_decode_element(const ct_decode_words_t *words, ct_reader_t *reader,
                  const ct_type_t *type, ct_ttype_t ttype, void *place,
                  const uint8_t *p)
{
    ct_list_t *list;
    bool       is_set;

    switch (ttype) {
    case CT_T_STRUCT:
        return words->of_struct(reader, type->strct, place, p);
    case CT_T_MAP:
    case CT_T_SET:
    case CT_T_LIST:
        list = place;
        *list = (ct_list_t){ 0, NULL };
        /* cppcheck-suppress returnDanglingLifetime ; a place in the message */
        return words->of_container(reader, type, list, &is_set, p);
    default: /* Rule 38: the rest is ct_decode_scalar's to tell apart. */
        return ct_decode_scalar(words, reader, type, ttype, place, p);
    }
}


/* A field's struct stands behind a pointer, which is set when all is read. */
CT_DECODE_INLINE const uint8_t *
ct_decode_pointer(const ct_decode_words_t *words, ct_reader_t *reader,
                  const ct_struct_t *strct, void *place, const uint8_t *p)
{
    void **pointer = place;
    char  *value = ct_reader_alloc(reader, strct->size);

    if (value == NULL) {
        return NULL;
    }
    p = words->of_struct(reader, strct, value, p);
    if (p != NULL) {
        *pointer = value;
    }
    return p;
}


/* memcpy, since the flag's place is known by its offset only. */
static inline void
ct_decode_set_flag(char *value, const ct_field_t *field, bool is_set)
{
    if (field->has_offset != CT_NO_FLAG) {
        memcpy(value + field->has_offset, &is_set, sizeof(is_set));
    }
}


/* Ids and types match: the value, and a note that it came. */
CT_DECODE_INLINE const uint8_t *
ct_decode_field(const ct_decode_words_t *words, ct_reader_t *reader,
                const ct_field_t *field, ct_ttype_t ttype, char *value,
                ct_decode_special_t *special, const uint8_t *p)
{
    const ct_type_t *type = field->type;
    void            *place = value + field->offset;
    bool             is_set = true;

    if (ttype == CT_T_STRUCT) {
        p = ct_decode_pointer(words, reader, type->strct, place, p);
    } else if (ttype >= CT_T_MAP && ttype <= CT_T_LIST) {
        p = words->of_container(reader, type, place, &is_set, p);
    } else {
        p = ct_decode_scalar(words, reader, type, ttype, place, p);
    }
    if (p != NULL && CT_LIKELY(is_set)) {
        ct_decode_set_flag(value, field, true);
        if (CT_UNLIKELY(special != NULL)) {
            ct_decode_note(special, field);
        }
    }
    /* cppcheck-suppress returnDanglingLifetime ; a place in the message */
    return p;
}


/* All fields up to the stop. */
CT_DECODE_INLINE const uint8_t *
ct_decode_fields(const ct_decode_words_t *words, ct_reader_t *reader,
                 const ct_struct_t *strct, char *value,
                 ct_decode_special_t *special, const uint8_t *p)
{
    const ct_field_t *next = strct->fields;
    const ct_field_t *end = next + strct->nfields;
    const ct_field_t *field;
    ct_struct_mark_t  mark;
    ct_ttype_t        type;
    int16_t           id = 0;

    p = words->begin(reader, p, &mark);
    while (p != NULL) {
        p = words->field(reader, p, &mark, &type, &id);
        if (p == NULL || type == CT_T_STOP) {
            break;
        }
        field = CT_LIKELY(next < end && next->id == id)
                    ? next
                    : ct_struct_field(strct, id);
        if (field == NULL || CT_UNLIKELY(field->type->ttype != type)) {
            p = ct_decode_skip(reader, type, p);
            continue;
        }
        next = field + 1;
        p = ct_decode_field(words, reader, field, type, value, special, p);
    }
    return p == NULL ? NULL : words->end(reader, p, &mark);
}


/*
 * The value as the IDL's defaults have it, and then what comes.  Each call is
 * a level that ct_reader_enter has allowed, so the stack is bounded by the
 * depth limit times these frames.
 */
CT_DECODE_INLINE const uint8_t *
ct_decode_struct(const ct_decode_words_t *words, ct_reader_t *reader,
                 const ct_struct_t *strct, char *value, const uint8_t *p)
{
    if (ct_reader_enter(reader) != CT_OK) {
        return NULL;
    }
    if (strct->initial != NULL) {
        memcpy(value, strct->initial, strct->size);
    } else {
        memset(value, 0, strct->size);
    }
    if (strct->is_union || strct->nrequired > 0) {
        p = ct_decode_special(reader, strct, value, p, words->of_fields);
    } else {
        p = words->of_fields(reader, strct, value, NULL, p);
    }
    ct_reader_leave(reader);
    return p;
}


/* Elements of `ttype`, which may be a constant, from list->n up to `n`. */
CT_DECODE_INLINE const uint8_t *
ct_decode_elements(const ct_decode_words_t *words, ct_reader_t *reader,
                   const ct_type_t *type, ct_ttype_t ttype, ct_list_t *list,
                   size_t n, const uint8_t *p)
{
    const size_t size = type->item_size;
    char        *item = (char *) list->items + list->n * size;

    for (; list->n < n && p != NULL; list->n++, item += size) {
        p = ct_decode_element(words, reader, type->element, ttype, item, p);
    }
    return p;
}


CT_DECODE_INLINE const uint8_t *
ct_decode_pairs(const ct_decode_words_t *words, ct_reader_t *reader,
                const ct_type_t *type, ct_list_t *list, size_t n,
                const uint8_t *p)
{
    const ct_ttype_t of_key = type->key->ttype;
    const ct_ttype_t of_value = type->element->ttype;
    char            *item = (char *) list->items + list->n * type->item_size;

    for (; list->n < n && p != NULL; list->n++, item += type->item_size) {
        p = ct_decode_element(words, reader, type->key, of_key, item, p);
        if (p != NULL) {
            p = ct_decode_element(words, reader, type->element, of_value,
                                  item + type->value_offset, p);
        }
    }
    return p;
}


/* Loops of their own for what there is much of. */
CT_DECODE_INLINE const uint8_t *
ct_decode_some(const ct_decode_words_t *words, ct_reader_t *reader,
               const ct_type_t *type, ct_list_t *list, size_t n,
               const uint8_t *p)
{
    const ct_ttype_t ttype = type->element->ttype;

    if (type->ttype == CT_T_MAP) {
        return ct_decode_pairs(words, reader, type, list, n, p);
    }
    if (ttype == CT_T_STRING) {
        return ct_decode_elements(words, reader, type, CT_T_STRING, list, n, p);
    }
    if (ttype == CT_T_I32) {
        return ct_decode_elements(words, reader, type, CT_T_I32, list, n, p);
    }
    if (ttype == CT_T_I64) {
        return ct_decode_elements(words, reader, type, CT_T_I64, list, n, p);
    }
    if (ttype == CT_T_DOUBLE) {
        return ct_decode_elements(words, reader, type, CT_T_DOUBLE, list, n, p);
    }
    return ct_decode_elements(words, reader, type, ttype, list, n, p);
}


/* The `n` items behind a container's head, as memory for them is granted. */
CT_DECODE_INLINE const uint8_t *
ct_decode_items(const ct_decode_words_t *words, ct_reader_t *reader,
                const ct_type_t *type, ct_list_t *list, size_t n,
                const uint8_t *p)
{
    ct_list_t read = { 0, NULL };
    size_t    room = 0;

    *list = read;
    if (n == 0) {
        return p;
    }
    if (ct_reader_enter(reader) != CT_OK) {
        return NULL;
    }
    while (read.n < n && p != NULL) {
        room = ct_decode_grow(reader, &read, type->item_size, room, n);
        if (room == 0) {
            return NULL;
        }
        p = ct_decode_some(words, reader, type, &read, room, p);
    }
    ct_reader_leave(reader);
    *list = read;
    return p;
}


/*
 * A container into *list.  *is_set is false when its items are of other types
 * than described: then it was passed over and *list is as before.  An empty
 * one may name any types.
 */
CT_DECODE_INLINE const uint8_t *
ct_decode_container(const ct_decode_words_t *words, ct_reader_t *reader,
                    const ct_type_t *type, ct_list_t *list, bool *is_set,
                    const uint8_t *p)
{
    const uint8_t context = reader->context;
    ct_ttype_t    key = CT_T_STOP;
    ct_ttype_t    element;
    size_t        n;

    p = type->ttype == CT_T_MAP ? words->map(reader, p, &key, &element, &n)
                                : words->list(reader, p, &element, &n);
    if (p == NULL) {
        return NULL;
    }
    *is_set = n == 0
              || (element == type->element->ttype
                  && (type->ttype != CT_T_MAP || key == type->key->ttype));
    p = *is_set ? ct_decode_items(words, reader, type, list, n, p)
                : ct_decode_skip_items(reader, key, element, n, p);
    return p == NULL ? NULL : words->end_items(reader, p, context);
}

#endif /* CT_DECODE_H */

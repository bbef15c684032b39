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
 * Fields come in the order of the description more often than not, with some
 * left out.  So each is asked in its turn whether it is the one that stands
 * there, by the bytes that its header would have, and what it then finds needs
 * no look at where the message ends (`roomy`).  A field that comes out of
 * turn, that nobody knows, or that stands at the very end of the message, and
 * all fields of that struct behind it, are read with more care
 * (ct_decode_rest): their headers are taken apart, and each value asks whether
 * its bytes are there.
 *
 * Private to the codec and the protocols.
 */

#ifndef CT_DECODE_H
#define CT_DECODE_H

#include "core/ct_config.h"

#include <string.h>

#include "thrift/wire/ct_decode_words.h"
#include "thrift/wire/ct_field.h"


/*
 * A value that is neither a struct nor a container.  Its place has its C
 * type, so that a pointer to void is enough.
 */
CT_DECODE_INLINE const uint8_t *
ct_decode_scalar(const ct_decode_scalars_t *words, ct_reader_t *reader,
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
    return ct_decode_fail_type(reader);
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

    switch (ttype) {
    case CT_T_STRUCT:
        return words->of_struct(reader, type->strct, place, p);
    case CT_T_MAP:
    case CT_T_SET:
    case CT_T_LIST:
        list = place;
        *list = (ct_list_t){ 0, NULL };
        /* cppcheck-suppress returnDanglingLifetime ; a place in the message */
        return words->of_container(reader, type, list, p);
    default: /* Rule 38: the rest is ct_decode_scalar's to tell apart. */
        return ct_decode_scalar(&words->careful, reader, type, ttype, place, p);
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


/* A flag's place is known by its offset only. */
static inline void
ct_decode_set_flag(char *value, const ct_field_t *field, bool is_set)
{
    if (field->has_offset != CT_NO_FLAG) {
        memcpy(value + field->has_offset, &is_set, sizeof(is_set));
    }
}


/*
 * Ids and types match: the value, by `scalars` where it is one, and a note
 * that it came.
 */
CT_DECODE_INLINE const uint8_t *
ct_decode_field(const ct_decode_words_t   *words,
                const ct_decode_scalars_t *scalars, ct_reader_t *reader,
                const ct_field_t *field, ct_ttype_t ttype, char *value,
                ct_decode_special_t *special, const uint8_t *p)
{
    const ct_type_t *type = field->type;
    void            *place = value + field->offset;

    if (ttype == CT_T_STRUCT) {
        p = ct_decode_pointer(words, reader, type->strct, place, p);
    } else if (ttype >= CT_T_MAP && ttype <= CT_T_LIST) {
        p = words->of_container(reader, type, place, p);
        if (CT_UNLIKELY(reader->passed_over)) {
            return p;
        }
    } else {
        p = ct_decode_scalar(scalars, reader, type, ttype, place, p);
    }
    ct_decode_set_flag(value, field, true);
    if (special != NULL) {
        ct_decode_note(special, field);
    }
    /* cppcheck-suppress returnDanglingLifetime ; a place in the message */
    return p;
}


/* Fields in any order up to the stop, known or not. */
CT_DECODE_INLINE const uint8_t *
ct_decode_rest(const ct_decode_words_t *words, ct_reader_t *reader,
               const ct_struct_t *strct, char *value,
               ct_decode_special_t *special, ct_struct_mark_t mark,
               const uint8_t *p)
{
    const ct_field_t *next = strct->fields;
    const ct_field_t *end = next + strct->nfields;
    const ct_field_t *field;
    ct_ttype_t        type;
    int16_t           id = 0;

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
        p = ct_decode_field(words, &words->careful, reader, field, type, value,
                            special, p);
    }
    return p == NULL ? NULL : words->end(reader, p, &mark);
}


/*
 * The value of a field whose header was the one expected, as ct_decode_field.
 * Each case ends by itself, so that the compiler sees which ones cannot fail.
 */
CT_DECODE_INLINE const uint8_t *
ct_decode_in_turn(const ct_decode_words_t *words, ct_reader_t *reader,
                  const ct_field_t *field, char *value, const uint8_t *p)
{
    const ct_decode_scalars_t *sure = &words->sure;
    const ct_ttype_t           ttype = ct_field_ttype(field);
    const ct_type_t           *type = field->type;
    void                      *place = value + field->offset;

    switch (ttype) {
    case CT_T_BOOL:
        ct_decode_set_flag(value, field, true);
        return sure->of_bool(reader, p, place);
    case CT_T_I8:
        ct_decode_set_flag(value, field, true);
        return sure->of_i8(reader, p, place);
    case CT_T_I16:
        ct_decode_set_flag(value, field, true);
        return sure->of_i16(reader, p, place);
    case CT_T_I32:
        ct_decode_set_flag(value, field, true);
        return sure->of_i32(reader, p, place);
    case CT_T_I64:
        ct_decode_set_flag(value, field, true);
        return sure->of_i64(reader, p, place);
    case CT_T_DOUBLE:
        ct_decode_set_flag(value, field, true);
        return sure->of_double(reader, p, place);
    case CT_T_STRING:
        return sure->of_string(reader, p, place, type->is_binary);
    case CT_T_UUID:
        ct_decode_set_flag(value, field, true);
        return sure->of_uuid(reader, p, place);
    case CT_T_STRUCT:
        return ct_decode_pointer(words, reader, type->strct, place, p);
    case CT_T_MAP:
    case CT_T_SET:
    case CT_T_LIST:
        p = words->of_container(reader, type, place, p);
        if (CT_LIKELY(!reader->passed_over)) {
            ct_decode_set_flag(value, field, true);
        }
        return p;
    case CT_T_STOP:
    case CT_T_VOID:
        break;
    }
    return ct_decode_fail_type(reader);
}


/* All fields up to the stop, as long as each comes in its turn. */
CT_DECODE_INLINE const uint8_t *
ct_decode_fields(const ct_decode_words_t *words, ct_reader_t *reader,
                 const ct_struct_t *strct, char *value,
                 ct_decode_special_t *special, const uint8_t *p)
{
    const ct_field_t *field = strct->fields;
    const ct_field_t *end = field + strct->nfields;
    const uint8_t    *behind;
    ct_struct_mark_t  mark;

    p = words->begin(reader, p, &mark);
    if (CT_UNLIKELY(p == NULL)) {
        return NULL;
    }
    for (; field < end; field++) {
        behind = words->expected(reader, p, &mark, field);
        if (behind == NULL) {
            if (words->stop(reader, p) != NULL) {
                break;
            }
            continue;
        }
        p = ct_decode_in_turn(words, reader, field, value, behind);
        if (CT_UNLIKELY(p == NULL)) {
            return NULL;
        }
        if (special != NULL) {
            ct_decode_note(special, field);
        }
    }
    behind = words->stop(reader, p);
    return CT_LIKELY(behind != NULL)
               ? behind
               : words->of_rest(reader, strct, value, special, mark, p);
}


/* The value as the IDL's defaults have it. */
static inline void
ct_decode_begin(const ct_struct_t *strct, char *value)
{
    if (strct->initial != NULL) {
        memcpy(value, strct->initial, strct->size);
    } else {
        memset(value, 0, strct->size);
    }
}


/* Whether ct_decode_special has to look at what comes. */
static inline bool
ct_decode_is_special(const ct_struct_t *strct)
{
    return strct->is_union || strct->nrequired > 0;
}


/*
 * Defaults, and then what comes.  Each call is a level that ct_reader_enter
 * has allowed, so the stack is bounded by the depth limit times these frames.
 */
CT_DECODE_INLINE const uint8_t *
ct_decode_struct(const ct_decode_words_t *words, ct_reader_t *reader,
                 const ct_struct_t *strct, char *value, const uint8_t *p)
{
    if (ct_reader_enter(reader) != CT_OK) {
        return NULL;
    }
    ct_decode_begin(strct, value);
    if (CT_UNLIKELY(ct_decode_is_special(strct))) {
        p = ct_decode_special(reader, strct, value, p, words->of_fields);
    } else {
        p = ct_decode_fields(words, reader, strct, value, NULL, p);
    }
    ct_reader_leave(reader);
    return p;
}


/* `n` structs that stand beside each other; they are one level. */
CT_DECODE_INLINE const uint8_t *
ct_decode_structs(const ct_decode_words_t *words, ct_reader_t *reader,
                  const ct_struct_t *strct, char *item, size_t n,
                  const uint8_t *p)
{
    const size_t size = strct->size;
    const char  *end = item + n * size;

    if (ct_reader_enter(reader) != CT_OK) {
        return NULL;
    }
    for (; item < end && p != NULL; item += size) {
        ct_decode_begin(strct, item);
        if (CT_UNLIKELY(ct_decode_is_special(strct))) {
            p = ct_decode_special(reader, strct, item, p, words->of_fields);
        } else {
            p = ct_decode_fields(words, reader, strct, item, NULL, p);
        }
    }
    ct_reader_leave(reader);
    return p;
}


/* The items from list->n to `n`, of `ttype`, which may be a constant. */
CT_DECODE_INLINE const uint8_t *
ct_decode_elements(const ct_decode_words_t *words, ct_reader_t *reader,
                   const ct_type_t *type, ct_ttype_t ttype, ct_list_t *list,
                   size_t n, const uint8_t *p)
{
    const size_t     size = type->item_size;
    const ct_type_t *element = type->element;
    char            *item = (char *) list->items + list->n * size;
    const char      *end = (char *) list->items + n * size;

    for (; item < end && p != NULL; item += size) {
        p = ct_decode_element(words, reader, element, ttype, item, p);
    }
    return p;
}


/* The same for a map, whose keys are of `of_key`. */
CT_DECODE_INLINE const uint8_t *
ct_decode_pairs(const ct_decode_words_t *words, ct_reader_t *reader,
                const ct_type_t *type, ct_ttype_t of_key, ct_list_t *list,
                size_t n, const uint8_t *p)
{
    const size_t     size = type->item_size;
    const ct_type_t *key = type->key;
    const ct_type_t *element = type->element;
    const ct_ttype_t of_value = element->ttype;
    char            *item = (char *) list->items + list->n * size;
    const char      *end = (char *) list->items + n * size;

    for (; item < end && p != NULL; item += size) {
        p = ct_decode_element(words, reader, key, of_key, item, p);
        if (p != NULL) {
            p = ct_decode_element(words, reader, element, of_value,
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
        return type->key->ttype == CT_T_STRING
                   ? ct_decode_pairs(words, reader, type, CT_T_STRING, list, n,
                                     p)
                   : ct_decode_pairs(words, reader, type, type->key->ttype,
                                     list, n, p);
    }
    if (ttype == CT_T_STRUCT) {
        return words->of_structs(
            reader, type->element->strct,
            (char *) list->items + list->n * type->item_size, n - list->n, p);
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
        read.n = room;
    }
    ct_reader_leave(reader);
    *list = read;
    return p;
}


/*
 * A container into *list.  If its items are of other types than described it
 * is passed over, reader->passed_over says so, and *list is as before.  An
 * empty one may name any types.
 */
CT_DECODE_INLINE const uint8_t *
ct_decode_container(const ct_decode_words_t *words, ct_reader_t *reader,
                    const ct_type_t *type, ct_list_t *list, const uint8_t *p)
{
    const uint8_t context = reader->context;
    ct_ttype_t    key = CT_T_STOP;
    ct_ttype_t    element;
    bool          is_other;
    size_t        n;

    p = type->ttype == CT_T_MAP ? words->map(reader, p, &key, &element, &n)
                                : words->list(reader, p, &element, &n);
    if (p == NULL) {
        return NULL;
    }
    is_other = n > 0
               && (element != type->element->ttype
                   || (type->ttype == CT_T_MAP && key != type->key->ttype));
    p = CT_UNLIKELY(is_other)
            ? ct_decode_skip_items(reader, key, element, n, p)
            : ct_decode_items(words, reader, type, list, n, p);
    reader->passed_over = is_other;
    return p == NULL ? NULL : words->end_items(reader, p, context);
}


/*
 * The walks over a table of words that is defined behind them, by the names
 * that it has for them.  A macro, since each source has its own.
 */
#define CT_DECODE_WALKS(words)                                                 \
    static const ct_decode_words_t words;                                      \
                                                                               \
    static const uint8_t *read_struct(ct_reader_t       *reader,               \
                                      const ct_struct_t *strct, char *value,   \
                                      const uint8_t *p)                        \
    {                                                                          \
        return ct_decode_struct(&words, reader, strct, value, p);              \
    }                                                                          \
                                                                               \
    static const uint8_t *read_fields(                                         \
        ct_reader_t *reader, const ct_struct_t *strct, char *value,            \
        ct_decode_special_t *special, const uint8_t *p)                        \
    {                                                                          \
        return ct_decode_fields(&words, reader, strct, value, special, p);     \
    }                                                                          \
                                                                               \
    CT_DECODE_APART const uint8_t *read_rest(                                  \
        ct_reader_t *reader, const ct_struct_t *strct, char *value,            \
        ct_decode_special_t *special, ct_struct_mark_t mark, const uint8_t *p) \
    {                                                                          \
        return ct_decode_rest(&words, reader, strct, value, special, mark, p); \
    }                                                                          \
                                                                               \
    CT_DECODE_APART const uint8_t *read_structs(                               \
        ct_reader_t *reader, const ct_struct_t *strct, char *item, size_t n,   \
        const uint8_t *p)                                                      \
    {                                                                          \
        return ct_decode_structs(&words, reader, strct, item, n, p);           \
    }                                                                          \
                                                                               \
    static const uint8_t *read_container(ct_reader_t     *reader,              \
                                         const ct_type_t *type,                \
                                         ct_list_t *list, const uint8_t *p)    \
    {                                                                          \
        return ct_decode_container(&words, reader, type, list, p);             \
    }

#endif /* CT_DECODE_H */

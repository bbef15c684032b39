/*
 * ct_encode.h -- the writing half of the codec, for protocols to compile.
 *
 * One text walks a value by its description; what its parts look like on the
 * wire is a table of words.  A protocol whose words are a few instructions
 * each compiles the walk for itself: ct_encode_struct and ct_encode_container
 * are inlined with a constant table, so that the compiler puts the words in
 * their places and no call is left but the two that may recur.  Over a
 * protocol's ordinary table the same walk is ct_codec_write.c's.
 *
 * Measured on a record of 1 KB (bench/codec): calls through the table took
 * 10,800 instructions, the walk with its words in place takes 3,100.
 *
 * The place in the output is handed from word to word, so that it stays in a
 * register; the buffer learns it at the end.  NULL means that something has
 * failed, and the encoder or its writer knows what.  A word finds
 * CT_ENCODE_ROOM bytes of room and makes more for itself if it needs more.
 *
 * What comes here was made by a handler, so mistakes are its author's: they
 * are told in words, and the caller throws away what was written.
 *
 * Private to the codec and the protocols.
 */

#ifndef CT_ENCODE_H
#define CT_ENCODE_H

#include "core/ct_config.h"

#include "thrift/wire/ct_encode_words.h"
#include "thrift/wire/ct_field.h"


/*
 * An element that is not set has NULL and no length: it is written empty, for
 * its place in the container cannot be left out.
 */
CT_ENCODE_INLINE uint8_t *
ct_encode_string(const ct_encode_words_t *words, ct_encoder_t *encoder,
                 const ct_type_t *type, const ct_str_t *value, uint8_t *p)
{
    if (CT_UNLIKELY(value->len > INT32_MAX)) {
        return ct_encode_fail(encoder, "a string longer than Thrift can say");
    }
    if (CT_UNLIKELY(value->data == NULL && value->len > 0)) {
        return ct_encode_fail(encoder, "a string of some length without bytes");
    }
    return words->of_string(encoder, p, *value, type->is_binary);
}


/*
 * A value for which there is room, but for what only its words know.  `ttype`
 * is the type's: where it is a constant, one case is left.
 */
CT_ENCODE_INLINE uint8_t *
ct_encode_value(const ct_encode_words_t *words, ct_encoder_t *encoder,
                const ct_type_t *type, ct_ttype_t ttype, const void *place,
                uint8_t *p)
{
    switch (ttype) {
    case CT_T_BOOL:
        return words->of_bool(encoder, p, *(const bool *) place);
    case CT_T_I8:
        return words->of_i8(encoder, p, *(const int8_t *) place);
    case CT_T_I16:
        return words->of_i16(encoder, p, *(const int16_t *) place);
    case CT_T_I32:
        return words->of_i32(encoder, p, *(const int32_t *) place);
    case CT_T_I64:
        return words->of_i64(encoder, p, *(const int64_t *) place);
    case CT_T_DOUBLE:
        return words->of_double(encoder, p, *(const double *) place);
    case CT_T_STRING:
        return ct_encode_string(words, encoder, type, place, p);
    case CT_T_UUID:
        return words->of_uuid(encoder, p, place);
    case CT_T_STRUCT:
        return words->of_struct(encoder, type->strct, place, p);
    case CT_T_MAP:
    case CT_T_SET:
    case CT_T_LIST:
        return words->of_container(encoder, type, place, p);
    case CT_T_STOP:
    case CT_T_VOID:
        break;
    }
    return ct_encode_fail_type(encoder);
}


/* What becomes of a field that is not set. */
static inline uint8_t *
ct_encode_unset(ct_encoder_t *encoder, const ct_field_t *field, uint8_t *p)
{
    return CT_LIKELY(field->required != CT_REQUIRED)
               ? p
               : ct_encode_fail(encoder, "a required field is not set");
}


/* Whether a field that cannot say so itself is set: ct_field_has. */
static inline bool
ct_encode_is_set(const ct_field_t *field, const char *value)
{
    const bool *flags = (const bool *) value;

    return field->has_offset == CT_NO_FLAG || flags[field->has_offset];
}


/*
 * Header and value of a field without parts, if it is set.  A macro, for the
 * words have values of different types.
 */
#define CT_ENCODE_SCALAR(name, value_)                                         \
    (CT_LIKELY(ct_encode_is_set(field, value))                                 \
         ? words->name(encoder, words->field(encoder, p, mark, field, ttype),  \
                       (value_))                                               \
         : ct_encode_unset(encoder, field, p))


/* A string's field. */
CT_ENCODE_INLINE uint8_t *
ct_encode_text(const ct_encode_words_t *words, ct_encoder_t *encoder,
               const ct_field_t *field, const ct_str_t *str,
               ct_struct_mark_t *mark, uint8_t *p)
{
    if (str->data == NULL) {
        return ct_encode_unset(encoder, field, p);
    }
    p = words->field(encoder, p, mark, field, CT_T_STRING);
    return ct_encode_string(words, encoder, field->type, str, p);
}


/* A struct's, which stands behind a pointer. */
CT_ENCODE_INLINE uint8_t *
ct_encode_pointer(const ct_encode_words_t *words, ct_encoder_t *encoder,
                  const ct_field_t *field, const void *const *pointer,
                  ct_struct_mark_t *mark, uint8_t *p)
{
    if (*pointer == NULL) {
        return ct_encode_unset(encoder, field, p);
    }
    p = words->field(encoder, p, mark, field, CT_T_STRUCT);
    return words->of_struct(encoder, field->type->strct, *pointer, p);
}


/*
 * A field, if it is set: how it says so goes with its type.  There is room for
 * its header and what is of fixed size.
 */
CT_ENCODE_INLINE uint8_t *
ct_encode_field(const ct_encode_words_t *words, ct_encoder_t *encoder,
                const ct_field_t *field, const char *value,
                ct_struct_mark_t *mark, uint8_t *p)
{
    const ct_ttype_t ttype = ct_field_ttype(field);
    const void      *place = value + field->offset;

    switch (ttype) {
    case CT_T_BOOL:
        return CT_LIKELY(ct_encode_is_set(field, value))
                   ? words->bool_field(encoder, p, mark, field,
                                       *(const bool *) place)
                   : ct_encode_unset(encoder, field, p);
    case CT_T_I8:
        return CT_ENCODE_SCALAR(of_i8, *(const int8_t *) place);
    case CT_T_I16:
        return CT_ENCODE_SCALAR(of_i16, *(const int16_t *) place);
    case CT_T_I32:
        return CT_ENCODE_SCALAR(of_i32, *(const int32_t *) place);
    case CT_T_I64:
        return CT_ENCODE_SCALAR(of_i64, *(const int64_t *) place);
    case CT_T_DOUBLE:
        return CT_ENCODE_SCALAR(of_double, *(const double *) place);
    case CT_T_UUID:
        return CT_ENCODE_SCALAR(of_uuid, place);
    case CT_T_STRING:
        return ct_encode_text(words, encoder, field, place, mark, p);
    case CT_T_STRUCT:
        return ct_encode_pointer(words, encoder, field, place, mark, p);
    case CT_T_MAP:
    case CT_T_SET:
    case CT_T_LIST:
        return CT_LIKELY(ct_encode_is_set(field, value))
                   ? words->of_container(
                       encoder, field->type, place,
                       words->field(encoder, p, mark, field, ttype))
                   : ct_encode_unset(encoder, field, p);
    case CT_T_STOP:
    case CT_T_VOID:
        break;
    }
    return ct_encode_fail_type(encoder);
}


/* The same for a field of a table that may have no heads. */
CT_ENCODE_INLINE uint8_t *
ct_encode_headless(const ct_encode_words_t *words, ct_encoder_t *encoder,
                   const ct_field_t *field, const char *value,
                   ct_struct_mark_t *mark, uint8_t *p)
{
    ct_field_t whole = *field;

    whole.head = CT_FIELD_HEAD(field->type->ttype, field->id);
    return ct_encode_field(words, encoder, &whole, value, mark, p);
}


/* How many fields are set. */
static inline uint32_t
ct_encode_count(const ct_struct_t *strct, const char *value)
{
    uint32_t nset = 0;
    uint32_t i;

    for (i = 0; i < strct->nfields; i++) {
        nset += ct_field_has(&strct->fields[i], value) ? 1 : 0;
    }
    return nset;
}


/* The fields of a table from `field` to before `end`, those that are set. */
CT_ENCODE_INLINE uint8_t *
ct_encode_fields(const ct_encode_words_t *words, ct_encoder_t *encoder,
                 const ct_field_t *field, const ct_field_t *end,
                 const char *value, ct_struct_mark_t *mark, uint8_t *p)
{
    for (; field < end; field++) {
        p = ct_encode_room(encoder, p);
        if (CT_UNLIKELY(p == NULL)) {
            return NULL;
        }
        p = CT_LIKELY(ct_field_ttype(field) != CT_T_STOP)
                ? ct_encode_field(words, encoder, field, value, mark, p)
                : ct_encode_headless(words, encoder, field, value, mark, p);
        if (CT_UNLIKELY(p == NULL)) {
            return NULL;
        }
    }
    return p;
}


/*
 * A union with two fields set is found out when both are written, which costs
 * nobody anything but its author.
 */
static inline uint8_t *
ct_encode_check_union(ct_encoder_t *encoder, const ct_struct_t *strct,
                      const char *value, uint8_t *p)
{
    const uint32_t nset = ct_encode_count(strct, value);

    if (nset != 1) {
        return ct_encode_fail(encoder, nset == 0
                                           ? "a union with no field set"
                                           : "a union with several fields set");
    }
    return p;
}


/* What is between a struct's beginning and its end, with both. */
CT_ENCODE_INLINE uint8_t *
ct_encode_whole(const ct_encode_words_t *words, ct_encoder_t *encoder,
                const ct_struct_t *strct, const char *value, uint8_t *p)
{
    const ct_field_t *field = strct->fields;
    const ct_field_t *end = field + strct->nfields;
    ct_struct_mark_t  mark;

    p = words->begin(encoder, p, &mark);
    if (p == NULL) {
        return NULL;
    }
    if (CT_UNLIKELY(strct->is_result)) {
        field = ct_encode_result_field(strct, value);
        end = field != NULL ? field + 1 : NULL;
        encoder->writer->result = field;
    }
    p = ct_encode_fields(words, encoder, field, end, value, &mark, p);
    if (CT_UNLIKELY(strct->is_union) && p != NULL) {
        p = ct_encode_check_union(encoder, strct, value, p);
    }
    if (p != NULL) {
        p = ct_encode_room(encoder, p);
    }
    return p == NULL ? NULL : words->end(encoder, p, &mark);
}


/* Recursion ends at CT_CODEC_DEPTH, also for a ring of pointers. */
CT_ENCODE_INLINE uint8_t *
ct_encode_struct(const ct_encode_words_t *words, ct_encoder_t *encoder,
                 const ct_struct_t *strct, const char *value, uint8_t *p)
{
    if (!ct_encode_enter(encoder)) {
        return NULL;
    }
    p = ct_encode_whole(words, encoder, strct, value, p);
    encoder->depth--;
    return p;
}


/* The items of a list; they are one level. */
CT_ENCODE_INLINE uint8_t *
ct_encode_structs(const ct_encode_words_t *words, ct_encoder_t *encoder,
                  const ct_struct_t *strct, const ct_list_t *list, uint8_t *p)
{
    const size_t size = strct->size;
    const char  *item = list->items;
    const char  *end = item + list->n * size;

    if (!ct_encode_enter(encoder)) {
        return NULL;
    }
    for (; item < end && p != NULL; item += size) {
        p = ct_encode_room(encoder, p);
        if (p != NULL) {
            p = ct_encode_whole(words, encoder, strct, item, p);
        }
    }
    encoder->depth--;
    return p;
}


/* An element, or a key. */
CT_ENCODE_INLINE uint8_t *
ct_encode_element(const ct_encode_words_t *words, ct_encoder_t *encoder,
                  const ct_type_t *type, ct_ttype_t ttype, const char *place,
                  uint8_t *p)
{
    p = ct_encode_room(encoder, p);
    return p == NULL ? NULL
                     : ct_encode_value(words, encoder, type, ttype, place, p);
}


/* Of a list or set whose elements are of `ttype`, which may be a constant. */
CT_ENCODE_INLINE uint8_t *
ct_encode_elements(const ct_encode_words_t *words, ct_encoder_t *encoder,
                   const ct_type_t *type, ct_ttype_t ttype,
                   const ct_list_t *list, uint8_t *p)
{
    const size_t size = type->item_size;
    const char  *item = list->items;
    const char  *end = item + list->n * size;

    for (; item < end && p != NULL; item += size) {
        p = ct_encode_element(words, encoder, type->element, ttype, item, p);
    }
    return p;
}


/* Loops of their own for what there is much of. */
CT_ENCODE_INLINE uint8_t *
ct_encode_list(const ct_encode_words_t *words, ct_encoder_t *encoder,
               const ct_type_t *type, const ct_list_t *list, uint8_t *p)
{
    const ct_ttype_t ttype = type->element->ttype;

    if (ttype == CT_T_STRING) {
        return ct_encode_elements(words, encoder, type, CT_T_STRING, list, p);
    }
    if (ttype == CT_T_I32) {
        return ct_encode_elements(words, encoder, type, CT_T_I32, list, p);
    }
    if (ttype == CT_T_I64) {
        return ct_encode_elements(words, encoder, type, CT_T_I64, list, p);
    }
    if (ttype == CT_T_DOUBLE) {
        return ct_encode_elements(words, encoder, type, CT_T_DOUBLE, list, p);
    }
    if (ttype == CT_T_STRUCT) {
        return words->of_structs(encoder, type->element->strct, list, p);
    }
    return ct_encode_elements(words, encoder, type, ttype, list, p);
}


CT_ENCODE_INLINE uint8_t *
ct_encode_map(const ct_encode_words_t *words, ct_encoder_t *encoder,
              const ct_type_t *type, const ct_list_t *list, uint8_t *p)
{
    const ct_ttype_t of_key = type->key->ttype;
    const ct_ttype_t of_value = type->element->ttype;
    const char      *item = list->items;
    size_t           i;

    for (i = 0; i < list->n && p != NULL; i++, item += type->item_size) {
        p = ct_encode_element(words, encoder, type->key, of_key, item, p);
        if (p != NULL) {
            p = ct_encode_element(words, encoder, type->element, of_value,
                                  item + type->value_offset, p);
        }
    }
    return p;
}


/*
 * n is what a handler left in a struct: garbage in it would read far behind
 * the items, so what cannot be is refused here.
 */
static inline bool
ct_encode_check_list(ct_encoder_t *encoder, const ct_list_t *list)
{
    if (CT_UNLIKELY(list->n > INT32_MAX)) {
        (void) ct_encode_fail(encoder,
                              "a container larger than Thrift can say");
        return false;
    }
    if (CT_UNLIKELY(list->n > 0 && list->items == NULL)) {
        (void) ct_encode_fail(encoder,
                              "a container of some size without items");
        return false;
    }
    return true;
}


/* Empty ones are no level. */
CT_ENCODE_INLINE uint8_t *
ct_encode_container(const ct_encode_words_t *words, ct_encoder_t *encoder,
                    const ct_type_t *type, const ct_list_t *list, uint8_t *p)
{
    const bool    is_map = type->ttype == CT_T_MAP;
    const uint8_t context = encoder->writer->context;

    if (!ct_encode_check_list(encoder, list)
        || (list->n > 0 && !ct_encode_enter(encoder))) {
        return NULL;
    }
    p = is_map ? words->map(encoder, p, type->key->ttype, type->element->ttype,
                            list->n)
               : words->list(encoder, p, type->ttype, type->element->ttype,
                             list->n);
    if (list->n > 0) {
        p = is_map ? ct_encode_map(words, encoder, type, list, p)
                   : ct_encode_list(words, encoder, type, list, p);
        encoder->depth--;
    }
    return p == NULL ? NULL : words->end_items(encoder, p, context);
}


/* As CT_DECODE_WALKS. */
#define CT_ENCODE_WALKS(words)                                                 \
    static const ct_encode_words_t words;                                      \
                                                                               \
    static uint8_t *write_struct(ct_encoder_t      *encoder,                   \
                                 const ct_struct_t *strct, const char *value,  \
                                 uint8_t *p)                                   \
    {                                                                          \
        return ct_encode_struct(&words, encoder, strct, value, p);             \
    }                                                                          \
                                                                               \
    CT_ENCODE_APART uint8_t *write_structs(ct_encoder_t      *encoder,         \
                                           const ct_struct_t *strct,           \
                                           const ct_list_t *list, uint8_t *p)  \
    {                                                                          \
        return ct_encode_structs(&words, encoder, strct, list, p);             \
    }                                                                          \
                                                                               \
    static uint8_t *write_container(ct_encoder_t    *encoder,                  \
                                    const ct_type_t *type,                     \
                                    const ct_list_t *list, uint8_t *p)         \
    {                                                                          \
        return ct_encode_container(&words, encoder, type, list, p);            \
    }

#endif /* CT_ENCODE_H */

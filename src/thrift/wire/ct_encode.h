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

#include "thrift/wire/ct_codec.h"
#include "thrift/wire/ct_field.h"

/* A field's header and a value of fixed size, or a container's head. */
#define CT_ENCODE_ROOM 32

/* For functions whose `words` must be a constant. */
#define CT_ENCODE_INLINE static inline __attribute__((always_inline))

/* For loops that want the registers for themselves. */
#define CT_ENCODE_APART static __attribute__((noinline))

/* One value on its way out. */
typedef struct ct_encoder_s {
    ct_writer_t *writer;
    uint8_t     *end;   /* of the buffer's memory */
    uint8_t     *roomy; /* CT_ENCODE_ROOM before it */
    uint32_t     depth; /* structs and containers now open */
    const char  *c_why; /* the first reason, or NULL */
} ct_encoder_t;

/* ct_encode_struct with some protocol's words. */
typedef uint8_t *(*ct_encode_struct_fn)(ct_encoder_t      *encoder,
                                        const ct_struct_t *strct,
                                        const char *value, uint8_t *p);

/*
 * Words take the place to write at and give the place behind.  `mark` is the
 * struct's own, for what its fields must know of each other; `context` is
 * the writer's before a container's head.
 */
typedef struct ct_encode_words_s {
    uint8_t *(*begin)(ct_encoder_t *encoder, uint8_t *p,
                      ct_struct_mark_t *mark);
    uint8_t *(*end)(ct_encoder_t *encoder, uint8_t *p,
                    const ct_struct_mark_t *mark);
    /* A field's header; its type is `ttype`, whether it has a head or not. */
    uint8_t *(*field)(ct_encoder_t *encoder, uint8_t *p, ct_struct_mark_t *mark,
                      const ct_field_t *field, ct_ttype_t ttype);
    /* The same with its value, for protocols that have both in one. */
    uint8_t *(*bool_field)(ct_encoder_t *encoder, uint8_t *p,
                           ct_struct_mark_t *mark, const ct_field_t *field,
                           bool value);
    uint8_t *(*of_bool)(ct_encoder_t *encoder, uint8_t *p, bool value);
    uint8_t *(*of_i8)(ct_encoder_t *encoder, uint8_t *p, int8_t value);
    uint8_t *(*of_i16)(ct_encoder_t *encoder, uint8_t *p, int16_t value);
    uint8_t *(*of_i32)(ct_encoder_t *encoder, uint8_t *p, int32_t value);
    uint8_t *(*of_i64)(ct_encoder_t *encoder, uint8_t *p, int64_t value);
    uint8_t *(*of_double)(ct_encoder_t *encoder, uint8_t *p, double value);
    uint8_t *(*of_uuid)(ct_encoder_t *encoder, uint8_t *p,
                        const ct_uuid_t *value);
    /* Of at most INT32_MAX bytes. */
    uint8_t *(*of_string)(ct_encoder_t *encoder, uint8_t *p, ct_str_t value,
                          bool is_binary);
    /* At most INT32_MAX items. */
    uint8_t *(*list)(ct_encoder_t *encoder, uint8_t *p, ct_ttype_t type,
                     ct_ttype_t element, size_t n);
    uint8_t *(*map)(ct_encoder_t *encoder, uint8_t *p, ct_ttype_t key,
                    ct_ttype_t value, size_t n);
    uint8_t *(*end_items)(ct_encoder_t *encoder, uint8_t *p, uint8_t context);
    /* ct_encode_struct, _structs and _container with these words. */
    ct_encode_struct_fn of_struct;
    uint8_t *(*of_structs)(ct_encoder_t *encoder, const ct_struct_t *strct,
                           const ct_list_t *list, uint8_t *p);
    uint8_t *(*of_container)(ct_encoder_t *encoder, const ct_type_t *type,
                             const ct_list_t *list, uint8_t *p);
} ct_encode_words_t;

/* Always NULL, with the reason kept. */
uint8_t *ct_encode_fail(ct_encoder_t *encoder, const char *c_why);

/* The same for a table with a type that no value has. */
uint8_t *ct_encode_fail_type(ct_encoder_t *encoder);

/* Moves to where there are `len` bytes, and CT_ENCODE_ROOM in any case. */
uint8_t *ct_encode_grow(ct_encoder_t *encoder, uint8_t *p, size_t len);

/*
 * From beginning to end, for ct_protocol_t's `write_struct`: `walk` is
 * ct_encode_struct with the protocol's words.
 */
ct_rc_t ct_encode(ct_writer_t *writer, const ct_struct_t *strct,
                  const void *value, const char **c_why,
                  ct_encode_struct_fn walk);

/* The field of a result that is to be written, or NULL. */
const ct_field_t *ct_encode_result_field(const ct_struct_t *strct,
                                         const void        *value);


/* `p`, or where it is now, with `len` bytes behind it; NULL without memory. */
static inline uint8_t *
ct_encode_reserve(ct_encoder_t *encoder, uint8_t *p, size_t len)
{
    if (CT_LIKELY((size_t) (encoder->end - p) >= len)) {
        return p;
    }
    return ct_encode_grow(encoder, p, len);
}


/* The same for CT_ENCODE_ROOM. */
static inline uint8_t *
ct_encode_room(ct_encoder_t *encoder, uint8_t *p)
{
    if (CT_LIKELY(p <= encoder->roomy)) {
        return p;
    }
    return ct_encode_grow(encoder, p, CT_ENCODE_ROOM);
}


/* A level of structs and containers begins; the outermost is not counted. */
static inline bool
ct_encode_enter(ct_encoder_t *encoder)
{
    if (CT_UNLIKELY(encoder->depth > CT_CODEC_DEPTH)) {
        (void) ct_encode_fail(encoder, "nested too deeply");
        return false;
    }
    encoder->depth++;
    return true;
}


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
                const ct_field_t *field, ct_ttype_t ttype, const char *value,
                ct_struct_mark_t *mark, uint8_t *p)
{
    const void *place = value + field->offset;

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


/*
 * A union with two fields set is found out when both are written, which costs
 * nobody anything but its author.
 */
CT_ENCODE_INLINE uint8_t *
ct_encode_fields(const ct_encode_words_t *words, ct_encoder_t *encoder,
                 const ct_struct_t *strct, const char *value,
                 ct_struct_mark_t *mark, uint8_t *p)
{
    const ct_field_t *field = strct->fields;
    const ct_field_t *end = field + strct->nfields;
    ct_ttype_t        ttype;
    uint32_t          nset;

    for (; field < end; field++) {
        p = ct_encode_room(encoder, p);
        if (CT_UNLIKELY(p == NULL)) {
            return NULL;
        }
        ttype = ct_field_ttype(field);
        if (CT_UNLIKELY(ttype == CT_T_STOP)) {
            ttype = field->type->ttype; /* of a table without heads */
        }
        p = ct_encode_field(words, encoder, field, ttype, value, mark, p);
        if (CT_UNLIKELY(p == NULL)) {
            return NULL;
        }
    }
    nset = CT_UNLIKELY(strct->is_union) ? ct_encode_count(strct, value) : 1;
    if (CT_UNLIKELY(nset != 1)) {
        return ct_encode_fail(encoder, nset == 0
                                           ? "a union with no field set"
                                           : "a union with several fields set");
    }
    return p;
}


/* The exception of a result, or else what the method returns. */
CT_ENCODE_INLINE uint8_t *
ct_encode_result(const ct_encode_words_t *words, ct_encoder_t *encoder,
                 const ct_struct_t *strct, const char *value,
                 ct_struct_mark_t *mark, uint8_t *p)
{
    const ct_field_t *field = ct_encode_result_field(strct, value);

    if (field == NULL) {
        return p;
    }
    p = ct_encode_room(encoder, p);
    return p == NULL ? NULL
                     : ct_encode_field(words, encoder, field,
                                       field->type->ttype, value, mark, p);
}


/* What is between a struct's beginning and its end, with both. */
CT_ENCODE_INLINE uint8_t *
ct_encode_whole(const ct_encode_words_t *words, ct_encoder_t *encoder,
                const ct_struct_t *strct, const char *value, uint8_t *p)
{
    ct_struct_mark_t mark;

    p = words->begin(encoder, p, &mark);
    if (p == NULL) {
        return NULL;
    }
    p = CT_UNLIKELY(strct->is_result)
            ? ct_encode_result(words, encoder, strct, value, &mark, p)
            : ct_encode_fields(words, encoder, strct, value, &mark, p);
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

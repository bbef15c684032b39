/*
 * ct_encode_words.h -- what a protocol gives to the writing half of the codec,
 * and what all of them share.
 *
 * Private to the codec and the protocols; ct_encode.h tells how it is used.
 */

#ifndef CT_ENCODE_WORDS_H
#define CT_ENCODE_WORDS_H

#include "core/ct_config.h"

#include "thrift/wire/ct_codec.h"

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
    /* The header of a field that has a head, whose type is `ttype`. */
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
CT_COLD uint8_t *ct_encode_fail(ct_encoder_t *encoder, const char *c_why);

/* The same for a table with a type that no value has. */
CT_COLD uint8_t *ct_encode_fail_type(ct_encoder_t *encoder);

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


/* A word for protocols with nothing behind the items of a container. */
static inline uint8_t *
ct_encode_no_end(ct_encoder_t *encoder, uint8_t *p, uint8_t context)
{
    (void) encoder;
    (void) context;
    return p;
}

#endif /* CT_ENCODE_WORDS_H */

/*
 * ct_decode_words.h -- what a protocol gives to the reading half of the codec,
 * and what all of them share.
 *
 * Private to the codec and the protocols; ct_decode.h tells how it is used.
 */

#ifndef CT_DECODE_WORDS_H
#define CT_DECODE_WORDS_H

#include "core/ct_config.h"

#include <string.h>

#include "thrift/wire/ct_codec.h"

/* For functions whose `words` must be a constant. */
#define CT_DECODE_INLINE static inline __attribute__((always_inline))

/* For loops that want the registers for themselves. */
#define CT_DECODE_APART static __attribute__((noinline))

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

/* What is one value and no more. */
typedef struct ct_decode_scalars_s {
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
} ct_decode_scalars_t;

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
    /*
     * The place behind the header of just that field, if it stands at `p`
     * with CT_READER_ROOM bytes; NULL: look at it by `field`.
     */
    const uint8_t *(*expected)(ct_reader_t *reader, const uint8_t *p,
                               ct_struct_mark_t *mark, const ct_field_t *field);
    /* The place behind a stop that is also the struct's end, or NULL. */
    const uint8_t *(*stop)(ct_reader_t *reader, const uint8_t *p);
    /* CT_T_STOP ends the struct. */
    const uint8_t *(*field)(ct_reader_t *reader, const uint8_t *p,
                            ct_struct_mark_t *mark, ct_ttype_t *type,
                            int16_t *id);
    /* Where it has been seen to that the bytes are there, and not. */
    ct_decode_scalars_t sure;
    ct_decode_scalars_t careful;
    /* `n` has passed the limits and fits what is left of the message. */
    const uint8_t *(*list)(ct_reader_t *reader, const uint8_t *p,
                           ct_ttype_t *element, size_t *n);
    const uint8_t *(*map)(ct_reader_t *reader, const uint8_t *p,
                          ct_ttype_t *key, ct_ttype_t *value, size_t *n);
    const uint8_t *(*end_items)(ct_reader_t *reader, const uint8_t *p,
                                uint8_t context);
    /* ct_decode_struct, _fields, _rest, _structs and _container with these
     * words. */
    ct_decode_struct_fn of_struct;
    ct_decode_fields_fn of_fields;
    const uint8_t *(*of_rest)(ct_reader_t *reader, const ct_struct_t *strct,
                              char *value, ct_decode_special_t *special,
                              ct_struct_mark_t mark, const uint8_t *p);
    const uint8_t *(*of_structs)(ct_reader_t *reader, const ct_struct_t *strct,
                                 char *item, size_t n, const uint8_t *p);
    const uint8_t *(*of_container)(ct_reader_t *reader, const ct_type_t *type,
                                   ct_list_t *list, const uint8_t *p);
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


/* A table with a type that no value has. */
CT_COLD const uint8_t *ct_decode_fail_type(ct_reader_t *reader);


/* Bytes of the message behind `p`. */
static inline size_t
ct_decode_left(const ct_reader_t *reader, const uint8_t *p)
{
    return (size_t) (reader->end - p);
}


/* A word for protocols with nothing behind the items of a container. */
static inline const uint8_t *
ct_decode_no_end(ct_reader_t *reader, const uint8_t *p, uint8_t context)
{
    (void) reader;
    (void) context;
    return p;
}

#endif /* CT_DECODE_WORDS_H */

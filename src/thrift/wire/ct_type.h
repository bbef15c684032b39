/*
 * ct_type.h -- descriptions of types: one table drives every protocol.
 *
 * cthriftc writes these tables as `const` data beside plain C structs; the
 * IDL library builds the same in memory.  The codec reads and writes any
 * value through them.
 *
 * How Thrift's types look in C:
 *
 *   bool             bool
 *   i8 i16 i32 i64   int8_t int16_t int32_t int64_t
 *   double           double
 *   string, binary   ct_str_t; data NULL means "not set"
 *   uuid             ct_uuid_t
 *   enum             int32_t (any number is kept, known or not)
 *   struct, union,   as a field: a pointer, NULL means "not set";
 *   exception        as an element of a container: the struct itself
 *   list<T>, set<T>  struct { size_t n; T *items; }, shaped as ct_list_t
 *   map<K, V>        struct { size_t n; struct { K key; V value; } *items; }
 *
 * A field whose C form cannot say "not set" (numbers, bool, uuid, containers)
 * and that is optional has a `bool has_NAME` beside it.  A union is a struct
 * whose fields are all optional, with exactly one set on the wire.
 *
 * Decoded values live in the pool of the call and their strings are slices of
 * the received message: both end with the call.
 *
 * Interface header: tables only.
 */

#ifndef CT_TYPE_H
#define CT_TYPE_H

#include "core/ct_config.h"

#include "core/ct_str.h"
#include "thrift/wire/ct_ttype.h"

typedef struct ct_struct_s ct_struct_t;
typedef struct ct_type_s   ct_type_t;

/* RFC 9562 order: bytes[0] is the first that the text form shows. */
typedef struct ct_uuid_s {
    uint8_t bytes[16];
} ct_uuid_t;

/* The shape of every list, set and map. */
typedef struct ct_list_s {
    size_t n;
    void  *items;
} ct_list_t;

/* A name of an enumeration's value. */
typedef struct ct_enum_value_s {
    const char *name;
    int32_t     value;
} ct_enum_value_t;

typedef struct ct_enum_s {
    const char            *name;
    const ct_enum_value_t *values;
    size_t                 n;
} ct_enum_t;

struct ct_type_s {
    ct_ttype_t         ttype;
    bool               is_binary;    /* a string that need not be UTF-8 */
    const ct_struct_t *strct;        /* of CT_T_STRUCT */
    const ct_enum_t   *enumeration;  /* of an i32 that is an enum, or NULL */
    const ct_type_t   *key;          /* of a map */
    const ct_type_t   *element;      /* of a list or set; a map's value */
    uint32_t           item_size;    /* bytes of one item of a container */
    uint32_t           value_offset; /* of a map's value in its item */
};

typedef enum ct_required_e {
    CT_DEFAULT_REQUIREDNESS, /* written if it can be, read if it is there */
    CT_REQUIRED,
    CT_OPTIONAL,
} ct_required_t;

/* `has_offset` of a field without a flag. */
#define CT_NO_FLAG UINT32_MAX

/*
 * A field's type and id as the binary protocol has them in front of its value:
 * three bytes of memory, and one that is never 0.  A macro, for initialisers.
 */
#define CT_FIELD_HEAD(ttype, id)                                               \
    (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__                                    \
         ? (uint32_t) (ttype) << 24 | (uint32_t) (uint16_t) (id) << 8 | 0xff   \
         : (uint32_t) (ttype) | ((uint32_t) (id) >> 8 & 0xff) << 8             \
               | ((uint32_t) (id) &0xff) << 16 | (uint32_t) 0xff << 24)

/* The byte that is not of the wire. */
#define CT_FIELD_HEAD_REST CT_FIELD_HEAD(0, 0)

typedef struct ct_field_s {
    const char      *name;
    const ct_type_t *type;
    int16_t          id;
    uint8_t          required; /* ct_required_t */
    uint32_t         offset;
    uint32_t         has_offset; /* of `bool has_NAME`, or CT_NO_FLAG */
    uint32_t         head;       /* CT_FIELD_HEAD, or 0: as well, but slower */
} ct_field_t;

/*
 * Fields are in ascending order of id, without a gap in the table.  `initial`
 * is a value of the struct as the IDL's defaults have it (`size` bytes); its
 * containers and strings are shared and must be replaced, not changed.
 * NULL stands for all bytes zero.
 */
struct ct_struct_s {
    const char       *name;
    const ct_field_t *fields;
    uint32_t          nfields;
    uint32_t          size;
    uint32_t          nrequired;
    bool              is_union;
    bool              is_exception;
    bool              is_result; /* of a method: at most one field is set */
    const void       *initial;
};

/* The types without parameters, for tables to point at. */
extern CT_API const ct_type_t ct_type_bool;
extern CT_API const ct_type_t ct_type_i8;
extern CT_API const ct_type_t ct_type_i16;
extern CT_API const ct_type_t ct_type_i32;
extern CT_API const ct_type_t ct_type_i64;
extern CT_API const ct_type_t ct_type_double;
extern CT_API const ct_type_t ct_type_string;
extern CT_API const ct_type_t ct_type_binary;
extern CT_API const ct_type_t ct_type_uuid;

/* Bytes of a value as an element of a container (a struct: itself). */
CT_API size_t ct_type_size(const ct_type_t *type);

/* The field with that id, or NULL: direct where ids are dense. */
CT_API const ct_field_t *ct_struct_field(const ct_struct_t *strct, int16_t id);

/*
 * Whether the field is set in `value`, a struct that has it.  A field that
 * cannot say "not set" always is.
 */
CT_API bool ct_field_is_set(const ct_field_t *field, const void *value);

#endif /* CT_TYPE_H */

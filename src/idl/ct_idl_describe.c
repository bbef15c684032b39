/*
 * ct_idl_describe.c -- the tables of ct_type.h, made in memory.
 *
 * The layout follows the rules by which a C compiler lays out what cthriftc
 * writes: members in the order of the file, each at a multiple of its
 * alignment, flags behind them, the whole padded to its own alignment.  A
 * unit test holds the two against each other.
 *
 * Structs refer to each other in circles, so it goes in passes over all of
 * them:
 *
 *   pass    | gives                   | relies on
 *   layout  | size, alignment, fields | nothing: structs in fields are pointers
 *   types   | types of fields         | sizes of structs, as items
 *   initial | default values          | types, for the sizes of items
 *
 * `for_tables` has no default values: a value begins as all bytes zero, which
 * says of every field that it is not set.
 *
 * The description of a type is kept at its node in the tree: a typedef that
 * is used twice at each of forty levels is described forty times, not 2^40.
 */

#include "core/ct_config.h"

#include "idl/ct_idl_describe.h"

#include "core/ct_pool.h"
#include "idl/ct_idl_initial.h"

#include <stdalign.h>

/* A description under way. */
typedef struct describe_s {
    ct_idl_t  *idl;
    ct_pool_t *pool;
    size_t     initial; /* bytes that default values have taken */
} describe_t;

/* Bytes that a value takes, and at a multiple of what it stands. */
typedef struct room_s {
    uint32_t size;
    uint32_t alignment;
} room_t;

typedef ct_rc_t (*pass_fn)(describe_t *describe, ct_idl_def_t *def);

/* clang-format off */
#define ROOM(type) ((room_t) { sizeof(type), alignof(type) })
/* clang-format on */


/* What a value takes by itself; a struct's layout must be there. */
static room_t
room_of(ct_idl_type_t *type)
{
    const ct_idl_type_t *real = ct_idl_real(type);

    switch (real->kind) {
    case CT_IDL_BOOL:
        return ROOM(bool);
    case CT_IDL_I8:
        return ROOM(int8_t);
    case CT_IDL_I16:
        return ROOM(int16_t);
    case CT_IDL_I32:
        return ROOM(int32_t);
    case CT_IDL_I64:
        return ROOM(int64_t);
    case CT_IDL_DOUBLE:
        return ROOM(double);
    case CT_IDL_STRING:
    case CT_IDL_BINARY:
        return ROOM(ct_str_t);
    case CT_IDL_UUID:
        return ROOM(ct_uuid_t);
    case CT_IDL_LIST:
    case CT_IDL_SET:
    case CT_IDL_MAP:
        return ROOM(ct_list_t);
    case CT_IDL_NAMED:
        if (real->def->kind == CT_IDL_ENUM) {
            return ROOM(int32_t);
        }
        return (room_t){ real->def->description->size, real->def->alignment };
    case CT_IDL_VOID:
        break;
    }
    return (room_t){ 0, 1 };
}


/* What a field takes: a struct is a pointer there. */
static room_t
room_of_field(const ct_idl_field_t *field)
{
    return ct_idl_struct_of(field->type) != NULL ? ROOM(void *)
                                                 : room_of(field->type);
}


/* `offset` moved up to a multiple of a power of two. */
static uint32_t
align(uint32_t offset, uint32_t alignment)
{
    return (offset + alignment - 1) & ~(alignment - 1);
}


/* Room behind what a struct has so far; gives back where it begins. */
static uint32_t
take(ct_idl_def_t *def, room_t room)
{
    const uint32_t offset = align(def->description->size, room.alignment);

    def->description->size = offset + room.size;
    if (room.alignment > def->alignment) {
        def->alignment = room.alignment;
    }
    return offset;
}


/* The IDL's words and the wire's are not the same enum: idl stands apart. */
static ct_required_t
required_of(const ct_idl_field_t *field)
{
    switch (field->required) {
    case CT_IDL_DEFAULT:
        return CT_DEFAULT_REQUIREDNESS;
    case CT_IDL_REQUIRED:
        return CT_REQUIRED;
    case CT_IDL_OPTIONAL:
        return CT_OPTIONAL;
    }
    return CT_DEFAULT_REQUIREDNESS;
}


/* The table's entry of a field, which has as many before it as lower ids. */
static ct_field_t *
entry_of(const ct_idl_def_t *def, const ct_idl_field_t *field)
{
    size_t low = 0;
    size_t high = def->by_id.n;

    while (high - low > 1) {
        const size_t middle = low + (high - low) / 2;

        if (CT_IDL_AT(ct_idl_field_t, &def->by_id, middle)->id <= field->id) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return &def->entries[low];
}


/* Offsets in the order of the file, flags behind all fields. */
static void
place_fields(describe_t *describe, ct_idl_def_t *def)
{
    for (size_t i = 0; i < def->fields.n; i++) {
        const ct_idl_field_t *field =
            CT_IDL_AT(ct_idl_field_t, &def->fields, i);

        *entry_of(def, field) = (ct_field_t){
            .name = ct_str_dup_c(describe->pool, field->name.str),
            .id = field->id,
            .required = (uint8_t) required_of(field),
            .offset = take(def, room_of_field(field)),
            .has_offset = CT_NO_FLAG,
        };
        def->description->nrequired += field->required == CT_IDL_REQUIRED;
    }
    for (size_t i = 0; i < def->fields.n; i++) {
        const ct_idl_field_t *field =
            CT_IDL_AT(ct_idl_field_t, &def->fields, i);

        if (field->has_flag) {
            entry_of(def, field)->has_offset = take(def, ROOM(bool));
        }
    }
}


/* First pass: everything but types and values. */
static ct_rc_t
lay_out(describe_t *describe, ct_idl_def_t *def)
{
    ct_pool_t   *pool = describe->pool;
    ct_struct_t *strct = ct_pool_zalloc(pool, sizeof(*strct));

    def->entries = ct_pool_zalloc(pool, def->fields.n * sizeof(*def->entries));
    strct->name = ct_str_dup_c(pool, def->name.str);
    strct->fields = def->entries;
    strct->nfields = (uint32_t) def->fields.n;
    strct->is_union = def->kind == CT_IDL_UNION;
    strct->is_exception = def->kind == CT_IDL_EXCEPTION;
    strct->is_result = def->is_result;
    def->description = strct;
    def->alignment = 1;
    place_fields(describe, def);
    if (def->fields.n == 0) {
        (void) take(def, ROOM(char)); /* `char empty_` */
    }
    strct->size = align(strct->size, def->alignment);
    return CT_OK;
}


/* Once for each enum, at the first type that names it. */
static const ct_enum_t *
describe_enum(describe_t *describe, ct_idl_def_t *def)
{
    ct_enum_value_t *values;

    if (def->enumeration != NULL) {
        return def->enumeration;
    }
    values = ct_pool_zalloc(describe->pool, def->values.n * sizeof(*values));
    for (size_t i = 0; i < def->values.n; i++) {
        const ct_idl_enum_value_t *value =
            CT_IDL_AT(ct_idl_enum_value_t, &def->values, i);

        values[i] =
            (ct_enum_value_t){ ct_str_dup_c(describe->pool, value->name.str),
                               value->value };
    }
    def->enumeration = ct_pool_alloc(describe->pool, sizeof(*def->enumeration));
    *def->enumeration =
        (ct_enum_t){ ct_str_dup_c(describe->pool, def->name.str), values,
                     def->values.n };
    return def->enumeration;
}


/* The tables that the wire floor has for types without parts; or NULL. */
static const ct_type_t *
shared_type(ct_idl_kind_t kind)
{
    switch (kind) {
    case CT_IDL_BOOL:
        return &ct_type_bool;
    case CT_IDL_I8:
        return &ct_type_i8;
    case CT_IDL_I16:
        return &ct_type_i16;
    case CT_IDL_I32:
        return &ct_type_i32;
    case CT_IDL_I64:
        return &ct_type_i64;
    case CT_IDL_DOUBLE:
        return &ct_type_double;
    case CT_IDL_STRING:
        return &ct_type_string;
    case CT_IDL_BINARY:
        return &ct_type_binary;
    case CT_IDL_UUID:
        return &ct_type_uuid;
    case CT_IDL_VOID:
    case CT_IDL_LIST:
    case CT_IDL_SET:
    case CT_IDL_MAP:
    case CT_IDL_NAMED:
        break;
    }
    return NULL;
}


/* An enum's or a struct's. */
static void
describe_named(describe_t *describe, const ct_idl_type_t *real, ct_type_t *out)
{
    if (real->def->kind == CT_IDL_ENUM) {
        out->ttype = CT_T_I32;
        out->enumeration = describe_enum(describe, real->def);
    } else {
        out->ttype = CT_T_STRUCT;
        out->strct = real->def->description;
    }
}


static const ct_type_t *describe_type(describe_t    *describe,
                                      ct_idl_type_t *type);


/* A map's item is a struct of key and value. */
static void
describe_container(describe_t *describe, const ct_idl_type_t *real,
                   ct_type_t *out)
{
    const room_t value = room_of(real->element);

    out->element = describe_type(describe, real->element);
    out->item_size = value.size;
    out->ttype = real->kind == CT_IDL_SET ? CT_T_SET : CT_T_LIST;
    if (real->kind == CT_IDL_MAP) {
        const room_t   key = room_of(real->key);
        const uint32_t alignment =
            key.alignment > value.alignment ? key.alignment : value.alignment;

        out->ttype = CT_T_MAP;
        out->key = describe_type(describe, real->key);
        out->value_offset = align(key.size, value.alignment);
        out->item_size = align(out->value_offset + value.size, alignment);
    }
}


/*
 * A type without parts is the wire floor's own table.  Any other is kept at
 * its node before its parts are described, though none can lead back to it
 * but through a struct, which is described already.
 */
static const ct_type_t *
describe_type(describe_t *describe, ct_idl_type_t *type)
{
    ct_idl_type_t   *real = ct_idl_real(type);
    const ct_type_t *shared = shared_type(real->kind);

    if (shared != NULL) {
        return shared;
    }
    if (real->description == NULL) {
        real->description =
            ct_pool_zalloc(describe->pool, sizeof(*real->description));
        if (real->kind == CT_IDL_NAMED) {
            describe_named(describe, real, real->description);
        } else {
            describe_container(describe, real, real->description);
        }
    }
    return real->description;
}


/* Second pass: types, and through them all that they hold. */
static ct_rc_t
add_types(describe_t *describe, ct_idl_def_t *def)
{
    for (size_t i = 0; i < def->by_id.n; i++) {
        ct_field_t *entry = &def->entries[i];

        entry->type = describe_type(
            describe, CT_IDL_AT(ct_idl_field_t, &def->by_id, i)->type);
        entry->head = CT_FIELD_HEAD(entry->type->ttype, entry->id);
    }
    return CT_OK;
}


/* Third pass: the value that reading begins with. */
static ct_rc_t
add_initial(describe_t *describe, ct_idl_def_t *def)
{
    if (describe->idl->for_tables) {
        def->description->initial =
            ct_pool_zalloc(describe->pool, def->description->size);
        return CT_OK;
    }
    return ct_idl_initial(describe->idl, def, &describe->initial);
}


/* One pass over the structs of a definition: itself, or its functions'. */
static ct_rc_t
pass_def(describe_t *describe, ct_idl_def_t *def, pass_fn pass)
{
    if (ct_idl_is_struct(def)) {
        return pass(describe, def);
    }
    for (size_t i = 0; i < def->functions.n; i++) {
        const ct_idl_function_t *function =
            CT_IDL_AT(ct_idl_function_t, &def->functions, i);

        if (pass(describe, function->args) != CT_OK
            || (function->result != NULL
                && pass(describe, function->result) != CT_OK)) {
            return CT_ERROR;
        }
    }
    return CT_OK;
}


/* Over all files that were checked, included ones first. */
static ct_rc_t
pass_all(describe_t *describe, pass_fn pass)
{
    for (size_t i = 0; i < describe->idl->files.n; i++) {
        const ct_idl_file_t *file =
            CT_IDL_AT(ct_idl_file_t, &describe->idl->files, i);

        for (size_t k = 0; k < file->defs.n && file->checked; k++) {
            if (pass_def(describe, CT_IDL_AT(ct_idl_def_t, &file->defs, k),
                         pass)
                != CT_OK) {
                return CT_ERROR;
            }
        }
    }
    return CT_OK;
}


ct_rc_t
ct_idl_describe(ct_idl_t *idl)
{
    describe_t describe = { .idl = idl, .pool = idl->pool };

    if (pass_all(&describe, lay_out) != CT_OK
        || pass_all(&describe, add_types) != CT_OK) {
        return CT_ERROR;
    }
    return pass_all(&describe, add_initial);
}

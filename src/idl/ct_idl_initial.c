/*
 * ct_idl_initial.c -- default values as the bytes of C structs.
 *
 * The same values that the generator writes as initialisers
 * (ct_idl_gen_value.c), put where the description says.  Strings are slices of
 * the file's text or of its pool; containers and structs behind pointers get
 * bytes of their own.  What the checker has let through may still be large --
 * a list of many structs of many fields -- so bytes are counted.
 */

#include "core/ct_config.h"

#include "idl/ct_idl_initial.h"

#include "core/ct_pool.h"
#include "idl/ct_idl_check.h"
#include "idl/ct_idl_report.h"
#include "thrift/wire/ct_type.h"

/* Values under way. */
typedef struct filling_s {
    ct_idl_t *idl;
    size_t    taken; /* bytes, up to CT_IDL_MAX_INITIAL */
} filling_t;


/* Zeroed bytes for a default value, or NULL, reported, when it is too much. */
static void *
claim(filling_t *filling, const ct_idl_pos_t *pos, size_t n, size_t size)
{
    size_t bytes;

    if (__builtin_mul_overflow(n, size, &bytes)
        || bytes > CT_IDL_MAX_INITIAL - filling->taken) {
        (void) ct_idl_error(filling->idl, pos,
                            "default values take more than %d bytes",
                            CT_IDL_MAX_INITIAL);
        return NULL;
    }
    filling->taken += bytes;
    return ct_pool_zalloc(filling->idl->pool, bytes);
}


static ct_rc_t fill(filling_t *filling, ct_idl_type_t *type,
                    ct_idl_value_t *value, void *out);
static ct_rc_t fill_struct(filling_t *filling, const ct_idl_def_t *def,
                           const ct_idl_value_t *map, void *out);


/* The checker has seen that it is one. */
static uint8_t
hex_digit(char c)
{
    if (c >= '0' && c <= '9') {
        return (uint8_t) (c - '0');
    }
    return (uint8_t) ((c | 0x20) - 'a' + 10);
}


/* Two digits a byte, dashes passed over. */
static void
fill_uuid(ct_str_t text, ct_uuid_t *out)
{
    size_t n = 0;

    for (size_t i = 0; i + 1 < text.len; i++) {
        if (text.data[i] != '-') {
            out->bytes[n++] = (uint8_t) (hex_digit(text.data[i]) * 16
                                         + hex_digit(text.data[i + 1]));
            i++;
        }
    }
}


/* The checker has seen that the number fits. */
static void
fill_int(ct_idl_kind_t kind, int64_t number, void *out)
{
    if (kind == CT_IDL_BOOL) {
        *(bool *) out = number != 0;
    } else if (kind == CT_IDL_I8) {
        *(int8_t *) out = (int8_t) number;
    } else if (kind == CT_IDL_I16) {
        *(int16_t *) out = (int16_t) number;
    } else if (kind == CT_IDL_I64) {
        *(int64_t *) out = number;
    } else {
        *(int32_t *) out = (int32_t) number; /* an enum too */
    }
}


/* Text is shared with the tree: both live in one pool. */
static void
fill_base(ct_idl_kind_t kind, const ct_idl_value_t *value, void *out)
{
    int64_t number = value->i64;

    if (value->enum_value != NULL) {
        number = value->enum_value->value;
    }
    if (kind == CT_IDL_STRING || kind == CT_IDL_BINARY) {
        *(ct_str_t *) out = value->text;
    } else if (kind == CT_IDL_UUID) {
        fill_uuid(value->text, out);
    } else if (kind == CT_IDL_DOUBLE) {
        *(double *) out =
            value->kind == CT_IDL_VALUE_INT ? (double) number : value->number;
    } else {
        fill_int(kind, number, out);
    }
}


/* The type has been described, so its sizes are at hand. */
static ct_rc_t
fill_container(filling_t *filling, const ct_idl_type_t *real,
               const ct_idl_value_t *value, ct_list_t *out)
{
    const ct_type_t *type = real->description;
    uint8_t         *item;

    if (value->items.n == 0) {
        return CT_OK; /* zero already */
    }
    item = claim(filling, &value->pos, value->items.n, type->item_size);
    if (item == NULL) {
        return CT_ERROR;
    }
    out->n = value->items.n;
    out->items = item;
    for (size_t i = 0; i < value->items.n; i++, item += type->item_size) {
        if (real->kind == CT_IDL_MAP
            && fill(filling, real->key,
                    CT_IDL_AT(ct_idl_value_t, &value->keys, i), item)
                   != CT_OK) {
            return CT_ERROR;
        }
        if (fill(filling, real->element,
                 CT_IDL_AT(ct_idl_value_t, &value->items, i),
                 item + type->value_offset)
            != CT_OK) {
            return CT_ERROR;
        }
    }
    return CT_OK;
}


/* A value by itself, where a struct is the struct. */
static ct_rc_t
fill(filling_t *filling, ct_idl_type_t *type, ct_idl_value_t *value, void *out)
{
    const ct_idl_type_t  *real = ct_idl_real(type);
    const ct_idl_value_t *literal = ct_idl_value_of(value);

    if (ct_idl_is_container(real)) {
        return fill_container(filling, real, literal, out);
    }
    if (ct_idl_struct_of(type) != NULL) {
        return fill_struct(filling, real->def, literal, out);
    }
    fill_base(real->kind, literal, out);
    return CT_OK;
}


/* A field, where a struct is a pointer to one made for it. */
static ct_rc_t
fill_field(filling_t *filling, const ct_idl_field_t *field,
           ct_idl_value_t *value, void *out)
{
    const ct_idl_def_t *strct = ct_idl_struct_of(field->type);

    if (strct == NULL) {
        return fill(filling, field->type, value, out);
    }
    *(void **) out = claim(filling, &value->pos, 1, strct->description->size);
    if (*(void **) out == NULL) {
        return CT_ERROR;
    }
    return fill(filling, field->type, value, *(void **) out);
}


/* What `map` says, if any, and the defaults of the other fields. */
static ct_rc_t
fill_struct(filling_t *filling, const ct_idl_def_t *def,
            const ct_idl_value_t *map, void *out)
{
    for (size_t i = 0; i < def->by_id.n; i++) {
        const ct_idl_field_t *field = CT_IDL_AT(ct_idl_field_t, &def->by_id, i);
        const ct_field_t     *entry = &def->description->fields[i];
        ct_idl_value_t       *value = ct_idl_value_of_field(field, map);

        if (value == NULL) {
            continue;
        }
        if (fill_field(filling, field, value, (char *) out + entry->offset)
            != CT_OK) {
            return CT_ERROR;
        }
        if (field->has_flag) {
            *(bool *) ((char *) out + entry->has_offset) = true;
        }
    }
    return CT_OK;
}


ct_rc_t
ct_idl_initial(ct_idl_t *idl, ct_idl_def_t *def, size_t *taken)
{
    filling_t filling = { .idl = idl, .taken = *taken };
    void *initial = claim(&filling, &def->name.pos, 1, def->description->size);
    ct_rc_t rc = CT_ERROR;

    if (initial != NULL) {
        rc = fill_struct(&filling, def, NULL, initial);
    }
    def->description->initial = initial;
    *taken = filling.taken;
    return rc;
}

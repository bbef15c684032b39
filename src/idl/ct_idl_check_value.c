/*
 * ct_idl_check_value.c -- constants and defaults against their types.
 *
 * A value is checked each time it is used: `const i32 A = 300` is right, and
 * `const i8 B = A` is wrong at B.  A struct's value is written as a map with
 * the names of fields as keys.
 *
 * Values refer to constants, and a struct's value brings the defaults of the
 * fields it leaves out; either may lead back to itself or double at each step.
 * ct_idl_check_size (ct_idl_size.c) counts what a value comes to before
 * anything else walks it.
 */

#include "core/ct_config.h"

#include "idl/ct_idl_check.h"

#include "core/ct_nearest.h"
#include "idl/ct_idl_report.h"

/* "00112233-4455-6677-8899-aabbccddeeff" */
#define UUID_LEN 36

/* Typedefs can make a type of 2^64 parts; nobody writes one of this many. */
#define MAX_COMPARE_STEPS 4096


ct_idl_field_t *
ct_idl_field_find(const ct_idl_def_t *def, ct_str_t name)
{
    return ct_hash_find(&def->names, name);
}


/* Ends, since ct_idl_check_value has followed the same names to their end. */
ct_idl_value_t *
ct_idl_value_of(ct_idl_value_t *value)
{
    while (value->kind == CT_IDL_VALUE_NAME && value->target != NULL) {
        value = value->target->value;
    }
    return value;
}


ct_idl_value_t *
ct_idl_value_of_field(const ct_idl_field_t *field, const ct_idl_value_t *map)
{
    ct_idl_value_t *value = NULL;

    if (map != NULL) {
        value = ct_hash_find(&map->by_name, field->name.str);
    }
    return value != NULL ? value : field->value;
}


/* Two types that could be typed in one place; too big ones are not. */
static bool
is_same_type(ct_idl_type_t *a, ct_idl_type_t *b, unsigned *steps)
{
    const ct_idl_type_t *x = ct_idl_real(a);
    const ct_idl_type_t *y = ct_idl_real(b);

    if (x == y) {
        return true;
    }
    if (x == NULL || y == NULL || x->kind != y->kind || *steps == 0) {
        return false;
    }
    *steps -= 1;
    if (x->kind == CT_IDL_NAMED) {
        return x->def == y->def;
    }
    if (x->kind == CT_IDL_MAP && !is_same_type(x->key, y->key, steps)) {
        return false;
    }
    return !ct_idl_is_container(x)
           || is_same_type(x->element, y->element, steps);
}


/* "this is not a number": at the value, whatever it was meant for. */
static ct_rc_t
wrong(ct_idl_t *idl, const ct_idl_value_t *value, const char *c_what)
{
    return ct_idl_error(idl, &value->pos, "this is not %s", c_what);
}


/* Color.RED or shared.Color.RED: the last dot parts enum and value. */
static ct_rc_t
resolve_enum_value(const ct_idl_file_t *file, ct_idl_value_t *value)
{
    const char   *dot = memrchr(value->text.data, '.', value->text.len);
    ct_str_t      name = value->text;
    ct_str_t      word;
    ct_idl_type_t type = { .kind = CT_IDL_NAMED };

    if (dot == NULL) {
        return CT_DECLINED;
    }
    name.len = (size_t) (dot - name.data);
    word = (ct_str_t){ value->text.len - name.len - 1, dot + 1 };
    type.def = ct_idl_find(file, name);
    type.def = ct_idl_enum_of(&type);
    if (type.def == NULL) {
        return CT_DECLINED;
    }
    for (size_t i = 0; i < type.def->values.n; i++) {
        ct_idl_enum_value_t *known =
            CT_IDL_AT(ct_idl_enum_value_t, &type.def->values, i);

        if (ct_str_eq(known->name.str, word)) {
            value->enum_value = known;
            return CT_OK;
        }
    }
    return CT_DECLINED;
}


/* Sets target or enum_value; true and false become INT. */
static ct_rc_t
resolve_name(ct_idl_t *idl, ct_idl_value_t *value)
{
    const ct_idl_file_t *file = value->pos.file;
    const ct_idl_word_t  word = { value->text, value->pos };
    ct_idl_def_t        *def;

    if (value->target != NULL || value->enum_value != NULL) {
        return CT_OK;
    }
    if (ct_str_eq_c(value->text, "true") || ct_str_eq_c(value->text, "false")) {
        value->kind = CT_IDL_VALUE_INT;
        value->is_bool = true;
        value->i64 = ct_str_eq_c(value->text, "true");
        return CT_OK;
    }
    if (resolve_enum_value(file, value) == CT_OK) {
        return CT_OK;
    }
    def = ct_idl_find_or_say(idl, file, &word, "constant");
    if (def == NULL) {
        return CT_ERROR;
    }
    if (def->kind != CT_IDL_CONST) {
        return ct_idl_error(idl, &value->pos, "'%.*s' is not a constant",
                            CT_STR_ARG(value->text));
    }
    value->target = def;
    return CT_OK;
}


/*
 * A name of an enum's value is a number too: `const i32 A = Color.RED`.  true
 * is not, though Apache's compiler takes it as 1.
 */
static ct_rc_t
check_int(ct_idl_t *idl, ct_idl_kind_t kind, const ct_idl_value_t *at,
          const ct_idl_value_t *value)
{
    /* Bits beside the sign, by kind. */
    static const int bits[] = { [CT_IDL_I8] = 7,
                                [CT_IDL_I16] = 15,
                                [CT_IDL_I32] = 31,
                                [CT_IDL_I64] = 63 };
    int64_t          number = value->i64;

    if (value->enum_value != NULL) {
        number = value->enum_value->value;
    } else if (value->kind != CT_IDL_VALUE_INT || value->is_bool) {
        return wrong(idl, at, "a whole number");
    }
    /* What lies above the type's bits is all sign. */
    if (number >> bits[kind] != 0 && number >> bits[kind] != -1) {
        return ct_idl_error(idl, &at->pos, "number does not fit %d bits",
                            bits[kind] + 1);
    }
    return CT_OK;
}


/* Five groups of hexadecimal digits, 8-4-4-4-12, in either case. */
static ct_rc_t
check_uuid(ct_idl_t *idl, const ct_idl_value_t *at, ct_str_t text)
{
    bool fits = text.len == UUID_LEN;

    for (size_t i = 0; i < text.len && fits; i++) {
        const bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;
        const char c = text.data[i];
        const bool is_hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')
                            || (c >= 'A' && c <= 'F');

        fits = is_dash ? c == '-' : is_hex;
    }
    if (!fits) {
        return wrong(
            idl, at,
            "a uuid, such as \"00112233-4455-6677-8899-aabbccddeeff\"");
    }
    return CT_OK;
}


/* `at` is where the value is used, `value` the literal it stands for. */
static ct_rc_t
check_base(ct_idl_t *idl, ct_idl_kind_t kind, const ct_idl_value_t *at,
           const ct_idl_value_t *value)
{
    switch (kind) {
    case CT_IDL_BOOL:
        if (value->kind != CT_IDL_VALUE_INT
            || (value->i64 != 0 && value->i64 != 1)) {
            return wrong(idl, at, "true or false");
        }
        return CT_OK;
    case CT_IDL_I8:
    case CT_IDL_I16:
    case CT_IDL_I32:
    case CT_IDL_I64:
        return check_int(idl, kind, at, value);
    case CT_IDL_DOUBLE:
        if ((value->kind != CT_IDL_VALUE_INT || value->is_bool)
            && value->kind != CT_IDL_VALUE_DOUBLE) {
            return wrong(idl, at, "a number");
        }
        return CT_OK;
    case CT_IDL_STRING:
    case CT_IDL_BINARY:
    case CT_IDL_UUID:
        if (value->kind != CT_IDL_VALUE_TEXT) {
            return wrong(idl, at, "a string");
        }
        return kind == CT_IDL_UUID ? check_uuid(idl, at, value->text) : CT_OK;
    case CT_IDL_VOID:
    case CT_IDL_LIST:
    case CT_IDL_SET:
    case CT_IDL_MAP:
    case CT_IDL_NAMED:
        break;
    }
    return CT_ERROR;
}


/* The enum's own value, or a number that one of them has. */
static ct_rc_t
check_enum(ct_idl_t *idl, const ct_idl_def_t *def, const ct_idl_value_t *at,
           const ct_idl_value_t *value)
{
    if (value->enum_value != NULL && value->enum_value->def == def) {
        return CT_OK;
    }
    for (size_t i = 0; i < def->values.n; i++) {
        if (value->kind == CT_IDL_VALUE_INT && !value->is_bool
            && CT_IDL_AT(ct_idl_enum_value_t, &def->values, i)->value
                   == value->i64) {
            return CT_OK;
        }
    }
    return ct_idl_error(idl, &at->pos, "this is not a value of enum '%.*s'",
                        CT_STR_ARG(def->name.str));
}


/* All of them, so that a long list shows all its slips at once. */
static ct_rc_t
check_items(ct_idl_t *idl, ct_idl_type_t *type, const ct_array_t *items)
{
    ct_rc_t rc = CT_OK;

    for (size_t i = 0; i < items->n && !ct_idl_is_enough(idl); i++) {
        if (ct_idl_check_value(idl, type, CT_IDL_AT(ct_idl_value_t, items, i))
            != CT_OK) {
            rc = CT_ERROR;
        }
    }
    return rc;
}


/* `{}` is an empty set or list too, and `[]` an empty map. */
static ct_rc_t
check_container(ct_idl_t *idl, const ct_idl_type_t *type,
                const ct_idl_value_t *at, const ct_idl_value_t *value)
{
    const bool is_empty = value->items.n == 0
                          && (value->kind == CT_IDL_VALUE_LIST
                              || value->kind == CT_IDL_VALUE_MAP);

    if (is_empty) {
        return CT_OK;
    }
    if (type->kind == CT_IDL_MAP) {
        if (value->kind != CT_IDL_VALUE_MAP) {
            return wrong(idl, at, "a map");
        }
        if (check_items(idl, type->key, &value->keys) != CT_OK) {
            return CT_ERROR;
        }
    } else if (value->kind != CT_IDL_VALUE_LIST) {
        return wrong(idl, at, type->kind == CT_IDL_SET ? "a set" : "a list");
    }
    return check_items(idl, type->element, &value->items);
}


/* The value of one field of a struct, found by its name. */
static ct_rc_t
check_member(ct_idl_t *idl, const ct_idl_def_t *def, const ct_idl_value_t *map,
             size_t i)
{
    const ct_idl_value_t *key = CT_IDL_AT(ct_idl_value_t, &map->keys, i);
    const ct_idl_field_t *field;
    char                  text[CT_NEAREST_TEXT_SIZE];
    ct_nearest_t          nearest;

    if (key->kind != CT_IDL_VALUE_TEXT) {
        return wrong(idl, key, "the name of a field, as a string");
    }
    field = ct_idl_field_find(def, key->text);
    if (field != NULL) {
        return ct_idl_check_value(idl, field->type,
                                  CT_IDL_AT(ct_idl_value_t, &map->items, i));
    }
    ct_nearest_init(&nearest, key->text);
    for (size_t k = 0; k < def->fields.n; k++) {
        ct_nearest_offer(&nearest,
                         CT_IDL_AT(ct_idl_field_t, &def->fields, k)->name.str);
    }
    return ct_idl_error(idl, &key->pos, "'%.*s' has no such field%s",
                        CT_STR_ARG(def->name.str),
                        ct_nearest_text(&nearest, text));
}


/* Enters the values of a struct's map by their fields; none may come twice. */
static ct_rc_t
enter_members(ct_idl_t *idl, ct_idl_value_t *map)
{
    if (map->by_name.n == map->keys.n) {
        return CT_OK; /* a constant's, which was used before */
    }
    ct_hash_init(&map->by_name, idl->pool);
    for (size_t i = 0; i < map->keys.n; i++) {
        const ct_idl_value_t *key = CT_IDL_AT(ct_idl_value_t, &map->keys, i);

        if (ct_hash_add(&map->by_name, key->text,
                        CT_IDL_AT(ct_idl_value_t, &map->items, i))
            != CT_OK) {
            return ct_idl_error(idl, &key->pos, "this field is set already");
        }
    }
    return CT_OK;
}


/*
 * Fields left out have their defaults; whether a required one is there is not
 * asked, as Apache's compiler does not.
 */
static ct_rc_t
check_struct(ct_idl_t *idl, const ct_idl_def_t *def, const ct_idl_value_t *at,
             ct_idl_value_t *map)
{
    if (map->kind != CT_IDL_VALUE_MAP) {
        return ct_idl_error(idl, &at->pos,
                            "this is not a value of '%.*s', such as "
                            "{ \"field\": ... }",
                            CT_STR_ARG(def->name.str));
    }
    if (def->kind == CT_IDL_UNION && map->keys.n != 1) {
        return ct_idl_error(idl, &at->pos,
                            "a value of union '%.*s' sets exactly one field",
                            CT_STR_ARG(def->name.str));
    }
    if (map->keys.n > def->fields.n) {
        return ct_idl_error(idl, &at->pos, "'%.*s' has only %zu fields",
                            CT_STR_ARG(def->name.str), def->fields.n);
    }
    for (size_t i = 0; i < map->keys.n; i++) {
        if (check_member(idl, def, map, i) != CT_OK) {
            return CT_ERROR;
        }
    }
    return enter_members(idl, map);
}


/* The literal behind a name; constants that lead in a circle are an error. */
static ct_rc_t
follow(ct_idl_t *idl, ct_idl_value_t *at, ct_idl_value_t **value)
{
    *value = at;
    for (int i = 0; (*value)->kind == CT_IDL_VALUE_NAME; i++) {
        if (i > CT_IDL_MAX_DEPTH) {
            return ct_idl_error(idl, &at->pos,
                                "this constant never comes to a value");
        }
        if (resolve_name(idl, *value) != CT_OK) {
            return CT_ERROR;
        }
        if ((*value)->kind != CT_IDL_VALUE_NAME
            || (*value)->enum_value != NULL) {
            return CT_OK;
        }
        *value = (*value)->target->value;
    }
    return CT_OK;
}


/*
 * A constant of more than one value is checked where it is defined; here its
 * type must be the same, or constants of constants would be walked again and
 * again.
 */
static ct_rc_t
check_constant(ct_idl_t *idl, ct_idl_type_t *type, const ct_idl_value_t *at)
{
    unsigned steps = MAX_COMPARE_STEPS;

    if (is_same_type(type, at->target->type, &steps)) {
        return CT_OK;
    }
    return ct_idl_error(idl, &at->pos, "constant '%.*s' has another type",
                        CT_STR_ARG(at->text));
}


ct_rc_t
ct_idl_check_value(ct_idl_t *idl, ct_idl_type_t *type, ct_idl_value_t *at)
{
    const ct_idl_type_t *real = ct_idl_real(type);
    ct_idl_value_t      *value;

    if (follow(idl, at, &value) != CT_OK) {
        return CT_ERROR;
    }
    if (value != at && value->items.n > 0) {
        return check_constant(idl, type, at);
    }
    if (ct_idl_is_container(real)) {
        return check_container(idl, real, at, value);
    }
    if (real->kind != CT_IDL_NAMED) {
        return check_base(idl, real->kind, at, value);
    }
    if (real->def->kind == CT_IDL_ENUM) {
        return check_enum(idl, real->def, at, value);
    }
    return check_struct(idl, real->def, at, value);
}

/*
 * ct_bench_value.c -- arguments and results as JSON says them.
 *
 * A made-up value is made as JSON, and then read like any other.
 */

#include "core/ct_config.h"

#include "ct_bench_value.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>

#include "core/ct_pool.h"
#include "ct_bench_random.h"
#include "thrift/wire/ct_base64.h"
#include "thrift/wire/ct_json.h"

#define MAX_NUMBER 64

typedef ct_bench_reading_t reading_t;

/* Where a value goes: a type, a name for words, a place. */
typedef struct target_s {
    const ct_type_t *type;
    const char      *c_name;
    void            *place; /* of a struct: itself */
} target_t;

static ct_rc_t read_value(reading_t *reading, const target_t *target,
                          json_t *json);


CT_PRINTF(2, 3)
static ct_rc_t
fail(reading_t *reading, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    reading->why = ct_str_vprintf(reading->pool, fmt, args);
    va_end(args);
    return CT_ERROR;
}


static ct_rc_t
fail_kind(reading_t *reading, const target_t *target, const char *c_due)
{
    return fail(reading, "%s: %s is due", target->c_name, c_due);
}


static ct_rc_t
read_bool(reading_t *reading, const target_t *target, json_t *json)
{
    if (!json_is_boolean(json)) {
        return fail_kind(reading, target, "true or false");
    }
    *(bool *) target->place = json_is_true(json);
    return CT_OK;
}


static bool
enum_value(const ct_enum_t *enumeration, json_t *json, json_int_t *value)
{
    const ct_str_t name = ct_str_of(json_string_value(json));

    for (size_t i = 0; i < enumeration->n; i++) {
        if (ct_str_eq_c(name, enumeration->values[i].name)) {
            *value = enumeration->values[i].value;
            return true;
        }
    }
    return false;
}


static bool
whole_number(const ct_type_t *type, json_t *json, json_int_t *value)
{
    if (json_is_string(json)) {
        return type->enumeration != NULL
               && enum_value(type->enumeration, json, value);
    }
    *value = json_integer_value(json);
    return json_is_integer(json);
}


static ct_rc_t
fail_range(reading_t *reading, const target_t *target)
{
    return fail(reading, "%s: the number does not fit", target->c_name);
}


static ct_rc_t
read_int(reading_t *reading, const target_t *target, json_t *json)
{
    const ct_ttype_t ttype = target->type->ttype;
    json_int_t       value = 0;

    if (!whole_number(target->type, json, &value)) {
        return fail_kind(reading, target,
                         target->type->enumeration != NULL
                             ? "a value of the enum"
                             : "a whole number");
    }
    if (ttype == CT_T_I64) {
        *(int64_t *) target->place = value;
        return CT_OK;
    }
    if (ttype == CT_T_I32) {
        *(int32_t *) target->place = (int32_t) value;
        return value == (int32_t) value ? CT_OK : fail_range(reading, target);
    }
    if (ttype == CT_T_I16) {
        *(int16_t *) target->place = (int16_t) value;
        return value == (int16_t) value ? CT_OK : fail_range(reading, target);
    }
    *(int8_t *) target->place = (int8_t) value;
    return value == (int8_t) value ? CT_OK : fail_range(reading, target);
}


static ct_rc_t
read_double(reading_t *reading, const target_t *target, json_t *json)
{
    const ct_str_t word = ct_str_of(json_string_value(json));
    double         value = json_number_value(json);

    if (ct_str_eq_c(word, "NaN")) {
        value = (double) NAN;
    } else if (ct_str_eq_c(word, "Infinity")) {
        value = (double) INFINITY;
    } else if (ct_str_eq_c(word, "-Infinity")) {
        value = -(double) INFINITY;
    } else if (!json_is_number(json)) {
        return fail_kind(reading, target, "a number");
    }
    *(double *) target->place = value;
    return CT_OK;
}


static ct_rc_t
read_base64(reading_t *reading, const target_t *target, json_t *json)
{
    json_t     *letters = json_object_get(json, "base64");
    const char *c_letters = json_string_value(letters);
    size_t      len = json_string_length(letters);
    char       *bytes;
    ct_str_t   *value = target->place;

    if (json_object_size(json) != 1 || c_letters == NULL) {
        return fail_kind(reading, target, "a string, or {\"base64\": \"...\"}");
    }
    bytes = ct_pool_alloc(reading->pool, ct_base64_room(len) + 1);
    if (ct_base64_decode(bytes, c_letters, len, &value->len) != CT_OK) {
        return fail(reading, "%s: this is no base64", target->c_name);
    }
    value->data = bytes;
    return CT_OK;
}


static ct_rc_t
read_string(reading_t *reading, const target_t *target, json_t *json)
{
    ct_str_t *value = target->place;

    if (reading->is_literal && json_is_integer(json)) {
        *value = ct_str_printf(reading->pool, "%lld",
                               (long long) json_integer_value(json));
        return CT_OK;
    }
    if (target->type->is_binary && json_is_object(json)) {
        return read_base64(reading, target, json);
    }
    if (!json_is_string(json)) {
        return fail_kind(reading, target, "a string");
    }
    *value = ct_str_dup(reading->pool, (ct_str_t){ json_string_length(json),
                                                   json_string_value(json) });
    return CT_OK;
}


static ct_rc_t
read_uuid(reading_t *reading, const target_t *target, json_t *json)
{
    if (!json_is_string(json)
        || ct_json_parse_uuid(ct_str_of(json_string_value(json)), target->place)
               != CT_OK) {
        return fail_kind(reading, target, "a UUID");
    }
    return CT_OK;
}


static const ct_field_t *
field_named(const ct_struct_t *strct, const char *c_name)
{
    for (uint32_t i = 0; i < strct->nfields; i++) {
        if (strcmp(strct->fields[i].name, c_name) == 0) {
            return &strct->fields[i];
        }
    }
    return NULL;
}


static ct_rc_t
read_fields(reading_t *reading, const ct_struct_t *strct, json_t *json,
            void *value)
{
    const char *c_name;
    json_t     *child;

    json_object_foreach(json, c_name, child)
    {
        const ct_field_t *field = field_named(strct, c_name);

        if (field == NULL) {
            return fail(reading, "%s: there is no field %s", strct->name,
                        c_name);
        }
        if (ct_bench_read_field(reading, field->type, c_name, child,
                                (char *) value + field->offset)
            != CT_OK) {
            return CT_ERROR;
        }
        if (field->has_offset != CT_NO_FLAG) {
            *((bool *) value + field->has_offset) = true;
        }
    }
    return CT_OK;
}


/* What has to be set, and is not. */
static ct_rc_t
check_set(reading_t *reading, const ct_struct_t *strct, const void *value)
{
    for (uint32_t i = 0; i < strct->nfields; i++) {
        const ct_field_t *field = &strct->fields[i];

        if (field->required == CT_REQUIRED && !ct_field_is_set(field, value)) {
            return fail(reading, "%s: the field %s is required", strct->name,
                        field->name);
        }
    }
    return CT_OK;
}


ct_rc_t
ct_bench_read_struct(ct_bench_reading_t *reading, const ct_struct_t *strct,
                     json_t *json, void *value)
{
    if (!json_is_object(json)) {
        return fail(reading, "%s: an object is due", strct->name);
    }
    if (strct->is_union && json_object_size(json) != 1) {
        return fail(reading, "%s: exactly one field of a union is due",
                    strct->name);
    }
    if (strct->initial != NULL) {
        memcpy(value, strct->initial, strct->size);
    } else {
        memset(value, 0, strct->size);
    }
    if (read_fields(reading, strct, json, value) != CT_OK) {
        return CT_ERROR;
    }
    return check_set(reading, strct, value);
}


/* An item of a list or set. */
static ct_rc_t
read_element(reading_t *reading, const target_t *list, json_t *json, void *item)
{
    const target_t target = { list->type->element, list->c_name, item };

    return read_value(reading, &target, json);
}


/* A key that stands in an object, as JSON that its type would be read from. */
static json_t *
json_of_key(const ct_type_t *type, const char *c_key)
{
    int64_t number;
    char   *end;
    double  real;

    switch (type->ttype) {
    case CT_T_BOOL:
        if (strcmp(c_key, "true") == 0 || strcmp(c_key, "false") == 0) {
            return json_boolean(c_key[0] == 't');
        }
        break;
    case CT_T_I8:
    case CT_T_I16:
    case CT_T_I32:
    case CT_T_I64:
        if (ct_str_to_i64(ct_str_of(c_key), &number) == CT_OK) {
            return json_integer(number);
        }
        break;
    case CT_T_DOUBLE:
        real = strtod(c_key, &end);
        if (*c_key != '\0' && *end == '\0' && isfinite(real)) {
            return json_real(real);
        }
        break;
    case CT_T_STOP:
    case CT_T_VOID:
    case CT_T_STRING:
    case CT_T_UUID:
    case CT_T_STRUCT:
    case CT_T_LIST:
    case CT_T_SET:
    case CT_T_MAP:
        break;
    }
    return json_string(c_key);
}


/* Both parts of a map's item. */
static ct_rc_t
read_entry(reading_t *reading, const target_t *map, json_t *key, json_t *json,
           char *item)
{
    const target_t key_target = { map->type->key, map->c_name, item };
    const target_t target = { map->type->element, map->c_name,
                              item + map->type->value_offset };

    if (read_value(reading, &key_target, key) != CT_OK) {
        return CT_ERROR;
    }
    return read_value(reading, &target, json);
}


static ct_rc_t
read_named_entry(reading_t *reading, const target_t *map, const char *c_key,
                 json_t *json, char *item)
{
    json_t       *key = json_of_key(map->type->key, c_key);
    const ct_rc_t rc = read_entry(reading, map, key, json, item);

    json_decref(key);
    return rc;
}


static ct_list_t *
list_begin(reading_t *reading, const target_t *target, size_t n)
{
    ct_list_t *list = target->place;

    list->n = n;
    list->items =
        ct_pool_zalloc(reading->pool, (n + 1) * target->type->item_size);
    return list;
}


static ct_rc_t
read_object_map(reading_t *reading, const target_t *target, json_t *json)
{
    const ct_list_t *list = list_begin(reading, target, json_object_size(json));
    char            *item = list->items;
    const char      *c_key;
    json_t          *child;

    json_object_foreach(json, c_key, child)
    {
        if (read_named_entry(reading, target, c_key, child, item) != CT_OK) {
            return CT_ERROR;
        }
        item += target->type->item_size;
    }
    return CT_OK;
}


static ct_rc_t
read_item(reading_t *reading, const target_t *target, json_t *json, char *item)
{
    if (target->type->ttype != CT_T_MAP) {
        return read_element(reading, target, json, item);
    }
    if (json_array_size(json) != 2) {
        return fail_kind(reading, target, "an array of [key, value]");
    }
    return read_entry(reading, target, json_array_get(json, 0),
                      json_array_get(json, 1), item);
}


static ct_rc_t
read_array(reading_t *reading, const target_t *target, json_t *json)
{
    const ct_list_t *list;
    char            *item;

    if (!json_is_array(json)) {
        return fail_kind(reading, target, "an array");
    }
    list = list_begin(reading, target, json_array_size(json));
    item = list->items;
    for (size_t i = 0; i < list->n; i++) {
        if (read_item(reading, target, json_array_get(json, i), item)
            != CT_OK) {
            return CT_ERROR;
        }
        item += target->type->item_size;
    }
    return CT_OK;
}


/* Rule 7: a flat switch. */
static ct_rc_t
read_plain(reading_t *reading, const target_t *target, json_t *json)
{
    switch (target->type->ttype) {
    case CT_T_BOOL:
        return read_bool(reading, target, json);
    case CT_T_I8:
    case CT_T_I16:
    case CT_T_I32:
    case CT_T_I64:
        return read_int(reading, target, json);
    case CT_T_DOUBLE:
        return read_double(reading, target, json);
    case CT_T_STRING:
        return read_string(reading, target, json);
    case CT_T_UUID:
        return read_uuid(reading, target, json);
    case CT_T_STRUCT:
        return ct_bench_read_struct(reading, target->type->strct, json,
                                    target->place);
    case CT_T_MAP:
        return json_is_object(json) ? read_object_map(reading, target, json)
                                    : read_array(reading, target, json);
    case CT_T_LIST:
    case CT_T_SET:
        return read_array(reading, target, json);
    case CT_T_STOP:
    case CT_T_VOID:
        break;
    }
    return fail(reading, "%s: nothing is due", target->c_name);
}


static json_t *
json_of_made(const ct_bench_made_t *made)
{
    switch (made->kind) {
    case CT_BENCH_MADE_TEXT:
        return json_stringn(made->text.data, made->text.len);
    case CT_BENCH_MADE_INT:
        return json_integer(made->i64);
    case CT_BENCH_MADE_DOUBLE:
        return json_real(made->number);
    case CT_BENCH_MADE_BOOL:
        return json_boolean(made->i64 != 0);
    }
    return NULL;
}


static ct_rc_t
read_made_up(reading_t *reading, const target_t *target, ct_str_t word)
{
    ct_bench_made_t made;
    json_t         *json;
    ct_rc_t         rc;

    if (ct_bench_make_up(word, reading->seq, &reading->random, reading->pool,
                         &made)
        != CT_OK) {
        return fail(reading, "%s: nothing is known of %.*s", target->c_name,
                    CT_STR_ARG(word));
    }
    json = json_of_made(&made);
    if (!ct_str_starts_with(word, "$$")) {
        reading->is_made_up = true;
    }
    reading->is_literal = true;
    rc = read_plain(reading, target, json);
    reading->is_literal = false;
    json_decref(json);
    return rc;
}


static ct_rc_t
read_value(reading_t *reading, const target_t *target, json_t *json)
{
    const ct_str_t text = { json_string_length(json), json_string_value(json) };
    ct_rc_t        rc;

    if (text.len != 0 && text.data[0] == '$') {
        return read_made_up(reading, target, text);
    }
    if (reading->depth == CT_BENCH_MAX_DEPTH) {
        return fail(reading, "%s: this is nested too deeply", target->c_name);
    }
    reading->depth++;
    rc = read_plain(reading, target, json);
    reading->depth--;
    return rc;
}


ct_rc_t
ct_bench_read_field(ct_bench_reading_t *reading, const ct_type_t *type,
                    const char *c_name, json_t *json, void *place)
{
    target_t target = { type, c_name, place };

    if (type->ttype == CT_T_STRUCT) {
        target.place = ct_pool_alloc(reading->pool, type->strct->size);
        *(void **) place = target.place;
    }
    return read_value(reading, &target, json);
}

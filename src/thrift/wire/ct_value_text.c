/*
 * ct_value_text.c -- a value of any type as text for people.
 *
 * Walks a value by its description, as the codec does, and like that no deeper
 * than CT_CODEC_DEPTH.  What is written grows in a buffer first: nobody knows
 * its length before.
 */

#include "core/ct_config.h"

#include "thrift/wire/ct_value_text.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "core/ct_buf.h"
#include "core/ct_pool.h"
#include "core/ct_utf8.h"
#include "thrift/wire/ct_base64.h"
#include "thrift/wire/ct_codec.h"
#include "thrift/wire/ct_field.h"
#include "thrift/wire/ct_json.h"

/* The longest scalar that is not a name: a uuid, and a NUL. */
#define SCALAR_SIZE (CT_JSON_UUID_SIZE + 1)

typedef struct text_s {
    ct_buf_t buf;
    unsigned depth;
    bool     is_full; /* too long, too deep, or no memory: all is void */
} text_t;

static void json_put(text_t *text, const ct_type_t *type, const void *item);


static void
put(text_t *text, const char *data, size_t len)
{
    if (text->is_full || len > CT_VALUE_TEXT_MAX - ct_buf_len(&text->buf)
        || ct_buf_append(&text->buf, data, len) != CT_OK) {
        text->is_full = true;
    }
}


static void
put_c(text_t *text, const char *c_text)
{
    put(text, c_text, strlen(c_text));
}


/* ---- Scalars, as they are in JSON and alone. */

/* Any number may be in an enum; one without a name stays a number. */
static const char *
enum_name(const ct_enum_t *enumeration, int32_t value)
{
    for (size_t i = 0; enumeration != NULL && i < enumeration->n; i++) {
        if (enumeration->values[i].value == value) {
            return enumeration->values[i].name;
        }
    }
    return NULL;
}


static const char *
double_text(double value, char out[SCALAR_SIZE])
{
    if (isnan(value)) {
        return CT_JSON_NAN;
    }
    if (isinf(value)) {
        return value < 0 ? "-" CT_JSON_INFINITY : CT_JSON_INFINITY;
    }
    (void) ct_json_format_double(value, out);
    return out;
}


static const char *
integer_text(int64_t value, char out[SCALAR_SIZE])
{
    snprintf(out, SCALAR_SIZE, "%" PRId64, value);
    return out;
}


static const char *
i32_text(const ct_type_t *type, int32_t value, char out[SCALAR_SIZE])
{
    const char *c_name = enum_name(type->enumeration, value);

    return c_name != NULL ? c_name : integer_text(value, out);
}


/* Either a constant or `out`; NULL: the value is no scalar. */
static const char *
scalar_text(const ct_type_t *type, const void *place, char out[SCALAR_SIZE])
{
    switch (type->ttype) {
    case CT_T_BOOL:
        return *(const bool *) place ? "true" : "false";
    case CT_T_I8:
        return integer_text(*(const int8_t *) place, out);
    case CT_T_I16:
        return integer_text(*(const int16_t *) place, out);
    case CT_T_I32:
        return i32_text(type, *(const int32_t *) place, out);
    case CT_T_I64:
        return integer_text(*(const int64_t *) place, out);
    case CT_T_DOUBLE:
        return double_text(*(const double *) place, out);
    case CT_T_UUID:
        ct_json_format_uuid(place, out);
        out[CT_JSON_UUID_SIZE] = '\0';
        return out;
    case CT_T_STRING:
    case CT_T_STRUCT:
    case CT_T_MAP:
    case CT_T_SET:
    case CT_T_LIST:
    case CT_T_STOP:
    case CT_T_VOID:
        break;
    }
    return NULL;
}


/* ---- JSON. */

/* Bytes of the character at `data`, 0 if there is none. */
static size_t
character_len(const char *data, size_t len)
{
    for (size_t n = 1; n <= CT_UTF8_SIZE && n <= len; n++) {
        if (ct_utf8_is_valid(data, n)) {
            return n;
        }
    }
    return 0;
}


static void
string_put(text_t *text, ct_str_t string)
{
    char   escaped[8];
    size_t n;

    put(text, "\"", 1);
    for (size_t i = 0; i < string.len && !text->is_full; i += n) {
        const char *p = string.data + i;

        n = character_len(p, string.len - i);
        if (n == 0) {
            put_c(text, "\\ufffd");
            n = 1;
        } else if ((uint8_t) *p < 0x20 || *p == 0x7f) {
            snprintf(escaped, sizeof(escaped), "\\u%04x", (unsigned) *p);
            put_c(text, escaped);
        } else {
            put(text, "\\", *p == '"' || *p == '\\' ? 1 : 0);
            put(text, p, n);
        }
    }
    put(text, "\"", 1);
}


static void
binary_put(text_t *text, ct_str_t bytes)
{
    const size_t len =
        bytes.len <= CT_VALUE_TEXT_MAX ? ct_base64_size(bytes.len) : SIZE_MAX;

    put(text, "\"", 1);
    if (text->is_full || len > CT_VALUE_TEXT_MAX - ct_buf_len(&text->buf)
        || ct_buf_reserve(&text->buf, len) != CT_OK) {
        text->is_full = true;
        return;
    }
    ct_base64_encode((char *) text->buf.last, bytes.data, bytes.len);
    text->buf.last += len;
    put(text, "\"", 1);
}


/* A name or a word that JSON has no number for stands in quotes. */
static void
scalar_put(text_t *text, const ct_type_t *type, const void *item, bool is_key)
{
    char        out[SCALAR_SIZE];
    const char *c_text = scalar_text(type, item, out);
    const bool  is_bare = type->ttype == CT_T_BOOL || c_text[0] == '-'
                         || (c_text[0] >= '0' && c_text[0] <= '9');
    const bool is_number = is_bare && type->ttype != CT_T_UUID
                           && strcmp(c_text, "-" CT_JSON_INFINITY) != 0;

    put(text, "\"", is_number && !is_key ? 0 : 1);
    put_c(text, c_text);
    put(text, "\"", is_number && !is_key ? 0 : 1);
}


static void
struct_put(text_t *text, const ct_struct_t *strct, const void *value)
{
    bool is_first = true;

    put(text, "{", 1);
    for (uint32_t i = 0; i < strct->nfields && !text->is_full; i++) {
        const ct_field_t *field = &strct->fields[i];
        const char       *base = value;
        const void       *place = base + field->offset;

        if (!ct_field_has(field, value)) {
            continue;
        }
        put(text, ",", is_first ? 0 : 1);
        string_put(text, ct_str_of(field->name));
        put(text, ":", 1);
        is_first = false;
        if (field->type->ttype == CT_T_STRUCT) {
            place = *(const void *const *) place;
        }
        json_put(text, field->type, place);
    }
    put(text, "}", 1);
}


static void
list_put(text_t *text, const ct_type_t *type, const ct_list_t *list)
{
    const char *items = list->items;

    put(text, "[", 1);
    for (size_t i = 0; i < list->n && !text->is_full; i++) {
        put(text, ",", i == 0 ? 0 : 1);
        json_put(text, type->element, items + i * type->item_size);
    }
    put(text, "]", 1);
}


static bool
is_text(const ct_type_t *type)
{
    return type->ttype != CT_T_STRUCT && type->ttype != CT_T_MAP
           && type->ttype != CT_T_SET && type->ttype != CT_T_LIST;
}


static void
key_put(text_t *text, const ct_type_t *type, const void *key)
{
    if (type->ttype == CT_T_STRING || !is_text(type)) {
        json_put(text, type, key);
    } else {
        scalar_put(text, type, key, true);
    }
}


/* {"key":value}, or [[key,value]]. */
static void
map_put(text_t *text, const ct_type_t *type, const ct_list_t *map)
{
    const char *items = map->items;
    const bool  is_object = is_text(type->key);

    put(text, is_object ? "{" : "[", 1);
    for (size_t i = 0; i < map->n && !text->is_full; i++) {
        const char *item = items + i * type->item_size;

        put(text, ",", i == 0 ? 0 : 1);
        put(text, "[", is_object ? 0 : 1);
        key_put(text, type->key, item);
        put(text, is_object ? ":" : ",", 1);
        json_put(text, type->element, item + type->value_offset);
        put(text, "]", is_object ? 0 : 1);
    }
    put(text, is_object ? "}" : "]", 1);
}


/* `item` has the form of an element: a struct is there itself. */
static void
json_put(text_t *text, const ct_type_t *type, const void *item)
{
    if (text->depth == CT_CODEC_DEPTH) {
        text->is_full = true;
        return;
    }
    text->depth++;
    switch (type->ttype) {
    case CT_T_STRUCT:
        struct_put(text, type->strct, item);
        break;
    case CT_T_MAP:
        map_put(text, type, item);
        break;
    case CT_T_SET:
    case CT_T_LIST:
        list_put(text, type, item);
        break;
    case CT_T_STRING:
        if (type->is_binary) {
            binary_put(text, *(const ct_str_t *) item);
        } else {
            string_put(text, *(const ct_str_t *) item);
        }
        break;
    case CT_T_BOOL:
    case CT_T_I8:
    case CT_T_I16:
    case CT_T_I32:
    case CT_T_I64:
    case CT_T_DOUBLE:
    case CT_T_UUID:
        scalar_put(text, type, item, false);
        break;
    case CT_T_STOP:
    case CT_T_VOID:
        break;
    }
    text->depth--;
}


ct_rc_t
ct_value_text(const ct_type_t *type, const void *place, ct_pool_t *pool,
              ct_str_t *text)
{
    char        out[SCALAR_SIZE];
    const char *c_scalar = scalar_text(type, place, out);
    text_t      json = { .depth = 0 };

    if (c_scalar != NULL) {
        *text = ct_str_dup(pool, ct_str_of(c_scalar));
        return CT_OK;
    }
    if (type->ttype == CT_T_STRING) {
        *text = *(const ct_str_t *) place;
        return CT_OK;
    }
    if (type->ttype == CT_T_STRUCT) {
        place = *(const void *const *) place;
    }
    ct_buf_init(&json.buf);
    json_put(&json, type, place);
    if (!json.is_full) {
        *text = ct_str_dup(pool, (ct_str_t){ ct_buf_len(&json.buf),
                                             (const char *) json.buf.pos });
    }
    ct_buf_release(&json.buf);
    return json.is_full ? CT_DECLINED : CT_OK;
}

/*
 * ct_idl_gen_value.c -- constants and default values as C initialisers.
 *
 * A value is first tried on the rest of its line; where it does not fit, it
 * is opened up, one item a line, and its items are tried in turn.  A struct in
 * a field is a pointer, so its value is a compound literal's address; items of
 * a container are an array that is one too.  At file scope both have static
 * storage, so pointers to them are constants.
 *
 * Values are written out in full, constants of constants followed: C would not
 * take an object's value in an initialiser.
 *
 * What it writes:
 *
 *   CT_STR_INIT("hello")
 *   { 2, (int32_t[]){ 1, 2 } }
 *   {
 *       .count = 3,
 *       .has_count = true,
 *       .spot = &(hello_point_t){ .x = 7 },
 *   }
 */

#include "core/ct_config.h"

#include "idl/ct_idl_gen.h"

#include "idl/ct_idl_check.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* What is written next: a value, a map's pair, or all defaults of a struct. */
typedef struct thing_s {
    enum {
        ITEM,
        FIELD,
        PAIR,
        INITIAL
    } kind;
    ct_idl_type_t  *type;   /* of a PAIR, the map's */
    ct_idl_value_t *value;  /* of a PAIR, the map; of INITIAL NULL */
    size_t          i;      /* of a PAIR, its place */
    ct_idl_def_t   *def;    /* of INITIAL */
    size_t          indent; /* of the line that it begins in */
} thing_t;


static void write_thing(ct_idl_gen_t *gen, const thing_t *thing);


/* Braces: "{ " and " }" on one line, else each at the end of one. */
static void
open_braces(ct_idl_gen_t *gen)
{
    ct_idl_out_str(&gen->out, gen->is_flat ? CT_STR("{ ") : CT_STR("{\n"));
}


/* The end of what open_braces began, in the column of its line. */
static void
close_braces(ct_idl_gen_t *gen, size_t indent)
{
    if (!gen->is_flat) {
        ct_idl_out_blanks(&gen->out, indent);
    }
    ct_idl_out_str(&gen->out, CT_STR("}"));
}


/* An item has a line of its own unless all are on one. */
static void
begin_item(ct_idl_gen_t *gen, size_t indent)
{
    if (!gen->is_flat) {
        ct_idl_out_blanks(&gen->out, indent + CT_IDL_OUT_INDENT);
    }
}


/* Opened up, the last item has a comma too: lines can be added behind it. */
static void
end_item(ct_idl_gen_t *gen, bool is_last)
{
    if (!gen->is_flat) {
        ct_idl_out_str(&gen->out, CT_STR(",\n"));
    } else {
        ct_idl_out_str(&gen->out, is_last ? CT_STR(" ") : CT_STR(", "));
    }
}


/* The shortest form that reads back as the same number. */
static void
write_double(ct_idl_gen_t *gen, double number)
{
    char text[40];

    for (int digits = 15; digits <= 17; digits++) {
        (void) snprintf(text, sizeof(text), "%.*g", digits, number);
        if (strtod(text, NULL) == number) {
            break;
        }
    }
    ct_idl_out_print(&gen->out, "%s%s", text,
                     strpbrk(text, ".e") == NULL ? ".0" : "");
}


/* The lowest number has no literal: its sign is not part of one. */
static void
write_int(ct_idl_gen_t *gen, ct_idl_kind_t kind, int64_t number)
{
    if (kind == CT_IDL_I64 && number == INT64_MIN) {
        ct_idl_out_str(&gen->out, CT_STR("INT64_MIN"));
    } else if (kind == CT_IDL_I32 && number == INT32_MIN) {
        ct_idl_out_str(&gen->out, CT_STR("INT32_MIN"));
    } else if (number > INT32_MAX || number < INT32_MIN) {
        ct_idl_out_print(&gen->out, "INT64_C(%" PRId64 ")", number);
    } else {
        ct_idl_out_print(&gen->out, "%" PRId64, number);
    }
}


/* The checker has seen that it is one. */
static unsigned
hex_digit(char c)
{
    if (c >= '0' && c <= '9') {
        return (unsigned) (c - '0');
    }
    return (unsigned) ((c | 0x20) - 'a') + 10;
}


/* Sixteen bytes, eight on a line. */
static void
write_uuid(ct_idl_gen_t *gen, ct_str_t text, size_t indent)
{
    size_t n = 0;

    ct_idl_out_str(&gen->out, CT_STR("{ {"));
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] == '-') {
            continue;
        }
        if (!gen->is_flat && n % 8 == 0) {
            ct_idl_out_str(&gen->out, CT_STR("\n"));
            ct_idl_out_blanks(&gen->out, indent + CT_IDL_OUT_INDENT);
        } else {
            ct_idl_out_str(&gen->out, CT_STR(" "));
        }
        ct_idl_out_print(&gen->out, "0x%02x%s",
                         hex_digit(text.data[i]) * 16
                             + hex_digit(text.data[i + 1]),
                         n == 15 ? "" : ",");
        n++;
        i++;
    }
    ct_idl_out_str(&gen->out, CT_STR(" } }"));
}


/* The name of an enum's value, also where a number was written. */
static void
write_enum(ct_idl_gen_t *gen, const ct_idl_def_t *def,
           const ct_idl_value_t *value)
{
    for (size_t i = 0; i < def->values.n; i++) {
        const ct_idl_enum_value_t *known =
            CT_IDL_AT(ct_idl_enum_value_t, &def->values, i);

        if (value->enum_value == known
            || (value->enum_value == NULL && value->i64 == known->value)) {
            ct_idl_out_str(&gen->out, known->c_name);
            return;
        }
    }
}


/* A value of one piece. */
static void
write_base(ct_idl_gen_t *gen, ct_idl_kind_t kind, const ct_idl_value_t *value,
           size_t indent)
{
    switch (kind) {
    case CT_IDL_BOOL:
        ct_idl_out_str(&gen->out,
                       value->i64 != 0 ? CT_STR("true") : CT_STR("false"));
        break;
    case CT_IDL_I8:
    case CT_IDL_I16:
    case CT_IDL_I32:
    case CT_IDL_I64:
        if (value->enum_value != NULL) {
            ct_idl_out_str(&gen->out, value->enum_value->c_name);
        } else {
            write_int(gen, kind, value->i64);
        }
        break;
    case CT_IDL_DOUBLE:
        write_double(gen, value->kind == CT_IDL_VALUE_INT ? (double) value->i64
                                                          : value->number);
        break;
    case CT_IDL_STRING:
    case CT_IDL_BINARY:
        ct_idl_out_str(&gen->out, CT_STR("CT_STR_INIT("));
        ct_idl_out_literal(&gen->out, value->text);
        ct_idl_out_str(&gen->out, CT_STR(")"));
        break;
    case CT_IDL_UUID:
        write_uuid(gen, value->text, indent);
        break;
    case CT_IDL_VOID:
    case CT_IDL_LIST:
    case CT_IDL_SET:
    case CT_IDL_MAP:
    case CT_IDL_NAMED:
        break;
    }
}


/* A part of `whole`, one level further in where that is opened up. */
static void
write_part(ct_idl_gen_t *gen, const thing_t *part, size_t indent, bool is_last)
{
    thing_t inner = *part;

    inner.indent = indent + CT_IDL_OUT_INDENT;
    begin_item(gen, indent);
    write_thing(gen, &inner);
    end_item(gen, is_last);
}


/* `{ key, value }` of a map. */
static void
write_pair(ct_idl_gen_t *gen, const thing_t *pair)
{
    const ct_idl_type_t *map = pair->type;
    const thing_t        key = {
               .kind = ITEM,
               .type = map->key,
               .value = CT_IDL_AT(ct_idl_value_t, &pair->value->keys, pair->i),
    };
    const thing_t value = {
        .kind = ITEM,
        .type = map->element,
        .value = CT_IDL_AT(ct_idl_value_t, &pair->value->items, pair->i),
    };

    open_braces(gen);
    write_part(gen, &key, pair->indent, false);
    write_part(gen, &value, pair->indent, true);
    close_braces(gen, pair->indent);
}


/* `(hello_item_t[]){ ... }`: the items themselves. */
static void
write_items(ct_idl_gen_t *gen, ct_idl_type_t *type, ct_idl_value_t *value,
            size_t indent)
{
    if (type->kind == CT_IDL_MAP) {
        ct_idl_out_print(&gen->out, "(%.*s_item_t[])",
                         CT_STR_ARG(type->c_name));
    } else {
        ct_idl_out_print(
            &gen->out, "(%.*s[])",
            CT_STR_ARG(ct_idl_gen_real_c_type(gen, type->element)));
    }
    open_braces(gen);
    for (size_t i = 0; i < value->items.n && !gen->out.full; i++) {
        thing_t item = { .kind = PAIR, .type = type, .value = value, .i = i };

        if (type->kind != CT_IDL_MAP) {
            item.kind = ITEM;
            item.type = type->element;
            item.value = CT_IDL_AT(ct_idl_value_t, &value->items, i);
        }
        write_part(gen, &item, indent, i + 1 == value->items.n);
    }
    close_braces(gen, indent);
}


/*
 * `{ 3, (int32_t[]){ 1, 2, 3 } }`.  The array is named by its items' type,
 * which is that of the container's own file, not of where it is used.
 */
static void
write_container(ct_idl_gen_t *gen, ct_idl_type_t *type, ct_idl_value_t *value,
                size_t indent)
{
    if (value->items.n == 0) {
        ct_idl_out_str(&gen->out, CT_STR("{ 0, NULL }"));
        return;
    }
    open_braces(gen);
    begin_item(gen, indent);
    ct_idl_out_print(&gen->out, "%zu", value->items.n);
    end_item(gen, false);
    begin_item(gen, indent);
    write_items(gen, type, value, indent + CT_IDL_OUT_INDENT);
    end_item(gen, true);
    close_braces(gen, indent);
}


/* Something for `{ }`, which C does not know: the first member as zero. */
static void
write_zero(ct_idl_gen_t *gen, const ct_idl_def_t *def)
{
    const ct_idl_field_t *field;
    const ct_idl_type_t  *real;
    const char           *c_zero = "0";

    if (def->fields.n == 0) {
        ct_idl_out_str(&gen->out, CT_STR(".empty_ = 0"));
        return;
    }
    field = CT_IDL_AT(ct_idl_field_t, &def->fields, 0);
    real = ct_idl_real(field->type);
    if (ct_idl_is_container(real) || real->kind == CT_IDL_STRING
        || real->kind == CT_IDL_BINARY) {
        c_zero = "{ 0, NULL }";
    } else if (real->kind == CT_IDL_UUID) {
        c_zero = "{ { 0 } }";
    } else if (real->kind == CT_IDL_BOOL) {
        c_zero = "false";
    } else if (ct_idl_struct_of(field->type) != NULL) {
        c_zero = "NULL";
    }
    ct_idl_out_print(&gen->out, ".%.*s = %s", CT_STR_ARG(field->c_name),
                     c_zero);
}


/* How many members an initialiser names. */
static size_t
count_members(const ct_idl_def_t *def, const ct_idl_value_t *map)
{
    size_t n = 0;

    for (size_t i = 0; i < def->fields.n; i++) {
        const ct_idl_field_t *field =
            CT_IDL_AT(ct_idl_field_t, &def->fields, i);

        if (ct_idl_value_of_field(field, map) != NULL) {
            n += field->has_flag ? 2 : 1;
        }
    }
    return n;
}


/* `.name = value`, and `.has_name = true` behind it. */
static void
write_member(ct_idl_gen_t *gen, const ct_idl_field_t *field,
             ct_idl_value_t *value, size_t indent, bool is_last)
{
    const thing_t thing = { .kind = FIELD,
                            .type = field->type,
                            .value = value,
                            .indent = indent + CT_IDL_OUT_INDENT };

    begin_item(gen, indent);
    ct_idl_out_print(&gen->out, ".%.*s = ", CT_STR_ARG(field->c_name));
    write_thing(gen, &thing);
    end_item(gen, is_last && !field->has_flag);
    if (field->has_flag) {
        begin_item(gen, indent);
        ct_idl_out_print(&gen->out, ".has_%.*s = true",
                         CT_STR_ARG(field->c_name));
        end_item(gen, is_last);
    }
}


/* A struct in braces: what `map` says, if any, and the defaults. */
static void
write_struct(ct_idl_gen_t *gen, const ct_idl_def_t *def,
             const ct_idl_value_t *map, size_t indent)
{
    size_t left = count_members(def, map);

    open_braces(gen);
    if (left == 0) {
        begin_item(gen, indent);
        write_zero(gen, def);
        end_item(gen, true);
    }
    for (size_t i = 0; i < def->fields.n && !gen->out.full; i++) {
        const ct_idl_field_t *field =
            CT_IDL_AT(ct_idl_field_t, &def->fields, i);
        ct_idl_value_t *value = ct_idl_value_of_field(field, map);

        if (value != NULL) {
            left -= field->has_flag ? 2 : 1;
            write_member(gen, field, value, indent, left == 0);
        }
    }
    close_braces(gen, indent);
}


/* As it is laid out now: on one line, or opened up. */
static void
write_as_is(ct_idl_gen_t *gen, const thing_t *thing)
{
    const ct_idl_type_t *real;
    ct_idl_value_t      *value;

    if (thing->kind == PAIR) {
        write_pair(gen, thing);
        return;
    }
    if (thing->kind == INITIAL) {
        write_struct(gen, thing->def, NULL, thing->indent);
        return;
    }
    real = ct_idl_real(thing->type);
    value = ct_idl_value_of(thing->value);
    if (ct_idl_is_container(real)) {
        write_container(gen, ct_idl_real(thing->type), value, thing->indent);
    } else if (real->kind != CT_IDL_NAMED) {
        write_base(gen, real->kind, value, thing->indent);
    } else if (real->def->kind == CT_IDL_ENUM) {
        write_enum(gen, real->def, value);
    } else {
        if (thing->kind == FIELD) {
            ct_idl_out_print(&gen->out, "&(%.*s_t)",
                             CT_STR_ARG(real->def->c_name));
        }
        write_struct(gen, real->def, value, thing->indent);
    }
}


/* Tries the rest of the line; true if that was enough. */
static bool
write_flat(ct_idl_gen_t *gen, const thing_t *thing)
{
    /* What ends a line behind it: "," or ";". */
    const size_t       column = ct_idl_out_column(&gen->out) + 1;
    const ct_idl_out_t out = gen->out;

    if (column >= CT_IDL_OUT_WIDTH) {
        return false;
    }
    gen->scratch.len = 0;
    gen->scratch.full = false;
    gen->scratch.limit = CT_IDL_OUT_WIDTH - column;
    gen->out = gen->scratch;
    gen->is_flat = true;
    write_as_is(gen, thing);
    gen->is_flat = false;
    gen->scratch = gen->out;
    gen->out = out;
    if (gen->scratch.full) {
        return false;
    }
    ct_idl_out_str(&gen->out,
                   (ct_str_t){ gen->scratch.len, gen->scratch.data });
    return true;
}


/*
 * Every thing is tried flat at most once for each level it stands in, and
 * levels are at most 64: the work is bounded by what the checker has counted.
 */
static void
write_thing(ct_idl_gen_t *gen, const thing_t *thing)
{
    if (gen->is_flat || !write_flat(gen, thing)) {
        write_as_is(gen, thing);
    }
}


void
ct_idl_gen_initial(ct_idl_gen_t *gen, ct_idl_def_t *def, size_t indent)
{
    /* Opened up at once: a struct of one line is the exception. */
    const thing_t thing = { .kind = INITIAL, .def = def, .indent = indent };

    write_as_is(gen, &thing);
}


void
ct_idl_gen_value(ct_idl_gen_t *gen, ct_idl_type_t *type, ct_idl_value_t *value,
                 size_t indent)
{
    const thing_t thing = { .kind = ITEM,
                            .type = type,
                            .value = value,
                            .indent = indent };

    write_thing(gen, &thing);
}


bool
ct_idl_gen_value_flat(ct_idl_gen_t *gen, ct_idl_type_t *type,
                      ct_idl_value_t *value)
{
    const thing_t thing = { .kind = ITEM, .type = type, .value = value };

    return write_flat(gen, &thing);
}

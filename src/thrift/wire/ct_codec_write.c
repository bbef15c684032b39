/*
 * ct_codec_write.c -- values of described types, into any protocol.
 *
 * What comes here was made by a handler, so mistakes are its author's: they
 * are told in words, and the caller throws away what was written.  Memory is
 * asked for by the protocol; that it has ended is seen once, at the end,
 * since a writer that has failed writes nothing more.
 */

#include "core/ct_config.h"

#include "thrift/wire/ct_codec.h"

/* One value on its way out. */
typedef struct writing_s {
    ct_writer_t         *writer;
    const ct_protocol_t *protocol;
    const char          *c_why; /* the first reason, or NULL */
} writing_t;

static ct_rc_t write_struct(writing_t *writing, const ct_struct_t *strct,
                            const void *value);
static ct_rc_t write_element(writing_t *writing, const ct_type_t *type,
                             const void *place);


static ct_rc_t
fail(writing_t *writing, const char *c_why)
{
    writing->c_why = c_why;
    return CT_ERROR;
}


/* A level of structs and containers begins; the outermost is not counted. */
static ct_rc_t
enter(writing_t *writing)
{
    if (writing->writer->depth > CT_CODEC_DEPTH) {
        return fail(writing, "nested too deeply");
    }
    writing->writer->depth++;
    return CT_OK;
}


static void
leave(writing_t *writing)
{
    CT_ASSERT(writing->writer->depth > 0);
    writing->writer->depth--;
}


/*
 * An element that is not set has NULL and no length: it is written empty, for
 * its place in the container cannot be left out.
 */
static ct_rc_t
write_string(writing_t *writing, const ct_type_t *type, ct_str_t value)
{
    if (value.len > INT32_MAX) {
        return fail(writing, "a string longer than Thrift can say");
    }
    if (value.len > 0 && value.data == NULL) {
        return fail(writing, "a string of some length without bytes");
    }
    if (type->is_binary) {
        writing->protocol->write_binary(writing->writer, value);
    } else {
        writing->protocol->write_string(writing->writer, value);
    }
    return CT_OK;
}


/* A value that is neither a struct nor a container. */
static ct_rc_t
write_scalar(writing_t *writing, const ct_type_t *type, const void *place)
{
    const ct_protocol_t *protocol = writing->protocol;
    ct_writer_t         *writer = writing->writer;

    switch (type->ttype) {
    case CT_T_BOOL:
        protocol->write_bool(writer, *(const bool *) place);
        return CT_OK;
    case CT_T_I8:
        protocol->write_i8(writer, *(const int8_t *) place);
        return CT_OK;
    case CT_T_I16:
        protocol->write_i16(writer, *(const int16_t *) place);
        return CT_OK;
    case CT_T_I32:
        protocol->write_i32(writer, *(const int32_t *) place);
        return CT_OK;
    case CT_T_I64:
        protocol->write_i64(writer, *(const int64_t *) place);
        return CT_OK;
    case CT_T_DOUBLE:
        protocol->write_double(writer, *(const double *) place);
        return CT_OK;
    case CT_T_STRING:
        return write_string(writing, type, *(const ct_str_t *) place);
    case CT_T_UUID:
        protocol->write_uuid(writer, place);
        return CT_OK;
    case CT_T_STOP:
    case CT_T_VOID:
    case CT_T_STRUCT:
    case CT_T_MAP:
    case CT_T_SET:
    case CT_T_LIST:
        break;
    }
    CT_ASSERT(!"a table with a type that no value has");
    return fail(writing, "a value of no type");
}


/* Lists and sets item by item; of a map's items first key, then value. */
static ct_rc_t
write_items(writing_t *writing, const ct_type_t *type, const ct_list_t *list)
{
    const char *item = list->items;
    size_t      i;

    for (i = 0; i < list->n; i++, item += type->item_size) {
        if (type->ttype != CT_T_MAP) {
            if (write_element(writing, type->element, item) != CT_OK) {
                return CT_ERROR;
            }
            continue;
        }
        if (write_element(writing, type->key, item) != CT_OK
            || write_element(writing, type->element, item + type->value_offset)
                   != CT_OK) {
            return CT_ERROR;
        }
    }
    return CT_OK;
}


/*
 * n is what a handler left in a struct: garbage in it would read far behind
 * the items, so what cannot be is refused here.  Empty ones are no level.
 */
static ct_rc_t
write_container(writing_t *writing, const ct_type_t *type,
                const ct_list_t *list)
{
    const uint8_t context = writing->writer->context;

    if (list->n > INT32_MAX) {
        return fail(writing, "a container larger than Thrift can say");
    }
    if (list->n > 0 && list->items == NULL) {
        return fail(writing, "a container of some size without items");
    }
    if (list->n > 0 && enter(writing) != CT_OK) {
        return CT_ERROR;
    }
    if (type->ttype == CT_T_MAP) {
        writing->protocol->write_map(writing->writer, type->key->ttype,
                                     type->element->ttype, list->n);
    } else {
        writing->protocol->write_list(writing->writer, type->ttype,
                                      type->element->ttype, list->n);
    }
    if (list->n > 0) {
        if (write_items(writing, type, list) != CT_OK) {
            return CT_ERROR;
        }
        leave(writing);
    }
    ct_writer_end(writing->writer, context);
    return CT_OK;
}


/* An element of a container: a struct stands at its place itself. */
static ct_rc_t
write_element(writing_t *writing, const ct_type_t *type, const void *place)
{
    switch (type->ttype) {
    case CT_T_STRUCT:
        return write_struct(writing, type->strct, place);
    case CT_T_MAP:
    case CT_T_SET:
    case CT_T_LIST:
        return write_container(writing, type, place);
    default: /* Rule 38: the rest is write_scalar's to tell apart. */
        return write_scalar(writing, type, place);
    }
}


/* A field that is set: a struct stands behind a pointer. */
static ct_rc_t
write_field(writing_t *writing, const ct_field_t *field, const void *value)
{
    const char *base = value;
    const void *place = base + field->offset;

    writing->protocol->write_field(writing->writer, field->type->ttype,
                                   field->id);
    if (field->type->ttype == CT_T_STRUCT) {
        const void *const *pointer = place;

        place = *pointer;
    }
    return write_element(writing, field->type, place);
}


/*
 * One pass: a union with two fields set is found out when both are written,
 * which costs nobody anything but its author.
 */
static ct_rc_t
write_fields(writing_t *writing, const ct_struct_t *strct, const void *value)
{
    uint32_t nset = 0;
    uint32_t i;

    for (i = 0; i < strct->nfields; i++) {
        const ct_field_t *field = &strct->fields[i];

        if (ct_field_is_set(field, value)) {
            nset++;
            if (write_field(writing, field, value) != CT_OK) {
                return CT_ERROR;
            }
        } else if (field->required == CT_REQUIRED) {
            return fail(writing, "a required field is not set");
        }
    }
    if (strct->is_union && nset != 1) {
        return fail(writing, nset == 0 ? "a union with no field set"
                                       : "a union with several fields set");
    }
    return CT_OK;
}


/*
 * Field 0 of a result is `success`, the others are exceptions, which are
 * structs.  The first exception set, or NULL.
 */
static const ct_field_t *
find_exception(const ct_struct_t *strct, const void *value)
{
    uint32_t i;

    for (i = 0; i < strct->nfields; i++) {
        const ct_field_t *field = &strct->fields[i];

        if (field->id != 0 && ct_field_is_set(field, value)) {
            return field;
        }
    }
    return NULL;
}


bool
ct_codec_result_is_set(const ct_struct_t *strct, const void *value,
                       bool *is_exception)
{
    const ct_field_t *success = ct_struct_field(strct, 0);

    *is_exception = find_exception(strct, value) != NULL;
    return *is_exception || success == NULL || ct_field_is_set(success, value);
}


/* One field at most: an exception makes `success` meaningless. */
static ct_rc_t
write_result(writing_t *writing, const ct_struct_t *strct, const void *value)
{
    const ct_field_t *field = find_exception(strct, value);

    if (field == NULL) {
        field = ct_struct_field(strct, 0);
    }
    if (field == NULL || !ct_field_is_set(field, value)) {
        return CT_OK;
    }
    return write_field(writing, field, value);
}


/* Recursion ends at CT_CODEC_DEPTH, also for a ring of pointers. */
static ct_rc_t
write_struct(writing_t *writing, const ct_struct_t *strct, const void *value)
{
    ct_struct_mark_t mark;
    ct_rc_t          rc;

    if (enter(writing) != CT_OK) {
        return CT_ERROR;
    }
    writing->protocol->write_struct_begin(writing->writer, &mark);
    rc = strct->is_result ? write_result(writing, strct, value)
                          : write_fields(writing, strct, value);
    if (rc != CT_OK) {
        return CT_ERROR;
    }
    writing->protocol->write_stop(writing->writer);
    writing->protocol->write_struct_end(writing->writer, mark);
    leave(writing);
    return CT_OK;
}


ct_rc_t
ct_codec_write(ct_writer_t *writer, const ct_struct_t *strct, const void *value,
               const char **c_why)
{
    writing_t writing = { .writer = writer, .protocol = writer->protocol };

    if (write_struct(&writing, strct, value) != CT_OK) {
        *c_why = writing.c_why;
        return CT_ERROR;
    }
    if (writer->failed) {
        *c_why = writer->why != NULL ? writer->why : "no memory for a reply";
        return CT_ERROR;
    }
    return CT_OK;
}

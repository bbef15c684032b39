/*
 * ct_plain.c -- what the protocols of bytes have in common.
 */

#include "core/ct_config.h"

#include "thrift/wire/ct_plain.h"

#include <string.h>

#include "thrift/wire/ct_bounds.h"


/* In 64 bits: a count never promises more than the message has bytes. */
ct_rc_t
ct_plain_check_count(ct_reader_t *reader, uint32_t n, uint32_t least)
{
    const char           *c_why = NULL;
    const ct_wire_error_t error =
        ct_bounds_check_count(n, reader->limits->container, &c_why);

    if (error != CT_WIRE_OK) {
        return ct_reader_fail(reader, error, c_why);
    }
    if (n > 0 && least == 0) {
        return ct_reader_fail(reader, CT_WIRE_MALFORMED,
                              "a container of an unknown type");
    }
    if ((uint64_t) n * least > ct_reader_left(reader)) {
        return ct_reader_fail_short(reader);
    }
    return CT_OK;
}


CT_HOT ct_rc_t
ct_plain_read_text(ct_reader_t *reader, uint32_t len, size_t limit,
                   ct_str_t *value)
{
    const char           *c_why = NULL;
    const ct_wire_error_t error = ct_bounds_check_len(len, limit, &c_why);
    const uint8_t        *data;

    if (error != CT_WIRE_OK) {
        return ct_reader_fail(reader, error, c_why);
    }
    data = ct_reader_take(reader, len);
    if (data == NULL) {
        return CT_ERROR;
    }
    value->len = len;
    value->data = (const char *) data;
    return CT_OK;
}


ct_rc_t
ct_plain_read_i8(ct_reader_t *reader, int8_t *value)
{
    const uint8_t *data = ct_reader_take(reader, 1);

    if (data == NULL) {
        return CT_ERROR;
    }
    *value = (int8_t) data[0];
    return CT_OK;
}


ct_rc_t
ct_plain_read_uuid(ct_reader_t *reader, ct_uuid_t *value)
{
    const uint8_t *data = ct_reader_take(reader, sizeof(value->bytes));

    if (data == NULL) {
        return CT_ERROR;
    }
    memcpy(value->bytes, data, sizeof(value->bytes));
    return CT_OK;
}


void
ct_plain_write_i8(ct_writer_t *writer, int8_t value)
{
    uint8_t *data = ct_writer_claim(writer, 1);

    if (data != NULL) {
        data[0] = (uint8_t) value;
    }
}


void
ct_plain_write_uuid(ct_writer_t *writer, const ct_uuid_t *value)
{
    uint8_t *data = ct_writer_claim(writer, sizeof(value->bytes));

    if (data != NULL) {
        memcpy(data, value->bytes, sizeof(value->bytes));
    }
}

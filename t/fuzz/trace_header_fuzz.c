/*
 * trace_header_fuzz.c -- any bytes as the headers of a trace.
 *
 * What is taken must be ids in digits, and must be taken again when it is
 * written down; each value stands in memory of its exact size.
 */

#include "core/ct_config.h"

#include "thrift/wire/ct_trace_header.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VALUES 4

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);


static void
check(bool is_right)
{
    if (!is_right) {
        abort();
    }
}


static void
check_digits(const char *id, size_t n)
{
    size_t zeros = 0;

    for (size_t i = 0; i < n; i++) {
        check(strchr("0123456789abcdef", id[i]) != NULL && id[i] != '\0');
        zeros += id[i] == '0' ? 1 : 0;
    }
    check(zeros < n);
}


/* What came in is what would go out. */
static void
check_header(const ct_trace_header_t *header)
{
    ct_trace_header_t again;
    char              text[CT_TRACEPARENT_LEN + 1];

    if (!header->has_ids) {
        check(header->sampled != CT_SAMPLED_UNKNOWN);
        return;
    }
    check_digits(header->trace_id, CT_TRACE_ID_LEN);
    check_digits(header->span_id, CT_SPAN_ID_LEN);
    snprintf(text, sizeof(text), "00-%.32s-%.16s-01", header->trace_id,
             header->span_id);
    check(ct_trace_header_w3c(ct_str_of(text), &again) == CT_OK);
    check(memcmp(again.trace_id, header->trace_id, CT_TRACE_ID_LEN) == 0);
    check(memcmp(again.span_id, header->span_id, CT_SPAN_ID_LEN) == 0);
}


static void
values_read(const ct_str_t *values)
{
    const ct_trace_b3_t b3 = { values[0], values[1], values[2], values[3] };
    ct_trace_header_t   header;

    if (ct_trace_header_b3_multi(&b3, &header) == CT_OK) {
        check_header(&header);
    }
    for (size_t i = 0; i < VALUES; i++) {
        if (ct_trace_header_w3c(values[i], &header) == CT_OK) {
            check_header(&header);
        }
        if (ct_trace_header_b3(values[i], &header) == CT_OK) {
            check_header(&header);
        }
        if (ct_trace_header_is_state(values[i])) {
            check(memchr(values[i].data, '=', values[i].len) != NULL);
        }
    }
}


/* Lines are values. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    char    *copies[VALUES] = { NULL };
    ct_str_t values[VALUES] = { { 0, NULL } };

    for (size_t i = 0; i < VALUES && len > 0; i++) {
        const uint8_t *end = memchr(data, '\n', len);
        const size_t   n = end != NULL ? (size_t) (end - data) : len;

        copies[i] = malloc(n + (n == 0 ? 1 : 0));
        if (copies[i] == NULL) {
            break;
        }
        memcpy(copies[i], data, n);
        values[i] = (ct_str_t){ n, copies[i] };
        data += n + (end != NULL ? 1 : 0);
        len -= n + (end != NULL ? 1 : 0);
    }
    values_read(values);
    for (size_t i = 0; i < VALUES; i++) {
        free(copies[i]);
    }
    return 0;
}

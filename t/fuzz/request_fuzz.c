/*
 * request_fuzz.c -- a line for a running server.
 *
 * All that is taken apart lies within the line, and no piece holds a blank.
 */

#include "core/ct_config.h"

#include "process/ct_request.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static void
check(ct_str_t piece, ct_str_t line)
{
    if (piece.data < line.data || piece.data + piece.len > line.data + line.len
        || (piece.len > 0 && memchr(piece.data, ' ', piece.len) != NULL)) {
        abort();
    }
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const ct_str_t line = { size, (const char *) data };
    ct_request_t   request;

    if (size == 0 || ct_request_parse(line, &request) != CT_OK) {
        return 0;
    }
    check(request.word, line);
    for (size_t i = 0; i < request.nargs; i++) {
        check(request.args[i], line);
    }
    if (ct_request_value(&request, "worker").len > size) {
        abort();
    }
    return 0;
}

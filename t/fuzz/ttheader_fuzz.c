/*
 * ttheader_fuzz.c -- TTHeader, a frame without its length.
 */

#include "core/ct_config.h"

#include "transport_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 0) {
        fuzz_transport(&ct_ttheader_transport, data, size);
    }
    return 0;
}

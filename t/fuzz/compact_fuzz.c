/*
 * compact_fuzz.c -- the compact protocol, as protocol_fuzz.h has it.
 */

#include "core/ct_config.h"

#include "protocol_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_protocol(&ct_compact_protocol, true, data, size);
    return 0;
}

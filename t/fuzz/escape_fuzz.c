/*
 * escape_fuzz.c -- whatever is written into a line, in whatever room, ends
 * neither the line nor the string.
 */

#include "core/ct_config.h"

#include "core/ct_escape.h"

#include "core/ct_mem.h"
#include "core/ct_utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


/* Quotes only behind a backslash, and no backslash that escapes the end. */
static void
check_json(const char *out, size_t len)
{
    CT_ASSERT(ct_utf8_is_valid(out, len));
    for (size_t i = 0; i < len; i++) {
        CT_ASSERT((uint8_t) out[i] >= 0x20 && out[i] != '"');
        if (out[i] == '\\') {
            i++;
            CT_ASSERT(i < len);
        }
    }
}


static void
check(ct_escape_t how, ct_str_t value, size_t room)
{
    char        *out = ct_mem_alloc(room > 0 ? room : 1);
    const size_t len = ct_escape_write(how, value, out, room);

    CT_ASSERT(len <= room);
    if (how == CT_ESCAPE_JSON) {
        check_json(out, len);
    }
    for (size_t i = 0; i < len; i++) {
        CT_ASSERT((uint8_t) out[i] >= 0x20);
        CT_ASSERT(how != CT_ESCAPE_TEXT
                  || (out[i] != '"' && (uint8_t) out[i] < 0x7f));
    }
    ct_mem_release(out);
}


/* The first byte is the room. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ct_str_t value = { size - 1, (const char *) data + 1 };

    if (size == 0) {
        return 0;
    }
    check(CT_ESCAPE_NONE, value, data[0]);
    check(CT_ESCAPE_TEXT, value, data[0]);
    check(CT_ESCAPE_JSON, value, data[0]);
    check(CT_ESCAPE_JSON, value, 6 * size);
    return 0;
}

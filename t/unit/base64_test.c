/*
 * base64_test.c -- RFC 4648's vectors, and what they leave out.
 */

#include "core/ct_config.h"

#include "thrift/wire/ct_base64.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

static const struct {
    const char *bytes;
    const char *text;
} vectors[] = {
    { "", "" },
    { "f", "Zg==" },
    { "fo", "Zm8=" },
    { "foo", "Zm9v" },
    { "foob", "Zm9vYg==" },
    { "fooba", "Zm9vYmE=" },
    { "foobar", "Zm9vYmFy" },
    { "\xfb\xff\xbe", "+/++" },
};


/* `room` bytes and not one more. */
static ct_rc_t
decode(const char *text, size_t len, char *out, size_t *out_len)
{
    char         *room = test_malloc(ct_base64_room(len) + 1);
    const ct_rc_t rc = ct_base64_decode(room, text, len, out_len);

    if (rc == CT_OK) {
        assert_true(*out_len <= ct_base64_room(len));
        memcpy(out, room, *out_len);
    }
    test_free(room);
    return rc;
}


static void
follows_the_vectors(void **state CT_UNUSED)
{
    size_t i;

    for (i = 0; i < CT_ARRAY_LEN(vectors); i++) {
        const char  *bytes = vectors[i].bytes;
        const char  *text = vectors[i].text;
        const size_t size = strlen(text);
        char         out[16];
        size_t       len;
        size_t       bare = size;

        assert_int_equal(ct_base64_size(strlen(bytes)), size);
        ct_base64_encode(out, bytes, strlen(bytes));
        assert_memory_equal(out, text, size);

        assert_int_equal(decode(text, size, out, &len), CT_OK);
        assert_int_equal(len, strlen(bytes));
        assert_memory_equal(out, bytes, len);

        /* The same without padding. */
        while (bare > 0 && text[bare - 1] == '=') {
            bare--;
        }
        assert_int_equal(decode(text, bare, out, &len), CT_OK);
        assert_int_equal(len, strlen(bytes));
        assert_memory_equal(out, bytes, len);
    }
}


static void
takes_every_byte(void **state CT_UNUSED)
{
    uint8_t bytes[256];
    char    text[344];
    char    out[256];
    size_t  len;
    size_t  i;

    for (i = 0; i < sizeof(bytes); i++) {
        bytes[i] = (uint8_t) i;
    }
    assert_int_equal(ct_base64_size(sizeof(bytes)), sizeof(text));
    ct_base64_encode(text, bytes, sizeof(bytes));
    assert_int_equal(decode(text, sizeof(text), out, &len), CT_OK);
    assert_int_equal(len, sizeof(bytes));
    assert_memory_equal(out, bytes, sizeof(bytes));

    /* Bits that belong to no byte are nobody's. */
    assert_int_equal(decode("Zh", 2, out, &len), CT_OK);
    assert_int_equal(len, 1);
    assert_int_equal(out[0], 'f');
}


static void
refuses_other_text(void **state CT_UNUSED)
{
    static const char *const wrong[] = {
        "Z",    "Zm9vY", "Z===", "====", "Zg=",   "Zg=v",   "Zm9\n",
        "Zm9 ", "Zm9-",  "Zm9_", "=",    "Zm8==", "Zm9\x80"
    };
    char   out[16];
    size_t len;
    size_t i;

    for (i = 0; i < CT_ARRAY_LEN(wrong); i++) {
        assert_int_equal(decode(wrong[i], strlen(wrong[i]), out, &len),
                         CT_DECLINED);
    }
}


int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(follows_the_vectors),
        cmocka_unit_test(takes_every_byte),
        cmocka_unit_test(refuses_other_text),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}

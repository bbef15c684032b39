/*
 * json_token_test.c -- numbers, strings and uuids of JSON, good and bad.
 */

#include "core/ct_config.h"

#include "thrift/wire/ct_protocol.h"

#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "json_fixture.h"


/* One value alone. */
static ct_wire_error_t
value_error(ct_ttype_t ttype, const char *text, size_t len, void *value)
{
    char        behind[CT_JSON_NUMBER_SIZE + 2];
    ct_reader_t reader;
    char       *copy;
    ct_rc_t     rc = CT_ERROR;

    assert_true(len < sizeof(behind));
    memcpy(behind, text, len);
    behind[len] = ',';
    copy = reader_over(&reader, behind, len + 1, &limits);
    switch ((int) ttype) {
    case CT_T_BOOL:
        rc = P->read_bool(&reader, value);
        break;
    case CT_T_I8:
        rc = P->read_i8(&reader, value);
        break;
    case CT_T_I16:
        rc = P->read_i16(&reader, value);
        break;
    case CT_T_I32:
        rc = P->read_i32(&reader, value);
        break;
    case CT_T_I64:
        rc = P->read_i64(&reader, value);
        break;
    case CT_T_DOUBLE:
        rc = P->read_double(&reader, value);
        break;
    case CT_T_UUID:
        rc = P->read_uuid(&reader, value);
        break;
    }
    assert_true((rc == CT_OK) == (reader.error == CT_WIRE_OK));
    assert_true((rc == CT_OK) == (reader.why == NULL));
    if (rc == CT_OK) {
        assert_int_equal(ct_reader_left(&reader), 1);
    }
    test_free(copy);
    return reader.error;
}


#define VALUE_ERROR(ttype, literal, value)                                     \
    value_error((ttype), (literal), sizeof(literal) - 1, (value))

static void
reads_integers(void **state CT_UNUSED)
{
    bool    truth;
    int8_t  i8;
    int16_t i16;
    int32_t i32;
    int64_t i64;

    assert_int_equal(VALUE_ERROR(CT_T_BOOL, "1", &truth), CT_WIRE_OK);
    assert_true(truth);
    assert_int_equal(VALUE_ERROR(CT_T_BOOL, " \n0", &truth), CT_WIRE_OK);
    assert_false(truth);
    assert_int_equal(VALUE_ERROR(CT_T_BOOL, "-17", &truth), CT_WIRE_OK);
    assert_true(truth);
    assert_int_equal(VALUE_ERROR(CT_T_I8, "-128", &i8), CT_WIRE_OK);
    assert_int_equal(i8, -128);
    assert_int_equal(VALUE_ERROR(CT_T_I16, "32767", &i16), CT_WIRE_OK);
    assert_int_equal(i16, 32767);
    assert_int_equal(VALUE_ERROR(CT_T_I32, "-2147483648", &i32), CT_WIRE_OK);
    assert_int_equal(i32, INT32_MIN);
    assert_int_equal(VALUE_ERROR(CT_T_I64, "-9223372036854775808", &i64),
                     CT_WIRE_OK);
    assert_true(i64 == INT64_MIN);
    assert_int_equal(VALUE_ERROR(CT_T_I64, "9223372036854775807", &i64),
                     CT_WIRE_OK);
    assert_true(i64 == INT64_MAX);
}


static void
refuses_integers(void **state CT_UNUSED)
{
    static const char *const none[] = { "true", "1.0", "1e3",   "+1", "-",
                                        "--1",  "0x1", "\"1\"", "[",  "1-" };
    char                     digits[CT_JSON_NUMBER_SIZE + 1];
    int64_t                  unused;
    size_t                   i;

    for (i = 0; i < CT_ARRAY_LEN(none); i++) {
        ct_reader_t reader;
        char *copy = reader_over(&reader, none[i], strlen(none[i]), &limits);

        /*
         * What follows a number is the next one's to refuse, and one at the
         * end may not be whole.
         */
        if (P->read_i64(&reader, &unused) == CT_OK) {
            assert_true(ct_reader_left(&reader) > 0);
        } else {
            assert_true(reader.error == CT_WIRE_MALFORMED
                        || ct_reader_left(&reader) == 0);
        }
        test_free(copy);
    }
    assert_int_equal(VALUE_ERROR(CT_T_BOOL, "", &unused), CT_WIRE_MALFORMED);
    assert_int_equal(VALUE_ERROR(CT_T_BOOL, "true", &unused),
                     CT_WIRE_MALFORMED);
    assert_int_equal(VALUE_ERROR(CT_T_I8, "128", &unused), CT_WIRE_MALFORMED);
    assert_int_equal(VALUE_ERROR(CT_T_I8, "-129", &unused), CT_WIRE_MALFORMED);
    assert_int_equal(VALUE_ERROR(CT_T_I16, "32768", &unused),
                     CT_WIRE_MALFORMED);
    assert_int_equal(VALUE_ERROR(CT_T_I32, "2147483648", &unused),
                     CT_WIRE_MALFORMED);
    assert_int_equal(VALUE_ERROR(CT_T_I64, "9223372036854775808", &unused),
                     CT_WIRE_MALFORMED);
    memset(digits, '0', sizeof(digits));
    assert_int_equal(value_error(CT_T_I64, digits, sizeof(digits), &unused),
                     CT_WIRE_MALFORMED);
}


static void
reads_doubles(void **state CT_UNUSED)
{
    static const struct {
        const char *text;
        double      value;
    } cases[] = {
        { "0", 0 },
        { "-1.5", -1.5 },
        { "1e3", 1000 },
        { "1.25E+2", 125 },
        { "12.5e-1", 1.25 },
        { "-0.000341012439638598279", -0.000341012439638598279 },
        { "1e307", 1e307 },
        { "1e-292", 1e-292 },
        { "9007199254740991", 9007199254740991.0 },
        { "4.9406564584124654e-324", 4.9406564584124654e-324 },
        { "1e-999999999999", 0 },
        { "0e999999999999", 0 },
        { "007", 7 },
        { "\"Infinity\"", INFINITY },
        { "\"-Infinity\"", -INFINITY },
    };
    double value = 1;
    size_t i;

    for (i = 0; i < CT_ARRAY_LEN(cases); i++) {
        assert_int_equal(value_error(CT_T_DOUBLE, cases[i].text,
                                     strlen(cases[i].text), &value),
                         CT_WIRE_OK);
        assert_true(value == cases[i].value);
    }
    assert_int_equal(VALUE_ERROR(CT_T_DOUBLE, "\"NaN\"", &value), CT_WIRE_OK);
    assert_true(isnan(value));
    assert_int_equal(VALUE_ERROR(CT_T_DOUBLE, "-0.0", &value), CT_WIRE_OK);
    assert_true(value == 0 && signbit(value));
}


static void
refuses_doubles(void **state CT_UNUSED)
{
    static const char *const none[] = {
        "1e999",
        "-1e999",
        ".5",
        "5.",
        "1e",
        "1e+",
        "+1",
        "-",
        "1.2.3",
        "1e2e3",
        "\"1\"",
        "\"\"",
        "\"-\"",
        "nan",
        "Infinity",
        "\"inf\"",
        "\"NaN\\u0000\"",
    };
    char   digits[CT_JSON_NUMBER_SIZE + 1];
    double unused;
    size_t i;

    for (i = 0; i < CT_ARRAY_LEN(none); i++) {
        assert_int_equal(
            value_error(CT_T_DOUBLE, none[i], strlen(none[i]), &unused),
            CT_WIRE_MALFORMED);
    }
    memset(digits, '9', sizeof(digits));
    assert_int_equal(value_error(CT_T_DOUBLE, digits, sizeof(digits), &unused),
                     CT_WIRE_MALFORMED);
    assert_int_equal(
        value_error(CT_T_DOUBLE, digits, sizeof(digits) - 1, &unused),
        CT_WIRE_OK);
    assert_int_equal(VALUE_ERROR(CT_T_DOUBLE, "\"1", &unused),
                     CT_WIRE_TRUNCATED);
    assert_int_equal(VALUE_ERROR(CT_T_DOUBLE, "", &unused), CT_WIRE_MALFORMED);
}


static void
expect_double(double value, const char *c_text)
{
    char     text[CT_JSON_DOUBLE_SIZE];
    double   again = 0;
    ct_str_t str = { 0, text };

    str.len = ct_json_format_double(value, text);
    assert_string_equal(text, c_text);
    assert_int_equal(str.len, strlen(c_text));
    assert_int_equal(ct_json_parse_double(str, &again), CT_OK);
    assert_true(again == value);
}


/* No more digits than needed; and no locale gets in the way. */
static void
writes_doubles(void **state CT_UNUSED)
{
    static const char *const locales[] = { "C", "de_DE.UTF-8", "C.UTF-8" };
    size_t                   i;

    for (i = 0; i < CT_ARRAY_LEN(locales); i++) {
        /* Where there is no such locale, the one before stays. */
        (void) setlocale(LC_ALL, locales[i]);
        expect_double(0, "0");
        expect_double(-0.0, "-0.0");
        expect_double(1, "1");
        expect_double(-1.5, "-1.5");
        expect_double(0.1, "0.1");
        expect_double(0.1 + 0.2, "0.30000000000000004");
        expect_double(1.0 / 3, "0.3333333333333333");
        expect_double(1e307, "1e+307");
        expect_double(-0.000341012439638598279, "-0.0003410124396385983");
        expect_double(-2.2250738585072014e-308, "-2.2250738585072014e-308");
        expect_double(9007199254740991.0, "9007199254740991");
    }
    (void) setlocale(LC_ALL, "C");
}


static ct_wire_error_t
string_error(const char *text, size_t len, ct_str_t *value, size_t limit)
{
    ct_limits_t capped = CT_LIMITS_DEFAULT;
    ct_reader_t reader;
    char       *copy;
    ct_rc_t     skipped;

    capped.string = limit;
    copy = reader_over(&reader, text, len, &capped);
    skipped = P->skip_string(&reader);
    ct_reader_init(&reader, P, copy + 1, len, &capped, pool);
    if (P->read_string(&reader, value) == CT_OK) {
        *value = ct_str_dup(pool, *value);
    }
    /* A string passed over is held against all but its length. */
    assert_true(
        (skipped == CT_OK)
        == (reader.error == CT_WIRE_OK || reader.error == CT_WIRE_LIMIT));
    test_free(copy);
    return reader.error;
}


#define STRING_ERROR(literal, value)                                           \
    string_error((literal), sizeof(literal) - 1, (value), SIZE_MAX)

static void
reads_strings(void **state CT_UNUSED)
{
    ct_str_t value;

    assert_int_equal(STRING_ERROR("\"\"", &value), CT_WIRE_OK);
    assert_int_equal(value.len, 0);
    assert_non_null(value.data);
    assert_int_equal(STRING_ERROR(" \"plain\"", &value), CT_WIRE_OK);
    assert_true(ct_str_eq_c(value, "plain"));
    assert_int_equal(
        STRING_ERROR("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0000x\"", &value),
        CT_WIRE_OK);
    assert_true(ct_str_eq(value, CT_STR("\"\\/\b\f\n\r\t\0x")));
    assert_int_equal(STRING_ERROR("\"\\u00e4\\u20AC\\ud83d\\uDE00\"", &value),
                     CT_WIRE_OK);
    assert_true(ct_str_eq_c(value, "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80"));
    /* As Node.js writes control characters, and everybody the rest. */
    assert_int_equal(STRING_ERROR("\"\x01\x1f\x7f\xe2\x82\xac\"", &value),
                     CT_WIRE_OK);
    assert_true(ct_str_eq_c(value, "\x01\x1f\x7f\xe2\x82\xac"));
}


static void
refuses_strings(void **state CT_UNUSED)
{
    static const struct {
        const char     *text;
        ct_wire_error_t error;
    } cases[] = {
        { "", CT_WIRE_TRUNCATED },
        { "\"", CT_WIRE_TRUNCATED },
        { "\"a", CT_WIRE_TRUNCATED },
        { "\"a\\", CT_WIRE_TRUNCATED },
        { "\"a\\\"", CT_WIRE_TRUNCATED },
        { "a", CT_WIRE_MALFORMED },
        { "1", CT_WIRE_MALFORMED },
        { "\"\\x\"", CT_WIRE_MALFORMED },
        { "\"\\u12\"", CT_WIRE_MALFORMED },
        { "\"\\u12g4\"", CT_WIRE_MALFORMED },
        { "\"\\ud83d\"", CT_WIRE_MALFORMED },
        { "\"\\ud83dx\"", CT_WIRE_MALFORMED },
        { "\"\\ud83d\\n\"", CT_WIRE_MALFORMED },
        { "\"\\ud83d\\u12\"", CT_WIRE_MALFORMED },
        { "\"\\ud83d\\u0041\"", CT_WIRE_MALFORMED },
        { "\"\\ude00\"", CT_WIRE_MALFORMED },
        { "\"\xff\"", CT_WIRE_MALFORMED },
        { "\"\xed\xa0\x80\"", CT_WIRE_MALFORMED },
    };
    ct_str_t value;
    size_t   i;

    for (i = 0; i < CT_ARRAY_LEN(cases); i++) {
        assert_int_equal(string_error(cases[i].text, strlen(cases[i].text),
                                      &value, SIZE_MAX),
                         cases[i].error);
    }
}


/* The cap is on what a string says, not on how it is written. */
static void
caps_strings(void **state CT_UNUSED)
{
    ct_str_t    value;
    ct_limits_t capped = CT_LIMITS_DEFAULT;
    ct_reader_t reader;

    assert_int_equal(string_error("\"\\u0061b\"", 9, &value, 2), CT_WIRE_OK);
    assert_int_equal(string_error("\"\\u0061b\"", 9, &value, 1), CT_WIRE_LIMIT);
    assert_int_equal(string_error("\"ab\"", 4, &value, 1), CT_WIRE_LIMIT);

    capped.string = 3;
    ct_reader_init(&reader, P, "\"AAAA\"", 6, &capped, pool);
    assert_int_equal(P->read_binary(&reader, &value), CT_OK);
    capped.string = 2;
    ct_reader_init(&reader, P, "\"AAAA\"", 6, &capped, pool);
    assert_int_equal(P->read_binary(&reader, &value), CT_ERROR);
    assert_int_equal(reader.error, CT_WIRE_LIMIT);

    /* Memory is asked for under the cap on a message's values. */
    capped.decoded = 8;
    ct_reader_init(&reader, P, "\"\\n23456789\"", 12, &capped, pool);
    assert_int_equal(P->read_string(&reader, &value), CT_ERROR);
    assert_int_equal(reader.error, CT_WIRE_LIMIT);
    ct_reader_init(&reader, P, "\"AAAA\"", 6, &capped, pool);
    assert_int_equal(P->read_binary(&reader, &value), CT_ERROR);
    assert_int_equal(reader.error, CT_WIRE_LIMIT);
}


static ct_wire_error_t
binary_error(const char *text, ct_str_t *value)
{
    ct_reader_t reader;
    char       *copy = reader_over(&reader, text, strlen(text), &limits);

    (void) P->read_binary(&reader, value);
    test_free(copy);
    return reader.error;
}


static void
reads_binary(void **state CT_UNUSED)
{
    ct_str_t value;

    assert_int_equal(binary_error("\"\"", &value), CT_WIRE_OK);
    assert_int_equal(value.len, 0);
    assert_non_null(value.data);
    assert_int_equal(binary_error("\"/wCA\"", &value), CT_WIRE_OK);
    assert_true(ct_str_eq(value, CT_STR("\xff\x00\x80")));
    /* With padding, without it, and as PHP escapes a slash. */
    assert_int_equal(binary_error("\"/w==\"", &value), CT_WIRE_OK);
    assert_true(ct_str_eq_c(value, "\xff"));
    assert_int_equal(binary_error("\"\\/w\"", &value), CT_WIRE_OK);
    assert_true(ct_str_eq_c(value, "\xff"));

    assert_int_equal(binary_error("\"A\"", &value), CT_WIRE_MALFORMED);
    assert_int_equal(binary_error("\"A A\"", &value), CT_WIRE_MALFORMED);
    assert_int_equal(binary_error("\"AAA", &value), CT_WIRE_TRUNCATED);
}


static void
reads_uuids(void **state CT_UNUSED)
{
    static const char *const good[] = {
        "\"00112233-4455-6677-8899-aabbccddeeff\"",
        "\"00112233-4455-6677-8899-AABBCCDDEEFF\"",
        "\"{00112233-4455-6677-8899-aabbccddeeff}\"",
        "\"00112233445566778899aabbccddeeff\"",
        "\"{00112233445566778899aabbccddeeff}\"",
    };
    static const char *const bad[] = {
        "\"\"",
        "\"{}\"",
        "\"00112233445566778899aabbccddeef\"",
        "\"00112233445566778899aabbccddeefg\"",
        "\"g0112233445566778899aabbccddeeff\"",
        "\"0011223-34455-6677-8899-aabbccddeeff\"",
        "\"00112233-4455-6677-8899-aabbccddeefg\"",
        "\"00112233-4455-6677-8899aabbccddeeff\"",
        "\"{00112233-4455-6677-8899-aabbccddeeff\"",
        "1",
    };
    ct_uuid_t value;
    size_t    i;

    for (i = 0; i < CT_ARRAY_LEN(good); i++) {
        assert_int_equal(
            value_error(CT_T_UUID, good[i], strlen(good[i]), &value),
            CT_WIRE_OK);
        assert_memory_equal(value.bytes,
                            "\x00\x11\x22\x33\x44\x55\x66\x77"
                            "\x88\x99\xaa\xbb\xcc\xdd\xee\xff",
                            16);
    }
    for (i = 0; i < CT_ARRAY_LEN(bad); i++) {
        assert_int_equal(value_error(CT_T_UUID, bad[i], strlen(bad[i]), &value),
                         CT_WIRE_MALFORMED);
    }
}


int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_integers),  cmocka_unit_test(refuses_integers),
        cmocka_unit_test(reads_doubles),   cmocka_unit_test(refuses_doubles),
        cmocka_unit_test(writes_doubles),  cmocka_unit_test(reads_strings),
        cmocka_unit_test(refuses_strings), cmocka_unit_test(caps_strings),
        cmocka_unit_test(reads_binary),    cmocka_unit_test(reads_uuids),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, pool_up, pool_down);
}

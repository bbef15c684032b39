/*
 * conf_set_test.c -- each type takes its values and says what it takes.
 */

#include "core/ct_config.h"

#include "core/ct_conf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "conf_fixture.h"

typedef struct values_s {
    ct_str_t       str;
    bool           flag;
    int64_t        integer;
    uint32_t       number;
    size_t         size;
    uint64_t       time_ms;
    int            colour;
    ct_conf_strs_t strs;
    ct_conf_strs_t pairs;
} values_t;

static const ct_conf_word_t colours[] = { { "red", 1 },
                                          { "green", 2 },
                                          { "yellow", 3 },
                                          { NULL, 0 } };

/* clang-format off */
static const ct_conf_type_t colour_type
    = CT_CONF_WORDS("red | green | yellow", colours);

static const ct_directive_t directives[] = {
    { "str", CT_IN_MAIN, CT_CONF_STR(values_t, str, "'a b'") },
    { "flag", CT_IN_MAIN, CT_CONF_FLAG(values_t, flag, "on") },
    { "integer", CT_IN_MAIN, CT_CONF_INT(values_t, integer, "-3") },
    { "number", CT_IN_MAIN, CT_CONF_UINT(values_t, number, NULL) },
    { "size", CT_IN_MAIN, CT_CONF_SIZE(values_t, size, "4k") },
    { "time", CT_IN_MAIN, CT_CONF_MS(values_t, time_ms, "1m30s") },
    { "colour", CT_IN_MAIN,
      CT_CONF_ENUM(values_t, colour, colour_type, "green") },
    { "strs", CT_IN_MAIN, CT_CONF_STRS(values_t, strs, "x y") },
    { "pairs", CT_IN_MAIN,
      CT_CONF_CUSTOM(values_t, pairs, ct_conf_type_pairs, NULL) },
    { NULL, 0, NULL, 0, NULL },
};
/* clang-format on */

static const ct_module_t module = {
    .abi = CT_MODULE_ABI,
    .name = "values",
    .conf_size = sizeof(values_t),
    .directives = directives,
};

static const ct_module_t *const modules[] = { &module, NULL };


static const values_t *
apply(fixture_t *fixture, const char *c_text)
{
    fixture_init(fixture, modules);
    if (fixture_apply(fixture, c_text) != CT_OK) {
        fail_msg("%s", fixture_messages(fixture));
    }
    return ct_cycle_conf(fixture->cycle, &module);
}


static void
assert_refused(const char *c_text, const char *c_wanted)
{
    fixture_t fixture;

    fixture_init(&fixture, modules);
    assert_int_equal(fixture_apply(&fixture, c_text), CT_ERROR);
    fixture_expect(&fixture, c_wanted);
    fixture_release(&fixture);
}


static void
defaults_are_read_as_in_the_file(void **state)
{
    fixture_t       fixture;
    const values_t *values = apply(&fixture, "");

    (void) state;
    assert_string_equal(values->str.data, "a b");
    assert_true(values->flag);
    assert_int_equal(values->integer, -3);
    assert_int_equal(values->number, 0);
    assert_int_equal(values->size, 4096);
    assert_int_equal(values->time_ms, 90000);
    assert_int_equal(values->colour, 2);
    assert_int_equal(values->strs.n, 2);
    assert_string_equal(values->strs.items[1].data, "y");
    assert_int_equal(values->pairs.n, 0);
    fixture_release(&fixture);
}


static void
values_are_set(void **state)
{
    fixture_t       fixture;
    const values_t *values;

    (void) state;
    values = apply(&fixture, "str 'x y'; flag off; integer -9; number 7;\n"
                             "size 16M; time 2h; colour red; strs p q r;\n"
                             "pairs a 1; pairs b 2;");
    assert_string_equal(values->str.data, "x y");
    assert_false(values->flag);
    assert_int_equal(values->integer, -9);
    assert_int_equal(values->number, 7);
    assert_int_equal(values->size, 16 << 20);
    assert_int_equal(values->time_ms, 7200000);
    assert_int_equal(values->colour, 1);
    assert_int_equal(values->strs.n, 3);
    assert_string_equal(values->strs.items[2].data, "r");
    assert_int_equal(values->pairs.n, 4);
    assert_string_equal(values->pairs.items[3].data, "2");
    fixture_release(&fixture);
}


static void
repeated_lists_add_up_in_order(void **state)
{
    fixture_t       fixture;
    const values_t *values;
    char            text[2000] = "";

    (void) state;
    for (int i = 0; i < 100; i++) {
        snprintf(text + strlen(text), sizeof(text) - strlen(text),
                 "strs a%d b;", i);
    }
    values = apply(&fixture, text);
    assert_int_equal(values->strs.n, 200);
    assert_string_equal(values->strs.items[0].data, "a0");
    assert_string_equal(values->strs.items[198].data, "a99");
    assert_string_equal(values->strs.items[199].data, "b");
    fixture_release(&fixture);
}


static void
each_type_says_what_it_takes(void **state)
{
    (void) state;
    assert_refused("flag yes;",
                   "'yes' is not a flag: 'flag' takes 'on' or 'off' in test:1");
    assert_refused("integer 1.5;",
                   "'1.5' is not an integer: 'integer' takes a whole number "
                   "that fits 64 bits, such as -1 or 42 in test:1");
    assert_refused("\nnumber -1;",
                   "'-1' is not a number: 'number' takes a whole number from "
                   "0 to 4294967295 in test:2");
    assert_refused("number 4294967296;",
                   "'4294967296' is not a number: 'number' takes a whole "
                   "number from 0 to 4294967295 in test:1");
    assert_refused("size 1x;",
                   "'1x' is not a size: 'size' takes bytes, or a number with "
                   "k, m or g, such as 16m in test:1");
    assert_refused("time 1s1m;",
                   "'1s1m' is not a time: 'time' takes seconds, or numbers "
                   "with w, d, h, m, s, ms in this order, such as 1m30s in "
                   "test:1");
}


static void
a_near_word_is_offered(void **state)
{
    (void) state;
    assert_refused("colour gren;",
                   "'gren' is none of the words of 'colour', 'red', 'green', "
                   "'yellow', did you mean 'green'? in test:1");
    assert_refused("colour blue;",
                   "'blue' is none of the words of 'colour', 'red', 'green', "
                   "'yellow' in test:1");
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_are_read_as_in_the_file),
        cmocka_unit_test(values_are_set),
        cmocka_unit_test(repeated_lists_add_up_in_order),
        cmocka_unit_test(each_type_says_what_it_takes),
        cmocka_unit_test(a_near_word_is_offered),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}

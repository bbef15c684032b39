/*
 * conf_fuzz.c -- any bytes as a configuration: lexer, parser, types, walk.
 *
 * The text is read from memory, where `include` is refused, so no run touches
 * a file.  A module with one directive of each type stands in for the real
 * ones; whatever is refused must be refused with a word and without harm.
 */

#include "core/ct_config.h"

#include "core/ct_conf.h"
#include "core/ct_cycle.h"

typedef struct values_s {
    ct_str_t       str;
    bool           flag;
    int64_t        integer;
    uint32_t       number;
    size_t         size;
    uint64_t       time_ms;
    int            word;
    ct_conf_strs_t strs;
    ct_conf_strs_t pairs;
} values_t;

static const ct_conf_word_t words[] = { { "red", 1 },
                                        { "green", 2 },
                                        { NULL, 0 } };

#define PLACES (CT_IN_MAIN | CT_IN_ANY_THRIFT)

/* clang-format off */
static const ct_conf_type_t word_type = CT_CONF_WORDS("red | green", words);

static const ct_conf_type_t raw_type = {
    .name = "raw", .min_args = 1, .max_args = 1, .flags = CT_CONF_RAW,
    .set = ct_conf_set_str,
};
static const ct_conf_type_t thrift_type = {
    .name = "{ }", .flags = CT_CONF_BLOCK, .place = CT_IN_THRIFT,
};
static const ct_conf_type_t server_type = {
    .name = "[name] { }", .max_args = 1, .flags = CT_CONF_BLOCK | CT_CONF_MANY,
    .place = CT_IN_SERVER,
};

static const ct_directive_t directives[] = {
    { "str", PLACES, CT_CONF_STR(values_t, str, "''") },
    { "raw", PLACES, CT_CONF_CUSTOM(values_t, str, raw_type, NULL) },
    { "flag", PLACES, CT_CONF_FLAG(values_t, flag, "on") },
    { "integer", PLACES, CT_CONF_INT(values_t, integer, "-1") },
    { "number", PLACES, CT_CONF_UINT(values_t, number, "1") },
    { "size", PLACES, CT_CONF_SIZE(values_t, size, "1k") },
    { "time", PLACES, CT_CONF_MS(values_t, time_ms, "1m30s") },
    { "word", PLACES, CT_CONF_ENUM(values_t, word, word_type, "red") },
    { "strs", PLACES, CT_CONF_STRS(values_t, strs, "a b") },
    { "pairs", PLACES,
      CT_CONF_CUSTOM(values_t, pairs, ct_conf_type_pairs, NULL) },
    { "thrift", CT_IN_MAIN, CT_CONF_ACTION(thrift_type) },
    { "server", CT_IN_THRIFT, CT_CONF_ACTION(server_type) },
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    const ct_str_t text = { len, (const char *) data };
    ct_cycle_t    *cycle =
        ct_cycle_create(modules, CT_STR("/prefix"), CT_STR("main"));
    ct_conf_node_t *tree = NULL;

    cycle->log.level = 0; /* refusals are expected: their lines cost time */
    if (ct_conf_parse_text(cycle, "fuzz", text, &tree) == CT_OK) {
        (void) ct_conf_apply(cycle, tree);
    }
    ct_cycle_destroy(cycle);
    return 0;
}

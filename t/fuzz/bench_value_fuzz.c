/*
 * bench_value_fuzz.c -- JSON into values, and what is made up: whatever it is,
 * it is read or refused, and a value that was read is the same as itself and
 * can be written.
 */

#include "core/ct_config.h"

#include "ct_bench_value.h"

#include <stdlib.h>
#include <string.h>

#include "core/ct_buf.h"
#include "core/ct_pool.h"
#include "ct_bench_equal.h"
#include "idl/ct_idl.h"
#include "idl/ct_idl_describe.h"
#include "thrift/wire/ct_codec.h"

/* A longer number behind "$random_string" is time for nothing. */
#define MAX_DIGITS 5

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char idl_text[] =
    "enum Colour { RED = 1, BLUE = 7 }\n"
    "struct Point { 1: i32 x, 2: i32 y = 5 }\n"
    "union Either { 1: i32 number, 2: string text }\n"
    "struct All {\n"
    "  1: bool yes, 2: i8 tiny, 3: i16 small, 4: i32 mid, 5: i64 big,\n"
    "  6: double real, 7: string text, 8: binary raw, 9: uuid id,\n"
    "  10: Colour colour, 11: Point point, 12: Either either,\n"
    "  13: list<Point> points, 14: set<string> words,\n"
    "  15: map<i32, string> names, 16: map<Point, Colour> places,\n"
    "  17: optional i32 maybe, 18: map<bool, double> odds,\n"
    "  19: list<list<i32>> deep, 20: optional All next,\n"
    "}\n";


static ct_rc_t
read_text(ct_pool_t *pool, const char *c_path, ct_str_t *text, void *data)
{
    (void) c_path;
    (void) data;
    *text = ct_str_dup(pool, CT_STR(idl_text));
    return CT_OK;
}


/* Made once: it would take longer than all the rest. */
static const ct_struct_t *
describe(void)
{
    static const ct_struct_t *made;
    ct_pool_t                *pool;
    ct_idl_t                 *idl;
    ct_idl_file_t            *file;

    if (made != NULL) {
        return made;
    }
    pool = ct_pool_create(4096);
    idl = ct_pool_zalloc(pool, sizeof(*idl));
    ct_idl_init(idl, pool, NULL, NULL);
    idl->read = read_text;
    if (ct_idl_load(idl, "all.thrift", &file) != CT_OK
        || ct_idl_describe(idl) != CT_OK) {
        abort();
    }
    made = ((const ct_idl_def_t *) ct_hash_find(&file->names, CT_STR("All")))
               ->description;
    return made;
}


static void
use(const ct_struct_t *strct, const void *value)
{
    const ct_type_t type = { .ttype = CT_T_STRUCT, .strct = strct };
    const char     *c_why;
    ct_writer_t     writer;
    ct_buf_t        out;

    if (!ct_bench_equal(&type, value, value)) {
        abort();
    }
    ct_buf_init(&out);
    ct_writer_init(&writer, &ct_binary_protocol, &out);
    /* What is deeper than the wire allows is refused here. */
    (void) ct_codec_write(&writer, strct, value, &c_why);
    ct_buf_release(&out);
}


static bool
makes_much(const uint8_t *data, size_t size)
{
    size_t ndigits = 0;

    if (memmem(data, size, "random_string", strlen("random_string")) == NULL) {
        return false;
    }
    for (size_t i = 0; i < size; i++) {
        ndigits = data[i] >= '0' && data[i] <= '9' ? ndigits + 1 : 0;
        if (ndigits > MAX_DIGITS) {
            return true;
        }
    }
    return false;
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ct_pool_t         *pool = ct_pool_create(4096);
    const ct_struct_t *strct = describe();
    ct_bench_reading_t reading = { .pool = pool, .seq = size };
    void              *value = ct_pool_alloc(pool, strct->size);
    json_t            *json = NULL;

    if (!makes_much(data, size)) {
        json = json_loadb((const char *) data, size, 0, NULL);
    }
    if (json != NULL
        && ct_bench_read_struct(&reading, strct, json, value) == CT_OK) {
        use(strct, value);
    }
    json_decref(json);
    ct_pool_destroy(pool);
    return 0;
}

/*
 * checks.c -- the methods of ThriftTest that answer what they are asked.
 *
 * The library's maps and sets are hash tables of pointers to numbers; enums
 * are keys by themselves.  A method fills the container or struct that it is
 * given, and makes strings and exceptions.
 */

#include "checks.h"

#include <math.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define UNICODE                                                                \
    "Afrikaans \xd8\xa7\xd9\x84\xd8\xb9 \xe4\xb8\xad\xe6\x96\x87 "             \
    "\xed\x95\x9c e\xcc\x81 n\xcc\x83 \xef\xac\x81 \xf0\x9f\x98\x80 "


static bool
test_string(run_t *run, const char *text)
{
    GError *error = NULL;
    gchar  *back = NULL;
    bool    is_right;

    is_right =
        t_test_thrift_test_if_test_string(run->client, &back, text, &error)
        && back != NULL && strcmp(back, text) == 0;
    g_free(back);
    return is_right || run_fail(run, "testString", &error);
}


static bool
strings(run_t *run)
{
    static const char *const all[] = {
        "",
        "Test",
        UNICODE,
        "\x01\x02\x08\x0b\x0c\n\r\t\x1f\x7f\"\\/'`$ {}[]:,",
        "[1,\"testVoid\",1,7,{}]",
        "\\u0041",
    };
    gchar *padding = g_strnfill(run->most / 2, 'x');
    bool   is_right = test_string(run, padding);
    size_t i;

    g_free(padding);
    for (i = 0; is_right && i < COUNT(all); i++) {
        is_right = test_string(run, all[i]);
    }
    return is_right;
}


static bool
test_bytes_and_bools(run_t *run)
{
    static const gint8 bytes[] = { 0, 1, -1, 63, 64, -65, 127, -128 };
    GError            *error = NULL;
    gboolean           truth;
    gint8              back;
    size_t             i;

    if (!t_test_thrift_test_if_test_void(run->client, &error)) {
        return run_fail(run, "testVoid", &error);
    }
    for (i = 0; i < 2; i++) {
        truth = i == 0;
        if (!t_test_thrift_test_if_test_bool(run->client, &truth, i == 1,
                                             &error)
            || truth != (i == 1)) {
            return run_fail(run, "testBool", &error);
        }
    }
    for (i = 0; i < COUNT(bytes); i++) {
        if (!t_test_thrift_test_if_test_byte(run->client, &back, bytes[i],
                                             &error)
            || back != bytes[i]) {
            return run_fail(run, "testByte", &error);
        }
    }
    return true;
}


static bool
integers(run_t *run)
{
    static const gint64 all[] = {
        0,          1,          -1,
        64,         8191,       -8193,
        G_MAXINT32, G_MININT32, (gint64) G_MAXINT32 + 1,
        G_MAXINT64, G_MININT64, 9007199254740993,
    };
    GError     *error = NULL;
    gint32      narrow;
    gint64      wide;
    TTestUserId user;
    size_t      i;

    for (i = 0; i < COUNT(all); i++) {
        const gint32 low = (gint32) all[i];

        if (!t_test_thrift_test_if_test_i32(run->client, &narrow, low, &error)
            || narrow != low) {
            return run_fail(run, "testI32", &error);
        }
        if (!t_test_thrift_test_if_test_i64(run->client, &wide, all[i], &error)
            || wide != all[i]) {
            return run_fail(run, "testI64", &error);
        }
        if (!t_test_thrift_test_if_test_typedef(run->client, &user, all[i],
                                                &error)
            || user != all[i]) {
            return run_fail(run, "testTypedef", &error);
        }
    }
    return true;
}


static bool
doubles(run_t *run)
{
    static const gdouble all[] = {
        0.0,    -0.0,     1.0,       0.1,       1e307, 1e-292,
        5e-324, INFINITY, -INFINITY, -98765e12, NAN,   -0.000341012439638598279,
    };
    GError *error = NULL;
    gdouble back;
    size_t  i;

    for (i = 0; i < COUNT(all); i++) {
        if (!t_test_thrift_test_if_test_double(run->client, &back, all[i],
                                               &error)
            || memcmp(&back, &all[i], sizeof(back)) != 0) {
            return run_fail(run, "testDouble", &error);
        }
    }
    return true;
}


static bool
binaries(run_t *run)
{
    static const guint sizes[] = { 0, 1, 2, 255, 256, 4096, 65536, 131072 };
    GError            *error = NULL;
    bool               is_right = true;
    guint              n;
    size_t             i;

    for (i = 0; is_right && i < COUNT(sizes) && sizes[i] <= run->most; i++) {
        GByteArray *bytes = g_byte_array_new();
        GByteArray *back = NULL;

        g_byte_array_set_size(bytes, sizes[i]);
        for (n = 0; n < sizes[i]; n++) {
            bytes->data[n] = (guint8) (255 - n % 256 + n / 256);
        }
        is_right =
            t_test_thrift_test_if_test_binary(run->client, &back, bytes, &error)
            && back->len == bytes->len
            && (bytes->len == 0
                || memcmp(back->data, bytes->data, bytes->len) == 0);
        g_byte_array_unref(bytes);
        if (back != NULL) {
            g_byte_array_unref(back);
        }
    }
    return is_right || run_fail(run, "testBinary", &error);
}


static TTestXtruct *
xtruct(const char *text, gint8 byte, gint32 i32, gint64 i64)
{
    return g_object_new(T_TEST_TYPE_XTRUCT, "string_thing", text, "byte_thing",
                        byte, "i32_thing", i32, "i64_thing", i64, NULL);
}


static bool
same_xtruct(const TTestXtruct *a, const TTestXtruct *b)
{
    return g_strcmp0(a->string_thing, b->string_thing) == 0
           && a->byte_thing == b->byte_thing && a->i32_thing == b->i32_thing
           && a->i64_thing == b->i64_thing;
}


static bool
structs(run_t *run)
{
    GError       *error = NULL;
    TTestXtruct  *x = xtruct("Zero", -128, G_MININT32, G_MAXINT64);
    TTestXtruct  *back = g_object_new(T_TEST_TYPE_XTRUCT, NULL);
    TTestXtruct2 *nest = g_object_new(T_TEST_TYPE_XTRUCT2, "byte_thing", 1,
                                      "struct_thing", x, "i32_thing", 5, NULL);
    TTestXtruct2 *nest_back = g_object_new(T_TEST_TYPE_XTRUCT2, NULL);
    bool          is_right;

    is_right = t_test_thrift_test_if_test_struct(run->client, &back, x, &error)
               && same_xtruct(back, x)
               && t_test_thrift_test_if_test_nest(run->client, &nest_back, nest,
                                                  &error)
               && nest_back->byte_thing == 1 && nest_back->i32_thing == 5
               && same_xtruct(nest_back->struct_thing, x);
    g_object_unref(x);
    g_object_unref(back);
    g_object_unref(nest);
    g_object_unref(nest_back);
    return is_right || run_fail(run, "testStruct, testNest", &error);
}


static gint32 *
number(gint32 value)
{
    gint32 *copy = g_new(gint32, 1);

    *copy = value;
    return copy;
}


static GHashTable *
numbers(void)
{
    return g_hash_table_new_full(g_int_hash, g_int_equal, g_free, g_free);
}


/* Of numbers, or of strings where told so. */
static bool
same_table(GHashTable *a, GHashTable *b, GEqualFunc equal)
{
    GHashTableIter iter;
    gpointer       key;
    gpointer       value;

    if (g_hash_table_size(a) != g_hash_table_size(b)) {
        return false;
    }
    g_hash_table_iter_init(&iter, a);
    while (g_hash_table_iter_next(&iter, &key, &value)) {
        const gpointer other = g_hash_table_lookup(b, key);

        if (other == NULL || !equal(value, other)) {
            return false;
        }
    }
    return true;
}


/* A map and a set of `n` numbers. */
static bool
tables_of_numbers(run_t *run, gint32 n)
{
    GError     *error = NULL;
    GHashTable *map = numbers();
    GHashTable *map_back = numbers();
    GHashTable *set =
        g_hash_table_new_full(g_int_hash, g_int_equal, g_free, NULL);
    GHashTable *set_back =
        g_hash_table_new_full(g_int_hash, g_int_equal, g_free, NULL);
    bool   is_right;
    gint32 i;

    for (i = -n / 2; i < n - n / 2; i++) {
        g_hash_table_insert(map, number(i), number(i * 7));
        g_hash_table_add(set, number(i));
    }
    is_right =
        t_test_thrift_test_if_test_map(run->client, &map_back, map, &error)
        && same_table(map, map_back, g_int_equal)
        && t_test_thrift_test_if_test_set(run->client, &set_back, set, &error)
        && g_hash_table_size(set_back) == (guint) n;
    for (i = -n / 2; is_right && i < n - n / 2; i++) {
        is_right = g_hash_table_contains(set_back, &i);
    }
    g_hash_table_unref(map);
    g_hash_table_unref(map_back);
    g_hash_table_unref(set);
    g_hash_table_unref(set_back);
    return is_right || run_fail(run, "testMap, testSet", &error);
}


static GHashTable *
texts(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
}


static bool
string_map(run_t *run)
{
    GError     *error = NULL;
    GHashTable *map = texts();
    GHashTable *back = texts();
    bool        is_right;

    g_hash_table_insert(map, g_strdup("a"), g_strdup("2"));
    g_hash_table_insert(map, g_strdup(""), g_strdup(""));
    g_hash_table_insert(map, g_strdup(UNICODE), g_strdup("\x01\"\\"));
    is_right =
        t_test_thrift_test_if_test_string_map(run->client, &back, map, &error)
        && same_table(map, back, g_str_equal);
    g_hash_table_unref(map);
    g_hash_table_unref(back);
    return is_right || run_fail(run, "testStringMap", &error);
}


static bool
list_of_numbers(run_t *run, gint32 n)
{
    GError *error = NULL;
    GArray *list = g_array_new(FALSE, FALSE, sizeof(gint32));
    GArray *back = g_array_new(FALSE, FALSE, sizeof(gint32));
    gint32  i;
    bool    is_right;

    for (i = 0; i < n; i++) {
        const gint32 value = i * 100003 - n;

        g_array_append_val(list, value);
    }
    is_right =
        t_test_thrift_test_if_test_list(run->client, &back, list, &error)
        && back->len == list->len
        && memcmp(back->data, list->data, list->len * sizeof(gint32)) == 0;
    g_array_unref(list);
    g_array_unref(back);
    return is_right || run_fail(run, "testList", &error);
}


static bool
containers(run_t *run)
{
    static const gint32 sizes[] = { 0, 1, 14, 15, 1000 };
    size_t              i;

    for (i = 0; i < COUNT(sizes); i++) {
        if (!tables_of_numbers(run, sizes[i])
            || !list_of_numbers(run, sizes[i])) {
            return false;
        }
    }
    return string_map(run);
}


static bool
enums(run_t *run)
{
    static const gint32 all[] = { 1, 2, 3, 5, 6, 8, 99 };
    GError             *error = NULL;
    TTestNumberz        back;
    size_t              i;

    for (i = 0; i < COUNT(all); i++) {
        if (!t_test_thrift_test_if_test_enum(run->client, &back,
                                             (TTestNumberz) all[i], &error)
            || (gint32) back != all[i]) {
            return run_fail(run, "testEnum", &error);
        }
    }
    return true;
}


/* Whether `all` has, under `key`, a number for itself for each in between. */
static bool
has_numbers(GHashTable *all, gint32 key, gint32 first, gint32 last)
{
    GHashTable *inner = g_hash_table_lookup(all, &key);
    gint32      i;

    if (inner == NULL
        || g_hash_table_size(inner) != (guint) (last - first) + 1) {
        return false;
    }
    for (i = first; i <= last; i++) {
        const gint32 *value = g_hash_table_lookup(inner, &i);

        if (value == NULL || *value != i) {
            return false;
        }
    }
    return true;
}


static bool
map_of_maps(run_t *run)
{
    GError     *error = NULL;
    GHashTable *map = g_hash_table_new_full(
        g_int_hash, g_int_equal, g_free, (GDestroyNotify) g_hash_table_unref);
    bool is_right;

    is_right = t_test_thrift_test_if_test_map_map(run->client, &map, 42, &error)
               && g_hash_table_size(map) == 2 && has_numbers(map, -4, -4, -1)
               && has_numbers(map, 4, 1, 4);
    g_hash_table_unref(map);
    return is_right || run_fail(run, "testMapMap", &error);
}


static bool
multi(run_t *run)
{
    GError      *error = NULL;
    TTestXtruct *back = g_object_new(T_TEST_TYPE_XTRUCT, NULL);
    TTestXtruct *wanted = xtruct("Hello2", -7, G_MAXINT32, G_MAXINT64);
    GHashTable  *names = g_hash_table_new(g_direct_hash, g_direct_equal);
    gint16       key = 1;
    bool         is_right;

    g_hash_table_insert(names, &key, "one");
    is_right = t_test_thrift_test_if_test_multi(
                   run->client, &back, -7, G_MAXINT32, G_MAXINT64, names,
                   T_TEST_NUMBERZ_FIVE, G_MININT64, &error)
               && same_xtruct(back, wanted);
    g_object_unref(back);
    g_object_unref(wanted);
    g_hash_table_unref(names);
    return is_right || run_fail(run, "testMulti", &error);
}


/* Whether that is what insanity() has sent. */
static bool
is_crazy(const TTestInsanity *crazy, const TTestXtruct *x)
{
    const TTestUserId *user;

    if (crazy == NULL || crazy->xtructs->len != 2
        || g_hash_table_size(crazy->userMap) != 1) {
        return false;
    }
    user = g_hash_table_lookup(crazy->userMap,
                               GINT_TO_POINTER(T_TEST_NUMBERZ_FIVE));
    return user != NULL && *user == G_MININT64
           && same_xtruct(g_ptr_array_index(crazy->xtructs, 0), x)
           && same_xtruct(g_ptr_array_index(crazy->xtructs, 1), x);
}


static bool
is_insane(GHashTable *answer, const TTestXtruct *x)
{
    const TTestUserId    first = 1;
    const TTestUserId    second = 2;
    GHashTable          *one = g_hash_table_lookup(answer, &first);
    GHashTable          *two = g_hash_table_lookup(answer, &second);
    const TTestInsanity *empty;

    if (one == NULL || two == NULL || g_hash_table_size(one) != 2
        || g_hash_table_size(two) != 1) {
        return false;
    }
    empty = g_hash_table_lookup(two, GINT_TO_POINTER(T_TEST_NUMBERZ_SIX));
    return is_crazy(g_hash_table_lookup(one, GINT_TO_POINTER(2)), x)
           && is_crazy(g_hash_table_lookup(one, GINT_TO_POINTER(3)), x)
           && empty != NULL && empty->xtructs->len == 0;
}


static bool
insanity(run_t *run)
{
    GError        *error = NULL;
    TTestInsanity *crazy = g_object_new(T_TEST_TYPE_INSANITY, NULL);
    TTestXtruct   *x = xtruct(UNICODE, 4, 4, 4);
    TTestUserId   *user = g_new(TTestUserId, 1);
    GHashTable    *answer =
        g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free,
                              (GDestroyNotify) g_hash_table_unref);
    bool is_right;

    *user = G_MININT64;
    g_hash_table_insert(crazy->userMap, GINT_TO_POINTER(T_TEST_NUMBERZ_FIVE),
                        user);
    crazy->__isset_userMap = TRUE;
    g_ptr_array_add(crazy->xtructs, g_object_ref(x));
    g_ptr_array_add(crazy->xtructs, g_object_ref(x));
    crazy->__isset_xtructs = TRUE;
    is_right =
        t_test_thrift_test_if_test_insanity(run->client, &answer, crazy, &error)
        && g_hash_table_size(answer) == 2 && is_insane(answer, x);
    g_object_unref(crazy);
    g_object_unref(x);
    g_hash_table_unref(answer);
    return is_right || run_fail(run, "testInsanity", &error);
}


bool
check_everything(run_t *run)
{
    return strings(run) && test_bytes_and_bools(run) && integers(run)
           && doubles(run) && binaries(run) && structs(run) && containers(run)
           && enums(run) && map_of_maps(run) && multi(run) && insanity(run)
           && check_failures(run);
}

/*
 * ct_bench_random.c -- what a string of JSON that begins with "$" makes up.
 *
 * A word is a name and up to two numbers, with colons between them.
 */

#include "core/ct_config.h"

#include "ct_bench_random.h"

#include <stdlib.h>

#include "core/ct_pool.h"

#define MAX_WORD     128
#define MAX_NUMBERS  2
#define UUID_LEN     36
#define DOUBLE_BITS  53
#define UUID_VERSION 4

/* A word taken apart. */
typedef struct word_s {
    ct_str_t name;
    ct_str_t numbers[MAX_NUMBERS];
    size_t   n;
} word_t;


/* splitmix64: any start is as good as another, zero too. */
uint64_t
ct_bench_random(uint64_t *state)
{
    uint64_t bits;

    *state += 0x9e3779b97f4a7c15;
    bits = *state;
    bits = (bits ^ bits >> 30) * 0xbf58476d1ce4e5b9;
    bits = (bits ^ bits >> 27) * 0x94d049bb133111eb;
    return bits ^ bits >> 31;
}


static ct_rc_t
word_split(ct_str_t text, word_t *word)
{
    const char *end = text.data + text.len;
    const char *at = text.data;
    const char *colon = memchr(at, ':', text.len);

    *word = (word_t){ .name = text };
    while (colon != NULL) {
        if (word->n == 0) {
            word->name.len = (size_t) (colon - text.data);
        }
        if (word->n == MAX_NUMBERS) {
            return CT_DECLINED;
        }
        at = colon + 1;
        colon = memchr(at, ':', (size_t) (end - at));
        word->numbers[word->n++] =
            (ct_str_t){ (size_t) ((colon != NULL ? colon : end) - at), at };
    }
    return CT_OK;
}


static ct_rc_t
make_string(const word_t *word, uint64_t *random, ct_pool_t *pool,
            ct_bench_made_t *made)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
    uint64_t          len;
    char             *text;

    if (word->n != 1 || ct_str_to_u64(word->numbers[0], &len) != CT_OK
        || len > CT_BENCH_MAX_RANDOM) {
        return CT_DECLINED;
    }
    text = ct_pool_alloc(pool, len + 1);
    for (uint64_t i = 0; i < len; i++) {
        text[i] = letters[ct_bench_random(random) % (sizeof(letters) - 1)];
    }
    *made =
        (ct_bench_made_t){ .kind = CT_BENCH_MADE_TEXT, .text = { len, text } };
    return CT_OK;
}


static ct_rc_t
make_int(const word_t *word, uint64_t *random, ct_bench_made_t *made)
{
    int64_t  least;
    int64_t  most;
    uint64_t width;
    uint64_t bits = ct_bench_random(random);

    if (word->n != 2 || ct_str_to_i64(word->numbers[0], &least) != CT_OK
        || ct_str_to_i64(word->numbers[1], &most) != CT_OK || least > most) {
        return CT_DECLINED;
    }
    width = (uint64_t) most - (uint64_t) least;
    if (width != UINT64_MAX) {
        bits %= width + 1;
    }
    *made = (ct_bench_made_t){ .kind = CT_BENCH_MADE_INT,
                               .i64 = (int64_t) ((uint64_t) least + bits) };
    return CT_OK;
}


static ct_rc_t
double_of(ct_str_t text, double *number)
{
    char  c_text[MAX_WORD];
    char *end;

    if (text.len == 0 || text.len >= sizeof(c_text)) {
        return CT_DECLINED;
    }
    memcpy(c_text, text.data, text.len);
    c_text[text.len] = '\0';
    *number = strtod(c_text, &end);
    return *end == '\0' ? CT_OK : CT_DECLINED;
}


static ct_rc_t
make_double(const word_t *word, uint64_t *random, ct_bench_made_t *made)
{
    const double part = (double) (ct_bench_random(random) >> (64 - DOUBLE_BITS))
                        / (double) (1ULL << DOUBLE_BITS);
    double least;
    double most;

    if (word->n != 2 || double_of(word->numbers[0], &least) != CT_OK
        || double_of(word->numbers[1], &most) != CT_OK || !(least <= most)) {
        return CT_DECLINED;
    }
    *made = (ct_bench_made_t){ .kind = CT_BENCH_MADE_DOUBLE,
                               .number = least + (most - least) * part };
    return CT_OK;
}


/* RFC 9562: version 4, and a variant of 10 in two bits. */
static ct_rc_t
make_uuid(uint64_t *random, ct_pool_t *pool, ct_bench_made_t *made)
{
    uint64_t high = ct_bench_random(random);
    uint64_t low = ct_bench_random(random);

    high = (high & ~0xf000ULL) | (UUID_VERSION << 12);
    low = (low & ~(3ULL << 62)) | (2ULL << 62);
    made->kind = CT_BENCH_MADE_TEXT;
    made->text = ct_str_printf(
        pool, "%08x-%04x-%04x-%04x-%012llx", (unsigned) (high >> 32),
        (unsigned) (high >> 16 & 0xffff), (unsigned) (high & 0xffff),
        (unsigned) (low >> 48), (unsigned long long) (low & 0xffffffffffffULL));
    CT_ASSERT(made->text.len == UUID_LEN);
    return CT_OK;
}


static ct_rc_t
make_seq(const word_t *word, uint64_t seq, ct_bench_made_t *made)
{
    int64_t first = 0;

    if (word->n > 1
        || (word->n == 1 && ct_str_to_i64(word->numbers[0], &first) != CT_OK)) {
        return CT_DECLINED;
    }
    *made = (ct_bench_made_t){ .kind = CT_BENCH_MADE_INT,
                               .i64 = (int64_t) ((uint64_t) first + seq) };
    return CT_OK;
}


ct_rc_t
ct_bench_make_up(ct_str_t text, uint64_t seq, uint64_t *random, ct_pool_t *pool,
                 ct_bench_made_t *made)
{
    word_t word;

    if (ct_str_starts_with(text, "$$")) {
        *made = (ct_bench_made_t){ .kind = CT_BENCH_MADE_TEXT,
                                   .text = { text.len - 1, text.data + 1 } };
        return CT_OK;
    }
    if (word_split(text, &word) != CT_OK) {
        return CT_DECLINED;
    }
    if (ct_str_eq_c(word.name, "$random_string")) {
        return make_string(&word, random, pool, made);
    }
    if (ct_str_eq_c(word.name, "$random_int")) {
        return make_int(&word, random, made);
    }
    if (ct_str_eq_c(word.name, "$random_double")) {
        return make_double(&word, random, made);
    }
    if (ct_str_eq_c(word.name, "$random_bool") && word.n == 0) {
        *made = (ct_bench_made_t){ .kind = CT_BENCH_MADE_BOOL,
                                   .i64 = ct_bench_random(random) & 1 };
        return CT_OK;
    }
    if (ct_str_eq_c(word.name, "$random_uuid") && word.n == 0) {
        return make_uuid(random, pool, made);
    }
    return ct_str_eq_c(word.name, "$seq") ? make_seq(&word, seq, made)
                                          : CT_DECLINED;
}

/*
 * ct_board.c -- the scoreboard's rows and buckets.
 *
 * A method's name is written before nmethods grows past it, so a reader that
 * takes nmethods with acquire never sees half a name.
 */

#include "core/ct_config.h"

#include "core/ct_board.h"

/* Upper bound of the first bucket. */
#define FIRST_BOUND_US 16

/* The first bound times the square root of two, in 1024ths. */
#define FIRST_ODD_BOUND_1024 23170


static void
write_name(char *c_row, size_t size, ct_str_t name)
{
    const size_t len = name.len < size ? name.len : size - 1;

    memcpy(c_row, name.data, len);
    c_row[len] = '\0';
}


/* A name too long for a row is known by what fits of it. */
static bool
row_has_name(const char *c_row, size_t size, ct_str_t name)
{
    if (name.len >= size) {
        name.len = size - 1;
    }
    return ct_str_eq_c(name, c_row);
}


unsigned
ct_board_method(ct_board_t *board, ct_str_t name)
{
    unsigned n;

    if (board == NULL || name.len == 0) {
        return 0;
    }
    n = atomic_load_explicit(&board->nmethods, memory_order_acquire);
    for (unsigned i = 1; i < n && i < CT_BOARD_METHODS; i++) {
        if (row_has_name(board->methods[i], CT_BOARD_METHOD_NAME, name)) {
            return i;
        }
    }
    if (n == 0) {
        n = 1; /* a new board: row 0 is taken by calls of no known method */
    }
    if (n >= CT_BOARD_METHODS) {
        return 0;
    }
    write_name(board->methods[n], CT_BOARD_METHOD_NAME, name);
    atomic_store_explicit(&board->nmethods, n + 1, memory_order_release);
    return n;
}


unsigned
ct_board_dialect(ct_board_t *board, ct_str_t transport, ct_str_t protocol)
{
    unsigned n;

    if (board == NULL) {
        return 0;
    }
    n = atomic_load_explicit(&board->ndialects, memory_order_acquire);
    for (unsigned i = 1; i < n && i < CT_BOARD_DIALECTS; i++) {
        const ct_board_words_t *words = &board->dialects[i];

        if (row_has_name(words->transport, CT_BOARD_WORD, transport)
            && row_has_name(words->protocol, CT_BOARD_WORD, protocol)) {
            return i;
        }
    }
    if (n == 0) {
        n = 1; /* as of methods */
    }
    if (n >= CT_BOARD_DIALECTS) {
        return 0;
    }
    write_name(board->dialects[n].transport, CT_BOARD_WORD, transport);
    write_name(board->dialects[n].protocol, CT_BOARD_WORD, protocol);
    atomic_store_explicit(&board->ndialects, n + 1, memory_order_release);
    return n;
}


uint64_t
ct_board_bucket_bound(unsigned bucket)
{
    const unsigned doublings = bucket / 2;

    if (bucket >= CT_BOARD_BUCKETS - 1) {
        return UINT64_MAX;
    }
    if (bucket % 2 == 0) {
        return (uint64_t) FIRST_BOUND_US << doublings;
    }
    return ((uint64_t) FIRST_ODD_BOUND_1024 << doublings) / 1024;
}


CT_HOT unsigned
ct_board_bucket(uint64_t time_us)
{
    unsigned doublings;
    unsigned bucket;

    if (time_us <= FIRST_BOUND_US) {
        return 0;
    }
    /* FIRST_BOUND_US << (doublings - 1) < time_us <= the same << doublings */
    doublings = 64 - (unsigned) __builtin_clzll((time_us - 1) / FIRST_BOUND_US);
    bucket = 2 * doublings;
    if (bucket > CT_BOARD_BUCKETS - 1) {
        bucket = CT_BOARD_BUCKETS;
    }
    if (time_us <= ct_board_bucket_bound(bucket - 1)) {
        bucket--;
    }
    return bucket;
}

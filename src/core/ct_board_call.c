/*
 * ct_board_call.c -- which calls a worker has in hand, by name.
 *
 * Which places are taken is one word of bits, so that finding a free one
 * costs the same with sixty calls in flight as with none.  Text is put
 * together by hand: a worker that dies says these words in a handler of a
 * signal, where libc's formats are forbidden.
 */

#include "core/ct_config.h"

#include "core/ct_board_call.h"

_Static_assert(CT_BOARD_CALLS == 64, "a place is a bit of a word");

/* How many are named; what hangs is among the oldest. */
#define NAMED_CALLS 8

#define NS_PER_MS 1000000

/* Invariant: len < size, and out[len] is NUL. */
typedef struct text_s {
    char  *out;
    size_t size;
    size_t len;
} text_t;


/* The release makes who sees the bit see the entry too. */
unsigned
ct_board_call_begin(ct_board_slot_t *slot, uint32_t row, uint64_t since_ns)
{
    const uint64_t used =
        atomic_load_explicit(&slot->calls_used, memory_order_relaxed);
    unsigned place;

    if (used == UINT64_MAX) {
        return CT_BOARD_CALLS;
    }
    place = (unsigned) __builtin_ctzll(~used);
    atomic_store_explicit(&slot->calls[place].row, row, memory_order_relaxed);
    atomic_store_explicit(&slot->calls[place].since_ns, since_ns,
                          memory_order_relaxed);
    atomic_store_explicit(&slot->calls_used, used | UINT64_C(1) << place,
                          memory_order_release);
    return place;
}


void
ct_board_call_end(ct_board_slot_t *slot, unsigned place)
{
    if (place < CT_BOARD_CALLS) {
        const uint64_t used =
            atomic_load_explicit(&slot->calls_used, memory_order_relaxed);

        atomic_store_explicit(&slot->calls_used, used & ~(UINT64_C(1) << place),
                              memory_order_relaxed);
    }
}


static void
text_add(text_t *text, const char *c_words)
{
    while (*c_words != '\0' && text->len + 1 < text->size) {
        text->out[text->len] = *c_words;
        text->len++;
        c_words++;
    }
    text->out[text->len] = '\0';
}


static void
text_add_number(text_t *text, uint64_t n)
{
    char  digits[24];
    char *p = digits + sizeof(digits) - 1;

    *p = '\0';
    do {
        p--;
        *p = (char) ('0' + n % 10);
        n /= 10;
    } while (n > 0);
    text_add(text, p);
}


/* A full board gives later methods no row: their calls have no name. */
static const char *
row_name(const ct_board_t *board, uint32_t row)
{
    return row > 0 && row < CT_BOARD_METHODS ? board->methods[row]
                                             : "a method without a row";
}


/* The writer's clock may have been read after ours. */
static void
text_add_call(text_t *text, const char *c_name, uint64_t since_ns,
              uint64_t now_ns)
{
    text_add(text, c_name);
    text_add(text, " for ");
    text_add_number(text,
                    now_ns > since_ns ? (now_ns - since_ns) / NS_PER_MS : 0);
    text_add(text, " ms");
}


size_t
ct_board_running_text(const ct_board_t *board, const ct_board_slot_t *slot,
                      uint64_t now_ns, char *out, size_t size)
{
    const uint32_t row =
        atomic_load_explicit(&slot->method, memory_order_relaxed);
    text_t text = { out, size, 0 };

    text_add(&text, "");
    if (board != NULL && row != 0) {
        text_add_call(
            &text, row_name(board, row),
            atomic_load_explicit(&slot->method_ns, memory_order_relaxed),
            now_ns);
    }
    return text.len;
}


/*
 * The bits of the calls that are to be told of.  A fiber that runs stands in
 * both places: it is known by its time, which no other call shares.
 */
static uint64_t
others(const ct_board_slot_t *slot)
{
    const uint32_t row =
        atomic_load_explicit(&slot->method, memory_order_relaxed);
    const uint64_t since_ns =
        atomic_load_explicit(&slot->method_ns, memory_order_relaxed);
    uint64_t used =
        atomic_load_explicit(&slot->calls_used, memory_order_acquire);

    for (unsigned i = 0; row != 0 && i < CT_BOARD_CALLS; i++) {
        const ct_board_call_t *call = &slot->calls[i];

        if (atomic_load_explicit(&call->since_ns, memory_order_relaxed)
            == since_ns) {
            used &= ~(UINT64_C(1) << i);
        }
    }
    return used;
}


/* The place of the oldest of them; there is one. */
static unsigned
oldest(const ct_board_slot_t *slot, uint64_t bits)
{
    unsigned place = (unsigned) __builtin_ctzll(bits);

    for (unsigned i = place + 1; i < CT_BOARD_CALLS; i++) {
        if ((bits >> i & 1) != 0
            && atomic_load_explicit(&slot->calls[i].since_ns,
                                    memory_order_relaxed)
                   < atomic_load_explicit(&slot->calls[place].since_ns,
                                          memory_order_relaxed)) {
            place = i;
        }
    }
    return place;
}


/* Those in the table and those that found it full. */
static uint64_t
count_others(const ct_board_slot_t *slot, uint64_t bits)
{
    const uint64_t used =
        atomic_load_explicit(&slot->calls_used, memory_order_relaxed);
    const uint64_t n = ct_counter_get(&slot->gauges[CT_GAUGE_IN_FLIGHT]);
    const uint64_t noted = (uint64_t) __builtin_popcountll(bits);

    return used == UINT64_MAX && n > CT_BOARD_CALLS
               ? noted + (n - CT_BOARD_CALLS)
               : noted;
}


size_t
ct_board_calls_text(const ct_board_t *board, const ct_board_slot_t *slot,
                    uint64_t now_ns, char *out, size_t size)
{
    text_t   text = { out, size, 0 };
    uint64_t bits = board != NULL ? others(slot) : 0;
    uint64_t n = count_others(slot, bits);

    text_add(&text, "");
    for (unsigned i = 0; i < NAMED_CALLS && bits != 0; i++, n--) {
        const unsigned         place = oldest(slot, bits);
        const ct_board_call_t *call = &slot->calls[place];

        text_add(&text, i > 0 ? ", " : "");
        text_add_call(
            &text,
            row_name(board,
                     atomic_load_explicit(&call->row, memory_order_relaxed)),
            atomic_load_explicit(&call->since_ns, memory_order_relaxed),
            now_ns);
        bits &= ~(UINT64_C(1) << place);
    }
    if (text.len > 0 && n > 0) {
        text_add(&text, ", ");
        text_add_number(&text, n);
        text_add(&text, " more");
    }
    return text.len;
}

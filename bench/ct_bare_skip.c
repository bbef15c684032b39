/*
 * ct_bare_skip.c -- past values whose bytes nobody wants.
 *
 * The least that a server must do for an unframed message: its end is known
 * only to who has walked over its fields.  What has a fixed size is jumped over
 * by the list.
 */

#include "ct_bare_skip.h"

/* Structs in structs, lists in lists. */
#define MAX_DEPTH 32

/* The one that a table of sizes has for types without a fixed one. */
#define NO_SIZE 0

/* Types of binary. */
#define B_STRING 11
#define B_STRUCT 12
#define B_MAP    13
#define B_SET    14
#define B_LIST   15

/* Types of compact. */
#define C_BOOL_TRUE  1
#define C_BOOL_FALSE 2
#define C_I64        6
#define C_BINARY     8
#define C_LIST       9
#define C_SET        10
#define C_MAP        11
#define C_STRUCT     12

static const uint8_t binary_sizes[16] = {
    [2] = 1, [3] = 1, [4] = 8, [6] = 2, [8] = 4, [10] = 8,
};

/* A bool takes a byte in a list; that of a field is in its type. */
static const uint8_t compact_sizes[16] = {
    [C_BOOL_TRUE] = 1,
    [C_BOOL_FALSE] = 1,
    [3] = 1,
    [7] = 8,
};

static void skip_binary(ct_bare_place_t *place, uint8_t type, unsigned depth);
static void skip_compact(ct_bare_place_t *place, uint8_t type, unsigned depth);


static bool
stopped(const ct_bare_place_t *place)
{
    return place->missing || place->wrong;
}


void
ct_bare_move(ct_bare_place_t *place, uint64_t n)
{
    if (stopped(place)) {
        return;
    }
    if (n > place->len - place->at) {
        place->missing = true;
        return;
    }
    place->at += n;
}


static uint8_t
u8(ct_bare_place_t *place)
{
    if (stopped(place)) {
        return 0;
    }
    if (place->at == place->len) {
        place->missing = true;
        return 0;
    }
    return place->data[place->at++];
}


uint32_t
ct_bare_u32(ct_bare_place_t *place)
{
    const size_t   from = place->at;
    const uint8_t *p = place->data + from;

    ct_bare_move(place, 4);
    if (stopped(place)) {
        return 0;
    }
    return (uint32_t) p[0] << 24 | (uint32_t) p[1] << 16 | (uint32_t) p[2] << 8
           | p[3];
}


uint64_t
ct_bare_varint(ct_bare_place_t *place)
{
    uint64_t value = 0;
    unsigned shift = 0;
    uint8_t  byte;

    do {
        byte = u8(place);
        value |= (uint64_t) (byte & 0x7f) << shift;
        shift += 7;
    } while ((byte & 0x80) != 0 && shift < 64);

    if ((byte & 0x80) != 0) {
        place->wrong = true;
    }
    return value;
}


/* `n` values of one type, without a word where each has the same size. */
static void
skip_binary_all(ct_bare_place_t *place, uint8_t type, uint64_t n,
                unsigned depth)
{
    const uint8_t size = binary_sizes[type & 15];

    if (size != NO_SIZE) {
        ct_bare_move(place, n * size);
        return;
    }
    for (; n > 0 && !stopped(place); n--) {
        skip_binary(place, type, depth);
    }
}


static void
skip_binary_map(ct_bare_place_t *place, unsigned depth)
{
    const uint8_t key = u8(place);
    const uint8_t value = u8(place);
    uint32_t      n = ct_bare_u32(place);

    for (; n > 0 && !stopped(place); n--) {
        skip_binary(place, key, depth);
        skip_binary(place, value, depth);
    }
}


static void
skip_binary_struct(ct_bare_place_t *place, unsigned depth)
{
    uint8_t type;

    while ((type = u8(place)) != 0) {
        ct_bare_move(place, 2);
        skip_binary(place, type, depth);
    }
}


static void
skip_binary(ct_bare_place_t *place, uint8_t type, unsigned depth)
{
    if (depth == 0 || type > B_LIST) {
        place->wrong = true;
        return;
    }
    if (binary_sizes[type] != NO_SIZE) {
        ct_bare_move(place, binary_sizes[type]);
        return;
    }
    switch (type) {
    case B_STRING:
        ct_bare_move(place, ct_bare_u32(place));
        return;
    case B_STRUCT:
        skip_binary_struct(place, depth - 1);
        return;
    case B_MAP:
        skip_binary_map(place, depth - 1);
        return;
    case B_SET:
    case B_LIST:
        type = u8(place);
        skip_binary_all(place, type, ct_bare_u32(place), depth - 1);
        return;
    default:
        place->wrong = true;
    }
}


/* The size stands beside the type where it is small, else behind it. */
static void
skip_compact_list(ct_bare_place_t *place, unsigned depth)
{
    const uint8_t head = u8(place);
    const uint8_t type = head & 15;
    uint64_t      n = head >> 4;

    if (n == 15) {
        n = ct_bare_varint(place);
    }
    for (; n > 0 && !stopped(place); n--) {
        skip_compact(place, type, depth);
    }
}


static void
skip_compact_map(ct_bare_place_t *place, unsigned depth)
{
    uint64_t n = ct_bare_varint(place);
    uint8_t  types;

    if (n == 0) {
        return;
    }
    types = u8(place);
    for (; n > 0 && !stopped(place); n--) {
        skip_compact(place, types >> 4, depth);
        skip_compact(place, types & 15, depth);
    }
}


static void
skip_compact_struct(ct_bare_place_t *place, unsigned depth)
{
    uint8_t head;
    uint8_t type;

    while ((head = u8(place)) != 0) {
        if (head >> 4 == 0) {
            (void) ct_bare_varint(place);
        }
        type = head & 15;
        if (type != C_BOOL_TRUE && type != C_BOOL_FALSE) {
            skip_compact(place, type, depth);
        }
    }
}


static void
skip_compact(ct_bare_place_t *place, uint8_t type, unsigned depth)
{
    if (depth == 0) {
        place->wrong = true;
        return;
    }
    if (compact_sizes[type] != NO_SIZE) {
        ct_bare_move(place, compact_sizes[type]);
        return;
    }
    switch (type) {
    case C_BINARY:
        ct_bare_move(place, ct_bare_varint(place));
        return;
    case C_LIST:
    case C_SET:
        skip_compact_list(place, depth - 1);
        return;
    case C_MAP:
        skip_compact_map(place, depth - 1);
        return;
    case C_STRUCT:
        skip_compact_struct(place, depth - 1);
        return;
    default:
        /* i16, i32, i64: a varint each. */
        if (type == 0 || type > C_I64) {
            place->wrong = true;
        }
        (void) ct_bare_varint(place);
    }
}


void
ct_bare_skip_binary(ct_bare_place_t *place)
{
    skip_binary(place, B_STRUCT, MAX_DEPTH);
}


void
ct_bare_skip_compact(ct_bare_place_t *place)
{
    skip_compact(place, C_STRUCT, MAX_DEPTH);
}

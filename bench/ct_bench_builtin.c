/*
 * ct_bench_builtin.c -- the calls that need no IDL: ping, echo:N, record.
 */

#include "core/ct_config.h"

#include "ct_bench_builtin.h"

#include <string.h>

#include "core/ct_pool.h"
#include "core/ct_str.h"

#define ECHO "echo:"

/* A period that no power of two shares. */
#define LETTERS 23

#define ITEM(id, name, price, stamp, in_stock)                                 \
    "{\"id\": " id ", \"name\": \"" name "\", \"price\": " price               \
    ", \"stamp\": " stamp ", \"in_stock\": " in_stock "}"

/* About a kilobyte in the binary protocol. */
static const char record_args[] =
    "{\"r\": {"
    "\"active\": true, \"kind\": 7, \"shard\": 1042, \"id\": 82734511,"
    "\"account\": 900719925474, \"created\": 1764374400000,"
    "\"updated\": 1764460799123, \"score\": 0.87342, \"weight\": 71.5,"
    "\"latitude\": 47.60621, \"longitude\": -122.33207,"
    "\"name\": \"Marguerite Oyelaran-Whitfield\","
    "\"email\": \"marguerite.oyelaran@mail.example.org\","
    "\"city\": \"Friday Harbor, Washington\","
    "\"note\": \"Prefers deliveries in the morning; the gate on the west side "
    "is open until noon. Ring twice, the bell is not always heard.\","
    "\"visits\": 1873, \"flags\": 70225,"
    "\"items\": ["
    /* clang-format off */
    ITEM("1001", "kettle, enamel, 2 l", "34.90", "1764374400101", "true") ","
    ITEM("1002", "lamp oil", "8.25", "1764374400202", "true") ","
    ITEM("1003", "rope, 30 m", "19.99", "1764374400303", "false") ","
    ITEM("1004", "canvas, waxed", "64.00", "1764374400404", "true") ","
    ITEM("1005", "tide table", "4.50", "1764374400505", "true") ","
    ITEM("1006", "copper nails, 500", "12.75", "1764374400606", "false") ","
    ITEM("1007", "compass", "89.00", "1764374400707", "true") ","
    ITEM("1008", "wool blanket", "54.20", "1764374400808", "true") ","
    ITEM("1009", "matches", "1.10", "1764374400909", "true") ","
    ITEM("1010", "tar", "15.35", "1764374401010", "false") "],"
                                                                                                                                          /* clang-format on */
                                                                                                                                          "\"counters\": {\"orders\": 311, \"returns\": 4, \"calls\": 27,"
                                                                                                                                          "\"letters\": 12, \"reviews\": 58, \"coupons\": 9, \"logins\": 4410,"
                                                                                                                                          "\"wishes\": 63, \"gifts\": 17, \"credits\": 250000},"
                                                                                                                                          "\"etag\": \"9f86d081884c7d659a2feaa0c55ad015\"}}";


/* {"s": "abc..."} with `len` letters. */
static const char *
echo_args(uint64_t len, ct_pool_t *pool)
{
    static const char before[] = "{\"s\": \"";
    static const char after[] = "\"}";
    char *args = ct_pool_alloc(pool, sizeof(before) + len + sizeof(after));
    char *end = args + sizeof(before) - 1;

    memcpy(args, before, sizeof(before));
    for (uint64_t i = 0; i < len; i++) {
        *end++ = (char) ('a' + i % LETTERS);
    }
    memcpy(end, after, sizeof(after));
    return args;
}


ct_rc_t
ct_bench_builtin(const char *c_call, ct_pool_t *pool, ct_bench_wish_t *wish)
{
    const ct_str_t call = ct_str_of(c_call);
    uint64_t       len;

    if (ct_str_eq_c(call, "ping")) {
        *wish = (ct_bench_wish_t){ "ping", NULL, "\"pong\"", 1 };
        return CT_OK;
    }
    if (ct_str_eq_c(call, "record")) {
        *wish = (ct_bench_wish_t){ "swap", record_args, "echo", 1 };
        return CT_OK;
    }
    if (!ct_str_starts_with(call, ECHO)
        || ct_str_to_u64(ct_str_of(c_call + strlen(ECHO)), &len) != CT_OK
        || len > CT_BENCH_MAX_ECHO) {
        return CT_DECLINED;
    }
    *wish = (ct_bench_wish_t){ "echo", echo_args(len, pool), "echo", 1 };
    return CT_OK;
}

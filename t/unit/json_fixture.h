/*
 * json_fixture.h -- what the tests of Thrift's JSON share.
 *
 * Include it behind cmocka.h.
 */

#ifndef JSON_FIXTURE_H
#define JSON_FIXTURE_H

#include "core/ct_config.h"

#include "sample.h"
#include "thrift/wire/ct_json.h"

#define P (&ct_json_protocol)

/* Decoded values of the test that runs. */
static ct_pool_t *pool;

static const ct_limits_t limits = CT_LIMITS_DEFAULT;


static inline int
pool_up(void **state CT_UNUSED)
{
    pool = ct_pool_create(4096);
    return 0;
}


static inline int
pool_down(void **state CT_UNUSED)
{
    ct_pool_destroy(pool);
    return 0;
}


/* In memory of its own size, so that a sanitizer sees a look behind it. */
static inline char *
reader_over(ct_reader_t *reader, const char *text, size_t len,
            const ct_limits_t *caps)
{
    char *copy = test_malloc(len + 1);

    memcpy(copy, text, len);
    memmove(copy + 1, copy, len);
    ct_reader_init(reader, P, copy + 1, len, caps, pool);
    return copy;
}

#endif /* JSON_FIXTURE_H */

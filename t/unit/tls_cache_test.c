/*
 * tls_cache_test.c -- sessions come out as they went in, or not at all.
 */

#include "core/ct_config.h"

#include "event/ct_tls_cache.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "core/ct_lock.h"
#include "core/ct_log.h"
#include "core/ct_shm.h"

#define UNTIL_S 1000


/* The `i`-th id, and the session that belongs to it. */
static void
make_id(uint8_t id[CT_TLS_CACHE_ID], unsigned i)
{
    memset(id, 0x5a, CT_TLS_CACHE_ID);
    memcpy(id, &i, sizeof(i));
}


static size_t
make_session(uint8_t *data, unsigned i)
{
    const size_t len = 1 + i * 37 % 900;

    memset(data, (int) i, len);
    return len;
}


static ct_rc_t
put(ct_tls_cache_t *cache, unsigned i)
{
    uint8_t      id[CT_TLS_CACHE_ID];
    uint8_t      data[CT_TLS_CACHE_DATA];
    const size_t len = make_session(data, i);

    make_id(id, i);
    return ct_tls_cache_put(cache, id, sizeof(id), data, len, UNTIL_S);
}


/* Fails if it is there and is not what was put. */
static bool
has(ct_tls_cache_t *cache, unsigned i, uint64_t now_s)
{
    uint8_t      id[CT_TLS_CACHE_ID];
    uint8_t      wanted[CT_TLS_CACHE_DATA];
    uint8_t      data[CT_TLS_CACHE_DATA];
    const size_t wanted_len = make_session(wanted, i);
    size_t       len;

    make_id(id, i);
    if (ct_tls_cache_get(cache, id, sizeof(id), now_s, data, &len) != CT_OK) {
        return false;
    }
    assert_int_equal(len, wanted_len);
    assert_memory_equal(data, wanted, len);
    return true;
}


static void
keeps_a_session(void **state CT_UNUSED)
{
    void           *memory = calloc(1, CT_TLS_CACHE_LEAST);
    ct_tls_cache_t *cache = ct_tls_cache_attach(memory, CT_TLS_CACHE_LEAST);
    uint8_t         id[CT_TLS_CACHE_ID];

    assert_false(has(cache, 1, 0));
    assert_int_equal(put(cache, 1), CT_OK);
    assert_int_equal(put(cache, 1), CT_OK);
    assert_true(has(cache, 1, UNTIL_S - 1));
    assert_false(has(cache, 1, UNTIL_S));
    assert_false(has(cache, 2, 0));

    cache = ct_tls_cache_attach(memory, CT_TLS_CACHE_LEAST);
    assert_true(has(cache, 1, 0));
    make_id(id, 1);
    ct_tls_cache_remove(cache, id, sizeof(id));
    ct_tls_cache_remove(cache, id, sizeof(id));
    assert_false(has(cache, 1, 0));
    free(memory);
}


static void
refuses_what_does_not_fit(void **state CT_UNUSED)
{
    static const uint8_t data[CT_TLS_CACHE_DATA + 1];
    uint8_t              out[CT_TLS_CACHE_DATA];
    size_t               len = 0;
    void                *memory = calloc(1, CT_TLS_CACHE_LEAST);
    ct_tls_cache_t *cache = ct_tls_cache_attach(memory, CT_TLS_CACHE_LEAST);

    assert_int_equal(ct_tls_cache_put(cache, data, 0, data, 1, 1), CT_DECLINED);
    assert_int_equal(ct_tls_cache_put(cache, data, 33, data, 1, 1),
                     CT_DECLINED);
    assert_int_equal(
        ct_tls_cache_put(cache, data, 32, data, sizeof(data), UNTIL_S),
        CT_DECLINED);
    assert_int_equal(
        ct_tls_cache_put(cache, data, 32, data, CT_TLS_CACHE_DATA, UNTIL_S),
        CT_OK);
    assert_int_equal(ct_tls_cache_get(cache, data, 32, 0, out, &len), CT_OK);
    assert_int_equal(len, CT_TLS_CACHE_DATA);
    assert_int_equal(ct_tls_cache_get(cache, data, 200, 0, out, &len),
                     CT_DECLINED);
    free(memory);
}


static void
makes_room_by_age(void **state CT_UNUSED)
{
    enum {
        N = 5000
    };
    void           *memory = calloc(1, CT_TLS_CACHE_LEAST);
    ct_tls_cache_t *cache = ct_tls_cache_attach(memory, CT_TLS_CACHE_LEAST);
    unsigned        nleft = 0;

    for (unsigned i = 0; i < N; i++) {
        assert_int_equal(put(cache, i), CT_OK);
        assert_true(has(cache, i, 0));
        if (i >= 8) {
            nleft += has(cache, i - 8, 0);
        }
    }
    /* All but those whose set was full. */
    assert_true(nleft > N * 9 / 10);
    for (unsigned i = 0; i < N - 100; i++) {
        assert_false(has(cache, i, 0));
    }
    free(memory);
}


/* Somebody dies in the middle: nothing is believed any more. */
static void
starts_anew_after_a_death(void **state CT_UNUSED)
{
    ct_log_t        log;
    ct_shm_t        shm;
    ct_tls_cache_t *cache;
    pid_t           pid;

    ct_log_init(&log);
    assert_int_equal(ct_shm_init(&shm, "test", CT_TLS_CACHE_LEAST, &log),
                     CT_OK);
    cache = ct_tls_cache_attach(shm.addr, shm.size);
    assert_int_equal(put(cache, 1), CT_OK);
    pid = fork();
    if (pid == 0) {
        (void) ct_lock_take((ct_lock_t *) shm.addr);
        memset((char *) shm.addr + 256, 0xff, 4096);
        _exit(0);
    }
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    assert_false(has(cache, 1, 0));
    assert_int_equal(put(cache, 2), CT_OK);
    assert_true(has(cache, 2, 0));
    ct_shm_release(&shm);
}


/* Whatever the bytes are, nothing is read or written outside. */
static void
survives_noise(void **state CT_UNUSED)
{
    void           *memory = calloc(1, CT_TLS_CACHE_LEAST);
    ct_tls_cache_t *cache = ct_tls_cache_attach(memory, CT_TLS_CACHE_LEAST);
    uint8_t        *bytes = memory;
    uint8_t         id[CT_TLS_CACHE_ID];
    uint8_t         data[CT_TLS_CACHE_DATA];
    size_t          len;

    srand(7);
    for (unsigned i = 0; i < 2000; i++) {
        (void) put(cache, (unsigned) rand() % 50);
        /* Behind lock, nsets, ring and head, which are only ever counted. */
        bytes[24 + (unsigned) rand() % (CT_TLS_CACHE_LEAST - 24)] =
            (uint8_t) rand();
        make_id(id, (unsigned) rand() % 50);
        (void) ct_tls_cache_get(cache, id, sizeof(id), 0, data, &len);
    }
    free(memory);
}


static void
is_shared(void **state CT_UNUSED)
{
    ct_log_t        log;
    ct_shm_t        shm;
    ct_tls_cache_t *cache;

    ct_log_init(&log);
    assert_int_equal(ct_shm_init(&shm, "test", CT_TLS_CACHE_LEAST * 4, &log),
                     CT_OK);
    cache = ct_tls_cache_attach(shm.addr, shm.size);
    for (unsigned child = 0; child < 4; child++) {
        if (fork() == 0) {
            for (unsigned i = 0; i < 3000; i++) {
                (void) put(cache, i % 30);
                (void) has(cache, (i + child) % 30, 0);
            }
            _exit(0);
        }
    }
    for (unsigned child = 0; child < 4; child++) {
        int status;

        assert_true(wait(&status) > 0);
        assert_int_equal(status, 0);
    }
    assert_int_equal(put(cache, 7), CT_OK);
    assert_true(has(cache, 7, 0));
    ct_shm_release(&shm);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_a_session),
        cmocka_unit_test(refuses_what_does_not_fit),
        cmocka_unit_test(makes_room_by_age),
        cmocka_unit_test(starts_anew_after_a_death),
        cmocka_unit_test(survives_noise),
        cmocka_unit_test(is_shared),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * notify_test.c -- words reach a service manager, and nobody else may speak.
 */

#include "core/ct_config.h"

#include "core/ct_notify.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <cmocka.h>

#include "core/ct_pool.h"

/* A manager that listens under an abstract name. */
typedef struct place_s {
    ct_pool_t *pool;
    char       name[64]; /* "@..." */
    int        fd;
} place_t;


static int
start(void **state)
{
    place_t           *place = test_calloc(1, sizeof(*place));
    struct sockaddr_un addr = { .sun_family = AF_UNIX };
    socklen_t          len;

    place->pool = ct_pool_create(0);
    (void) snprintf(place->name, sizeof(place->name), "@ct_notify_test.%ld",
                    (long) getpid());
    memcpy(addr.sun_path + 1, place->name + 1, strlen(place->name) - 1);
    len = (socklen_t) (offsetof(struct sockaddr_un, sun_path)
                       + strlen(place->name));
    place->fd = socket(AF_UNIX, SOCK_DGRAM, 0);
    *state = place;
    return bind(place->fd, (const struct sockaddr *) &addr, len);
}


static int
end(void **state)
{
    place_t *place = *state;

    close(place->fd);
    ct_pool_destroy(place->pool);
    test_free(place);
    return 0;
}


static void
words_arrive_whole(void **state)
{
    const place_t *place = *state;
    ct_notify_t    notify;
    char           text[64];

    setenv(CT_NOTIFY_SOCKET, place->name, 1);
    ct_notify_init(&notify, place->pool);
    assert_string_equal(notify.c_socket, place->name);
    assert_int_equal(ct_notify_send(&notify, CT_STR("READY=1\nSTATUS=x")),
                     CT_OK);
    assert_int_equal(recv(place->fd, text, sizeof(text), 0), 16);
    assert_memory_equal(text, "READY=1\nSTATUS=x", 16);
}


/* Who does not take the descriptor has closed it by reading. */
static void
a_barrier_waits_for_the_reader(void **state)
{
    const place_t *place = *state;
    ct_notify_t    notify;
    char           text[64];

    setenv(CT_NOTIFY_SOCKET, place->name, 1);
    ct_notify_init(&notify, place->pool);
    assert_int_equal(ct_notify_barrier(&notify, 10), CT_AGAIN);
    assert_int_equal(recv(place->fd, text, sizeof(text), 0), 9);
    assert_memory_equal(text, "BARRIER=1", 9);
}


static void
nothing_is_left_for_children(void **state)
{
    const place_t *place = *state;
    ct_notify_t    notify;

    setenv(CT_NOTIFY_SOCKET, place->name, 1);
    setenv(CT_NOTIFY_WATCHDOG, "3000000", 1);
    ct_notify_init(&notify, place->pool);
    assert_int_equal(notify.watchdog_us, 3000000);
    assert_null(getenv(CT_NOTIFY_SOCKET));
    assert_null(getenv(CT_NOTIFY_WATCHDOG));
    assert_null(getenv(CT_NOTIFY_WATCHDOG_PID));
}


static void
a_watchdog_has_an_owner(void **state)
{
    static const struct {
        const char *us;
        long        pid; /* 0: this one; -1: not a number */
        uint64_t    wanted_us;
    } cases[] = {
        { "1000", 0, 1000 }, { "1000", 1, 0 }, { "1000", -1, 0 },
        { "x", 0, 0 },       { "", 0, 0 },
    };
    const place_t *place = *state;

    for (size_t i = 0; i < CT_ARRAY_LEN(cases); i++) {
        ct_notify_t notify;
        char        pid[32];

        (void) snprintf(pid, sizeof(pid), "%ld%s",
                        cases[i].pid > 0 ? cases[i].pid : (long) getpid(),
                        cases[i].pid < 0 ? "x" : "");
        setenv(CT_NOTIFY_SOCKET, place->name, 1);
        setenv(CT_NOTIFY_WATCHDOG, cases[i].us, 1);
        setenv(CT_NOTIFY_WATCHDOG_PID, pid, 1);
        ct_notify_init(&notify, place->pool);
        assert_int_equal(notify.watchdog_us, cases[i].wanted_us);
    }
}


static void
names_that_are_none_are_nobody(void **state)
{
    static const char *const names[] = { "",         "@",         "/",
                                         "relative", "vsock:2:9", NULL };
    const place_t           *place = *state;
    char                     longest[256];

    memset(longest, 'x', sizeof(longest) - 1);
    longest[0] = '/';
    longest[sizeof(longest) - 1] = '\0';
    for (size_t i = 0; i < CT_ARRAY_LEN(names); i++) {
        const char *name = names[i] != NULL ? names[i] : longest;
        ct_notify_t notify;

        setenv(CT_NOTIFY_SOCKET, name, 1);
        ct_notify_init(&notify, place->pool);
        assert_null(notify.c_socket);
        assert_int_equal(ct_notify_send(&notify, CT_STR("READY=1")),
                         CT_DECLINED);
        assert_int_equal(ct_notify_barrier(&notify, 1000), CT_DECLINED);
    }
}


static void
nobody_at_the_other_end_is_an_error(void **state)
{
    const ct_notify_t notify = { .c_socket = "/nonexistent/notify" };

    (void) state;
    assert_int_equal(ct_notify_send(&notify, CT_STR("READY=1")), CT_ERROR);
    assert_int_equal(errno, ENOENT);
    assert_int_equal(ct_notify_barrier(&notify, 1000), CT_ERROR);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_arrive_whole),
        cmocka_unit_test(a_barrier_waits_for_the_reader),
        cmocka_unit_test(nothing_is_left_for_children),
        cmocka_unit_test(a_watchdog_has_an_owner),
        cmocka_unit_test(names_that_are_none_are_nobody),
        cmocka_unit_test(nobody_at_the_other_end_is_an_error),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, start, end);
}

/*
 * offered_test.c -- what is offered somewhere is known by name everywhere.
 */

#include "core/ct_config.h"

#include "event/ct_offered.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "core/ct_board.h"
#include "event_fixture.h"


static ct_board_t *
board_create(void)
{
    ct_board_t *board = mmap(NULL, sizeof(*board), PROT_READ | PROT_WRITE,
                             MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    assert_true(board != MAP_FAILED);
    return board;
}


static const ct_listens_t *
listens_read(fixture_t *fixture, const char *c_text)
{
    assert_int_equal(fixture_read(fixture, c_text), CT_OK);
    return ct_event_listens(fixture->cycle);
}


/* However the address is written, and in whatever order. */
static void
names_are_addresses(void **state CT_UNUSED)
{
    fixture_t           here;
    fixture_t           there;
    const ct_listens_t *mine =
        listens_read(&here, "listen 9090; listen unix:/tmp/x;");
    const ct_listens_t *theirs = listens_read(
        &there, "listen unix:/tmp/x backlog=7; listen *:9090; listen 9091;");
    char text[CT_OFFERED_NAME_SIZE];

    assert_ptr_equal(
        ct_offered_find(theirs, ct_offered_name(ct_listens_at(mine, 0), text)),
        ct_listens_at(theirs, 1));
    assert_ptr_equal(
        ct_offered_find(theirs, ct_offered_name(ct_listens_at(mine, 1), text)),
        ct_listens_at(theirs, 0));
    assert_null(
        ct_offered_find(mine, ct_offered_name(ct_listens_at(theirs, 2), text)));

    /* One that takes nothing but TLS has no place for who speaks without. */
    ct_listens_at(theirs, 1)->ssl = true;
    assert_null(
        ct_offered_find(theirs, ct_offered_name(ct_listens_at(mine, 0), text)));
    ct_listens_at(theirs, 1)->ssl_optional = true;
    assert_non_null(
        ct_offered_find(theirs, ct_offered_name(ct_listens_at(mine, 0), text)));
    fixture_release(&here);
    fixture_release(&there);
}


static void
all_services_must_be_there(void **state CT_UNUSED)
{
    static const uint64_t two[] = { 11, 22 };
    static const uint64_t other[] = { 33, 11 };
    ct_board_t           *board = board_create();
    fixture_t             here;
    const ct_listens_t   *listens =
        listens_read(&here, "listen 9090; listen 9091;");
    ct_listen_t *first = ct_listens_at(listens, 0);
    ct_listen_t *second = ct_listens_at(listens, 1);

    assert_false(ct_offered_has(board, first));
    first->offered = two;
    first->noffered = 2;
    second->offered = other;
    second->noffered = 2;
    ct_offered_publish(board, listens);
    assert_true(ct_offered_has(board, first));
    assert_true(ct_offered_has(board, second));

    /* What is served there is not served here. */
    first->offered = other;
    assert_false(ct_offered_has(board, first));
    first->noffered = 0;
    assert_true(ct_offered_has(board, first));
    ct_offered_publish(board, listens);
    first->offered = two;
    first->noffered = 1;
    assert_false(ct_offered_has(board, first));
    fixture_release(&here);
    munmap(board, sizeof(*board));
}


/* More than the board has room for: who is not there does not move. */
static void
too_many_are_not_known(void **state CT_UNUSED)
{
    static uint64_t     many[CT_BOARD_OFFERED];
    ct_board_t         *board = board_create();
    fixture_t           here;
    const ct_listens_t *listens = listens_read(&here, "listen 9090;");
    ct_listen_t        *first = ct_listens_at(listens, 0);

    for (unsigned i = 0; i < CT_BOARD_OFFERED; i++) {
        many[i] = i * UINT64_C(0x9e3779b97f4a7c15);
    }
    first->offered = many;
    first->noffered = CT_BOARD_OFFERED;
    ct_offered_publish(board, listens);
    assert_false(ct_offered_has(board, first));
    first->noffered--;
    assert_true(ct_offered_has(board, first));
    fixture_release(&here);
    munmap(board, sizeof(*board));
}


/*
 * A master that publishes one of two lists, in turns, until it is killed: much
 * more often than any reload does, but not all the time.
 */
static pid_t
writer_start(ct_board_t *board, const ct_listens_t *one,
             const ct_listens_t *two)
{
    const struct timespec pause = { .tv_nsec = 1000000 };
    const pid_t           pid = fork();

    assert_int_not_equal(pid, -1);
    while (pid == 0) {
        ct_offered_publish(board, one);
        nanosleep(&pause, NULL);
        ct_offered_publish(board, two);
        nanosleep(&pause, NULL);
    }
    return pid;
}


/* What both lists offer is there whenever one looks, wherever it stands. */
static void
a_writer_hides_nothing(void **state CT_UNUSED)
{
    static uint64_t     up[CT_BOARD_OFFERED / 8];
    static uint64_t     down[CT_BOARD_OFFERED / 8];
    const size_t        n = CT_ARRAY_LEN(up);
    ct_board_t         *board = board_create();
    fixture_t           here;
    fixture_t           there;
    const ct_listens_t *one = listens_read(&here, "listen 9090;");
    const ct_listens_t *two = listens_read(&there, "listen 9090;");
    unsigned            missed = 0;
    pid_t               writer;
    int                 status;

    for (size_t i = 0; i < n; i++) {
        up[i] = (i + 1) * UINT64_C(0x9e3779b97f4a7c15);
        down[n - 1 - i] = up[i];
    }
    ct_listens_at(one, 0)->offered = up;
    ct_listens_at(one, 0)->noffered = n;
    ct_listens_at(two, 0)->offered = down;
    ct_listens_at(two, 0)->noffered = n;
    ct_offered_publish(board, one);
    writer = writer_start(board, one, two);
    for (int i = 0; i < 20000; i++) {
        missed += ct_offered_has(board, ct_listens_at(one, 0)) ? 0 : 1;
    }
    assert_int_equal(kill(writer, SIGKILL), 0);
    assert_int_equal(waitpid(writer, &status, 0), writer);
    assert_int_equal(missed, 0);
    fixture_release(&here);
    fixture_release(&there);
    munmap(board, sizeof(*board));
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_addresses),
        cmocka_unit_test(all_services_must_be_there),
        cmocka_unit_test(too_many_are_not_known),
        cmocka_unit_test(a_writer_hides_nothing),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}

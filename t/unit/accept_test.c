/*
 * accept_test.c -- a worker takes connections, pauses, and leaves.
 *
 * A `rig` is a worker over real listens with a board; clients connect from
 * the same process, which works because the kernel answers for the backlog.
 */

#include "core/ct_config.h"

#include "event/ct_accept.h"

#include <setjmp.h>
#include <stdarg.h>
#include <netinet/tcp.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <cmocka.h>

#include "core/ct_board.h"
#include "event/ct_backend.h"
#include "event/ct_conn.h"
#include "event/ct_loop.h"
#include "event_fixture.h"

enum {
    MAX_CONNS = 64
};


typedef struct rig_s {
    fixture_t      fixture;
    ct_listen_t   *listen;
    ct_worker_t    worker;
    ct_board_t    *board;
    ct_acceptor_t *acceptor;
    ct_conn_t     *conns[MAX_CONNS]; /* as accepted */
    unsigned       naccepted;
    unsigned       nclosed;
    unsigned       nleaving;
    unsigned       nleft;
    bool           refuse; /* on_accept fails */
    bool           close_on_leaving;
} rig_t;


static void
on_leaving(ct_conn_t *conn)
{
    rig_t *rig = conn->session;

    rig->nleaving++;
    if (rig->close_on_leaving) {
        ct_conn_close(conn);
    }
}


static void
on_close(ct_conn_t *conn)
{
    rig_t *rig = conn->session;

    rig->nclosed++;
}


/* A client that has gone is seen by reading. */
static void
on_readable(ct_conn_t *conn)
{
    char   byte;
    size_t n;

    if (ct_conn_recv(conn, &byte, 1, &n) != CT_OK) {
        ct_conn_close(conn);
    }
}


static const ct_conn_events_t events = { .on_readable = on_readable,
                                         .on_leaving = on_leaving,
                                         .on_close = on_close };


static ct_rc_t
on_accept(ct_conn_t *conn)
{
    rig_t *rig = conn->listen->data;

    assert_true(rig->naccepted < MAX_CONNS);
    rig->conns[rig->naccepted++] = conn;
    conn->session = rig;
    conn->events = &events;
    return rig->refuse ? CT_ERROR : CT_OK;
}


static ct_board_t *
make_board(void)
{
    void *board = mmap(NULL, sizeof(ct_board_t), PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    assert_true(board != MAP_FAILED);
    return board;
}


static void
start(rig_t *rig, const char *c_backend, const char *c_text, unsigned nworkers,
      size_t max_connections)
{
    const ct_accept_conf_t conf = { .max_connections = max_connections,
                                    .accept_batch = 4 };
    ct_listens_t          *listens;

    *rig = (rig_t){ .nclosed = 0 };
    assert_int_equal(fixture_read(&rig->fixture, c_text), CT_OK);
    listens = ct_event_listens(rig->fixture.cycle);
    assert_int_equal(ct_listens_open(listens, NULL, NULL, nworkers, false,
                                     &rig->fixture.cycle->log),
                     CT_OK);
    rig->listen = ct_listens_at(listens, 0);
    rig->listen->on_accept = on_accept;
    rig->listen->data = rig;
    rig->board = make_board();
    rig->fixture.cycle->board = rig->board;

    rig->worker = (ct_worker_t){ .cycle = rig->fixture.cycle,
                                 .pool = ct_pool_create(4096),
                                 .log = &rig->fixture.cycle->log,
                                 .slot = &rig->board->slots[1] };
    rig->worker.loop = ct_loop_create(c_backend, 64, rig->worker.log);
    assert_non_null(rig->worker.loop);
    rig->acceptor = ct_acceptor_create(&rig->worker, listens, &conf);
    assert_ptr_equal(ct_acceptor_worker(rig->acceptor), &rig->worker);
    assert_int_equal(ct_acceptor_start(rig->acceptor), CT_OK);
}


static void
count_left(ct_acceptor_t *acceptor CT_UNUSED, void *data)
{
    rig_t *rig = data;

    rig->nleft++;
}


/* Ends as a worker does: leaves, closes what is left, turns once more. */
static void
stop(rig_t *rig)
{
    ct_acceptor_leave(rig->acceptor, count_left, rig);
    ct_acceptor_close_all(rig->acceptor);
    ct_loop_turn(rig->worker.loop, 0);
    assert_int_equal(ct_acceptor_connections(rig->acceptor), 0);
    assert_int_equal(rig->nleft, 1);
    assert_int_equal(rig->nclosed, rig->naccepted);
    assert_int_equal(
        ct_counter_get(&rig->worker.slot->counters[CT_COUNT_CLOSED]),
        rig->nclosed);
    assert_int_equal(
        ct_counter_get(&rig->worker.slot->gauges[CT_GAUGE_CONNECTIONS]), 0);
    ct_loop_destroy(rig->worker.loop);
    ct_pool_destroy(rig->worker.pool);
    munmap(rig->board, sizeof(ct_board_t));
    fixture_release(&rig->fixture);
}


static void
start_tcp(rig_t *rig, const char *c_options, unsigned nworkers, size_t max)
{
    char text[128];

    snprintf(text, sizeof(text), "listen 127.0.0.1:%u %s;", free_port(),
             c_options);
    start(rig, NULL, text, nworkers, max);
}


/* Turns until so many are accepted in all, five seconds at most. */
static void
turn_until_accepted(rig_t *rig, unsigned n)
{
    for (int i = 0; i < 500 && rig->naccepted < n; i++) {
        ct_loop_turn(rig->worker.loop, 10);
    }
    assert_int_equal(rig->naccepted, n);
}


static uint64_t
counter(const rig_t *rig, ct_board_counter_t which)
{
    return ct_counter_get(&rig->worker.slot->counters[which]);
}


static void
accepts_and_counts(void **state)
{
    rig_t rig;
    char  text[64];
    int   clients[3];
    char  peer[CT_ADDR_TEXT_SIZE];

    snprintf(text, sizeof(text), "listen 127.0.0.1:%u;", free_port());
    start(&rig, *state, text, 1, 100);
    for (int i = 0; i < 3; i++) {
        clients[i] = connect_to(rig.listen);
        assert_true(clients[i] >= 0);
    }
    turn_until_accepted(&rig, 3);
    assert_int_equal(ct_acceptor_connections(rig.acceptor), 3);
    assert_int_equal(counter(&rig, CT_COUNT_ACCEPTED), 3);
    assert_int_equal(
        ct_counter_get(&rig.worker.slot->gauges[CT_GAUGE_CONNECTIONS]), 3);
    for (unsigned i = 0; i < 3; i++) {
        const int fd = rig.conns[i]->io.fd;
        int       value = 0;
        socklen_t len = sizeof(value);

        assert_int_equal(rig.conns[i]->number, i + 1);
        assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
        assert_true(fcntl(fd, F_GETFL) & O_NONBLOCK);
        assert_int_equal(getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &value, &len),
                         0);
        assert_true(value != 0);
        ct_conn_peer_text(rig.conns[i], peer, sizeof(peer));
        assert_int_equal(strncmp(peer, "127.0.0.1:", 10), 0);
    }

    /* Clients that go are seen, and their structs used again. */
    for (int i = 0; i < 3; i++) {
        close(clients[i]);
    }
    for (int i = 0; i < 500 && rig.nclosed < 3; i++) {
        ct_loop_turn(rig.worker.loop, 10);
    }
    assert_int_equal(rig.nclosed, 3);
    clients[0] = connect_to(rig.listen);
    turn_until_accepted(&rig, 4);
    assert_true(rig.conns[3] == rig.conns[0] || rig.conns[3] == rig.conns[1]
                || rig.conns[3] == rig.conns[2]);
    close(clients[0]);
    stop(&rig);
}


static void
accepts_on_unix_sockets(void **state CT_UNUSED)
{
    rig_t rig;
    char  text[64];
    char  peer[CT_ADDR_TEXT_SIZE];
    int   client;

    snprintf(text, sizeof(text), "listen unix:@ct-unit-%u;", free_port());
    start(&rig, NULL, text, 1, 100);
    client = connect_to(rig.listen);
    turn_until_accepted(&rig, 1);
    assert_string_equal(ct_conn_peer_text(rig.conns[0], peer, sizeof(peer)),
                        "unix:");
    close(client);
    stop(&rig);
}


static void
closes_what_is_refused_above(void **state CT_UNUSED)
{
    rig_t rig;
    char  byte;
    int   client;

    start_tcp(&rig, "", 1, 100);
    rig.refuse = true;
    client = connect_to(rig.listen);
    turn_until_accepted(&rig, 1);
    assert_int_equal(read(client, &byte, 1), 0);
    assert_int_equal(rig.nclosed, 1);
    close(client);
    stop(&rig);
}


static void
stops_at_the_limit_and_goes_on(void **state CT_UNUSED)
{
    rig_t rig;
    int   clients[4];

    start_tcp(&rig, "", 1, 2);
    for (int i = 0; i < 4; i++) {
        clients[i] = connect_to(rig.listen);
        assert_true(clients[i] >= 0);
    }
    turn_until_accepted(&rig, 2);
    ct_loop_turn(rig.worker.loop, 20);
    ct_loop_turn(rig.worker.loop, 20);
    assert_int_equal(rig.naccepted, 2);
    assert_int_equal(counter(&rig, CT_COUNT_REFUSED), 1);
    assert_true(fixture_says(&rig.fixture, "are not enough"));

    ct_conn_close(rig.conns[0]);
    turn_until_accepted(&rig, 3);
    ct_conn_close(rig.conns[1]);
    turn_until_accepted(&rig, 4);
    assert_int_equal(ct_acceptor_connections(rig.acceptor), 2);
    for (int i = 0; i < 4; i++) {
        close(clients[i]);
    }
    stop(&rig);
}


static void
survives_a_lack_of_descriptors(void **state CT_UNUSED)
{
    struct rlimit before;
    struct rlimit none;
    rig_t         rig;
    uint64_t      begin_ms;
    unsigned      turns = 0;
    int           clients[2];
    int           spare;

    start_tcp(&rig, "", 1, 100);
    clients[0] = connect_to(rig.listen);
    clients[1] = connect_to(rig.listen);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    spare = dup(0);
    close(spare);
    none = (struct rlimit){ .rlim_cur = (rlim_t) spare,
                            .rlim_max = before.rlim_max };
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);

    /* It waits instead of spinning, and says so once. */
    begin_ms = ct_loop_now_ms(rig.worker.loop);
    while (ct_loop_now_ms(rig.worker.loop) < begin_ms + 400) {
        ct_loop_turn(rig.worker.loop, 100);
        turns++;
    }
    assert_true(turns < 12);
    assert_int_equal(rig.naccepted, 0);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    turn_until_accepted(&rig, 2);
    assert_true(fixture_says(&rig.fixture, "[crit]"));
    assert_null(strstr(strstr(rig.fixture.text, "[crit]") + 1, "[crit]"));
    close(clients[0]);
    close(clients[1]);
    stop(&rig);
}


static void
leaves_when_the_last_connection_has_gone(void **state CT_UNUSED)
{
    rig_t rig;
    int   clients[2];
    int   listener;

    start_tcp(&rig, "", 1, 100);
    clients[0] = connect_to(rig.listen);
    clients[1] = connect_to(rig.listen);
    turn_until_accepted(&rig, 2);
    listener = rig.listen->fds[0];
    ct_acceptor_leave(rig.acceptor, count_left, &rig);
    assert_int_equal(rig.nleaving, 2);
    assert_int_equal(rig.nleft, 0);
    assert_int_equal(fcntl(listener, F_GETFD), -1);
    assert_int_equal(connect_to(rig.listen), -1);

    ct_conn_close(rig.conns[0]);
    ct_loop_turn(rig.worker.loop, 0);
    assert_int_equal(rig.nleft, 0);
    ct_conn_close(rig.conns[1]);
    assert_int_equal(rig.nleft, 1);
    close(clients[0]);
    close(clients[1]);
    stop(&rig);
}


/* Its report may be what the turn has not come to. */
static void
takes_who_waits_before_it_leaves(void **state CT_UNUSED)
{
    rig_t rig;
    int   client;

    start_tcp(&rig, "", 1, 100);
    client = connect_to(rig.listen);
    ct_acceptor_leave(rig.acceptor, count_left, &rig);
    assert_int_equal(rig.naccepted, 1);
    assert_int_equal(rig.nleaving, 1);
    assert_int_equal(rig.nleft, 0);
    close(client);
    stop(&rig);
}


static void
leaves_at_once_when_all_close(void **state CT_UNUSED)
{
    rig_t rig;
    int   clients[3];

    start_tcp(&rig, "", 1, 3);
    for (int i = 0; i < 3; i++) {
        clients[i] = connect_to(rig.listen);
    }
    turn_until_accepted(&rig, 3);
    rig.close_on_leaving = true;
    ct_acceptor_leave(rig.acceptor, count_left, &rig);
    assert_int_equal(rig.nleaving, 3);
    assert_int_equal(rig.nleft, 1);
    for (int i = 0; i < 3; i++) {
        close(clients[i]);
    }
    stop(&rig);
}


/* Says on the board that the worker of that id serves, or not. */
static void
set_serving(const rig_t *rig, unsigned id, bool is_serving)
{
    ct_board_slot_t *slot = &rig->board->slots[10 + id];

    slot->id = id;
    slot->state = is_serving ? CT_SLOT_SERVING : CT_SLOT_LEAVING;
}


/*
 * Three sockets, one worker: with the others serving it takes its own share
 * only, and when they do not, everything.
 */
static void
serves_the_sockets_of_absent_workers(void **state CT_UNUSED)
{
    enum {
        CLIENTS = 30
    };
    rig_t    rig;
    int      clients[CLIENTS];
    unsigned own;

    start_tcp(&rig, "reuseport", 3, 100);
    set_serving(&rig, 1, true);
    set_serving(&rig, 2, true);
    ct_loop_turn(rig.worker.loop, 0);
    for (int i = 0; i < 20; i++) {
        ct_loop_turn(rig.worker.loop, 10);
    }
    for (int i = 0; i < CLIENTS; i++) {
        clients[i] = connect_to(rig.listen);
        assert_true(clients[i] >= 0);
    }
    for (int i = 0; i < 20; i++) {
        ct_loop_turn(rig.worker.loop, 10);
    }
    own = rig.naccepted;
    assert_true(own < CLIENTS);

    set_serving(&rig, 1, false);
    set_serving(&rig, 2, false);
    turn_until_accepted(&rig, CLIENTS);

    /* The master adds two workers, which do not serve yet. */
    assert_int_equal(
        ct_listens_grow(ct_event_listens(rig.fixture.cycle), 5, rig.worker.log),
        CT_OK);
    for (int i = 0; i < CLIENTS; i++) {
        close(clients[i]);
        clients[i] = connect_to(rig.listen);
        assert_true(clients[i] >= 0);
    }
    turn_until_accepted(&rig, 2 * CLIENTS);
    assert_false(fixture_says(&rig.fixture, "[err]"));
    for (int i = 0; i < CLIENTS; i++) {
        close(clients[i]);
    }
    stop(&rig);
}


int
main(void)
{
    static char                    kqueue[] = "kqueue";
    static char                    poll[] = "poll";
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(accepts_and_counts),
        cmocka_unit_test_prestate(accepts_and_counts, poll),
        cmocka_unit_test(accepts_on_unix_sockets),
        cmocka_unit_test(closes_what_is_refused_above),
        cmocka_unit_test(stops_at_the_limit_and_goes_on),
        cmocka_unit_test(survives_a_lack_of_descriptors),
        cmocka_unit_test(leaves_when_the_last_connection_has_gone),
        cmocka_unit_test(takes_who_waits_before_it_leaves),
        cmocka_unit_test(leaves_at_once_when_all_close),
        cmocka_unit_test(serves_the_sockets_of_absent_workers),
        cmocka_unit_test_prestate(accepts_and_counts, kqueue),
    };
    const size_t n =
        CT_ARRAY_LEN(tests) - (ct_backend_is_built(kqueue) ? 0 : 1);

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return _cmocka_run_group_tests("accept", tests, n, NULL, NULL);
}

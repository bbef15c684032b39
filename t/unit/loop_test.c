/*
 * loop_test.c -- the loop over every backend built in.
 *
 * Each claim is made of each backend; the backend's name is the test's
 * initial state.  Sockets are socket pairs: nothing here needs a network.
 */

#include "core/ct_config.h"

#include "event/ct_loop.h"

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#include "core/ct_board.h"
#include "core/ct_clock.h"
#include "core/ct_file.h"
#include "core/ct_log.h"
#include "core/ct_mem.h"
#include "event/ct_backend.h"
#include "event/ct_timer.h"


typedef struct fixture_s {
    ct_log_t   log;
    ct_loop_t *loop;
    int        fds[2]; /* ours, the peer's */
    ct_io_t    io;
    unsigned   calls;
    unsigned   reads;  /* calls with CT_IO_READ as news */
    unsigned   writes; /* calls with CT_IO_WRITE as news */
    uint64_t   busy_since_ms;
} fixture_t;


static void
count_io(ct_io_t *io)
{
    fixture_t *f = io->data;

    f->calls++;
    f->reads += (io->news & CT_IO_READ) != 0;
    f->writes += (io->news & CT_IO_WRITE) != 0;
}


static void
open_pair(int fds[2])
{
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(ct_file_set_nonblocking(fds[i], true), CT_OK);
    }
}


static void
start(fixture_t *f, void **state)
{
    *f = (fixture_t){ .calls = 0 };
    ct_log_init(&f->log);
    f->loop = ct_loop_create(*state, 64, &f->log);
    assert_non_null(f->loop);
    assert_string_equal(ct_loop_backend(f->loop), *state);
    open_pair(f->fds);
    f->io = (ct_io_t){ .fd = f->fds[0], .fn = count_io, .data = f };
}


/* Sees from inside a turn what another thread would. */
static void
look_busy(ct_io_t *io)
{
    fixture_t *f = io->data;

    count_io(io);
    f->busy_since_ms = ct_loop_busy_since_ms(f->loop);
}


static void
stop(fixture_t *f)
{
    ct_loop_remove_io(f->loop, &f->io);
    ct_loop_destroy(f->loop);
    close(f->fds[0]);
    close(f->fds[1]);
}


/* Reads all there is and clears the flag, as the owner of an io does. */
static void
drain(fixture_t *f)
{
    char bytes[16];

    while (read(f->fds[0], bytes, sizeof(bytes)) > 0) {
    }
    f->io.readable = false;
    ct_loop_rearm_io(f->loop, &f->io);
}


static void
reports_edges_once(void **state)
{
    fixture_t f;

    start(&f, state);
    assert_int_equal(ct_loop_add_io(f.loop, &f.io, CT_IO_READ | CT_IO_WRITE),
                     CT_OK);
    ct_loop_turn(f.loop, 0);
    assert_int_equal(f.writes, 1);
    assert_int_equal(f.reads, 0);

    /* Two bytes, nobody reads: one report, and no spinning afterwards. */
    assert_int_equal(write(f.fds[1], "a", 1), 1);
    ct_loop_turn(f.loop, 1000);
    assert_int_equal(f.reads, 1);
    assert_int_equal(write(f.fds[1], "b", 1), 1);
    ct_loop_turn(f.loop, 10);
    ct_loop_turn(f.loop, 0);
    assert_int_equal(f.reads, 1);
    assert_true(f.io.readable);

    /* Read to the end, the next byte is news again. */
    drain(&f);
    ct_loop_turn(f.loop, 0);
    assert_int_equal(f.reads, 1);
    assert_int_equal(write(f.fds[1], "c", 1), 1);
    ct_loop_turn(f.loop, 1000);
    assert_int_equal(f.reads, 2);
    assert_int_equal(f.writes, 1);
    stop(&f);
}


static void
reports_levels_as_long_as_they_last(void **state)
{
    fixture_t f;

    start(&f, state);
    assert_int_equal(ct_loop_add_io(f.loop, &f.io,
                                    CT_IO_READ | CT_IO_LEVEL | CT_IO_EXCLUSIVE),
                     CT_OK);
    assert_int_equal(write(f.fds[1], "a", 1), 1);
    for (unsigned i = 1; i <= 3; i++) {
        ct_loop_turn(f.loop, 1000);
        assert_int_equal(f.reads, i);
    }
    drain(&f);
    ct_loop_turn(f.loop, 0);
    assert_int_equal(f.reads, 3);
    stop(&f);
}


static void
tells_of_the_writable_edge(void **state)
{
    fixture_t f;
    char      bytes[4096] = { 0 };

    start(&f, state);
    assert_int_equal(ct_loop_add_io(f.loop, &f.io, CT_IO_READ | CT_IO_WRITE),
                     CT_OK);
    ct_loop_turn(f.loop, 0);
    while (write(f.fds[0], bytes, sizeof(bytes)) > 0) {
    }
    assert_int_equal(errno, EAGAIN);
    f.io.writable = false;
    ct_loop_rearm_io(f.loop, &f.io);
    ct_loop_turn(f.loop, 0);
    assert_int_equal(f.writes, 1);

    while (read(f.fds[1], bytes, sizeof(bytes)) > 0) {
    }
    ct_loop_turn(f.loop, 1000);
    assert_int_equal(f.writes, 2);
    stop(&f);
}


static void
tells_of_the_end(void **state)
{
    fixture_t f;

    start(&f, state);
    assert_int_equal(ct_loop_add_io(f.loop, &f.io, CT_IO_READ | CT_IO_WRITE),
                     CT_OK);
    assert_int_equal(write(f.fds[1], "last", 4), 4);
    assert_int_equal(shutdown(f.fds[1], SHUT_WR), 0);
    ct_loop_turn(f.loop, 1000);
    assert_int_equal(f.reads, 1);
    assert_true(f.io.ending);

    close(f.fds[1]);
    f.fds[1] = -1;
    ct_loop_turn(f.loop, 1000);
    ct_loop_turn(f.loop, 0);
    assert_true(f.calls <= 3);
    stop(&f);
}


/* Two ios become ready in the same batch; each, when called, ends both. */
typedef struct pair_s {
    fixture_t *f;
    ct_io_t   *ios[2];
    unsigned   calls;
} pair_t;


static void
end_both(ct_io_t *io)
{
    pair_t *pair = io->data;

    pair->calls++;
    for (int i = 0; i < 2; i++) {
        ct_loop_remove_io(pair->f->loop, pair->ios[i]);
        close(pair->ios[i]->fd);
        ct_mem_release(pair->ios[i]);
    }
}


static void
forgets_what_is_removed_in_the_same_batch(void **state)
{
    fixture_t f;
    pair_t    pair = { .f = &f };
    int       fds[2][2];

    start(&f, state);
    for (int i = 0; i < 2; i++) {
        open_pair(fds[i]);
        pair.ios[i] = ct_mem_alloc(sizeof(ct_io_t));
        *pair.ios[i] =
            (ct_io_t){ .fd = fds[i][0], .fn = end_both, .data = &pair };
        assert_int_equal(write(fds[i][1], "x", 1), 1);
        assert_int_equal(
            ct_loop_add_io(f.loop, pair.ios[i], CT_IO_READ | CT_IO_WRITE),
            CT_OK);
    }
    ct_loop_turn(f.loop, 1000);
    ct_loop_turn(f.loop, 0);
    assert_int_equal(pair.calls, 1);
    close(fds[0][1]);
    close(fds[1][1]);
    stop(&f);
}


static void
does_not_give_old_news_to_a_new_registration(void **state)
{
    fixture_t f;
    fixture_t g;

    start(&f, state);
    start(&g, state);
    assert_int_equal(ct_loop_add_io(f.loop, &f.io, CT_IO_READ), CT_OK);
    assert_int_equal(write(f.fds[1], "x", 1), 1);
    ct_loop_remove_io(f.loop, &f.io);
    f.io.fd = g.fds[0];
    assert_int_equal(ct_loop_add_io(f.loop, &f.io, CT_IO_READ), CT_OK);
    ct_loop_turn(f.loop, 0);
    assert_int_equal(f.calls, 0);
    assert_int_equal(write(g.fds[1], "x", 1), 1);
    ct_loop_turn(f.loop, 1000);
    assert_int_equal(f.reads, 1);
    stop(&f);
    stop(&g);
}


enum {
    MANY = 40
};


static void
serves_many_at_once(void **state)
{
    fixture_t f;
    int       fds[MANY][2];
    ct_io_t   ios[MANY];

    start(&f, state);
    for (int i = 0; i < MANY; i++) {
        open_pair(fds[i]);
        ios[i] = (ct_io_t){ .fd = fds[i][0], .fn = count_io, .data = &f };
        assert_int_equal(ct_loop_add_io(f.loop, &ios[i], CT_IO_READ), CT_OK);
        assert_int_equal(write(fds[i][1], "x", 1), 1);
    }
    for (int i = 0; i < 4; i++) {
        ct_loop_turn(f.loop, 0);
    }
    assert_int_equal(f.reads, MANY);
    for (int i = 0; i < MANY; i += 2) {
        ct_loop_remove_io(f.loop, &ios[i]);
    }
    for (int i = 0; i < MANY; i++) {
        ios[i].readable = false;
        ct_loop_rearm_io(f.loop, &ios[i]);
        assert_int_equal(write(fds[i][1], "x", 1), 1);
    }
    for (int i = 0; i < 4; i++) {
        ct_loop_turn(f.loop, 0);
    }
    assert_true(f.reads >= MANY + MANY / 2);
    for (int i = 0; i < MANY; i++) {
        assert_true(ios[i].registered == (i % 2 != 0));
        ct_loop_remove_io(f.loop, &ios[i]);
        close(fds[i][0]);
        close(fds[i][1]);
    }
    stop(&f);
}


/* What a signal handler needs to reach. */
static ct_loop_t *woken;


static void
wake_from_handler(int sig CT_UNUSED)
{
    ct_loop_wake(woken);
}


static void
wakes_from_a_signal_handler(void **state)
{
    const struct sigaction action = { .sa_handler = wake_from_handler };
    fixture_t              f;

    start(&f, state);
    woken = f.loop;
    assert_int_equal(sigaction(SIGUSR1, &action, NULL), 0);

    /* Before the wait begins: it must not begin to sleep. */
    assert_int_equal(raise(SIGUSR1), 0);
    ct_loop_turn(f.loop, -1);

    /* Many wakes are one. */
    for (int i = 0; i < 1000; i++) {
        ct_loop_wake(f.loop);
    }
    ct_loop_turn(f.loop, -1);
    stop(&f);
}


/* Stands in for a thread that asks while a turn is under way. */
/* What has been seen is not older than the turn, and a look is newer. */
static void
sees_the_clock(void **state)
{
    fixture_t f;
    uint64_t  seen_ns;

    start(&f, state);
    ct_loop_turn(f.loop, 0);
    seen_ns = ct_loop_seen_ns(f.loop);
    assert_true(seen_ns / 1000000 >= ct_loop_now_ms(f.loop));
    assert_true(ct_loop_look_ns(f.loop) >= seen_ns);
    assert_true(ct_loop_seen_ns(f.loop) >= seen_ns);
    assert_true(ct_loop_seen_ns(f.loop) <= ct_clock_ns());
    stop(&f);
}


static void
tells_since_when_it_is_busy(void **state)
{
    fixture_t f;

    start(&f, state);
    f.io.fn = look_busy;
    assert_int_equal(ct_loop_add_io(f.loop, &f.io, CT_IO_READ), CT_OK);
    assert_int_equal(ct_loop_busy_since_ms(f.loop), 0);
    assert_int_equal(write(f.fds[1], "x", 1), 1);
    ct_loop_turn(f.loop, 1000);
    assert_int_equal(f.calls, 1);
    assert_int_not_equal(f.busy_since_ms, 0);
    assert_int_equal(f.busy_since_ms, ct_loop_now_ms(f.loop));
    /* Until it waits again it is busy, with whatever its caller does. */
    assert_int_equal(ct_loop_busy_since_ms(f.loop), f.busy_since_ms);
    stop(&f);
}


static bool
loopback_is_it(const void *data, ct_peer_t *peer)
{
    assert_string_equal(data, "whoever");
    return ct_peer_parse(CT_STR("127.0.0.1"), 7, peer) == CT_OK;
}


static void
tells_whom_it_works_for(void **state)
{
    fixture_t f;
    ct_peer_t peer;

    start(&f, state);
    assert_false(ct_loop_peer(f.loop, &peer));
    ct_loop_set_peer(f.loop, loopback_is_it, "whoever");
    assert_true(ct_loop_peer(f.loop, &peer));
    assert_int_equal(ct_peer_port(&peer), 7);
    stop(&f);
}


static void
count_turn(ct_loop_t *loop, void *data)
{
    unsigned *n = data;

    if (++*n == 3) {
        ct_loop_stop(loop);
    }
}


static void
stop_at_once(ct_loop_t *loop, void *data)
{
    (void) data;
    ct_loop_stop(loop);
}


static void
begins_nothing_when_stopped_before_the_wait(void **state)
{
    fixture_t f;

    start(&f, state);
    assert_int_equal(ct_loop_add_io(f.loop, &f.io, CT_IO_READ), CT_OK);
    assert_int_equal(write(f.fds[1], "a", 1), 1);
    ct_loop_on_turn(f.loop, stop_at_once, NULL);
    ct_loop_run(f.loop, 1000);
    assert_int_equal(f.calls, 0);
    stop(&f);
}


static void
runs_until_stopped_and_beats(void **state)
{
    fixture_t f;
    unsigned  turns = 0;

    start(&f, state);
    ct_loop_on_turn(f.loop, count_turn, &turns);
    ct_loop_run(f.loop, 1);
    assert_int_equal(turns, 3);
    stop(&f);
}


/* Tasks write their letters here. */
typedef struct trace_s {
    ct_loop_t *loop;
    char       text[32];
    ct_task_t  task;
    ct_task_t  last;
    ct_task_t  called_off;
} trace_t;


static void
note(trace_t *trace, const char *c_letter)
{
    assert_true(strlen(trace->text) + 2 < sizeof(trace->text));
    strcat(trace->text, c_letter);
}


static void
run_task(ct_task_t *task)
{
    trace_t *trace = task->data;

    note(trace, "t");
    ct_loop_post(trace->loop, &trace->task);
    ct_loop_post_last(trace->loop, &trace->last);
    ct_queue_remove(&trace->called_off.link);
}


static void
run_last(ct_task_t *task)
{
    note(task->data, "l");
}


static void
runs_tasks_after_events_each_once_a_turn(void **state)
{
    fixture_t f;
    trace_t   trace = { .loop = NULL };

    start(&f, state);
    trace.loop = f.loop;
    trace.task = (ct_task_t){ .fn = run_task, .data = &trace };
    trace.last = (ct_task_t){ .fn = run_last, .data = &trace };
    trace.called_off = trace.last;
    ct_queue_init(&trace.task.link);
    ct_queue_init(&trace.last.link);
    ct_queue_init(&trace.called_off.link);

    ct_loop_post(f.loop, &trace.task);
    ct_loop_post(f.loop, &trace.task);
    ct_loop_post(f.loop, &trace.called_off);
    ct_loop_turn(f.loop, -1);
    assert_string_equal(trace.text, "tl");
    ct_loop_turn(f.loop, -1);
    assert_string_equal(trace.text, "tltl");
    stop(&f);
}


enum {
    SENDERS = 4,
    SENT = 500 /* by each */
};

typedef struct sender_s {
    pthread_t  id;
    ct_loop_t *loop;
    ct_task_t  tasks[SENT];
    unsigned   nseen; /* the loop's */
    bool       in_order;
} sender_t;


static void
count_sent(ct_task_t *task)
{
    sender_t *sender = task->data;

    sender->in_order &= task == &sender->tasks[sender->nseen];
    sender->nseen++;
}


static void *
send_all(void *data)
{
    sender_t *sender = data;

    for (unsigned i = 0; i < SENT; i++) {
        ct_loop_send(sender->loop, &sender->tasks[i]);
    }
    return NULL;
}


/* Nothing is lost whatever the threads and the loop do at the same time. */
static void
takes_tasks_of_other_threads(void **state)
{
    static sender_t senders[SENDERS];

    fixture_t f;
    unsigned  nseen;

    start(&f, state);
    assert_true(ct_loop_is_mine(f.loop));
    for (unsigned i = 0; i < SENDERS; i++) {
        sender_t *sender = &senders[i];

        sender->loop = f.loop;
        sender->nseen = 0;
        sender->in_order = true;
        for (unsigned k = 0; k < SENT; k++) {
            sender->tasks[k] = (ct_task_t){ .fn = count_sent, .data = sender };
            ct_queue_init(&sender->tasks[k].link);
        }
        assert_int_equal(pthread_create(&sender->id, NULL, send_all, sender),
                         0);
    }
    do {
        ct_loop_turn(f.loop, -1);
        nseen = 0;
        for (unsigned i = 0; i < SENDERS; i++) {
            nseen += senders[i].nseen;
        }
    } while (nseen < SENDERS * SENT);
    for (unsigned i = 0; i < SENDERS; i++) {
        assert_int_equal(pthread_join(senders[i].id, NULL), 0);
        assert_true(senders[i].in_order);
    }
    stop(&f);
}


/* A loop that turns no more runs what is sent, not what was posted. */
static void
runs_what_was_sent_alone(void **state)
{
    static sender_t sender;

    fixture_t f;
    trace_t   trace = { .loop = NULL };

    start(&f, state);
    trace.last = (ct_task_t){ .fn = run_last, .data = &trace };
    ct_queue_init(&trace.last.link);
    ct_loop_post(f.loop, &trace.last);
    sender = (sender_t){ .in_order = true };
    sender.tasks[0] = (ct_task_t){ .fn = count_sent, .data = &sender };
    ct_queue_init(&sender.tasks[0].link);
    ct_loop_send(f.loop, &sender.tasks[0]);
    ct_loop_run_sent(f.loop, -1);
    assert_int_equal(sender.nseen, 1);
    assert_string_equal(trace.text, "");
    ct_loop_run_sent(f.loop, 0);
    ct_loop_turn(f.loop, 0);
    assert_string_equal(trace.text, "l");
    stop(&f);
}


/* For so long a test would be seen to hang. */
#define MINUTE_US UINT64_C(60000000)

/* A loop whose last turn has served something, which spins from now on. */
static ct_board_slot_t *
start_spinning(fixture_t *f, void **state, uint64_t time_us)
{
    static ct_board_slot_t slot;

    memset(&slot, 0, sizeof(slot));
    start(f, state);
    ct_loop_spin(f->loop, time_us, &slot);
    assert_int_equal(ct_loop_add_io(f->loop, &f->io, CT_IO_READ), CT_OK);
    assert_int_equal(write(f->fds[1], "a", 1), 1);
    ct_loop_turn(f->loop, -1);
    assert_int_equal(f->reads, 1);
    drain(f);
    assert_int_equal(ct_counter_get(&slot.counters[CT_COUNT_SPINS]), 0);
    return &slot;
}


static void
assert_spins(ct_board_slot_t *slot, unsigned n, unsigned found)
{
    assert_int_equal(ct_counter_get(&slot->counters[CT_COUNT_SPINS]), n);
    assert_int_equal(ct_counter_get(&slot->counters[CT_COUNT_SPINS_FOUND]),
                     found);
}


static void
spins_behind_what_it_served(void **state)
{
    fixture_t        f;
    ct_board_slot_t *slot = start_spinning(&f, state, 1000);

    /* Nothing comes, so that the next turn does not spin. */
    ct_loop_turn(f.loop, 1);
    assert_spins(slot, 1, 0);
    ct_loop_turn(f.loop, 1);
    assert_spins(slot, 1, 0);
    assert_int_equal(f.calls, 1);

    /* What is served by a sleep is followed by a spin, which finds more. */
    ct_loop_spin(f.loop, MINUTE_US, slot);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(write(f.fds[1], "b", 1), 1);
        ct_loop_turn(f.loop, -1);
        assert_int_equal(f.reads, 2 + i);
        drain(&f);
        assert_spins(slot, 1 + i, i);
    }

    /* A turn that may not wait does not, and one is no reason to sleep. */
    ct_loop_turn(f.loop, 0);
    assert_spins(slot, 3, 2);
    assert_int_equal(write(f.fds[1], "c", 1), 1);
    ct_loop_turn(f.loop, -1);
    assert_spins(slot, 4, 3);
    stop(&f);
}


static void
run_late(ct_timer_t *timer)
{
    bool *has_run = timer->data;

    *has_run = true;
}


static void
is_not_late_for_a_spin(void **state)
{
    fixture_t        f;
    ct_board_slot_t *slot = start_spinning(&f, state, MINUTE_US);
    bool             has_run = false;
    ct_timer_t       timer = { .fn = run_late, .data = &has_run };

    ct_timer_start(f.loop, &timer, 5);
    ct_loop_turn(f.loop, -1);
    assert_spins(slot, 1, 0);
    if (!has_run) {
        ct_loop_turn(f.loop, -1); /* clocks of milliseconds may be one short */
    }
    assert_true(has_run);
    stop(&f);
}


static void
hears_other_threads_while_it_spins(void **state)
{
    static sender_t sender;

    fixture_t        f;
    ct_board_slot_t *slot = start_spinning(&f, state, MINUTE_US);

    sender = (sender_t){ .loop = f.loop, .in_order = true };
    for (unsigned k = 0; k < SENT; k++) {
        sender.tasks[k] = (ct_task_t){ .fn = count_sent, .data = &sender };
        ct_queue_init(&sender.tasks[k].link);
    }
    assert_int_equal(pthread_create(&sender.id, NULL, send_all, &sender), 0);
    while (sender.nseen < SENT) {
        ct_loop_turn(f.loop, -1);
    }
    assert_int_equal(pthread_join(sender.id, NULL), 0);
    assert_true(sender.in_order);
    assert_int_equal(ct_counter_get(&slot->counters[CT_COUNT_SPINS]),
                     ct_counter_get(&slot->counters[CT_COUNT_SPINS_FOUND]));
    stop(&f);
}


static void
refuses_an_unknown_backend(void **state)
{
    ct_log_t log;
    char     names[64];

    (void) state;
    ct_log_init(&log);
    log.level = 0;
    assert_null(ct_loop_create("select", 8, &log));
    assert_false(ct_backend_is_built("select"));
    assert_true(ct_backend_is_built(NULL));
    assert_non_null(strstr(ct_backend_names(names, sizeof(names)), "poll"));
}


/* With no descriptor left, the loop is not made, and nothing leaks. */
static void
survives_a_lack_of_descriptors(void **state)
{
    struct rlimit before;
    struct rlimit none;
    ct_log_t      log;
    ct_loop_t    *loop;
    rlim_t        used;

    ct_log_init(&log);
    log.level = 0;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    used = (rlim_t) dup(0);
    close((int) used);
    for (rlim_t spare = 0; spare < 3; spare++) {
        none = (struct rlimit){ .rlim_cur = used + spare,
                                .rlim_max = before.rlim_max };
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
        loop = ct_loop_create(*state, 8, &log);
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
        if (loop != NULL) {
            ct_loop_destroy(loop);
        }
        assert_int_equal(dup(0), used);
        close((int) used);
    }
}


enum {
    MAX_BACKENDS = 3,
    NAME_SIZE = 96
};


/* clang-format off */
#define CLAIM(test) { #test, test, NULL, NULL, NULL }
/* clang-format on */


static const struct CMUnitTest claims[] = {
    CLAIM(reports_edges_once),
    CLAIM(reports_levels_as_long_as_they_last),
    CLAIM(tells_of_the_writable_edge),
    CLAIM(tells_of_the_end),
    CLAIM(forgets_what_is_removed_in_the_same_batch),
    CLAIM(does_not_give_old_news_to_a_new_registration),
    CLAIM(serves_many_at_once),
    CLAIM(wakes_from_a_signal_handler),
    CLAIM(sees_the_clock),
    CLAIM(tells_since_when_it_is_busy),
    CLAIM(tells_whom_it_works_for),
    CLAIM(begins_nothing_when_stopped_before_the_wait),
    CLAIM(runs_until_stopped_and_beats),
    CLAIM(runs_tasks_after_events_each_once_a_turn),
    CLAIM(takes_tasks_of_other_threads),
    CLAIM(runs_what_was_sent_alone),
    CLAIM(spins_behind_what_it_served),
    CLAIM(is_not_late_for_a_spin),
    CLAIM(hears_other_threads_while_it_spins),
    CLAIM(refuses_an_unknown_backend),
    CLAIM(survives_a_lack_of_descriptors),
};


int
main(void)
{
    static char       backends[MAX_BACKENDS][8] = { "epoll", "kqueue", "poll" };
    static char       names[MAX_BACKENDS * CT_ARRAY_LEN(claims)][NAME_SIZE];
    struct CMUnitTest tests[MAX_BACKENDS * CT_ARRAY_LEN(claims)];
    size_t            n = 0;

    for (size_t b = 0; b < MAX_BACKENDS; b++) {
        if (!ct_backend_is_built(backends[b])) {
            continue;
        }
        for (size_t i = 0; i < CT_ARRAY_LEN(claims); i++, n++) {
            snprintf(names[n], NAME_SIZE, "%s %s", backends[b], claims[i].name);
            tests[n] = claims[i];
            tests[n].name = names[n];
            tests[n].initial_state = backends[b];
        }
    }
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return _cmocka_run_group_tests("loop", tests, n, NULL, NULL);
}

/*
 * ct_spawn.c -- the master's workers: starting, asking, ending, reaping.
 *
 * state of a child | event                  | function              | next
 * -----------------+------------------------+-----------------------+---------
 * NONE             | a worker is missing    | ct_spawn_start        | STARTING
 * STARTING         | it says "ready"        | on_channel            | SERVING
 * any              | it is to leave         | ct_spawn_leave        | LEAVING
 * any              | its process has ended  | ct_spawn_remove       | NONE
 *
 * A child's place in the table is its slot's place on the scoreboard, so
 * neither has to be searched for the other.
 */

#include "core/ct_config.h"

#include "process/ct_spawn.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/ct_clock.h"
#include "core/ct_cycle.h"
#include "event/ct_event_module.h"
#include "event/ct_loop.h"
#include "process/ct_channel.h"
#include "process/ct_core_module.h"
#include "process/ct_enquiry.h"
#include "process/ct_generation.h"
#include "process/ct_herald.h"
#include "process/ct_launch.h"
#include "process/ct_master.h"
#include "process/ct_scoreboard.h"
#include "process/ct_signal.h"
#include "process/ct_worker.h"

/* How long after a deadline of its own a worker is killed. */
#define KILL_MARGIN_MS 2000


static void
take_word(ct_child_t *child, int word)
{
    if (word == CT_WORD_READY && child->state == CT_CHILD_STARTING) {
        child->state = CT_CHILD_SERVING;
        ct_master_child_ready(child);
    }
    if (word == CT_WORD_TIRED) {
        ct_recycle_ask(child);
    }
    if (word == CT_WORD_DEAF) {
        child->is_deaf = true;
        ct_reload_go_on(child->master);
    }
}


static void
on_channel(ct_io_t *io)
{
    ct_child_t *child = io->data;

    for (;;) {
        int           word = 0;
        int           passed = -1;
        const ct_rc_t rc = ct_channel_hear(io->fd, &word, &passed);

        if (rc == CT_AGAIN) {
            io->readable = false;
            ct_loop_rearm_io(child->master->loop, io);
            return;
        }
        if (rc != CT_OK) {
            /* It is ending; SIGCHLD will say how. */
            ct_loop_remove_io(child->master->loop, io);
            return;
        }
        if (passed != -1) {
            close(passed); /* A worker has nothing to give us. */
        }
        take_word(child, word);
    }
}


void
ct_spawn_forget_master(ct_master_t *master)
{
    for (size_t i = 0; i < CT_BOARD_SLOTS; i++) {
        if (master->children[i].pid != 0) {
            close(master->children[i].io.fd);
        }
    }
    ct_control_forget(&master->control);
    ct_enquiry_forget_all(master);
    ct_upgrade_forget(&master->upgrade);
    ct_watch_forget(&master->watch);
    ct_reload_forget(&master->reload);
    ct_statsd_forget(&master->statsd);
    if (master->ready_fd != -1) {
        close(master->ready_fd);
    }
    /* Closes this copy; what the parent has registered stays. */
    ct_loop_destroy(master->loop);
    master->loop = NULL;
}


/* A new worker must not hold what only the other generation listens on. */
static void
forget_other_cycle(const ct_master_t *master, ct_cycle_t *cycle)
{
    ct_cycle_t *other =
        cycle == master->cycle ? master->reload.cycle : master->cycle;

    if (other != NULL) {
        ct_listens_close_rest(ct_event_listens(other), ct_event_listens(cycle),
                              false, &cycle->log);
        ct_file_close_all(&other->files);
    }
}


/* In the child: never comes back. */
static CT_NORETURN void
run_child(ct_master_t *master, ct_cycle_t *cycle, const ct_child_t *child,
          int channel, pid_t master_pid)
{
    const ct_worker_start_t start = {
        .cycle = cycle,
        .slot = child->slot,
        .id = child->id,
        .channel = channel,
        .handoff = &master->handoff,
        .master_pid = master_pid,
        .early = &master->early,
        .report = &master->reload.report.file,
        .drops_stderr =
            master->ready_fd != -1 && !ct_generation_logs_to_stderr(cycle),
    };

    ct_signal_install_worker();
    ct_signal_set_loop(NULL);
    ct_spawn_forget_master(master);
    forget_other_cycle(master, cycle);
    /* While a reload is under way the master's is that of the new cycle. */
    ct_launch_set_environ(master->launch, &ct_core_conf(cycle)->env);
    exit(ct_worker_run(&start));
}


/* After the fork, in the master. */
static ct_rc_t
adopt(ct_master_t *master, ct_child_t *child, pid_t pid, int channel)
{
    child->pid = pid;
    child->state = CT_CHILD_STARTING;
    child->started_ms = ct_clock_ms();
    child->io.fd = channel;
    child->io.fn = on_channel;
    child->io.data = child;
    atomic_store(&child->slot->pid, (int32_t) pid);
    atomic_fetch_add(&master->board->spawned, 1);
    CT_LOG(&master->log, CT_LOG_NOTICE, 0,
           "worker %u of generation %u started as %ld", child->id,
           child->generation, (long) pid);
    return ct_loop_add_io(master->loop, &child->io, CT_IO_READ);
}


static ct_child_t *
claim(ct_master_t *master, const ct_cycle_t *cycle, unsigned id)
{
    ct_board_slot_t *slot =
        ct_scoreboard_claim(master->board, id, cycle->generation);
    ct_child_t *child = NULL;

    if (slot == NULL) {
        CT_LOG(&master->log, CT_LOG_ERR, 0,
               "no slot on the scoreboard is free: workers of older "
               "generations still leave");
        return NULL;
    }
    child = &master->children[slot - master->board->slots];
    memset(child, 0, sizeof(*child));
    child->master = master;
    child->slot = slot;
    child->id = id;
    child->generation = cycle->generation;
    return child;
}


ct_child_t *
ct_spawn_start(ct_master_t *master, ct_cycle_t *cycle, unsigned id)
{
    const pid_t master_pid = getpid();
    ct_child_t *child = claim(master, cycle, id);
    sigset_t    mask;
    int         fds[2];
    pid_t       pid = 0;

    if (child == NULL) {
        return NULL;
    }
    if (ct_channel_create(fds, &master->log) != CT_OK) {
        ct_scoreboard_retire(master->board, child->slot);
        return NULL;
    }
    ct_signal_block(&mask);
    pid = fork();
    if (pid == 0) {
        close(fds[0]);
        run_child(master, cycle, child, fds[1], master_pid);
    }
    ct_signal_restore(&mask);
    close(fds[1]);
    if (pid == -1) {
        CT_LOG(&master->log, CT_LOG_ERR, errno, "cannot fork a worker");
        close(fds[0]);
        ct_scoreboard_retire(master->board, child->slot);
        return NULL;
    }
    ct_herald_worker_started(cycle, id, pid);
    return adopt(master, child, pid, fds[0]) == CT_OK ? child : NULL;
}


/* Whether a worker with that id serves for that generation, or soon will. */
static bool
has_worker(const ct_master_t *master, unsigned generation, unsigned id)
{
    for (size_t i = 0; i < CT_BOARD_SLOTS; i++) {
        const ct_child_t *child = &master->children[i];

        if (child->pid != 0 && child->generation == generation
            && child->id == id && child->state != CT_CHILD_LEAVING) {
            return true;
        }
    }
    return false;
}


ct_rc_t
ct_spawn_missing(ct_master_t *master, ct_cycle_t *cycle, unsigned first,
                 unsigned wanted)
{
    for (unsigned id = first; id < wanted; id++) {
        if (!has_worker(master, cycle->generation, id)
            && ct_spawn_start(master, cycle, id) == NULL) {
            return CT_ERROR;
        }
    }
    return CT_OK;
}


void
ct_spawn_leave(ct_child_t *child, bool quitting)
{
    const uint64_t timeout_ms =
        ct_core_conf(child->master->cycle)->shutdown_timeout_ms;

    ct_channel_say(child->io.fd, quitting ? CT_WORD_QUIT : CT_WORD_LEAVE);
    if (child->state != CT_CHILD_LEAVING && timeout_ms != 0) {
        child->kill_ms = ct_clock_ms() + timeout_ms + KILL_MARGIN_MS;
    }
    child->state = CT_CHILD_LEAVING;
}


static bool
is_of(const ct_child_t *child, unsigned generation)
{
    return child->pid != 0
           && (generation == 0 || child->generation == generation);
}


void
ct_spawn_leave_all(ct_master_t *master, unsigned generation, unsigned first_id,
                   bool quitting)
{
    for (size_t i = 0; i < CT_BOARD_SLOTS; i++) {
        ct_child_t *child = &master->children[i];

        if (is_of(child, generation) && child->id >= first_id
            && (quitting || child->state != CT_CHILD_LEAVING)) {
            ct_spawn_leave(child, quitting);
        }
    }
}


void
ct_spawn_signal_all(ct_master_t *master, unsigned generation, int sig)
{
    for (size_t i = 0; i < CT_BOARD_SLOTS; i++) {
        if (is_of(&master->children[i], generation)) {
            (void) kill(master->children[i].pid, sig);
        }
    }
}


static void
stop(ct_child_t *child, int sig)
{
    const uint64_t kill_ms = ct_clock_ms() + KILL_MARGIN_MS;

    (void) kill(child->pid, sig);
    child->state = CT_CHILD_LEAVING;
    if (child->kill_ms == 0 || child->kill_ms > kill_ms) {
        child->kill_ms = kill_ms;
    }
}


void
ct_spawn_stop_all(ct_master_t *master, unsigned generation)
{
    for (size_t i = 0; i < CT_BOARD_SLOTS; i++) {
        if (is_of(&master->children[i], generation)) {
            stop(&master->children[i], SIGTERM);
        }
    }
}


void
ct_spawn_stop_starting(ct_master_t *master, unsigned generation)
{
    for (size_t i = 0; i < CT_BOARD_SLOTS; i++) {
        ct_child_t *child = &master->children[i];

        if (is_of(child, generation) && child->state == CT_CHILD_STARTING) {
            stop(child, SIGQUIT);
        }
    }
}


unsigned
ct_spawn_count(const ct_master_t *master, unsigned generation,
               ct_child_state_t state)
{
    unsigned n = 0;

    for (size_t i = 0; i < CT_BOARD_SLOTS; i++) {
        const ct_child_t *child = &master->children[i];

        if (is_of(child, generation)
            && (state == CT_CHILD_NONE || child->state == state)) {
            n++;
        }
    }
    return n;
}


bool
ct_spawn_hears_besides(const ct_master_t *master, unsigned generation)
{
    for (size_t i = 0; i < CT_BOARD_SLOTS; i++) {
        const ct_child_t *child = &master->children[i];

        if (child->pid != 0 && child->generation != generation
            && !child->is_deaf) {
            return true;
        }
    }
    return false;
}


ct_child_t *
ct_spawn_find(ct_master_t *master, pid_t pid)
{
    for (size_t i = 0; i < CT_BOARD_SLOTS; i++) {
        if (master->children[i].pid == pid) {
            return &master->children[i];
        }
    }
    return NULL;
}


void
ct_spawn_remove(ct_child_t *child)
{
    ct_loop_remove_io(child->master->loop, &child->io);
    close(child->io.fd);
    ct_scoreboard_retire(child->master->board, child->slot);
    memset(child, 0, sizeof(*child));
}

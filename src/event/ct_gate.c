/*
 * ct_gate.c -- which listening sockets a worker watches, and when not.
 *
 * Workers share a listening socket by EPOLLEXCLUSIVE: the kernel wakes one of
 * those that sleep.  Reports are by level, so a worker takes a few
 * connections, serves what it has, and is told again.
 *
 * With reuseport there is a socket for each worker id and the kernel spreads
 * connections over all of them, whether their worker lives or not: the master
 * holds them all.  So a socket whose own worker does not serve (it died and
 * waits to be replaced, or TTOU took it away) is watched by every other
 * worker of the generation until it does.  The board says who serves; it is
 * looked at ten times a second, which bounds how long a client may wait.
 * Every worker can do so because sockets are bound before it is forked, those
 * for workers to come included.
 *
 * A socket is watched when nothing speaks against it; `settle` compares that
 * with what is, and is called after each of these has changed:
 *
 *   not open     not yet, or closed for good
 *   full         as many connections as allowed; until one closes
 *   backing off  EMFILE and its like; 100, 200, 400, 500 ms, then afresh
 *   broken       the socket itself is bad; for good
 *   not ours     another worker serves this one of a reuseport listen
 *
 * Being full must end the watching at once, not at the next report: a waiter
 * that is woken exclusively and does not accept leaves the connection lying
 * while other workers sleep.
 */

#include "core/ct_config.h"

#include "event/ct_gate.h"

#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "core/ct_board.h"
#include "core/ct_cycle.h"
#include "core/ct_log.h"
#include "core/ct_module.h"
#include "core/ct_pool.h"
#include "event/ct_listen.h"
#include "event/ct_loop.h"
#include "event/ct_socket.h"

enum {
    BACKOFF_MIN_MS = 100,
    BACKOFF_MAX_MS = 500,
    FULL_CHECK_MS = 500,   /* is somebody waiting while we are full? */
    ORPHAN_CHECK_MS = 100, /* do the owners of other sockets serve? */
    LOG_GAP_MS = 60000     /* between two lines about the same trouble */
};


/* Whether a line may be written now; if so the next one is due in a minute. */
static bool
may_log(const ct_gate_t *gate, uint64_t *due_ms)
{
    const uint64_t now_ms = ct_loop_now_ms(gate->worker->loop);

    if (now_ms < *due_ms) {
        return false;
    }
    *due_ms = now_ms + LOG_GAP_MS;
    return true;
}


/*
 * Generations cover all sockets each for itself: during a reload the old and
 * the new worker of an id both accept.
 */
static bool
is_peer(const ct_board_slot_t *mine, ct_board_slot_t *slot)
{
    return atomic_load(&slot->state) == CT_SLOT_SERVING
           && atomic_load(&slot->generation) == atomic_load(&mine->generation)
           && atomic_load(&slot->master_pid) == atomic_load(&mine->master_pid);
}


/* served[id] for every worker of this generation; none without a board. */
static void
find_served(const ct_gate_t *gate, bool served[CT_BOARD_SLOTS])
{
    const ct_worker_t *worker = gate->worker;
    ct_board_t        *board = NULL;

    memset(served, 0, CT_BOARD_SLOTS * sizeof(*served));
    if (worker->cycle != NULL) {
        board = worker->cycle->board;
    }
    if (board == NULL) {
        return;
    }
    for (unsigned i = 1; i < CT_BOARD_SLOTS; i++) {
        ct_board_slot_t *slot = &board->slots[i];

        if (is_peer(worker->slot, slot)) {
            const uint32_t id = atomic_load(&slot->id);

            served[id % CT_BOARD_SLOTS] = true;
        }
    }
}


/* A worker beyond the sockets (see ct_listens_grow) shares one. */
static bool
is_own(const ct_gate_t *gate, const ct_door_t *door)
{
    return door->is_shared
           || door->owner == gate->worker->id % door->listen->nfds;
}


/*
 * Sockets that wait for more workers do not listen yet; to watch one would be
 * to hear of its hang-up for ever.  Which do changes when the master grows,
 * and only in one direction.
 */
static bool
is_listening(const ct_door_t *door)
{
    return door->io.registered
           || ct_socket_get(door->io.fd, SOL_SOCKET, SO_ACCEPTCONN);
}


static bool
is_wanted(const ct_gate_t *gate, const ct_door_t *door,
          const bool served[CT_BOARD_SLOTS])
{
    if (!gate->is_open || gate->is_full || ct_timer_is_on(&gate->backoff_timer)
        || door->is_broken) {
        return false;
    }
    if (is_own(gate, door)) {
        return true;
    }
    return !served[door->owner % CT_BOARD_SLOTS] && is_listening(door);
}


static ct_rc_t
settle(ct_gate_t *gate)
{
    bool    served[CT_BOARD_SLOTS] = { false };
    ct_rc_t rc = CT_OK;

    if (gate->has_owned) {
        find_served(gate, served);
    }
    for (size_t i = 0; i < gate->ndoors; i++) {
        ct_door_t *door = &gate->doors[i];

        if (!is_wanted(gate, door, served)) {
            ct_loop_remove_io(gate->worker->loop, &door->io);
        } else if (!door->io.registered
                   && ct_loop_add_io(gate->worker->loop, &door->io,
                                     CT_IO_READ | CT_IO_LEVEL | CT_IO_EXCLUSIVE)
                          != CT_OK) {
            rc = CT_ERROR;
        }
    }
    return rc;
}


/* Also for a door that cannot be watched now: a lack of kernel memory. */
static void
pause_all(ct_gate_t *gate)
{
    gate->backoff_ms =
        gate->backoff_ms == 0 ? BACKOFF_MIN_MS : gate->backoff_ms * 2;
    if (gate->backoff_ms > BACKOFF_MAX_MS) {
        gate->backoff_ms = BACKOFF_MAX_MS;
    }
    ct_timer_start(gate->worker->loop, &gate->backoff_timer, gate->backoff_ms);
    (void) settle(gate);
}


static void
settle_or_pause(ct_gate_t *gate)
{
    if (settle(gate) != CT_OK) {
        pause_all(gate);
    }
}


static void
end_pause(ct_timer_t *timer)
{
    settle_or_pause(timer->data);
}


static void
check_orphans(ct_timer_t *timer)
{
    ct_gate_t *gate = timer->data;

    settle_or_pause(gate);
    ct_timer_start(gate->worker->loop, timer, ORPHAN_CHECK_MS);
}


static bool
has_waiting(const ct_gate_t *gate)
{
    for (size_t i = 0; i < gate->ndoors; i++) {
        const ct_door_t *door = &gate->doors[i];
        struct pollfd    fd = { .fd = door->io.fd, .events = POLLIN };

        if (is_own(gate, door) && poll(&fd, 1, 0) == 1
            && (fd.revents & POLLIN)) {
            return true;
        }
    }
    return false;
}


/*
 * The connection stays in the backlog, where another worker may take it, or
 * this one later; "refused" is what the operator would call it.
 */
static void
note_refused(ct_gate_t *gate)
{
    if (has_waiting(gate)) {
        ct_board_count(gate->worker->slot, CT_COUNT_REFUSED, 1);
        if (may_log(gate, &gate->full_log_ms)) {
            CT_LOG(gate->worker->log, CT_LOG_WARN, 0,
                   "worker_connections are not enough");
        }
    }
    ct_timer_start(gate->worker->loop, &gate->full_timer, FULL_CHECK_MS);
}


static void
check_full(ct_timer_t *timer)
{
    note_refused(timer->data);
}


void
ct_gate_set_full(ct_gate_t *gate, bool is_full)
{
    if (!gate->is_open || gate->is_full == is_full) {
        return;
    }
    gate->is_full = is_full;
    if (is_full) {
        (void) settle(gate);
        note_refused(gate);
        return;
    }
    ct_timer_stop(gate->worker->loop, &gate->full_timer);
    settle_or_pause(gate);
}


void
ct_gate_back_off(ct_gate_t *gate, const ct_door_t *door, int err)
{
    if (may_log(gate, &gate->error_log_ms)) {
        CT_LOG(gate->worker->log, CT_LOG_CRIT, err,
               "cannot accept on %.*s, trying again in a moment",
               CT_STR_ARG(door->listen->text));
    }
    pause_all(gate);
}


void
ct_gate_give_up(ct_gate_t *gate, ct_door_t *door, int err)
{
    CT_LOG(gate->worker->log, CT_LOG_ERR, err,
           "cannot accept on %.*s, it is given up",
           CT_STR_ARG(door->listen->text));
    door->is_broken = true;
    (void) settle(gate);
}


static void
door_ready(ct_io_t *io)
{
    ct_door_t *door = io->data;

    door->gate->fn(door);
}


static void
init_doors(ct_gate_t *gate, const ct_listen_t *listen)
{
    for (unsigned i = 0; i < listen->nbound; i++) {
        ct_door_t *door = &gate->doors[gate->ndoors++];

        door->io.fd = listen->fds[i];
        door->io.fn = door_ready;
        door->io.data = door;
        door->gate = gate;
        door->listen = listen;
        door->owner = i;
        door->is_shared = !listen->reuseport;
    }
    gate->has_owned |= listen->reuseport;
}


static void
init_timer(ct_timer_t *timer, ct_timer_fn fn, ct_gate_t *gate)
{
    timer->fn = fn;
    timer->data = gate;
}


void
ct_gate_init(ct_gate_t *gate, ct_worker_t *worker, const ct_listens_t *listens,
             ct_door_fn fn, void *data)
{
    size_t n = 0;

    *gate = (ct_gate_t){ .worker = worker, .fn = fn, .data = data };
    init_timer(&gate->backoff_timer, end_pause, gate);
    init_timer(&gate->full_timer, check_full, gate);
    init_timer(&gate->orphan_timer, check_orphans, gate);

    for (size_t i = 0; i < listens->list.n; i++) {
        n += ct_listens_at(listens, i)->nbound;
    }
    gate->doors = ct_pool_zalloc(worker->pool, (n + 1) * sizeof(*gate->doors));
    for (size_t i = 0; i < listens->list.n; i++) {
        init_doors(gate, ct_listens_at(listens, i));
    }
}


ct_rc_t
ct_gate_open(ct_gate_t *gate)
{
    gate->is_open = true;
    if (gate->has_owned) {
        ct_timer_start(gate->worker->loop, &gate->orphan_timer,
                       ORPHAN_CHECK_MS);
    }
    return settle(gate);
}


/*
 * Connections in the backlog are not ours to take: the descriptors of the
 * master and of the other workers keep them.
 */
void
ct_gate_close(ct_gate_t *gate)
{
    ct_loop_t *loop = gate->worker->loop;

    gate->is_open = false;
    ct_timer_stop(loop, &gate->backoff_timer);
    ct_timer_stop(loop, &gate->full_timer);
    ct_timer_stop(loop, &gate->orphan_timer);
    for (size_t i = 0; i < gate->ndoors; i++) {
        ct_loop_remove_io(loop, &gate->doors[i].io);
        close(gate->doors[i].io.fd);
        gate->doors[i].io.fd = -1;
    }
    gate->ndoors = 0;
}

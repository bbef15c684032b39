/*
 * ct_intake.c -- taking connections that other workers have given away.
 *
 * state    | event                         | function       | next
 * ---------+-------------------------------+----------------+---------
 * watching | a record lies there           | take_some      | watching
 * watching | so it does, and we have more  | on_waiting     | yielding
 *          | than our share, or no room    |                |
 * watching | we give some ourselves        | ct_intake_wait | yielding
 * yielding | its time is over              | on_timer       | watching
 * watching | a record is not for us        | pause_for      | paused
 * paused   | its time is over              | on_timer       | watching
 * any      | the worker leaves             | ct_intake_end  | ended
 *
 * All workers that watch wake for a record: they are rare, and who takes only
 * a few at a time leaves some to the others.  Who has more than its share lets
 * the others go first, but not for long: a client may wait for its reply, and
 * even shares are not worth that.  Nor is worker_connections: new clients may
 * have filled all workers that serve while the old ones still served theirs,
 * and whoever lies in the queue was let in long ago.
 *
 * A record that this worker does not know what to do with goes back into the
 * queue: two masters may serve, each with a configuration of its own.
 */

#include "core/ct_config.h"

#include "event/ct_intake.h"

#include <string.h>
#include <unistd.h>

#include "core/ct_board.h"
#include "core/ct_buf.h"
#include "core/ct_cycle.h"
#include "core/ct_log.h"
#include "core/ct_module.h"
#include "core/ct_pool.h"
#include "event/ct_accept.h"
#include "event/ct_handoff.h"
#include "event/ct_handoff_record.h"
#include "event/ct_listen.h"
#include "event/ct_loop.h"
#include "event/ct_offered.h"
#include "event/ct_share.h"

enum {
    BATCH = 8, /* records per wake-up: a taken one costs what an accept does */

    WATCHING_MS = 250, /* how often it looks whether it watches */
    RETRY_MS = 50,     /* without memory or descriptors */
    BOUNCED_MS = 5,    /* in which others take what is not for us */
    YIELD_MS = 4,      /* that a record waits for somebody with less */
    GIVEN_MS = 20,     /* that what we have given does */

    /* After so many workers did not know its listen, nobody does. */
    MAX_BOUNCES = 32
};


static void
settle(ct_intake_t *intake)
{
    ct_loop_t *loop = intake->worker->loop;

    if (intake->is_ended || intake->paused) {
        ct_loop_remove_io(loop, &intake->io);
        return;
    }
    if (!intake->io.registered
        && ct_loop_add_io(loop, &intake->io, CT_IO_READ | CT_IO_LEVEL)
               != CT_OK) {
        intake->paused = true;
    }
}


/* Takes nothing for so long. */
static void
pause_for(ct_intake_t *intake, uint64_t delay_ms)
{
    intake->paused = true;
    intake->yields = false;
    settle(intake);
    ct_timer_start(intake->worker->loop, &intake->timer, delay_ms);
}


/* The same, so that others take what lies there. */
static void
yield_for(ct_intake_t *intake, uint64_t delay_ms)
{
    pause_for(intake, delay_ms);
    intake->yields = true;
}


void
ct_intake_wait(ct_intake_t *intake)
{
    yield_for(intake, GIVEN_MS);
}


static bool
is_over(const ct_intake_t *intake)
{
    const ct_cycle_t *cycle = intake->worker->cycle;
    ct_share_t        share;

    ct_share_read(&share, cycle != NULL ? cycle->board : NULL,
                  intake->worker->slot);
    return intake->conf.rebalances && ct_share_is_over(&share);
}


/* It was taken, and cannot be kept: the one end that nobody wishes for. */
static void
drop(ct_intake_t *intake, int fd, const char *c_why)
{
    ct_board_slot_t *slot = intake->worker->slot;

    CT_LOG(intake->worker->log, CT_LOG_ERR, 0,
           "a connection handed over is closed: %s", c_why);
    ct_board_count(slot, CT_COUNT_TAKEN_OVER, 1);
    ct_board_count(slot, CT_COUNT_CLOSED, 1);
    close(fd);
}


/* Somebody else may know it, or have memory. */
static void
bounce(ct_intake_t *intake, ct_handoff_record_t *record, int fd)
{
    record->nbounces++;
    if (record->nbounces > MAX_BOUNCES) {
        drop(intake, fd, "no worker has its listen");
        return;
    }
    if (ct_handoff_send_record(intake->conf.handoff, record, intake->out, fd)
        != CT_OK) {
        drop(intake, fd, "its listen is unknown here, and the queue is full");
        return;
    }
    close(fd);
    if (!intake->is_ended) {
        pause_for(intake, BOUNCED_MS);
    }
}


static void
adopt(ct_intake_t *intake, size_t len, int fd)
{
    ct_handoff_record_t record;
    const ct_listen_t  *listen;

    if (ct_handoff_record_read(intake->in, len, &record) != CT_OK) {
        drop(intake, fd, "its record cannot be read");
        return;
    }
    listen = ct_offered_find(intake->conf.listens, record.listen);
    if (listen == NULL || listen->on_adopt == NULL
        || ct_acceptor_adopt(intake->acceptor, listen, &record, fd) != CT_OK) {
        bounce(intake, &record, fd);
    }
}


static bool
has_room(ct_intake_t *intake)
{
    if (intake->in == NULL) {
        intake->in =
            ct_pool_try_alloc(intake->worker->pool, CT_HANDOFF_RECORD_MAX);
    }
    return intake->in != NULL;
}


/* CT_OK: one is out of the queue; CT_AGAIN: none is there; CT_ERROR: it is
 * there, and cannot be taken now. */
static ct_rc_t
take_one(ct_intake_t *intake)
{
    size_t  len = 0;
    int     fd = -1;
    ct_rc_t rc;

    if (!has_room(intake)) {
        return CT_ERROR;
    }
    rc = ct_handoff_recv(intake->conf.handoff, intake->in,
                         CT_HANDOFF_RECORD_MAX, &len, &fd);
    if (rc == CT_DECLINED) {
        CT_LOG(intake->worker->log, CT_LOG_ERR, 0,
               "a broken hand-over record is dropped");
        return CT_OK;
    }
    if (rc == CT_OK) {
        adopt(intake, len, fd);
    }
    return rc;
}


/* `must`: nobody else has, so there is room or none. */
static void
take_some(ct_intake_t *intake, bool must)
{
    ct_rc_t rc = CT_OK;

    for (int i = 0; rc == CT_OK && i < BATCH; i++) {
        if (intake->paused || (intake->is_full && !must)) {
            return;
        }
        rc = take_one(intake);
    }
    if (rc == CT_ERROR) {
        pause_for(intake, RETRY_MS);
    }
}


static void
on_waiting(ct_io_t *io)
{
    ct_intake_t *intake = io->data;

    if (intake->is_full || is_over(intake)) {
        yield_for(intake, YIELD_MS);
        return;
    }
    take_some(intake, false);
}


/* What still lies there was left to each other by all. */
static void
on_timer(ct_timer_t *timer)
{
    ct_intake_t *intake = timer->data;
    const bool   had_yielded = intake->yields;

    intake->paused = false;
    intake->yields = false;
    ct_timer_start(intake->worker->loop, &intake->timer, WATCHING_MS);
    if (had_yielded) {
        take_some(intake, true);
    }
    settle(intake);
}


void
ct_intake_init(ct_intake_t *intake, ct_worker_t *worker,
               ct_acceptor_t *acceptor, const ct_mover_conf_t *conf,
               ct_buf_t *out)
{
    *intake = (ct_intake_t){ .worker = worker,
                             .acceptor = acceptor,
                             .conf = *conf,
                             .out = out };
    intake->io.fd = conf->handoff->take_fd;
    intake->io.fn = on_waiting;
    intake->io.data = intake;
    intake->timer.fn = on_timer;
    intake->timer.data = intake;
}


void
ct_intake_start(ct_intake_t *intake)
{
    settle(intake);
    ct_timer_start(intake->worker->loop, &intake->timer, WATCHING_MS);
}


void
ct_intake_set_full(ct_intake_t *intake, bool is_full)
{
    intake->is_full = is_full;
}


void
ct_intake_end(ct_intake_t *intake)
{
    intake->is_ended = true;
    settle(intake);
    ct_timer_stop(intake->worker->loop, &intake->timer);
}


void
ct_intake_take_all(ct_intake_t *intake)
{
    while (take_one(intake) == CT_OK) {
    }
}

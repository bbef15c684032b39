/*
 * ct_statsd.c -- the master sends figures to statsd.
 *
 * state of the board     | event                  | function | next
 * -----------------------+------------------------+----------+--------------
 * nobody sends           | a master begins, ticks | lead     | it sends
 * one sends              | another begins, ticks  | lead     | unchanged
 * one sends              | it stops, or has died  | lead     | another sends
 *
 * The receiver is reached by a connected socket of datagrams: so a port where
 * nobody listens is told of, at once on this machine, and what was sent to it
 * counts as not sent.  What gets lost on the way does not: UDP knows nothing
 * of it, and sending it again might count it twice.
 */

#include "core/ct_config.h"

#include "process/ct_statsd.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/ct_board_sum.h"
#include "core/ct_clock.h"
#include "core/ct_cycle.h"
#include "core/ct_file.h"
#include "core/ct_log.h"
#include "core/ct_pool.h"
#include "event/ct_backlog.h"
#include "event/ct_event_module.h"
#include "event/ct_listen.h"
#include "process/ct_alive.h"
#include "process/ct_batch.h"
#include "process/ct_core_module.h"
#include "process/ct_master.h"
#include "process/ct_teller.h"

/* One line in that time about a receiver that does not receive. */
#define TELL_MS 60000

/* A socket that has failed is made anew, once for each datagram. */
#define TRIES 2


void
ct_statsd_init(ct_statsd_t *statsd)
{
    memset(statsd, 0, sizeof(*statsd));
    statsd->fd = -1;
}


void
ct_statsd_forget(ct_statsd_t *statsd)
{
    if (statsd->fd != -1) {
        close(statsd->fd);
        statsd->fd = -1;
    }
}


static const ct_statsd_conf_t *
conf_of(const ct_master_t *master)
{
    return &ct_core_conf(master->cycle)->statsd;
}


/* CT_ERROR: errno is set, and there is no socket. */
static ct_rc_t
open_socket(ct_statsd_t *statsd, const ct_addr_t *addr)
{
    int saved_errno;

    statsd->fd = socket(addr->sa.any.sa_family, SOCK_DGRAM, 0);
    if (statsd->fd == -1) {
        return CT_ERROR;
    }
    if (ct_file_set_nonblocking(statsd->fd, true) == CT_OK
        && ct_file_set_cloexec(statsd->fd, true) == CT_OK
        && connect(statsd->fd, &addr->sa.any, addr->len) == 0) {
        return CT_OK;
    }
    saved_errno = errno;
    ct_statsd_forget(statsd);
    errno = saved_errno;
    return CT_ERROR;
}


/* 0, or the errno of why it has not gone. */
static int
try_to_send(int fd, const char *bytes, size_t len)
{
    socklen_t size = sizeof(int);
    int       err = 0;
    ssize_t   n;

    do {
        n = send(fd, bytes, len, MSG_DONTWAIT | MSG_NOSIGNAL);
    } while (n == -1 && errno == EINTR);
    if (n == -1) {
        return errno;
    }
    /* On this machine a refusal is here before send(2) has returned. */
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &size) == -1) {
        return errno;
    }
    return err;
}


/* Whether the receiver is there and only cannot follow. */
static bool
is_full(int err)
{
    return err == EAGAIN || err == EWOULDBLOCK || err == ENOBUFS;
}


static ct_rc_t
send_datagram(void *data, const char *bytes, size_t len)
{
    ct_master_t            *master = data;
    ct_statsd_t            *statsd = &master->statsd;
    const ct_statsd_conf_t *conf = conf_of(master);

    for (int i = 0; i < TRIES; i++) {
        if (statsd->fd == -1 && open_socket(statsd, &conf->addr) != CT_OK) {
            statsd->err = errno;
            break;
        }
        statsd->err = try_to_send(statsd->fd, bytes, len);
        if (statsd->err == 0) {
            return CT_OK;
        }
        if (is_full(statsd->err)) {
            break;
        }
        /* The receiver may be another one by now, at the same path; or the
         * error is about a datagram that was sent before. */
        ct_statsd_forget(statsd);
    }
    statsd->nfailed++;
    return CT_ERROR;
}


/* Once a minute, and once when all is well again. */
static void
complain(ct_master_t *master)
{
    ct_statsd_t   *statsd = &master->statsd;
    const uint64_t now_ms = ct_clock_ms();

    if (statsd->nfailed == 0
        || (statsd->told_ms != 0 && now_ms - statsd->told_ms < TELL_MS)) {
        return;
    }
    CT_LOG(&master->log, CT_LOG_WARN, statsd->err,
           "statsd: '%.*s' has not received %llu datagrams, their figures "
           "are kept",
           CT_STR_ARG(conf_of(master)->text),
           (unsigned long long) statsd->nfailed);
    statsd->told_ms = now_ms;
    statsd->nfailed = 0;
}


static void
tell_backlog(const ct_master_t *master, const ct_teller_t *teller)
{
    const ct_listens_t *listens = ct_event_listens(master->cycle);
    uint64_t            waiting = 0;
    bool                is_known = false;

    for (size_t i = 0; i < listens->list.n; i++) {
        const ct_listen_t *listen = ct_listens_at(listens, i);
        ct_backlog_t       backlog;

        /* A master that quits has closed them: another may have them open. */
        if (listen->nfds > 0
            && ct_backlog_read_listen(listen, &backlog) == CT_OK) {
            waiting += backlog.waiting;
            is_known = true;
        }
    }
    if (is_known) {
        ct_teller_gauge(teller, "backlog", waiting);
    }
}


static unsigned
kinds_of(const ct_statsd_conf_t *conf)
{
    return ct_teller_kinds(conf->style.is_tagged, conf->by_method);
}


/*
 * Whether this master is the one that sends.  It becomes so if nobody is, and
 * goes on where the last one stopped; but what was counted in between without
 * any is left out, or the first figure would be of hours.
 */
static bool
lead(ct_master_t *master)
{
    ct_statsd_t     *statsd = &master->statsd;
    ct_board_sent_t *sent = &master->board->sent;
    const int32_t    self = (int32_t) getpid();
    int32_t          sender = atomic_load(&sent->pid);

    if (sender == self) {
        return true;
    }
    if ((sender != 0 && ct_alive(sender))
        || !atomic_compare_exchange_strong(&sent->pid, &sender, self)) {
        return false;
    }
    if (statsd->has_rested) {
        atomic_store(&sent->kinds, 0);
        statsd->has_rested = false;
    }
    ct_board_sum(master->board, statsd->totals);
    ct_teller_keep(master->board, statsd->totals, kinds_of(conf_of(master)));
    return true;
}


/* Everything that has come since the last time. */
static void
report(ct_master_t *master)
{
    const ct_statsd_conf_t *conf = conf_of(master);
    ct_statsd_t            *statsd = &master->statsd;
    const ct_teller_t       teller = {
              .board = master->board,
              .totals = statsd->totals,
              .style = &conf->style,
              .kinds = kinds_of(conf),
              .batch = statsd->batch,
    };

    if (!lead(master) || !conf->is_found) {
        return;
    }
    ct_board_sum(master->board, statsd->totals);
    ct_batch_init(statsd->batch, conf->max_packet, send_datagram, master);
    ct_teller_tell(&teller);
    tell_backlog(master, &teller);
    ct_batch_flush(statsd->batch);
    complain(master);
}


static void
on_timer(ct_timer_t *timer)
{
    ct_master_t *master = timer->data;

    ct_timer_start(master->loop, timer, conf_of(master)->interval_ms);
    report(master);
}


void
ct_statsd_start(ct_master_t *master)
{
    ct_statsd_t            *statsd = &master->statsd;
    const ct_statsd_conf_t *conf = conf_of(master);

    if (!conf->is_set) {
        statsd->has_rested = true;
        return;
    }
    statsd->is_on = true;
    statsd->nfailed = 0;
    statsd->told_ms = 0;
    statsd->pool = ct_pool_create(4096);
    statsd->totals = ct_pool_alloc(statsd->pool, sizeof(*statsd->totals));
    statsd->batch = ct_pool_alloc(statsd->pool, sizeof(*statsd->batch));
    statsd->timer.fn = on_timer;
    statsd->timer.data = master;
    ct_timer_start(master->loop, &statsd->timer, conf->interval_ms);
    (void) lead(master);
    if (conf->is_found) {
        /* If it fails now, the first datagram will tell. */
        (void) open_socket(statsd, &conf->addr);
    }
}


void
ct_statsd_stop(ct_master_t *master)
{
    ct_statsd_t *statsd = &master->statsd;
    int32_t      self = (int32_t) getpid();

    if (!statsd->is_on) {
        return;
    }
    report(master);
    (void) atomic_compare_exchange_strong(&master->board->sent.pid, &self, 0);
    ct_timer_stop(master->loop, &statsd->timer);
    ct_statsd_forget(statsd);
    ct_pool_destroy(statsd->pool);
    statsd->pool = NULL;
    statsd->totals = NULL;
    statsd->batch = NULL;
    statsd->is_on = false;
}

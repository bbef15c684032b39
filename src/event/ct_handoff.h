/*
 * ct_handoff.h -- the queue through which connections move between workers.
 *
 * One pair of sockets, made by the first master and inherited by every worker
 * of every generation, also over an upgrade.  Who gives a connection away
 * sends a record with the descriptor on one end; whoever serves takes it from
 * the other.  The queue is the kernel's: what lies in it survives the death of
 * any worker, and the master's copies keep it open.
 *
 * Each message is one record and one descriptor.
 */

#ifndef CT_HANDOFF_H
#define CT_HANDOFF_H

#include "core/ct_config.h"

#include "core/ct_rc.h"

typedef struct ct_buf_s            ct_buf_t;
typedef struct ct_handoff_record_s ct_handoff_record_t;
typedef struct ct_log_s            ct_log_t;

/* Both are -1 where there is no queue. */
typedef struct ct_handoff_s {
    int give_fd;
    int take_fd;
} ct_handoff_t;

/* No queue. */
void ct_handoff_init(ct_handoff_t *handoff);

/*
 * A new queue, close-on-exec and never blocking.  CT_ERROR, logged: this
 * system has none; the server works without, as `hand_over off` says.
 */
ct_rc_t ct_handoff_create(ct_handoff_t *handoff, ct_log_t *log);

/* Takes over the ends that an older binary has passed on. */
void ct_handoff_adopt(ct_handoff_t *handoff, int give_fd, int take_fd);

/* Clears close-on-exec just before exec. */
void ct_handoff_keep_over_exec(const ct_handoff_t *handoff);

/* Closes this process's copies. */
void ct_handoff_release(ct_handoff_t *handoff);

/*
 * Gives `fd`, which stays the caller's to close.  CT_AGAIN: the queue is full
 * now; CT_DECLINED: it cannot be sent at all (errno says why, EMSGSIZE as a
 * rule).  Nothing is logged.
 */
ct_rc_t ct_handoff_send(const ct_handoff_t *handoff, const void *data,
                        size_t len, int fd);

/*
 * The same for a record, which is written into `scratch`; CT_DECLINED also when
 * there is no memory, or the record is too long.
 */
ct_rc_t ct_handoff_send_record(const ct_handoff_t        *handoff,
                               const ct_handoff_record_t *record,
                               ct_buf_t *scratch, int fd);

/*
 * Takes one: *len bytes of a record, and *fd, close-on-exec and the caller's.
 * CT_AGAIN: there is none; CT_ERROR: there is no descriptor to take it with
 * (errno), it stays in the queue; CT_DECLINED: what came was no whole message
 * and is gone.
 */
ct_rc_t ct_handoff_recv(const ct_handoff_t *handoff, void *data, size_t size,
                        size_t *len, int *fd);

/* Whether one waits to be taken. */
bool ct_handoff_is_waiting(const ct_handoff_t *handoff);

#endif /* CT_HANDOFF_H */

/*
 * ct_control.h -- the master's side of `cthrift -s WORD`.
 *
 * A unix socket for the master's user and root alone.  A client sends one
 * line; it is answered with lines of text, the last of which is "ok" or
 * "failed: WHY", and the connection is closed.  What a word means stands
 * above (ct_words.c); here is only the conversation.
 *
 * A client that does not end its line, or does not read its answer, is dropped
 * after a while: there is room for a few only.
 */

#ifndef CT_CONTROL_H
#define CT_CONTROL_H

#include "core/ct_config.h"

#include "core/ct_buf.h"
#include "core/ct_log.h"
#include "core/ct_rc.h"
#include "core/ct_str.h"
#include "event/ct_event.h"
#include "event/ct_timer.h"
#include "process/ct_control_file.h"

typedef struct ct_control_s        ct_control_t;
typedef struct ct_control_client_s ct_control_client_t;
typedef struct ct_loop_s           ct_loop_t;

/* At one time; each is a person or a script. */
#define CT_CONTROL_CLIENTS 16

/* Longest request, its newline included. */
#define CT_CONTROL_LINE 512

/* How long a client may take to send its line, and to read what we wrote. */
#define CT_CONTROL_PATIENCE_MS 5000

/* What a client waits for after its word was taken. */
typedef enum ct_control_wait_e {
    CT_WAITS_FOR_NOTHING,
    CT_WAITS_FOR_RELOAD,
    CT_WAITS_FOR_UPGRADE,
} ct_control_wait_t;

/* Called with the request, without its newline; answers now or later. */
typedef void (*ct_control_fn)(ct_control_client_t *client, ct_str_t request,
                              void *data);

/* A client that waits has gone away: forget it.  `task` is the client's. */
typedef void (*ct_control_gone_fn)(void *task);

/*
 * Invariants: fd is -1 while the place is free; the timer is on as long as
 * the client is expected to do something.
 */
struct ct_control_client_s {
    ct_io_t           io;
    ct_timer_t        timer;
    ct_control_t     *control;
    ct_control_wait_t waits;
    uint64_t          ticket; /* of the reload it waits for */
    ct_buf_t          out;
    char              line[CT_CONTROL_LINE];
    size_t            len;
    bool              is_taken;    /* its line was handed on */
    bool              is_answered; /* closed when `out` is empty */

    /* What is under way for this client alone, or NULL. */
    void              *task;
    ct_control_gone_fn on_gone;
};

struct ct_control_s {
    ct_io_t             io;
    ct_loop_t          *loop;
    ct_log_t           *log;
    ct_control_fn       fn;
    void               *data;
    ct_control_file_t   file; /* of the socket, while it listens */
    ct_control_client_t clients[CT_CONTROL_CLIENTS];
};

/* Nothing is open yet; `log` must outlive it. */
void ct_control_init(ct_control_t *control, ct_control_fn fn, void *data);

/*
 * Listens at `c_path`, replacing what a dead one left there; where it listens
 * already it moves, and its clients stay.  CT_ERROR, logged with `level`:
 * somebody else listens there, or it is no place for a socket; all is as it
 * was.
 */
ct_rc_t ct_control_open(ct_control_t *control, const char *c_path,
                        ct_loop_t *loop, ct_log_t *log, ct_log_level_t level);

/* Closes everything, clients too; a file that is not ours any more stays. */
void ct_control_close(ct_control_t *control);

/* Listens no more, removes the file; the clients stay. */
void ct_control_shut(ct_control_t *control);

/* Only the descriptors, in a child of the master. */
void ct_control_forget(ct_control_t *control);

/* A line more of the answer; the newline is added. */
void ct_control_say(ct_control_client_t *client, const char *fmt, ...)
    CT_PRINTF(2, 3);

/* Text as it is. */
void ct_control_write(ct_control_client_t *client, ct_str_t text);

/* The last line: "ok", or "failed: " and `c_why` if that is not NULL. */
void ct_control_answer(ct_control_client_t *client, const char *c_why);

/* Answers all that wait for `what` with a ticket up to `ticket`. */
void ct_control_answer_all(ct_control_t *control, ct_control_wait_t what,
                           uint64_t ticket, const char *c_why);

#endif /* CT_CONTROL_H */

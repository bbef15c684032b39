/*
 * ct_channel.h -- the line between the master and one worker.
 *
 * A socket pair; each word is one byte, and a descriptor may go with it.  The
 * end of the line tells either
 * side that the other is gone: no other process holds its ends open.
 */

#ifndef CT_CHANNEL_H
#define CT_CHANNEL_H

#include "core/ct_config.h"

#include "core/ct_rc.h"

typedef struct ct_log_s ct_log_t;

typedef enum ct_channel_word_e {
    CT_WORD_READY = 'R',  /* worker: it serves */
    CT_WORD_DEAF = 'D',   /* worker: it leaves, and accepts no more */
    CT_WORD_TIRED = 'T',  /* worker: it has served for long enough */
    CT_WORD_LEAVE = 'L',  /* master: leave, others stay */
    CT_WORD_QUIT = 'Q',   /* master: leave, the server ends */
    CT_WORD_CENSUS = 'C', /* master: list your connections, with a socket */
} ct_channel_word_t;

/* fds[0] is the master's, fds[1] the worker's; non-blocking, close-on-exec. */
ct_rc_t ct_channel_create(int fds[2], ct_log_t *log);

/* One word; what cannot be said now is dropped: the other side is broken. */
void ct_channel_say(int fd, ct_channel_word_t word);

/*
 * A word and a copy of a descriptor, which stays the caller's.  CT_ERROR, not
 * logged: it could not be said.
 */
ct_rc_t ct_channel_pass(int fd, ct_channel_word_t word, int passed);

/*
 * The next word, and the descriptor that came with it, the caller's to close,
 * or -1.  CT_AGAIN: none now; CT_DECLINED: the other side is gone.  A byte that
 * is no word is given as it is.
 */
ct_rc_t ct_channel_hear(int fd, int *word, int *passed);

#endif /* CT_CHANNEL_H */

/*
 * ct_naive_client.h -- one naive client: a connection that is kept, and never
 * made anew.
 *
 * It believes what it is told: the first error, the end of its connection or a
 * byte that is not due is its own end, and is written down.
 */

#ifndef CT_NAIVE_CLIENT_H
#define CT_NAIVE_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ct_histogram.h"
#include "ct_naive_conf.h"

/* Calls that a client may have under way. */
#define CT_NAIVE_DEPTH 4

/* How a client calls. */
typedef enum {
    CT_NAIVE_QUIET,  /* once in a while, every fourth time a slow method */
    CT_NAIVE_STEADY, /* one call after the other */
    CT_NAIVE_SLOW,   /* so too, every fourth a slow method */
    CT_NAIVE_TORN,   /* so too, each message in two parts */
    CT_NAIVE_PIPED,  /* with several under way, some of them slow */
} ct_naive_habit_e;

/*
 * What all clients share: how long replies took, and what went wrong, since
 * the phase began.  `now_ns` is the time of this turn.
 */
typedef struct {
    const ct_naive_conf_t *conf;
    int                    epoll_fd;
    bool                   stopping;
    uint64_t               now_ns;
    ct_histogram_t         took_ns;
    uint64_t               longest_ns;
    uint64_t               ndisconnects; /* clients that lost theirs */
    uint64_t               nlost;        /* calls under way on those */
    uint64_t               nwrong;       /* replies that were not due */
    uint64_t               ntold;        /* of all these, since the start */
    uint8_t               *due;          /* room for the reply that is due */
    char                  *text;         /* and for the text in it */
} ct_naive_t;

/*
 * Calls have numbers; from `taken` to `begun` they are under way, at most
 * CT_NAIVE_DEPTH of them.  `act_ns` is when the client does something of its
 * own accord, 0 while it waits.  fd == -1 once it has ended.
 */
typedef struct {
    ct_naive_t        *naive;
    int                fd;
    uint32_t           index;
    ct_naive_dialect_e dialect;
    ct_naive_habit_e   habit;
    uint32_t           begun;
    uint32_t           taken;
    uint64_t           act_ns;
    uint64_t           answered_ns;
    uint64_t           started_ns[CT_NAIVE_DEPTH];
    bool               waits_for_room;
    uint8_t           *out; /* out_sent <= out_len; part of it until out_cut */
    size_t             out_len;
    size_t             out_sent;
    size_t             out_cut; /* 0: all may go */
    uint8_t           *in;
    size_t             in_len;
} ct_naive_client_t;

/* Room for one message. */
size_t ct_naive_message_size(void);

/* The client of that index; connects, which may block.  False: told why. */
bool ct_naive_client_init(ct_naive_client_t *client, ct_naive_t *naive,
                          uint32_t index);
void ct_naive_client_release(ct_naive_client_t *client);

/* Does what is due at now_ns, where act_ns says so. */
void ct_naive_client_act(ct_naive_client_t *client);

/* The socket has something (`events` are epoll's). */
void ct_naive_client_ready(ct_naive_client_t *client, uint32_t events);

/*
 * For how long the oldest call waits beyond the time that its method takes;
 * 0 where none is under way.
 */
uint64_t ct_naive_client_waits_ns(const ct_naive_client_t *client);

/* Ends it, with the reason told and its calls counted as lost. */
void ct_naive_client_lose(ct_naive_client_t *client, const char *reason);

#endif

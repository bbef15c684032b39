/*
 * ct_offered.h -- what the configuration that serves offers, and where.
 *
 * A connection may only move to a worker that serves what it was served so
 * far.  A leaving worker knows its own configuration; that of its successors
 * is summed up on the scoreboard: one number for each listen, and for each
 * service at it.  The master writes them before it tells anybody to leave.
 */

#ifndef CT_OFFERED_H
#define CT_OFFERED_H

#include "core/ct_config.h"

#include "core/ct_str.h"

typedef struct ct_board_s   ct_board_t;
typedef struct ct_listen_s  ct_listen_t;
typedef struct ct_listens_s ct_listens_t;

/* Room for a listen's name. */
#define CT_OFFERED_NAME_SIZE 160

/*
 * What a listen is known by in every configuration: its address, and whether
 * it takes nothing but TLS.  Gives back a slice of `out`.
 */
ct_str_t ct_offered_name(const ct_listen_t *listen,
                         char               out[CT_OFFERED_NAME_SIZE]);

/* The listen of that name, or NULL. */
const ct_listen_t *ct_offered_find(const ct_listens_t *listens, ct_str_t name);

/* Master only: these serve from now on. */
void ct_offered_publish(ct_board_t *board, const ct_listens_t *listens);

/*
 * Master only: workers with either of two configurations serve, so only what
 * both offer may move.
 */
void ct_offered_publish_common(ct_board_t *board, const ct_listens_t *listens,
                               const ct_listens_t *others);

/* Whether all that the listen offers was published last. */
bool ct_offered_has(const ct_board_t *board, const ct_listen_t *listen);

#endif /* CT_OFFERED_H */

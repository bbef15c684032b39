/*
 * ct_watch.h -- `watch on`: a reload when a file of the configuration changes.
 */

#ifndef CT_WATCH_H
#define CT_WATCH_H

#include "core/ct_config.h"

#include "core/ct_array.h"
#include "event/ct_event.h"
#include "event/ct_timer.h"

typedef struct ct_master_s ct_master_t;
typedef struct ct_pool_s   ct_pool_t;

typedef enum ct_watch_mode_e {
    CT_WATCH_OFF,
    CT_WATCH_ON,   /* told by the kernel, where it can */
    CT_WATCH_POLL, /* by looking, for file systems that tell nothing */
} ct_watch_mode_t;

/* So many files may be written at once; of more it is not known. */
#define CT_WATCH_WRITTEN 16
#define CT_WATCH_NAME    256

typedef struct ct_watch_s {
    ct_pool_t *pool;  /* of the lists; NULL: nothing is watched */
    ct_array_t files; /* of ct_file_stamp_t: as they were when they were read */
    ct_array_t dirs;  /* of their directories */
    ct_io_t    io;    /* fd -1: the kernel does not tell */
    ct_timer_t quiet; /* on: something has happened, and may go on */
    ct_timer_t poll;
    uint64_t   seen;   /* what the last look has found; 0: no change */
    unsigned   nwaits; /* quiet times spent on files being written */
    char       written[CT_WATCH_WRITTEN][CT_WATCH_NAME];
} ct_watch_t;

/* Nothing is watched. */
void ct_watch_init(ct_watch_t *watch);

/*
 * Watches what the cycle that serves was read from, if its configuration says
 * so; to be called whenever that is another one.
 */
void ct_watch_follow(ct_master_t *master);

/* Gives everything back. */
void ct_watch_release(ct_master_t *master);

/* Closes what only the master needs, in its child. */
void ct_watch_forget(ct_watch_t *watch);

#endif /* CT_WATCH_H */

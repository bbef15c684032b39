/*
 * ct_command.h -- `cthrift -s WORD`: telling a running server.
 */

#ifndef CT_COMMAND_H
#define CT_COMMAND_H

#include "core/ct_config.h"

#include "core/ct_rc.h"
#include "core/ct_str.h"

#include <limits.h>

typedef struct ct_buf_s     ct_buf_t;
typedef struct ct_cycle_s   ct_cycle_t;
typedef struct ct_options_s ct_options_t;

/* What the process ends with; as documented. */
enum {
    CT_COMMAND_DONE = 0,
    CT_COMMAND_FAILED = 1,    /* the server refused, or it went wrong */
    CT_COMMAND_MISTAKE = 2,   /* there is no such word */
    CT_COMMAND_NO_SERVER = 3, /* nobody to tell */
};

/* Where a server is to be found, if it runs; an empty path is none. */
typedef struct ct_server_place_s {
    ct_str_t pid;               /* the path of its pid file; a NUL follows */
    char     control[PATH_MAX]; /* of its socket, as configured */
    char     beside[PATH_MAX];  /* and where it would be by itself */
} ct_server_place_t;

/*
 * Sends the word of the options and waits for the answer, which is printed.
 * Gives back the exit code of the process; the reason was printed unless it is
 * 0.
 */
int ct_command_run(const ct_options_t *options);

/*
 * Where the server of this configuration is.  It lives as long as the cycle,
 * which has no modules.
 */
void ct_command_find(ct_cycle_t *cycle, const ct_options_t *options,
                     ct_server_place_t *place);

/* A connection to its control socket, or -1. */
int ct_command_connect(const ct_server_place_t *place);

/*
 * Sends a line and appends all that the server says, its last line included.
 * CT_ERROR: it cannot be read.
 */
ct_rc_t ct_command_ask(int fd, ct_str_t line, bool as_json, ct_buf_t *answer);

#endif /* CT_COMMAND_H */

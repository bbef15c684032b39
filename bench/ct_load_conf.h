/*
 * ct_load_conf.h -- what a generator of load is asked to do.
 */

#ifndef CT_LOAD_CONF_H
#define CT_LOAD_CONF_H

#include <stdbool.h>
#include <stddef.h>

#include "ct_address.h"

/*
 * 1 <= depth <= 1024 calls under way on each of 1 to 10000 connections, for at
 * most 60 seconds.  depth == 1 where each call has its own connection.
 */
typedef struct {
    ct_address_t address;
    const char  *kind; /* ping or echo:N, not yet checked */
    size_t       nconns;
    size_t       depth;
    double       seconds;
    bool         framed;
    bool         new_conn;
} ct_load_conf_t;

/* Reads the command line, or says what is wrong with it and exits. */
void ct_load_conf_read(int argc, char **argv, ct_load_conf_t *conf);

#endif

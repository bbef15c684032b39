/*
 * ct_naive_conf.h -- what the naive clients are asked to do.
 */

#ifndef CT_NAIVE_CONF_H
#define CT_NAIVE_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ct_address.h"
#include "ct_naive_wire.h"

#define CT_NAIVE_MAX_ADDRESSES 8

/*
 * 1 <= nclients <= 20000, of `ndialects` and `naddresses` in turn.  Half of
 * them call once in `period_ms`; with `quiet` all do.  The others call
 * without a pause, or with one of `pause_us`.  A reply may take `patience_s`;
 * one that takes over `tell_ms`, if that is not 0, is told of.  All is over
 * after `seconds`.
 */
typedef struct {
    size_t             nclients;
    size_t             naddresses;
    ct_address_t       addresses[CT_NAIVE_MAX_ADDRESSES];
    size_t             ndialects;
    ct_naive_dialect_e dialects[CT_NAIVE_NDIALECTS];
    bool               quiet;
    int32_t            delay_ms; /* of a slow call */
    uint32_t           period_ms;
    uint32_t           pause_us;
    uint32_t           patience_s;
    uint32_t           tell_ms;
    uint32_t           seconds;
} ct_naive_conf_t;

/* Reads the command line, or says what is wrong with it and exits. */
void ct_naive_conf_read(int argc, char **argv, ct_naive_conf_t *conf);

#endif

/*
 * checks.h -- every method of ThriftTest and SecondService, by Apache's
 * library for C.
 *
 * A run is a connection's clients and what has gone wrong.  Each check is
 * true, or false with `failure` saying why.
 */

#ifndef CHECKS_H
#define CHECKS_H

#include <stdbool.h>

#include <thrift/c_glib/protocol/thrift_protocol.h>

#include "t_test_second_service.h"
#include "t_test_thrift_test.h"

typedef struct {
    TTestThriftTestIf *client;

    /* SecondService on the same connection; NULL where not multiplexed. */
    TTestSecondServiceIf *second;

    /* SecondService's methods, asked of ThriftTest, which has none of them. */
    TTestSecondServiceIf *stranger;

    /* The longest string and binary, in bytes. */
    gsize most;

    char failure[400];
} run_t;

/* Calls everything and looks at what comes back. */
bool check_everything(run_t *run);

/* The part of it that is in failures.c: exceptions, calls without a reply. */
bool check_failures(run_t *run);

/* false, and says what was wrong: by the library's words where it has some. */
bool run_fail(run_t *run, const char *what, GError **error);

#endif

/*
 * ct_bench_say.c -- words for whoever started the program.
 */

#include "core/ct_config.h"

#include "ct_bench_say.h"

#include <stdarg.h>
#include <stdio.h>


void
ct_bench_say(const char *fmt, ...)
{
    va_list args;

    (void) fputs(CT_BENCH_NAME ": ", stderr);
    va_start(args, fmt);
    (void) vfprintf(stderr, fmt, args);
    va_end(args);
    (void) fputc('\n', stderr);
}

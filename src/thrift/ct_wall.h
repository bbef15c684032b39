/*
 * ct_wall.h -- the wall clock as text, made once a second.
 *
 * Each worker has one: to find a time zone and print a date for every call
 * would cost more than the rest of a line of a log.
 */

#ifndef CT_WALL_H
#define CT_WALL_H

#include "core/ct_config.h"

#include "core/ct_str.h"

/* Room for "29/Nov/2026:01:42:36 +0000", were each number as long as can be. */
#define CT_WALL_TEXT_SIZE 96

/* Zeroed: nothing was asked yet.  The texts are those of `second`. */
typedef struct ct_wall_s {
    uint64_t second; /* since 1970-01-01 UTC */
    size_t   iso8601_len;
    size_t   local_len;
    char     iso8601[CT_WALL_TEXT_SIZE];
    char     local[CT_WALL_TEXT_SIZE];
} ct_wall_t;

/* "2026-11-29T01:42:36+00:00", local time; valid until the next question. */
ct_str_t ct_wall_iso8601(ct_wall_t *wall);

/* "29/Nov/2026:01:42:36 +0000", as logs of web servers have it; likewise. */
ct_str_t ct_wall_local(ct_wall_t *wall);

#endif /* CT_WALL_H */

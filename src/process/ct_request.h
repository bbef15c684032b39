/*
 * ct_request.h -- a line for a running server, taken apart.
 *
 * "WORD ARGUMENT ... json": blanks part them, and the first `=` of the word
 * does too, so that `workers=4` and `workers 4` are the same.  A last word
 * "json" or "--json" asks for an answer in JSON.
 */

#ifndef CT_REQUEST_H
#define CT_REQUEST_H

#include "core/ct_config.h"

#include "core/ct_rc.h"
#include "core/ct_str.h"

/* More arguments than any word takes. */
#define CT_REQUEST_ARGS 8

/* Slices of the line. */
typedef struct ct_request_s {
    ct_str_t word;
    size_t   nargs;
    ct_str_t args[CT_REQUEST_ARGS];
    bool     as_json;
} ct_request_t;

/* CT_DECLINED: there is no word, or there are too many arguments. */
ct_rc_t ct_request_parse(ct_str_t line, ct_request_t *request);

/* The value of the argument "NAME=VALUE", or CT_STR_NONE. */
ct_str_t ct_request_value(const ct_request_t *request, const char *c_name);

#endif /* CT_REQUEST_H */

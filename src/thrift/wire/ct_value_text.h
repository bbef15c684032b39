/*
 * ct_value_text.h -- a value of any type as text for people: an argument in a
 * log.
 *
 * A number, a bool, an enum's name, a uuid are written as in an IDL; a string
 * or binary is given as it is.  Containers and structs are JSON with the IDL's
 * names of fields: not Thrift's JSON, which is for machines that have the IDL.
 */

#ifndef CT_VALUE_TEXT_H
#define CT_VALUE_TEXT_H

#include "core/ct_config.h"

#include "core/ct_rc.h"
#include "core/ct_str.h"
#include "thrift/wire/ct_type.h"

typedef struct ct_pool_s ct_pool_t;

/* Most bytes of a container or struct as JSON. */
#define CT_VALUE_TEXT_MAX ((size_t) 64 * 1024)

/*
 * The text of the value at `place`, which has the form of a struct's field: of
 * a struct a pointer.  *text is a slice of the value, or in `pool`.
 *
 * Inside JSON a binary is base64, a byte that is no UTF-8 is U+FFFD, a double
 * that is no number is "NaN", "Infinity" or "-Infinity", fields that are not
 * set are left out, and a map whose keys are no text is a list of pairs.
 * CT_DECLINED: longer than CT_VALUE_TEXT_MAX, or nested too deeply.
 */
ct_rc_t ct_value_text(const ct_type_t *type, const void *place, ct_pool_t *pool,
                      ct_str_t *text);

#endif /* CT_VALUE_TEXT_H */

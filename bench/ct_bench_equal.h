/*
 * ct_bench_equal.h -- whether two values are the same.
 */

#ifndef CT_BENCH_EQUAL_H
#define CT_BENCH_EQUAL_H

#include "core/ct_config.h"

#include "thrift/wire/ct_type.h"

/*
 * Whether two values of that type, laid out as elements of a container (a
 * struct: itself), say the same.  The order of a set's and a map's items does
 * not count, nor does which NaN it is.
 */
bool ct_bench_equal(const ct_type_t *type, const void *a, const void *b);

/*
 * The same of a field of `a` and one of `b`, two structs: unset in both, or of
 * the same value.  Their types are the same (ct_bench_same_type).
 */
bool ct_bench_equal_field(const ct_field_t *field_a, const void *a,
                          const ct_field_t *field_b, const void *b);

/* Whether values of both types are laid out alike, and may be compared. */
bool ct_bench_same_type(const ct_type_t *a, const ct_type_t *b);

#endif /* CT_BENCH_EQUAL_H */

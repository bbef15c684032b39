/*
 * ct_decimal.h -- numbers as text, quickly.
 *
 * A line of a log has half a dozen numbers in it, and libc's formats would
 * cost more than all else that makes the line.
 */

#ifndef CT_DECIMAL_H
#define CT_DECIMAL_H

#include "core/ct_config.h"

#include "core/ct_str.h"

typedef struct ct_pool_s ct_pool_t;

/* The longest number of 64 bits; and with a point, and a zero in front of it.
 */
#define CT_DECIMAL_SIZE       20
#define CT_DECIMAL_PARTS_SIZE (CT_DECIMAL_SIZE + 2)

/* Writes `number` without a NUL and gives back how many digits. */
size_t ct_decimal_write(char out[CT_DECIMAL_SIZE], uint64_t number);

/*
 * The same of a number of thousandths as "12.345", and of millionths as
 * "12.000345": all the digits behind the point are there.
 */
size_t ct_decimal_write_thousandths(char     out[CT_DECIMAL_PARTS_SIZE],
                                    uint64_t number);
size_t ct_decimal_write_millionths(char     out[CT_DECIMAL_PARTS_SIZE],
                                   uint64_t number);

/* The number as text, in `pool`; no NUL follows. */
ct_str_t ct_decimal_text(ct_pool_t *pool, uint64_t number);

#endif /* CT_DECIMAL_H */

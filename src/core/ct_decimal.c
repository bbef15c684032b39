/*
 * ct_decimal.c -- numbers as text, quickly.
 *
 * Digits come from the end, two at a time: half the divisions, which are
 * multiplications since each is by a constant.  How many there will be is
 * known first, so that they are written where they belong.
 */

#include "core/ct_config.h"

#include "core/ct_decimal.h"

#include <string.h>

#include "core/ct_pool.h"

static const char pairs[] = "00010203040506070809"
                            "10111213141516171819"
                            "20212223242526272829"
                            "30313233343536373839"
                            "40414243444546474849"
                            "50515253545556575859"
                            "60616263646566676869"
                            "70717273747576777879"
                            "80818283848586878889"
                            "90919293949596979899";


/* Of a number below 100 both digits. */
static inline void
pair_write(char *out, uint64_t number)
{
    memcpy(out, pairs + 2 * number, 2);
}


static inline size_t
count_digits(uint64_t number)
{
    size_t n = 1;

    for (; number >= 10000; number /= 10000) {
        n += 4;
    }
    return n + (number >= 10) + (number >= 100) + (number >= 1000);
}


/* Below 100; gives back how many digits that is. */
static inline size_t
small_write(char *out, uint64_t number)
{
    if (number < 10) {
        out[0] = (char) ('0' + number);
        return 1;
    }
    pair_write(out, number);
    return 2;
}


size_t
ct_decimal_write(char out[CT_DECIMAL_SIZE], uint64_t number)
{
    size_t n;

    if (number < 100) {
        return small_write(out, number);
    }
    n = count_digits(number);
    for (size_t left = n; left > 2; left -= 2) {
        pair_write(out + left - 2, number % 100);
        number /= 100;
    }
    (void) small_write(out, number);
    return n;
}


size_t
ct_decimal_write_thousandths(char out[CT_DECIMAL_PARTS_SIZE], uint64_t number)
{
    const size_t   n = ct_decimal_write(out, number / 1000);
    const unsigned parts = (unsigned) (number % 1000);

    out[n] = '.';
    out[n + 1] = (char) ('0' + parts / 100);
    pair_write(out + n + 2, parts % 100);
    return n + 4;
}


size_t
ct_decimal_write_millionths(char out[CT_DECIMAL_PARTS_SIZE], uint64_t number)
{
    const size_t   n = ct_decimal_write(out, number / 1000000);
    const unsigned parts = (unsigned) (number % 1000000);

    out[n] = '.';
    pair_write(out + n + 1, parts / 10000);
    pair_write(out + n + 3, parts / 100 % 100);
    pair_write(out + n + 5, parts % 100);
    return n + 7;
}


ct_str_t
ct_decimal_text(ct_pool_t *pool, uint64_t number)
{
    char *text = ct_pool_alloc(pool, CT_DECIMAL_SIZE);

    return (ct_str_t){ ct_decimal_write(text, number), text };
}

/*
 * ct_conf_value.c -- sizes and times as people write them.
 */

#include "core/ct_config.h"

#include "core/ct_conf.h"

#define US_PER_S  1000000
#define US_PER_MS 1000

/* A unit of time; the longer ones stand first. */
typedef struct unit_s {
    ct_str_t name;
    uint64_t us;
} unit_t;

/* Months and years are left out: nobody agrees how long they are. */
static const unit_t units[] = {
    { CT_STR_INIT("w"), 604800000000 }, { CT_STR_INIT("d"), 86400000000 },
    { CT_STR_INIT("h"), 3600000000 },   { CT_STR_INIT("m"), 60000000 },
    { CT_STR_INIT("s"), US_PER_S },     { CT_STR_INIT("ms"), US_PER_MS },
    { CT_STR_INIT("us"), 1 },
};

/* Behind the last number of a time nothing may follow: no unit is left. */
#define NUNITS CT_ARRAY_LEN(units)


/* By how many bits a size's last letter shifts it; 0: it is no unit. */
static unsigned
size_shift(char letter)
{
    switch (letter) {
    case 'k':
    case 'K':
        return 10;
    case 'm':
    case 'M':
        return 20;
    case 'g':
    case 'G':
        return 30;
    default:
        return 0;
    }
}


ct_rc_t
ct_conf_parse_size(ct_str_t text, size_t *value)
{
    uint64_t number;
    unsigned shift = 0;

    if (text.len > 0) {
        shift = size_shift(text.data[text.len - 1]);
    }
    if (shift > 0) {
        text.len--;
    }
    if (ct_str_to_u64(text, &number) != CT_OK || number > SIZE_MAX >> shift) {
        return CT_DECLINED;
    }
    *value = (size_t) number << shift;
    return CT_OK;
}


/* The bytes of `text` from `i` on that are digits, or that are letters. */
static ct_str_t
run_of(ct_str_t text, size_t i, char low, char high)
{
    size_t end = i;

    while (end < text.len && text.data[end] >= low && text.data[end] <= high) {
        end++;
    }
    return (ct_str_t){ end - i, text.data + i };
}


/*
 * The place in `units`, from `first` on, of that name; NUNITS: none that is as
 * long as `least_us`.
 */
static size_t
find_unit(ct_str_t name, size_t first, uint64_t least_us)
{
    size_t i = first;

    while (i < NUNITS && !ct_str_eq(units[i].name, name)) {
        i++;
    }
    return i < NUNITS && units[i].us >= least_us ? i : NUNITS;
}


/* Adds number * factor to the sum; false when it does not fit. */
static bool
add_product(uint64_t *sum, uint64_t number, uint64_t factor)
{
    uint64_t product;

    return !__builtin_mul_overflow(number, factor, &product)
           && !__builtin_add_overflow(*sum, product, sum);
}


/*
 * Units must fall, each at most once: "30s1m" is more often a mistake for
 * something else than a way to write 90 seconds.  A number without a unit is
 * taken alone only; in "1m30" it might be meant in minutes or in seconds.  The
 * sum counts in `unit_us`, and no unit may be shorter.
 */
static ct_rc_t
parse_time(ct_str_t text, uint64_t unit_us, uint64_t *value)
{
    uint64_t sum = 0;
    size_t   next_unit = 0;
    size_t   i = 0;

    while (i < text.len) {
        const ct_str_t digits = run_of(text, i, '0', '9');
        const ct_str_t name = run_of(text, i + digits.len, 'a', 'z');
        uint64_t       number;
        size_t         unit;

        if (ct_str_to_u64(digits, &number) != CT_OK) {
            return CT_DECLINED;
        }
        if (digits.len == text.len) {
            if (!add_product(&sum, number, US_PER_S / unit_us)) {
                return CT_DECLINED;
            }
            break;
        }
        unit = find_unit(name, next_unit, unit_us);
        if (unit == NUNITS
            || !add_product(&sum, number, units[unit].us / unit_us)) {
            return CT_DECLINED;
        }
        next_unit = unit + 1;
        i += digits.len + name.len;
        while (i < text.len && text.data[i] == ' ') {
            i++;
        }
    }
    if (text.len == 0) {
        return CT_DECLINED;
    }
    *value = sum;
    return CT_OK;
}


ct_rc_t
ct_conf_parse_ms(ct_str_t text, uint64_t *value_ms)
{
    return parse_time(text, US_PER_MS, value_ms);
}


ct_rc_t
ct_conf_parse_us(ct_str_t text, uint64_t *value_us)
{
    return parse_time(text, 1, value_us);
}

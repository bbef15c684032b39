/*
 * ct_pattern.h -- regular expressions of the configuration, through PCRE2.
 *
 * Compiled once at load, with JIT where the library has it, and run with
 * limits on matching and on depth, so that no name can cost more than a
 * bounded amount of work.
 */

#ifndef CT_PATTERN_H
#define CT_PATTERN_H

#include "core/ct_config.h"

#include "core/ct_rc.h"
#include "core/ct_str.h"

typedef struct ct_conf_s    ct_conf_t;
typedef struct ct_pattern_s ct_pattern_t;

/*
 * Compiles `text`, as `~` (or `~*`: `caseless`) of the directive that `conf`
 * is at.  The pattern lives in the cycle's pool.  Errors are the
 * configuration's.
 */
ct_rc_t ct_pattern_compile(ct_conf_t *conf, ct_str_t text, bool caseless,
                           ct_pattern_t **pattern);

/*
 * CT_OK: it matches; CT_DECLINED: it does not; CT_ERROR: a limit ended the
 * match before it was known (not logged).
 */
ct_rc_t ct_pattern_match(const ct_pattern_t *pattern, ct_str_t subject);

#endif /* CT_PATTERN_H */

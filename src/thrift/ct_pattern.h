/*
 * ct_pattern.h -- regular expressions of the configuration, through PCRE2.
 *
 * Compiled once at load, with JIT where the library has it, and run with
 * limits on matching and on depth, so that no name can cost more than a
 * bounded amount of work.  For one thread: the loading one, then the worker's.
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
CT_API ct_rc_t ct_pattern_compile(ct_conf_t *conf, ct_str_t text, bool caseless,
                                  ct_pattern_t **pattern);

/*
 * CT_OK: it matches; CT_DECLINED: it does not; CT_ERROR: a limit ended the
 * match before it was known, or the subject has more than 16 KB (not logged).
 */
CT_API ct_rc_t ct_pattern_match(const ct_pattern_t *pattern, ct_str_t subject);

/* How many groups it has; and the number of a named one, 0: there is none. */
uint32_t ct_pattern_groups(const ct_pattern_t *pattern);
uint32_t ct_pattern_group(const ct_pattern_t *pattern, ct_str_t name);

/*
 * What group `number` has matched, 0: the whole pattern, in the last subject,
 * which ct_pattern_match gave CT_OK for: a slice of it, empty where the group
 * took no part.
 */
ct_str_t ct_pattern_captured(const ct_pattern_t *pattern, ct_str_t subject,
                             uint32_t number);

#endif /* CT_PATTERN_H */

/*
 * ct_log_json.h -- a line of the log as an object of JSON.
 */

#ifndef CT_LOG_JSON_H
#define CT_LOG_JSON_H

#include "core/ct_config.h"

#include "core/ct_log.h"

/*
 * A form (ct_log_form_fn):
 *
 *     {"time":"2026-11-29T01:39:38.250+00:00","level":"warn","pid":4711,
 *      "message":"call refused: ...","client":"127.0.0.1:9", ...}
 *
 * on one line, valid whatever bytes the message has: those that are not UTF-8
 * become U+FFFD.  A message or a value that does not fit ends with "..."; a
 * field for which there is no room at all is left out.  Where two logs above
 * each other name a field alike, the inner one's counts.  `size` is at least
 * CT_LOG_FORM_SIZE - 1.
 */
size_t ct_log_json_form(const ct_log_entry_t *entry, char *out, size_t size);

#endif /* CT_LOG_JSON_H */

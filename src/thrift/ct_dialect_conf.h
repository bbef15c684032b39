/*
 * ct_dialect_conf.h -- which dialects a server speaks: `transport`,
 * `protocol`.
 */

#ifndef CT_DIALECT_CONF_H
#define CT_DIALECT_CONF_H

#include "core/ct_config.h"

#include "core/ct_conf.h"
#include "core/ct_rc.h"

typedef struct ct_dialects_s ct_dialects_t;

/*
 * Types of the two directives: words into a uint32_t, a bit for each thing
 * named.  "auto" is all of them.
 */
extern const ct_conf_type_t ct_transports_type;
extern const ct_conf_type_t ct_protocols_type;

/* Sets in *dialects, zeroed before, what the two values allow. */
void ct_dialects_allow(ct_dialects_t *dialects, uint32_t transports_bits,
                       uint32_t protocols_bits);

#endif /* CT_DIALECT_CONF_H */

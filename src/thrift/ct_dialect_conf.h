/*
 * ct_dialect_conf.h -- which dialects a server speaks: `transport`,
 * `protocol`.
 */

#ifndef CT_DIALECT_CONF_H
#define CT_DIALECT_CONF_H

#include "core/ct_config.h"

#include "core/ct_conf.h"
#include "core/ct_rc.h"

typedef struct ct_board_s    ct_board_t;
typedef struct ct_dialect_s  ct_dialect_t;
typedef struct ct_dialects_s ct_dialects_t;

/* Five transports, with and without zlib around, by three protocols; none. */
#define CT_DIALECTS (5 * 2 * 3 + 1)

/*
 * Types of the two directives: words into a uint32_t, a bit for each thing
 * named.  "auto" is all of them.
 */
extern const ct_conf_type_t ct_transports_type;
extern const ct_conf_type_t ct_protocols_type;

/* Sets in *dialects, zeroed before, what the two values allow. */
void ct_dialects_allow(ct_dialects_t *dialects, uint32_t transports_bits,
                       uint32_t protocols_bits);

/* Of the transports that were allowed only HTTP is left. */
void ct_dialects_narrow(ct_dialects_t *dialects);

/*
 * Gives every dialect there is its row of the scoreboard, or finds it again:
 * rows[ct_dialect_place] says which.  The last place is of none of them, and
 * has row 0.
 */
void ct_dialects_name(ct_board_t *board, unsigned rows[CT_DIALECTS]);

/* The place of a dialect among them, which need not be complete. */
unsigned ct_dialect_place(const ct_dialect_t *dialect);

#endif /* CT_DIALECT_CONF_H */

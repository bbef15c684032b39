/*
 * ct_top_term.h -- the terminal of `top`.
 */

#ifndef CT_TOP_TERM_H
#define CT_TOP_TERM_H

#include "core/ct_config.h"

#include "core/ct_rc.h"

#include <termios.h>

/* What the terminal was before; `is_taken` while it is ours. */
typedef struct ct_top_term_s {
    struct termios before;
    bool           is_taken;
} ct_top_term_t;

/* Whether standard input and output are a terminal that can be drawn on. */
bool ct_top_term_is_there(void);

/* Another screen, no cursor, keys as they come.  CT_ERROR: no terminal. */
ct_rc_t ct_top_term_take(ct_top_term_t *term);

/* All as it was; harmless if it is. */
void ct_top_term_give_back(ct_top_term_t *term);

/* Columns and lines; 80 and 24 where nobody knows. */
void ct_top_term_size(unsigned *width, unsigned *height);

#endif /* CT_TOP_TERM_H */

/*
 * ct_top_draw.h -- a view of the server as lines of text.
 */

#ifndef CT_TOP_DRAW_H
#define CT_TOP_DRAW_H

#include "core/ct_config.h"

#include "process/ct_top_sample.h"

typedef struct ct_buf_s ct_buf_t;

/* Where it is drawn, and how it was asked for. */
typedef struct ct_top_canvas_s {
    unsigned     width;    /* columns; 0: as many as it takes */
    unsigned     height;   /* lines; 0: the same */
    bool         has_ansi; /* a terminal: colours, and lines that replace */
    bool         is_paused;
    ct_top_key_t key;
    const char  *c_notice; /* what is wrong, or NULL */
} ct_top_canvas_t;

/* Appends the picture; `view` may be NULL while there is none. */
void ct_top_draw(const ct_top_canvas_t *canvas, const ct_top_sample_t *view,
                 ct_buf_t *out);

#endif /* CT_TOP_DRAW_H */

/*
 * ct_http_answer.h -- what a server of HTTP/1.1 says.
 *
 * Clients of Thrift are not browsers: some want "HTTP/1.1 200 OK" letter by
 * letter, some know no chunks, some hang up when told that a connection stays.
 * So a head is as short as it can be, always has Content-Length, and speaks of
 * the connection only when there is something to say.
 *
 * Private to the HTTP transports.
 */

#ifndef CT_HTTP_ANSWER_H
#define CT_HTTP_ANSWER_H

#include "core/ct_config.h"

#include "core/ct_buf.h"
#include "core/ct_rc.h"
#include "core/ct_str.h"

/* Everything in it is constant text; zeroed, with a status, it is valid. */
typedef struct ct_http_answer_s {
    uint16_t    status;
    const char *c_type;  /* Content-Type; NULL: not said */
    const char *c_lines; /* more fields, each with its CR LF; or NULL */
    bool        closes;  /* the connection ends behind it */
    bool        keeps;   /* it does not, for a client that expects it to */
    bool        shared;  /* pages of any origin may read it (CORS) */
} ct_http_answer_t;

/*
 * A body's length stands in front of it and is known behind it: `begin`
 * leaves room at the end of `out`, and `end` puts the length and the head's
 * empty line there and moves what has been written since up to them.  *mark is
 * an offset from out->pos.  CT_ERROR: no memory, and nothing is written.
 */
ct_rc_t ct_http_length_begin(ct_buf_t *out, size_t *mark);
void    ct_http_length_end(ct_buf_t *out, size_t mark);

/* A head, up to where its body begins; ended by ct_http_length_end. */
ct_rc_t ct_http_answer_begin(const ct_http_answer_t *answer, ct_buf_t *out,
                             size_t *mark);

/*
 * A whole answer with `body`; otherwise as the next.
 */
ct_rc_t ct_http_answer_page(const ct_http_answer_t *answer, ct_str_t body,
                            bool bodiless, ct_buf_t *out);

/*
 * A whole answer with `c_text` for a body, and an end of line unless it is
 * empty; `bodiless`, as one to HEAD is, it has all of the head and no body.
 * CT_ERROR as above.
 */
ct_rc_t ct_http_answer_write(const ct_http_answer_t *answer, const char *c_text,
                             bool bodiless, ct_buf_t *out);

#endif /* CT_HTTP_ANSWER_H */

/*
 * ct_request.c -- a line for a running server, taken apart.
 *
 * Who sends it has been let in, but it may be a person with netcat: whatever
 * is no word makes no harm and finds no word.
 */

#include "core/ct_config.h"

#include "process/ct_request.h"


static bool
is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}


/* The next piece without blanks, taken off the line; empty at the end. */
static ct_str_t
take_piece(ct_str_t *line)
{
    ct_str_t piece;

    while (line->len > 0 && is_blank(line->data[0])) {
        line->data++;
        line->len--;
    }
    piece = (ct_str_t){ 0, line->data };
    while (piece.len < line->len && !is_blank(piece.data[piece.len])) {
        piece.len++;
    }
    line->data += piece.len;
    line->len -= piece.len;
    return piece;
}


static ct_rc_t
add(ct_request_t *request, ct_str_t arg)
{
    if (request->nargs == CT_REQUEST_ARGS) {
        return CT_DECLINED;
    }
    request->args[request->nargs] = arg;
    request->nargs++;
    return CT_OK;
}


/* "workers=4" becomes a word and its first argument. */
static void
split_word(ct_request_t *request)
{
    const char *sign = memchr(request->word.data, '=', request->word.len);
    size_t      len = 0;

    if (sign == NULL) {
        return;
    }
    len = (size_t) (sign - request->word.data);
    (void) add(request, (ct_str_t){ request->word.len - len - 1, sign + 1 });
    request->word.len = len;
}


ct_rc_t
ct_request_parse(ct_str_t line, ct_request_t *request)
{
    ct_str_t piece;

    memset(request, 0, sizeof(*request));
    request->word = take_piece(&line);
    if (request->word.len == 0) {
        return CT_DECLINED;
    }
    split_word(request);
    while ((piece = take_piece(&line)).len > 0) {
        /* Only the last one asks for JSON. */
        if (request->as_json || add(request, piece) != CT_OK) {
            return CT_DECLINED;
        }
        if (ct_str_eq_c(piece, "json") || ct_str_eq_c(piece, "--json")) {
            request->as_json = true;
            request->nargs--;
        }
    }
    return CT_OK;
}


ct_str_t
ct_request_value(const ct_request_t *request, const char *c_name)
{
    const size_t len = strlen(c_name);

    for (size_t i = 0; i < request->nargs; i++) {
        const ct_str_t arg = request->args[i];

        if (arg.len > len && arg.data[len] == '='
            && memcmp(arg.data, c_name, len) == 0) {
            return (ct_str_t){ arg.len - len - 1, arg.data + len + 1 };
        }
    }
    return CT_STR_NONE;
}

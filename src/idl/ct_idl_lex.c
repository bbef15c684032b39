/*
 * ct_idl_lex.c -- a .thrift file as tokens.
 *
 * Follows Apache's compiler/cpp/src/thrift/thriftl.ll: three kinds of
 * comments, two kinds of quotes with six escapes, integers with a sign,
 * decimal also with leading zeros, words with dots inside.  A doc comment
 * belongs to the token behind it, so that the parser need not know where one
 * may stand.  A character that begins no token is reported once for a run of
 * them, else a binary file would fill the screen.
 *
 *   begins with   | token
 *   letter, _     | word, up to the last letter, digit, _ or joining dot
 *   digit, . + -  | number, if a digit follows the sign
 *   " '           | text, up to the same quote on the same line
 *   {}()[]<>,;:=&*| that sign
 *   anything else | nothing: one error for all up to what might be a token
 */

#include "core/ct_config.h"

#include "idl/ct_idl_lex.h"

#include "core/ct_pool.h"
#include "idl/ct_idl_report.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

/* Longest number that is looked at; no finite double needs more. */
#define NUMBER_MAX 400


/* Not libc's: those ask the locale, and end at bytes above 0x7f. */
static bool
is_digit(char c)
{
    return c >= '0' && c <= '9';
}


static bool
is_hex(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}


static bool
is_word_start(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}


static bool
is_word(char c)
{
    return is_word_start(c) || is_digit(c);
}


/* The byte `ahead` of here; NUL, which is in no token, behind the end. */
static char
peek(const ct_idl_lex_t *lex, size_t ahead)
{
    return (size_t) (lex->end - lex->pos.text) > ahead ? lex->pos.text[ahead]
                                                       : '\0';
}


/* The text has a NUL behind it, but may hold others: its length counts. */
static bool
at_end(const ct_idl_lex_t *lex)
{
    return lex->pos.text >= lex->end;
}


/* One byte further; counts lines. */
static void
step(ct_idl_lex_t *lex)
{
    if (*lex->pos.text == '\n') {
        lex->pos.line++;
        lex->line_is_new = true;
    }
    lex->pos.text++;
}


void
ct_idl_lex_init(ct_idl_lex_t *lex, ct_idl_t *idl, const ct_idl_file_t *file)
{
    *lex = (ct_idl_lex_t){
        .idl = idl,
        .pos = { file, file->text.data, 1 },
        .end = file->text.data + file->text.len,
        .line_is_new = true,
    };
    if (ct_str_starts_with(file->text, "\xef\xbb\xbf")) {
        lex->pos.text += 3;
    }
}


/* Stops before the newline, which step counts. */
static void
skip_line(ct_idl_lex_t *lex)
{
    while (!at_end(lex) && *lex->pos.text != '\n') {
        step(lex);
    }
}


/* A block comment; a doc comment's inside goes to *doc. */
static void
skip_block(ct_idl_lex_t *lex, ct_str_t *doc)
{
    const ct_idl_pos_t begin = lex->pos;
    const bool         is_doc =
        peek(lex, 2) == '*' && peek(lex, 3) != '/' && peek(lex, 3) != '*';

    step(lex);
    step(lex);
    while (!at_end(lex) && !(peek(lex, 0) == '*' && peek(lex, 1) == '/')) {
        step(lex);
    }
    if (at_end(lex)) {
        (void) ct_idl_error(lex->idl, &begin, "comment does not end");
        return;
    }
    if (is_doc) {
        doc->data = begin.text + 3;
        doc->len = (size_t) (lex->pos.text - doc->data);
    }
    step(lex);
    step(lex);
}


/* Blanks and comments. */
static void
skip_space(ct_idl_lex_t *lex, ct_str_t *doc)
{
    while (!at_end(lex)) {
        const char c = *lex->pos.text;

        if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
            step(lex);
        } else if (c == '#' || (c == '/' && peek(lex, 1) == '/')) {
            skip_line(lex);
        } else if (c == '/' && peek(lex, 1) == '*') {
            skip_block(lex, doc);
        } else {
            return;
        }
    }
}


/* A dot or dash belongs to the word only with more of the word behind it. */
static void
lex_word(ct_idl_lex_t *lex, ct_idl_token_t *token)
{
    token->kind = CT_IDL_TOKEN_WORD;
    for (;;) {
        const char c = peek(lex, 0);
        const bool joins = c == '.' || (c == '-' && lex->dashes);

        if (!is_word(c) && !(joins && is_word(peek(lex, 1)))) {
            break;
        }
        step(lex);
    }
    token->text.len = (size_t) (lex->pos.text - token->text.data);
}


/* A whole number, all of it digits of `base`, with its sign. */
static void
convert_int(ct_idl_lex_t *lex, ct_idl_token_t *token, int base)
{
    errno = 0;
    token->i64 = strtoll(token->text.data, NULL, base);
    if (errno == ERANGE) {
        (void) ct_idl_error(lex->idl, &token->pos,
                            "number does not fit 64 bits");
        token->kind = CT_IDL_TOKEN_BAD;
    }
}


/*
 * Too small a number becomes 0 in silence, as in C; one that is too large would
 * be infinite and have no literal.
 */
static void
convert_double(ct_idl_lex_t *lex, ct_idl_token_t *token)
{
    token->number = strtod(token->text.data, NULL);
    if (!isfinite(token->number)) {
        (void) ct_idl_error(lex->idl, &token->pos,
                            "number does not fit a double");
        token->kind = CT_IDL_TOKEN_BAD;
    }
}


/* None is fine: a number may begin with its point. */
static void
skip_digits(ct_idl_lex_t *lex)
{
    while (is_digit(peek(lex, 0))) {
        step(lex);
    }
}


/* `.5`, `e-7`: passes over them and tells whether there was any. */
static bool
skip_fraction(ct_idl_lex_t *lex)
{
    bool   found = false;
    char   c = peek(lex, 0);
    size_t sign;

    if (c == '.' && is_digit(peek(lex, 1))) {
        step(lex);
        skip_digits(lex);
        found = true;
        c = peek(lex, 0);
    }
    if (c == 'e' || c == 'E') {
        sign = peek(lex, 1) == '+' || peek(lex, 1) == '-';
        if (is_digit(peek(lex, 1 + sign))) {
            for (size_t i = 0; i < 1 + sign; i++) {
                step(lex);
            }
            skip_digits(lex);
            found = true;
        }
    }
    return found;
}


/*
 * The text has a NUL behind it and strtoll, strtod stop where the token ends:
 * a token is as long as they read, or the word check below refuses it.
 */
static void
lex_number(ct_idl_lex_t *lex, ct_idl_token_t *token)
{
    const bool is_signed = peek(lex, 0) == '+' || peek(lex, 0) == '-';
    int        base = 10;

    token->kind = CT_IDL_TOKEN_INT;
    if (is_signed) {
        step(lex);
    }
    if (peek(lex, 0) == '0' && (peek(lex, 1) | 0x20) == 'x'
        && is_hex(peek(lex, 2))) {
        base = 16;
        step(lex);
        step(lex);
        while (is_hex(peek(lex, 0))) {
            step(lex);
        }
    } else {
        skip_digits(lex);
        if (skip_fraction(lex)) {
            token->kind = CT_IDL_TOKEN_DOUBLE;
        }
    }
    token->text.len = (size_t) (lex->pos.text - token->text.data);
    if (is_word(peek(lex, 0)) || token->text.len > NUMBER_MAX) {
        (void) ct_idl_error(lex->idl, &token->pos, "malformed number");
        token->kind = CT_IDL_TOKEN_BAD;
        while (is_word(peek(lex, 0))) {
            step(lex);
        }
    } else if (token->kind == CT_IDL_TOKEN_INT) {
        convert_int(lex, token, base);
    } else {
        convert_double(lex, token);
    }
}


/* What `\c` stands for, or NUL. */
static char
unescape(char c)
{
    switch (c) {
    case 'r':
        return '\r';
    case 'n':
        return '\n';
    case 't':
        return '\t';
    case '"':
    case '\'':
    case '\\':
        return c;
    default:
        return '\0';
    }
}


/* The end of a literal: its quote, or wherever it is broken off. */
static const char *
find_quote(const ct_idl_lex_t *lex, char quote)
{
    const char *p = lex->pos.text + 1;

    while (p < lex->end && *p != quote && *p != '\n') {
        p += *p == '\\' && p + 1 < lex->end && p[1] != '\n' ? 2 : 1;
    }
    return p;
}


/*
 * Room for the whole literal: an escape is never longer than what it is
 * written with.
 */
static void
lex_text(ct_idl_lex_t *lex, ct_idl_token_t *token)
{
    const char   quote = *lex->pos.text;
    const char  *close = find_quote(lex, quote);
    const size_t room = (size_t) (close - lex->pos.text);
    char        *text = ct_pool_alloc(lex->idl->pool, room);
    size_t       n = 0;

    token->kind = CT_IDL_TOKEN_TEXT;
    for (step(lex); lex->pos.text < close; step(lex)) {
        char c = *lex->pos.text;

        if (c == '\\') {
            c = unescape(peek(lex, 1));
            if (c == '\0') {
                (void) ct_idl_error(lex->idl, &lex->pos,
                                    "unknown escape, known are "
                                    "\\r \\n \\t \\\" \\' \\\\");
                c = '?';
            }
            if (lex->pos.text + 1 < close) {
                step(lex);
            }
        }
        text[n++] = c;
    }
    token->text = (ct_str_t){ n, text };
    if (at_end(lex) || *lex->pos.text != quote) {
        (void) ct_idl_error(lex->idl, &token->pos,
                            "string does not end on its line");
        token->kind = CT_IDL_TOKEN_BAD;
        return;
    }
    step(lex);
}


/* A sign is part of a number only with a digit or a point behind it. */
static bool
is_number(const ct_idl_lex_t *lex)
{
    const char c = peek(lex, 0);
    const char next = peek(lex, 1);

    if (is_digit(c) || (c == '.' && is_digit(next))) {
        return true;
    }
    return (c == '+' || c == '-')
           && (is_digit(next) || (next == '.' && is_digit(peek(lex, 2))));
}


/* Whether a token begins here, or space that parts tokens. */
static bool
is_known(const ct_idl_lex_t *lex)
{
    const char c = peek(lex, 0);

    return at_end(lex) || is_word(c) || is_number(lex)
           || (c != '\0' && strchr("{}()[]<>,;:=&*\"'# \t\r\n/", c) != NULL);
}


/* All that begins no token, as one. */
static void
lex_bad(ct_idl_lex_t *lex, ct_idl_token_t *token)
{
    char shown[8];

    token->kind = CT_IDL_TOKEN_BAD;
    do {
        step(lex);
    } while (!is_known(lex));
    token->text.len = 1;
    (void) ct_idl_error(lex->idl, &token->pos, "'%s' means nothing here",
                        ct_str_printable(token->text, shown, sizeof(shown)));
}


void
ct_idl_lex_next(ct_idl_lex_t *lex, ct_idl_token_t *token)
{
    char c;

    *token = (ct_idl_token_t){ .doc = CT_STR_NONE };
    skip_space(lex, &token->doc);
    token->pos = lex->pos;
    token->text = (ct_str_t){ 0, lex->pos.text };
    token->first_on_line = lex->line_is_new;
    if (at_end(lex)) {
        token->kind = CT_IDL_TOKEN_END;
        return;
    }
    lex->line_is_new = false;

    c = *lex->pos.text;
    if (is_word_start(c)) {
        lex_word(lex, token);
    } else if (is_number(lex)) {
        lex_number(lex, token);
    } else if (c == '"' || c == '\'') {
        lex_text(lex, token);
    } else if (c != '\0' && strchr("{}()[]<>,;:=&*", c) != NULL) {
        token->kind = CT_IDL_TOKEN_SIGN;
        token->text.len = 1;
        step(lex);
    } else {
        lex_bad(lex, token);
    }
}

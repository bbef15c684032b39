/*
 * ct_conf_lex.c -- the words of a configuration text.
 *
 * The line is counted by the one function that moves on, advance(), so that
 * no path through quotes, escapes and comments can miss a newline.
 */

#include "core/ct_config.h"

#include "core/ct_conf_lex.h"

#include "core/ct_conf.h"

/* The byte order mark some editors write in front of UTF-8. */
#define UTF8_MARK "\xef\xbb\xbf"


void
ct_conf_lex_init(ct_conf_lex_t *lex, ct_str_t text)
{
    *lex = (ct_conf_lex_t){ text, 0, 1 };
    if (ct_str_starts_with(text, UTF8_MARK)) {
        lex->pos = sizeof(UTF8_MARK) - 1;
    }
}


static bool
at_end(const ct_conf_lex_t *lex)
{
    return lex->pos >= lex->text.len;
}


/* The byte at the place of reading; NUL, which no word may hold, at the end. */
static char
peek(const ct_conf_lex_t *lex)
{
    return at_end(lex) ? '\0' : lex->text.data[lex->pos];
}


static void
advance(ct_conf_lex_t *lex)
{
    if (peek(lex) == '\n') {
        lex->line++;
    }
    lex->pos++;
}


static bool
is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}


/* Bytes above 0x7f are left alone: names may be written in UTF-8. */
static bool
is_control(char c)
{
    const uint8_t byte = (uint8_t) c;

    return (byte < 0x20 && !is_blank(c)) || byte == 0x7f;
}


static void
skip_blanks_and_comments(ct_conf_lex_t *lex)
{
    while (!at_end(lex)) {
        if (peek(lex) == '#') {
            while (!at_end(lex) && peek(lex) != '\n') {
                advance(lex);
            }
        } else if (is_blank(peek(lex))) {
            advance(lex);
        } else {
            return;
        }
    }
}


static void
set_bad(ct_conf_token_t *token, const char *c_problem, unsigned line,
        ct_str_t raw)
{
    token->kind = CT_CONF_BAD;
    token->c_problem = c_problem;
    token->line = line;
    token->raw = raw;
}


/* The byte at the place of reading, as a slice. */
static ct_str_t
this_byte(const ct_conf_lex_t *lex)
{
    return (ct_str_t){ 1, lex->text.data + lex->pos };
}


/*
 * Reads one character of a word, an escaped one with its backslash.  False,
 * with a bad token, for what may stand in no word.
 */
static bool
read_char(ct_conf_lex_t *lex, ct_conf_token_t *token, size_t start)
{
    if (peek(lex) == '\\' && lex->pos + 1 < lex->text.len) {
        advance(lex);
    }
    if (is_control(peek(lex))) {
        set_bad(token, "control character", lex->line, this_byte(lex));
        return false;
    }
    advance(lex);
    if (lex->pos - start > CT_CONF_MAX_TOKEN) {
        set_bad(token, "word longer than 4096 bytes", token->line,
                (ct_str_t){ lex->pos - start, lex->text.data + start });
        return false;
    }
    return true;
}


/*
 * An open quote is reported where it began.  Its end is most often found at
 * the next quote of another directive, and behind that a word goes on: that
 * is why nothing but a sign or a blank may follow.
 */
static void
read_quoted(ct_conf_lex_t *lex, ct_conf_token_t *token)
{
    const char   quote = peek(lex);
    const size_t start = lex->pos + 1;

    advance(lex);
    while (!at_end(lex) && peek(lex) != quote) {
        if (!read_char(lex, token, start)) {
            return;
        }
    }
    token->raw = (ct_str_t){ lex->pos - start, lex->text.data + start };
    if (at_end(lex)) {
        set_bad(token, "unterminated quote", token->line, token->raw);
        return;
    }
    advance(lex);
    if (!at_end(lex) && !is_blank(peek(lex)) && peek(lex) != ';'
        && peek(lex) != '{') {
        set_bad(token, "unexpected character behind a quote", lex->line,
                this_byte(lex));
    }
}


/* The byte before the first one is no part of the word: not looked at. */
static bool
ends_word(const ct_conf_lex_t *lex, size_t start)
{
    const char c = peek(lex);

    if (c == '{') {
        return lex->pos == start || lex->text.data[lex->pos - 1] != '$';
    }
    return c == ';' || is_blank(c);
}


static void
read_word(ct_conf_lex_t *lex, ct_conf_token_t *token)
{
    const size_t start = lex->pos;

    while (!at_end(lex) && !ends_word(lex, start)) {
        if (!read_char(lex, token, start)) {
            return;
        }
    }
    token->raw = (ct_str_t){ lex->pos - start, lex->text.data + start };
}


static ct_conf_token_kind_t
kind_of(char c)
{
    switch (c) {
    case ';':
        return CT_CONF_SEMICOLON;
    case '{':
        return CT_CONF_OPEN;
    case '}':
        return CT_CONF_CLOSE;
    default:
        return CT_CONF_WORD;
    }
}


void
ct_conf_lex_next(ct_conf_lex_t *lex, ct_conf_token_t *token)
{
    skip_blanks_and_comments(lex);
    *token = (ct_conf_token_t){ CT_CONF_END, lex->line, CT_STR(""), NULL };
    if (at_end(lex)) {
        return;
    }
    token->kind = kind_of(peek(lex));
    if (token->kind != CT_CONF_WORD) {
        token->raw = this_byte(lex);
        advance(lex);
    } else if (peek(lex) == '"' || peek(lex) == '\'') {
        read_quoted(lex, token);
    } else {
        read_word(lex, token);
    }
}


/* What the pair of a backslash and `c` stands for; NUL: for itself. */
static char
escaped(char c)
{
    switch (c) {
    case 't':
        return '\t';
    case 'r':
        return '\r';
    case 'n':
        return '\n';
    case '"':
    case '\'':
    case '\\':
    case ';':
    case '#':
    case ' ':
        return c;
    default:
        return '\0';
    }
}


size_t
ct_conf_lex_unescape(ct_str_t raw, char *out)
{
    size_t len = 0;

    for (size_t i = 0; i < raw.len; i++) {
        char c = raw.data[i];

        if (c == '\\' && i + 1 < raw.len && escaped(raw.data[i + 1]) != '\0') {
            i++;
            c = escaped(raw.data[i]);
        }
        out[len] = c;
        len++;
    }
    return len;
}

/*
 * ct_conf_lex.h -- the words of a configuration text.
 *
 * A pure reader over (data, len): it allocates nothing and keeps its place in
 * a ct_conf_lex_t.  Tokens are slices of the text.  The grammar is nginx's:
 *
 *   - blanks and `# comments` part words; `;` `{` `}` stand for themselves;
 *   - '...' and "..." hold anything, newlines too; a quote is one only at the
 *     beginning of a word, and behind its end a word may not go on;
 *   - a backslash takes the next character out of the grammar (see unescape);
 *   - the brace of `${NAME}` belongs to its word, and so does `}` anywhere but
 *     at the beginning of a word.
 */

#ifndef CT_CONF_LEX_H
#define CT_CONF_LEX_H

#include "core/ct_config.h"

#include "core/ct_str.h"

typedef enum ct_conf_token_kind_e {
    CT_CONF_WORD,
    CT_CONF_SEMICOLON,
    CT_CONF_OPEN,  /* { */
    CT_CONF_CLOSE, /* } */
    CT_CONF_END,
    CT_CONF_BAD, /* see c_problem; the text cannot be read on */
} ct_conf_token_kind_t;

typedef struct ct_conf_token_s {
    ct_conf_token_kind_t kind;
    unsigned             line; /* where it begins, from 1 */
    ct_str_t             raw;  /* of a word, quotes left out; of a bad one */
    const char          *c_problem; /* of a bad one: a constant */
} ct_conf_token_t;

/* Invariants: pos <= text.len; line is that of the byte at pos. */
typedef struct ct_conf_lex_s {
    ct_str_t text;
    size_t   pos;
    unsigned line;
} ct_conf_lex_t;

/* `text` must outlive the reader and its tokens.  A UTF-8 mark is skipped. */
void ct_conf_lex_init(ct_conf_lex_t *lex, ct_str_t text);

/* The next token; after the end, the end again. */
void ct_conf_lex_next(ct_conf_lex_t *lex, ct_conf_token_t *token);

/*
 * Writes a word without its escapes and gives back its length, at most
 * raw.len.  \" \' \\ \; \# and backslash-space stand for the second character,
 * \t \r \n for what they do in C; any other pair stays as it is, so that a
 * regular expression need not double its backslashes.
 */
size_t ct_conf_lex_unescape(ct_str_t raw, char *out);

#endif /* CT_CONF_LEX_H */

/*
 * ct_idl_lex.h -- a .thrift file as tokens.
 *
 * The lexer allocates only for string literals.  It does not fail: what is no
 * token is reported once and passed over.
 */

#ifndef CT_IDL_LEX_H
#define CT_IDL_LEX_H

#include "core/ct_config.h"

#include "idl/ct_idl.h"

typedef enum ct_idl_token_kind_e {
    CT_IDL_TOKEN_END,
    CT_IDL_TOKEN_WORD,   /* identifier or keyword, dots included */
    CT_IDL_TOKEN_INT,    /* decimal or hexadecimal, signed */
    CT_IDL_TOKEN_DOUBLE, /* finite */
    CT_IDL_TOKEN_TEXT,   /* a literal, unescaped */
    CT_IDL_TOKEN_SIGN,   /* one of {}()[]<>,;:=&* */
    CT_IDL_TOKEN_BAD,    /* was reported; fits nowhere */
} ct_idl_token_kind_t;

typedef struct ct_idl_token_s {
    ct_idl_token_kind_t kind;
    ct_idl_pos_t        pos;
    ct_str_t            text; /* as written; of TEXT the unescaped one */
    int64_t             i64;
    double              number;
    ct_str_t            doc;           /* the last doc comment before it */
    bool                first_on_line; /* where an error may end */
} ct_idl_token_t;

typedef struct ct_idl_lex_s {
    ct_idl_t    *idl;
    ct_idl_pos_t pos;
    const char  *end;
    bool         line_is_new; /* no token of this line has been given */
    bool         dashes;      /* words may hold '-': Smalltalk's categories */
} ct_idl_lex_t;

/* Begins at the front of the file's text, behind a byte order mark. */
void ct_idl_lex_init(ct_idl_lex_t *lex, ct_idl_t *idl,
                     const ct_idl_file_t *file);

/* The next token; END again and again at the end. */
void ct_idl_lex_next(ct_idl_lex_t *lex, ct_idl_token_t *token);

#endif /* CT_IDL_LEX_H */

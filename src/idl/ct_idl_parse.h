/*
 * ct_idl_parse.h -- tokens to tree.
 *
 * One token of look-ahead, one function for each rule of the grammar, no
 * back-tracking.  The second half of this header is what the parser's own
 * sources share; which rule stands where is told at the top of ct_idl_parse.c.
 */

#ifndef CT_IDL_PARSE_H
#define CT_IDL_PARSE_H

#include "core/ct_config.h"

#include "idl/ct_idl.h"
#include "idl/ct_idl_lex.h"

/*
 * Fills file->namespaces, includes, defs and doc from file->text.  Goes on
 * behind an error with the next field or definition; CT_ERROR if there was
 * any.
 */
ct_rc_t ct_idl_parse(ct_idl_t *idl, ct_idl_file_t *file);

typedef struct ct_idl_parser_s {
    ct_idl_t      *idl;
    ct_idl_file_t *file;
    ct_idl_lex_t   lex;
    ct_idl_token_t token;     /* not yet consumed */
    int32_t        next_auto; /* the id of a field that is given none */
} ct_idl_parser_t;

/* Consumes the token. */
void ct_idl_parser_advance(ct_idl_parser_t *parser);

/* Whether the token is that sign or word; nothing is consumed. */
bool ct_idl_parser_is_sign(const ct_idl_parser_t *parser, char sign);
bool ct_idl_parser_is_word(const ct_idl_parser_t *parser, const char *c_word);

/* Consumes the token if it is that sign or word, and tells. */
bool ct_idl_parser_accept_sign(ct_idl_parser_t *parser, char sign);
bool ct_idl_parser_accept_word(ct_idl_parser_t *parser, const char *c_word);

/* `,` or `;`, which may always be left out. */
void ct_idl_parser_accept_separator(ct_idl_parser_t *parser);

/* Consumes that sign; CT_ERROR, reported, if there is another token. */
ct_rc_t ct_idl_parser_expect_sign(ct_idl_parser_t *parser, char sign);

/* Consumes a literal. */
ct_rc_t ct_idl_parser_expect_text(ct_idl_parser_t *parser, ct_str_t *text);

/* Consumes a name that may be given to something: no dots, no keyword. */
ct_rc_t ct_idl_parser_expect_name(ct_idl_parser_t *parser, ct_idl_word_t *name);

/* Whether a word means something by itself and can name nothing. */
bool ct_idl_parser_is_keyword(ct_str_t word);

/* Reports "expected ..., found <the token>"; always CT_ERROR. */
ct_rc_t ct_idl_parser_unexpected(ct_idl_parser_t *parser, const char *c_what);

/* Another pointer at the end of a list of them. */
static inline void
ct_idl_push(ct_array_t *list, void *item)
{
    *(void **) ct_array_push(list) = item;
}

/* A definition with nothing in it yet, at the place of the token. */
ct_idl_def_t *ct_idl_parser_new_def(ct_idl_parser_t  *parser,
                                    ct_idl_def_kind_t kind);

/* Parses one item and adds it to `list`. */
typedef ct_rc_t (*ct_idl_rule_fn)(ct_idl_parser_t *parser, ct_array_t *list);

/*
 * Items up to `close`, which is consumed.  CT_ERROR only when it is missing:
 * what was wrong inside has been reported and counted.
 */
ct_rc_t ct_idl_parser_items(ct_idl_parser_t *parser, char close,
                            ct_idl_rule_fn rule, ct_array_t *list);

/* After an error in the definition that began at `start`: to the next one. */
void ct_idl_parser_recover(ct_idl_parser_t *parser, const char *start);

/* Fields up to `close`, their opening sign consumed. */
ct_rc_t ct_idl_parse_fields(ct_idl_parser_t *parser, char close,
                            ct_array_t *fields);

/* What stands behind `struct`, `union`, `exception`, and behind `service`. */
ct_rc_t ct_idl_parse_struct(ct_idl_parser_t *parser, ct_idl_def_t *def);
ct_rc_t ct_idl_parse_service(ct_idl_parser_t *parser, ct_idl_def_t *def);

/* A type with its annotations; `void` only where asked for. */
ct_rc_t ct_idl_parse_type(ct_idl_parser_t *parser, bool allow_void,
                          ct_idl_type_t **type);

/* A constant value of any form. */
ct_rc_t ct_idl_parse_value(ct_idl_parser_t *parser, ct_idl_value_t **value);

/* `(a = "b", c)`, or nothing; `list` is set in any case. */
ct_rc_t ct_idl_parse_annotations(ct_idl_parser_t *parser, ct_array_t *list);

#endif /* CT_IDL_PARSE_H */

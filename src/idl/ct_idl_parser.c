/*
 * ct_idl_parser.c -- steps over tokens, which all rules are made of.
 *
 * An error is met where it stands and unwinds to the nearest list: of fields,
 * values or functions, else of definitions.  There the parser passes over
 * tokens until one may begin the next item, so one run shows several errors:
 *
 *   list            | goes on at
 *   in braces, ( )  | behind `,` or `;`, at a number or word that begins a
 *                   | line, at the closing sign
 *   of definitions  | at a word that opens one and begins a line
 *
 * What a broken item left behind is not kept; the checker does not run on a
 * file with errors, so no error follows from another.
 */

#include "core/ct_config.h"

#include "idl/ct_idl_parse.h"

#include "core/ct_pool.h"
#include "idl/ct_idl_report.h"


void
ct_idl_parser_advance(ct_idl_parser_t *parser)
{
    ct_idl_lex_next(&parser->lex, &parser->token);
}


bool
ct_idl_parser_is_sign(const ct_idl_parser_t *parser, char sign)
{
    return parser->token.kind == CT_IDL_TOKEN_SIGN
           && parser->token.text.data[0] == sign;
}


bool
ct_idl_parser_is_word(const ct_idl_parser_t *parser, const char *c_word)
{
    return parser->token.kind == CT_IDL_TOKEN_WORD
           && ct_str_eq_c(parser->token.text, c_word);
}


bool
ct_idl_parser_accept_sign(ct_idl_parser_t *parser, char sign)
{
    if (!ct_idl_parser_is_sign(parser, sign)) {
        return false;
    }
    ct_idl_parser_advance(parser);
    return true;
}


bool
ct_idl_parser_accept_word(ct_idl_parser_t *parser, const char *c_word)
{
    if (!ct_idl_parser_is_word(parser, c_word)) {
        return false;
    }
    ct_idl_parser_advance(parser);
    return true;
}


void
ct_idl_parser_accept_separator(ct_idl_parser_t *parser)
{
    if (!ct_idl_parser_accept_sign(parser, ',')) {
        (void) ct_idl_parser_accept_sign(parser, ';');
    }
}


/*
 * The token is shown with escapes, and cut: it may be a word of a megabyte.
 * One that the lexer has refused has been reported there.
 */
ct_rc_t
ct_idl_parser_unexpected(ct_idl_parser_t *parser, const char *c_what)
{
    /* Longest piece of the token that is shown, escapes included. */
    char                  shown[64];
    const ct_idl_token_t *token = &parser->token;

    switch (token->kind) {
    case CT_IDL_TOKEN_BAD:
        return CT_ERROR; /* the lexer has said so */
    case CT_IDL_TOKEN_END:
        return ct_idl_error(parser->idl, &token->pos,
                            "expected %s, found the end of the file", c_what);
    case CT_IDL_TOKEN_TEXT:
        return ct_idl_error(parser->idl, &token->pos,
                            "expected %s, found a string", c_what);
    case CT_IDL_TOKEN_WORD:
    case CT_IDL_TOKEN_INT:
    case CT_IDL_TOKEN_DOUBLE:
    case CT_IDL_TOKEN_SIGN:
        break;
    }
    return ct_idl_error(parser->idl, &token->pos, "expected %s, found '%s'",
                        c_what,
                        ct_str_printable(token->text, shown, sizeof(shown)));
}


ct_rc_t
ct_idl_parser_expect_sign(ct_idl_parser_t *parser, char sign)
{
    const char what[] = { '\'', sign, '\'', '\0' };

    if (!ct_idl_parser_accept_sign(parser, sign)) {
        return ct_idl_parser_unexpected(parser, what);
    }
    return CT_OK;
}


ct_rc_t
ct_idl_parser_expect_text(ct_idl_parser_t *parser, ct_str_t *text)
{
    if (parser->token.kind != CT_IDL_TOKEN_TEXT) {
        return ct_idl_parser_unexpected(parser, "a string");
    }
    *text = parser->token.text;
    ct_idl_parser_advance(parser);
    return CT_OK;
}


/*
 * Words that name nothing else.  Apache's compiler also refuses what is
 * reserved in any of its target languages; here C's words get an underscore
 * behind them and the rest are welcome.
 */
bool
ct_idl_parser_is_keyword(ct_str_t word)
{
    static const char *const words[] = {
        "include", "cpp_include", "namespace", "const",    "typedef", "enum",
        "struct",  "union",       "exception", "service",  "extends", "throws",
        "oneway",  "void",        "bool",      "byte",     "i8",      "i16",
        "i32",     "i64",         "double",    "string",   "binary",  "list",
        "set",     "map",         "required",  "optional", "true",    "false",
    };

    for (size_t i = 0; i < CT_ARRAY_LEN(words); i++) {
        if (ct_str_eq_c(word, words[i])) {
            return true;
        }
    }
    return false;
}


/* A dot would make it a name of another file's. */
ct_rc_t
ct_idl_parser_expect_name(ct_idl_parser_t *parser, ct_idl_word_t *name)
{
    const ct_idl_token_t *token = &parser->token;

    if (token->kind != CT_IDL_TOKEN_WORD) {
        return ct_idl_parser_unexpected(parser, "a name");
    }
    if (ct_idl_parser_is_keyword(token->text)) {
        return ct_idl_error(parser->idl, &token->pos,
                            "'%.*s' is a word of the IDL and cannot be a name",
                            CT_STR_ARG(token->text));
    }
    if (memchr(token->text.data, '.', token->text.len) != NULL) {
        return ct_idl_error(parser->idl, &token->pos,
                            "a name that is defined cannot have a dot");
    }
    *name = (ct_idl_word_t){ token->text, token->pos };
    ct_idl_parser_advance(parser);
    return CT_OK;
}


/* A definition of that name with nothing in it. */
ct_idl_def_t *
ct_idl_parser_new_def(ct_idl_parser_t *parser, ct_idl_def_kind_t kind)
{
    ct_pool_t    *pool = parser->idl->pool;
    ct_idl_def_t *def = ct_pool_zalloc(pool, sizeof(*def));

    def->kind = kind;
    def->file = parser->file;
    def->doc = parser->token.doc;
    def->name.pos = parser->token.pos;
    ct_array_init(&def->annotations, pool, sizeof(ct_idl_annotation_t));
    ct_array_init(&def->values, pool, sizeof(void *));
    ct_array_init(&def->fields, pool, sizeof(void *));
    ct_array_init(&def->by_id, pool, sizeof(void *));
    ct_array_init(&def->functions, pool, sizeof(void *));
    return def;
}


/* Whether the token begins a line with a word that only opens definitions. */
static bool
ct_idl_parser_at_definition(const ct_idl_parser_t *parser)
{
    static const char *const words[] = {
        "include", "cpp_include", "namespace", "const",   "typedef", "enum",
        "struct",  "union",       "exception", "service", "senum",
    };

    if (parser->token.kind != CT_IDL_TOKEN_WORD
        || !parser->token.first_on_line) {
        return false;
    }
    for (size_t i = 0; i < CT_ARRAY_LEN(words); i++) {
        if (ct_idl_parser_is_word(parser, words[i])) {
            return true;
        }
    }
    return false;
}


/* +1 at an opening sign, -1 at a closing one, else 0. */
static int
nesting(const ct_idl_token_t *token)
{
    if (token->kind != CT_IDL_TOKEN_SIGN) {
        return 0;
    }
    switch (token->text.data[0]) {
    case '{':
    case '[':
    case '(':
        return 1;
    case '}':
    case ']':
    case ')':
        return -1;
    default:
        return 0;
    }
}


/* Whether the next item may begin at this token. */
static bool
at_item(const ct_idl_parser_t *parser)
{
    return parser->token.first_on_line
           && (parser->token.kind == CT_IDL_TOKEN_INT
               || parser->token.kind == CT_IDL_TOKEN_WORD);
}


/*
 * After an error in the item that began at `start`: to the next one, which
 * stands behind a separator or at the beginning of a line.  What is in braces
 * of its own, such as a value, is passed over as a whole.
 */
static void
recover_in_list(ct_idl_parser_t *parser, const char *start, char close)
{
    int depth = 0;

    if (parser->token.pos.text == start) {
        ct_idl_parser_advance(parser);
    }
    while (parser->token.kind != CT_IDL_TOKEN_END
           && !ct_idl_parser_at_definition(parser)) {
        const int step = nesting(&parser->token);

        /* Another list's brace ends this one too, whatever is missing. */
        if (depth == 0
            && (at_item(parser) || ct_idl_parser_is_sign(parser, close)
                || ct_idl_parser_is_sign(parser, '}'))) {
            return;
        }
        if (depth == 0
            && (ct_idl_parser_is_sign(parser, ',')
                || ct_idl_parser_is_sign(parser, ';'))) {
            ct_idl_parser_advance(parser);
            return;
        }
        if (depth + step >= 0) {
            depth += step; /* one that closes too much is passed over */
        }
        ct_idl_parser_advance(parser);
    }
}


/*
 * Items up to `close`, which is consumed.  CT_ERROR only when it is missing:
 * what was wrong inside has been reported and counted.
 */
ct_rc_t
ct_idl_parser_items(ct_idl_parser_t *parser, char close, ct_idl_rule_fn rule,
                    ct_array_t *list)
{
    bool failed = false; /* the last item, so what follows is no news */

    while (!ct_idl_parser_is_sign(parser, close)
           && !ct_idl_parser_is_sign(parser, '}')
           && parser->token.kind != CT_IDL_TOKEN_END
           && !ct_idl_parser_at_definition(parser)) {
        const char *start = parser->token.pos.text;

        if (ct_idl_is_enough(parser->idl)) {
            return CT_ERROR;
        }
        failed = rule(parser, list) != CT_OK;
        if (failed) {
            recover_in_list(parser, start, close);
        }
    }
    if (failed && !ct_idl_parser_is_sign(parser, close)) {
        return CT_ERROR;
    }
    return ct_idl_parser_expect_sign(parser, close);
}


/* At least one token further, or it would never end. */
void
ct_idl_parser_recover(ct_idl_parser_t *parser, const char *start)
{
    if (parser->token.pos.text == start) {
        ct_idl_parser_advance(parser);
    }
    while (parser->token.kind != CT_IDL_TOKEN_END
           && !ct_idl_parser_at_definition(parser)) {
        ct_idl_parser_advance(parser);
    }
}

/*
 * ct_idl_parse_type.c -- the grammar's small rules: types, values and
 * annotations.
 *
 *   type        = ( BASE | NAME | container ) [ annotations ]
 *   container   = "map" [ cpp ] "<" type "," type ">" [ cpp ]
 *               | ( "list" | "set" ) [ cpp ] "<" type ">" [ cpp ]
 *   cpp         = "cpp_type" TEXT
 *   value       = INT | DOUBLE | TEXT | NAME | "[" { value [ "," | ";" ] } "]"
 *               | "{" { value ":" value [ "," | ";" ] } "}"
 *   annotations = "(" { NAME [ "=" TEXT ] [ "," | ";" ] } ")"
 *
 * The two rules that hold themselves, types and values, count their depth:
 * the input chooses it, the stack pays for it.
 */

#include "core/ct_config.h"

#include "idl/ct_idl_parse.h"

#include "core/ct_pool.h"
#include "idl/ct_idl_report.h"


/* Kept for those who read the tree; C code depends on none. */
static ct_rc_t
parse_annotation(ct_idl_parser_t *parser, ct_array_t *list)
{
    ct_idl_annotation_t annotation = { .value = CT_STR_INIT("1") };

    if (parser->token.kind != CT_IDL_TOKEN_WORD) {
        return ct_idl_parser_unexpected(parser, "an annotation");
    }
    annotation.key = parser->token.text;
    ct_idl_parser_advance(parser);
    if (ct_idl_parser_accept_sign(parser, '=')
        && ct_idl_parser_expect_text(parser, &annotation.value) != CT_OK) {
        return CT_ERROR;
    }
    ct_idl_parser_accept_separator(parser);
    *(ct_idl_annotation_t *) ct_array_push(list) = annotation;
    return CT_OK;
}


ct_rc_t
ct_idl_parse_annotations(ct_idl_parser_t *parser, ct_array_t *list)
{
    ct_array_init(list, parser->idl->pool, sizeof(ct_idl_annotation_t));
    if (!ct_idl_parser_accept_sign(parser, '(')) {
        return CT_OK;
    }
    while (!ct_idl_parser_accept_sign(parser, ')')) {
        if (parse_annotation(parser, list) != CT_OK) {
            return CT_ERROR;
        }
    }
    return CT_OK;
}


/* CT_DECLINED: the word is no base type. */
static ct_rc_t
base_kind(ct_str_t word, ct_idl_kind_t *kind)
{
    static const struct {
        const char   *c_word;
        ct_idl_kind_t kind;
    } bases[] = {
        { "void", CT_IDL_VOID },     { "bool", CT_IDL_BOOL },
        { "byte", CT_IDL_I8 },       { "i8", CT_IDL_I8 },
        { "i16", CT_IDL_I16 },       { "i32", CT_IDL_I32 },
        { "i64", CT_IDL_I64 },       { "double", CT_IDL_DOUBLE },
        { "string", CT_IDL_STRING }, { "binary", CT_IDL_BINARY },
        { "uuid", CT_IDL_UUID },     { "list", CT_IDL_LIST },
        { "set", CT_IDL_SET },       { "map", CT_IDL_MAP },
    };

    for (size_t i = 0; i < CT_ARRAY_LEN(bases); i++) {
        if (ct_str_eq_c(word, bases[i].c_word)) {
            *kind = bases[i].kind;
            return CT_OK;
        }
    }
    return CT_DECLINED;
}


/* `cpp_type "..."`, which stands before or behind a container's <>. */
static ct_rc_t
skip_cpp_type(ct_idl_parser_t *parser)
{
    ct_str_t text;

    if (!ct_idl_parser_accept_word(parser, "cpp_type")) {
        return CT_OK;
    }
    return ct_idl_parser_expect_text(parser, &text);
}


static ct_rc_t parse_type_at(ct_idl_parser_t *parser, uint32_t depth,
                             ct_idl_type_t **type);


/* `<T>` or `<K, V>`. */
static ct_rc_t
parse_parameters(ct_idl_parser_t *parser, ct_idl_type_t *type, uint32_t depth)
{
    if (skip_cpp_type(parser) != CT_OK
        || ct_idl_parser_expect_sign(parser, '<') != CT_OK) {
        return CT_ERROR;
    }
    if (type->kind == CT_IDL_MAP
        && (parse_type_at(parser, depth + 1, &type->key) != CT_OK
            || ct_idl_parser_expect_sign(parser, ',') != CT_OK)) {
        return CT_ERROR;
    }
    if (parse_type_at(parser, depth + 1, &type->element) != CT_OK
        || ct_idl_parser_expect_sign(parser, '>') != CT_OK) {
        return CT_ERROR;
    }
    return skip_cpp_type(parser);
}


/*
 * Every word that is no base type may be a definition further down or in
 * another file, so it is taken as a name and asked about later.
 */
static ct_rc_t
parse_type_at(ct_idl_parser_t *parser, uint32_t depth, ct_idl_type_t **type)
{
    const ct_idl_token_t *token = &parser->token;
    ct_idl_type_t *new = NULL;

    if (token->kind != CT_IDL_TOKEN_WORD) {
        return ct_idl_parser_unexpected(parser, "a type");
    }
    if (depth > CT_IDL_MAX_DEPTH) {
        return ct_idl_error(parser->idl, &token->pos,
                            "types are nested more than %d deep",
                            CT_IDL_MAX_DEPTH);
    }
    if (ct_str_eq_c(token->text, "slist")) {
        return ct_idl_error(parser->idl, &token->pos,
                            "'slist' is not supported: use list<string>");
    }
    new = ct_pool_zalloc(parser->idl->pool, sizeof(*new));
    new->pos = token->pos;
    if (base_kind(token->text, &new->kind) != CT_OK) {
        if (ct_idl_parser_is_keyword(token->text)) {
            return ct_idl_parser_unexpected(parser, "a type");
        }
        new->kind = CT_IDL_NAMED;
        new->name = token->text;
    }
    if (new->kind == CT_IDL_VOID) {
        return ct_idl_parser_unexpected(parser, "a type with a value");
    }
    ct_idl_parser_advance(parser);
    if (ct_idl_is_container(new)
        && parse_parameters(parser, new, depth) != CT_OK) {
        return CT_ERROR;
    }
    *type = new;
    return ct_idl_parse_annotations(parser, &new->annotations);
}


ct_rc_t
ct_idl_parse_type(ct_idl_parser_t *parser, bool allow_void,
                  ct_idl_type_t **type)
{
    if (!allow_void || !ct_idl_parser_is_word(parser, "void")) {
        return parse_type_at(parser, 1, type);
    }
    *type = ct_pool_zalloc(parser->idl->pool, sizeof(**type));
    (*type)->kind = CT_IDL_VOID;
    (*type)->pos = parser->token.pos;
    ct_idl_parser_advance(parser);
    return CT_OK;
}


static ct_rc_t parse_value_at(ct_idl_parser_t *parser, uint32_t depth,
                              ct_idl_value_t **value);


/* One more item, its depth counted into the whole. */
static ct_rc_t
parse_item(ct_idl_parser_t *parser, uint32_t depth, ct_idl_value_t *whole,
           ct_array_t *items)
{
    ct_idl_value_t *item = NULL;

    if (parse_value_at(parser, depth + 1, &item) != CT_OK) {
        return CT_ERROR;
    }
    if (item->depth + 1 > whole->depth) {
        whole->depth = item->depth + 1;
    }
    *(ct_idl_value_t **) ct_array_push(items) = item;
    return CT_OK;
}


/* Separators are optional here too: [1 2 3] is a list. */
static ct_rc_t
parse_list(ct_idl_parser_t *parser, uint32_t depth, ct_idl_value_t *list)
{
    list->kind = CT_IDL_VALUE_LIST;
    while (!ct_idl_parser_accept_sign(parser, ']')) {
        if (parse_item(parser, depth, list, &list->items) != CT_OK) {
            return CT_ERROR;
        }
        ct_idl_parser_accept_separator(parser);
    }
    return CT_OK;
}


/* A struct's value has the same form; the checker knows which it is. */
static ct_rc_t
parse_map(ct_idl_parser_t *parser, uint32_t depth, ct_idl_value_t *map)
{
    map->kind = CT_IDL_VALUE_MAP;
    while (!ct_idl_parser_accept_sign(parser, '}')) {
        if (parse_item(parser, depth, map, &map->keys) != CT_OK
            || ct_idl_parser_expect_sign(parser, ':') != CT_OK
            || parse_item(parser, depth, map, &map->items) != CT_OK) {
            return CT_ERROR;
        }
        ct_idl_parser_accept_separator(parser);
    }
    return CT_OK;
}


/* A value of one token. */
static ct_rc_t
parse_scalar(ct_idl_parser_t *parser, ct_idl_value_t *value)
{
    const ct_idl_token_t *token = &parser->token;

    value->text = token->text;
    value->i64 = token->i64;
    value->number = token->number;
    switch (token->kind) {
    case CT_IDL_TOKEN_INT:
        value->kind = CT_IDL_VALUE_INT;
        break;
    case CT_IDL_TOKEN_DOUBLE:
        value->kind = CT_IDL_VALUE_DOUBLE;
        break;
    case CT_IDL_TOKEN_TEXT:
        value->kind = CT_IDL_VALUE_TEXT;
        break;
    case CT_IDL_TOKEN_WORD:
        value->kind = CT_IDL_VALUE_NAME;
        break;
    case CT_IDL_TOKEN_END:
    case CT_IDL_TOKEN_SIGN:
    case CT_IDL_TOKEN_BAD:
        return ct_idl_parser_unexpected(parser, "a value");
    }
    ct_idl_parser_advance(parser);
    return CT_OK;
}


/* `depth` is how deep the stack stands, value->depth how deep it is inside. */
static ct_rc_t
parse_value_at(ct_idl_parser_t *parser, uint32_t depth, ct_idl_value_t **value)
{
    ct_idl_value_t *new = ct_pool_zalloc(parser->idl->pool, sizeof(*new));

    if (depth > CT_IDL_MAX_DEPTH) {
        return ct_idl_error(parser->idl, &parser->token.pos,
                            "values are nested more than %d deep",
                            CT_IDL_MAX_DEPTH);
    }
    new->pos = parser->token.pos;
    new->depth = 1;
    ct_array_init(&new->items, parser->idl->pool, sizeof(ct_idl_value_t *));
    ct_array_init(&new->keys, parser->idl->pool, sizeof(ct_idl_value_t *));
    *value = new;
    if (ct_idl_parser_accept_sign(parser, '[')) {
        return parse_list(parser, depth, new);
    }
    if (ct_idl_parser_accept_sign(parser, '{')) {
        return parse_map(parser, depth, new);
    }
    return parse_scalar(parser, new);
}


ct_rc_t
ct_idl_parse_value(ct_idl_parser_t *parser, ct_idl_value_t **value)
{
    return parse_value_at(parser, 1, value);
}

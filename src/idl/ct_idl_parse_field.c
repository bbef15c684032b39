/*
 * ct_idl_parse_field.c -- fields, and what is made of nothing else.
 *
 *   field  = [ INT ":" ] [ "required" | "optional" ] type [ "&" ] NAME
 *            [ "=" value ] { xsd } [ annotations ] [ "," | ";" ]
 *   xsd    = "xsd_optional" | "xsd_nillable" | "xsd_attrs" "{" ... "}"
 *   struct = ( "struct" | "union" | "exception" ) NAME [ "xsd_all" ]
 *            "{" { field } "}" [ annotations ]
 *
 * Fields without an id count down from -1, as in Apache's compiler: what two
 * versions of a file mean by such a field depends on its place, hence the
 * warning.
 */

#include "core/ct_config.h"

#include "idl/ct_idl_parse.h"

#include "core/ct_pool.h"
#include "idl/ct_idl_report.h"


/* The number was read as 64 bits; an id has 16. */
static ct_rc_t
check_id(ct_idl_parser_t *parser, const ct_idl_token_t *token)
{
    if (token->i64 < INT16_MIN || token->i64 > INT16_MAX) {
        return ct_idl_error(parser->idl, &token->pos,
                            "field id is not in %d..%d", INT16_MIN, INT16_MAX);
    }
    if (token->i64 < 1) {
        ct_idl_warn(parser->idl, &token->pos,
                    "field ids below 1 are kept for fields without one");
    }
    return CT_OK;
}


/* `12:`, or the next of the ids that count down from -1. */
static ct_rc_t
parse_id(ct_idl_parser_t *parser, ct_idl_field_t *field)
{
    const ct_idl_token_t token = parser->token;

    if (token.kind == CT_IDL_TOKEN_INT) {
        if (check_id(parser, &token) != CT_OK) {
            return CT_ERROR;
        }
        field->id = (int16_t) token.i64;
        field->has_id = true;
        ct_idl_parser_advance(parser);
        return ct_idl_parser_expect_sign(parser, ':');
    }
    if (parser->next_auto < INT16_MIN) {
        return ct_idl_error(parser->idl, &token.pos,
                            "too many fields without an id");
    }
    field->id = (int16_t) parser->next_auto;
    parser->next_auto--;
    return CT_OK;
}


/* Neither word is Thrift's third way: written always, missed by nobody. */
static void
parse_required(ct_idl_parser_t *parser, ct_idl_field_t *field)
{
    if (ct_idl_parser_accept_word(parser, "required")) {
        field->required = CT_IDL_REQUIRED;
    } else if (ct_idl_parser_accept_word(parser, "optional")) {
        field->required = CT_IDL_OPTIONAL;
    }
}


/* `xsd_attrs { ... }` describes attributes of an XML schema; not looked at. */
static ct_rc_t
skip_braces(ct_idl_parser_t *parser)
{
    size_t depth = 1;

    if (ct_idl_parser_expect_sign(parser, '{') != CT_OK) {
        return CT_ERROR;
    }
    while (depth > 0) {
        if (parser->token.kind == CT_IDL_TOKEN_END) {
            return ct_idl_parser_unexpected(parser, "'}'");
        }
        depth += ct_idl_parser_is_sign(parser, '{');
        depth -= ct_idl_parser_is_sign(parser, '}');
        ct_idl_parser_advance(parser);
    }
    return CT_OK;
}


/* What may stand between a field's default and its annotations. */
static ct_rc_t
parse_xsd(ct_idl_parser_t *parser)
{
    (void) ct_idl_parser_accept_word(parser, "xsd_optional");
    (void) ct_idl_parser_accept_word(parser, "xsd_nillable");
    if (ct_idl_parser_accept_word(parser, "xsd_attrs")) {
        return skip_braces(parser);
    }
    return CT_OK;
}


/* Name, default and annotations: all behind a field's type. */
static ct_rc_t
parse_field_rest(ct_idl_parser_t *parser, ct_idl_field_t *field)
{
    /* `&` asks C++ for a pointer; here every struct in a field is one. */
    (void) ct_idl_parser_accept_sign(parser, '&');
    if (ct_idl_parser_expect_name(parser, &field->name) != CT_OK) {
        return CT_ERROR;
    }
    if (ct_idl_parser_accept_sign(parser, '=')
        && ct_idl_parse_value(parser, &field->value) != CT_OK) {
        return CT_ERROR;
    }
    if (parse_xsd(parser) != CT_OK) {
        return CT_ERROR;
    }
    return ct_idl_parse_annotations(parser, &field->annotations);
}


/* A struct, arguments and exceptions thrown are all made of these. */
static ct_rc_t
parse_field(ct_idl_parser_t *parser, ct_array_t *list)
{
    ct_idl_field_t *field = ct_pool_zalloc(parser->idl->pool, sizeof(*field));

    field->doc = parser->token.doc;
    if (parse_id(parser, field) != CT_OK) {
        return CT_ERROR;
    }
    parse_required(parser, field);
    if (ct_idl_parse_type(parser, false, &field->type) != CT_OK
        || parse_field_rest(parser, field) != CT_OK) {
        return CT_ERROR;
    }
    if (!field->has_id) {
        ct_idl_warn(parser->idl, &field->name.pos,
                    "field '%.*s' has no id, %d is taken: it changes when "
                    "fields change their order",
                    CT_STR_ARG(field->name.str), field->id);
    }
    ct_idl_parser_accept_separator(parser);
    ct_idl_push(list, field);
    return CT_OK;
}


/* Fields in braces or parentheses, whose opening sign has been consumed. */
ct_rc_t
ct_idl_parse_fields(ct_idl_parser_t *parser, char close, ct_array_t *fields)
{
    parser->next_auto = -1;
    return ct_idl_parser_items(parser, close, parse_field, fields);
}


/* One rule for struct, union and exception; def->kind tells them apart. */
ct_rc_t
ct_idl_parse_struct(ct_idl_parser_t *parser, ct_idl_def_t *def)
{
    if (ct_idl_parser_expect_name(parser, &def->name) != CT_OK) {
        return CT_ERROR;
    }
    (void) ct_idl_parser_accept_word(parser, "xsd_all");
    if (ct_idl_parser_expect_sign(parser, '{') != CT_OK
        || ct_idl_parse_fields(parser, '}', &def->fields) != CT_OK) {
        return CT_ERROR;
    }
    return ct_idl_parse_annotations(parser, &def->annotations);
}

/*
 * ct_idl_parse_service.c -- services and their functions.
 *
 *   service  = "service" NAME [ "extends" NAME ] "{" { function } "}"
 *              [ annotations ]
 *   function = [ "oneway" | "async" ] ( "void" | type ) NAME "(" { field } ")"
 *              [ "throws" "(" { field } ")" ] [ annotations ] [ "," | ";" ]
 *
 * Arguments and result are structs on the wire, so they are made structs here
 * and every later part treats them as such: NAME_args holds the arguments,
 * NAME_result a field `success` with id 0 and the exceptions.
 */

#include "core/ct_config.h"

#include "idl/ct_idl_parse.h"

#include "core/ct_pool.h"
#include "idl/ct_idl_report.h"


/* The comment that is near by here is an argument's, or the next method's. */
static ct_idl_def_t *
new_struct(ct_idl_parser_t *parser)
{
    ct_idl_def_t *def = ct_idl_parser_new_def(parser, CT_IDL_STRUCT);

    def->doc = CT_STR_NONE;
    return def;
}


/* What a method answers with: `success`, if it is not void; errors follow. */
static void
begin_result(ct_idl_parser_t *parser, ct_idl_function_t *function)
{
    ct_idl_field_t *field;

    function->result = new_struct(parser);
    function->result->is_result = true;
    if (function->type->kind == CT_IDL_VOID) {
        return;
    }
    field = ct_pool_zalloc(parser->idl->pool, sizeof(*field));
    field->name.str = CT_STR("success");
    field->name.pos = function->name.pos;
    field->has_id = true;
    field->type = function->type;
    ct_idl_push(&function->result->fields, field);
}


/* `throws (...)`; a oneway method may have it only to be told off. */
static ct_rc_t
parse_throws(ct_idl_parser_t *parser, ct_idl_function_t *function)
{
    const ct_idl_pos_t pos = parser->token.pos;

    begin_result(parser, function);
    if (ct_idl_parser_accept_word(parser, "throws")) {
        if (ct_idl_parser_expect_sign(parser, '(') != CT_OK
            || ct_idl_parse_fields(parser, ')', &function->result->fields)
                   != CT_OK) {
            return CT_ERROR;
        }
        if (function->oneway) {
            return ct_idl_error(parser->idl, &pos,
                                "a oneway method cannot throw");
        }
    }
    if (function->oneway) {
        function->result = NULL;
    }
    return CT_OK;
}


/* `async` is what `oneway` was called once. */
static ct_rc_t
parse_function_head(ct_idl_parser_t *parser, ct_idl_function_t *function)
{
    function->doc = parser->token.doc;
    function->oneway = ct_idl_parser_accept_word(parser, "oneway")
                       || ct_idl_parser_accept_word(parser, "async");
    if (ct_idl_parse_type(parser, true, &function->type) != CT_OK) {
        return CT_ERROR;
    }
    if (function->oneway && function->type->kind != CT_IDL_VOID) {
        return ct_idl_error(parser->idl, &function->type->pos,
                            "a oneway method must be void");
    }
    return ct_idl_parser_expect_name(parser, &function->name);
}


/* Its two structs get their names here; they stand where the function does. */
static ct_rc_t
parse_function(ct_idl_parser_t *parser, ct_array_t *list)
{
    ct_pool_t         *pool = parser->idl->pool;
    ct_idl_function_t *function = ct_pool_zalloc(pool, sizeof(*function));

    if (parse_function_head(parser, function) != CT_OK
        || ct_idl_parser_expect_sign(parser, '(') != CT_OK) {
        return CT_ERROR;
    }
    function->args = new_struct(parser);
    if (ct_idl_parse_fields(parser, ')', &function->args->fields) != CT_OK
        || parse_throws(parser, function) != CT_OK
        || ct_idl_parse_annotations(parser, &function->annotations) != CT_OK) {
        return CT_ERROR;
    }
    function->args->name.pos = function->name.pos;
    function->args->name.str =
        ct_str_printf(pool, "%.*s_args", CT_STR_ARG(function->name.str));
    if (function->result != NULL) {
        function->result->name.pos = function->name.pos;
        function->result->name.str =
            ct_str_printf(pool, "%.*s_result", CT_STR_ARG(function->name.str));
    }
    ct_idl_parser_accept_separator(parser);
    ct_idl_push(list, function);
    return CT_OK;
}


/* The name of another service, perhaps one of an included file. */
static ct_rc_t
parse_base(ct_idl_parser_t *parser, ct_idl_word_t *base)
{
    if (!ct_idl_parser_accept_word(parser, "extends")) {
        return CT_OK;
    }
    if (parser->token.kind != CT_IDL_TOKEN_WORD) {
        return ct_idl_parser_unexpected(parser, "a service");
    }
    *base = (ct_idl_word_t){ parser->token.text, parser->token.pos };
    ct_idl_parser_advance(parser);
    return CT_OK;
}


ct_rc_t
ct_idl_parse_service(ct_idl_parser_t *parser, ct_idl_def_t *def)
{
    if (ct_idl_parser_expect_name(parser, &def->name) != CT_OK
        || parse_base(parser, &def->base_name) != CT_OK
        || ct_idl_parser_expect_sign(parser, '{') != CT_OK
        || ct_idl_parser_items(parser, '}', parse_function, &def->functions)
               != CT_OK) {
        return CT_ERROR;
    }
    return ct_idl_parse_annotations(parser, &def->annotations);
}

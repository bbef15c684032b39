/*
 * ct_idl_parse.c -- tokens to tree: a file and its definitions.
 *
 *   file       = { header | definition [ "," | ";" ] }
 *   header     = "namespace" ( SCOPE | "*" ) NAME [ annotations ]
 *              | "include" TEXT | "cpp_include" TEXT
 *   definition = typedef | const | enum | struct | service
 *   typedef    = "typedef" type NAME [ annotations ]
 *   const      = "const" type NAME "=" value [ annotations ]
 *   enum       = "enum" NAME "{" { NAME [ "=" INT ] [ annotations ] [ "," | ";"
 * ] }
 *                "}" [ annotations ]
 *
 * One function for each rule, named after it; structs stand in
 * ct_idl_parse_field.c, services in ct_idl_parse_service.c, types and values in
 * ct_idl_parse_type.c.  This is Apache's grammar, a little wider: headers may
 * follow definitions, and a separator may follow any of them.
 */

#include "core/ct_config.h"

#include "idl/ct_idl_parse.h"

#include "core/ct_pool.h"
#include "idl/ct_idl_report.h"

/* What a definition begins with, and the rule behind that word. */
typedef struct definition_s {
    const char       *c_word;
    ct_idl_def_kind_t kind;
    ct_rc_t (*parse)(ct_idl_parser_t *parser, ct_idl_def_t *def);
} definition_t;


/* The new name may be used before this line as well as after it. */
static ct_rc_t
parse_typedef(ct_idl_parser_t *parser, ct_idl_def_t *def)
{
    if (ct_idl_parse_type(parser, false, &def->type) != CT_OK
        || ct_idl_parser_expect_name(parser, &def->name) != CT_OK) {
        return CT_ERROR;
    }
    return ct_idl_parse_annotations(parser, &def->annotations);
}


static ct_rc_t
parse_const(ct_idl_parser_t *parser, ct_idl_def_t *def)
{
    if (ct_idl_parse_type(parser, false, &def->type) != CT_OK
        || ct_idl_parser_expect_name(parser, &def->name) != CT_OK
        || ct_idl_parser_expect_sign(parser, '=') != CT_OK
        || ct_idl_parse_value(parser, &def->value) != CT_OK) {
        return CT_ERROR;
    }
    return ct_idl_parse_annotations(parser, &def->annotations);
}


/* `= 3`, or one more than the value before. */
static ct_rc_t
parse_number(ct_idl_parser_t *parser, const ct_array_t *list,
             ct_idl_enum_value_t *value)
{
    ct_idl_pos_t pos = value->name.pos;
    int64_t      number = 0;

    if (list->n > 0) {
        number =
            (int64_t) CT_IDL_AT(ct_idl_enum_value_t, list, list->n - 1)->value
            + 1;
    }
    if (ct_idl_parser_accept_sign(parser, '=')) {
        if (parser->token.kind != CT_IDL_TOKEN_INT) {
            return ct_idl_parser_unexpected(parser, "a whole number");
        }
        pos = parser->token.pos;
        number = parser->token.i64;
        ct_idl_parser_advance(parser);
    }
    if (number < INT32_MIN || number > INT32_MAX) {
        return ct_idl_error(parser->idl, &pos,
                            "value of an enum does not fit 32 bits");
    }
    value->value = (int32_t) number;
    return CT_OK;
}


/*
 * A value that was wrong is not kept, so the next counts from the one before.
 */
static ct_rc_t
parse_enum_value(ct_idl_parser_t *parser, ct_array_t *list)
{
    ct_idl_enum_value_t *value;

    value = ct_pool_zalloc(parser->idl->pool, sizeof(*value));
    value->doc = parser->token.doc;
    if (ct_idl_parser_expect_name(parser, &value->name) != CT_OK
        || parse_number(parser, list, value) != CT_OK
        || ct_idl_parse_annotations(parser, &value->annotations) != CT_OK) {
        return CT_ERROR;
    }
    ct_idl_parser_accept_separator(parser);
    ct_idl_push(list, value);
    return CT_OK;
}


/* Values know their enum: a name in a constant leads to a value first. */
static ct_rc_t
parse_enum(ct_idl_parser_t *parser, ct_idl_def_t *def)
{
    if (ct_idl_parser_expect_name(parser, &def->name) != CT_OK
        || ct_idl_parser_expect_sign(parser, '{') != CT_OK
        || ct_idl_parser_items(parser, '}', parse_enum_value, &def->values)
               != CT_OK) {
        return CT_ERROR;
    }
    for (size_t i = 0; i < def->values.n; i++) {
        CT_IDL_AT(ct_idl_enum_value_t, &def->values, i)->def = def;
    }
    return ct_idl_parse_annotations(parser, &def->annotations);
}


static ct_rc_t
parse_definition(ct_idl_parser_t *parser)
{
    static const definition_t definitions[] = {
        { "typedef", CT_IDL_TYPEDEF, parse_typedef },
        { "enum", CT_IDL_ENUM, parse_enum },
        { "struct", CT_IDL_STRUCT, ct_idl_parse_struct },
        { "union", CT_IDL_UNION, ct_idl_parse_struct },
        { "exception", CT_IDL_EXCEPTION, ct_idl_parse_struct },
        { "const", CT_IDL_CONST, parse_const },
        { "service", CT_IDL_SERVICE, ct_idl_parse_service },
    };

    for (size_t i = 0; i < CT_ARRAY_LEN(definitions); i++) {
        if (ct_idl_parser_is_word(parser, definitions[i].c_word)) {
            ct_idl_def_t *def =
                ct_idl_parser_new_def(parser, definitions[i].kind);

            ct_idl_parser_advance(parser);
            if (definitions[i].parse(parser, def) != CT_OK) {
                return CT_ERROR;
            }
            ct_idl_parser_accept_separator(parser);
            ct_idl_push(&parser->file->defs, def);
            return CT_OK;
        }
    }
    if (ct_idl_parser_is_word(parser, "senum")) {
        return ct_idl_error(parser->idl, &parser->token.pos,
                            "'senum' is not supported: use an enum, or "
                            "constants of type string");
    }
    return ct_idl_parser_unexpected(parser, "a definition");
}


/* `namespace SCOPE NAME`; both may hold dashes, which no other word may. */
static ct_rc_t
parse_namespace(ct_idl_parser_t *parser)
{
    ct_pool_t          *pool = parser->idl->pool;
    ct_idl_namespace_t *space = ct_pool_zalloc(pool, sizeof(*space));
    ct_array_t          annotations;

    parser->lex.dashes = true;
    ct_idl_parser_advance(parser);
    space->scope = parser->token.text;
    if (parser->token.kind != CT_IDL_TOKEN_WORD
        && !ct_idl_parser_is_sign(parser, '*')) {
        return ct_idl_parser_unexpected(parser, "a language or '*'");
    }
    ct_idl_parser_advance(parser);
    parser->lex.dashes = false;
    space->name = parser->token.text;
    if (parser->token.kind != CT_IDL_TOKEN_WORD) {
        return ct_idl_parser_unexpected(parser, "a namespace");
    }
    ct_idl_parser_advance(parser);
    ct_idl_push(&parser->file->namespaces, space);
    return ct_idl_parse_annotations(parser, &annotations);
}


/* Only noted: files are read when this one is done. */
static ct_rc_t
parse_include(ct_idl_parser_t *parser)
{
    ct_idl_include_t *include;

    ct_idl_parser_advance(parser);
    include = ct_pool_zalloc(parser->idl->pool, sizeof(*include));
    include->path.pos = parser->token.pos;
    if (ct_idl_parser_expect_text(parser, &include->path.str) != CT_OK) {
        return CT_ERROR;
    }
    ct_idl_push(&parser->file->includes, include);
    return CT_OK;
}


/* CT_DECLINED: no header line begins here. */
static ct_rc_t
parse_header(ct_idl_parser_t *parser)
{
    ct_str_t text;
    ct_rc_t  rc = CT_DECLINED;

    if (ct_idl_parser_is_word(parser, "namespace")) {
        rc = parse_namespace(parser);
        parser->lex.dashes = false;
    } else if (ct_idl_parser_is_word(parser, "include")) {
        rc = parse_include(parser);
    } else if (ct_idl_parser_accept_word(parser, "cpp_include")) {
        rc = ct_idl_parser_expect_text(parser, &text);
    }
    if (rc == CT_OK) {
        ct_idl_parser_accept_separator(parser);
    }
    return rc;
}


ct_rc_t
ct_idl_parse(ct_idl_t *idl, ct_idl_file_t *file)
{
    const size_t    before = idl->nerrors;
    ct_idl_parser_t parser = { .idl = idl, .file = file };
    ct_str_t        doc;

    ct_idl_lex_init(&parser.lex, idl, file);
    ct_idl_parser_advance(&parser);
    doc = parser.token.doc;
    while (parser.token.kind != CT_IDL_TOKEN_END && !ct_idl_is_enough(idl)) {
        const char *start = parser.token.pos.text;
        ct_rc_t     rc = parse_header(&parser);

        if (rc == CT_OK && file->doc.data == NULL) {
            file->doc = doc; /* words before the first header line */
        }
        if (rc == CT_DECLINED) {
            rc = parse_definition(&parser);
        }
        doc = CT_STR_NONE;
        if (rc != CT_OK) {
            ct_idl_parser_recover(&parser, start);
        }
    }
    return idl->nerrors == before ? CT_OK : CT_ERROR;
}

/*
 * ct_idl_parse.c -- tokens to tree: files, definitions, fields, functions.
 *
 * An error is met where it stands and unwinds to the nearest list: of fields,
 * values or functions, else of definitions.  There the parser passes over
 * tokens until one may begin the next item, so one run shows several errors.
 * What a broken item left behind is not kept; the checker does not run on a
 * file with errors, so no error follows from another.
 */

#include "core/ct_config.h"

#include "idl/ct_idl_parse.h"

#include "core/ct_pool.h"
#include "idl/ct_idl_report.h"

typedef ct_rc_t (*rule_fn)(ct_idl_parser_t *parser, ct_array_t *list);

/* What a definition begins with, and the rule behind that word. */
typedef struct definition_s {
    const char       *c_word;
    ct_idl_def_kind_t kind;
    ct_rc_t (*parse)(ct_idl_parser_t *parser, ct_idl_def_t *def);
} definition_t;


static void
push(ct_array_t *list, void *item)
{
    *(void **) ct_array_push(list) = item;
}


/* A definition of that name with nothing in it. */
static ct_idl_def_t *
new_def(ct_idl_parser_t *parser, ct_idl_def_kind_t kind)
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
at_definition(const ct_idl_parser_t *parser)
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


/*
 * After an error in the item that began at `start`: to the next one, which
 * stands behind a separator or at the beginning of a line.
 */
static void
recover_in_list(ct_idl_parser_t *parser, const char *start, char close)
{
    if (parser->token.pos.text == start) {
        ct_idl_parser_advance(parser);
    }
    while (parser->token.kind != CT_IDL_TOKEN_END && !at_definition(parser)
           && !ct_idl_parser_is_sign(parser, close)) {
        if (ct_idl_parser_is_sign(parser, ',')
            || ct_idl_parser_is_sign(parser, ';')) {
            ct_idl_parser_advance(parser);
            return;
        }
        if (parser->token.first_on_line
            && (parser->token.kind == CT_IDL_TOKEN_INT
                || parser->token.kind == CT_IDL_TOKEN_WORD)) {
            return;
        }
        ct_idl_parser_advance(parser);
    }
}


/*
 * Items up to `close`, which is consumed.  CT_ERROR only when it is missing:
 * what was wrong inside has been reported and counted.
 */
static ct_rc_t
parse_items(ct_idl_parser_t *parser, char close, rule_fn rule, ct_array_t *list)
{
    while (!ct_idl_parser_is_sign(parser, close)
           && parser->token.kind != CT_IDL_TOKEN_END
           && !at_definition(parser)) {
        const char *start = parser->token.pos.text;

        if (ct_idl_is_enough(parser->idl)) {
            return CT_ERROR;
        }
        if (rule(parser, list) != CT_OK) {
            recover_in_list(parser, start, close);
        }
    }
    return ct_idl_parser_expect_sign(parser, close);
}


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
    push(list, field);
    return CT_OK;
}


/* Fields in braces or parentheses, whose opening sign has been consumed. */
static ct_rc_t
parse_fields(ct_idl_parser_t *parser, char close, ct_array_t *fields)
{
    parser->next_auto = -1;
    return parse_items(parser, close, parse_field, fields);
}


static ct_rc_t
parse_struct(ct_idl_parser_t *parser, ct_idl_def_t *def)
{
    if (ct_idl_parser_expect_name(parser, &def->name) != CT_OK) {
        return CT_ERROR;
    }
    (void) ct_idl_parser_accept_word(parser, "xsd_all");
    if (ct_idl_parser_expect_sign(parser, '{') != CT_OK
        || parse_fields(parser, '}', &def->fields) != CT_OK) {
        return CT_ERROR;
    }
    return ct_idl_parse_annotations(parser, &def->annotations);
}


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
    push(list, value);
    return CT_OK;
}


static ct_rc_t
parse_enum(ct_idl_parser_t *parser, ct_idl_def_t *def)
{
    if (ct_idl_parser_expect_name(parser, &def->name) != CT_OK
        || ct_idl_parser_expect_sign(parser, '{') != CT_OK
        || parse_items(parser, '}', parse_enum_value, &def->values) != CT_OK) {
        return CT_ERROR;
    }
    for (size_t i = 0; i < def->values.n; i++) {
        CT_IDL_AT(ct_idl_enum_value_t, &def->values, i)->def = def;
    }
    return ct_idl_parse_annotations(parser, &def->annotations);
}


/* What a method answers with: `success`, if it is not void; errors follow. */
static void
begin_result(ct_idl_parser_t *parser, ct_idl_function_t *function)
{
    ct_idl_field_t *field;

    function->result = new_def(parser, CT_IDL_STRUCT);
    function->result->is_result = true;
    if (function->type->kind == CT_IDL_VOID) {
        return;
    }
    field = ct_pool_zalloc(parser->idl->pool, sizeof(*field));
    field->name.str = CT_STR("success");
    field->name.pos = function->name.pos;
    field->has_id = true;
    field->type = function->type;
    push(&function->result->fields, field);
}


/* `throws (...)`; a oneway method may have it only to be told off. */
static ct_rc_t
parse_throws(ct_idl_parser_t *parser, ct_idl_function_t *function)
{
    const ct_idl_pos_t pos = parser->token.pos;

    begin_result(parser, function);
    if (ct_idl_parser_accept_word(parser, "throws")) {
        if (ct_idl_parser_expect_sign(parser, '(') != CT_OK
            || parse_fields(parser, ')', &function->result->fields) != CT_OK) {
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


static ct_rc_t
parse_function(ct_idl_parser_t *parser, ct_array_t *list)
{
    ct_pool_t         *pool = parser->idl->pool;
    ct_idl_function_t *function = ct_pool_zalloc(pool, sizeof(*function));

    if (parse_function_head(parser, function) != CT_OK
        || ct_idl_parser_expect_sign(parser, '(') != CT_OK) {
        return CT_ERROR;
    }
    function->args = new_def(parser, CT_IDL_STRUCT);
    if (parse_fields(parser, ')', &function->args->fields) != CT_OK
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
    push(list, function);
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


static ct_rc_t
parse_service(ct_idl_parser_t *parser, ct_idl_def_t *def)
{
    if (ct_idl_parser_expect_name(parser, &def->name) != CT_OK
        || parse_base(parser, &def->base_name) != CT_OK
        || ct_idl_parser_expect_sign(parser, '{') != CT_OK
        || parse_items(parser, '}', parse_function, &def->functions) != CT_OK) {
        return CT_ERROR;
    }
    return ct_idl_parse_annotations(parser, &def->annotations);
}


static ct_rc_t
parse_definition(ct_idl_parser_t *parser)
{
    static const definition_t definitions[] = {
        { "typedef", CT_IDL_TYPEDEF, parse_typedef },
        { "enum", CT_IDL_ENUM, parse_enum },
        { "struct", CT_IDL_STRUCT, parse_struct },
        { "union", CT_IDL_UNION, parse_struct },
        { "exception", CT_IDL_EXCEPTION, parse_struct },
        { "const", CT_IDL_CONST, parse_const },
        { "service", CT_IDL_SERVICE, parse_service },
    };

    for (size_t i = 0; i < CT_ARRAY_LEN(definitions); i++) {
        if (ct_idl_parser_is_word(parser, definitions[i].c_word)) {
            ct_idl_def_t *def = new_def(parser, definitions[i].kind);

            ct_idl_parser_advance(parser);
            if (definitions[i].parse(parser, def) != CT_OK) {
                return CT_ERROR;
            }
            ct_idl_parser_accept_separator(parser);
            push(&parser->file->defs, def);
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
    push(&parser->file->namespaces, space);
    return ct_idl_parse_annotations(parser, &annotations);
}


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
    push(&parser->file->includes, include);
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


static void
recover(ct_idl_parser_t *parser, const char *start)
{
    if (parser->token.pos.text == start) {
        ct_idl_parser_advance(parser);
    }
    while (parser->token.kind != CT_IDL_TOKEN_END && !at_definition(parser)) {
        ct_idl_parser_advance(parser);
    }
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
            recover(&parser, start);
        }
    }
    return idl->nerrors == before ? CT_OK : CT_ERROR;
}

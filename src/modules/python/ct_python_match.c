/*
 * ct_python_match.c -- whether an application is what a .thrift file says.
 *
 * The server reads a client's arguments by the file, and the application reads
 * them by what its own code was made from.  So a field that one of them does
 * not know, or knows as another type, is a value that nobody gets.  The wire
 * has no names but those of methods: another name is no more than a sign that
 * the two have grown apart.
 *
 * Structs may hold themselves: the pairs to look at are a list, each in it
 * once, which grows as fields lead to more.
 */

#include "core/ct_config.h"

#include "modules/python/ct_python_match.h"

#include <string.h>

/* Lines about one service; each says how many there would be. */
#define MAX_LINES 20

/* Types inside types that a line shows. */
#define MAX_SHOWN 4

/* Two structs, and what they are called in a line. */
typedef struct pair_s {
    const ct_struct_t *of_file;
    const ct_struct_t *of_app;
    const char        *c_part; /* what a field is: "argument" */
    ct_str_t           whole;  /* what it is of: "method 'echo'" */
} pair_t;

/* All of it ends with the match. */
typedef struct match_s {
    ct_pool_t *pool;
    ct_array_t pairs;
    ct_array_t errors;   /* of ct_str_t */
    ct_array_t warnings; /* the same */
} match_t;


static void CT_PRINTF(3, 4)
    note(match_t *match, ct_array_t *lines, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    *(ct_str_t *) ct_array_push(lines) = ct_str_vprintf(match->pool, fmt, args);
    va_end(args);
}


static void
pair_add(match_t *match, const pair_t *pair)
{
    for (size_t i = 0; i < match->pairs.n; i++) {
        const pair_t *known = ct_array_at(&match->pairs, i);

        if (known->of_file == pair->of_file && known->of_app == pair->of_app) {
            return;
        }
    }
    *(pair_t *) ct_array_push(&match->pairs) = *pair;
}


/* "argument 1 of method 'echo'". */
static ct_str_t
place_text(const match_t *match, const pair_t *pair, const ct_field_t *field)
{
    if (pair->of_file->is_result && field->id == 0) {
        return ct_str_printf(match->pool, "the result of %.*s",
                             CT_STR_ARG(pair->whole));
    }
    return ct_str_printf(match->pool, "%s %d ('%s') of %.*s", pair->c_part,
                         field->id, field->name, CT_STR_ARG(pair->whole));
}


static const char *
plain_text(ct_ttype_t ttype)
{
    switch (ttype) {
    case CT_T_BOOL:
        return "bool";
    case CT_T_I8:
        return "i8";
    case CT_T_DOUBLE:
        return "double";
    case CT_T_I16:
        return "i16";
    case CT_T_I32:
        return "i32";
    case CT_T_I64:
        return "i64";
    case CT_T_STRING:
        return "string";
    case CT_T_UUID:
        return "uuid";
    case CT_T_STOP:
    case CT_T_VOID:
    case CT_T_STRUCT:
    case CT_T_MAP:
    case CT_T_SET:
    case CT_T_LIST:
        break;
    }
    return "?";
}


/* As the IDL writes it. */
static ct_str_t
type_text(ct_pool_t *pool, const ct_type_t *type, unsigned depth)
{
    ct_str_t element;

    if (type->ttype == CT_T_STRUCT) {
        return ct_str_printf(pool, "struct %s", type->strct->name);
    }
    if (type->element == NULL) {
        return ct_str_of(plain_text(type->ttype));
    }
    if (depth >= MAX_SHOWN) {
        return CT_STR("...");
    }
    element = type_text(pool, type->element, depth + 1);
    if (type->ttype == CT_T_MAP) {
        const ct_str_t key = type_text(pool, type->key, depth + 1);

        return ct_str_printf(pool, "map<%.*s, %.*s>", CT_STR_ARG(key),
                             CT_STR_ARG(element));
    }
    return ct_str_printf(pool, "%s<%.*s>",
                         type->ttype == CT_T_SET ? "set" : "list",
                         CT_STR_ARG(element));
}


/*
 * Whether bytes of the one are bytes of the other; what structs hold is looked
 * at later.  An enum is an i32 there, and binary a string.  No deeper than
 * tables go.
 */
static bool
types_match(match_t *match, const ct_type_t *of_file, const ct_type_t *of_app)
{
    if (of_file->ttype != of_app->ttype) {
        return false;
    }
    if (of_file->ttype == CT_T_STRUCT) {
        const pair_t pair = {
            .of_file = of_file->strct,
            .of_app = of_app->strct,
            .c_part = "field",
            .whole =
                ct_str_printf(match->pool, "struct '%s'", of_file->strct->name),
        };

        pair_add(match, &pair);
        return true;
    }
    return of_file->element == NULL
           || (types_match(match, of_file->element, of_app->element)
               && (of_file->key == NULL
                   || types_match(match, of_file->key, of_app->key)));
}


/* Two fields of one id. */
static void
fields_match(match_t *match, const pair_t *pair, const ct_field_t *of_file,
             const ct_field_t *of_app)
{
    const ct_str_t place = place_text(match, pair, of_file);

    if (!types_match(match, of_file->type, of_app->type)) {
        const ct_str_t one = type_text(match->pool, of_file->type, 0);
        const ct_str_t other = type_text(match->pool, of_app->type, 0);

        note(match, &match->errors,
             "%.*s is %.*s in the file and %.*s in the application",
             CT_STR_ARG(place), CT_STR_ARG(one), CT_STR_ARG(other));
        return;
    }
    if (strcmp(of_file->name, of_app->name) != 0) {
        note(match, &match->warnings, "%.*s is called '%s' in the application",
             CT_STR_ARG(place), of_app->name);
    }
    if (of_app->required == CT_REQUIRED && of_file->required != CT_REQUIRED) {
        note(match, &match->warnings,
             "%.*s is required in the application, and not in the file",
             CT_STR_ARG(place));
    }
}


static void
lonely_note(match_t *match, const pair_t *pair, const ct_field_t *field,
            const char *c_where)
{
    const ct_str_t place = place_text(match, pair, field);

    note(match, &match->errors, "%.*s is not in the %s", CT_STR_ARG(place),
         c_where);
}


/* Both lists are in order of ids. */
static void
pair_match(match_t *match, const pair_t *pair)
{
    const ct_field_t *of_file = pair->of_file->fields;
    const ct_field_t *of_app = pair->of_app->fields;
    const ct_field_t *file_end = of_file + pair->of_file->nfields;
    const ct_field_t *app_end = of_app + pair->of_app->nfields;

    while (of_file < file_end || of_app < app_end) {
        if (of_app == app_end
            || (of_file < file_end && of_file->id < of_app->id)) {
            lonely_note(match, pair, of_file++, "application");
        } else if (of_file == file_end || of_app->id < of_file->id) {
            lonely_note(match, pair, of_app++, "file");
        } else {
            fields_match(match, pair, of_file++, of_app++);
        }
    }
}


static const ct_method_t *
method_find(const ct_service_t *service, const char *c_name)
{
    for (size_t i = 0; i < service->nmethods; i++) {
        if (strcmp(service->methods[i].name, c_name) == 0) {
            return &service->methods[i];
        }
    }
    return NULL;
}


static void
methods_match(match_t *match, const ct_method_t *of_file,
              const ct_method_t *of_app)
{
    const ct_str_t whole =
        ct_str_printf(match->pool, "method '%s'", of_file->name);
    const pair_t args = { of_file->args, of_app->args, "argument", whole };
    const pair_t result = { of_file->result, of_app->result, "exception",
                            whole };

    pair_add(match, &args);
    if (of_file->oneway != of_app->oneway) {
        note(match, &match->errors, "%.*s is oneway in the %s alone",
             CT_STR_ARG(whole), of_file->oneway ? "file" : "application");
    } else if (!of_file->oneway) {
        pair_add(match, &result);
    }
}


/* Methods first, then what they lead to. */
static void
services_match(match_t *match, const ct_service_t *of_file,
               const ct_service_t *of_app)
{
    for (size_t i = 0; i < of_file->nmethods; i++) {
        const ct_method_t *one = &of_file->methods[i];
        const ct_method_t *other = method_find(of_app, one->name);

        if (other == NULL) {
            note(match, &match->errors, "method '%s' is not in the application",
                 one->name);
        } else {
            methods_match(match, one, other);
        }
    }
    for (size_t i = 0; i < of_app->nmethods; i++) {
        if (method_find(of_file, of_app->methods[i].name) == NULL) {
            note(match, &match->errors, "method '%s' is not in the file",
                 of_app->methods[i].name);
        }
    }
    for (size_t i = 0; i < match->pairs.n; i++) {
        /* A copy: the list moves as it grows. */
        const pair_t pair = *(const pair_t *) ct_array_at(&match->pairs, i);

        pair_match(match, &pair);
    }
}


/* The first line is all that `-s reload` shows, so each tells of the others. */
static void
tell(const ct_conf_t *conf, const ct_python_conf_t *own,
     const ct_array_t *lines, bool is_error)
{
    for (size_t i = 0; i < lines->n && i < MAX_LINES; i++) {
        const ct_str_t *line = ct_array_at(lines, i);

        if (is_error) {
            (void) ct_conf_error(
                conf, "'%.*s' is not what '%.*s' says (%zu of %zu): %.*s",
                CT_STR_ARG(own->app), CT_STR_ARG(own->thrift.path), i + 1,
                lines->n, CT_STR_ARG(*line));
        } else {
            ct_conf_warn(conf,
                         "'%.*s' is not quite what '%.*s' says (%zu of %zu): "
                         "%.*s",
                         CT_STR_ARG(own->app), CT_STR_ARG(own->thrift.path),
                         i + 1, lines->n, CT_STR_ARG(*line));
        }
    }
}


ct_rc_t
ct_python_match(const ct_conf_t *conf, const ct_python_conf_t *own,
                const ct_service_t *of_file, const ct_service_t *of_app)
{
    match_t   match = { .pool = ct_pool_create(4096) };
    ct_conf_t there = *conf;
    ct_rc_t   rc;

    there.node = own->thrift.node;
    ct_array_init(&match.pairs, match.pool, sizeof(pair_t));
    ct_array_init(&match.errors, match.pool, sizeof(ct_str_t));
    ct_array_init(&match.warnings, match.pool, sizeof(ct_str_t));
    services_match(&match, of_file, of_app);
    rc = match.errors.n == 0 ? CT_OK : CT_ERROR;
    if (rc == CT_OK) {
        tell(&there, own, &match.warnings, false);
    } else {
        tell(&there, own, &match.errors, true);
    }
    ct_pool_destroy(match.pool);
    return rc;
}

/*
 * ct_idl_resolve.c -- names to definitions.
 *
 * A name may be used before it is defined, so all definitions are entered
 * first.  Structs may hold each other, since they do so by pointer; a typedef
 * may not hold itself, and its depth counts into that of the type that uses
 * it: the codec and the generators go down as deep.
 */

#include "core/ct_config.h"

#include "idl/ct_idl_check.h"

#include "core/ct_nearest.h"
#include "core/ct_pool.h"
#include "idl/ct_idl_container.h"
#include "idl/ct_idl_report.h"

/* What is done with each type that stands in a file. */
typedef ct_rc_t (*visit_fn)(ct_idl_t *idl, ct_idl_type_t *type);


/*
 * One scope for all kinds: a struct and a service of one name would meet in C
 * sooner or later.
 */
ct_rc_t
ct_idl_resolve_names(ct_idl_t *idl, ct_idl_file_t *file)
{
    ct_rc_t rc = CT_OK;

    for (size_t i = 0; i < file->defs.n; i++) {
        ct_idl_def_t *def = CT_IDL_AT(ct_idl_def_t, &file->defs, i);

        if (ct_hash_add(&file->names, def->name.str, def) != CT_OK) {
            const ct_idl_def_t *other =
                ct_hash_find(&file->names, def->name.str);

            rc = ct_idl_error(idl, &def->name.pos,
                              "'%.*s' is defined already, in line %u",
                              CT_STR_ARG(def->name.str), other->name.pos.line);
        }
    }
    return rc;
}


/* The include that `name` begins with, the longest one, or NULL. */
static const ct_idl_include_t *
find_include(const ct_idl_file_t *file, ct_str_t name)
{
    const ct_idl_include_t *best = NULL;

    for (size_t i = 0; i < file->includes.n; i++) {
        const ct_idl_include_t *include =
            CT_IDL_AT(ct_idl_include_t, &file->includes, i);
        const size_t len = include->stem.len;

        if (name.len > len && name.data[len] == '.'
            && memcmp(name.data, include->stem.data, len) == 0
            && (best == NULL || len > best->stem.len)) {
            best = include;
        }
    }
    return best;
}


/* A name with a dot that is no include has no definition either. */
ct_idl_def_t *
ct_idl_find(const ct_idl_file_t *file, ct_str_t name)
{
    const ct_idl_include_t *include = find_include(file, name);

    if (include != NULL) {
        const size_t skip = include->stem.len + 1;

        return ct_hash_find(&include->file->names,
                            (ct_str_t){ name.len - skip, name.data + skip });
    }
    return ct_hash_find(&file->names, name);
}


/* Offers what can be written in `file`: its own names and included ones. */
static void
offer_names(ct_idl_t *idl, const ct_idl_file_t *file, ct_nearest_t *nearest)
{
    for (size_t i = 0; i < file->defs.n; i++) {
        ct_nearest_offer(nearest,
                         CT_IDL_AT(ct_idl_def_t, &file->defs, i)->name.str);
    }
    for (size_t i = 0; i < file->includes.n; i++) {
        const ct_idl_include_t *include =
            CT_IDL_AT(ct_idl_include_t, &file->includes, i);

        for (size_t k = 0; k < include->file->defs.n; k++) {
            const ct_idl_def_t *def =
                CT_IDL_AT(ct_idl_def_t, &include->file->defs, k);

            ct_nearest_offer(nearest, ct_str_printf(idl->pool, "%.*s.%.*s",
                                                    CT_STR_ARG(include->stem),
                                                    CT_STR_ARG(def->name.str)));
        }
    }
}


ct_idl_def_t *
ct_idl_find_or_say(ct_idl_t *idl, const ct_idl_file_t *file,
                   const ct_idl_word_t *name, const char *c_what)
{
    ct_idl_def_t *def = ct_idl_find(file, name->str);
    char          text[CT_NEAREST_TEXT_SIZE];
    ct_nearest_t  nearest;

    if (def != NULL || ct_idl_is_enough(idl)) {
        return def;
    }
    ct_nearest_init(&nearest, name->str);
    offer_names(idl, file, &nearest);
    (void) ct_idl_error(idl, &name->pos, "unknown %s '%.*s'%s", c_what,
                        CT_STR_ARG(name->str), ct_nearest_text(&nearest, text));
    return NULL;
}


/* Sets `def` of the named types in a type. */
static ct_rc_t
resolve(ct_idl_t *idl, ct_idl_type_t *type)
{
    const ct_idl_word_t name = { type->name, type->pos };
    ct_rc_t             rc = CT_OK;

    if (type->key != NULL) {
        rc = resolve(idl, type->key);
    }
    if (type->element != NULL && resolve(idl, type->element) != CT_OK) {
        rc = CT_ERROR;
    }
    if (type->kind != CT_IDL_NAMED) {
        return rc;
    }
    type->def = ct_idl_find_or_say(idl, type->pos.file, &name, "type");
    if (type->def == NULL) {
        return CT_ERROR;
    }
    if (type->def->kind == CT_IDL_CONST || type->def->kind == CT_IDL_SERVICE) {
        type->def = NULL;
        return ct_idl_error(idl, &type->pos, "'%.*s' is not a type",
                            CT_STR_ARG(type->name));
    }
    return CT_OK;
}


static ct_rc_t measure_at(ct_idl_t *idl, ct_idl_type_t *type, uint32_t level);


/* Down into a typedef, unless it is being walked: then it holds itself. */
static ct_rc_t
measure_typedef(ct_idl_t *idl, ct_idl_type_t *type, uint32_t level)
{
    ct_idl_def_t *def = type->def;
    ct_rc_t       rc;

    if (def->mark == CT_IDL_OPEN) {
        return ct_idl_error(idl, &type->pos,
                            "typedef '%.*s' comes back to itself",
                            CT_STR_ARG(def->name.str));
    }
    if (def->mark == CT_IDL_NEW) {
        def->mark = CT_IDL_OPEN;
        rc = measure_at(idl, def->type, level + 1);
        def->mark = CT_IDL_CLOSED;
        if (rc != CT_OK) {
            return CT_ERROR;
        }
    }
    type->depth = def->type->depth + 1;
    return CT_OK;
}


/* Sets type->depth; `level` is how deep the stack already stands. */
static ct_rc_t
measure_at(ct_idl_t *idl, ct_idl_type_t *type, uint32_t level)
{
    uint32_t depth = 0;

    type->depth = 1;
    if (level <= CT_IDL_MAX_DEPTH) {
        if (type->key != NULL) {
            if (measure_at(idl, type->key, level + 1) != CT_OK) {
                return CT_ERROR;
            }
            depth = type->key->depth;
        }
        if (type->element != NULL) {
            if (measure_at(idl, type->element, level + 1) != CT_OK) {
                return CT_ERROR;
            }
            type->depth +=
                depth > type->element->depth ? depth : type->element->depth;
        }
        if (type->kind == CT_IDL_NAMED && type->def->kind == CT_IDL_TYPEDEF
            && measure_typedef(idl, type, level) != CT_OK) {
            return CT_ERROR;
        }
    }
    if (level > CT_IDL_MAX_DEPTH || type->depth > CT_IDL_MAX_DEPTH) {
        type->depth = 0; /* else whatever uses it would be too deep again */
        return ct_idl_error(idl, &type->pos,
                            "types are nested more than %d deep, typedefs "
                            "counted",
                            CT_IDL_MAX_DEPTH);
    }
    return CT_OK;
}


/* From the top of a type as it stands in the file. */
static ct_rc_t
measure(ct_idl_t *idl, ct_idl_type_t *type)
{
    return measure_at(idl, type, 1);
}


static ct_rc_t
name_container(ct_idl_t *idl, ct_idl_type_t *type)
{
    ct_idl_container_name(idl, ct_idl_real(type));
    return CT_OK;
}


/* Every type is visited, whatever is wrong with the first. */
static ct_rc_t
visit_fields(ct_idl_t *idl, const ct_idl_def_t *def, visit_fn visit)
{
    ct_rc_t rc = CT_OK;

    for (size_t i = 0; i < def->fields.n; i++) {
        ct_idl_field_t *field = CT_IDL_AT(ct_idl_field_t, &def->fields, i);

        if (visit(idl, field->type) != CT_OK) {
            rc = CT_ERROR;
        }
    }
    return rc;
}


static ct_rc_t
visit_functions(ct_idl_t *idl, const ct_idl_def_t *def, visit_fn visit)
{
    ct_rc_t rc = CT_OK;

    for (size_t i = 0; i < def->functions.n; i++) {
        const ct_idl_function_t *function =
            CT_IDL_AT(ct_idl_function_t, &def->functions, i);

        if (visit_fields(idl, function->args, visit) != CT_OK) {
            rc = CT_ERROR;
        }
        if (function->result != NULL
            && visit_fields(idl, function->result, visit) != CT_OK) {
            rc = CT_ERROR;
        }
    }
    return rc;
}


/*
 * A service is visited through the structs of its functions, which hold what
 * they return, too.
 */
static ct_rc_t
visit_def(ct_idl_t *idl, ct_idl_def_t *def, visit_fn visit)
{
    ct_rc_t rc = CT_OK;

    if (def->kind == CT_IDL_TYPEDEF && visit == measure) {
        /* As if something used it, so that its mark is set. */
        ct_idl_type_t use = { .kind = CT_IDL_NAMED,
                              .pos = def->name.pos,
                              .def = def };

        return measure_typedef(idl, &use, 1);
    }
    if (def->type != NULL) {
        rc = visit(idl, def->type);
    }
    if (visit_fields(idl, def, visit) != CT_OK
        || visit_functions(idl, def, visit) != CT_OK) {
        rc = CT_ERROR;
    }
    return rc;
}


/* Every type in the file, in the order in which they are written. */
static ct_rc_t
visit_file(ct_idl_t *idl, const ct_idl_file_t *file, visit_fn visit)
{
    ct_rc_t rc = CT_OK;

    for (size_t i = 0; i < file->defs.n && !ct_idl_is_enough(idl); i++) {
        ct_idl_def_t *def = CT_IDL_AT(ct_idl_def_t, &file->defs, i);

        if (visit_def(idl, def, visit) != CT_OK) {
            rc = CT_ERROR;
        }
    }
    return rc;
}


ct_rc_t
ct_idl_resolve_types(ct_idl_t *idl, ct_idl_file_t *file)
{
    if (visit_file(idl, file, resolve) != CT_OK) {
        return CT_ERROR;
    }
    return visit_file(idl, file, measure);
}


void
ct_idl_resolve_containers(ct_idl_t *idl, ct_idl_file_t *file)
{
    (void) visit_file(idl, file, name_container);
}

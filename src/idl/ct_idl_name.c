/*
 * ct_idl_name.c -- what things of the IDL are called in C.
 *
 * Every name that the generated header puts at file scope is noted in
 * idl->c_names with the place it comes from, over all files loaded together:
 * what would be a puzzling error of the C compiler is an error here, with the
 * line of the .thrift file.  Members of a struct have a scope of their own.
 */

#include "core/ct_config.h"

#include "idl/ct_idl_name.h"

#include "core/ct_pool.h"
#include "idl/ct_idl_report.h"


/* Letters of ASCII: the lexer knows no others. */
static bool
is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}


static bool
is_lower_or_digit(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}


/* Whether a new word begins at `i`: aB, 1B, and the B of ABc. */
static bool
is_word_start(ct_str_t name, size_t i)
{
    if (i == 0 || !is_upper(name.data[i])) {
        return false;
    }
    if (is_lower_or_digit(name.data[i - 1])) {
        return true;
    }
    return is_upper(name.data[i - 1]) && i + 1 < name.len
           && is_lower_or_digit(name.data[i + 1])
           && !(name.data[i + 1] >= '0' && name.data[i + 1] <= '9');
}


/* At most one underscore more for each letter. */
ct_str_t
ct_idl_snake(ct_pool_t *pool, ct_str_t name)
{
    char  *text = ct_pool_alloc(pool, 2 * name.len + 1);
    size_t n = 0;

    for (size_t i = 0; i < name.len; i++) {
        const char c = name.data[i];

        if (is_word_start(name, i)) {
            text[n++] = '_';
        }
        if (is_upper(c)) {
            text[n++] = (char) (c - 'A' + 'a');
        } else {
            text[n++] = is_lower_or_digit(c) ? c : '_';
        }
    }
    text[n] = '\0';
    return (ct_str_t){ n, text };
}


ct_str_t
ct_idl_upper(ct_pool_t *pool, ct_str_t name)
{
    char *text = ct_str_dup_c(pool, name);

    for (size_t i = 0; i < name.len; i++) {
        if (text[i] >= 'a' && text[i] <= 'z') {
            text[i] = (char) (text[i] - 'a' + 'A');
        }
    }
    return (ct_str_t){ name.len, text };
}


/*
 * Words of C11 and C++20, macros of their libraries and of POSIX headers in
 * lower case, and limits that a prefix and a constant may come to.  All
 * members are lower case, so macros in upper case cannot meet them.
 */
static bool
is_taken(ct_str_t name)
{
    static const char words[] =
        " alignas alignof and and_eq asm assert atomic auto bitand bitor"
        " bool break case catch char char16_t char32_t char8_t class compl"
        " complex concept const const_cast consteval constexpr constinit"
        " continue co_await co_return co_yield decltype default delete do"
        " double dynamic_cast else enum errno explicit export extern false"
        " float for friend fortran goto i386 if imaginary inline int"
        " isfinite isinf isnan isnormal linux long major makedev minor"
        " mutable namespace new noexcept noreturn not not_eq nullptr"
        " offsetof operator or or_eq private protected public register"
        " reinterpret_cast requires restrict return s_addr sa_handler"
        " sa_sigaction setjmp short si_addr si_pid si_status si_uid"
        " si_value signbit signed sizeof st_atime st_ctime st_mtime static"
        " static_assert static_cast stderr stdin stdout struct switch"
        " template this thread_local throw true try typedef typeid typename"
        " typeof union unix unsigned using va_arg va_copy va_end va_start"
        " virtual void volatile wchar_t while xor xor_eq"
        " CHAR_BIT CHAR_MAX CHAR_MIN INT_MAX INT_MIN LONG_MAX LONG_MIN"
        " LLONG_MAX LLONG_MIN SCHAR_MAX SCHAR_MIN SHRT_MAX SHRT_MIN SIZE_MAX"
        " SSIZE_MAX UCHAR_MAX UINT_MAX ULONG_MAX USHRT_MAX PATH_MAX NAME_MAX"
        " EXIT_FAILURE EXIT_SUCCESS RAND_MAX ";
    char padded[64];

    if (name.len + 3 > sizeof(padded)) {
        return false;
    }
    padded[0] = ' ';
    memcpy(padded + 1, name.data, name.len);
    padded[name.len + 1] = ' ';
    padded[name.len + 2] = '\0';
    return strstr(words, padded) != NULL;
}


ct_str_t
ct_idl_safe(ct_pool_t *pool, ct_str_t name)
{
    return is_taken(name) ? ct_str_printf(pool, "%.*s_", CT_STR_ARG(name))
                          : name;
}


/* Only C's own: that of '*' is meant for languages with packages. */
static ct_str_t
c_namespace(const ct_idl_file_t *file)
{
    for (size_t i = 0; i < file->namespaces.n; i++) {
        const ct_idl_namespace_t *space =
            CT_IDL_AT(ct_idl_namespace_t, &file->namespaces, i);

        if (ct_str_eq_c(space->scope, "c")) {
            return space->name;
        }
    }
    return CT_STR_NONE;
}


/* Whether a stem may stand in an #include and in a comment. */
static bool
is_plain(ct_str_t stem)
{
    for (size_t i = 0; i < stem.len; i++) {
        const char c = stem.data[i];

        if (!is_upper(c) && !is_lower_or_digit(c)
            && strchr("_-.+", c) == NULL) {
            return false;
        }
    }
    return stem.len > 0;
}


ct_rc_t
ct_idl_name_file(ct_idl_t *idl, ct_idl_file_t *file)
{
    const ct_str_t space = c_namespace(file);
    const ct_str_t name = space.data != NULL ? space : file->stem;
    ct_str_t       prefix = ct_idl_snake(idl->pool, name);

    if (!is_plain(file->stem)) {
        return ct_idl_file_error(idl, file->path,
                                 "a file's name may have letters, digits and "
                                 "-_.+ only");
    }
    file->has_prefix = space.data != NULL;
    if (prefix.len == 0 || (prefix.data[0] >= '0' && prefix.data[0] <= '9')) {
        prefix = ct_str_printf(idl->pool, "idl_%.*s", CT_STR_ARG(prefix));
    }
    if (ct_str_eq_c(prefix, "ct") || ct_str_starts_with(prefix, "ct_")) {
        return ct_idl_file_error(idl, file->path,
                                 "names that begin with 'ct_' are taken: say "
                                 "`namespace c` with another name");
    }
    file->prefix = prefix;
    return CT_OK;
}


/* Notes a name at file scope; format: libc's. */
static ct_rc_t CT_PRINTF(3, 4)
    claim(ct_idl_t *idl, const ct_idl_pos_t *pos, const char *fmt, ...)
{
    ct_idl_pos_t       *own = ct_pool_alloc(idl->pool, sizeof(*own));
    const ct_idl_pos_t *other;
    ct_str_t            name;
    va_list             args;

    va_start(args, fmt);
    name = ct_str_vprintf(idl->pool, fmt, args);
    va_end(args);
    *own = *pos;
    if (ct_hash_add(&idl->c_names, name, own) == CT_OK) {
        return CT_OK;
    }
    other = ct_hash_find(&idl->c_names, name);
    return ct_idl_error(idl, pos, "'%.*s' in C is taken by %.*s:%u already",
                        CT_STR_ARG(name), CT_STR_ARG(other->file->path),
                        other->line);
}


/* What every struct brings: its type, its table, its maker. */
static ct_rc_t
claim_struct(ct_idl_t *idl, const ct_idl_def_t *def)
{
    const ct_idl_pos_t *pos = &def->name.pos;

    if (claim(idl, pos, "%.*s_t", CT_STR_ARG(def->c_name)) != CT_OK
        || claim(idl, pos, "%.*s_struct", CT_STR_ARG(def->c_name)) != CT_OK) {
        return CT_ERROR;
    }
    return claim(idl, pos, "%.*s_new", CT_STR_ARG(def->c_name));
}


/* HELLO_COLOR_RED: the enum is in the name, C has one scope for all. */
static ct_rc_t
name_values(ct_idl_t *idl, const ct_idl_def_t *def)
{
    const ct_str_t upper = ct_idl_upper(idl->pool, def->c_name);
    ct_rc_t rc = claim(idl, &def->name.pos, "%.*s_t", CT_STR_ARG(def->c_name));

    for (size_t i = 0; i < def->values.n && rc == CT_OK; i++) {
        ct_idl_enum_value_t *value =
            CT_IDL_AT(ct_idl_enum_value_t, &def->values, i);
        const ct_str_t name =
            ct_idl_upper(idl->pool, ct_idl_snake(idl->pool, value->name.str));

        value->c_name = ct_idl_safe(
            idl->pool, ct_str_printf(idl->pool, "%.*s_%.*s", CT_STR_ARG(upper),
                                     CT_STR_ARG(name)));
        rc = claim(idl, &value->name.pos, "%.*s", CT_STR_ARG(value->c_name));
    }
    if (rc != CT_OK) {
        return CT_ERROR;
    }
    return claim(idl, &def->name.pos, "%.*s_enum", CT_STR_ARG(def->c_name));
}


static ct_rc_t
claim_member(ct_idl_t *idl, ct_hash_t *scope, const ct_idl_pos_t *pos,
             ct_str_t name)
{
    /* Any pointer will do as a value: only the name counts. */
    if (ct_hash_add(scope, name, scope) == CT_OK) {
        return CT_OK;
    }
    return ct_idl_error(idl, pos, "'%.*s' in C is taken by another member",
                        CT_STR_ARG(name));
}


/* All of them, whatever is wrong with the first. */
static ct_rc_t
name_fields(ct_idl_t *idl, const ct_idl_def_t *def)
{
    ct_hash_t scope;
    ct_rc_t   rc = CT_OK;

    ct_hash_init(&scope, idl->pool);
    for (size_t i = 0; i < def->fields.n; i++) {
        ct_idl_field_t *field = CT_IDL_AT(ct_idl_field_t, &def->fields, i);
        const ct_str_t  name = ct_idl_snake(idl->pool, field->name.str);

        field->c_name = ct_idl_safe(idl->pool, name);
        if (claim_member(idl, &scope, &field->name.pos, field->c_name) != CT_OK
            || (field->has_flag
                && claim_member(idl, &scope, &field->name.pos,
                                ct_str_printf(idl->pool, "has_%.*s",
                                              CT_STR_ARG(field->c_name)))
                       != CT_OK)) {
            rc = CT_ERROR;
        }
    }
    return rc;
}


/* A struct that belongs to a function: hello_greeter_greet_args. */
static ct_rc_t
name_part(ct_idl_t *idl, ct_idl_def_t *part, ct_str_t stub, const char *c_what)
{
    if (part == NULL) {
        return CT_OK;
    }
    part->c_name =
        ct_str_printf(idl->pool, "%.*s_%s", CT_STR_ARG(stub), c_what);
    if (claim(idl, &part->name.pos, "%.*s_t", CT_STR_ARG(part->c_name)) != CT_OK
        || claim(idl, &part->name.pos, "%.*s_struct", CT_STR_ARG(part->c_name))
               != CT_OK) {
        return CT_ERROR;
    }
    return name_fields(idl, part);
}


/*
 * The member of the ops stands alone and may be a word of C; its stub and its
 * structs have the service before them and cannot.
 */
static ct_rc_t
name_function(ct_idl_t *idl, const ct_idl_def_t *def, ct_hash_t *scope,
              ct_idl_function_t *function)
{
    const ct_str_t name = ct_idl_snake(idl->pool, function->name.str);
    const ct_str_t stub = ct_str_printf(
        idl->pool, "%.*s_%.*s", CT_STR_ARG(def->c_name), CT_STR_ARG(name));

    function->c_name = ct_idl_safe(idl->pool, name);
    if (claim_member(idl, scope, &function->name.pos, function->c_name) != CT_OK
        || name_part(idl, function->args, stub, "args") != CT_OK) {
        return CT_ERROR;
    }
    return name_part(idl, function->result, stub, "result");
}


/*
 * Stubs of inherited methods are called after the derived service: all are
 * claimed here, base first.
 */
static ct_rc_t
claim_stubs(ct_idl_t *idl, const ct_idl_def_t *service)
{
    for (const ct_idl_def_t *def = service; def != NULL; def = def->base) {
        for (size_t i = 0; i < def->functions.n; i++) {
            const ct_idl_function_t *function =
                CT_IDL_AT(ct_idl_function_t, &def->functions, i);
            const ct_str_t name = ct_idl_snake(idl->pool, function->name.str);

            if (claim(idl, &service->name.pos, "%.*s_%.*s",
                      CT_STR_ARG(service->c_name), CT_STR_ARG(name))
                != CT_OK) {
                return CT_ERROR;
            }
        }
    }
    return CT_OK;
}


/* Functions first: the stubs are made of their names. */
static ct_rc_t
name_service(ct_idl_t *idl, ct_idl_def_t *def)
{
    const ct_idl_pos_t *pos = &def->name.pos;
    const ct_str_t      upper = ct_idl_upper(idl->pool, def->c_name);
    ct_hash_t           scope;
    ct_rc_t             rc = CT_OK;

    ct_hash_init(&scope, idl->pool);
    for (size_t i = 0; i < def->functions.n; i++) {
        if (name_function(idl, def, &scope,
                          CT_IDL_AT(ct_idl_function_t, &def->functions, i))
            != CT_OK) {
            rc = CT_ERROR;
        }
    }
    if (rc != CT_OK || claim_stubs(idl, def) != CT_OK
        || claim(idl, pos, "%.*s_ops_t", CT_STR_ARG(def->c_name)) != CT_OK
        || claim(idl, pos, "%.*s_service", CT_STR_ARG(def->c_name)) != CT_OK) {
        return CT_ERROR;
    }
    return claim(idl, pos, "%.*s", CT_STR_ARG(upper));
}


/* What each kind brings into the scope of the file. */
static ct_rc_t
name_def(ct_idl_t *idl, ct_idl_def_t *def)
{
    const ct_str_t name =
        ct_str_printf(idl->pool, "%.*s_%.*s", CT_STR_ARG(def->file->prefix),
                      CT_STR_ARG(ct_idl_snake(idl->pool, def->name.str)));

    def->c_name = name;
    switch (def->kind) {
    case CT_IDL_TYPEDEF:
        return claim(idl, &def->name.pos, "%.*s_t", CT_STR_ARG(name));
    case CT_IDL_ENUM:
        return name_values(idl, def);
    case CT_IDL_STRUCT:
    case CT_IDL_UNION:
    case CT_IDL_EXCEPTION:
        if (claim_struct(idl, def) != CT_OK) {
            return CT_ERROR;
        }
        return name_fields(idl, def);
    case CT_IDL_CONST:
        def->c_name = ct_idl_safe(idl->pool, ct_idl_upper(idl->pool, name));
        return claim(idl, &def->name.pos, "%.*s", CT_STR_ARG(def->c_name));
    case CT_IDL_SERVICE:
        return name_service(idl, def);
    }
    return CT_ERROR;
}


ct_rc_t
ct_idl_name_defs(ct_idl_t *idl, ct_idl_file_t *file)
{
    ct_rc_t rc = CT_OK;

    for (size_t i = 0; i < file->defs.n && !ct_idl_is_enough(idl); i++) {
        if (name_def(idl, CT_IDL_AT(ct_idl_def_t, &file->defs, i)) != CT_OK) {
            rc = CT_ERROR;
        }
    }
    return rc;
}


ct_str_t
ct_idl_local_name(const ct_idl_file_t *file, ct_str_t c_name)
{
    const ct_str_t prefix = file->prefix;

    if (c_name.len > prefix.len + 1 && c_name.data[prefix.len] == '_'
        && memcmp(c_name.data, prefix.data, prefix.len) == 0) {
        c_name.data += prefix.len + 1;
        c_name.len -= prefix.len + 1;
    }
    return c_name;
}

/*
 * ct_idl_ast.h -- what a .thrift file says, as a tree.
 *
 * The parser makes the nodes, the checker resolves names in them and gives
 * every definition its C name; generators and the in-memory description only
 * read, except for the marks that say so.  All nodes and strings live in the
 * pool of their ct_idl_t.
 *
 * Lists are ct_array_t of pointers: a node never moves.
 *
 * Interface header: nothing here has a .c of its own.
 */

#ifndef CT_IDL_AST_H
#define CT_IDL_AST_H

#include "core/ct_config.h"

#include "core/ct_array.h"
#include "core/ct_hash.h"
#include "core/ct_str.h"

typedef struct ct_idl_def_s   ct_idl_def_t;
typedef struct ct_idl_file_s  ct_idl_file_t;
typedef struct ct_idl_type_s  ct_idl_type_t;
typedef struct ct_idl_value_s ct_idl_value_t;
typedef struct ct_enum_s      ct_enum_t;
typedef struct ct_field_s     ct_field_t;
typedef struct ct_struct_s    ct_struct_t;
typedef struct ct_type_s      ct_type_t;

/* Levels of types inside types, typedefs followed, and of values. */
#define CT_IDL_MAX_DEPTH 64

/* A place in a file: `text` points into the file's text. */
typedef struct ct_idl_pos_s {
    const ct_idl_file_t *file;
    const char          *text;
    uint32_t             line; /* from 1 */
} ct_idl_pos_t;

/* A name and where it stands. */
typedef struct ct_idl_word_s {
    ct_str_t     str;
    ct_idl_pos_t pos;
} ct_idl_word_t;

/* `(key = "value")`; an annotation without a value has "1", as Apache's. */
typedef struct ct_idl_annotation_s {
    ct_str_t key;
    ct_str_t value;
} ct_idl_annotation_t;

typedef enum ct_idl_kind_e {
    CT_IDL_VOID, /* of a function only */
    CT_IDL_BOOL,
    CT_IDL_I8,
    CT_IDL_I16,
    CT_IDL_I32,
    CT_IDL_I64,
    CT_IDL_DOUBLE,
    CT_IDL_STRING,
    CT_IDL_BINARY,
    CT_IDL_UUID,
    CT_IDL_LIST,
    CT_IDL_SET,
    CT_IDL_MAP,
    CT_IDL_NAMED, /* an enum, a struct or a typedef */
} ct_idl_kind_t;

/* A type as written at one place. */
struct ct_idl_type_s {
    ct_idl_kind_t  kind;
    ct_idl_pos_t   pos;
    ct_str_t       name;        /* of NAMED, as written */
    ct_idl_type_t *key;         /* of a map */
    ct_idl_type_t *element;     /* of a list or set; a map's value */
    ct_array_t     annotations; /* of ct_idl_annotation_t */
    ct_idl_def_t  *def;         /* of NAMED, by the checker */
    ct_str_t       c_name;      /* of a container, by the checker */
    uint32_t       depth;       /* by the checker: 1 for a base type */
    ct_type_t     *description; /* of a real type, by ct_idl_describe */
};

typedef enum ct_idl_value_kind_e {
    CT_IDL_VALUE_INT,
    CT_IDL_VALUE_DOUBLE,
    CT_IDL_VALUE_TEXT,
    CT_IDL_VALUE_NAME, /* of a constant, an enum's value, true, false */
    CT_IDL_VALUE_LIST,
    CT_IDL_VALUE_MAP, /* of structs too */
} ct_idl_value_kind_t;

typedef struct ct_idl_enum_value_s ct_idl_enum_value_t;

/*
 * A constant as written.  The checker sets `target` or `enum_value` of a
 * NAME; true and false become INT.
 */
struct ct_idl_value_s {
    ct_idl_value_kind_t  kind;
    ct_idl_pos_t         pos;
    bool                 is_bool; /* INT that was true or false */
    int64_t              i64;
    double               number;
    ct_str_t             text;    /* TEXT, unescaped; NAME as written */
    ct_array_t           items;   /* of ct_idl_value_t *: LIST, MAP's values */
    ct_array_t           keys;    /* of ct_idl_value_t *: MAP's keys */
    ct_hash_t            by_name; /* MAP of a struct: items, by the checker */
    ct_idl_def_t        *target;  /* the constant that a NAME means */
    ct_idl_enum_value_t *enum_value; /* or the enum's value */
    uint32_t             depth;      /* levels, itself included */
};

struct ct_idl_enum_value_s {
    ct_idl_word_t name;
    ct_str_t      doc;
    int32_t       value;
    ct_array_t    annotations;
    ct_str_t      c_name; /* HELLO_COLOR_RED */
    ct_idl_def_t *def;    /* the enum */
};

typedef enum ct_idl_required_e {
    CT_IDL_DEFAULT,
    CT_IDL_REQUIRED,
    CT_IDL_OPTIONAL,
} ct_idl_required_t;

typedef struct ct_idl_field_s {
    ct_idl_word_t     name;
    ct_str_t          doc;
    int16_t           id;
    bool              has_id; /* written in the file */
    ct_idl_required_t required;
    bool              has_flag; /* by the checker: `bool has_NAME` in C */
    ct_idl_type_t    *type;
    ct_idl_value_t   *value; /* the default, or NULL */
    ct_array_t        annotations;
    ct_str_t          c_name; /* of the member */
} ct_idl_field_t;

typedef struct ct_idl_function_s {
    ct_idl_word_t  name;
    ct_str_t       doc;
    bool           oneway;
    ct_idl_type_t *type;   /* may be VOID */
    ct_idl_def_t  *args;   /* a struct that no one has written */
    ct_idl_def_t  *result; /* NULL for oneway; `success`, then exceptions */
    ct_array_t     annotations;
    ct_str_t       c_name; /* of the member in the ops */
} ct_idl_function_t;

typedef enum ct_idl_def_kind_e {
    CT_IDL_TYPEDEF,
    CT_IDL_ENUM,
    CT_IDL_STRUCT,
    CT_IDL_UNION,
    CT_IDL_EXCEPTION,
    CT_IDL_CONST,
    CT_IDL_SERVICE,
} ct_idl_def_kind_t;

/* How far a walk over definitions that may meet itself has come. */
typedef enum ct_idl_mark_e {
    CT_IDL_NEW,
    CT_IDL_OPEN,
    CT_IDL_CLOSED,
} ct_idl_mark_t;

struct ct_idl_def_s {
    ct_idl_def_kind_t kind;
    ct_idl_word_t     name;
    ct_str_t          doc;
    ct_idl_file_t    *file;
    ct_array_t        annotations;
    ct_str_t          c_name; /* hello_color, HELLO_MAX; no _t */

    ct_idl_type_t  *type;  /* of a typedef or constant */
    ct_idl_value_t *value; /* of a constant */
    ct_array_t values;     /* of ct_idl_enum_value_t *: an enum's, as written */

    ct_array_t fields;    /* of ct_idl_field_t *: a struct's, as written */
    ct_hash_t  names;     /* ct_idl_field_t by name, by the checker */
    ct_array_t by_id;     /* the same, ascending, by the checker */
    bool       is_result; /* of a function */

    ct_array_t    functions; /* of ct_idl_function_t *: a service's own */
    ct_idl_word_t base_name; /* of `extends`; no string without */
    ct_idl_def_t *base;      /* by the checker */

    ct_idl_mark_t mark;         /* of the checker's walk over names */
    ct_idl_mark_t default_mark; /* of its walk over default values */
    size_t        nodes;        /* what its default or value comes to */
    uint32_t      depth;        /* levels of the same */
    ct_idl_mark_t header_mark;  /* of the generator of the header */

    /* By ct_idl_describe: */
    ct_struct_t *description; /* of a struct */
    ct_field_t  *entries;     /* its fields, still to be written */
    uint32_t     alignment;   /* of a struct in C */
    ct_enum_t   *enumeration; /* of an enum */
};

/* One `namespace` line. */
typedef struct ct_idl_namespace_s {
    ct_str_t scope; /* "c", "*", "py.twisted" */
    ct_str_t name;
} ct_idl_namespace_t;

/* One `include` line; `stem` is what names in it begin with. */
typedef struct ct_idl_include_s {
    ct_idl_word_t  path; /* as written */
    ct_str_t       stem; /* by the loader */
    ct_idl_file_t *file; /* by the loader */
} ct_idl_include_t;

struct ct_idl_file_s {
    ct_str_t   path;       /* as opened; a NUL follows */
    ct_str_t   stem;       /* of the path, without directory and ".thrift" */
    ct_str_t   text;       /* a NUL follows */
    ct_str_t   doc;        /* of the file itself */
    ct_array_t namespaces; /* of ct_idl_namespace_t * */
    ct_array_t includes;   /* of ct_idl_include_t * */
    ct_array_t defs;       /* of ct_idl_def_t *, as written */
    ct_hash_t  names;      /* ct_idl_def_t by name */
    ct_str_t   prefix;     /* of C names: hello */
    bool       has_prefix; /* by `namespace c`: other files may share it */
    bool       loading;    /* its includes are being read */
    bool       checked;
    bool       broken; /* its errors have been reported */
};

/* Item `i` of a list of pointers. */
#define CT_IDL_AT(type, array, i) (*(type **) ct_array_at((array), (i)))

/* Whether a definition is a struct, a union or an exception. */
static inline bool
ct_idl_is_struct(const ct_idl_def_t *def)
{
    return def->kind == CT_IDL_STRUCT || def->kind == CT_IDL_UNION
           || def->kind == CT_IDL_EXCEPTION;
}

/*
 * The type behind all typedefs.  Only of types that the checker has passed;
 * before, a typedef of itself ends in NULL after CT_IDL_MAX_DEPTH steps, as
 * does one whose name is not known.
 */
static inline ct_idl_type_t *
ct_idl_real(ct_idl_type_t *type)
{
    for (int i = 0; i <= CT_IDL_MAX_DEPTH && type != NULL; i++) {
        if (type->kind != CT_IDL_NAMED) {
            return type;
        }
        if (type->def == NULL) {
            return NULL;
        }
        if (type->def->kind != CT_IDL_TYPEDEF) {
            return type;
        }
        type = type->def->type;
    }
    return NULL;
}

/* The struct that a type is in the end, or NULL if it is none. */
static inline ct_idl_def_t *
ct_idl_struct_of(ct_idl_type_t *type)
{
    const ct_idl_type_t *real = ct_idl_real(type);

    if (real != NULL && real->kind == CT_IDL_NAMED
        && ct_idl_is_struct(real->def)) {
        return real->def;
    }
    return NULL;
}

/* The enum that a type is in the end, or NULL if it is none. */
static inline ct_idl_def_t *
ct_idl_enum_of(ct_idl_type_t *type)
{
    const ct_idl_type_t *real = ct_idl_real(type);

    if (real != NULL && real->kind == CT_IDL_NAMED
        && real->def->kind == CT_IDL_ENUM) {
        return real->def;
    }
    return NULL;
}

static inline bool
ct_idl_is_container(const ct_idl_type_t *type)
{
    return type->kind == CT_IDL_LIST || type->kind == CT_IDL_SET
           || type->kind == CT_IDL_MAP;
}

#endif /* CT_IDL_AST_H */

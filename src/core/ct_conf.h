/*
 * ct_conf.h -- the configuration: nginx's grammar over typed tables.
 *
 * The way of a file: ct_conf_lex makes tokens, ct_conf_parse a tree of nodes
 * (with `include` done), and ct_conf_apply walks the tree block by block.  In
 * each block the simple directives are set before the inner blocks are
 * entered, whatever their order in the file, so an inner block inherits all
 * of its parent.
 *
 * Every module has one struct of `conf_size` bytes per block.  The struct of
 * an inner block starts as a copy of its parent's; the outermost one starts
 * from the defaults in the table, which are parsed as if they stood in the
 * file.  So nobody writes a create or a merge function.
 *
 * Everything here lives in the cycle's pool and is read-only once applied.
 * Used by one thread, in the master or in its trial child.
 */

#ifndef CT_CONF_H
#define CT_CONF_H

#include "core/ct_config.h"

#include "core/ct_array.h"
#include "core/ct_rc.h"
#include "core/ct_str.h"

typedef struct ct_conf_s       ct_conf_t;
typedef struct ct_conf_block_s ct_conf_block_t;
typedef struct ct_cycle_s      ct_cycle_t;
typedef struct ct_directive_s  ct_directive_t;
typedef struct ct_log_s        ct_log_t;
typedef struct ct_module_s     ct_module_t;

/* Where a directive may stand; a mask. */
enum {
    CT_IN_MAIN = 0x01,
    CT_IN_EVENTS = 0x02,
    CT_IN_THRIFT = 0x04,
    CT_IN_SERVER = 0x08,
    CT_IN_SERVICE = 0x10,
    CT_IN_METHOD = 0x20,
};

/* From thrift down to method: what most limits want. */
#define CT_IN_ANY_THRIFT                                                       \
    (CT_IN_THRIFT | CT_IN_SERVER | CT_IN_SERVICE | CT_IN_METHOD)

/* "server" and the like, of one place. */
const char *ct_conf_place_name(unsigned place);

/*
 * Stores a directive's value at `field`, a place in the block's struct of the
 * directive's module.  args[0] is the name.  On a bad value it calls
 * ct_conf_error and gives that back.
 */
typedef ct_rc_t (*ct_conf_set_fn)(ct_conf_t            *conf,
                                  const ct_directive_t *directive, void *field);

/* Called on entering a block (nothing inside is set yet) and on leaving it. */
typedef ct_rc_t (*ct_conf_block_fn)(ct_conf_t *conf, ct_conf_block_t *block);

enum {
    CT_CONF_MANY = 0x1,   /* may stand more than once in a block */
    CT_CONF_BLOCK = 0x2,  /* has an inside, { } */
    CT_CONF_RAW = 0x4,    /* ${NAME} is not replaced in its values */
    CT_CONF_OPAQUE = 0x8, /* its inside is no directives: for `enter` to read */
};

/* A word of an enumeration; the list ends with a NULL name. */
typedef struct ct_conf_word_s {
    const char *name;
    int         value;
} ct_conf_word_t;

/*
 * What kind of value a directive takes.  `name` is shown to people ("size",
 * "time", "on | off").  Counts of arguments leave out the directive's name.
 */
typedef struct ct_conf_type_s {
    const char           *name;
    unsigned              min_args;
    unsigned              max_args;
    unsigned              flags;
    ct_conf_set_fn        set;
    const ct_conf_word_t *words; /* of an enumeration */
    unsigned              place; /* of a block: what its inside is */
    ct_conf_block_fn      enter; /* of a block, or NULL */
    ct_conf_block_fn      leave; /* of a block, or NULL */
} ct_conf_type_t;

/*
 * One line of a module's table, which ends with { NULL, 0, NULL, 0, NULL }.
 * `preset` is the default as it would stand in the file ("1m30s", "a b");
 * NULL leaves the field zeroed.
 */
struct ct_directive_s {
    const char           *name;
    unsigned              places;
    const ct_conf_type_t *type;
    size_t                offset;
    const char           *preset;
};

/*
 * Types that modules share.  `strs` takes any number of words and `pairs` two
 * at a time; both may stand more than once in a block and then add up.
 */
extern CT_API const ct_conf_type_t ct_conf_type_str;   /* ct_str_t */
extern CT_API const ct_conf_type_t ct_conf_type_flag;  /* bool: on | off */
extern CT_API const ct_conf_type_t ct_conf_type_int;   /* int64_t */
extern CT_API const ct_conf_type_t ct_conf_type_uint;  /* uint32_t */
extern CT_API const ct_conf_type_t ct_conf_type_size;  /* size_t: 16m */
extern CT_API const ct_conf_type_t ct_conf_type_ms;    /* uint64_t: 1m30s */
extern CT_API const ct_conf_type_t ct_conf_type_strs;  /* ct_conf_strs_t */
extern CT_API const ct_conf_type_t ct_conf_type_pairs; /* ct_conf_strs_t */

/*
 * The arguments of one directive, or of all of them where it may repeat.
 * Items are shared with inner blocks: written by the setter only.
 */
typedef struct ct_conf_strs_s {
    size_t    n;
    ct_str_t *items;
} ct_conf_strs_t;

/*
 * The last three columns of a table line.  `_Generic` refuses a field of
 * another type at compile time.
 */
/* clang-format off */
#define CT_CONF_FIELD(type, field, ctype, descriptor, preset)                  \
    _Generic(((type *) NULL)->field, ctype: &(descriptor)),                    \
    offsetof(type, field), (preset)

#define CT_CONF_STR(type, field, preset)                                       \
    CT_CONF_FIELD(type, field, ct_str_t, ct_conf_type_str, preset)
#define CT_CONF_FLAG(type, field, preset)                                      \
    CT_CONF_FIELD(type, field, bool, ct_conf_type_flag, preset)
#define CT_CONF_INT(type, field, preset)                                       \
    CT_CONF_FIELD(type, field, int64_t, ct_conf_type_int, preset)
#define CT_CONF_UINT(type, field, preset)                                      \
    CT_CONF_FIELD(type, field, uint32_t, ct_conf_type_uint, preset)
#define CT_CONF_SIZE(type, field, preset)                                      \
    CT_CONF_FIELD(type, field, size_t, ct_conf_type_size, preset)
#define CT_CONF_MS(type, field, preset)                                        \
    CT_CONF_FIELD(type, field, uint64_t, ct_conf_type_ms, preset)
#define CT_CONF_STRS(type, field, preset)                                      \
    CT_CONF_FIELD(type, field, ct_conf_strs_t, ct_conf_type_strs, preset)
/* An enumeration: `descriptor` is a ct_conf_type_t made by CT_CONF_WORDS. */
#define CT_CONF_ENUM(type, field, descriptor, preset)                          \
    CT_CONF_FIELD(type, field, int, descriptor, preset)
/* A value of a type of the module's own. */
#define CT_CONF_CUSTOM(type, field, descriptor, preset)                        \
    &(descriptor), offsetof(type, field), (preset)
/* A directive whose setter needs no field: blocks, load_module. */
#define CT_CONF_ACTION(descriptor) &(descriptor), 0, NULL

#define CT_CONF_WORDS(shown, list)                                             \
    { .name = (shown), .min_args = 1, .max_args = 1,                           \
      .set = ct_conf_set_word, .words = (list) }
/* clang-format on */

/* The setter of an enumeration. */
CT_API ct_rc_t ct_conf_set_word(ct_conf_t            *conf,
                                const ct_directive_t *directive, void *field);

/*
 * The setters of the types of the same name, for types of a module's own that
 * differ in flags or in numbers of arguments.  Where the directive may repeat,
 * the lists grow with each repeat in the same block.
 */
CT_API ct_rc_t ct_conf_set_str(ct_conf_t *conf, const ct_directive_t *directive,
                               void *field);
CT_API ct_rc_t ct_conf_set_flag(ct_conf_t            *conf,
                                const ct_directive_t *directive, void *field);
CT_API ct_rc_t ct_conf_set_int(ct_conf_t *conf, const ct_directive_t *directive,
                               void *field);
CT_API ct_rc_t ct_conf_set_uint(ct_conf_t            *conf,
                                const ct_directive_t *directive, void *field);
CT_API ct_rc_t ct_conf_set_size(ct_conf_t            *conf,
                                const ct_directive_t *directive, void *field);
CT_API ct_rc_t ct_conf_set_ms(ct_conf_t *conf, const ct_directive_t *directive,
                              void *field);
CT_API ct_rc_t ct_conf_set_strs(ct_conf_t            *conf,
                                const ct_directive_t *directive, void *field);

/* A directive as it stands in the file; a node of the tree. */
typedef struct ct_conf_node_s {
    const char            *file;     /* for messages; "default" for presets */
    unsigned               line;     /* of the name */
    unsigned               end_line; /* of its ';' or '{' */
    size_t                 nargs;    /* the name included */
    const ct_str_t        *args;     /* unquoted; a NUL follows each */
    bool                   is_block;
    struct ct_conf_node_s *children; /* first one inside a block */
    struct ct_conf_node_s *next;     /* neighbour behind this one */
} ct_conf_node_t;

/*
 * A block being read, or read.  confs[i] is the struct of the module with
 * index i, NULL for one without.  `data` belongs to who handles `enter`.
 */
struct ct_conf_block_s {
    unsigned              place;
    ct_conf_block_t      *parent; /* NULL for main */
    const ct_conf_node_t *node;   /* NULL for main */
    void                **confs;
    void                 *data;
};

/*
 * What a setter sees.  In `enter` and `leave` block is the inner one, node the
 * directive that opened it.  A setter that collects over repeats begins anew
 * where is_repeat is false: what it finds then is the parent's, or the
 * default, and shared with it.
 */
struct ct_conf_s {
    ct_cycle_t           *cycle;
    ct_pool_t            *pool; /* the cycle's */
    ct_log_t             *log;
    ct_conf_block_t      *block;     /* the one being filled */
    const ct_conf_node_t *node;      /* the directive being set */
    size_t                nargs;     /* of node, as are args */
    const ct_str_t       *args;      /* ${NAME} replaced, unless it is RAW */
    bool                  is_repeat; /* node's name stood here before */
};

/*
 * Logs "MESSAGE in FILE:LINE" at emerg and gives CT_ERROR back, so that a
 * setter may end with it.
 */
CT_API ct_rc_t ct_conf_error(const ct_conf_t *conf, const char *fmt, ...)
    CT_PRINTF(2, 3);

/* The same at warn, for what works but should be looked at. */
CT_API void ct_conf_warn(const ct_conf_t *conf, const char *fmt, ...)
    CT_PRINTF(2, 3);

/*
 * Values by themselves, for setters that take `name=value` words.  A size is
 * a number with k, m or g behind it, either case; a time is numbers with w, d,
 * h, m, s or ms in falling order ("1m30s"), or a bare number of seconds; us
 * comes last where the result counts in microseconds, and nowhere else.
 * CT_DECLINED for anything else, an overflow included; nothing is logged.
 */
CT_API ct_rc_t ct_conf_parse_size(ct_str_t text, size_t *value);
CT_API ct_rc_t ct_conf_parse_ms(ct_str_t text, uint64_t *value_ms);
CT_API ct_rc_t ct_conf_parse_us(ct_str_t text, uint64_t *value_us);

/*
 * The struct of `module` in `block`, or NULL where it has none.  For load
 * time: it searches.
 */
CT_API void *ct_conf_of(const ct_cycle_t *cycle, const ct_conf_block_t *block,
                        const ct_module_t *module);

/*
 * A place as the configuration sees it: relative paths are taken from the
 * prefix.  Absolute, in the cycle's pool, a NUL after it.
 */
CT_API ct_str_t ct_conf_path(const ct_cycle_t *cycle, ct_str_t path);

/*
 * `text` with every ${NAME} replaced by that environment variable, in the
 * cycle's pool with a NUL after it; one that is not set is an error.  A `$`
 * that is not followed by `{` stays, and `\${` stands for `${`.
 */
ct_rc_t ct_conf_expand(const ct_conf_t *conf, ct_str_t text, ct_str_t *out);

/*
 * The caps of the text: bytes of a file and of a token, words of a directive,
 * blocks inside blocks, includes inside includes; files read and directives
 * of a whole configuration.
 */
#define CT_CONF_MAX_FILE     (1024 * 1024)
#define CT_CONF_MAX_TOKEN    4096
#define CT_CONF_MAX_ARGS     256
#define CT_CONF_MAX_DEPTH    16
#define CT_CONF_MAX_INCLUDES 16
#define CT_CONF_MAX_FILES    1024
#define CT_CONF_MAX_NODES    100000

/*
 * Reads `c_path` into a tree; CT_ERROR is logged with file:line.  `include`
 * takes globs and is allowed 16 deep.  Every file read is kept in
 * cycle->conf_files for -T.
 */
ct_rc_t ct_conf_parse_file(ct_cycle_t *cycle, const char *c_path,
                           ct_conf_node_t **tree);

/*
 * The same from memory: `-g`, the defaults, and tests.  `include` is refused
 * there: what stands in memory has no directory.
 */
ct_rc_t ct_conf_parse_text(ct_cycle_t *cycle, const char *c_name, ct_str_t text,
                           ct_conf_node_t **tree);

/*
 * Loads what the top level of the tree names with the directive `c_directive`
 * ("load_module"), one path each, relative ones from the prefix.  To be done
 * before ct_conf_apply, which must know every name.  CT_ERROR is logged.
 */
ct_rc_t ct_conf_load_modules(ct_cycle_t *cycle, const ct_conf_node_t *tree,
                             const char *c_directive);

/*
 * Makes the main block from the defaults and applies the tree to it, blocks
 * inside blocks.  Sets cycle->main.  CT_ERROR is logged.
 */
ct_rc_t ct_conf_apply(ct_cycle_t *cycle, const ct_conf_node_t *tree);

/*
 * Every directive of the cycle's modules to stdout, sorted by name, one a
 * line: name, places joined with '|', type, default or '-', and module, with
 * tabs between.
 */
void ct_conf_print_directives(const ct_cycle_t *cycle);

#endif /* CT_CONF_H */

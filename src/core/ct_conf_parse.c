/*
 * ct_conf_parse.c -- from text to a tree of nodes.
 *
 * A recursive descent whose depth is capped twice: blocks inside blocks, and
 * includes inside includes.  An included file adds its directives to the list
 * that the include stands in, so what comes after cannot tell the difference;
 * it must close the blocks that it opens.
 *
 * Every file read is kept in cycle->conf_files.  One that is included again
 * is taken from there, so a tree never holds two versions of a file.
 */

#include "core/ct_config.h"

#include "core/ct_conf.h"

#include "core/ct_conf_lex.h"
#include "core/ct_cycle.h"
#include "core/ct_file.h"
#include "core/ct_log.h"
#include "core/ct_pool.h"

#include <errno.h>
#include <glob.h>

/* How much of a bad token a message shows. */
#define SHOWN_SIZE 48

/* A text being read, and the ones whose includes led to it. */
typedef struct source_s {
    const struct source_s *above;
    const char            *c_name;
    ct_conf_lex_t          lex;
    unsigned               depth;   /* includes above it */
    bool                   is_text; /* from memory */
} source_t;

/* The end of a list of nodes: where the next one is hung in. */
typedef struct tail_s {
    ct_conf_node_t **end;
} tail_t;

typedef struct parser_s {
    ct_conf_t      conf; /* for messages; its node is `place` */
    ct_conf_node_t place;
    ct_cycle_t    *cycle;
    size_t         nfiles; /* read, repeats included */
    size_t         nnodes;
    unsigned       depth;                  /* blocks open, over all files */
    ct_str_t       args[CT_CONF_MAX_ARGS]; /* of the directive being read */
} parser_t;

static ct_rc_t parse_list(parser_t *parser, source_t *source, tail_t *tail,
                          const ct_conf_node_t *opener);


static void
init_parser(parser_t *parser, ct_cycle_t *cycle)
{
    memset(parser, 0, sizeof(*parser));
    parser->cycle = cycle;
    parser->conf.cycle = cycle;
    parser->conf.pool = cycle->pool;
    parser->conf.log = &cycle->log;
}


/* Where a message shall say that the mistake stands. */
static const ct_conf_t *
at(parser_t *parser, const source_t *source, unsigned line)
{
    parser->place.file = source->c_name;
    parser->place.line = line;
    parser->conf.node = &parser->place;
    return &parser->conf;
}


static void
add_node(tail_t *tail, ct_conf_node_t *node)
{
    *tail->end = node;
    tail->end = &node->next;
}


/* A word is never longer without its escapes than with them. */
static ct_str_t
unescape(ct_pool_t *pool, ct_str_t raw)
{
    char        *data = ct_pool_alloc(pool, raw.len + 1);
    const size_t len = ct_conf_lex_unescape(raw, data);

    data[len] = '\0';
    return (ct_str_t){ len, data };
}


/* A token that no directive may begin with, or end with. */
static ct_rc_t
refuse_token(parser_t *parser, const source_t *source,
             const ct_conf_token_t *token)
{
    const ct_conf_t *conf = at(parser, source, token->line);
    char             shown[SHOWN_SIZE];

    ct_str_printable(token->raw, shown, sizeof(shown));
    if (token->kind == CT_CONF_BAD) {
        return ct_conf_error(conf, "%s '%s'", token->c_problem, shown);
    }
    return ct_conf_error(conf, "unexpected '%s'", shown);
}


/* What was read of a directive when `token` came instead of its end. */
static ct_rc_t
refuse_end(parser_t *parser, const source_t *source, unsigned last_line,
           size_t nargs, const ct_conf_token_t *token)
{
    const ct_str_t last = parser->args[nargs - 1];

    if (token->kind == CT_CONF_BAD) {
        return refuse_token(parser, source, token);
    }
    if (token->kind == CT_CONF_CLOSE) {
        return ct_conf_error(at(parser, source, token->line),
                             "unexpected '}', ';' is missing behind '%.*s'",
                             CT_STR_ARG(last));
    }
    return ct_conf_error(at(parser, source, last_line),
                         "unexpected end of file, ';' or '{' is missing "
                         "behind '%.*s'",
                         CT_STR_ARG(last));
}


/*
 * Words are gathered in the parser and copied here, when their number is
 * known: a growing array would leave its outgrown places in the cycle's pool.
 */
static ct_conf_node_t *
make_node(parser_t *parser, const source_t *source, unsigned line,
          const ct_conf_token_t *end, size_t nargs)
{
    ct_pool_t      *pool = parser->cycle->pool;
    ct_conf_node_t *node = ct_pool_zalloc(pool, sizeof(*node));
    ct_str_t       *args = ct_pool_alloc(pool, nargs * sizeof(*args));

    memcpy(args, parser->args, nargs * sizeof(*args));
    node->file = source->c_name;
    node->line = line;
    node->end_line = end->line;
    node->nargs = nargs;
    node->args = args;
    node->is_block = end->kind == CT_CONF_OPEN;
    return node;
}


/*
 * Reads from a directive's first word to its `;` or `{`.  Both stand in the
 * node as end_line and is_block.
 */
static ct_rc_t
read_directive(parser_t *parser, source_t *source, ct_conf_token_t *token,
               ct_conf_node_t **node)
{
    const unsigned line = token->line;
    unsigned       last_line = line;
    size_t         nargs = 0;

    while (token->kind == CT_CONF_WORD) {
        if (nargs == CT_CONF_MAX_ARGS) {
            return ct_conf_error(at(parser, source, line),
                                 "'%.*s' has more than %d words",
                                 CT_STR_ARG(parser->args[0]), CT_CONF_MAX_ARGS);
        }
        parser->args[nargs] = unescape(parser->cycle->pool, token->raw);
        nargs++;
        last_line = token->line;
        ct_conf_lex_next(&source->lex, token);
    }
    if (token->kind != CT_CONF_SEMICOLON && token->kind != CT_CONF_OPEN) {
        return refuse_end(parser, source, last_line, nargs, token);
    }
    parser->nnodes++;
    if (parser->nnodes > CT_CONF_MAX_NODES) {
        return ct_conf_error(at(parser, source, line),
                             "more than %d directives", CT_CONF_MAX_NODES);
    }
    *node = make_node(parser, source, line, token, nargs);
    return CT_OK;
}


/* The file as it was read before in this configuration, or NULL. */
static const ct_conf_file_t *
find_file(const ct_cycle_t *cycle, ct_str_t path)
{
    for (size_t i = 0; i < cycle->conf_files.n; i++) {
        const ct_conf_file_t *file = ct_array_at(&cycle->conf_files, i);

        if (ct_str_eq(file->path, path)) {
            return file;
        }
    }
    return NULL;
}


/*
 * Reads a file, or finds it read.  `conf` says where it is named, or has no
 * node for the one on the command line.
 */
static ct_rc_t
read_file(ct_cycle_t *cycle, const ct_conf_t *conf, const char *c_path,
          ct_conf_file_t *out)
{
    const ct_conf_file_t *known = find_file(cycle, ct_str_of(c_path));
    ct_conf_file_t       *kept;
    ct_str_t              text;

    if (known != NULL) {
        *out = *known;
        return CT_OK;
    }
    ct_file_note(&cycle->stamps, ct_str_of(c_path));
    if (ct_file_read(cycle->pool, c_path, CT_CONF_MAX_FILE, &text) != CT_OK) {
        return ct_conf_error(conf, "cannot read '%s': %s", c_path,
                             strerror(errno));
    }
    kept = ct_array_push(&cycle->conf_files);
    kept->path = ct_str_dup(cycle->pool, ct_str_of(c_path));
    kept->text = text;
    *out = *kept;
    return CT_OK;
}


/* Whether the file is one of those being read just now. */
static bool
is_being_read(const source_t *source, const char *c_path)
{
    for (; source != NULL; source = source->above) {
        if (strcmp(source->c_name, c_path) == 0) {
            return true;
        }
    }
    return false;
}


/*
 * A loop is told from a deep chain, since it is the likelier mistake.  Loops
 * through links with other names end at the depth.
 */
static ct_rc_t
include_file(parser_t *parser, const source_t *source,
             const ct_conf_node_t *node, const char *c_path, tail_t *tail)
{
    ct_conf_file_t   file;
    source_t         inner = { .above = source, .depth = source->depth + 1 };
    const ct_conf_t *conf = at(parser, source, node->line);

    if (is_being_read(source, c_path)) {
        return ct_conf_error(conf, "'%s' includes itself", c_path);
    }
    if (inner.depth > CT_CONF_MAX_INCLUDES) {
        return ct_conf_error(conf, "more than %d includes inside each other",
                             CT_CONF_MAX_INCLUDES);
    }
    parser->nfiles++;
    if (parser->nfiles > CT_CONF_MAX_FILES) {
        return ct_conf_error(conf, "more than %d files are included",
                             CT_CONF_MAX_FILES);
    }
    if (read_file(parser->cycle, conf, c_path, &file) != CT_OK) {
        return CT_ERROR;
    }
    inner.c_name = file.path.data;
    ct_conf_lex_init(&inner.lex, file.text);
    return parse_list(parser, &inner, tail, NULL);
}


/*
 * Matches come sorted by glob, so the order of directives does not depend on
 * the folder.  No match is no mistake: a folder of snippets may be empty.
 */
static ct_rc_t
include_matches(parser_t *parser, const source_t *source,
                const ct_conf_node_t *node, const char *c_pattern, tail_t *tail)
{
    glob_t  found;
    int     answer = 0;
    ct_rc_t rc = CT_OK;

    ct_file_note(&parser->cycle->stamps, ct_str_of(c_pattern));
    answer = glob(c_pattern, 0, NULL, &found);
    if (answer == GLOB_NOMATCH) {
        return CT_OK;
    }
    if (answer != 0) {
        return ct_conf_error(at(parser, source, node->line),
                             "cannot look for '%s': %s", c_pattern,
                             answer == GLOB_NOSPACE ? "out of memory"
                                                    : strerror(errno));
    }
    for (size_t i = 0; i < found.gl_pathc && rc == CT_OK; i++) {
        rc = include_file(parser, source, node, found.gl_pathv[i], tail);
    }
    globfree(&found);
    return rc;
}


/* Relative paths are taken from where the main configuration file stands. */
static const char *
include_path(const ct_cycle_t *cycle, ct_str_t path)
{
    size_t dir_len = cycle->conf_path.len;

    if (path.len > 0 && path.data[0] == '/') {
        return ct_str_dup_c(cycle->pool, path);
    }
    while (dir_len > 0 && cycle->conf_path.data[dir_len - 1] != '/') {
        dir_len--;
    }
    return ct_str_printf(cycle->pool, "%.*s%.*s", (int) dir_len,
                         cycle->conf_path.data, CT_STR_ARG(path))
        .data;
}


/*
 * The path's variables are replaced here, before the tables are known: an
 * include may bring the very modules that would tell.
 */
static ct_rc_t
include(parser_t *parser, const source_t *source, const ct_conf_node_t *node,
        tail_t *tail)
{
    const ct_conf_t *conf = at(parser, source, node->line);
    ct_str_t         path;
    const char      *c_path;

    if (node->is_block || node->nargs != 2) {
        return ct_conf_error(conf, "'include' takes one path and ';'");
    }
    if (source->is_text) {
        return ct_conf_error(conf, "'include' is allowed in files only");
    }
    if (ct_conf_expand(conf, node->args[1], &path) != CT_OK) {
        return CT_ERROR;
    }
    c_path = include_path(parser->cycle, path);
    if (!ct_file_is_pattern(c_path)) {
        return include_file(parser, source, node, c_path, tail);
    }
    return include_matches(parser, source, node, c_path, tail);
}


/* Reads the inside of a block behind its `{`, and its `}`. */
static ct_rc_t
parse_inside(parser_t *parser, source_t *source, ct_conf_node_t *node)
{
    tail_t  tail = { &node->children };
    ct_rc_t rc;

    if (parser->depth == CT_CONF_MAX_DEPTH) {
        return ct_conf_error(at(parser, source, node->line),
                             "more than %d blocks inside each other",
                             CT_CONF_MAX_DEPTH);
    }
    parser->depth++;
    rc = parse_list(parser, source, &tail, node);
    parser->depth--;
    return rc;
}


/* Reads one directive with all that it holds and hangs it in. */
static ct_rc_t
parse_directive(parser_t *parser, source_t *source, tail_t *tail,
                ct_conf_token_t *token)
{
    ct_conf_node_t *node = NULL;

    if (read_directive(parser, source, token, &node) != CT_OK) {
        return CT_ERROR;
    }
    if (ct_str_eq(node->args[0], CT_STR("include"))) {
        return include(parser, source, node, tail);
    }
    add_node(tail, node);
    return node->is_block ? parse_inside(parser, source, node) : CT_OK;
}


/*
 * Reads directives up to the end of the text, or up to the `}` of `opener`
 * where that is not NULL.
 */
static ct_rc_t
parse_list(parser_t *parser, source_t *source, tail_t *tail,
           const ct_conf_node_t *opener)
{
    ct_conf_token_t token;

    ct_conf_lex_next(&source->lex, &token);
    while (token.kind == CT_CONF_WORD) {
        if (parse_directive(parser, source, tail, &token) != CT_OK) {
            return CT_ERROR;
        }
        ct_conf_lex_next(&source->lex, &token);
    }
    if (token.kind == (opener == NULL ? CT_CONF_END : CT_CONF_CLOSE)) {
        return CT_OK;
    }
    if (token.kind == CT_CONF_END) {
        return ct_conf_error(at(parser, source, token.line),
                             "unexpected end of file, '}' is missing for the "
                             "'%.*s' of line %u",
                             CT_STR_ARG(opener->args[0]), opener->line);
    }
    return refuse_token(parser, source, &token);
}


ct_rc_t
ct_conf_parse_file(ct_cycle_t *cycle, const char *c_path, ct_conf_node_t **tree)
{
    parser_t        parser;
    ct_conf_file_t  file;
    source_t        source = { .above = NULL };
    ct_conf_node_t *first = NULL;
    tail_t          tail = { &first };

    init_parser(&parser, cycle);
    if (read_file(cycle, &parser.conf, c_path, &file) != CT_OK) {
        return CT_ERROR;
    }
    source.c_name = file.path.data;
    ct_conf_lex_init(&source.lex, file.text);
    if (parse_list(&parser, &source, &tail, NULL) != CT_OK) {
        return CT_ERROR;
    }
    *tree = first;
    return CT_OK;
}


ct_rc_t
ct_conf_parse_text(ct_cycle_t *cycle, const char *c_name, ct_str_t text,
                   ct_conf_node_t **tree)
{
    parser_t        parser;
    source_t        source = { .is_text = true };
    ct_conf_node_t *first = NULL;
    tail_t          tail = { &first };

    init_parser(&parser, cycle);
    source.c_name = ct_str_dup_c(cycle->pool, ct_str_of(c_name));
    if (text.len > CT_CONF_MAX_FILE) {
        return ct_conf_error(at(&parser, &source, 1),
                             "text longer than %d bytes", CT_CONF_MAX_FILE);
    }
    ct_conf_lex_init(&source.lex, text);
    if (parse_list(&parser, &source, &tail, NULL) != CT_OK) {
        return CT_ERROR;
    }
    *tree = first;
    return CT_OK;
}

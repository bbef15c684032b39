/*
 * ct_idl_load.c -- files and what they include.
 *
 * A file is known by its real path, so that two spellings of one path, or a
 * link, do not load it twice.  `loading` is set while a file's includes are
 * read: meeting such a file again is a cycle.  Checking begins when all files
 * are parsed, included ones first, and not at all when one of them is broken.
 */

#include "core/ct_config.h"

#include "idl/ct_idl.h"

#include "core/ct_file.h"
#include "core/ct_pool.h"
#include "idl/ct_idl_check.h"
#include "idl/ct_idl_parse.h"
#include "idl/ct_idl_report.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>


/*
 * What is not there may be elsewhere; what cannot be read will not be better
 * in another directory.
 */
static ct_rc_t
read_file(ct_pool_t *pool, const char *c_path, ct_str_t *text, void *data)
{
    (void) data;
    if (ct_file_read(pool, c_path, CT_IDL_MAX_FILE_SIZE, text) == CT_OK) {
        return CT_OK;
    }
    return errno == ENOENT || errno == ENOTDIR ? CT_DECLINED : CT_ERROR;
}


void
ct_idl_init(ct_idl_t *idl, ct_pool_t *pool, ct_idl_report_fn report, void *data)
{
    *idl = (ct_idl_t){ .pool = pool,
                       .read = read_file,
                       .report = report,
                       .data = data };
    ct_array_init(&idl->dirs, pool, sizeof(char *));
    ct_array_init(&idl->files, pool, sizeof(ct_idl_file_t *));
    ct_hash_init(&idl->by_path, pool);
    ct_hash_init(&idl->c_names, pool);
    ct_hash_init(&idl->containers, pool);
}


/* The path's last part without ".thrift". */
static ct_str_t
stem_of(ct_str_t path)
{
    const char *slash = memrchr(path.data, '/', path.len);
    ct_str_t    stem = path;

    if (slash != NULL) {
        stem.data = slash + 1;
        stem.len -= (size_t) (stem.data - path.data);
    }
    if (ct_str_ends_with(stem, ".thrift")) {
        stem.len -= sizeof(".thrift") - 1;
    }
    return stem;
}


/* The stem comes from the path as opened: it names the output. */
static ct_idl_file_t *
new_file(ct_idl_t *idl, ct_str_t path, ct_str_t text)
{
    ct_idl_file_t *file = ct_pool_zalloc(idl->pool, sizeof(*file));

    file->path = path;
    file->stem = stem_of(path);
    file->text = text;
    ct_array_init(&file->namespaces, idl->pool, sizeof(void *));
    ct_array_init(&file->includes, idl->pool, sizeof(void *));
    ct_array_init(&file->defs, idl->pool, sizeof(void *));
    ct_hash_init(&file->names, idl->pool);
    return file;
}


/* What a file is known by. */
static ct_str_t
key_of(ct_idl_t *idl, ct_str_t path)
{
    char real[PATH_MAX];

    if (realpath(path.data, real) == NULL) {
        return path; /* not from the file system, or about to fail */
    }
    return ct_str_dup(idl->pool, ct_str_of(real));
}


static ct_rc_t load(ct_idl_t *idl, ct_str_t path, uint32_t depth,
                    ct_idl_file_t **file);


/* `path` of an include line as seen from directory `dir`. */
static ct_str_t
join(ct_idl_t *idl, ct_str_t dir, ct_str_t path)
{
    if (dir.len == 0 || ct_str_starts_with(path, "/")) {
        return ct_str_dup(idl->pool, path);
    }
    return ct_str_printf(idl->pool, "%.*s/%.*s", CT_STR_ARG(dir),
                         CT_STR_ARG(path));
}


/* The directory of a path, "" for the current one. */
static ct_str_t
dir_of(ct_str_t path)
{
    const char *slash = memrchr(path.data, '/', path.len);

    if (slash == NULL) {
        return CT_STR("");
    }
    return (ct_str_t){ slash == path.data ? 1 : (size_t) (slash - path.data),
                       path.data };
}


/* Beside the file that asks, then in each directory of -I. */
static ct_rc_t
find_include(ct_idl_t *idl, const ct_idl_file_t *from,
             ct_idl_include_t *include, uint32_t depth)
{
    const ct_str_t path = include->path.str;
    ct_rc_t        rc;

    if (path.len == 0 || memchr(path.data, '\0', path.len) != NULL) {
        return CT_DECLINED;
    }
    rc = load(idl, join(idl, dir_of(from->path), path), depth, &include->file);
    for (size_t i = 0; i < idl->dirs.n && rc == CT_DECLINED; i++) {
        const ct_str_t dir = ct_str_of(CT_IDL_AT(char, &idl->dirs, i));

        rc = load(idl, join(idl, dir, path), depth, &include->file);
    }
    return rc;
}


/* Another include of the same file that names in it begin with. */
static const ct_idl_include_t *
find_same_stem(const ct_idl_file_t *file, size_t before)
{
    const ct_idl_include_t *one =
        CT_IDL_AT(ct_idl_include_t, &file->includes, before);

    for (size_t i = 0; i < before; i++) {
        const ct_idl_include_t *other =
            CT_IDL_AT(ct_idl_include_t, &file->includes, i);

        if (ct_str_eq(one->stem, other->stem) && one->file != other->file) {
            return other;
        }
    }
    return NULL;
}


/*
 * The name that definitions of the file are reached by is that of the line,
 * not of the file that a link may lead to.
 */
static ct_rc_t
load_include(ct_idl_t *idl, const ct_idl_file_t *file, size_t i, uint32_t depth)
{
    ct_idl_include_t *include = CT_IDL_AT(ct_idl_include_t, &file->includes, i);
    const ct_idl_pos_t *pos = &include->path.pos;
    ct_rc_t             rc;

    if (depth > CT_IDL_MAX_INCLUDE_DEPTH) {
        return ct_idl_error(idl, pos, "includes are nested more than %d deep",
                            CT_IDL_MAX_INCLUDE_DEPTH);
    }
    include->stem = stem_of(include->path.str);
    errno = 0;
    rc = find_include(idl, file, include, depth);
    if (rc == CT_DECLINED) {
        return ct_idl_error(idl, pos, "cannot find '%.*s'",
                            CT_STR_ARG(include->path.str));
    }
    if (rc != CT_OK) {
        return CT_ERROR;
    }
    if (include->file->loading) {
        return ct_idl_error(idl, pos, "'%.*s' includes itself in the end",
                            CT_STR_ARG(include->path.str));
    }
    if (find_same_stem(file, i) != NULL) {
        return ct_idl_error(idl, pos, "another include is called '%.*s' too",
                            CT_STR_ARG(include->stem));
    }
    return CT_OK;
}


/* All of them, so that one run shows every file that is missing. */
static ct_rc_t
load_includes(ct_idl_t *idl, ct_idl_file_t *file, uint32_t depth)
{
    ct_rc_t rc = CT_OK;

    file->loading = true;
    for (size_t i = 0; i < file->includes.n && !ct_idl_is_enough(idl); i++) {
        if (load_include(idl, file, i, depth + 1) != CT_OK) {
            rc = CT_ERROR;
        }
    }
    file->loading = false;
    return rc;
}


/*
 * Entered before it is parsed: a file that includes itself must find that it
 * is being read.
 */
static ct_rc_t
parse_new(ct_idl_t *idl, ct_str_t path, ct_str_t key, ct_idl_file_t **file)
{
    ct_str_t text;
    ct_rc_t  rc = idl->read(idl->pool, path.data, &text, idl->data);

    if (rc == CT_DECLINED) {
        return CT_DECLINED;
    }
    if (rc != CT_OK) {
        return ct_idl_file_error(idl, path, "cannot read: %s", strerror(errno));
    }
    if (idl->by_path.n >= CT_IDL_MAX_FILES) {
        return ct_idl_file_error(idl, path, "more than %d files",
                                 CT_IDL_MAX_FILES);
    }
    *file = new_file(idl, path, text);
    (void) ct_hash_add(&idl->by_path, key, *file);
    rc = ct_idl_parse(idl, *file);
    (*file)->broken = rc != CT_OK;
    return rc;
}


/* CT_DECLINED: there is no such file; not reported. */
static ct_rc_t
load(ct_idl_t *idl, ct_str_t path, uint32_t depth, ct_idl_file_t **file)
{
    const ct_str_t key = key_of(idl, path);
    ct_idl_file_t *known = ct_hash_find(&idl->by_path, key);
    ct_rc_t        rc;

    if (known != NULL) {
        *file = known;
        return known->broken ? CT_ERROR : CT_OK;
    }
    rc = parse_new(idl, path, key, file);
    if (rc != CT_OK) {
        return rc;
    }
    if (load_includes(idl, *file, depth) != CT_OK) {
        (*file)->broken = true;
        return CT_ERROR;
    }
    *(ct_idl_file_t **) ct_array_push(&idl->files) = *file;
    return CT_OK;
}


/* What is new since the last load; included files come first. */
static ct_rc_t
check_all(ct_idl_t *idl)
{
    ct_rc_t rc = CT_OK;

    for (size_t i = 0; i < idl->files.n; i++) {
        ct_idl_file_t *file = CT_IDL_AT(ct_idl_file_t, &idl->files, i);

        if (file->checked || file->broken) {
            continue;
        }
        if (rc == CT_OK && ct_idl_check(idl, file) == CT_OK) {
            file->checked = true;
        } else {
            file->broken = true;
            rc = CT_ERROR;
        }
    }
    return rc;
}


/* A file that was loaded before, as an include of another, is found again. */
ct_rc_t
ct_idl_load(ct_idl_t *idl, const char *c_path, ct_idl_file_t **file)
{
    const ct_str_t path = ct_str_dup(idl->pool, ct_str_of(c_path));
    ct_idl_file_t *new = NULL;
    const ct_rc_t rc = load(idl, path, 0, &new);

    if (rc == CT_DECLINED) {
        return ct_idl_file_error(idl, path, "no such file");
    }
    if (rc != CT_OK || check_all(idl) != CT_OK) {
        return CT_ERROR;
    }
    *file = new;
    return CT_OK;
}

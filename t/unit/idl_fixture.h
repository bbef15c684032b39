/*
 * idl_fixture.h -- .thrift files from memory, and what is said of them.
 */

#ifndef IDL_FIXTURE_H
#define IDL_FIXTURE_H

#include "core/ct_config.h"

#include "core/ct_pool.h"
#include "idl/ct_idl.h"

#include <stdio.h>

#define FIXTURE_FILES 8

typedef struct fixture_s {
    ct_pool_t  *pool;
    ct_idl_t    idl;
    const char *paths[FIXTURE_FILES];
    const char *texts[FIXTURE_FILES];
    size_t      nfiles;
    size_t      nreads;
    char        said[2048]; /* "LINE:COLUMN words\n" for each message */
} fixture_t;

static ct_rc_t
fixture_read(ct_pool_t *pool, const char *c_path, ct_str_t *text, void *data)
{
    fixture_t *fixture = data;

    for (size_t i = 0; i < fixture->nfiles; i++) {
        if (strcmp(fixture->paths[i], c_path) == 0) {
            fixture->nreads++;
            *text = ct_str_dup(pool, ct_str_of(fixture->texts[i]));
            return CT_OK;
        }
    }
    return CT_DECLINED;
}


static void
fixture_report(const ct_idl_message_t *message, void *data)
{
    fixture_t   *fixture = data;
    const size_t len = strlen(fixture->said);

    snprintf(fixture->said + len, sizeof(fixture->said) - len, "%u:%u %.*s\n",
             message->line, message->column, CT_STR_ARG(message->text));
}


static inline void
fixture_init(fixture_t *fixture)
{
    *fixture = (fixture_t){ .pool = ct_pool_create(4096) };
    ct_idl_init(&fixture->idl, fixture->pool, fixture_report, fixture);
    fixture->idl.read = fixture_read;
}


static inline void
fixture_release(fixture_t *fixture)
{
    ct_pool_destroy(fixture->pool);
}


static inline void
fixture_add(fixture_t *fixture, const char *c_path, const char *c_text)
{
    assert_true(fixture->nfiles < FIXTURE_FILES);
    fixture->paths[fixture->nfiles] = c_path;
    fixture->texts[fixture->nfiles] = c_text;
    fixture->nfiles++;
}


/* The file `a.thrift` of that text, or NULL. */
static inline ct_idl_file_t *
fixture_load(fixture_t *fixture, const char *c_text)
{
    ct_idl_file_t *file = NULL;

    fixture_add(fixture, "a.thrift", c_text);
    if (ct_idl_load(&fixture->idl, "a.thrift", &file) != CT_OK) {
        return NULL;
    }
    return file;
}


static inline ct_idl_def_t *
fixture_def(const ct_idl_file_t *file, const char *c_name)
{
    ct_idl_def_t *def;

    assert_non_null(file);
    def = ct_hash_find(&file->names, ct_str_of(c_name));
    assert_non_null(def);
    return def;
}

#endif /* IDL_FIXTURE_H */

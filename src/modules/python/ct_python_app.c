/*
 * ct_python_app.c -- the applications of a configuration that is read.
 *
 * A note is a line of JSON, [KEY, TOLD], in the file that a reload keeps for
 * its two readings.  KEY has all that what is told depends on but the files
 * themselves; if those change in between, the workers, which import for
 * themselves, find out.
 *
 * A worker has one interpreter, and in it a module's name stands for one file.
 * Two applications that mean different files by one name cannot both have
 * theirs, and which one would lose depends on the order: so that is refused.
 */

#include "core/ct_config.h"

#include "modules/python/ct_python_app.h"

#include <string.h>
#include <unistd.h>

#include "core/ct_file.h"

#include "modules/python/ct_python_host.h"
#include "modules/python/ct_python_probe.h"

/* Notes of all applications together. */
#define MAX_NOTES (64 * 1024 * 1024)

/* Bytes read at once. */
#define READ_SIZE 65536

typedef struct app_s {
    ct_str_t key;
    json_t  *told; /* the pool's end ends it */
} app_t;


static void
told_end(void *data)
{
    json_decref(data);
}


/* All that decides what is told, but the files; parted by what no path has. */
static ct_str_t
key_of(ct_pool_t *pool, const ct_python_conf_t *own)
{
    ct_str_t key =
        ct_str_printf(pool, "%.*s\n%d\n%.*s", CT_STR_ARG(own->app),
                      own->processor_as_factory, CT_STR_ARG(own->directory));

    for (size_t i = 0; i < own->path.n; i++) {
        key = ct_str_printf(pool, "%.*s\n%.*s", CT_STR_ARG(key),
                            CT_STR_ARG(own->path.items[i]));
    }
    return key;
}


static void
app_add(const ct_conf_t *conf, ct_array_t *apps, ct_str_t key, json_t *told)
{
    app_t *app = ct_array_push(apps);

    app->key = ct_str_dup(conf->pool, key);
    app->told = told;
    ct_pool_cleanup_add(conf->pool, told_end, told);
}


/* One line of the notes; what cannot be read is asked for anew. */
static void
note_take(const ct_conf_t *conf, ct_array_t *apps, const char *line, size_t len)
{
    json_t *note = json_loadb(line, len, 0, NULL);
    json_t *told = json_array_get(note, 1);
    json_t *key = json_array_get(note, 0);

    if (json_is_string(key) && told != NULL) {
        app_add(conf, apps,
                (ct_str_t){ json_string_length(key), json_string_value(key) },
                json_incref(told));
        ct_python_probe_note_files(conf, told);
    }
    json_decref(note);
}


static void
notes_read(const ct_conf_t *conf, ct_array_t *apps)
{
    const int fd = conf->cycle->notes_fd;
    ct_buf_t  text;
    ssize_t   n = 1;

    ct_buf_init(&text);
    while (n > 0 && ct_buf_len(&text) < MAX_NOTES
           && ct_buf_reserve(&text, READ_SIZE) == CT_OK) {
        n = pread(fd, text.last, READ_SIZE, (off_t) ct_buf_len(&text));
        text.last += n > 0 ? n : 0;
    }
    while (ct_buf_len(&text) > 0) {
        const uint8_t *end = memchr(text.pos, '\n', ct_buf_len(&text));

        if (end == NULL) {
            break;
        }
        note_take(conf, apps, (const char *) text.pos,
                  (size_t) (end - text.pos));
        text.pos += end - text.pos + 1;
    }
    ct_buf_release(&text);
}


/* Nobody misses a note that cannot be written. */
static void
note_write(const ct_conf_t *conf, ct_str_t key, json_t *told)
{
    json_t *note = json_pack("[s#O]", key.data, (int) key.len, told);

    if (note != NULL
        && json_dumpfd(note, conf->cycle->notes_fd, JSON_COMPACT) == 0) {
        (void) ct_file_write_all(conf->cycle->notes_fd, "\n", 1);
    }
    json_decref(note);
}


/* Those that have been asked; of a reading in earnest, in its trial too. */
static ct_array_t *
apps_of(const ct_conf_t *conf)
{
    ct_python_conf_t *of_main = ct_cycle_conf(conf->cycle, &python_module);

    if (of_main->apps == NULL) {
        of_main->apps = ct_pool_alloc(conf->pool, sizeof(*of_main->apps));
        ct_array_init(of_main->apps, conf->pool, sizeof(app_t));
        if (!conf->cycle->testing && conf->cycle->notes_fd != -1) {
            notes_read(conf, of_main->apps);
        }
    }
    return of_main->apps;
}


/* Whether both give the same files to the names that both know. */
static ct_rc_t
modules_check(const ct_conf_t *conf, const ct_python_conf_t *own,
              const json_t *one, const json_t *other)
{
    json_t       *modules = json_object_get(one, "modules");
    const json_t *others = json_object_get(other, "modules");
    const char   *c_name;
    json_t       *path;

    json_object_foreach(modules, c_name, path)
    {
        const json_t *there = json_object_get(others, c_name);

        if (there != NULL && !json_equal(path, there)) {
            return ct_conf_error(
                conf,
                "'%.*s' has module '%s' in '%s', another application in "
                "'%s', and one process has one module of a name",
                CT_STR_ARG(own->app), c_name, json_string_value(path),
                json_string_value(there));
        }
    }
    return CT_OK;
}


static json_t *
told_find(const ct_array_t *apps, ct_str_t key)
{
    for (size_t i = 0; i < apps->n; i++) {
        const app_t *app = ct_array_at(apps, i);

        if (ct_str_eq(app->key, key)) {
            return app->told;
        }
    }
    return NULL;
}


ct_rc_t
ct_python_app_ask(ct_conf_t *conf, const ct_python_conf_t *own,
                  const json_t **told)
{
    ct_array_t                *apps = apps_of(conf);
    const ct_str_t             key = key_of(conf->pool, own);
    json_t                    *found = told_find(apps, key);
    const ct_python_question_t question = {
        .c_verb = "import",
        .subject = own->app,
        .timeout_ms = own->import_timeout_ms,
        .ask = ct_python_host_describe,
        .data = own,
    };

    if (found != NULL) {
        *told = found;
        return CT_OK;
    }
    if (ct_python_probe(conf, &question, &found) != CT_OK) {
        return CT_ERROR;
    }
    app_add(conf, apps, key, found);
    for (size_t i = 0; i < apps->n; i++) {
        const app_t *app = ct_array_at(apps, i);

        if (modules_check(conf, own, found, app->told) != CT_OK) {
            return CT_ERROR;
        }
    }
    if (conf->cycle->testing && conf->cycle->notes_fd != -1) {
        note_write(conf, key, found);
    }
    *told = found;
    return CT_OK;
}

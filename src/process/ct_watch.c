/*
 * ct_watch.c -- `watch on`: a reload when a file of the configuration changes.
 *
 * state   | event                          | function     | next
 * --------+--------------------------------+--------------+----------
 * resting | something in a directory       | on_event     | unquiet
 * unquiet | more of it                     | on_event     | unquiet
 * unquiet | QUIET_MS without               | on_quiet     | resting, and a
 *         |                                |              | reload if a file
 *         |                                |              | is another one
 * unquiet | the same, a file is half done  | on_quiet     | unquiet
 * resting | POLL_MS, where nobody tells    | on_poll      | resting
 *
 * What the kernel tells only says when to look; whether something has changed
 * is decided by the stamps of the files (core/ct_file.h), taken before they
 * were read.  So it does not matter by what dance of renames and links an
 * editor or a container replaces a file, and nothing is lost between reading
 * and watching.
 *
 * A shared object that is half written must not be loaded: from the first
 * write to the close behind it a file counts as written, and nobody looks.
 *
 * Before a reload is asked for, the files are read once more, only to know
 * their names: if it fails, it is these that must be watched, since the error
 * may well stand in one that the serving configuration does not have.
 */

#include "core/ct_config.h"

#include "process/ct_watch.h"

#include <errno.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/ct_cycle.h"
#include "core/ct_pool.h"
#include "core/ct_file.h"
#include "event/ct_inotify.h"
#include "event/ct_loop.h"
#include "process/ct_core_module.h"
#include "process/ct_generation.h"
#include "process/ct_master.h"
#include "process/ct_options.h"
#include "process/ct_reload.h"

/* A writer of several files takes breaths as long as this between them. */
#define QUIET_MS 150

/* Ten seconds: then a file that nobody closes is looked at as it is. */
#define MAX_WAITS 66

/* How often one looks who is told nothing. */
#define POLL_MS 1000

typedef struct dir_s {
    ct_str_t path; /* a NUL after it */
    int      number;
} dir_t;


void
ct_watch_init(ct_watch_t *watch)
{
    memset(watch, 0, sizeof(*watch));
    watch->io.fd = -1;
}


void
ct_watch_forget(ct_watch_t *watch)
{
    if (watch->io.fd != -1) {
        close(watch->io.fd);
        watch->io.fd = -1;
    }
}


void
ct_watch_release(ct_master_t *master)
{
    ct_watch_t *watch = &master->watch;

    if (watch->io.fd != -1) {
        ct_loop_remove_io(master->loop, &watch->io);
    }
    ct_watch_forget(watch);
    if (master->loop != NULL) {
        ct_timer_stop(master->loop, &watch->quiet);
        ct_timer_stop(master->loop, &watch->poll);
    }
    if (watch->pool != NULL) {
        ct_pool_destroy(watch->pool);
        watch->pool = NULL;
    }
}


static const char *
base_of(const char *c_path)
{
    const char *slash = strrchr(c_path, '/');

    return slash != NULL ? slash + 1 : c_path;
}


/* Whether a file of that name, wherever it is, may be one of ours. */
static bool
is_known(const ct_watch_t *watch, const char *c_name)
{
    for (size_t i = 0; i < watch->files.n; i++) {
        const ct_file_stamp_t *file = ct_array_at(&watch->files, i);
        const char            *base = base_of(file->path.data);

        if (strcmp(base, c_name) == 0
            || (ct_file_is_pattern(base) && fnmatch(base, c_name, 0) == 0)) {
            return true;
        }
    }
    return false;
}


/* The place of that name among the files being written; "" finds a free one. */
static char *
find_written(ct_watch_t *watch, const char *c_name)
{
    for (size_t i = 0; i < CT_WATCH_WRITTEN; i++) {
        if (strcmp(watch->written[i], c_name) == 0) {
            return watch->written[i];
        }
    }
    return NULL;
}


static void
set_written(ct_watch_t *watch, const char *c_name, bool is_written)
{
    char *place = find_written(watch, c_name);

    if (!is_written && place != NULL) {
        place[0] = '\0';
    }
    if (is_written && place == NULL && strlen(c_name) < CT_WATCH_NAME) {
        place = find_written(watch, "");
        if (place != NULL) {
            memcpy(place, c_name, strlen(c_name) + 1);
        }
    }
}


static bool
is_any_written(const ct_watch_t *watch)
{
    for (size_t i = 0; i < CT_WATCH_WRITTEN; i++) {
        if (watch->written[i][0] != '\0') {
            return true;
        }
    }
    return false;
}


/* A plain file that has just come is going to be closed; a link is not. */
static bool
will_be_closed(const ct_watch_t *watch, int number, const char *c_name)
{
    struct stat info;

    for (size_t i = 0; i < watch->dirs.n; i++) {
        const dir_t *dir = ct_array_at(&watch->dirs, i);

        if (dir->number == number) {
            const char *path =
                ct_str_printf(watch->pool, "%s/%s", dir->path.data, c_name)
                    .data;

            return lstat(path, &info) == 0 && S_ISREG(info.st_mode)
                   && info.st_nlink == 1;
        }
    }
    return false;
}


/* Everything is looked at, and again after a while from now on. */
static void
on_lost(ct_master_t *master)
{
    memset(master->watch.written, 0, sizeof(master->watch.written));
    ct_timer_start(master->loop, &master->watch.quiet, QUIET_MS);
    ct_timer_start(master->loop, &master->watch.poll, POLL_MS);
}


static void
on_event(int dir, const char *c_name, ct_inotify_t what, void *data)
{
    ct_master_t *master = data;
    ct_watch_t  *watch = &master->watch;
    const bool   is_ours = c_name[0] != '\0' && is_known(watch, c_name);

    switch (what) {
    case CT_INOTIFY_WRITING:
        if (!is_ours) {
            return; /* A log perhaps, of which there is no end. */
        }
        set_written(watch, c_name, true);
        break;
    case CT_INOTIFY_CREATED:
        if (is_ours && will_be_closed(watch, dir, c_name)) {
            set_written(watch, c_name, true);
        }
        break;
    case CT_INOTIFY_SETTLED:
        set_written(watch, c_name, false);
        break;
    case CT_INOTIFY_LOST:
        on_lost(master);
        return;
    }
    if (is_ours || !ct_timer_is_on(&watch->quiet)) {
        ct_timer_start(master->loop, &watch->quiet, QUIET_MS);
    }
}


static void
on_readable(ct_io_t *io)
{
    ct_master_t *master = io->data;

    ct_inotify_read(io->fd, on_event, master);
}


/* The first file that is not as it was, or NULL; *found tells two looks apart.
 */
static const ct_file_stamp_t *
find_change(const ct_watch_t *watch, uint64_t *found)
{
    const ct_file_stamp_t *first = NULL;

    *found = 0;
    for (size_t i = 0; i < watch->files.n; i++) {
        const ct_file_stamp_t *file = ct_array_at(&watch->files, i);
        const uint64_t         value = ct_file_stamp(file->path.data);

        if (value != file->value) {
            first = first == NULL ? file : first;
            *found = (*found * 31 + value + i) | 1;
        }
    }
    return first;
}


/* Notes the modules of a file that is only parsed: they are not loaded. */
static void
note_modules(ct_cycle_t *cycle, const ct_conf_node_t *tree)
{
    ct_conf_t conf = { .cycle = cycle,
                       .pool = cycle->pool,
                       .log = &cycle->log };

    for (const ct_conf_node_t *node = tree; node != NULL; node = node->next) {
        ct_str_t path;

        conf.node = node;
        if (ct_str_eq_c(node->args[0], "load_module") && node->nargs == 2
            && ct_conf_expand(&conf, node->args[1], &path) == CT_OK) {
            ct_file_note(&cycle->stamps, ct_conf_path(cycle, path));
        }
    }
}


/* To `to`, which may hold some of them already. */
static void
add_stamps(const ct_array_t *from, ct_array_t *to)
{
    for (size_t i = 0; i < from->n; i++) {
        const ct_file_stamp_t *stamp = ct_array_at(from, i);

        ct_file_note(to, stamp->path);
    }
}


/* Takes over whole stamps, with the values of when the files were read. */
static void
copy_stamps(const ct_array_t *from, ct_array_t *to)
{
    for (size_t i = 0; i < from->n; i++) {
        ct_file_stamp_t *stamp = ct_array_push(to);

        *stamp = *(const ct_file_stamp_t *) ct_array_at(from, i);
        stamp->path = ct_str_dup(to->pool, stamp->path);
    }
}


/* Where a pattern begins to be one, its directory has a name of its own. */
static size_t
dir_length(const char *c_path)
{
    size_t len = strcspn(c_path, "*?[");

    while (len > 1 && c_path[len - 1] != '/') {
        len--;
    }
    return len > 1 ? len - 1 : len;
}


static void
watch_dir(ct_master_t *master, const char *c_path)
{
    ct_watch_t    *watch = &master->watch;
    const ct_str_t path =
        ct_str_dup(watch->pool, (ct_str_t){ dir_length(c_path), c_path });
    dir_t *dir = NULL;
    int    number;

    for (size_t i = 0; i < watch->dirs.n; i++) {
        dir = ct_array_at(&watch->dirs, i);
        if (ct_str_eq(dir->path, path)) {
            return;
        }
    }
    if (ct_inotify_add(watch->io.fd, path.data, &number) != CT_OK) {
        CT_LOG(&master->log, CT_LOG_DEBUG, errno, "cannot watch '%s'",
               path.data);
        ct_timer_start(master->loop, &watch->poll, POLL_MS);
        return;
    }
    dir = ct_array_push(&watch->dirs);
    dir->path = path;
    dir->number = number;
}


/* The directory of the name, and that of the file if the name is a link. */
static void
watch_dirs(ct_master_t *master)
{
    char real[PATH_MAX];

    for (size_t i = 0; i < master->watch.files.n; i++) {
        const ct_file_stamp_t *file = ct_array_at(&master->watch.files, i);

        watch_dir(master, file->path.data);
        if (realpath(file->path.data, real) != NULL) {
            watch_dir(master, real);
        }
    }
}


static void on_quiet(ct_timer_t *timer);
static void on_poll(ct_timer_t *timer);


/* Watches the files of `stamps`; what was watched before is forgotten. */
static void
arm(ct_master_t *master, ct_pool_t *pool, const ct_array_t *stamps)
{
    ct_watch_t *watch = &master->watch;

    ct_watch_release(master);
    watch->pool = pool;
    watch->files = *stamps;
    watch->seen = 0;
    watch->nwaits = 0;
    memset(watch->written, 0, sizeof(watch->written));
    ct_array_init(&watch->dirs, pool, sizeof(dir_t));
    watch->quiet.fn = on_quiet;
    watch->quiet.data = master;
    watch->poll.fn = on_poll;
    watch->poll.data = master;
    watch->io.fn = on_readable;
    watch->io.data = master;
    if (ct_core_conf(master->cycle)->watch == CT_WATCH_POLL
        || ct_inotify_create(&watch->io.fd) != CT_OK
        || ct_loop_add_io(master->loop, &watch->io, CT_IO_READ | CT_IO_LEVEL)
               != CT_OK) {
        ct_watch_forget(watch);
        ct_timer_start(master->loop, &watch->poll, POLL_MS);
        return;
    }
    watch_dirs(master);
    /* What has changed since it was read is not going to be told. */
    ct_timer_start(master->loop, &watch->quiet, QUIET_MS);
}


/*
 * What will be read: as far as the file can be parsed, which runs no code of
 * a module, and what is watched now.
 */
static void
learn(ct_master_t *master)
{
    static const ct_module_t *const none[] = { NULL };
    const ct_options_t             *options = master->options;
    ct_pool_t                      *pool = ct_pool_create(4096);
    ct_conf_node_t                 *tree = NULL;
    ct_array_t                      stamps;
    ct_cycle_t                     *cycle =
        ct_cycle_create(none, options->prefix, options->conf_path);

    ct_array_init(&stamps, pool, sizeof(ct_file_stamp_t));
    if (cycle != NULL) {
        (void) ct_generation_parse(cycle, options, &tree);
        note_modules(cycle, tree);
        copy_stamps(&cycle->stamps, &stamps);
        ct_cycle_destroy(cycle);
    }
    add_stamps(&master->watch.files, &stamps);
    arm(master, pool, &stamps);
}


static void
take_change(ct_master_t *master, const ct_file_stamp_t *file)
{
    CT_LOG(&master->log, CT_LOG_NOTICE, 0, "watch: '%s' has changed",
           file->path.data);
    learn(master);
    (void) ct_reload_ask(master);
}


static void
on_quiet(ct_timer_t *timer)
{
    ct_master_t           *master = timer->data;
    const ct_file_stamp_t *file = NULL;
    uint64_t               found;

    if (is_any_written(&master->watch) && master->watch.nwaits < MAX_WAITS) {
        master->watch.nwaits++;
        ct_timer_start(master->loop, timer, QUIET_MS);
        return;
    }
    /* Whoever has not closed it by now keeps nobody waiting any more. */
    master->watch.nwaits = 0;
    memset(master->watch.written, 0, sizeof(master->watch.written));
    file = find_change(&master->watch, &found);
    if (file != NULL) {
        take_change(master, file);
    }
}


/* Twice the same is what is whole, as far as one can see. */
static void
on_poll(ct_timer_t *timer)
{
    ct_master_t           *master = timer->data;
    uint64_t               found;
    const ct_file_stamp_t *file = find_change(&master->watch, &found);

    ct_timer_start(master->loop, timer, POLL_MS);
    if (file != NULL && found == master->watch.seen) {
        take_change(master, file);
        return;
    }
    master->watch.seen = found;
}


void
ct_watch_follow(ct_master_t *master)
{
    ct_pool_t *pool = NULL;
    ct_array_t stamps;

    if (ct_core_conf(master->cycle)->watch == CT_WATCH_OFF) {
        ct_watch_release(master);
        return;
    }
    pool = ct_pool_create(4096);
    ct_array_init(&stamps, pool, sizeof(ct_file_stamp_t));
    copy_stamps(&master->cycle->stamps, &stamps);
    arm(master, pool, &stamps);
}

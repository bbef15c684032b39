/*
 * ct_bench_process.c -- what a server on this machine takes: memory, time.
 */

#include "core/ct_config.h"

#include "ct_bench_process.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/ct_array.h"
#include "core/ct_pool.h"

#define PATH_SIZE 64
#define LINE_SIZE 1024
#define POOL_SIZE 4096
#define KB        1024

/* One line of a table of all processes. */
typedef struct row_s {
    pid_t    pid;
    pid_t    parent;
    uint64_t rss;
    double   cpu_s;
    bool     is_ours;
} row_t;


/* The line /proc/PID/stat; a name may have any bytes, but ends with the last
 * ')'. */
static bool
row_parse(char *line, row_t *row)
{
    const char        *rest = strrchr(line, ')');
    int                parent;
    unsigned long long user;
    unsigned long long system;
    long long          pages;

    if (rest == NULL
        || sscanf(rest + 1,
                  " %*c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu"
                  " %*d %*d %*d %*d %*d %*d %*u %*u %lld",
                  &parent, &user, &system, &pages)
               != 4) {
        return false;
    }
    row->parent = (pid_t) parent;
    row->rss = (uint64_t) pages * (uint64_t) sysconf(_SC_PAGESIZE);
    row->cpu_s = (double) (user + system) / (double) sysconf(_SC_CLK_TCK);
    return true;
}


/* False: it has gone. */
static bool
row_read(const char *c_pid, row_t *row)
{
    char  path[PATH_SIZE];
    char  line[LINE_SIZE];
    FILE *file;
    bool  is_read;

    memset(row, 0, sizeof(*row));
    row->pid = (pid_t) strtol(c_pid, NULL, 10);
    (void) snprintf(path, sizeof(path), "/proc/%d/stat", (int) row->pid);
    file = fopen(path, "re");
    if (file == NULL) {
        return false;
    }
    is_read = fgets(line, sizeof(line), file) != NULL && row_parse(line, row);
    (void) fclose(file);
    return is_read;
}


static void
table_read(ct_array_t *table)
{
    DIR                 *dir = opendir("/proc");
    const struct dirent *entry;
    row_t                row;

    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9'
            && row_read(entry->d_name, &row)) {
            *(row_t *) ct_array_push(table) = row;
        }
    }
    if (dir != NULL) {
        (void) closedir(dir);
    }
}


static bool
is_ours(const ct_array_t *table, pid_t pid)
{
    for (size_t i = 0; i < table->n; i++) {
        const row_t *row = ct_array_at(table, i);

        if (row->pid == pid) {
            return row->is_ours;
        }
    }
    return false;
}


/* Marks the process, and whose parent is marked, until there is nobody else. */
static void
table_mark(ct_array_t *table, pid_t pid)
{
    bool has_changed = true;

    while (has_changed) {
        has_changed = false;
        for (size_t i = 0; i < table->n; i++) {
            row_t *row = ct_array_at(table, i);

            if (!row->is_ours
                && (row->pid == pid || is_ours(table, row->parent))) {
                row->is_ours = true;
                has_changed = true;
            }
        }
    }
}


static uint64_t
pss_of(pid_t pid)
{
    char               path[PATH_SIZE];
    char               line[LINE_SIZE];
    unsigned long long kb = 0;
    FILE              *file;

    (void) snprintf(path, sizeof(path), "/proc/%d/smaps_rollup", (int) pid);
    file = fopen(path, "re");
    if (file == NULL) {
        return 0;
    }
    while (fgets(line, sizeof(line), file) != NULL
           && sscanf(line, "Pss: %llu kB", &kb) != 1) {
    }
    (void) fclose(file);
    return kb * KB;
}


ct_rc_t
ct_bench_process_look(pid_t pid, ct_bench_process_t *seen)
{
    ct_pool_t *pool = ct_pool_create(POOL_SIZE);
    ct_array_t table;

    memset(seen, 0, sizeof(*seen));
    ct_array_init(&table, pool, sizeof(row_t));
    table_read(&table);
    table_mark(&table, pid);
    for (size_t i = 0; i < table.n; i++) {
        const row_t *row = ct_array_at(&table, i);

        if (row->is_ours) {
            seen->nprocesses++;
            seen->rss += row->rss;
            seen->pss += pss_of(row->pid);
            seen->cpu_s += row->cpu_s;
        }
    }
    ct_pool_destroy(pool);
    return seen->nprocesses != 0 ? CT_OK : CT_ERROR;
}

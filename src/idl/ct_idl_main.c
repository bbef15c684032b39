/*
 * ct_idl_main.c -- cthriftc, the compiler.
 *
 * Reads each file named, then writes STEM.gen.h and STEM.gen.c of all of them:
 * an error in one leaves nothing half-done.  Files are replaced by rename, so
 * a make that runs beside never sees a part of one.
 *
 * Exit: 0 done, 1 an error in a file, 2 a wrong command line.
 */

#include "core/ct_config.h"

#include "core/ct_file.h"
#include "core/ct_log.h"
#include "core/ct_pool.h"
#include "idl/ct_idl.h"
#include "idl/ct_idl_gen.h"

#include <stdio.h>
#include <stdlib.h>

#define EXIT_USAGE 2

/* Steps of the pool that holds all of a run. */
#define POOL_SIZE (64 * 1024)

static const char usage[] =
    "usage: cthriftc [-r] [-o DIR] [-I DIR]... [--depfile FILE] "
    "FILE.thrift...\n"
    "\n"
    "  -o DIR          write there instead of into the current directory\n"
    "  -I DIR          look there for included files; may be repeated\n"
    "  -r              write code for included files too\n"
    "  --depfile FILE  write a rule for make: what depends on which files\n"
    "  --version       print the version and exit\n"
    "  --help          print this and exit\n";

/* A run of the program. */
typedef struct run_s {
    ct_pool_t  *pool;
    ct_log_t    log;
    ct_idl_t    idl;
    ct_array_t  paths; /* of char *: the files named */
    ct_array_t  files; /* of ct_idl_file_t *: what code is written for */
    const char *c_dir;
    const char *c_depfile; /* or NULL */
    bool        recursive;
} run_t;


/* file:line:column: error: words, the line, the caret. */
static void
print_message(const ct_idl_message_t *message, void *data)
{
    const char *kind = message->is_error ? "error" : "warning";

    (void) data;
    if (message->path.data == NULL) {
        (void) fprintf(stderr, "cthriftc: %.*s\n", CT_STR_ARG(message->text));
        return;
    }
    if (message->line == 0) {
        (void) fprintf(stderr, "%.*s: %s: %.*s\n", CT_STR_ARG(message->path),
                       kind, CT_STR_ARG(message->text));
        return;
    }
    (void) fprintf(stderr, "%.*s:%u:%u: %s: %.*s\n%.*s\n%.*s\n",
                   CT_STR_ARG(message->path), message->line, message->column,
                   kind, CT_STR_ARG(message->text), CT_STR_ARG(message->source),
                   CT_STR_ARG(message->caret));
}


static void
push(ct_array_t *list, const char *c_text, ct_pool_t *pool)
{
    *(char **) ct_array_push(list) = ct_str_dup_c(pool, ct_str_of(c_text));
}


/* The value of an option that needs one; NULL, said, if there is none. */
static const char *
option_value(const char *const *argv, int *i)
{
    const char *c_option = argv[*i];

    *i += 1;
    if (argv[*i] == NULL) {
        (void) fprintf(stderr, "cthriftc: %s needs a value\n", c_option);
    }
    return argv[*i];
}


/* CT_DECLINED: it is no option. */
static ct_rc_t
parse_option(run_t *run, const char *const *argv, int *i)
{
    const char *c_option = argv[*i];
    const char *c_value;

    if (c_option[0] != '-' || c_option[1] == '\0') {
        return CT_DECLINED;
    }
    if (strcmp(c_option, "-r") == 0) {
        run->recursive = true;
        return CT_OK;
    }
    if (strcmp(c_option, "-o") != 0 && strcmp(c_option, "-I") != 0
        && strcmp(c_option, "--depfile") != 0) {
        (void) fprintf(stderr, "cthriftc: unknown option %s\n", c_option);
        return CT_ERROR;
    }
    c_value = option_value(argv, i);
    if (c_value == NULL) {
        return CT_ERROR;
    }
    if (strcmp(c_option, "-o") == 0) {
        run->c_dir = c_value;
    } else if (strcmp(c_option, "-I") == 0) {
        push(&run->idl.dirs, c_value, run->pool);
    } else {
        run->c_depfile = c_value;
    }
    return CT_OK;
}


/* Options and files may be mixed, as cc takes them. */
static ct_rc_t
parse_command_line(run_t *run, const char *const *argv)
{
    for (int i = 1; argv[i] != NULL; i++) {
        const ct_rc_t rc = parse_option(run, argv, &i);

        if (rc == CT_ERROR) {
            return CT_ERROR;
        }
        if (rc == CT_DECLINED) {
            push(&run->paths, argv[i], run->pool);
        }
    }
    if (run->paths.n == 0) {
        (void) fputs("cthriftc: no file is named\n", stderr);
        return CT_ERROR;
    }
    return CT_OK;
}


/* All files are read, so that one run shows the errors of each. */
static ct_rc_t
load_all(run_t *run)
{
    ct_rc_t rc = CT_OK;

    for (size_t i = 0; i < run->paths.n; i++) {
        ct_idl_file_t *file;

        if (ct_idl_load(&run->idl, CT_IDL_AT(char, &run->paths, i), &file)
            != CT_OK) {
            rc = CT_ERROR;
        } else if (!run->recursive) {
            *(ct_idl_file_t **) ct_array_push(&run->files) = file;
        }
    }
    if (run->recursive) {
        run->files = run->idl.files;
    }
    return rc;
}


/* Two files of one stem would write to the same place. */
static ct_rc_t
check_stems(const run_t *run)
{
    ct_hash_t stems;

    ct_hash_init(&stems, run->pool);
    for (size_t i = 0; i < run->files.n; i++) {
        ct_idl_file_t       *file = CT_IDL_AT(ct_idl_file_t, &run->files, i);
        const ct_idl_file_t *other = ct_hash_find(&stems, file->stem);

        if (other != NULL && other != file) {
            (void) fprintf(stderr,
                           "cthriftc: %.*s and %.*s would both be written to "
                           "%.*s.gen.c\n",
                           CT_STR_ARG(other->path), CT_STR_ARG(file->path),
                           CT_STR_ARG(file->stem));
            return CT_ERROR;
        }
        (void) ct_hash_add(&stems, file->stem, file);
    }
    return CT_OK;
}


/* DIR/STEM.gen.END, a NUL after it. */
static ct_str_t
output_path(const run_t *run, const ct_idl_file_t *file, const char *c_end)
{
    return ct_str_printf(
        run->pool, "%s%s%.*s.gen.%s", run->c_dir == NULL ? "" : run->c_dir,
        run->c_dir == NULL ? "" : "/", CT_STR_ARG(file->stem), c_end);
}


/* Both texts are made before the first is written. */
static ct_rc_t
write_file(run_t *run, ct_idl_file_t *file)
{
    const ct_str_t header = ct_idl_gen_header(&run->idl, file);
    const ct_str_t source = ct_idl_gen_source(&run->idl, file);

    if (ct_file_replace(output_path(run, file, "h").data, header, &run->log)
        != CT_OK) {
        return CT_ERROR;
    }
    return ct_file_replace(output_path(run, file, "c").data, source, &run->log);
}


/* A path as make reads it: blanks, '#' and '$' escaped. */
static void
write_make_path(ct_idl_out_t *out, ct_str_t path)
{
    for (size_t i = 0; i < path.len; i++) {
        const char c = path.data[i];

        if (c == ' ' || c == '#') {
            ct_idl_out_str(out, CT_STR("\\"));
        } else if (c == '$') {
            ct_idl_out_str(out, CT_STR("$"));
        }
        ct_idl_out_str(out, (ct_str_t){ 1, &c });
    }
}


/*
 * Outputs depend on every file that was read; each of those gets an empty
 * rule, so that make does not stop where one has gone.
 */
static ct_rc_t
write_depfile(run_t *run)
{
    const ct_array_t *read = &run->idl.files;
    ct_idl_out_t      out;

    ct_idl_out_init(&out, run->pool, SIZE_MAX);
    for (size_t i = 0; i < run->files.n; i++) {
        const ct_idl_file_t *file = CT_IDL_AT(ct_idl_file_t, &run->files, i);

        write_make_path(&out, output_path(run, file, "h"));
        ct_idl_out_str(&out, CT_STR(" "));
        write_make_path(&out, output_path(run, file, "c"));
        ct_idl_out_str(&out, i + 1 < run->files.n ? CT_STR(" ") : CT_STR(":"));
    }
    for (size_t i = 0; i < read->n; i++) {
        ct_idl_out_str(&out, CT_STR(" \\\n  "));
        write_make_path(&out, CT_IDL_AT(ct_idl_file_t, read, i)->path);
    }
    ct_idl_out_str(&out, CT_STR("\n"));
    for (size_t i = 0; i < read->n; i++) {
        ct_idl_out_str(&out, CT_STR("\n"));
        write_make_path(&out, CT_IDL_AT(ct_idl_file_t, read, i)->path);
        ct_idl_out_str(&out, CT_STR(":\n"));
    }
    return ct_file_replace(run->c_depfile, (ct_str_t){ out.len, out.data },
                           &run->log);
}


/* Nothing is written unless every file is sound. */
static ct_rc_t
compile(run_t *run)
{
    if (load_all(run) != CT_OK || check_stems(run) != CT_OK) {
        return CT_ERROR;
    }
    for (size_t i = 0; i < run->files.n; i++) {
        if (write_file(run, CT_IDL_AT(ct_idl_file_t, &run->files, i))
            != CT_OK) {
            return CT_ERROR;
        }
    }
    return run->c_depfile == NULL ? CT_OK : write_depfile(run);
}


/* --version and --help, wherever they stand; true if there was one. */
static bool
answer_question(const char *const *argv)
{
    for (int i = 1; argv[i] != NULL; i++) {
        if (strcmp(argv[i], "--version") == 0) {
            (void) printf("cthriftc %s\n", CT_VERSION);
            return true;
        }
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            (void) fputs(usage, stdout);
            return true;
        }
    }
    return false;
}


int
main(int argc, const char *const *argv)
{
    run_t run = { .pool = NULL };
    int   status = EXIT_SUCCESS;

    (void) argc;
    if (answer_question(argv)) {
        return EXIT_SUCCESS;
    }
    run.pool = ct_pool_create(POOL_SIZE);
    ct_log_init(&run.log);
    ct_idl_init(&run.idl, run.pool, print_message, NULL);
    ct_array_init(&run.paths, run.pool, sizeof(char *));
    ct_array_init(&run.files, run.pool, sizeof(ct_idl_file_t *));

    if (parse_command_line(&run, argv) != CT_OK) {
        (void) fputs(usage, stderr);
        status = EXIT_USAGE;
    } else if (compile(&run) != CT_OK) {
        status = EXIT_FAILURE;
    }
    ct_pool_destroy(run.pool);
    return status;
}

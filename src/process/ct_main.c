/*
 * ct_main.c -- cthrift's main: one of a few things, by the command line.
 */

#include "core/ct_config.h"

#include <stdio.h>
#include <unistd.h>

#include "core/ct_cycle.h"
#include "core/ct_pool.h"
#include "process/ct_command.h"
#include "process/ct_generation.h"
#include "process/ct_inherit.h"
#include "process/ct_launch.h"
#include "process/ct_master.h"
#include "process/ct_options.h"
#include "process/ct_title.h"
#include "process/ct_top.h"

extern char **environ;


static int
print_version(bool with_build)
{
    printf("cthrift version: " CT_VERSION "\n");
    if (with_build) {
        printf("built by " CT_COMPILER "\n"
               "configure arguments: " CT_CONFIGURE_ARGS "\n");
    }
    return 0;
}


/* Of the modules that the file loads as well, if there is a file. */
static ct_rc_t
load_modules(ct_cycle_t *cycle, const ct_options_t *options)
{
    ct_conf_node_t *tree;

    if (access(options->conf_path.data, F_OK) == -1) {
        return CT_OK;
    }
    return ct_generation_parse(cycle, options, &tree) == CT_OK
               ? ct_conf_load_modules(cycle, tree, "load_module")
               : CT_ERROR;
}


static int
print_directives(const ct_options_t *options)
{
    ct_cycle_t *cycle = ct_cycle_create(ct_builtin_modules, options->prefix,
                                        options->conf_path);

    if (cycle == NULL) {
        return 1;
    }
    if (load_modules(cycle, options) != CT_OK) {
        ct_cycle_destroy(cycle);
        return 1;
    }
    ct_conf_print_directives(cycle);
    ct_cycle_destroy(cycle);
    return 0;
}


/* -T: each file once, as it was read, with its name above. */
static void
dump(const ct_cycle_t *cycle)
{
    for (size_t i = 0; i < cycle->conf_files.n; i++) {
        const ct_conf_file_t *file = ct_array_at(&cycle->conf_files, i);

        printf("# configuration file %.*s:\n%.*s\n", CT_STR_ARG(file->path),
               CT_STR_ARG(file->text));
    }
}


static int
test(const ct_options_t *options, const ct_launch_t *launch)
{
    ct_file_t report = { .path = CT_STR_INIT(""), .fd = STDERR_FILENO };
    const ct_generation_t how = {
        .options = options,
        .launch = launch,
        .report = &report,
        .report_level = CT_LOG_WARN,
        .number = 1,
        .testing = true,
    };
    ct_cycle_t *cycle = NULL;

    ct_queue_init(&report.link);
    cycle = ct_generation_read(&how);
    if (!options->quiet || cycle == NULL) {
        (void) fprintf(stderr, "cthrift: configuration file %.*s test %s\n",
                       CT_STR_ARG(options->conf_path),
                       cycle != NULL ? "is successful" : "failed");
    }
    if (cycle == NULL) {
        return 1;
    }
    if (options->action == CT_ACTION_DUMP) {
        dump(cycle);
    }
    ct_cycle_destroy(cycle);
    return 0;
}


static int
serve(ct_pool_t *pool, const ct_options_t *options, const ct_launch_t *launch,
      const ct_inherit_t *inherit)
{
    ct_master_t *master = ct_pool_alloc(pool, sizeof(*master));

    ct_master_init(master, options, launch);
    master->inherit = *inherit;
    return ct_master_run(master);
}


static int
act(ct_pool_t *pool, const ct_options_t *options, const ct_launch_t *launch,
    const ct_inherit_t *inherit)
{
    switch (options->action) {
    case CT_ACTION_SERVE:
        return serve(pool, options, launch, inherit);
    case CT_ACTION_TEST:
    case CT_ACTION_DUMP:
        return test(options, launch);
    case CT_ACTION_COMMAND:
        return ct_command_run(options);
    case CT_ACTION_TOP:
        return ct_top_run(options);
    case CT_ACTION_HELP:
        ct_options_print_help(stdout);
        return 0;
    case CT_ACTION_VERSION:
        return print_version(false);
    case CT_ACTION_BUILD:
        return print_version(true);
    case CT_ACTION_DIRECTIVES:
        return print_directives(options);
    case CT_ACTION_MODULE_MK:
        puts(CT_PREFIX "/share/cthrift/module.mk");
        return 0;
    }
    return 1;
}


int
main(int argc, char **argv)
{
    ct_pool_t   *pool = ct_pool_create(16384);
    ct_options_t options;
    ct_inherit_t inherit;
    ct_launch_t  launch;
    const char  *why = NULL;
    int          exit_code = 1;

    /* In this order: the title's room is measured before the environment
     * changes, and what was inherited must not be passed on. */
    ct_title_init(argc, argv, environ);
    ct_inherit_read(&inherit, pool);
    ct_launch_init(&launch, pool, argc, argv);
    if (ct_options_parse(&options, pool, argc, launch.argv, &why) == CT_OK) {
        exit_code = act(pool, &options, &launch, &inherit);
    } else {
        (void) fprintf(stderr, "cthrift: %s\n", why);
    }
    ct_pool_destroy(pool);
    return exit_code;
}

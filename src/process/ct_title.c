/*
 * ct_title.c -- what ps shows.
 *
 * argv[0], argv[1] ... and the environment's strings lie behind each other;
 * from the first to the end of the last that still touches is ours.  The
 * bytes belong to the process and live as long as it does: hence the one
 * writable variable here, allowed by rule 30.
 */

#include "core/ct_config.h"

#include "process/ct_title.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Where the title is written; start is NULL until init. */
static struct {
    char  *start;
    size_t size;
} title_area;


/* The end of the strings of `list` that follow `end` without a gap. */
static char *
extend(char *end, char **list)
{
    for (size_t i = 0; list[i] != NULL; i++) {
        if (list[i] == end) {
            end = list[i] + strlen(list[i]) + 1;
        }
    }
    return end;
}


void
ct_title_init(int argc, char **argv, char **envp)
{
    char *end = NULL;

    if (argc < 1 || argv[0] == NULL) {
        return;
    }
    end = extend(extend(argv[0], argv), envp);
    title_area.start = argv[0];
    title_area.size = (size_t) (end - argv[0]);
}


void
ct_title_set(const char *fmt, ...)
{
    va_list args;
    int     len = 0;

    if (title_area.size < 2) {
        return;
    }
    va_start(args, fmt);
    len = vsnprintf(title_area.start, title_area.size, fmt, args);
    va_end(args);
    if (len < 0) {
        return;
    }
    /* The rest is cleared, or ps would show the old words behind. */
    if ((size_t) len < title_area.size) {
        memset(title_area.start + len, 0, title_area.size - (size_t) len);
    }
}

/*
 * object_fixture.h -- shared objects made on the spot by the C compiler.
 *
 * CC is asked for, `cc` where it says nothing; a machine without a compiler
 * skips the tests that need one.
 */

#ifndef OBJECT_FIXTURE_H
#define OBJECT_FIXTURE_H

#include "core/ct_config.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* A folder with one object in it. */
typedef struct object_s {
    char dir[64];
    char path[96];
} object_t;

static inline void
object_init(object_t *object)
{
    snprintf(object->dir, sizeof(object->dir), "/tmp/ct_object_test.XXXXXX");
    assert_non_null(mkdtemp(object->dir));
    snprintf(object->path, sizeof(object->path), "%s/module.so", object->dir);
}


static inline void
object_release(object_t *object)
{
    (void) unlink(object->path);
    assert_int_equal(rmdir(object->dir), 0);
}


/* Compiles `c_source` over the object; false without a compiler. */
static inline bool
object_compile(const object_t *object, const char *c_source)
{
    const char *c_cc = getenv("CC");
    char        command[256];
    FILE       *pipe;

    snprintf(command, sizeof(command),
             "%s -x c -shared -fPIC -o %s - 2>/dev/null",
             c_cc == NULL ? "cc" : c_cc, object->path);
    pipe = popen(command, "w");
    if (pipe == NULL) {
        return false;
    }
    (void) fputs(c_source, pipe);
    return pclose(pipe) == 0;
}

#endif /* OBJECT_FIXTURE_H */

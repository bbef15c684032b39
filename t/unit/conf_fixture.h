/*
 * conf_fixture.h -- a cycle whose messages can be read back.
 *
 * For the tests of the configuration; each includes it after cmocka.h.
 */

#ifndef CONF_FIXTURE_H
#define CONF_FIXTURE_H

#include "core/ct_config.h"

#include "core/ct_cycle.h"
#include "core/ct_file.h"
#include "core/ct_log.h"
#include "core/ct_pool.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Invariant: the cycle's only sink is `sink`, over `stream`. */
typedef struct fixture_s {
    ct_cycle_t *cycle;
    ct_file_t   sink;
    FILE       *stream;
    char        text[8192]; /* what fixture_messages gave back */
} fixture_t;

/* A cycle with these modules, NULL last; the prefix is /prefix. */
static inline void
fixture_init(fixture_t *fixture, const ct_module_t *const *modules)
{
    fixture->cycle =
        ct_cycle_create(modules, CT_STR("/prefix"), CT_STR("conf/main"));
    assert_non_null(fixture->cycle);
    fixture->stream = tmpfile();
    assert_non_null(fixture->stream);
    fixture->sink = (ct_file_t){ .fd = fileno(fixture->stream) };
    assert_int_equal(
        ct_log_add_sink(&fixture->cycle->log, &fixture->sink, CT_LOG_DEBUG),
        CT_OK);
}


static inline void
fixture_release(fixture_t *fixture)
{
    ct_cycle_destroy(fixture->cycle);
    (void) fclose(fixture->stream);
}


/* All lines so far, without the time and the pid of the first. */
static inline const char *
fixture_messages(fixture_t *fixture)
{
    const ssize_t n =
        pread(fixture->sink.fd, fixture->text, sizeof(fixture->text) - 1, 0);
    const char *c_level;

    assert_true(n >= 0);
    fixture->text[n] = '\0';
    c_level = strchr(fixture->text, '[');
    return c_level == NULL ? "" : c_level;
}


/* Fails unless the one line logged is "[emerg] PID: `c_message`". */
static inline void
fixture_expect(fixture_t *fixture, const char *c_message)
{
    char wanted[4096];

    snprintf(wanted, sizeof(wanted), "[emerg] %ld: %s\n", (long) getpid(),
             c_message);
    assert_string_equal(fixture_messages(fixture), wanted);
}


/* Parses and applies `c_text`, which messages call "test". */
static inline ct_rc_t
fixture_apply(fixture_t *fixture, const char *c_text)
{
    ct_conf_node_t *tree;

    if (ct_conf_parse_text(fixture->cycle, "test", ct_str_of(c_text), &tree)
        != CT_OK) {
        return CT_ERROR;
    }
    return ct_conf_apply(fixture->cycle, tree);
}

#endif /* CONF_FIXTURE_H */

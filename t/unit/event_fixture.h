/*
 * event_fixture.h -- a cycle with the event module and a `listen` directive.
 *
 * `listen` belongs to the thrift floor; here a module of the test's own hands
 * it to ct_listen_configure.  To be included after cmocka.h.
 */

#ifndef EVENT_FIXTURE_H
#define EVENT_FIXTURE_H

#include "conf_fixture.h"

#include "event/ct_event_module.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

static inline ct_rc_t
fixture_listen(ct_conf_t *conf, const ct_directive_t *directive CT_UNUSED,
               void *field CT_UNUSED)
{
    ct_listen_t *listen;

    return ct_listen_configure(conf, ct_event_listens(conf->cycle), &listen);
}


/* clang-format off */
static const ct_conf_type_t fixture_listen_type = {
    .name = "listen", .min_args = 1, .max_args = 16, .flags = CT_CONF_MANY,
    .set = fixture_listen,
};

static const ct_directive_t fixture_directives[] = {
    { "listen", CT_IN_MAIN, CT_CONF_ACTION(fixture_listen_type) },
    { NULL, 0, NULL, 0, NULL },
};
/* clang-format on */

static const ct_module_t fixture_module = {
    .abi = CT_MODULE_ABI,
    .name = "fixture",
    .directives = fixture_directives,
};

/* Reads `c_text`; the caller releases the fixture in any case. */
static inline ct_rc_t
fixture_read(fixture_t *fixture, const char *c_text)
{
    static const ct_module_t *const modules[] = { &ct_event_module,
                                                  &fixture_module, NULL };

    fixture_init(fixture, modules);
    return fixture_apply(fixture, c_text);
}


/* A TCP port that is free at this moment. */
static inline unsigned
free_port(void)
{
    struct sockaddr_in in = { .sin_family = AF_INET,
                              .sin_addr = { htonl(INADDR_LOOPBACK) } };
    socklen_t          len = sizeof(in);
    const int          fd = socket(AF_INET, SOCK_STREAM, 0);

    assert_int_equal(bind(fd, (struct sockaddr *) &in, len), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *) &in, &len), 0);
    close(fd);
    return ntohs(in.sin_port);
}


/* A client of the listen's address, or -1 with errno. */
static inline int
connect_to(const ct_listen_t *listen)
{
    const int fd = socket(listen->addr.sa.any.sa_family, SOCK_STREAM, 0);

    assert_true(fd >= 0);
    if (connect(fd, &listen->addr.sa.any, listen->addr.len) != 0) {
        const int err = errno;

        close(fd);
        errno = err;
        return -1;
    }
    return fd;
}


/* A new directory to put sockets into; 64 bytes of room. */
static inline void
make_dir(char dir[64])
{
    snprintf(dir, 64, "/tmp/ct-unit-XXXXXX");
    assert_non_null(mkdtemp(dir));
}


/* What fixture_messages would show, or part of it. */
static inline bool
fixture_says(fixture_t *fixture, const char *c_part)
{
    return strstr(fixture_messages(fixture), c_part) != NULL;
}

#endif /* EVENT_FIXTURE_H */

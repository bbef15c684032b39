/*
 * ct_python_event.c -- what the master tells the process of hooks.
 *
 * A message is one JSON text: "event" names it, and "answer" is a number where
 * an answer is wanted, which is a message of that one byte.  An answer that
 * nobody waits for any more is thus not taken for the next one.
 */

#include "core/ct_config.h"

#include "modules/python/ct_python_event.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>

#include "core/ct_clock.h"

/* A minute. */
#define MAX_POLL_MS 60000


void
ct_python_event_send(ct_cycle_t *cycle, json_t *event)
{
    const ct_python_tie_t *tie = &ct_python_conf_main(cycle)->tie;
    ct_pool_t             *scratch = ct_pool_create(0);
    const size_t           len = json_dumpb(event, NULL, 0, JSON_COMPACT);
    char                  *text = ct_pool_alloc(scratch, len);

    (void) json_dumpb(event, text, len, JSON_COMPACT);
    if (send(tie->fd, text, len, MSG_DONTWAIT | MSG_NOSIGNAL) == -1) {
        CT_LOG(&cycle->log, CT_LOG_WARN, errno,
               "python hooks do not hear of '%s'",
               json_string_value(json_object_get(event, "event")));
    }
    ct_pool_destroy(scratch);
    json_decref(event);
}


uint64_t
ct_python_event_ms(void)
{
    return ct_clock_ns() / 1000000;
}


/* As poll(2) takes it: who waits longer asks again. */
static int
poll_ms(uint64_t ms)
{
    return ms < MAX_POLL_MS ? (int) ms : MAX_POLL_MS;
}


/*
 * The answer of that number; older ones have come too late.  CT_AGAIN: not in
 * time; CT_ERROR: it has gone.
 */
static ct_rc_t
answer_await(const ct_python_tie_t *tie, uint8_t number, uint64_t timeout_ms)
{
    const uint64_t end_ms = ct_python_event_ms() + timeout_ms;
    struct pollfd  waits = { .fd = tie->fd, .events = POLLIN };

    for (uint64_t at_ms = ct_python_event_ms(); at_ms < end_ms;
         at_ms = ct_python_event_ms()) {
        uint8_t answer = 0;
        ssize_t n;

        if (poll(&waits, 1, poll_ms(end_ms - at_ms)) <= 0) {
            continue;
        }
        n = recv(tie->fd, &answer, 1, MSG_DONTWAIT);
        if (n == 1 && number != CT_PYTHON_NO_ANSWER && answer == number) {
            return CT_OK;
        }
        if (n == 0 || (n == -1 && errno != EINTR && errno != EAGAIN)) {
            return CT_ERROR;
        }
    }
    return CT_AGAIN;
}


/* Where it has to hear: there is room, or there will be none in time. */
static void
room_await(const ct_python_tie_t *tie, uint64_t timeout_ms)
{
    struct pollfd waits = { .fd = tie->fd, .events = POLLOUT };

    (void) poll(&waits, 1, poll_ms(timeout_ms));
}


ct_rc_t
ct_python_event_ask(ct_cycle_t *cycle, json_t *event, const char *c_what)
{
    ct_python_conf_t *of_main = ct_cycle_conf(cycle, &python_module);
    ct_python_tie_t  *tie = &of_main->tie;
    const uint64_t    end_ms = ct_python_event_ms() + of_main->hook_timeout_ms;
    uint64_t          at_ms;
    ct_rc_t           rc;

    tie->asked = tie->asked == UINT8_MAX ? 1 : (uint8_t) (tie->asked + 1);
    (void) json_object_set_new(event, "answer", json_integer(tie->asked));
    room_await(tie, of_main->hook_timeout_ms);
    ct_python_event_send(cycle, event);
    at_ms = ct_python_event_ms();
    rc = answer_await(tie, tie->asked, at_ms < end_ms ? end_ms - at_ms : 0);
    if (rc == CT_AGAIN) {
        CT_LOG(&cycle->log, CT_LOG_WARN, 0,
               "python hooks: no end of %s within python_hook_timeout", c_what);
    }
    return rc;
}


ct_rc_t
ct_python_event_end(const ct_python_tie_t *tie, uint64_t timeout_ms)
{
    return answer_await(tie, CT_PYTHON_NO_ANSWER, timeout_ms);
}


json_t *
ct_python_event_create(const char *c_event)
{
    return json_pack("{s:s, s:i}", "event", c_event, "answer",
                     CT_PYTHON_NO_ANSWER);
}


static json_t *
json_text(ct_str_t text)
{
    return json_stringn(text.len != 0 ? text.data : "", text.len);
}


json_t *
ct_python_event_of_file(ct_cycle_t *cycle, const char *c_event)
{
    const ct_python_conf_t *of_main = ct_python_conf_main(cycle);
    const ct_python_conf_t *app = ct_python_conf_app(of_main);
    json_t                 *event = ct_python_event_create(c_event);
    json_t                 *paths = json_array();

    for (size_t i = 0; i < app->path.n; i++) {
        (void) json_array_append_new(paths, json_text(app->path.items[i]));
    }
    (void) json_object_set_new(event, "paths", paths);
    (void) json_object_set_new(event, "directory", json_text(app->directory));
    (void) json_object_set_new(event, "config", json_text(of_main->config));
    (void) json_object_set_new(event, "register",
                               json_text(of_main->registrar));
    return event;
}


json_t *
ct_python_event_ports(ct_cycle_t *cycle)
{
    ct_pool_t            *scratch = ct_pool_create(0);
    const ct_listening_t *listenings;
    const size_t          n = ct_listening_list(cycle, scratch, &listenings);
    json_t               *ports = json_array();

    for (size_t i = 0; i < n; i++) {
        const ct_python_conf_t *own =
            ct_conf_of(cycle, listenings[i].block, &python_module);

        if (listenings[i].port != 0 && own != NULL && own->has_apps) {
            (void) json_array_append_new(ports,
                                         json_integer(listenings[i].port));
        }
    }
    ct_pool_destroy(scratch);
    return ports;
}

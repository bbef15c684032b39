/*
 * ct_tired.c -- a worker finds out that it has served for long enough.
 *
 * limit            | looked at                    | costs when it is not set
 * -----------------+------------------------------+-------------------------
 * worker_max_calls | once a turn, on the board    | a comparison
 * worker_max_age   | by a timer, once             | nothing
 * worker_max_rss   | once a second, in /proc      | nothing
 *
 * Workers that were started together would get tired together.  They are
 * replaced one at a time all the same, but the jitter spreads that out too; it
 * comes from the kernel, since workers forked in one millisecond would draw
 * equal numbers from the time.
 */

#include "core/ct_config.h"

#include "process/ct_tired.h"

#include <sys/random.h>
#include <unistd.h>

#include "core/ct_board.h"
#include "core/ct_clock.h"
#include "core/ct_log.h"
#include "core/ct_module.h"
#include "event/ct_loop.h"
#include "process/ct_core_module.h"
#include "process/ct_resident.h"


/* The limit of this worker. */
static uint64_t
draw(const ct_span_t *span)
{
    uint64_t chance = 0;

    if (getentropy(&chance, sizeof(chance)) != 0) {
        chance = (uint64_t) getpid();
    }
    return ct_span_draw(span, chance);
}


/* `c_what` is the rest of "worker 2 has ..." and stands in the log. */
static void
say(ct_tired_t *tired, const char *c_what, uint64_t n, const char *c_unit)
{
    ct_worker_t *worker = tired->worker;

    if (tired->is_said || worker->leaving) {
        return;
    }
    tired->is_said = true;
    ct_timer_stop(worker->loop, &tired->age);
    ct_timer_stop(worker->loop, &tired->look);
    CT_LOG(worker->log, CT_LOG_NOTICE, 0,
           "worker %u has %s %llu %s: it is "
           "replaced",
           worker->id, c_what, (unsigned long long) n, c_unit);
    tired->fn(tired->data);
}


static void
on_age(ct_timer_t *timer)
{
    ct_tired_t    *tired = timer->data;
    const uint64_t started_ms = atomic_load(&tired->worker->slot->started_ms);

    say(tired, "lived for", (ct_clock_ms() - started_ms) / 1000, "s");
}


static void
on_look(ct_timer_t *timer)
{
    ct_tired_t  *tired = timer->data;
    const size_t bytes = ct_resident_bytes();

    if (bytes > tired->max_rss) {
        say(tired, "grown to", bytes / 1024, "KB");
        return;
    }
    ct_timer_start(tired->worker->loop, timer, CT_RESIDENT_MS);
}


static void
watch_memory(ct_tired_t *tired)
{
    const size_t at_rest = ct_resident_bytes();

    if (at_rest > tired->max_rss) {
        CT_LOG(tired->worker->log, CT_LOG_WARN, 0,
               "worker_max_rss is %zu KB, but a new worker takes %zu KB "
               "already: it is not heeded",
               tired->max_rss / 1024, at_rest / 1024);
        return;
    }
    ct_timer_start(tired->worker->loop, &tired->look, CT_RESIDENT_MS);
}


void
ct_tired_start(ct_tired_t *tired, ct_worker_t *worker,
               const ct_core_conf_t *conf, ct_tired_fn fn, void *data)
{
    const uint64_t max_age_ms = draw(&conf->max_age_ms);

    tired->worker = worker;
    tired->fn = fn;
    tired->data = data;
    tired->age.fn = on_age;
    tired->age.data = tired;
    tired->look.fn = on_look;
    tired->look.data = tired;
    tired->max_calls = draw(&conf->max_calls);
    tired->max_rss = conf->max_rss;
    if (max_age_ms != 0) {
        ct_timer_start(worker->loop, &tired->age, max_age_ms);
    }
    if (tired->max_rss != 0) {
        watch_memory(tired);
    }
}


void
ct_tired_on_turn(ct_tired_t *tired)
{
    uint64_t calls = 0;

    if (tired->max_calls == 0 || tired->is_said) {
        return;
    }
    calls = ct_counter_get(&tired->worker->slot->counters[CT_COUNT_CALLS]);
    if (calls >= tired->max_calls) {
        say(tired, "served", calls, "calls");
    }
}

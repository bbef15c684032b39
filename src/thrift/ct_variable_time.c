/*
 * ct_variable_time.c -- variables: when a call was made, and how long it took.
 *
 * Of a call that runs in the loop nobody notes when its handler begins and
 * ends, unless the configuration has a use for $handler_time: two looks at the
 * clock for every call are paid by who wants them.
 */

#include "core/ct_config.h"

#include "thrift/ct_variable_table.h"

#include "core/ct_clock.h"
#include "core/ct_cycle.h"
#include "thrift/ct_pending.h"
#include "thrift/ct_server.h"
#include "thrift/ct_thrift_module.h"
#include "thrift/ct_wall.h"
#include "thrift/wire/ct_bytes.h"


static size_t
text_write(char *out, ct_str_t text)
{
    ct_copy_bytes((uint8_t *) out, text.data, text.len);
    return text.len;
}


_Static_assert(CT_WALL_TEXT_SIZE <= CT_VARIABLE_WRITTEN,
               "the texts of the wall clock fit");

static size_t
time_iso8601(ct_call_t *call, char *out)
{
    return text_write(out, ct_wall_iso8601(&ct_pending_of(call)->state->wall));
}


static size_t
time_local(ct_call_t *call, char *out)
{
    return text_write(out, ct_wall_local(&ct_pending_of(call)->state->wall));
}


static size_t
msec(ct_call_t *call CT_UNUSED, char *out)
{
    return ct_decimal_write_thousandths(out, ct_clock_wall_ms());
}


/* To the microsecond. */
static size_t
seconds_write(char *out, uint64_t time_ns)
{
    return ct_decimal_write_millionths(out, time_ns / 1000);
}


/*
 * The clock was looked at when a call was counted.  One that was given up was
 * counted too, but its handler goes on.
 */
static uint64_t
now_of(const ct_pending_t *pending)
{
    return pending->is_counted && !ct_call_cancelled(&pending->call)
               ? pending->counted_ns
               : ct_clock_ns();
}


/*
 * From one time to another, of which the loop may have told one and the clock,
 * in another thread, the other: ct_ticks.h.
 */
static uint64_t
between(uint64_t from_ns, uint64_t to_ns)
{
    return to_ns > from_ns ? to_ns - from_ns : 0;
}


static uint64_t
request_ns(ct_call_t *call)
{
    const ct_pending_t *pending = ct_pending_of(call);

    return between(pending->started_ns, now_of(pending));
}


/* Since the message was whole; seconds. */
static size_t
request_time(ct_call_t *call, char *out)
{
    return seconds_write(out, request_ns(call));
}


/* The same in whole units, for who reads logs that were gunicorn's. */
static size_t
request_time_ms(ct_call_t *call, char *out)
{
    return ct_decimal_write(out, request_ns(call) / 1000000);
}


static size_t
request_time_us(ct_call_t *call, char *out)
{
    return ct_decimal_write(out, request_ns(call) / 1000);
}


/* Of $request_time, until its handler began; all, if it never did. */
static size_t
queue_time(ct_call_t *call, char *out)
{
    ct_pending_t *pending = ct_pending_of(call);
    uint64_t      begun_ns;

    if (!pending->waits) {
        return ct_word_write(out, "0.000000");
    }
    begun_ns = atomic_load_explicit(&pending->begun_ns, memory_order_relaxed);
    if (begun_ns == 0) {
        begun_ns = now_of(pending);
    }
    return seconds_write(out, between(pending->started_ns, begun_ns));
}


/*
 * Since its handler began, or until it had answered.  Where that is not noted
 * the time is all that was not spent waiting.
 */
static size_t
handler_time(ct_call_t *call, char *out)
{
    ct_pending_t  *pending = ct_pending_of(call);
    const uint64_t begun_ns =
        atomic_load_explicit(&pending->begun_ns, memory_order_relaxed);
    const uint64_t ended_ns =
        pending->ended_ns != 0 ? pending->ended_ns : now_of(pending);

    if (begun_ns != 0) {
        return seconds_write(out, between(begun_ns, ended_ns));
    }
    if (pending->waits || pending->state->times_handlers) {
        return ct_word_write(out, "0.000000"); /* it never ran */
    }
    return seconds_write(out, between(pending->started_ns, ended_ns));
}


static ct_rc_t
handler_time_want(ct_conf_t *conf, ct_variable_t *variable CT_UNUSED)
{
    ct_thrift_conf_t *of_main = ct_cycle_conf(conf->cycle, &ct_thrift_module);

    if (of_main != NULL) {
        of_main->times_handlers = true;
    }
    return CT_OK;
}


/* clang-format off */
static const ct_variable_entry_t entries[] = {
    { "handler_time", NULL, NULL, handler_time, handler_time_want },
    CT_WRITTEN(msec),
    CT_WRITTEN(queue_time),
    CT_WRITTEN(request_time),
    CT_WRITTEN(request_time_ms),
    CT_WRITTEN(request_time_us),
    CT_WRITTEN(time_iso8601),
    CT_WRITTEN(time_local),
};
/* clang-format on */

const ct_variable_table_t ct_variables_of_time = CT_VARIABLES(entries);

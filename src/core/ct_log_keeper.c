/*
 * ct_log_keeper.c -- what a process notices about its own log.
 *
 * A small table of the messages of the last second, by their hash, beside
 * which nothing is compared: that two messages of one second share 64 bits
 * will not happen.  Where all places are taken by messages that repeat, any
 * other passes, and may repeat: nothing is forgotten without a word.
 */

#include "core/ct_config.h"

#include "core/ct_log_keeper.h"

#include <string.h>

#include "core/ct_clock.h"

/* How long a message is not written again. */
#define GAP_MS 1000

/* FNV-1a, of 64 bits. */
#define FNV_START 14695981039346656037ULL
#define FNV_PRIME 1099511628211ULL


static uint64_t
hash_of(ct_log_level_t level, ct_str_t message)
{
    uint64_t hash = (FNV_START ^ (uint64_t) level) * FNV_PRIME;

    for (size_t i = 0; i < message.len; i++) {
        hash = (hash ^ (uint8_t) message.data[i]) * FNV_PRIME;
    }
    return hash != 0 ? hash : 1;
}


static bool
is_over(const ct_log_repeat_t *repeat, uint64_t now_ms)
{
    return now_ms - repeat->since_ms >= GAP_MS;
}


/*
 * The message's place, or one for it: the one that was used longest ago and
 * has nothing to tell.  NULL when there is none.
 */
static ct_log_repeat_t *
find(ct_log_keeper_t *keeper, uint64_t hash)
{
    ct_log_repeat_t *oldest = NULL;

    for (size_t i = 0; i < CT_LOG_REPEATS; i++) {
        ct_log_repeat_t *repeat = &keeper->repeats[i];

        if (repeat->hash == hash) {
            return repeat;
        }
        if (repeat->nmore == 0
            && (oldest == NULL || repeat->since_ms < oldest->since_ms)) {
            oldest = repeat;
        }
    }
    return oldest;
}


static void
begin(ct_log_repeat_t *repeat, ct_log_level_t level, ct_str_t message)
{
    repeat->level = level;
    repeat->nmore = 0;
    repeat->len = message.len < sizeof(repeat->message)
                      ? message.len
                      : sizeof(repeat->message);
    memcpy(repeat->message, message.data, repeat->len);
}


/* With the lock.  Whether the line is to be written. */
static bool
note(ct_log_keeper_t *keeper, ct_log_level_t level, ct_str_t message,
     uint64_t *nmore)
{
    const uint64_t   hash = hash_of(level, message);
    const uint64_t   now_ms = ct_clock_ms();
    ct_log_repeat_t *repeat = find(keeper, hash);

    if (repeat == NULL) {
        return true;
    }
    if (repeat->hash == hash && !is_over(repeat, now_ms)) {
        repeat->nmore++;
        if (repeat->since_ms + GAP_MS < atomic_load(&keeper->due_ms)) {
            atomic_store(&keeper->due_ms, repeat->since_ms + GAP_MS);
        }
        return false;
    }
    *nmore = repeat->nmore; /* 0 where it is another's place */
    repeat->hash = hash;
    repeat->since_ms = now_ms;
    begin(repeat, level, message);
    return true;
}


/* What a fault, or the world outside, may say without end. */
static bool
may_be_kept_back(ct_log_level_t level)
{
    return level == CT_LOG_ERR || level == CT_LOG_WARN || level == CT_LOG_INFO;
}


/* Lines that nobody need worry about are not counted. */
static void
count(const ct_log_keeper_t *keeper, ct_log_level_t level)
{
    unsigned place = 0;

    if (keeper->lines == NULL || level > CT_LOG_WARN) {
        return;
    }
    if (level > CT_LOG_CRIT) {
        place = level == CT_LOG_ERR ? 1 : 2;
    }
    atomic_fetch_add_explicit(&keeper->lines[place], 1, memory_order_relaxed);
}


static bool
admits(ct_log_guard_t *guard, ct_log_level_t level, ct_str_t message,
       uint64_t *nmore)
{
    ct_log_keeper_t *keeper = CT_CONTAINER_OF(guard, ct_log_keeper_t, guard);
    bool             rc;

    count(keeper, level);
    if (!may_be_kept_back(level)) {
        return true;
    }
    pthread_mutex_lock(&keeper->lock);
    rc = note(keeper, level, message, nmore);
    pthread_mutex_unlock(&keeper->lock);
    return rc;
}


static void
lost(ct_log_guard_t *guard)
{
    ct_log_keeper_t *keeper = CT_CONTAINER_OF(guard, ct_log_keeper_t, guard);

    if (keeper->lost != NULL) {
        atomic_fetch_add_explicit(keeper->lost, 1, memory_order_relaxed);
    }
}


void
ct_log_keeper_init(ct_log_keeper_t *keeper, ct_counter_t *lost_counter,
                   ct_counter_t *lines)
{
    memset(keeper, 0, sizeof(*keeper));
    keeper->guard.admits = admits;
    keeper->guard.lost = lost;
    keeper->lost = lost_counter;
    keeper->lines = lines;
    keeper->due_ms = UINT64_MAX;
    keeper->lock = (pthread_mutex_t) PTHREAD_MUTEX_INITIALIZER;
}


/*
 * With the lock: the next message whose time is over, into *told; one that
 * goes on repeating keeps its place, so that its flood is a line a second.
 * False when there is none; then *due_ms is when to look again.
 */
static bool
take_next(ct_log_keeper_t *keeper, uint64_t now_ms, ct_log_repeat_t *told,
          uint64_t *due_ms)
{
    *due_ms = UINT64_MAX;
    for (size_t i = 0; i < CT_LOG_REPEATS; i++) {
        ct_log_repeat_t *repeat = &keeper->repeats[i];

        if (repeat->nmore == 0) {
            continue;
        }
        if (is_over(repeat, now_ms)) {
            *told = *repeat;
            repeat->nmore = 0;
            repeat->since_ms = now_ms;
            return true;
        }
        if (repeat->since_ms + GAP_MS < *due_ms) {
            *due_ms = repeat->since_ms + GAP_MS;
        }
    }
    return false;
}


void
ct_log_keeper_turn(ct_log_keeper_t *keeper, const ct_log_t *log,
                   uint64_t now_ms)
{
    ct_log_repeat_t told;
    uint64_t        due_ms;
    bool            found;

    if (now_ms < atomic_load_explicit(&keeper->due_ms, memory_order_relaxed)) {
        return;
    }
    do {
        pthread_mutex_lock(&keeper->lock);
        found = take_next(keeper, now_ms, &told, &due_ms);
        if (!found) {
            atomic_store(&keeper->due_ms, due_ms);
        }
        pthread_mutex_unlock(&keeper->lock);
        if (found) {
            CT_LOG(log, told.level, 0, "%.*s (%llu more in the last second)",
                   (int) told.len, told.message,
                   (unsigned long long) told.nmore);
        }
    } while (found);
}

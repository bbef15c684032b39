/*
 * ct_offload_module.c -- `thread_pool`: the pools that a file declares.
 *
 * Directives of main are set before the blocks inside it are entered, so
 * whoever names a pool there finds it, wherever in the file it stands.  The
 * list lives in main's struct; inner blocks have copies that nobody reads.
 */

#include "core/ct_config.h"

#include "event/ct_offload_module.h"

#include <limits.h>

#include "core/ct_clock.h"
#include "core/ct_conf.h"
#include "core/ct_cycle.h"
#include "core/ct_log.h"
#include "core/ct_nearest.h"
#include "core/ct_pool.h"
#include "event/ct_loop.h"
#include "event/ct_offload.h"

/* gunicorn_thrift's workers of threads have ten, nginx's queue as many. */
#define DEFAULT_THREADS   10
#define DEFAULT_MAX_QUEUE 65536

/* More would only wait for each other; a slip of the finger ends here. */
#define MAX_THREADS 4096

typedef struct offload_conf_s {
    ct_array_t pools; /* of ct_thread_pool_t * */
    bool       has_pools;
} offload_conf_t;


static ct_array_t *
pools_of(ct_cycle_t *cycle)
{
    offload_conf_t *self = ct_cycle_conf(cycle, &ct_offload_module);

    if (!self->has_pools) {
        ct_array_init(&self->pools, cycle->pool, sizeof(ct_thread_pool_t *));
        self->has_pools = true;
    }
    return &self->pools;
}


static ct_thread_pool_t *
pool_add(ct_cycle_t *cycle, ct_str_t name)
{
    ct_array_t       *pools = pools_of(cycle);
    ct_thread_pool_t *pool = ct_pool_zalloc(cycle->pool, sizeof(*pool));

    pool->name = name;
    pool->nthreads = DEFAULT_THREADS;
    pool->max_queue = DEFAULT_MAX_QUEUE;
    pool->index = pools->n;
    *(ct_thread_pool_t **) ct_array_push(pools) = pool;
    return pool;
}


static ct_thread_pool_t *
pool_at(ct_cycle_t *cycle, size_t i)
{
    return *(ct_thread_pool_t **) ct_array_at(pools_of(cycle), i);
}


ct_thread_pool_t *
ct_thread_pool_find(ct_cycle_t *cycle, ct_str_t name, ct_nearest_t *nearest)
{
    for (size_t i = 0; i < pools_of(cycle)->n; i++) {
        ct_thread_pool_t *pool = pool_at(cycle, i);

        if (ct_str_eq(pool->name, name)) {
            return pool;
        }
        ct_nearest_offer(nearest, pool->name);
    }
    if (ct_str_eq_c(name, CT_THREAD_POOL_DEFAULT)) {
        return pool_add(cycle, name);
    }
    ct_nearest_offer(nearest, CT_STR(CT_THREAD_POOL_DEFAULT));
    return NULL;
}


/* The number behind "c_key="; CT_DECLINED: the word has another key. */
static ct_rc_t
number_read(ct_conf_t *conf, ct_str_t word, const char *c_key, uint32_t least,
            uint32_t most, uint32_t *number)
{
    const size_t len = strlen(c_key);
    uint64_t     value;

    if (!ct_str_starts_with(word, c_key)) {
        return CT_DECLINED;
    }
    if (ct_str_to_u64((ct_str_t){ word.len - len, word.data + len }, &value)
            != CT_OK
        || value < least || value > most) {
        return ct_conf_error(conf, "'%s' wants a number from %u to %u", c_key,
                             (unsigned) least, (unsigned) most);
    }
    *number = (uint32_t) value;
    return CT_OK;
}


/* `seen` has a bit for each key that the directive has had. */
static ct_rc_t
word_read(ct_conf_t *conf, ct_str_t word, ct_thread_pool_t *pool,
          unsigned *seen)
{
    unsigned bit = 1;
    ct_rc_t  rc;

    rc = number_read(conf, word, "threads=", 1, MAX_THREADS, &pool->nthreads);
    if (rc == CT_DECLINED) {
        bit = 2;
        rc = number_read(conf, word, "max_queue=", 0, INT32_MAX,
                         &pool->max_queue);
    }
    if (rc == CT_DECLINED) {
        return ct_conf_error(conf,
                             "'%.*s' is nothing that 'thread_pool' takes, "
                             "which is threads=N and max_queue=N",
                             CT_STR_ARG(word));
    }
    if (rc == CT_OK && (*seen & bit)) {
        return ct_conf_error(conf, "'%.*s' is given twice", CT_STR_ARG(word));
    }
    *seen |= bit;
    return rc;
}


static ct_rc_t
set_pool(ct_conf_t *conf, const ct_directive_t *directive CT_UNUSED,
         void *field CT_UNUSED)
{
    const ct_str_t    name = conf->args[1];
    ct_thread_pool_t *pool;
    unsigned          seen = 0;

    for (size_t i = 0; i < pools_of(conf->cycle)->n; i++) {
        if (ct_str_eq(pool_at(conf->cycle, i)->name, name)) {
            return ct_conf_error(conf, "thread pool '%.*s' is declared twice",
                                 CT_STR_ARG(name));
        }
    }
    if (name.len == 0 || memchr(name.data, '=', name.len) != NULL) {
        return ct_conf_error(conf, "'thread_pool' wants a name, then "
                                   "threads=N and perhaps max_queue=N");
    }
    pool = pool_add(conf->cycle, name);
    for (size_t i = 2; i < conf->nargs; i++) {
        if (word_read(conf, conf->args[i], pool, &seen) != CT_OK) {
            return CT_ERROR;
        }
    }
    if ((seen & 1) == 0) {
        return ct_conf_error(conf, "thread pool '%.*s' has no threads=N",
                             CT_STR_ARG(name));
    }
    return CT_OK;
}


static const ct_conf_type_t pool_type = {
    .name = "name threads=number [max_queue=number]",
    .min_args = 1,
    .max_args = 3,
    .flags = CT_CONF_MANY,
    .set = set_pool,
};

/* clang-format off */
static const ct_directive_t offload_directives[] = {
    { "thread_pool", CT_IN_MAIN, CT_CONF_ACTION(pool_type) },
    { NULL, 0, NULL, 0, NULL },
};
/* clang-format on */

ct_offload_t **
ct_thread_pools_of(const ct_worker_t *worker)
{
    return worker
        ->states[ct_cycle_module_index(worker->cycle, &ct_offload_module)];
}


/* Calls `fn` for each pool that has threads; the sum of what it gives back. */
static unsigned
for_each(const ct_worker_t *worker, unsigned (*fn)(ct_offload_t *pool))
{
    ct_offload_t **pools = ct_thread_pools_of(worker);
    const size_t   n = pools != NULL ? pools_of(worker->cycle)->n : 0;
    unsigned       sum = 0;

    for (size_t i = 0; i < n; i++) {
        sum += pools[i] != NULL ? fn(pools[i]) : 0;
    }
    return sum;
}


static unsigned
count_alive(ct_offload_t *pool)
{
    return ct_offload_alive(pool);
}


static unsigned
tell_to_stop(ct_offload_t *pool)
{
    ct_offload_stop(pool);
    return 0;
}


static unsigned
destroy(ct_offload_t *pool)
{
    ct_offload_destroy(pool);
    return 0;
}


ct_rc_t
ct_thread_pools_stop(const ct_worker_t *worker, uint64_t timeout_ms)
{
    const uint64_t end_ms = ct_clock_ms() + timeout_ms;
    unsigned       nalive;

    (void) for_each(worker, tell_to_stop);
    while ((nalive = for_each(worker, count_alive)) > 0) {
        const uint64_t now_ms = ct_clock_ms();
        uint64_t       left_ms = end_ms > now_ms ? end_ms - now_ms : 0;

        if (left_ms == 0) {
            CT_LOG(worker->log, CT_LOG_WARN, 0,
                   "%u handlers on threads have not returned: exits without "
                   "them",
                   nalive);
            return CT_AGAIN;
        }
        left_ms = left_ms < INT_MAX ? left_ms : INT_MAX;
        ct_loop_run_sent(worker->loop, (int) left_ms);
    }
    return CT_OK;
}


static void
offload_worker_exit(ct_worker_t *worker, void *state CT_UNUSED)
{
    (void) for_each(worker, destroy);
}


static ct_rc_t
offload_worker_init(ct_worker_t *worker, void **state)
{
    const size_t   n = pools_of(worker->cycle)->n;
    ct_offload_t **pools =
        ct_pool_zalloc(worker->pool, (n + 1) * sizeof(*pools));

    *state = pools;
    for (size_t i = 0; i < n; i++) {
        const ct_thread_pool_t *pool = pool_at(worker->cycle, i);

        if (!pool->is_used) {
            continue;
        }
        pools[i] = ct_offload_create(worker->loop, pool->name, pool->nthreads,
                                     pool->max_queue, worker->slot);
        if (pools[i] == NULL) {
            (void) ct_thread_pools_stop(worker, INT_MAX); /* all are idle */
            offload_worker_exit(worker, pools);
            *state = NULL;
            return CT_ERROR;
        }
    }
    return CT_OK;
}


const ct_module_t ct_offload_module = {
    .abi = CT_MODULE_ABI,
    .name = "offload",
    .conf_size = sizeof(offload_conf_t),
    .directives = offload_directives,
    .worker_init = offload_worker_init,
    .worker_exit = offload_worker_exit,
};

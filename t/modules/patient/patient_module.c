/*
 * patient_module.c -- handlers that wait, for tests of the ways to run them.
 *
 * A test says when they may go on: a key that somebody holds is released by
 * another call.  So nothing here depends on how long anything takes.
 */

#include <cthrift.h>

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "patient.gen.h"

/* How often who holds a key asks whether somebody still waits. */
#define LOOK_NS 10000000

#define MOST_KEYS 64
#define KEY_SIZE  32

/* Shared by all threads of a worker: `lock` guards what stands below it. */
typedef struct {
    atomic_int      holding;
    atomic_int      given_up;
    atomic_int      notes;
    pthread_mutex_t lock;
    pthread_cond_t  released;
    char            keys[MOST_KEYS][KEY_SIZE];
    size_t          nkeys;
} patient_state_t;


static bool
is_released(const patient_state_t *state, ct_str_t key)
{
    for (size_t i = 0; i < state->nkeys; i++) {
        if (ct_str_eq_c(key, state->keys[i])) {
            return true;
        }
    }
    return false;
}


/* The lock is held. */
static void
wait_a_little(patient_state_t *state)
{
    struct timespec until;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += LOOK_NS;
    if (until.tv_nsec >= 1000000000) {
        until.tv_nsec -= 1000000000;
        until.tv_sec++;
    }
    pthread_cond_timedwait(&state->released, &state->lock, &until);
}


/* Whether the key was released, and not that nobody waits. */
static bool
wait_for(ct_call_t *call, ct_str_t key)
{
    patient_state_t *state = call->state;
    bool             released;

    atomic_fetch_add(&state->holding, 1);
    pthread_mutex_lock(&state->lock);
    while (!(released = is_released(state, key)) && !ct_call_cancelled(call)) {
        wait_a_little(state);
    }
    pthread_mutex_unlock(&state->lock);
    atomic_fetch_sub(&state->holding, 1);
    if (!released) {
        atomic_fetch_add(&state->given_up, 1);
    }
    return released;
}


static ct_rc_t
hold(ct_call_t *call, const patient_patient_hold_args_t *args,
     patient_patient_hold_result_t *result)
{
    const bool released = wait_for(call, args->key);

    CT_LOG(call->log, CT_LOG_INFO, 0, "%.*s: %s", CT_STR_ARG(args->key),
           released ? "released" : "nobody waits");
    result->success =
        ct_str_printf(call->pool, "had %.*s", CT_STR_ARG(args->key));
    return CT_OK;
}


static ct_rc_t
note(ct_call_t *call, const patient_patient_note_args_t *args)
{
    patient_state_t *state = call->state;

    if (wait_for(call, args->key)) {
        atomic_fetch_add(&state->notes, 1);
    }
    return CT_OK;
}


static ct_rc_t
doze(ct_call_t *call, const patient_patient_doze_args_t *args,
     patient_patient_doze_result_t *result)
{
    struct timespec left = { args->ms / 1000,
                             (long) (args->ms % 1000) * 1000000 };

    (void) call;
    (void) result;
    while (nanosleep(&left, &left) != 0 && errno == EINTR) {
        continue;
    }
    return CT_OK;
}


static ct_rc_t
nap(ct_call_t *call, const patient_patient_nap_args_t *args)
{
    const patient_patient_doze_args_t same = { .ms = args->ms };

    (void) doze(call, &same, NULL);
    CT_LOG(call->log, CT_LOG_INFO, 0, "the nap is over");
    return CT_OK;
}


static void
wake_up(ct_call_t *call)
{
    CT_LOG(call->log, CT_LOG_INFO, 0, "the slumber is over");
    ct_call_finish(call, CT_OK);
}


static ct_rc_t
slumber(ct_call_t *call, const patient_patient_slumber_args_t *args)
{
    ct_call_after(call, (uint64_t) args->ms, wake_up);
    return CT_AGAIN;
}


static ct_rc_t
let_go(ct_call_t *call, const patient_patient_release_args_t *args,
       patient_patient_release_result_t *result)
{
    patient_state_t *state = call->state;

    (void) result;
    if (state->nkeys == MOST_KEYS || args->key.len >= KEY_SIZE) {
        return ct_call_fail(call, "there is no room for that key");
    }
    pthread_mutex_lock(&state->lock);
    memcpy(state->keys[state->nkeys], args->key.data, args->key.len);
    state->nkeys++;
    pthread_cond_broadcast(&state->released);
    pthread_mutex_unlock(&state->lock);
    return CT_OK;
}


static ct_rc_t
holding(ct_call_t *call, const patient_patient_holding_args_t *args,
        patient_patient_holding_result_t *result)
{
    patient_state_t *state = call->state;

    (void) args;
    result->success = atomic_load(&state->holding);
    return CT_OK;
}


static ct_rc_t
given_up(ct_call_t *call, const patient_patient_given_up_args_t *args,
         patient_patient_given_up_result_t *result)
{
    patient_state_t *state = call->state;

    (void) args;
    result->success = atomic_load(&state->given_up);
    return CT_OK;
}


static ct_rc_t
notes(ct_call_t *call, const patient_patient_notes_args_t *args,
      patient_patient_notes_result_t *result)
{
    patient_state_t *state = call->state;

    (void) args;
    result->success = atomic_load(&state->notes);
    return CT_OK;
}


static ct_rc_t
quick(ct_call_t *call, const patient_patient_quick_args_t *args,
      patient_patient_quick_result_t *result)
{
    (void) call;
    result->success = args->s;
    return CT_OK;
}


static ct_rc_t
refuse(ct_call_t *call, const patient_patient_refuse_args_t *args,
       patient_patient_refuse_result_t *result)
{
    result->refusal = patient_refusal_new(call->pool);
    result->refusal->why = args->why;
    return CT_OK;
}


static ct_rc_t
fail(ct_call_t *call, const patient_patient_fail_args_t *args,
     patient_patient_fail_result_t *result)
{
    (void) result;
    return ct_call_fail(call, "because %.*s", CT_STR_ARG(args->why));
}


static ct_rc_t
shed(ct_call_t *call, const patient_patient_shed_args_t *args,
     patient_patient_shed_result_t *result)
{
    (void) args;
    (void) result;
    return ct_call_refuse(call, CT_COUNT_SHED_RATE, "not today");
}


static ct_rc_t
early(ct_call_t *call, const patient_patient_early_args_t *args,
      patient_patient_early_result_t *result)
{
    result->success = args->s;
    ct_call_finish(call, CT_OK);
    return CT_AGAIN;
}


static void
after_answer(ct_call_t *call)
{
    const patient_patient_after_args_t *args = call->args;
    patient_patient_after_result_t     *result = call->result;

    result->success = args->s;
    ct_call_finish(call, CT_OK);
}


static ct_rc_t
after(ct_call_t *call, const patient_patient_after_args_t *args,
      patient_patient_after_result_t *result)
{
    (void) result;
    ct_call_after(call, (uint64_t) args->ms, after_answer);
    return CT_AGAIN;
}


static void *
foreign_main(void *data)
{
    ct_call_t                            *call = data;
    const patient_patient_foreign_args_t *args = call->args;
    patient_patient_foreign_result_t     *result = call->result;

    CT_LOG(call->log, CT_LOG_INFO, 0, "answered from afar");
    result->success =
        ct_str_printf(call->pool, "foreign %.*s", CT_STR_ARG(args->s));
    ct_call_finish(call, CT_OK);
    return NULL;
}


static ct_rc_t
foreign(ct_call_t *call, const patient_patient_foreign_args_t *args,
        patient_patient_foreign_result_t *result)
{
    pthread_t id;

    (void) args;
    (void) result;
    if (pthread_create(&id, NULL, foreign_main, call) != 0) {
        return ct_call_fail(call, "no thread");
    }
    pthread_detach(id);
    return CT_AGAIN;
}


static ct_rc_t
about(ct_call_t *call, const patient_patient_about_args_t *args,
      patient_patient_about_result_t *result)
{
    const ct_str_t peer = ct_call_peer(call);
    const ct_str_t id = ct_call_header(call, CT_STR("x-id"));
    ct_str_t       value;

    if (ct_call_variable(call, args->variable, &value) != CT_OK) {
        return ct_call_fail(call, "there is no such variable");
    }
    CT_LOG(call->log, CT_LOG_INFO, 0, "asked about %.*s",
           CT_STR_ARG(args->variable));
    result->success = ct_str_printf(
        call->pool, "peer %.*s id %.*s value %.*s leaving %d", CT_STR_ARG(peer),
        CT_STR_ARG(id), CT_STR_ARG(value), (int) ct_call_is_leaving(call));
    return CT_OK;
}


static ct_rc_t
thread(ct_call_t *call, const patient_patient_thread_args_t *args,
       patient_patient_thread_result_t *result)
{
    char name[64] = "";

    (void) args;
    (void) pthread_getname_np(pthread_self(), name, sizeof(name));
    result->success = ct_str_dup(call->pool, ct_str_of(name));
    return CT_OK;
}


/* The compiler shall not make a loop of it. */
static int32_t
sink(int32_t n)
{
    volatile char room[4096];

    room[n & 1023] = (char) n;
    return n == -1 ? 0 : sink(n + 1) + room[n & 1023];
}


static ct_rc_t
overrun(ct_call_t *call, const patient_patient_overrun_args_t *args,
        patient_patient_overrun_result_t *result)
{
    (void) call;
    result->success = sink(args->n);
    return CT_OK;
}


static ct_rc_t
stuck(ct_call_t *call, const patient_patient_stuck_args_t *args,
      patient_patient_stuck_result_t *result)
{
    (void) call;
    (void) args;
    (void) result;
    for (;;) {
        pause();
    }
    return CT_OK;
}


static ct_rc_t
worker_init(ct_worker_t *worker, void **data)
{
    patient_state_t *state = ct_pool_zalloc(worker->pool, sizeof(*state));

    pthread_mutex_init(&state->lock, NULL);
    pthread_cond_init(&state->released, NULL);
    *data = state;
    return CT_OK;
}


static void
worker_exit(ct_worker_t *worker, void *data)
{
    patient_state_t *state = data;

    CT_LOG(worker->log, CT_LOG_NOTICE, 0, "patient: worker_exit, %d notes",
           atomic_load(&state->notes));
    pthread_cond_destroy(&state->released);
    pthread_mutex_destroy(&state->lock);
}


static const patient_patient_ops_t patient_ops = {
    .hold = hold,
    .doze = doze,
    .release = let_go,
    .holding = holding,
    .given_up = given_up,
    .quick = quick,
    .refuse = refuse,
    .fail = fail,
    .shed = shed,
    .early = early,
    .after = after,
    .foreign = foreign,
    .about = about,
    .thread = thread,
    .note = note,
    .notes = notes,
    .nap = nap,
    .slumber = slumber,
    .overrun = overrun,
    .stuck = stuck,
};

static const ct_binding_t patient_services[] = {
    PATIENT_PATIENT(&patient_ops),
    { NULL, NULL },
};

const ct_module_t patient_module = {
    .abi = CT_MODULE_ABI,
    .name = "patient",
    .services = patient_services,
    .worker_init = worker_init,
    .worker_exit = worker_exit,
};

/*
 * ct_loop_ask.c -- a question of another thread, for the loop's to answer.
 *
 * It stands on the stack of who asks, with a lock of its own: who is answered
 * goes on, and the question is gone, as soon as that is given back.
 */

#include "core/ct_config.h"

#include "event/ct_loop.h"

#include <pthread.h>

typedef struct question_s {
    ct_task_t       task;
    ct_loop_ask_fn  fn;
    void           *data;
    pthread_mutex_t lock; /* of is_answered */
    pthread_cond_t  answered;
    bool            is_answered;
} question_t;


static void
answer(ct_task_t *task)
{
    question_t *question = task->data;

    question->fn(question->data);
    pthread_mutex_lock(&question->lock);
    question->is_answered = true;
    pthread_cond_signal(&question->answered);
    pthread_mutex_unlock(&question->lock);
}


static void
wait_for_answer(question_t *question)
{
    pthread_mutex_lock(&question->lock);
    while (!question->is_answered) {
        pthread_cond_wait(&question->answered, &question->lock);
    }
    pthread_mutex_unlock(&question->lock);
}


void
ct_loop_ask(ct_loop_t *loop, ct_loop_ask_fn fn, void *data)
{
    question_t question = { .fn = fn, .data = data };

    if (ct_loop_is_mine(loop)) {
        fn(data);
        return;
    }
    ct_queue_init(&question.task.link);
    question.task.fn = answer;
    question.task.data = &question;
    pthread_mutex_init(&question.lock, NULL);
    pthread_cond_init(&question.answered, NULL);
    ct_loop_send(loop, &question.task);
    wait_for_answer(&question);
    pthread_cond_destroy(&question.answered);
    pthread_mutex_destroy(&question.lock);
}

/*
 * ct_words.h -- what the words of -s mean to the master.
 */

#ifndef CT_WORDS_H
#define CT_WORDS_H

#include "core/ct_config.h"

#include "core/ct_str.h"

typedef struct ct_control_client_s ct_control_client_t;
typedef struct ct_pool_s           ct_pool_t;
typedef struct ct_request_s        ct_request_t;

/* Room for why a request is none. */
#define CT_WORDS_WHY 256

/* Carries a line out; `data` is the ct_master_t.  A ct_control_fn. */
void ct_words_take(ct_control_client_t *client, ct_str_t line, void *data);

/*
 * Whether there is such a word and it takes arguments if there are any: NULL,
 * or why not, in `out`.  What they are only the server can judge.
 */
const char *ct_words_check(const ct_request_t *request, char out[CT_WORDS_WHY]);

/* Every word with its arguments and a line about it, or as JSON; in `pool`. */
ct_str_t ct_words_help(bool as_json, ct_pool_t *pool);

/*
 * The signal that a word stands for, for a server without a control socket;
 * 0 for a word without one, -1 for no word at all.
 */
int ct_words_signal(ct_str_t word);

#endif /* CT_WORDS_H */

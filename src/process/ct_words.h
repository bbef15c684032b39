/*
 * ct_words.h -- what the words of -s mean to the master.
 */

#ifndef CT_WORDS_H
#define CT_WORDS_H

#include "core/ct_config.h"

#include "core/ct_str.h"

typedef struct ct_control_client_s ct_control_client_t;

/* Carries a request out; `data` is the ct_master_t.  A ct_control_fn. */
void ct_words_take(ct_control_client_t *client, ct_str_t request, void *data);

/*
 * The signal that a word stands for, for a server without a control socket;
 * 0 for a word without one, -1 for no word at all.
 */
int ct_words_signal(ct_str_t word);

#endif /* CT_WORDS_H */

/*
 * ct_rc.h -- the one result type of every function that can fail.
 */

#ifndef CT_RC_H
#define CT_RC_H

/*
 * CT_OK:       done; every out-parameter is set.
 * CT_ERROR:    failed; logged by who detected it; no out-parameter is set.
 * CT_AGAIN:    not yet; nothing is lost; call again when there is more.
 * CT_DECLINED: not mine; nothing was done.
 */
typedef enum ct_rc_e {
    CT_OK = 0,
    CT_ERROR = -1,
    CT_AGAIN = -2,
    CT_DECLINED = -3,
} ct_rc_t;

#endif /* CT_RC_H */

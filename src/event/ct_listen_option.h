/*
 * ct_listen_option.h -- the socket options of a listen.
 *
 * Header of the event floor only.
 */

#ifndef CT_LISTEN_OPTION_H
#define CT_LISTEN_OPTION_H

#include "core/ct_config.h"

#include "core/ct_rc.h"

typedef struct ct_listen_s ct_listen_t;
typedef struct ct_log_s    ct_log_t;

/* What bind(2) must find set already; CT_ERROR sets errno, not logged. */
ct_rc_t ct_listen_set_before_bind(const ct_listen_t *listen, int fd);

/*
 * What may be set at any time, on a fresh socket and on one that was kept; a
 * failure is logged as a warning and the socket serves without.
 */
void ct_listen_set_live(const ct_listen_t *listen, int fd, ct_log_t *log);

/* Whether the socket shares its port with others. */
bool ct_listen_is_reuseport(int fd);

/* Warns of a backlog that the kernel will cut. */
void ct_listen_check_backlog(const ct_listen_t *listen, ct_log_t *log);

#endif /* CT_LISTEN_OPTION_H */

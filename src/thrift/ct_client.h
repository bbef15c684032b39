/*
 * ct_client.h -- a blocking Thrift client for C.
 *
 * One connection, one call at a time.  cthriftc writes a stub around
 * ct_client_call for every method.  A client belongs to one thread.
 *
 * After a CT_ERROR of the connection (ct_client_error says which) the socket
 * is closed and the next call connects anew.
 */

#ifndef CT_CLIENT_H
#define CT_CLIENT_H

#include "core/ct_config.h"

#include "core/ct_rc.h"
#include "thrift/ct_service.h"
#include "thrift/wire/ct_limits.h"
#include "thrift/wire/ct_ttype.h"

typedef struct ct_client_s ct_client_t;

/* How to connect.  Timeouts in milliseconds, 0: none. */
typedef struct ct_client_conf_s {
    const char *address; /* "127.0.0.1:9090", "unix:/run/x.sock" */
    const char *service; /* multiplexed: sent before the name; or NULL */
    bool        framed;  /* else unframed */
    uint32_t    connect_timeout_ms;
    uint32_t    send_timeout_ms;
    uint32_t    receive_timeout_ms;
    ct_limits_t limits; /* of replies */
} ct_client_conf_t;

/* Framed, no timeouts but 5 s to connect, the default limits. */
CT_API void ct_client_conf_init(ct_client_conf_t *conf, const char *address);

/* A client that is not connected yet; `conf` is copied.  Never NULL. */
CT_API ct_client_t *ct_client_create(const ct_client_conf_t *conf);
CT_API void         ct_client_destroy(ct_client_t *client);

/*
 * Calls a method and waits.  `result` is filled as the reply says and lives
 * until the next call; NULL for oneway.  CT_OK: success or one exception is
 * set, unless the method returns nothing.  CT_ERROR: the connection, the reply
 * or the server failed: see ct_client_error.
 */
CT_API ct_rc_t ct_client_call(ct_client_t *client, const ct_method_t *method,
                              const void *args, void *result);

/* What the last CT_ERROR was about; one line, never NULL. */
CT_API const char *ct_client_error(const ct_client_t *client);

/*
 * The type of the TApplicationException that the last call got, or
 * CT_APP_MISSING_RESULT for a reply without a result; -1 if its error was
 * another.
 */
CT_API int ct_client_app_error(const ct_client_t *client);

/* Closes the socket; the next call connects anew. */
CT_API void ct_client_close(ct_client_t *client);

#endif /* CT_CLIENT_H */

/*
 * ct_offer.h -- services that a module describes while the file is read.
 *
 * A module that knows its services only from the configuration, because they
 * are written in another language say, has no table of them: a directive of
 * its own in a `service` block claims the block, and is asked about it when
 * all of it has been read.
 *
 * Interface header: ct_offer.c is ct_server.h's as well.
 */

#ifndef CT_OFFER_H
#define CT_OFFER_H

#include "core/ct_config.h"

#include "core/ct_rc.h"
#include "core/ct_str.h"
#include "thrift/ct_service.h"

typedef struct ct_conf_s   ct_conf_t;
typedef struct ct_module_s ct_module_t;

/*
 * Fills *binding for the service of that name, in the conf's pool; conf->block
 * is the `service` block, where ct_conf_of finds what its directives say.
 * CT_ERROR, by ct_conf_error: the configuration is refused.
 */
typedef ct_rc_t (*ct_describe_fn)(ct_conf_t *conf, ct_str_t name,
                                  ct_binding_t *binding);

/* Where its handlers may run beside the loop; a mask. */
enum {
    CT_OFFER_THREADS = 0x1,
    CT_OFFER_FIBERS = 0x2,
};

/*
 * For the setter of a directive in a `service` block: `module` handles the
 * service; an `execute` that is not in `places` is refused.  CT_ERROR, by
 * ct_conf_error: another module has claimed it.
 */
CT_API ct_rc_t ct_offer_claim(ct_conf_t *conf, const ct_module_t *module,
                              unsigned places, ct_describe_fn describe);

/*
 * For a ct_describe_fn: calls without the name of a service are for this one,
 * wherever it stands among the others of its server; of several that say so
 * for the first.  default_service goes before.
 */
CT_API void ct_offer_prefer(const ct_conf_t *conf);

#endif /* CT_OFFER_H */

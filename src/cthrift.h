/*
 * cthrift.h -- all that the author of a module includes.
 *
 * docs/module.md tells how a module is written; each header below tells its
 * part exactly.
 */

#ifndef CTHRIFT_H
#define CTHRIFT_H

#include "core/ct_config.h"

#include "core/ct_array.h"
#include "core/ct_conf.h"
#include "core/ct_cycle.h"
#include "core/ct_helper.h"
#include "core/ct_log.h"
#include "core/ct_module.h"
#include "core/ct_pool.h"
#include "core/ct_rc.h"
#include "core/ct_str.h"
#include "thrift/ct_call.h"
#include "thrift/ct_client.h"
#include "thrift/ct_hook.h"
#include "thrift/ct_pages.h"
#include "thrift/ct_later.h"
#include "thrift/ct_listening.h"
#include "thrift/ct_offer.h"
#include "thrift/ct_pattern.h"
#include "thrift/ct_range.h"
#include "thrift/ct_service.h"
#include "thrift/ct_template.h"
#include "thrift/ct_trace.h"
#include "thrift/ct_variable.h"
#include "thrift/wire/ct_codec.h"
#include "thrift/wire/ct_type.h"
#include "thrift/wire/ct_web.h"

#endif /* CTHRIFT_H */

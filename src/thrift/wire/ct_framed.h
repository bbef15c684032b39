/*
 * ct_framed.h -- the length word, for other transports that have one.
 *
 * Private to the transports; everybody else has ct_framed_transport.
 */

#ifndef CT_FRAMED_H
#define CT_FRAMED_H

#include "core/ct_config.h"

#include "core/ct_rc.h"
#include "thrift/wire/ct_transport.h"

/* Bytes of the word. */
#define CT_FRAMED_HEAD_SIZE 4

/* A message is what one length word says: `cut` of a transport. */
ct_rc_t ct_framed_cut(ct_scan_t *scan, const ct_protocol_t *protocol,
                      const uint8_t *data, size_t len,
                      const ct_limits_t *limits, ct_cut_t *cut, size_t *want);

#endif /* CT_FRAMED_H */

/*
 * ct_binary.h -- what both readers of the binary protocol must agree on.
 *
 * The decoder (ct_binary.c) and the skipper of unframed messages
 * (ct_binary_scan.c) refuse the same input, or a peer could make them
 * disagree about where a message ends.  So they share these facts.
 *
 * Private to these two and ct_detect.c.
 */

#ifndef CT_BINARY_H
#define CT_BINARY_H

#include "core/ct_config.h"

#include "thrift/wire/ct_scan.h"

/* The head of a strict message: version 1 above, the message type below. */
#define CT_BINARY_VERSION_MASK 0xffff0000u
#define CT_BINARY_VERSION_1    0x80010000u
#define CT_BINARY_TYPE_MASK    0x000000ffu

/* By the byte on the wire, any byte. */
extern const ct_scan_size_t ct_binary_sizes[256];

#endif /* CT_BINARY_H */

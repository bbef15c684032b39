/*
 * ct_codec.h -- values in, values out, through their descriptions.
 *
 * One codec for all protocols.  Reading begins with a copy of the struct's
 * `initial`; a field that the description does not have, or that comes with
 * another type, is skipped as Apache's libraries do; the last of two wins.
 */

#ifndef CT_CODEC_H
#define CT_CODEC_H

#include "core/ct_config.h"

#include "core/ct_rc.h"
#include "thrift/wire/ct_protocol.h"
#include "thrift/wire/ct_type.h"

/*
 * Fills `value` (strct->size bytes).  CT_ERROR: reader->error says why.
 * Containers grow as elements arrive, so that a count promises nothing.
 */
CT_API ct_rc_t ct_codec_read(ct_reader_t *reader, const ct_struct_t *strct,
                             void *value);

/*
 * Writes `value`.  A field that is not set is left out, a required struct or
 * string that is not set is an error, as are a union without exactly one
 * field set, more than 64 levels, and no memory: CT_ERROR, *c_why a constant
 * text.  What was written until then must be thrown away by the caller.
 */
CT_API ct_rc_t ct_codec_write(ct_writer_t *writer, const ct_struct_t *strct,
                              const void *value, const char **c_why);

/*
 * A copy of a struct that shares nothing with it, in `pool`.
 */
CT_API void *ct_codec_copy(ct_pool_t *pool, const ct_struct_t *strct,
                           const void *value);

/* Passes over one value of that type, whatever is inside. */
CT_API ct_rc_t ct_codec_skip(ct_reader_t *reader, ct_ttype_t type);

#endif /* CT_CODEC_H */

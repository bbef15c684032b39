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

/* Levels of structs and containers below the outermost struct, on writing. */
#define CT_CODEC_DEPTH 64

/*
 * Fills `value` (strct->size bytes).  CT_ERROR: reader->error says why.
 * Containers grow as elements arrive, so that a count promises nothing.
 *
 * Sets and maps keep their duplicates, in the order of the wire.  A container
 * whose elements are of another type than described is passed over: a field
 * stays as it was, an inner container is empty.  Of a union's fields the last
 * one stays; a union without any is taken, and has none set.
 */
CT_API ct_rc_t ct_codec_read(ct_reader_t *reader, const ct_struct_t *strct,
                             void *value);

/*
 * Writes `value`.  A field that is not set is left out, a required struct or
 * string that is not set is an error, as are a union without exactly one
 * field set, more than CT_CODEC_DEPTH levels, and no memory: CT_ERROR, *c_why
 * a constant text.  What was written until then must be thrown away by the
 * caller.  A string that is not set is written empty where it is an element.
 * Of a result the exception that is set is written, or else `success`.
 */
CT_API ct_rc_t ct_codec_write(ct_writer_t *writer, const ct_struct_t *strct,
                              const void *value, const char **c_why);

/*
 * Whether a method's result says anything: an exception is set (then
 * *is_exception), or `success` is, or the method returns nothing.  Numbers
 * and containers cannot say "not set" and count as set.
 */
CT_API bool ct_codec_result_is_set(const ct_struct_t *strct, const void *value,
                                   bool *is_exception);

/*
 * A copy of a struct that shares nothing with it, in `pool`.  NULL when it is
 * more than CT_CODEC_DEPTH levels deep: nothing of that depth can have come
 * from the wire, nor go there.
 */
CT_API void *ct_codec_copy(ct_pool_t *pool, const ct_struct_t *strct,
                           const void *value);

/* Passes over one value of that type, whatever is inside, within limits. */
CT_API ct_rc_t ct_codec_skip(ct_reader_t *reader, ct_ttype_t type);

/*
 * The same for the `n` items of a container whose head has been read: a
 * list's or set's (`key` is CT_T_STOP), or a map's.
 */
ct_rc_t ct_codec_skip_items(ct_reader_t *reader, ct_ttype_t key,
                            ct_ttype_t element, size_t n);

#endif /* CT_CODEC_H */

/*
 * ct_base64.h -- bytes as text, six bits to a letter.
 *
 * RFC 4648, section 4: the alphabet with `+` and `/`.
 */

#ifndef CT_BASE64_H
#define CT_BASE64_H

#include "core/ct_config.h"

#include "core/ct_rc.h"

/* Letters for `len` bytes, padding included; len <= SIZE_MAX / 2. */
static inline size_t
ct_base64_size(size_t len)
{
    return len / 3 * 4 + (len % 3 != 0 ? 4 : 0);
}


/* Bytes that `len` letters stand for at most. */
static inline size_t
ct_base64_room(size_t len)
{
    return len / 4 * 3 + len % 4;
}


/* Writes ct_base64_size(len) letters, padded. */
void ct_base64_encode(char *out, const void *data, size_t len);

/*
 * The bytes of `len` letters, with or without padding, into `out`, which has
 * ct_base64_room(len); *out_len are theirs.
 * CT_DECLINED: other characters, or a number of letters that nothing has.
 * Bits behind the last byte are not looked at: some encoders leave them.
 */
ct_rc_t ct_base64_decode(void *out, const char *data, size_t len,
                         size_t *out_len);

#endif /* CT_BASE64_H */

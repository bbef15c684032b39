/*
 * ct_utf8.h -- Unicode's text as bytes.
 *
 * RFC 3629: the shortest form only, no surrogates, nothing above U+10FFFF.
 */

#ifndef CT_UTF8_H
#define CT_UTF8_H

#include "core/ct_config.h"

/* The longest form of a character. */
#define CT_UTF8_SIZE 4

/*
 * Whether the bytes are UTF-8 from beginning to end.  Empty is; NUL and other
 * control characters are too.
 */
CT_API bool ct_utf8_is_valid(const char *data, size_t len);

/*
 * The bytes of the first character, 1 to CT_UTF8_SIZE; 0 where there is none,
 * and for no bytes.
 */
CT_API size_t ct_utf8_len(const char *data, size_t len);

/*
 * How many bytes the character at the beginning of `data` has; 0: none begins
 * there, or not all of it is there, or `len` is 0.
 */
size_t ct_utf8_len(const char *data, size_t len);

/*
 * Writes `character` at `data`, at most CT_UTF8_SIZE bytes, and gives their
 * number.  It is below 0x110000 and no surrogate.
 */
CT_API size_t ct_utf8_write(char *data, uint32_t character);

#endif /* CT_UTF8_H */

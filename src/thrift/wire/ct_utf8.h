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
bool ct_utf8_is_valid(const char *data, size_t len);

/*
 * Writes `character` at `data`, at most CT_UTF8_SIZE bytes, and gives their
 * number.  It is below 0x110000 and no surrogate.
 */
size_t ct_utf8_write(char *data, uint32_t character);

#endif /* CT_UTF8_H */

/*
 * ct_idl_out.c -- C text, laid out as a person would.
 *
 * What comes from the .thrift file is made harmless on its way: literals are
 * escaped to plain ASCII, trigraphs broken, and a doc comment can neither end
 * the C comment that it becomes nor open another in it.
 */

#include "core/ct_config.h"

#include "idl/ct_idl_out.h"

#include "core/ct_pool.h"

#include <stdio.h>

/* Bytes of a text that has just begun. */
#define FIRST_SIZE 4096


void
ct_idl_out_init(ct_idl_out_t *out, ct_pool_t *pool, size_t limit)
{
    *out = (ct_idl_out_t){ .pool = pool, .limit = limit };
}


/* Room for `len` bytes more, or false when that is over the limit. */
static bool
reserve(ct_idl_out_t *out, size_t len)
{
    size_t size = out->size == 0 ? FIRST_SIZE : out->size;
    char  *data;

    if (out->full || len > out->limit - out->len) {
        out->full = true;
        return false;
    }
    if (len < out->size - out->len) {
        return true;
    }
    while (size - out->len <= len) {
        size *= 2;
    }
    data = ct_pool_alloc(out->pool, size);
    if (out->len > 0) {
        memcpy(data, out->data, out->len);
    }
    out->data = data;
    out->size = size;
    return true;
}


/* The one way in for bytes that need no format. */
void
ct_idl_out_str(ct_idl_out_t *out, ct_str_t str)
{
    if (str.len > 0 && reserve(out, str.len)) {
        memcpy(out->data + out->len, str.data, str.len);
        out->len += str.len;
    }
}


/*
 * Measured first and then written: vsnprintf wants room for its NUL, which
 * reserve leaves.
 */
void
ct_idl_out_print(ct_idl_out_t *out, const char *fmt, ...)
{
    va_list args;
    int     len;

    va_start(args, fmt);
    len = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    if (len <= 0 || !reserve(out, (size_t) len)) {
        return;
    }
    va_start(args, fmt);
    (void) vsnprintf(out->data + out->len, (size_t) len + 1, fmt, args);
    va_end(args);
    out->len += (size_t) len;
}


void
ct_idl_out_blanks(ct_idl_out_t *out, size_t n)
{
    ct_idl_out_print(out, "%*s", (int) n, "");
}


/* The text is searched from its end: lines are short. */
size_t
ct_idl_out_column(const ct_idl_out_t *out)
{
    const char *newline;

    if (out->len == 0) {
        return 0;
    }
    newline = memrchr(out->data, '\n', out->len);
    return newline == NULL ? out->len
                           : (size_t) (out->data + out->len - newline - 1);
}


/*
 * Octal escapes end after three digits whatever follows; a hexadecimal one
 * would swallow the next letter.
 */
void
ct_idl_out_literal(ct_idl_out_t *out, ct_str_t str)
{
    ct_idl_out_str(out, CT_STR("\""));
    for (size_t i = 0; i < str.len && !out->full; i++) {
        const char c = str.data[i];

        if (c == '"' || c == '\\') {
            ct_idl_out_print(out, "\\%c", c);
        } else if (c == '\n') {
            ct_idl_out_str(out, CT_STR("\\n"));
        } else if (c == '\t') {
            ct_idl_out_str(out, CT_STR("\\t"));
        } else if (c == '?' && i > 0 && str.data[i - 1] == '?') {
            ct_idl_out_str(out, CT_STR("\\?"));
        } else if (c < 0x20 || c == 0x7f) {
            ct_idl_out_print(out, "\\%03o", (unsigned) (uint8_t) c);
        } else {
            ct_idl_out_str(out, (ct_str_t){ 1, &c });
        }
    }
    ct_idl_out_str(out, CT_STR("\""));
}


/* Lines may end with CR LF. */
static bool
is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}


/* Cuts the first line off *rest, without blanks around and the leading `*`. */
static ct_str_t
next_doc_line(ct_str_t *rest)
{
    const char *end = memchr(rest->data, '\n', rest->len);
    ct_str_t    line = *rest;
    bool        has_star;

    if (end != NULL) {
        line.len = (size_t) (end - rest->data);
        rest->len -= line.len + 1;
        rest->data = end + 1;
    } else {
        rest->len = 0;
    }
    while (line.len > 0 && is_blank(line.data[0])) {
        line.data++;
        line.len--;
    }
    has_star = line.len > 0 && line.data[0] == '*';
    if (has_star) {
        line.data++;
        line.len--;
    }
    if (has_star && line.len > 0 && line.data[0] == ' ') {
        line.data++;
        line.len--;
    }
    while (line.len > 0 && is_blank(line.data[line.len - 1])) {
        line.len--;
    }
    return line;
}


/* One line of a comment; a slash after a star or before one moves away. */
static void
doc_line(ct_idl_out_t *out, ct_str_t line)
{
    for (size_t i = 0; i < line.len; i++) {
        const char c = line.data[i];
        const char before = i > 0 ? line.data[i - 1] : '\0';

        if ((c == '*' && before == '/') || (c == '/' && before == '*')
            || (c == '?' && before == '?')) {
            ct_idl_out_str(out, CT_STR(" "));
        }
        if ((uint8_t) c >= 0x20 && c != 0x7f) {
            ct_idl_out_str(out, (ct_str_t){ 1, &c });
        } else {
            ct_idl_out_str(out, CT_STR(" "));
        }
    }
}


/* Leading and trailing empty lines away; `len` 0 if nothing is left. */
static ct_str_t
trim_doc(ct_str_t doc)
{
    ct_str_t rest = doc;

    while (rest.len > 0) {
        const ct_str_t before = rest;

        if (next_doc_line(&rest).len > 0) {
            doc = before;
            break;
        }
        doc = rest;
    }
    while (doc.len > 0
           && (is_blank(doc.data[doc.len - 1]) || doc.data[doc.len - 1] == '\n'
               || doc.data[doc.len - 1] == '*')) {
        doc.len--;
    }
    return doc;
}


void
ct_idl_out_doc_lines(ct_idl_out_t *out, ct_str_t doc, size_t indent)
{
    ct_str_t rest = trim_doc(doc);

    while (rest.len > 0) {
        const ct_str_t line = next_doc_line(&rest);

        ct_idl_out_blanks(out, indent);
        ct_idl_out_str(out, line.len > 0 ? CT_STR(" * ") : CT_STR(" *"));
        doc_line(out, line);
        ct_idl_out_str(out, CT_STR("\n"));
    }
}


/* On one line where it fits, as a person would write it. */
void
ct_idl_out_doc(ct_idl_out_t *out, ct_str_t doc, size_t indent)
{
    ct_str_t rest;
    ct_str_t line;

    if (doc.data == NULL) {
        return;
    }
    rest = trim_doc(doc);
    if (rest.len == 0) {
        return;
    }
    line = next_doc_line(&rest);
    ct_idl_out_blanks(out, indent);
    if (rest.len == 0 && indent + line.len + 6 <= CT_IDL_OUT_WIDTH) {
        ct_idl_out_str(out, CT_STR("/* "));
        doc_line(out, line);
        ct_idl_out_str(out, CT_STR(" */\n"));
        return;
    }
    ct_idl_out_str(out, CT_STR("/*\n"));
    ct_idl_out_doc_lines(out, doc, indent);
    ct_idl_out_blanks(out, indent);
    ct_idl_out_str(out, CT_STR(" */\n"));
}


void
ct_idl_out_typedef(ct_idl_out_t *out, ct_str_t type, ct_str_t name,
                   size_t column)
{
    const size_t least = type.len + 1;

    if (least + name.len + 1 > CT_IDL_OUT_WIDTH) {
        ct_idl_out_print(out, "%.*s\n    %.*s;\n", CT_STR_ARG(type),
                         CT_STR_ARG(name));
        return;
    }
    if (column < least || column + name.len + 1 > CT_IDL_OUT_WIDTH) {
        column = least;
    }
    ct_idl_out_print(out, "%.*s%*s%.*s;\n", CT_STR_ARG(type),
                     (int) (column - type.len), "", CT_STR_ARG(name));
}


/* Stars belong to the name in this layout, and to its width. */
static size_t
count_stars(ct_str_t name)
{
    size_t n = 0;

    while (n < name.len && name.data[n] == '*') {
        n++;
    }
    return n;
}


/* Where names begin in the run of members that starts at the first one. */
static size_t
run_column(const ct_idl_member_t *members, size_t n)
{
    size_t column = 0;

    for (size_t i = 0; i < n; i++) {
        const size_t width =
            members[i].type.len + 1 + count_stars(members[i].name);

        if (i > 0 && members[i].doc.data != NULL) {
            break;
        }
        if (width > column) {
            column = width;
        }
    }
    return column;
}


/*
 * A comment parts the members, as it does for clang-format: names are aligned
 * among those between two of them.
 */
void
ct_idl_out_members(ct_idl_out_t *out, const ct_idl_member_t *members, size_t n)
{
    size_t column = 0;

    for (size_t i = 0; i < n; i++) {
        const ct_idl_member_t *member = &members[i];

        if (i == 0 || member->doc.data != NULL) {
            column = run_column(member, n - i);
        }
        ct_idl_out_doc(out, member->doc, CT_IDL_OUT_INDENT);
        ct_idl_out_print(
            out, "    %.*s%*s%.*s;\n", CT_STR_ARG(member->type),
            (int) (column - member->type.len - count_stars(member->name)), "",
            CT_STR_ARG(member->name));
    }
}


/* The widest argument with what follows it. */
static size_t
widest(const ct_str_t *arguments, size_t n, size_t tail)
{
    size_t max = 0;

    for (size_t i = 0; i < n; i++) {
        const size_t width = arguments[i].len + (i + 1 == n ? tail : 0) + 1;

        if (width > max) {
            max = width;
        }
    }
    return max;
}


/* Bytes of a parameter before its name and the stars of that. */
static size_t
type_width(ct_str_t parameter)
{
    const char *blank = memrchr(parameter.data, ' ', parameter.len);

    return blank == NULL ? 0 : (size_t) (blank - parameter.data) + 1;
}


/*
 * Where names of parameters begin in their lines, counted in stars and all, if
 * each has a line to itself; 0 where two share one, or none is a declaration.
 */
static size_t
name_column(const ct_str_t *arguments, size_t n, size_t start, size_t tail)
{
    size_t column = 0;

    for (size_t i = 0; i < n; i++) {
        const size_t width = type_width(arguments[i]);
        const size_t end = i + 1 == n ? tail : 0;

        if (width == 0 || n == 1
            || (i > 0
                && start + arguments[i - 1].len + 2 + arguments[i].len + 1 + end
                       <= CT_IDL_OUT_WIDTH)) {
            return 0;
        }
        if (width > column) {
            column = width;
        }
    }
    return column;
}


/* One argument, its name moved to `column`. */
static void
write_argument(ct_idl_out_t *out, ct_str_t argument, size_t column)
{
    const size_t width = type_width(argument);

    if (column <= width) {
        ct_idl_out_str(out, argument);
        return;
    }
    ct_idl_out_str(out, (ct_str_t){ width, argument.data });
    ct_idl_out_blanks(out, column - width);
    ct_idl_out_str(out,
                   (ct_str_t){ argument.len - width, argument.data + width });
}


/*
 * Below the first argument where the widest one fits there, else one level in
 * from where the line begins.
 */
void
ct_idl_out_arguments(ct_idl_out_t *out, const ct_str_t *arguments, size_t n,
                     size_t tail)
{
    size_t start = ct_idl_out_column(out) + 1;
    size_t column;
    bool   breaks = false;

    ct_idl_out_str(out, CT_STR("("));
    if (start + widest(arguments, n, tail) > CT_IDL_OUT_WIDTH) {
        const char *line = out->data + out->len - start;

        start = strspn(line, " ") + CT_IDL_OUT_INDENT;
        breaks = true;
    }
    column = name_column(arguments, n, start, tail);
    for (size_t i = 0; i < n; i++) {
        const bool   is_last = i + 1 == n;
        const size_t width = arguments[i].len + 1 + (is_last ? tail : 0);

        if (breaks
            || ct_idl_out_column(out) + (i > 0) + width > CT_IDL_OUT_WIDTH) {
            ct_idl_out_str(out, CT_STR("\n"));
            ct_idl_out_blanks(out, start);
        } else if (i > 0) {
            ct_idl_out_str(out, CT_STR(" "));
        }
        breaks = false;
        write_argument(out, arguments[i], column);
        ct_idl_out_str(out, is_last ? CT_STR(")") : CT_STR(","));
    }
}

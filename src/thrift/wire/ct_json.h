/*
 * ct_json.h -- Thrift's JSON: the words and places that all its parts know.
 *
 * Source: Apache Thrift, lib/cpp TJSONProtocol.h, which is the only text that
 * there is.  By example, a call of `ping` with the number 7 and an argument
 * of each kind:
 *
 *   [1,"ping",1,7,{"1":{"i32":-5},"2":{"lst":["tf",2,1,0]},
 *                  "3":{"map":["i8","str",1,{"4":"x"}]},"4":{"rec":{}}}]
 *
 * Private to the ct_json_*.c.
 */

#ifndef CT_JSON_H
#define CT_JSON_H

#include "core/ct_config.h"

#include "thrift/wire/ct_protocol.h"

/* The one version that there is, first in each message. */
#define CT_JSON_VERSION 1

/* Numbers are shorter; this many characters are looked at. */
#define CT_JSON_NUMBER_SIZE 128

/* A double, written, with its NUL. */
#define CT_JSON_DOUBLE_SIZE 32

/* A uuid, written: 32 digits and 4 hyphens. */
#define CT_JSON_UUID_SIZE 36

/* How Thrift writes what JSON has no numbers for. */
#define CT_JSON_NAN      "NaN"
#define CT_JSON_INFINITY "Infinity"

/*
 * What is open around the next value: the `context` of readers and writers.
 * The level below is kept by who opened this one, in a mark or in ct_codec's
 * own variable, so nesting takes no memory here.
 */
enum {
    CT_JSON_ALONE = 0, /* a struct without a message */
    CT_JSON_MESSAGE,   /* behind a message's head */
    CT_JSON_STRUCT,    /* before the first field */
    CT_JSON_FIELD,     /* at a field's value, or behind it */
    CT_JSON_LIST,      /* behind the head, or behind an element */
    CT_JSON_FIRST_KEY, /* of a map */
    CT_JSON_KEY,
    CT_JSON_VALUE,
    CT_JSON_NCONTEXTS,
};

/* What stands before a value, by what is open around it. */
typedef struct ct_json_context_s {
    char    separator; /* or NUL */
    uint8_t next;      /* context, of the value behind it */
    bool    is_key;    /* which must be a string: numbers have quotes */
} ct_json_context_t;

extern const ct_json_context_t ct_json_contexts[CT_JSON_NCONTEXTS];

/* A type's name, and the fewest characters that a value of it takes. */
typedef struct ct_json_type_s {
    ct_str_t name; /* no data: there is no such type */
    uint8_t  least;
} ct_json_type_t;

/* By ct_ttype_t. */
extern const ct_json_type_t ct_json_types[CT_T_UUID + 1];

/* The type of that name, or CT_T_STOP. */
ct_ttype_t ct_json_type_of(ct_str_t name);

/*
 * Words of JSON, passed over, white space in front of them too.  CT_ERROR:
 * the reader has failed.
 */
ct_rc_t ct_json_expect(ct_reader_t *reader, char c);

/* What stands between quotes, a slice, with its escapes if there are any. */
ct_rc_t ct_json_take_quoted(ct_reader_t *reader, ct_str_t *raw,
                            bool *has_escapes);

/*
 * The characters that may be a number, none of them perhaps.  A message does
 * not end with one, so something must stand behind them.
 */
ct_rc_t ct_json_take_number(ct_reader_t *reader, ct_str_t *text);

/* An integer from -bound - 1 to bound, in quotes or without. */
ct_rc_t ct_json_take_integer(ct_reader_t *reader, bool has_quotes,
                             int64_t bound, int64_t *value);

/* White space, passed over. */
void ct_json_skip_space(ct_reader_t *reader);

/* The next character behind it, not passed over; NUL: none is left. */
char ct_json_peek(ct_reader_t *reader);

/* The message is no JSON, or none of Thrift's: CT_ERROR. */
ct_rc_t ct_json_fail(ct_reader_t *reader, const char *why);

/* Whether a quoted double is one of the words for what is no number. */
bool ct_json_parse_word(ct_str_t text, double *value);

/*
 * A number of JSON's grammar.  CT_DECLINED: it is not one, or larger than a
 * double; *value is then unset.
 */
ct_rc_t ct_json_parse_double(ct_str_t text, double *value);

/*
 * The shortest of 15, 16 or 17 digits that reads back as `value`, which is
 * finite, and a NUL.  The length without it.
 */
size_t ct_json_format_double(double value, char out[CT_JSON_DOUBLE_SIZE]);

/*
 * What stands between two quotes, without its escapes, into `out`, which has
 * raw.len bytes; NULL: only looked at.  *len are the bytes.  CT_DECLINED: an
 * escape that JSON does not have, half of a surrogate pair, or no UTF-8.
 */
ct_rc_t ct_json_unescape(ct_str_t raw, char *out, size_t *len);

/* `text`, which is UTF-8, between quotes. */
void ct_json_write_text(ct_writer_t *writer, ct_str_t text);

/* A uuid as text, with its hyphens or without, in braces or not. */
ct_rc_t ct_json_parse_uuid(ct_str_t text, ct_uuid_t *value);
void ct_json_format_uuid(const ct_uuid_t *value, char out[CT_JSON_UUID_SIZE]);

/* For the protocol's table, from ct_json_write.c. */
void ct_json_write_message(ct_writer_t *writer, const ct_message_t *message);
void ct_json_write_struct_begin(ct_writer_t *writer, ct_struct_mark_t *mark);
void ct_json_write_struct_end(ct_writer_t *writer, ct_struct_mark_t mark);
void ct_json_write_field(ct_writer_t *writer, ct_ttype_t type, int16_t id);
void ct_json_write_stop(ct_writer_t *writer);
void ct_json_write_list(ct_writer_t *writer, ct_ttype_t type,
                        ct_ttype_t element, size_t n);
void ct_json_write_map(ct_writer_t *writer, ct_ttype_t key, ct_ttype_t value,
                       size_t n);
void ct_json_write_end(ct_writer_t *writer, uint8_t context);
void ct_json_write_bool(ct_writer_t *writer, bool value);
void ct_json_write_i8(ct_writer_t *writer, int8_t value);
void ct_json_write_i16(ct_writer_t *writer, int16_t value);
void ct_json_write_i32(ct_writer_t *writer, int32_t value);
void ct_json_write_i64(ct_writer_t *writer, int64_t value);
void ct_json_write_double(ct_writer_t *writer, double value);
void ct_json_write_string(ct_writer_t *writer, ct_str_t value);
void ct_json_write_binary(ct_writer_t *writer, ct_str_t value);
void ct_json_write_uuid(ct_writer_t *writer, const ct_uuid_t *value);

#endif /* CT_JSON_H */

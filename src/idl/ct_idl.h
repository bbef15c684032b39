/*
 * ct_idl.h -- the IDL as a library: what is read, from where, and who hears
 * of errors.
 *
 * A ct_idl_t holds every file that was loaded, each once, however many
 * include it.  It has no file-scope state and prints nothing: problems go to
 * `report`, texts come from `read`.
 */

#ifndef CT_IDL_H
#define CT_IDL_H

#include "core/ct_config.h"

#include "core/ct_array.h"
#include "core/ct_hash.h"
#include "core/ct_rc.h"
#include "core/ct_str.h"
#include "idl/ct_idl_ast.h"

typedef struct ct_pool_s ct_pool_t;

/* Caps, before anything is allocated. */
#define CT_IDL_MAX_FILE_SIZE     (1024 * 1024)
#define CT_IDL_MAX_FILES         1024
#define CT_IDL_MAX_INCLUDE_DEPTH 32
#define CT_IDL_MAX_ERRORS        20

/* Values that all constants and defaults may come to, references followed. */
#define CT_IDL_MAX_NODES (1024 * 1024)

/* Bytes of the C name of a container. */
#define CT_IDL_MAX_C_NAME 200

/* One problem, as it is shown to whoever wrote the file. */
typedef struct ct_idl_message_s {
    bool     is_error; /* else a warning */
    ct_str_t path;
    uint32_t line;   /* from 1; 0 where no place in a file is meant */
    uint32_t column; /* from 1, in characters of UTF-8 */
    ct_str_t text;
    ct_str_t source; /* the line, without its end */
    ct_str_t caret;  /* blanks up to the column, then '^' */
} ct_idl_message_t;

/* Hears of a problem; everything in `message` ends with the call. */
typedef void (*ct_idl_report_fn)(const ct_idl_message_t *message, void *data);

/*
 * Gets the text of a file into `pool`, a NUL after it, at most
 * CT_IDL_MAX_FILE_SIZE bytes.  CT_DECLINED: there is none; CT_ERROR: it cannot
 * be read, errno says why.
 */
typedef ct_rc_t (*ct_idl_read_fn)(ct_pool_t *pool, const char *c_path,
                                  ct_str_t *text, void *data);

typedef struct ct_idl_s {
    ct_pool_t       *pool;
    ct_array_t       dirs; /* of char *: where includes are looked for */
    ct_idl_read_fn   read;
    ct_idl_report_fn report;
    void            *data; /* of both */

    /*
     * To be set before anything is loaded where no C comes of the files, but
     * tables for who has a form of his own for values: names need not be good
     * ones in C, every field can say that it is not set, and none has a
     * default.
     */
    bool for_tables;

    ct_array_t files;      /* of ct_idl_file_t *, included ones first */
    ct_hash_t  by_path;    /* the same by path */
    ct_hash_t  c_names;    /* ct_idl_pos_t by name in C, to see collisions */
    ct_hash_t  containers; /* ct_idl_type_t by C name */
    size_t     nodes;      /* values counted so far */
    size_t     nerrors;
    size_t     nwarnings;
} ct_idl_t;

/*
 * Begins with nothing loaded.  `report` may be NULL: then problems are only
 * counted.  Files are read from the file system until `read` is replaced.
 */
void ct_idl_init(ct_idl_t *idl, ct_pool_t *pool, ct_idl_report_fn report,
                 void *data);

/*
 * Reads a file with all that it includes, and checks them.  CT_ERROR: it was
 * reported; *file is unset.
 */
ct_rc_t ct_idl_load(ct_idl_t *idl, const char *c_path, ct_idl_file_t **file);

#endif /* CT_IDL_H */

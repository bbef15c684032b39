/*
 * idl_fuzz.c -- any bytes as a .thrift file: lexer, parser, checker, the
 * generator and the description in memory.
 *
 * Includes find the same text again, or a small library, never a file.  What
 * was taken must come out as C, the same twice; what was refused must be
 * refused with an error.
 */

#include "core/ct_config.h"

#include "core/ct_pool.h"
#include "idl/ct_idl.h"
#include "idl/ct_idl_describe.h"
#include "idl/ct_idl_gen.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);


static ct_rc_t
read_text(ct_pool_t *pool, const char *c_path, ct_str_t *text, void *data)
{
    static const char library[] = "enum Color { RED = 1 }\n"
                                  "const i32 MANY = 7\n"
                                  "typedef list<Thing> Things\n"
                                  "struct Thing { 1: i32 a = MANY }\n"
                                  "service Base { void ping() }\n";

    if (strcmp(c_path, "fuzz.thrift") == 0) {
        *text = ct_str_dup(pool, *(const ct_str_t *) data);
        return CT_OK;
    }
    if (strcmp(c_path, "lib.thrift") == 0) {
        *text = ct_str_dup(pool, CT_STR(library));
        return CT_OK;
    }
    return CT_DECLINED;
}


/* Lines must come out whole, whatever the message is about. */
static void
check_message(const ct_idl_message_t *message, void *data)
{
    (void) data;
    if (message->text.len == 0
        || memchr(message->source.data == NULL ? "" : message->source.data,
                  '\n', message->source.len)
               != NULL) {
        abort();
    }
}


/*
 * Where tables are all that is wanted more files are good ones; none that C can
 * be made of is not.
 */
static ct_rc_t
make_tables(ct_str_t text)
{
    ct_pool_t     *pool = ct_pool_create(16384);
    ct_idl_file_t *file;
    ct_idl_t       idl;
    ct_rc_t        rc;

    ct_idl_init(&idl, pool, check_message, &text);
    idl.read = read_text;
    idl.for_tables = true;
    rc = ct_idl_load(&idl, "fuzz.thrift", &file);
    if (rc == CT_OK && ct_idl_describe(&idl) != CT_OK) {
        abort();
    }
    ct_pool_destroy(pool);
    return rc;
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    ct_str_t       text = { len, (const char *) data };
    ct_pool_t     *pool = ct_pool_create(16384);
    ct_idl_file_t *file;
    ct_idl_t       idl;
    const ct_rc_t  rc = make_tables(text);

    ct_idl_init(&idl, pool, check_message, &text);
    idl.read = read_text;
    if (ct_idl_load(&idl, "fuzz.thrift", &file) != CT_OK) {
        if (idl.nerrors == 0) {
            abort();
        }
    } else if (rc != CT_OK) {
        abort();
    } else {
        const ct_str_t once = ct_idl_gen_header(&idl, file);

        if (!ct_str_eq(once, ct_idl_gen_header(&idl, file))) {
            abort();
        }
        (void) ct_idl_gen_source(&idl, file);
        (void) ct_idl_describe(&idl);
    }
    ct_pool_destroy(pool);
    return 0;
}

/*
 * ct_tls_bio.c -- what OpenSSL reads from and writes to.
 *
 * OpenSSL asks a BIO three things: to read, to write, and a few questions
 * (`ctrl`) of which only "is the stream at its end?" and "flush" matter here.
 * That a call should be repeated is said by the BIO's flags.
 */

#include "core/ct_config.h"

#include "event/ct_tls_bio.h"


/* 1: done.  0: the flags say whether to come again. */
static int
answer(BIO *bio, ct_rc_t rc, int again)
{
    BIO_clear_retry_flags(bio);
    switch (rc) {
    case CT_OK:
        return 1;
    case CT_AGAIN:
        BIO_set_flags(bio, again | BIO_FLAGS_SHOULD_RETRY);
        return 0;
    case CT_DECLINED:
        BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
        return 0;
    case CT_ERROR:
        return 0;
    }
    return 0;
}


static int
bio_read(BIO *bio, char *bytes, size_t size, size_t *n)
{
    const ct_tls_io_t *io = BIO_get_data(bio);

    *n = 0;
    if (size == 0) {
        return 0;
    }
    return answer(bio, io->recv(io->data, bytes, size, n), BIO_FLAGS_READ);
}


static int
bio_write(BIO *bio, const char *bytes, size_t len, size_t *n)
{
    const ct_tls_io_t *io = BIO_get_data(bio);

    *n = 0;
    if (len == 0) {
        return 0;
    }
    return answer(bio, io->send(io->data, bytes, len, n), BIO_FLAGS_WRITE);
}


static long
bio_ctrl(BIO *bio, int command, long number CT_UNUSED, void *data CT_UNUSED)
{
    switch (command) {
    case BIO_CTRL_EOF:
        return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0;
    case BIO_CTRL_FLUSH:
    case BIO_CTRL_DUP:
        return 1;
    default:
        return 0;
    }
}


/*
 * The type has no number of its own: OpenSSL has 128 of them for the life of a
 * process, and every reload makes a method.
 */
BIO_METHOD *
ct_tls_bio_method_create(void)
{
    BIO_METHOD *method = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "ct_conn");

    if (method == NULL) {
        return NULL;
    }
    if (BIO_meth_set_read_ex(method, bio_read) != 1
        || BIO_meth_set_write_ex(method, bio_write) != 1
        || BIO_meth_set_ctrl(method, bio_ctrl) != 1) {
        BIO_meth_free(method);
        return NULL;
    }
    return method;
}


BIO *
ct_tls_bio_create(const BIO_METHOD *method, ct_tls_io_t *io)
{
    BIO *bio = BIO_new(method);

    if (bio != NULL) {
        BIO_set_data(bio, io);
        BIO_set_init(bio, 1);
    }
    return bio;
}

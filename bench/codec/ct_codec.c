/*
 * ct_codec.c -- our codec at the work of apache.cpp: see ../codec.
 *
 *     ct_codec DIR < requests
 *     ct_codec DIR FORM SUBJECT WHAT N
 *
 * Requests and answers are those of apache.cpp, whose files in DIR are the
 * bytes that are read; and what is written must be these bytes again, which
 * is looked at before anything is timed.
 *
 * As in the server, what was decoded is in a pool that is reset for the next
 * message, and what is encoded goes into a buffer that keeps its memory.
 */

#include "core/ct_config.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "core/ct_buf.h"
#include "core/ct_pool.h"
#include "thrift/wire/ct_codec.h"

#include "bench.gen.h"
#include "record.gen.h"
#include "torture.gen.h"

/* As a call's pool has it. */
#define POOL_SIZE 4096

#define FILE_SIZE (1 << 20)

/* One request, and what it needs. */
typedef struct work_s {
    char                 form[32];
    char                 subject[32];
    char                 what[32];
    long                 n;
    const ct_protocol_t *protocol;
    const ct_struct_t   *strct;
    uint8_t             *bytes;
    size_t               len;
    ct_pool_t           *pool;
    ct_buf_t             out;
} work_t;

static const ct_limits_t limits = CT_LIMITS_DEFAULT;


static void
die(const char *what, const char *why)
{
    fprintf(stderr, "ct_codec: %s: %s\n", what, why);
    exit(2);
}


static const ct_protocol_t *
protocol_of(const char *c_form)
{
    static const ct_protocol_t *const protocols[] = { &ct_binary_protocol,
                                                      &ct_compact_protocol,
                                                      &ct_json_protocol };
    size_t                            i;

    /* There is one form of ours, whatever Apache's is compared with. */
    if (strncmp(c_form, "virtual-", 8) == 0) {
        c_form += 8;
    }
    for (i = 0; i < CT_ARRAY_LEN(protocols); i++) {
        if (strcmp(protocols[i]->name, c_form) == 0) {
            return protocols[i];
        }
    }
    die(c_form, "no such form");
    return NULL;
}


static const ct_struct_t *
struct_of(const char *c_subject)
{
    if (strcmp(c_subject, "record") == 0) {
        return &record_record_struct;
    }
    if (strcmp(c_subject, "torture") == 0) {
        return &torture_everything_struct;
    }
    if (strcmp(c_subject, "swap") == 0) {
        return &bench_record_struct;
    }
    die(c_subject, "no such subject");
    return NULL;
}


static void
read_bytes(work_t *work, const char *c_dir)
{
    char  path[4096];
    FILE *file;

    snprintf(path, sizeof(path), "%s/%s.%s", c_dir, work->subject,
             work->protocol->name);
    file = fopen(path, "rb");
    if (file == NULL) {
        die(path, "cannot be opened");
    }
    work->len = fread(work->bytes, 1, FILE_SIZE, file);
    fclose(file);
}


/* The value of the bytes, in the pool. */
static void *
decode(work_t *work)
{
    ct_reader_t reader;
    void       *value = ct_pool_alloc(work->pool, work->strct->size);

    ct_reader_init(&reader, work->protocol, work->bytes, work->len, &limits,
                   work->pool);
    if (ct_codec_read(&reader, work->strct, value) != CT_OK) {
        die(work->subject, reader.why);
    }
    return value;
}


static void
encode(work_t *work, const void *value)
{
    const char *c_why = NULL;
    ct_writer_t writer;

    ct_buf_reset(&work->out, SIZE_MAX);
    ct_writer_init(&writer, work->protocol, &work->out);
    if (ct_codec_write(&writer, work->strct, value, &c_why) != CT_OK) {
        die(work->subject, c_why);
    }
}


/* What was read is written again: the same bytes, but for JSON's base64. */
static void
check(work_t *work)
{
    encode(work, decode(work));
    if (work->protocol != &ct_json_protocol
        && (ct_buf_len(&work->out) != work->len
            || memcmp(work->out.pos, work->bytes, work->len) != 0)) {
        die(work->subject, "is not written as it was read");
    }
}


static int64_t
now_ns(void)
{
    struct timespec at;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &at);
    return (int64_t) at.tv_sec * 1000000000 + at.tv_nsec;
}


/* The time that the work took. */
static int64_t
run(work_t *work)
{
    const bool    decodes = strcmp(work->what, "decode") == 0;
    const void   *value = decode(work);
    const int64_t from = now_ns();
    long          i;

    for (i = 0; i < work->n; i++) {
        if (decodes) {
            ct_pool_reset(work->pool);
            (void) decode(work);
        } else {
            encode(work, value);
        }
    }
    return now_ns() - from;
}


static int64_t
answer(work_t *work, const char *c_dir, const char *c_request)
{
    int64_t spent_ns;

    if (sscanf(c_request, "%31s %31s %31s %ld", work->form, work->subject,
               work->what, &work->n)
        != 4) {
        die(c_request, "not FORM SUBJECT WHAT N");
    }
    work->protocol = protocol_of(work->form);
    work->strct = struct_of(work->subject);
    read_bytes(work, c_dir);
    check(work);
    spent_ns = run(work);
    ct_pool_reset(work->pool);
    return spent_ns;
}


int
main(int argc, char **argv)
{
    work_t work = { .pool = ct_pool_create(POOL_SIZE) };
    char   request[256];

    if (argc != 2 && argc != 6) {
        die("usage", "ct_codec DIR [FORM SUBJECT WHAT N]");
    }
    work.bytes = malloc(FILE_SIZE);
    if (work.bytes == NULL) {
        die("memory", "there is none");
    }
    ct_buf_init(&work.out);
    if (argc == 6) {
        snprintf(request, sizeof(request), "%s %s %s %s", argv[2], argv[3],
                 argv[4], argv[5]);
        (void) answer(&work, argv[1], request);
    }
    while (argc == 2 && fgets(request, sizeof(request), stdin) != NULL) {
        printf("%lld\n", (long long) answer(&work, argv[1], request));
        fflush(stdout);
    }
    ct_buf_release(&work.out);
    ct_pool_destroy(work.pool);
    free(work.bytes);
    return 0;
}

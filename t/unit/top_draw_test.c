/*
 * top_draw_test.c -- a picture stays within its screen.
 */

#include "core/ct_config.h"

#include "process/ct_top_draw.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "core/ct_buf.h"
#include "core/ct_pool.h"

static const char text[] =
    "{\"server\": {\"version\": \"1\", \"started_ms\": 5, \"uptime_ms\": "
    "90061000, \"last_error\": \"a\\u001bb\"},"
    "\"totals\": {\"calls\": 12}, \"workers\": [{\"id\": 0, \"pid\": 7},"
    "{\"id\": 1, \"pid\": 8}, {\"id\": 2, \"pid\": 9}, {\"id\": 3}],"
    "\"methods\": [{\"name\": \"A.a\", \"calls\": 12, \"errors\": 1},"
    "{\"name\": \"A.idle\", \"calls\": 0}]}";


/* The picture of that status, as a string in `pool`. */
static const char *
draw(const ct_top_canvas_t *canvas, bool has_view, ct_pool_t *pool)
{
    ct_top_sample_t sample;
    ct_buf_t        buf;
    const char     *picture = NULL;

    assert_int_equal(ct_top_sample_read(&sample, ct_str_of(text), pool), CT_OK);
    ct_buf_init(&buf);
    ct_top_draw(canvas,
                has_view
                    ? ct_top_sample_compare(NULL, &sample, canvas->key, pool)
                    : NULL,
                &buf);
    picture = ct_str_dup_c(
        pool, (ct_str_t){ ct_buf_len(&buf), (const char *) buf.pos });
    ct_buf_release(&buf);
    return picture;
}


static size_t
count(const char *c_text, const char *c_part)
{
    size_t n = 0;

    while ((c_text = strstr(c_text, c_part)) != NULL) {
        c_text++;
        n++;
    }
    return n;
}


static void
plain_text_has_all(void **state)
{
    ct_pool_t            *pool = ct_pool_create(4096);
    const ct_top_canvas_t canvas = { .key = CT_TOP_BY_CALLS };
    const char           *picture = draw(&canvas, true, pool);

    (void) state;
    assert_null(strchr(picture, '\033'));
    assert_non_null(strstr(picture, "up 1d01:01"));
    assert_non_null(strstr(picture, "workers 4 of 0"));
    assert_non_null(strstr(picture, "last reload refused: a\\x1bb\n"));
    assert_non_null(strstr(picture, " 12 A.a\n"));
    assert_null(strstr(picture, "A.idle"));
    assert_null(strstr(picture, "q quit"));
    ct_pool_destroy(pool);
}


static void
a_terminal_is_not_overdrawn(void **state)
{
    ct_pool_t *pool = ct_pool_create(65536);

    (void) state;
    for (unsigned height = 1; height < 20; height++) {
        const ct_top_canvas_t canvas = { .width = 10,
                                         .height = height,
                                         .has_ansi = true,
                                         .c_notice = "it is away" };
        const char           *picture = draw(&canvas, true, pool);

        assert_in_range(count(picture, "\r\n"), 0, height - 1);
        assert_int_equal(count(picture, "\033[H"), 1);
        assert_int_equal(count(picture, "\033[J"), 1);
        assert_null(strstr(picture, "cthrift 1  up"));
        assert_non_null(strstr(picture, "it is away"));
    }
    ct_pool_destroy(pool);
}


static void
without_a_view_there_is_a_notice(void **state)
{
    ct_pool_t            *pool = ct_pool_create(4096);
    const ct_top_canvas_t canvas = { .c_notice = "nobody" };

    (void) state;
    assert_string_equal(draw(&canvas, false, pool), "nobody\n");
    ct_pool_destroy(pool);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_text_has_all),
        cmocka_unit_test(a_terminal_is_not_overdrawn),
        cmocka_unit_test(without_a_view_there_is_a_notice),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}

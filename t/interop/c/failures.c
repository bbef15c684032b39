/*
 * failures.c -- methods that fail, that have no reply, and the second service:
 * the other part of checks.h.
 *
 * A method that throws is FALSE, with the exception in its place, or with an
 * error of the library's where no exception is declared.
 */

#include "checks.h"

#include <stdio.h>
#include <string.h>

#include <thrift/c_glib/thrift_application_exception.h>


bool
run_fail(run_t *run, const char *what, GError **error)
{
    if (*error != NULL) {
        snprintf(run->failure, sizeof(run->failure), "%s: %s", what,
                 (*error)->message);
        g_clear_error(error);
    } else {
        snprintf(run->failure, sizeof(run->failure), "%s: another answer",
                 what);
    }
    return false;
}


static bool
exception(run_t *run)
{
    GError            *error = NULL;
    TTestXception     *thrown = NULL;
    bool               is_right;
    TTestThriftTestIf *c = run->client;

    is_right =
        !t_test_thrift_test_if_test_exception(c, "Xception", &thrown, &error)
        && thrown != NULL && thrown->errorCode == 1001
        && g_strcmp0(thrown->message, "Xception") == 0;
    g_clear_object(&thrown);
    if (!is_right) {
        return run_fail(run, "testException", &error);
    }
    g_clear_error(&error);

    is_right =
        !t_test_thrift_test_if_test_exception(c, "TException", &thrown, &error)
        && thrown == NULL && error != NULL
        && error->domain == THRIFT_APPLICATION_EXCEPTION_ERROR;
    if (!is_right) {
        return run_fail(run, "testException of TException", &error);
    }
    g_clear_error(&error);
    return t_test_thrift_test_if_test_exception(c, "success", &thrown, &error)
           || run_fail(run, "testException of nothing", &error);
}


/* What one call of testMultiException gives. */
typedef struct {
    gboolean        answered;
    TTestXtruct    *answer;
    TTestXception  *first;
    TTestXception2 *second;
} outcome_t;


static void
outcome_init(outcome_t *o, run_t *run, const char *which, GError **error)
{
    o->answer = g_object_new(T_TEST_TYPE_XTRUCT, NULL);
    o->first = NULL;
    o->second = NULL;
    o->answered = t_test_thrift_test_if_test_multi_exception(
        run->client, &o->answer, which, "foobar", &o->first, &o->second, error);
}


static void
outcome_release(outcome_t *o)
{
    g_clear_object(&o->answer);
    g_clear_object(&o->first);
    g_clear_object(&o->second);
}


static bool
is_first(const outcome_t *o)
{
    return !o->answered && o->second == NULL && o->first != NULL
           && o->first->errorCode == 1001
           && g_strcmp0(o->first->message, "This is an Xception") == 0;
}


static bool
is_second(const outcome_t *o)
{
    return !o->answered && o->first == NULL && o->second != NULL
           && o->second->errorCode == 2002
           && g_strcmp0(o->second->struct_thing->string_thing,
                        "This is an Xception2")
                  == 0;
}


static bool
is_answer(const outcome_t *o)
{
    return o->answered && o->first == NULL && o->second == NULL
           && g_strcmp0(o->answer->string_thing, "foobar") == 0;
}


static bool
multi_exception(run_t *run)
{
    static const struct {
        const char *which;
        bool (*is_right)(const outcome_t *o);
    } all[] = {
        { "Xception", is_first },
        { "Xception2", is_second },
        { "success", is_answer },
    };
    size_t i;

    for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        GError   *error = NULL;
        outcome_t outcome;
        bool      is_right;

        outcome_init(&outcome, run, all[i].which, &error);
        is_right = all[i].is_right(&outcome);
        outcome_release(&outcome);
        if (!is_right) {
            return run_fail(run, "testMultiException", &error);
        }
        g_clear_error(&error);
    }
    return true;
}


static bool
unknown_method(run_t *run)
{
    GError *error = NULL;
    gchar  *back = NULL;
    bool    is_right;

    is_right =
        !t_test_second_service_if_secondtest_string(run->stranger, &back,
                                                    "nobody", &error)
        && error != NULL && error->domain == THRIFT_APPLICATION_EXCEPTION_ERROR
        && error->code == THRIFT_APPLICATION_EXCEPTION_ERROR_UNKNOWN_METHOD;
    g_free(back);
    if (!is_right) {
        return run_fail(run, "an unknown method", &error);
    }
    g_clear_error(&error);
    return true;
}


static bool
oneway(run_t *run)
{
    GError *error = NULL;
    gint32  back = 0;

    return (t_test_thrift_test_if_test_oneway(run->client, 1, &error)
            && t_test_thrift_test_if_test_i32(run->client, &back, -1, &error)
            && back == -1
            && t_test_thrift_test_if_test_oneway(run->client, 0, &error)
            && t_test_thrift_test_if_test_void(run->client, &error))
           || run_fail(run, "testOneway", &error);
}


/* By turns with ThriftTest. */
static bool
second_service(run_t *run)
{
    int i;

    for (i = 0; i < 5; i++) {
        GError *error = NULL;
        gchar  *back = NULL;
        bool    is_right;

        is_right = t_test_second_service_if_secondtest_string(
                       run->second, &back, "foo", &error)
                   && g_strcmp0(back, "testString(\"foo\")") == 0;
        g_free(back);
        if (!is_right) {
            return run_fail(run, "secondtestString", &error);
        }
        if (!oneway(run)) {
            return false;
        }
    }
    return true;
}


bool
check_failures(run_t *run)
{
    return exception(run) && multi_exception(run) && unknown_method(run)
           && oneway(run) && (run->second == NULL || second_service(run));
}

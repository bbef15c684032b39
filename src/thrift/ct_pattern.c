/*
 * ct_pattern.c -- regular expressions of the configuration, through PCRE2.
 *
 * The code, the match context and one block of match data belong to the
 * pattern; a cleanup of the cycle's pool gives them back.  Only one thread of
 * a process matches, so one block is enough.
 */

#include "core/ct_config.h"

#include "thrift/ct_pattern.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "core/ct_conf.h"
#include "core/ct_pool.h"

/* A name of at most 256 bytes needs far less, unless the pattern is evil. */
#define MATCH_LIMIT 100000
#define DEPTH_LIMIT 1000

/*
 * Limits count from each place where a match may begin, so the whole is their
 * product.  What is longer than this is no name.
 */
#define SUBJECT_MAX ((size_t) 16 * 1024)

/* The machine's stack may be a fiber's, which has no room for JIT's 32 KB. */
#define JIT_STACK_MIN ((size_t) 32 * 1024)
#define JIT_STACK_MAX ((size_t) 512 * 1024)

/* PCRE2's longest name of a group, 32 characters, and more than that. */
#define GROUP_NAME_SIZE 64

struct ct_pattern_s {
    pcre2_code          *code;
    pcre2_match_context *context;
    pcre2_match_data    *match;
    pcre2_jit_stack     *jit_stack; /* or NULL: the machine's */
};


static void
pattern_release(void *data)
{
    ct_pattern_t *pattern = data;

    pcre2_jit_stack_free(pattern->jit_stack);
    pcre2_match_data_free(pattern->match);
    pcre2_match_context_free(pattern->context);
    pcre2_code_free(pattern->code);
}


ct_rc_t
ct_pattern_compile(ct_conf_t *conf, ct_str_t text, bool caseless,
                   ct_pattern_t **pattern)
{
    ct_pattern_t *made = ct_pool_zalloc(conf->pool, sizeof(*made));
    uint32_t      options = PCRE2_UTF | (caseless ? PCRE2_CASELESS : 0);
    PCRE2_UCHAR   why[120];
    PCRE2_SIZE    offset;
    int           err;

    made->code = pcre2_compile((PCRE2_SPTR) text.data, text.len, options, &err,
                               &offset, NULL);
    if (made->code == NULL) {
        pcre2_get_error_message(err, why, sizeof(why));
        return ct_conf_error(conf, "bad pattern '%.*s': %s at byte %zu",
                             CT_STR_ARG(text), (const char *) why, offset);
    }

    /* Without JIT (a build of the library, a hardened kernel) it interprets. */
    (void) pcre2_jit_compile(made->code, PCRE2_JIT_COMPLETE);

    made->context = pcre2_match_context_create(NULL);
    made->match = pcre2_match_data_create_from_pattern(made->code, NULL);
    ct_pool_cleanup_add(conf->pool, pattern_release, made);
    if (made->context == NULL || made->match == NULL) {
        return ct_conf_error(conf, "no memory for pattern '%.*s'",
                             CT_STR_ARG(text));
    }
    made->jit_stack =
        pcre2_jit_stack_create(JIT_STACK_MIN, JIT_STACK_MAX, NULL);
    if (made->jit_stack != NULL) {
        pcre2_jit_stack_assign(made->context, NULL, made->jit_stack);
    }
    pcre2_set_match_limit(made->context, MATCH_LIMIT);
    pcre2_set_depth_limit(made->context, DEPTH_LIMIT);

    *pattern = made;
    return CT_OK;
}


ct_rc_t
ct_pattern_match(const ct_pattern_t *pattern, ct_str_t subject)
{
    int rc;

    if (subject.len > SUBJECT_MAX) {
        return CT_ERROR;
    }
    rc = pcre2_match(pattern->code, (PCRE2_SPTR) subject.data, subject.len, 0,
                     0, pattern->match, pattern->context);
    if (rc == PCRE2_ERROR_NOMATCH) {
        return CT_DECLINED;
    }
    return rc < 0 ? CT_ERROR : CT_OK;
}


uint32_t
ct_pattern_groups(const ct_pattern_t *pattern)
{
    uint32_t n = 0;

    (void) pcre2_pattern_info(pattern->code, PCRE2_INFO_CAPTURECOUNT, &n);
    return n;
}


uint32_t
ct_pattern_group(const ct_pattern_t *pattern, ct_str_t name)
{
    char c_name[GROUP_NAME_SIZE];
    int  number;

    if (name.len >= sizeof(c_name)) {
        return 0;
    }
    memcpy(c_name, name.data, name.len);
    c_name[name.len] = '\0';
    number =
        pcre2_substring_number_from_name(pattern->code, (PCRE2_SPTR) c_name);
    return number > 0 ? (uint32_t) number : 0;
}


/* A group that took no part has no place; \K may set a beginning behind an
 * end. */
ct_str_t
ct_pattern_captured(const ct_pattern_t *pattern, ct_str_t subject,
                    uint32_t number)
{
    const PCRE2_SIZE *places = pcre2_get_ovector_pointer(pattern->match);
    PCRE2_SIZE        begin = PCRE2_UNSET;
    PCRE2_SIZE        end = PCRE2_UNSET;

    if (number < pcre2_get_ovector_count(pattern->match)) {
        begin = places[2 * number];
        end = places[2 * number + 1];
    }
    if (begin == PCRE2_UNSET || end < begin || end > subject.len) {
        return CT_STR("");
    }
    return (ct_str_t){ end - begin, subject.data + begin };
}

/*
 * ct_pattern.c -- regular expressions of the configuration, through PCRE2.
 *
 * The code, the match context and one block of match data belong to the
 * pattern; a cleanup of the cycle's pool gives them back.  Only the loading
 * thread matches, so one block is enough.
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

struct ct_pattern_s {
    pcre2_code          *code;
    pcre2_match_context *context;
    pcre2_match_data    *match;
};


static void
pattern_release(void *data)
{
    ct_pattern_t *pattern = data;

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
    pcre2_set_match_limit(made->context, MATCH_LIMIT);
    pcre2_set_depth_limit(made->context, DEPTH_LIMIT);

    *pattern = made;
    return CT_OK;
}


ct_rc_t
ct_pattern_match(const ct_pattern_t *pattern, ct_str_t subject)
{
    int rc = pcre2_match(pattern->code, (PCRE2_SPTR) subject.data, subject.len,
                         0, 0, pattern->match, pattern->context);

    if (rc == PCRE2_ERROR_NOMATCH) {
        return CT_DECLINED;
    }
    return rc < 0 ? CT_ERROR : CT_OK;
}

/*
 * ct_metric.h -- a line of statsd or dogstatsd.
 *
 *     NAME:VALUE|TYPE[|@RATE][|#TAG,TAG...]
 *
 * The type is c for what was counted since the last line, g for what is, ms
 * for how long something took.  A value that stands for n things that were
 * measured has the rate 1/n.
 */

#ifndef CT_METRIC_H
#define CT_METRIC_H

#include "core/ct_config.h"

#include "core/ct_str.h"

/*
 * What a line may need beside the prefix and the common tags: the longest
 * method's name, and what stands around it.
 */
#define CT_METRIC_ROOM 256

/* Limits of what the configuration may add. */
#define CT_METRIC_MAX_PREFIX 128
#define CT_METRIC_MAX_TAGS   512

#define CT_METRIC_SIZE                                                         \
    (CT_METRIC_ROOM + CT_METRIC_MAX_PREFIX + CT_METRIC_MAX_TAGS)

typedef enum ct_metric_type_e {
    CT_METRIC_COUNT,
    CT_METRIC_GAUGE,
    CT_METRIC_TIMING,
} ct_metric_type_t;

/* What all lines have in common; within the limits above. */
typedef struct ct_metric_style_s {
    ct_str_t prefix;    /* without a dot at its end */
    ct_str_t tags;      /* "a:b,c"; empty without is_tagged */
    bool     is_tagged; /* dogstatsd: a method is two tags, not a name's part */
} ct_metric_style_t;

typedef struct ct_metric_s {
    ct_metric_type_t type;
    const char      *c_name;   /* "request.duration" */
    const char      *c_part;   /* what follows it behind a dot, or NULL */
    const char      *c_method; /* "Service.method"; NULL: of them all */
    const char      *c_status; /* one more tag, or NULL */
    uint64_t         value;    /* of a timing: microseconds */
    uint64_t         n;        /* of a timing: how many took as long, > 0 */
} ct_metric_t;

/*
 * Writes the line, without a newline, and gives back its length.  Bytes of a
 * method's name that would end a name or a tag become '_'.
 */
size_t ct_metric_write(const ct_metric_style_t *style,
                       const ct_metric_t *metric, char out[CT_METRIC_SIZE]);

#endif /* CT_METRIC_H */

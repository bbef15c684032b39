/*
 * ct_wall.c -- the wall clock as text, made once a second.
 *
 * The names of months are C's and not the locale's: programs read them.  The
 * server never calls setlocale(), but a module might.
 */

#include "core/ct_config.h"

#include "thrift/ct_wall.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>


#define S_PER_MINUTE 60
#define S_PER_HOUR   3600


/* Seconds east of Greenwich, as hours and minutes. */
typedef struct zone_s {
    char sign;
    int  hours;
    int  minutes;
} zone_t;


static zone_t
zone_of(const struct tm *local)
{
    const int offset_s = abs((int) local->tm_gmtoff);

    return (zone_t){ local->tm_gmtoff < 0 ? '-' : '+', offset_s / S_PER_HOUR,
                     offset_s % S_PER_HOUR / S_PER_MINUTE };
}


static void
texts_make(ct_wall_t *wall)
{
    static const char months[12][4] = { "Jan", "Feb", "Mar", "Apr",
                                        "May", "Jun", "Jul", "Aug",
                                        "Sep", "Oct", "Nov", "Dec" };
    const time_t      second = (time_t) wall->second;
    struct tm         local;
    zone_t            zone;

    if (localtime_r(&second, &local) == NULL) {
        memset(&local, 0, sizeof(local)); /* a year that no int holds */
    }
    zone = zone_of(&local);
    wall->iso8601_len = (size_t) snprintf(
        wall->iso8601, sizeof(wall->iso8601),
        "%04d-%02d-%02dT%02d:%02d:%02d%c%02d:%02d", local.tm_year + 1900,
        local.tm_mon + 1, local.tm_mday, local.tm_hour, local.tm_min,
        local.tm_sec, zone.sign, zone.hours, zone.minutes);
    wall->local_len = (size_t) snprintf(
        wall->local, sizeof(wall->local),
        "%02d/%s/%04d:%02d:%02d:%02d %c%02d%02d", local.tm_mday,
        months[local.tm_mon], local.tm_year + 1900, local.tm_hour, local.tm_min,
        local.tm_sec, zone.sign, zone.hours, zone.minutes);
}


static void
wall_look(ct_wall_t *wall)
{
    const uint64_t second = (uint64_t) time(NULL); /* cheaper than the clock */

    if (second != wall->second) {
        wall->second = second;
        texts_make(wall);
    }
}


ct_str_t
ct_wall_iso8601(ct_wall_t *wall)
{
    wall_look(wall);
    return (ct_str_t){ wall->iso8601_len, wall->iso8601 };
}


ct_str_t
ct_wall_local(ct_wall_t *wall)
{
    wall_look(wall);
    return (ct_str_t){ wall->local_len, wall->local };
}

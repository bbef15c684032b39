/*
 * ct_load_conf.c -- the words after ct_load.
 *
 * Whoever asks for something impossible is told so and the program ends, with
 * status 2: there is nobody above who would do anything else.
 */

#define _GNU_SOURCE

#include "ct_load_conf.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#define MAX_CONNS   10000
#define MAX_DEPTH   1024
#define MAX_SECONDS 60


/* A whole number from 1 to `max`, or the end. */
static size_t
number_of(const char *text, size_t max)
{
    char         *end;
    unsigned long value = strtoul(text, &end, 10);

    if (end == text || *end != '\0' || value < 1 || value > max) {
        fprintf(stderr, "ct_load: not a number from 1 to %zu: %s\n", max, text);
        exit(2);
    }
    return value;
}


static double
seconds_of(const char *text)
{
    char  *end;
    double value = strtod(text, &end);

    if (end == text || *end != '\0' || !(value > 0 && value <= MAX_SECONDS)) {
        fprintf(stderr, "ct_load: not a time of up to %d s: %s\n", MAX_SECONDS,
                text);
        exit(2);
    }
    return value;
}


static void
usage(void)
{
    fprintf(stderr, "usage: ct_load [options] HOST:PORT | unix:PATH\n"
                    "  -c N          connections (16)\n"
                    "  -p N          calls under way on each (1)\n"
                    "  -d S          seconds, up to 60 (1)\n"
                    "  -k KIND       ping, or echo:N with N bytes (ping)\n"
                    "  --framed      length in front of messages (default)\n"
                    "  --unframed    messages only\n"
                    "  --new-conn    a connection for each call\n");
    exit(2);
}


void
ct_load_conf_read(int argc, char **argv, ct_load_conf_t *conf)
{
    static const struct option names[] = {
        { "framed", no_argument, NULL, 'F' },
        { "unframed", no_argument, NULL, 'U' },
        { "new-conn", no_argument, NULL, 'N' },
        { NULL, 0, NULL, 0 },
    };
    int option;

    *conf = (ct_load_conf_t){
        .kind = "ping",
        .nconns = 16,
        .depth = 1,
        .seconds = 1,
        .framed = true,
    };
    while ((option = getopt_long(argc, argv, "c:p:d:k:", names, NULL)) >= 0) {
        switch (option) {
        case 'c':
            conf->nconns = number_of(optarg, MAX_CONNS);
            break;
        case 'p':
            conf->depth = number_of(optarg, MAX_DEPTH);
            break;
        case 'd':
            conf->seconds = seconds_of(optarg);
            break;
        case 'k':
            conf->kind = optarg;
            break;
        case 'F':
        case 'U':
            conf->framed = option == 'F';
            break;
        case 'N':
            conf->new_conn = true;
            break;
        default:
            usage();
        }
    }
    if (optind != argc - 1 || !ct_address_parse(argv[optind], &conf->address)) {
        usage();
    }
    if (conf->new_conn) {
        conf->depth = 1;
    }
}

/*
 * ct_naive_conf.c -- the words after ct_naive.
 *
 * Whoever asks for something impossible is told so and the program ends, with
 * status 2: there is nobody above who would do anything else.
 */

#define _GNU_SOURCE

#include "ct_naive_conf.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_CLIENTS 20000
#define MAX_TIME    1000000
#define MAX_SECONDS 3600


static uint32_t
number_of(const char *text, unsigned long min, unsigned long max)
{
    char         *end;
    unsigned long value = strtoul(text, &end, 10);

    if (end == text || *end != '\0' || value < min || value > max) {
        fprintf(stderr, "ct_naive: not a number from %lu to %lu: %s\n", min,
                max, text);
        exit(2);
    }
    return (uint32_t) value;
}


static void
usage(void)
{
    fprintf(stderr,
            "usage: ct_naive [options] HOST:PORT | unix:PATH ...\n"
            "  -c N          clients (64)\n"
            "  -x NAME,...   dialects, of framed unframed compact header\n"
            "                unframed-compact header-compact (the first 4)\n"
            "  -q            all are quiet: nobody calls without a pause\n"
            "  -p MS         between two calls of a quiet client (1000)\n"
            "  -w US         between two calls of another one (0)\n"
            "  -l MS         that a slow call takes (100)\n"
            "  -t S          that a reply may take (20)\n"
            "  -v MS         that a reply may take and not be told of\n"
            "  -d S          after which all is over (300)\n");
    exit(2);
}


static ct_naive_dialect_e
dialect_of(const char *name)
{
    int i;

    for (i = 0; i < CT_NAIVE_NDIALECTS; i++) {
        if (strcmp(name, ct_naive_dialect_name((ct_naive_dialect_e) i)) == 0) {
            return (ct_naive_dialect_e) i;
        }
    }
    fprintf(stderr, "ct_naive: no dialect of ours: %s\n", name);
    exit(2);
}


static void
read_dialects(char *names, ct_naive_conf_t *conf)
{
    char *rest = NULL;
    char *name = strtok_r(names, ",", &rest);

    conf->ndialects = 0;
    while (name != NULL && conf->ndialects < CT_NAIVE_NDIALECTS) {
        conf->dialects[conf->ndialects++] = dialect_of(name);
        name = strtok_r(NULL, ",", &rest);
    }
    if (conf->ndialects == 0) {
        usage();
    }
}


static void
read_addresses(int n, char **names, ct_naive_conf_t *conf)
{
    int i;

    if (n < 1 || n > CT_NAIVE_MAX_ADDRESSES) {
        usage();
    }
    for (i = 0; i < n; i++) {
        if (!ct_address_parse(names[i], &conf->addresses[i])) {
            usage();
        }
    }
    conf->naddresses = (size_t) n;
}


static void
read_option(int option, ct_naive_conf_t *conf)
{
    switch (option) {
    case 'c':
        conf->nclients = number_of(optarg, 1, MAX_CLIENTS);
        break;
    case 'x':
        read_dialects(optarg, conf);
        break;
    case 'q':
        conf->quiet = true;
        break;
    case 'p':
        conf->period_ms = number_of(optarg, 1, MAX_TIME);
        break;
    case 'w':
        conf->pause_us = number_of(optarg, 0, MAX_TIME);
        break;
    case 'l':
        conf->delay_ms = (int32_t) number_of(optarg, 1, MAX_TIME);
        break;
    case 't':
        conf->patience_s = number_of(optarg, 1, MAX_SECONDS);
        break;
    case 'v':
        conf->tell_ms = number_of(optarg, 1, MAX_TIME);
        break;
    case 'd':
        conf->seconds = number_of(optarg, 1, MAX_SECONDS);
        break;
    default:
        usage();
    }
}


void
ct_naive_conf_read(int argc, char **argv, ct_naive_conf_t *conf)
{
    int option;

    *conf = (ct_naive_conf_t){
        .nclients = 64,
        .ndialects = 4,
        .dialects = { CT_NAIVE_FRAMED, CT_NAIVE_UNFRAMED, CT_NAIVE_COMPACT,
                      CT_NAIVE_HEADER },
        .delay_ms = 100,
        .period_ms = 1000,
        .patience_s = 20,
        .seconds = 300,
    };
    while ((option = getopt(argc, argv, "c:x:qp:w:l:t:v:d:")) >= 0) {
        read_option(option, conf);
    }
    read_addresses(argc - optind, argv + optind, conf);
}

/*
 * ct_bench_help.c -- what --help prints.
 *
 * docs/bench.md says the same at length.
 */

#include "core/ct_config.h"

#include "ct_bench_help.h"

const char ct_bench_help[] =
    "usage: cthrift-bench [options] HOST:PORT | unix:PATH\n"
    "\n"
    "load\n"
    "  -c, --connections N   connections (16)\n"
    "  -t, --threads N       threads that they are divided among (1)\n"
    "  -p, --pipeline N      calls under way on each connection (1)\n"
    "  -d, --duration S      seconds (10)\n"
    "      --calls N         stop after so many calls\n"
    "      --warmup S        seconds in front of it that do not count (0)\n"
    "      --rate R          calls a second, whatever the server does: times\n"
    "                        count from when a call was due\n"
    "      --new-conn        a connection for each call\n"
    "      --timeout S       seconds that a call may take (5)\n"
    "\n"
    "calls\n"
    "      --call CALL       ping, echo:N or record, of examples/bench (ping)\n"
    "      --idl FILE        a .thrift file; -I DIR: where it includes from\n"
    "      --method NAME     SERVICE.METHOD; several take turns by weight\n"
    "      --args JSON       its arguments, by name; @FILE: in a file\n"
    "      --expect WHAT     JSON of the result, echo (the first argument),\n"
    "                        or exception:NAME; @FILE, too\n"
    "      --weight N        of a method among others (1)\n"
    "      --variants N      of arguments with \"$random_...\" in them (256)\n"
    "      --seed N          begin of what is random (0)\n"
    "\n"
    "dialect\n"
    "      --transport T     framed, unframed, header, ttheader, http "
    "(framed)\n"
    "      --protocol P      binary, compact, json (binary)\n"
    "      --zlib            a zlib stream around it\n"
    "      --service NAME    multiplexed: the name in front of the method's\n"
    "  -H, --header N:V      of every call; --path PATH: of HTTP (/)\n"
    "      --tls             --ca FILE, --cert FILE, --key FILE,\n"
    "                        --server-name NAME, --insecure\n"
    "\n"
    "output\n"
    "      --json            for programs\n"
    "      --quiet           nothing while it runs\n"
    "      --version, --help\n"
    "\n"
    "Exit status: 0 every reply was right, 1 there were errors, 2 the command\n"
    "line is wrong.\n";

/* The command line. */
#include "options.h"

#include "base/str.h"

#include <getopt.h>
#include <limits.h>
#include <stdio.h>

static const char usage[] =
    "usage: jotgate-broker --conf FILE --store DIR --socket PATH "
    "[--ready-fd N]\n"
    "                      [--strict-config]\n"
    "       jotgate-broker --fetch URL [--insecure] [--discover] "
    "[--allow-http]\n"
    "                      [--date] [--conf FILE]\n"
    "       jotgate-broker --check-scripts --conf FILE\n"
    "       jotgate-broker --relay [--insecure] [--allow-http]\n"
    "The part of jotgate that waits and writes; `jotgate serve` starts it.\n";

bool
jg_options_read(int argc, char **argv, struct jg_options *out)
{
    static const struct option names[] = {
        {"conf", required_argument, NULL, 'c'},
        {"store", required_argument, NULL, 'd'},
        {"socket", required_argument, NULL, 's'},
        {"ready-fd", required_argument, NULL, 'r'},
        {"strict-config", no_argument, NULL, 'x'},
        {"fetch", required_argument, NULL, 'f'},
        {"insecure", no_argument, NULL, 'k'},
        {"discover", no_argument, NULL, 'i'},
        {"date", no_argument, NULL, 'a'},
        {"relay", no_argument, NULL, 'l'},
        {"check-scripts", no_argument, NULL, 'j'},
        {"allow-http", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    uint64_t number;
    bool good = true;
    int c;

    *out = (struct jg_options){.ready_fd = -1};
    while ((c = getopt_long(argc, argv, "", names, NULL)) != -1) {
        if (c == 'c')
            out->conf_path = optarg;
        else if (c == 'd')
            out->store_folder = optarg;
        else if (c == 's')
            out->socket_path = optarg;
        else if (c == 'x')
            out->strict = true;
        else if (c == 'f')
            out->fetch_url = optarg;
        else if (c == 'k')
            out->insecure = true;
        else if (c == 'i')
            out->discover = true;
        else if (c == 'a')
            out->date = true;
        else if (c == 'j')
            out->check_scripts = true;
        else if (c == 'l')
            out->relay = true;
        else if (c == 'h')
            out->allow_http = true;
        else if (c == 'r' && jg_str_to_u64(jg_str(optarg), &number) &&
                 number <= INT_MAX)
            out->ready_fd = (int)number;
        else
            good = false;
    }
    good = good && optind == argc &&
           (out->fetch_url != NULL || out->relay ||
            (out->check_scripts && out->conf_path != NULL) ||
            (out->conf_path != NULL && out->store_folder != NULL &&
             out->socket_path != NULL));
    if (!good)
        fputs(usage, stderr);
    return good;
}

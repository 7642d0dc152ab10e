/* The command line. */
#ifndef JG_BROKER_OPTIONS_H
#define JG_BROKER_OPTIONS_H

#include <stdbool.h>

struct jg_options {
    const char *conf_path, *store_folder, *socket_path;
    int ready_fd; /* gets "ready\n" when requests are served; -1: nobody waits
                   */
    bool strict;  /* findings are errors */

    const char *fetch_url; /* only fetch this, and print it; NULL: serve */
    bool check_scripts;    /* only evaluate the scripts of the definitions, and
                            * print what is wrong with them */
    bool relay;            /* only carry out what stdin asks for */
    bool insecure;         /* without verifying its certificate */
    bool discover;         /* it is an issuer: print its key set */
    bool date;             /* print its clock and ours before it */
    bool allow_http;       /* also from other machines without TLS */
};

/* Read the command line; what is wrong is printed. False: it was. */
bool jg_options_read(int argc, char **argv, struct jg_options *out);

#endif

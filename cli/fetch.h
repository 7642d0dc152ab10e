/* Key sets by URL for the commands. */
#ifndef JG_CLI_FETCH_H
#define JG_CLI_FETCH_H

#include "cli.h"

/* Rows for the options of a command that takes a URL. */
#define CLI_OPTION_DISCOVER                                          \
    {                                                                \
        "discover", 0, NULL,                                         \
            "the URL is an issuer: find its key set by its metadata" \
    }
#define CLI_OPTION_INSECURE                                           \
    {                                                                 \
        "insecure", 0, NULL, "do not verify the server's certificate" \
    }
#define CLI_OPTION_ALLOW_HTTP                                     \
    {                                                             \
        "allow-http", 0, NULL, "http:// also from other machines" \
    }

/* Is this argument a URL, rather than a file? */
bool cli_is_url(const char *text);

/*
 * What is at <url>, into the arena: fetched by the broker, by the rules of the
 * gateway's own fetches and the options above. Says what went wrong on stderr
 * and returns false.
 */
bool cli_fetch(struct cli *cli, const char *url, struct jg_str *out);

#endif

/* A Tyk installation: what import tyk reads, reports and writes. */
#ifndef JG_CLI_TYK_H
#define JG_CLI_TYK_H

#include "base/fate.h"
#include "config.h"
#include "documents.h"

struct tyk {
    struct cli *cli;
    struct cli_config config; /* its own, or the defaults; findings */
    struct cli_documents docs;
    const char *name;       /* as it was asked for */
    const char *base;       /* folder that its relative paths start in */
    struct jg_str apps;     /* where its definitions were; p NULL: nowhere */
    struct jg_str policies; /* and its policies */
    struct jg_str scripts;  /* its middleware_path; p NULL: no tyk.conf */
    bool faulty;            /* something was not readable: said */
};

/* tyk_fetch.c: the definitions and policies that the Tyk gateway at <url> has.
 * CLI_OK, or said. */
int tyk_fetch(struct tyk *tyk, const char *url);

/* Find and read what the arguments name. CLI_OK, or said. */
int tyk_find(struct tyk *tyk);

/* What becomes of every field, as text or as the members of a JSON object. */
int tyk_report(const struct tyk *tyk, struct jg_buf *out, bool json);

/*
 * A new folder <to> with a configuration and one file for each document, which
 * is as it was. Nothing that exists is changed. CLI_OK, or said.
 */
int tyk_write(const struct tyk *tyk, const char *to);

#endif

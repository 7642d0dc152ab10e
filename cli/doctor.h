/* What `jotgate doctor` looks at, and what it found. */
#ifndef JG_CLI_DOCTOR_H
#define JG_CLI_DOCTOR_H

#include "documents.h"
#include "model/api.h"
#include "serve.h"

enum doctor_grade {
    DOCTOR_GOOD,
    DOCTOR_WARNING, /* it works, and may not be what is wanted */
    DOCTOR_ERROR,   /* requests are refused, or the gateway does not start */
    DOCTOR_GRADES,
};

/* One finding in its five parts; what is NULL or empty is left out. */
struct doctor_finding {
    enum doctor_grade grade;
    const char *what; /* one sentence */
    const char *where;
    struct jg_str seen;
    const char *fix;
    const char *more;
};

#define DOCTOR_CLOCKS_MAX 100

/* The clock of a host that was asked something. */
struct doctor_clock {
    struct jg_str host; /* with a NUL behind */
    int64_t behind_s;   /* how much ours is */
};

struct doctor {
    struct cli *cli;
    struct serve serve; /* config, places, user; nothing of it is started */
    struct cli_documents docs;
    struct jg_api **apis; /* of docs, NULL for what is none */
    bool readable;        /* the configuration could be read */
    const char *check;    /* the one that runs: "ports" */
    struct jg_buf out;
    bool json, all;
    size_t counts[DOCTOR_GRADES];
    struct doctor_clock clocks[DOCTOR_CLOCKS_MAX];
    size_t clock_count;
};

void doctor_find(struct doctor *d, const struct doctor_finding *finding);

/* The same in few words: a grade, what, and how to fix it. */
void doctor_say(struct doctor *d, enum doctor_grade grade, const char *fix,
                const char *format, ...) __attribute__((format(printf, 4, 5)));

/* One check each; those that need a configuration are not called without. */
void doctor_versions(struct doctor *d);      /* doctor_machine.c */
void doctor_limits(struct doctor *d);        /* doctor_machine.c */
void doctor_ports(struct doctor *d);         /* doctor_ports.c */
void doctor_permissions(struct doctor *d);   /* doctor_files.c */
void doctor_configuration(struct doctor *d); /* doctor_files.c */
void doctor_smells(struct doctor *d);        /* doctor_smells.c */
void doctor_names(struct doctor *d);         /* doctor_peers.c */
void doctor_key_sets(struct doctor *d);      /* doctor_peers.c */
void doctor_clocks(struct doctor *d);        /* doctor_clocks.c */

/* What time it was at <host>, and here, at the same moment; unix, 0: it does
 * not say. */
void doctor_clock_add(struct doctor *d, struct jg_str host, int64_t theirs_s,
                      int64_t ours_s);

#endif

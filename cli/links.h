/*
 * Policies that definitions name, and that are not there: by default, or for a
 * scope. A token that needs one is refused, which nobody sees at load, since a
 * policy may come later.
 */
#ifndef JG_CLI_LINKS_H
#define JG_CLI_LINKS_H

#include "documents.h"

struct cli_link {
    const struct cli_document *api;
    const char *path;          /* "jwt_default_policies.0" */
    const struct jg_json *id;  /* the policy's, as it stands there */
    struct jg_str org, others; /* the API's organisation, and that of the policy
                                * of this id; p NULL: there is none */
};

#define CLI_LINK_FIX \
    "make the policy, or name another one: its id, not its name"
#define CLI_LINK_TEXT_MAX 700

/* What is wrong, in one sentence. */
void cli_link_text(const struct cli_link *link, char text[CLI_LINK_TEXT_MAX]);

typedef void cli_link_fn(void *arg, const struct cli_link *link);

/* Call <found> for each of them in the sorted <set>. */
void cli_broken_links(const struct cli_documents *set, cli_link_fn *found,
                      void *arg);

#endif

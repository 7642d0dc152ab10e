/*
 * Identity providers that people use: how to tell them by their addresses, and
 * what their access tokens hold. For suggestions only; no decision reads it.
 */
#ifndef JG_MODEL_PROVIDER_H
#define JG_MODEL_PROVIDER_H

#include "base/str.h"

/* Claims are paths as definitions write them; "" means that there is none. */
struct jg_provider {
    const char *id;   /* "keycloak": for programs */
    const char *name; /* for people */
    const char *identity_claim;
    const char *scope_claim;
    const char *client_claim; /* which application asked for the token */
    const char *audience;     /* that tokens have unless it was set up
                               * otherwise; "" when that differs by API */
    const char *advice;       /* one or two sentences: what goes wrong first */
};

/*
 * Whose <issuer> is that? <jwks_uri>, where its keys are, may be empty. Never
 * NULL: an unknown one is "oidc", with the names of OpenID Connect.
 */
const struct jg_provider *jg_provider_of(struct jg_str issuer,
                                         struct jg_str jwks_uri);

/* Row <i> of the table, for documents and tests; NULL: no more. */
const struct jg_provider *jg_provider_at(size_t i);

#endif

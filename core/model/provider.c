/* Identity providers, by their addresses. To add one, add its rows and a test.
 */
#include "model/provider.h"

static const struct jg_provider providers[] = {
    {"keycloak", "Keycloak", "sub", "scope", "azp", "",
     "Its tokens have the audience \"account\" until a mapper of the kind "
     "Audience adds your API: Client scopes, a scope, Mappers. The roles of a "
     "realm are in realm_access.roles."},
    {"auth0", "Auth0", "sub", "scope", "azp", "",
     "Clients have to send the parameter audience, the identifier of your API, "
     "when they ask for a token: it is opaque otherwise, and no JWT."},
    {"okta", "Okta", "sub", "scp", "cid", "api://default",
     "Use a custom authorization server, whose issuer has /oauth2/ in it: "
     "access tokens of the organisation's own server are for Okta alone."},
    {"entra", "Microsoft Entra ID", "oid", "scp", "azp", "",
     "Set requestedAccessTokenVersion to 2 in the manifest of your API's app "
     "registration: tokens of version 1 come from another issuer, "
     "https://sts.windows.net/. The audience is the registration's client ID."},
    {"cognito", "Amazon Cognito", "sub", "scope", "client_id", "",
     "Its access tokens have no audience: check client_id as a required claim "
     "instead. Its ID tokens have one, but are not for APIs."},
    {"zitadel", "Zitadel", "sub", "", "client_id", "",
     "Set the access token type of the application to JWT: it is opaque "
     "otherwise. The audience is the ID of the project; its tokens do not list "
     "their scopes."},
    {"authentik", "authentik", "sub", "groups", "azp", "",
     "The audience is the provider's client ID. Groups are in tokens that have "
     "the scope profile."},
    {"oidc", "OpenID Connect", "sub", "scope", "client_id", "",
     "Look at one of its access tokens: which claim says who calls, and which "
     "one for which API it is (aud)?"},
};
#define PROVIDERS (sizeof(providers) / sizeof(providers[0]))

/* How an address gives one away: all that is not NULL must fit. */
static const struct sign {
    const char *id;
    const char *host_start, *host_end; /* of the issuer */
    const char *path;                  /* somewhere in the issuer's path */
    const char *keys_end;              /* of the key set's address */
} signs[] = {
    {"keycloak", NULL, NULL, "/realms/", NULL},
    {"auth0", NULL, ".auth0.com", NULL, NULL},
    {"okta", NULL, ".okta.com", NULL, NULL},
    {"okta", NULL, ".okta-emea.com", NULL, NULL},
    {"okta", NULL, ".oktapreview.com", NULL, NULL},
    {"entra", "login.microsoftonline.", NULL, NULL, NULL},
    {"entra", "sts.windows.net", NULL, NULL, NULL},
    {"entra", NULL, ".ciamlogin.com", NULL, NULL},
    {"cognito", "cognito-idp.", ".amazonaws.com", NULL, NULL},
    {"zitadel", NULL, ".zitadel.cloud", NULL, NULL},
    {"zitadel", NULL, NULL, NULL, "/oauth/v2/keys"},
    {"authentik", NULL, NULL, "/application/o/", NULL},
};

/* "https://HOST:PORT/PATH" */
static void
split(struct jg_str url, struct jg_str *host, struct jg_str *path)
{
    struct jg_str rest = jg_str_from(url, jg_str_find(url, ':'));

    if (jg_str_starts(rest, JG_STR("://")))
        rest = jg_str_from(rest, 3);
    *host = jg_str_head(rest, jg_str_find(rest, '/'));
    *path = jg_str_from(rest, host->len);
    *host = jg_str_head(*host, jg_str_find(*host, ':'));
}

/* Case does not count in names of hosts. */
static bool
ends_nocase(struct jg_str s, struct jg_str end)
{
    return s.len >= end.len &&
           jg_str_eq_nocase(jg_str_from(s, s.len - end.len), end);
}

static bool
fits(const struct sign *sign, struct jg_str host, struct jg_str path,
     struct jg_str keys)
{
    const char *start = sign->host_start, *end = sign->host_end;

    return (start == NULL || jg_str_starts_nocase(host, jg_str(start))) &&
           (end == NULL || ends_nocase(host, jg_str(end))) &&
           (sign->path == NULL || jg_str_contains(path, jg_str(sign->path))) &&
           (sign->keys_end == NULL ||
            jg_str_ends(keys, jg_str(sign->keys_end)));
}

static const struct jg_provider *
named(const char *id)
{
    size_t i = 0;

    while (i < PROVIDERS - 1 && strcmp(providers[i].id, id) != 0)
        i++;
    return &providers[i];
}

const struct jg_provider *
jg_provider_of(struct jg_str issuer, struct jg_str jwks_uri)
{
    struct jg_str host, path;

    split(issuer, &host, &path);
    for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
        if (fits(&signs[i], host, path, jwks_uri))
            return named(signs[i].id);
    return named("oidc");
}

const struct jg_provider *
jg_provider_at(size_t i)
{
    return i < PROVIDERS ? &providers[i] : NULL;
}

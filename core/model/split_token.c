/* split_token of a definition: its table, and what goes together in it. */
#include "model/split_token.h"

#include "model/key_url.h"
#include "model/model_internal.h"

#define SPLIT(field) offsetof(struct jg_split_token, field)
#define PATH_MAX_BYTES 1024
#define CREDENTIAL_MAX 1024

/* A definition's rows, by the name in a classic or in an OAS one. */
#define ROWS(NAME)                                                             \
    {NAME("token_url", "tokenUrl"), JG_FIELD_STR, SPLIT(token_url),            \
     .max = JG_URL_MAX, .note = "not in Tyk: the provider's token endpoint"},  \
        {NAME("revocation_url", "revocationUrl"), JG_FIELD_STR,                \
         SPLIT(revocation_url), .max = JG_URL_MAX,                             \
         .note = "not in Tyk: revocations are passed on to it"},               \
        {NAME("path", "path"), JG_FIELD_STR, SPLIT(paths[JG_SPLIT_TOKEN]),     \
         .max = PATH_MAX_BYTES,                                                \
         .note = "not in Tyk: behind the listen path; \"/token\""},            \
        {NAME("revoke_path", "revokePath"), JG_FIELD_STR,                      \
         SPLIT(paths[JG_SPLIT_REVOKE]), .max = PATH_MAX_BYTES,                 \
         .note = "not in Tyk: \"/revoke\"; \"\" offers none"},                 \
        {NAME("introspect_path", "introspectPath"), JG_FIELD_STR,              \
         SPLIT(paths[JG_SPLIT_INTROSPECT]), .max = PATH_MAX_BYTES,             \
         .note = "not in Tyk: \"/introspect\"; \"\" offers none"},             \
        {NAME("mode", "mode"), JG_FIELD_STR, SPLIT(mode_name), .max = 16,      \
         .note = "not in Tyk: \"split\" or \"sealed\""},                       \
        {NAME("accept", "accept"), JG_FIELD_BOOL, SPLIT(accept),               \
         .note =                                                               \
             "not in Tyk: takes what other APIs of the organisation issued"},  \
        {NAME("allow_jwt", "allowJwt"), JG_FIELD_BOOL, SPLIT(allow_jwt),       \
         .note = "not in Tyk: clients may present a whole JWT, too"},          \
        {NAME("client_id", "clientId"), JG_FIELD_STR, SPLIT(client_id),        \
         .max = CREDENTIAL_MAX,                                                \
         .note = "not in Tyk: the gateway's own at the provider, for clients " \
                 "that show none"},                                            \
        {NAME("client_secret", "clientSecret"),                                \
         JG_FIELD_STR,                                                         \
         SPLIT(client_secret),                                                 \
         .max = CREDENTIAL_MAX,                                                \
         .note = "not in Tyk: see client_id",                                  \
         .secret = true},                                                      \
        {NAME("introspect_clients", "introspectClients"),                      \
         JG_FIELD_STR_MAP,                                                     \
         SPLIT(introspect_clients),                                            \
         .max = CREDENTIAL_MAX,                                                \
         .note = "not in Tyk: services that may ask what a token says, and "   \
                 "their secrets",                                              \
         .secret = true},                                                      \
        {NAME("strip", "strip"), JG_FIELD_STRS, SPLIT(strip), .max = 256,      \
         .note = "not in Tyk: members of the answer that clients do not get"}, \
        {NAME("refresh_lifetime", "refreshLifetime"),                          \
         JG_FIELD_INT,                                                         \
         SPLIT(refresh_s),                                                     \
         .min = 0,                                                             \
         .max = JG_SPLIT_REFRESH_MAX_S,                                        \
         .note =                                                               \
             "not in Tyk: seconds, where the provider says nothing; 30 days"}, \
        {NAME("timeout", "timeout"),                                           \
         JG_FIELD_INT,                                                         \
         SPLIT(timeout_s),                                                     \
         .min = 0,                                                             \
         .max = JG_SPLIT_TIMEOUT_MAX_S,                                        \
         .note = "not in Tyk: seconds that the provider may take; 10"},
#define CLASSIC(classic, oas) classic
#define OAS(classic, oas) oas

static const struct jg_field rows[] = {ROWS(CLASSIC)};
static const struct jg_field oas_rows[] = {ROWS(OAS)};
const struct jg_field_table jg_split_token_table = {
    sizeof(struct jg_split_token), rows, JG_FIELD_COUNT(rows), .strict = true};
const struct jg_field_table jg_split_token_oas_table = {
    sizeof(struct jg_split_token), oas_rows, JG_FIELD_COUNT(oas_rows),
    .strict = true};

/* In the place of a member that is not there; "" is there. */
static void
fill_in(struct jg_split_token *s)
{
    static const char *const paths[JG_SPLIT_ENDPOINTS] = {"/token", "/revoke",
                                                          "/introspect"};

    for (int i = 0; i < JG_SPLIT_ENDPOINTS; i++)
        if (s->paths[i].p == NULL)
            s->paths[i] = jg_str(paths[i]);
    if (s->timeout_s == 0)
        s->timeout_s = JG_SPLIT_TIMEOUT_S;
    if (s->refresh_s == 0)
        s->refresh_s = JG_SPLIT_REFRESH_S;
    if (s->token_url.len > 0)
        s->accept = true;
}

static enum jg_err
fault(struct jg_api_reading *r, const char *path, const char *fix,
      const char *what)
{
    return jg_bind_report(r->source, JG_FAULT, JG_E_CONF_VALUE, path,
                          jg_json_path(r->root, jg_str(path)), fix, "%s", what);
}

static enum jg_err
check_url(struct jg_api_reading *r, const char *path, struct jg_str url)
{
    const char *why;
    enum jg_err err;

    if (url.len == 0)
        return JG_OK;
    err = jg_key_url_check(url, r->conf->jwks.allow_http, &why);
    return err == JG_E_CONF_VALUE ? fault(r, path, NULL, why) : err;
}

static enum jg_err
check_urls(struct jg_api_reading *r, const struct jg_split_token *s)
{
    enum jg_err err = check_url(r, "split_token.token_url", s->token_url);

    if (err == JG_OK)
        err = check_url(r, "split_token.revocation_url", s->revocation_url);
    if (err == JG_OK && s->token_url.len == 0 && !s->accept)
        err = fault(r, "split_token",
                    "name the provider's token endpoint in "
                    "token_url, or write \"accept\": true",
                    "without token_url and accept it has no effect");
    return err;
}

static enum jg_err
check_paths(struct jg_api_reading *r, const struct jg_split_token *s)
{
    static const char *const names[JG_SPLIT_ENDPOINTS] = {
        "split_token.path", "split_token.revoke_path",
        "split_token.introspect_path"};

    if (s->paths[JG_SPLIT_TOKEN].len == 0)
        return fault(r, names[0], NULL, "the token endpoint needs a path");
    for (int i = 0; i < JG_SPLIT_ENDPOINTS; i++) {
        if (s->paths[i].len > 0 && s->paths[i].p[0] != '/')
            return fault(r, names[i], NULL,
                         "expected a path that begins with "
                         "'/'");
        for (int k = 0; k < i; k++)
            if (s->paths[i].len > 0 && jg_str_eq(s->paths[i], s->paths[k]))
                return fault(r, names[i], NULL,
                             "another endpoint has this path already");
    }
    return JG_OK;
}

/* Whoever guesses one reads what tokens say. */
static enum jg_err
check_clients(struct jg_api_reading *r, const struct jg_split_token *s)
{
    static const char path[] = "split_token.introspect_clients";
    const struct jg_pairs *clients = &s->introspect_clients;

    if (clients->count > JG_SPLIT_CLIENTS_MAX)
        return fault(r, path, NULL, "there may be 32 of these");
    for (size_t i = 0; i < clients->count; i++)
        if (clients->items[i].value.len < JG_SPLIT_CLIENT_SECRET_MIN)
            return fault(r, path, "openssl rand -hex 16",
                         "each secret needs at least 16 bytes");
    return JG_OK;
}

static enum jg_err
read_mode(struct jg_api_reading *r, struct jg_split_token *s)
{
    if (s->mode_name.len == 0 || jg_str_eq(s->mode_name, JG_STR("split"))) {
        s->mode = JG_SPLIT_SPLIT;
        return JG_OK;
    }
    if (!jg_str_eq(s->mode_name, JG_STR("sealed")))
        return fault(r, "split_token.mode", NULL,
                     "expected \"split\" or \"sealed\"");
    s->mode = JG_SPLIT_SEALED;
    if (r->conf->split_token_keys.count == 0)
        jg_bind_report(r->source, JG_WARNING, JG_E_CONF_RISK,
                       "split_token.mode", NULL,
                       "set split_token_keys in tyk.conf",
                       "tokens are sealed under a key of this installation: "
                       "no other node opens them");
    return JG_OK;
}

enum jg_err
jg_api_read_split_token(struct jg_api_reading *r)
{
    struct jg_split_token *s = r->api->def.split_token;
    enum jg_err err;

    if (s == NULL)
        return JG_OK;
    fill_in(s);
    if (s->strip.count > JG_SPLIT_STRIP_MAX)
        return fault(r, "split_token.strip", NULL, "there may be 32 of these");
    if ((s->client_id.len == 0) != (s->client_secret.len == 0))
        return fault(r, "split_token.client_id", NULL,
                     "client_id and client_secret go together");
    err = check_urls(r, s);
    if (err == JG_OK)
        err = check_paths(r, s);
    if (err == JG_OK)
        err = check_clients(r, s);
    return err == JG_OK ? read_mode(r, s) : err;
}

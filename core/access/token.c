/* Where the token is, and what is in it (reference 2.1, 2.2). */
#include "access/credentials.h"
#include "access/fields.h"
#include "access/keys.h"
#include "access/step.h"

#define BEARER JG_STR("BEARER ")

/* The search for a token through the places that the API enables. */
struct search {
    struct jg_decision *d;
    struct jg_str token; /* without "Bearer "; of the last place that has one */
    const char *place;   /* NULL: nothing arrived */
    struct jg_str seen;  /* what looked like a token last, and where */
    const char *seen_place;
    bool twice; /* two tokens that differ arrived */
    bool whole; /* user and password, with their scheme, are looked for */
};

/* One pass, exactly one space: anything else is left for the parser. */
static struct jg_str
strip_bearer(const struct search *s, struct jg_str value)
{
    if (!s->whole && jg_str_starts_nocase(value, BEARER))
        return jg_str_from(value, BEARER.len);
    return value;
}

/* "Basic dXNlcg" and the like are somebody else's, and never a token. */
static bool
may_be_token(const struct search *s, struct jg_str text)
{
    return text.len > 0 && (s->whole || memchr(text.p, ' ', text.len) == NULL);
}

/* Where one of several methods is enough, they may share a header: it is
 * presented to the one whose scheme it has. */
static bool
is_for_another(const struct search *s, struct jg_str value)
{
    const struct jg_api *api = s->d->api;

    return api->requirement_count > 1 &&
           (api->methods & JG_METHOD_BASIC) != 0 &&
           jg_credentials_are(value) != s->whole;
}

/* Later places win, as in Tyk, but two tokens that differ are refused. */
static void
offer(struct search *s, struct jg_str value, const char *place)
{
    struct jg_str token = strip_bearer(s, value);

    if (value.len == 0 || is_for_another(s, value))
        return;
    s->token = token;
    s->place = place;
    if (s->twice || !may_be_token(s, token))
        return;
    if (s->seen.len > 0 && !jg_str_eq(s->seen, token)) {
        s->twice = true;
        return;
    }
    s->seen = token;
    s->seen_place = place;
}

/* Go's Header.Get() takes the first of several; so do we, if they are equal. */
static void
search_headers(struct search *s, struct jg_str name)
{
    const struct jg_request *request = s->d->request;
    struct jg_str first = {NULL, 0};

    for (size_t i = 0; i < request->header_count; i++) {
        const struct jg_header *h = &request->headers[i];

        if (h->name.len != name.len || !jg_str_eq_nocase(h->name, name))
            continue;
        offer(s, h->value, "header");
        if (first.len == 0 && !is_for_another(s, h->value))
            first = h->value;
    }
    if (first.len > 0)
        s->token = strip_bearer(s, first);
}

static enum jg_err
search_query(struct search *s, struct jg_str name)
{
    struct jg_str rest = s->d->path.query, value;
    struct jg_pair_text param;

    while (jg_query_next(&rest, &param)) {
        enum jg_err err;

        if (!jg_query_name_is(param.name, name) ||
            jg_str_find(param.all, ';') < param.all.len)
            continue;
        err = jg_query_decode(param.value, s->d->arena, &value);
        if (err == JG_E_NOMEM)
            return err;
        if (err == JG_OK)
            offer(s, value, "query");
    }
    return JG_OK;
}

static void
search_cookies(struct search *s, struct jg_str name)
{
    const struct jg_request *request = s->d->request;
    struct jg_pair_text cookie;

    for (size_t i = 0; i < request->header_count; i++) {
        struct jg_str rest = request->headers[i].value;

        if (!jg_str_eq_nocase(request->headers[i].name, JG_STR("Cookie")))
            continue;
        while (jg_cookie_next(&rest, &cookie))
            if (jg_str_eq(cookie.name, name))
                offer(s, cookie.value, "cookie");
    }
}

/* Cookie before query before header: each one replaces the one before. */
static enum jg_err
search_all(struct search *s, const struct jg_auth_config *source)
{
    struct jg_str name = source->auth_header_name;

    if (name.len == 0 || source->disable_header)
        name = JG_STR("Authorization");
    if (!source->disable_header)
        search_headers(s, name);
    if (source->use_param) {
        enum jg_err err = search_query(
            s, source->param_name.len > 0 ? source->param_name : name);

        if (err != JG_OK)
            return err;
    }
    if (source->use_cookie)
        search_cookies(s, source->cookie_name.len > 0 ? source->cookie_name
                                                      : name);
    return JG_OK;
}

static enum jg_err
find(struct search *s, const struct jg_auth_config *source, enum jg_err missing,
     struct jg_str *out)
{
    struct jg_decision *d = s->d;
    enum jg_err err = search_all(s, source);

    if (err != JG_OK)
        return err;
    if (s->place == NULL) {
        jg_trace_seen(d, "no token in the places that the API looks at");
        jg_trace_expected(d, "header, query or cookie, as auth_configs says");
        return missing;
    }
    if (s->twice) {
        jg_trace_seen(d, "different tokens in %s and %s", s->seen_place,
                      s->place);
        jg_trace_expected(d, "one token");
        return JG_E_TOKEN_TWICE;
    }
    *out = s->token;
    jg_trace_seen(d, "%zu bytes in the %s", s->token.len, s->place);
    return JG_OK;
}

enum jg_err
jg_token_find(struct jg_decision *d, const struct jg_auth_config *source,
              enum jg_err missing, struct jg_str *out)
{
    struct search s = {.d = d};

    return find(&s, source, missing, out);
}

enum jg_err
jg_credentials_find(struct jg_decision *d, const struct jg_auth_config *source,
                    enum jg_err missing, struct jg_str *out)
{
    struct search s = {.d = d, .whole = true};

    return find(&s, source, missing, out);
}

/* An entry does not say which key verified a token without kid. */
static bool
forget(struct jg_decision *d)
{
    jg_cache_release(d->verified);
    d->verified = NULL;
    return false;
}

/* What was read of exactly these bytes when their signature verified, with
 * the keys that are in force now. */
bool
jg_token_recall(struct jg_decision *d, uint64_t version)
{
    if (d->with.cache == NULL)
        return false;
    d->verified =
        jg_cache_get(d->with.cache, d->api, version, d->token, d->with.now_s);
    if (d->with.counters != NULL)
        jg_counters_add(d->with.counters,
                        d->verified != NULL ? JG_METRIC_CACHE_HITS
                                            : JG_METRIC_CACHE_MISSES,
                        1);
    if (d->verified == NULL)
        return false;
    if (d->verified->header.kid.len == 0 && jg_revocation_asks_kid(d))
        return forget(d);
    d->cached = true;
    d->header = d->verified->header;
    d->unverified = d->verified->claims;
    return true;
}

/* Which key of a caller's own counts is not known before the token is read. */
static bool
remember(struct jg_decision *d)
{
    uint64_t version;

    return d->with.cache != NULL && !d->api->one_to_one &&
           jg_keys_version(d, &version) == JG_OK && jg_token_recall(d, version);
}

/* Header and claims before everything else, as golang-jwt does. */
enum jg_err
jg_step_token(struct jg_decision *d)
{
    enum jg_err err =
        jg_token_find(d, d->api->token_source, JG_E_TOKEN_MISSING, &d->token);

    if (err == JG_OK)
        err = jg_split_join(d);
    if (err != JG_OK)
        return err;
    if (remember(d))
        return JG_OK;
    err = jg_jws_split(d->token, &d->jws);
    if (err == JG_OK)
        err = jg_jws_header(&d->jws, d->arena, &d->header);
    if (err == JG_OK)
        err = jg_jws_claims(&d->jws, d->arena, &d->unverified);
    if (err != JG_OK)
        jg_trace_expected(d,
                          "a signed JWT of at most %d bytes: "
                          "header.claims.signature, canonical base64url",
                          JG_TOKEN_MAX);
    return err;
}

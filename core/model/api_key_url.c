/*
 * Key sets by URL of a JWT API: jwt_source as a URL, jwt_jwks_uris, jwt_issuer.
 * What they say is only written down here; the broker fetches.
 */
#include <stdio.h>

#include "model/key_url.h"
#include "model/model_internal.h"

#define WHY_MAX 400
#define URL_SHOWN_MAX 200
#define PATH_MAX_BYTES 64

/* Where a URL was found, for messages. */
struct place {
    const char *path;
    const struct jg_json *found; /* NULL: never shown */
};

/* The API closes, because of this URL. Users and passwords are not shown. */
static enum jg_err
refuse_url(struct jg_api_reading *r, const struct place *place,
           struct jg_str url, const char *why)
{
    char text[WHY_MAX];
    bool shown = jg_str_find(url, '@') == url.len;

    snprintf(text, sizeof(text), "the key set \"%.*s\" cannot be used: %s",
             (int)(shown ? jg_str_head(url, URL_SHOWN_MAX).len : 3),
             shown && url.len > 0 ? url.p : "...", why);
    return jg_api_close_key(r, JG_E_CONF_VALUE, place->path, NULL, NULL, text);
}

static bool
is_listed(const struct jg_api *api, const struct jg_key_url *urls,
          const struct jg_key_url *url)
{
    for (size_t i = 0; i < api->key_url_count; i++)
        if (jg_str_eq(urls[i].id, url->id) &&
            jg_str_eq(urls[i].issuer, url->issuer))
            return true;
    return false;
}

/* Append <url>, whose id is made, to the room in <urls>. */
static enum jg_err
add_url(struct jg_api_reading *r, struct jg_key_url *urls,
        const struct place *place, struct jg_key_url *url)
{
    struct jg_api *api = r->api;
    char id[JG_KEY_URL_ID_BYTES + 1];
    const char *why;
    enum jg_err err =
        jg_key_url_check(url->url, r->conf->jwks.allow_http, &why);

    if (err == JG_E_CONF_VALUE)
        return refuse_url(r, place, url->url, why);
    url->insecure = r->conf->jwt_ssl_insecure_skip_verify &&
                    jg_str_starts_nocase(url->url, JG_STR("https:"));
    if (err == JG_OK)
        err = jg_key_url_id(url, id);
    if (err != JG_OK)
        return err;
    url->id = jg_str(id);
    if (is_listed(api, urls, url))
        return JG_OK;
    url->id = jg_arena_str(&api->arena, url->id);
    url->url = jg_arena_str(&api->arena, url->url);
    if (url->id.p == NULL || url->url.p == NULL)
        return JG_E_NOMEM;
    urls[api->key_url_count++] = *url;
    api->key_urls = urls;
    return JG_OK;
}

static struct jg_key_url *
room_for(struct jg_api_reading *r, size_t count)
{
    return jg_arena_array(&r->api->arena, count, sizeof(struct jg_key_url));
}

/* Secrets are never fetched, so that there is no key for these. */
static bool
takes_public_keys(const struct jg_api *api)
{
    bool known;

    return (api->algs & ~jg_alg_method(JG_STR("hmac"), &known)) != 0;
}

static enum jg_err
refuse_hmac(struct jg_api_reading *r, const char *path)
{
    return jg_api_close_key(
        r, JG_E_CONF_VALUE, path, NULL,
        "set jwt_signing_method to rsa, ecdsa, eddsa or mldsa",
        "secrets are never fetched: jwt_signing_method hmac has no key set by "
        "URL");
}

enum jg_err
jg_api_read_key_url(struct jg_api_reading *r, struct jg_str text)
{
    const struct place place = {"jwt_source", NULL};
    struct jg_key_url url = {.url = text, .issuer = r->api->def.jwt_issuer};
    struct jg_key_url *urls;

    if (!takes_public_keys(r->api))
        return refuse_hmac(r, place.path);
    urls = room_for(r, 1);
    return urls == NULL ? JG_E_NOMEM : add_url(r, urls, &place, &url);
}

/* Entry <i> of jwt_jwks_uris. */
static enum jg_err
read_uri(struct jg_api_reading *r, struct jg_key_url *urls, size_t i)
{
    const struct jg_api_def *def = &r->api->def;
    const struct jg_jwks_uri *uri =
        (const struct jg_jwks_uri *)def->jwt_jwks_uris.items + i;
    char path[PATH_MAX_BYTES];
    const struct place place = {path, NULL};
    struct jg_key_url url = {
        .url = jg_str_trim(uri->url),
        .issuer = uri->issuer.len > 0 ? uri->issuer : def->jwt_issuer,
        .ttl_s = uri->cache_timeout_ms / 1000, /* whole seconds, as in Tyk */
    };

    snprintf(path, sizeof(path), "jwt_jwks_uris.%zu.url", i);
    return add_url(r, urls, &place, &url);
}

enum jg_err
jg_api_read_key_uris(struct jg_api_reading *r)
{
    size_t count = r->api->def.jwt_jwks_uris.count;
    struct jg_key_url *urls;
    enum jg_err err = JG_OK;

    if (!takes_public_keys(r->api))
        return refuse_hmac(r, "jwt_jwks_uris");
    if (count > JG_KEY_URLS_MAX)
        return jg_api_close_key(r, JG_E_CONF_RANGE, "jwt_jwks_uris", NULL, NULL,
                                "more than 16 key sets for one API");
    urls = room_for(r, count);
    if (urls == NULL)
        return JG_E_NOMEM;
    for (size_t i = 0; i < count && err == JG_OK; i++)
        err = read_uri(r, urls, i);
    return err;
}

enum jg_err
jg_api_read_issuer(struct jg_api_reading *r)
{
    struct jg_str issuer = r->api->def.jwt_issuer;
    const struct place place = {"jwt_issuer", NULL};
    struct jg_key_url url = {.discover = true, .issuer = issuer};
    struct jg_key_url *urls;
    const char *why;
    enum jg_err err;

    if (!takes_public_keys(r->api))
        return refuse_hmac(r, place.path);
    err = jg_key_url_discovery(issuer, r->scratch, &url.url, &why);
    if (err == JG_E_CONF_VALUE)
        return refuse_url(r, &place, issuer, why);
    urls = room_for(r, 1);
    if (err != JG_OK || urls == NULL)
        return JG_E_NOMEM;
    return add_url(r, urls, &place, &url);
}

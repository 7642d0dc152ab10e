/* Key sets by URL, the side of the records. */
#include "keysets.h"

#include "upkeep.h"

#include "admin/key_history.h"
#include "model/key_url.h"

#include <stdio.h>

bool
jg_keyset_may_ask(const struct jg_keyset *keyset, enum jg_ask_kind kind,
                  const struct jg_conf *conf, int64_t now_s)
{
    /* A clock that went back must not keep anybody waiting for it. */
    bool rested = now_s < keyset->tried_s ||
                  now_s - keyset->tried_s >= conf->jwks.min_refresh_interval_s;

    if (keyset->body.len == 0)
        return keyset->failures == 0 || keyset->refresh_s <= now_s;
    return kind == JG_ASK_AGAIN && rested;
}

/* For how long a good answer is taken to be good. */
static int64_t
lifetime(const struct jg_keyset *keyset, const struct jg_keyset_news *news,
         const struct jg_conf *conf)
{
    if (keyset->ttl_s > 0)
        return keyset->ttl_s;
    if (news->max_age_s < 0)
        return conf->jwks.cache_timeout_s;
    if (news->max_age_s < JG_KEYSET_TTL_MIN_S)
        return JG_KEYSET_TTL_MIN_S;
    return news->max_age_s < JG_KEYSET_TTL_MAX_S ? news->max_age_s
                                                 : JG_KEYSET_TTL_MAX_S;
}

/*
 * Seconds until the next attempt: before the set's time is over, by up to a
 * fifth, so that sets do not stay in step; after a failure 1, 2, 4 and so on,
 * up to what it would be otherwise.
 */
static int64_t
delay(const struct jg_keyset *keyset, const struct jg_keyset_news *news,
      const struct jg_conf *conf)
{
    int64_t ttl_s = lifetime(keyset, news, conf);
    int64_t fifth_s = ttl_s / 5;
    int64_t delay_s;

    if (keyset->failures > 0) {
        unsigned failures =
            keyset->failures < 64 ? (unsigned)keyset->failures : 64;

        if (ttl_s > conf->jwks.cache_timeout_s)
            ttl_s = conf->jwks.cache_timeout_s;
        delay_s =
            (jg_upkeep_delay_ms(ttl_s, failures, news->random) + 999) / 1000;
    } else {
        delay_s = ttl_s - (int64_t)(news->random % (uint64_t)(fifth_s + 1));
    }
    return delay_s > 0 ? delay_s : 1;
}

void
jg_keyset_judge(struct jg_keyset_news *news,
                char fault[static JG_FETCH_FAULT_MAX])
{
    struct jg_key_fault why = {""};
    struct jg_str start;
    enum jg_err err;

    if (news->outcome != JG_FETCH_GOOD)
        return;
    err = jg_jwks_parse(news->body, true, NULL, &why);
    if (err == JG_OK)
        return;
    start = jg_str_trim(jg_str_head(news->body, 64));
    if (err != JG_E_KEY && start.len > 0 && start.p[0] == '<')
        snprintf(fault, JG_FETCH_FAULT_MAX,
                 "the answer is HTML or XML, not a key set in JSON");
    else
        snprintf(fault, JG_FETCH_FAULT_MAX, "%s%s",
                 err == JG_E_KEY ? "no usable key: " : "",
                 why.what[0] != '\0' ? why.what : jg_err_info(err)->help);
    news->outcome = JG_FETCH_FAILED;
    news->fault = jg_str(fault);
}

/* What is known of keys, now that <keyset> has its body. */
static enum jg_err
remember(struct jg_keyset *keyset, const struct jg_keyset_news *news,
         struct jg_buf *history)
{
    struct jg_jwks *set;
    enum jg_err err = jg_jwks_parse(keyset->body, true, &set, NULL);

    if (err != JG_OK)
        return err;
    err = jg_key_history_update(keyset->history, set, news->kid, news->now_s,
                                history);
    jg_jwks_free(set);
    if (err == JG_OK)
        keyset->history = jg_buf_str(history);
    return err;
}

enum jg_err
jg_keyset_apply(struct jg_keyset *keyset, const struct jg_keyset_news *news,
                const struct jg_conf *conf, struct jg_buf *history)
{
    bool failed = news->outcome == JG_FETCH_FAILED;
    enum jg_err err;

    if (news->outcome == JG_FETCH_GOOD) {
        keyset->body = news->body;
        keyset->etag = news->etag;
    }
    if (news->outcome == JG_FETCH_GOOD || (!failed && news->kid.len > 0)) {
        err = remember(keyset, news, history);
        if (err != JG_OK)
            return err;
    }
    if (!failed)
        keyset->fetched_s = news->now_s;
    if (news->jwks_url.len > 0)
        keyset->jwks_url = news->jwks_url;
    keyset->tried_s = news->now_s;
    keyset->status = news->status;
    keyset->took_ms = news->took_ms;
    keyset->failures = failed ? keyset->failures + 1 : 0;
    keyset->fault = failed ? news->fault : (struct jg_str){NULL, 0};
    keyset->refresh_s = news->now_s + delay(keyset, news, conf);
    return JG_OK;
}

enum jg_err
jg_keyset_copy(const struct jg_keyset *from, struct jg_arena *a,
               struct jg_keyset *to)
{
    struct jg_str *strings[] = {&to->url,    &to->issuer, &to->jwks_url,
                                &to->body,   &to->etag,   &to->fault,
                                &to->history};

    *to = *from;
    for (size_t i = 0; i < sizeof(strings) / sizeof(strings[0]); i++) {
        *strings[i] = jg_arena_str(a, *strings[i]);
        if (strings[i]->p == NULL)
            return JG_E_NOMEM;
    }
    return JG_OK;
}

/* A provider's metadata is some dozens of short members. */
static const struct jg_json_limits limits = {JG_FETCH_BODY_MAX, 16, 20000,
                                             64 * 1024};

static enum jg_err
refuse(char fault[static JG_FETCH_FAULT_MAX], const char *what,
       struct jg_str detail)
{
    snprintf(fault, JG_FETCH_FAULT_MAX, "the provider's metadata %s%.*s", what,
             (int)(detail.len < 120 ? detail.len : 120),
             detail.p != NULL ? detail.p : "");
    for (char *p = fault; *p != '\0'; p++)
        if (*p < ' ' || *p > '~')
            *p = '?';
    return JG_E_JSON;
}

enum jg_err
jg_keyset_read_metadata(struct jg_str text, struct jg_str issuer,
                        struct jg_arena *a, struct jg_str *jwks_uri,
                        char fault[static JG_FETCH_FAULT_MAX])
{
    const struct jg_json *json = NULL;
    struct jg_json_fault where = {0};
    struct jg_str named, uri;
    enum jg_err err = jg_json_parse(text, &limits, a, &json, &where);

    if (err == JG_E_NOMEM)
        return err;
    if (err != JG_OK)
        return refuse(fault, "is not JSON: ", jg_str(where.what));
    named = jg_json_string(jg_json_get(json, JG_STR("issuer")));
    uri = jg_json_string(jg_json_get(json, JG_STR("jwks_uri")));
    if (named.p == NULL)
        return refuse(fault, "names no issuer", JG_STR(""));
    if (!jg_str_eq(named, issuer))
        return refuse(fault, "is of another issuer: ", named);
    if (uri.p == NULL || uri.len == 0 || uri.len > JG_FETCH_URL_MAX)
        return refuse(fault, "has no jwks_uri", JG_STR(""));
    *jwks_uri = uri;
    return JG_OK;
}

static enum jg_err
copy_text(struct jg_arena *a, struct jg_str text, const char **out)
{
    struct jg_str copy = jg_arena_str(a, text);

    *out = text.len > 0 ? copy.p : NULL;
    return copy.p != NULL ? JG_OK : JG_E_NOMEM;
}

enum jg_err
jg_keyset_rules(const struct jg_conf_jwks *conf, struct jg_arena *a,
                struct jg_fetch_rules *out,
                char fault[static JG_FETCH_FAULT_MAX])
{
    struct jg_fetch_rules rules = {.reach.http = conf->allow_http};
    struct jg_network *networks;
    size_t count = 0;

    fault[0] = '\0';
    networks =
        jg_arena_array(a, conf->allow_addresses.count, sizeof(*networks));
    if (networks == NULL || copy_text(a, conf->proxy, &rules.proxy) != JG_OK ||
        copy_text(a, conf->ca_file, &rules.ca_file) != JG_OK)
        return JG_E_NOMEM;
    for (size_t i = 0; i < conf->allow_addresses.count; i++) {
        struct jg_str text = conf->allow_addresses.items[i];

        if (jg_network_read(text, &networks[count]) == JG_OK)
            count++;
        else
            snprintf(fault, JG_FETCH_FAULT_MAX,
                     "jwks.allow_addresses: \"%.*s\" is no range of addresses",
                     (int)(text.len < 100 ? text.len : 100), text.p);
    }
    rules.reach.allowed = (struct jg_networks){networks, count};
    *out = rules;
    return JG_OK;
}

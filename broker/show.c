/* `jotgate-broker --fetch`: one fetch by hand, by the rules of all others. */
#include "fetcher.h"
#include "keysets.h"
#include "settings.h"
#include "supervise.h"

#include "model/key_url.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define ARENA_CHUNK (16 * 1024)
#define ARENA_MAX (16 * 1024 * 1024)

/* What is needed from the first to the last byte. */
struct show {
    const struct jg_options *options;
    struct jg_fetch_rules rules;
    struct jg_fetcher *http;
    struct jg_arena arena;
    int64_t date_s, date_at_s; /* of the last answer */
    bool insecure;
};

static bool
failed(struct jg_str url, struct jg_str why)
{
    fprintf(stderr, "%.*s: %.*s\n", JG_STR_ARG(url), JG_STR_ARG(why));
    return false;
}

/* What is at <url>, in the arena. False: the cause was printed. */
static bool
get(struct show *s, struct jg_str url, struct jg_str *body)
{
    const struct jg_fetch_request request = {.url = url,
                                             .insecure = s->insecure};
    struct jg_fetch_result result;
    struct jg_fetch *fetch;
    bool good;

    if (jg_fetch_begin(s->http, &request, &fetch) != JG_OK)
        return failed(url, JG_STR("out of memory"));
    do
        jg_fetcher_wait(s->http, -1, JG_FETCH_TIMEOUT_MS);
    while (jg_fetcher_next(s->http) == NULL);
    jg_fetch_result(fetch, &result);
    good = result.outcome == JG_FETCH_GOOD;
    s->date_s = result.date_s;
    s->date_at_s = result.date_at_s;
    if (good)
        *body = jg_arena_str(&s->arena, result.body);
    else
        failed(url, result.fault);
    jg_fetch_free(fetch);
    return good && body->p != NULL;
}

/* The place of the keys of the issuer <issuer>. */
static bool
discover(struct show *s, struct jg_str issuer, struct jg_str *out)
{
    char fault[JG_FETCH_FAULT_MAX];
    struct jg_str url, text;
    const char *why;

    if (jg_key_url_discovery(issuer, &s->arena, &url, &why) != JG_OK)
        return failed(issuer, jg_str(why));
    if (!get(s, url, &text))
        return false;
    if (jg_keyset_read_metadata(text, issuer, &s->arena, out, fault) != JG_OK)
        return failed(url, jg_str(fault));
    return true;
}

/* The rules of the configuration, or those that hold without one. */
static bool
read_rules(struct show *s)
{
    const struct jg_log log = {JG_LOG_WARN, "fetch"};
    struct jg_conf_jwks defaults = {.allow_http = s->options->allow_http};
    struct jg_settings *settings = NULL;
    char fault[JG_FETCH_FAULT_MAX];
    bool good = true;

    s->insecure = s->options->insecure;
    if (s->options->conf_path != NULL) {
        if (jg_settings_read(s->options, &log, &settings) != JG_OK)
            return false;
        defaults = settings->conf.jwks;
        defaults.allow_http |= s->options->allow_http;
        s->insecure |= settings->conf.jwt_ssl_insecure_skip_verify;
    }
    if (jg_keyset_rules(&defaults, &s->arena, &s->rules, fault) != JG_OK)
        good = failed(JG_STR("jwks"), JG_STR("out of memory"));
    else if (fault[0] != '\0')
        fprintf(stderr, "%s\n", fault);
    jg_settings_free(settings);
    return good;
}

static bool
show(struct show *s)
{
    struct jg_str url = jg_str(s->options->fetch_url);
    struct jg_str body;

    if (s->options->discover && !discover(s, url, &url))
        return false;
    if (!get(s, url, &body))
        return false;
    if (s->options->date)
        printf("date %" PRId64 " %" PRId64 "\n", s->date_s, s->date_at_s);
    return (body.len == 0 || fwrite(body.p, 1, body.len, stdout) == body.len) &&
           fflush(stdout) == 0;
}

int
jg_fetcher_show(const struct jg_options *options)
{
    struct show s = {.options = options};
    bool good;

    jg_arena_init(&s.arena, ARENA_CHUNK, ARENA_MAX);
    good = read_rules(&s) && jg_fetcher_open(&s.rules, &s.http) == JG_OK &&
           show(&s);
    jg_fetcher_close(s.http);
    jg_arena_free(&s.arena);
    return good ? 0 : JG_EXIT_FAILURE;
}

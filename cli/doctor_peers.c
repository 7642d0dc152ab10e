/* The doctor's look at others: names, identity providers and their keys. */
#include <netdb.h>
#include <stdio.h>

#include "doctor.h"
#include "fetch.h"
#include "jose/jwks.h"
#include "process.h"

#define PEERS_MAX 100 /* different ones that are looked at */
#define OUTPUT_MAX (JG_JWKS_MAX_BYTES + 4096)

/* Different texts, each with the API that named it first. */
struct peers {
    struct jg_str text[PEERS_MAX], api[PEERS_MAX];
    const struct jg_key_url *url[PEERS_MAX];
    size_t count, left; /* <left> were not taken */
};

static void
add(struct peers *peers, struct jg_str text, const struct jg_api *api,
    const struct jg_key_url *url)
{
    for (size_t i = 0; i < peers->count; i++)
        if (jg_str_eq(peers->text[i], text))
            return;
    if (peers->count == PEERS_MAX) {
        peers->left++;
        return;
    }
    peers->text[peers->count] = text;
    peers->api[peers->count] = api->def.api_id;
    peers->url[peers->count++] = url;
}

/* HOST of "https://HOST:PORT/..."; empty for a literal IPv6 address. */
static struct jg_str
host_of(struct jg_str url)
{
    struct jg_str rest = jg_str_from(url, jg_str_find(url, ':'));

    if (!jg_str_starts(rest, JG_STR("://")))
        return (struct jg_str){NULL, 0};
    rest = jg_str_from(rest, 3);
    if (rest.len > 0 && rest.p[0] == '[')
        return (struct jg_str){NULL, 0};
    rest = jg_str_head(rest, jg_str_find(rest, '/'));
    return jg_str_head(rest, jg_str_find(rest, ':'));
}

static void
find_peers(const struct doctor *d, struct peers *names, struct peers *sets)
{
    for (size_t i = 0; d->apis != NULL && i < d->docs.count; i++) {
        const struct jg_api *api = d->apis[i];

        if (api == NULL || !api->def.active)
            continue;
        for (size_t k = 0; k < api->target_count; k++)
            if (jg_str_find(api->targets[k].host, ':') ==
                api->targets[k].host.len)
                add(names, api->targets[k].host, api, NULL);
        for (size_t k = 0; k < api->key_url_count; k++) {
            struct jg_str host = host_of(api->key_urls[k].url);

            if (host.len > 0)
                add(names, host, api, NULL);
            add(sets, api->key_urls[k].url, api, &api->key_urls[k]);
        }
    }
}

static bool
look_up(struct doctor *d, struct jg_str name, struct jg_str api)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    char host[256], what[400], where[400];
    int error;

    snprintf(host, sizeof(host), "%.*s", JG_STR_ARG(name));
    error = getaddrinfo(host, NULL, &hints, &found);
    if (error == 0) {
        freeaddrinfo(found);
        return true;
    }
    snprintf(what, sizeof(what), "the name %s is not known here", host);
    snprintf(where, sizeof(where), "API %.*s",
             JG_STR_ARG(jg_str_head(api, 100)));
    doctor_find(d, &(struct doctor_finding){
                       .grade = DOCTOR_ERROR,
                       .what = what,
                       .where = where,
                       .seen = jg_str(gai_strerror(error)),
                       .fix = "correct the name; if it exists only inside a "
                              "container network, run the gateway there",
                   });
    return false;
}

void
doctor_names(struct doctor *d)
{
    struct peers names = {.count = 0}, sets = {.count = 0};
    size_t good = 0;

    find_peers(d, &names, &sets);
    for (size_t i = 0; i < names.count; i++)
        good += look_up(d, names.text[i], names.api[i]);
    if (good > 0)
        doctor_say(d, DOCTOR_GOOD, NULL,
                   "%zu name%s of upstreams and identity "
                   "providers known",
                   good, good == 1 ? "" : "s");
    if (names.left > 0)
        doctor_say(d, DOCTOR_WARNING, NULL, "%zu more names were not looked at",
                   names.left);
}

/* "https://HOST:PORT" */
static struct jg_str
origin_of(struct jg_str url)
{
    size_t host = jg_str_find(url, '/') + 2;

    return jg_str_head(url, host + jg_str_find(jg_str_from(url, host), '/'));
}

/* The document in <text>: behind what was said of the configuration, which is
 * told elsewhere, and the line of clocks. */
static struct jg_str
take_clocks(struct doctor *d, struct jg_str url, struct jg_str text)
{
    const struct jg_str sign = JG_STR("date ");
    struct jg_str line, word;
    uint64_t theirs_s, ours_s;

    while (jg_str_next(&text, '\n', &line) && !jg_str_starts(line, sign))
        ;
    line = jg_str_from(line, sign.len);
    if (jg_str_next(&line, ' ', &word) && jg_str_to_u64(word, &theirs_s) &&
        jg_str_to_u64(line, &ours_s) && theirs_s <= INT64_MAX &&
        ours_s <= INT64_MAX)
        doctor_clock_add(d, origin_of(url), (int64_t)theirs_s, (int64_t)ours_s);
    return text;
}

/* What the broker says at <url>, by the rules of the configuration. */
static bool
fetch(const struct doctor *d, const struct jg_key_url *url, struct jg_buf *out)
{
    struct jg_str issuer = url->discover ? url->issuer : url->url;
    char broker[PATH_MAX], text[JG_URL_MAX + 1];
    const char *argv[] = {
        broker,   "--fetch", text, "--conf", d->serve.config.path,
        "--date", NULL,      NULL};

    snprintf(text, sizeof(text), "%.*s", JG_STR_ARG(issuer));
    if (url->discover)
        argv[6] = "--discover";
    return cli_places_broker(broker) == CLI_OK &&
           cli_process_capture_slow(argv, text, out) == 0 && !out->failed;
}

static void
tell_set(struct doctor *d, struct jg_str url, struct jg_str api,
         struct jg_str answer)
{
    struct jg_jwks *set = NULL;
    char where[JG_URL_MAX + 200];
    size_t usable = 0, count = 0;
    enum jg_err err = jg_jwks_parse(answer, true, &set, NULL);

    for (size_t i = 0; err == JG_OK && i < jg_jwks_count(set); i++) {
        usable += jg_jwks_at(set, i)->key != NULL;
        count++;
    }
    jg_jwks_free(set);
    snprintf(where, sizeof(where), "%.*s, of API %.*s", JG_STR_ARG(url),
             JG_STR_ARG(jg_str_head(api, 100)));
    if (usable > 0)
        doctor_say(d, DOCTOR_GOOD, NULL, "%zu of %zu keys can be used: %.*s",
                   usable, count, JG_STR_ARG(jg_str_head(url, 300)));
    else
        doctor_find(d, &(struct doctor_finding){
                           .grade = DOCTOR_ERROR,
                           .what = "no key of the set can be used: every "
                                   "token of it is refused",
                           .where = where,
                           .seen = jg_str(err != JG_OK ? jg_err_info(err)->help
                                                       : "no usable key"),
                           .fix = "jotgate jwks show URL tells why, key by key",
                       });
}

static void
look_at_set(struct doctor *d, const struct peers *sets, size_t i)
{
    struct jg_buf out;
    char where[400];

    jg_buf_init(&out, OUTPUT_MAX);
    if (fetch(d, sets->url[i], &out)) {
        tell_set(d, sets->text[i], sets->api[i],
                 take_clocks(d, sets->text[i], jg_buf_str(&out)));
    } else {
        snprintf(where, sizeof(where), "API %.*s",
                 JG_STR_ARG(jg_str_head(sets->api[i], 100)));
        doctor_find(d, &(struct doctor_finding){
                           .grade = DOCTOR_ERROR,
                           .what = "a key set cannot be fetched: tokens that "
                                   "need it are refused",
                           .where = where,
                           .seen = cli_process_last_line(jg_buf_str(&out)),
                           .fix = "from this machine: jotgate jwks show URL",
                       });
    }
    jg_buf_free(&out);
}

void
doctor_key_sets(struct doctor *d)
{
    struct peers names = {.count = 0}, sets = {.count = 0};

    find_peers(d, &names, &sets);
    for (size_t i = 0; i < sets.count; i++)
        look_at_set(d, &sets, i);
    if (sets.left > 0)
        doctor_say(d, DOCTOR_WARNING, NULL,
                   "%zu more key sets were not looked at", sets.left);
}

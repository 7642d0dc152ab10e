/*
 * What one decision costs: nanoseconds and allocations outside the request
 * arena, for a token out of the cache and for a new one, with the upstream as
 * an address, as a name, and with every lookup in the store; with a key of the
 * definition, and with one of a key set by URL; and for a caller with two
 * policies, limits and patterns of URLs.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "access/decide.h"
#include "base/buf.h"
#include "jose/export.h"

#define BATCHES 200 /* the fastest counts: others may use the machine, too */
#define ROUNDS 4000 /* of a batch */
#define ROUNDS_NEW 1000
#define TOKENS 64
#define SEED_BYTES 8192

static const char api_text[] =
    "{\"api_id\":\"bench\",\"org_id\":\"default\",\"active\":true,"
    "\"enable_jwt\":true,\"jwt_signing_method\":\"hmac\","
    "\"jwt_source\":\"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=\","
    "\"jwt_policy_field_name\":\"pol\",\"strip_auth_data\":false,"
    "\"proxy\":{\"listen_path\":\"/bench/\",\"target_url\":\"http://%s\","
    "\"strip_listen_path\":true}}";

static const char fetched_text[] =
    "{\"api_id\":\"bench\",\"org_id\":\"default\",\"active\":true,"
    "\"enable_jwt\":true,\"jwt_signing_method\":\"ecdsa\","
    "\"jwt_issuer\":\"https://idp.example/realms/main\","
    "\"jwt_policy_field_name\":\"pol\",\"strip_auth_data\":false,"
    "\"proxy\":{\"listen_path\":\"/bench/\",\"target_url\":\"http://%s\","
    "\"strip_listen_path\":true}}";

static const char policy_text[] =
    "{\"id\":\"gold\",\"org_id\":\"default\",\"access_rights\":"
    "{\"bench\":{\"api_id\":\"bench\",\"versions\":[\"Default\"]}}}";

/* The same with a policy for a scope that the tokens have. */
static const char scoped_text[] =
    "{\"api_id\":\"bench\",\"org_id\":\"default\",\"active\":true,"
    "\"enable_jwt\":true,\"jwt_signing_method\":\"hmac\","
    "\"jwt_source\":\"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=\","
    "\"jwt_policy_field_name\":\"pol\",\"scopes\":{\"jwt\":{"
    "\"scope_to_policy\":{\"profile\":\"silver\"}}},"
    "\"proxy\":{\"listen_path\":\"/bench/\",\"target_url\":\"http://%s\","
    "\"strip_listen_path\":true}}";

static const char limited_text[] =
    "{\"id\":\"gold\",\"org_id\":\"default\",\"rate\":100000000,"
    "\"per\":1,\"quota_max\":2000000000,\"quota_renewal_rate\":3600,"
    "\"access_rights\":"
    "{\"bench\":{\"api_id\":\"bench\",\"versions\":[\"Default\"]}}}";

static void
must(enum jg_err err, const char *what)
{
    if (err == JG_OK)
        return;
    fprintf(stderr, "%s: %s\n", what, jg_err_info(err)->name);
    exit(1);
}

/* <format> with its one "%s" filled in. */
static void
write_text(struct jg_buf *out, const char *format, const char *upstream)
{
    const char *mark = strstr(format, "%s");

    jg_buf_add(out, (struct jg_str){format, (size_t)(mark - format)});
    jg_buf_add(out, jg_str(upstream));
    jg_buf_add(out, jg_str(mark + 2));
}

#define PATTERNS 10 /* of each policy; the last of both is the right one */

/* A policy with limits that are not reached, and with patterns of URLs. */
static void
write_policy(struct jg_buf *out, const char *id)
{
    jg_buf_addf(out,
                "{\"id\":\"%s\",\"org_id\":\"default\",\"rate\":1e9,"
                "\"per\":1,\"quota_max\":1000000000,\"quota_renewal_rate\":"
                "3600,\"access_rights\":{\"bench\":{\"versions\":["
                "\"Default\"],\"allowed_urls\":[",
                id);
    for (unsigned i = 0; i < PATTERNS; i++)
        jg_buf_addf(out,
                    "%s{\"url\":\"^/bench/v1/%s-%u/[0-9]+$\","
                    "\"methods\":[\"GET\",\"POST\"]}",
                    i > 0 ? "," : "", id, i);
    jg_buf_addf(out,
                ",{\"url\":\"^/bench/v1/%s/[0-9]+$\",\"methods\":["
                "\"GET\"]}]}}}",
                strcmp(id, "silver") == 0 ? "things" : "more");
}

static struct jg_snapshot *
make_scoped_snapshot(const char *upstream)
{
    static const char *const ids[] = {"gold", "silver"};
    struct jg_snapshot_builder *b;
    struct jg_snapshot *snapshot;
    struct jg_document api = {.id = JG_STR("bench"), .version = 3};
    struct jg_buf text;

    jg_buf_init(&text, 16 * 1024);
    write_text(&text, scoped_text, upstream);
    api.text = jg_buf_str(&text);
    must(jg_snapshot_begin(NULL, 1, JG_STR("{}"), 1, 2, &b), "begin");
    must(jg_snapshot_add_api(b, &api, NULL), "api");
    for (size_t i = 0; i < 2; i++) {
        struct jg_document policy = {.id = jg_str(ids[i]), .version = 4 + i};

        jg_buf_reset(&text);
        write_policy(&text, ids[i]);
        policy.text = jg_buf_str(&text);
        must(jg_snapshot_add_policy(b, &policy, NULL), "policy");
    }
    must(jg_snapshot_finish(b, &snapshot), "finish");
    jg_buf_free(&text);
    return snapshot;
}

static struct jg_snapshot *
make_snapshot(const char *format, const char *upstream, const char *rights)
{
    struct jg_snapshot_builder *b;
    struct jg_snapshot *snapshot;
    struct jg_buf text;
    struct jg_document api = {
        .id = JG_STR("bench"), .version = 1, .file = JG_STR("bench.json")};
    struct jg_document policy = {.id = JG_STR("gold"),
                                 .version = 2,
                                 .file = JG_STR("bench.json"),
                                 .text = jg_str(rights)};

    jg_buf_init(&text, 4096);
    write_text(&text, format, upstream);
    api.text = jg_buf_str(&text);
    must(jg_snapshot_begin(NULL, 1, JG_STR("{}"), 1, 1, &b), "begin");
    must(jg_snapshot_add_api(b, &api, NULL), "api");
    must(jg_snapshot_add_policy(b, &policy, NULL), "policy");
    must(jg_snapshot_finish(b, &snapshot), "finish");
    jg_buf_free(&text);
    return snapshot;
}

/* Like an access token of an identity provider: about 650 bytes. */
static void
make_token(const struct jg_signer *signer, const char *alg, unsigned number,
           struct jg_buf *out)
{
    char header[64], claims[512];

    snprintf(header, sizeof(header),
             "{\"alg\":\"%s\",\"typ\":\"JWT\",\"kid\":\"2023-11\"}", alg);
    snprintf(claims, sizeof(claims),
             "{\"iss\":\"https://idp.example/realms/main\",\"sub\":"
             "\"5c1b3c5e-6f0b-4a7e-9b1c-%012u\",\"aud\":[\"bench\",\"other\"],"
             "\"exp\":1700000300,\"iat\":1700000000,\"nbf\":1700000000,"
             "\"pol\":\"gold\",\"scope\":\"openid profile email\","
             "\"email\":\"somebody@example.com\",\"realm_access\":{\"roles\":"
             "[\"user\",\"editor\",\"viewer\"]}}",
             number);
    jg_buf_reset(out);
    must(jg_sign(signer, jg_alg_find(jg_str(alg)), jg_str(header),
                 jg_str(claims), out),
         "sign");
}

static const char authorization[] = "Authorization";

/* What a browser's fetch() sends, more or less. */
static struct jg_header headers[] = {
    {{"Host", 4}, {"gateway.example:8080", 20}},
    {{"User-Agent", 10}, {"Mozilla/5.0 (X11; Linux x86_64)", 31}},
    {{"Accept", 6}, {"application/json", 16}},
    {{"Accept-Encoding", 15}, {"gzip, deflate, br", 17}},
    {{"Accept-Language", 15}, {"en-US,en;q=0.5", 14}},
    {{"Connection", 10}, {"keep-alive", 10}},
    {{"Origin", 6}, {"https://app.example", 19}},
    {{authorization, sizeof(authorization) - 1}, {"", 0}},
};

static const struct jg_request request = {
    .method = {"GET", 3},
    .host = {"gateway.example:8080", 20},
    .target = {"/bench/v1/things/42?expand=owner&limit=10", 41},
    .headers = headers,
    .header_count = sizeof(headers) / sizeof(headers[0]),
    .peer = {"192.0.2.7", 9},
};

static uint64_t
now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* One decision in memory of ours; <chunks> counts what that did not hold. */
static void
decide(const struct jg_surroundings *with, struct jg_str bearer, size_t *chunks)
{
    static _Alignas(16) char seed[SEED_BYTES];
    struct jg_arena a;
    struct jg_decision d = {.with = *with, .request = &request, .arena = &a};

    headers[sizeof(headers) / sizeof(headers[0]) - 1].value = bearer;
    jg_arena_init(&a, 4096, 1024 * 1024);
    jg_arena_seed(&a, seed, sizeof(seed));
    if (jg_decide(&d) != JG_ALLOW) {
        fprintf(stderr, "not allowed: %s\n", jg_err_info(d.reason)->name);
        exit(1);
    }
    *chunks += a.used_bytes > 0;
    jg_decision_done(&d);
    jg_arena_free(&a);
}

static void
run(const char *name, const struct jg_surroundings *with,
    const struct jg_buf *tokens, unsigned rounds)
{
    uint64_t best = UINT64_MAX;
    size_t chunks = 0;

    for (unsigned batch = 0; batch < BATCHES; batch++) {
        uint64_t start = now_ns(), took;

        for (unsigned i = 0; i < rounds; i++)
            decide(with, jg_buf_str(&tokens[i % TOKENS]), &chunks);
        took = now_ns() - start;
        if (took < best)
            best = took;
    }
    printf("%-44s %8.0f ns  %zu allocations\n", name, (double)best / rounds,
           chunks);
}

static struct jg_store *
open_store(const char *folder, const char *host)
{
    struct jg_store_options options = {.path = folder,
                                       .max_bytes = 1 << 20,
                                       .writable = true,
                                       .group = (gid_t)-1};
    struct jg_addresses addresses = {.count = 1};
    char fault[JG_STORE_FAULT_MAX];
    struct jg_store *store;
    struct jg_txn *txn;

    if (!jg_address_literal(JG_STR("127.0.0.1"), &addresses.items[0]))
        exit(1);
    must(jg_store_open(&options, &store, fault), fault);
    must(jg_txn_write(store, &txn), "write");
    must(jg_record_put_addresses(txn, jg_str(host), &addresses), "put");
    must(jg_txn_commit(txn), "commit");
    return store;
}

/* Everything that is lent to a decision, and where it lies. */
struct world {
    struct jg_surroundings with;
    struct jg_snapshot *literal, *limited, *named, *fetched, *scoped;
    struct jg_buf tokens[TOKENS], fetched_tokens[TOKENS];
    char folder[32];
};

/* The key set of <api>, as if it was fetched: one key. */
static void
put_keyset(struct jg_store *store, const struct jg_api *api,
           const struct jg_signer *signer)
{
    const struct jg_jwk_names names = {.kid = JG_STR("2023-11")};
    struct jg_keyset keyset = {.url = api->key_urls[0].url,
                               .fetched_s = 1700000000,
                               .tried_s = 1700000000};
    struct jg_txn *txn;
    struct jg_buf b;

    jg_buf_init(&b, 4096);
    must(jg_jwk_write(jg_signer_key(signer), &names, &b), "JWK");
    keyset.body = jg_buf_str(&b);
    must(jg_txn_write(store, &txn), "write");
    must(jg_keyset_put(txn, api->key_urls[0].id, &keyset), "put");
    must(jg_txn_commit(txn), "commit");
    jg_buf_free(&b);
}

/* Tokens of an identity provider, and its key set. */
static void
fetch(struct world *w)
{
    struct jg_signer *signer;

    must(jg_signer_generate(jg_alg_find(JG_STR("ES256")), 0, &signer, NULL),
         "key");
    for (unsigned i = 0; i < TOKENS; i++) {
        jg_buf_init(&w->fetched_tokens[i], JG_TOKEN_MAX);
        make_token(signer, "ES256", i, &w->fetched_tokens[i]);
    }
    put_keyset(w->with.store, w->fetched->apis[0], signer);
    jg_signer_free(signer);
}

static void
start(struct world *w)
{
    static const struct jg_hash_key key = {0x0123456789abcdef, 0xfedcba98};
    struct jg_signer *signer;
    char path[64];

    must(jg_signer_from_secret(JG_STR("0123456789abcdef0123456789abcdef"),
                               &signer, NULL),
         "signer");
    for (unsigned i = 0; i < TOKENS; i++) {
        jg_buf_init(&w->tokens[i], JG_TOKEN_MAX);
        make_token(signer, "HS256", i, &w->tokens[i]);
    }
    jg_signer_free(signer);
    w->literal = make_snapshot(api_text, "127.0.0.1:8000/base", policy_text);
    w->limited = make_snapshot(api_text, "127.0.0.1:8000/base", limited_text);
    w->named =
        make_snapshot(api_text, "upstream.example:8000/base", policy_text);
    w->fetched =
        make_snapshot(fetched_text, "127.0.0.1:8000/base", policy_text);
    w->scoped = make_scoped_snapshot("127.0.0.1:8000/base");
    snprintf(w->folder, sizeof(w->folder), "/tmp/jg-bench-XXXXXX");
    if (mkdtemp(w->folder) == NULL)
        exit(1);
    w->with.now_s = 1700000100;
    w->with.now_ms = 1700000100000;
    w->with.store = open_store(w->folder, "upstream.example");
    snprintf(path, sizeof(path), "%s/counters", w->folder);
    must(jg_counters_open(path, &w->with.counters), "counters");
    must(jg_cache_new(16 << 20, &key, &w->with.cache), "cache");
    must(jg_address_cache_new(&w->with.addresses), "addresses");
    must(jg_keysets_new(&w->with.keysets), "key sets");
    must(jg_revoked_new(&w->with.revoked), "revocations");
    must(jg_matching_new(&w->with.matching), "matching");
    fetch(w);
}

static void
end(struct world *w)
{
    char command[64];

    jg_matching_free(w->with.matching);
    jg_revoked_free(w->with.revoked);
    jg_keysets_free(w->with.keysets);
    jg_address_cache_free(w->with.addresses);
    jg_cache_free(w->with.cache);
    jg_counters_close(w->with.counters);
    jg_store_close(w->with.store);
    for (unsigned i = 0; i < TOKENS; i++) {
        jg_buf_free(&w->tokens[i]);
        jg_buf_free(&w->fetched_tokens[i]);
    }
    jg_snapshot_free(w->scoped);
    jg_snapshot_free(w->fetched);
    jg_snapshot_free(w->named);
    jg_snapshot_free(w->limited);
    jg_snapshot_free(w->literal);
    snprintf(command, sizeof(command), "rm -r %s", w->folder);
    if (system(command) != 0)
        exit(1);
}

/* A cache that has no room for all tokens keeps none for long. */
static void
run_small(const struct world *w)
{
    static const struct jg_hash_key key = {1, 2};
    struct jg_surroundings with = w->with;

    must(jg_cache_new(48 << 10, &key, &with.cache), "cache");
    run("new token, put into the cache", &with, w->tokens, ROUNDS_NEW);
    jg_cache_free(with.cache);
}

int
main(void)
{
    static struct world w;
    struct jg_surroundings with;

    start(&w);
    printf("HS256, token of %zu bytes\n", w.tokens[0].len);
    w.with.snapshot = w.literal;
    run("cached token, upstream by address", &w.with, w.tokens, ROUNDS);
    with = w.with;
    with.snapshot = w.limited;
    run("the same with rate limit and quota", &with, w.tokens, ROUNDS);
    with = w.with;
    with.cache = NULL;
    run("new token, no cache", &with, w.tokens, ROUNDS_NEW);
    run_small(&w);
    with = w.with;
    with.snapshot = w.scoped;
    run("cached token, two policies, 20 patterns", &with, w.tokens, ROUNDS);
    with = w.with;
    with.snapshot = w.named;
    run("cached token, upstream by name", &with, w.tokens, ROUNDS);
    with.addresses = NULL;
    run("cached token, name out of the store", &with, w.tokens, ROUNDS);
    with = w.with;
    with.snapshot = w.fetched;
    printf("ES256, token of %zu bytes\n", w.fetched_tokens[0].len);
    run("cached token, key set by URL", &with, w.fetched_tokens, ROUNDS);
    end(&w);
    return 0;
}

/*
 * Whole requests through the decision, on a fixed snapshot:
 *   target NEWLINE header lines NUL token header JSON NUL claims JSON
 * "%T" in the request is a good token of the two texts behind it, so that the
 * fuzzer gets past the signature. Cached, not cached and traced, the verdict
 * is the same; nothing malformed is a 5xx; what is sent on is well formed.
 * Paths that begin with /x/o are asked with OPTIONS, with /x/p with POST.
 */
#include <stdlib.h>

#include "access/explain.h"
#include "access/respond.h"
#include "base/utf8.h"
#include "jose/export.h"

#define NOW 1700000000
#define LINES_MAX 128
#define TEXT_MAX (512 * 1024)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool good)
{
    if (!good)
        abort();
}

#define JWT(id, more)                                                         \
    "{\"api_id\":\"" id "\",\"org_id\":\"o\",\"active\":true,\"enable_jwt\":" \
    "true,\"jwt_signing_method\":\"hmac\",\"jwt_source\":"                    \
    "\"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=\","                       \
    "\"jwt_policy_field_name\":\"pol\",\"proxy\":{\"listen_path\":\"/" id     \
    "\",\"target_url\":\"http://127.0.0.1/base?q=1\","                        \
    "\"strip_listen_path\":true}" more "}"

static const char *const apis[] = {
    JWT("j", ",\"strip_auth_data\":true,\"auth_configs\":{\"jwt\":{"
             "\"use_param\":true,\"param_name\":\"p\",\"use_cookie\":true,"
             "\"cookie_name\":\"c\"}},\"jwt_identity_base_field\":\"a.b\","
             "\"jwt_expires_at_validation_skew\":30"),
    JWT("s", ",\"jwt_profile\":\"strict\",\"jwt_default_policies\":[\"all\"],"
             "\"enable_context_vars\":true,\"version_data\":{\"not_versioned\":"
             "true,\"versions\":{\"Default\":{\"global_headers\":{\"X-U\":"
             "\"$tyk_meta.a$tyk_context.b\",\"X-V\":"
             "\"$tyk_context.jwt_claims_a,$tyk_context.jwt_claims_sub "
             "$tyk_context.request_data $tyk_context.request_data_a "
             "$tyk_context.cookies_a $tyk_context.headers_X_A "
             "$tyk_context.path_parts $tyk_context.remote_addr "
             "$tyk_context.request_id $tyk_context.token\"},"
             "\"global_response_headers\":{\"X-V\":"
             "\"$tyk_context.jwt_claims_b\"},\"global_headers_remove\":"
             "[\"X-R\"]}}}"),
    "{\"api_id\":\"k\",\"active\":true,\"use_keyless\":true,\"proxy\":{"
    "\"listen_path\":\"/k/\",\"target_url\":\"http://[::1]:81/\","
    "\"strip_listen_path\":true,\"disable_strip_slash\":true,"
    "\"preserve_host_header\":true}}",
    "{\"api_id\":\"c\",\"active\":true,\"use_oauth2\":true,\"proxy\":{"
    "\"listen_path\":\"/c/\",\"target_url\":\"http://127.0.0.1\"}}",
    JWT("r", ",\"jwt_default_policies\":[\"all\"],\"allowedIssuers\":[\"i\"],"
             "\"allowedAudiences\":[\"a\"],\"allowedSubjects\":[\"s\"],"
             "\"jtiValidation\":{\"enabled\":true},\"customClaimValidation\":{"
             "\"a.#.b\":{\"type\":\"contains\",\"allowedValues\":[1,[2]]},"
             "\"c.0\":{\"type\":\"exact_match\",\"allowedValues\":[{\"d\":1}],"
             "\"nonBlocking\":true},\"e.#\":{\"type\":\"required\"}}"),
    "{\"api_id\":\"u\",\"active\":true,\"enable_jwt\":true,"
    "\"jwt_signing_method\":\"ecdsa\",\"jwt_jwks_uris\":["
    "{\"url\":\"https://s1/\"},{\"url\":\"https://s2/\",\"issuer\":\"i\"}],"
    "\"proxy\":{\"listen_path\":\"/u/\",\"target_url\":\"http://127.0.0.1\"}}",
    "{\"api_id\":\"x\",\"active\":true,\"use_keyless\":true,\"proxy\":{"
    "\"listen_path\":\"/x/\",\"target_url\":\"http://127.0.0.1\"},\"CORS\":{"
    "\"enable\":true,\"allowed_origins\":[\"https://*.a\",\"http://b\"],"
    "\"allowed_headers\":[\"*\"],\"exposed_headers\":[\"c\"],"
    "\"allow_credentials\":true,\"max_age\":1},\"version_data\":{"
    "\"not_versioned\":true,\"versions\":{\"Default\":{\"name\":\"Default\","
    "\"use_extended_paths\":true,\"global_size_limit\":100,\"extended_paths\":{"
    "\"size_limits\":[{\"path\":\"/p{id}\",\"method\":\"POST\","
    "\"size_limit\":1}]}}}}}",
};
static const char policy[] =
    "{\"id\":\"all\",\"org_id\":\"o\",\"access_rights\":{\"j\":{},\"s\":{},"
    "\"r\":{}}}";

static struct jg_snapshot *
make_snapshot(void)
{
    static const char *const ids[] = {"j", "s", "k", "c", "r", "u", "x"};
    struct jg_document document = {.file = JG_STR("fuzz.json")};
    struct jg_snapshot_builder *b;
    struct jg_snapshot *snapshot;

    must(jg_snapshot_begin(NULL, 1, JG_STR("{}"), 7, 1, &b) == JG_OK);
    for (size_t i = 0; i < 7; i++) {
        document.id = jg_str(ids[i]);
        document.version = i + 1;
        document.text = jg_str(apis[i]);
        must(jg_snapshot_add_api(b, &document, NULL) == JG_OK);
    }
    document.id = JG_STR("all");
    document.text = JG_STR(policy);
    must(jg_snapshot_add_policy(b, &document, NULL) == JG_OK);
    must(jg_snapshot_finish(b, &snapshot) == JG_OK);
    return snapshot;
}

struct world {
    struct jg_snapshot *snapshot;
    struct jg_signer *signer, *ec_signer;
    struct jg_token_cache *cache;
    struct jg_buf token, text;
};

static struct world *
world(void)
{
    static const struct jg_hash_key key = {1, 2};
    static struct world w;

    if (w.snapshot != NULL)
        return &w;
    w.snapshot = make_snapshot();
    must(jg_signer_from_secret(JG_STR("0123456789abcdef0123456789abcdef"),
                               &w.signer, NULL) == JG_OK);
    must(jg_signer_generate(jg_alg_find(JG_STR("ES256")), 0, &w.ec_signer,
                            NULL) == JG_OK);
    must(jg_cache_new(64 * 1024, &key, &w.cache) == JG_OK);
    jg_buf_init(&w.token, TEXT_MAX);
    jg_buf_init(&w.text, TEXT_MAX);
    return &w;
}

/* The request part with its "%T" filled in; empty when it is too long. */
static struct jg_str
fill_in(struct world *w, struct jg_str input)
{
    struct jg_str request, header;

    (void)jg_str_next(&input, '\0', &request);
    if (!jg_str_next(&input, '\0', &header))
        header = JG_STR("{\"alg\":\"HS256\"}");
    jg_buf_reset(&w->token);
    jg_buf_reset(&w->text);
    if (memmem(header.p, header.len, "\"ES256\"", 7) != NULL)
        must(jg_sign(w->ec_signer, jg_alg_find(JG_STR("ES256")), header, input,
                     &w->token) == JG_OK ||
             w->token.failed);
    else
        must(jg_sign(w->signer, jg_alg_find(JG_STR("HS256")), header, input,
                     &w->token) == JG_OK ||
             w->token.failed);
    for (size_t i = 0; i < request.len; i++)
        if (request.p[i] == '%' && i + 1 < request.len &&
            request.p[i + 1] == 'T') {
            jg_buf_add(&w->text, jg_buf_str(&w->token));
            i++;
        } else {
            jg_buf_addc(&w->text, request.p[i]);
        }
    return w->text.failed ? JG_STR("") : jg_buf_str(&w->text);
}

static void
read_request(struct jg_str text, struct jg_request *out,
             struct jg_header headers[static LINES_MAX])
{
    struct jg_str line;

    *out = (struct jg_request){.method = JG_STR("GET"),
                               .host = JG_STR("h"),
                               .headers = headers,
                               .peer = JG_STR("192.0.2.1"),
                               .websocket = text.len % 2 == 0};
    if (!jg_str_next(&text, '\n', &out->target))
        return;
    if (jg_str_starts(out->target, JG_STR("/x/o")))
        out->method = JG_STR("OPTIONS");
    if (jg_str_starts(out->target, JG_STR("/x/p")))
        out->method = JG_STR("POST");
    while (out->header_count < LINES_MAX && jg_str_next(&text, '\n', &line)) {
        size_t colon = jg_str_find(line, ':');

        headers[out->header_count++] =
            (struct jg_header){jg_str_head(line, colon),
                               jg_str_trim(jg_str_from(line, colon + 1))};
    }
}

/* What is compared between two ways to the same decision. */
struct result {
    enum jg_verdict verdict;
    enum jg_err reason;
    int64_t expires_s;
    size_t wants;
    size_t policy_count, removed_count, set_count, peer_count;
    uint64_t text; /* a hash of URI, host, identity and set headers */
};

static uint64_t
mix(uint64_t hash, struct jg_str s)
{
    return hash * 31 + jg_hash_plain(s);
}

/* What was put into headers breaks out of none. */
static void
check_variables(const struct jg_decision *d)
{
    const struct jg_respond_headers *respond = &d->forward.respond;

    for (size_t i = 0; i < d->forward.set_count; i++)
        must(!jg_str_eq(d->forward.set[i].name, JG_STR("X-V")) ||
             jg_header_is_value(d->forward.set[i].value));
    for (size_t i = 0; i < respond->set_count; i++)
        must(jg_header_is_value(respond->set[i].value));
}

/* What every response is told. An origin is sent back when it is allowed. */
static void
check_respond(const struct jg_decision *d)
{
    for (size_t i = 0; i < d->respond.set_count; i++) {
        const struct jg_forward_header *h = &d->respond.set[i];

        must(jg_header_is_name(h->name) && jg_header_is_value(h->value));
        must(!jg_str_eq(h->name, JG_STR("Access-Control-Allow-Origin")) ||
             jg_str_eq_nocase(h->value, JG_STR("http://b")) ||
             (jg_str_starts_nocase(h->value, JG_STR("https://")) &&
              h->value.len >= 10 && h->value.p[h->value.len - 2] == '.'));
    }
}

static void
check_allowed(const struct jg_decision *d)
{
    const struct jg_forward *f = &d->forward;
    struct jg_path path;

    must(f->uri.len > 0 && f->uri.p[0] == '/');
    must(jg_path_read(f->uri, d->arena, &path) == JG_OK);
    must(jg_str_starts(f->uri, path.wire)); /* canonical as it is */
    must(f->peer_count > 0 && f->target != NULL && f->host.len > 0);
    check_variables(d);
    must(d->api->mode != JG_AUTH_CLOSED);
    must(d->api->mode == JG_AUTH_KEYLESS || d->stored.session != NULL ||
         (d->claims != NULL && d->session.identity.len > 0));
    for (size_t i = 0; i < f->set_count; i++)
        for (size_t k = 0; k < d->request->header_count; k++) {
            bool removed = false;

            if (!jg_header_same(d->request->headers[k].name, f->set[i].name))
                continue;
            for (size_t n = 0; n < f->removed_count; n++)
                removed |= jg_header_same(f->removed[n], f->set[i].name);
            must(removed);
        }
}

static void
check_denied(const struct jg_decision *d)
{
    struct jg_error_response response;
    int status = jg_decision_status(d);
    bool ours = d->reason == JG_E_BROKER && d->want_failed;

    must(ours ? status == 503 : status >= 400 && status < 500);
    must(jg_respond_decision(d, &response) == JG_OK);
    must((response.retry_after_s > 0) == ours);
    must(response.status == status && response.body.len > 0);
    must(d->reason != JG_E_SIGNATURE || d->claims == NULL);
}

static void
check_trace(const struct jg_decision *d)
{
    const struct jg_json *json;
    struct jg_buf b;

    jg_buf_init(&b, TEXT_MAX);
    jg_explain_json(&b, d);
    must(!b.failed);
    must(jg_json_parse(jg_buf_str(&b), &jg_json_limits_conf, d->arena, &json,
                       NULL) == JG_OK);
    jg_buf_reset(&b);
    jg_explain_print(&b, d);
    must(jg_utf8_valid(jg_buf_str(&b)));
    for (size_t i = 0; i < b.len; i++)
        must((unsigned char)b.p[i] >= ' ' || b.p[i] == '\n');
    jg_buf_free(&b);
}

static struct result
decide(const struct world *w, struct jg_token_cache *cache,
       const struct jg_request *request, struct jg_trace *trace)
{
    struct jg_arena a;
    struct jg_decision d = {
        .with = {.snapshot = w->snapshot, .cache = cache, .now_s = NOW},
        .request = request,
        .arena = &a,
        .trace = trace};
    struct result r;

    memset(&r, 0, sizeof(r));
    jg_arena_init(&a, 16 * 1024, 16 * 1024 * 1024);
    /* There is no store, so that no key set ever comes. */
    for (r.verdict = jg_decide(&d); r.verdict == JG_WANT;
         r.verdict = jg_decide(&d)) {
        must(d.want.kind == JG_WANT_KEYSET && ++r.wants <= 2);
        d.want_failed = (request->target.len & 1) != 0;
    }
    must(r.verdict == (d.reason != JG_OK      ? JG_DENY
                       : d.answer.status != 0 ? JG_ANSWER
                                              : JG_ALLOW));
    check_respond(&d);
    must(jg_decide(&d) == r.verdict);
    r.reason = d.reason;
    r.expires_s = d.session.expires_s;
    r.policy_count = d.session.policy_count;
    if (r.verdict == JG_ALLOW) {
        check_allowed(&d);
        r.removed_count = d.forward.removed_count;
        r.set_count = d.forward.set_count;
        r.peer_count = d.forward.peer_count;
        r.text =
            mix(mix(mix(0, d.forward.uri), d.forward.host), d.session.identity);
        for (size_t i = 0; i < r.set_count; i++)
            r.text =
                mix(mix(r.text, d.forward.set[i].name), d.forward.set[i].value);
    } else if (r.verdict == JG_DENY) {
        check_denied(&d);
    }
    if (trace != NULL)
        check_trace(&d);
    jg_decision_done(&d);
    jg_arena_free(&a);
    return r;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct jg_trace trace;
    struct world *w = world();
    struct jg_header headers[LINES_MAX];
    struct jg_request request;
    struct result plain, first, second, traced;

    read_request(fill_in(w, (struct jg_str){(const char *)data, size}),
                 &request, headers);
    plain = decide(w, NULL, &request, NULL);
    first = decide(w, w->cache, &request, NULL);
    second = decide(w, w->cache, &request, NULL);
    memset(&trace, 0, sizeof(trace));
    traced = decide(w, w->cache, &request, &trace);
    must(memcmp(&plain, &first, sizeof(plain)) == 0);
    must(memcmp(&plain, &second, sizeof(plain)) == 0);
    must(memcmp(&plain, &traced, sizeof(plain)) == 0);
    return 0;
}

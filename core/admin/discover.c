/*
 * POST /tyk/identity/discover: what an identity provider says about itself
 * (OpenID Connect Discovery 1.0), and what to make of it. Nothing is fetched
 * here: the caller is told what is wanted, and asks again (admin.h).
 */
#include "admin/admin_internal.h"
#include "jose/jwks.h"
#include "model/key_url.h"
#include "model/provider.h"

#define WELL_KNOWN JG_STR("/.well-known/openid-configuration")
#define LISTED_MAX 200 /* entries of a provider's list that are shown */
#define TEXT_MAX 512   /* bytes of one of them */

/* A provider's metadata is some dozens of short members. */
static const struct jg_json_limits limits = {JG_JWKS_MAX_BYTES, 16, 20000,
                                             64 * 1024};

struct discovery {
    struct jg_admin_call *call;
    struct jg_str asked, metadata_url;
    const struct jg_json *metadata;
    struct jg_str issuer, jwks_uri;
    const struct jg_admin_fetched *keys;
    struct jg_jwks *set;
    const char *keys_fault; /* why there is none, or NULL */
    struct jg_buf *b;
    bool warned;
};

static const struct jg_admin_fetched *
find_fetched(const struct jg_admin_call *call, struct jg_str url)
{
    const struct jg_admin_request *request = call->request;

    for (size_t i = 0; i < request->fetched_count; i++)
        if (jg_str_eq(request->fetched[i].url, url))
            return &request->fetched[i];
    return NULL;
}

/* "<url>: <why>" */
static void
answer_fault(struct jg_admin_call *call, int status, struct jg_str url,
             struct jg_str why)
{
    struct jg_str text = jg_arena_join(
        call->arena, (const struct jg_str[]){url, JG_STR(": "), why}, 3);

    if (text.p == NULL)
        jg_answer_err(call, JG_E_NOMEM);
    else
        jg_answer_message(call, status, text.p);
}

/* What people paste: an issuer, its metadata's address, or only a host. */
static bool
read_issuer(struct discovery *d)
{
    struct jg_admin_call *call = d->call;
    const struct jg_json *body;
    struct jg_str text;

    if (!jg_admin_read_body(call, &body))
        return false;
    text = jg_str_trim(jg_json_string(jg_json_get(body, JG_STR("issuer"))));
    if (text.len == 0 || text.len > JG_URL_MAX) {
        jg_answer_message(call, 400,
                          "issuer is missing: the address of the identity "
                          "provider, a text of at most 4096 bytes");
        return false;
    }
    if (jg_str_ends(text, WELL_KNOWN))
        text.len -= WELL_KNOWN.len;
    if (jg_key_url_looks_so(text) || jg_str_contains(text, JG_STR("://")))
        d->asked = text;
    else
        d->asked = jg_arena_join(
            call->arena, (const struct jg_str[]){JG_STR("https://"), text}, 2);
    if (d->asked.p != NULL)
        return true;
    jg_answer_err(call, JG_E_NOMEM);
    return false;
}

/* What is at <url>; NULL: the response says that it is wanted, or why not. */
static const struct jg_admin_fetched *
get(struct discovery *d, struct jg_str url)
{
    const struct jg_admin_fetched *found = find_fetched(d->call, url);

    if (found == NULL)
        d->call->response->wanted = url;
    return found;
}

static bool
find_metadata(struct discovery *d)
{
    struct jg_admin_call *call = d->call;
    const struct jg_admin_fetched *found;
    const char *why;
    enum jg_err err =
        jg_key_url_discovery(d->asked, call->arena, &d->metadata_url, &why);

    if (err == JG_OK)
        err = jg_key_url_check(d->metadata_url,
                               call->admin->conf->jwks.allow_http, &why);
    if (err == JG_E_NOMEM) {
        jg_answer_err(call, err);
        return false;
    }
    if (err != JG_OK) {
        answer_fault(call, 400, d->asked, jg_str(why));
        return false;
    }
    found = get(d, d->metadata_url);
    if (found == NULL)
        return false;
    if (found->fault.p != NULL) {
        answer_fault(call, 502, d->metadata_url, found->fault);
        return false;
    }
    err = jg_json_parse(found->body, &limits, call->arena, &d->metadata, NULL);
    if (err == JG_E_NOMEM)
        jg_answer_err(call, err);
    else if (err != JG_OK || d->metadata->type != JG_JSON_OBJECT)
        answer_fault(call, 502, d->metadata_url,
                     JG_STR("this is no metadata of an identity provider: "
                            "not a JSON object"));
    else
        return true;
    return false;
}

static struct jg_str
text_member(const struct discovery *d, const char *name)
{
    struct jg_str text = jg_json_string(jg_json_get(d->metadata, jg_str(name)));

    return text.len <= JG_URL_MAX ? text : (struct jg_str){NULL, 0};
}

static bool
read_metadata(struct discovery *d)
{
    const char *missing = NULL;

    d->issuer = text_member(d, "issuer");
    d->jwks_uri = text_member(d, "jwks_uri");
    if (d->issuer.len == 0)
        missing = "this is no metadata of an identity provider: it names no "
                  "issuer";
    else if (d->jwks_uri.len == 0)
        missing = "the metadata has no jwks_uri: without its keys, no token "
                  "of it can be verified";
    if (missing == NULL)
        return true;
    answer_fault(d->call, 502, d->metadata_url, jg_str(missing));
    return false;
}

/* The keys, or why there are none: the rest is worth showing either way. */
static bool
read_keys(struct discovery *d)
{
    enum jg_err err;
    bool allowed =
        jg_key_url_check(d->jwks_uri, d->call->admin->conf->jwks.allow_http,
                         &d->keys_fault) == JG_OK;

    if (!allowed)
        return true;
    d->keys_fault = NULL;
    d->keys = get(d, d->jwks_uri);
    if (d->keys == NULL)
        return false;
    if (d->keys->fault.p != NULL)
        return true;
    err = jg_jwks_parse(d->keys->body, true, &d->set, NULL);
    if (err == JG_E_NOMEM) {
        jg_answer_err(d->call, err);
        return false;
    }
    if (err == JG_E_KEY)
        d->keys_fault = "there is no key among them that can be used";
    else if (err != JG_OK)
        d->keys_fault = "this is no key set in JSON";
    return true;
}

/* The answer. */

/* The short strings of one of the provider's lists. */
static void
add_list(const struct discovery *d, const char *name, const char *member)
{
    const struct jg_json *list = jg_json_get(d->metadata, jg_str(member));
    size_t count = 0;

    jg_buf_addf(d->b, ",\"%s\":[", name);
    if (list == NULL || list->type != JG_JSON_ARRAY)
        list = NULL;
    for (uint32_t i = 0; list != NULL && i < list->count; i++) {
        struct jg_str text = jg_json_string(&list->items[i]);

        if (text.len == 0 || text.len > TEXT_MAX || count == LISTED_MAX)
            continue;
        jg_buf_add(d->b, count++ > 0 ? JG_STR(",") : JG_STR(""));
        jg_buf_add_quoted(d->b, text);
    }
    jg_buf_addc(d->b, ']');
}

static void
add_keys(const struct discovery *d)
{
    jg_buf_add(d->b, JG_STR(",\"keys\":["));
    for (size_t i = 0; d->set != NULL && i < jg_jwks_count(d->set); i++) {
        const struct jg_jwks_entry *entry = jg_jwks_at(d->set, i);

        jg_buf_add(d->b, i > 0 ? JG_STR(",{") : JG_STR("{"));
        if (entry->key != NULL) {
            jg_answer_key_facts(d->b, entry->key);
            jg_buf_add(d->b, JG_STR(",\"state\":\"usable\"}"));
            continue;
        }
        jg_buf_add(d->b, JG_STR("\"kid\":"));
        jg_buf_add_quoted(d->b, entry->kid);
        jg_answer_text(d->b, "state", JG_STR("skipped"));
        jg_answer_text(d->b, "reason", jg_str(entry->skipped));
        jg_buf_addc(d->b, '}');
    }
    jg_buf_addc(d->b, ']');
}

static void
warn(struct discovery *d, const char *code, const struct jg_str *parts,
     size_t count)
{
    struct jg_str text = jg_arena_join(d->call->arena, parts, count);

    jg_buf_addf(d->b, "%s{\"code\":\"%s\",\"message\":", d->warned ? "," : "",
                code);
    jg_buf_add_quoted(d->b, text);
    jg_buf_addc(d->b, '}');
    d->warned = true;
    d->b->failed = d->b->failed || text.p == NULL;
}

/* But for the slash that some write at the end. */
static bool
same_issuer(struct jg_str a, struct jg_str b)
{
    if (jg_str_ends(a, JG_STR("/")))
        a.len--;
    if (jg_str_ends(b, JG_STR("/")))
        b.len--;
    return jg_str_eq(a, b);
}

static void
warn_of_issuer(struct discovery *d)
{
    bool template = jg_str_find(d->issuer, '{') < d->issuer.len;

    if (same_issuer(d->issuer, d->asked))
        return;
    warn(d, "issuer",
         (const struct jg_str[]){
             JG_STR("The provider calls itself "), d->issuer, JG_STR(", not "),
             d->asked,
             template ? JG_STR(". What is in braces differs by tenant: ask "
                               "for the address of yours.")
                      : JG_STR(". Its tokens carry that name, so that is the "
                               "one to check; is the address the right one?")},
         5);
}

static bool
is_local(struct jg_str url)
{
    static const char *const names[] = {
        "http://localhost", "https://localhost", "http://127.",
        "https://127.",     "http://[::1]",      "https://[::1]",
    };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (jg_str_starts_nocase(url, jg_str(names[i])))
            return true;
    return false;
}

static void
warn_of_places(struct discovery *d)
{
    if (jg_str_starts_nocase(d->metadata_url, JG_STR("http://")) ||
        jg_str_starts_nocase(d->jwks_uri, JG_STR("http://")))
        warn(d, "http",
             (const struct jg_str[]){
                 JG_STR("Its keys come over plain http: whoever can change "
                        "them on the way can make tokens. Use https for "
                        "anything but a test.")},
             1);
    if (is_local(d->issuer))
        warn(d, "local",
             (const struct jg_str[]){
                 JG_STR("The issuer "), d->issuer,
                 JG_STR(" is this machine only. Clients and containers that "
                        "reach the provider by another name get tokens of "
                        "another issuer, unless its host name is set.")},
             3);
}

/* Tokens signed with a shared secret: HS256 and so on. */
static bool
has_secrets(const struct jg_json *list)
{
    if (list == NULL || list->type != JG_JSON_ARRAY)
        return false;
    for (uint32_t i = 0; i < list->count; i++) {
        const struct jg_alg *alg = jg_alg_find(jg_json_string(&list->items[i]));

        if (alg != NULL && alg->family == JG_HMAC)
            return true;
    }
    return false;
}

#define ALGORITHMS "id_token_signing_alg_values_supported"

static void
add_warnings(struct discovery *d)
{
    struct jg_str why = jg_str(d->keys_fault);

    if (d->keys != NULL && d->keys->fault.p != NULL)
        why = d->keys->fault;
    jg_buf_add(d->b, JG_STR(",\"warnings\":["));
    warn_of_places(d);
    warn_of_issuer(d);
    if (has_secrets(jg_json_get(d->metadata, JG_STR(ALGORITHMS))))
        warn(d, "hmac",
             (const struct jg_str[]){
                 JG_STR("It also signs with shared secrets (HS256 and such): "
                        "tokens of clients that are set up so are refused, "
                        "since only its published keys are taken.")},
             1);
    if (why.len > 0)
        warn(d, "keys",
             (const struct jg_str[]){JG_STR("Its keys cannot be used now: "),
                                     d->jwks_uri, JG_STR(": "), why},
             4);
    jg_buf_addc(d->b, ']');
}

/* The jwt_signing_method of the first key that one fits. */
static const char *
signing_method(const struct discovery *d)
{
    static const char *const methods[] = {"rsa", "ecdsa", "eddsa", "mldsa"};
    bool known;

    for (size_t i = 0; d->set != NULL && i < jg_jwks_count(d->set); i++) {
        const struct jg_key *key = jg_jwks_at(d->set, i)->key;

        for (size_t m = 0; key != NULL && m < 4; m++)
            if ((jg_key_algs(key) &
                 jg_alg_method(jg_str(methods[m]), &known)) != 0)
                return methods[m];
    }
    return "rsa";
}

static void
add_provider(const struct discovery *d)
{
    const struct jg_provider *p = jg_provider_of(d->issuer, d->jwks_uri);

    jg_buf_addf(d->b, ",\"provider\":{\"id\":\"%s\"", p->id);
    jg_answer_text(d->b, "name", jg_str(p->name));
    jg_answer_text(d->b, "signing_method", jg_str(signing_method(d)));
    jg_answer_text(d->b, "identity_claim", jg_str(p->identity_claim));
    jg_answer_text(d->b, "scope_claim", jg_str(p->scope_claim));
    jg_answer_text(d->b, "client_claim", jg_str(p->client_claim));
    jg_answer_text(d->b, "audience", jg_str(p->audience));
    jg_answer_text(d->b, "advice", jg_str(p->advice));
    jg_buf_addc(d->b, '}');
}

static void
answer(struct discovery *d)
{
    d->b = jg_answer_json(d->call, 200);
    jg_buf_add(d->b, JG_STR("{\"issuer\":"));
    jg_buf_add_quoted(d->b, d->issuer);
    jg_answer_text(d->b, "metadata_url", d->metadata_url);
    jg_answer_text(d->b, "jwks_uri", d->jwks_uri);
    jg_answer_text(d->b, "token_endpoint", text_member(d, "token_endpoint"));
    add_list(d, "algorithms", ALGORITHMS);
    add_list(d, "scopes", "scopes_supported");
    add_keys(d);
    add_warnings(d);
    add_provider(d);
    jg_buf_add(d->b, JG_STR("}\n"));
}

void
jg_discover_post(struct jg_admin_call *call)
{
    struct discovery d = {.call = call};

    if (read_issuer(&d) && find_metadata(&d) && read_metadata(&d) &&
        read_keys(&d))
        answer(&d);
    jg_jwks_free(d.set);
}

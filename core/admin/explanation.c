/* A question as a request, its decision, and the answer written down. */
#include "admin/explanation.h"

#include <stdio.h>

#include "access/credentials.h"
#include "base/b64.h"
#include "store/records.h"

#define QUESTION_WANTS_MAX 16 /* key sets that one decision may ask for */

static bool
is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The access token of a token response (RFC 6749 5.1). */
static struct jg_str
from_response(struct jg_str pasted, struct jg_arena *a)
{
    const struct jg_json *json = NULL;
    struct jg_str token = {NULL, 0};

    if (jg_json_parse(pasted, &jg_json_limits_conf, a, &json, NULL) == JG_OK)
        token = jg_json_string(jg_json_get(json, JG_STR("access_token")));
    return token.len > 0 ? token : pasted;
}

/* What follows "Bearer " in a cURL command or a header line; "Basic " stays
 * before what follows it. */
static struct jg_str
from_header(struct jg_str pasted)
{
    struct jg_str rest = pasted;
    size_t len = 0;

    while (rest.len > 0 && !jg_str_starts_nocase(rest, JG_STR("Bearer ")) &&
           !jg_credentials_are(rest))
        rest = jg_str_from(rest, 1);
    if (rest.len == 0)
        return pasted;
    rest = jg_str_trim(jg_credentials_are(rest) ? rest : jg_str_from(rest, 7));
    while (len < rest.len && rest.p[len] != '"' && rest.p[len] != '\'')
        len++;
    return jg_str_head(rest, len);
}

/* Tokens have no white space: what is there came from a terminal. */
static struct jg_str
without_breaks(struct jg_str s, struct jg_arena *a)
{
    char *p = jg_arena_alloc(a, s.len + 1);
    size_t len = 0;

    if (p == NULL)
        return (struct jg_str){NULL, 0};
    for (size_t i = 0; i < s.len; i++)
        if (!is_space(s.p[i]))
            p[len++] = s.p[i];
    return (struct jg_str){p, len};
}

struct jg_str
jg_question_token(struct jg_str pasted, struct jg_arena *a)
{
    struct jg_str token = jg_str_trim(pasted);

    if (jg_str_starts(token, JG_STR("{")))
        token = from_response(token, a);
    else if (jg_str_starts_nocase(token, JG_STR("curl ")) ||
             jg_str_starts_nocase(token, JG_STR("Authorization:")))
        token = from_header(token);
    if (jg_str_find(token, '\n') < token.len)
        return without_breaks(token, a);
    return jg_arena_str(a, token);
}

static struct jg_str
or_else(struct jg_str s, struct jg_str other)
{
    return s.len > 0 ? s : other;
}

/* The path as given when it leads to the API, else below its listen path. */
static enum jg_err
find_target(const struct jg_explanation *e, const struct jg_api *api,
            struct jg_str path, struct jg_arena *a, struct jg_str *out)
{
    struct jg_str base = api->listen_path;
    struct jg_path read;

    if (path.len > 0 && path.p[0] == '/' &&
        jg_path_read(path, a, &read) == JG_OK &&
        jg_routes_find(e->snapshot->routes, e->request.host, read.decoded) !=
            NULL) {
        *out = path;
        return JG_OK;
    }
    if (jg_str_starts(path, JG_STR("/")))
        path = jg_str_from(path, 1);
    *out = jg_arena_join(
        a,
        (const struct jg_str[]){
            base, jg_str_ends(base, JG_STR("/")) ? JG_STR("") : JG_STR("/"),
            path},
        3);
    return out->p != NULL ? JG_OK : JG_E_NOMEM;
}

/* "user:password" as it is sent. A JWT has no colon, and keys seldom one. */
static struct jg_str
encode_user(struct jg_str pasted, struct jg_arena *a)
{
    char *p = jg_arena_alloc(a, JG_B64_ENCODED(pasted.len) + 1);

    if (p == NULL)
        return (struct jg_str){NULL, 0};
    return jg_arena_join(a,
                         (const struct jg_str[]){JG_STR("Basic "),
                                                 {p, jg_b64_encode(pasted, p)}},
                         2);
}

static bool
is_user(const struct jg_api *api, struct jg_str token)
{
    return (api->methods & JG_METHOD_BASIC) != 0 &&
           (jg_credentials_are(token) || jg_str_find(token, ':') < token.len);
}

/* Where the API looks first: header, else query, else cookie. */
static enum jg_err
place_token(struct jg_explanation *e, const struct jg_auth_config *source,
            struct jg_str token, struct jg_arena *a)
{
    struct jg_str name = JG_STR("Authorization");
    struct jg_str *at = &e->headers[0].value;

    if (source->auth_header_name.len > 0 && !source->disable_header)
        name = source->auth_header_name;
    if (!source->disable_header) {
        bool bearer = jg_str_starts_nocase(token, JG_STR("Bearer ")) ||
                      jg_credentials_are(token);

        *at = jg_arena_join(a,
                            (const struct jg_str[]){
                                bearer ? JG_STR("") : JG_STR("Bearer "), token},
                            2);
    } else if (source->use_param) {
        struct jg_str target = e->request.target;
        bool more = jg_str_find(target, '?') < target.len;

        name = or_else(source->param_name, name);
        e->request.target = jg_arena_join(
            a,
            (const struct jg_str[]){target, more ? JG_STR("&") : JG_STR("?"),
                                    name, JG_STR("="), token},
            5);
        return e->request.target.p != NULL ? JG_OK : JG_E_NOMEM;
    } else {
        *at = jg_arena_join(
            a,
            (const struct jg_str[]){or_else(source->cookie_name, name),
                                    JG_STR("="), token},
            3);
        name = JG_STR("Cookie");
    }
    e->headers[0].name = name;
    e->request.headers = e->headers;
    e->request.header_count = 1;
    return at->p != NULL ? JG_OK : JG_E_NOMEM;
}

static const struct jg_auth_config *
source_of(const struct jg_api *api)
{
    if ((api->methods & JG_METHOD_JWT) != 0)
        return api->token_source;
    return (api->methods & JG_METHOD_TOKEN) != 0
               ? api->key_source
               : jg_api_basic_source(&api->def);
}

static enum jg_err
make_request(struct jg_explanation *e, const struct jg_question *question,
             const struct jg_api *api, struct jg_arena *a)
{
    struct jg_str token = jg_question_token(question->token, a);
    enum jg_err err;

    e->request = (struct jg_request){
        .method = or_else(question->method, JG_STR("GET")),
        .host = or_else(api->host, JG_STR("localhost")),
        .peer = JG_STR("127.0.0.1"),
    };
    if (token.p == NULL)
        return JG_E_NOMEM;
    err = find_target(e, api, question->path, a, &e->request.target);
    if (err != JG_OK || token.len == 0 || api->methods == 0)
        return err;
    if (is_user(api, token)) {
        if (!jg_credentials_are(token))
            token = encode_user(token, a);
        return token.p != NULL
                   ? place_token(e, jg_api_basic_source(&api->def), token, a)
                   : JG_E_NOMEM;
    }
    return place_token(e, source_of(api), token, a);
}

/* A key set that may be out of date is not fetched for a question. */
static void
decide(struct jg_decision *d)
{
    for (int i = 0; i < QUESTION_WANTS_MAX; i++) {
        if (jg_decide(d) != JG_WANT || d->want.kind == JG_WANT_ADDRESS)
            return;
        d->want_failed = true;
    }
}

enum jg_err
jg_explanation_make(const struct jg_question *question, struct jg_store *store,
                    int64_t now_ms, struct jg_arena *a,
                    struct jg_explanation *out)
{
    const struct jg_api *api;
    enum jg_err err =
        jg_records_snapshot_of(store, question->api_id, &out->snapshot);

    if (err == JG_OK)
        err = jg_revoked_new(&out->revoked);
    if (err != JG_OK)
        return err;
    api = jg_snapshot_api(out->snapshot, question->api_id);
    if (api == NULL)
        return JG_E_NOT_FOUND;
    err = make_request(out, question, api, a);
    if (err != JG_OK)
        return err;
    out->decision = (struct jg_decision){
        .with = {.snapshot = out->snapshot,
                 .store = store,
                 .revoked = out->revoked,
                 .now_s = now_ms / 1000,
                 .now_ms = now_ms,
                 .is_question = true},
        .request = &out->request,
        .arena = a,
        .trace = &out->trace,
    };
    decide(&out->decision);
    jg_hints_find(&out->decision, &out->hints);
    if (out->decision.reason == JG_OK)
        return JG_OK;
    return jg_respond_decision(&out->decision, &out->response);
}

void
jg_explanation_release(struct jg_explanation *e)
{
    jg_decision_done(&e->decision);
    if (e->snapshot != NULL)
        jg_snapshot_free(e->snapshot);
    e->snapshot = NULL;
    jg_revoked_free(e->revoked);
    e->revoked = NULL;
}

/* A definition's name of it may hold a quote. */
static void
add_header_of(struct jg_buf *b, const struct jg_forward_header *h)
{
    jg_buf_add(b, b->p[b->len - 1] == '{' ? JG_STR("") : JG_STR(", "));
    jg_buf_add_quoted(b, h->name);
    jg_buf_add(b, JG_STR(": "));
    jg_buf_add_quoted(b, h->value);
}

static void
add_header(struct jg_buf *b, const char *name, struct jg_str value)
{
    const struct jg_forward_header header = {.name = jg_str(name),
                                             .value = value};

    if (value.len > 0)
        add_header_of(b, &header);
}

static void
add_response(struct jg_buf *b, const struct jg_error_response *r)
{
    char retry_after[24];

    jg_buf_addf(b, "{\"status\": %d, \"headers\": {", r->status);
    add_header(b, "Content-Type", jg_str(r->content_type));
    if (r->generator)
        add_header(b, "X-Generator", JG_STR("tyk.io"));
    add_header(b, "WWW-Authenticate", r->authenticate);
    snprintf(retry_after, sizeof(retry_after), "%lld",
             (long long)r->retry_after_s);
    if (r->retry_after_s > 0)
        add_header(b, "Retry-After", jg_str(retry_after));
    jg_buf_add(b, JG_STR("}, \"body\": "));
    jg_buf_add_quoted(b, r->body);
    jg_buf_addc(b, '}');
}

static void
add_answer(struct jg_buf *b, const struct jg_decision *d)
{
    jg_buf_addf(b, "{\"from\": \"gateway\", \"status\": %d, \"headers\": {",
                d->answer.status);
    add_header(b, "Content-Type", d->answer.content_type);
    for (size_t i = 0; i < d->respond.set_count; i++)
        add_header_of(b, &d->respond.set[i]);
    add_header(b, "Vary", d->respond.vary);
    jg_buf_add(b, JG_STR("}, \"body\": "));
    jg_buf_add_quoted(b, d->answer.body);
    jg_buf_addc(b, '}');
}

void
jg_explanation_json(struct jg_buf *b, const struct jg_explanation *e)
{
    jg_buf_addc(b, '{');
    jg_explain_members(b, &e->decision);
    jg_buf_add(b, JG_STR(", \"hints\": ["));
    for (size_t i = 0; i < e->hints.count; i++) {
        jg_buf_add(b, i > 0 ? JG_STR(", ") : JG_STR(""));
        jg_buf_add_quoted(b, e->hints.items[i]);
    }
    jg_buf_add(b, JG_STR("], \"response\": "));
    if (e->decision.reason != JG_OK)
        add_response(b, &e->response);
    else if (e->decision.answer.status != 0)
        add_answer(b, &e->decision);
    else
        jg_buf_add(b, JG_STR("{\"from\": \"upstream\"}"));
    jg_buf_addc(b, '}');
}

static void
print_verdict(struct jg_buf *b, const struct jg_decision *d)
{
    if (d->answer.status != 0)
        jg_buf_addf(b, "\nallowed: the gateway itself answers %d\n",
                    d->answer.status);
    else
        jg_buf_add(b, JG_STR("\nallowed: the request goes to the upstream\n"));
}

void
jg_explanation_print(struct jg_buf *b, const struct jg_explanation *e)
{
    jg_explain_print(b, &e->decision);
    for (size_t i = 0; i < e->hints.count; i++) {
        jg_buf_add(b, JG_STR("        hint        "));
        jg_buf_add(b, e->hints.items[i]);
        jg_buf_addc(b, '\n');
    }
    if (e->decision.reason == JG_OK) {
        print_verdict(b, &e->decision);
        return;
    }
    jg_buf_addf(b, "\nrefused: the client gets %d\n", e->response.status);
    jg_buf_add(b, e->response.body);
    jg_buf_addc(b, '\n');
}

/*
 * What the tests of core/access share: a snapshot out of texts, signed tokens,
 * requests out of header lines, and a decision about them.
 */
#ifndef JG_TESTS_ACCESS_CHECK_H
#define JG_TESTS_ACCESS_CHECK_H

#include "../check.h"

#include "access/decide.h"
#include "base/b64.h"
#include "base/buf.h"
#include "jose/sign.h"

#define NOW 1700000000 /* 2023-11-14 22:13:20 UTC */
#define SECRET "tyk123"
#define SECRET_BASE64 "dHlrMTIz"
#define STRONG "0123456789abcdef0123456789abcdef"
#define STRONG_BASE64 "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
#define HS256 "{\"alg\":\"HS256\",\"typ\":\"JWT\"}"

/* One document of a snapshot. */
struct doc {
    const char *id, *text;
};

/* The usual members of a JWT API; <more> begins with a comma, or is empty. */
#define JWT_API(id, more)                                                    \
    {                                                                        \
        id, "{\"api_id\":\"" id "\",\"org_id\":\"default\",\"active\":true," \
            "\"enable_jwt\":true,\"jwt_signing_method\":\"hmac\","           \
            "\"jwt_source\":\"" SECRET_BASE64 "\","                          \
            "\"jwt_policy_field_name\":\"pol\","                             \
            "\"proxy\":{\"listen_path\":\"/" id "/\","                       \
            "\"target_url\":\"http://127.0.0.1:8000\","                      \
            "\"strip_listen_path\":true}" more "}"                           \
    }

#define POLICY(id, more)                                         \
    {                                                            \
        id, "{\"id\":\"" id "\",\"org_id\":\"default\"" more "}" \
    }

/* access_rights on one API. */
#define RIGHTS(api)                                      \
    ",\"access_rights\":{\"" api "\":{\"api_id\":\"" api \
    "\",\"versions\":[\"Default\"]}}"

static inline struct jg_document
document_of(const struct doc *doc)
{
    return (struct jg_document){.id = jg_str(doc->id),
                                .version = jg_hash_plain(jg_str(doc->text)),
                                .file = jg_str("test.json"),
                                .text = jg_str(doc->text)};
}

static inline struct jg_snapshot *
snapshot_with(const struct jg_snapshot *previous, uint64_t generation,
              const char *conf, const struct doc *apis, size_t api_count,
              const struct doc *policies, size_t policy_count)
{
    struct jg_snapshot_builder *b = NULL;
    struct jg_snapshot *snapshot = NULL;

    assert_err(jg_snapshot_begin(previous, generation, jg_str(conf), api_count,
                                 policy_count, &b),
               JG_OK);
    for (size_t i = 0; i < api_count; i++) {
        struct jg_document document = document_of(&apis[i]);

        assert_err(jg_snapshot_add_api(b, &document, NULL), JG_OK);
    }
    for (size_t i = 0; i < policy_count; i++) {
        struct jg_document document = document_of(&policies[i]);

        assert_err(jg_snapshot_add_policy(b, &document, NULL), JG_OK);
    }
    assert_err(jg_snapshot_finish(b, &snapshot), JG_OK);
    return snapshot;
}

static inline struct jg_signer *
signer_of_secret(const char *secret)
{
    struct jg_signer *signer = NULL;

    assert_err(jg_signer_from_secret(jg_str(secret), &signer, NULL), JG_OK);
    return signer;
}

/* A token of these texts, signed with HMAC; JG_NO_ALG: with HS256. */
static inline void
make_token(const struct jg_signer *signer, const char *header,
           const char *claims, struct jg_buf *out)
{
    static const char *const names[] = {"HS256", "HS384", "HS512"};
    const struct jg_alg *alg = jg_alg_find(JG_STR("HS256"));

    for (size_t i = 0; i < LEN(names); i++) {
        char member[32];

        snprintf(member, sizeof(member), "\"alg\":\"%s\"", names[i]);
        if (strstr(header, member) != NULL)
            alg = jg_alg_find(jg_str(names[i]));
    }
    jg_buf_reset(out);
    assert_err(jg_sign(signer, alg, jg_str(header), jg_str(claims), out),
               JG_OK);
}

#define LINES_MAX 120

/* A request and the room that it takes. */
struct client {
    struct jg_request request;
    struct jg_header headers[LINES_MAX];
    struct jg_buf text;
};

/* <line> with every "%T" replaced by <token>, appended to <b>. */
static inline void
add_line(struct jg_buf *b, const char *line, struct jg_str token)
{
    const char *mark;

    while ((mark = strstr(line, "%T")) != NULL) {
        jg_buf_add(b, (struct jg_str){line, (size_t)(mark - line)});
        jg_buf_add(b, token);
        line = mark + 2;
    }
    jg_buf_add(b, jg_str(line));
}

/*
 * A request of "Name: value" lines, one after the other with '\n' between;
 * "%T" in <target> and <lines> is the token.
 */
static inline void
make_request(struct client *c, const char *target, const char *lines,
             struct jg_str token)
{
    size_t target_len;
    struct jg_str rest, line;

    jg_buf_init(&c->text, 1024 * 1024);
    add_line(&c->text, target, token);
    target_len = c->text.len;
    add_line(&c->text, lines, token);
    assert_false(c->text.failed);
    rest = jg_str_from(jg_buf_str(&c->text), target_len);
    c->request = (struct jg_request){
        .method = JG_STR("GET"),
        .host = JG_STR("gateway.example"),
        .target = jg_str_head(jg_buf_str(&c->text), target_len),
        .headers = c->headers,
        .peer = JG_STR("192.0.2.7"),
    };
    while (rest.len > 0 && jg_str_next(&rest, '\n', &line)) {
        size_t colon = jg_str_find(line, ':');

        if (line.len == 0)
            continue;
        assert_true(c->request.header_count < LINES_MAX);
        c->headers[c->request.header_count++] =
            (struct jg_header){jg_str_head(line, colon),
                               jg_str_trim(jg_str_from(line, colon + 1))};
    }
}

static inline void
end_request(struct client *c)
{
    jg_buf_free(&c->text);
}

static inline void
start_decision(struct jg_decision *d, const struct jg_snapshot *snapshot,
               const struct client *c, struct jg_arena *a)
{
    jg_arena_init(a, 8 * 1024, 4 * 1024 * 1024);
    *d = (struct jg_decision){.with = {.snapshot = snapshot, .now_s = NOW},
                              .request = &c->request,
                              .arena = a};
}

static inline void
end_decision(struct jg_decision *d)
{
    jg_decision_done(d);
    jg_arena_free(d->arena);
}

/* The value that is set for header <name>; p == NULL: none is. */
static inline struct jg_str
header_set(const struct jg_forward *forward, const char *name)
{
    for (size_t i = 0; i < forward->set_count; i++)
        if (jg_str_eq_nocase(forward->set[i].name, jg_str(name)))
            return forward->set[i].value;
    return (struct jg_str){NULL, 0};
}

static inline bool
header_removed(const struct jg_forward *forward, const char *name)
{
    for (size_t i = 0; i < forward->removed_count; i++)
        if (jg_header_same(forward->removed[i], jg_str(name)))
            return true;
    return false;
}

/* Fails with both names. */
#define assert_verdict(got, want) \
    check_verdict((got), (want), __FILE__, __LINE__)

static inline void
check_verdict(enum jg_verdict got, enum jg_verdict want, const char *file,
              int line)
{
    static const char *const names[] = {"ALLOW", "DENY", "WANT"};

    if (got == want)
        return;
    print_error("got %s, want %s\n", names[got], names[want]);
    _fail(file, line);
}

#endif

/* The functions that scripts call and this side does: a row each. */
#include "script_api.h"

#include "clock.h"
#include "script_pairs.h"
#include "script_request.h"

#include "model/key_life.h"
#include "store/keys.h"
#include "store/records.h"

#include <stdio.h>
#include <stdlib.h>

#define TOKEN_LETTERS_MIN 24 /* as long as that, it may be a secret */
#define FORM_MAX 64          /* members of FormData */
#define HEAD_LINES_MAX 256   /* of an answer, which a script is told */
#define SCRIPT_ARENA (64 * 1024)
#define SCRIPT_ARENA_MAX (64 * 1024 * 1024)

typedef bool function(struct jg_script_api_call *call,
                      const struct jg_str *args, size_t count,
                      struct jg_arena *a, struct jg_buf *out);

static bool
is_token_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' ||
           c == '+' || c == '/' || c == '=';
}

void
jg_script_mask(struct jg_str text, char out[static JG_SCRIPT_LOG_LINE_MAX])
{
    static const char mask[] = "[token]";
    size_t n = 0;

    for (size_t i = 0;
         i < text.len && n + sizeof(mask) < JG_SCRIPT_LOG_LINE_MAX;) {
        size_t len = 0;

        while (i + len < text.len && is_token_letter(text.p[i + len]))
            len++;
        if (len >= TOKEN_LETTERS_MIN) {
            memcpy(out + n, mask, sizeof(mask) - 1);
            n += sizeof(mask) - 1;
            i += len;
            continue;
        }
        for (size_t end = i + (len > 0 ? len : 1);
             i < end && n + sizeof(mask) < JG_SCRIPT_LOG_LINE_MAX; i++)
            out[n++] = (unsigned char)text.p[i] < ' ' ? ' ' : text.p[i];
    }
    out[n] = '\0';
}

static bool
write_log(struct jg_script_api_call *call, const struct jg_str *args,
          size_t count, struct jg_arena *a, struct jg_buf *out)
{
    char line[JG_SCRIPT_LOG_LINE_MAX];

    (void)a;
    (void)out;
    if (count == 0 || call->lines++ >= JG_SCRIPT_LOG_MAX)
        return false;
    jg_script_mask(args[0], line);
    jg_log(&call->broker->log, JG_LOG_INFO, "script of API %.*s: %s",
           JG_STR_ARG(call->api_id), line);
    return false;
}

/* TykMakeHttpRequest */

static int
by_name(const void *x, const void *y)
{
    const struct jg_json_member *a = x, *b = y;

    return jg_str_cmp(a->name, b->name);
}

static void
add_escaped(struct jg_buf *b, struct jg_str s)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = s.p[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                     (c >= '0' && c <= '9') ||
                     (c != '\0' && strchr("-_.~", c) != NULL);

        if (plain)
            jg_buf_addc(b, c);
        else if (c == ' ')
            jg_buf_addc(b, '+');
        else
            jg_buf_addf(b, "%%%02X", (unsigned)(unsigned char)c);
    }
}

/* As Go's url.Values.Encode(): sorted by name. */
static bool
encode_form(const struct jg_json *form, struct jg_arena *a, struct jg_str *out)
{
    struct jg_json_member *members;
    struct jg_buf b;

    if (form->count > FORM_MAX)
        return false;
    members = jg_arena_array(a, form->count + 1, sizeof(*members));
    if (members == NULL)
        return false;
    memcpy(members, form->members, form->count * sizeof(*members));
    qsort(members, form->count, sizeof(*members), by_name);
    jg_buf_init(&b, JG_CALL_BODY_MAX);
    for (uint32_t i = 0; i < form->count; i++) {
        if (i > 0)
            jg_buf_addc(&b, '&');
        add_escaped(&b, members[i].name);
        jg_buf_addc(&b, '=');
        add_escaped(&b, jg_json_string(&members[i].value));
    }
    *out = jg_arena_str(a, jg_buf_str(&b));
    jg_buf_free(&b);
    return out->p != NULL;
}

static struct jg_str
text_of(const struct jg_json *object, const char *name)
{
    return jg_json_string(jg_script_member(object, name));
}

static bool
read_body(const struct jg_json *spec, struct jg_arena *a, struct jg_str *out)
{
    const struct jg_json *form = jg_script_member(spec, "FormData");

    *out = text_of(spec, "Body");
    if (out->len > 0 || form == NULL || form->type != JG_JSON_OBJECT)
        return true;
    return encode_form(form, a, out);
}

static size_t
read_headers(const struct jg_json *spec,
             struct jg_call_header out[static JG_CALL_HEADERS_MAX])
{
    const struct jg_json *headers = jg_script_member(spec, "Headers");
    size_t count = 0;

    if (headers == NULL || headers->type != JG_JSON_OBJECT)
        return 0;
    for (uint32_t i = 0; i < headers->count && count < JG_CALL_HEADERS_MAX; i++)
        out[count++] =
            (struct jg_call_header){headers->members[i].name,
                                    jg_json_string(&headers->members[i].value)};
    return count;
}

/* {"Name":["value",...],...} of the lines of an answer, named as in Go. */
static bool
add_head(struct jg_buf *b, struct jg_str head, struct jg_arena *a)
{
    struct jg_script_pairs pairs;
    struct jg_str line;

    if (!jg_script_pairs_make(&pairs, HEAD_LINES_MAX, a))
        return false;
    while (pairs.count < HEAD_LINES_MAX && jg_str_next(&head, '\n', &line)) {
        size_t colon = jg_str_find(line, ':');

        if (colon < line.len && !jg_script_pairs_add_header(
                                    &pairs, jg_str_head(line, colon),
                                    jg_str_trim(jg_str_from(line, colon + 1))))
            return false;
    }
    jg_script_pairs_write(&pairs, b);
    return true;
}

/* Every member twice, as Tyk writes them. */
static bool
add_result(struct jg_buf *out, const struct jg_call_result *result,
           struct jg_arena *a)
{
    static const char *const names[][3] = {{"Code", "Body", "Headers"},
                                           {"code", "body", "headers"}};

    jg_buf_addc(out, '{');
    for (size_t i = 0; i < 2; i++) {
        jg_buf_addf(out, "%s\"%s\":%d,\"%s\":", i > 0 ? "," : "", names[i][0],
                    result->status, names[i][1]);
        jg_buf_add_quoted(out, result->body);
        jg_buf_addf(out, ",\"%s\":", names[i][2]);
        if (!add_head(out, result->head, a))
            return false;
    }
    jg_buf_addc(out, '}');
    return true;
}

static bool
run(struct jg_script_api_call *call, const struct jg_call_request *request,
    struct jg_arena *a, struct jg_buf *out)
{
    struct jg_call_result result;
    struct jg_call *running;
    char fault[JG_SCRIPT_LOG_LINE_MAX]; /* it may quote the URL */
    bool done;

    if (jg_call_begin(call->caller, request, &running) != JG_OK)
        return false;
    while (jg_caller_next(call->caller) == NULL &&
           jg_clock_ms() < call->deadline_ms)
        jg_caller_wait(call->caller, NULL, 0, 100);
    done = jg_caller_next(call->caller) == running;
    jg_call_result(running, &result);
    jg_script_mask(done ? result.fault : JG_STR("the deadline"), fault);
    done = done && !result.failed;
    if (done)
        done = add_result(out, &result, a);
    else
        jg_log(&call->broker->log, JG_LOG_WARN,
               "script of API %.*s: its request failed: %s",
               JG_STR_ARG(call->api_id), fault);
    jg_call_free(running);
    return done;
}

static bool
make_request(struct jg_script_api_call *call, const struct jg_str *args,
             size_t count, struct jg_arena *a, struct jg_buf *out)
{
    struct jg_call_header headers[JG_CALL_HEADERS_MAX];
    struct jg_call_request request = {.headers = headers,
                                      .insecure = call->insecure};
    const struct jg_json *spec;

    if (count == 0 || call->calls++ >= JG_SCRIPT_CALLS_MAX ||
        jg_json_parse(args[0], &jg_json_limits_conf, a, &spec, NULL) != JG_OK)
        return false;
    request.method = text_of(spec, "Method");
    if (request.method.len == 0)
        request.method = JG_STR("GET");
    request.timeout_ms = call->deadline_ms - jg_clock_ms();
    request.url =
        jg_arena_join(a,
                      (const struct jg_str[]){text_of(spec, "Domain"),
                                              text_of(spec, "Resource")},
                      2);
    if (request.timeout_ms <= 0 || !read_body(spec, a, &request.body) ||
        request.url.p == NULL)
        return false;
    request.header_count = read_headers(spec, headers);
    return run(call, &request, a, out);
}

/* Keys. */

/* Scripts have nothing to do with the keys of other organisations. */
static bool
is_own(const struct jg_script_api_call *call, struct jg_str org_id)
{
    return org_id.len == 0 || call->org_id.len == 0 ||
           jg_str_eq(org_id, call->org_id);
}

static bool
find_key(struct jg_script_api_call *call, struct jg_str key, struct jg_arena *a,
         struct jg_buf *out)
{
    struct jg_key_candidates candidates;
    int64_t now_s = jg_clock_s();
    struct jg_stored_key found;
    struct jg_key_id id;
    struct jg_txn *txn;
    bool there = false;

    if (jg_key_candidates(call->broker->conf, call->org_id, key, a,
                          &candidates) != JG_OK ||
        jg_txn_read(call->broker->store, &txn) != JG_OK)
        return false;
    for (size_t i = 0; !there && i < candidates.count; i++)
        there = jg_key_id(candidates.keys[i], &id) == JG_OK &&
                jg_stored_key_get(txn, &id, now_s, &found) == JG_OK;
    there = there && is_own(call, found.org_id);
    if (there)
        jg_buf_add(out, found.session);
    jg_txn_abort(txn);
    return there;
}

static bool
get_key(struct jg_script_api_call *call, const struct jg_str *args,
        size_t count, struct jg_arena *a, struct jg_buf *out)
{
    if (count > 0 && call->keys++ < JG_SCRIPT_KEYS_MAX &&
        find_key(call, args[0], a, out))
        return true;
    jg_buf_add(out, JG_STR("{\"status\":\"error\",\"message\":\"Key not "
                           "found\"}"));
    return true;
}

/* A session needs rights or policies: a script makes no master keys. Whose
 * policies they are, org_id says. */
static bool
is_session(const struct jg_script_api_call *call, const struct jg_json *json)
{
    const struct jg_json *rights = jg_json_get(json, JG_STR("access_rights"));
    const struct jg_json *ids = jg_json_get(json, JG_STR("apply_policies"));

    if (!is_own(call, jg_json_string(jg_json_get(json, JG_STR("org_id")))))
        return false;
    return (rights != NULL && rights->type == JG_JSON_OBJECT &&
            rights->count > 0) ||
           (ids != NULL && ids->type == JG_JSON_ARRAY && ids->count > 0) ||
           jg_json_string(jg_json_get(json, JG_STR("apply_policy_id"))).len > 0;
}

/* Is nobody's key in this place, or one of this organisation? */
static bool
is_free(const struct jg_script_api_call *call, struct jg_txn *txn,
        const struct jg_key_id *id)
{
    struct jg_stored_key old;
    enum jg_err err = jg_stored_key_get(txn, id, INT64_MIN, &old);

    return err == JG_E_NOT_FOUND || (err == JG_OK && is_own(call, old.org_id));
}

/* When the record goes, by what the session itself says: keys that scripts make
 * would fill the store. False: it is no session. */
static bool
read_end(struct jg_script_api_call *call, const struct jg_json *json,
         struct jg_str text, struct jg_arena *a, int64_t *out)
{
    const struct jg_snapshot none = {.conf = call->broker->conf};
    const struct jg_list no_rights = {NULL, 0};
    const struct jg_bind_source source = {.text = text};
    struct jg_stored_session session;
    struct jg_key_life life;

    if (jg_stored_session_read(&source, json, a, &session) != JG_OK)
        return false;
    life = jg_key_life_of(&session);
    *out = jg_key_life_end(&none, &no_rights, &life, jg_clock_s());
    return true;
}

/* Under the id as it is given (reference 7.7 b). */
static bool
put_key(struct jg_script_api_call *call, struct jg_str key,
        struct jg_str session, int64_t ends_s, struct jg_arena *a)
{
    struct jg_stored_key record = {
        .org_id = call->org_id, .session = session, .ends_s = ends_s};
    struct jg_key_id id;
    struct jg_txn *txn;
    enum jg_err err;

    if (jg_key_name(call->broker->conf, key, a, &record.name) != JG_OK ||
        jg_key_id(key, &id) != JG_OK ||
        jg_txn_write(call->broker->store, &txn) != JG_OK)
        return false;
    err = is_free(call, txn, &id) ? jg_stored_key_put(txn, &id, &record)
                                  : JG_E_CONF_VALUE;
    if (err == JG_OK)
        return jg_txn_commit(txn) == JG_OK;
    jg_txn_abort(txn);
    return false;
}

static bool
set_key(struct jg_script_api_call *call, const struct jg_str *args,
        size_t count, struct jg_arena *a, struct jg_buf *out)
{
    const struct jg_json *json;
    int64_t ends_s;

    (void)out;
    if (count < 2 || call->keys++ >= JG_SCRIPT_KEYS_MAX || args[0].len == 0 ||
        args[0].len > JG_KEY_BYTES_MAX ||
        jg_json_parse(args[1], &jg_json_limits_conf, a, &json, NULL) != JG_OK ||
        !is_session(call, json) || !read_end(call, json, args[1], a, &ends_s) ||
        !put_key(call, args[0], args[1], ends_s, a))
        jg_log(&call->broker->log, JG_LOG_WARN,
               "script of API %.*s: TykSetKeyData stored nothing: the session "
               "is no JSON, or has neither access_rights nor apply_policies, "
               "or session or key are another organisation's, or the store "
               "failed",
               JG_STR_ARG(call->api_id));
    return false;
}

static const struct {
    const char *name;
    function *run;
} functions[] = {
    {"log", write_log},
    {"rawlog", write_log},
    {"TykMakeHttpRequest", make_request},
    {"TykGetKeyData", get_key},
    {"TykSetKeyData", set_key},
};

enum jg_wire_said
jg_script_api(void *arg, const char *name, const struct jg_str *args,
              size_t count, struct jg_buf *out)
{
    bool answered = false;
    struct jg_arena a;

    jg_arena_init(&a, SCRIPT_ARENA, SCRIPT_ARENA_MAX);
    for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++)
        if (strcmp(functions[i].name, name) == 0)
            answered = functions[i].run(arg, args, count, &a, out);
    jg_arena_free(&a);
    return answered ? JG_SAID_TEXT : JG_SAID_NOTHING;
}

/* From a request to its script, and from what that returned to a response. */
#include "virtual.h"

#include "base/content_type.h"
#include "clock.h"
#include "keysets.h"
#include "reply.h"
#include "script_api.h"
#include "script_apis.h"
#include "script_meta.h"
#include "script_process.h"
#include "script_request.h"
#include "stream.h"

#include <stdio.h>

#define ARENA_CHUNK (64 * 1024)
#define ARENA_MAX (128 * 1024 * 1024) /* of one request */
#define RULES_ARENA_MAX (1024 * 1024)
#define ARGUMENTS_MAX (15 * 1024 * 1024)
#define RESPONSE_MAX (16 * 1024 * 1024)
#define TIMEOUT_DEFAULT_S 5 /* of a call, when jsvm_timeout says nothing */

struct jg_virtual {
    struct jg_broker *broker;
    struct jg_script_process process;
    struct jg_script_apis apis;
    struct jg_fetch_rules rules;
    struct jg_caller *caller;
    struct jg_arena arena; /* of the rules */
};

/* One request. */
struct request {
    struct jg_virtual *v;
    const struct jg_scgi *scgi;
    struct jg_arena *arena;
    struct jg_script_known *known;
    const struct jg_virtual_endpoint *endpoint;
};

enum jg_err
jg_virtual_open(struct jg_broker *broker, const char *program,
                struct jg_virtual **out)
{
    struct jg_virtual *v = jg_mem_grow(NULL, sizeof(*v));
    char fault[JG_FETCH_FAULT_MAX];
    enum jg_err err;

    if (v == NULL)
        return JG_E_NOMEM;
    memset(v, 0, sizeof(*v));
    v->broker = broker;
    jg_arena_init(&v->arena, ARENA_CHUNK, RULES_ARENA_MAX);
    jg_script_process_init(&v->process, program,
                           broker->conf->script_memory_mib);
    err = jg_keyset_rules(&broker->conf->jwks, &v->arena, &v->rules, fault);
    if (err == JG_OK)
        err = jg_caller_open(&v->rules, &v->caller);
    if (err == JG_OK)
        *out = v;
    else
        jg_virtual_close(v);
    return err;
}

void
jg_virtual_close(struct jg_virtual *v)
{
    if (v == NULL)
        return;
    jg_script_apis_free(&v->apis);
    jg_caller_close(v->caller);
    jg_script_process_end(&v->process);
    jg_arena_free(&v->arena);
    jg_mem_free(v);
}

/* Is it the one that the decision meant? The definition may be a later one. */
static bool
is_meant(const struct jg_virtual_endpoint *e, struct jg_str function,
         struct jg_str path)
{
    return !e->endpoint.disabled && jg_str_eq(e->function, function) &&
           jg_str_eq(e->endpoint.path, path);
}

/* Entry <number> of version <name>. */
static const struct jg_virtual_endpoint *
entry_of(const struct jg_api *api, struct jg_str name, uint64_t number)
{
    const struct jg_api_version *versions = api->def.versions.items;

    for (size_t i = 0; i < api->def.versions.count; i++)
        if (jg_str_eq(versions[i].name, name) &&
            versions[i].endpoints != NULL &&
            number < versions[i].endpoints->kinds[JG_ENDPOINT_VIRTUAL].count)
            return (const struct jg_virtual_endpoint *)jg_endpoint_at(
                &versions[i], JG_ENDPOINT_VIRTUAL, (size_t)number);
    return NULL;
}

/* "api\nversion\nnumber\nfunction\npath", which only our nginx configuration
 * says. */
static bool
find_endpoint(struct request *r)
{
    struct jg_str rest = jg_scgi_get(r->scgi, JG_STR("JOTGATE_SCRIPT"));
    struct jg_str id, name, number, function;
    uint64_t i;

    if (!jg_str_next(&rest, '\n', &id) || !jg_str_next(&rest, '\n', &name) ||
        !jg_str_next(&rest, '\n', &number) || !jg_str_to_u64(number, &i) ||
        !jg_str_next(&rest, '\n', &function))
        return false;
    r->known = jg_script_apis_find(&r->v->apis, r->v->broker, id);
    if (r->known == NULL)
        return false;
    r->endpoint = entry_of(r->known->api, name, i);
    return r->endpoint != NULL && is_meant(r->endpoint, function, rest);
}

/* RFC 9110 15.3.5, 15.4.5: whatever the script says. */
static bool
has_body(const struct jg_script_answer *answer)
{
    return answer->status != 204 && answer->status != 304;
}

static void
add_head(struct jg_buf *b, const struct jg_script_answer *answer)
{
    bool typed = false;

    jg_buf_addf(b, "Status: %d\r\nServer: tyk\r\n", answer->status);
    for (size_t i = 0; i < answer->header_count; i++) {
        const struct jg_script_header *h = &answer->headers[i];

        typed = typed || jg_str_eq_nocase(h->name, JG_STR("Content-Type"));
        jg_buf_add(b, h->name);
        jg_buf_add(b, JG_STR(": "));
        jg_buf_add(b, h->value);
        jg_buf_add(b, JG_STR("\r\n"));
    }
    if (!typed && has_body(answer) && answer->body.len > 0) {
        jg_buf_add(b, JG_STR("Content-Type: "));
        jg_buf_add(b, jg_content_type_of(answer->body));
        jg_buf_add(b, JG_STR("\r\n"));
    }
    if (has_body(answer))
        jg_buf_addf(b, "Content-Length: %zu\r\n", answer->body.len);
    jg_buf_add(b, JG_STR("\r\n"));
}

static void
send_answer(int fd, const struct jg_script_answer *answer)
{
    struct jg_buf head;

    jg_buf_init(&head, RESPONSE_MAX);
    add_head(&head, answer);
    if (!head.failed)
        jg_stream_write(
            fd, jg_clock_ms() + JG_REPLY_DEADLINE_MS, jg_buf_str(&head),
            has_body(answer) ? answer->body : (struct jg_str){NULL, 0});
    jg_buf_free(&head);
}

/* Why, and what was wrong with the scripts before. What a script throws may
 * have a token in it. */
static void
log_failure(const struct request *r, const char *why)
{
    const struct jg_log *log = &r->v->broker->log;
    const struct jg_buf *lists[] = {&r->known->faults, &r->known->errors};
    char line[JG_SCRIPT_LOG_LINE_MAX];

    jg_script_mask(jg_str(why), line);
    jg_log(log, JG_LOG_WARN, "API %.*s, virtual endpoint %.*s: %s",
           JG_STR_ARG(r->known->api->def.api_id),
           JG_STR_ARG(r->endpoint->endpoint.path), line);
    for (size_t i = 0; i < 2; i++) {
        struct jg_str rest = jg_buf_str(lists[i]), fault;

        while (rest.len > 0 && jg_str_next(&rest, '\n', &fault)) {
            jg_script_mask(fault, line);
            jg_log(log, JG_LOG_WARN, "API %.*s, its scripts: %s",
                   JG_STR_ARG(r->known->api->def.api_id), line);
        }
    }
}

/* nginx says Tyk's words, or asks the upstream instead. */
static void
fail(const struct request *r, int fd, const char *why)
{
    const char *head =
        r->endpoint->proxy_on_error
            ? "Status: 200\r\nX-Accel-Redirect: @jotgate_proxy\r\n\r\n"
            : "Status: 200\r\nX-Accel-Redirect: @jotgate_script_failed\r\n\r\n";

    log_failure(r, why);
    jg_stream_write(fd, jg_clock_ms() + JG_REPLY_DEADLINE_MS, jg_str(head),
                    (struct jg_str){NULL, 0});
}

static int64_t
timeout_ms(const struct jg_conf *conf)
{
    int64_t s = conf->jsvm_timeout_s;

    return (s > 0 ? s : TIMEOUT_DEFAULT_S) * 1000;
}

static bool
run(struct request *r, struct jg_str args, struct jg_str *result,
    char error[static JG_SCRIPT_ERROR_MAX])
{
    struct jg_broker *broker = r->v->broker;
    const struct jg_api_def *def = &r->known->api->def;
    struct jg_script_api_call api = {
        .broker = broker,
        .caller = r->v->caller,
        .api_id = def->api_id,
        .org_id = def->org_id,
        .target = def->proxy.target_url,
        .deadline_ms = jg_clock_ms() + timeout_ms(broker->conf),
        .insecure = def->proxy.ssl_insecure_skip_verify ||
                    broker->conf->proxy_ssl_insecure_skip_verify,
    };
    const struct jg_script_call call = {
        .script = &r->known->script,
        .function = r->endpoint->function,
        .args = args,
        .deadline_ms = api.deadline_ms,
        .ask = jg_script_api,
        .arg = &api,
        .faults = &r->known->errors,
    };

    /* A script may have more time than anything else that a service does. */
    jg_slot_extend(broker->slot,
                   api.deadline_ms + JG_SCRIPT_GRACE_MS + JG_REPLY_DEADLINE_MS);
    return jg_script_process_call(&r->v->process, &call, result, error);
}

static bool
call(struct request *r, struct jg_str *result,
     char error[static JG_SCRIPT_ERROR_MAX])
{
    const struct jg_api_def *def = &r->known->api->def;
    const struct jg_script_api names = {.org_id = def->org_id,
                                        .api_id = def->api_id,
                                        .config_data = def->config_data,
                                        .config_data_disabled =
                                            def->config_data_disabled};
    struct jg_buf args;
    bool called;

    jg_buf_init(&args, ARGUMENTS_MAX);
    snprintf(error, JG_SCRIPT_ERROR_MAX, "the request is too large");
    called = jg_script_arguments(
                 &args, r->scgi, &names,
                 jg_scgi_get(r->scgi, JG_STR("JOTGATE_SESSION")), r->arena) &&
             run(r, jg_buf_str(&args), result, error);
    jg_buf_free(&args);
    return called;
}

/* Once for each load and process: it is so for every request. */
static void
log_unkept(const struct request *r)
{
    if (r->known->meta_told)
        return;
    r->known->meta_told = true;
    jg_log(&r->v->broker->log, JG_LOG_WARN,
           "API %.*s, virtual endpoint %.*s: its SessionMeta is not kept where "
           "the caller has no key: sessions of tokens are computed for each "
           "request; keep it in a key (TykSetKeyData)",
           JG_STR_ARG(r->known->api->def.api_id),
           JG_STR_ARG(r->endpoint->endpoint.path));
}

/* Before the answer, so that the caller's next request finds it. False: it
 * could not be kept, and an answer would say that it is. */
static bool
keep_meta(const struct request *r, const struct jg_json *meta, const char **why)
{
    enum jg_script_meta kept = JG_META_KEPT;

    if (r->endpoint->use_session)
        kept = jg_script_meta_keep(r->v->broker, r->scgi, meta, r->arena, why);
    if (kept == JG_META_UNKEPT)
        log_unkept(r);
    if (kept == JG_META_OVERTAKEN)
        jg_log(&r->v->broker->log, JG_LOG_INFO,
               "API %.*s, virtual endpoint %.*s: its SessionMeta is not kept: "
               "the key was deleted or changed while the script ran",
               JG_STR_ARG(r->known->api->def.api_id),
               JG_STR_ARG(r->endpoint->endpoint.path));
    return kept != JG_META_FAILED;
}

static void
serve(struct request *r, int fd)
{
    struct jg_script_answer *answer = jg_arena_alloc(r->arena, sizeof(*answer));
    char error[JG_SCRIPT_ERROR_MAX];
    struct jg_str result;
    const char *why;

    if (answer == NULL || !find_endpoint(r))
        jg_reply_busy(fd);
    else if (!call(r, &result, error))
        fail(r, fd, error);
    else if (jg_script_answer_read(result, r->arena, answer, &why) != JG_OK)
        fail(r, fd, why);
    else if (!keep_meta(r, answer->session_meta, &why))
        fail(r, fd, why);
    else
        send_answer(fd, answer);
}

void
jg_virtual_serve(struct jg_virtual *v, int fd, const struct jg_scgi *scgi)
{
    struct jg_arena a;
    struct request r = {.v = v, .scgi = scgi, .arena = &a};

    jg_arena_init(&a, ARENA_CHUNK, ARENA_MAX);
    serve(&r, fd);
    jg_script_life_bury(&v->process.life); /* with the answer on its way */
    jg_arena_free(&a);
}

/* From a request to its script, and from what that returned to a response. */
#include "virtual.h"

#include "clock.h"
#include "keysets.h"
#include "known.h"
#include "reply.h"
#include "script_api.h"
#include "script_process.h"
#include "script_request.h"
#include "stream.h"

#include "base/b64.h"
#include "store/files.h"
#include "store/records.h"

#include <stdio.h>

#define ARENA_CHUNK (64 * 1024)
#define ARENA_MAX (128 * 1024 * 1024) /* of one request */
#define RULES_ARENA_MAX (1024 * 1024)
#define SOURCE_MAX (1024 * 1024) /* bytes of a script */
#define ARGUMENTS_MAX (15 * 1024 * 1024)
#define RESPONSE_MAX (16 * 1024 * 1024)
#define SCRIPT_FAILED                                                     \
    "Error during virtual endpoint execution. Contact Administrator for " \
    "more details."

struct jg_virtual {
    struct jg_broker *broker;
    struct jg_script_process process;
    struct jg_fetch_rules rules;
    struct jg_caller *caller;
    struct jg_known_apis apis;
    struct jg_arena arena; /* of the rules */
};

/* One request. */
struct request {
    struct jg_virtual *v;
    const struct jg_scgi *scgi;
    struct jg_arena *arena;
    const struct jg_api *api;
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
    jg_known_apis_free(&v->apis);
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

/* "api\nversion\nnumber\nfunction\npath", which only our nginx configuration
 * says. */
static bool
find_endpoint(struct request *r)
{
    struct jg_str rest = jg_scgi_get(r->scgi, JG_STR("JOTGATE_SCRIPT"));
    struct jg_str id, name, number, function;
    const struct jg_api_version *versions;
    uint64_t i;

    if (!jg_str_next(&rest, '\n', &id) || !jg_str_next(&rest, '\n', &name) ||
        !jg_str_next(&rest, '\n', &number) || !jg_str_to_u64(number, &i) ||
        !jg_str_next(&rest, '\n', &function))
        return false;
    r->api = jg_known_api(&r->v->apis, r->v->broker, id);
    if (r->api == NULL)
        return false;
    versions = r->api->def.versions.items;
    for (size_t k = 0; k < r->api->def.versions.count; k++) {
        if (!jg_str_eq(versions[k].name, name) ||
            versions[k].endpoints == NULL ||
            i >= versions[k].endpoints->kinds[JG_ENDPOINT_VIRTUAL].count)
            continue;
        r->endpoint = (const struct jg_virtual_endpoint *)jg_endpoint_at(
            &versions[k], JG_ENDPOINT_VIRTUAL, (size_t)i);
        return is_meant(r->endpoint, function, rest);
    }
    return false;
}

/* Paths are relative to where the gateway was started, as in Tyk. */
static enum jg_err
read_source(const struct request *r, struct jg_str *out)
{
    const struct jg_virtual_endpoint *e = r->endpoint;
    struct jg_str path;

    if (jg_str_eq(e->source_type, JG_STR("blob"))) {
        if (r->v->broker->conf->disable_virtual_path_blobs)
            return JG_E_CONF_UNSUPPORTED;
        return jg_b64_decode_arena(e->source_uri, r->arena, out);
    }
    path = jg_arena_str(r->arena, e->source_uri);
    return path.p == NULL ? JG_E_NOMEM : jg_file_read(path.p, r->arena, out);
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
    bool server = false, typed = false;

    jg_buf_addf(b, "Status: %d\r\n", answer->status);
    for (size_t i = 0; i < answer->header_count; i++) {
        const struct jg_script_header *h = &answer->headers[i];

        server = server || jg_str_eq_nocase(h->name, JG_STR("Server"));
        typed = typed || jg_str_eq_nocase(h->name, JG_STR("Content-Type"));
        jg_buf_add(b, h->name);
        jg_buf_add(b, JG_STR(": "));
        jg_buf_add(b, h->value);
        jg_buf_add(b, JG_STR("\r\n"));
    }
    if (!server)
        jg_buf_add(b, JG_STR("Server: tyk\r\n"));
    if (!typed) /* what Go takes most texts for */
        jg_buf_add(b, JG_STR("Content-Type: text/plain; charset=utf-8\r\n"));
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

/* Tyk's words, or the upstream's answer instead. What a script throws may
 * have a token in it. */
static void
fail(const struct request *r, int fd, const char *why)
{
    static const char body[] = "{\n    \"error\": \"" SCRIPT_FAILED "\"\n}";
    static const char redirect[] =
        "Status: 200\r\nX-Accel-Redirect: @jotgate_proxy\r\n\r\n";
    const struct jg_reply reply = {.status = 500,
                                   .content_type = "application/json",
                                   .generator = true,
                                   .body = {body, sizeof(body) - 1}};
    char line[JG_SCRIPT_LOG_LINE_MAX];

    jg_script_mask(jg_str(why), line);
    jg_log(&r->v->broker->log, JG_LOG_WARN,
           "API %.*s, virtual endpoint %.*s: %s",
           JG_STR_ARG(r->api->def.api_id),
           JG_STR_ARG(r->endpoint->endpoint.path), line);
    if (r->endpoint->proxy_on_error)
        jg_stream_write(fd, jg_clock_ms() + JG_REPLY_DEADLINE_MS,
                        (struct jg_str){redirect, sizeof(redirect) - 1},
                        (struct jg_str){NULL, 0});
    else
        jg_reply_send(fd, &reply);
}

static bool
call(struct request *r, struct jg_str source, struct jg_str *result,
     char error[static JG_SCRIPT_ERROR_MAX])
{
    const struct jg_script_api names = {.org_id = r->api->def.org_id,
                                        .api_id = r->api->def.api_id,
                                        .config_data = r->api->def.config_data};
    int64_t timeout_ms = r->v->broker->conf->jsvm_timeout_s > 0
                             ? r->v->broker->conf->jsvm_timeout_s * 1000
                             : 5000;
    struct jg_script_api_call api = {
        .broker = r->v->broker,
        .caller = r->v->caller,
        .api_id = names.api_id,
        .org_id = names.org_id,
        .deadline_ms = jg_clock_ms() + timeout_ms,
        .insecure = r->api->def.proxy.ssl_insecure_skip_verify,
    };
    struct jg_script_call call = {
        .source = source,
        .function = r->endpoint->function,
        .deadline_ms = api.deadline_ms,
        .ask = jg_script_api,
        .arg = &api,
    };
    struct jg_buf args;
    bool called;

    jg_buf_init(&args, ARGUMENTS_MAX);
    snprintf(error, JG_SCRIPT_ERROR_MAX, "the request is too large");
    called = jg_script_arguments(
        &args, r->scgi, &names, jg_scgi_get(r->scgi, JG_STR("JOTGATE_SESSION")),
        r->arena);
    call.args = jg_buf_str(&args);
    called =
        called && jg_script_process_call(&r->v->process, &call, result, error);
    jg_buf_free(&args);
    return called;
}

static void
serve(struct request *r, int fd)
{
    struct jg_script_answer *answer = jg_arena_alloc(r->arena, sizeof(*answer));
    char error[JG_SCRIPT_ERROR_MAX];
    struct jg_str source, result;
    const char *why;

    if (!find_endpoint(r) || answer == NULL) {
        jg_reply_busy(fd);
        return;
    }
    if (read_source(r, &source) != JG_OK || source.len > SOURCE_MAX)
        fail(r, fd, "its script cannot be read, or has more than 1 MiB");
    else if (!call(r, source, &result, error))
        fail(r, fd, error);
    else if (jg_script_answer_read(result, r->arena, answer, &why) != JG_OK)
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
    jg_arena_free(&a);
}

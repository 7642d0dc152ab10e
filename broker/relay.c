/* `jotgate-broker --relay`: requests of the command line, carried out. */
#include "relay.h"

#include "base/arena.h"
#include "call.h"
#include "supervise.h"

#include <inttypes.h>
#include <stdio.h>

#define LOOK_MS 1000
#define TIMEOUT_MAX_MS 600000

struct relay {
    struct jg_fetch_rules rules;
    struct jg_caller *caller;
    struct jg_arena arena; /* of one request */
    bool insecure;
};

/* One line without its end into the arena; p == NULL: there is none. */
static struct jg_str
read_line(struct relay *relay)
{
    struct jg_str line = {NULL, 0};
    struct jg_buf b;
    int c;

    jg_buf_init(&b, JG_RELAY_HEAD_MAX);
    while ((c = getchar()) != EOF && c != '\n')
        jg_buf_addc(&b, (char)c);
    if (c == '\n' && !b.failed)
        line = jg_arena_str(&relay->arena, jg_buf_str(&b));
    jg_mem_wipe(b.p, b.len);
    jg_buf_free(&b);
    return line;
}

static bool
read_number(struct jg_str *rest, uint64_t max, uint64_t *out)
{
    struct jg_str word;

    return jg_str_next(rest, ' ', &word) && jg_str_to_u64(word, out) &&
           *out <= max;
}

/* The header lines, until an empty one. */
static bool
read_headers(struct relay *relay, struct jg_call_header *headers, size_t *count)
{
    struct jg_str line = read_line(relay);

    for (*count = 0; line.len > 0; line = read_line(relay)) {
        size_t colon = jg_str_find(line, ':');

        if (*count == JG_CALL_HEADERS_MAX)
            return false;
        headers[(*count)++] = (struct jg_call_header){
            jg_str_head(line, colon),
            jg_str_trim(jg_str_from(line, colon + 1)),
        };
    }
    return line.p != NULL;
}

static bool
read_body(struct relay *relay, uint64_t len, struct jg_str *out)
{
    char *bytes = jg_arena_alloc(&relay->arena, len + 1);

    *out = (struct jg_str){bytes, len};
    return bytes != NULL && fread(bytes, 1, len, stdin) == len;
}

static bool
read_request(struct relay *relay, struct jg_str first,
             struct jg_call_header *headers, struct jg_call_request *out)
{
    uint64_t timeout_ms, len;

    *out = (struct jg_call_request){
        .headers = headers,
        .insecure = relay->insecure,
        .answer_max = JG_RELAY_ANSWER_MAX,
    };
    if (!jg_str_next(&first, ' ', &out->method) ||
        !jg_str_next(&first, ' ', &out->url) ||
        !read_number(&first, TIMEOUT_MAX_MS, &timeout_ms) ||
        !read_number(&first, JG_RELAY_BODY_MAX, &len))
        return false;
    out->timeout_ms = (int64_t)timeout_ms;
    return read_headers(relay, headers, &out->header_count) &&
           read_body(relay, len, &out->body);
}

static bool
write_text(struct jg_str text)
{
    return text.len == 0 || fwrite(text.p, 1, text.len, stdout) == text.len;
}

static bool
write_answer(int status, struct jg_str head, struct jg_str body)
{
    printf("%d %zu %zu\n", status, head.len, body.len);
    return write_text(head) && write_text(body) && fflush(stdout) == 0;
}

static bool
carry_out(struct relay *relay, const struct jg_call_request *request)
{
    const struct jg_str nothing = {"", 0};
    struct jg_call_result result;
    struct jg_call *call;
    bool good;

    if (jg_call_begin(relay->caller, request, &call) != JG_OK)
        return write_answer(0, nothing, JG_STR("out of memory"));
    while (jg_caller_next(relay->caller) == NULL)
        jg_caller_wait(relay->caller, NULL, 0, LOOK_MS);
    jg_call_result(call, &result);
    good = result.failed
               ? write_answer(0, nothing, result.fault)
               : write_answer(result.status, result.head, result.body);
    jg_call_free(call);
    return good;
}

static bool
serve(struct relay *relay)
{
    struct jg_call_header headers[JG_CALL_HEADERS_MAX];
    struct jg_call_request request;
    bool good = true;

    while (good) {
        struct jg_str first = read_line(relay);

        if (first.p == NULL)
            return feof(stdin);
        good = read_request(relay, first, headers, &request) &&
               carry_out(relay, &request);
        jg_arena_free(&relay->arena);
    }
    return false;
}

int
jg_relay(const struct jg_options *options)
{
    struct relay relay = {
        .rules.reach.http = options->allow_http,
        .insecure = options->insecure,
    };
    bool good;

    jg_arena_init(&relay.arena, JG_RELAY_HEAD_MAX, 2 * JG_RELAY_BODY_MAX);
    good =
        jg_caller_open(&relay.rules, &relay.caller) == JG_OK && serve(&relay);
    jg_caller_close(relay.caller);
    jg_arena_free(&relay.arena);
    return good ? 0 : JG_EXIT_FAILURE;
}

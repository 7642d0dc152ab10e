/* Requests of the control API, by way of jotgate-broker --relay. */
#include "gateway.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/escape.h"
#include "process.h"
#include "progress.h"
#include "serve.h"

#define TIMEOUT_S 30
#define TIMEOUT_MAX_S 600
#define ANSWER_MAX (33u * 1024 * 1024) /* the relay has its own limit */

static const struct jg_json_limits answer_limits = {
    .max_bytes = ANSWER_MAX,
    .max_depth = 64,
    .max_values = 2 * 1000 * 1000,
    .max_string = ANSWER_MAX,
};

const struct cli_option cli_gateway_options[] = {
    {"json", 0, "[FIELDS]", "JSON; of these fields: id,name"},
    {"config", 'c', "FILE", "the gateway's configuration"},
    {"address", 0, "URL", "of the control API; or JOTGATE_ADDRESS"},
    {"secret-file", 0, "FILE", "with its secret; or JOTGATE_SECRET"},
    {"timeout", 0, "SECONDS", "to wait for an answer; 30"},
    {"insecure", 0, NULL, "do not verify the gateway's certificate"},
    {"allow-http", 0, NULL, "http:// also to other machines"},
    {NULL, 0, NULL, NULL},
};

struct cli_gateway {
    struct cli_target target; /* its address is NULL until it is asked */
    uint64_t timeout_s;
    pid_t pid;
    int fd; /* both directions */
};

const char *
cli_gateway_address(const struct cli *cli)
{
    return cli->gateway != NULL && cli->gateway->target.address != NULL
               ? cli->gateway->target.address
               : "";
}

/* The relay, with one socket for its input and its output. */
static int
start(struct cli *cli, struct cli_gateway *g)
{
    char broker[PATH_MAX];
    const char *argv[8] = {broker, "--relay"};
    size_t argc = 2;

    if (cli_places_broker(broker) != CLI_OK)
        return CLI_FAILED;
    if (cli_has(cli, "insecure"))
        argv[argc++] = "--insecure";
    if (cli_has(cli, "allow-http"))
        argv[argc++] = "--allow-http";
    g->fd = cli_process_talk(argv, &g->pid);
    if (g->fd < 0)
        return cli_fail(CLI_FAILED, NULL, "cannot start %s: %m", broker);
    return CLI_OK;
}

static int
open_gateway(struct cli *cli)
{
    struct cli_gateway *g = jg_arena_alloc(&cli->arena, sizeof(*g));
    const char *timeout = cli_value(cli, "timeout");
    int code;

    if (g == NULL)
        return cli_broken(JG_E_NOMEM);
    g->timeout_s = TIMEOUT_S;
    if (timeout != NULL && (!jg_str_to_u64(jg_str(timeout), &g->timeout_s) ||
                            g->timeout_s == 0 || g->timeout_s > TIMEOUT_MAX_S))
        return cli_fail(CLI_USAGE, NULL, "--timeout: \"%s\" is not 1 to %d",
                        timeout, TIMEOUT_MAX_S);
    code = start(cli, g);
    if (code == CLI_OK)
        cli->gateway = g;
    return code;
}

void
cli_gateway_close(struct cli *cli)
{
    if (cli->gateway == NULL)
        return;
    close(cli->gateway->fd);
    waitpid(cli->gateway->pid, NULL, 0);
    cli->gateway = NULL;
}

/* Sending */

static bool
send_all(int fd, struct jg_str text)
{
    while (text.len > 0) {
        ssize_t n = send(fd, text.p, text.len, MSG_NOSIGNAL);

        if (n < 0 && errno != EINTR)
            return false;
        if (n > 0)
            text = jg_str_from(text, (size_t)n);
    }
    return true;
}

static bool
send_call(const struct cli_gateway *g, const struct cli_call *call)
{
    bool other = call->other != NULL;
    struct jg_str secret = other ? call->other_secret : g->target.secret;
    struct jg_buf b;
    bool sent;

    jg_buf_init(&b, CLI_TEXT_MAX);
    jg_buf_addf(&b, "%s %s%s %" PRIu64 " %zu\n", call->method,
                other ? call->other : g->target.address, call->path,
                g->timeout_s * 1000, call->body.len);
    jg_buf_add(&b, JG_STR("User-Agent: jotgate/" JG_VERSION "\n"));
    if (secret.p != NULL)
        jg_buf_addf(&b, "X-Tyk-Authorization: %.*s\n", JG_STR_ARG(secret));
    if (call->body.len > 0)
        jg_buf_add(&b, JG_STR("Content-Type: application/json\n"));
    if (call->tag.len > 0)
        jg_buf_addf(&b, "If-Match: %.*s\n", JG_STR_ARG(call->tag));
    if (call->only_new)
        jg_buf_add(&b, JG_STR("If-None-Match: *\n"));
    jg_buf_addc(&b, '\n');
    jg_buf_add(&b, call->body);
    sent = !b.failed && send_all(g->fd, jg_buf_str(&b));
    jg_mem_wipe(b.p, b.len);
    jg_buf_free(&b);
    return sent;
}

/* Receiving */

static bool
receive(int fd, char *p, size_t len)
{
    while (len > 0) {
        ssize_t n = recv(fd, p, len, 0);

        if (n == 0 || (n < 0 && errno != EINTR))
            return false;
        if (n > 0) {
            p += n;
            len -= (size_t)n;
        }
    }
    return true;
}

/* "200 311 27\n" */
static bool
receive_first(int fd, uint64_t numbers[static 3])
{
    char line[80];
    size_t len = 0;
    struct jg_str rest, word;

    do
        if (len == sizeof(line) || !receive(fd, &line[len], 1))
            return false;
    while (line[len++] != '\n');
    rest = (struct jg_str){line, len - 1};
    for (int i = 0; i < 3; i++)
        if (!jg_str_next(&rest, ' ', &word) ||
            !jg_str_to_u64(word, &numbers[i]) || numbers[i] > ANSWER_MAX)
            return false;
    return true;
}

static bool
receive_answer(struct cli *cli, int fd, struct cli_answer *out)
{
    uint64_t n[3];
    char *bytes;

    if (!receive_first(fd, n))
        return false;
    bytes = jg_arena_alloc(&cli->arena, n[1] + n[2] + 1);
    if (bytes == NULL || !receive(fd, bytes, n[1] + n[2]))
        return false;
    *out = (struct cli_answer){
        .status = (int)n[0],
        .head = {bytes, n[1]},
        .body = {bytes + n[1], n[2]},
    };
    if (jg_json_parse(out->body, &answer_limits, &cli->arena, &out->json,
                      NULL) != JG_OK)
        out->json = NULL;
    return true;
}

/* The five parts of "it does not answer". */
static int
unreachable(const struct cli_gateway *g, struct jg_str why)
{
    char where[512], fix[512];

    snprintf(where, sizeof(where), "%s, by %s", g->target.address,
             g->target.address_from);
    if (jg_str_contains(why, JG_STR("timed out")))
        snprintf(fix, sizeof(fix),
                 "is it busy, or something else there? its log; jotgate "
                 "doctor; or more --timeout");
    else if (g->target.config != NULL)
        snprintf(fix, sizeof(fix),
                 "jotgate serve -c %s, or another gateway: --address URL",
                 g->target.config);
    else
        snprintf(fix, sizeof(fix), "another gateway: -c FILE, --address URL");
    return cli_error(&(struct cli_fault){
        .exit_code = CLI_UNREACHABLE,
        .what = "the gateway does not answer",
        .where = where,
        .seen = why,
        .fix = fix,
    });
}

static int
no_answer(const struct cli_gateway *g, struct jg_str why)
{
    const struct jg_str refused = JG_STR("not allowed: ");

    if (!jg_str_starts(why, refused))
        return unreachable(g, why);
    why = jg_str_from(why, refused.len);
    return cli_fail(CLI_USAGE,
                    "https://, or --allow-http in a network where "
                    "nobody listens",
                    "%s is not asked: %.*s", g->target.address,
                    JG_STR_ARG(jg_str_head(why, jg_str_find(why, ';'))));
}

int
cli_try(struct cli *cli, const struct cli_call *call, struct cli_answer *out)
{
    struct cli_gateway *g;
    int code = cli->gateway == NULL ? open_gateway(cli) : CLI_OK;
    bool answered;

    if (code == CLI_OK && call->other == NULL &&
        cli->gateway->target.address == NULL)
        code = cli_target_find(cli, &cli->gateway->target);
    if (code != CLI_OK)
        return code;
    g = cli->gateway;
    answered = send_call(g, call);
    if (answered)
        cli_progress_wait(
            g->fd, call->other != NULL ? call->other : g->target.address, -1);
    if (!answered || !receive_answer(cli, g->fd, out))
        return cli_fail(CLI_FAILED, NULL,
                        "jotgate-broker --relay ended, or memory ran out");
    return CLI_OK;
}

int
cli_ask(struct cli *cli, const struct cli_call *call, struct cli_answer *out)
{
    int code = cli_try(cli, call, out);

    if (code == CLI_OK && out->status == 0)
        code = no_answer(cli->gateway, out->body);
    return code;
}

int
cli_gateway_answers(struct cli *cli, bool *answers)
{
    const struct cli_call call = {.method = "GET", .path = "/hello"};
    struct cli_answer answer;
    int code = cli_try(cli, &call, &answer);

    if (code == CLI_OK)
        *answers = answer.status != 0;
    return code;
}

int
cli_gateway_look(struct cli *cli, bool *gone)
{
    bool answers;
    int code = cli_gateway_answers(cli, &answers);

    if (code == CLI_OK)
        *gone = !answers && cli->gateway->target.address_from ==
                                cli->gateway->target.config;
    return code;
}

/* What answers mean */

struct jg_str
cli_answer_header(const struct cli_answer *answer, const char *name)
{
    struct jg_str rest = answer->head, line;

    while (jg_str_next(&rest, '\n', &line)) {
        size_t colon = jg_str_find(line, ':');

        if (jg_str_eq_nocase(jg_str_head(line, colon), jg_str(name)))
            return jg_str_trim(jg_str_from(line, colon + 1));
    }
    return (struct jg_str){NULL, 0};
}

/* The answer's own words. */
static struct jg_str
message_of(const struct cli_answer *answer)
{
    struct jg_str text =
        jg_json_string(jg_json_get(answer->json, JG_STR("message")));

    if (text.p == NULL)
        text = jg_json_string(jg_json_get(answer->json, JG_STR("error")));
    if (text.p == NULL)
        text = jg_str_trim(answer->body);
    return jg_str_head(text, 1000);
}

static int
denied(const struct cli_gateway *g, struct jg_str message)
{
    return cli_error(&(struct cli_fault){
        .exit_code = CLI_DENIED,
        .what = g->target.secret.p == NULL
                    ? "the control API wants a secret, and none was found"
                    : "the control API does not take this secret",
        .where = g->target.address,
        .from = g->target.secret.p != NULL ? g->target.secret_from : NULL,
        .seen = message,
        .fix = "--secret-file FILE, or JOTGATE_SECRET: \"secret\" of the "
               "gateway's configuration, or the file secret in its storage "
               "folder",
    });
}

int
cli_answer_fail(struct cli *cli, const struct cli_call *call,
                const struct cli_answer *answer)
{
    const struct cli_gateway *g = cli->gateway;
    struct jg_str message = message_of(answer);
    char what[512], where[512], seen[1200];
    struct cli_fault fault = {
        .exit_code = CLI_FAILED, .what = what, .where = where};

    if (answer->status == 401 || answer->status == 403)
        return denied(g, message);
    snprintf(where, sizeof(where), "%s %s%s", call->method, g->target.address,
             call->path);
    snprintf(what, sizeof(what), "the gateway refused");
    snprintf(seen, sizeof(seen), "%d %.*s", answer->status,
             JG_STR_ARG(message));
    fault.seen = jg_str(seen);
    if (answer->status == 404 && call->id != NULL) {
        fault.exit_code = CLI_NOT_FOUND;
        snprintf(what, sizeof(what), "there is no %s \"%s\"", call->kind,
                 call->id);
    } else if (answer->status == 404) {
        fault.fix = "is this the control port of a jotgate of this version?";
        fault.exit_code = CLI_NOT_FOUND;
    } else if (answer->status == 409 || answer->status == 412) {
        fault.exit_code = CLI_CONFLICT;
        snprintf(what, sizeof(what), "%s \"%s\" has changed since it was read",
                 call->kind != NULL ? call->kind : "it",
                 call->id != NULL ? call->id : "");
        fault.fix = "read it again, and make the change to that";
        if (call->only_new) {
            snprintf(what, sizeof(what), "%s \"%s\" exists already", call->kind,
                     call->id);
            fault.fix = "choose another id, or change it: edit";
        }
    } else if (answer->status == 429) {
        fault.fix = "wait a minute: there were too many wrong secrets";
    }
    return cli_error(&fault);
}

int
cli_call(struct cli *cli, const struct cli_call *call, struct cli_answer *out)
{
    int code = cli_ask(cli, call, out);

    if (code == CLI_OK && (out->status < 200 || out->status > 299))
        code = cli_answer_fail(cli, call, out);
    return code;
}

int
cli_answer_check(struct cli *cli, const struct cli_call *call,
                 const struct cli_answer *answer)
{
    if (answer->status < 200 || answer->status > 299)
        return cli_answer_fail(cli, call, answer);
    if (answer->json != NULL)
        return CLI_OK;
    return cli_error(&(struct cli_fault){
        .exit_code = CLI_FAILED,
        .what = "the answer is not JSON",
        .where = cli_gateway_address(cli),
        .seen = jg_str_head(answer->body, 80),
        .fix = "is this the control port of a jotgate?",
    });
}

int
cli_call_json(struct cli *cli, const struct cli_call *call,
              struct cli_answer *out)
{
    int code = cli_ask(cli, call, out);

    return code == CLI_OK ? cli_answer_check(cli, call, out) : code;
}

int
cli_get(struct cli *cli, const char *path, const char *kind, const char *id,
        struct cli_answer *out)
{
    const struct cli_call call = {
        .method = "GET", .path = path, .kind = kind, .id = id};

    return cli_call_json(cli, &call, out);
}

const struct jg_json *
cli_answer_list(const struct cli_answer *answer, const char *name)
{
    const struct jg_json *list =
        name != NULL ? jg_json_get(answer->json, jg_str(name)) : answer->json;

    return list != NULL && list->type == JG_JSON_ARRAY ? list : NULL;
}

int
cli_get_list(struct cli *cli, const char *path, const char *name,
             struct cli_answer *out, const struct jg_json **list)
{
    int code = cli_get(cli, path, NULL, NULL, out);

    if (code != CLI_OK)
        return code;
    *list = cli_answer_list(out, name);
    if (*list != NULL)
        return CLI_OK;
    return cli_fail(CLI_FAILED, "is this the control port of a jotgate?",
                    "the answer is no list");
}

const char *
cli_path(struct cli *cli, const char *head, const char *id, const char *tail)
{
    struct jg_str text;
    struct jg_buf b;

    jg_buf_init(&b, CLI_TEXT_MAX);
    jg_buf_add(&b, jg_str(head));
    jg_buf_add_escaped(&b, jg_str(id), "%20");
    jg_buf_add(&b, jg_str(tail));
    text = jg_arena_str(&cli->arena, jg_buf_str(&b));
    if (text.p == NULL)
        cli_broken(JG_E_NOMEM);
    jg_buf_free(&b);
    return text.p;
}

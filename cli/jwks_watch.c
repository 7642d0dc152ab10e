/* jotgate jwks watch: a key set by URL, and what changes in it. */
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "commands.h"
#include "fetch.h"
#include "jose/jwks.h"

#define EVERY_DEFAULT_S 10
#define EVERY_MAX_S 86400
#define WATCH_ARENA_CHUNK (64 * 1024)

/* What may happen; its sign is the line's. */
static const struct event {
    char sign;
    const char *word; /* of --json */
} added = {'+', "added"}, gone = {'-', "gone"}, unusable = {'!', "unusable"};

/* One line: when, what happened, and to what. */
static void
add_event(struct jg_buf *out, const struct event *event, bool json)
{
    time_t now = time(NULL);
    struct tm tm;
    char text[32] = "";

    if (gmtime_r(&now, &tm) != NULL)
        strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
    if (json)
        jg_buf_addf(out, "{\"v\":1,\"time\":\"%s\",\"event\":\"%s\",", text,
                    event->word);
    else
        jg_buf_addf(out, "%s %c ", text, event->sign);
}

static void
add_key_json(struct jg_buf *out, const struct jg_key *key)
{
    const struct jg_key_info *info = jg_key_info(key);

    jg_buf_add(out, JG_STR("\"kid\":"));
    jg_buf_add_quoted(out, info->kid);
    if (info->alg != NULL)
        jg_buf_addf(out, ",\"alg\":\"%s\"", info->alg->name);
    jg_buf_addf(out, ",\"key\":\"%s\",\"thumbprint\":\"%.*s\"}\n",
                jg_key_describe(key), JG_STR_ARG(info->thumbprint));
}

static void
add_key(struct jg_buf *out, const struct jg_key *key)
{
    const struct jg_key_info *info = jg_key_info(key);

    jg_buf_add(out, JG_STR("kid "));
    jg_buf_add_quoted(out, info->kid);
    jg_buf_addf(out, "  %s  %s  %.*s\n",
                info->alg != NULL ? info->alg->name : "-", jg_key_describe(key),
                JG_STR_ARG(info->thumbprint));
}

static bool
holds(const struct jg_jwks *set, const struct jg_key *key)
{
    const struct jg_key_info *wanted = jg_key_info(key);

    for (size_t i = 0; set != NULL && i < jg_jwks_count(set); i++) {
        const struct jg_key *other = jg_jwks_at(set, i)->key;

        if (other != NULL &&
            jg_str_eq(jg_key_info(other)->thumbprint, wanted->thumbprint) &&
            jg_str_eq(jg_key_info(other)->kid, wanted->kid))
            return true;
    }
    return false;
}

/* The keys of <a> that <b> does not have. */
static void
add_difference(struct jg_buf *out, const struct event *event, bool json,
               const struct jg_jwks *a, const struct jg_jwks *b)
{
    for (size_t i = 0; a != NULL && i < jg_jwks_count(a); i++) {
        const struct jg_key *key = jg_jwks_at(a, i)->key;

        if (key == NULL || holds(b, key))
            continue;
        add_event(out, event, json);
        if (json)
            add_key_json(out, key);
        else
            add_key(out, key);
    }
}

static void
add_fault(struct jg_buf *out, bool json, const char *fault)
{
    add_event(out, &unusable, json);
    if (!json) {
        jg_buf_addf(out, "no usable key: %s\n", fault);
        return;
    }
    jg_buf_add(out, JG_STR("\"fault\":"));
    jg_buf_add_quoted(out, jg_str(fault));
    jg_buf_add(out, JG_STR("}\n"));
}

/* What is at the URL now; the memory is given back at once. */
static int
fetch(const struct cli *cli, struct jg_jwks **out, enum jg_err *err,
      struct jg_key_fault *fault)
{
    struct cli once = *cli;
    struct jg_str text;
    bool good;

    jg_arena_init(&once.arena, WATCH_ARENA_CHUNK, CLI_ARENA_MAX);
    good = cli_fetch(&once, cli->args[0], &text);
    if (good)
        *err = jg_jwks_parse(text, true, out, fault);
    jg_arena_free(&once.arena);
    return good ? CLI_OK : CLI_FAILED;
}

/* Look once. <set> becomes the next one when it is usable. */
static int
look(struct cli *cli, struct jg_jwks **set)
{
    struct jg_key_fault fault = {""};
    struct jg_jwks *next = NULL;
    bool json = cli_has(cli, "json");
    struct jg_buf out;
    enum jg_err err;

    if (fetch(cli, &next, &err, &fault) != CLI_OK)
        return CLI_FAILED;
    if (err == JG_E_NOMEM)
        return cli_broken(err);
    jg_buf_init(&out, CLI_TEXT_MAX);
    if (err != JG_OK) {
        add_fault(&out, json, fault.what);
        jg_jwks_free(next);
        cli_print(&out);
        return CLI_FAILED;
    }
    add_difference(&out, &added, json, next, *set);
    add_difference(&out, &gone, json, *set, next);
    jg_jwks_free(*set);
    *set = next;
    return cli_print(&out);
}

static int
read_number(struct cli *cli, const char *name, uint64_t *out)
{
    const char *text = cli_value(cli, name);

    if (text == NULL ||
        (jg_str_to_u64(jg_str(text), out) && *out >= 1 && *out <= EVERY_MAX_S))
        return CLI_OK;
    return cli_fail(CLI_USAGE, NULL, "--%s is a number from 1 to %d", name,
                    EVERY_MAX_S);
}

static int
run(struct cli *cli)
{
    uint64_t every_s = EVERY_DEFAULT_S, count = 0;
    struct jg_jwks *set = NULL;
    int code = read_number(cli, "every", &every_s);

    if (code == CLI_OK)
        code = read_number(cli, "count", &count);
    if (code == CLI_OK && !cli_is_url(cli->args[0]))
        code = cli_fail(CLI_USAGE, "jotgate jwks show FILE",
                        "%s is no URL to watch", cli->args[0]);
    if (code != CLI_OK)
        return code;
    for (uint64_t i = 1;; i++) {
        code = look(cli, &set);
        if (i == count)
            break;
        sleep((unsigned)every_s);
    }
    jg_jwks_free(set);
    return code;
}

static const struct cli_option options[] = {
    {"every", 0, "SECONDS", "look so often (10)"},
    {"count", 0, "N", "end after N looks"},
    CLI_OPTION_DISCOVER,
    CLI_OPTION_INSECURE,
    CLI_OPTION_ALLOW_HTTP,
    {"json", 0, NULL, "one JSON object a line"},
    {NULL, 0, NULL, NULL},
};

const struct cli_command cmd_jwks_watch = {
    .group = "jwks",
    .name = "watch",
    .arguments = "URL",
    .summary = "say which keys come and go, until Ctrl-C",
    .details = "One line for each key: + it is there, - it is gone; ! a set\n"
               "without usable keys.\n\n"
               "  jotgate jwks watch https://idp/certs\n"
               "  jotgate jwks watch --discover https://idp/realms/shop\n",
    .options = options,
    .args_min = 1,
    .args_max = 1,
    .run = run,
};

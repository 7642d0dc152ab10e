/* A Tyk gateway that runs, read over its Gateway API. */
#include <stdlib.h>

#include "gateway.h"
#include "tyk.h"

struct fetch {
    struct tyk *tyk;
    const char *url;
    struct jg_str secret;
};

/* The lists that are asked for. Gateways before Tyk 4.1 know no OAS form. */
static const struct {
    enum cli_kind kind;
    bool may_miss;
} lists[] = {{CLI_API, false}, {CLI_OAS, true}, {CLI_POLICY, false}};

static int
read_secret(struct fetch *f)
{
    const char *file = cli_value(f->tyk->cli, "tyk-secret-file");
    const char *secret = getenv("JOTGATE_TYK_SECRET");

    if (file != NULL)
        return cli_secret_read(f->tyk->cli, file, &f->secret);
    if (secret != NULL && secret[0] != '\0')
        f->secret = jg_str(secret);
    return CLI_OK;
}

/* What Tyk said instead of a list. */
static int
refused(const struct fetch *f, const char *where,
        const struct cli_answer *answer)
{
    const struct jg_str not_allowed = JG_STR("not allowed: ");
    struct cli_fault fault = {.where = where,
                              .seen = jg_str_head(answer->body, 300)};

    if (answer->status == 0) {
        bool http = jg_str_starts(answer->body, not_allowed);

        fault.exit_code = http ? CLI_USAGE : CLI_UNREACHABLE;
        fault.what = http ? "the Tyk gateway is not asked"
                          : "the Tyk gateway does not answer";
        fault.fix = http ? "https://, or --allow-http in a network where "
                           "nobody listens"
                         : "its control port: control_api_port of its "
                           "tyk.conf, else its listen_port";
    } else if (answer->status == 401 || answer->status == 403) {
        fault.exit_code = CLI_DENIED;
        fault.what = f->secret.p == NULL
                         ? "the Tyk gateway wants its secret"
                         : "the Tyk gateway does not take this secret";
        fault.fix =
            "--tyk-secret-file FILE, or JOTGATE_TYK_SECRET: \"secret\" of "
            "its tyk.conf";
    } else {
        fault.exit_code = CLI_FAILED;
        fault.what = "this is no answer of a Tyk gateway";
        fault.fix = "the address without /tyk: http://127.0.0.1:8080";
    }
    return cli_error(&fault);
}

static int
fetch_list(struct fetch *f, enum cli_kind kind, bool may_miss)
{
    struct cli_documents *docs = &f->tyk->docs;
    const struct cli_call call = {
        .method = "GET",
        .path = cli_kind(kind)->list,
        .other = f->url,
        .other_secret = f->secret,
    };
    const struct jg_str parts[] = {jg_str(f->url), jg_str(call.path), {"", 1}};
    struct jg_str where = jg_arena_join(&docs->arena, parts, 3);
    const struct jg_json *list;
    struct cli_answer answer;
    int code;

    if (where.p == NULL)
        return cli_broken(JG_E_NOMEM);
    where.len--;
    code = cli_try(f->tyk->cli, &call, &answer);
    if (code != CLI_OK || (answer.status == 404 && may_miss))
        return code;
    list = cli_answer_list(&answer, NULL);
    if (answer.status != 200 ||
        (list == NULL && !jg_str_eq(jg_str_trim(answer.body), JG_STR("null"))))
        return refused(f, where.p, &answer);
    return list != NULL
               ? cli_documents_add_list(docs, kind, list, answer.body, where)
               : CLI_OK;
}

int
tyk_fetch(struct tyk *tyk, const char *url)
{
    struct fetch f = {.tyk = tyk, .secret = {NULL, 0}};
    struct jg_str address = jg_str(url);
    int code = CLI_OK;

    while (jg_str_ends(address, JG_STR("/")))
        address.len--;
    f.url = jg_arena_str(&tyk->cli->arena, address).p;
    if (f.url == NULL)
        return cli_broken(JG_E_NOMEM);
    if (!cli_address_is_one(f.url))
        return cli_fail(CLI_USAGE, "http://127.0.0.1:8080",
                        "\"%s\" is no address of a gateway", url);
    code = read_secret(&f);
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]) && code == CLI_OK;
         i++)
        code = fetch_list(&f, lists[i].kind, lists[i].may_miss);
    return code;
}

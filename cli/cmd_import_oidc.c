/*
 * jotgate import oidc: an API behind an identity provider, out of what that
 * says about itself. The control API's own answer to /tyk/identity/discover is
 * made here; only who fetches differs.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>

#include "admin/admin.h"
#include "commands.h"
#include "config.h"
#include "documents.h"
#include "fetch.h"
#include "gateway.h"
#include "sync.h"

#define BODY_BYTES 16384
#define FOLDER_MODE 0755
#define FILE_MODE 0640

struct import {
    struct cli *cli;
    struct jg_arena *arena;
    struct jg_conf conf;
    const char *listen, *upstream, *audience;
    struct jg_str id;
    const struct jg_json *found; /* the answer */
    struct jg_str api, policy;   /* documents */
    struct sync *sync;           /* of --apply, or NULL */
};

/* POST /tyk/identity/discover of a gateway that lets its user fetch over
 * http, if that is asked for. */
static int
ask(struct import *im, const struct jg_admin_fetched *fetched, size_t count,
    struct jg_admin_response *response)
{
    struct jg_admin admin = {.conf = &im->conf, .now_s = time(NULL)};
    struct jg_buf body;

    jg_buf_init(&body, BODY_BYTES);
    jg_buf_add(&body, JG_STR("{\"issuer\":"));
    jg_buf_add_quoted(&body, jg_str(im->cli->args[0]));
    jg_buf_addc(&body, '}');
    if (body.failed) {
        jg_buf_free(&body);
        return cli_fail(CLI_USAGE, NULL, "the issuer is too long");
    }
    const struct jg_admin_request request = {
        .method = JG_STR("POST"),
        .path = JG_STR("/tyk/identity/discover"),
        .body = jg_buf_str(&body),
        .authorization = im->conf.secret,
        .fetched = fetched,
        .fetched_count = count,
    };
    jg_admin_answer(&admin, &request, im->arena, response);
    jg_buf_free(&body);
    return CLI_OK;
}

static int
refused(struct import *im, struct jg_str body)
{
    const struct jg_json *json = NULL;
    struct jg_str why;

    jg_json_parse(body, &jg_json_limits_conf, im->arena, &json, NULL);
    why = jg_json_string(jg_json_get(json, JG_STR("message")));
    return cli_fail(CLI_FAILED,
                    "the address that tokens have in \"iss\"; for a test over "
                    "http, --allow-http",
                    "%.*s", JG_STR_ARG(jg_str_head(why, 1000)));
}

/* Until it wants nothing more. */
static int
discover(struct import *im)
{
    struct jg_admin_fetched fetched[JG_ADMIN_FETCHES_MAX + 1];
    struct jg_admin_response response;
    size_t count = 0;
    int code;

    for (;;) {
        jg_admin_response_init(&response);
        code = ask(im, fetched, count, &response);
        if (code != CLI_OK || response.wanted.p == NULL)
            break;
        fetched[count] = (struct jg_admin_fetched){
            .url = jg_arena_str(im->arena, response.wanted)};
        jg_admin_response_free(&response);
        if (count == JG_ADMIN_FETCHES_MAX || fetched[count].url.p == NULL ||
            !cli_fetch(im->cli, fetched[count].url.p, &fetched[count].body))
            return CLI_FAILED;
        count++;
    }
    if (code == CLI_OK && response.status != 200)
        code = refused(im, jg_buf_str(&response.body));
    else if (code == CLI_OK &&
             jg_json_parse(jg_buf_str(&response.body), &jg_json_limits_conf,
                           im->arena, &im->found, NULL) != JG_OK)
        code = cli_broken(JG_E_NOMEM);
    jg_admin_response_free(&response);
    return code;
}

static struct jg_str
found_text(const struct import *im, const char *path)
{
    return jg_json_string(jg_json_path(im->found, jg_str(path)));
}

/* The audience of --audience, else the provider's usual one. */
static struct jg_str
audience_of(const struct import *im)
{
    return im->audience != NULL ? jg_str(im->audience)
                                : found_text(im, "provider.audience");
}

static void
add_list(struct jg_buf *b, const char *name, struct jg_str text)
{
    if (text.len == 0)
        return;
    jg_buf_addf(b, "\"%s\":[", name);
    jg_buf_add_quoted(b, text);
    jg_buf_add(b, JG_STR("],"));
}

static void
add_member(struct jg_buf *b, const char *name, struct jg_str text)
{
    jg_buf_addf(b, "\"%s\":", name);
    jg_buf_add_quoted(b, text);
    jg_buf_addc(b, ',');
}

/* How tokens are checked. */
static void
add_scheme(struct jg_buf *b, const struct import *im)
{
    jg_buf_add(b, JG_STR("{\"enabled\":true,\"header\":{\"enabled\":true,"
                         "\"name\":\"Authorization\"},"));
    add_member(b, "signingMethod", found_text(im, "provider.signing_method"));
    jg_buf_add(b, JG_STR("\"jwksURIs\":[{\"url\":"));
    jg_buf_add_quoted(b, found_text(im, "jwks_uri"));
    jg_buf_add(b, JG_STR("}],"));
    add_list(b, "subjectClaims", found_text(im, "provider.identity_claim"));
    add_list(b, "allowedIssuers", found_text(im, "issuer"));
    add_list(b, "allowedAudiences", audience_of(im));
    jg_buf_add(b, JG_STR("\"defaultPolicies\":["));
    jg_buf_add_quoted(b, im->id);
    jg_buf_add(b, JG_STR("]}"));
}

/* The OAS form: there Tyk, too, checks issuer and audience. */
static void
add_api(struct jg_buf *b, const struct import *im)
{
    jg_buf_add(b, JG_STR("{\"openapi\":\"3.0.3\",\"info\":{"));
    add_member(b, "title", im->id);
    jg_buf_add(b, JG_STR("\"version\":\"1\"},\"paths\":{},\"components\":{"
                         "\"securitySchemes\":{\"token\":{\"type\":\"http\","
                         "\"scheme\":\"bearer\",\"bearerFormat\":\"JWT\"}}},"
                         "\"security\":[{\"token\":[]}],"
                         "\"x-tyk-api-gateway\":{\"info\":{"));
    add_member(b, "id", im->id);
    add_member(b, "name", im->id);
    jg_buf_add(b, JG_STR("\"orgId\":\"default\",\"state\":{\"active\":true}},"
                         "\"upstream\":{\"url\":"));
    jg_buf_add_quoted(b, jg_str(im->upstream));
    jg_buf_add(b, JG_STR("},\"server\":{\"listenPath\":{\"value\":"));
    jg_buf_add_quoted(b, jg_str(im->listen));
    jg_buf_add(b, JG_STR(",\"strip\":true},\"authentication\":{\"enabled\":"
                         "true,\"securitySchemes\":{\"token\":"));
    add_scheme(b, im);
    jg_buf_add(b, JG_STR("}}}}}"));
}

static void
add_policy(struct jg_buf *b, const struct import *im)
{
    jg_buf_addc(b, '{');
    add_member(b, "id", im->id);
    add_member(b, "name", im->id);
    jg_buf_add(b, JG_STR("\"org_id\":\"default\",\"active\":true,\"rate\":100,"
                         "\"per\":60,\"quota_max\":-1,\"access_rights\":{"));
    jg_buf_add_quoted(b, im->id);
    jg_buf_add(b, JG_STR(":{"));
    add_member(b, "api_id", im->id);
    add_member(b, "api_name", im->id);
    jg_buf_add(b, JG_STR("\"versions\":[\"Default\"]}}}"));
}

/* What <add> writes, indented, with a line end. */
static int
make(const struct import *im,
     void (*add)(struct jg_buf *, const struct import *), struct jg_str *out)
{
    const struct jg_json *json;
    struct jg_buf b;
    bool good;

    jg_buf_init(&b, CLI_TEXT_MAX);
    add(&b, im);
    good = !b.failed && jg_json_parse(jg_buf_str(&b), &jg_json_limits_conf,
                                      im->arena, &json, NULL) == JG_OK;
    jg_buf_reset(&b);
    if (good) {
        jg_json_write(&b, json, 2);
        jg_buf_addc(&b, '\n');
        *out = jg_arena_str(im->arena, jg_buf_str(&b));
        good = !b.failed && out->p != NULL;
    }
    jg_buf_free(&b);
    return good ? CLI_OK
                : cli_fail(CLI_USAGE, NULL,
                           "the words of the command line are no UTF-8");
}

/* The gateway would take them? */
static int
check(const struct import *im)
{
    struct cli_documents docs;
    struct jg_diags diags;
    int code;

    cli_documents_init(&docs);
    jg_diags_init(&diags, im->arena);
    code = cli_documents_add(&docs, im->api, JG_STR("API"));
    if (code == CLI_OK)
        code = cli_documents_add(&docs, im->policy, JG_STR("policy"));
    if (code == CLI_OK)
        code = cli_documents_check(&docs, &im->conf, &diags);
    if (code == CLI_OK && diags.faults > 0) {
        cli_config_print(&diags, stderr);
        code = cli_fail(CLI_USAGE, "correct --listen, --upstream or --id",
                        "the API cannot be made so");
    }
    cli_documents_free(&docs);
    return code;
}

static void
warn_of(const struct import *im)
{
    const struct jg_json *list = jg_json_get(im->found, JG_STR("warnings"));

    for (uint32_t i = 0; list != NULL && i < list->count; i++) {
        struct jg_str text =
            jg_json_string(jg_json_get(&list->items[i], JG_STR("message")));

        cli_warn("%.*s", JG_STR_ARG(jg_str_head(text, 2000)));
    }
    if (audience_of(im).len == 0)
        cli_warn("tokens of this issuer for any audience would be accepted; "
                 "name the one of this API: --audience NAME");
}

static void
add_document(struct jg_buf *out, const char *name, struct jg_str text)
{
    struct jg_str line;

    jg_buf_addf(out, "\n+ %s\n", name);
    text = jg_str_trim(text);
    while (jg_str_next(&text, '\n', &line))
        jg_buf_addf(out, "+   %.*s\n", JG_STR_ARG(line));
}

static void
add_plan(struct jg_buf *out, const struct import *im, const char *api,
         const char *policy)
{
    jg_buf_addf(out, "%.*s: %.*s\n",
                JG_STR_ARG(found_text(im, "provider.name")),
                JG_STR_ARG(found_text(im, "issuer")));
    cli_add_wrapped(out, found_text(im, "provider.advice"), 2);
    add_document(out, api, im->api);
    add_document(out, policy, im->policy);
    if (im->sync == NULL)
        return;
    jg_buf_addf(out, "\nPlan for %s\n", cli_gateway_address(im->cli));
    cli_plan_print(out, &im->sync->plan);
}

static int
print(const struct import *im, const char *api, const char *policy)
{
    struct jg_buf out;

    jg_buf_init(&out, CLI_TEXT_MAX);
    if (cli_has(im->cli, "json")) {
        jg_buf_add(&out, JG_STR("{\"v\":1,\"discovery\":"));
        jg_json_write(&out, im->found, 0);
        jg_buf_add(&out, JG_STR(",\"api\":"));
        jg_buf_add(&out, jg_str_trim(im->api));
        jg_buf_add(&out, JG_STR(",\"policy\":"));
        jg_buf_add(&out, jg_str_trim(im->policy));
        if (im->sync != NULL) {
            jg_buf_add(&out, JG_STR(",\"plan\":{"));
            cli_plan_print_json(&out, &im->sync->plan);
            jg_buf_addc(&out, '}');
        }
        jg_buf_add(&out, JG_STR("}\n"));
    } else {
        add_plan(&out, im, api, policy);
    }
    return cli_print(&out);
}

static int
make_folder(const char *path)
{
    if (mkdir(path, FOLDER_MODE) == 0 || errno == EEXIST)
        return CLI_OK;
    return cli_fail(CLI_FAILED, NULL, "cannot make the folder %s: %m", path);
}

static int
write_both(const struct import *im, const char *to, const char *api,
           const char *policy)
{
    char apps[PATH_MAX], policies[PATH_MAX];
    int code = make_folder(to);

    snprintf(apps, sizeof(apps), "%s/apps", to);
    snprintf(policies, sizeof(policies), "%s/policies", to);
    if (code == CLI_OK)
        code = make_folder(apps);
    if (code == CLI_OK)
        code = make_folder(policies);
    if (code != CLI_OK || !cli_write_new(policy, im->policy, FILE_MODE))
        return CLI_FAILED;
    if (!cli_write_new(api, im->api, FILE_MODE)) {
        remove(policy); /* both, or none */
        return CLI_FAILED;
    }
    cli_note("written; after a reload: curl -H \"Authorization: Bearer "
             "$TOKEN\" http://127.0.0.1:8080%s",
             im->listen);
    return CLI_OK;
}

/* Both over the control API; nothing is replaced without a yes. */
static int
apply(struct import *im)
{
    struct sync sync;
    char api[512], policy[512];
    int code;

    snprintf(api, sizeof(api), "OAS API %.*s", JG_STR_ARG(im->id));
    snprintf(policy, sizeof(policy), "policy %.*s", JG_STR_ARG(im->id));
    sync_init(&sync, im->cli);
    sync.import = true;
    im->sync = &sync;
    code = cli_documents_add(&sync.wanted, im->api, jg_str(api));
    if (code == CLI_OK)
        code = cli_documents_add(&sync.wanted, im->policy, jg_str(policy));
    if (code == CLI_OK)
        code = cli_documents_sort(&sync.wanted);
    if (code == CLI_OK)
        code = sync_plan_documents(&sync, false);
    if (code == CLI_OK)
        code = print(im, api, policy);
    if (code == CLI_OK)
        code = sync_do(&sync);
    sync_free(&sync);
    return code;
}

/* The id of --id, else the last part of --listen. */
static int
choose_id(struct import *im)
{
    const char *id = cli_value(im->cli, "id");
    struct jg_str rest = jg_str(im->listen), part;

    im->id = jg_str(id);
    while (id == NULL && jg_str_next(&rest, '/', &part))
        if (part.len > 0)
            im->id = part;
    if (jg_admin_is_safe_id(im->id))
        return CLI_OK;
    return cli_fail(CLI_USAGE, "--id NAME, of A-Z a-z 0-9 . _ ~ -",
                    "\"%.*s\" cannot be the id of an API and a file's name",
                    JG_STR_ARG(jg_str_head(im->id, 200)));
}

static int
read_options(struct import *im)
{
    im->listen = cli_value(im->cli, "listen");
    im->upstream = cli_value(im->cli, "upstream");
    im->audience = cli_value(im->cli, "audience");
    if (im->listen == NULL || im->upstream == NULL)
        return cli_fail(CLI_USAGE,
                        "--listen /shop/ --upstream http://shop:8000",
                        "where does the API listen, and where is it?");
    if (im->listen[0] != '/')
        return cli_fail(CLI_USAGE, "--listen /shop/",
                        "--listen is a path: it begins with a slash");
    im->conf.secret = JG_STR("of nobody but this process");
    im->conf.jwks.allow_http = cli_has(im->cli, "allow-http");
    return choose_id(im);
}

static int
import(struct import *im)
{
    const char *to = cli_value(im->cli, "to");
    char api[PATH_MAX], policy[PATH_MAX];
    int code = sync_check_options(im->cli);

    if (code == CLI_OK)
        code = read_options(im);
    if (snprintf(api, sizeof(api), "%s/apps/%.*s-oas.json",
                 to != NULL ? to : ".", JG_STR_ARG(im->id)) >= PATH_MAX ||
        snprintf(policy, sizeof(policy), "%s/policies/%.*s.json",
                 to != NULL ? to : ".", JG_STR_ARG(im->id)) >= PATH_MAX)
        return cli_fail(CLI_FAILED, NULL, "%s: the path is too long", to);
    if (code == CLI_OK)
        code = discover(im);
    if (code == CLI_OK)
        code = make(im, add_api, &im->api);
    if (code == CLI_OK)
        code = make(im, add_policy, &im->policy);
    if (code == CLI_OK)
        code = check(im);
    if (code != CLI_OK)
        return code;
    warn_of(im);
    if (cli_has(im->cli, "apply"))
        return apply(im);
    code = print(im, api, policy);
    if (code == CLI_OK && to != NULL)
        return write_both(im, to, api, policy);
    if (code == CLI_OK)
        cli_note("nothing was written: --to DIR writes these two files, "
                 "--apply has a gateway hold them");
    return code;
}

static int
run(struct cli *cli)
{
    struct import im = {.cli = cli, .arena = &cli->arena};
    struct cli_config defaults;
    int code = CLI_FAILED;

    if (cli_config_read(NULL, &defaults) == JG_OK) {
        im.conf = defaults.conf;
        code = import(&im);
    }
    cli_config_free(&defaults);
    return code;
}

static const struct cli_option options[] = {
    {"listen", 0, "PATH", "where clients call it: /shop/"},
    {"upstream", 0, "URL", "where requests go: http://shop:8000"},
    {"audience", 0, "NAME", "what tokens for it have in aud"},
    {"id", 0, "NAME", "of the API and its policy; the end of --listen"},
    {"to", 0, "DIR", "write them into its apps/ and policies/"},
    SYNC_OPTIONS_APPLY,
    {"insecure", 0, NULL, "verify no certificate: provider's, gateway's"},
    {"allow-http", 0, NULL, "http:// also with other machines"},
    {"json", 0, NULL, "one JSON object"},
    {NULL, 0, NULL, NULL},
};

const struct cli_command cmd_import_oidc = {
    .group = "import",
    .name = "oidc",
    .arguments = "ISSUER",
    .summary = "an API behind an OpenID provider, out of its discovery",
    .details =
        "Reads what the identity provider says about itself, and shows the "
        "API and the\npolicy that take its tokens: keys, algorithm, issuer "
        "and identity claim as that\nprovider has them. Keycloak, Auth0, Okta, "
        "Entra ID, Cognito, Zitadel and\nauthentik are known. Nothing is "
        "written without --to,\nand no gateway is changed without --apply: "
        "that shows the difference, and asks\nbefore anything is "
        "replaced.\n\n"
        "  jotgate import oidc https://kc.example/realms/shop --listen /shop/ "
        "\\\n      --upstream http://shop:8000 --audience shop --to "
        "/etc/jotgate\n"
        "  jotgate import oidc https://kc.example/realms/shop --listen /shop/ "
        "\\\n      --upstream http://shop:8000 --audience shop --apply\n",
    .options = options,
    .args_min = 1,
    .args_max = 1,
    .asks = true,
    .run = run,
};

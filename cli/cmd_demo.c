/* jotgate demo: a whole gateway to play with, which leaves nothing behind. */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/b64.h"
#include "commands.h"
#include "jose/sign.h"
#include "serve.h"

#define SECRET_BYTES 24

/* The token of the documentation: HS256 with the secret tyk123. */
static const char good_token[] =
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6"
    "IkpvaG4gRG9lIiwiaWF0IjoxNTE2MjM5MDIyfQ.7u0ls1snw4tPEzd0JTFaf19oXoOvQYtowi"
    "HEAZnan74";

struct demo {
    char folder[PATH_MAX];
    bool own_folder; /* we made it, and remove it */
    char secret[JG_B64_ENCODED(SECRET_BYTES) + 1];
    unsigned port, control_port, upstream_port;
};

/* A file of the demo; an old one of the same name is replaced. */
static bool
write_file(const struct demo *demo, const char *name, const struct jg_buf *text)
{
    char path[PATH_MAX];
    int n = snprintf(path, sizeof(path), "%s/%s", demo->folder, name);

    if (n < 0 || n >= PATH_MAX || text->failed)
        return cli_broken(JG_E_NOMEM) == CLI_OK;
    unlink(path);
    return cli_write_new(path, jg_buf_str(text), 0600);
}

static bool
write_conf(const struct demo *demo)
{
    struct jg_buf b;
    bool ok;

    jg_buf_init(&b, CLI_TEXT_MAX);
    jg_buf_addf(&b,
                "{\n"
                "  \"listen_address\": \"127.0.0.1\",\n"
                "  \"listen_port\": %u,\n"
                "  \"control_api_port\": %u,\n"
                "  \"secret\": \"%s\",\n"
                "  \"app_path\": \"%s/apps\",\n"
                "  \"policies\": {\n"
                "    \"policy_source\": \"file\",\n"
                "    \"policy_path\": \"%s/policies\"\n"
                "  },\n"
                "  \"storage\": {\"path\": \"%s/data\"},\n"
                "  \"enable_jsvm\": true,\n"
                "  \"graceful_shutdown_timeout_duration\": 2\n"
                "}\n",
                demo->port, demo->control_port, demo->secret, demo->folder,
                demo->folder, demo->folder);
    ok = write_file(demo, "tyk.conf", &b);
    jg_buf_free(&b);
    return ok;
}

static bool
write_api(const struct demo *demo)
{
    char secret[16];
    struct jg_str encoded = {secret, 0};
    struct jg_buf b;
    bool ok;

    encoded.len = jg_b64_encode(JG_STR("tyk123"), secret);
    jg_buf_init(&b, CLI_TEXT_MAX);
    jg_buf_addf(&b,
                "{\n"
                "  \"name\": \"My JWT API\",\n"
                "  \"api_id\": \"my-jwt-api\",\n"
                "  \"org_id\": \"default\",\n"
                "  \"active\": true,\n"
                "  \"use_keyless\": false,\n"
                "  \"enable_jwt\": true,\n"
                "  \"jwt_signing_method\": \"hmac\",\n"
                "  \"jwt_source\": \"%.*s\",\n"
                "  \"jwt_identity_base_field\": \"sub\",\n"
                "  \"jwt_policy_field_name\": \"pol\",\n"
                "  \"jwt_default_policies\": [\"default\"],\n"
                "  \"auth\": {\"auth_header_name\": \"Authorization\"},\n"
                "  \"version_data\": {\n"
                "    \"not_versioned\": true,\n"
                "    \"versions\": {\"Default\": {\"name\": \"Default\"}}\n"
                "  },\n"
                "  \"proxy\": {\n"
                "    \"listen_path\": \"/my-jwt-api/\",\n"
                "    \"target_url\": \"http://127.0.0.1:%u/\",\n"
                "    \"strip_listen_path\": true\n"
                "  }\n"
                "}\n",
                JG_STR_ARG(encoded), demo->upstream_port);
    ok = write_file(demo, "apps/my-jwt-api.json", &b);
    jg_buf_free(&b);
    return ok;
}

static bool
write_policy(const struct demo *demo)
{
    struct jg_buf b;
    bool ok;

    jg_buf_init(&b, CLI_TEXT_MAX);
    jg_buf_add(&b, JG_STR("{\n"
                          "  \"id\": \"default\",\n"
                          "  \"name\": \"Default policy\",\n"
                          "  \"org_id\": \"default\",\n"
                          "  \"active\": true,\n"
                          "  \"quota_max\": -1,\n"
                          "  \"access_rights\": {\n"
                          "    \"my-jwt-api\": {\n"
                          "      \"api_id\": \"my-jwt-api\",\n"
                          "      \"api_name\": \"My JWT API\",\n"
                          "      \"versions\": [\"Default\"]\n"
                          "    }\n"
                          "  }\n"
                          "}\n"));
    ok = write_file(demo, "policies/default.json", &b);
    jg_buf_free(&b);
    return ok;
}

static bool
make_folder(const struct demo *demo, const char *name)
{
    char path[PATH_MAX];
    int n = snprintf(path, sizeof(path), "%s/%s", demo->folder, name);

    if (n > 0 && n < PATH_MAX && (mkdir(path, 0755) == 0 || errno == EEXIST))
        return true;
    cli_fail(CLI_FAILED, NULL, "cannot make %s/%s: %m", demo->folder, name);
    return false;
}

static int
open_folder(struct demo *demo, const char *wanted)
{
    const char *base = getenv("TMPDIR");

    if (wanted != NULL) {
        if ((mkdir(wanted, 0755) != 0 && errno != EEXIST) ||
            realpath(wanted, demo->folder) == NULL)
            return cli_fail(CLI_FAILED, NULL, "cannot make %s: %m", wanted);
        return CLI_OK;
    }
    if (base == NULL || strlen(base) > 200)
        base = "/tmp";
    snprintf(demo->folder, sizeof(demo->folder), "%s/jotgate-demo-XXXXXX",
             base);
    demo->own_folder = mkdtemp(demo->folder) != NULL;
    /* The workers of a demo that root started read its data. */
    if (!demo->own_folder || chmod(demo->folder, 0711) != 0)
        return cli_fail(CLI_FAILED, "--dir DIR",
                        "cannot make a folder in %s: "
                        "%m",
                        base);
    return CLI_OK;
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    remove(path);
    return 0;
}

static bool
make_secret(struct demo *demo)
{
    unsigned char bytes[SECRET_BYTES];

    if (jg_random(bytes, sizeof(bytes)) != JG_OK)
        return cli_broken(JG_E_CRYPTO) == CLI_OK;
    demo->secret[jg_b64url_encode(
        (struct jg_str){(const char *)bytes, sizeof(bytes)}, demo->secret)] =
        '\0';
    return true;
}

static int
read_port(struct cli *cli, const char *name, unsigned usual, unsigned *out)
{
    const char *text = cli_value(cli, name);
    uint64_t n = usual;
    char fix[64];

    if (text != NULL &&
        (!jg_str_to_u64(jg_str(text), &n) || n == 0 || n > 65535))
        return cli_fail(CLI_USAGE, NULL, "--%s: \"%s\" is no port", name, text);
    *out = (unsigned)n;
    if (cli_ports_is_free(*out))
        return CLI_OK;
    snprintf(fix, sizeof(fix), "jotgate demo --%s %" PRIu64, name,
             n > 65435 ? n - 100 : n + 100);
    return cli_fail(CLI_FAILED, fix, "port %u is already in use", *out);
}

/* What follows '#' stays in the browser, which takes it out of sight. */
static void
add_dashboard(const struct serve *serve, const struct demo *demo,
              struct jg_buf *out)
{
    if (serve->ui[0] == '\0')
        jg_buf_add(out, JG_STR("  dashboard    not built: make ui\n\n"));
    else
        jg_buf_addf(out,
                    "The dashboard; this link signs in:\n\n"
                    "  http://127.0.0.1:%u/ui/#secret=%s&gateway="
                    "http://127.0.0.1:%u\n\n",
                    demo->control_port, demo->secret, demo->port);
}

/* What to try, once it can be tried. */
static void
ready(const struct serve *serve, void *arg)
{
    const struct demo *demo = arg;
    struct jg_buf out;

    jg_buf_init(&out, CLI_TEXT_MAX);
    jg_buf_addf(&out,
                "jotgate " JG_VERSION " demo: everything is in %s%s\n\n"
                "  gateway      http://127.0.0.1:%u   one API: /my-jwt-api/\n"
                "  control API  http://127.0.0.1:%u\n"
                "  upstream     http://127.0.0.1:%u   answers what it got\n\n",
                demo->folder, demo->own_folder ? ", and Ctrl-C removes it" : "",
                demo->port, demo->control_port, demo->upstream_port);
    add_dashboard(serve, demo, &out);
    jg_buf_add(&out, JG_STR("Try these in another terminal:\n\n"));
    jg_buf_addf(&out,
                "# a good token\ncurl http://127.0.0.1:%u/my-jwt-api/get -H "
                "\"Authorization: Bearer %s\"\n\n"
                "# no token\ncurl -i http://127.0.0.1:%u/my-jwt-api/get\n\n"
                "# a bad token: its signature was changed\n"
                "curl -i http://127.0.0.1:%u/my-jwt-api/get -H "
                "\"Authorization: Bearer %.*sA\"\n\n"
                "# the control API\ncurl http://127.0.0.1:%u/tyk/apis -H "
                "\"X-Tyk-Authorization: %s\"\n\n",
                demo->port, good_token, demo->port, demo->port,
                (int)sizeof(good_token) - 2, good_token, demo->control_port,
                demo->secret);
    cli_print(&out);
}

static int
start(struct cli *cli, struct demo *demo)
{
    struct serve *serve = jg_arena_alloc(&cli->arena, sizeof(*serve));
    char conf[PATH_MAX];
    int n = snprintf(conf, sizeof(conf), "%s/tyk.conf", demo->folder);

    if (serve == NULL || n < 0 || n >= PATH_MAX)
        return cli_broken(JG_E_NOMEM);
    if (!make_folder(demo, "apps") || !make_folder(demo, "policies") ||
        !write_conf(demo) || !write_api(demo) || !write_policy(demo))
        return CLI_FAILED;
    serve->config_path = conf;
    serve->demo_port = demo->upstream_port;
    serve->ready = ready;
    serve->ready_arg = demo;
    return cli_serve(serve, NULL);
}

static int
upstream_port(struct cli *cli, struct demo *demo)
{
    if (cli_has(cli, "upstream-port"))
        return read_port(cli, "upstream-port", 0, &demo->upstream_port);
    demo->upstream_port = cli_ports_free();
    if (demo->upstream_port == 0)
        return cli_fail(CLI_FAILED, NULL, "no free port on 127.0.0.1: %m");
    return CLI_OK;
}

static int
run(struct cli *cli)
{
    struct demo demo = {.own_folder = false};
    int code;

    cli_serve_signals();
    code = read_port(cli, "port", 8080, &demo.port);

    if (code == CLI_OK)
        code = read_port(cli, "control-port", 8081, &demo.control_port);
    if (code == CLI_OK)
        code = upstream_port(cli, &demo);
    if (code == CLI_OK && !make_secret(&demo))
        code = CLI_FAILED;
    if (code == CLI_OK)
        code = open_folder(&demo, cli_value(cli, "dir"));
    if (code == CLI_OK)
        code = start(cli, &demo);
    if (demo.own_folder)
        nftw(demo.folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    return code;
}

static const struct cli_option options[] = {
    {"port", 'p', "N", "port of the gateway; 8080"},
    {"control-port", 0, "N", "port of the control API; 8081"},
    {"upstream-port", 0, "N", "port of the upstream; a free one"},
    {"dir", 0, "DIR", "folder to make it in, which stays; a temporary one"},
    {NULL, 0, NULL, NULL},
};

const struct cli_command cmd_demo = {
    .name = "demo",
    .arguments = "",
    .summary = "try it: a gateway, an API and an upstream on this machine",
    .details = "Needs no configuration, no root and no network.\n",
    .options = options,
    .run = run,
};

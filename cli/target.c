/* Which gateway a command asks, and with which secret. */
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "config.h"
#include "context.h"
#include "gateway.h"
#include "serve.h"

static const char *
keep(struct cli *cli, const char *text)
{
    return jg_arena_str(&cli->arena, jg_str(text)).p;
}

/* A URL that this machine can ask: no address is every address. */
static const char *
address_of(struct cli *cli, const struct jg_conf *conf)
{
    bool own = conf->control_api_port != 0;
    struct jg_str host =
        own ? conf->control_api_hostname : conf->listen_address;
    int64_t port = own ? conf->control_api_port : conf->listen_port;
    bool ipv6 = jg_str_find(host, ':') < host.len && host.p[0] != '[';
    char text[512];

    if (host.len == 0 || jg_str_eq(host, JG_STR("0.0.0.0")))
        host = JG_STR("127.0.0.1");
    else if (jg_str_eq(host, JG_STR("::")))
        host = JG_STR("::1");
    snprintf(text, sizeof(text), "%s://%s%.*s%s:%" PRId64,
             !own && conf->http.use_ssl ? "https" : "http", ipv6 ? "[" : "",
             JG_STR_ARG(host), ipv6 ? "]" : "", port);
    return keep(cli, text);
}

int
cli_secret_read(struct cli *cli, const char *path, struct jg_str *out)
{
    struct jg_str text;

    if (!cli_read(cli, path, CLI_SECRET_MAX, &text))
        return CLI_USAGE;
    *out = jg_str_trim(text);
    if (out->len == 0)
        return cli_fail(CLI_USAGE, NULL, "%s is empty", path);
    return CLI_OK;
}

static int
read_secret(struct cli *cli, const char *path, struct cli_target *out)
{
    out->secret_from = path;
    return cli_secret_read(cli, path, &out->secret);
}

/* The one that the gateway made for itself, when none is configured. */
static int
read_made_secret(struct cli *cli, const struct cli_config *config,
                 struct cli_target *out)
{
    char folder[PATH_MAX], path[PATH_MAX + 8];

    if (!cli_store_folder(config, folder))
        return CLI_OK;
    snprintf(path, sizeof(path), "%s/secret", folder);
    out->secret_from = keep(cli, path);
    return access(path, R_OK) == 0 ? read_secret(cli, out->secret_from, out)
                                   : CLI_OK;
}

static int
secret_of(struct cli *cli, const struct cli_config *config,
          struct cli_target *out)
{
    if (config->conf.secret.len == 0)
        return read_made_secret(cli, config, out);
    out->secret = jg_arena_str(&cli->arena, config->conf.secret);
    out->secret_from = out->config;
    return CLI_OK;
}

/* What the configuration says about both, unless it was said already. */
static int
use_config(struct cli *cli, struct cli_target *out)
{
    struct cli_config config;
    enum jg_err err = cli_config_read(out->config, &config);
    int code = CLI_OK;

    if (err != JG_OK && config.diags.faults == 0)
        code = cli_config_fail(out->config, err);
    else if (err != JG_OK)
        code = cli_fail(CLI_CONFIG, "jotgate check says what it is",
                        "%s is faulty", out->config);
    if (code == CLI_OK && out->address == NULL) {
        out->address = address_of(cli, &config.conf);
        out->address_from = out->config;
    }
    if (code == CLI_OK && out->secret.p == NULL)
        code = secret_of(cli, &config, out);
    cli_config_free(&config);
    return code;
}

/* --address, or what -c does not go before. */
static const char *
given_address(const struct cli *cli)
{
    const char *address = cli_value(cli, "address");

    if (address == NULL && cli_value(cli, "config") == NULL)
        address = getenv("JOTGATE_ADDRESS");
    return address != NULL && address[0] != '\0' ? address : NULL;
}

/* NULL: none. The file is read once, and so complained of once. */
static const struct cli_context *
find_context(struct cli *cli)
{
    struct cli_context found;

    if (cli_value(cli, "config") != NULL)
        return NULL;
    if (!cli->context_read && cli_context_current(cli, &found)) {
        cli->context = jg_arena_alloc(&cli->arena, sizeof(found));
        if (cli->context != NULL)
            *cli->context = found;
    }
    cli->context_read = true;
    return cli->context;
}

const char *
cli_target_address(struct cli *cli)
{
    const char *address = given_address(cli);
    const struct cli_context *context =
        address == NULL ? find_context(cli) : NULL;

    return context != NULL ? context->address.p : address;
}

/* Address and secret of the context in use, unless others are given. */
static void
use_context(struct cli *cli, struct cli_target *out)
{
    const struct cli_context *context =
        out->address == NULL ? find_context(cli) : NULL;

    if (context == NULL)
        return;
    out->address = context->address.p;
    out->address_from = "jotgate context";
    out->secret = context->secret;
    out->secret_from = "jotgate context";
}

/* What the command line and the environment say. */
static int
use_given(struct cli *cli, struct cli_target *out)
{
    const char *file = cli_value(cli, "secret-file");
    const char *secret = getenv("JOTGATE_SECRET");

    out->address = given_address(cli);
    out->address_from =
        cli_value(cli, "address") != NULL ? "--address" : "JOTGATE_ADDRESS";
    use_context(cli, out);
    if (file != NULL)
        return read_secret(cli, file, out);
    if (secret != NULL && secret[0] != '\0') {
        out->secret = jg_str(secret);
        out->secret_from = "JOTGATE_SECRET";
    }
    return CLI_OK;
}

bool
cli_address_is_one(const char *text)
{
    struct jg_str address = jg_str(text);

    return (jg_str_starts(address, JG_STR("http://")) ||
            jg_str_starts(address, JG_STR("https://"))) &&
           strpbrk(text, " \t\r\n#?") == NULL;
}

static int
check_address(const struct cli_target *target)
{
    if (cli_address_is_one(target->address))
        return CLI_OK;
    return cli_fail(CLI_USAGE, "http://127.0.0.1:8081, https://gateway.example",
                    "%s: \"%s\" is no address of a control API",
                    target->address_from, target->address);
}

int
cli_target_find(struct cli *cli, struct cli_target *out)
{
    int code = use_given(cli, out);

    if (code != CLI_OK)
        return code;
    out->config = cli_value(cli, "config");
    if (out->config == NULL && out->address == NULL)
        out->config = cli_config_running(cli);
    if (out->config != NULL)
        code = use_config(cli, out);
    if (code != CLI_OK)
        return code;
    if (out->address == NULL)
        return cli_fail(CLI_USAGE,
                        "-c FILE, --address URL, or start one: jotgate demo",
                        "no gateway is given: there is no jotgate.json or "
                        "tyk.conf here or in /etc/jotgate, and no demo runs");
    return check_address(out);
}

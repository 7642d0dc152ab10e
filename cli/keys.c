/* Reading key material for the commands. */
#include <stdio.h>

#include "fetch.h"
#include "keys.h"

static const char *const sources[] = {"key", "jwks", "secret-file", "secret"};

#define COUNT (sizeof(sources) / sizeof(sources[0]))

/* Exactly one source of keys; "" when there is none or more than one. */
static const char *
only_source(struct cli *cli)
{
    const char *found = NULL;

    for (size_t i = 0; i < COUNT; i++) {
        if (!cli_has(cli, sources[i]))
            continue;
        if (found != NULL) {
            cli_fail(CLI_USAGE, NULL, "--%s and --%s: one of them is enough",
                     found, sources[i]);
            return "";
        }
        found = sources[i];
    }
    if (found == NULL) {
        cli_fail(CLI_USAGE,
                 "--key FILE (PEM, DER, JWK), or --secret-file FILE for HMAC",
                 "no key is given");
        return "";
    }
    return found;
}

bool
cli_secret(struct cli *cli, struct jg_str *out)
{
    const char *path = cli_value(cli, "secret-file");
    const char *text = cli_value(cli, "secret");

    *out = jg_str(NULL);
    if (text != NULL) {
        cli_warn("--secret is visible to everybody who can run ps; "
                 "--secret-file is not");
        *out = jg_str(text);
        return true;
    }
    if (path == NULL)
        return true;
    if (!cli_read(cli, path, JG_KEY_TEXT_MAX, out))
        return false;
    if (jg_str_ends(*out, JG_STR("\n"))) {
        size_t more = jg_str_ends(*out, JG_STR("\r\n")) ? 2 : 1;

        cli_note("the newline at the end of %s is not taken as part of the "
                 "secret",
                 strcmp(path, "-") == 0 ? "standard input" : path);
        *out = jg_str_head(*out, out->len - more);
    }
    return true;
}

bool
cli_is_json(struct jg_str text)
{
    return jg_str_starts(jg_str_trim(text), JG_STR("{"));
}

const struct jg_json *
cli_json(struct cli *cli, const char *path, struct jg_str text)
{
    const struct jg_json *json = NULL;
    struct jg_json_fault fault = {0, 0, ""};
    enum jg_err err =
        jg_json_parse(text, &jg_json_limits_conf, &cli->arena, &json, &fault);

    if (err == JG_OK)
        return json;
    cli_fail(CLI_FAILED, NULL, "%s is not valid JSON: %s\n  --> %s:%u:%u", path,
             fault.what, path, fault.line, fault.column);
    return NULL;
}

/* What to try when key material cannot be read. */
static const char *
key_fix(const char *source)
{
    if (strcmp(source, "key") == 0)
        return "a PEM, DER or JWK file; for HMAC use --secret-file";
    return NULL;
}

static int
bad_key(const char *source, const char *path, enum jg_err err,
        const struct jg_key_fault *fault)
{
    if (err == JG_E_NOMEM || err == JG_E_CRYPTO)
        return cli_broken(err);
    return cli_fail(
        CLI_FAILED, key_fix(source), "no usable key in %s: %s", path,
        fault->what[0] != '\0' ? fault->what : jg_err_info(err)->help);
}

/* One key in <text> that is no JSON. */
static enum jg_err
set_of(struct jg_str text, bool secret, struct jg_jwks **out,
       struct jg_key_fault *fault)
{
    struct jg_key *key = NULL;
    enum jg_err err = secret ? jg_key_from_secret(text, &key, fault)
                             : jg_key_from_public(text, &key, fault);

    if (err == JG_OK)
        err = jg_jwks_of_key(key, out);
    if (err != JG_OK)
        jg_key_free(key);
    return err;
}

int
cli_keys_verify(struct cli *cli, struct jg_jwks **out)
{
    const char *source = only_source(cli);
    const char *path;
    struct jg_key_fault fault = {""};
    struct jg_str text;
    bool fetched;
    enum jg_err err;

    if (source[0] == '\0')
        return CLI_USAGE;
    path = cli_value(cli, source);
    if (strncmp(source, "secret", 6) == 0) {
        if (!cli_secret(cli, &text))
            return CLI_FAILED;
        err = set_of(text, true, out, &fault);
        if (strcmp(source, "secret") == 0)
            path = "--secret"; /* never the secret itself */
        return err == JG_OK ? CLI_OK : bad_key(source, path, err, &fault);
    }
    fetched = strcmp(source, "jwks") == 0 && cli_is_url(path);
    if (fetched ? !cli_fetch(cli, path, &text)
                : !cli_read(cli, path, JG_JWKS_MAX_BYTES, &text))
        return CLI_FAILED;
    if (cli_is_json(text) || strcmp(source, "jwks") == 0)
        err = jg_jwks_parse(text, fetched, out, &fault);
    else
        err = set_of(text, false, out, &fault);
    if (err != JG_OK) {
        jg_jwks_free(*out);
        *out = NULL;
    }
    return err == JG_OK ? CLI_OK : bad_key(source, path, err, &fault);
}

const struct jg_json *
cli_jwk_choose(const struct jg_json *json, const char *kid, const char *path)
{
    const struct jg_json *keys = jg_json_get(json, JG_STR("keys"));
    const struct jg_json *found = NULL;

    if (keys == NULL)
        return json;
    for (uint32_t i = 0; keys->type == JG_JSON_ARRAY && i < keys->count; i++) {
        const struct jg_json *jwk = &keys->items[i];
        struct jg_str own = jg_json_string(jg_json_get(jwk, JG_STR("kid")));

        if (kid != NULL && !jg_str_eq(own, jg_str(kid)))
            continue;
        if (found != NULL) {
            cli_fail(CLI_USAGE, "--kid KID",
                     "%s holds more than one key; which one?", path);
            return NULL;
        }
        found = jwk;
    }
    if (found == NULL)
        cli_fail(CLI_FAILED, NULL, "%s holds no key%s%s", path,
                 kid != NULL ? " with kid " : "", kid != NULL ? kid : "");
    return found;
}

static int
signer_of_json(struct cli *cli, const char *path, struct jg_str text,
               struct jg_signer **out, struct jg_str *kid)
{
    const struct jg_json *json = cli_json(cli, path, text);
    const struct jg_json *jwk = NULL;
    struct jg_key_fault fault = {""};
    enum jg_err err;

    if (json != NULL)
        jwk = cli_jwk_choose(json, cli_value(cli, "kid"), path);
    if (jwk == NULL)
        return CLI_FAILED;
    err = jg_signer_from_jwk(jwk, out, &fault);
    if (err != JG_OK)
        return bad_key("key", path, err, &fault);
    *kid = jg_json_string(jg_json_get(jwk, JG_STR("kid")));
    return CLI_OK;
}

int
cli_keys_sign(struct cli *cli, struct jg_signer **out, struct jg_str *kid)
{
    const char *source = only_source(cli);
    const char *path;
    struct jg_key_fault fault = {""};
    struct jg_str text;
    enum jg_err err;

    *kid = jg_str(NULL);
    if (source[0] == '\0')
        return CLI_USAGE;
    path = cli_value(cli, source);
    if (strcmp(source, "key") != 0) {
        if (!cli_secret(cli, &text))
            return CLI_FAILED;
        err = jg_signer_from_secret(text, out, &fault);
        if (strcmp(source, "secret") == 0)
            path = "--secret";
    } else {
        if (!cli_read(cli, path, JG_JWKS_MAX_BYTES, &text))
            return CLI_FAILED;
        if (cli_is_json(text))
            return signer_of_json(cli, path, text, out, kid);
        err = jg_signer_from_pem(text, out, &fault);
    }
    return err == JG_OK ? CLI_OK : bad_key(source, path, err, &fault);
}

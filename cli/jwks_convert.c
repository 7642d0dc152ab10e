/* jotgate jwks convert: the same key in another form. */
#include "base/b64.h"
#include "commands.h"
#include "fetch.h"
#include "jose/export.h"
#include "keys.h"

/* The key to convert: exactly one of these is there. */
struct source {
    struct jg_signer *signer;   /* --private */
    struct jg_jwks *set;        /* public keys */
    struct jg_str secret;       /* bytes; p == NULL: it is a key pair */
    const struct jg_json *json; /* where it was JSON, for kid and alg */
};

static int
no_key(struct cli *cli, enum jg_err err, const struct jg_key_fault *fault)
{
    if (err == JG_E_NOMEM || err == JG_E_CRYPTO)
        return cli_broken(err);
    return cli_fail(CLI_FAILED, NULL, "no usable key in %s: %s",
                    cli->arg_count > 0 ? cli->args[0] : "the secret",
                    fault->what[0] != '\0' ? fault->what
                                           : jg_err_info(err)->help);
}

/* The bytes of an oct JWK, which an imported key does not keep. */
static int
secret_of_jwk(struct cli *cli, const struct jg_json *jwk, struct source *out)
{
    struct jg_str k = jg_json_string(jg_json_get(jwk, JG_STR("k")));

    if (k.p == NULL ||
        jg_b64url_decode_arena(k, &cli->arena, &out->secret) != JG_OK)
        return cli_fail(CLI_FAILED, NULL,
                        "the oct key of %s has no valid \"k\"", cli->args[0]);
    return CLI_OK;
}

static int
load_private(struct cli *cli, struct jg_str text, struct source *out)
{
    struct jg_key_fault fault = {""};
    enum jg_err err;

    if (!cli_is_json(text)) {
        err = jg_signer_from_pem(text, &out->signer, &fault);
        return err == JG_OK ? CLI_OK : no_key(cli, err, &fault);
    }
    out->json = cli_json(cli, cli->args[0], text);
    if (out->json != NULL)
        out->json = cli_jwk_choose(out->json, NULL, cli->args[0]);
    if (out->json == NULL)
        return CLI_FAILED;
    if (jg_str_eq(jg_json_string(jg_json_get(out->json, JG_STR("kty"))),
                  JG_STR("oct")))
        return secret_of_jwk(cli, out->json, out);
    err = jg_signer_from_jwk(out->json, &out->signer, &fault);
    return err == JG_OK ? CLI_OK : no_key(cli, err, &fault);
}

static int
load_public(struct cli *cli, struct jg_str text, struct source *out)
{
    struct jg_key_fault fault = {""};
    struct jg_key *key = NULL;
    enum jg_err err;

    if (cli_is_json(text)) {
        err = jg_jwks_parse(text, false, &out->set, &fault);
    } else {
        err = jg_key_from_public(text, &key, &fault);
        if (err == JG_OK)
            err = jg_jwks_of_key(key, &out->set);
        if (err != JG_OK)
            jg_key_free(key);
    }
    return err == JG_OK ? CLI_OK : no_key(cli, err, &fault);
}

static int
load(struct cli *cli, struct source *out)
{
    bool private = cli_has(cli, "private");
    bool fetched = cli->arg_count > 0 && cli_is_url(cli->args[0]);
    struct jg_str text;

    if (cli_has(cli, "secret-file") || cli_has(cli, "secret")) {
        if (!private)
            return cli_fail(CLI_USAGE, "--private",
                            "a secret has no public form");
        return cli_secret(cli, &out->secret) ? CLI_OK : CLI_FAILED;
    }
    if (cli->arg_count == 0)
        return cli_fail(CLI_USAGE, NULL, "give a key file, or - for stdin");
    if (fetched && private)
        return cli_fail(CLI_USAGE, "a FILE, or without --private",
                        "%s is a URL: nobody's private keys are there",
                        cli->args[0]);
    if (fetched ? !cli_fetch(cli, cli->args[0], &text)
                : !cli_read(cli, cli->args[0], JG_JWKS_MAX_BYTES, &text))
        return CLI_FAILED;
    return private ? load_private(cli, text, out) : load_public(cli, text, out);
}

/* kid and alg: those of the command line, else the key's own. */
static struct jg_jwk_names
names_for(struct cli *cli, const struct jg_key *key, const struct source *src)
{
    struct jg_jwk_names names = {jg_str(cli_value(cli, "kid")),
                                 jg_alg_find(jg_str(cli_value(cli, "alg")))};

    if (names.kid.len == 0 && key != NULL)
        names.kid = jg_key_info(key)->kid;
    if (names.kid.len == 0)
        names.kid = jg_json_string(jg_json_get(src->json, JG_STR("kid")));
    if (names.kid.len == 0 && key != NULL)
        names.kid = jg_key_info(key)->thumbprint;
    if (names.alg == NULL && key != NULL)
        names.alg = jg_key_info(key)->alg;
    return names;
}

static enum jg_err
write_one(struct cli *cli, const struct source *src, const struct jg_key *key,
          bool pem, struct jg_buf *out)
{
    struct jg_jwk_names names = names_for(cli, key, src);

    if (src->secret.p != NULL)
        return pem ? JG_E_KEY : jg_jwk_write_secret(src->secret, &names, out);
    if (src->signer != NULL)
        return pem ? jg_pem_write_private(src->signer, out)
                   : jg_jwk_write_private(src->signer, &names, out);
    return pem ? jg_pem_write(key, out) : jg_jwk_write(key, &names, out);
}

/* All public keys of the set; one where the form has room for one. */
static int
write_set(struct cli *cli, const struct source *src, bool pem, bool many,
          struct jg_buf *out)
{
    size_t written = 0;

    for (size_t i = 0; i < jg_jwks_count(src->set); i++) {
        const struct jg_jwks_entry *entry = jg_jwks_at(src->set, i);
        enum jg_err err;

        if (entry->key == NULL) {
            cli_warn("key %zu is left out: %s", i + 1, entry->skipped);
            continue;
        }
        if (written > 0 && !many)
            return cli_fail(CLI_USAGE, "--to jwks",
                            "%s holds more than one key", cli->args[0]);
        if (written > 0 && !pem)
            jg_buf_addc(out, ',');
        err = write_one(cli, src, entry->key, pem, out);
        if (err == JG_E_KEY)
            return cli_fail(CLI_USAGE, "--private",
                            "a secret has no public form");
        if (err != JG_OK)
            return cli_broken(err);
        written++;
    }
    return CLI_OK;
}

/* <text> is PEM, or JSON. Frees it. */
static int
print(struct cli *cli, struct jg_buf *text, const char *to, bool pem)
{
    struct jg_buf out;

    if (!cli_has(cli, "json"))
        return cli_print(text);
    jg_buf_init(&out, 2 * CLI_TEXT_MAX);
    jg_buf_addf(&out, "{\"v\":1,\"%s\":", to);
    if (text->failed)
        out.failed = true;
    else if (pem)
        jg_buf_add_quoted(&out, jg_buf_str(text));
    else
        jg_buf_add(&out, jg_str_trim(jg_buf_str(text)));
    jg_buf_add(&out, JG_STR("}\n"));
    jg_buf_free(text);
    return cli_print(&out);
}

static int
convert(struct cli *cli, const struct source *src, const char *to)
{
    bool pem = strcmp(to, "pem") == 0, set = strcmp(to, "jwks") == 0;
    struct jg_buf out;
    enum jg_err err;
    int code = CLI_OK;

    jg_buf_init(&out, CLI_TEXT_MAX);
    if (set)
        jg_buf_add(&out, JG_STR("{\"keys\":["));
    if (src->set != NULL) {
        code = write_set(cli, src, pem, set || pem, &out);
    } else {
        const struct jg_key *key =
            src->signer != NULL ? jg_signer_key(src->signer) : NULL;

        err = write_one(cli, src, key, pem, &out);
        if (err == JG_E_KEY)
            code = cli_fail(CLI_USAGE, "--to jwk", "a secret has no PEM form");
        else if (err != JG_OK)
            code = cli_broken(err);
    }
    if (set)
        jg_buf_add(&out, JG_STR("]}"));
    if (!pem)
        jg_buf_addc(&out, '\n');
    if (code == CLI_OK)
        return print(cli, &out, to, pem);
    jg_buf_free(&out);
    return code;
}

static int
run(struct cli *cli)
{
    static const char *const forms[] = {"pem", "jwk", "jwks", NULL};
    const char *to = cli_value(cli, "to");
    const char *alg = cli_value(cli, "alg");
    struct source src = {0};
    size_t i = 0;
    int code;

    while (to != NULL && forms[i] != NULL && strcmp(forms[i], to) != 0)
        i++;
    if (to == NULL || forms[i] == NULL)
        return cli_fail(CLI_USAGE, "--to pem, jwk or jwks",
                        to == NULL ? "no form is given"
                                   : "the form \"%s\" is not known",
                        to);
    if (alg != NULL && jg_alg_find(jg_str(alg)) == NULL)
        return cli_fail(CLI_USAGE, NULL, "--alg: \"%s\" is not known", alg);
    code = load(cli, &src);
    if (code == CLI_OK)
        code = convert(cli, &src, to);
    jg_signer_free(src.signer);
    jg_jwks_free(src.set);
    return code;
}

static const struct cli_option options[] = {
    {"to", 0, "FORM", "pem, jwk or jwks"},
    {"private", 0, NULL, "keep the private part (or the secret)"},
    {"kid", 0, "KID", "name of the key; its own, or its thumbprint"},
    {"alg", 0, "ALG", "algorithm to write into a JWK"},
    CLI_OPTION_SECRET_FILE,
    CLI_OPTION_SECRET,
    CLI_OPTION_DISCOVER,
    CLI_OPTION_INSECURE,
    CLI_OPTION_ALLOW_HTTP,
    {"json", 0, NULL, "one JSON object with it"},
    {NULL, 0, NULL, NULL},
};

const struct cli_command cmd_jwks_convert = {
    .group = "jwks",
    .name = "convert",
    .arguments = "FILE|URL|-",
    .summary = "write a key as PEM, JWK or JWK set",
    .details = "The public part only, unless --private is given.\n\n"
               "  jotgate jwks convert cert.pem --to jwks\n"
               "  jotgate jwks convert https://idp/certs --to pem\n",
    .options = options,
    .args_max = 1,
    .run = run,
};

/* jotgate jwks gen: a new key pair or secret. */
#include <stdio.h>
#include <unistd.h>

#include "base/b64.h"
#include "commands.h"
#include "jose/export.h"

#define SECRET_MAX 64
#define RSA_BITS 2048 /* unless --bits says otherwise */

/* What was made: the private JWK, and the public one unless it is a secret. */
struct made {
    struct jg_buf private, public;
    char what[64]; /* "EC P-256 key, kid abc" */
};

/* The key's own kid: --kid, or a name that nobody else has. */
static struct jg_jwk_names
names_of(struct cli *cli, const struct jg_alg *alg, struct jg_str unique)
{
    const char *kid = cli_value(cli, "kid");

    return (struct jg_jwk_names){kid != NULL ? jg_str(kid) : unique, alg};
}

static enum jg_err
make_secret(struct cli *cli, const struct jg_alg *alg, struct made *out)
{
    unsigned char bytes[SECRET_MAX], name[9];
    char text[JG_B64_ENCODED(sizeof(name))];
    struct jg_str secret = {(const char *)bytes, alg->signature_bytes};
    struct jg_str unique = {text, 0};
    struct jg_jwk_names names;
    enum jg_err err = jg_random(bytes, secret.len);

    if (err == JG_OK)
        err = jg_random(name, sizeof(name));
    if (err != JG_OK)
        return err;
    unique.len = jg_b64url_encode(
        (struct jg_str){(const char *)name, sizeof(name)}, text);
    names = names_of(cli, alg, unique);
    err = jg_jwk_write_secret(secret, &names, &out->private);
    snprintf(out->what, sizeof(out->what), "secret of %zu bytes", secret.len);
    jg_mem_wipe(bytes, sizeof(bytes));
    return err;
}

static enum jg_err
make_pair(struct cli *cli, const struct jg_alg *alg, unsigned bits,
          struct made *out, struct jg_key_fault *fault)
{
    struct jg_signer *signer = NULL;
    struct jg_jwk_names names;
    enum jg_err err = jg_signer_generate(alg, bits, &signer, fault);

    if (err != JG_OK)
        return err;
    names = names_of(cli, alg, jg_key_info(jg_signer_key(signer))->thumbprint);
    err = jg_jwk_write_private(signer, &names, &out->private);
    jg_buf_add(&out->public, JG_STR("{\"keys\":["));
    if (err == JG_OK)
        err = jg_jwk_write(jg_signer_key(signer), &names, &out->public);
    jg_buf_add(&out->public, JG_STR("]}\n"));
    snprintf(out->what, sizeof(out->what), "%s key",
             jg_key_describe(jg_signer_key(signer)));
    jg_signer_free(signer);
    return err;
}

/* The private part is in the file <path>, or, when that is NULL, in here. */
static int
print_json(struct made *made, const char *path)
{
    struct jg_buf out;

    jg_buf_init(&out, CLI_TEXT_MAX);
    jg_buf_add(&out, JG_STR("{\"v\":1,\"key\":{\"what\":"));
    jg_buf_add_quoted(&out, jg_str(made->what));
    if (path != NULL) {
        jg_buf_add(&out, JG_STR(",\"private_file\":"));
        jg_buf_add_quoted(&out, jg_str(path));
    } else {
        jg_buf_add(&out, JG_STR(",\"private\":"));
        jg_buf_add(&out, jg_str_trim(jg_buf_str(&made->private)));
    }
    if (made->public.len > 0) {
        jg_buf_add(&out, JG_STR(",\"public\":"));
        jg_buf_add(&out, jg_str_trim(jg_buf_str(&made->public)));
    }
    jg_buf_add(&out, JG_STR("}}\n"));
    return cli_print(&out);
}

/* Private part to its file, public part to stdout. */
static int
deliver(struct cli *cli, struct made *made)
{
    const char *path = cli_value(cli, "private-out");
    bool json = cli_has(cli, "json");

    if (path != NULL && strcmp(path, "-") == 0)
        path = NULL;
    jg_buf_addc(&made->private, '\n');
    if (made->private.failed || made->public.failed)
        return cli_broken(JG_E_NOMEM);
    if (path == NULL && json)
        return print_json(made, NULL);
    if (path == NULL) {
        cli_note(
            "this is the private key; the public set: jotgate jwks convert "
            "FILE --to jwks");
        return cli_print(&made->private);
    }
    if (!cli_write_new(path, jg_buf_str(&made->private), 0600))
        return CLI_FAILED;
    cli_note("%s written to %s, for: jotgate token sign --key %s", made->what,
             path, path);
    return json ? print_json(made, path) : cli_print(&made->public);
}

static int
make(struct cli *cli, const struct jg_alg *alg, unsigned bits)
{
    struct jg_key_fault fault = {""};
    struct made made;
    enum jg_err err;
    int code;

    jg_buf_init(&made.private, CLI_TEXT_MAX);
    jg_buf_init(&made.public, CLI_TEXT_MAX);
    if (alg->family == JG_HMAC)
        err = make_secret(cli, alg, &made);
    else
        err = make_pair(cli, alg, bits, &made, &fault);
    if (err == JG_OK)
        code = deliver(cli, &made);
    else if (fault.what[0] != '\0')
        code = cli_fail(CLI_USAGE, NULL, "%s", fault.what);
    else
        code = cli_broken(err);
    jg_mem_wipe(made.private.p, made.private.len);
    jg_buf_free(&made.private);
    jg_buf_free(&made.public);
    return code;
}

static int
run(struct cli *cli)
{
    const char *name = cli_value(cli, "alg");
    const char *bits_text = cli_value(cli, "bits");
    const struct jg_alg *alg = jg_alg_find(jg_str(name));
    uint64_t bits = RSA_BITS;

    if (name == NULL)
        return cli_fail(CLI_USAGE, "--alg ES256", "no algorithm is given");
    if (alg == NULL)
        return cli_fail(CLI_USAGE, "ES256 EdDSA RS256 PS256 HS256 ...",
                        "--alg: \"%s\" is not known", name);
    if (bits_text != NULL &&
        (!jg_str_to_u64(jg_str(bits_text), &bits) || bits > 100000))
        return cli_fail(CLI_USAGE, NULL, "--bits: \"%s\" is no size",
                        bits_text);
    return make(cli, alg, (unsigned)bits);
}

static const struct cli_option options[] = {
    {"alg", 0, "ALG", "what the key is for: ES256, EdDSA, RS256, HS256, ..."},
    {"kid", 0, "KID", "its name; the RFC 7638 thumbprint"},
    {"bits", 0, "N", "size of an RSA key; 2048"},
    {"private-out", 'o', "FILE",
     "write the private JWK there (mode 0600), and "
     "the public set to stdout"},
    {"json", 0, NULL, "one JSON object with both"},
    {NULL, 0, NULL, NULL},
};

const struct cli_command cmd_jwks_gen = {
    .group = "jwks",
    .name = "gen",
    .alias = "generate",
    .arguments = "",
    .summary = "make a key",
    .details = "  jotgate jwks gen --alg ES256 --private-out key.json > "
               "jwks.json\n",
    .options = options,
    .run = run,
};

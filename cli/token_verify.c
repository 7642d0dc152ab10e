/* jotgate token verify: the checks of the gateway on one token and key. */
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/b64.h"
#include "commands.h"
#include "fetch.h"
#include "jose/claims.h"
#include "keys.h"
#include "token.h"

/* The outcome: what is wrong first, in the order of the gateway's steps. */
struct outcome {
    enum jg_err err;
    const char *mismatch; /* of --iss and --aud, which have no code; or NULL */
    char detail[400];     /* what was found; may be empty */
    bool expired;
    const struct jg_json *claims;
    struct jg_str payload; /* decoded, as it was signed */
    struct jg_jws_header header;
    const struct jg_key *key;
};

/* --alg: "ES256" or "ES256,ES384". False when it does not name <alg>. */
static bool
is_allowed(const char *list, const struct jg_alg *alg)
{
    struct jg_str rest = jg_str(list), name;

    if (list == NULL)
        return true;
    while (jg_str_next(&rest, ',', &name))
        if (jg_str_eq(jg_str_trim(name), jg_str(alg->name)))
            return true;
    return false;
}

/* The value of a string header or claim, for a message. */
static void
found_text(struct outcome *o, const char *what, struct jg_str value)
{
    struct jg_buf b;

    jg_buf_init(&b, sizeof(o->detail));
    jg_buf_add_json(&b, jg_str_head(value, 100), false);
    snprintf(o->detail, sizeof(o->detail), "%s \"%.*s\"", what,
             JG_STR_ARG(jg_buf_str(&b)));
    jg_buf_free(&b);
    for (char *p = o->detail; *p != '\0'; p++)
        if (*p < 0x20 || *p > 0x7e)
            *p = '?'; /* it goes to a terminal */
}

static enum jg_err
check_alg(struct cli *cli, struct outcome *o)
{
    const struct jg_alg *alg = o->header.alg;

    found_text(o, "alg",
               jg_json_string(jg_json_get(o->header.json, JG_STR("alg"))));
    if (alg == NULL)
        return JG_E_ALG_UNKNOWN;
    if (alg->family == JG_UNSIGNED || !is_allowed(cli_value(cli, "alg"), alg))
        return JG_E_ALG;
    o->detail[0] = '\0';
    return JG_OK;
}

/* What the keys are, when none of them did it. */
static void
found_keys(struct outcome *o, const struct jg_jwks *set)
{
    int n = 0;

    if (o->err == JG_E_KEY_UNKNOWN && o->header.kid.p != NULL)
        found_text(o, "kid", o->header.kid);
    if (o->err != JG_E_KEY_FIT && o->err != JG_E_SIGNATURE)
        return;
    for (size_t i = 0; i < jg_jwks_count(set); i++) {
        const struct jg_key *key = jg_jwks_at(set, i)->key;

        if (key != NULL && n >= 0 && (size_t)n < sizeof(o->detail))
            n += snprintf(o->detail + n, sizeof(o->detail) - (size_t)n, "%s%s",
                          n > 0 ? ", " : "", jg_key_describe(key));
    }
    if (n >= 0 && (size_t)n < sizeof(o->detail))
        snprintf(o->detail + n, sizeof(o->detail) - (size_t)n,
                 " and a token with alg %s", o->header.alg->name);
}

static bool
has_audience(const struct jg_json *aud, struct jg_str want)
{
    if (aud == NULL || aud->type != JG_JSON_ARRAY)
        return jg_str_eq(jg_json_string(aud), want);
    for (uint32_t i = 0; i < aud->count; i++)
        if (jg_str_eq(jg_json_string(&aud->items[i]), want))
            return true;
    return false;
}

/* --iss and --aud: they must be there, and equal. */
static void
check_names(struct cli *cli, struct outcome *o)
{
    const struct jg_json *iss = jg_json_get(o->claims, JG_STR("iss"));
    const struct jg_json *aud = jg_json_get(o->claims, JG_STR("aud"));
    const char *want_iss = cli_value(cli, "iss");
    const char *want_aud = cli_value(cli, "aud");

    if (want_iss != NULL && (jg_json_string(iss).p == NULL ||
                             !jg_str_eq(jg_json_string(iss), jg_str(want_iss))))
        o->mismatch = "iss";
    else if (want_aud != NULL &&
             (want_aud[0] == '\0' || !has_audience(aud, jg_str(want_aud))))
        o->mismatch = "aud";
}

static enum jg_err
check_times(struct outcome *o, int64_t now_s, int64_t leeway_s)
{
    struct jg_claims_skew skew = {leeway_s, leeway_s, leeway_s};
    enum jg_err err = jg_claims_check_time(o->claims, now_s, &skew);
    int64_t exp;

    o->expired = err == JG_E_CLAIM_EXP &&
                 jg_claims_time(o->claims, JG_STR("exp"), &exp) &&
                 exp != INT64_MIN;
    return err;
}

/* The steps of a gateway, up to the first that fails. */
static void
verify(struct cli *cli, struct jg_str token, const struct jg_jwks *set,
       int64_t leeway_s, struct outcome *o)
{
    struct jg_jws jws;

    o->err = jg_jws_split(token, &jws);
    if (o->err == JG_OK)
        o->err = jg_jws_header(&jws, &cli->arena, &o->header);
    if (o->err == JG_OK)
        o->err = check_alg(cli, o);
    if (o->err != JG_OK)
        return;
    o->err = jg_jws_verify(&jws, &o->header, set, &cli->arena, &o->key);
    if (o->err != JG_OK) {
        found_keys(o, set);
        return;
    }
    o->err = jg_jws_claims(&jws, &cli->arena, &o->claims);
    if (o->err == JG_OK)
        o->err = jg_b64url_decode_arena(jws.payload, &cli->arena, &o->payload);
    if (o->err == JG_OK)
        o->err = check_times(o, time(NULL), leeway_s);
    if (o->err == JG_OK)
        check_names(cli, o);
}

static void
add_refusal(struct jg_buf *out, const struct outcome *o)
{
    const struct jg_err_info *info = jg_err_info(o->err);

    jg_buf_add(out, JG_STR("{\"v\":1,\"valid\":false,\"reason\":"));
    if (o->mismatch != NULL) {
        jg_buf_addf(out,
                    "\"%s\",\"help\":\"The %s claim is missing or has "
                    "another value.\"",
                    o->mismatch, o->mismatch);
    } else {
        jg_buf_addf(out, "\"%s\",\"help\":", info->code);
        jg_buf_add_quoted(out, jg_str(info->help));
    }
    jg_buf_add(out, JG_STR(",\"found\":"));
    jg_buf_add_quoted(out, jg_str(o->detail));
    jg_buf_add(out, JG_STR("}\n"));
}

static int
refuse(struct cli *cli, const struct outcome *o)
{
    int code = o->expired ? CLI_EXPIRED : CLI_REJECTED;
    struct jg_buf out;

    if (o->err == JG_E_NOMEM)
        return cli_broken(o->err);
    if (o->mismatch != NULL)
        cli_fail(code, NULL, "the %s claim is missing or has another value",
                 o->mismatch);
    else
        cli_reject(code, o->err, o->detail);
    if (o->claims != NULL) {
        jg_buf_init(&out, CLI_TEXT_MAX);
        cli_token_times(&out, o->claims, time(NULL));
        fprintf(stderr, "%.*s", JG_STR_ARG(jg_buf_str(&out)));
        jg_buf_free(&out);
    }
    if (cli_has(cli, "json")) {
        jg_buf_init(&out, CLI_TEXT_MAX);
        add_refusal(&out, o);
        cli_print(&out);
    }
    return code;
}

/* Good: the payload, byte for byte when a program reads it. */
static int
accept(struct cli *cli, const struct outcome *o)
{
    struct jg_buf out;
    const char *risk = jg_key_risk(o->key, jg_alg_bit(o->header.alg));

    if (risk != NULL)
        cli_warn("%s", risk);
    jg_buf_init(&out, CLI_TEXT_MAX);
    if (cli_has(cli, "json")) {
        jg_buf_addf(&out, "{\"v\":1,\"valid\":true,\"key\":\"%s\",\"header\":",
                    jg_key_describe(o->key));
        jg_json_write(&out, o->header.json, 0);
        jg_buf_add(&out, JG_STR(",\"claims\":"));
        jg_json_write(&out, o->claims, 0);
        jg_buf_addc(&out, '}');
    } else if (isatty(STDOUT_FILENO)) {
        jg_json_write(&out, o->claims, 2);
    } else {
        jg_buf_add(&out, o->payload);
    }
    jg_buf_addc(&out, '\n');
    return cli_print(&out);
}

/* --leeway and --alg, before any work. */
static int
check_options(struct cli *cli, int64_t *leeway_s)
{
    const char *leeway = cli_value(cli, "leeway");
    const char *algs = cli_value(cli, "alg");
    struct jg_str rest = jg_str(algs), name;
    uint64_t n = 0;

    if (leeway != NULL &&
        (!jg_str_to_u64(jg_str(leeway), &n) || n > JG_SKEW_MAX_S))
        return cli_fail(CLI_USAGE, NULL,
                        "--leeway is a number of seconds up to %lld",
                        (long long)JG_SKEW_MAX_S);
    *leeway_s = (int64_t)n;
    while (jg_str_next(&rest, ',', &name))
        if (jg_alg_find(jg_str_trim(name)) == NULL)
            return cli_fail(CLI_USAGE, NULL, "--alg: \"%.*s\" is not known",
                            JG_STR_ARG(name));
    return CLI_OK;
}

static int
run(struct cli *cli)
{
    struct outcome o = {.err = JG_OK};
    struct jg_jwks *set = NULL;
    struct jg_str token;
    int64_t leeway_s = 0;
    int code = check_options(cli, &leeway_s);

    if (code == CLI_OK)
        code = cli_keys_verify(cli, &set);
    if (code == CLI_OK)
        code = cli_token(cli, &token);
    if (code == CLI_OK) {
        verify(cli, token, set, leeway_s, &o);
        code = o.err == JG_OK && o.mismatch == NULL ? accept(cli, &o)
                                                    : refuse(cli, &o);
    }
    jg_jwks_free(set);
    return code;
}

static const struct cli_option options[] = {
    {"key", 'k', "FILE", "public key: PEM, DER, certificate, JWK or JWK set"},
    {"jwks", 0, "URL|FILE", "JWK set (- is stdin)"},
    CLI_OPTION_DISCOVER,
    CLI_OPTION_INSECURE,
    CLI_OPTION_ALLOW_HTTP,
    CLI_OPTION_SECRET_FILE,
    CLI_OPTION_SECRET,
    {"alg", 0, "ALG[,ALG]", "take these algorithms only"},
    {"iss", 0, "ISSUER", "the iss claim must be this"},
    {"aud", 0, "AUDIENCE", "the aud claim must be or hold this"},
    {"leeway", 0, "SECONDS", "allowed clock difference for exp, nbf, iat"},
    {"json", 0, NULL, "one JSON object, also for a refusal"},
    {NULL, 0, NULL, NULL},
};

const struct cli_command cmd_token_verify = {
    .group = "token",
    .name = "verify",
    .arguments = "[TOKEN|-]",
    .summary = "check signature and times of a token, as the gateway does",
    .details = "The payload goes to stdout only when everything is right. Exit "
               "codes:\n"
               "0 valid, 10 refused, 11 expired but otherwise good.\n\n"
               "  jotgate token verify --secret-file secret.txt TOKEN\n"
               "  jotgate token verify --jwks https://idp/certs TOKEN\n",
    .options = options,
    .args_max = 1,
    .run = run,
};

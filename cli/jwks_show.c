/* jotgate jwks show, jwks thumbprint: what is in a key file, or at a URL. */
#include <stdio.h>

#include "commands.h"
#include "fetch.h"
#include "keys.h"

/* One key of the file: what the set says, and what its JSON says. */
struct row {
    const struct jg_key *key; /* NULL: skipped */
    const char *skipped;
    struct jg_str kid, kty, alg, use;
};

/* A set of the file's keys, and its JSON unless it is PEM or DER. */
static int
load(struct cli *cli, struct jg_jwks **set, const struct jg_json **json)
{
    const char *path = cli->args[0];
    struct jg_key_fault fault = {""};
    struct jg_key *key = NULL;
    bool fetched = cli_is_url(path);
    struct jg_str text;
    enum jg_err err;

    if (fetched ? !cli_fetch(cli, path, &text)
                : !cli_read(cli, path, JG_JWKS_MAX_BYTES, &text))
        return CLI_FAILED;
    if (cli_is_json(text)) {
        *json = cli_json(cli, path, text);
        if (*json == NULL)
            return CLI_FAILED;
        err = jg_jwks_parse(text, fetched, set, &fault);
        if (err == JG_E_KEY && *set != NULL && jg_jwks_count(*set) > 0)
            err = JG_OK; /* it is shown why */
    } else {
        err = jg_key_from_public(text, &key, &fault);
        if (err == JG_OK)
            err = jg_jwks_of_key(key, set);
        if (err != JG_OK)
            jg_key_free(key);
    }
    if (err == JG_OK)
        return CLI_OK;
    jg_jwks_free(*set);
    *set = NULL;
    if (err == JG_E_NOMEM || err == JG_E_CRYPTO)
        return cli_broken(err);
    return cli_fail(
        CLI_FAILED, "a JWK set, JWK, PEM or DER file", "no keys in %s: %s",
        path, fault.what[0] != '\0' ? fault.what : jg_err_info(err)->help);
}

static struct jg_str
member(const struct jg_json *jwk, const char *name)
{
    return jg_json_string(jg_json_get(jwk, jg_str(name)));
}

static const char *
kty_of(const struct jg_key *key)
{
    static const struct {
        enum jg_family family;
        const char *kty;
    } rows[] = {
        {JG_HMAC, "oct"},  {JG_RSA_PKCS1, "RSA"}, {JG_ECDSA, "EC"},
        {JG_EDDSA, "OKP"}, {JG_MLDSA, "AKP"},
    };

    for (size_t i = 0; key != NULL && i < sizeof(rows) / sizeof(rows[0]); i++)
        if (rows[i].family == jg_key_info(key)->family)
            return rows[i].kty;
    return NULL;
}

static struct row
row_at(const struct jg_jwks *set, const struct jg_json *json, size_t i)
{
    const struct jg_jwks_entry *entry = jg_jwks_at(set, i);
    const struct jg_json *keys = jg_json_get(json, JG_STR("keys"));
    const struct jg_json *jwk = json;
    struct row row = {entry->key, entry->skipped, entry->kid, {0}, {0}, {0}};

    if (keys != NULL)
        jwk = keys->type == JG_JSON_ARRAY && i < keys->count ? &keys->items[i]
                                                             : NULL;
    row.kty = member(jwk, "kty");
    row.alg = member(jwk, "alg");
    row.use = member(jwk, "use");
    if (row.kty.len == 0)
        row.kty = jg_str(kty_of(entry->key));
    return row;
}

/* A column of people's table; "-" when there is nothing to say. */
static void
add_cell(struct jg_buf *out, struct jg_str s, int width)
{
    size_t start = out->len;

    if (s.len == 0)
        jg_buf_addc(out, '-');
    else
        jg_buf_add_json(out, jg_str_head(s, 80), false);
    while (out->len < start + (size_t)width && !out->failed)
        jg_buf_addc(out, ' ');
    jg_buf_addc(out, ' ');
}

static void
add_row(struct jg_buf *out, const struct row *row)
{
    const struct jg_key_info *info =
        row->key != NULL ? jg_key_info(row->key) : NULL;
    const char *risk =
        row->key != NULL ? jg_key_risk(row->key, jg_key_algs(row->key)) : NULL;

    add_cell(out, row->kid, 44);
    add_cell(out, row->kty, 4);
    add_cell(out, row->alg, 9);
    add_cell(out, row->use, 4);
    if (info == NULL) {
        jg_buf_addf(out, "SKIPPED: %s\n", row->skipped);
        return;
    }
    add_cell(out, jg_str(jg_key_describe(row->key)), 18);
    add_cell(out, info->thumbprint, 44);
    jg_buf_addf(out, "usable%s%s\n", risk != NULL ? "; risk: " : "",
                risk != NULL ? risk : "");
}

static void
add_member(struct jg_buf *out, const char *name, struct jg_str value)
{
    jg_buf_addf(out, "\"%s\":", name);
    if (value.p == NULL)
        jg_buf_add(out, JG_STR("null"));
    else
        jg_buf_add_quoted(out, value);
    jg_buf_addc(out, ',');
}

static void
add_row_json(struct jg_buf *out, const struct row *row)
{
    const struct jg_key_info *info =
        row->key != NULL ? jg_key_info(row->key) : NULL;
    const char *risk =
        row->key != NULL ? jg_key_risk(row->key, jg_key_algs(row->key)) : NULL;

    jg_buf_addc(out, '{');
    add_member(out, "kid", row->kid);
    add_member(out, "kty", row->kty);
    add_member(out, "alg", row->alg);
    add_member(out, "use", row->use);
    if (info != NULL) {
        add_member(out, "what", jg_str(jg_key_describe(row->key)));
        add_member(out, "thumbprint", info->thumbprint);
        add_member(out, "risk", jg_str(risk));
        jg_buf_addf(out, "\"bits\":%u,", info->bits);
    } else {
        add_member(out, "skipped", jg_str(row->skipped));
    }
    jg_buf_addf(out, "\"usable\":%s}", info != NULL ? "true" : "false");
}

static int
show(struct cli *cli)
{
    const struct jg_json *json = NULL;
    struct jg_jwks *set = NULL;
    struct jg_buf out;
    size_t usable = 0;
    int code = load(cli, &set, &json);
    bool as_json = cli_has(cli, "json");

    if (code != CLI_OK)
        return code;
    jg_buf_init(&out, CLI_TEXT_MAX);
    if (as_json)
        jg_buf_add(&out, JG_STR("{\"v\":1,\"keys\":["));
    else
        jg_buf_addf(&out, "%-44s %-4s %-9s %-4s %-18s %-44s state\n", "kid",
                    "kty", "alg", "use", "key", "thumbprint");
    for (size_t i = 0; i < jg_jwks_count(set); i++) {
        struct row row = row_at(set, json, i);

        usable += row.key != NULL;
        if (as_json && i > 0)
            jg_buf_addc(&out, ',');
        if (as_json)
            add_row_json(&out, &row);
        else
            add_row(&out, &row);
    }
    if (as_json)
        jg_buf_add(&out, JG_STR("]}\n"));
    jg_jwks_free(set);
    code = cli_print(&out);
    if (code == CLI_OK && usable == 0)
        return cli_fail(CLI_FAILED, NULL, "no key of %s is usable",
                        cli->args[0]);
    return code;
}

/* A line, or a string of a list whose <count>th it is. */
static void
add_thumbprint(struct jg_buf *out, struct jg_str text, bool json, size_t count)
{
    if (!json) {
        jg_buf_addf(out, "%.*s\n", JG_STR_ARG(text));
        return;
    }
    jg_buf_add(out, count > 0 ? JG_STR(",") : JG_STR(""));
    jg_buf_add_quoted(out, text);
}

static int
thumbprint(struct cli *cli)
{
    bool as_json = cli_has(cli, "json");
    size_t count = 0;
    const struct jg_json *json = NULL;
    struct jg_jwks *set = NULL;
    struct jg_buf out;
    int code = load(cli, &set, &json), failed = CLI_OK;

    if (code != CLI_OK)
        return code;
    jg_buf_init(&out, CLI_TEXT_MAX);
    if (as_json)
        jg_buf_add(&out, JG_STR("{\"v\":1,\"thumbprints\":["));
    for (size_t i = 0; i < jg_jwks_count(set); i++) {
        const struct jg_jwks_entry *entry = jg_jwks_at(set, i);

        if (entry->key != NULL && jg_key_info(entry->key)->thumbprint.len > 0)
            add_thumbprint(&out, jg_key_info(entry->key)->thumbprint, as_json,
                           count++);
        else
            failed = cli_fail(
                CLI_FAILED, NULL, "key %zu has no thumbprint: %s", i + 1,
                entry->key != NULL ? "it is a secret" : entry->skipped);
    }
    if (as_json)
        jg_buf_add(&out, JG_STR("]}\n"));
    jg_jwks_free(set);
    code = cli_print(&out);
    return code == CLI_OK ? failed : code;
}

static const struct cli_option show_options[] = {
    {"json", 0, NULL, "one JSON object"},
    CLI_OPTION_DISCOVER,
    CLI_OPTION_INSECURE,
    CLI_OPTION_ALLOW_HTTP,
    {NULL, 0, NULL, NULL},
};

const struct cli_command cmd_jwks_show = {
    .group = "jwks",
    .name = "show",
    .arguments = "URL|FILE|-",
    .summary = "list the keys of a set, and why some are not used",
    .details = "  jotgate jwks show https://idp/certs\n"
               "  jotgate jwks show --discover https://idp/realms/shop\n",
    .options = show_options,
    .args_min = 1,
    .args_max = 1,
    .run = show,
};

static const struct cli_option thumbprint_options[] = {
    {"json", 0, NULL, "one JSON object"},
    {NULL, 0, NULL, NULL},
};

const struct cli_command cmd_jwks_thumbprint = {
    .group = "jwks",
    .name = "thumbprint",
    .arguments = "FILE|-",
    .summary = "the RFC 7638 SHA-256 thumbprint of each key",
    .options = thumbprint_options,
    .args_min = 1,
    .args_max = 1,
    .run = thumbprint,
};

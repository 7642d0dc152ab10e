/* jotgate token sign: a token made of a key and claims. */
#include <stdio.h>
#include <time.h>

#include "commands.h"
#include "jose/jws.h"
#include "keys.h"
#include "times.h"

#define MEMBERS_MAX 200 /* of header or claims */

/* A JSON object in the making: in the order of the command line. */
struct object {
    struct {
        struct jg_str name;
        struct jg_str value; /* JSON text */
    } members[MEMBERS_MAX];
    size_t count;
};

static bool
has(const struct object *o, struct jg_str name)
{
    for (size_t i = 0; i < o->count; i++)
        if (jg_str_eq(o->members[i].name, name))
            return true;
    return false;
}

/* Set <name>; a name that is there gets the new value in its old place. */
static bool
put(struct object *o, struct jg_str name, struct jg_str value)
{
    size_t i = 0;

    while (i < o->count && !jg_str_eq(o->members[i].name, name))
        i++;
    if (i == MEMBERS_MAX || value.p == NULL)
        return false;
    o->members[i].name = name;
    o->members[i].value = value;
    if (i == o->count)
        o->count++;
    return true;
}

/* <json>, or <text> as a JSON string, in the arena. */
static struct jg_str
value_text(struct cli *cli, const struct jg_json *json, struct jg_str text)
{
    struct jg_str copy;
    struct jg_buf b;

    jg_buf_init(&b, JG_TOKEN_MAX);
    if (json != NULL)
        jg_json_write(&b, json, 0);
    else
        jg_buf_add_quoted(&b, text);
    copy = b.failed ? jg_str(NULL) : jg_arena_str(&cli->arena, jg_buf_str(&b));
    jg_buf_free(&b);
    return copy;
}

static bool
put_text(struct cli *cli, struct object *o, const char *name,
         struct jg_str text)
{
    return put(o, jg_str(name), value_text(cli, NULL, text));
}

static bool
put_time(struct cli *cli, struct object *o, const char *name, int64_t t)
{
    char text[32];

    snprintf(text, sizeof(text), "%lld", (long long)t);
    return put(o, jg_str(name), jg_arena_str(&cli->arena, jg_str(text)));
}

/* "k=v" is a string, "k:=v" is JSON. */
static int
put_pair(struct cli *cli, struct object *o, const char *option,
         const char *pair)
{
    struct jg_str text = jg_str(pair);
    size_t equals = jg_str_find(text, '=');
    struct jg_str name = jg_str_head(text, equals);
    struct jg_str value = jg_str_from(text, equals + 1);
    const struct jg_json *json = NULL;
    struct jg_json_fault fault;

    if (equals == text.len || equals == 0)
        return cli_fail(CLI_USAGE, "NAME=TEXT, or NAME:=JSON",
                        "--%s %s has no =", option, pair);
    if (name.p[name.len - 1] == ':') {
        name.len--;
        if (jg_json_parse(value, &jg_json_limits_token, &cli->arena, &json,
                          &fault) != JG_OK)
            return cli_fail(CLI_USAGE, "NAME=TEXT takes any text as a string",
                            "--%s %s: not valid JSON: %s", option, pair,
                            fault.what);
    }
    if (!put(o, name, value_text(cli, json, value)))
        return cli_fail(CLI_USAGE, NULL, "--%s: too many, or too long", option);
    return CLI_OK;
}

/* Every --<option> of the command line. */
static int
put_pairs(struct cli *cli, struct object *o, const char *option)
{
    int code = CLI_OK;

    for (size_t i = 0; code == CLI_OK && i < cli->value_count; i++)
        if (strcmp(cli->values[i].option->name, option) == 0)
            code = put_pair(cli, o, option, cli->values[i].text);
    return code;
}

/* --claims FILE: what the claims begin with. */
static int
put_file(struct cli *cli, struct object *o)
{
    const char *path = cli_value(cli, "claims");
    const struct jg_json *json;
    struct jg_str text;

    if (path == NULL)
        return CLI_OK;
    if (!cli_read(cli, path, JG_TOKEN_MAX, &text))
        return CLI_FAILED;
    json = cli_json(cli, path, text);
    if (json == NULL)
        return CLI_FAILED;
    if (json->type != JG_JSON_OBJECT)
        return cli_fail(CLI_FAILED, NULL, "%s holds no JSON object", path);
    for (uint32_t i = 0; i < json->count; i++)
        if (!put(o, json->members[i].name,
                 value_text(cli, &json->members[i].value, jg_str(NULL))))
            return cli_fail(CLI_FAILED, NULL, "%s: too many claims", path);
    return CLI_OK;
}

/* --iat, --nbf, --exp: the first is "now" unless it is "none". */
static int
put_times(struct cli *cli, struct object *o, int64_t now_s)
{
    static const char *const names[] = {"iat", "nbf", "exp"};

    for (size_t i = 0; i < 3; i++) {
        const char *text = cli_value(cli, names[i]);
        int64_t t;

        if (text == NULL && i == 0 && !has(o, JG_STR("iat")))
            text = "now";
        if (text == NULL || strcmp(text, "none") == 0)
            continue;
        if (!cli_time_read(text, now_s, &t))
            return cli_fail(CLI_USAGE, CLI_TIME_HELP,
                            "--%s: \"%s\" is no point in time", names[i], text);
        if (!put_time(cli, o, names[i], t))
            return cli_broken(JG_E_NOMEM);
    }
    return CLI_OK;
}

static int
make_claims(struct cli *cli, struct object *o)
{
    int code = put_file(cli, o);

    if (code == CLI_OK)
        code = put_pairs(cli, o, "claim");
    if (code == CLI_OK)
        code = put_times(cli, o, time(NULL));
    if (code == CLI_OK && !has(o, JG_STR("exp")))
        cli_warn("the token has no exp: it is good for as long as the key is. "
                 "--exp +15m sets one");
    return code;
}

static int
make_header(struct cli *cli, const struct jg_alg *alg, struct jg_str kid,
            struct object *o)
{
    const char *given = cli_value(cli, "kid");

    if (given != NULL)
        kid = jg_str(given);
    if (!put_text(cli, o, "alg", jg_str(alg->name)) ||
        !put_text(cli, o, "typ", JG_STR("JWT")) ||
        (kid.len > 0 && !put_text(cli, o, "kid", kid)))
        return cli_broken(JG_E_NOMEM);
    return put_pairs(cli, o, "header");
}

static void
write_object(struct jg_buf *out, const struct object *o)
{
    jg_buf_addc(out, '{');
    for (size_t i = 0; i < o->count; i++) {
        if (i > 0)
            jg_buf_addc(out, ',');
        jg_buf_add_quoted(out, o->members[i].name);
        jg_buf_addc(out, ':');
        jg_buf_add(out, o->members[i].value);
    }
    jg_buf_addc(out, '}');
}

static int
sign(struct cli *cli, const struct jg_signer *signer, const struct jg_alg *alg,
     const struct object *header, const struct object *claims)
{
    struct jg_buf h, c, out;
    enum jg_err err;
    size_t len;

    jg_buf_init(&h, JG_TOKEN_MAX);
    jg_buf_init(&c, JG_TOKEN_MAX);
    jg_buf_init(&out, 2 * JG_TOKEN_MAX);
    write_object(&h, header);
    write_object(&c, claims);
    if (cli_has(cli, "json"))
        jg_buf_add(&out, JG_STR("{\"v\":1,\"token\":\""));
    len = out.len;
    err = h.failed || c.failed
              ? JG_E_NOMEM
              : jg_sign(signer, alg, jg_buf_str(&h), jg_buf_str(&c), &out);
    len = out.len - len;
    jg_buf_add(&out, cli_has(cli, "json") ? JG_STR("\"}\n") : JG_STR("\n"));
    jg_buf_free(&h);
    jg_buf_free(&c);
    if (err == JG_OK && len <= JG_TOKEN_MAX)
        return cli_print(&out);
    jg_buf_free(&out);
    if (err == JG_OK || err == JG_E_NOMEM)
        return cli_fail(CLI_FAILED, NULL,
                        "the token is longer than a gateway takes: %d bytes",
                        JG_TOKEN_MAX);
    if (err == JG_E_KEY_FIT)
        return cli_fail(CLI_USAGE, "leave --alg out: the key knows its own",
                        "this key cannot sign with %s", alg->name);
    return cli_broken(err);
}

static int
choose_alg(struct cli *cli, const struct jg_signer *signer,
           const struct jg_alg **out)
{
    const char *name = cli_value(cli, "alg");

    *out = name == NULL ? jg_signer_default_alg(signer)
                        : jg_alg_find(jg_str(name));
    if (*out == NULL)
        return cli_fail(CLI_USAGE, "HS256 RS256 PS256 ES256 EdDSA ...",
                        "--alg: \"%s\" is not known", name);
    if ((*out)->family == JG_UNSIGNED)
        return cli_fail(CLI_USAGE, NULL, "a token is never signed with none");
    return CLI_OK;
}

static int
run(struct cli *cli)
{
    struct object *parts = jg_arena_array(&cli->arena, 2, sizeof(*parts));
    struct jg_signer *signer = NULL;
    const struct jg_alg *alg = NULL;
    struct jg_str kid;
    int code = parts == NULL ? cli_broken(JG_E_NOMEM)
                             : cli_keys_sign(cli, &signer, &kid);

    if (code == CLI_OK)
        code = choose_alg(cli, signer, &alg);
    if (code == CLI_OK)
        code = make_header(cli, alg, kid, &parts[0]);
    if (code == CLI_OK)
        code = make_claims(cli, &parts[1]);
    if (code == CLI_OK)
        code = sign(cli, signer, alg, &parts[0], &parts[1]);
    jg_signer_free(signer);
    return code;
}

static const struct cli_option options[] = {
    {"key", 'k', "FILE", "private key: PEM, DER, JWK or JWK set"},
    CLI_OPTION_SECRET_FILE,
    CLI_OPTION_SECRET,
    {"alg", 0, "ALG", "algorithm; the key's usual one"},
    {"kid", 0, "KID", "key id in the header; the JWK's own"},
    {"header", 0, "K=V", "header member, a string; K:=JSON for other types"},
    {"claim", 'c', "K=V", "claim, a string; K:=JSON for other types"},
    {"claims", 0, "FILE", "JSON object of claims to begin with (- is stdin)"},
    {"exp", 0, "TIME", "expires: " CLI_TIME_HELP},
    {"nbf", 0, "TIME", "not valid before"},
    {"iat", 0, "TIME", "issued at; now, or none to leave it out"},
    {"json", 0, NULL, "one JSON object"},
    {NULL, 0, NULL, NULL},
};

const struct cli_command cmd_token_sign = {
    .group = "token",
    .name = "sign",
    .arguments = "",
    .summary = "make a token",
    .details =
        "  jotgate token sign --secret-file secret.txt --exp +15m \\\n"
        "      --claim sub=alice --claim 'roles:=[\"admin\"]'\n"
        "  jotgate token sign --key key.pem --alg PS256 --claims claims.json\n",
    .options = options,
    .run = run,
};

/* Tokens of the command line. */
#include <unistd.h>

#include "base/b64.h"
#include "jose/claims.h"
#include "times.h"
#include "token.h"

#define TEXT_MAX (16 * JG_TOKEN_MAX) /* longer input is no token at all */

struct jg_str
cli_token_plain(struct jg_str text)
{
    text = jg_str_trim(text);
    if (jg_str_starts_nocase(text, JG_STR("Bearer ")))
        text = jg_str_trim(jg_str_from(text, 7));
    return text;
}

int
cli_token(struct cli *cli, struct jg_str *out)
{
    struct jg_str text;

    if (cli->arg_count > 0 && strcmp(cli->args[0], "-") != 0) {
        text = jg_str(cli->args[0]);
    } else if (cli->arg_count == 0 && isatty(STDIN_FILENO)) {
        return cli_fail(CLI_USAGE, "give the token, or - to read it from stdin",
                        "no token is given");
    } else if (!cli_read(cli, "-", TEXT_MAX, &text)) {
        return CLI_FAILED;
    }
    *out = cli_token_plain(text);
    return CLI_OK;
}

const struct jg_json *
cli_token_json(struct cli *cli, struct jg_str part, enum jg_err *err)
{
    const struct jg_json *json = NULL;
    struct jg_str text;

    *err = jg_b64url_decode_arena(part, &cli->arena, &text);
    if (*err == JG_OK)
        *err = jg_json_parse(text, &jg_json_limits_token, &cli->arena, &json,
                             NULL);
    return json;
}

void
cli_token_times(struct jg_buf *out, const struct jg_json *claims, int64_t now_s)
{
    static const struct {
        struct jg_str name;
        const char *past, *future; /* what it means then */
    } rows[] = {
        {{"iat", 3}, "", "  issued in the future"},
        {{"nbf", 3}, "", "  not valid yet"},
        {{"exp", 3}, "  expired", ""},
        {{"auth_time", 9}, "", ""},
        {{"updated_at", 10}, "", ""},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int64_t t;

        if (!jg_claims_time(claims, rows[i].name, &t))
            continue;
        jg_buf_addf(out, "  %-10.*s ", JG_STR_ARG(rows[i].name));
        if (t == INT64_MIN) {
            jg_buf_add(out, JG_STR("not a time\n"));
            continue;
        }
        cli_time_write(out, t, now_s);
        jg_buf_addf(out, "%s\n", t <= now_s ? rows[i].past : rows[i].future);
    }
}

/* Key sets by URL: jotgate-broker --fetch does it, and is asked to. */
#include "fetch.h"

#include "jose/jwks.h"
#include "process.h"
#include "serve.h"

#define OUTPUT_MAX (JG_JWKS_MAX_BYTES + 4096)

bool
cli_is_url(const char *text)
{
    struct jg_str s = jg_str(text);

    return jg_str_starts_nocase(s, JG_STR("https://")) ||
           jg_str_starts_nocase(s, JG_STR("http://"));
}

/* Some of the broker's own words, which begin with the URL. */
static bool
failed(const char *url, const struct jg_buf *said)
{
    struct jg_str words = jg_str_trim(jg_buf_str(said));
    bool http = jg_str_starts_nocase(jg_str(url), JG_STR("http://"));

    cli_fail(CLI_FAILED,
             http ? "an https:// URL; for a test, --allow-http" : NULL,
             "cannot fetch %.*s", JG_STR_ARG(jg_str_head(words, 1000)));
    return false;
}

bool
cli_fetch(struct cli *cli, const char *url, struct jg_str *out)
{
    static const char *const switches[][2] = {
        {"discover", "--discover"},
        {"insecure", "--insecure"},
        {"allow-http", "--allow-http"},
    };
    char broker[PATH_MAX];
    const char *argv[8] = {broker, "--fetch", url};
    size_t argc = 3;
    struct jg_buf said;
    bool good;

    if (cli_places_broker(broker) != CLI_OK)
        return false;
    for (size_t i = 0; i < sizeof(switches) / sizeof(switches[0]); i++)
        if (cli_has(cli, switches[i][0]))
            argv[argc++] = switches[i][1];
    argv[argc] = NULL;
    if (cli_has(cli, "insecure"))
        cli_warn("the certificate of %s is not verified", url);
    jg_buf_init(&said, OUTPUT_MAX);
    good = cli_process_capture_slow(argv, url, &said) == 0 && !said.failed;
    if (good) {
        *out = jg_arena_str(&cli->arena, jg_buf_str(&said));
        good = out->p != NULL || cli_broken(JG_E_NOMEM) == CLI_OK;
    } else {
        failed(url, &said);
    }
    jg_buf_free(&said);
    return good;
}

/* Both sides of export and diff, read and compared. */
#include "sync.h"

#include <stdio.h>
#include <unistd.h>

#include "config.h"
#include "gateway.h"

void
sync_init(struct sync *s, struct cli *cli)
{
    *s = (struct sync){.cli = cli};
    s->folder = cli->arg_count > 0 ? cli->args[0] : ".";
    cli_documents_init(&s->wanted);
    cli_documents_init(&s->present);
}

void
sync_free(struct sync *s)
{
    cli_documents_free(&s->wanted);
    cli_documents_free(&s->present);
}

/* Everything that is wrong, before anything is sent. */
static int
check(const struct sync *s)
{
    struct cli_config config;
    int code = CLI_OK;

    if (cli_config_read(NULL, &config) == JG_OK)
        code = cli_documents_check(&s->wanted, &config.conf, &config.diags);
    if (code == CLI_OK && config.diags.faults > 0) {
        cli_config_print(&config.diags, stderr);
        code = cli_fail(CLI_CONFIG, NULL, "%u of the findings above %s used",
                        config.diags.faults,
                        config.diags.faults == 1 ? "keeps its document from "
                                                   "being"
                                                 : "keep their documents from "
                                                   "being");
    }
    cli_config_free(&config);
    return code;
}

int
sync_read_folder(struct sync *s)
{
    static const char *const places[] = {"apis", "apps", "policies"};
    bool found = false;
    int code = CLI_OK, one;

    if (!cli_is_folder(s->folder))
        return cli_fail(CLI_NOT_FOUND, "make one: jotgate export DIR",
                        "there is no folder %s", s->folder);
    for (size_t i = 0; i < 3; i++) {
        char path[4096];

        snprintf(path, sizeof(path), "%s/%s", s->folder, places[i]);
        if (!cli_is_folder(path))
            continue;
        one = cli_documents_add_folder(&s->wanted, path);
        code = one != CLI_OK ? one : code;
        found = true;
    }
    if (!found)
        code = cli_documents_add_folder(&s->wanted, s->folder);
    if (code == CLI_OK)
        code = cli_documents_sort(&s->wanted);
    return code;
}

int
sync_plan_documents(struct sync *s, bool prune)
{
    int code = check(s);

    if (code == CLI_OK)
        code = cli_plan_fetch(s->cli, &s->present);
    if (code == CLI_OK)
        code = cli_plan_make(s->cli, &s->wanted, &s->present, prune, &s->plan);
    s->plan.partial = s->import;
    return code;
}

int
sync_plan(struct sync *s, bool prune)
{
    int code = sync_read_folder(s);

    return code == CLI_OK ? sync_plan_documents(s, prune) : code;
}

int
sync_print(const struct sync *s, bool json)
{
    struct jg_buf out;

    jg_buf_init(&out, 4 * CLI_TEXT_MAX);
    if (json) {
        jg_buf_add(&out, JG_STR("{\"v\":1,"));
        cli_plan_print_json(&out, &s->plan);
        jg_buf_add(&out, JG_STR("}\n"));
    } else {
        cli_plan_print(&out, &s->plan);
    }
    return cli_print(&out);
}

/* <verb> is "delete" or "replace". Whoever cannot answer must have said --yes.
 */
static int
ask_about(const struct sync *s, size_t count, const char *verb)
{
    char answer[8] = "";

    if (count == 0 || cli_has(s->cli, "yes"))
        return CLI_OK;
    if (!isatty(0) || !isatty(2))
        return cli_fail(CLI_USAGE, "--yes, once --dry-run shows what you want",
                        "%zu document%s would be %sd; nothing was changed",
                        count, count == 1 ? "" : "s", verb);
    fprintf(stderr, "%c%s %zu document%s? [y/N] ", verb[0] - 'a' + 'A',
            verb + 1, count, count == 1 ? "" : "s");
    if (fgets(answer, sizeof(answer), stdin) != NULL &&
        (answer[0] == 'y' || answer[0] == 'Y'))
        return CLI_OK;
    cli_note("nothing was changed");
    return CLI_INTERRUPTED;
}

static int
confirm(const struct sync *s)
{
    int code = ask_about(s, s->plan.counts[CLI_DELETE], "delete");

    if (code == CLI_OK && s->import)
        code = ask_about(s, s->plan.counts[CLI_UPDATE], "replace");
    return code;
}

int
sync_do(const struct sync *s)
{
    int code;

    if (cli_plan_is_empty(&s->plan))
        return CLI_OK;
    if (cli_has(s->cli, "dry-run")) {
        cli_note("nothing was changed: --dry-run");
        return CLI_OK;
    }
    code = confirm(s);
    if (code == CLI_OK)
        code = cli_plan_run(s->cli, &s->plan);
    if (code == CLI_OK)
        cli_note("done, and in force at %s", cli_gateway_address(s->cli));
    return code;
}

int
sync_run(const struct sync *s)
{
    int code = sync_print(s, cli_has(s->cli, "json"));

    return code == CLI_OK ? sync_do(s) : code;
}

int
sync_check_options(const struct cli *cli)
{
    bool apply = cli_has(cli, "apply");

    if (apply && cli_value(cli, "to") != NULL)
        return cli_fail(CLI_USAGE, "leave out one of them",
                        "--to writes files, --apply changes a gateway: not "
                        "both at once");
    if (!apply && (cli_has(cli, "dry-run") || cli_has(cli, "yes")))
        return cli_fail(CLI_USAGE, "add --apply",
                        "--dry-run and --yes go with --apply");
    return CLI_OK;
}

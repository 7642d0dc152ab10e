/* jotgate check: configuration, definitions and policies, without a start. */
#include <time.h>

#include "admin/load.h"
#include "check_paths.h"
#include "check_scripts.h"
#include "commands.h"
#include "config.h"
#include "links.h"

/* What is checked: a configuration's folders, or those of the arguments. */
struct check {
    struct cli *cli;
    struct cli_config config;
    struct jg_load_result result;
    bool loaded;               /* the configuration allowed to read the rest */
    bool bare;                 /* without a configuration */
    unsigned faults, warnings; /* of what was asked for */
};

/* <path> without "./" in front and "/" behind; of "." nothing is left. */
static struct jg_str
plain(struct jg_str path)
{
    while (jg_str_starts(path, JG_STR("./")))
        path = jg_str_from(path, 2);
    while (path.len > 1 && path.p[path.len - 1] == '/')
        path.len--;
    return jg_str_eq(path, JG_STR(".")) ? jg_str("") : path;
}

static bool
is_inside(struct jg_str file, struct jg_str path)
{
    if (path.len == 0)
        return file.len > 0 && file.p[0] != '/';
    return jg_str_starts(file, path) &&
           (file.len == path.len || path.p[path.len - 1] == '/' ||
            file.p[path.len] == '/');
}

/* Is <file> one of the PATHs, or in one of them? Without PATH: yes. */
static bool
is_asked_for(const struct cli *cli, struct jg_str file)
{
    for (size_t i = 0; i < cli->arg_count; i++)
        if (is_inside(plain(file), plain(jg_str(cli->args[i]))))
            return true;
    return cli->arg_count == 0;
}

static int
read_config(struct check *c)
{
    const char *path = cli_value(c->cli, "config");
    enum jg_err err;

    if (path == NULL && c->cli->arg_count == 0) {
        path = cli_config_path(c->cli);
        if (path == NULL)
            return CLI_USAGE;
    }
    err = cli_config_read(path, &c->config);
    if (err != JG_OK && c->config.diags.faults == 0)
        return cli_config_fail(path, err);
    if (err != JG_OK)
        return CLI_CONFIG; /* the findings say why */
    c->bare = path == NULL;
    return c->bare ? check_use_paths(c->cli, &c->config) : CLI_OK;
}

static void
count(struct check *c)
{
    const struct jg_diags *diags = &c->config.diags;

    if (c->cli->arg_count == 0) {
        c->faults = diags->faults;
        c->warnings = diags->warnings;
        return;
    }
    for (const struct jg_diag *d = diags->first; d != NULL; d = d->next) {
        if (!is_asked_for(c->cli, d->file))
            continue;
        c->faults += d->severity == JG_FAULT;
        c->warnings += d->severity == JG_WARNING;
    }
}

static void
add_findings(struct jg_buf *out, const struct check *c, bool json)
{
    const struct jg_diags *diags = &c->config.diags;
    bool first = true;

    for (const struct jg_diag *d = diags->first; d != NULL; d = d->next) {
        if (!is_asked_for(c->cli, d->file))
            continue;
        if (json && !first)
            jg_buf_addc(out, ',');
        first = false;
        if (json)
            jg_diag_print_json(out, d);
        else
            jg_diag_print(out, d);
    }
}

static const char *
plural(unsigned n)
{
    return n == 1 ? "" : "s";
}

static int
print(const struct check *c, int code)
{
    bool json = cli_has(c->cli, "json");
    unsigned found = c->config.diags.faults + c->config.diags.warnings;
    struct jg_buf out;
    int printed;

    jg_buf_init(&out, 4 * CLI_TEXT_MAX);
    if (json)
        jg_buf_addf(&out,
                    "{\"v\":1,\"apis\":%u,\"policies\":%u,\"faults\":%u,"
                    "\"warnings\":%u,\"findings\":[",
                    c->result.apis, c->result.policies, c->faults, c->warnings);
    add_findings(&out, c, json);
    if (json)
        jg_buf_add(&out, JG_STR("]}\n"));
    else if (found > c->config.diags.kept)
        jg_buf_addf(&out, "... and %u more\n", found - c->config.diags.kept);
    if (!json && c->faults + c->warnings > 0)
        jg_buf_addf(&out, "%u error%s, %u warning%s; ", c->faults,
                    plural(c->faults), c->warnings, plural(c->warnings));
    if (!json && !c->loaded)
        jg_buf_add(&out, JG_STR("APIs and policies were not read\n"));
    else if (!json)
        jg_buf_addf(&out, "%u API%s and %u polic%s are fine\n", c->result.apis,
                    plural(c->result.apis), c->result.policies,
                    c->result.policies == 1 ? "y" : "ies");
    printed = cli_print(&out);
    return printed == CLI_OK ? code : printed;
}

static void
report_link(void *arg, const struct cli_link *link)
{
    const struct jg_bind_source source = {
        .file = link->api->from, .text = link->api->text, .diags = arg};
    char what[CLI_LINK_TEXT_MAX];

    cli_link_text(link, what);
    jg_bind_report(&source, JG_WARNING, JG_E_CONF_VALUE, link->path, link->id,
                   CLI_LINK_FIX, "%s", what);
}

/* Only where policies are known: a folder of definitions alone tells nothing of
 * those that its gateway has. */
static void
check_links(struct check *c)
{
    const struct jg_conf *conf = &c->config.conf;
    struct jg_str policies = conf->policies.policy_path.len > 0
                                 ? conf->policies.policy_path
                                 : conf->policies.policy_record_name;
    struct cli_documents set;

    if (policies.len == 0 || conf->app_path.len == 0)
        return;
    cli_documents_init(&set);
    set.quiet = true; /* what cannot be read was told */
    cli_documents_add_path(&set, conf->app_path.p);
    cli_documents_add_path(&set, policies.p);
    cli_documents_sort(&set);
    cli_broken_links(&set, report_link, &c->config.diags);
    cli_documents_free(&set);
}

/* A pipeline that looks at the wrong folder must not be told that all is fine.
 */
static int
nothing(const struct check *c)
{
    return cli_fail(CLI_NOT_FOUND, NULL,
                    "there is no definition and no policy in %s",
                    c->cli->args[0]);
}

static int
check(struct check *c)
{
    int code = read_config(c);
    enum jg_err err;

    if (code == CLI_OK) {
        c->loaded = true;
        err = jg_load(&c->config.conf, c->config.text, JG_LOAD_CHECK,
                      time(NULL), NULL, &c->config.diags, &c->result);
        if (err != JG_OK && c->config.diags.faults == 0)
            return cli_broken(err);
        if (err == JG_OK && !c->bare)
            cli_check_scripts(&c->config);
        check_links(c);
    } else if (c->config.diags.faults == 0) {
        return code; /* said already */
    }
    count(c);
    if (c->bare && c->result.apis + c->result.policies + c->faults == 0)
        return nothing(c);
    if (c->faults > 0 || code == CLI_CONFIG)
        code = CLI_CONFIG;
    if (c->warnings > 0 && cli_has(c->cli, "strict-config"))
        code = CLI_CONFIG;
    return print(c, code);
}

static int
run(struct cli *cli)
{
    struct check c = {.cli = cli};
    int code;

    jg_arena_init(&c.config.arena, 1, 1);
    code = check(&c);
    cli_config_free(&c.config);
    return code;
}

static const struct cli_option options[] = {
    CLI_OPTION_CONFIG,
    CLI_OPTION_STRICT,
    {"json", 0, NULL, "one JSON object"},
    {NULL, 0, NULL, NULL},
};

const struct cli_command cmd_check = {
    .name = "check",
    .arguments = "[PATH...]",
    .summary = "find what is wrong in configuration, APIs and policies",
    .details =
        "Reads everything that serve would read, and starts nothing but, "
        "with\n"
        "enable_jsvm, the sandbox that evaluates scripts. With PATH,\n"
        "only what is found there is shown; without -c, PATH is a "
        "document, a\n"
        "folder of definitions or policies, or one with both, as export "
        "writes\n"
        "it. Exit code 3 when there are errors.\n\n"
        "  jotgate check -c /etc/jotgate/jotgate.json\n"
        "  jotgate check apps/my-api.json\n",
    .options = options,
    .args_max = 1000,
    .run = run,
};

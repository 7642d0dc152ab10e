/* jotgate import tyk: what becomes of a Tyk installation, and its move. */
#include "commands.h"
#include "gateway.h"
#include "sync.h"
#include "tyk.h"

/* Told field by field in the report already. */
static bool
is_in_report(const struct jg_diag *d)
{
    return d->severity == JG_WARNING &&
           (d->err == JG_E_CONF_UNSUPPORTED || d->err == JG_E_CONF_UNKNOWN);
}

static void
add_findings(const struct jg_diags *diags, struct jg_buf *out, bool json)
{
    bool first = true;

    for (const struct jg_diag *d = diags->first; d != NULL; d = d->next) {
        if (is_in_report(d))
            continue;
        if (json) {
            jg_buf_add(out, first ? JG_STR("") : JG_STR(","));
            jg_diag_print_json(out, d);
        } else {
            jg_buf_add(out, first ? JG_STR("\nFindings\n") : JG_STR(""));
            jg_diag_print(out, d);
        }
        first = false;
    }
}

static const char *
file_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash != NULL ? slash + 1 : path;
}

/* What the scripts need that nobody here does. */
static void
add_scripts(const struct tyk *tyk, struct jg_buf *out)
{
    if (tyk->config.conf.enable_jsvm && tyk->scripts.p != NULL)
        jg_buf_addf(out, "  not copied: the scripts of middleware_path, %s\n",
                    tyk->scripts.p);
}

/* What would be done, and how to have it done. */
static void
add_files(const struct tyk *tyk, struct jg_buf *out)
{
    const char *to = cli_value(tyk->cli, "to");
    size_t apis = 0;

    for (size_t i = 0; i < tyk->docs.count; i++)
        apis += tyk->docs.items[i].kind != CLI_POLICY;
    jg_buf_add(out, JG_STR("\nPlan\n"));
    if (to == NULL && tyk->config.path != NULL)
        jg_buf_addf(out,
                    "  Nothing has to be changed. To run it where it is, with "
                    "Tyk stopped:\n"
                    "    cd %s && jotgate serve -c %s\n",
                    tyk->base, file_name(tyk->config.path));
    if (to == NULL)
        jg_buf_add(out, JG_STR("  To copy it into a folder of its own, add: "
                               "--to DIR\n"));
    else
        jg_buf_addf(out,
                    "  write %s/tyk.conf, %zu file%s in apps/, %zu in "
                    "policies/\n",
                    to, apis, apis == 1 ? "" : "s", tyk->docs.count - apis);
    if (to != NULL)
        add_scripts(tyk, out);
    else
        jg_buf_add(out, JG_STR("  To have a running gateway hold them, add: "
                               "--apply\n"));
}

/* The rest of the report: what is done next. <sync> may be NULL. */
static void
add_plan(const struct tyk *tyk, const struct sync *sync, struct jg_buf *out,
         bool json)
{
    if (json && sync != NULL) {
        jg_buf_add(out, JG_STR(",\"plan\":{"));
        cli_plan_print_json(out, &sync->plan);
        jg_buf_addc(out, '}');
    } else if (sync != NULL) {
        jg_buf_addf(out, "\nPlan for %s\n", cli_gateway_address(tyk->cli));
        cli_plan_print(out, &sync->plan);
        add_scripts(tyk, out);
    } else if (!json) {
        add_files(tyk, out);
    }
}

static int
print(struct tyk *tyk, const struct sync *sync, int code)
{
    bool json = cli_has(tyk->cli, "json");
    struct jg_buf out;
    int made;

    jg_buf_init(&out, 4 * CLI_TEXT_MAX);
    jg_buf_add(&out, json ? JG_STR("{\"v\":1,") : JG_STR(""));
    made = tyk_report(tyk, &out, json);
    jg_buf_add(&out, json ? JG_STR(",\"findings\":[") : JG_STR(""));
    add_findings(&tyk->config.diags, &out, json);
    jg_buf_add(&out, json ? JG_STR("]") : JG_STR(""));
    add_plan(tyk, sync, &out, json);
    jg_buf_add(&out, json ? JG_STR("}\n") : JG_STR(""));
    if (made != CLI_OK) {
        jg_buf_free(&out);
        return made;
    }
    made = cli_print(&out);
    return made == CLI_OK ? code : made;
}

/* Nothing is sent when something is faulty. The sync borrows the documents. */
static int
apply(struct tyk *tyk)
{
    struct sync sync;
    int code;

    sync_init(&sync, tyk->cli);
    sync.wanted = tyk->docs;
    sync.import = true;
    code = sync_plan_documents(&sync, false);
    if (code == CLI_OK)
        code = print(tyk, &sync, CLI_OK);
    if (code == CLI_OK)
        code = sync_do(&sync);
    cli_documents_free(&sync.present);
    return code;
}

static int
write_copy(const struct tyk *tyk, const char *to)
{
    int code = tyk_write(tyk, to);

    if (code == CLI_OK)
        cli_note("written; next: cd %s && jotgate serve", to);
    return code;
}

static int
import(struct tyk *tyk)
{
    const char *to = cli_value(tyk->cli, "to");
    int code = sync_check_options(tyk->cli), said;

    if (code == CLI_OK)
        code = tyk_find(tyk);
    if (code == CLI_OK && tyk->docs.count == 0)
        code = CLI_CONFIG; /* said */
    if (code == CLI_OK)
        code = cli_documents_check(&tyk->docs, &tyk->config.conf,
                                   &tyk->config.diags);
    if (code != CLI_OK)
        return code;
    if (tyk->faulty || tyk->config.diags.faults > 0)
        code = CLI_CONFIG;
    if (code == CLI_OK && cli_has(tyk->cli, "apply"))
        return apply(tyk);
    said = print(tyk, NULL, code);
    if (code == CLI_CONFIG && said == code && cli_has(tyk->cli, "apply"))
        cli_note("nothing was changed: something of it cannot be used");
    if (said != code || to == NULL)
        return said;
    said = write_copy(tyk, to);
    return said == CLI_OK ? code : said;
}

static int
run(struct cli *cli)
{
    struct tyk tyk = {.cli = cli};
    int code;

    cli_documents_init(&tyk.docs);
    jg_arena_init(&tyk.config.arena, 1, 1);
    code = import(&tyk);
    cli_config_free(&tyk.config);
    cli_documents_free(&tyk.docs);
    return code;
}

static const struct cli_option options[] = {
    {"to", 0, "DIR", "write a copy for jotgate into this new folder"},
    SYNC_OPTIONS_APPLY,
    {"tyk-secret-file", 0, "FILE", "of the Tyk at URL; or JOTGATE_TYK_SECRET"},
    {"all", 0, NULL, "tell the fields that are the same, too"},
    {"json", 0, NULL, "one JSON object"},
    {NULL, 0, NULL, NULL},
};

const struct cli_command cmd_import_tyk = {
    .group = "import",
    .name = "tyk",
    .arguments = "DIR|FILE|URL...",
    .summary = "what becomes of a Tyk installation, field by field",
    .details =
        "Reads a tyk.conf, API definitions of both forms and policies: the "
        "folder of an\ninstallation, or files; by the URL of its Gateway API "
        "what a Tyk gateway has in\nforce. Tells what means the same here, "
        "what differs and what has no effect, and\nwhat is faulty: the same "
        "as docs/tyk-compatibility.md, for the fields that are\nused. "
        "Nothing is written without --to, and no "
        "gateway\nis changed without --apply: that shows the difference, "
        "asks before anything is\nreplaced, and deletes nothing. Exit code 3 "
        "when something could not be used;\nthen nothing is applied.\n\n"
        "  jotgate import tyk /opt/tyk-gateway\n"
        "  jotgate import tyk /opt/tyk-gateway --to /etc/jotgate\n"
        "  jotgate import tyk apps/ policies/\n"
        "  jotgate import tyk http://127.0.0.1:8080 --tyk-secret-file f --to "
        "copy/\n"
        "  jotgate import tyk apps/ policies/ --apply --dry-run\n",
    .options = options,
    .args_min = 1,
    .args_max = 1000,
    .asks = true,
    .run = run,
};

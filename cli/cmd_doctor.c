/* jotgate doctor: what is wrong with this machine, its files and its peers. */
#include <stdarg.h>
#include <stdio.h>

#include "commands.h"
#include "doctor.h"

static const char *const words[DOCTOR_GRADES] = {"ok", "warning", "error"};
static const char *const colours[DOCTOR_GRADES] = {"\033[32m", "\033[1;33m",
                                                   "\033[1;31m"};

/* In the order in which people should read them. */
static const struct {
    const char *name;
    void (*run)(struct doctor *d);
    bool needs_conf;
} checks[] = {
    {"versions", doctor_versions, false},
    {"limits", doctor_limits, false},
    {"configuration", doctor_configuration, false},
    {"permissions", doctor_permissions, true},
    {"ports", doctor_ports, true},
    {"names", doctor_names, true},
    {"key sets", doctor_key_sets, true},
    {"clocks", doctor_clocks, true},
    {"access", doctor_smells, true},
};

#define INDENT 11 /* columns before what is said */
#define NAME 6    /* of the name of a part */

/* Cleaned, in lines of a terminal. */
static void
add_lines(struct jg_buf *out, struct jg_str text, unsigned indent)
{
    struct jg_buf clean;

    jg_buf_init(&clean, 64 * 1024);
    cli_add_clean(&clean, jg_str_head(text, 600), false);
    cli_add_wrapped(out, jg_buf_str(&clean), indent);
    jg_buf_free(&clean);
}

static void
add_part(struct jg_buf *out, const char *name, struct jg_str text)
{
    if (text.len == 0)
        return;
    jg_buf_addf(out, "%*s%-*s", INDENT, "", NAME, name);
    add_lines(out, text, INDENT + NAME);
}

static void
add_text(struct doctor *d, const struct doctor_finding *f)
{
    bool coloured = cli_colour(1);

    if (f->grade == DOCTOR_GOOD && !d->all)
        return;
    jg_buf_addf(&d->out, "%s%-*s%s", coloured ? colours[f->grade] : "", INDENT,
                words[f->grade], coloured ? "\033[0m" : "");
    add_lines(&d->out, jg_str(f->what), INDENT);
    add_part(&d->out, "where", jg_str(f->where));
    add_part(&d->out, "seen", f->seen);
    add_part(&d->out, "fix", jg_str(f->fix));
    add_part(&d->out, "more", jg_str(f->more));
}

static void
add_member(struct jg_buf *out, const char *name, struct jg_str text)
{
    if (text.len == 0)
        return;
    jg_buf_addf(out, ",\"%s\":", name);
    jg_buf_add_quoted(out, text);
}

static void
add_json(struct doctor *d, const struct doctor_finding *f)
{
    bool first = d->counts[0] + d->counts[1] + d->counts[2] == 0;

    jg_buf_addf(&d->out, "%s{\"check\":\"%s\",\"grade\":\"%s\"",
                first ? "" : ",", d->check, words[f->grade]);
    add_member(&d->out, "what", jg_str(f->what));
    add_member(&d->out, "where", jg_str(f->where));
    add_member(&d->out, "seen", f->seen);
    add_member(&d->out, "fix", jg_str(f->fix));
    add_member(&d->out, "more", jg_str(f->more));
    jg_buf_addc(&d->out, '}');
}

void
doctor_find(struct doctor *d, const struct doctor_finding *finding)
{
    if (d->json)
        add_json(d, finding);
    else
        add_text(d, finding);
    d->counts[finding->grade]++;
}

void
doctor_say(struct doctor *d, enum doctor_grade grade, const char *fix,
           const char *format, ...)
{
    char what[600];
    va_list args;

    va_start(args, format);
    vsnprintf(what, sizeof(what), format, args);
    va_end(args);
    doctor_find(
        d, &(struct doctor_finding){.grade = grade, .what = what, .fix = fix});
}

static void
add_end(struct doctor *d)
{
    if (d->json)
        jg_buf_addf(&d->out, "],\"ok\":%zu,\"warnings\":%zu,\"errors\":%zu}\n",
                    d->counts[DOCTOR_GOOD], d->counts[DOCTOR_WARNING],
                    d->counts[DOCTOR_ERROR]);
    else
        jg_buf_addf(
            &d->out, "%zu error%s, %zu warning%s, %zu fine%s\n",
            d->counts[DOCTOR_ERROR], d->counts[DOCTOR_ERROR] == 1 ? "" : "s",
            d->counts[DOCTOR_WARNING],
            d->counts[DOCTOR_WARNING] == 1 ? "" : "s", d->counts[DOCTOR_GOOD],
            d->all || d->counts[DOCTOR_GOOD] == 0 ? "" : " (--all)");
}

static int
examine(struct doctor *d)
{
    int printed;

    if (d->json)
        jg_buf_add(&d->out, JG_STR("{\"v\":1,\"findings\":["));
    for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
        d->check = checks[i].name;
        if (d->readable || !checks[i].needs_conf)
            checks[i].run(d);
    }
    add_end(d);
    printed = cli_print(&d->out);
    if (printed != CLI_OK)
        return printed;
    if (!d->readable)
        return CLI_CONFIG;
    return d->counts[DOCTOR_ERROR] > 0 ? CLI_FAILED : CLI_OK;
}

static int
run(struct cli *cli)
{
    struct doctor d = {
        .cli = cli, .json = cli_has(cli, "json"), .all = cli_has(cli, "all")};
    int code;

    d.serve.lock = d.serve.run_lock = -1;
    jg_buf_init(&d.out, CLI_TEXT_MAX);
    jg_arena_init(&d.serve.config.arena, 1, 1);
    cli_documents_init(&d.docs);
    code = examine(&d);
    for (size_t i = 0; d.apis != NULL && i < d.docs.count; i++)
        jg_api_free(d.apis[i]);
    cli_documents_free(&d.docs);
    cli_config_free(&d.serve.config);
    return code;
}

static const struct cli_option options[] = {
    CLI_OPTION_CONFIG,
    {"all", 0, NULL, "tell what is fine, too"},
    {"token", 0, "FILE|-", "a fresh token: does its time fit this clock?"},
    {"json", 0, NULL, "one JSON object"},
    {NULL, 0, NULL, NULL},
};

const struct cli_command cmd_doctor = {
    .name = "doctor",
    .arguments = "",
    .summary = "what is wrong with this machine, its files and its peers",
    .details =
        "Looks at versions, limits, ports, rights of files, clocks, names, "
        "identity\nproviders and their keys, and at definitions that let in "
        "more than they\nseem to. Clocks are compared with the Date of those "
        "providers, and with the iat\nof a token. The gateway may run or not; "
        "nothing is "
        "changed. Exit code 1 when\nsomething keeps requests from being "
        "served, 3 when the configuration cannot be\nread.\n\n"
        "  sudo jotgate doctor -c /etc/jotgate/jotgate.json\n"
        "  get-token | jotgate doctor --token -\n",
    .options = options,
    .run = run,
};

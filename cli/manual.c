/* Manual pages: the rows of the tables in the language of man(7). */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>

#include "completion.h"
#include "manual.h"
#include "topics.h"

/* Text that says nothing to troff: no escapes, no requests, plain dashes. */
static void
add_text(struct jg_buf *out, struct jg_str text)
{
    bool begins = out->len == 0 || out->p[out->len - 1] == '\n';

    if (begins && text.len > 0 && (text.p[0] == '.' || text.p[0] == '\''))
        jg_buf_add(out, JG_STR("\\&"));
    for (size_t i = 0; i < text.len; i++)
        if (text.p[i] == '\\')
            jg_buf_add(out, JG_STR("\\e"));
        else if (text.p[i] == '-')
            jg_buf_add(out, JG_STR("\\-"));
        else if (text.p[i] == '\'')
            jg_buf_add(out, JG_STR("\\(aq"));
        else if (text.p[i] == '"')
            jg_buf_add(out, JG_STR("\\(dq"));
        else
            jg_buf_addc(out, text.p[i]);
}

static void
add_line(struct jg_buf *out, const char *text)
{
    add_text(out, jg_str(text));
    jg_buf_addc(out, '\n');
}

/* "jotgate-token", in capitals for the head of the page. */
static void
add_head(struct jg_buf *out, const char *name, int section, const char *text)
{
    jg_buf_add(out, JG_STR(".\\\" Made out of jotgate's tables.\n.TH \""));
    for (const char *p = name; *p != '\0'; p++)
        jg_buf_addc(out, (char)toupper((unsigned char)*p));
    jg_buf_addf(out, "\" %d \"\" \"jotgate " JG_VERSION "\" \"jotgate\"\n",
                section);
    jg_buf_add(out, JG_STR(".ad l\n.nh\n.SH NAME\n"));
    add_text(out, jg_str(name));
    jg_buf_add(out, JG_STR(" \\- "));
    add_line(out, text);
}

/* Paragraphs are filled; what is indented, examples, stays as it is. */
static void
add_details(struct jg_buf *out, const char *details)
{
    struct jg_str rest = jg_str(details), line;
    bool as_is = false;

    while (jg_str_next(&rest, '\n', &line)) {
        bool indented = line.len > 2 && line.p[0] == ' ' && line.p[1] == ' ';

        if (indented != as_is && line.len > 0) {
            jg_buf_add(out, indented ? JG_STR(".PP\n.EX\n") : JG_STR(".EE\n"));
            as_is = indented;
        }
        if (line.len == 0 && !as_is)
            jg_buf_add(out, JG_STR(".PP\n"));
        else if (line.len == 0)
            jg_buf_add(out, JG_STR("\n"));
        add_text(out, as_is ? jg_str_from(line, line.len < 2 ? 0 : 2) : line);
        if (line.len > 0)
            jg_buf_addc(out, '\n');
    }
    if (as_is)
        jg_buf_add(out, JG_STR(".EE\n"));
}

static void
add_option(struct jg_buf *out, const struct cli_option *o)
{
    jg_buf_add(out, JG_STR(".TP\n"));
    if (o->letter != 0)
        jg_buf_addf(out, "\\fB\\-%c\\fR, ", o->letter);
    jg_buf_add(out, JG_STR("\\fB"));
    add_text(out, JG_STR("--"));
    add_text(out, jg_str(o->name));
    jg_buf_add(out, JG_STR("\\fR"));
    if (o->value != NULL) {
        jg_buf_add(out, JG_STR(" \\fI"));
        add_text(out, jg_str(o->value));
        jg_buf_add(out, JG_STR("\\fR"));
    }
    jg_buf_addc(out, '\n');
    add_line(out, o->help);
}

static void
add_name(struct jg_buf *out, const struct cli_command *c)
{
    jg_buf_add(out, JG_STR("jotgate "));
    if (c->group != NULL)
        jg_buf_addf(out, "%s ", c->group);
    add_text(out, jg_str(c->name));
}

static void
add_command(struct jg_buf *out, const struct cli_command *c)
{
    const struct cli_option *o;

    jg_buf_add(out, JG_STR(".SS \""));
    add_name(out, c);
    jg_buf_add(out, JG_STR(" [OPTIONS]"));
    jg_buf_add(out, c->arguments[0] != '\0' ? JG_STR(" ") : JG_STR(""));
    add_text(out, jg_str(c->arguments));
    jg_buf_add(out, JG_STR("\"\n"));
    add_line(out, c->summary);
    if (c->alias != NULL) {
        jg_buf_add(out, JG_STR(".PP\nAlso: "));
        add_line(out, c->alias);
    }
    if (c->details != NULL) {
        jg_buf_add(out, JG_STR(".PP\n"));
        add_details(out, c->details);
    }
    for (size_t i = 0; (o = cli_option_at(c, i)) != NULL; i++)
        add_option(out, o);
}

static bool
same_group(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static void
add_commands(struct jg_buf *out, const char *group)
{
    const struct cli_command *c;

    jg_buf_add(out, JG_STR(".SH COMMANDS\n"));
    for (size_t i = 0; (c = cli_command_at(i)) != NULL; i++)
        if (same_group(c->group, group))
            add_command(out, c);
}

static void
add_topic(struct jg_buf *out, const struct cli_topic *topic)
{
    jg_buf_add(out, JG_STR(".SH \""));
    for (const char *p = topic->name; *p != '\0'; p++)
        jg_buf_addc(out, *p == '-' ? ' ' : (char)toupper((unsigned char)*p));
    jg_buf_add(out, JG_STR("\"\n"));
    for (const struct cli_topic_row *row = topic->rows; row->name != NULL;
         row++) {
        jg_buf_add(out, JG_STR(".TP\n"));
        add_line(out, row->name);
        add_line(out, row->text);
    }
}

static void
add_see_also(struct jg_buf *out)
{
    const char *group;

    jg_buf_add(out, JG_STR(".SH SEE ALSO\n.BR jotgate (1),\n"));
    for (size_t i = 0; (group = cli_group_at(i)) != NULL; i++)
        jg_buf_addf(out, ".BR jotgate\\-%s (1),\n", group);
    jg_buf_add(out, JG_STR(".BR jotgate\\-reasons (7)\n"));
}

static void
main_page(struct jg_buf *out)
{
    const struct cli_topic *topic;

    add_head(out, "jotgate", 1,
             "an API gateway that decides by JSON Web Tokens");
    jg_buf_add(out, JG_STR(".SH SYNOPSIS\n.B jotgate\n.I COMMAND\n[OPTIONS] "
                           "[ARGUMENT ...]\n"));
    jg_buf_add(out, JG_STR(".SH DESCRIPTION\n"));
    add_line(out, "Data goes to stdout, everything else to stderr. The "
                  "commands of two words have pages of their own.");
    jg_buf_add(out, JG_STR(".PP\nFirst steps:\n.B jotgate demo\n"));
    add_commands(out, NULL);
    for (size_t i = 0; (topic = cli_topic_at(i)) != NULL; i++)
        add_topic(out, topic);
    add_see_also(out);
}

static void
group_page(struct jg_buf *out, const char *group)
{
    char name[64], text[96];

    snprintf(name, sizeof(name), "jotgate-%s", group);
    snprintf(text, sizeof(text), "the commands jotgate %s", group);
    add_head(out, name, 1, text);
    jg_buf_addf(out,
                ".SH SYNOPSIS\n.B jotgate %s\n.I COMMAND\n[OPTIONS] "
                "[ARGUMENT ...]\n",
                group);
    add_commands(out, group);
    jg_buf_add(out, JG_STR(".SH \"EXIT STATUS\"\nSee\n.BR jotgate (1).\n"));
    add_see_also(out);
}

static void
reasons_page(struct jg_buf *out)
{
    add_head(out, "jotgate-reasons", 7, "why jotgate refuses a request");
    jg_buf_add(out, JG_STR(".SH DESCRIPTION\n"));
    add_line(out, "Each refusal has one of these codes, in the log, in the "
                  "journal and in explanations; also: jotgate reason CODE.");
    jg_buf_add(out, JG_STR(".SH REASONS\n"));
    for (int i = 1; i < JG_E_COUNT; i++) {
        const struct jg_err_info *info = jg_err_info((enum jg_err)i);

        jg_buf_addf(out, ".TP\n.B %s\n", info->code);
        add_line(out, info->help);
        if (info->text[0] == '\0')
            continue;
        jg_buf_addf(out, ".br\nThe client gets %d \\(dq", info->status);
        add_text(out, jg_str(info->text));
        jg_buf_add(out, JG_STR("\\(dq\n"));
    }
    add_see_also(out);
}

/* The page in <page>, which is freed, as <folder>/man<section>/<name>. */
static int
write_page(const char *folder, const char *name, int section,
           struct jg_buf *page)
{
    char path[PATH_MAX];
    int n = snprintf(path, sizeof(path), "%s/man%d/%s.%d", folder, section,
                     name, section);
    bool ok = n > 0 && n < PATH_MAX && !page->failed &&
              cli_write_new(path, jg_buf_str(page), 0644);

    jg_buf_free(page);
    return ok ? CLI_OK : CLI_FAILED;
}

static int
make_folder(const char *folder, const char *name)
{
    char path[PATH_MAX];
    int n = snprintf(path, sizeof(path), "%s%s", folder, name);

    if (n > 0 && n < PATH_MAX && mkdir(path, 0755) == 0)
        return CLI_OK;
    return cli_fail(CLI_FAILED, errno == EEXIST ? "name a new folder" : NULL,
                    "cannot make the folder %s%s: %m", folder, name);
}

static int
write_groups(const char *folder)
{
    int code = CLI_OK;
    const char *group;

    for (size_t i = 0; code == CLI_OK && (group = cli_group_at(i)) != NULL;
         i++) {
        struct jg_buf page;
        char name[64];

        jg_buf_init(&page, CLI_TEXT_MAX);
        group_page(&page, group);
        snprintf(name, sizeof(name), "jotgate-%s", group);
        code = write_page(folder, name, 1, &page);
    }
    return code;
}

int
cli_manual_write(const char *folder)
{
    static const struct {
        const char *name;
        int section;
        void (*write)(struct jg_buf *out);
    } pages[] = {{"jotgate", 1, main_page},
                 {"jotgate-reasons", 7, reasons_page}};
    int code = make_folder(folder, "");

    if (code == CLI_OK)
        code = make_folder(folder, "/man1");
    if (code == CLI_OK)
        code = make_folder(folder, "/man7");
    for (size_t i = 0; i < 2 && code == CLI_OK; i++) {
        struct jg_buf page;

        jg_buf_init(&page, CLI_TEXT_MAX);
        pages[i].write(&page);
        code = write_page(folder, pages[i].name, pages[i].section, &page);
    }
    return code == CLI_OK ? write_groups(folder) : code;
}

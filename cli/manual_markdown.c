/* The same as one document: docs/reference/cli.md. */
#include "manual.h"
#include "topics.h"

/* In the cell of a table. */
static void
add_cell(struct jg_buf *out, const char *text)
{
    for (; *text != '\0'; text++) {
        if (strchr("|<*\\", *text) != NULL)
            jg_buf_addc(out, '\\');
        jg_buf_addc(out, *text);
    }
}

static void
add_option(struct jg_buf *out, const struct cli_option *o)
{
    jg_buf_add(out, JG_STR("| `"));
    if (o->letter != 0)
        jg_buf_addf(out, "-%c`, `", o->letter);
    jg_buf_addf(out, "--%s", o->name);
    for (const char *p = o->value != NULL ? o->value : ""; *p != '\0'; p++)
        jg_buf_addf(out, "%s%s%c", p == o->value ? " " : "",
                    *p == '|' ? "\\" : "", *p);
    jg_buf_add(out, JG_STR("` | "));
    add_cell(out, o->help);
    jg_buf_add(out, JG_STR(" |\n"));
}

static void
add_command(struct jg_buf *out, const struct cli_command *c)
{
    const struct cli_option *o;
    const char *space = c->group != NULL ? " " : "";
    const char *group = c->group != NULL ? c->group : "";

    jg_buf_addf(out, "### jotgate %s%s%s\n\n", group, space, c->name);
    add_cell(out, c->summary);
    jg_buf_addf(out, "\n\n```text\njotgate %s%s%s [OPTIONS]%s%s\n", group,
                space, c->name, c->arguments[0] != '\0' ? " " : "",
                c->arguments);
    if (c->alias != NULL)
        jg_buf_addf(out, "jotgate %s ...\n", c->alias);
    if (c->details != NULL)
        jg_buf_addf(out, "\n%s", c->details);
    jg_buf_add(out, JG_STR("```\n\n| option | |\n| --- | --- |\n"));
    for (size_t i = 0; (o = cli_option_at(c, i)) != NULL; i++)
        add_option(out, o);
    jg_buf_addc(out, '\n');
}

void
cli_manual_markdown(struct jg_buf *out)
{
    const struct cli_command *c;
    const struct cli_topic *topic;

    jg_buf_add(out, JG_STR("## Commands\n\n"));
    for (size_t i = 0; (c = cli_command_at(i)) != NULL; i++)
        add_command(out, c);
    for (size_t i = 0; (topic = cli_topic_at(i)) != NULL; i++) {
        jg_buf_addf(out, "## %s\n\n%s.\n\n| | |\n| --- | --- |\n", topic->name,
                    topic->summary);
        for (const struct cli_topic_row *row = topic->rows; row->name != NULL;
             row++) {
            jg_buf_addf(out, "| `%s` | ", row->name);
            add_cell(out, row->text);
            jg_buf_add(out, JG_STR(" |\n"));
        }
        if (cli_topic_at(i + 1) != NULL)
            jg_buf_addc(out, '\n');
    }
}

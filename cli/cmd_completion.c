/* jotgate completion: the commands and options for a shell's Tab key. */
#include <ctype.h>
#include <stdio.h>

#include "commands.h"
#include "completion.h"
#include "topics.h"

const char *
cli_group_at(size_t i)
{
    const struct cli_command *c;
    const char *last = "";

    for (size_t at = 0; (c = cli_command_at(at)) != NULL; at++) {
        if (c->group == NULL || strcmp(c->group, last) == 0)
            continue;
        last = c->group;
        if (i-- == 0)
            return last;
    }
    return NULL;
}

/* "commands: gen, show" */
static void
group_help(char out[static 128], const char *group)
{
    const struct cli_command *c;
    size_t len = (size_t)snprintf(out, 128, "commands");

    for (size_t i = 0; (c = cli_command_at(i)) != NULL && len < 127; i++)
        if (c->group != NULL && strcmp(c->group, group) == 0)
            len += (size_t)snprintf(out + len, 128 - len, "%s %s",
                                    len == 8 ? ":" : ",", c->name);
}

void
cli_each_word(const char *group,
              void (*each)(void *to, const char *word, const char *help),
              void *to)
{
    const struct cli_command *c;
    const char *last = "";
    char help[128];

    for (size_t i = 0; (c = cli_command_at(i)) != NULL; i++) {
        if (group == NULL && c->group == NULL) {
            each(to, c->name, c->summary);
        } else if (group == NULL && strcmp(c->group, last) != 0) {
            last = c->group;
            group_help(help, last);
            each(to, last, help);
        } else if (group != NULL && c->group != NULL &&
                   strcmp(c->group, group) == 0) {
            each(to, c->name, c->summary);
        }
    }
}

void
cli_add_word(void *to, const char *word, const char *help)
{
    (void)help;
    jg_buf_addf(to, "%s ", word);
}

static void
add_helped(struct jg_buf *out)
{
    const struct cli_topic *topic;

    cli_each_word(NULL, cli_add_word, out);
    for (size_t i = 0; (topic = cli_topic_at(i)) != NULL; i++)
        cli_add_word(out, topic->name, NULL);
}

static void
add_reasons(struct jg_buf *out)
{
    for (int i = 1; i < JG_E_COUNT; i++)
        cli_add_word(out, jg_err_info((enum jg_err)i)->code, NULL);
}

static void
add_colours(struct jg_buf *out)
{
    jg_buf_add(out, JG_STR("auto always never"));
}

/* What the table calls it, and what that is; the first that fits. */
static const struct {
    const char *part; /* of "[PATH...]" */
    enum cli_take take;
    void (*words)(struct jg_buf *out);
} takes[] = {
    {"FILE", CLI_TAKE_FILES, NULL},
    {"PATH...", CLI_TAKE_FILES, NULL},
    {"DIR", CLI_TAKE_FOLDERS, NULL},
    {"WHEN", CLI_TAKE_WORDS, add_colours},
    {"TOPIC", CLI_TAKE_WORDS, add_helped},
    {"CODE", CLI_TAKE_WORDS, add_reasons},
    {"JGnnn", CLI_TAKE_WORDS, add_reasons},
};

/* "bash|zsh|fish": the words themselves. */
static bool
is_choice(const char *text)
{
    if (strchr(text, '|') == NULL)
        return false;
    for (; *text != '\0'; text++)
        if (!islower((unsigned char)*text) && strchr("|-", *text) == NULL)
            return false;
    return true;
}

static void
add_choice(struct jg_buf *out, const char *text)
{
    for (; *text != '\0'; text++)
        jg_buf_addc(out, *text == '|' ? ' ' : *text);
}

static struct cli_taken
taken(const char *text, struct jg_buf *words)
{
    struct cli_taken found = {.take = CLI_TAKE_ANY};

    jg_buf_reset(words);
    if (is_choice(text)) {
        add_choice(words, text);
        found.take = CLI_TAKE_WORDS;
    }
    for (size_t i = 0; i < sizeof(takes) / sizeof(takes[0]); i++)
        if (found.take == CLI_TAKE_ANY && strstr(text, takes[i].part) != NULL) {
            found.take = takes[i].take;
            if (takes[i].words != NULL)
                takes[i].words(words);
        }
    found.words = jg_buf_str(words);
    return found;
}

/* Ids can be asked for when there is a command that lists them. */
static struct cli_taken
ids_of(const char *group)
{
    const char *const words[] = {group, "list"};
    size_t used;
    const struct cli_command *list = cli_command_find(words, 2, &used);
    bool can = list != NULL && list->group != NULL && list->asks;

    return (struct cli_taken){.take = can ? CLI_TAKE_IDS : CLI_TAKE_ANY,
                              .group = group};
}

struct cli_taken
cli_option_takes(const struct cli_option *option, struct jg_buf *words)
{
    static const struct {
        const char *option, *group;
    } lists[] = {
        {"api", "apis"}, {"policy", "policies"}, {"policies", "policies"}};

    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
        if (strcmp(option->name, lists[i].option) == 0)
            return ids_of(lists[i].group);
    return taken(option->value, words);
}

/* "apis get ID", but not what may hold secrets: keys. */
struct cli_taken
cli_command_takes(const struct cli_command *command, struct jg_buf *words)
{
    bool is_listed =
        command->group != NULL && (strcmp(command->group, "apis") == 0 ||
                                   strcmp(command->group, "policies") == 0);

    if (is_listed && strstr(command->arguments, "ID") != NULL)
        return ids_of(command->group);
    return taken(command->arguments, words);
}

void
cli_add_shell(struct jg_buf *out, const char *text, const char *also)
{
    jg_buf_addc(out, '\'');
    for (; *text != '\0'; text++)
        if (strchr(also, *text) != NULL)
            jg_buf_addf(out, "\\%c", *text);
        else if (*text == '\'')
            jg_buf_add(out, JG_STR("'\\''"));
        else
            jg_buf_addc(out, *text);
    jg_buf_addc(out, '\'');
}

static const struct cli_shell *const shells[] = {
    &cli_shell_bash,
    &cli_shell_zsh,
    &cli_shell_fish,
};

static int
print(const struct cli_shell *shell)
{
    const struct cli_command *c;
    struct jg_buf out, words;
    const char *group;

    jg_buf_init(&out, CLI_TEXT_MAX);
    jg_buf_init(&words, CLI_TEXT_MAX);
    jg_buf_add(&out, jg_str(shell->head));
    for (size_t i = 0; (group = cli_group_at(i)) != NULL; i++)
        shell->group(&out, group);
    jg_buf_add(&out, jg_str(shell->middle));
    shell->words(&out, NULL);
    for (size_t i = 0; (group = cli_group_at(i)) != NULL; i++)
        shell->words(&out, group);
    jg_buf_add(&out, jg_str(shell->between));
    for (size_t i = 0; (c = cli_command_at(i)) != NULL; i++)
        shell->command(&out, c, &words);
    jg_buf_add(&out, jg_str(shell->tail));
    jg_buf_free(&words);
    return cli_print(&out);
}

static int
run(struct cli *cli)
{
    for (size_t i = 0; i < sizeof(shells) / sizeof(shells[0]); i++)
        if (strcmp(cli->args[0], shells[i]->name) == 0)
            return print(shells[i]);
    return cli_fail(CLI_USAGE, "jotgate completion bash, zsh or fish",
                    "there is no completion for \"%s\"", cli->args[0]);
}

const struct cli_command cmd_completion = {
    .name = "completion",
    .arguments = "bash|zsh|fish",
    .summary = "what makes the Tab key complete jotgate's commands",
    .details =
        "An installed jotgate has it in the usual folders. Otherwise, in this\n"
        "shell, or in its start-up file:\n\n"
        "  bash:  source <(jotgate completion bash)\n"
        "  zsh:   source <(jotgate completion zsh)\n"
        "  fish:  jotgate completion fish | source\n",
    .args_min = 1,
    .args_max = 1,
    .run = run,
};

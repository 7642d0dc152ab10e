/* The topics of jotgate help: each a table of names and sentences. */
#include <stdio.h>

#include "topics.h"

/* Scripts rely on them: enum cli_exit, each once. */
static const struct cli_topic_row exit_codes[] = {
    {"0", "all is well"},
    {"1", "it failed; stderr says why"},
    {"2", "the command line is wrong"},
    {"3", "configuration, definitions or policies are faulty"},
    {"4", "the control API does not take the secret"},
    {"5", "the gateway does not answer, or not in time"},
    {"6", "what was asked for does not exist"},
    {"7", "somebody else changed it since it was read"},
    {"10", "the token is refused"},
    {"11", "the token is good, but expired"},
    {"20", "differences were found"},
    {"130", "interrupted by Ctrl-C"},
    {NULL, NULL},
};

static const struct cli_topic_row environment[] = {
    {"JOTGATE_ADDRESS", "URL of the control API, for commands that ask a "
                        "gateway; the option --address goes first"},
    {"JOTGATE_SECRET",
     "the control API's secret; the option --secret-file goes first"},
    {"JOTGATE_TYK_SECRET",
     "the secret of the Tyk gateway that import tyk URL reads; the option "
     "--tyk-secret-file goes first"},
    {"TYK_GW_...", "a setting of the configuration, as in Tyk: "
                   "TYK_GW_LISTENPORT=8090 is listen_port; the environment "
                   "goes before the file"},
    {"NO_COLOR", "when it is not empty: no colours"},
    {"CLICOLOR_FORCE", "when it is neither empty nor 0: colours in pipes, "
                       "too; NO_COLOR goes first, --color before both"},
    {"TERM", "dumb: no colours, and nothing that moves"},
    {"COLUMNS", "how wide tables may be, when the terminal does not say"},
    {"LC_ALL, LC_CTYPE, LANG",
     "no UTF-8: tables and marks are written in ASCII"},
    {"XDG_CONFIG_HOME", "jotgate/contexts.json there holds what login "
                        "remembers; ~/.config"},
    {"XDG_STATE_HOME", "where the records of a gateway without storage.path "
                       "are kept; ~/.local/state"},
    {"XDG_RUNTIME_DIR", "where serve makes its runtime folder; TMPDIR, /tmp"},
    {"TMPDIR", "where demo makes its folder; /tmp"},
    {"NOTIFY_SOCKET", "serve says there that it is ready, as systemd expects"},
    {NULL, NULL},
};

static const struct cli_topic_row files[] = {
    {"./jotgate.json, ./tyk.conf", "the configuration, without -c: the first "
                                   "of these four that there is"},
    {"/etc/jotgate/jotgate.json, /etc/jotgate/tyk.conf",
     "... after those in the current folder"},
    {"app_path (apps/)", "API definitions, one JSON file each, classic or OAS; "
                         "the setting app_path names the folder"},
    {"policies.policy_path", "policies: a folder of JSON files, or one file "
                             "with all of them"},
    {"storage.path", "records: keys, users, revocations, what the control API "
                     "saved; /var/lib/jotgate for root, "
                     "~/.local/state/jotgate for others"},
    {"secret", "in that folder: the control API's secret, made when the "
               "configuration has none"},
    {"~/.config/jotgate/contexts.json",
     "addresses and secrets of gateways that login remembers, and which one "
     "commands ask; below XDG_CONFIG_HOME when that is set"},
    {"/run/jotgate-XXXXXX", "runtime folder of serve, gone at its end: "
                            "nginx.conf and sockets; "
                            "XDG_RUNTIME_DIR or TMPDIR for others than root"},
    {"$TMPDIR/jotgate-demo-XXXXXX",
     "everything of a demo; commands find the newest one by themselves"},
    {NULL, NULL},
};

static const struct cli_topic topics[] = {
    {"exit-codes", "what the exit status of a command means", exit_codes},
    {"environment", "variables that commands read", environment},
    {"files", "where configuration and records are", files},
};

const struct cli_topic *
cli_topic_at(size_t i)
{
    return i < sizeof(topics) / sizeof(topics[0]) ? &topics[i] : NULL;
}

const struct cli_topic *
cli_topic_find(const char *name)
{
    const struct cli_topic *topic;

    for (size_t i = 0; (topic = cli_topic_at(i)) != NULL; i++)
        if (strcmp(topic->name, name) == 0)
            return topic;
    return NULL;
}

void
cli_help_topic(struct jg_buf *out, const struct cli_topic *topic)
{
    bool wide = strcmp(topic->name, "exit-codes") != 0;

    jg_buf_addf(out, "%s: %s\n\n", topic->name, topic->summary);
    for (const struct cli_topic_row *row = topic->rows; row->name != NULL;
         row++) {
        jg_buf_addf(out, wide ? "  %s\n" : "  %3s  ", row->name);
        if (wide)
            cli_add_wrapped(out, jg_str(row->text), 6);
        else
            jg_buf_addf(out, "%s\n", row->text);
    }
}

/* What PATH of `jotgate check` means when no configuration is named. */
#include "check_paths.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "documents.h"

/* Where an export, or a gateway's own folder, has what. */
static const struct {
    const char *name;
    bool policies;
} places[] = {{"apis", false}, {"apps", false}, {"policies", true}};

/* Take <folder>, unless another one was taken. */
static int
set(struct cli_config *config, bool policies, struct jg_str folder)
{
    struct jg_str *field =
        policies ? &config->conf.policies.policy_path : &config->conf.app_path;

    if (field->len > 0 && !jg_str_eq(*field, folder))
        return cli_fail(CLI_USAGE, "check them one after the other",
                        "%.*s and %.*s both hold %s", JG_STR_ARG(*field),
                        JG_STR_ARG(folder),
                        policies ? "policies" : "definitions");
    *field = jg_arena_str(&config->arena, folder);
    return field->p != NULL ? CLI_OK : cli_broken(JG_E_NOMEM);
}

/* The folders inside of <path> that have a name of their own. */
static int
set_inner(struct cli_config *config, const char *path, bool *found)
{
    int code = CLI_OK;

    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        char inner[4096];

        snprintf(inner, sizeof(inner), "%s%s%s", path,
                 path[strlen(path) - 1] == '/' ? "" : "/", places[i].name);
        if (code != CLI_OK || !cli_is_folder(inner))
            continue;
        *found = true;
        code = set(config, places[i].policies, jg_str(inner));
    }
    return code;
}

static struct jg_str
without_slashes(struct jg_str path)
{
    while (path.len > 1 && path.p[path.len - 1] == '/')
        path.len--;
    return path;
}

static struct jg_str
last_part(struct jg_str path)
{
    size_t begin;

    for (begin = path.len; begin > 0 && path.p[begin - 1] != '/';)
        begin--;
    return jg_str_from(path, begin);
}

/* Does <folder> say so by its name, or has <path>, which is it or in it,
 * policies and nothing else? */
static bool
are_policies(const char *path, struct jg_str folder)
{
    struct cli_documents set;
    bool only;

    if (jg_str_eq(last_part(folder), JG_STR("policies")))
        return true;
    cli_documents_init(&set);
    set.quiet = true;
    cli_documents_add_path(&set, path);
    only = set.count > 0 && set.count == cli_documents_count(&set, CLI_POLICY);
    cli_documents_free(&set);
    return only;
}

static struct jg_str
folder_of(const char *path)
{
    struct jg_str folder = jg_str(path);

    while (folder.len > 0 && folder.p[folder.len - 1] != '/')
        folder.len--;
    return folder.len > 0 ? without_slashes(folder) : JG_STR(".");
}

static int
use_path(struct cli_config *config, const char *path)
{
    struct jg_str folder = without_slashes(jg_str(path));
    bool found = false;
    struct stat st;
    int code = CLI_OK;

    if (stat(path, &st) != 0)
        return cli_fail(CLI_FAILED, NULL, "%s: %m", path);
    if (!S_ISDIR(st.st_mode))
        folder = folder_of(path);
    else
        code = set_inner(config, path, &found);
    return found ? code : set(config, are_policies(path, folder), folder);
}

int
check_use_paths(struct cli *cli, struct cli_config *config)
{
    int code = CLI_OK;

    config->conf.app_path = (struct jg_str){"", 0};
    for (size_t i = 0; i < cli->arg_count && code == CLI_OK; i++)
        code = use_path(config, cli->args[i]);
    return code;
}

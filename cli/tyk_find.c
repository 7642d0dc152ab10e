/* Finding a Tyk installation's files: by its tyk.conf, or by their places. */
#include <stdio.h>
#include <sys/stat.h>

#include "fetch.h"
#include "tyk.h"

static bool
is_there(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0;
}

/* <folder>/<name> in the arena, with a NUL behind; p NULL without memory. */
static struct jg_str
join(struct tyk *tyk, const char *folder, struct jg_str name)
{
    const struct jg_str parts[] = {jg_str(folder), JG_STR("/"), name, {"", 1}};
    struct jg_str path = jg_arena_join(&tyk->docs.arena, parts, 4);

    if (path.p != NULL)
        path.len--;
    while (path.len > 1 && path.p[path.len - 1] == '/')
        ((char *)path.p)[--path.len] = '\0';
    return path;
}

/*
 * Where <setting> of the tyk.conf leads: from its folder, since Tyk is started
 * there. A copy of an installation still has the paths of the original
 * (/opt/tyk-gateway/apps): what is not there is looked for beside the
 * tyk.conf, without the first folders of its path.
 */
static struct jg_str
resolve(struct tyk *tyk, struct jg_str setting)
{
    bool absolute = setting.len > 0 && setting.p[0] == '/';
    struct jg_str rest = jg_str_from(setting, absolute ? 1 : 0), path, part;

    if (setting.len == 0)
        return (struct jg_str){NULL, 0};
    while (jg_str_starts(rest, JG_STR("./")))
        rest = jg_str_from(rest, 2);
    path = join(tyk, absolute ? "" : tyk->base, rest);
    while (path.p != NULL && !is_there(path.p) && rest.len > 0) {
        path = join(tyk, tyk->base, rest);
        jg_str_next(&rest, '/', &part);
    }
    return path;
}

static void
add(struct tyk *tyk, struct jg_str path)
{
    int code = cli_documents_add_path(&tyk->docs, path.p);

    tyk->faulty |= code != CLI_OK;
}

/* What the tyk.conf names. */
static int
follow_conf(struct tyk *tyk)
{
    const struct jg_conf *conf = &tyk->config.conf;
    bool folder = conf->policies.policy_path.len > 0;

    tyk->apps = resolve(tyk, conf->app_path);
    tyk->scripts = resolve(tyk, conf->middleware_path);
    tyk->policies = resolve(tyk, folder ? conf->policies.policy_path
                                        : conf->policies.policy_record_name);
    if (tyk->apps.p == NULL || !cli_is_folder(tyk->apps.p))
        return cli_fail(CLI_CONFIG,
                        "name the folder of definitions as well: "
                        "jotgate import tyk tyk.conf DIR",
                        "app_path of %s is \"%.*s\": no such folder",
                        tyk->config.path, JG_STR_ARG(conf->app_path));
    add(tyk, tyk->apps);
    if (tyk->policies.p != NULL && is_there(tyk->policies.p))
        add(tyk, tyk->policies);
    else if (tyk->policies.p != NULL)
        cli_warn("the policies of %s are not there: %s", tyk->config.path,
                 tyk->policies.p);
    return CLI_OK;
}

/* The configuration at <path>, or the defaults. */
static int
read_conf(struct tyk *tyk, const char *path)
{
    cli_config_free(&tyk->config);
    return cli_config_load(path, &tyk->config);
}

/* A folder without tyk.conf: those that Tyk has by default, or itself. */
static int
follow_places(struct tyk *tyk, const char *folder)
{
    static const char *const places[] = {"apps", "apis", "policies"};
    bool found = false;

    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        struct jg_str path = join(tyk, folder, jg_str(places[i]));

        if (path.p == NULL)
            return cli_broken(JG_E_NOMEM);
        if (!cli_is_folder(path.p))
            continue;
        add(tyk, path);
        found = true;
    }
    if (!found)
        add(tyk, join(tyk, folder, JG_STR(".")));
    return CLI_OK;
}

/* DIR: an installation. */
static int
find_folder(struct tyk *tyk, const char *folder)
{
    static const char *const names[] = {"tyk.conf", "tyk.standalone.conf"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct jg_str path = join(tyk, folder, jg_str(names[i]));
        int code;

        if (path.p == NULL)
            return cli_broken(JG_E_NOMEM);
        if (!is_there(path.p))
            continue;
        tyk->base = folder;
        code = read_conf(tyk, path.p);
        return code == CLI_OK ? follow_conf(tyk) : code;
    }
    return follow_places(tyk, folder);
}

/* The folder of <path>. */
static const char *
folder_of(struct tyk *tyk, struct jg_str path)
{
    size_t len = path.len;

    while (len > 0 && path.p[len - 1] != '/')
        len--;
    while (len > 1 && path.p[len - 1] == '/')
        len--;
    return len == 0 ? "."
                    : jg_arena_str(&tyk->docs.arena, jg_str_head(path, len)).p;
}

/* A tyk.conf among the arguments: alone, it names the rest. */
static int
use_conf(struct tyk *tyk)
{
    bool alone = tyk->docs.count == 0;
    int code = read_conf(tyk, tyk->docs.conf_from.p);

    tyk->base = folder_of(tyk, tyk->docs.conf_from);
    if (code != CLI_OK || tyk->base == NULL || !alone)
        return code;
    return follow_conf(tyk);
}

static int
find_argument(struct tyk *tyk, const char *argument)
{
    if (cli_is_url(argument))
        return tyk_fetch(tyk, argument);
    if (!cli_is_folder(argument)) {
        int code = cli_documents_add_file(&tyk->docs, argument);

        tyk->faulty |= code != CLI_OK;
        return code == CLI_CONFIG ? CLI_OK : code;
    }
    if (tyk->cli->arg_count == 1)
        return find_folder(tyk, argument);
    return follow_places(tyk, argument);
}

int
tyk_find(struct tyk *tyk)
{
    int code = read_conf(tyk, NULL);

    tyk->name = tyk->cli->args[0];
    tyk->base = ".";
    for (size_t i = 0; i < tyk->cli->arg_count && code == CLI_OK; i++)
        code = find_argument(tyk, tyk->cli->args[i]);
    if (code == CLI_OK && tyk->docs.conf.p != NULL)
        code = use_conf(tyk);
    if (code == CLI_OK && cli_documents_sort(&tyk->docs) != CLI_OK)
        tyk->faulty = true;
    if (code == CLI_OK && tyk->docs.count == 0 && !tyk->faulty)
        code = cli_fail(CLI_NOT_FOUND,
                        "name the folder that tyk.conf is in, or that of the "
                        "definitions",
                        "there is no API definition and no policy in %s",
                        tyk->name);
    return code;
}

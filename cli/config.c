/* Finding and reading the configuration file. */
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/json.h"
#include "config.h"
#include "store/files.h"

#define ARENA_CHUNK (64 * 1024)
#define ARENA_MAX                                              \
    (512u * 1024 * 1024) /* findings of 10,000 definitions too \
                          */

/* The first of these that is there, or NULL. */
static const char *
usual(void)
{
    static const char *const places[] = {"jotgate.json", "tyk.conf",
                                         "/etc/jotgate/jotgate.json",
                                         "/etc/jotgate/tyk.conf"};

    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
        if (access(places[i], F_OK) == 0)
            return places[i];
    return NULL;
}

const char *
cli_config_path(struct cli *cli)
{
    const char *path = cli_value(cli, "config");

    if (path == NULL)
        path = usual();
    if (path != NULL)
        return path;
    cli_fail(CLI_USAGE, "-c FILE, or try it without one: jotgate demo",
             "no configuration is given, and there is no jotgate.json or "
             "tyk.conf here or in /etc/jotgate");
    return NULL;
}

/* A folder in which nobody else can have put a configuration for us. */
static bool
is_own_demo(const char *conf)
{
    char folder[PATH_MAX];
    struct stat st;
    const char *slash = strrchr(conf, '/');

    snprintf(folder, sizeof(folder), "%.*s", (int)(slash - conf), conf);
    return lstat(folder, &st) == 0 && S_ISDIR(st.st_mode) &&
           st.st_uid == geteuid() && (st.st_mode & 022) == 0;
}

/* The configuration of the newest `jotgate demo` of this account, or NULL. */
static const char *
find_demo(struct cli *cli)
{
    const char *base = getenv("TMPDIR"), *found = NULL;
    char pattern[PATH_MAX];
    time_t newest = 0;
    glob_t paths;

    if (base == NULL || strlen(base) > 200)
        base = "/tmp";
    snprintf(pattern, sizeof(pattern), "%s/jotgate-demo-*/tyk.conf", base);
    if (glob(pattern, GLOB_NOSORT, NULL, &paths) != 0)
        return NULL;
    for (size_t i = 0; i < paths.gl_pathc; i++) {
        struct stat st;

        if (stat(paths.gl_pathv[i], &st) != 0 || st.st_mtime < newest ||
            !is_own_demo(paths.gl_pathv[i]))
            continue;
        newest = st.st_mtime;
        found = jg_arena_str(&cli->arena, jg_str(paths.gl_pathv[i])).p;
    }
    globfree(&paths);
    return found;
}

const char *
cli_config_running(struct cli *cli)
{
    const char *path = cli_value(cli, "config");

    if (path == NULL)
        path = usual();
    return path != NULL ? path : find_demo(cli);
}

/* Does the file, or the environment, name the storage folder? */
static bool
has_storage(struct cli_config *config)
{
    const struct jg_json *root = NULL;
    const char *variable = getenv("TYK_GW_STORAGE_PATH");
    struct jg_arena scratch;
    bool found;

    jg_arena_init(&scratch, ARENA_CHUNK, ARENA_MAX);
    found = jg_json_parse(config->text, &jg_json_limits_conf, &scratch, &root,
                          NULL) == JG_OK &&
            jg_json_string(jg_json_get(jg_json_get(root, JG_STR("storage")),
                                       JG_STR("path")))
                    .len > 0;
    jg_arena_free(&scratch);
    return found || (variable != NULL && variable[0] != '\0');
}

enum jg_err
cli_config_read(const char *path, struct cli_config *out)
{
    struct jg_bind_source source = {.file = jg_str(path)};
    enum jg_err err;

    *out = (struct cli_config){.path = path, .text = JG_STR("{}")};
    jg_arena_init(&out->arena, ARENA_CHUNK, ARENA_MAX);
    jg_diags_init(&out->diags, &out->arena);
    if (path != NULL) {
        err = jg_file_read(path, &out->arena, &out->text);
        if (err != JG_OK)
            return err;
    }
    source.text = out->text;
    source.diags = &out->diags;
    err = jg_conf_read(&source, (const char *const *)environ, &out->arena,
                       &out->conf);
    out->own_storage = !has_storage(out);
    return err;
}

int
cli_config_none(const char *fix)
{
    return cli_fail(CLI_USAGE, fix,
                    "no configuration is given: there is no jotgate.json or "
                    "tyk.conf here or in /etc/jotgate, and no demo runs");
}

int
cli_config_fail(const char *path, enum jg_err err)
{
    if (err == JG_E_NOMEM)
        return cli_broken(err);
    if (err == JG_E_NOT_FOUND)
        return cli_fail(CLI_CONFIG, "-c FILE", "there is no file %s", path);
    if (err == JG_E_CONF_RANGE)
        return cli_fail(CLI_CONFIG, NULL, "%s is longer than %d bytes", path,
                        JG_FILE_MAX);
    return cli_fail(CLI_CONFIG, NULL, "cannot read %s: %m", path);
}

int
cli_config_load(const char *path, struct cli_config *out)
{
    enum jg_err err = cli_config_read(path, out);

    if (err == JG_OK)
        return CLI_OK;
    if (out->diags.faults == 0)
        return cli_config_fail(path, err);
    cli_config_print(&out->diags, stderr);
    return CLI_CONFIG;
}

void
cli_config_free(struct cli_config *config)
{
    jg_arena_free(&config->arena);
}

void
cli_config_print(const struct jg_diags *diags, FILE *stream)
{
    struct jg_buf out, clean;

    jg_buf_init(&out, CLI_TEXT_MAX);
    jg_buf_init(&clean, 6 * CLI_TEXT_MAX);
    for (const struct jg_diag *d = diags->first; d != NULL; d = d->next)
        jg_diag_print(&out, d);
    if (diags->warnings + diags->faults > diags->kept)
        jg_buf_addf(&out, "... and %u more\n",
                    diags->warnings + diags->faults - diags->kept);
    cli_add_clean(&clean, jg_buf_str(&out), true);
    fwrite(clean.p, 1, clean.len, stream);
    jg_buf_free(&clean);
    jg_buf_free(&out);
}

/* A folder for jotgate out of a Tyk installation. */
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>

#include "admin/admin.h"
#include "admin/text.h"
#include "tyk.h"

#define BASE_MODE 0755 /* workers of another user reach data/ in it */
#define FOLDER_MODE 0750
#define FILE_MODE 0640 /* definitions hold secrets */
#define CONF_MODE 0600

static struct jg_str
last_part(struct jg_str path)
{
    struct jg_str part = path;

    while (jg_str_next(&path, '/', &part))
        ;
    return part;
}

/* Is this document all that its file holds? Then the file keeps its name. */
static bool
is_whole_file(const struct cli_documents *docs, size_t i)
{
    const struct cli_document *d = &docs->items[i];
    struct jg_str name = last_part(d->from);

    if (d->kind == CLI_POLICY || !jg_str_ends(name, JG_STR(".json")) ||
        !jg_admin_is_safe_id(name))
        return false;
    for (size_t k = 0; k < docs->count; k++)
        if (k != i && jg_str_eq(docs->items[k].from, d->from))
            return false;
    return true;
}

/* "<to>/apps/orders.json" */
static int
file_of(const struct tyk *tyk, size_t i, const char *to,
        char out[static PATH_MAX])
{
    const struct cli_document *d = &tyk->docs.items[i];
    const char *folder = d->kind == CLI_POLICY ? "policies" : "apps";
    struct jg_str name = last_part(d->from);
    const char *ending = "";
    int len;

    if (!is_whole_file(&tyk->docs, i)) {
        name = d->id;
        ending = cli_kind(d->kind)->ending;
        if (!jg_admin_is_safe_id(name))
            return cli_fail(CLI_CONFIG,
                            "give it an id of A-Z a-z 0-9 . _ ~ -, in tokens "
                            "and policies as well",
                            "%s: the %s id \"%.*s\" cannot be a file's name",
                            d->from.p, cli_kind(d->kind)->name,
                            JG_STR_ARG(jg_str_head(name, 200)));
    }
    len = snprintf(out, PATH_MAX, "%s/%s/%.*s%s", to, folder, JG_STR_ARG(name),
                   ending);
    if (len < 0 || len >= PATH_MAX)
        return cli_fail(CLI_FAILED, NULL, "%s: the path is too long", to);
    return CLI_OK;
}

/* The tyk.conf, its two paths changed and every other byte as it was. */
static int
conf_text(const struct tyk *tyk, struct jg_str *out)
{
    struct jg_arena *a = &tyk->cli->arena;
    struct jg_str text = tyk->config.path != NULL
                             ? tyk->config.text
                             : JG_STR("{\n  \"listen_port\": 8080\n}\n");
    const struct jg_json *json;
    enum jg_err err = jg_json_parse(text, &jg_json_limits_conf, a, &json, NULL);

    if (err == JG_OK)
        err = jg_text_put(text, json, JG_STR("policies"),
                          JG_STR("{\"policy_source\": \"file\", "
                                 "\"policy_path\": \"policies/\"}"),
                          a, &text);
    if (err == JG_OK)
        err = jg_json_parse(text, &jg_json_limits_conf, a, &json, NULL);
    if (err == JG_OK)
        err = jg_text_set(text, json, JG_STR("app_path"), JG_STR("apps/"), a,
                          out);
    return err == JG_OK ? CLI_OK : cli_broken(err);
}

static bool
is_taken(const char *path)
{
    struct stat st;

    return lstat(path, &st) == 0;
}

/* Every file that would be written is new, or nothing is written. */
static int
look(const struct tyk *tyk, const char *to, const char *conf)
{
    char path[PATH_MAX];
    int code = CLI_OK;

    if (is_taken(conf))
        return cli_fail(CLI_FAILED, "choose a new folder", "%s exists already",
                        conf);
    for (size_t i = 0; i < tyk->docs.count && code == CLI_OK; i++) {
        code = file_of(tyk, i, to, path);
        if (code == CLI_OK && is_taken(path))
            code = cli_fail(CLI_FAILED, "choose a new folder",
                            "%s exists already", path);
    }
    return code;
}

static int
write_documents(const struct tyk *tyk, const char *to)
{
    char path[PATH_MAX];

    for (size_t i = 0; i < tyk->docs.count; i++) {
        const struct jg_str parts[] = {tyk->docs.items[i].text, JG_STR("\n")};
        struct jg_str text = jg_arena_join(&tyk->cli->arena, parts, 2);
        int code =
            text.p != NULL ? file_of(tyk, i, to, path) : cli_broken(JG_E_NOMEM);

        if (code != CLI_OK)
            return code;
        if (!cli_write_new(path, text, FILE_MODE))
            return CLI_FAILED;
    }
    return CLI_OK;
}

int
tyk_write(const struct tyk *tyk, const char *to)
{
    struct jg_str conf;
    char path[PATH_MAX];
    int code = conf_text(tyk, &conf);

    if (snprintf(path, sizeof(path), "%s/tyk.conf", to) >= PATH_MAX)
        return cli_fail(CLI_FAILED, NULL, "%s: the path is too long", to);
    if (code == CLI_OK)
        code = look(tyk, to, path);
    if (code == CLI_OK)
        code = cli_make_folder(to, "", BASE_MODE);
    if (code == CLI_OK)
        code = cli_make_folder(to, "apps", FOLDER_MODE);
    if (code == CLI_OK)
        code = cli_make_folder(to, "policies", FOLDER_MODE);
    if (code == CLI_OK)
        code = write_documents(tyk, to);
    if (code == CLI_OK && !cli_write_new(path, conf, CONF_MODE))
        code = CLI_FAILED;
    return code;
}

/* The file of contexts: $XDG_CONFIG_HOME/jotgate/contexts.json. */
#include "context.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct jg_json_limits limits = {
    .max_bytes = CLI_CONTEXTS_BYTES,
    .max_depth = 4,
    .max_values = 4 * CLI_CONTEXTS_MAX,
    .max_string = CLI_CONTEXTS_BYTES,
};

/* The folder, and the file in it. False: the name is too long, or nobody has a
 * home. */
static bool
places(char folder[static PATH_MAX], char file[static PATH_MAX])
{
    const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    int n = -1;

    if (config != NULL && config[0] == '/')
        n = snprintf(folder, PATH_MAX, "%s/jotgate", config);
    else if (home != NULL && home[0] == '/')
        n = snprintf(folder, PATH_MAX, "%s/.config/jotgate", home);
    if (n < 0 || n >= PATH_MAX)
        return false;
    n = snprintf(file, PATH_MAX, "%s/contexts.json", folder);
    return n > 0 && n < PATH_MAX;
}

static struct jg_str
text_of(struct cli *cli, const struct jg_json *object, const char *name)
{
    struct jg_str text = jg_json_string(jg_json_get(object, jg_str(name)));

    return text.p != NULL ? jg_arena_str(&cli->arena, text) : text;
}

static bool
take(struct cli *cli, const struct jg_json *json, struct cli_contexts *out)
{
    const struct jg_json *all = jg_json_get(json, JG_STR("contexts"));

    if (all == NULL || all->type != JG_JSON_OBJECT ||
        all->count > CLI_CONTEXTS_MAX)
        return false;
    out->current = text_of(cli, json, "current");
    for (uint32_t i = 0; i < all->count; i++) {
        struct cli_context *c = &out->items[out->count++];

        c->name = jg_arena_str(&cli->arena, all->members[i].name);
        c->address = text_of(cli, &all->members[i].value, "address");
        c->secret = text_of(cli, &all->members[i].value, "secret");
        if (c->name.p == NULL || c->address.len == 0)
            return false;
    }
    return true;
}

int
cli_contexts_read(struct cli *cli, struct cli_contexts *out)
{
    char folder[PATH_MAX], file[PATH_MAX];
    const struct jg_json *json;
    struct jg_str text;
    struct stat st;

    *out = (struct cli_contexts){.count = 0};
    if (!places(folder, file) || stat(file, &st) != 0)
        return CLI_OK;
    if ((st.st_mode & 077) != 0)
        cli_warn("%s holds secrets, and others can read it: chmod 600", file);
    if (!cli_read(cli, file, CLI_CONTEXTS_BYTES, &text))
        return CLI_FAILED;
    if (jg_json_parse(text, &limits, &cli->arena, &json, NULL) == JG_OK &&
        take(cli, json, out))
        return CLI_OK;
    return cli_error(&(struct cli_fault){
        .exit_code = CLI_CONFIG,
        .what = "the file of contexts cannot be used",
        .where = file,
        .fix = "remove it, and: jotgate login URL",
    });
}

static void
add_contexts(struct jg_buf *b, const struct cli_contexts *contexts)
{
    jg_buf_add(b, JG_STR("{\"v\":1,\"current\":"));
    jg_buf_add_quoted(b, contexts->current);
    jg_buf_add(b, JG_STR(",\"contexts\":{"));
    for (size_t i = 0; i < contexts->count; i++) {
        const struct cli_context *c = &contexts->items[i];

        jg_buf_add(b, i > 0 ? JG_STR(",\n") : JG_STR("\n"));
        jg_buf_add_quoted(b, c->name);
        jg_buf_add(b, JG_STR(":{\"address\":"));
        jg_buf_add_quoted(b, c->address);
        if (c->secret.p != NULL) {
            jg_buf_add(b, JG_STR(",\"secret\":"));
            jg_buf_add_quoted(b, c->secret);
        }
        jg_buf_addc(b, '}');
    }
    jg_buf_add(b, JG_STR("}}\n"));
}

/* mkdir -p of the two folders that are ours to make. */
static bool
make_folder(const char *folder)
{
    char parent[PATH_MAX];
    size_t len = strlen(folder);

    while (len > 0 && folder[len] != '/')
        len--;
    snprintf(parent, sizeof(parent), "%.*s", (int)len, folder);
    if (mkdir(parent, 0755) != 0 && errno != EEXIST)
        return false;
    return mkdir(folder, 0700) == 0 || errno == EEXIST;
}

/* Whole, or not at all: a new file takes the place of the old one. */
static bool
replace(const char *file, struct jg_str text)
{
    char fresh[PATH_MAX + 8];
    int fd;
    bool good;

    snprintf(fresh, sizeof(fresh), "%s.XXXXXX", file);
    fd = mkstemp(fresh); /* 0600 */
    if (fd < 0)
        return false;
    good = cli_write_all(fd, text);
    good = close(fd) == 0 && good && rename(fresh, file) == 0;
    if (!good)
        unlink(fresh);
    return good;
}

int
cli_contexts_write(const struct cli_contexts *contexts)
{
    char folder[PATH_MAX], file[PATH_MAX];
    struct jg_buf b;
    int code = CLI_OK;

    if (!places(folder, file))
        return cli_fail(CLI_FAILED, "set HOME, or XDG_CONFIG_HOME",
                        "there is no folder to remember gateways in");
    jg_buf_init(&b, CLI_CONTEXTS_BYTES);
    add_contexts(&b, contexts);
    if (b.failed)
        code = cli_fail(CLI_FAILED, "jotgate context delete NAME",
                        "there are too many contexts");
    else if (!make_folder(folder) || !replace(file, jg_buf_str(&b)))
        code = cli_fail(CLI_FAILED, NULL, "cannot write %s: %m", file);
    jg_mem_wipe(b.p, b.len);
    jg_buf_free(&b);
    return code;
}

struct cli_context *
cli_contexts_find(struct cli_contexts *contexts, struct jg_str name)
{
    for (size_t i = 0; i < contexts->count; i++)
        if (name.len > 0 && jg_str_eq(contexts->items[i].name, name))
            return &contexts->items[i];
    return NULL;
}

bool
cli_context_current(struct cli *cli, struct cli_context *out)
{
    struct cli_contexts *all;
    struct cli_context *found = NULL;

    if (access("jotgate.json", F_OK) == 0 || access("tyk.conf", F_OK) == 0)
        return false;
    all = jg_arena_alloc(&cli->arena, sizeof(*all));
    if (all != NULL && cli_contexts_read(cli, all) == CLI_OK)
        found = cli_contexts_find(all, all->current);
    if (found != NULL)
        *out = *found;
    return found != NULL;
}

/*
 * The dashboard's files in the runtime folder: nginx's workers may read that,
 * which is not so of the folder that somebody built jotgate in.
 */
#include <dirent.h>
#include <stdio.h>
#include <sys/stat.h>

#include "serve.h"
#include "store/files.h"

#define FILES_MAX_BYTES (4 * 1024 * 1024) /* the whole of it */

static bool
join(char out[static PATH_MAX], const char *folder, const char *name)
{
    int n = snprintf(out, PATH_MAX, "%s/%s", folder, name);

    return n > 0 && n < PATH_MAX;
}

static bool
copy_file(const char *from, const char *to, struct jg_arena *a)
{
    struct jg_str text;

    return jg_file_read(from, a, &text) == JG_OK &&
           cli_write_new(to, text, 0644) && chmod(to, 0644) == 0;
}

/* Its files; what else is in there, folders too, is left out. */
static bool
copy_folder(const char *from, const char *to, struct jg_arena *a)
{
    char source[PATH_MAX], target[PATH_MAX];
    const struct dirent *entry;
    bool ok = mkdir(to, 0755) == 0 && chmod(to, 0755) == 0;
    DIR *dir = opendir(from);

    while (ok && dir != NULL && (entry = readdir(dir)) != NULL)
        if (entry->d_type != DT_DIR)
            ok = join(source, from, entry->d_name) &&
                 join(target, to, entry->d_name) &&
                 copy_file(source, target, a);
    if (dir != NULL)
        closedir(dir);
    return ok && dir != NULL;
}

void
cli_ui_install(struct serve *serve)
{
    char own[PATH_MAX], from[PATH_MAX], to[PATH_MAX];
    struct jg_arena arena;
    bool ok;

    if (serve->ui[0] == '\0')
        return;
    jg_arena_init(&arena, 64 * 1024, FILES_MAX_BYTES);
    ok = join(own, serve->run, "ui") && copy_folder(serve->ui, own, &arena) &&
         join(from, serve->ui, "assets") && join(to, own, "assets") &&
         copy_folder(from, to, &arena);
    jg_arena_free(&arena);
    if (!ok)
        cli_warn("the dashboard of %s cannot be copied to %s, and is left out",
                 serve->ui, serve->run);
    snprintf(serve->ui, sizeof(serve->ui), "%s", ok ? own : "");
}

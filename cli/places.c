/*
 * Where the other parts are: beside this program in a build folder, or where
 * the package put them.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "serve.h"

/* Both are given by the build; see meson.build. */
static const char *const module_folder = JG_MODULE_DIR;
static const char *const broker_folder = JG_BROKER_DIR;
static const char *const data_folder = JG_DATA_DIR;

static bool
join(char out[static PATH_MAX], const char *folder, const char *name)
{
    int n = snprintf(out, PATH_MAX, "%s/%s", folder, name);

    return n > 0 && n < PATH_MAX;
}

/* The folder of this program. */
static bool
own_folder(char out[static PATH_MAX])
{
    ssize_t n = readlink("/proc/self/exe", out, PATH_MAX - 1);

    if (n <= 0)
        return false;
    while (n > 1 && out[n - 1] != '/')
        n--;
    out[n > 1 ? n - 1 : n] = '\0';
    return true;
}

/* Beside us, in a folder beside us, or where it was installed. */
static bool
look_for(const char *name, const char *beside, const char *installed, int mode,
         char out[static PATH_MAX])
{
    char own[PATH_MAX], near[PATH_MAX];

    if (own_folder(own)) {
        if (join(out, own, name) && access(out, mode) == 0)
            return true;
        if (join(near, own, beside) && join(out, near, name) &&
            access(out, mode) == 0)
            return true;
    }
    return join(out, installed, name) && access(out, mode) == 0;
}

static int
find(const char *name, const char *beside, const char *installed, int mode,
     char out[static PATH_MAX])
{
    if (look_for(name, beside, installed, mode, out))
        return CLI_OK;
    return cli_fail(CLI_FAILED, "install jotgate again, or build all of it",
                    "cannot find %s: neither beside this program nor in %s",
                    name, installed);
}

static bool
is_program(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISREG(st.st_mode) &&
           access(path, X_OK) == 0;
}

/* nginx is in /usr/sbin, which is not in everybody's PATH. */
static int
find_nginx(char out[static PATH_MAX])
{
    static const char usual[] = "/usr/sbin:/usr/local/sbin:/usr/local/bin";
    const char *path = getenv("PATH");
    struct jg_str rests[] = {jg_str(path), JG_STR(usual)};

    for (size_t i = 0; i < 2; i++) {
        struct jg_str folder;

        while (jg_str_next(&rests[i], ':', &folder)) {
            int n = snprintf(out, PATH_MAX, "%.*s/nginx", JG_STR_ARG(folder));

            if (folder.len > 0 && n < PATH_MAX && is_program(out))
                return CLI_OK;
        }
    }
    return cli_fail(CLI_FAILED, "apt install nginx",
                    "nginx is not installed (looked in PATH and /usr/sbin)");
}

int
cli_places_broker(char out[static PATH_MAX])
{
    return find("jotgate-broker", "broker", broker_folder, X_OK, out);
}

/* A gateway without a dashboard runs as well: it is built apart. */
static void
find_ui(struct serve *serve)
{
    char index[PATH_MAX];

    serve->ui[0] = '\0';
    if (look_for("ui/index.html", ".", data_folder, R_OK, index))
        snprintf(serve->ui, sizeof(serve->ui), "%.*s",
                 (int)(strlen(index) - strlen("/index.html")), index);
}

int
cli_places_find(struct serve *serve)
{
    int code = find_nginx(serve->nginx);

    if (code == CLI_OK)
        code = find("ngx_http_jotgate_module.so", "nginx", module_folder, R_OK,
                    serve->module);
    if (code == CLI_OK)
        code = cli_places_broker(serve->broker);
    if (code == CLI_OK)
        code = find("nginx.conf.in", "cli", data_folder, R_OK, serve->template);
    if (code == CLI_OK)
        code = find("control.conf.in", "cli", data_folder, R_OK,
                    serve->control_template);
    if (code == CLI_OK)
        find_ui(serve);
    return code;
}

/* nginx looks at its configuration before it gets it; its age is looked at. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "process.h"
#include "serve.h"

#define OUTPUT_MAX (64 * 1024)

/* The first package with all fixes that this module relies on. */
#define NGINX_DEBIAN "1.22.1-9+deb12u11"
#define NGINX_PLAIN "1.22.1"

static bool
write_file(const char *folder, const char *name, struct jg_str text)
{
    char path[PATH_MAX];
    int n = snprintf(path, sizeof(path), "%s/%s", folder, name);

    if (n < 0 || n >= PATH_MAX)
        return false;
    unlink(path);
    return cli_write_new(path, text, 0640);
}

/* Run "nginx -t" on folder/nginx.conf; what it says is printed if it fails. */
static int
test(const struct serve *serve, const char *folder)
{
    char path[PATH_MAX + 16];
    const char *argv[] = {serve->nginx, "-t",       "-q", "-e", "stderr",
                          "-p",         serve->run, "-c", path, NULL};
    struct jg_buf out;
    int status;

    snprintf(path, sizeof(path), "%s/nginx.conf", folder);
    jg_buf_init(&out, OUTPUT_MAX);
    status = cli_process_capture(argv, &out);
    if (status != 0) {
        cli_fail(CLI_FAILED, NULL, "nginx refuses its configuration:");
        fprintf(stderr, "%.*s", JG_STR_ARG(jg_buf_str(&out)));
    }
    jg_buf_free(&out);
    return status == 0 ? CLI_OK : CLI_FAILED;
}

/* Move next/<name> over <name>: at every moment there is a whole one. */
static bool
move(const struct serve *serve, const char *next, const char *name)
{
    char from[PATH_MAX + 32], to[PATH_MAX + 32];

    snprintf(from, sizeof(from), "%s/%s", next, name);
    snprintf(to, sizeof(to), "%s/%s", serve->run, name);
    return rename(from, to) == 0;
}

int
cli_nginx_conf_install(const struct serve *serve,
                       const struct cli_nginx_conf *made)
{
    char next[PATH_MAX];
    int n = snprintf(next, sizeof(next), "%s/next", serve->run);
    int code;

    if (n < 0 || n >= PATH_MAX || (mkdir(next, 0700) != 0 && errno != EEXIST))
        return cli_fail(CLI_FAILED, NULL, "cannot make %s: %m", next);
    if (!write_file(next, "nginx.conf", jg_buf_str(&made->main)) ||
        !write_file(next, "control.conf", jg_buf_str(&made->control)))
        return CLI_FAILED;
    code = test(serve, next);
    if (code == CLI_OK && (!move(serve, next, "control.conf") ||
                           !move(serve, next, "nginx.conf")))
        code =
            cli_fail(CLI_FAILED, NULL, "cannot write into %s: %m", serve->run);
    return code;
}

/* The package that nginx belongs to, and its version. False: no package. */
static bool
debian_version(const struct serve *serve, char out[static 128])
{
    const char *owner[] = {"/usr/bin/dpkg-query", "-S", serve->nginx, NULL};
    const char *version[] = {"/usr/bin/dpkg-query", "-W", "-f",
                             "${Version}",          NULL, NULL};
    char name[128] = "";
    struct jg_buf b;
    bool found = false;

    if (access(owner[0], X_OK) != 0)
        return false;
    jg_buf_init(&b, OUTPUT_MAX);
    if (cli_process_capture(owner, &b) == 0) {
        struct jg_str text = jg_buf_str(&b);

        snprintf(name, sizeof(name), "%.*s",
                 JG_STR_ARG(jg_str_head(text, jg_str_find(text, ':'))));
        version[4] = name;
        jg_buf_reset(&b);
        found = cli_process_capture(version, &b) == 0 && b.len > 0;
    }
    if (found)
        snprintf(out, 128, "%.*s", JG_STR_ARG(jg_str_trim(jg_buf_str(&b))));
    jg_buf_free(&b);
    return found;
}

static bool
is_older(const char *version, const char *than)
{
    const char *argv[] = {
        "/usr/bin/dpkg", "--compare-versions", version, "lt", than, NULL};
    struct jg_buf b;
    int status;

    jg_buf_init(&b, OUTPUT_MAX);
    status = cli_process_capture(argv, &b);
    jg_buf_free(&b);
    return status == 0;
}

/* "nginx version: nginx/1.22.1": of one that no package brought. */
static bool
plain_version(const struct serve *serve, char out[static 128],
              unsigned number[static 3])
{
    const char *argv[] = {serve->nginx, "-v", NULL};
    struct jg_buf b;
    bool found = false;

    jg_buf_init(&b, OUTPUT_MAX);
    if (cli_process_capture(argv, &b) == 0) {
        jg_buf_addc(&b, '\0');
        if (!b.failed && b.len > 1) {
            const char *slash = strchr(b.p, '/');

            found = slash != NULL && sscanf(slash, "/%u.%u.%u", &number[0],
                                            &number[1], &number[2]) == 3;
        }
    }
    if (found)
        snprintf(out, 128, "%u.%u.%u", number[0], number[1], number[2]);
    jg_buf_free(&b);
    return found;
}

static void
warn_old(const char *version, const char *wanted, const char *fix)
{
    cli_warn("nginx %s lacks security fixes that this gateway relies on; the "
             "first version with them is %s",
             version, wanted);
    fprintf(stderr, "  fix: %s\n", fix);
}

bool
cli_nginx_version_find(const struct serve *serve, char out[static 128],
                       const char **wanted)
{
    static const unsigned least[3] = {1, 22, 1};
    unsigned number[3];
    int order = 0;

    *wanted = NULL;
    if (debian_version(serve, out)) {
        if (is_older(out, NGINX_DEBIAN))
            *wanted = NGINX_DEBIAN;
        return true;
    }
    if (!plain_version(serve, out, number))
        return false;
    for (int i = 0; order == 0 && i < 3; i++)
        order = (number[i] > least[i]) - (number[i] < least[i]);
    if (order < 0)
        *wanted = NGINX_PLAIN;
    return true;
}

void
cli_nginx_version(const struct serve *serve)
{
    static const char apt[] = "apt update && apt install --only-upgrade nginx";
    char version[128];
    const char *wanted;

    if (cli_nginx_version_find(serve, version, &wanted) && wanted != NULL)
        warn_old(version, wanted,
                 strcmp(wanted, NGINX_DEBIAN) == 0 ? apt
                                                   : "install a newer nginx");
}

/* The storage folder and its lock; the runtime folder and its end. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <glob.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "serve.h"

#define ROOT_STORE "/var/lib/jotgate"

#define RUN_LOCK "jotgate.lock" /* marks a runtime folder as ours */

/* What nginx, the broker and we leave in a runtime folder. */
static const char *const leftovers[] = {
    "nginx.conf",    "control.conf", "nginx.pid", "broker.sock", "script.sock",
    "exchange.sock", "next",         "body",      "proxy",       "scgi",
    "fastcgi",       "uwsgi",        "ui",        RUN_LOCK,
};

/* The account of the nginx workers when we are root. */
static int
find_user(struct serve *serve)
{
    struct jg_str user = serve->config.conf.user;
    struct passwd *entry;

    if (user.len == 0)
        user = JG_STR(CLI_USER);
    serve->root = geteuid() == 0;
    serve->group = (gid_t)-1;
    if (user.len >= sizeof(serve->user))
        return cli_fail(CLI_CONFIG, NULL, "user: the name is too long");
    memcpy(serve->user, user.p, user.len);
    serve->user[user.len] = '\0';
    if (!serve->root)
        return CLI_OK;
    if (serve->config.conf.user.len == 0) /* the broker reads it from there */
        setenv("TYK_GW_USER", serve->user, 1);
    entry = getpwnam(serve->user);
    if (entry == NULL)
        return cli_fail(
            CLI_CONFIG,
            "\"user\": an account of this machine, or start jotgate "
            "as that account",
            "there is no user \"%s\" for the nginx workers", serve->user);
    serve->group = entry->pw_gid;
    return CLI_OK;
}

static bool
fits(int n)
{
    return n > 0 && n < PATH_MAX;
}

bool
cli_store_folder(const struct cli_config *config, char out[static PATH_MAX])
{
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");

    if (!config->own_storage)
        return fits(snprintf(out, PATH_MAX, "%.*s",
                             JG_STR_ARG(config->conf.storage.path)));
    if (geteuid() == 0)
        return fits(snprintf(out, PATH_MAX, "%s", ROOT_STORE));
    if (state != NULL && state[0] == '/')
        return fits(snprintf(out, PATH_MAX, "%s/jotgate", state));
    return fits(snprintf(out, PATH_MAX, "%s/.local/state/jotgate",
                         home != NULL ? home : "/tmp"));
}

/* mkdir -p; folders on the way get the usual rights. */
static bool
make_folders(const char *path, mode_t mode)
{
    char part[PATH_MAX];

    for (size_t i = 1; path[i] != '\0'; i++) {
        if (path[i] != '/')
            continue;
        memcpy(part, path, i);
        part[i] = '\0';
        if (mkdir(part, 0755) != 0 && errno != EEXIST)
            return false;
    }
    return mkdir(path, mode) == 0 || errno == EEXIST;
}

/* Hold folder/name as long as we live: it has our pid. Said if not. */
static int
lock_folder(const char *folder, const char *name, const char *fix, int *lock)
{
    char path[PATH_MAX], pid[16] = "";
    ssize_t n;

    if (!fits(snprintf(path, sizeof(path), "%s/%s", folder, name)))
        return cli_fail(CLI_CONFIG, NULL, "%s: the name is too long", folder);
    *lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0640);
    if (*lock < 0)
        return cli_fail(CLI_FAILED, NULL, "cannot write %s: %m", path);
    if (flock(*lock, LOCK_EX | LOCK_NB) != 0) {
        n = read(*lock, pid, sizeof(pid) - 1);
        pid[n > 0 ? strcspn(pid, "\n") : 0] = '\0';
        close(*lock);
        *lock = -1;
        return cli_fail(CLI_FAILED, fix,
                        "the folder %s is in use by another gateway (pid %s)",
                        folder, pid[0] != '\0' ? pid : "not known");
    }
    n = snprintf(pid, sizeof(pid), "%d\n", getpid());
    if (ftruncate(*lock, 0) != 0 || pwrite(*lock, pid, (size_t)n, 0) != n)
        return cli_fail(CLI_FAILED, NULL, "cannot write %s: %m", path);
    return CLI_OK;
}

static int
open_store(struct serve *serve)
{
    char wanted[PATH_MAX], secret[PATH_MAX];

    if (!cli_store_folder(&serve->config, wanted))
        return cli_fail(CLI_CONFIG, NULL, "storage.path is too long");
    if (!make_folders(wanted, 0750) || realpath(wanted, serve->store) == NULL)
        return cli_fail(CLI_FAILED, "\"storage\": {\"path\": \"...\"}",
                        "cannot make the storage folder %s: %m", wanted);
    if (serve->root && chown(serve->store, (uid_t)-1, serve->group) != 0)
        return cli_fail(CLI_FAILED, NULL, "chown %s: %m", serve->store);
    if (!fits(snprintf(secret, sizeof(secret), "%s/secret", serve->store)))
        return cli_fail(CLI_CONFIG, NULL, "storage.path is too long");
    serve->new_secret = access(secret, F_OK) != 0;
    /* Two gateways would write the same counters. */
    return lock_folder(serve->store, "lock",
                       "another storage.path in this configuration, or stop "
                       "the other one",
                       &serve->lock);
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    remove(path);
    return 0;
}

/* Only what is locked is ours to remove. */
static void
empty_run(const char *run)
{
    char path[PATH_MAX];

    for (size_t i = 0; i < sizeof(leftovers) / sizeof(leftovers[0]); i++)
        if (fits(snprintf(path, sizeof(path), "%s/%s", run, leftovers[i])))
            nftw(path, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* Did a gateway of this account die in <folder>? Then <lock> is held now. */
static bool
is_abandoned(const char *folder, int *lock)
{
    char path[PATH_MAX];
    struct stat st;

    /* Only a folder of our own cannot change under our hands in /tmp. */
    if (lstat(folder, &st) != 0 || !S_ISDIR(st.st_mode) ||
        st.st_uid != geteuid() ||
        !fits(snprintf(path, sizeof(path), "%s/" RUN_LOCK, folder)))
        return false;
    *lock = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (*lock < 0)
        return false;
    /* Without a pid in it, somebody is just about to lock it. */
    if (flock(*lock, LOCK_EX | LOCK_NB) == 0 && fstat(*lock, &st) == 0 &&
        st.st_size > 0)
        return true;
    close(*lock);
    return false;
}

/* Remove what gateways left behind that were killed. */
static void
sweep(const char *base)
{
    char pattern[PATH_MAX];
    glob_t found;

    if (!fits(snprintf(pattern, sizeof(pattern), "%s/jotgate-??????", base)) ||
        glob(pattern, GLOB_NOSORT, NULL, &found) != 0)
        return;
    for (size_t i = 0; i < found.gl_pathc; i++) {
        int lock;

        if (!is_abandoned(found.gl_pathv[i], &lock))
            continue;
        empty_run(found.gl_pathv[i]);
        rmdir(found.gl_pathv[i]);
        close(lock);
    }
    globfree(&found);
}

/* A fresh folder where such folders go. */
static bool
fresh_run(struct serve *serve)
{
    const char *base = getenv("XDG_RUNTIME_DIR");

    if (serve->root)
        base = "/run";
    else if (base == NULL || access(base, W_OK) != 0)
        base = getenv("TMPDIR");
    if (base == NULL || access(base, W_OK) != 0)
        base = "/tmp";
    sweep(base);
    if (!fits(snprintf(serve->run, PATH_MAX, "%s/jotgate-XXXXXX", base)))
        return false;
    serve->own_run = mkdtemp(serve->run) != NULL;
    return serve->own_run;
}

/* A folder that we may fill and empty: an empty one, or ours of last time. */
static int
take_run(struct serve *serve)
{
    DIR *dir = opendir(serve->run);
    struct dirent *entry;
    bool empty = true, ours = false;

    if (dir == NULL)
        return cli_fail(CLI_FAILED, NULL, "cannot read %s: %m", serve->run);
    while ((entry = readdir(dir)) != NULL) {
        ours = ours || strcmp(entry->d_name, RUN_LOCK) == 0;
        empty = empty && (strcmp(entry->d_name, ".") == 0 ||
                          strcmp(entry->d_name, "..") == 0);
    }
    closedir(dir);
    if (!empty && !ours)
        return cli_fail(CLI_FAILED, "an empty folder, or one to be made",
                        "--run-dir %s holds files of somebody else",
                        serve->run);
    return lock_folder(serve->run, RUN_LOCK, "--run-dir DIR", &serve->run_lock);
}

/* A unix socket's whole path has 107 bytes at most. */
#define RUN_MAX (107 - sizeof("/broker.sock"))

static int
open_run(struct serve *serve, const char *folder)
{
    if (folder == NULL && !fresh_run(serve))
        return cli_fail(CLI_FAILED, "--run-dir DIR",
                        "cannot make a runtime folder: %m");
    if (folder != NULL &&
        (!make_folders(folder, 0750) || realpath(folder, serve->run) == NULL))
        return cli_fail(CLI_FAILED, NULL, "cannot use --run-dir %s: %m",
                        folder);
    if (strlen(serve->run) > RUN_MAX)
        return cli_fail(CLI_FAILED, "--run-dir /run/jotgate",
                        "the runtime folder's name is too long for a socket: "
                        "%s",
                        serve->run);
    /* The workers connect to the broker's socket in it. */
    if (serve->root && (chown(serve->run, (uid_t)-1, serve->group) != 0 ||
                        chmod(serve->run, 0750) != 0))
        return cli_fail(CLI_FAILED, NULL, "chown %s: %m", serve->run);
    return take_run(serve);
}

int
cli_folders_open(struct serve *serve, const char *run_folder)
{
    int code = find_user(serve);

    serve->lock = serve->run_lock = -1;
    if (code == CLI_OK)
        code = open_store(serve);
    if (code == CLI_OK)
        code = open_run(serve, run_folder);
    return code;
}

void
cli_folders_close(struct serve *serve)
{
    if (serve->run_lock >= 0) {
        empty_run(serve->run);
        close(serve->run_lock);
    }
    if (serve->own_run)
        rmdir(serve->run);
    if (serve->lock >= 0)
        close(serve->lock);
    serve->lock = serve->run_lock = -1;
}

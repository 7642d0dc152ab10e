/* The configuration in force, and how the next one takes its place. */
#include "settings.h"

#include "base/hex.h"
#include "store/files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/random.h>
#include <unistd.h>

#define SETTINGS_CHUNK (64 * 1024)
#define SETTINGS_MAX (64 * 1024 * 1024) /* configuration and its findings */
#define SECRET_BYTES 32
#define SECRET_FILE_MAX 4096

/* The file into <settings>, its findings onto stderr. */
static enum jg_err
read_file(const struct jg_options *options, const struct jg_log *log,
          struct jg_settings *settings)
{
    struct jg_bind_source source = {.file = jg_str(options->conf_path)};
    struct jg_arena *a = &settings->arena;
    struct jg_diags *diags = &settings->diags;
    enum jg_err err = jg_file_read(options->conf_path, a, &source.text);

    if (err != JG_OK) {
        jg_log(log, JG_LOG_ERROR, "%s: %s", options->conf_path,
               err == JG_E_NOT_FOUND ? "no such file" : jg_err_info(err)->help);
        return err;
    }
    jg_diags_init(diags, a);
    source.diags = diags;
    err =
        jg_conf_read(&source, (const char *const *)environ, a, &settings->conf);
    for (const struct jg_diag *d = diags->first; d != NULL; d = d->next)
        jg_log_diag(log, d);
    settings->text = source.text;
    if (err == JG_OK && options->strict && diags->warnings + diags->faults > 0)
        return JG_E_CONF_VALUE;
    return err;
}

enum jg_err
jg_settings_read(const struct jg_options *options, const struct jg_log *log,
                 struct jg_settings **out)
{
    struct jg_settings *settings = jg_mem_grow(NULL, sizeof(*settings));
    enum jg_err err;

    if (settings == NULL)
        return JG_E_NOMEM;
    memset(settings, 0, sizeof(*settings));
    jg_arena_init(&settings->arena, SETTINGS_CHUNK, SETTINGS_MAX);
    err = read_file(options, log, settings);
    if (err != JG_OK) {
        jg_settings_free(settings);
        return err;
    }
    *out = settings;
    return JG_OK;
}

void
jg_settings_free(struct jg_settings *settings)
{
    if (settings == NULL)
        return;
    jg_arena_free(&settings->arena);
    jg_mem_free(settings);
}

/* Made under this name by exactly one process; the others read it. */
static enum jg_err
make_secret(const char *path)
{
    unsigned char bytes[SECRET_BYTES];
    char text[2 * SECRET_BYTES + 1];
    size_t len = 2 * sizeof(bytes) + 1;
    bool written;
    int fd;

    if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
        return JG_E_IO;
    jg_hex_encode(bytes, sizeof(bytes), text);
    text[len - 1] = '\n';
    fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return errno == EEXIST ? JG_OK : JG_E_IO;
    written = write(fd, text, len) == (ssize_t)len && fsync(fd) == 0;
    close(fd);
    jg_mem_wipe(bytes, sizeof(bytes));
    jg_mem_wipe(text, sizeof(text));
    if (written)
        return JG_OK;
    unlink(path);
    return JG_E_IO;
}

/* The trimmed content of <path>, made first when it is missing. */
static enum jg_err
read_secret(const char *path, struct jg_arena *a, struct jg_str *out)
{
    struct jg_str text;
    enum jg_err err = JG_OK;

    if (access(path, F_OK) != 0)
        err = make_secret(path);
    if (err == JG_OK)
        err = jg_file_read(path, a, &text);
    if (err != JG_OK)
        return err;
    text = jg_str_trim(text);
    if (text.len == 0 || text.len > SECRET_FILE_MAX) {
        errno = EINVAL; /* an empty secret would let everybody in */
        return JG_E_IO;
    }
    *out = text;
    return JG_OK;
}

enum jg_err
jg_settings_secret(struct jg_settings *settings,
                   const struct jg_options *options, const struct jg_log *log)
{
    char path[PATH_MAX];
    enum jg_err err = JG_E_IO;
    int n;

    if (settings->conf.secret.len > 0)
        return JG_OK;
    n = snprintf(path, sizeof(path), "%s/secret", options->store_folder);
    errno = ENAMETOOLONG;
    if (n >= 0 && (size_t)n < sizeof(path))
        err = read_secret(path, &settings->arena, &settings->conf.secret);
    if (err != JG_OK)
        jg_log(log, JG_LOG_ERROR, "%s: %s", path, strerror(errno));
    return err;
}

void
jg_settings_use(const struct jg_settings *settings, struct jg_broker *broker)
{
    broker->conf = &settings->conf;
    broker->conf_text = settings->text;
    broker->conf_findings = &settings->diags;
    broker->log.least = jg_log_level(settings->conf.log_level);
}

/* Tell the processes of this generation to make room for the next one. */
static bool
retire(struct jg_broker *broker)
{
    static const uint64_t one = 1;
    int next = jg_broker_make_event();

    if (next < 0)
        return false;
    broker->generation = atomic_fetch_add(&broker->pool->generation, 1) + 1;
    if (write(broker->retire, &one, sizeof(one)) < 0)
        jg_log(&broker->log, JG_LOG_ERROR, "retire: %s", strerror(errno));
    close(broker->retire);
    broker->retire = next;
    jg_broker_wake_keeper(broker);
    return true;
}

bool
jg_settings_renew(struct jg_settings **current,
                  const struct jg_options *options, struct jg_broker *broker)
{
    struct jg_settings *next;

    if (jg_settings_read(options, &broker->log, &next) != JG_OK) {
        jg_log(&broker->log, JG_LOG_ERROR,
               "the configuration was not read again; the one in use stays");
        return false;
    }
    if (jg_str_eq(next->text, (*current)->text) ||
        jg_settings_secret(next, options, &broker->log) != JG_OK ||
        !retire(broker)) {
        jg_settings_free(next);
        return true;
    }
    if (next->conf.broker_processes != (*current)->conf.broker_processes)
        jg_log(&broker->log, JG_LOG_WARN,
               "broker_processes takes effect at the next start");
    jg_settings_use(next, broker);
    jg_settings_free(*current);
    *current = next;
    return true;
}

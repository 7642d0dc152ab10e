/* The doctor's look at files: the configuration, and who may read what. */
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "admin/load.h"
#include "doctor.h"

static void
read_documents(struct doctor *d)
{
    const struct jg_conf *conf = &d->serve.config.conf;
    struct jg_str policies = conf->policies.policy_path;

    d->docs.quiet = true; /* the findings tell */
    cli_documents_add_path(&d->docs, conf->app_path.p);
    if (policies.len == 0)
        policies = conf->policies.policy_record_name;
    if (policies.len > 0)
        cli_documents_add_path(&d->docs, policies.p);
    cli_documents_sort(&d->docs);
    d->apis =
        jg_arena_array(&d->docs.arena, d->docs.count + 1, sizeof(*d->apis));
    for (size_t i = 0; d->apis != NULL && i < d->docs.count; i++) {
        const struct cli_document *doc = &d->docs.items[i];
        const struct jg_bind_source source = {.file = doc->from,
                                              .text = doc->text};

        if (doc->kind != CLI_POLICY && !doc->half)
            jg_api_read(&source, 0, conf, &d->apis[i]);
    }
}

/* Faults, and what is risky; other warnings are for `jotgate check`. */
static void
tell_findings(struct doctor *d)
{
    const struct jg_diags *diags = &d->serve.config.diags;

    for (const struct jg_diag *g = diags->first; g != NULL; g = g->next) {
        char what[700], where[700];

        if (g->severity != JG_FAULT && g->err != JG_E_CONF_RISK)
            continue;
        snprintf(what, sizeof(what), "%.*s%s%.*s",
                 JG_STR_ARG(jg_str_head(g->path, 200)),
                 g->path.len > 0 ? ": " : "",
                 JG_STR_ARG(jg_str_head(g->message, 400)));
        snprintf(where, sizeof(where), g->line > 0 ? "%.*s:%u:%u" : "%.*s",
                 JG_STR_ARG(jg_str_head(g->file, 500)), g->line, g->column);
        doctor_find(d, &(struct doctor_finding){
                           .grade = g->severity == JG_FAULT ? DOCTOR_ERROR
                                                            : DOCTOR_WARNING,
                           .what = what,
                           .where = where,
                           .seen = g->found,
                           .fix = g->fix.len > 0 ? g->fix.p : NULL,
                       });
    }
}

void
doctor_configuration(struct doctor *d)
{
    struct cli_config *config = &d->serve.config;
    const char *path = cli_config_running(d->cli);
    struct jg_load_result result = {0};
    enum jg_err err;

    if (path == NULL) {
        doctor_say(d, DOCTOR_ERROR, "jotgate doctor -c FILE",
                   "there is no configuration to look at");
        return;
    }
    err = cli_config_read(path, config);
    d->readable = err == JG_OK;
    if (d->readable)
        jg_load(&config->conf, config->text, JG_LOAD_CHECK, time(NULL), NULL,
                &config->diags, &result);
    else if (config->diags.faults == 0)
        doctor_say(d, DOCTOR_ERROR, "-c FILE", "%s cannot be read: %s", path,
                   strerror(errno));
    tell_findings(d);
    if (!d->readable)
        return;
    doctor_say(d, DOCTOR_GOOD, NULL, "%s: %u APIs and %u policies can be used",
               path, result.apis, result.policies);
    if (config->diags.faults + config->diags.warnings > 0)
        doctor_say(d, DOCTOR_GOOD, NULL,
                   "%u errors and %u warnings in all: jotgate check -c %s",
                   config->diags.faults, config->diags.warnings, path);
    read_documents(d);
}

/* <path> holds a secret: who else may read it? */
static void
look_at_secret(struct doctor *d, const char *path, const char *holds)
{
    struct stat st;
    char what[300], fix[400], seen[32];

    if (stat(path, &st) != 0 || (st.st_mode & 04) == 0)
        return;
    snprintf(what, sizeof(what), "everybody on this machine can read %s",
             holds);
    snprintf(seen, sizeof(seen), "mode %04o", (unsigned)st.st_mode & 07777);
    snprintf(fix, sizeof(fix), "chmod o-r %.350s", path);
    doctor_find(d, &(struct doctor_finding){.grade = DOCTOR_WARNING,
                                            .what = what,
                                            .where = path,
                                            .seen = jg_str(seen),
                                            .fix = fix});
}

static bool
has_secret(const struct jg_api *api)
{
    return api != NULL && api->def.jwt_source.len > 0 &&
           jg_str_eq(api->def.jwt_signing_method, JG_STR("hmac"));
}

#define FILES_TOLD 5 /* the rest is one line */

static void
look_at_definitions(struct doctor *d)
{
    size_t told = 0, open = 0;

    for (size_t i = 0; d->apis != NULL && i < d->docs.count; i++) {
        const struct cli_document *doc = &d->docs.items[i];
        struct stat st;

        if (!has_secret(d->apis[i]) || stat(doc->from.p, &st) != 0 ||
            (st.st_mode & 04) == 0)
            continue;
        open++;
        if (told++ < FILES_TOLD)
            look_at_secret(d, doc->from.p, "the secret of an API");
    }
    if (open > FILES_TOLD)
        doctor_say(d, DOCTOR_WARNING, "chmod o-r on the folder's files",
                   "and %zu more definitions with a secret are readable by "
                   "everybody",
                   open - FILES_TOLD);
}

static void
look_at_certificates(struct doctor *d)
{
    const struct jg_list *list = &d->serve.config.conf.http.certificates;
    const struct jg_conf_certificate *items = list->items;

    for (size_t i = 0; i < list->count; i++) {
        char path[4096];

        snprintf(path, sizeof(path), "%.*s", JG_STR_ARG(items[i].key_file));
        if (access(path, R_OK) != 0)
            doctor_find(d, &(struct doctor_finding){
                               .grade = DOCTOR_ERROR,
                               .what = "the TLS key cannot be read",
                               .where = path,
                               .seen = jg_str(strerror(errno)),
                               .fix = "correct http_server_options."
                                      "certificates, or the file's rights",
                           });
        look_at_secret(d, path, "a TLS key");
    }
}

/* May <user>, in <group>, go through the folder? */
static bool
may_enter(const struct stat *st, const struct passwd *user)
{
    if (st->st_uid == user->pw_uid)
        return (st->st_mode & 0100) != 0;
    if (st->st_gid == user->pw_gid)
        return (st->st_mode & 0010) != 0;
    return (st->st_mode & 0001) != 0;
}

/* Started as root, the workers are another user, and map the records. */
static void
look_at_way(struct doctor *d, const char *store)
{
    struct jg_str name = d->serve.config.conf.user;
    char path[PATH_MAX], user[64], what[PATH_MAX + 200], fix[PATH_MAX + 40];
    const struct passwd *account;
    struct stat st;

    snprintf(user, sizeof(user), "%.*s",
             JG_STR_ARG(name.len > 0 ? name : JG_STR(CLI_USER)));
    account = getpwnam(user);
    if (geteuid() != 0 || account == NULL)
        return;
    for (size_t i = 1; store[i] != '\0'; i++) {
        if (store[i] != '/')
            continue;
        snprintf(path, sizeof(path), "%.*s", (int)i, store);
        if (stat(path, &st) != 0 || may_enter(&st, account))
            continue;
        snprintf(what, sizeof(what),
                 "the workers run as %s, who may not go through %s: the "
                 "gateway starts, and never answers",
                 user, path);
        snprintf(fix, sizeof(fix), "chmod o+x %s", path);
        doctor_find(d, &(struct doctor_finding){.grade = DOCTOR_ERROR,
                                                .what = what,
                                                .where = store,
                                                .fix = fix});
    }
}

static void
look_at_store(struct doctor *d)
{
    char store[PATH_MAX];
    struct stat st;

    d->serve.root = geteuid() == 0;
    if (!cli_store_folder(&d->serve.config, store))
        return;
    if (stat(store, &st) != 0 && errno != ENOENT)
        doctor_find(d, &(struct doctor_finding){
                           .grade = DOCTOR_ERROR,
                           .what = "the storage folder cannot be reached",
                           .where = store,
                           .seen = jg_str(strerror(errno)),
                           .fix = "another storage.path",
                       });
    else if (errno != ENOENT && access(store, W_OK) != 0)
        doctor_find(d, &(struct doctor_finding){
                           .grade = DOCTOR_WARNING,
                           .what = "this account may not write into the "
                                   "storage folder",
                           .where = store,
                           .fix = "start the gateway, and its doctor, as the "
                                  "folder's owner",
                       });
    look_at_way(d, store);
}

void
doctor_permissions(struct doctor *d)
{
    size_t before = d->counts[DOCTOR_WARNING] + d->counts[DOCTOR_ERROR];

    if (d->serve.config.conf.secret.len > 0)
        look_at_secret(d, d->serve.config.path,
                       "the secret of the control API");
    look_at_definitions(d);
    look_at_certificates(d);
    look_at_store(d);
    if (d->counts[DOCTOR_WARNING] + d->counts[DOCTOR_ERROR] == before)
        doctor_say(d, DOCTOR_GOOD, NULL,
                   "no secret is readable by others, and the storage folder is "
                   "reachable");
}

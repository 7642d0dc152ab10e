/* Whose scripts are checked. */
#include "script_look.h"

#include "clock.h"
#include "script_check.h"
#include "settings.h"
#include "supervise.h"

#include "admin/load.h"
#include "store/records.h"

#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#define ARENA_CHUNK (64 * 1024)
#define ARENA_MAX (64 * 1024 * 1024)
#define FINDINGS_MAX (4 * 1024 * 1024) /* bytes of the line on stdout */
#define ONE_MS 2000 /* for one definition, while its sender waits */

const char *
jg_script_program(void)
{
    static char program[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", program, sizeof(program) - 32);

    if (n <= 0)
        return NULL;
    program[n] = '\0';
    n = strrchr(program, '/') - program + 1;
    snprintf(program + n, sizeof(program) - (size_t)n, "jotgate-script");
    return program;
}

/* The keys of records of definitions with scripts. */
struct keys {
    struct jg_arena arena;
    struct jg_str *items;
    size_t count, room;
};

/* "virtual" or "virtualEndpoint": nobody needs escapes in these. */
static bool
mentions_scripts(struct jg_str text)
{
    return jg_str_contains(text, JG_STR("\"virtual"));
}

static enum jg_err
note_key(void *arg, struct jg_str key, struct jg_str value)
{
    struct keys *keys = arg;
    struct jg_document document;
    struct jg_str *grown;

    if (jg_record_decode(value, &document, NULL) != JG_OK ||
        !mentions_scripts(document.text))
        return JG_OK;
    if (keys->count == keys->room) {
        keys->room = keys->room * 2 + 64;
        grown = jg_arena_array(&keys->arena, keys->room, sizeof(*grown));
        if (grown == NULL)
            return JG_E_NOMEM;
        for (size_t i = 0; i < keys->count; i++)
            grown[i] = keys->items[i];
        keys->items = grown;
    }
    keys->items[keys->count] = jg_arena_str(&keys->arena, key);
    if (keys->items[keys->count].p == NULL)
        return JG_E_NOMEM;
    keys->count++;
    return JG_OK;
}

static void
find_keys(struct jg_store *store, struct keys *keys)
{
    struct jg_txn *txn;

    if (jg_txn_read(store, &txn) != JG_OK)
        return;
    (void)jg_store_each(txn, JG_KIND_API, note_key, keys);
    jg_txn_abort(txn);
}

/* A copy: a reader should be short, and a script may take its time. */
static bool
read_record(struct jg_store *store, struct jg_str key, struct jg_arena *a,
            struct jg_bind_source *out)
{
    struct jg_document document;
    struct jg_txn *txn;
    bool good = false;

    if (jg_txn_read(store, &txn) != JG_OK)
        return false;
    if (jg_record_get_document(txn, JG_KIND_API, key, &document, NULL) ==
        JG_OK) {
        *out = (struct jg_bind_source){.file = jg_arena_str(a, document.file),
                                       .text = jg_arena_str(a, document.text)};
        good = out->file.p != NULL && out->text.p != NULL;
    }
    jg_txn_abort(txn);
    return good;
}

static void
look_at_record(const struct jg_broker *broker, struct jg_script_checker *c,
               struct jg_str key)
{
    struct jg_bind_source source;
    struct jg_api *api;
    struct jg_arena a;

    jg_arena_init(&a, ARENA_CHUNK, ARENA_MAX);
    if (read_record(broker->store, key, &a, &source) &&
        jg_api_read(&source, 0, broker->conf, &api) == JG_OK) {
        jg_script_checker_look(c, &source, api);
        jg_api_free(api);
    }
    jg_arena_free(&a);
}

static void
look_at_records(const struct jg_broker *broker, struct jg_diags *diags)
{
    struct keys keys = {.room = 0};
    struct jg_script_checker c;

    jg_arena_init(&keys.arena, ARENA_CHUNK, ARENA_MAX);
    find_keys(broker->store, &keys);
    jg_script_checker_init(&c, broker->conf, broker->script_program,
                           JG_SCRIPT_CHECK_MS, diags);
    for (size_t i = 0; i < keys.count; i++)
        look_at_record(broker, &c, keys.items[i]);
    jg_script_checker_end(&c);
    jg_arena_free(&keys.arena);
}

void
jg_script_look_all(const struct jg_broker *broker, struct jg_diags *diags)
{
    struct jg_diags found;
    enum jg_err err;

    jg_diags_init(&found, diags->arena);
    if (broker->conf->enable_jsvm && broker->script_program != NULL)
        look_at_records(broker, &found);
    for (const struct jg_diag *d = found.first; d != NULL; d = d->next)
        jg_diags_add(diags, d);
    err = jg_load_keep_findings(broker->store, &found);
    if (err != JG_OK)
        jg_log(&broker->log, JG_LOG_WARN,
               "what is wrong with scripts is not kept for /tyk/system: %s",
               jg_err_info(err)->help);
}

void
jg_script_look_one(void *arg, const struct jg_bind_source *source,
                   const struct jg_api *api)
{
    const struct jg_broker *broker = arg;
    struct jg_script_checker c;

    if (broker->script_program == NULL)
        return;
    jg_script_checker_init(&c, broker->conf, broker->script_program, ONE_MS,
                           source->diags);
    jg_script_checker_look(&c, source, api);
    jg_script_checker_end(&c);
}

static void
look_at_file(void *arg, const struct jg_bind_source *source,
             const struct jg_api *api)
{
    jg_script_checker_look(arg, source, api);
}

static bool
print(const struct jg_diags *found)
{
    struct jg_buf b;
    bool good;

    jg_buf_init(&b, FINDINGS_MAX);
    jg_buf_add(&b, JG_STR("\n["));
    for (const struct jg_diag *d = found->first; d != NULL; d = d->next) {
        jg_buf_add(&b, d == found->first ? JG_STR("") : JG_STR(","));
        jg_diag_print_json(&b, d);
    }
    jg_buf_add(&b, JG_STR("]\n"));
    good = !b.failed && fwrite(b.p, 1, b.len, stdout) == b.len &&
           fflush(stdout) == 0;
    jg_buf_free(&b);
    return good;
}

static bool
look_at_files(const struct jg_conf *conf)
{
    struct jg_diags found, said; /* said: by who asks, too */
    struct jg_load_result result;
    struct jg_script_checker c;
    struct jg_arena a;
    const char *program = jg_script_program();
    bool good;

    jg_arena_init(&a, ARENA_CHUNK, ARENA_MAX);
    jg_diags_init(&found, &a);
    jg_diags_init(&said, &a);
    jg_script_checker_init(&c, conf, program, JG_SCRIPT_CHECK_MS, &found);
    good = program != NULL && jg_load_look_at(conf, jg_clock_s(), look_at_file,
                                              &c, &said, &result) == JG_OK;
    jg_script_checker_end(&c);
    good = good && print(&found);
    jg_arena_free(&a);
    return good;
}

int
jg_script_look_files(const struct jg_options *options)
{
    const struct jg_log log = {JG_LOG_ERROR, "scripts"};
    struct jg_settings *settings;
    bool good;

    if (jg_settings_read(options, &log, &settings) != JG_OK)
        return JG_EXIT_CONF;
    good = look_at_files(&settings->conf);
    jg_settings_free(settings);
    return good ? 0 : JG_EXIT_FAILURE;
}

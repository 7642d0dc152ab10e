/* A gateway's folders in a temporary place, and the control API over them. */
#ifndef JG_TESTS_ADMIN_CHECK_H
#define JG_TESTS_ADMIN_CHECK_H

#include "check.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "admin/admin.h"
#include "base/json.h"
#include "remove_folder.h"
#include "store/records.h"

#define SECRET "the-secret-of-the-tests"
#define NOW_S 1787308272 /* 2026-08-21 10:31:12 UTC: long after the files */

/* A definition that works, with the listen path /<id>/. */
#define API(id)                                                     \
    "{\"api_id\":\"" id "\",\"name\":\"" id "\",\"active\":true,"   \
    "\"use_keyless\":true,\"proxy\":{\"listen_path\":\"/" id "/\"," \
    "\"target_url\":\"http://127.0.0.1:9/\"},"                      \
    "\"version_data\":{\"not_versioned\":true}}"

#define POLICY(id)                                                  \
    "{\"id\":\"" id "\",\"org_id\":\"o\",\"access_rights\":{\"a\":" \
    "{\"api_id\":\"a\",\"versions\":[\"Default\"]}}}"

struct gateway {
    char root[64], apps[80], policies[80];
    struct jg_conf conf;
    struct jg_store *store;
    struct jg_counters *counters;
    struct jg_journal *journal;
    struct jg_admin admin;
    enum jg_admin_port port;
    const char *secret;                   /* that requests carry */
    const char *if_match, *if_none_match; /* the same; NULL: not */
    struct jg_arena arena, diag_arena, conf_arena;
    struct jg_admin_response response; /* the last one */
    struct jg_diags diags;             /* of the last load */
    struct jg_load_result result;
    int64_t now_s; /* of loads */
};

static inline void
make_folder(const char *path)
{
    assert_int_equal(mkdir(path, 0700), 0);
}

/* Empty folders in a new place. */
static inline void
gateway_place(struct gateway *g)
{
    memset(g, 0, sizeof(*g));
    snprintf(g->root, sizeof(g->root), "%s/jotgate-admin-XXXXXX",
             access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    assert_non_null(mkdtemp(g->root));
    snprintf(g->apps, sizeof(g->apps), "%s/apps", g->root);
    snprintf(g->policies, sizeof(g->policies), "%s/policies", g->root);
    make_folder(g->apps);
    make_folder(g->policies);
}

/* What a process opens of it. */
static inline void
gateway_attach(struct gateway *g)
{
    struct jg_store_options options = {
        .max_bytes = 256 << 20, .writable = true, .group = (gid_t)-1};
    const struct jg_bind_source source = {.text = JG_STR("{}")};
    char fault[JG_STORE_FAULT_MAX] = "", path[96];

    snprintf(path, sizeof(path), "%s/store", g->root);
    options.path = path;
    if (jg_store_open(&options, &g->store, fault) != JG_OK)
        fail_msg("store: %s", fault);
    snprintf(path, sizeof(path), "%s/counters", g->root);
    assert_err(jg_counters_open(path, &g->counters), JG_OK);
    snprintf(path, sizeof(path), "%s/journal", g->root);
    assert_err(jg_journal_open(path, &g->journal), JG_OK);

    jg_arena_init(&g->arena, 64 * 1024, 512 << 20);
    jg_arena_init(&g->diag_arena, 64 * 1024, 64 << 20);
    jg_arena_init(&g->conf_arena, 4096, 1 << 20);
    jg_diags_init(&g->diags, &g->diag_arena);
    jg_admin_response_init(&g->response);
    assert_err(jg_conf_read(&source, NULL, &g->conf_arena, &g->conf), JG_OK);
    g->conf.app_path = jg_str(g->apps);
    g->conf.policies.policy_path = jg_str(g->policies);
    g->conf.secret = JG_STR(SECRET);
    g->admin = (struct jg_admin){
        .conf = &g->conf,
        .store = g->store,
        .counters = g->counters,
        .journal = g->journal,
        .now_s = NOW_S,
        .random = "\x01\x23\x45\x67\x89\xab\xcd\xef"
                  "\xfe\xdc\xba\x98\x76\x54\x32\x10",
        .loaded = true,
    };
    g->port = JG_PORT_CONTROL;
    g->secret = SECRET;
    g->now_s = INT64_C(1) << 33; /* every file has rested */
}

static inline void
gateway_open(struct gateway *g)
{
    gateway_place(g);
    gateway_attach(g);
}

static inline void
gateway_detach(struct gateway *g)
{
    jg_admin_response_free(&g->response);
    jg_arena_free(&g->arena);
    jg_arena_free(&g->diag_arena);
    jg_arena_free(&g->conf_arena);
    jg_journal_close(g->journal);
    jg_counters_close(g->counters);
    jg_store_close(g->store);
}

static inline void
gateway_close(struct gateway *g)
{
    gateway_detach(g);
    remove_folder(g->root);
}

/*
 * Two edits within one tick of the file system's clock look like one, and
 * tests are that fast: every edit gets a time of its own.
 */
static inline void
set_own_time(int fd)
{
    static long edits;
    struct timespec times[2];
    struct stat st;

    assert_int_equal(fstat(fd, &st), 0);
    times[0] = times[1] = st.st_mtim;
    times[1].tv_nsec = (times[1].tv_nsec + ++edits) % 1000000000;
    assert_int_equal(futimens(fd, times), 0);
}

/* Put <text> into folder/name. */
static inline void
put_file(const char *folder, const char *name, const char *text)
{
    char path[256];
    int fd;

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    set_own_time(fd);
    close(fd);
}

static inline void
drop_file(const char *folder, const char *name)
{
    char path[256];

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    assert_int_equal(unlink(path), 0);
}

/* The file's text, or "(none)". In g->arena. */
static inline struct jg_str
file_text(struct gateway *g, const char *folder, const char *name)
{
    struct jg_str text = JG_STR("(none)");
    char path[256];

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    jg_file_read(path, &g->arena, &text);
    return text;
}

/* Load the files and commit; findings are in g->diags. */
static inline enum jg_err
load(struct gateway *g, enum jg_load_mode mode)
{
    struct jg_txn *txn = NULL;
    enum jg_err err;

    jg_arena_free(&g->diag_arena);
    jg_diags_init(&g->diags, &g->diag_arena);
    memset(&g->result, 0, sizeof(g->result));
    if (mode != JG_LOAD_CHECK)
        assert_err(jg_txn_write(g->store, &txn), JG_OK);
    err = jg_load(&g->conf, JG_STR("{\"secret\":\"s\"}"), mode, g->now_s, txn,
                  &g->diags, &g->result);
    if (txn != NULL && err == JG_OK)
        err = jg_txn_commit(txn);
    else
        jg_txn_abort(txn);
    return err;
}

/* Load, and nothing may be wrong. */
static inline void
load_clean(struct gateway *g, enum jg_load_mode mode)
{
    assert_err(load(g, mode), JG_OK);
    for (struct jg_diag *d = g->diags.first; d != NULL; d = d->next)
        if (d->severity == JG_FAULT)
            fail_msg("%.*s: %.*s: %.*s", JG_STR_ARG(d->file),
                     JG_STR_ARG(d->path), JG_STR_ARG(d->message));
}

/* The finding whose message holds <part>, or NULL. */
static inline const struct jg_diag *
finding(const struct gateway *g, const char *part)
{
    for (const struct jg_diag *d = g->diags.first; d != NULL; d = d->next)
        if (memmem(d->message.p, d->message.len, part, strlen(part)) != NULL)
            return d;
    return NULL;
}

static inline void
assert_finding(const struct gateway *g, enum jg_err err, const char *part)
{
    const struct jg_diag *d = finding(g, part);

    if (d == NULL) {
        for (d = g->diags.first; d != NULL; d = d->next)
            print_error("%.*s: %.*s\n", JG_STR_ARG(d->file),
                        JG_STR_ARG(d->message));
        fail_msg("no finding says \"%s\"", part);
    }
    assert_err(d->err, err);
}

/* The text of a record, or "(none)"; in g->arena. */
static inline struct jg_str
record_text(struct gateway *g, enum jg_kind kind, const char *key)
{
    struct jg_str text = JG_STR("(none)");
    struct jg_document document;
    struct jg_txn *txn;

    assert_err(jg_txn_read(g->store, &txn), JG_OK);
    if (jg_record_get_document(txn, kind, jg_str(key), &document, NULL) ==
        JG_OK)
        text = jg_arena_str(&g->arena, document.text);
    jg_txn_abort(txn);
    return text;
}

static inline struct jg_str
header(const char *value)
{
    return value != NULL ? jg_str(value) : (struct jg_str){NULL, 0};
}

/* Ask; the answer is in g->response. <path> may have a query. */
static inline struct jg_str
ask(struct gateway *g, const char *method, const char *path, const char *body)
{
    struct jg_str target = jg_str(path);
    size_t end = jg_str_find(target, '?');
    const struct jg_admin_request request = {
        .method = jg_str(method),
        .path = jg_str_head(target, end),
        .query = jg_str_from(target, end + 1),
        .body = jg_str(body),
        .authorization = jg_str(g->secret),
        .if_match = header(g->if_match),
        .if_none_match = header(g->if_none_match),
        .port = g->port,
    };

    jg_admin_response_free(&g->response);
    jg_admin_response_init(&g->response);
    jg_admin_answer(&g->admin, &request, &g->arena, &g->response);
    return jg_buf_str(&g->response.body);
}

/* A request and its whole answer. */
struct exchange {
    const char *method, *path, *body;
    int status;
    const char *answer; /* NULL: any */
};

static inline void
assert_exchange(struct gateway *g, const struct exchange *row)
{
    struct jg_str got = ask(g, row->method, row->path, row->body);

    if (g->response.status == row->status &&
        (row->answer == NULL || jg_str_eq(got, jg_str(row->answer))))
        return;
    fail_msg("%s %s: got %d %.*s, want %d %s", row->method, row->path,
             g->response.status, JG_STR_ARG(got), row->status,
             row->answer != NULL ? row->answer : "");
}

#define FAILED(text) "{\"status\":\"error\",\"message\":\"" text "\"}\n"
#define OK_TEXT(text) "{\"status\":\"ok\",\"message\":\"" text "\"}\n"
#define CHANGED(key, action) \
    "{\"key\":\"" key "\",\"status\":\"ok\",\"action\":\"" action "\"}\n"

#endif

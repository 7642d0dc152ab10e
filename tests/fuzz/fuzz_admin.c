/*
 * Requests to the control API, as a client sends them, one after the other:
 *   C POST /tyk/apis?query NEWLINE body NUL
 * C, S, L is the port (control, shared, listen) with the secret, c, s, l
 * without it. Lines "@match VALUE" and "@none VALUE" before the body are its
 * If-Match and If-None-Match. Every answer has one of the known statuses and is
 * JSON, nothing is written outside the two folders, and whatever was written
 * can be loaded. A document of elsewhere that an answer needs is the body.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "admin/admin.h"
#include "base/json.h"
#include "remove_folder.h"

#define SECRET "secret"
#define LOAD_NOW_S (INT64_C(1) << 33) /* every file has rested */
#define REQUESTS_MAX 16               /* of one input */
#define FOLDER_ENTRIES 5              /* apps, counters, journal, ... */

struct gateway {
    char root[64], apps[80], policies[80];
    struct jg_conf conf;
    struct jg_arena conf_arena;
    struct jg_admin admin;
    bool wrote; /* since the folders were emptied */
};

static struct gateway g;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool good)
{
    if (!good)
        abort();
}

static void
clean_up(void)
{
    jg_store_close(g.admin.store);
    jg_counters_close(g.admin.counters);
    jg_journal_close(g.admin.journal);
    jg_arena_free(&g.conf_arena);
    remove_folder(g.root);
}

static void
open_store(void)
{
    struct jg_store_options options = {
        .max_bytes = 64 << 20, .writable = true, .group = (gid_t)-1};
    char path[96], fault[JG_STORE_FAULT_MAX];

    snprintf(path, sizeof(path), "%s/store", g.root);
    options.path = path;
    must(jg_store_open(&options, &g.admin.store, fault) == JG_OK);
    snprintf(path, sizeof(path), "%s/counters", g.root);
    must(jg_counters_open(path, &g.admin.counters) == JG_OK);
    snprintf(path, sizeof(path), "%s/journal", g.root);
    must(jg_journal_open(path, &g.admin.journal) == JG_OK);
}

/* Once: a gateway in a folder in memory. */
static void
set_up(void)
{
    const struct jg_bind_source source = {.text = JG_STR("{}")};
    const char *place = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";

    if (g.root[0] != '\0')
        return;
    snprintf(g.root, sizeof(g.root), "%s/jotgate-fuzz-XXXXXX", place);
    must(mkdtemp(g.root) != NULL);
    snprintf(g.apps, sizeof(g.apps), "%s/apps", g.root);
    snprintf(g.policies, sizeof(g.policies), "%s/policies", g.root);
    must(mkdir(g.apps, 0700) == 0 && mkdir(g.policies, 0700) == 0);
    jg_arena_init(&g.conf_arena, 4096, 1 << 20);
    must(jg_conf_read(&source, NULL, &g.conf_arena, &g.conf) == JG_OK);
    g.conf.app_path = jg_str(g.apps);
    g.conf.policies.policy_path = jg_str(g.policies);
    g.conf.secret = JG_STR(SECRET);
    g.admin.conf = &g.conf;
    g.admin.now_s = 1787308272;
    g.admin.loaded = true;
    open_store();
    atexit(clean_up);
}

static void
load(enum jg_load_mode mode)
{
    struct jg_load_result result;
    struct jg_diags diags;
    struct jg_arena a;
    struct jg_txn *txn;

    jg_arena_init(&a, 4096, 64 << 20);
    jg_diags_init(&diags, &a);
    must(jg_txn_write(g.admin.store, &txn) == JG_OK);
    must(jg_load(&g.conf, JG_STR("{}"), mode, LOAD_NOW_S, txn, &diags,
                 &result) == JG_OK);
    must(jg_txn_commit(txn) == JG_OK);
    jg_arena_free(&a);
}

/* How many entries the folder has; with <empty> they are removed. */
static size_t
entries(const char *folder, bool empty)
{
    DIR *dir = opendir(folder);
    struct dirent *entry;
    size_t count = 0;

    must(dir != NULL);
    while ((entry = readdir(dir)) != NULL) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        count++;
        if (empty)
            must(unlinkat(dirfd(dir), entry->d_name, 0) == 0);
    }
    closedir(dir);
    return count;
}

/* 5xx that a client may cause: those that Tyk has, too. */
static bool
is_known(int status, struct jg_str body)
{
    static const int known[] = {200, 304, 400, 403, 404,
                                405, 409, 412, 502, 507};
    static const char *const texts[] = {
        "Delete failed\"}", "Unmarshalling failed\"}", "Failed to create key",
        "Could not write key data\"}"};
    const struct jg_str head = JG_STR("{\"status\":\"error\",\"message\":\"");

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (status == known[i])
            return true;
    if (status != 500 || !jg_str_starts(body, head))
        return false;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        if (jg_str_starts(jg_str_from(body, head.len), jg_str(texts[i])))
            return true;
    return false;
}

static void
check(const struct jg_admin_response *response, struct jg_arena *a)
{
    struct jg_str body = jg_buf_str(&response->body);
    const struct jg_json *json;

    must(is_known(response->status, body));
    must((response->content_type == NULL) == (response->status == 304));
    must(memchr(response->etag, '\0', sizeof(response->etag)) != NULL);
    if (response->content_type == NULL)
        must(body.len == 0 && response->etag[0] == '"');
    else if (strcmp(response->content_type, "application/json") == 0 ||
             strcmp(response->content_type, "application/octet-stream") == 0)
        must(jg_json_parse(body, &jg_json_limits_conf, a, &json, NULL) ==
             JG_OK);
    else
        must(response->status == 404 || jg_str_starts(body, JG_STR("# HELP ")));
}

/* Ask, and get what the answer needs. */
static void
ask(const struct jg_admin_request *request, struct jg_arena *a,
    struct jg_admin_response *response)
{
    struct jg_admin_fetched fetched[JG_ADMIN_FETCHES_MAX];
    struct jg_admin_request again = *request;

    jg_admin_answer(&g.admin, request, a, response);
    again.fetched = fetched;
    while (response->wanted.p != NULL) {
        must(again.fetched_count < JG_ADMIN_FETCHES_MAX);
        fetched[again.fetched_count++] = (struct jg_admin_fetched){
            .url = response->wanted, .body = request->body};
        jg_admin_response_free(response);
        jg_admin_response_init(response);
        jg_admin_answer(&g.admin, &again, a, response);
    }
}

static void
answer(const struct jg_admin_request *request)
{
    struct jg_admin_response response;
    struct jg_arena a;

    jg_arena_init(&a, 4096, 256 << 20);
    jg_admin_response_init(&response);
    ask(request, &a, &response);
    check(&response, &a);
    must(!jg_str_eq(request->method, JG_STR("POST")) ||
         request->authorization.len > 0 || response.status >= 400);
    if (jg_str_starts(jg_buf_str(&response.body), JG_STR("{\"key\":")))
        g.wrote = true;
    if (response.reload)
        load(JG_LOAD_RELOAD);
    jg_admin_response_free(&response);
    jg_arena_free(&a);
}

/* The lines of conditions that <rest> begins with. */
static void
conditions_of(struct jg_str *rest, struct jg_admin_request *request)
{
    const struct {
        struct jg_str name, *value;
    } rows[] = {
        {JG_STR("@match "), &request->if_match},
        {JG_STR("@none "), &request->if_none_match},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct jg_str line;

        if (!jg_str_starts(*rest, rows[i].name))
            continue;
        jg_str_next(rest, '\n', &line);
        *rows[i].value = jg_str_from(line, rows[i].name.len);
    }
}

/* One request; its line is malformed when it has not three parts. */
static void
request_of(struct jg_str block)
{
    static const char ports[] = "CLS"; /* as in enum jg_admin_port */
    struct jg_admin_request request = {.port = JG_PORT_CONTROL};
    struct jg_str rest = block, line, part;
    size_t end;

    jg_str_next(&rest, '\n', &line);
    conditions_of(&rest, &request);
    request.body = rest;
    if (!jg_str_next(&line, ' ', &part) || part.len != 1)
        return;
    for (unsigned i = 0; i < 3; i++)
        if ((part.p[0] | 0x20) == (ports[i] | 0x20))
            request.port = (enum jg_admin_port)i;
    if (part.p[0] >= 'A' && part.p[0] <= 'Z')
        request.authorization = JG_STR(SECRET);
    if (!jg_str_next(&line, ' ', &request.method))
        return;
    end = jg_str_find(line, '?');
    request.path = jg_str_head(line, end);
    request.query = jg_str_from(line, end + 1);
    answer(&request);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct jg_str rest = {(const char *)data, size}, block;

    set_up();
    for (int i = 0; i < REQUESTS_MAX && jg_str_next(&rest, '\0', &block); i++)
        request_of(block);
    must(entries(g.root, false) == FOLDER_ENTRIES);
    if (!g.wrote)
        return 0;
    load(JG_LOAD_RELOAD);
    load(JG_LOAD_START);
    entries(g.apps, true);
    entries(g.policies, true);
    load(JG_LOAD_RELOAD);
    g.wrote = false;
    return 0;
}

/* A store with keys of callers, and decisions about those who present them. */
#ifndef JG_TESTS_STORED_CHECK_H
#define JG_TESTS_STORED_CHECK_H

#include "access_check.h"

#include <unistd.h>

#include "access/respond.h"
#include "remove_folder.h"
#include "store/keys.h"

/* An API that takes stored keys; <more> begins with a comma, or is empty. */
#define KEY_API(id, more)                                                    \
    {                                                                        \
        id, "{\"api_id\":\"" id "\",\"org_id\":\"default\",\"active\":true," \
            "\"use_standard_auth\":true,\"proxy\":{\"listen_path\":\"/" id   \
            "/\",\"target_url\":\"http://127.0.0.1:8000\","                  \
            "\"strip_listen_path\":true}" more "}"                           \
    }

struct world {
    char folder[64];
    struct jg_store *store;
    struct jg_snapshot *snapshot;
    struct jg_token_cache *cache; /* or NULL */
};

/* How a decision went. */
struct answer {
    enum jg_err reason;
    int status;
    bool cached;
    char text[128], authenticate[64], id[512], seen[512];
    char policies[64]; /* ids, with spaces between */
};

static inline void
world_open(struct world *w, const char *conf, const struct doc *apis,
           size_t api_count, const struct doc *policies, size_t policy_count)
{
    struct jg_store_options options = {
        .max_bytes = 16 << 20, .writable = true, .group = (gid_t)-1};
    struct world fresh = {.store = NULL};
    char path[96], fault[JG_STORE_FAULT_MAX] = "";

    snprintf(fresh.folder, sizeof(fresh.folder), "%s/jotgate-stored-XXXXXX",
             access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    assert_non_null(mkdtemp(fresh.folder));
    *w = fresh;
    snprintf(path, sizeof(path), "%s/store", w->folder);
    options.path = path;
    if (jg_store_open(&options, &w->store, fault) != JG_OK)
        fail_msg("store: %s", fault);
    w->snapshot =
        snapshot_with(NULL, 1, conf, apis, api_count, policies, policy_count);
}

static inline void
world_close(struct world *w)
{
    jg_cache_free(w->cache);
    jg_snapshot_free(w->snapshot);
    jg_store_close(w->store);
    remove_folder(w->folder);
}

/* Store <session> under all of <key>. */
static inline void
store_key_until(struct world *w, struct jg_str key, const char *session,
                int64_t ends_s)
{
    struct jg_stored_key record = {.name = key,
                                   .org_id = JG_STR("default"),
                                   .session = jg_str(session),
                                   .ends_s = ends_s};
    struct jg_key_id id;
    struct jg_txn *txn;

    assert_err(jg_key_id(key, &id), JG_OK);
    assert_err(jg_txn_write(w->store, &txn), JG_OK);
    assert_err(jg_stored_key_put(txn, &id, &record), JG_OK);
    assert_err(jg_txn_commit(txn), JG_OK);
}

static inline void
store_key(struct world *w, const char *key, const char *session)
{
    store_key_until(w, jg_str(key), session, 0);
}

static inline void
drop_key(struct world *w, const char *key)
{
    struct jg_key_id id;
    struct jg_txn *txn;

    assert_err(jg_key_id(jg_str(key), &id), JG_OK);
    assert_err(jg_txn_write(w->store, &txn), JG_OK);
    assert_err(jg_stored_key_delete(txn, &id), JG_OK);
    assert_err(jg_txn_commit(txn), JG_OK);
}

static inline void
copy_text(char *out, size_t max, struct jg_str text)
{
    snprintf(out, max, "%.*s", JG_STR_ARG(text));
}

static inline void
note_answer(struct world *w, struct jg_decision *d, struct answer *out)
{
    struct jg_error_response response;

    (void)w;
    memset(out, 0, sizeof(*out));
    out->reason = d->reason;
    out->cached = d->cached;
    out->status = d->reason == JG_OK ? 200 : jg_decision_status(d);
    copy_text(out->id, sizeof(out->id), d->session.id);
    for (size_t i = 0; i < d->session.policy_count; i++) {
        size_t len = strlen(out->policies);

        snprintf(out->policies + len, sizeof(out->policies) - len, "%s%.*s",
                 i > 0 ? " " : "", JG_STR_ARG(d->session.policies[i]->id));
    }
    for (size_t i = 0; i < d->trace->count; i++)
        if (d->trace->steps[i].seen.len > 0)
            copy_text(out->seen, sizeof(out->seen), d->trace->steps[i].seen);
    if (d->reason == JG_OK)
        return;
    assert_err(jg_respond_decision(d, &response), JG_OK);
    copy_text(out->text, sizeof(out->text), jg_decision_text(d));
    copy_text(out->authenticate, sizeof(out->authenticate),
              response.authenticate);
}

/*
 * Decide about <target> with these header lines; "%T" in both is <token>. What
 * passes the steps of callers waits for no address: it counts as passed.
 */
static inline void
ask(struct world *w, const char *target, const char *lines, struct jg_str token,
    struct answer *out)
{
    static struct client c;
    static struct jg_trace trace;
    struct jg_decision d;
    struct jg_arena a;

    make_request(&c, target, lines, token);
    start_decision(&d, w->snapshot, &c, &a);
    d.with.store = w->store;
    d.with.cache = w->cache;
    d.trace = &trace;
    assert_int_not_equal(jg_decide(&d), JG_WANT);
    note_answer(w, &d, out);
    end_decision(&d);
    end_request(&c);
}

/* Reason of the answer to <key> in the Authorization header. */
static inline enum jg_err
present(struct world *w, const char *target, const char *key)
{
    struct answer answer;

    ask(w, target, "Authorization: %T", jg_str(key), &answer);
    return answer.reason;
}

#endif

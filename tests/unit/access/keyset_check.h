/*
 * A store with key sets by URL, keys to put into them, and APIs that use them.
 */
#ifndef JG_TESTS_KEYSET_CHECK_H
#define JG_TESTS_KEYSET_CHECK_H

#include "access_check.h"

#include <unistd.h>

#include "jose/export.h"
#include "remove_folder.h"

#define KEYS 4 /* signers, each with its kid "k0" ... */
#define FETCHED (NOW - 100)

/* A JWT API for ES256 with these sources of keys. */
#define KEY_API(id, source)                                                 \
    {                                                                       \
        id, "{\"api_id\":\"" id "\",\"org_id\":\"default\",\"active\":true" \
            ",\"enable_jwt\":true,\"jwt_signing_method\":\"ecdsa\","        \
            "\"jwt_default_policies\":[\"all\"],\"proxy\":{"                \
            "\"listen_path\":\"/" id "/\","                                 \
            "\"target_url\":\"http://127.0.0.1:8000\"}" source "}"          \
    }

struct keysets {
    char folder[64];
    struct jg_store *store;
    struct jg_counters *counters;
    struct jg_keysets *sets;
    struct jg_signer *signers[KEYS];
};

static inline void
keysets_open(struct keysets *k)
{
    struct jg_store_options options = {
        .max_bytes = 16 << 20, .writable = true, .group = (gid_t)-1};
    struct keysets fresh = {.store = NULL};
    char path[96], fault[JG_STORE_FAULT_MAX] = "";

    snprintf(fresh.folder, sizeof(fresh.folder), "%s/jotgate-keysets-XXXXXX",
             access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    assert_non_null(mkdtemp(fresh.folder));
    *k = fresh;
    snprintf(path, sizeof(path), "%s/store", k->folder);
    options.path = path;
    if (jg_store_open(&options, &k->store, fault) != JG_OK)
        fail_msg("store: %s", fault);
    snprintf(path, sizeof(path), "%s/counters", k->folder);
    assert_err(jg_counters_open(path, &k->counters), JG_OK);
    assert_err(jg_keysets_new(&k->sets), JG_OK);
    for (size_t i = 0; i < KEYS; i++)
        assert_err(jg_signer_generate(jg_alg_find(JG_STR("ES256")), 0,
                                      &k->signers[i], NULL),
                   JG_OK);
}

static inline void
keysets_close(struct keysets *k)
{
    for (size_t i = 0; i < KEYS; i++)
        jg_signer_free(k->signers[i]);
    jg_keysets_free(k->sets);
    jg_counters_close(k->counters);
    jg_store_close(k->store);
    remove_folder(k->folder);
}

/* Append the JWK of key <i> with this kid (empty: none). */
static inline void
add_jwk(const struct keysets *k, struct jg_buf *b, unsigned i, const char *kid)
{
    const struct jg_jwk_names names = {.kid = jg_str(kid)};

    assert_err(jg_jwk_write(jg_signer_key(k->signers[i]), &names, b), JG_OK);
}

/*
 * The set of the keys in <keys>: "01" are keys 0 and 1 with the kids "k0" and
 * "k1"; "-2" is key 2 without kid, "=3" is key 3 with the kid "k0".
 */
static inline void
make_set(const struct keysets *k, const char *keys, struct jg_buf *b)
{
    bool first = true;

    jg_buf_add(b, JG_STR("{\"keys\":["));
    for (const char *p = keys; *p != '\0'; p++) {
        char kid[] = "k0";

        if (!first)
            jg_buf_addc(b, ',');
        first = false;
        if (*p == '-' || *p == '=') {
            const char *name = *p == '-' ? "" : kid;

            add_jwk(k, b, (unsigned)(*++p - '0'), name);
            continue;
        }
        kid[1] = *p;
        add_jwk(k, b, (unsigned)(*p - '0'), kid);
    }
    jg_buf_add(b, JG_STR("]}"));
    assert_false(b->failed);
}

/* Write the record of <id> and tell everybody, or not. */
static inline void
put_record(struct keysets *k, struct jg_str id, const struct jg_keyset *record,
           bool tell)
{
    struct jg_txn *txn;

    assert_err(jg_txn_write(k->store, &txn), JG_OK);
    assert_err(jg_keyset_put(txn, id, record), JG_OK);
    assert_err(jg_txn_commit(txn), JG_OK);
    if (tell)
        jg_counters_bump_keysets(k->counters);
}

/* As after a good fetch of these keys; NULL: one that failed, so far. */
static inline void
put_set(struct keysets *k, struct jg_str id, const char *keys,
        int64_t fetched_s, int64_t tried_s)
{
    struct jg_keyset record = {.url = JG_STR("https://set.example/"),
                               .fetched_s = fetched_s,
                               .tried_s = tried_s};
    struct jg_buf b;

    jg_buf_init(&b, 1024 * 1024);
    if (keys != NULL) {
        make_set(k, keys, &b);
        record.body = jg_buf_str(&b);
    } else {
        record.fault = JG_STR("connection refused");
    }
    put_record(k, id, &record, true);
    jg_buf_free(&b);
}

static inline void
drop_set(struct keysets *k, struct jg_str id)
{
    struct jg_txn *txn;

    assert_err(jg_txn_write(k->store, &txn), JG_OK);
    assert_err(jg_store_delete(txn, JG_KIND_KEYSET, id), JG_OK);
    assert_err(jg_txn_commit(txn), JG_OK);
}

/* The id of set <i> of the API <api>. */
static inline struct jg_str
id_of_set(const struct jg_snapshot *snapshot, const char *api, size_t i)
{
    const struct jg_api *found = jg_snapshot_api(snapshot, jg_str(api));

    assert_non_null(found);
    assert_true(i < found->key_url_count);
    return found->key_urls[i].id;
}

/* A token of key <i> with this kid (NULL: none) and these claims. */
static inline void
make_es256(const struct keysets *k, unsigned i, const char *kid,
           const char *claims, struct jg_buf *out)
{
    char header[128];

    if (kid != NULL)
        snprintf(header, sizeof(header), "{\"alg\":\"ES256\",\"kid\":\"%s\"}",
                 kid);
    else
        snprintf(header, sizeof(header), "{\"alg\":\"ES256\"}");
    jg_buf_reset(out);
    assert_err(jg_sign(k->signers[i], jg_alg_find(JG_STR("ES256")),
                       jg_str(header), jg_str(claims), out),
               JG_OK);
}

#endif

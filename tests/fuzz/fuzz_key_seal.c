/*
 * "KEY NEWLINE session": whatever a session holds, sealing and opening give it
 * back, what is JSON stays JSON, and no token of the key's is left in it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "remove_folder.h"
#include "store/key_seal.h"

static struct {
    char folder[64];
    struct jg_store *store;
    struct jg_txn *txn; /* open until the end: nothing is written */
} g;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(bool good)
{
    if (!good)
        abort();
}

static void
clean_up(void)
{
    jg_txn_abort(g.txn);
    jg_store_close(g.store);
    remove_folder(g.folder);
}

/* Once: a store with its secret, in a folder in memory. */
static void
set_up(void)
{
    struct jg_store_options options = {
        .max_bytes = 1 << 20, .writable = true, .group = (gid_t)-1};
    const char *place = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    char path[96], fault[JG_STORE_FAULT_MAX];

    if (g.store != NULL)
        return;
    snprintf(g.folder, sizeof(g.folder), "%s/jotgate-fuzz-XXXXXX", place);
    check(mkdtemp(g.folder) != NULL);
    snprintf(path, sizeof(path), "%s/store", g.folder);
    options.path = path;
    check(jg_store_open(&options, &g.store, fault) == JG_OK);
    check(jg_txn_read(g.store, &g.txn) == JG_OK);
    atexit(clean_up);
}

static bool
is_json(struct jg_str text, struct jg_arena *a)
{
    const struct jg_json *json;

    return jg_json_parse(text, &jg_json_limits_conf, a, &json, NULL) == JG_OK;
}

static void
check_sealed(struct jg_str key, struct jg_str session, struct jg_arena *a)
{
    static const unsigned char nonce[JG_SEAL_NONCE_BYTES] = "twelve bytes";
    struct jg_str sealed, again, opened;

    check(jg_key_seal(g.txn, key, JG_STR("o"), nonce, session, a, &sealed) ==
          JG_OK);
    check(jg_key_open(g.txn, key, sealed, a, &opened) == JG_OK);
    check(jg_str_eq(opened, session));
    check(jg_key_seal(g.txn, key, JG_STR("o"), nonce, sealed, a, &again) ==
          JG_OK);
    if (!jg_key_is_sealed(session) && sealed.p == session.p)
        check(again.p == sealed.p);
    if (is_json(session, a))
        check(is_json(sealed, a));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct jg_str rest = {(const char *)data, size}, key;
    struct jg_arena a;

    set_up();
    if (!jg_str_next(&rest, '\n', &key) || key.len == 0 ||
        rest.len > JG_KEY_SESSION_MAX)
        return 0;
    jg_arena_init(&a, 16 * 1024, 256 * 1024 * 1024);
    check_sealed(key, rest, &a);
    jg_arena_free(&a);
    return 0;
}

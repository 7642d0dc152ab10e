/*
 * Stored keys by the million: what one takes on disk, how fast they are made in
 * one transaction each thousand, how long a lookup takes (alone, and as the
 * decision about a caller does it, with its session read), and a sweep.
 */
#include <sys/stat.h>
#include <unistd.h>

#include "access/decide.h"
#include "micro.h"
#include "store/keys.h"

#define BATCH 1000
#define LOOKUPS 200000

/* A key of usual size: rights on one API, limits, a few words about it. */
static const char session_format[] =
    "{\"allowance\":1000,\"rate\":1000,\"per\":60,\"expires\":-1,"
    "\"quota_max\":10000,\"quota_renews\":1449051461,\"quota_remaining\":10000,"
    "\"quota_renewal_rate\":3600,\"access_rights\":{\"bench\":{\"api_id\":"
    "\"bench\",\"api_name\":\"Bench\",\"versions\":[\"Default\"]}},\"org_id\":"
    "\"default\",\"alias\":\"customer-%07u\",\"tags\":[\"gold\"],\"meta_data\":"
    "{\"plan\":\"gold\"}}";

static const char api_json[] =
    "{\"api_id\":\"bench\",\"org_id\":\"default\",\"active\":true,"
    "\"use_standard_auth\":true,\"proxy\":{\"listen_path\":\"/bench/\","
    "\"target_url\":\"http://127.0.0.1:1\"}}";

static struct jg_str
key_text(unsigned n, char out[static 64])
{
    int len = snprintf(out, 64, "default%08x%024x", n * 2654435761u, n);

    return (struct jg_str){out, (size_t)len};
}

static void
put_one(struct jg_txn *txn, const struct jg_conf *conf, struct jg_arena *a,
        unsigned n)
{
    char key[64], session[1024];
    struct jg_stored_key record = {.org_id = JG_STR("default")};
    struct jg_key_id id;
    int len = snprintf(session, sizeof(session), session_format, n);

    record.session = (struct jg_str){session, (size_t)len};
    must(jg_key_id(key_text(n, key), &id), "id");
    must(jg_key_name(conf, jg_str(key), a, &record.name), "name");
    must(jg_stored_key_put(txn, &id, &record), "put");
}

static void
make_all(struct jg_store *store, const struct jg_conf *conf, unsigned count)
{
    struct jg_arena a;

    jg_arena_init(&a, 65536, 1 << 20);
    for (unsigned n = 0; n < count; n += BATCH) {
        struct jg_txn *txn;

        must(jg_txn_write(store, &txn), "write");
        for (unsigned i = n; i < n + BATCH && i < count; i++)
            put_one(txn, conf, &a, i);
        must(jg_txn_commit(txn), "commit");
        jg_arena_free(&a);
    }
}

static int
by_value(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return x < y ? -1 : x > y;
}

static void
report(const char *what, uint32_t *ns, size_t count)
{
    qsort(ns, count, sizeof(*ns), by_value);
    printf("%-28s median %6.2f us, p99 %6.2f us\n", what, ns[count / 2] / 1e3,
           ns[count - count / 100 - 1] / 1e3);
}

static void
look_up_all(struct jg_store *store, unsigned count, uint32_t *ns)
{
    for (size_t i = 0; i < LOOKUPS; i++) {
        unsigned n = (unsigned)(i * 2654435761u) % count;
        struct jg_stored_key record;
        struct jg_key_id id;
        struct jg_txn *txn;
        char key[64];
        struct jg_str text = key_text(n, key);
        uint64_t start = now_ns();

        must(jg_key_id(text, &id), "id");
        must(jg_txn_read(store, &txn), "read");
        must(jg_stored_key_get(txn, &id, 1, &record), "get");
        jg_txn_abort(txn);
        ns[i] = (uint32_t)(now_ns() - start);
    }
    report("lookup", ns, LOOKUPS);
}

static void
decide_all(struct jg_store *store, const struct jg_snapshot *snapshot,
           unsigned count, uint32_t *ns)
{
    static char seed[64 * 1024];

    for (size_t i = 0; i < LOOKUPS; i++) {
        char key[64];
        struct jg_header header = {
            JG_STR("Authorization"),
            key_text((unsigned)(i * 2654435761u) % count, key)};
        struct jg_request request = {.method = JG_STR("GET"),
                                     .host = JG_STR("h"),
                                     .target = JG_STR("/bench/"),
                                     .headers = &header,
                                     .header_count = 1};
        struct jg_arena a;
        struct jg_decision d = {
            .with = {.snapshot = snapshot, .store = store, .now_s = 1700000000},
            .request = &request,
            .arena = &a};
        uint64_t start = now_ns();

        jg_arena_init(&a, 65536, 1 << 20);
        jg_arena_seed(&a, seed, sizeof(seed));
        jg_decide(&d);
        must(d.reason, "decide");
        jg_decision_done(&d);
        ns[i] = (uint32_t)(now_ns() - start);
        jg_arena_free(&a);
    }
    report("decision", ns, LOOKUPS);
}

static struct jg_snapshot *
make_snapshot(void)
{
    struct jg_snapshot_builder *b;
    struct jg_snapshot *snapshot;
    struct jg_document api = {.id = JG_STR("bench"),
                              .version = 1,
                              .file = JG_STR("f"),
                              .text = jg_str(api_json)};

    must(jg_snapshot_begin(NULL, 1, JG_STR("{}"), 1, 0, &b), "snapshot");
    must(jg_snapshot_add_api(b, &api, NULL), "API");
    must(jg_snapshot_finish(b, &snapshot), "snapshot");
    return snapshot;
}

int
main(int argc, char **argv)
{
    const struct jg_conf conf = {
        .keys = {.hash_keys = argc > 2, .hash_key_function = JG_STR("")}};
    unsigned count = argc > 1 ? (unsigned)atoll(argv[1]) : 1000000;
    char folder[] = "/tmp/jotgate-bench-XXXXXX", path[64], fault[256];
    struct jg_store_options options = {.path = folder,
                                       .max_bytes = (size_t)4 << 30,
                                       .writable = true,
                                       .group = (gid_t)-1};
    uint32_t *ns = malloc(LOOKUPS * sizeof(*ns));
    struct jg_snapshot *snapshot = make_snapshot();
    struct jg_store *store;
    uint64_t start;
    struct stat st;

    if (ns == NULL || mkdtemp(folder) == NULL)
        return 1;
    must(jg_store_open(&options, &store, fault), fault);
    start = now_ns();
    make_all(store, &conf, count);
    printf("%u keys made, %.0f a second\n", count,
           count / ((double)(now_ns() - start) / 1e9));
    snprintf(path, sizeof(path), "%s/data.mdb", folder);
    if (stat(path, &st) != 0)
        return 1;
    printf("%.0f bytes on disk each\n", (double)st.st_blocks * 512 / count);
    look_up_all(store, count, ns);
    decide_all(store, snapshot, count, ns);
    jg_store_close(store);
    jg_snapshot_free(snapshot);
    unlink(path);
    snprintf(path, sizeof(path), "%s/lock.mdb", folder);
    unlink(path);
    rmdir(folder);
    free(ns);
    return 0;
}

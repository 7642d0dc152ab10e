/*
 * From 10,000 files to records, and on to a snapshot: at a start, at a reload
 * with nothing changed, and with one file changed. The commit is durable.
 */
#include "micro.h"

#include <sys/stat.h>
#include <unistd.h>

#include "admin/load.h"
#include "store/records.h"

#define APIS 10000
#define ROUNDS 7
#define EDITED 4711
#define RESTED_S (INT64_C(1) << 33) /* the clock: every file is old enough */

struct world {
    char root[64], apps[80], policies[80];
    struct jg_conf conf;
    struct jg_store *store;
    struct jg_snapshot *snapshot; /* a worker's */
    uint64_t generation;
};

static void
write_file(const struct world *w, unsigned n, unsigned edition)
{
    char path[128], text[BENCH_TEXT_MAX];
    struct jg_str s =
        api_text(n, "c2VjcmV0LW9mLTMyLWJ5dGVzLWFuZC1tb3JlLi4u", edition, text);
    FILE *f;

    snprintf(path, sizeof(path), "%s/api%u.json", w->apps, n);
    f = fopen(path, "w");
    if (f == NULL || fwrite(s.p, s.len, 1, f) != 1 || fclose(f) != 0)
        exit(1);
}

static void
open_world(struct world *w, struct jg_arena *a)
{
    const struct jg_bind_source source = {.text = JG_STR("{}")};
    struct jg_store_options options = {
        .max_bytes = 256 << 20, .writable = true, .group = (gid_t)-1};
    char fault[JG_STORE_FAULT_MAX], path[96];

    snprintf(w->root, sizeof(w->root), "/tmp/jg-bench-XXXXXX");
    if (mkdtemp(w->root) == NULL)
        exit(1);
    snprintf(w->apps, sizeof(w->apps), "%s/apps", w->root);
    snprintf(w->policies, sizeof(w->policies), "%s/policies", w->root);
    snprintf(path, sizeof(path), "%s/store", w->root);
    options.path = path;
    if (mkdir(w->apps, 0700) != 0 || mkdir(w->policies, 0700) != 0)
        exit(1);
    must(jg_store_open(&options, &w->store, fault), fault);
    must(jg_conf_read(&source, NULL, a, &w->conf), "conf");
    w->conf.app_path = jg_str(w->apps);
    w->conf.policies.policy_path = jg_str(w->policies);
    for (unsigned n = 0; n < APIS; n++)
        write_file(w, n, 1);
}

/* CPU; <wall_ms> is what somebody waits for, with the disk. */
static double
load_ms(struct world *w, enum jg_load_mode mode, unsigned changed,
        double *wall_ms)
{
    struct jg_load_result result;
    struct jg_diags diags;
    struct jg_arena a;
    struct jg_txn *txn;
    uint64_t wall = now_ns(), start = cpu_ns();

    jg_arena_init(&a, 64 * 1024, 64 << 20);
    jg_diags_init(&diags, &a);
    must(jg_txn_write(w->store, &txn), "write");
    must(jg_load(&w->conf, JG_STR("{}"), mode, RESTED_S, txn, &diags, &result),
         "load");
    must(jg_txn_commit(txn), "commit");
    if (result.apis != APIS || result.changed != changed) {
        fprintf(stderr, "%u APIs, %u changed\n", result.apis, result.changed);
        exit(1);
    }
    jg_arena_free(&a);
    *wall_ms = (double)(now_ns() - wall) / 1e6;
    return (double)(cpu_ns() - start) / 1e6;
}

/* What every worker does when the epoch changes. */
static double
worker_ms(struct world *w)
{
    uint64_t start = cpu_ns();
    struct jg_snapshot *next;

    must(jg_records_snapshot(w->store, ++w->generation, w->snapshot, NULL,
                             &next),
         "snapshot");
    jg_snapshot_free(w->snapshot);
    w->snapshot = next;
    return (double)(cpu_ns() - start) / 1e6;
}

static int
by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return x < y ? -1 : x > y;
}

static double
median(double *values)
{
    qsort(values, ROUNDS, sizeof(*values), by_size);
    return values[ROUNDS / 2];
}

static void
print(const char *name, double cpu, double wall, double worker)
{
    printf("%-36s %7.1f ms CPU, %7.1f ms; a worker's snapshot %6.1f ms CPU\n",
           name, cpu, wall, worker);
}

static void
reload(struct world *w, const char *name, bool edit)
{
    double loads[ROUNDS], walls[ROUNDS], workers[ROUNDS];

    for (unsigned i = 0; i < ROUNDS; i++) {
        if (edit)
            write_file(w, EDITED, i + 2);
        loads[i] = load_ms(w, JG_LOAD_RELOAD, edit ? 1 : 0, &walls[i]);
        workers[i] = worker_ms(w);
    }
    print(name, median(loads), median(walls), median(workers));
}

int
main(void)
{
    static struct world w;
    struct jg_arena a;
    char command[96];
    double load, wall;

    jg_arena_init(&a, 4096, 1 << 20);
    open_world(&w, &a);
    load = load_ms(&w, JG_LOAD_START, APIS + 1, &wall);
    print("load 10,000 files, first start", load, wall, worker_ms(&w));
    load = load_ms(&w, JG_LOAD_START, 0, &wall);
    print("load 10,000 files, later start", load, wall, worker_ms(&w));
    reload(&w, "reload, nothing changed", false);
    reload(&w, "reload, one file changed", true);
    jg_snapshot_free(w.snapshot);
    jg_store_close(w.store);
    jg_arena_free(&a);
    snprintf(command, sizeof(command), "rm -r %s", w.root);
    return system(command) != 0;
}

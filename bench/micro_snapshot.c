/*
 * Snapshots of 10,000 APIs: built from nothing, with nothing changed, and with
 * one API changed; and what an API takes of memory, all of malloc() counted.
 */
#include "micro.h"

#include "base/b64.h"
#include "model/snapshot.h"

#define APIS 10000
#define ROUNDS 15
#define EDITED 4711

/* How the jwt_source of API <n> is made. */
typedef void make_source(unsigned n, char out[static BENCH_SECRET_MAX]);

static void
no_source(unsigned n, char out[static BENCH_SECRET_MAX])
{
    (void)n;
    out[0] = '\0';
}

static void
base64_of(const char *secret, char out[static BENCH_SECRET_MAX])
{
    out[jg_b64_encode(jg_str(secret), out)] = '\0';
}

static void
same_source(unsigned n, char out[static BENCH_SECRET_MAX])
{
    (void)n;
    base64_of("one secret of 32 bytes and more for all", out);
}

static void
own_source(unsigned n, char out[static BENCH_SECRET_MAX])
{
    char secret[64];

    snprintf(secret, sizeof(secret), "a secret of 32 bytes and more: %u", n);
    base64_of(secret, out);
}

struct definitions {
    struct jg_document rows[APIS];
    char ids[APIS][16];
    char *texts; /* BENCH_TEXT_MAX each */
};

static void
write_row(struct definitions *d, unsigned n, make_source *source,
          unsigned edition)
{
    char text[BENCH_SECRET_MAX];

    source(n, text);
    snprintf(d->ids[n], sizeof(d->ids[n]), "api%u", n);
    d->rows[n] = (struct jg_document){
        .id = jg_str(d->ids[n]),
        .version = (uint64_t)edition << 32 | (n + 1),
        .file = jg_str(d->ids[n]),
        .text =
            api_text(n, text, edition, d->texts + (size_t)n * BENCH_TEXT_MAX),
    };
}

static struct jg_snapshot *
build(const struct definitions *d, const struct jg_snapshot *previous)
{
    struct jg_snapshot_builder *b;
    struct jg_snapshot *snapshot;

    must(jg_snapshot_begin(previous, 1, JG_STR("{}"), APIS, 1, &b), "begin");
    for (unsigned n = 0; n < APIS; n++)
        must(jg_snapshot_add_api(b, &d->rows[n], NULL), d->ids[n]);
    must(jg_snapshot_finish(b, &snapshot), "finish");
    return snapshot;
}

/* The fastest of several rebuilds; <edit>: one API changes before each. */
static double
rebuild_ms(struct definitions *d, struct jg_snapshot **snapshot,
           make_source *source, bool edit)
{
    uint64_t best = UINT64_MAX;

    for (unsigned i = 0; i < ROUNDS; i++) {
        struct jg_snapshot *next;
        uint64_t start, took;

        if (edit)
            write_row(d, EDITED, source, i + 2);
        start = cpu_ns();
        next = build(d, *snapshot);
        jg_snapshot_free(*snapshot); /* as a worker does, once it is idle */
        took = cpu_ns() - start;
        *snapshot = next;
        if (took < best)
            best = took;
    }
    return (double)best / 1e6;
}

static void
run(struct definitions *d, const char *name, make_source *source)
{
    struct jg_snapshot *snapshot;
    size_t heap;
    uint64_t start, took;

    for (unsigned n = 0; n < APIS; n++)
        write_row(d, n, source, 1);
    heap = heap_bytes();
    start = cpu_ns();
    snapshot = build(d, NULL);
    took = cpu_ns() - start;
    heap = heap_bytes() - heap;
    printf("10,000 APIs, %-30s %8.1f ms to build, %5.2f KiB an API\n", name,
           (double)took / 1e6, (double)heap / APIS / 1024);
    printf("  again, nothing changed %29.2f ms\n",
           rebuild_ms(d, &snapshot, source, false));
    printf("  again, one API changed %29.2f ms\n",
           rebuild_ms(d, &snapshot, source, true));
    jg_snapshot_free(snapshot);
}

int
main(void)
{
    static struct definitions d;

    d.texts = malloc((size_t)APIS * BENCH_TEXT_MAX);
    if (d.texts == NULL)
        return 1;
    run(&d, "without keys", no_source);
    run(&d, "one secret for all", same_source);
    run(&d, "a secret of its own", own_source);
    free(d.texts);
    return 0;
}

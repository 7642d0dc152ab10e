/* Finding the API of a path among 10 to 10,000 of them. */
#include "micro.h"

#include "model/route.h"

#define BATCHES 60
#define ROUNDS 20000
#define PATH_BYTES 64
#define APIS_MAX 10000

static char paths[APIS_MAX][PATH_BYTES], requests[APIS_MAX][PATH_BYTES];

/* <used> of them are asked for; prime strides visit these in no order that a
 * cache could learn. */
static double
find_ns(const struct jg_routes *routes, unsigned count, unsigned used)
{
    uint64_t best = UINT64_MAX;

    for (unsigned batch = 0; batch < BATCHES; batch++) {
        uint64_t start = cpu_ns(), took;

        for (unsigned i = 0; i < ROUNDS; i++) {
            unsigned n = (unsigned)((uint64_t)i * 7919 % used) * (count / used);

            if (jg_routes_find(routes, JG_STR("gateway.example:8080"),
                               jg_str(requests[n])) == NULL)
                exit(1);
        }
        took = cpu_ns() - start;
        if (took < best)
            best = took;
    }
    return (double)best / ROUNDS;
}

int
main(void)
{
    static struct jg_route routes[APIS_MAX];

    for (unsigned n = 0; n < APIS_MAX; n++) {
        snprintf(paths[n], PATH_BYTES, "/service/team-%u/api%u/", n % 97, n);
        snprintf(requests[n], PATH_BYTES, "/service/team-%u/api%u/things/42",
                 n % 97, n);
        routes[n].path = jg_str(paths[n]);
    }
    for (unsigned count = 10; count <= APIS_MAX; count *= 10) {
        const struct jg_routes *tree;
        struct jg_arena a;
        uint64_t start = cpu_ns(), took;

        jg_arena_init(&a, 64 * 1024, 64 << 20);
        must(jg_routes_build(routes, count, false, &a, &tree), "build");
        took = cpu_ns() - start;
        printf("route lookup, %5u APIs %6.0f ns for ten of the paths, %3.0f ns "
               "for all; tree built in %.2f ms\n",
               count, find_ns(tree, count, 10), find_ns(tree, count, count),
               (double)took / 1e6);
        jg_arena_free(&a);
    }
    return 0;
}

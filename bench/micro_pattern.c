/* Twenty path patterns, the last of which matches: allowed_urls of a caller. */
#include "micro.h"

#include "model/path_pattern.h"

#define BATCHES 60
#define ROUNDS 5000
#define PATTERNS 20

static double
match_ns(const struct jg_path_pattern *patterns)
{
    static char memory[64 * 1024];
    uint64_t best = UINT64_MAX;

    for (unsigned batch = 0; batch < BATCHES; batch++) {
        uint64_t start = cpu_ns(), took;

        for (unsigned i = 0; i < ROUNDS; i++) {
            struct jg_path_forms forms;
            struct jg_arena a;
            struct jg_matching m = {.arena = &a};
            unsigned n = 0;

            jg_arena_init(&a, 4096, 1024 * 1024);
            jg_arena_seed(&a, memory, sizeof(memory));
            must(jg_path_forms(JG_STR("/shop/orders19/1234/items/56"),
                               JG_STR("/shop/"), &a, &forms),
                 "forms");
            while (jg_path_pattern_match(&patterns[n], &forms, &m) !=
                   JG_MATCH_YES)
                n++;
            if (n != PATTERNS - 1)
                exit(1);
            jg_arena_free(&a);
        }
        took = cpu_ns() - start;
        if (took < best)
            best = took;
    }
    return (double)best / ROUNDS;
}

static void
measure(const char *what, const char *start, const char *rest)
{
    struct jg_path_rules rules = {.prefix = false};
    struct jg_path_pattern patterns[PATTERNS];
    struct jg_arena a;
    char text[64];

    jg_arena_init(&a, 4096, 1024 * 1024);
    for (int i = 0; i < PATTERNS; i++) {
        struct jg_str why;

        snprintf(text, sizeof(text), "%s%d/%s", start, i, rest);
        must(jg_path_pattern_compile(jg_str(text), rules, &a, &patterns[i],
                                     &why),
             "compile");
    }
    printf("20 path patterns, %-12s %6.0f ns until the last one matches, %zu "
           "bytes each\n",
           what, match_ns(patterns), a.used_bytes / PATTERNS);
    jg_arena_free(&a);
}

int
main(void)
{
    measure("literal", "/orders", "");
    measure("names", "/orders", "{id}/items");
    measure("anchored", "^/shop/orders", "{id}/items");
    measure("expressions", "/orders", "[0-9]+/items");
    return 0;
}

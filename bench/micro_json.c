/* Parsing: the claims of a token, and an API definition. */
#include "micro.h"

#include "base/json.h"

#define BATCHES 200
#define ROUNDS 2000

static const char claims[] =
    "{\"iss\":\"https://idp.example/realms/main\",\"sub\":"
    "\"5c1b3c5e-6f0b-4a7e-9b1c-000000000042\",\"aud\":[\"bench\",\"other\"],"
    "\"exp\":1700000300,\"iat\":1700000000,\"nbf\":1700000000,"
    "\"pol\":\"gold\",\"scope\":\"openid profile email\","
    "\"email\":\"somebody@example.com\",\"realm_access\":{\"roles\":"
    "[\"user\",\"editor\",\"viewer\"]}}";

static void
run(const char *name, struct jg_str text, const struct jg_json_limits *limits)
{
    static _Alignas(16) char seed[32768];
    uint64_t best = UINT64_MAX;
    double ns;

    for (unsigned batch = 0; batch < BATCHES; batch++) {
        uint64_t start = cpu_ns(), took;

        for (unsigned i = 0; i < ROUNDS; i++) {
            const struct jg_json *json;
            struct jg_arena a;

            jg_arena_init(&a, 4096, 1 << 20);
            jg_arena_seed(&a, seed, sizeof(seed));
            must(jg_json_parse(text, limits, &a, &json, NULL), name);
            jg_arena_free(&a);
        }
        took = cpu_ns() - start;
        if (took < best)
            best = took;
    }
    ns = (double)best / ROUNDS;
    printf("JSON: %-36s %10.0f ns  %zu bytes, %.0f MB/s\n", name, ns, text.len,
           (double)text.len * 1000 / ns);
}

int
main(void)
{
    char text[BENCH_TEXT_MAX];

    run("claims of a token", jg_str(claims), &jg_json_limits_token);
    run("an API definition", api_text(1, "c2VjcmV0", 1, text),
        &jg_json_limits_conf);
    return 0;
}

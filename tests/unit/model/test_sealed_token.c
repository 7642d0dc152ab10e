/* sealed_token.c: whole tokens that only the ring of keys opens. */
#include "check.h"

#include "model/sealed_token.h"

#define SECRET_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define SECRET_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define OWN JG_STR("cccccccccccccccc")
#define TEXT "header.claims.signature"

static const struct jg_conf_split_key keys[] = {
    {JG_STR("a"), JG_STR(SECRET_A)},
    {JG_STR("b"), JG_STR(SECRET_B)},
};

/* The keys from <first> on, <count> of them; then the installation's own. */
static struct jg_sealed_ring
ring_of(struct jg_conf *conf, size_t first, size_t count)
{
    memset(conf, 0, sizeof(*conf));
    conf->split_token_keys.items =
        (void *)(uintptr_t)(count > 0 ? &keys[first] : NULL);
    conf->split_token_keys.count = count;
    return (struct jg_sealed_ring){conf, OWN};
}

static struct jg_str
make(size_t first, size_t count, struct jg_str bound, struct jg_arena *a)
{
    static unsigned char random[JG_SEALED_RANDOM_BYTES];
    struct jg_conf conf;
    struct jg_sealed_ring ring = ring_of(&conf, first, count);
    struct jg_str out = {NULL, 0};

    random[0]++;
    assert_err(jg_sealed_make(&ring, bound, random, JG_STR(TEXT), a, &out),
               JG_OK);
    assert_true(jg_sealed_looks_so(out));
    return out;
}

static enum jg_err
open(size_t first, size_t count, struct jg_str bound, struct jg_str token,
     struct jg_arena *a)
{
    struct jg_conf conf;
    struct jg_sealed_ring ring = ring_of(&conf, first, count);
    struct jg_str out = {NULL, 0};
    enum jg_err err = jg_sealed_open(&ring, bound, token, a, &out);

    if (err == JG_OK)
        assert_str(out, TEXT);
    return err;
}

static void
the_first_key_seals_and_all_of_them_open(void **state)
{
    const struct jg_str org = JG_STR("org");
    struct jg_arena a;
    struct jg_str by_a, by_b, by_own;

    (void)state;
    jg_arena_init(&a, 4096, 1024 * 1024);
    by_a = make(0, 2, org, &a);
    by_b = make(1, 1, org, &a);
    by_own = make(0, 0, org, &a);
    assert_err(open(0, 2, org, by_a, &a), JG_OK);
    assert_err(open(0, 2, org, by_b, &a), JG_OK);
    assert_err(open(1, 1, org, by_b, &a), JG_OK);
    assert_err(open(0, 0, org, by_own, &a), JG_OK);
    assert_err(open(1, 1, org, by_a, &a), JG_E_SPLIT_SEALED);
    assert_err(open(0, 1, org, by_b, &a), JG_E_SPLIT_SEALED);
    assert_err(open(0, 0, org, by_a, &a), JG_E_SPLIT_SEALED);
    assert_err(open(0, 2, org, by_own, &a), JG_E_SPLIT_SEALED);
    jg_arena_free(&a);
}

static void
it_opens_for_what_it_is_bound_to(void **state)
{
    struct jg_arena a;
    struct jg_str access, refresh, other, token;

    (void)state;
    jg_arena_init(&a, 4096, 1024 * 1024);
    access = jg_split_bound(JG_SPLIT_ACCESS, JG_STR("org"), &a);
    refresh = jg_split_bound(JG_SPLIT_REFRESH, JG_STR("org"), &a);
    other = jg_split_bound(JG_SPLIT_ACCESS, JG_STR("or"), &a);
    token = make(0, 1, access, &a);
    assert_err(open(0, 1, access, token, &a), JG_OK);
    assert_err(open(0, 1, refresh, token, &a), JG_E_SPLIT_SEALED);
    assert_err(open(0, 1, other, token, &a), JG_E_SPLIT_SEALED);
    jg_arena_free(&a);
}

static void
no_character_of_it_may_be_another(void **state)
{
    const struct jg_str org = JG_STR("org");
    struct jg_arena a;
    struct jg_str token;
    char changed[512];

    (void)state;
    jg_arena_init(&a, 4096, 4 * 1024 * 1024);
    token = make(0, 1, org, &a);
    assert_true(token.len < sizeof(changed));
    for (size_t i = 0; i < token.len; i++) {
        memcpy(changed, token.p, token.len);
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        assert_err(open(0, 1, org, (struct jg_str){changed, token.len}, &a),
                   JG_E_SPLIT_SEALED);
        assert_err(open(0, 1, org, jg_str_head(token, i), &a),
                   JG_E_SPLIT_SEALED);
    }
    jg_arena_free(&a);
}

static void
an_access_token_says_whose_it_is(void **state)
{
    struct jg_arena a;
    struct jg_str text, api_id;

    (void)state;
    jg_arena_init(&a, 4096, 1024 * 1024);
    text = jg_sealed_access_text(JG_STR("orders"), JG_STR(TEXT), &a);
    assert_str(jg_sealed_access(text, &api_id), TEXT);
    assert_str(api_id, "orders");
    text = jg_sealed_access_text(JG_STR(""), JG_STR(TEXT), &a);
    assert_str(jg_sealed_access(text, &api_id), TEXT);
    assert_int_equal(api_id.len, 0);
    jg_arena_free(&a);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_key_seals_and_all_of_them_open),
        cmocka_unit_test(it_opens_for_what_it_is_bound_to),
        cmocka_unit_test(no_character_of_it_may_be_another),
        cmocka_unit_test(an_access_token_says_whose_it_is),
    };

    return cmocka_run_group_tests_name("model/sealed_token", tests, NULL, NULL);
}

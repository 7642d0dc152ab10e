/* split_note.c: whom a kept split token belongs to. */
#include "model/split_note.h"

#include "check.h"

static const unsigned char nonce[JG_SEAL_NONCE_BYTES] = {1, 2, 3};

static struct jg_str
sealed(struct jg_arena *a, const char *subject, const char *client)
{
    const struct jg_split_note note = {jg_str(subject), jg_str(client)};
    struct jg_str out;

    assert_err(jg_split_note_seal(JG_STR("secret"), JG_STR("api"), nonce, &note,
                                  a, &out),
               JG_OK);
    assert_true(out.len <= JG_SPLIT_NOTE_MAX);
    return out;
}

static void
what_is_sealed_is_read_again(void **state)
{
    static char large[JG_SPLIT_NOTE_TEXT_MAX + 100];
    const char *const texts[] = {"", "ada", "12 ada", "a b\nc", large};
    struct jg_arena a;

    (void)state;
    memset(large, 'x', sizeof(large) - 1);
    jg_arena_init(&a, 4096, 1 << 20);
    for (size_t i = 0; i < LEN(texts); i++)
        for (size_t j = 0; j < LEN(texts); j++) {
            struct jg_str s = sealed(&a, texts[i], texts[j]);
            struct jg_split_note note;

            assert_err(jg_split_note_open(JG_STR("secret"), JG_STR("api"), s,
                                          &a, &note),
                       JG_OK);
            assert_true(
                jg_str_eq(note.subject, jg_str_head(jg_str(texts[i]),
                                                    JG_SPLIT_NOTE_TEXT_MAX)));
            assert_true(
                jg_str_eq(note.client, jg_str_head(jg_str(texts[j]),
                                                   JG_SPLIT_NOTE_TEXT_MAX)));
        }
    jg_arena_free(&a);
}

static void
nobody_else_reads_it(void **state)
{
    static const struct {
        const char *secret, *api_id;
        enum jg_err want;
    } rows[] = {
        {"secret", "api", JG_OK},
        {"secret", "another", JG_E_SIGNATURE},
        {"other", "api", JG_E_SIGNATURE},
        {"", "api", JG_E_CONF_VALUE},
    };
    struct jg_split_note note;
    struct jg_arena a;
    struct jg_str s;

    (void)state;
    jg_arena_init(&a, 4096, 1 << 20);
    s = sealed(&a, "ada-lovelace", "app");
    assert_null(memmem(s.p, s.len, "ada", 3));
    for (size_t i = 0; i < LEN(rows); i++)
        assert_err(jg_split_note_open(jg_str(rows[i].secret),
                                      jg_str(rows[i].api_id), s, &a, &note),
                   rows[i].want);
    for (size_t i = 0; i < s.len; i++)
        assert_err(jg_split_note_open(JG_STR("secret"), JG_STR("api"),
                                      jg_str_head(s, i), &a, &note),
                   JG_E_SIGNATURE);
    jg_arena_free(&a);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_sealed_is_read_again),
        cmocka_unit_test(nobody_else_reads_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

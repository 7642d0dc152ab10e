/* key_seal.c: tokens inside of sessions, sealed under the key. */
#include "base/b64.h"
#include "store/key_seal.h"
#include "store_check.h"

#define SIG "0123456789abcdefghijklmnopqrstuvwxyzABCDEF_" /* 43 */
#define OTHER "1123456789abcdefghijklmnopqrstuvwxyzABCDEF_"
#define TOKEN "eyJh.eyJz." SIG
#define MARK "jotgate-sealed."
#define JSON_KEY "{\"org\":\"o\",\"id\":\"" SIG "\",\"h\":\"murmur64\"}"

static const unsigned char nonce[JG_SEAL_NONCE_BYTES] = "twelve bytes";

struct sealing {
    struct jg_store *store;
    struct jg_txn *txn;
    struct jg_arena a;
};

static void
begin(struct sealing *s, void **state)
{
    s->store = store_open(state, true);
    assert_err(jg_txn_write(s->store, &s->txn), JG_OK);
    jg_arena_init(&s->a, 4096, 16 << 20);
}

static void
end(struct sealing *s)
{
    jg_arena_free(&s->a);
    jg_txn_abort(s->txn);
    jg_store_close(s->store);
}

static struct jg_str
seal(struct sealing *s, struct jg_str key, struct jg_str session)
{
    struct jg_str out = {NULL, 0};

    assert_err(
        jg_key_seal(s->txn, key, JG_STR("o"), nonce, session, &s->a, &out),
        JG_OK);
    return out;
}

static struct jg_str
open_with(struct sealing *s, struct jg_str key, struct jg_str session)
{
    struct jg_str out = {NULL, 0};

    assert_err(jg_key_open(s->txn, key, session, &s->a, &out), JG_OK);
    return out;
}

static unsigned
marks(struct jg_str text)
{
    unsigned n = 0;

    for (size_t i = 0; i < text.len; i++)
        n += jg_str_starts(jg_str_from(text, i), JG_STR(MARK));
    return n;
}

/* <session> has <count> tokens that are sealed under <key>, and nothing of
 * them is left. */
static void
assert_sealed(struct sealing *s, struct jg_str key, const char *session,
              unsigned count)
{
    struct jg_str sealed = seal(s, key, jg_str(session));

    if (marks(sealed) != count)
        fail_msg("%u of %u are sealed in %.*s", marks(sealed), count,
                 JG_STR_ARG(sealed));
    if (count == 0)
        assert_ptr_equal(sealed.p, session);
    assert_str(open_with(s, key, sealed), session);
}

static void
a_token_under_its_own_signature_is_sealed(void **state)
{
    static const struct {
        const char *session;
        unsigned count;
    } rows[] = {
        {"{\"meta_data\":{\"access_token\":\"" TOKEN "\"}}", 1},
        {"{\"a\" : \"" TOKEN "\" , \"b\":[\"" TOKEN "\",{\"c\":\"" TOKEN
         "\"}]}",
         3},
        {"{\"a\":\"x\\\"" TOKEN "\"}", 1}, /* the end of a text: a part of it */
        /* Another one's, none, and what only looks like one. */
        {"{\"a\":\"eyJh.eyJz." OTHER "\"}", 0},
        {"{\"a\":\"" SIG "\"}", 0},
        {"{\"a\":\"." SIG "\"}", 0},
        {"{\"a\":\".." SIG "\"}", 0},
        {"{\"a\":\"x.." SIG "\"}", 0},
        {"{\"a\":\".x." SIG "\"}", 0},
        {"{\"a\":\"x." SIG "\"}", 0},
        {"{\"a\":\"x.y.z." SIG "\"}", 0},
        {"{\"a\":\"x.y." SIG "x\"}", 0},
        {"{\"a\":\"Bearer " TOKEN "\"}", 0},
        {"{\"a\":\"x.y." SIG " \"}", 0},
        {"{\"" TOKEN "\":1,\"b\":2}", 0}, /* a name */
        {"{\"" TOKEN "\" \n\t: 1}", 0},
        {"\"" TOKEN "\"", 1},
        {"{}", 0},
        {"", 0},
    };
    struct sealing s;

    begin(&s, state);
    for (size_t i = 0; i < LEN(rows); i++)
        assert_sealed(&s, JG_STR(SIG), rows[i].session, rows[i].count);
    end(&s);
}

static void
the_id_is_found_in_every_form_of_a_key(void **state)
{
    char json[128];
    const struct {
        struct jg_str key;
        unsigned count;
    } rows[] = {
        {JG_STR(SIG), 1},
        {JG_STR("o" SIG), 1},
        {{json, jg_b64_encode(JG_STR(JSON_KEY), json)}, 1},
        {JG_STR("p" SIG), 0}, /* of another organisation */
        {JG_STR(OTHER), 0},
        {JG_STR("abc"), 0},
    };
    struct sealing s;

    begin(&s, state);
    for (size_t i = 0; i < LEN(rows); i++)
        assert_sealed(&s, rows[i].key, "{\"a\":\"" TOKEN "\"}", rows[i].count);
    end(&s);
}

/* What is short can be tried, and what has other letters could not be told
 * from the text around it. */
static void
what_could_be_guessed_seals_nothing(void **state)
{
    static const char *const ids[] = {
        "0123456789abcdefghijklmnopqrstuvwxyzABCDEF", /* 42 */
        "012345678.abcdefghijklmnopqrstuvwxyzABCDEF_",
        "01234567 9abcdefghijklmnopqrstuvwxyzABCDEF_",
        "0123456789abcdefghijklmnopqrstuvwxyzABCDEF=",
    };
    struct sealing s;

    begin(&s, state);
    for (size_t i = 0; i < LEN(ids); i++) {
        char session[128];

        snprintf(session, sizeof(session), "{\"a\":\"x.y.%s\"}", ids[i]);
        assert_sealed(&s, jg_str(ids[i]), session, 0);
    }
    end(&s);
}

static void
nobody_else_opens_it(void **state)
{
    static const char *const broken[] = {
        "{\"a\":\"" MARK "\"}",
        "{\"a\":\"" MARK "AAAA\"}",
        "{\"a\":\"" MARK "not base64!\"}",
        "{\"a\":\"" MARK,
        "\"" MARK "AA=\"",
        "{\"a\":\"" MARK "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}"};
    struct jg_str sealed;
    struct sealing s;

    begin(&s, state);
    sealed = seal(&s, JG_STR(SIG), JG_STR("{\"a\":\"" TOKEN "\"}"));
    assert_true(jg_str_eq(open_with(&s, JG_STR(OTHER), sealed), sealed));
    assert_true(jg_str_eq(open_with(&s, JG_STR("o" SIG), sealed), sealed));
    for (size_t i = 0; i < LEN(broken); i++)
        assert_str(open_with(&s, JG_STR(SIG), jg_str(broken[i])), broken[i]);
    for (size_t i = 0; i < sealed.len; i++) { /* each byte counts */
        struct jg_str copy = jg_arena_str(&s.a, sealed);
        char *byte = (char *)(uintptr_t)copy.p + i;

        *byte = *byte == 'A' ? 'B' : 'A';
        assert_int_equal(
            jg_str_contains(open_with(&s, JG_STR(SIG), copy), JG_STR(TOKEN)),
            i < 5 || i == sealed.len - 1); /* around the text */
    }
    end(&s);
}

static void
several_are_sealed_each_with_a_nonce_of_its_own(void **state)
{
    struct jg_str sealed, first, second;
    struct sealing s;
    struct jg_buf b;

    begin(&s, state);
    sealed = seal(&s, JG_STR(SIG), JG_STR("[\"" TOKEN "\",\"" TOKEN "\"]"));
    first = jg_str_from(sealed, 2);
    first = jg_str_head(first, jg_str_find(first, '"'));
    second = jg_str_from(sealed, 2 + first.len + 3);
    second = jg_str_head(second, first.len);
    assert_true(jg_str_starts(second, JG_STR(MARK)));
    assert_false(jg_str_eq(first, second));

    jg_buf_init(&b, 4096); /* more than are looked at: they stay */
    jg_buf_addc(&b, '[');
    for (int i = 0; i <= JG_KEY_SEALED_MAX; i++)
        jg_buf_addf(&b, "%s\"%s\"", i > 0 ? "," : "", TOKEN);
    jg_buf_add(&b, JG_STR("]\0"));
    assert_false(b.failed);
    assert_sealed(&s, JG_STR(SIG), b.p, JG_KEY_SEALED_MAX);
    jg_buf_reset(&b); /* what looks like one counts, too */
    jg_buf_add(&b, JG_STR("[\"" TOKEN "\""));
    for (int i = 1; i < JG_KEY_SEALED_MAX; i++)
        jg_buf_add(&b, JG_STR(",\"" MARK "AAAA\""));
    jg_buf_add(&b, JG_STR(",\"" TOKEN "\"]\0"));
    assert_sealed(&s, JG_STR(SIG), b.p, JG_KEY_SEALED_MAX);
    jg_buf_free(&b);
    end(&s);
}

static void
a_session_that_is_too_long_is_refused(void **state)
{
    static char large[JG_KEY_SESSION_MAX + 1];
    struct jg_str out;
    struct sealing s;

    begin(&s, state);
    memset(large, 'x', sizeof(large));
    assert_err(jg_key_seal(s.txn, JG_STR(SIG), JG_STR("o"), nonce,
                           (struct jg_str){large, sizeof(large)}, &s.a, &out),
               JG_E_CONF_RANGE);
    end(&s);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        in_folder_test(a_token_under_its_own_signature_is_sealed),
        in_folder_test(the_id_is_found_in_every_form_of_a_key),
        in_folder_test(what_could_be_guessed_seals_nothing),
        in_folder_test(nobody_else_opens_it),
        in_folder_test(several_are_sealed_each_with_a_nonce_of_its_own),
        in_folder_test(a_session_that_is_too_long_is_refused),
    };

    return cmocka_run_group_tests_name("store/key_seal", tests, NULL, NULL);
}

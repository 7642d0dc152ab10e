/*
 * Every allocation fails once: ours, jansson's and OpenSSL's, while keys are
 * read and tokens verified. Nothing may crash, leak (under ASan) or succeed
 * by mistake, and the object must work when memory is back.
 */

#include "jose_check.h"
#include "torture.h"

/* What is tried again and again: JG_OK, or why it did not work. */
typedef enum jg_err (*attempt)(const void *what);

static enum jg_err
try_pem(const void *what)
{
    struct jg_key_fault fault;
    struct jg_key *key = NULL;
    enum jg_err err = jg_key_from_public(jg_str(what), &key, &fault);

    assert_int_equal(key != NULL, err == JG_OK);
    jg_key_free(key);
    return err;
}

static enum jg_err
try_secret(const void *what)
{
    struct jg_key_fault fault;
    struct jg_key *key = NULL;
    enum jg_err err = jg_key_from_secret(jg_str(what), &key, &fault);

    assert_int_equal(key != NULL, err == JG_OK);
    if (key != NULL) /* short, and known to be */
        assert_non_null(jg_key_risk(key, jg_key_algs(key)));
    jg_key_free(key);
    return err;
}

struct set_text {
    const char *text;
    /* Keys in it. Without memory the set is refused; where OpenSSL does not
     * tell why it refused a number, that key alone is left out. */
    size_t least, most;
};

static enum jg_err
try_set(const void *what)
{
    const struct set_text *want = what;
    struct jg_key_fault fault;
    struct jg_jwks *set = NULL;
    enum jg_err err = jg_jwks_parse(jg_str(want->text), false, &set, &fault);
    size_t usable = 0;

    for (size_t i = 0; err == JG_OK && i < jg_jwks_count(set); i++)
        usable += jg_jwks_at(set, i)->key != NULL;
    if (err == JG_OK)
        assert_in_range(usable, want->least, want->most);
    jg_jwks_free(set);
    return err;
}

static enum jg_err
try_source(const void *what)
{
    struct jg_key_fault fault;
    struct jg_jwks *set = NULL;
    bool known;
    enum jg_err err = jg_jwks_from_source(
        jg_str(what), jg_alg_method(JG_STR("rsa"), &known), &set, &fault);

    assert_int_equal(set != NULL, err == JG_OK);
    jg_jwks_free(set);
    return err;
}

static enum jg_err
try_signer(const void *what)
{
    struct jg_key_fault fault;
    struct jg_signer *signer = NULL;
    enum jg_err err = jg_signer_from_pem(jg_str(what), &signer, &fault);
    struct jg_buf out;

    jg_buf_init(&out, 4096);
    if (err == JG_OK)
        err = jg_sign(signer, jg_signer_default_alg(signer), JG_STR("{}"),
                      JG_STR("{}"), &out);
    jg_buf_free(&out);
    jg_signer_free(signer);
    return err;
}

struct signed_token {
    struct jg_str token;
    const struct jg_jwks *set;
};

static enum jg_err
try_token(const void *what)
{
    const struct signed_token *t = what;

    return check_token(t->token, t->set);
}

#define FULL_TORTURE \
    500 /* OpenSSL's decoders make thousands: not all of them */

/*
 * Run <what> with the first allocation failing, then with the second, ...
 * until none fails; with longer steps, of a prime length, where OpenSSL makes
 * thousands and JG_TORTURE is not set in the environment. Failing once may go
 * unnoticed where OpenSSL has another way; succeeding must then be right, which
 * the attempts check.
 */
static void
torture(attempt run, const void *what, const char *name)
{
    unsigned long total, step, tried = 0, survived = 0;

    assert_err(run(what), JG_OK); /* warm: what OpenSSL keeps is there */
    fail_at = 0;
    allocations = 0;
    assert_err(run(what), JG_OK);
    total = allocations;
    assert_true(total > 0);
    step = total <= FULL_TORTURE ? 1 : total <= 2000 ? 7 : 41;
    if (getenv("JG_TORTURE") != NULL)
        step = 1;
    for (unsigned long n = 1; n <= total; n += step) {
        enum jg_err err;

        allocations = 0;
        fail_at = n;
        err = run(what);
        fail_at = 0;
        tried++;
        survived += err == JG_OK;
    }
    assert_err(run(what), JG_OK);
    print_message("# %s: %lu allocations, %lu failed once, %lu not needed\n",
                  name, total, tried, survived);
    assert_true(survived < tried);
}

static void
keys_are_read_or_refused_but_never_half_made(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(test_keys); i++) {
        torture(try_pem, test_keys[i].public_pem, test_keys[i].name);
        torture(try_set, &(struct set_text){test_keys[i].public_jwk, 1, 1},
                test_keys[i].name);
    }
    torture(try_pem, rsa2048_cert_pem, "certificate");
    torture(try_pem, rsa2048_traditional_pem, "private key");
    torture(try_secret, "tyk123", "secret");
    torture(try_secret, "{\"no\":\"jwk\"}", "JSON secret");
}

static void
sets_survive_what_their_keys_do_not(void **state)
{
    static char text[8000];

    (void)state;
    snprintf(text, sizeof(text),
             "{\"keys\":[{\"kid\":\"1\",%s,{\"kid\":\"2\",%s,%s,"
             "{\"kty\":\"oct\",\"k\":\"AAAA\",\"kid\":\"1\"},{\"kid\":7}]}",
             test_key("rsa2048")->public_jwk + 1,
             test_key("P-256")->public_jwk + 1,
             test_key("ed25519")->public_jwk);
    torture(try_set, &(struct set_text){text, 2, 3}, "mixed set");
    torture(try_source, text, "source");
    snprintf(text, sizeof(text),
             "{\"keys\":[{\"kid\":\"1\",\"x5c\":[\"%s\"],%s,%s]}", rsa2048_x5c,
             test_key("rsa2048")->public_jwk + 1,
             test_key("ed25519")->public_jwk);
    torture(try_set, &(struct set_text){text, 1, 2}, "set with x5c");
}

static void
tokens_are_verified_or_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(test_keys); i++) {
        struct jg_signer *signer = good_signer_of_pem(test_keys[i].private_pem);
        const char *alg = jg_signer_default_alg(signer)->name;
        struct jg_jwks *set = NULL;
        struct signed_token what;
        struct jg_buf token;
        char header[60];

        snprintf(header, sizeof(header), "{\"alg\":\"%s\"}", alg);
        token = token_of(signer, alg, header, "{}");
        assert_err(
            jg_jwks_of_key(good_key_of_pem(test_keys[i].public_pem), &set),
            JG_OK);
        what.token = jg_buf_str(&token);
        what.set = set;
        torture(try_token, &what, alg);
        jg_jwks_free(set);
        jg_buf_free(&token);
        jg_signer_free(signer);
    }
}

static void
signers_sign_or_fail(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(test_keys); i++)
        torture(try_signer, test_keys[i].private_pem, test_keys[i].name);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_are_read_or_refused_but_never_half_made),
        cmocka_unit_test(sets_survive_what_their_keys_do_not),
        cmocka_unit_test(tokens_are_verified_or_refused),
        cmocka_unit_test(signers_sign_or_fail),
    };

    torture_openssl();
    torture_jansson();
    return cmocka_run_group_tests_name("jose/torture", tests, NULL, NULL);
}

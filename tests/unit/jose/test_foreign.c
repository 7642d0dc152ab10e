/*
 * One token of every algorithm, made by another implementation (PyJWT) with
 * the keys of keys.h: a clone alone, without test vectors, proves them all.
 */
#include "jose_check.h"

static const struct {
    const char *alg;
    const char *key; /* of test_keys; NULL: the secret tyk123 */
    const char *token;
} rows[] = {
    {"HS512", NULL,
     "eyJhbGciOiJIUzUxMiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhZGEifQ.cDdIfR2oEI"
     "s_z3yQRNMDdOOnDspmdmyBk0u9KSUbJcrX_RtwxeXDLFGJ7pvikQFBFtpjHntymStP"
     "i8W7mYT1rA"},
    {"HS384", NULL,
     "eyJhbGciOiJIUzM4NCIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhZGEifQ.kU3X-S4KXr"
     "enOEFCvfyUFyVhYT_rly1a8wnroGB-yuJ224tP0NfcQ3AZla7Th6ad"},
    {"HS256", NULL,
     "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhZGEifQ.TmBE8SGsJt"
     "LBagkYNI9ir3qoSY5Qt5bhpt94i6OrQ2I"},
    {"RS256", "rsa2048",
     "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhZGEifQ.EoYes6wdF7"
     "O2qhSfYPdt_XUVYyMdLJM27u-_1qhyYjJ4_PBvCfXLjXjVDMhGaqNtMaDWDB0sLm6Q"
     "SKJl8Hg44aCK45ffAqcNeS9HWe5uUBGwtORcFb9VVt7q6-SEL1_By1MCxMthv90k1o"
     "pf0DVCmevF7L9w5JH3d7YQ4iNvIXKiB6XcbZpQlCk0SWerm0HE52TTxsRRKq_Izr8M"
     "_5upUGIGSoimaWd2Ir5rBWnhO8KMapQMJ4lx2kIbMnORQWq4rod6JBDafmZb3vb5Lj"
     "PjvPKcuTb390kj1I1b-NxsVsDuPs0T8SAupfB6_UoRdtj_2DwwI0t6xr_xQHlo5S_2"
     "6Q"},
    {"RS384", "rsa2048",
     "eyJhbGciOiJSUzM4NCIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhZGEifQ.j_hkGUGo-k"
     "3FyVzM2vxGmFI6oYkGE2JwAUhysD_6D38PMy7lMUaGx3MR9NCg-vrrZekGsvCwVuYf"
     "lDR8-SdI5VpPEv5TAJAKA2uN3NU24rb9OEMuGuc1CF2ivDy1sbFM-wZ0RUcRmgA14V"
     "ZRayaCRIUhk15zoaZ9NERcQyFgMMb7k_7WMvqBv46z40vlxoFrHR-3rKIdZqgN7_PN"
     "usZ0jn1KHV4L905tdFroKhsoz44nM3N_BQCcGukq_dArNgeLsdRuVRd9iU_cyqk0lK"
     "1tyQ0GCk6xAm0yl0CJycFr2Bj1ASVO5tF_VluKgYGuSKi81ULDLP_ru9wm6J0auGl-"
     "zQ"},
    {"RS512", "rsa2048",
     "eyJhbGciOiJSUzUxMiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhZGEifQ.P2SlvQDjXK"
     "YQew9DbUEjdeen4QkIbzTjNJefmVcoY2hMuIeNN_5UvokJ0iOhOGL3ZUiwRpzrhsLe"
     "fLZAJUceLSUkxmaZqhXak2uslF772MNFPPHUCl_1AovceWlmx1wQCJrn-XteuXLyaG"
     "FeRX75N5Zvnl2pLocwIRxlJymdYwmp89aUxrIyuaUR0wdzMiS5uYHIv2QfqUfGyXXN"
     "dAGxlY-tWpPv10mvXF2vv2QpMyX_ajo-ItLrBDPzAnvLUHdjLa6xVTMJVKy7s3I35X"
     "8Ka8z41SKc5GVmVIYXMqR_JTJd7HvyLLAmB8XbXlfs2fMF3kNae4HYT4fODeWL83CK"
     "3w"},
    {"PS256", "rsa2048",
     "eyJhbGciOiJQUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhZGEifQ.LRfZb3iDvO"
     "ox0FhRUKpJiEFYLq2noMmBBVjPHKD9YzywDSZvp6qtK8YvPHL9-TDKMjScsFd4niDU"
     "BhHXM9dtuR84qtuTfU4gDDyEG9cxzdsrmGFD5xHsnqUolhOuFBkqH6g_-61ixuWohb"
     "j2CplR_gcUt3COvf5p5ytKJxI7Mn_36i-u7KKCg9-ghsznmJ6W-Wwt29TQHuWDdTRv"
     "kIkUbsWt5zYheDFDlDOlWCWREABVtW5cJw9GlB3UXgq-S9EriwhQYdzDZZmaDmynUf"
     "Dm07ZFqeOv3qcnI4VrJbdf_zqz13nYky44KZEtTN05Ixuqr2r_8eK1C_Ljn6Lpy5wj"
     "Gw"},
    {"PS384", "rsa2048",
     "eyJhbGciOiJQUzM4NCIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhZGEifQ.SxjZX7kG61"
     "0Z-SxqLj5p8DF1k8xhEBIqzlqk6y1Okh3yrlcUJvcHE9QQnGs_4oMcuMRFAuhnQIyP"
     "9tD7ziqwWpcTwhkywSb740J4jQKFkzy6NRyBI6zhcOiiBDZhFKqwhcvgtsNeCzzOqL"
     "BNHtCDnV6uWAOKHZiUkEsiSjbU7xTViWE3lLhhIRxs0QSKtVjNILwiHx1v9qrUlYIf"
     "Fv4k6v_a8UM0HfaIaMbBNDP7Sr3RTssxF945r95UXUuCFbxooxjmmWU3_83QszE-YF"
     "tD_IuJnNUgUJuZH6nnSolRk4yrJYr828M7_fls0Fu3oglj22qggb6zV3Ziq04VBukz"
     "kQ"},
    {"PS512", "rsa2048",
     "eyJhbGciOiJQUzUxMiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhZGEifQ.TvJjmETieY"
     "QFKHdi6YOGfHXPM0lph8C6015aBsjT-k4H5e4Bpuc0TzEHYFIUsHR9ghAJh0cX8a5T"
     "uD9IMb-3t2nHZhnDmdtlKrBQzqolpEDHGsmu02zm5uQiTwlrgd5_lM18HF54jNf0nP"
     "xquMqx5NH4GJFa20RgTQpnvyTWNgDSNGi_kyQK29f6eJSC7wmUN329B134ZeMvtrmE"
     "UCF_KuxFGXOeadOv1umUIAPSBKwkXsAizFxPl9pXzb4URvH2lcN48uLjdR9qTOT_bt"
     "cWscip8yhvQ33-RONMkS1UMR1OQGImCjqNKj1HcP9tZ9IoDoCbNBkFqF5oXel0UflY"
     "mg"},
    {"ES256", "P-256",
     "eyJhbGciOiJFUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhZGEifQ.W6EZKPyM8m"
     "Qc4zA91L8PgPcDTYsFf2bcWx1WNC8SvRgdCZk5z3GiPJkTzFtYI9490qI8Nlx6zHMr"
     "4e96xtaJng"},
    {"ES384", "P-384",
     "eyJhbGciOiJFUzM4NCIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhZGEifQ.a_zpFgF8xw"
     "Ud5BMefMRjOyQ5zE5Z_lkR2yTJtnme36Rx_Np6oNwwlZYo89HKeIIuIrw0GZaETVUV"
     "xRRm-E1JB-ItdjBzvzoR5TE1xjOh2mtp6_g-6_c2j1DT1EPgOT4c"},
    {"ES512", "P-521",
     "eyJhbGciOiJFUzUxMiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhZGEifQ.ATVEvteVQK"
     "a48mgrjA1iaj-qs6a8TztWtD5IR4r-TMn10YPTwW_r02NlM2tAxf52zUjPnsisQooH"
     "3EjeDZoqRHgrADk8yKlFfzA7RR3foixFj541djlfPgsFsILt5GhJUAwzud1pamG2uU"
     "r7Pikqjzi4mZagUWghdap1tkIa5vXNTm7C"},
    {"ES256K", "secp256k1",
     "eyJhbGciOiJFUzI1NksiLCJ0eXAiOiJKV1QifQ.eyJzdWIiOiJhZGEifQ.uJCqQhRQ"
     "eKaEw1ciPhbxjW0m3pNr46r9mFh03miP1bQCTTauP2JfcnK0dTnQz5C1BX-THdf70U"
     "1ARsNnBrTszw"},
    {"EdDSA", "ed25519",
     "eyJhbGciOiJFZERTQSIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhZGEifQ.NRoidqSIry"
     "k3Pof3sXLzGhq9dsDIgyuyEcu66hELyjmioyauYYXidKLkd8P7EZGCZq4G0qzrRKvF"
     "OsSrYcX-BQ"},
    {"EdDSA", "ed448",
     "eyJhbGciOiJFZERTQSIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhZGEifQ.C1jNf5bpwg"
     "aNd8O17_ZCIy9Yt112EHD3ZKTA6Y3bQ39O4IDH86YNqgo22aADXHqECNph3e6A9LKA"
     "vDthZI5HXkTsK0AwtpCHSQqiKlZKxxKroImSsC0TrSAE3DVbxAE84L1OZGkDPer0BA"
     "_SDTWybhgA"},
};

static struct jg_key *
key_of_row(size_t i)
{
    if (rows[i].key == NULL)
        return good_key_of_secret("tyk123");
    return good_key_of_pem(test_key(rows[i].key)->public_pem);
}

static void
tokens_of_another_implementation_verify(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_jwks *set = NULL;

        assert_err(jg_jwks_of_key(key_of_row(i), &set), JG_OK);
        assert_err(check_token(jg_str(rows[i].token), set), JG_OK);
        jg_jwks_free(set);
    }
}

/* With the key of any other row they do not, and it says which of the two. */
static void
they_verify_with_their_own_key_only(void **state)
{
    (void)state;
    for (size_t k = 0; k < LEN(rows); k++) {
        struct jg_jwks *set = NULL;

        assert_err(jg_jwks_of_key(key_of_row(k), &set), JG_OK);
        for (size_t i = 0; i < LEN(rows); i++) {
            bool same = rows[i].key == rows[k].key ||
                        (rows[i].key != NULL && rows[k].key != NULL &&
                         strcmp(rows[i].key, rows[k].key) == 0);
            enum jg_err err = check_token(jg_str(rows[i].token), set);

            if (same)
                assert_err(err, JG_OK);
            else
                assert_true(err == JG_E_KEY_FIT || err == JG_E_SIGNATURE_SIZE);
        }
        jg_jwks_free(set);
    }
}

/* All of the table but what another OpenSSL has, or nobody ever verifies. */
static void
no_algorithm_is_left_out(void **state)
{
    const struct jg_alg *alg;

    (void)state;
    for (size_t a = 0; (alg = jg_alg_at(a)) != NULL; a++) {
        bool found = alg->family == JG_UNSIGNED || alg->family == JG_MLDSA ||
                     strncmp(alg->name, "Ed", 2) == 0; /* by curve: EdDSA */

        for (size_t i = 0; i < LEN(rows); i++)
            found |= strcmp(rows[i].alg, alg->name) == 0;
        if (!found)
            print_error("no row for %s\n", alg->name);
        assert_true(found);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tokens_of_another_implementation_verify),
        cmocka_unit_test(they_verify_with_their_own_key_only),
        cmocka_unit_test(no_algorithm_is_left_out),
    };

    return cmocka_run_group_tests_name("jose/foreign", tests, NULL, NULL);
}

/*
 * The rest of the shared test vectors: what is encrypted is refused, other
 * libraries' corpora end as they should, and no file of any folder is left
 * out. (Not tried: the primitives of JWE alone, which nothing here has.)
 */
#include "vectors.h"

#include <dirent.h>
#include <sys/stat.h>

#define W "wycheproof/"
#define ARENA_MAX_BYTES (256 * 1024 * 1024)
#define PATH_MAX_BYTES 900
#define NAMES_MAX 300

/* The keys of one Wycheproof group, or none. */
static struct jg_jwks *
keys_of_group(const struct jg_json *group)
{
    const struct jg_json *keys = jg_json_get(group, JG_STR("public"));

    return set_of(keys != NULL ? keys : member(group, "private"), false);
}

/* One case of json_web_crypto: true when it ended as it should. */
static bool
crypto_case_is_right(const struct jg_json *test, const struct jg_jwks *set,
                     size_t *accepted)
{
    struct jg_str jws = text_of(test, "jws");
    bool valid = jg_str_eq(text_of(test, "result"), JG_STR("valid"));
    enum jg_err err;

    if (jws.p == NULL) /* a JWE: never */
        return check_token(text_of(test, "jwe"), set) != JG_OK;
    err = check_token(jws, set);
    *accepted += err == JG_OK && !is_risky(set);
    return (err == JG_OK && !is_risky(set)) == valid;
}

static void
the_older_jose_file_ends_as_the_newer_ones(void **state)
{
    size_t cases = 0, accepted = 0, wrong = 0;
    const struct jg_json *groups;
    struct jg_arena a;

    (void)state;
    if (!vectors_are_here())
        return;
    jg_arena_init(&a, 1024 * 1024, ARENA_MAX_BYTES);
    groups =
        member(vector_json(W "json_web_crypto_test.json", &a), "testGroups");
    for (uint32_t g = 0; g < groups->count; g++) {
        const struct jg_json *tests = member(&groups->items[g], "tests");
        struct jg_jwks *set = keys_of_group(&groups->items[g]);

        for (uint32_t t = 0; t < tests->count; t++) {
            cases++;
            if (crypto_case_is_right(&tests->items[t], set, &accepted))
                continue;
            print_error("json_web_crypto tcId %d\n",
                        (int)number_of(&tests->items[t], "tcId"));
            wrong++;
        }
        jg_jwks_free(set);
    }
    print_message("# wycheproof json_web_crypto: %zu cases, %zu accepted\n",
                  cases, accepted);
    assert_int_equal(wrong, 0);
    assert_int_equal(cases, 83);
    jg_arena_free(&a);
}

static void
no_encrypted_token_passes_even_with_its_own_key(void **state)
{
    size_t cases = 0, by_name = 0;
    const struct jg_json *groups;
    struct jg_arena a;

    (void)state;
    if (!vectors_are_here())
        return;
    jg_arena_init(&a, 1024 * 1024, ARENA_MAX_BYTES);
    groups = member(vector_json(W "json_web_encryption_test.json", &a),
                    "testGroups");
    for (uint32_t g = 0; g < groups->count; g++) {
        const struct jg_json *tests = member(&groups->items[g], "tests");
        struct jg_jwks *set = keys_of_group(&groups->items[g]);

        for (uint32_t t = 0; t < tests->count; t++) {
            enum jg_err err =
                check_token(text_of(&tests->items[t], "jwe"), set);

            cases++;
            by_name += err == JG_E_TOKEN_JWE;
            assert_int_not_equal(err, JG_OK);
        }
        jg_jwks_free(set);
    }
    print_message("# wycheproof JWE: %zu cases, all refused, %zu as JWE\n",
                  cases, by_name);
    assert_int_equal(cases, 139);
    jg_arena_free(&a);
}

/* The number in <hex>, without what stands before <bytes> bytes. */
static struct jg_str
number_bytes(struct jg_str hex, size_t bytes, struct jg_arena *a)
{
    static const char digits[] = "0123456789abcdef";
    char *out = jg_arena_alloc(a, bytes);

    assert_non_null(out);
    memset(out, 0, bytes);
    for (size_t i = 0; i < hex.len && i < 2 * bytes; i++) {
        size_t value =
            (size_t)(strchr(digits, hex.p[hex.len - 1 - i]) - digits);

        out[bytes - 1 - i / 2] |= (char)(value << (i % 2 * 4));
    }
    return (struct jg_str){out, bytes};
}

/* How many bytes a coordinate of the curve has. */
static size_t
field_bytes(const struct jg_json *curve)
{
    struct jg_str p = text_of(curve, "p");

    while (p.len > 0 && p.p[0] == '0')
        p = jg_str_from(p, 1);
    return (p.len + 1) / 2;
}

/* A JWK with the curve's own generator, under the name <crv>. */
static enum jg_err
import_generator(const struct jg_json *curve, struct jg_str crv,
                 struct jg_arena *a)
{
    size_t bytes = field_bytes(curve);
    struct jg_str x = number_bytes(text_of(curve, "gx"), bytes, a);
    struct jg_str y = number_bytes(text_of(curve, "gy"), bytes, a);
    char text[600], x64[200], y64[200];
    struct jg_key *key = NULL;
    enum jg_err err;

    assert_true(bytes <= 66);
    snprintf(text, sizeof(text),
             "{\"kty\":\"EC\",\"crv\":\"%.*s\",\"x\":\"%.*s\",\"y\":\"%.*s\"}",
             JG_STR_ARG(crv), (int)jg_b64url_encode(x, x64), x64,
             (int)jg_b64url_encode(y, y64), y64);
    err = key_of_jwk(text, &key, NULL);
    jg_key_free(key);
    return err;
}

/* JOSE's name of a curve of the file; p == NULL: it has none. */
static struct jg_str
jose_name(struct jg_str name)
{
    static const struct {
        const char *name, *crv;
    } rows[] = {
        {"secp256r1", "P-256"},
        {"secp384r1", "P-384"},
        {"secp521r1", "P-521"},
        {"secp256k1", "secp256k1"},
    };

    for (size_t i = 0; i < LEN(rows); i++)
        if (jg_str_eq(name, jg_str(rows[i].name)))
            return jg_str(rows[i].crv);
    return (struct jg_str){NULL, 0};
}

static void
only_the_curves_of_jose_are_keys_and_only_by_their_names(void **state)
{
    size_t taken = 0;
    const struct jg_json *curves;
    struct jg_arena a;

    (void)state;
    if (!vectors_are_here())
        return;
    jg_arena_init(&a, 1024 * 1024, ARENA_MAX_BYTES);
    curves =
        member(&member(vector_json(W "ec_prime_order_curves_test.json", &a),
                       "testGroups")
                    ->items[0],
               "tests");
    for (uint32_t i = 0; i < curves->count; i++) {
        const struct jg_json *curve = &curves->items[i];
        struct jg_str name = text_of(curve, "name");
        struct jg_str crv = jose_name(name);
        bool same = crv.p != NULL && jg_str_eq(crv, name);

        if (field_bytes(curve) > 66)
            continue;
        assert_err(import_generator(curve, name, &a), same ? JG_OK : JG_E_KEY);
        if (crv.p != NULL)
            assert_err(import_generator(curve, crv, &a), JG_OK);
        else /* a point of another curve under a good name */
            assert_err(import_generator(curve, JG_STR("P-256"), &a), JG_E_KEY);
        taken += crv.p != NULL;
    }
    print_message("# curves: %u, %zu taken\n", curves->count, taken);
    assert_int_equal(taken, 4);
    jg_arena_free(&a);
}

/* Line "<name>: <quote>value<quote>" of a corpus file, with \n put in. */
static struct jg_str
corpus_value(struct jg_str file, const char *name, struct jg_arena *a)
{
    char start[20];
    struct jg_str out;
    size_t at, len = 0;
    char *p;

    snprintf(start, sizeof(start), "%s: ", name);
    for (at = 0; at < file.len; at++)
        if ((at == 0 || file.p[at - 1] == '\n') &&
            jg_str_starts(jg_str_from(file, at), jg_str(start)))
            break;
    assert_true(at < file.len);
    file = jg_str_from(file, at + strlen(start) + 1);
    file = jg_str_head(file, jg_str_find(file, '\n'));
    file = jg_str_trim(file);
    out = jg_arena_str(a, jg_str_head(file, file.len - 1));
    p = (char *)(uintptr_t)out.p;
    for (size_t i = 0; i < out.len; i++) {
        bool line = jg_str_starts(jg_str_from(out, i), JG_STR("\\n"));

        p[len++] = line ? '\n' : out.p[i];
        i += line;
    }
    return jg_str_head(out, len);
}

static void
envoys_corpus_verifies_where_we_take_its_forms(void **state)
{
    static const struct {
        const char *file, *method;
        enum jg_err keys, token;
    } rows[] = {
        {"jwks_ec.txt", "ecdsa", JG_OK, JG_OK},
        {"jwks_hmac.txt", "hmac", JG_OK, JG_OK},
        {"jwks_okp.txt", "eddsa", JG_OK, JG_OK},
        {"jwks_pem.txt", "ecdsa", JG_OK, JG_OK},
        {"jwks_rsa.txt", "rsa", JG_OK, JG_OK},
        /* Google's own map of kid to certificate is no JWK set */
        {"jwks_x509.txt", "rsa", JG_E_KEY, JG_E_KEY},
    };

    (void)state;
    if (!vectors_are_here())
        return;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_jwks *set = NULL;
        struct jg_arena a;
        struct jg_str file;
        char name[100];
        bool known;

        jg_arena_init(&a, 4096, ARENA_MAX_BYTES);
        snprintf(name, sizeof(name), "jwt_verify_lib-corpus/%s", rows[i].file);
        file = vector_text(name, &a);
        assert_err(
            jg_jwks_from_source(corpus_value(file, "jwks", &a),
                                jg_alg_method(jg_str(rows[i].method), &known),
                                &set, NULL),
            rows[i].keys);
        if (set != NULL)
            assert_err(check_token(corpus_value(file, "jwt", &a), set),
                       rows[i].token);
        jg_jwks_free(set);
        jg_arena_free(&a);
    }
    print_message("# jwt_verify_lib corpus: %zu files\n", LEN(rows));
}

/* The names in folder <name> of the vectors, in <a>; sets <count>. */
static struct jg_str *
names_in(const char *name, struct jg_arena *a, size_t *count)
{
    struct jg_str *out = jg_arena_array(a, NAMES_MAX, sizeof(*out));
    char path[PATH_MAX_BYTES];
    const struct dirent *e;
    DIR *dir;

    snprintf(path, sizeof(path), "%s/vectors/%s", getenv("JG_SHARED"), name);
    dir = opendir(path);
    assert_non_null(dir);
    *count = 0;
    while ((e = readdir(dir)) != NULL && *count < NAMES_MAX)
        if (e->d_name[0] != '.')
            out[(*count)++] = jg_arena_str(a, jg_str(e->d_name));
    closedir(dir);
    return out;
}

/* The key beside rfc-vectors-latchset/<name>, or a set that is not its. */
static struct jg_jwks *
key_beside(struct jg_str name, struct jg_arena *a)
{
    struct jg_jwks *set = NULL;
    struct jg_str text;
    char path[200];

    while (name.len > 0 && name.p[name.len - 1] != '.')
        name.len--;
    snprintf(path, sizeof(path), "rfc-vectors-latchset/%.*sjwk",
             JG_STR_ARG(name));
    text = vector_text(path, a);
    if (text.p != NULL)
        jg_jwks_parse(text, false, &set, NULL);
    if (set == NULL)
        assert_err(jg_jwks_of_key(good_key_of_secret("none"), &set), JG_OK);
    return set;
}

/* RFC 7515 and 7520 in every form: only signed compact tokens may verify. */
static void
the_form_of_an_rfcs_token_decides(void **state)
{
    static const struct {
        const char *end;
        bool compact, encrypted;
    } forms[] = {
        {".jwsc", true, false},  {".jwsf", false, false},
        {".jwsg", false, false}, {".jwec", true, true},
        {".jwef", false, true},  {".jweg", false, true},
    };
    size_t count, tokens = 0, verified = 0;
    struct jg_str *names;
    struct jg_arena a;

    (void)state;
    if (!vectors_are_here())
        return;
    jg_arena_init(&a, 64 * 1024, ARENA_MAX_BYTES);
    names = names_in("rfc-vectors-latchset", &a, &count);
    for (size_t i = 0; i < count; i++) {
        for (size_t f = 0; f < LEN(forms); f++) {
            struct jg_jwks *set;
            struct jg_arena file;
            char path[200];
            enum jg_err err;

            if (!jg_str_ends(names[i], jg_str(forms[f].end)))
                continue;
            jg_arena_init(&file, 4096, ARENA_MAX_BYTES);
            snprintf(path, sizeof(path), "rfc-vectors-latchset/%.*s",
                     JG_STR_ARG(names[i]));
            set = key_beside(names[i], &file);
            err = check_token(jg_str_trim(vector_text(path, &file)), set);
            if (forms[f].compact && forms[f].encrypted)
                assert_err(err, JG_E_TOKEN_JWE);
            if (!forms[f].compact)
                assert_int_not_equal(err, JG_OK);
            tokens++;
            verified += err == JG_OK;
            jg_jwks_free(set);
            jg_arena_free(&file);
        }
    }
    print_message("# RFC tokens of all forms: %zu, %zu verified\n", tokens,
                  verified);
    assert_int_equal(verified, 8); /* 7515 A.1-A.4, 7520 4.1-4.4 */
    assert_int_equal(tokens, 59);
    jg_arena_free(&a);
}

static void
the_cookbooks_encrypted_tokens_are_refused_with_their_own_keys(void **state)
{
    size_t count, compact = 0;
    struct jg_str *names;
    struct jg_arena a;

    (void)state;
    if (!vectors_are_here())
        return;
    jg_arena_init(&a, 64 * 1024, ARENA_MAX_BYTES);
    names = names_in("jose-cookbook/jwe", &a, &count);
    for (size_t i = 0; i < count; i++) {
        const struct jg_json *file, *output, *key;
        struct jg_jwks *set = NULL;
        char path[300];

        snprintf(path, sizeof(path), "jose-cookbook/jwe/%.*s",
                 JG_STR_ARG(names[i]));
        file = vector_json(path, &a);
        output = member(file, "output");
        key = jg_json_get(member(file, "input"), JG_STR("key"));
        if (key != NULL && key->type == JG_JSON_OBJECT)
            set = set_of(key, false);
        else
            assert_err(jg_jwks_of_key(good_key_of_secret("none"), &set), JG_OK);
        if (jg_json_get(output, JG_STR("compact")) != NULL) {
            assert_err(check_token(text_of(output, "compact"), set),
                       JG_E_TOKEN_JWE);
            compact++;
        }
        jg_jwks_free(set);
    }
    print_message("# cookbook JWE: %zu files, %zu compact\n", count, compact);
    assert_int_equal(count, 13);
    assert_int_equal(compact, 9);
    jg_arena_free(&a);
}

/* Every reader of core/jose on one text; none may fall over. */
static void
read_in_every_way(struct jg_str text)
{
    static const char *const methods[] = {"hmac", "rsa", "ecdsa", "eddsa",
                                          "mldsa"};
    struct jg_key *key = NULL;
    struct jg_jwks *set = NULL;

    for (int fetched = 0; fetched < 2; fetched++) {
        jg_jwks_parse(text, fetched == 1, &set, NULL);
        if (set != NULL)
            check_token(jg_str_trim(text), set);
        jg_jwks_free(set);
        set = NULL;
    }
    for (size_t i = 0; i < LEN(methods); i++) {
        bool known;

        jg_jwks_from_source(text, jg_alg_method(jg_str(methods[i]), &known),
                            &set, NULL);
        jg_jwks_free(set);
        set = NULL;
    }
    jg_key_from_public(text, &key, NULL);
    jg_key_free(key);
}

/* Files under <folder>, each one read in every way. */
static size_t
read_folder(const char *folder)
{
    DIR *dir = opendir(folder);
    size_t files = 0;
    struct dirent *e;

    assert_non_null(dir);
    while ((e = readdir(dir)) != NULL) {
        char path[PATH_MAX_BYTES];
        struct jg_arena a;
        struct stat st;
        FILE *f;
        char *text;

        if (e->d_name[0] == '.')
            continue;
        snprintf(path, sizeof(path), "%s/%s", folder, e->d_name);
        assert_int_equal(stat(path, &st), 0);
        if (S_ISDIR(st.st_mode)) {
            files += read_folder(path);
            continue;
        }
        jg_arena_init(&a, 4096, ARENA_MAX_BYTES);
        text = jg_arena_alloc(&a, (size_t)st.st_size + 1);
        f = fopen(path, "r");
        assert_non_null(f);
        assert_int_equal(fread(text, 1, (size_t)st.st_size, f), st.st_size);
        fclose(f);
        read_in_every_way((struct jg_str){text, (size_t)st.st_size});
        jg_arena_free(&a);
        files++;
    }
    closedir(dir);
    return files;
}

static void
no_file_of_the_vectors_harms_a_reader(void **state)
{
    char path[PATH_MAX_BYTES];
    size_t files;

    (void)state;
    if (!vectors_are_here())
        return;
    snprintf(path, sizeof(path), "%s/vectors", getenv("JG_SHARED"));
    files = read_folder(path);
    print_message("# files read in every way: %zu\n", files);
    assert_true(files > 600);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_older_jose_file_ends_as_the_newer_ones),
        cmocka_unit_test(no_encrypted_token_passes_even_with_its_own_key),
        cmocka_unit_test(
            only_the_curves_of_jose_are_keys_and_only_by_their_names),
        cmocka_unit_test(envoys_corpus_verifies_where_we_take_its_forms),
        cmocka_unit_test(the_form_of_an_rfcs_token_decides),
        cmocka_unit_test(
            the_cookbooks_encrypted_tokens_are_refused_with_their_own_keys),
        cmocka_unit_test(no_file_of_the_vectors_harms_a_reader),
    };

    return cmocka_run_group_tests_name("jose/vectors", tests, NULL, NULL);
}

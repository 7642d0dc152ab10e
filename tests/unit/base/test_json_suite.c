/* JSONTestSuite (nst/JSONTestSuite): what must, and must not, be JSON. */
#include <dirent.h>
#include <jansson.h>

#include "json_check.h"

#define FOLDER "/vectors/json-parsing/test_parsing"
#define FILE_MAX_BYTES (1024 * 1024)

/* Accepted by RFC 8259, and refused here: twice the same name, and NUL. */
static const struct {
    const char *file;
    enum jg_err want;
} ours[] = {
    {"y_object_duplicated_key.json", JG_E_JSON_DUPLICATE},
    {"y_object_duplicated_key_and_value.json", JG_E_JSON_DUPLICATE},
    {"y_object_escaped_null_in_key.json", JG_E_JSON},
    {"y_string_null_escape.json", JG_E_JSON},
};

/* How often each answer was given. */
struct counts {
    size_t accepted, by_rule, refused, either_accepted, either_refused, wrong;
};

static enum jg_err
expected(const char *file)
{
    for (size_t i = 0; i < LEN(ours); i++)
        if (strcmp(ours[i].file, file) == 0)
            return ours[i].want;
    return JG_OK;
}

static void
count(struct counts *n, const char *file, enum jg_err err)
{
    bool right = true;

    if (file[0] == 'i') {
        n->either_accepted += err == JG_OK;
        n->either_refused += err != JG_OK;
        right = err == JG_OK || err == JG_E_JSON || err == JG_E_JSON_LIMIT;
    } else if (file[0] == 'n') {
        n->refused++;
        right = err == JG_E_JSON || err == JG_E_JSON_LIMIT;
    } else {
        n->accepted += err == JG_OK;
        n->by_rule += err != JG_OK;
        right = err == expected(file);
    }
    if (!right) {
        print_error("%s: %s\n", file, jg_err_info(err)->name);
        n->wrong++;
    }
}

/*
 * jansson's answer to the same text; true for those that have a NUL, which it
 * takes for a space behind a number.
 */
static bool
jansson_agrees(struct jg_str text, bool accepted)
{
    json_t *tree = json_loadb(text.len == 0 ? "" : text.p, text.len,
                              JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, NULL);

    json_decref(tree);
    return accepted == (tree != NULL) || jg_str_find(text, '\0') < text.len;
}

static void
try_file(struct counts *n, const char *folder, const char *name)
{
    const struct jg_json *value = NULL;
    char path[1000], *bytes = malloc(FILE_MAX_BYTES);
    struct jg_str text;
    struct jg_arena a;
    enum jg_err err;
    FILE *f;

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    f = fopen(path, "r");
    assert_non_null(f);
    text = (struct jg_str){bytes, fread(bytes, 1, FILE_MAX_BYTES, f)};
    fclose(f);
    jg_arena_init(&a, 4096, ARENA_MAX_BYTES);
    err = jg_json_parse(text, &jg_json_limits_token, &a, &value, NULL);
    count(n, name, err);
    if (err != JG_E_JSON_LIMIT && !jansson_agrees(text, err == JG_OK)) {
        print_error("%s: jansson says otherwise\n", name);
        n->wrong++;
    }
    jg_arena_free(&a);
    free(bytes);
}

static void
every_case_of_the_suite_gets_its_answer(void **state)
{
    const char *shared = getenv("JG_SHARED");
    struct counts n = {0};
    struct dirent *entry;
    char folder[500];
    DIR *dir;

    (void)state;
    snprintf(folder, sizeof(folder), "%s" FOLDER, shared ? shared : "");
    dir = opendir(folder);
    if (dir == NULL) {
        jg_skip_loudly("no JSONTestSuite in JG_SHARED");
        return;
    }
    while ((entry = readdir(dir)) != NULL)
        if (strstr(entry->d_name, ".json") != NULL)
            try_file(&n, folder, entry->d_name);
    closedir(dir);
    print_message("# y_: %zu accepted, %zu refused by a rule of ours; n_: %zu "
                  "refused; i_: %zu accepted, %zu refused; %zu wrong\n",
                  n.accepted, n.by_rule, n.refused, n.either_accepted,
                  n.either_refused, n.wrong);
    assert_int_equal(n.wrong, 0);
    assert_true(n.accepted + n.by_rule >= 95);
    assert_true(n.refused >= 188);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_case_of_the_suite_gets_its_answer),
    };

    return cmocka_run_group_tests_name("base/json_suite", tests, NULL, NULL);
}

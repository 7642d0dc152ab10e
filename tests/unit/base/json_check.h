/* Parsing in tests: what must work, works, or the test fails. */
#ifndef JG_TESTS_BASE_JSON_CHECK_H
#define JG_TESTS_BASE_JSON_CHECK_H

#include "base/json.h"
#include "check.h"

#define ARENA_MAX_BYTES (64 * 1024 * 1024)

/* <text> with the limits of tokens, in <a>. */
static inline const struct jg_json *
good_json(struct jg_arena *a, struct jg_str text)
{
    const struct jg_json *value = NULL;
    struct jg_json_fault fault = {0};
    enum jg_err err =
        jg_json_parse(text, &jg_json_limits_token, a, &value, &fault);

    if (err != JG_OK)
        fail_msg("%.*s: %s (%u:%u %s)", JG_STR_ARG(text),
                 jg_err_info(err)->name, fault.line, fault.column, fault.what);
    return value;
}

/* Fails unless <value> is written as <want>. */
#define assert_json(value, want) check_json((value), (want), __FILE__, __LINE__)

static inline void
check_json(const struct jg_json *value, const char *want, const char *file,
           int line)
{
    struct jg_buf b;

    jg_buf_init(&b, ARENA_MAX_BYTES);
    jg_json_write(&b, value, 0);
    assert_false(b.failed);
    jg_check_str(jg_buf_str(&b), jg_str(want), "JSON", file, line);
    jg_buf_free(&b);
}

#endif

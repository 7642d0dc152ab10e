/* The time claims of any JSON: no shape of them may pass by mistake. */
#include <stdlib.h>

#include "jose/claims.h"

#define NOW 1700000000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct jg_claims_skew none = {0, 0, 0};
    static const struct jg_claims_skew most = {INT64_MAX, INT64_MAX, INT64_MAX};
    struct jg_str text = {(const char *)data, size};
    const struct jg_json *claims = NULL;
    struct jg_arena a;

    jg_arena_init(&a, 16 * 1024, 4 * 1024 * 1024);
    if (jg_json_parse(text, &jg_json_limits_token, &a, &claims, NULL) ==
        JG_OK) {
        const struct jg_json *exp = jg_json_get(claims, JG_STR("exp"));
        enum jg_err strict = jg_claims_check_time(claims, NOW, &none);
        enum jg_err lenient = jg_claims_check_time(claims, NOW, &most);
        int64_t t;

        if (strict == JG_OK && lenient != JG_OK)
            abort(); /* a skew only ever helps */
        if (lenient == JG_OK && exp != NULL && exp->type != JG_JSON_INT &&
            exp->type != JG_JSON_REAL)
            abort(); /* a wrong type is no absence */
        if (jg_claims_time(claims, JG_STR("exp"), &t) && t != INT64_MIN &&
            (t < 0 || t > JG_TIME_MAX_S))
            abort();
    }
    jg_arena_free(&a);
    return 0;
}

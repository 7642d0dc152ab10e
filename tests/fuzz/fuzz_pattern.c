/*
 * Patterns and paths: "<flags><pattern>\n<path>". What is said about a text
 * without running the expression is what the expression says.
 */
#include <stdlib.h>

#include "base/pattern.h"
#include "model/path_pattern.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool good)
{
    if (!good)
        abort();
}

/* In a group nothing is known about an expression, so that it is run. */
static void
compare(struct jg_str text, bool ignore_case, struct jg_str subject,
        struct jg_arena *a)
{
    struct jg_matching m = {.arena = a};
    char group[JG_PATTERN_MAX + 4];
    struct jg_pattern plain, grouped;
    enum jg_match x, y;
    struct jg_str why;

    if (text.len + 4 > JG_PATTERN_MAX ||
        jg_pattern_compile(text, ignore_case, a, &plain, &why) != JG_OK)
        return;
    memcpy(group, "(?:", 3);
    memcpy(group + 3, text.p, text.len);
    group[text.len + 3] = ')';
    if (jg_pattern_compile((struct jg_str){group, text.len + 4}, ignore_case, a,
                           &grouped, &why) != JG_OK) {
        /* Configuration is JSON, so always UTF-8: only here it is not. */
        must(memmem(why.p, why.len, "UTF-8", 5) != NULL);
        return;
    }
    must(grouped.form == JG_PATTERN_REGEX && grouped.literal.len == 0);
    x = jg_pattern_match(&plain, subject, &m);
    y = jg_pattern_match(&grouped, subject, &m);
    must(x == y || x == JG_MATCH_UNKNOWN || y == JG_MATCH_UNKNOWN);
}

/* A form that is matched makes the path match. */
static void
match_path(struct jg_str text, struct jg_path_rules rules, struct jg_str path,
           struct jg_arena *a)
{
    struct jg_matching m = {.arena = a};
    struct jg_path_pattern pattern;
    struct jg_path_forms forms;
    struct jg_str why;
    bool any = false;

    if (path.len == 0 || path.p[0] != '/' ||
        jg_path_pattern_compile(text, rules, a, &pattern, &why) != JG_OK)
        return;
    must(jg_path_forms(path, JG_STR("/api/"), a, &forms) == JG_OK);
    for (size_t i = 0; i < forms.count; i++) {
        must(forms.items[i].p[0] == '/');
        any = any || jg_pattern_match(&pattern.pattern, forms.items[i], &m) ==
                         JG_MATCH_YES;
    }
    must((jg_path_pattern_match(&pattern, &forms, &m) == JG_MATCH_YES) == any);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct jg_str all = {(const char *)data, size}, text, subject;
    struct jg_path_rules rules;
    struct jg_arena a;

    if (size == 0)
        return 0;
    rules = (struct jg_path_rules){(data[0] & 1) != 0, (data[0] & 2) != 0,
                                   (data[0] & 4) != 0};
    all = jg_str_from(all, 1);
    text = jg_str_head(all, jg_str_find(all, '\n'));
    subject = jg_str_from(all, text.len + 1);
    jg_arena_init(&a, 4096, 16 * 1024 * 1024);
    compare(text, rules.ignore_case, subject, &a);
    match_path(text, rules, subject, &a);
    jg_arena_free(&a);
    return 0;
}

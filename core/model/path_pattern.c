/* Tyk's path patterns: written as regular expressions, and matched. */
#include "model/path_pattern.h"

#define SEGMENT "([^/]+)"

struct jg_path_rules
jg_path_rules(const struct jg_conf *conf, bool ignore_case)
{
    return (struct jg_path_rules){
        .prefix = conf->http.enable_path_prefix_matching,
        .suffix = conf->http.enable_path_suffix_matching,
        .ignore_case = ignore_case,
    };
}

static size_t
count(struct jg_str s, char c)
{
    size_t n = 0;

    for (size_t i = 0; i < s.len; i++)
        n += s.p[i] == c;
    return n;
}

/* Otherwise the braces stand for themselves, or for repetitions. */
static bool
has_names(struct jg_str s)
{
    size_t open = count(s, '{');

    return open > 0 && open == count(s, '}');
}

/* A text that never grows over its maximum. */
struct writer {
    char *p;
    size_t len, max;
    bool full;
};

static void
put(struct writer *w, const char *p, size_t len)
{
    if (len > w->max - w->len) {
        w->full = true;
        return;
    }
    memcpy(w->p + w->len, p, len);
    w->len += len;
}

static void
put_text(struct writer *w, const char *text)
{
    put(w, text, strlen(text));
}

/* How many bytes at <s> are "{name}"; 0: none. */
static size_t
name_bytes(struct jg_str s)
{
    size_t end = jg_str_find(s, '}');

    return s.p[0] == '{' && end > 1 && end < s.len ? end + 1 : 0;
}

static void
write_pattern(struct writer *w, struct jg_str s, struct jg_path_rules rules)
{
    bool names = has_names(s);

    if (rules.prefix && jg_str_starts(s, JG_STR("/")))
        put_text(w, "^");
    while (s.len > 0) {
        size_t name = names ? name_bytes(s) : 0;

        if (name > 0) {
            put_text(w, SEGMENT);
            s = jg_str_from(s, name);
        } else if (jg_str_starts(s, JG_STR("/*/"))) {
            put_text(w, "/[^/]+"); /* the '/' may begin the next one */
            s = jg_str_from(s, 2);
        } else if (jg_str_starts(s, JG_STR("/*"))) {
            put_text(w, "/.*");
            s = jg_str_from(s, 2);
        } else {
            put(w, s.p, 1);
            s = jg_str_from(s, 1);
        }
    }
    if (rules.suffix && (w->len == 0 || w->p[w->len - 1] != '$'))
        put_text(w, "$");
}

enum jg_err
jg_path_pattern_compile(struct jg_str text, struct jg_path_rules rules,
                        struct jg_arena *a, struct jg_path_pattern *out,
                        struct jg_str *why)
{
    char bytes[JG_PATTERN_MAX];
    struct writer w = {.p = bytes, .max = sizeof(bytes)};

    write_pattern(&w, text, rules);
    if (w.full) {
        *why = jg_arena_str(a, JG_STR("longer than 1024 bytes"));
        return why->p == NULL ? JG_E_NOMEM : JG_E_CONF_VALUE;
    }
    return jg_pattern_compile((struct jg_str){bytes, w.len}, rules.ignore_case,
                              a, &out->pattern, why);
}

enum jg_err
jg_path_pattern_read(const struct jg_bind_source *source, const char *place,
                     struct jg_str text, struct jg_path_rules rules,
                     struct jg_arena *a, const struct jg_path_pattern **out)
{
    struct jg_path_pattern *pattern = jg_arena_alloc(a, sizeof(*pattern));
    struct jg_str why = {NULL, 0};
    enum jg_err err;

    if (pattern == NULL)
        return JG_E_NOMEM;
    err = jg_path_pattern_compile(text, rules, a, pattern, &why);
    *out = err == JG_OK ? pattern : NULL;
    if (err != JG_E_CONF_VALUE)
        return err;
    jg_bind_report(source, JG_WARNING, JG_E_CONF_VALUE, place, NULL, NULL,
                   "\"%.*s\" matches nothing: %.*s", JG_STR_ARG(text),
                   JG_STR_ARG(why));
    return JG_OK;
}

enum jg_err
jg_path_forms(struct jg_str path, struct jg_str listen_path, struct jg_arena *a,
              struct jg_path_forms *out)
{
    struct jg_path_forms forms = {.items = {path}, .count = 1};
    struct jg_str rest = jg_str_from(path, listen_path.len);
    char *p;

    *out = forms;
    if (!jg_str_starts(path, listen_path))
        return JG_OK;
    if (jg_str_ends(listen_path, JG_STR("/"))) { /* it begins the rest, too */
        rest = jg_str_from(path, listen_path.len - 1);
    } else if (rest.len == 0 || rest.p[0] != '/') {
        p = jg_arena_alloc(a, rest.len + 1);
        if (p == NULL)
            return JG_E_NOMEM;
        p[0] = '/';
        if (rest.len > 0)
            memcpy(p + 1, rest.p, rest.len);
        rest = (struct jg_str){p, rest.len + 1};
    }
    if (!jg_str_eq(rest, path))
        out->items[out->count++] = rest;
    return JG_OK;
}

enum jg_match
jg_path_pattern_match(const struct jg_path_pattern *pattern,
                      const struct jg_path_forms *forms, struct jg_matching *m)
{
    enum jg_match best = JG_MATCH_NO;

    for (size_t i = 0; i < forms->count; i++) {
        enum jg_match match =
            jg_pattern_match(&pattern->pattern, forms->items[i], m);

        if (match == JG_MATCH_YES)
            return match;
        if (match != JG_MATCH_NO)
            best = match;
    }
    return best;
}

/*
 * Regular expressions by PCRE2, without its JIT: that needs executable memory
 * which no arena owns. Most patterns are spared the expression anyhow, since
 * the text that they must contain is looked for first.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdio.h>

#include "base/pattern.h"
#include "base/pattern_internal.h"

/*
 * Written in front of every expression, so that no match needs a context, and
 * around one that may begin anywhere: so every place where it begins takes
 * from the same limit of steps, and all of a search is bounded by it.
 */
#define LIMITS "(*LIMIT_MATCH=%d)(*LIMIT_DEPTH=%d)(*LIMIT_HEAP=%d)%s"
#define ANYWHERE "(?s:.*?)(?:"
#define AROUND_BYTES 112

/* As Go: '$' is the very end. */
#define OPTIONS (PCRE2_UTF | PCRE2_DOLLAR_ENDONLY | PCRE2_NEVER_BACKSLASH_C)

#define MESSAGE_BYTES 256

static void *
arena_malloc(size_t size, void *arena)
{
    return jg_arena_alloc(arena, size);
}

/* The arena frees everything at once. */
static void
arena_free(void *memory, void *arena)
{
    (void)memory;
    (void)arena;
}

static enum jg_err
refuse(struct jg_arena *a, const char *text, struct jg_str *why)
{
    *why = jg_arena_str(a, jg_str(text));
    return why->p == NULL ? JG_E_NOMEM : JG_E_CONF_VALUE;
}

static enum jg_err
refuse_code(struct jg_arena *a, int code, size_t at, struct jg_str *why)
{
    char message[MESSAGE_BYTES] = "", text[MESSAGE_BYTES + 64];

    if (code == PCRE2_ERROR_HEAP_FAILED)
        return JG_E_NOMEM;
    pcre2_get_error_message(code, (PCRE2_UCHAR *)message, sizeof(message));
    snprintf(text, sizeof(text), "not a regular expression: %s at byte %zu",
             message, at + 1);
    return refuse(a, text, why);
}

/* Is it tried at the places of its head only, or at the first byte only? */
static bool
has_starts(const struct jg_pattern *p)
{
    return p->anchored || (p->head.len > 0 && !p->ignore_case);
}

/* The text as PCRE2 gets it: <out> has room for it; where <text> begins. */
static size_t
write_around(const struct jg_pattern *p, struct jg_str text, char *out,
             size_t *len)
{
    bool starts = has_starts(p);
    int head = snprintf(out, AROUND_BYTES, LIMITS, JG_PATTERN_STEPS_MAX,
                        JG_PATTERN_STEPS_MAX, JG_PATTERN_HEAP_KIB,
                        starts ? "" : ANYWHERE);

    if (text.len > 0)
        memcpy(out + head, text.p, text.len);
    *len = (size_t)head + text.len;
    if (!starts)
        out[(*len)++] = ')';
    return (size_t)head;
}

/* p->code, and whatever PCRE2 needs beside it, in <a>. */
static enum jg_err
compile_code(struct jg_str text, struct jg_arena *a, struct jg_pattern *p,
             struct jg_str *why)
{
    char whole[AROUND_BYTES + JG_PATTERN_MAX + 1];
    pcre2_general_context *general =
        pcre2_general_context_create(arena_malloc, arena_free, a);
    pcre2_compile_context *context;
    size_t head, len, at;
    int code;

    if (general == NULL)
        return JG_E_NOMEM;
    context = pcre2_compile_context_create(general);
    if (context == NULL)
        return JG_E_NOMEM;
    head = write_around(p, text, whole, &len);
    p->code = pcre2_compile((PCRE2_SPTR)whole, len,
                            OPTIONS | (p->ignore_case ? PCRE2_CASELESS : 0),
                            &code, &at, context);
    if (p->code != NULL)
        return JG_OK;
    return refuse_code(a, code, at < head ? 0 : at - head, why);
}

enum jg_err
jg_pattern_compile(struct jg_str text, bool ignore_case, struct jg_arena *a,
                   struct jg_pattern *out, struct jg_str *why)
{
    struct jg_pattern p = {.ignore_case = ignore_case};
    const char *fault;
    enum jg_err err;

    if (text.len > JG_PATTERN_MAX)
        return refuse(a, "longer than 1024 bytes", why);
    fault = jg_pattern_fault(text);
    if (fault != NULL)
        return refuse(a, fault, why);
    err = jg_pattern_understand(text, a, &p);
    /* Without regard to case, letters beyond ASCII need the expression. */
    if (err == JG_OK && (p.form == JG_PATTERN_REGEX || ignore_case))
        err = compile_code(text, a, &p, why);
    if (err == JG_OK)
        *out = p;
    return err;
}

static bool
is_ascii(struct jg_str s)
{
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.p[i] >= 0x80)
            return false;
    return true;
}

static bool
contains(struct jg_str s, struct jg_str part, bool ignore_case)
{
    if (part.len == 0)
        return true;
    if (!ignore_case)
        return memmem(s.p, s.len, part.p, part.len) != NULL;
    for (; s.len >= part.len; s = jg_str_from(s, 1))
        if (jg_str_starts_nocase(s, part))
            return true;
    return false;
}

static bool
equal(struct jg_str a, struct jg_str b, bool ignore_case)
{
    return ignore_case ? jg_str_eq_nocase(a, b) : jg_str_eq(a, b);
}

/* Is the literal where the form says? Of an expression: may it match? */
static bool
literal_fits(const struct jg_pattern *p, struct jg_str s)
{
    size_t len = p->literal.len;

    if (s.len < len)
        return false;
    switch (p->form) {
    case JG_PATTERN_STARTS:
        return equal(jg_str_head(s, len), p->literal, p->ignore_case);
    case JG_PATTERN_ENDS:
        return equal(jg_str_from(s, s.len - len), p->literal, p->ignore_case);
    case JG_PATTERN_EQUALS:
        return equal(s, p->literal, p->ignore_case);
    case JG_PATTERN_REGEX:
        if (p->anchored &&
            !equal(jg_str_head(s, p->head.len), p->head, p->ignore_case))
            return false;
        break;
    case JG_PATTERN_CONTAINS:
        break;
    }
    return contains(s, p->literal, p->ignore_case);
}

static pcre2_match_data *
match_data(struct jg_matching *m)
{
    pcre2_general_context *general;

    if (m->data != NULL)
        return m->data;
    general = pcre2_general_context_create(arena_malloc, arena_free, m->arena);
    if (general != NULL)
        m->data = pcre2_match_data_create(1, general);
    return m->data;
}

/* PCRE2 doubles its memory up to the limit; the arena keeps all of it. */
#define KEPT_CHUNK_BYTES 1024
#define KEPT_MAX_BYTES (4 * JG_PATTERN_HEAP_KIB * 1024)

enum jg_err
jg_matching_new(struct jg_matching **out)
{
    struct jg_arena *arena = jg_mem_grow(NULL, sizeof(*arena));
    struct jg_matching *m;

    if (arena == NULL)
        return JG_E_NOMEM;
    jg_arena_init(arena, KEPT_CHUNK_BYTES, KEPT_MAX_BYTES);
    m = jg_arena_alloc(arena, sizeof(*m));
    if (m != NULL)
        m->arena = arena;
    if (m == NULL || match_data(m) == NULL) {
        jg_arena_free(arena);
        jg_mem_free(arena);
        return JG_E_NOMEM;
    }
    *out = m;
    return JG_OK;
}

void
jg_matching_free(struct jg_matching *m)
{
    struct jg_arena *arena = m == NULL ? NULL : m->arena;

    if (arena == NULL)
        return;
    jg_arena_free(arena); /* <m> lies in it */
    jg_mem_free(arena);
}

/* Does the expression match from the byte <from> on? */
static enum jg_match
run(const struct jg_pattern *p, struct jg_str s, size_t from,
    struct jg_matching *m)
{
    pcre2_match_data *data = match_data(m);
    int result;

    if (data == NULL)
        return JG_MATCH_UNKNOWN;
    result = pcre2_match(p->code, (PCRE2_SPTR)(s.p != NULL ? s.p : ""), s.len,
                         from, PCRE2_ANCHORED, data, NULL);
    if (result == PCRE2_ERROR_NOMATCH)
        return JG_MATCH_NO;
    return result >= 0 ? JG_MATCH_YES : JG_MATCH_UNKNOWN;
}

static enum jg_match
search(const struct jg_pattern *p, struct jg_str s, struct jg_matching *m)
{
    size_t starts = 0;
    const char *place;

    if (s.len > JG_PATTERN_SUBJECT_MAX)
        return JG_MATCH_UNKNOWN;
    if (p->anchored || !has_starts(p))
        return run(p, s, 0, m);
    for (size_t from = 0;; from++) {
        enum jg_match match;

        place = memmem(s.p + from, s.len - from, p->head.p, p->head.len);
        if (place == NULL)
            return JG_MATCH_NO;
        if (starts++ == JG_PATTERN_STARTS_MAX)
            return JG_MATCH_UNKNOWN;
        from = (size_t)(place - s.p);
        match = run(p, s, from, m);
        if (match != JG_MATCH_NO)
            return match;
    }
}

enum jg_match
jg_pattern_match(const struct jg_pattern *p, struct jg_str s,
                 struct jg_matching *m)
{
    bool exact = !p->ignore_case || (is_ascii(s) && is_ascii(p->literal));

    if (exact) {
        bool fits = literal_fits(p, s);

        if (!fits || p->form != JG_PATTERN_REGEX)
            return fits ? JG_MATCH_YES : JG_MATCH_NO;
    }
    return search(p, s, m);
}

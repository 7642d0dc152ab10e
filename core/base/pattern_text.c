/*
 * What can be said of an expression without running it: what is no Go, and
 * which texts it must contain. In doubt nothing is said.
 */
#include "base/pattern_internal.h"

#define REPEAT_MAX 1000 /* as Go */

static bool
is_one_of(char c, const char *set)
{
    return c != '\0' && strchr(set, c) != NULL;
}

static bool
is_alnum(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
           (c >= 'A' && c <= 'Z');
}

static char
at(struct jg_str s, size_t i)
{
    return i < s.len ? s.p[i] : '\0';
}

/* The bytes of a "[:alpha:]" at <i>; 0: these are just characters. As Go,
 * whatever is between the two is its name. */
static size_t
named_class_bytes(struct jg_str s, size_t i)
{
    struct jg_str rest = jg_str_from(s, i + 2);
    const char *end;

    if (at(s, i) != '[' || at(s, i + 1) != ':' || rest.len == 0)
        return 0;
    end = memmem(rest.p, rest.len, ":]", 2);
    return end == NULL ? 0 : (size_t)(end + 2 - (s.p + i));
}

/* Where the class that begins at <i> ends: behind its ']'. */
static size_t
skip_class(struct jg_str s, size_t i)
{
    i++;
    if (at(s, i) == '^')
        i++;
    if (at(s, i) == ']') /* the first one stands for itself */
        i++;
    while (i < s.len && s.p[i] != ']') {
        size_t named = named_class_bytes(s, i);

        i += named > 0 ? named : s.p[i] == '\\' ? 2 : 1;
    }
    return i < s.len ? i + 1 : s.len;
}

/* Where the group that begins at <i> ends: behind its ')'. */
static size_t
skip_group(struct jg_str s, size_t i)
{
    size_t depth = 0;

    while (i < s.len) {
        char c = s.p[i];

        if (c == '[') {
            i = skip_class(s, i);
            continue;
        }
        i += c == '\\' ? 2 : 1;
        depth += c == '(';
        if (c == ')' && --depth == 0)
            break;
    }
    return i < s.len ? i : s.len;
}

/* The bytes of "{2}", "{2,}" or "{2,3}" at <i>; 0: these are just braces. */
static size_t
repeat_bytes(struct jg_str s, size_t i, uint64_t *most)
{
    size_t end = jg_str_find(jg_str_from(s, i), '}');
    struct jg_str inside, low;
    uint64_t number;

    *most = 0;
    if (at(s, i) != '{' || i + end >= s.len)
        return 0;
    inside = (struct jg_str){s.p + i + 1, end - 1};
    jg_str_next(&inside, ',', &low);
    if (!jg_str_to_u64(low, &number))
        return 0;
    *most = number;
    if (inside.p != NULL && inside.len > 0) {
        if (!jg_str_to_u64(inside, &number))
            return 0;
        *most = number;
    }
    return end + 1;
}

/* "(?:", "(?P<name>", "(?<name>", "(?i)", "(?i:", and nothing else. */
static const char *
group_fault(struct jg_str s, size_t i)
{
    if (at(s, i + 1) == '*')
        return "(*...) is not available";
    if (at(s, i + 1) != '?')
        return NULL;
    i += 2;
    if (at(s, i) == 'P' && at(s, i + 1) == '<')
        i++;
    if (at(s, i) == '<' && !is_one_of(at(s, i + 1), "=!"))
        return NULL;
    while (is_one_of(at(s, i), "imsU-"))
        i++;
    if (at(s, i) == ')' || at(s, i) == ':')
        return NULL;
    return "lookaround, conditions, recursion, comments and atomic groups are "
           "not available, as in Go";
}

static const char *
escape_fault(char c)
{
    if (c >= '1' && c <= '9')
        return "backreferences are not available, as in Go";
    if (is_alnum(c) && !is_one_of(c, "dDsSwWbBAzafnrtvpPx0"))
        return "this \\letter is not available";
    return NULL;
}

static const char *
repeat_fault(struct jg_str s, size_t i)
{
    uint64_t most = 0;
    size_t bytes = is_one_of(s.p[i], "*+?") ? 1 : repeat_bytes(s, i, &most);

    if (most > REPEAT_MAX)
        return "a repetition is above 1000";
    if (bytes > 0 && at(s, i + bytes) == '+')
        return "possessive repetitions are not available, as in Go";
    return NULL;
}

/* PCRE2 reads a "[:" without a name as characters, Go as a class. */
static const char *
named_class_fault(struct jg_str s, size_t i)
{
    size_t bytes = named_class_bytes(s, i);

    for (size_t j = 2; j + 2 < bytes; j++)
        if (!is_alnum(s.p[i + j]) && (s.p[i + j] != '^' || j > 2))
            return "a class [:name:] has no such name";
    return NULL;
}

/* Within the class from <i> on to <end>. */
static const char *
class_fault(struct jg_str s, size_t i, size_t end)
{
    const char *fault = NULL;

    for (i++; i < end && fault == NULL; i++)
        fault =
            s.p[i] == '\\' ? escape_fault(at(s, ++i)) : named_class_fault(s, i);
    return fault;
}

const char *
jg_pattern_fault(struct jg_str s)
{
    const char *fault = NULL;
    size_t i = 0, depth = 0;

    while (i < s.len && fault == NULL) {
        char c = s.p[i];

        if (c == '[') {
            size_t end = skip_class(s, i);

            fault = class_fault(s, i, end);
            i = end;
            continue;
        }
        if (c == '\\')
            fault = escape_fault(at(s, ++i));
        else if (c == '(')
            fault = group_fault(s, i);
        else if (is_one_of(c, "*+?{"))
            fault = repeat_fault(s, i);
        depth += c == '(';
        if (c == ')' && depth-- == 0)
            fault = "there is a ) without its (";
        i++;
    }
    return fault;
}

/* An expression being read from left to right, outside of groups. */
struct reading {
    struct jg_str text;
    size_t i;
    char *run; /* the text that is certain just here */
    size_t run_len;
    bool is_char;  /* the last thing was a character, the last of <run> */
    bool is_plain; /* so far nothing but characters */
    bool is_first; /* <run> is how the expression begins */
    bool lost;     /* nothing is certain */
};

/* Something that is no character: what was certain ends here. */
static enum jg_err
end_run(struct reading *r, struct jg_arena *a, struct jg_pattern *p)
{
    struct jg_str run = {r->run, r->run_len};

    if (r->is_first || run.len > p->literal.len) {
        run = jg_arena_str(a, run);
        if (run.p == NULL)
            return JG_E_NOMEM;
    }
    if (r->is_first)
        p->head = run;
    if (r->is_first || run.len > p->literal.len)
        p->literal = run;
    r->is_first = r->is_char = false;
    r->run_len = 0;
    return JG_OK;
}

/* The last character may be absent, or come again. */
static void
take_back(struct reading *r)
{
    if (!r->is_char)
        return;
    while (r->run_len > 0 &&
           ((unsigned char)r->run[--r->run_len] & 0xc0) == 0x80)
        ; /* its further bytes */
}

static void
read_char(struct reading *r, char c)
{
    r->run[r->run_len++] = c;
    r->is_char = true;
}

/* A backslash: a character, or a class or assertion of two bytes. */
static bool
read_escape(struct reading *r)
{
    char c = at(r->text, r->i + 1);

    r->i += 2;
    if (is_one_of(c, "dDsSwWbBAz"))
        return false;
    if (c == '\0' || is_alnum(c))
        r->lost = true;
    else
        read_char(r, c);
    return true;
}

/* What is neither character nor escape; r->i goes behind it. */
static void
read_special(struct reading *r)
{
    char c = r->text.p[r->i];
    uint64_t most;
    size_t bytes = repeat_bytes(r->text, r->i, &most);

    if (c == '|' || c == ')' || (c == '{' && bytes == 0) ||
        (c == '(' && at(r->text, r->i + 1) == '?' &&
         at(r->text, r->i + 2) != ':'))
        r->lost = true;
    if (c == '*' || c == '?' || c == '{')
        take_back(r);
    if (c == '[')
        r->i = skip_class(r->text, r->i);
    else if (c == '(')
        r->i = skip_group(r->text, r->i);
    else
        r->i += bytes > 0 ? bytes : 1;
}

static enum jg_err
read_all(struct reading *r, struct jg_arena *a, struct jg_pattern *p)
{
    while (r->i < r->text.len && !r->lost) {
        char c = r->text.p[r->i];
        enum jg_err err;

        if (c == '\\') {
            if (read_escape(r))
                continue;
        } else if (!is_one_of(c, "|()[.*+?{^$")) {
            read_char(r, c);
            r->i++;
            continue;
        } else {
            read_special(r);
        }
        r->is_plain = false;
        err = end_run(r, a, p);
        if (err != JG_OK)
            return err;
    }
    return r->lost ? JG_OK : end_run(r, a, p);
}

/* Without what changes nothing in a search: ".*" at an open end. */
static struct jg_str
without_ends(struct jg_str s, bool *starts, bool *ends)
{
    *starts = at(s, 0) == '^' && !is_one_of(at(s, 1), "*+?{");
    if (*starts)
        s = jg_str_from(s, 1);
    else if (jg_str_starts(s, JG_STR(".*")) && !is_one_of(at(s, 2), "*+?{"))
        s = jg_str_from(s, 2);
    *ends = s.len > 0 && s.p[s.len - 1] == '$' && at(s, s.len - 2) != '\\';
    if (*ends)
        s.len--;
    else if (jg_str_ends(s, JG_STR(".*")) && at(s, s.len - 3) != '\\')
        s.len -= 2;
    return s;
}

enum jg_err
jg_pattern_understand(struct jg_str text, struct jg_arena *a,
                      struct jg_pattern *p)
{
    static const enum jg_pattern_form forms[2][2] = {
        {JG_PATTERN_CONTAINS, JG_PATTERN_ENDS},
        {JG_PATTERN_STARTS, JG_PATTERN_EQUALS}};
    struct reading r = {.is_plain = true, .is_first = true};
    char run[JG_PATTERN_MAX];
    bool starts, ends;
    enum jg_err err;

    r.run = run;
    r.text = without_ends(text, &starts, &ends);
    err = read_all(&r, a, p);
    if (err != JG_OK)
        return err;
    p->form = JG_PATTERN_REGEX;
    if (r.lost) {
        p->head = p->literal = (struct jg_str){"", 0};
        return JG_OK;
    }
    p->anchored = starts;
    if (r.is_plain)
        p->form = forms[starts][ends];
    return JG_OK;
}

/* What the tests of core/model share: documents in, findings out. */
#ifndef JG_TESTS_MODEL_CHECK_H
#define JG_TESTS_MODEL_CHECK_H

#include "base/b64.h"
#include "check.h"
#include "model/snapshot.h"

#define TEXT_MAX (128 * 1024)

/* The smallest API that works; more members go behind it. */
#define PROXY "'proxy':{'listen_path':'/a/','target_url':'http://up'}"
#define OPEN_API "'api_id':'a','active':true,'use_keyless':true," PROXY
#define JWT_API "'api_id':'a','active':true,'enable_jwt':true," PROXY

/* A finding as a row expects it. */
struct want {
    enum jg_severity severity;
    enum jg_err err;
    const char *path;
    unsigned line, column;
    const char *message; /* a part of it */
};

/* One document, what it says, and what there is to say about it. */
struct reading {
    struct jg_arena arena;
    struct jg_diags diags;
    struct jg_conf conf;
    char text[TEXT_MAX];
};

static inline struct reading *
new_reading(void)
{
    struct reading *r = calloc(1, sizeof(*r));
    struct jg_bind_source source = {.text = JG_STR("{}")};

    assert_non_null(r);
    jg_arena_init(&r->arena, 16 * 1024, 64 * 1024 * 1024);
    jg_diags_init(&r->diags, &r->arena);
    assert_err(jg_conf_read(&source, NULL, &r->arena, &r->conf), JG_OK);
    return r;
}

static inline void
free_reading(struct reading *r)
{
    jg_arena_free(&r->arena);
    free(r);
}

/* Print into r->text, with quotes for apostrophes. */
static inline struct jg_str __attribute__((format(printf, 2, 3)))
set_text(struct reading *r, const char *format, ...)
{
    va_list args;
    int len;

    va_start(args, format);
    len = vsnprintf(r->text, sizeof(r->text), format, args);
    va_end(args);
    assert_in_range(len, 0, TEXT_MAX - 1);
    for (char *p = r->text; *p != '\0'; p++)
        if (*p == '\'')
            *p = '"';
    return (struct jg_str){r->text, (size_t)len};
}

static inline struct jg_bind_source
source_of(struct reading *r)
{
    return (struct jg_bind_source){
        .file = JG_STR("a.json"), .text = jg_str(r->text), .diags = &r->diags};
}

/* Forget the findings of the document before. */
static inline void
forget(struct reading *r)
{
    jg_diags_init(&r->diags, &r->arena);
}

/* The API in r->text; the findings are those of this document only. */
static inline enum jg_err
read_api(struct reading *r, struct jg_api **out)
{
    struct jg_bind_source source = source_of(r);

    forget(r);
    *out = NULL;
    return jg_api_read(&source, 1, &r->conf, out);
}

static inline void
print_findings(const struct jg_diags *list)
{
    struct jg_buf b;

    jg_buf_init(&b, 1024 * 1024);
    for (const struct jg_diag *d = list->first; d != NULL; d = d->next)
        jg_diag_print(&b, d);
    print_error("%.*s\n", JG_STR_ARG(jg_buf_str(&b)));
    jg_buf_free(&b);
}

static inline bool
contains(struct jg_str s, const char *part)
{
    return memmem(s.p, s.len, part, strlen(part)) != NULL;
}

static inline bool
is_wanted(const struct jg_diag *d, const struct want *w)
{
    return d->severity == w->severity && d->err == w->err &&
           jg_str_eq(d->path, jg_str(w->path)) && d->line == w->line &&
           d->column == w->column && contains(d->message, w->message);
}

/* Fails unless <w> is among the findings. */
#define assert_finding(r, w) check_finding(&(r)->diags, (w), __FILE__, __LINE__)

static inline void
check_finding(const struct jg_diags *list, const struct want *w,
              const char *file, int line)
{
    for (const struct jg_diag *d = list->first; d != NULL; d = d->next)
        if (is_wanted(d, w))
            return;
    print_error("no %s %s at %s %u:%u \"%s\" among:\n",
                w->severity == JG_FAULT ? "fault" : "warning",
                jg_err_info(w->err)->name, w->path, w->line, w->column,
                w->message);
    print_findings(list);
    _fail(file, line);
}

/* Fails with the findings when there are any. */
#define assert_quiet(r) check_quiet(&(r)->diags, __FILE__, __LINE__)

static inline void
check_quiet(const struct jg_diags *list, const char *file, int line)
{
    if (list->first == NULL)
        return;
    print_findings(list);
    _fail(file, line);
}

/* Fails when some finding shows <secret>. */
static inline void
check_not_shown(const struct jg_diags *list, const char *secret)
{
    struct jg_buf b;

    jg_buf_init(&b, 1024 * 1024);
    for (const struct jg_diag *d = list->first; d != NULL; d = d->next) {
        jg_diag_print(&b, d);
        jg_diag_print_json(&b, d);
    }
    if (contains(jg_buf_str(&b), secret)) {
        print_error("shown: %.*s\n", JG_STR_ARG(jg_buf_str(&b)));
        fail();
    }
    jg_buf_free(&b);
}

/* An API that must be good. */
static inline struct jg_api *
good_api(struct reading *r)
{
    struct jg_api *api;
    enum jg_err err = read_api(r, &api);

    if (err != JG_OK)
        print_findings(&r->diags);
    assert_err(err, JG_OK);
    return api;
}

/* <bytes> in standard base64, until the next call. */
static inline const char *
base64(struct jg_str bytes)
{
    static char out[TEXT_MAX];

    assert_true(JG_B64_ENCODED(bytes.len) < sizeof(out));
    out[jg_b64_encode(bytes, out)] = '\0';
    return out;
}

/* <text> as the inside of a JSON string, until the next call. */
static inline const char *
json_text(const char *text)
{
    static char out[TEXT_MAX];
    struct jg_buf b;

    jg_buf_init(&b, sizeof(out) - 1);
    jg_buf_add_json(&b, jg_str(text), false);
    memcpy(out, b.p, b.len);
    out[b.len] = '\0';
    jg_buf_free(&b);
    return out;
}

#endif

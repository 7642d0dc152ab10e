/* Problems with a document, told with place, value and line. */
#include <stdarg.h>
#include <stdio.h>

#include "base/bind_internal.h"
#include "base/excerpt.h"
#include "base/json_internal.h"

#define PARTS_MAX 64    /* of a path: deeper ones are located by these */
#define PART_BYTES 64   /* shown of one of them */
#define PATH_BYTES 1024 /* shown of all */
#define FOUND_BYTES 40  /* shown of a text */
#define MESSAGE_BYTES 512

/* A path as parts, from the root. */
struct parts {
    struct jg_str items[PARTS_MAX];
    size_t count;
};

/* What is reported, before it has a place in the text. */
struct finding {
    enum jg_severity severity;
    enum jg_err err;
    bool at_name; /* the member's name is meant, not its value */
    enum jg_excerpt show;
    const struct jg_json *found; /* NULL: absent, or not shown */
    const char *message, *fix;   /* <fix> may be NULL */
};

void
jg_place_member(struct jg_place *p, const struct jg_place *up,
                struct jg_str name)
{
    p->up = up;
    p->name = name;
}

void
jg_place_item(struct jg_place *p, const struct jg_place *up, uint32_t index)
{
    snprintf(p->digits, sizeof(p->digits), "%u", (unsigned)index);
    jg_place_member(p, up, jg_str(p->digits));
}

/* The path of <at>; of one that is too deep, its first parts. */
static void
parts_of_place(const struct jg_place *at, struct parts *parts)
{
    size_t depth = 0;

    for (const struct jg_place *p = at; p != NULL; p = p->up)
        depth++;
    parts->count = depth < PARTS_MAX ? depth : PARTS_MAX;
    for (; at != NULL; at = at->up)
        if (--depth < PARTS_MAX)
            parts->items[depth] = at->name;
}

static void
add_parts(struct jg_str path, struct parts *parts)
{
    struct jg_str part;

    if (path.len == 0)
        return;
    while (parts->count < PARTS_MAX && jg_str_next(&path, '.', &part))
        parts->items[parts->count++] = part;
}

static bool
is_below(struct jg_str path, struct jg_str top)
{
    return jg_str_starts(path, top) &&
           (path.len == top.len || path.p[top.len] == '.');
}

/* The parts of <path>, by the name that it has in this document. */
static void
parts_of_path(const struct jg_bind_source *source, struct jg_str path,
              struct parts *parts)
{
    parts->count = 0;
    for (size_t i = 0; i < source->alias_count; i++) {
        const struct jg_bind_alias *alias = &source->aliases[i];

        if (!is_below(path, alias->from))
            continue;
        add_parts(alias->to, parts);
        path = jg_str_from(path, alias->from.len + 1);
        break;
    }
    add_parts(path, parts);
}

static void
add_path(struct jg_buf *b, const struct parts *parts)
{
    for (size_t i = 0; i < parts->count; i++) {
        if (i > 0)
            jg_buf_addc(b, '.');
        jg_buf_add(b, jg_str_head(parts->items[i], PART_BYTES));
        if (parts->items[i].len > PART_BYTES)
            jg_buf_add(b, JG_STR("..."));
    }
}

/* <value> as a message shows it: texts shortened, lists not at all. */
static void
add_found(struct jg_buf *b, const struct jg_json *value)
{
    struct jg_str text = jg_json_string(value);
    size_t skipped;

    if (value->type == JG_JSON_ARRAY) {
        jg_buf_add(b, JG_STR("a list"));
    } else if (value->type == JG_JSON_OBJECT) {
        jg_buf_add(b, JG_STR("an object"));
    } else if (text.len > FOUND_BYTES) {
        jg_buf_addc(b, '"');
        jg_buf_add_json(b, jg_excerpt_cut(text, 1, 0, FOUND_BYTES, &skipped),
                        false);
        jg_buf_add(b, JG_STR("...\""));
    } else {
        jg_json_write(b, value, 0);
    }
}

bool
jg_bind_is_heard(const struct jg_bind_source *source)
{
    return source->diags != NULL && source->diags->kept < JG_DIAG_MAX;
}

/* Find the place of <f> in the text, and show its line. */
static void
locate(const struct jg_bind_source *source, const struct parts *parts,
       const struct finding *f, struct jg_diag *d, struct jg_buf *line)
{
    size_t offset;

    if (source->text.len == 0)
        return; /* not from a text: line 0 */
    offset = jg_json_find(source->text, parts->items, parts->count, f->at_name);
    jg_json_position(source->text, offset, &d->line, &d->column);
    d->source_column = jg_excerpt(line, source->text, offset, f->show);
    d->source_line = jg_buf_str(line);
}

/* The one door to the list of findings. */
static void
tell(const struct jg_bind_source *source, const struct parts *parts,
     const struct finding *f)
{
    struct jg_diag d = {.severity = f->severity,
                        .err = f->err,
                        .file = source->file,
                        .message = jg_str(f->message),
                        .fix = jg_str(f->fix)};
    struct jg_buf path, found, line;

    if (source->diags == NULL)
        return;
    jg_buf_init(&path, PATH_BYTES);
    jg_buf_init(&found, 6 * FOUND_BYTES + 10); /* all of it \u escapes */
    jg_buf_init(&line, JG_EXCERPT_MAX);
    if (jg_bind_is_heard(source)) { /* else it is only counted */
        add_path(&path, parts);
        if (f->found != NULL)
            add_found(&found, f->found);
        locate(source, parts, f, &d, &line);
    }
    d.path = jg_buf_str(&path);
    d.found = jg_buf_str(&found);
    jg_diags_add(source->diags, &d);
    jg_buf_free(&path);
    jg_buf_free(&found);
    jg_buf_free(&line);
}

/* What to do about a value of the wrong type, where that is known. */
static const char *
fix_of(enum jg_field_type wanted, enum jg_json_type found)
{
    static const struct {
        enum jg_field_type wanted;
        enum jg_json_type found;
        const char *fix;
    } rows[] = {
        {JG_FIELD_BOOL, JG_JSON_STRING, "write true or false, without quotes"},
        {JG_FIELD_BOOL, JG_JSON_INT, "write true or false"},
        {JG_FIELD_INT, JG_JSON_STRING, "write the number without quotes"},
        {JG_FIELD_NUMBER, JG_JSON_STRING, "write the number without quotes"},
        {JG_FIELD_STR, JG_JSON_INT, "write it in quotes"},
        {JG_FIELD_STR, JG_JSON_REAL, "write it in quotes"},
        {JG_FIELD_STR, JG_JSON_BOOL, "write it in quotes"},
        {JG_FIELD_STRS, JG_JSON_STRING, "put it in square brackets"},
        {JG_FIELD_LIST, JG_JSON_OBJECT, "put it in square brackets"},
    };

    for (size_t i = 0; i < JG_FIELD_COUNT(rows); i++)
        if (rows[i].wanted == wanted && rows[i].found == found)
            return rows[i].fix;
    return NULL;
}

bool
jg_bind_wrong(struct jg_bind *b, const struct jg_field *f,
              const struct jg_json *value, const struct jg_place *at,
              enum jg_err err, const char *format, ...)
{
    char message[MESSAGE_BYTES] = "expected ";
    size_t len = strlen(message);
    struct finding finding = {JG_FAULT, err,     false, JG_EXCERPT_SHOW,
                              value,    message, NULL};
    struct parts parts;
    va_list args;

    b->faulty = true;
    va_start(args, format);
    vsnprintf(message + len, sizeof(message) - len, format, args);
    va_end(args);
    if (f != NULL && err == JG_E_CONF_TYPE)
        finding.fix = fix_of(f->type, value->type);
    if (f != NULL && f->secret) {
        len = strlen(message);
        snprintf(message + len, sizeof(message) - len,
                 "; the value (type: %s) is not shown",
                 jg_json_type_name(value));
        finding.found = NULL;
        finding.show = JG_EXCERPT_HIDE;
    }
    parts_of_place(at, &parts);
    tell(b->source, &parts, &finding);
    return false;
}

void
jg_bind_member(struct jg_bind *b, enum jg_severity severity,
               const struct jg_place *at, enum jg_err err, const char *fix,
               const char *format, ...)
{
    char message[MESSAGE_BYTES];
    struct finding finding = {severity, err,     true, JG_EXCERPT_HIDE,
                              NULL,     message, fix};
    struct parts parts;
    va_list args;

    va_start(args, format);
    vsnprintf(message, sizeof(message), format, args);
    va_end(args);
    b->faulty = b->faulty || severity == JG_FAULT;
    parts_of_place(at, &parts);
    tell(b->source, &parts, &finding);
}

enum jg_err
jg_bind_report(const struct jg_bind_source *source, enum jg_severity severity,
               enum jg_err err, const char *path, const struct jg_json *found,
               const char *fix, const char *format, ...)
{
    char message[MESSAGE_BYTES];
    struct finding finding = {
        severity, err,
        false,    found != NULL ? JG_EXCERPT_SHOW : JG_EXCERPT_HIDE,
        found,    message,
        fix};
    struct parts parts;
    va_list args;

    va_start(args, format);
    vsnprintf(message, sizeof(message), format, args);
    va_end(args);
    parts_of_path(source, jg_str(path), &parts);
    tell(source, &parts, &finding);
    return err;
}

/* Offset of a line and column of <text>. */
static size_t
offset_of(struct jg_str text, unsigned line, unsigned column)
{
    size_t i = 0;

    for (; line > 1 && i < text.len; line--)
        i += jg_str_find(jg_str_from(text, i), '\n') + 1;
    i += column > 0 ? column - 1 : 0;
    return i < text.len ? i : text.len;
}

void
jg_bind_not_json(const struct jg_bind_source *source,
                 const struct jg_json_fault *fault)
{
    struct jg_diag d = {.severity = JG_FAULT,
                        .err = JG_E_CONF_JSON,
                        .file = source->file,
                        .line = fault->line,
                        .column = fault->column,
                        .message = jg_str(fault->what)};
    struct jg_buf line;

    if (source->diags == NULL)
        return;
    jg_buf_init(&line, JG_EXCERPT_MAX);
    if (source->text.len > 0)
        d.source_column =
            jg_excerpt(&line, source->text,
                       offset_of(source->text, fault->line, fault->column),
                       JG_EXCERPT_STOP);
    d.source_line = jg_buf_str(&line);
    jg_diags_add(source->diags, &d);
    jg_buf_free(&line);
}

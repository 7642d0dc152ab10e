/* Findings about a configuration: collected in a list, printed two ways. */
#include "base/diag.h"
#include "base/excerpt.h"

#define TAB_WIDTH 4
#define KEPT_BYTES 150 /* of a source line on each side: more than is shown */

static const char *const severities[] = {
    [JG_WARNING] = "warning",
    [JG_FAULT] = "error",
};

void
jg_diags_init(struct jg_diags *list, struct jg_arena *arena)
{
    *list = (struct jg_diags){.arena = arena};
}

static bool
copy_str(struct jg_arena *a, struct jg_str *s)
{
    *s = jg_arena_str(a, *s);
    return s->p != NULL;
}

static unsigned
source_column(const struct jg_diag *d)
{
    return d->source_column != 0 ? d->source_column : d->column;
}

/* The copy of <from>, or NULL without memory. */
static struct jg_diag *
copy_diag(struct jg_arena *a, const struct jg_diag *from)
{
    struct jg_diag *d = jg_arena_alloc(a, sizeof(*d));
    size_t skipped;

    if (d == NULL)
        return NULL;
    *d = *from;
    d->next = NULL;
    d->source_line = jg_excerpt_cut(from->source_line, source_column(from),
                                    KEPT_BYTES, KEPT_BYTES, &skipped);
    if (skipped > 0)
        d->source_column = source_column(from) - (unsigned)skipped;
    if (!copy_str(a, &d->file) || !copy_str(a, &d->path) ||
        !copy_str(a, &d->found) || !copy_str(a, &d->message) ||
        !copy_str(a, &d->fix) || !copy_str(a, &d->source_line))
        return NULL;
    return d;
}

enum jg_err
jg_diags_add(struct jg_diags *list, const struct jg_diag *diag)
{
    struct jg_diag *copy = NULL;

    if (diag->severity == JG_FAULT)
        list->faults++;
    else
        list->warnings++;
    if (list->kept < JG_DIAG_MAX)
        copy = copy_diag(list->arena, diag);
    if (copy == NULL)
        return diag->err;
    if (list->last == NULL)
        list->first = copy;
    else
        list->last->next = copy;
    list->last = copy;
    list->kept++;
    return diag->err;
}

/* Could the byte at <i> make a terminal do something? Also C1, in UTF-8. */
static bool
is_control(struct jg_str s, size_t i)
{
    unsigned char c = (unsigned char)s.p[i];

    if (c < 0x20 || c == 0x7f)
        return true;
    return c == 0xc2 && i + 1 < s.len && (unsigned char)s.p[i + 1] < 0xa0;
}

/* <s> as a terminal may see it; returns how many columns it takes there. */
static size_t
add_shown(struct jg_buf *b, struct jg_str s)
{
    size_t columns = 0;

    for (size_t i = 0; i < s.len; i++) {
        if (s.p[i] == '\t') {
            jg_buf_addf(b, "%*s", TAB_WIDTH, "");
            columns += TAB_WIDTH;
        } else if (is_control(s, i)) {
            jg_buf_addc(b, '?');
            columns++;
            i += (unsigned char)s.p[i] == 0xc2;
        } else {
            jg_buf_addc(b, s.p[i]);
            columns += ((unsigned char)s.p[i] & 0xc0) != 0x80;
        }
    }
    return columns;
}

/* The line of the file, and under it a caret at the place. */
static void
print_source(struct jg_buf *b, const struct jg_diag *d)
{
    size_t skipped, before, columns = 0;
    struct jg_str line =
        jg_excerpt_cut(d->source_line, source_column(d), JG_EXCERPT_BEFORE * 2,
                       JG_EXCERPT_AFTER * 2, &skipped);
    size_t start = b->len, gutter;

    jg_buf_addf(b, " %u ", d->line);
    gutter = b->len - start;
    jg_buf_add(b, JG_STR("| "));
    if (skipped > 0)
        columns = add_shown(b, JG_STR("..."));
    before = source_column(d) > 0 ? source_column(d) - 1 - skipped : 0;
    columns += add_shown(b, jg_str_head(line, before));
    add_shown(b, jg_str_from(line, before));
    if (skipped + line.len < d->source_line.len)
        jg_buf_add(b, JG_STR("..."));
    jg_buf_addf(b, "\n%*s|", (int)gutter, "");
    if (source_column(d) > 0)
        jg_buf_addf(b, " %*s^", (int)columns, "");
    jg_buf_addc(b, '\n');
}

void
jg_diag_print(struct jg_buf *b, const struct jg_diag *d)
{
    jg_buf_addf(b, "%s %s: ", severities[d->severity],
                jg_err_info(d->err)->code);
    if (d->path.len > 0) {
        add_shown(b, d->path);
        jg_buf_add(b, JG_STR(": "));
    }
    add_shown(b, d->message);
    if (d->found.len > 0) {
        jg_buf_add(b, JG_STR(", found "));
        add_shown(b, d->found);
    }
    jg_buf_addc(b, '\n');
    if (d->file.len > 0) {
        jg_buf_add(b, JG_STR("  --> "));
        add_shown(b, d->file);
        if (d->line > 0)
            jg_buf_addf(b, ":%u", d->line);
        if (d->line > 0 && d->column > 0)
            jg_buf_addf(b, ":%u", d->column);
        jg_buf_addc(b, '\n');
    }
    if (d->line > 0 && d->source_line.len > 0)
        print_source(b, d);
    if (d->fix.len > 0) {
        jg_buf_add(b, JG_STR("  fix: "));
        add_shown(b, d->fix);
        jg_buf_addc(b, '\n');
    }
}

void
jg_diag_print_json(struct jg_buf *b, const struct jg_diag *d)
{
    const struct {
        const char *name;
        struct jg_str value;
    } texts[] = {
        {"path", d->path}, {"found", d->found}, {"message", d->message},
        {"fix", d->fix},   {"file", d->file},   {"source", d->source_line},
    };

    jg_buf_addf(b, "{\"severity\":\"%s\",\"code\":\"%s\"",
                severities[d->severity], jg_err_info(d->err)->code);
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        if (texts[i].value.len == 0)
            continue;
        jg_buf_addf(b, ",\"%s\":", texts[i].name);
        jg_buf_add_quoted(b, texts[i].value);
    }
    if (d->line > 0)
        jg_buf_addf(b, ",\"line\":%u", d->line);
    if (d->line > 0 && d->column > 0)
        jg_buf_addf(b, ",\"column\":%u", d->column);
    jg_buf_addc(b, '}');
}

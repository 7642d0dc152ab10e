/* Lists and cards: for people, for pipes, for programs. */
#include "table.h"

#include <inttypes.h>
#include <langinfo.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>
#include <wchar.h>

#include "times.h"

#define COLUMNS_MAX 32
#define NARROWEST 8 /* no column is cut to less */
#define CELL_MAX (64 * 1024)

size_t
cli_width(void)
{
    const char *columns = getenv("COLUMNS");
    struct winsize size;
    uint64_t n;

    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
    if (columns != NULL && jg_str_to_u64(jg_str(columns), &n) && n >= 20 &&
        n <= 1000)
        return n;
    return 80;
}

bool
cli_utf8(void)
{
    return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

/* Cells */

struct jg_json
cli_text(struct jg_str text)
{
    if (text.p == NULL)
        return (struct jg_json){.type = JG_JSON_NULL};
    return (struct jg_json){.type = JG_JSON_STRING, .string = text};
}

struct jg_json
cli_number(int64_t number)
{
    return (struct jg_json){.type = JG_JSON_INT, .integer = number};
}

struct jg_json
cli_bool(bool value)
{
    return (struct jg_json){.type = JG_JSON_BOOL, .boolean = value};
}

struct jg_json
cli_member(const struct jg_json *object, const char *name)
{
    const struct jg_json *value = jg_json_get(object, jg_str(name));

    return value != NULL ? *value : (struct jg_json){.type = JG_JSON_NULL};
}

/* Fields of --json */

static bool
is_wanted(const char *fields, const char *name)
{
    struct jg_str rest = jg_str(fields), field;

    if (fields == NULL)
        return true;
    while (jg_str_next(&rest, ',', &field))
        if (jg_str_eq(jg_str_trim(field), jg_str(name)))
            return true;
    return false;
}

/* <names> ends with NULL. */
static int
unknown_field(const char *const *names, struct jg_str field)
{
    char name[64], list[1024] = "";
    const char *near;
    size_t len = 0;

    for (size_t i = 0; names[i] != NULL && len < sizeof(list); i++)
        len += (size_t)snprintf(list + len, sizeof(list) - len, "%s%s",
                                i > 0 ? "," : "", names[i]);
    snprintf(name, sizeof(name), "%.*s", JG_STR_ARG(field));
    near = cli_nearest(name, names);
    if (near != NULL)
        return cli_fail(CLI_USAGE, list,
                        "--json: there is no field \"%s\". Did you mean "
                        "\"%s\"?",
                        name, near);
    return cli_fail(CLI_USAGE, list, "--json: there is no field \"%s\"", name);
}

static int
check_fields(struct cli *cli, const char *const *names)
{
    struct jg_str rest = jg_str(cli_value(cli, "json")), field;

    if (rest.len == 0)
        return CLI_OK;
    while (jg_str_next(&rest, ',', &field)) {
        size_t i = 0;

        field = jg_str_trim(field);
        while (names[i] != NULL && !jg_str_eq(field, jg_str(names[i])))
            i++;
        if (names[i] == NULL)
            return unknown_field(names, field);
    }
    return CLI_OK;
}

int
cli_table_init(struct cli *cli, struct cli_table *table, size_t row_max)
{
    const char *names[COLUMNS_MAX + 1] = {NULL};

    for (size_t i = 0; i < table->column_count; i++)
        names[i] = table->columns[i].name;
    table->row_max = row_max;
    table->cells = jg_arena_array(&cli->arena, row_max * table->column_count,
                                  sizeof(*table->cells));
    if (table->cells == NULL)
        return cli_broken(JG_E_NOMEM);
    return check_fields(cli, names);
}

struct jg_json *
cli_table_row(struct cli_table *table)
{
    return &table->cells[table->column_count * table->row_count++];
}

/* Cells as text */

static void
add_time(struct jg_buf *out, int64_t at_s)
{
    if (at_s == 0)
        jg_buf_add(out, JG_STR("never"));
    else
        cli_time_write(out, at_s, time(NULL));
}

static void
add_value(struct jg_buf *out, const struct jg_json *v, const char *comma)
{
    switch (v->type) {
    case JG_JSON_NULL:
        break;
    case JG_JSON_BOOL:
        jg_buf_addf(out, "%s", v->boolean ? "yes" : "no");
        break;
    case JG_JSON_STRING:
        cli_add_clean(out, v->string, false);
        break;
    case JG_JSON_ARRAY:
        for (uint32_t i = 0; i < v->count; i++) {
            jg_buf_addf(out, "%s", i > 0 ? comma : "");
            add_value(out, &v->items[i], comma);
        }
        break;
    case JG_JSON_INT:
    case JG_JSON_REAL:
    case JG_JSON_OBJECT:
        jg_json_write(out, v, 0);
        break;
    }
}

/* One cell in people's words; a pipe gets times as numbers. */
static void
add_cell(struct jg_buf *out, const struct cli_column *column,
         const struct jg_json *v, bool people)
{
    if (column->kind == CLI_WHEN && v->type == JG_JSON_INT && people)
        add_time(out, v->integer);
    else
        add_value(out, v, people ? ", " : ",");
}

/* Width on a terminal of the character that <s> begins with, and its bytes. */
static size_t
character(struct jg_str s, size_t *bytes)
{
    mbstate_t state = {0};
    wchar_t c;
    size_t n = mbrtowc(&c, s.p, s.len, &state);
    int width;

    *bytes = n == 0 || n > s.len ? 1 : n;
    if (n == 0 || n > s.len)
        return 1;
    width = wcwidth(c);
    return width < 0 ? 1 : (size_t)width;
}

static size_t
width_of(struct jg_str s)
{
    size_t width = 0, bytes;

    for (; s.len > 0; s = jg_str_from(s, bytes))
        width += character(s, &bytes);
    return width;
}

/* <s> in a field of <width>, cut with a mark when it is wider. */
static void
add_field(struct jg_buf *out, struct jg_str s, size_t width, bool right,
          bool last)
{
    size_t wide = width_of(s), used = 0, bytes;

    for (size_t i = wide; right && i < width; i++)
        jg_buf_addc(out, ' ');
    if (wide <= width) {
        jg_buf_add(out, s);
        used = wide;
    } else {
        while (used + character(s, &bytes) < width) {
            used += character(s, &bytes);
            jg_buf_add(out, jg_str_head(s, bytes));
            s = jg_str_from(s, bytes);
        }
        jg_buf_add(out, cli_utf8() ? JG_STR("…") : JG_STR("~"));
        used++;
    }
    for (; !right && !last && used < width; used++)
        jg_buf_addc(out, ' ');
}

/* The cells of a table as texts, and how wide the columns get. */
struct layout {
    struct jg_str *texts;
    size_t widths[COLUMNS_MAX];
};

static bool
read_texts(struct cli *cli, const struct cli_table *t, struct layout *out)
{
    size_t n = t->row_count * t->column_count;
    struct jg_buf b;

    out->texts = jg_arena_array(&cli->arena, n, sizeof(*out->texts));
    if (out->texts == NULL)
        return false;
    jg_buf_init(&b, CELL_MAX);
    for (size_t i = 0; i < n; i++) {
        size_t column = i % t->column_count, width;

        jg_buf_reset(&b);
        add_cell(&b, &t->columns[column], &t->cells[i], true);
        out->texts[i] = jg_arena_str(&cli->arena, jg_buf_str(&b));
        width = width_of(out->texts[i]);
        if (width > out->widths[column])
            out->widths[column] = width;
    }
    jg_buf_free(&b);
    return n == 0 || out->texts[n - 1].p != NULL;
}

/* Take from the widest column until a line fits. */
static void
fit(const struct cli_table *t, struct layout *layout, size_t width)
{
    for (;;) {
        size_t sum = 2 * (t->column_count - 1), widest = 0;

        for (size_t i = 0; i < t->column_count; i++) {
            sum += layout->widths[i];
            if (layout->widths[i] > layout->widths[widest])
                widest = i;
        }
        if (sum <= width || layout->widths[widest] <= NARROWEST)
            return;
        layout->widths[widest]--;
    }
}

static void
add_head(struct jg_buf *out, const struct cli_table *t, struct layout *layout)
{
    bool coloured = cli_colour(STDOUT_FILENO);

    jg_buf_addf(out, "%s", coloured ? "\033[1m" : "");
    for (size_t i = 0; i < t->column_count; i++) {
        char name[64];
        size_t j = 0;

        for (const char *c = t->columns[i].name; *c != '\0' && j < 63; c++)
            name[j++] = *c == '_' ? ' ' : (char)(*c >= 'a' ? *c - 32 : *c);
        name[j] = '\0';
        jg_buf_addf(out, "%s", i > 0 ? "  " : "");
        add_field(out, jg_str(name), layout->widths[i],
                  t->columns[i].kind == CLI_NUMBER, i + 1 == t->column_count);
    }
    jg_buf_addf(out, "%s\n", coloured ? "\033[0m" : "");
}

static int
print_table(struct cli *cli, const struct cli_table *t)
{
    struct layout layout = {0};
    struct jg_buf out;

    for (size_t i = 0; i < t->column_count; i++)
        layout.widths[i] = strlen(t->columns[i].name);
    if (!read_texts(cli, t, &layout))
        return cli_broken(JG_E_NOMEM);
    fit(t, &layout, cli_width());
    jg_buf_init(&out, CLI_TEXT_MAX);
    add_head(&out, t, &layout);
    for (size_t i = 0; i < t->row_count * t->column_count; i++) {
        size_t column = i % t->column_count;
        bool last = column + 1 == t->column_count;

        add_field(&out, layout.texts[i], layout.widths[column],
                  t->columns[column].kind == CLI_NUMBER, last);
        jg_buf_add(&out, last ? JG_STR("\n") : JG_STR("  "));
    }
    return cli_print(&out);
}

static int
print_tsv(const struct cli_table *t)
{
    struct jg_buf out;

    jg_buf_init(&out, CLI_TEXT_MAX);
    for (size_t i = 0; i < t->row_count * t->column_count; i++) {
        size_t column = i % t->column_count;

        add_cell(&out, &t->columns[column], &t->cells[i], false);
        jg_buf_addc(&out, column + 1 == t->column_count ? '\n' : '\t');
    }
    return cli_print(&out);
}

static int
print_card(const struct cli_table *t)
{
    bool people = isatty(STDOUT_FILENO);
    struct jg_buf out;
    size_t width = 0;

    for (size_t i = 0; i < t->column_count; i++)
        if (strlen(t->columns[i].name) > width)
            width = strlen(t->columns[i].name);
    jg_buf_init(&out, CLI_TEXT_MAX);
    for (size_t i = 0; i < t->column_count; i++) {
        if (t->cells[i].type == JG_JSON_NULL)
            continue;
        if (people)
            jg_buf_addf(&out, "%-*s  ", (int)width, t->columns[i].name);
        else
            jg_buf_addf(&out, "%s\t", t->columns[i].name);
        add_cell(&out, &t->columns[i], &t->cells[i], people);
        jg_buf_addc(&out, '\n');
    }
    return cli_print(&out);
}

/* JSON */

static void
add_object(struct jg_buf *out, const struct cli_table *t, size_t row,
           const char *fields)
{
    const char *comma = "";

    jg_buf_addc(out, '{');
    for (size_t i = 0; i < t->column_count; i++) {
        if (!is_wanted(fields, t->columns[i].name))
            continue;
        jg_buf_addf(out, "%s\"%s\":", comma, t->columns[i].name);
        jg_json_write(out, &t->cells[row * t->column_count + i], 0);
        comma = ",";
    }
    jg_buf_addc(out, '}');
}

static int
print_rows(struct cli *cli, const struct cli_table *t, bool card)
{
    struct jg_buf out;

    jg_buf_init(&out, CLI_TEXT_MAX);
    jg_buf_addf(&out, "{\"v\":1,\"%s\":%s", t->name, card ? "" : "[");
    for (size_t i = 0; i < t->row_count; i++) {
        jg_buf_addf(&out, "%s", i > 0 ? "," : "");
        add_object(&out, t, i, cli_value(cli, "json"));
    }
    jg_buf_addf(&out, "%s}\n", card ? "" : "]");
    return cli_print(&out);
}

int
cli_table_print(struct cli *cli, const struct cli_table *table, bool card)
{
    if (cli_has(cli, "json"))
        return print_rows(cli, table, card);
    if (card)
        return print_card(table);
    if (!isatty(STDOUT_FILENO))
        return print_tsv(table);
    if (table->row_count == 0) {
        cli_note("%s", table->none);
        return CLI_OK;
    }
    return print_table(cli, table);
}

static void
add_members(struct jg_buf *out, const struct jg_json *value, const char *fields)
{
    const char *comma = "";

    jg_buf_addc(out, '{');
    for (uint32_t i = 0; i < value->count; i++) {
        if (!is_wanted(fields, value->members[i].name.p))
            continue;
        jg_buf_addf(out, "%s", comma);
        jg_buf_add_quoted(out, value->members[i].name);
        jg_buf_addc(out, ':');
        jg_json_write(out, &value->members[i].value, 0);
        comma = ",";
    }
    jg_buf_addc(out, '}');
}

/* The members of <value>, ended by NULL. */
static const char **
names_of(struct cli *cli, const struct jg_json *value)
{
    const char **names =
        jg_arena_array(&cli->arena, value->count + 1, sizeof(*names));

    for (uint32_t i = 0; names != NULL && i < value->count; i++)
        names[i] = value->members[i].name.p;
    return names;
}

int
cli_print_json(struct cli *cli, const char *name, const struct jg_json *value)
{
    const char *fields = cli_value(cli, "json");
    const char **names;
    struct jg_buf out;
    int code = CLI_OK;

    if (value->type != JG_JSON_OBJECT)
        fields = NULL;
    if (fields != NULL) {
        names = names_of(cli, value);
        code =
            names != NULL ? check_fields(cli, names) : cli_broken(JG_E_NOMEM);
    }
    if (code != CLI_OK)
        return code;
    jg_buf_init(&out, CLI_TEXT_MAX);
    jg_buf_addf(&out, "{\"v\":1,\"%s\":", name);
    if (fields != NULL)
        add_members(&out, value, fields);
    else
        jg_json_write(&out, value, 0);
    jg_buf_add(&out, JG_STR("}\n"));
    return cli_print(&out);
}

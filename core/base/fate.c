/* What becomes of a document's fields, by the tables that bind them. */
#include "base/fate.h"

#include <stdio.h>

#include "base/bind_internal.h"

static const char ours[] = "not in Tyk";

struct walk {
    jg_fate_visit *visit;
    void *arg;
};

static void walk_object(const struct walk *w,
                        const struct jg_field_table *table,
                        const struct jg_json *object, const char *prefix);

const char *
jg_fate_name(enum jg_fate fate)
{
    static const char *const names[JG_FATES] = {
        [JG_FATE_SAME] = "same",
        [JG_FATE_DIFFERS] = "differs",
        [JG_FATE_ADDED] = "added",
        [JG_FATE_WARNED] = "ignored, with a warning",
        [JG_FATE_UNUSED] = "ignored",
        [JG_FATE_UNKNOWN] = "unknown",
    };

    return names[fate];
}

enum jg_fate
jg_field_fate(const struct jg_field *row)
{
    if (row->type == JG_FIELD_IGNORED)
        return JG_FATE_WARNED;
    if (row->type == JG_FIELD_SILENT)
        return JG_FATE_UNUSED;
    if (row->note == NULL)
        return JG_FATE_SAME;
    return strncmp(row->note, ours, strlen(ours)) == 0 ? JG_FATE_ADDED
                                                       : JG_FATE_DIFFERS;
}

const char *
jg_field_remark(const struct jg_field *row)
{
    const char *note = row->note;

    if (note == NULL)
        return "";
    if (jg_field_fate(row) == JG_FATE_ADDED) {
        note += strlen(ours);
        note += strspn(note, ":, ");
    }
    return note;
}

bool
jg_field_is_told(const struct jg_field *row)
{
    return row->table == NULL || row->note != NULL;
}

const struct jg_field *
jg_field_find(const struct jg_field_table *table, struct jg_str name)
{
    return table != NULL ? jg_bind_field(table, name) : NULL;
}

/* <prefix><name>, cut where there is no room. */
static void
join(char out[static JG_FATE_PATH_MAX], const char *prefix, struct jg_str name)
{
    size_t len = (size_t)snprintf(out, JG_FATE_PATH_MAX, "%s", prefix);

    for (size_t i = 0; i < name.len && len < JG_FATE_PATH_MAX - 5; i++) {
        unsigned char c = (unsigned char)name.p[i];

        if (c > ' ' && c < 0x7f)
            len += (size_t)snprintf(out + len, 2, "%c", c);
        else
            len += (size_t)snprintf(out + len, 5, "\\x%02x", c);
    }
}

/* What stands between the path of a field and those of its members. */
static const char *
link_of(const struct jg_field *row)
{
    if (row->type == JG_FIELD_LIST)
        return "[].";
    return row->type == JG_FIELD_MAP ? ".*." : ".";
}

/* The members of a field's value, which is one object or has many. */
static void
walk_value(const struct walk *w, const struct jg_field *row,
           const struct jg_json *value, const char *path)
{
    char prefix[JG_FATE_PATH_MAX];

    join(prefix, path, jg_str(link_of(row)));
    if (row->type == JG_FIELD_LIST && value->type == JG_JSON_ARRAY)
        for (uint32_t i = 0; i < value->count; i++)
            walk_object(w, row->table, &value->items[i], prefix);
    else if (row->type == JG_FIELD_MAP && value->type == JG_JSON_OBJECT)
        for (uint32_t i = 0; i < value->count; i++)
            walk_object(w, row->table, &value->members[i].value, prefix);
    else
        walk_object(w, row->table, value, prefix);
}

static void
walk_field(const struct walk *w, const struct jg_field *row,
           const struct jg_json *value, const char *prefix)
{
    enum jg_fate fate = jg_field_fate(row);
    char path[JG_FATE_PATH_MAX];
    bool set = jg_bind_is_set(value);

    join(path, prefix, jg_str(row->name));
    if (!set && fate == JG_FATE_DIFFERS)
        w->visit(w->arg, path, JG_FATE_SAME, "");
    else if (jg_field_is_told(row) && (set || fate == JG_FATE_SAME))
        w->visit(w->arg, path, fate, jg_field_remark(row));
    if (row->table != NULL)
        walk_value(w, row, value, path);
}

static void
walk_object(const struct walk *w, const struct jg_field_table *table,
            const struct jg_json *object, const char *prefix)
{
    if (object->type != JG_JSON_OBJECT)
        return;
    for (uint32_t i = 0; i < object->count; i++) {
        const struct jg_json_member *m = &object->members[i];
        const struct jg_field *row = jg_bind_field(table, m->name);
        char path[JG_FATE_PATH_MAX];

        if (m->value.type == JG_JSON_NULL)
            continue;
        if (row != NULL) {
            walk_field(w, row, &m->value, prefix);
        } else if (!table->open) {
            join(path, prefix, m->name);
            w->visit(w->arg, path, JG_FATE_UNKNOWN, "");
        }
    }
}

void
jg_fate_walk(const struct jg_field_table *table, const struct jg_json *object,
             jg_fate_visit *visit, void *arg)
{
    const struct walk w = {visit, arg};

    walk_object(&w, table, object, "");
}

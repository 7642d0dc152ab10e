/* A table of fields as the members of a JSON schema. */
#include "admin/admin_internal.h"
#include "base/bind.h"

#define DEPTH_MAX 32 /* of tables in tables: more are a mistake of ours */

/* What is written for a field; NULL: anything. */
static const char *
type_of(const struct jg_field *field)
{
    static const char *const types[] = {
        [JG_FIELD_BOOL] = "boolean",   [JG_FIELD_INT] = "integer",
        [JG_FIELD_NUMBER] = "number",  [JG_FIELD_DURATION] = "string",
        [JG_FIELD_STR] = "string",     [JG_FIELD_STRS] = "array",
        [JG_FIELD_STR_MAP] = "object", [JG_FIELD_OBJECT] = "object",
        [JG_FIELD_MADE] = "object",    [JG_FIELD_LIST] = "array",
        [JG_FIELD_MAP] = "object",
    };

    return field->type < sizeof(types) / sizeof(types[0]) ? types[field->type]
                                                          : NULL;
}

static void add_properties(struct jg_buf *b, const struct jg_field_table *table,
                           unsigned depth);

/* ,"<name>": what each value of it is */
static void
add_inner(struct jg_buf *b, const char *name, const struct jg_field *field,
          unsigned depth)
{
    jg_buf_addf(b, ",\"%s\":", name);
    if (field->table == NULL) {
        jg_openapi_add(b, "{'type':['string','null']}");
        return;
    }
    jg_openapi_add(b, "{'type':['object','null']");
    add_properties(b, field->table, depth);
    jg_buf_addc(b, '}');
}

static void
add_contents(struct jg_buf *b, const struct jg_field *field, unsigned depth)
{
    if (field->type == JG_FIELD_INT || field->type == JG_FIELD_NUMBER) {
        if (field->min < field->max)
            jg_buf_addf(b, ",\"minimum\":%.0f,\"maximum\":%.0f", field->min,
                        field->max);
    } else if (field->type == JG_FIELD_OBJECT || field->type == JG_FIELD_MADE) {
        add_properties(b, field->table, depth);
    } else if (field->type == JG_FIELD_STRS || field->type == JG_FIELD_LIST) {
        add_inner(b, "items", field, depth);
    } else if (field->type == JG_FIELD_STR_MAP || field->type == JG_FIELD_MAP) {
        add_inner(b, "additionalProperties", field, depth);
    }
}

/* Members of a schema. null counts as absent, everywhere. */
static void
add_field(struct jg_buf *b, const struct jg_field *field, unsigned depth)
{
    const char *type = type_of(field), *comma = "";

    if (type != NULL) {
        jg_buf_addf(b, "\"type\":[\"%s\",\"null\"]", type);
        add_contents(b, field, depth);
        comma = ",";
    }
    if (field->secret) {
        jg_buf_addf(b, "%s\"format\":\"password\"", comma);
        comma = ",";
    }
    if (field->note != NULL) {
        jg_buf_addf(b, "%s\"description\":", comma);
        jg_buf_add_quoted(b, jg_str(field->note));
    }
}

/* Has a row above row <i> its name? The first one binds. */
static bool
is_told(const struct jg_field_table *table, size_t i)
{
    for (size_t j = 0; j < i; j++)
        if (strcmp(table->fields[j].name, table->fields[i].name) == 0)
            return true;
    return false;
}

/* ,"properties":{...}: what is not in the table is kept, too. */
static void
add_properties(struct jg_buf *b, const struct jg_field_table *table,
               unsigned depth)
{
    if (depth == DEPTH_MAX)
        return;
    jg_openapi_add(b, ",'properties':{");
    for (size_t i = 0; i < table->count; i++) {
        if (is_told(table, i))
            continue;
        if (i > 0)
            jg_buf_addc(b, ',');
        jg_buf_add_quoted(b, jg_str(table->fields[i].name));
        jg_openapi_add(b, ":{");
        add_field(b, &table->fields[i], depth + 1);
        jg_buf_addc(b, '}');
    }
    jg_buf_addc(b, '}');
}

void
jg_openapi_add_field(struct jg_buf *b, const struct jg_field *field)
{
    add_field(b, field, 0);
}

void
jg_openapi_add_properties(struct jg_buf *b, const struct jg_field_table *table)
{
    add_properties(b, table, 0);
}

/*
 * The gateway's configuration as the workers get it: the values in force, also
 * those from the environment, and no secrets but those that they put into
 * headers or open split tokens with.
 */
#include "admin/load_internal.h"
#include "base/json.h"

/*
 * Members that hold a secret, wherever they stand, besides those that the
 * field table marks. Workers need none, and their group may read the store.
 */
static const char *const secret_names[] = {
    "secret",
    "node_secret",
    "password",
    "sentinel_password",
    "secrets",
    "api_key",
    "connection_string",
    "token",
    "encryption_secret",
    "shared_secret",
    "admin_secret",
    "private_certificate_encoding_secret",
};

static bool
is_secret(struct jg_str name)
{
    for (size_t i = 0; i < sizeof(secret_names) / sizeof(secret_names[0]); i++)
        if (jg_str_eq_nocase(name, jg_str(secret_names[i])))
            return true;
    return false;
}

/* The maps of secrets are for headers, which workers write. */
static bool
is_for_workers(const struct jg_field_table *table, const struct jg_field *field)
{
    return field->secret && (field->type == JG_FIELD_STR_MAP ||
                             table == &jg_conf_split_key_table);
}

static void
begin_member(struct jg_buf *b, struct jg_str name)
{
    if (b->len > 0 && b->p[b->len - 1] != '{')
        jg_buf_addc(b, ',');
    jg_buf_add_quoted(b, name);
    jg_buf_addc(b, ':');
}

static void write_clean(struct jg_buf *b, const struct jg_json *json);

/* The members of <json> that are no secret and no row of <table>. */
static void
write_members(struct jg_buf *b, const struct jg_json *json,
              bool (*is_row)(const struct jg_field_table *, struct jg_str),
              const struct jg_field_table *table)
{
    for (uint32_t i = 0; i < json->count; i++) {
        struct jg_str name = json->members[i].name;

        if (is_secret(name) || (is_row != NULL && is_row(table, name)))
            continue;
        begin_member(b, name);
        write_clean(b, &json->members[i].value);
    }
}

/* <json> without secrets. Depth is bounded by jg_json_limits_conf. */
static void
write_clean(struct jg_buf *b, const struct jg_json *json)
{
    if (json->type == JG_JSON_OBJECT) {
        jg_buf_addc(b, '{');
        write_members(b, json, NULL, NULL);
        jg_buf_addc(b, '}');
    } else if (json->type == JG_JSON_ARRAY) {
        jg_buf_addc(b, '[');
        for (uint32_t i = 0; i < json->count; i++) {
            if (i > 0)
                jg_buf_addc(b, ',');
            write_clean(b, &json->items[i]);
        }
        jg_buf_addc(b, ']');
    } else {
        jg_json_write(b, json, 0);
    }
}

/* A field's value in its struct: jg_bind() the other way round. */
typedef void write_field(struct jg_buf *b, const struct jg_field *field,
                         const void *at);

static void
write_bool(struct jg_buf *b, const struct jg_field *field, const void *at)
{
    (void)field;
    jg_buf_addf(b, "%s", *(const bool *)at ? "true" : "false");
}

static void
write_int(struct jg_buf *b, const struct jg_field *field, const void *at)
{
    const struct jg_json value = {.type = JG_JSON_INT,
                                  .integer = *(const int64_t *)at};

    (void)field;
    jg_json_write(b, &value, 0);
}

static void
write_number(struct jg_buf *b, const struct jg_field *field, const void *at)
{
    const struct jg_json value = {.type = JG_JSON_REAL,
                                  .real = *(const double *)at};

    (void)field;
    jg_json_write(b, &value, 0);
}

static void
write_str(struct jg_buf *b, const struct jg_field *field, const void *at)
{
    (void)field;
    jg_buf_add_quoted(b, *(const struct jg_str *)at);
}

static void
write_strs(struct jg_buf *b, const struct jg_field *field, const void *at)
{
    const struct jg_strs *strs = at;

    (void)field;
    jg_buf_addc(b, '[');
    for (size_t i = 0; i < strs->count; i++) {
        if (i > 0)
            jg_buf_addc(b, ',');
        jg_buf_add_quoted(b, strs->items[i]);
    }
    jg_buf_addc(b, ']');
}

static void
write_map(struct jg_buf *b, const struct jg_field *field, const void *at)
{
    const struct jg_pairs *pairs = at;

    (void)field;
    jg_buf_addc(b, '{');
    for (size_t i = 0; i < pairs->count; i++) {
        if (i > 0)
            jg_buf_addc(b, ',');
        jg_buf_add_quoted(b, pairs->items[i].name);
        jg_buf_addc(b, ':');
        jg_buf_add_quoted(b, pairs->items[i].value);
    }
    jg_buf_addc(b, '}');
}

static void write_struct(struct jg_buf *b, const struct jg_field_table *table,
                         const void *in, const struct jg_json *json);

static void
write_list(struct jg_buf *b, const struct jg_field *field, const void *at)
{
    const struct jg_list *list = at;

    jg_buf_addc(b, '[');
    for (size_t i = 0; i < list->count; i++) {
        if (i > 0)
            jg_buf_addc(b, ',');
        write_struct(b, field->table,
                     (const char *)list->items + i * field->table->size, NULL);
    }
    jg_buf_addc(b, ']');
}

/* Its names stand in the structs, in front. */
static void
write_objects(struct jg_buf *b, const struct jg_field *field, const void *at)
{
    const struct jg_list *list = at;

    jg_buf_addc(b, '{');
    for (size_t i = 0; i < list->count; i++) {
        const char *item = (const char *)list->items + i * field->table->size;

        begin_member(b, *(const struct jg_str *)(const void *)item);
        write_struct(b, field->table, item, NULL);
    }
    jg_buf_addc(b, '}');
}

/* Types without a writer are not in the struct, or not in a configuration. */
static write_field *const writers[] = {
    [JG_FIELD_BOOL] = write_bool,     [JG_FIELD_INT] = write_int,
    [JG_FIELD_NUMBER] = write_number, [JG_FIELD_STR] = write_str,
    [JG_FIELD_STRS] = write_strs,     [JG_FIELD_LIST] = write_list,
    [JG_FIELD_STR_MAP] = write_map,   [JG_FIELD_MAP] = write_objects,
    [JG_FIELD_SILENT] = NULL,
};

/* Is the value of this field in the struct, and not only in the text? */
static bool
is_bound(const struct jg_field *field)
{
    if (field->type == JG_FIELD_OBJECT)
        return field->table->size > 0;
    return writers[field->type] != NULL;
}

static bool
is_bound_row(const struct jg_field_table *table, struct jg_str name)
{
    for (size_t i = 0; i < table->count; i++)
        if (jg_str_eq(name, jg_str(table->fields[i].name)))
            return is_bound(&table->fields[i]) || table->fields[i].secret;
    return false;
}

/* What the struct <in> holds, then what only its text <json> has. */
static void
write_struct(struct jg_buf *b, const struct jg_field_table *table,
             const void *in, const struct jg_json *json)
{
    jg_buf_addc(b, '{');
    for (size_t i = 0; i < table->count; i++) {
        const struct jg_field *field = &table->fields[i];
        struct jg_str name = jg_str(field->name);
        const char *at = (const char *)in + field->offset;

        if (!is_bound(field) || ((field->secret || is_secret(name)) &&
                                 !is_for_workers(table, field)))
            continue;
        begin_member(b, name);
        if (field->type == JG_FIELD_OBJECT)
            write_struct(b, field->table, at,
                         json != NULL ? jg_json_get(json, name) : NULL);
        else
            writers[field->type](b, field, at);
    }
    if (json != NULL && json->type == JG_JSON_OBJECT)
        write_members(b, json, is_bound_row, table);
    jg_buf_addc(b, '}');
}

enum jg_err
jg_load_conf_text(const struct jg_conf *conf, struct jg_str text,
                  struct jg_arena *a, struct jg_str *out)
{
    struct jg_str made = {NULL, 0};
    const struct jg_json *json;
    struct jg_buf b;
    enum jg_err err;

    if (jg_str_trim(text).len == 0)
        text = JG_STR("{}");
    err = jg_json_parse(text, &jg_json_limits_conf, a, &json, NULL);
    if (err != JG_OK)
        return err == JG_E_NOMEM ? err : JG_E_CONF_JSON;
    jg_buf_init(&b, JG_FILE_MAX * 2);
    write_struct(&b, &jg_conf_table, conf, json);
    if (!b.failed)
        made = jg_arena_str(a, jg_buf_str(&b));
    jg_buf_free(&b);
    if (made.p == NULL)
        return JG_E_NOMEM;
    *out = made;
    return JG_OK;
}

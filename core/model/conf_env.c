/*
 * Configuration from the environment, as Tyk reads it: TYK_GW_STORAGE_HOST is
 * storage.host. The names are made from the field table, so that every field
 * has one. TYK_SECRET_NAME is what "$secret_env.name" stands for. A variable of
 * the first kind becomes a document of one member, which the table then
 * binds and checks like any other.
 */
#include "base/json.h"
#include "model/conf_internal.h"

#define PREFIX "TYK_GW_"
#define SECRET_PREFIX "TYK_SECRET_"
#define SECRET_PREFIX_LEN (sizeof(SECRET_PREFIX) - 1)
#define SECRETS_MAX 256
#define SECRET_MAX (16 * 1024) /* bytes of one */
#define DEPTH_MAX 4            /* http_server_options.enable_websockets is 2 */
#define VALUE_MAX (64 * 1024)
#define SCRATCH_CHUNK_BYTES 4096
#define SCRATCH_MAX_BYTES (4 * 1024 * 1024)

/* A field, and the objects around it, from the outside in. */
struct found {
    const struct jg_field *path[DEPTH_MAX];
    size_t depth;
    bool nameless; /* a part of an object that no table describes */
};

/* Move <rest> behind the capitals of <name>, if it begins with them. */
static bool
take_name(struct jg_str *rest, const char *name)
{
    size_t taken = 0;

    for (; *name != '\0'; name++) {
        if (*name == '_')
            continue;
        if (taken == rest->len ||
            !jg_str_eq_nocase(jg_str_head(jg_str_from(*rest, taken), 1),
                              (struct jg_str){name, 1}))
            return false;
        taken++;
    }
    *rest = jg_str_from(*rest, taken);
    return true;
}

static bool
find_field(const struct jg_field_table *table, struct jg_str name,
           struct found *f)
{
    size_t depth = f->depth;

    if (depth == DEPTH_MAX)
        return false;
    for (size_t i = 0; i < table->count; i++) {
        const struct jg_field *field = &table->fields[i];
        struct jg_str rest = name;

        if (!take_name(&rest, field->name))
            continue;
        f->path[depth] = field;
        f->depth = depth + 1;
        if (rest.len == 0)
            return true;
        if (rest.p[0] != '_')
            continue;
        /* Inside of a field without effect, nothing has any. */
        if (field->type == JG_FIELD_IGNORED || field->type == JG_FIELD_SILENT)
            return true;
        if (field->type != JG_FIELD_OBJECT)
            continue;
        if (find_field(field->table, jg_str_from(rest, 1), f))
            return true;
        f->nameless = field->table->open;
        if (f->nameless)
            return true;
    }
    f->depth = depth;
    return false;
}

/* Words that Go's ParseBool takes. */
static bool
read_bool(struct jg_str text, struct jg_json *out)
{
    static const struct {
        const char *word;
        bool value;
    } words[] = {{"true", true},   {"t", true},  {"1", true},
                 {"false", false}, {"f", false}, {"0", false}};

    for (size_t i = 0; i < JG_FIELD_COUNT(words); i++)
        if (jg_str_eq_nocase(text, jg_str(words[i].word))) {
            *out = (struct jg_json){.type = JG_JSON_BOOL,
                                    .boolean = words[i].value};
            return true;
        }
    return false;
}

static size_t
count_parts(struct jg_str text)
{
    size_t count = 0;
    struct jg_str part;

    while (text.len > 0 && jg_str_next(&text, ',', &part))
        count++;
    return count;
}

static enum jg_err
keep_string(struct jg_str text, struct jg_arena *a, struct jg_json *out)
{
    *out = (struct jg_json){.type = JG_JSON_STRING,
                            .string = jg_arena_str(a, text)};
    return out->string.p == NULL ? JG_E_NOMEM : JG_OK;
}

/* "a,b": as Tyk reads a list that is no JSON. */
static enum jg_err
read_list(struct jg_str text, struct jg_arena *a, struct jg_json *out)
{
    size_t count = count_parts(text), n = 0;
    struct jg_json *items = jg_arena_array(a, count, sizeof(*items));
    struct jg_str part;

    if (items == NULL)
        return JG_E_NOMEM;
    while (n < count && jg_str_next(&text, ',', &part))
        if (keep_string(part, a, &items[n++]) != JG_OK)
            return JG_E_NOMEM;
    *out = (struct jg_json){
        .type = JG_JSON_ARRAY, .count = (uint32_t)count, .items = items};
    return JG_OK;
}

/* "name:value,name:value", as Tyk reads TYK_GW_SECRETS. What is none stays the
 * string that it is. */
static enum jg_err
read_map(struct jg_str text, struct jg_arena *a, struct jg_json *out)
{
    size_t count = count_parts(text), n = 0;
    struct jg_json_member *members = jg_arena_array(a, count, sizeof(*members));
    struct jg_str part;

    if (members == NULL)
        return JG_E_NOMEM;
    while (n < count && jg_str_next(&text, ',', &part)) {
        size_t colon = jg_str_find(part, ':');
        struct jg_json_member *member = &members[n++];

        if (colon == part.len)
            return JG_OK;
        member->name = jg_arena_str(a, jg_str_head(part, colon));
        if (member->name.p == NULL || keep_string(jg_str_from(part, colon + 1),
                                                  a, &member->value) != JG_OK)
            return JG_E_NOMEM;
    }
    *out = (struct jg_json){
        .type = JG_JSON_OBJECT, .count = (uint32_t)count, .members = members};
    return JG_OK;
}

/*
 * The value that <text> is for a field of <type>. What does not fit stays a
 * string, so that the table says what it expected.
 */
static enum jg_err
read_value(enum jg_field_type type, struct jg_str text, struct jg_arena *a,
           struct jg_json *out)
{
    const struct jg_json *parsed;
    enum jg_err err;

    *out = (struct jg_json){.type = JG_JSON_STRING, .string = text};
    if (type == JG_FIELD_STR)
        return JG_OK;
    if (type == JG_FIELD_BOOL && read_bool(text, out))
        return JG_OK;
    err = jg_json_parse(text, &jg_json_limits_conf, a, &parsed, NULL);
    if (err == JG_OK)
        *out = *parsed;
    if (err == JG_OK || err == JG_E_NOMEM)
        return err;
    if (type == JG_FIELD_STRS)
        return read_list(text, a, out);
    return type == JG_FIELD_STR_MAP ? read_map(text, a, out) : JG_OK;
}

/* The document {"outer": {"inner": <value>}} of the path in <f>. */
static const struct jg_json *
wrap(const struct found *f, struct jg_json value, struct jg_arena *a)
{
    struct jg_json *root = jg_arena_alloc(a, sizeof(*root));

    if (root == NULL)
        return NULL;
    for (size_t i = f->depth; i > 0; i--) {
        struct jg_json_member *member = jg_arena_alloc(a, sizeof(*member));

        if (member == NULL)
            return NULL;
        *member = (struct jg_json_member){jg_str(f->path[i - 1]->name), value};
        value = (struct jg_json){
            .type = JG_JSON_OBJECT, .count = 1, .members = member};
    }
    *root = value;
    return root;
}

/* The field that <name> means takes <text>. */
static enum jg_err
override(struct jg_str name, struct jg_str text, struct jg_diags *diags,
         struct jg_arena *scratch, struct jg_arena *a, struct jg_conf *out)
{
    struct jg_bind_source source = {.file = name, .diags = diags};
    struct found f = {.depth = 0};
    const struct jg_json *root;
    struct jg_json value;

    if (!find_field(&jg_conf_table, jg_str_from(name, sizeof(PREFIX) - 1),
                    &f)) {
        jg_bind_report(&source, JG_WARNING, JG_E_CONF_UNKNOWN, "", NULL,
                       "the name is that of the field in capitals, as in "
                       "TYK_GW_STORAGE_PATH",
                       "no field of the configuration has this variable");
        return JG_OK;
    }
    if (f.nameless)
        return JG_OK;
    if (text.len > VALUE_MAX) {
        jg_bind_report(&source, JG_FAULT, JG_E_CONF_RANGE,
                       f.path[f.depth - 1]->name, NULL, NULL,
                       "longer than %d bytes", VALUE_MAX);
        return JG_E_CONF_TYPE;
    }
    if (read_value(f.path[f.depth - 1]->type, text, scratch, &value) != JG_OK)
        return JG_E_NOMEM;
    root = wrap(&f, value, scratch);
    return root == NULL ? JG_E_NOMEM
                        : jg_bind(&jg_conf_table, root, out, a, &source);
}

/* Only such names can be asked for: see model/template.h. */
static bool
is_secret_name(struct jg_str name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.p[i];

        if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') &&
            !(c >= '0' && c <= '9') && c != '_' && c != '-' && c != '.')
            return false;
    }
    return name.len > 0;
}

/* In place of the one with this name, or as the last. */
static enum jg_err
add_secret(struct jg_pair secret, struct jg_arena *a, struct jg_pairs *out)
{
    struct jg_pair *items = jg_arena_array(a, out->count + 1, sizeof(*items));
    size_t count = 0;

    secret.name = jg_arena_str(a, secret.name);
    secret.value = jg_arena_str(a, secret.value);
    if (items == NULL || secret.name.p == NULL || secret.value.p == NULL)
        return JG_E_NOMEM;
    for (size_t i = 0; i < out->count; i++)
        if (!jg_str_eq(out->items[i].name, secret.name))
            items[count++] = out->items[i];
    items[count++] = secret;
    *out = (struct jg_pairs){items, count};
    return JG_OK;
}

static enum jg_err
read_secret(struct jg_str variable, struct jg_diags *diags, struct jg_arena *a,
            struct jg_pairs *out)
{
    size_t equals = jg_str_find(variable, '=');
    struct jg_pair secret = {
        jg_str_from(jg_str_head(variable, equals), SECRET_PREFIX_LEN),
        jg_str_from(variable, equals + 1)};
    struct jg_bind_source source = {.file = jg_str_head(variable, equals),
                                    .diags = diags};

    if (equals == variable.len || !is_secret_name(secret.name))
        return JG_OK;
    if (secret.value.len <= SECRET_MAX && out->count < SECRETS_MAX)
        return add_secret(secret, a, out);
    jg_bind_report(&source, JG_WARNING, JG_E_CONF_RANGE, "", NULL, NULL,
                   "left out: there may be %d secrets of %d bytes", SECRETS_MAX,
                   SECRET_MAX);
    return JG_OK;
}

static enum jg_err
read_secrets(const char *const *environment, struct jg_diags *diags,
             struct jg_arena *a, struct jg_pairs *out)
{
    enum jg_err err = JG_OK;

    for (; err == JG_OK && *environment != NULL; environment++)
        if (jg_str_starts(jg_str(*environment), JG_STR(SECRET_PREFIX)))
            err = read_secret(jg_str(*environment), diags, a, out);
    return err;
}

enum jg_err
jg_conf_read_environment(const char *const *environment, struct jg_diags *diags,
                         struct jg_arena *a, struct jg_conf *out)
{
    enum jg_err first = JG_OK;

    if (environment == NULL)
        return JG_OK;
    if (read_secrets(environment, diags, a, &out->environment_secrets) != JG_OK)
        return JG_E_NOMEM;
    for (; *environment != NULL; environment++) {
        struct jg_str variable = jg_str(*environment);
        size_t equals = jg_str_find(variable, '=');
        struct jg_arena scratch;
        enum jg_err err;

        if (!jg_str_starts(variable, JG_STR(PREFIX)) || equals == variable.len)
            continue;
        jg_arena_init(&scratch, SCRATCH_CHUNK_BYTES, SCRATCH_MAX_BYTES);
        err = override(jg_str_head(variable, equals),
                       jg_str_from(variable, equals + 1), diags, &scratch, a,
                       out);
        jg_arena_free(&scratch);
        if (err == JG_E_NOMEM)
            return err;
        if (first == JG_OK)
            first = err;
    }
    return first;
}

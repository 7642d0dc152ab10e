/* Texts with variables in them. */
#include "model/template.h"

/* A text while it is taken apart. */
struct reading {
    const struct jg_conf *conf;
    struct jg_arena *arena;
    bool with_context;
    struct jg_template_doubt doubt;
    struct jg_part parts[JG_TEMPLATE_PARTS_MAX];
    size_t count;
};

/* Sets kind and text of a variable called <name>. */
typedef void read_name(struct reading *r, struct jg_str name,
                       struct jg_part *part);

static void
doubt(struct reading *r, const char *what)
{
    if (r->doubt.what == NULL)
        r->doubt.what = what;
}

static void
read_meta(struct reading *r, struct jg_str name, struct jg_part *part)
{
    (void)r;
    *part = (struct jg_part){JG_PART_META, name};
}

/* What $tyk_context. knows (reference 6.3). With <rest> the name goes on. */
static const struct {
    struct jg_str name;
    enum jg_part_kind kind;
    bool rest;
} context_names[] = {
    {{"request_data", 12}, JG_PART_PARAMETERS, false},
    {{"request_data_", 13}, JG_PART_PARAMETER, true},
    {{"headers_Host", 12}, JG_PART_HOST, false},
    {{"headers_", 8}, JG_PART_HEADER, true},
    {{"cookies_", 8}, JG_PART_COOKIE, true},
    {{"path", 4}, JG_PART_PATH, false},
    {{"path_parts", 10}, JG_PART_PATH_PARTS, false},
    {{"remote_addr", 11}, JG_PART_REMOTE_ADDRESS, false},
    {{"request_id", 10}, JG_PART_REQUEST_ID, false},
    {{"token", 5}, JG_PART_TOKEN, false},
    {{"jwt_claims_", 11}, JG_PART_CLAIM, true},
    {{"rate_limit_limit", 16}, JG_PART_RATE_LIMIT, false},
    {{"rate_limit_remaining", 20}, JG_PART_RATE_REMAINING, false},
    {{"rate_limit_reset", 16}, JG_PART_RATE_RESET, false},
    {{"quota_limit", 11}, JG_PART_QUOTA_LIMIT, false},
    {{"quota_remaining", 15}, JG_PART_QUOTA_REMAINING, false},
    {{"quota_reset", 11}, JG_PART_QUOTA_RESET, false},
    /* A map, which has no text in Tyk either; and there is no tracing. */
    {{"headers", 7}, JG_PART_NOTHING, false},
    {{"tyk_trace_id", 12}, JG_PART_NOTHING, false},
};

static void
read_context(struct reading *r, struct jg_str name, struct jg_part *part)
{
    if (!r->with_context) {
        doubt(r, "needs enable_context_vars: it is empty");
        return;
    }
    for (size_t i = 0; i < JG_FIELD_COUNT(context_names); i++) {
        struct jg_str known = context_names[i].name;

        if (context_names[i].rest ? !jg_str_starts(name, known)
                                  : !jg_str_eq(name, known))
            continue;
        *part = (struct jg_part){context_names[i].kind,
                                 jg_str_from(name, known.len)};
        return;
    }
    doubt(r, "is no context variable: it is empty");
}

static void
put_secret(struct reading *r, const struct jg_pairs *secrets,
           struct jg_str name, bool any_case, struct jg_part *part)
{
    for (size_t i = 0; i < secrets->count; i++) {
        const struct jg_pair *secret = &secrets->items[i];

        if (any_case ? jg_str_eq_nocase(secret->name, name)
                     : jg_str_eq(secret->name, name)) {
            *part = (struct jg_part){JG_PART_TEXT, secret->value};
            return;
        }
    }
    doubt(r, "is not known: it is empty");
}

static void
read_conf_secret(struct reading *r, struct jg_str name, struct jg_part *part)
{
    put_secret(r, &r->conf->secrets, name, false, part);
}

/* TYK_SECRET_NAME is in capitals, whatever the text says. */
static void
read_env_secret(struct reading *r, struct jg_str name, struct jg_part *part)
{
    put_secret(r, &r->conf->environment_secrets, name, true, part);
}

static void
read_far_secret(struct reading *r, struct jg_str name, struct jg_part *part)
{
    (void)name;
    (void)part;
    doubt(r, "is kept where this version does not look: it is empty");
}

static const struct label {
    struct jg_str text;
    read_name *read;
} labels[] = {
    {{"$tyk_meta.", 10}, read_meta},
    {{"$tyk_context.", 13}, read_context},
    {{"$secret_conf.", 13}, read_conf_secret},
    {{"$secret_env.", 12}, read_env_secret},
    {{"$secret_vault.", 14}, read_far_secret},
    {{"$secret_consul.", 15}, read_far_secret},
    {{"$secret_file.", 13}, read_far_secret},
};

static bool
is_name_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
}

/* The variable at the start of <s>, and what it is; empty: there is none. */
static struct jg_str
variable_at(struct jg_str s, const struct label **out)
{
    for (size_t i = 0; i < JG_FIELD_COUNT(labels); i++) {
        size_t len = labels[i].text.len;

        if (!jg_str_starts(s, labels[i].text))
            continue;
        while (len < s.len && is_name_byte(s.p[len]))
            len++;
        *out = &labels[i];
        return jg_str_head(s, len > labels[i].text.len ? len : 0);
    }
    return (struct jg_str){NULL, 0};
}

static enum jg_err
add(struct reading *r, struct jg_part part)
{
    if (part.kind == JG_PART_TEXT && part.text.len == 0)
        return JG_OK;
    if (r->count == JG_TEMPLATE_PARTS_MAX)
        return JG_E_CONF_VALUE;
    r->parts[r->count++] = part;
    return JG_OK;
}

static enum jg_err
add_variable(struct reading *r, struct jg_str variable,
             const struct label *label)
{
    struct jg_part part = {.kind = JG_PART_NOTHING};
    const char *before = r->doubt.what;

    label->read(r, jg_str_from(variable, label->text.len), &part);
    if (before == NULL && r->doubt.what != NULL)
        r->doubt.variable = variable;
    return add(r, part);
}

static enum jg_err
cut(struct reading *r, struct jg_str text)
{
    size_t plain = 0; /* bytes before the next variable */

    while (plain < text.len) {
        const struct label *label = NULL;
        struct jg_str variable = variable_at(jg_str_from(text, plain), &label);
        enum jg_err err;

        if (variable.len == 0) {
            plain++;
            continue;
        }
        err = add(r, (struct jg_part){JG_PART_TEXT, jg_str_head(text, plain)});
        if (err == JG_OK)
            err = add_variable(r, variable, label);
        if (err != JG_OK)
            return err;
        text = jg_str_from(text, plain + variable.len);
        plain = 0;
    }
    return add(r, (struct jg_part){JG_PART_TEXT, text});
}

/* Texts that stand beside each other, as secrets may, become one. */
static enum jg_err
join(struct reading *r)
{
    size_t kept = 0;

    for (size_t i = 1; i < r->count; i++) {
        struct jg_part *last = &r->parts[kept];
        struct jg_part part = r->parts[i];
        char *p;

        if (last->kind != JG_PART_TEXT || part.kind != JG_PART_TEXT) {
            r->parts[++kept] = part;
            continue;
        }
        p = jg_arena_alloc(r->arena, last->text.len + part.text.len);
        if (p == NULL)
            return JG_E_NOMEM;
        memcpy(p, last->text.p, last->text.len);
        memcpy(p + last->text.len, part.text.p, part.text.len);
        last->text = (struct jg_str){p, last->text.len + part.text.len};
    }
    r->count = r->count == 0 ? 0 : kept + 1;
    return JG_OK;
}

/* Everything that <r> found, in its arena. */
static enum jg_err
keep(struct reading *r, struct jg_template *out)
{
    struct jg_part *parts =
        jg_arena_array(r->arena, r->count + 1, sizeof(*parts));

    if (parts == NULL)
        return JG_E_NOMEM;
    for (size_t i = 0; i < r->count; i++) {
        parts[i].kind = r->parts[i].kind;
        parts[i].text = jg_arena_str(r->arena, r->parts[i].text);
        if (parts[i].text.p == NULL)
            return JG_E_NOMEM;
    }
    *out = (struct jg_template){parts, r->count};
    return JG_OK;
}

enum jg_err
jg_template_read(struct jg_str text, const struct jg_conf *conf,
                 bool with_context, struct jg_arena *a, struct jg_template *out,
                 struct jg_template_doubt *told)
{
    struct reading r = {.conf = conf, .arena = a, .with_context = with_context};
    enum jg_err err = cut(&r, text);

    if (err == JG_OK)
        err = join(&r);
    if (err == JG_OK)
        err = keep(&r, out);
    if (err == JG_OK)
        *told = r.doubt;
    return err;
}

bool
jg_template_is_text(const struct jg_template *t)
{
    return t->count == 0 || (t->count == 1 && t->parts[0].kind == JG_PART_TEXT);
}

bool
jg_template_tells_caller(const struct jg_template *t)
{
    for (size_t i = 0; i < t->count; i++) {
        enum jg_part_kind kind = t->parts[i].kind;

        if (kind == JG_PART_META || kind == JG_PART_TOKEN ||
            kind == JG_PART_CLAIM)
            return true;
    }
    return false;
}

/*
 * An answer without its secrets, for who may only read. What could be used to
 * make tokens, or to become somebody who may change things, is not for reading:
 * scripts of virtual endpoints belong to that, since people put credentials
 * into them.
 */
#include "admin/masked.h"

#include "admin/text.h"

#define HIDDEN JG_STR("\"" JG_HIDDEN "\"")

/* Every string in a member of such a name, whatever its letter case. */
static const char *const secret_names[] = {
    "secret",      "jwt_source",   "source",        "client_secret",
    "password",    "access_token", "refresh_token", "token",
    "hmac_string", "api_key",      "private_key",   "function_source_uri",
    "body",        "config_data",  "authorization", "x-tyk-authorization",
    "x-api-key",   "cookie",       "meta_data",
};

/* What such members may hold that everybody may see: addresses, public keys. */
static const char *const open_values[] = {
    "http://",
    "https://",
    "-----BEGIN PUBLIC ",
    "LS0tLS1CRUdJTiBQVUJMSUMg",
    "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS",
};

static bool
is_secret(struct jg_str name)
{
    if (jg_str_find(name, '\\') < name.len)
        return true; /* nobody needs escapes in a name but to hide it */
    for (size_t i = 0; i < sizeof(secret_names) / sizeof(secret_names[0]); i++)
        if (jg_str_eq_nocase(name, jg_str(secret_names[i])))
            return true;
    return false;
}

static bool
is_open(struct jg_str value)
{
    for (size_t i = 0; i < sizeof(open_values) / sizeof(open_values[0]); i++)
        if (jg_str_starts(value, jg_str(open_values[i])))
            return true;
    return value.len == 0;
}

/* Where one is in the text. */
struct scan {
    struct jg_buf *out;
    struct jg_str left;
    unsigned depth;  /* of objects and arrays around */
    unsigned hidden; /* the depth from which on all is secret; 0: it is not */
    bool next;       /* the value that comes is a secret */
    bool of_secret; /* {"name": "Authorization", "value": …}: the second one */
    bool is_name;   /* the value that comes is a name of that kind */
};

static struct jg_str
take(struct scan *s, size_t bytes)
{
    struct jg_str taken = jg_str_head(s->left, bytes);

    s->left = jg_str_from(s->left, bytes);
    return taken;
}

/* A name and its colon stay; what it is a name of, is noted. */
static void
take_name(struct scan *s, struct jg_str name)
{
    s->next = is_secret(name) ||
              (s->of_secret && jg_str_eq_nocase(name, JG_STR("value")));
    s->is_name = jg_str_eq_nocase(name, JG_STR("name")) ||
                 jg_str_eq_nocase(name, JG_STR("key"));
}

static void
take_string(struct scan *s)
{
    struct jg_str text = take(s, jg_text_string_len(s->left));
    struct jg_str inner = jg_str_from(text, 1);
    size_t i = 0;

    inner = jg_str_head(inner, inner.len > 0 ? inner.len - 1 : 0);
    while (i < s->left.len && jg_text_is_space(s->left.p[i]))
        i++;
    if (i < s->left.len && s->left.p[i] == ':') {
        take_name(s, inner);
        jg_buf_add(s->out, text);
        jg_buf_add(s->out, take(s, i + 1));
        return;
    }
    if (s->is_name)
        s->of_secret = is_secret(inner);
    jg_buf_add(s->out,
               (s->next || s->hidden > 0) && !is_open(inner) ? HIDDEN : text);
    s->next = s->is_name = false;
}

static void
take_other(struct scan *s)
{
    char c = s->left.p[0];

    if (c == '{' || c == '[') {
        s->depth++;
        if (s->next && s->hidden == 0)
            s->hidden = s->depth;
        s->next = s->is_name = s->of_secret = false;
    } else if (c == '}' || c == ']') {
        if (s->hidden == s->depth)
            s->hidden = 0;
        s->depth--;
        s->of_secret = false;
    } else if (c == ',') {
        s->next = s->is_name = false;
    }
    jg_buf_add(s->out, take(s, 1));
}

void
jg_masked(struct jg_buf *out, struct jg_str json)
{
    struct scan s = {.out = out, .left = json};

    while (s.left.len > 0 && !out->failed) {
        if (s.left.p[0] == '"')
            take_string(&s);
        else
            take_other(&s);
    }
}

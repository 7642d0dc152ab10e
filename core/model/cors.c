/* CORS: from a definition's words to what a request is compared with. */
#include "model/cors.h"

#include <stdio.h>

#include "base/header.h"
#include "model/model_internal.h"

#define PATH_BYTES 64
#define AGE_BYTES 24

#define CORS(field) offsetof(struct jg_api_cors, field)

static const char passthrough[] =
    "OPTIONS needs no authentication, and only the upstream says anything; "
    "with CORS switched on only";

static const struct jg_field rows[] = {
    {"enable", JG_FIELD_BOOL, CORS(enable)},
    {"allowed_origins", JG_FIELD_STRS, CORS(allowed_origins),
     .max = JG_CORS_TEXT_MAX, .note = "\"*\" anywhere in it once"},
    {"allowed_methods", JG_FIELD_STRS, CORS(allowed_methods),
     .max = JG_CORS_TEXT_MAX},
    {"allowed_headers", JG_FIELD_STRS, CORS(allowed_headers),
     .max = JG_CORS_TEXT_MAX,
     .note = "in any case and order, not only as browsers write them"},
    {"exposed_headers", JG_FIELD_STRS, CORS(exposed_headers),
     .max = JG_CORS_TEXT_MAX},
    {"allow_credentials", JG_FIELD_BOOL, CORS(allow_credentials)},
    {"max_age", JG_FIELD_INT, CORS(max_age_s), .min = -JG_CORS_AGE_MAX,
     .max = JG_CORS_AGE_MAX, .note = "seconds"},
    {"options_passthrough", JG_FIELD_BOOL, CORS(options_passthrough),
     .note = passthrough},
    {"debug", JG_FIELD_SILENT, .note = "explain says why"},
};
const struct jg_field_table jg_cors_table = {sizeof(struct jg_api_cors), rows,
                                             JG_FIELD_COUNT(rows)};

static const struct jg_field oas_rows[] = {
    {"enabled", JG_FIELD_BOOL, CORS(enable)},
    {"allowedOrigins", JG_FIELD_STRS, CORS(allowed_origins),
     .max = JG_CORS_TEXT_MAX, .note = "\"*\" anywhere in it once"},
    {"allowedMethods", JG_FIELD_STRS, CORS(allowed_methods),
     .max = JG_CORS_TEXT_MAX},
    {"allowedHeaders", JG_FIELD_STRS, CORS(allowed_headers),
     .max = JG_CORS_TEXT_MAX,
     .note = "in any case and order, not only as browsers write them"},
    {"exposedHeaders", JG_FIELD_STRS, CORS(exposed_headers),
     .max = JG_CORS_TEXT_MAX},
    {"allowCredentials", JG_FIELD_BOOL, CORS(allow_credentials)},
    {"maxAge", JG_FIELD_INT, CORS(max_age_s), .min = -JG_CORS_AGE_MAX,
     .max = JG_CORS_AGE_MAX, .note = "seconds"},
    {"optionsPassthrough", JG_FIELD_BOOL, CORS(options_passthrough),
     .note = passthrough},
    {"debug", JG_FIELD_SILENT, .note = "explain says why"},
};
const struct jg_field_table jg_cors_oas_table = {
    sizeof(struct jg_api_cors), oas_rows, JG_FIELD_COUNT(oas_rows)};

static const struct jg_str default_methods[] = {
    {"GET", 3}, {"POST", 4}, {"HEAD", 4}};
static const struct jg_str default_headers[] = {
    {"accept", 6}, {"content-type", 12}, {"x-requested-with", 16}};

static void
warn(struct jg_api_reading *r, enum jg_err err, const char *list, size_t i,
     const char *fix, const char *what)
{
    char path[PATH_BYTES];

    snprintf(path, sizeof(path), "CORS.%s.%zu", list, i);
    jg_bind_report(r->source, JG_WARNING, err, path, NULL, fix, "%s", what);
}

/* Bytes of "https://", or 0. */
static size_t
scheme_len(struct jg_str origin)
{
    for (size_t i = 0; i + 2 < origin.len; i++)
        if (memcmp(origin.p + i, "://", 3) == 0)
            return i + 3;
    return 0;
}

/* What people write, and no browser ever sends. */
static void
look_at_origin(struct jg_api_reading *r, size_t i, struct jg_str origin)
{
    static const char list[] = "allowed_origins";
    size_t from = scheme_len(origin);
    struct jg_str host = jg_str_from(origin, from);

    if (jg_str_eq(origin, JG_STR("null")))
        warn(r, JG_E_CONF_RISK, list, i, NULL,
             "every sandboxed page, and every file, has the origin null");
    else if (jg_str_find(host, '/') < host.len)
        warn(r, JG_E_CONF_VALUE, list, i, "write https://example.com",
             "it allows nobody: an origin has no path, and no '/' at its end");
    else if (from == 0 && jg_str_find(origin, '*') == origin.len)
        warn(r, JG_E_CONF_VALUE, list, i, "write https://example.com",
             "it allows nobody: an origin begins with its scheme");
}

/* A wildcard that lets in what a stranger can register. */
static void
look_at_wildcard(struct jg_api_reading *r, size_t i,
                 const struct jg_cors_origin *o)
{
    static const char list[] = "allowed_origins";
    struct jg_str host = jg_str_from(o->before, scheme_len(o->before));

    if (jg_str_find(o->after, '*') < o->after.len)
        warn(r, JG_E_CONF_VALUE, list, i, NULL,
             "it allows nobody: only the first * is a wildcard");
    else if (o->after.len == 0 && host.len > 0 && host.p[host.len - 1] != ':')
        warn(r, JG_E_CONF_RISK, list, i, "write the end of the name out",
             "a name that begins like this can belong to anybody");
    else if (o->after.len > 0 && o->after.p[0] != '.' && o->after.p[0] != ':')
        warn(r, JG_E_CONF_RISK, list, i, "put a '.' behind the *",
             "a name that ends like this can belong to anybody");
}

static void
read_origin(struct jg_api_reading *r, size_t i, struct jg_str origin,
            struct jg_cors *cors, struct jg_cors_origin *out)
{
    size_t star = jg_str_find(origin, '*');

    *out = (struct jg_cors_origin){
        .before = jg_str_head(origin, star),
        .after = jg_str_from(origin, star + 1),
        .wild = star < origin.len,
    };
    if (jg_str_eq(origin, JG_STR("*"))) {
        cors->every_origin = true;
        return;
    }
    look_at_origin(r, i, origin);
    if (out->wild)
        look_at_wildcard(r, i, out);
}

static enum jg_err
read_origins(struct jg_api_reading *r, const struct jg_strs *texts,
             struct jg_cors *cors)
{
    struct jg_cors_origin *origins =
        jg_arena_array(&r->api->arena, texts->count, sizeof(*origins));

    if (origins == NULL)
        return JG_E_NOMEM;
    for (size_t i = 0; i < texts->count; i++)
        read_origin(r, i, texts->items[i], cors, &origins[i]);
    cors->every_origin |= texts->count == 0;
    cors->origins = origins;
    cors->origin_count = cors->every_origin ? 0 : texts->count;
    return JG_OK;
}

static void
read_methods(struct jg_api_reading *r, const struct jg_strs *texts,
             struct jg_cors *cors)
{
    static const char what[] =
        "methods are compared letter by letter, and those of HTTP have "
        "capitals";

    cors->methods = *texts;
    if (texts->count == 0)
        cors->methods = (struct jg_strs){default_methods, 3};
    for (size_t i = 0; i < texts->count; i++)
        for (size_t k = 0; k < texts->items[i].len; k++)
            if (texts->items[i].p[k] >= 'a' && texts->items[i].p[k] <= 'z') {
                warn(r, JG_E_CONF_VALUE, "allowed_methods", i, NULL, what);
                break;
            }
}

static void
read_allowed_headers(struct jg_api_reading *r, const struct jg_strs *texts,
                     struct jg_cors *cors)
{
    cors->headers = *texts;
    if (texts->count == 0)
        cors->headers = (struct jg_strs){default_headers, 3};
    for (size_t i = 0; i < texts->count; i++) {
        cors->every_header |= jg_str_eq(texts->items[i], JG_STR("*"));
        if (!jg_header_is_name(texts->items[i]))
            warn(r, JG_E_CONF_VALUE, "allowed_headers", i, NULL,
                 "it allows nothing: this is no name of a header");
    }
}

static enum jg_err
refuse_exposed(struct jg_api_reading *r, size_t i)
{
    char path[PATH_BYTES];

    snprintf(path, sizeof(path), "CORS.exposed_headers.%zu", i);
    return jg_bind_report(r->source, JG_FAULT, JG_E_CONF_VALUE, path, NULL,
                          NULL, "this is no name of a header");
}

/* "X-Count, X-Page": all names in one value, as Go spells them. */
static enum jg_err
read_exposed(struct jg_api_reading *r, const struct jg_strs *texts,
             struct jg_cors *cors)
{
    size_t len = 0;
    char *p;

    for (size_t i = 0; i < texts->count; i++) {
        if (!jg_header_is_name(texts->items[i]))
            return refuse_exposed(r, i);
        len += texts->items[i].len + 2;
    }
    if (len == 0)
        return JG_OK;
    p = jg_arena_alloc(&r->api->arena, len);
    if (p == NULL)
        return JG_E_NOMEM;
    cors->exposed = (struct jg_str){p, len - 2};
    for (size_t i = 0; i < texts->count; i++) {
        jg_header_canonical(texts->items[i], p);
        memcpy(p + texts->items[i].len, ", ", 2);
        p += texts->items[i].len + 2;
    }
    return JG_OK;
}

static enum jg_err
read_age(struct jg_api_reading *r, int64_t age_s, struct jg_cors *cors)
{
    char text[AGE_BYTES];

    if (age_s == 0)
        return JG_OK;
    snprintf(text, sizeof(text), "%lld", (long long)(age_s > 0 ? age_s : 0));
    cors->max_age = jg_arena_str(&r->api->arena, jg_str(text));
    return cors->max_age.p == NULL ? JG_E_NOMEM : JG_OK;
}

static enum jg_err
check_counts(struct jg_api_reading *r, const struct jg_api_cors *def)
{
    const struct {
        const char *path;
        size_t count;
    } lists[] = {
        {"CORS.allowed_origins", def->allowed_origins.count},
        {"CORS.allowed_methods", def->allowed_methods.count},
        {"CORS.allowed_headers", def->allowed_headers.count},
        {"CORS.exposed_headers", def->exposed_headers.count},
    };

    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
        if (lists[i].count > JG_CORS_LIST_MAX)
            return jg_bind_report(r->source, JG_FAULT, JG_E_CONF_VALUE,
                                  lists[i].path, NULL, NULL,
                                  "more than %d entries", JG_CORS_LIST_MAX);
    return JG_OK;
}

static void
warn_of_risks(struct jg_api_reading *r, const struct jg_cors *cors)
{
    if (cors->every_origin && cors->credentials)
        jg_bind_report(r->source, JG_WARNING, JG_E_CONF_RISK,
                       "CORS.allow_credentials", NULL,
                       "name the origins in allowed_origins",
                       "browsers refuse credentials where every origin is "
                       "allowed");
    if (cors->passthrough && !r->api->def.use_keyless)
        jg_bind_report(r->source, JG_WARNING, JG_E_CONF_RISK,
                       "CORS.options_passthrough", NULL, NULL,
                       "everybody may send OPTIONS to the upstream, without "
                       "authentication");
}

enum jg_err
jg_api_read_cors(struct jg_api_reading *r)
{
    const struct jg_api_cors *def = r->api->def.cors;
    struct jg_cors *cors;
    enum jg_err err;

    if (def == NULL || !def->enable)
        return JG_OK;
    err = check_counts(r, def);
    if (err != JG_OK)
        return err;
    cors = jg_arena_alloc(&r->api->arena, sizeof(*cors));
    if (cors == NULL)
        return JG_E_NOMEM;
    cors->credentials = def->allow_credentials;
    cors->passthrough = def->options_passthrough;
    read_methods(r, &def->allowed_methods, cors);
    read_allowed_headers(r, &def->allowed_headers, cors);
    err = read_origins(r, &def->allowed_origins, cors);
    if (err == JG_OK)
        err = read_exposed(r, &def->exposed_headers, cors);
    if (err == JG_OK)
        err = read_age(r, def->max_age_s, cors);
    if (err != JG_OK)
        return err;
    warn_of_risks(r, cors);
    r->api->cors = cors;
    return JG_OK;
}

static bool
fits(const struct jg_cors_origin *allowed, struct jg_str origin)
{
    size_t before = allowed->before.len, after = allowed->after.len;

    if (!allowed->wild)
        return jg_str_eq_nocase(allowed->before, origin);
    return origin.len >= before + after &&
           jg_str_starts_nocase(origin, allowed->before) &&
           jg_str_eq_nocase(jg_str_from(origin, origin.len - after),
                            allowed->after);
}

bool
jg_cors_allows_origin(const struct jg_cors *cors, struct jg_str origin)
{
    if (cors->every_origin)
        return true;
    for (size_t i = 0; i < cors->origin_count; i++)
        if (fits(&cors->origins[i], origin))
            return true;
    return false;
}

/* OPTIONS itself is always allowed. */
bool
jg_cors_allows_method(const struct jg_cors *cors, struct jg_str method)
{
    if (jg_str_eq(method, JG_STR("OPTIONS")))
        return true;
    for (size_t i = 0; i < cors->methods.count; i++)
        if (jg_str_eq(cors->methods.items[i], method))
            return true;
    return false;
}

bool
jg_cors_allows_header(const struct jg_cors *cors, struct jg_str name)
{
    if (cors->every_header)
        return true;
    for (size_t i = 0; i < cors->headers.count; i++)
        if (jg_str_eq_nocase(cors->headers.items[i], name))
            return true;
    return false;
}

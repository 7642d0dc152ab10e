/* Versions: their times, and where requests name them. */
#include "model/versions.h"
#include "model/model_internal.h"

#define DEFINITION(field) offsetof(struct jg_version_definition, field)

static const struct jg_field definition_rows[] = {
    {"enabled", JG_FIELD_BOOL, DEFINITION(enabled)},
    {"name", JG_FIELD_STR, DEFINITION(name), .max = 256},
    {"default", JG_FIELD_STR, DEFINITION(default_name), .max = 256},
    {"location", JG_FIELD_STR, DEFINITION(location), .max = 32},
    {"key", JG_FIELD_STR, DEFINITION(key), .max = 256},
    {"strip_path", JG_FIELD_BOOL, DEFINITION(strip_path),
     .note = "deprecated: as strip_versioning_data, for url only"},
    {"strip_versioning_data", JG_FIELD_BOOL, DEFINITION(strip_versioning_data),
     .note = "the query keeps its order; of the path exactly the version's "
             "segment is taken"},
    {"url_versioning_pattern", JG_FIELD_STR, DEFINITION(url_versioning_pattern),
     .max = JG_PATTERN_MAX},
    {"fallback_to_default", JG_FIELD_BOOL, DEFINITION(fallback_to_default)},
    {"versions", JG_FIELD_STR_MAP, DEFINITION(versions), .max = JG_ID_MAX},
    {"base_id", JG_FIELD_SILENT},
};
const struct jg_field_table jg_version_definition_table = {
    sizeof(struct jg_version_definition), definition_rows,
    JG_FIELD_COUNT(definition_rows)};

/* <digits> digits at <i>, from <low> to <high>; -1 otherwise. */
static int64_t
number_at(struct jg_str s, size_t i, size_t digits, int64_t low, int64_t high)
{
    int64_t n = 0;

    if (i + digits > s.len)
        return -1;
    for (; digits > 0; digits--, i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return -1;
        n = n * 10 + s.p[i] - '0';
    }
    return n >= low && n <= high ? n : -1;
}

/* Days of the Gregorian calendar from 1970-01-01 to this day. */
static int64_t
days_until(int64_t year, int64_t month, int64_t day)
{
    int64_t y = month > 2 ? year : year - 1; /* years begin in March */
    int64_t m = month > 2 ? month - 3 : month + 9;

    return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day -
           719469;
}

static int64_t
days_of(int64_t year, int64_t month)
{
    static const int64_t days[] = {31, 28, 31, 30, 31, 30,
                                   31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

    return month == 2 && leap ? 29 : days[month - 1];
}

int64_t
jg_version_expiry(struct jg_str s)
{
    int64_t year = number_at(s, 0, 4, 1, 9999);
    int64_t month = number_at(s, 5, 2, 1, 12);
    int64_t day = number_at(s, 8, 2, 1, 31);
    int64_t hour = number_at(s, 11, 2, 0, 23);
    int64_t minute = number_at(s, 14, 2, 0, 59);

    if (s.len == 0 || jg_str_eq(s, JG_STR("-1")) || jg_str_eq(s, JG_STR("1")))
        return JG_NEVER;
    if (s.len != 16 || year < 0 || month < 0 || day < 0 || hour < 0 ||
        minute < 0 || s.p[4] != '-' || s.p[7] != '-' || s.p[10] != ' ' ||
        s.p[13] != ':' || day > days_of(year, month))
        return 0;
    return ((days_until(year, month, day) * 24 + hour) * 60 + minute) * 60;
}

static const struct {
    struct jg_str location;
    enum jg_version_place place;
} places[] = {
    {{"header", 6}, JG_VERSION_HEADER},
    {{"url-param", 9}, JG_VERSION_PARAM},
    {{"url", 3}, JG_VERSION_PATH},
};

/* As in Tyk, an unknown place is none: every request is without a version. */
static void
read_place(struct jg_api_reading *r, struct jg_version_definition *definition)
{
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
        if (jg_str_eq(places[i].location, definition->location))
            definition->place = places[i].place;
    if (definition->place == JG_VERSION_NOWHERE)
        jg_bind_report(r->source, JG_WARNING, JG_E_CONF_VALUE,
                       "definition.location", NULL, NULL,
                       "no request names a version: expected \"header\", "
                       "\"url-param\" or \"url\"");
    else if (definition->place != JG_VERSION_PATH && definition->key.len == 0)
        jg_bind_report(r->source, JG_WARNING, JG_E_CONF_MISSING,
                       "definition.key", NULL, NULL,
                       "no request names a version: the name of the header or "
                       "parameter is missing");
}

static enum jg_err
read_style(struct jg_api_reading *r, struct jg_version_definition *definition)
{
    struct jg_arena *a = &r->api->arena;
    struct jg_pattern *pattern;
    struct jg_str why = {NULL, 0};
    enum jg_err err;

    if (definition->url_versioning_pattern.len == 0)
        return JG_OK;
    pattern = jg_arena_alloc(a, sizeof(*pattern));
    if (pattern == NULL)
        return JG_E_NOMEM;
    err = jg_pattern_compile(definition->url_versioning_pattern, false, a,
                             pattern, &why);
    if (err == JG_OK)
        definition->url_style = pattern;
    if (err != JG_E_CONF_VALUE)
        return err;
    jg_bind_report(r->source, JG_WARNING, err,
                   "definition.url_versioning_pattern", NULL, NULL,
                   "not used: %.*s", JG_STR_ARG(why));
    return JG_OK;
}

static void
read_expiry(struct jg_api_reading *r, const char *place, struct jg_str text,
            int64_t *out)
{
    *out = jg_version_expiry(text);
    if (*out == 0)
        jg_bind_report(r->source, JG_WARNING, JG_E_CONF_VALUE, place, NULL,
                       "write it as \"2006-01-02 15:04\", in UTC",
                       "\"%.*s\" is no time: taken for one that has passed",
                       JG_STR_ARG(text));
}

/* The one that a request without another one gets. */
static const struct jg_api_version *
version_in_use(const struct jg_api_def *def)
{
    const struct jg_api_version *versions = def->versions.items;
    struct jg_str want =
        def->not_versioned ? JG_STR("Default") : def->default_version;

    for (size_t i = 0; i < def->versions.count; i++)
        if (jg_str_eq(versions[i].name, want))
            return &versions[i];
    return def->not_versioned && def->versions.count > 0 ? versions : NULL;
}

static void
warn_of_several(struct jg_api_reading *r)
{
    const struct jg_api *api = r->api;

    if (api->def.not_versioned && api->def.versions.count > 1)
        jg_bind_report(r->source, JG_WARNING, JG_E_CONF_VALUE,
                       "version_data.versions", NULL, NULL,
                       "not_versioned is set, but there are several versions: "
                       "\"%.*s\" is used",
                       JG_STR_ARG(api->headers->name));
    if (!api->def.not_versioned && api->def.versions.count == 0)
        jg_bind_report(r->source, JG_WARNING, JG_E_CONF_MISSING,
                       "version_data.versions", NULL,
                       "set \"not_versioned\": true",
                       "there is no version, so every request is refused");
}

enum jg_err
jg_api_read_versions(struct jg_api_reading *r)
{
    struct jg_api *api = r->api;
    struct jg_version_definition *definition = api->def.definition;
    struct jg_api_version *versions = api->def.versions.items;

    api->headers = version_in_use(&api->def);
    read_expiry(r, "expiration", api->def.expiration, &api->expires_s);
    for (size_t i = 0; i < api->def.versions.count; i++)
        read_expiry(r, "version_data.versions", versions[i].expires,
                    &versions[i].expires_s);
    warn_of_several(r);
    if (definition == NULL || (api->def.not_versioned && !definition->enabled))
        return JG_OK;
    read_place(r, definition);
    return read_style(r, definition);
}

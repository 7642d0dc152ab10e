/* Entries of extended_paths: their patterns compiled, and found again. */
#include <stdio.h>

#include "model/model_internal.h"

#define PLACE_BYTES 512

#define ACTION(field) offsetof(struct jg_method_action, field)

static const struct {
    const char *name;
    size_t size; /* of an entry */
    bool listed; /* it is a struct jg_listed_endpoint */
} kinds[] = {
    [JG_ENDPOINT_IGNORED] = {"ignored", sizeof(struct jg_listed_endpoint),
                             true},
    [JG_ENDPOINT_BLACK_LIST] = {"black_list", sizeof(struct jg_listed_endpoint),
                                true},
    [JG_ENDPOINT_WHITE_LIST] = {"white_list", sizeof(struct jg_listed_endpoint),
                                true},
    [JG_ENDPOINT_INTERNAL] = {"internal", sizeof(struct jg_endpoint), false},
    [JG_ENDPOINT_REQUEST_HEADERS] = {"transform_headers",
                                     sizeof(struct jg_headers_endpoint), false},
    [JG_ENDPOINT_RESPONSE_HEADERS] = {"transform_response_headers",
                                      sizeof(struct jg_headers_endpoint),
                                      false},
    [JG_ENDPOINT_RATE_LIMIT] = {"rate_limit", sizeof(struct jg_rate_endpoint),
                                false},
    [JG_ENDPOINT_VIRTUAL] = {"virtual", sizeof(struct jg_virtual_endpoint),
                             false},
    [JG_ENDPOINT_SIZE_LIMIT] = {"size_limits", sizeof(struct jg_size_endpoint),
                                false},
    [JG_ENDPOINT_VALIDATE] = {"validate_json", sizeof(struct jg_endpoint),
                              false},
    [JG_ENDPOINT_MOCK] = {"mock_response", sizeof(struct jg_mock_endpoint),
                          false},
    [JG_ENDPOINT_OAS_MOCK] = {"mockResponse", sizeof(struct jg_mock_endpoint),
                              false},
    [JG_ENDPOINT_TIMEOUT] = {"hard_timeouts",
                             sizeof(struct jg_timeout_endpoint), false},
    [JG_ENDPOINT_METHOD] = {"method_transforms",
                            sizeof(struct jg_method_endpoint), false},
};
_Static_assert(sizeof(kinds) / sizeof(kinds[0]) == JG_ENDPOINT_KINDS,
               "every kind has a row");

static const struct jg_field action_rows[] = {
    {"action", JG_FIELD_STR, ACTION(action), .max = 64},
    {"code", JG_FIELD_INT, ACTION(reply.code), .min = 0, .max = 999},
    {"data", JG_FIELD_STR, ACTION(reply.body), .max = JG_REPLY_MAX},
    {"headers", JG_FIELD_STR_MAP, ACTION(reply.headers)},
};
static const struct jg_field_table action_table = {
    sizeof(struct jg_method_action), action_rows, JG_FIELD_COUNT(action_rows)};

static const struct jg_field listed_rows[] = {
    JG_ENDPOINT_ROWS,
    {"method_actions", JG_FIELD_MAP,
     offsetof(struct jg_listed_endpoint, actions), &action_table},
};
const struct jg_field_table jg_listed_endpoint_table = {
    sizeof(struct jg_listed_endpoint), listed_rows,
    JG_FIELD_COUNT(listed_rows)};

static const struct jg_field rate_rows[] = {
    JG_ENDPOINT_ROWS,
    {"rate", JG_FIELD_NUMBER, offsetof(struct jg_rate_endpoint, rate)},
    {"per", JG_FIELD_NUMBER, offsetof(struct jg_rate_endpoint, per_s)},
};
const struct jg_field_table jg_rate_endpoint_table = {
    sizeof(struct jg_rate_endpoint), rate_rows, JG_FIELD_COUNT(rate_rows)};

#define MOCK(field) offsetof(struct jg_mock_endpoint, reply.field)

static const struct jg_field mock_rows[] = {
    JG_ENDPOINT_ROWS,
    {"code", JG_FIELD_INT, MOCK(code), .min = 0, .max = 999},
    {"body", JG_FIELD_STR, MOCK(body), .max = JG_REPLY_MAX},
    {"headers", JG_FIELD_STR_MAP, MOCK(headers)},
};
const struct jg_field_table jg_mock_endpoint_table = {
    sizeof(struct jg_mock_endpoint), mock_rows, JG_FIELD_COUNT(mock_rows)};

static const struct jg_field timeout_rows[] = {
    JG_ENDPOINT_ROWS,
    {"timeout", JG_FIELD_INT, offsetof(struct jg_timeout_endpoint, timeout_s),
     .min = 0, .max = JG_TIMEOUT_MAX_S,
     .note = "seconds: for connecting, and for each silence of the upstream"},
};
const struct jg_field_table jg_timeout_endpoint_table = {
    sizeof(struct jg_timeout_endpoint), timeout_rows,
    JG_FIELD_COUNT(timeout_rows)};

static const struct jg_field method_rows[] = {
    JG_ENDPOINT_ROWS,
    {"to_method", JG_FIELD_STR, offsetof(struct jg_method_endpoint, to_method),
     .max = 64},
};
const struct jg_field_table jg_method_endpoint_table = {
    sizeof(struct jg_method_endpoint), method_rows,
    JG_FIELD_COUNT(method_rows)};

static const struct jg_field validate_rows[] = {
    JG_ENDPOINT_ROWS,
    {"schema", JG_FIELD_SILENT},
    {"schema_b64", JG_FIELD_SILENT},
    {"error_response_code", JG_FIELD_SILENT},
};
const struct jg_field_table jg_validate_endpoint_table = {
    sizeof(struct jg_endpoint), validate_rows, JG_FIELD_COUNT(validate_rows)};

static const struct jg_field size_rows[] = {
    JG_ENDPOINT_ROWS,
    {"size_limit", JG_FIELD_INT, offsetof(struct jg_size_endpoint, size_limit),
     .min = 0, .max = JG_SIZE_LIMIT_MAX},
};
const struct jg_field_table jg_size_endpoint_table = {
    sizeof(struct jg_size_endpoint), size_rows, JG_FIELD_COUNT(size_rows)};

#define VIRTUAL(field) offsetof(struct jg_virtual_endpoint, field)

static const struct jg_field virtual_rows[] = {
    JG_ENDPOINT_ROWS,
    {"response_function_name", JG_FIELD_STR, VIRTUAL(function),
     .max = JG_FUNCTION_NAME_MAX},
    {"function_source_type", JG_FIELD_STR, VIRTUAL(source_type), .max = 16},
    {"function_source_uri", JG_FIELD_STR, VIRTUAL(source_uri),
     .max = JG_SCRIPT_URI_MAX},
    {"use_session", JG_FIELD_BOOL, VIRTUAL(use_session),
     .note = "SessionMeta is kept in the caller's stored key, unless that was "
             "changed meanwhile; of a JWT nothing is kept"},
    {"proxy_on_error", JG_FIELD_BOOL, VIRTUAL(proxy_on_error)},
};
const struct jg_field_table jg_virtual_endpoint_table = {
    sizeof(struct jg_virtual_endpoint), virtual_rows,
    JG_FIELD_COUNT(virtual_rows)};

static const struct jg_field endpoint_rows[] = {JG_ENDPOINT_ROWS};
const struct jg_field_table jg_endpoint_table = {
    sizeof(struct jg_endpoint), endpoint_rows, JG_FIELD_COUNT(endpoint_rows)};

const char *
jg_endpoint_kind_name(enum jg_endpoint_kind kind)
{
    return kinds[kind].name;
}

struct jg_endpoint *
jg_endpoint_in(const struct jg_list *list, enum jg_endpoint_kind kind, size_t i)
{
    return (struct jg_endpoint *)((char *)list->items + i * kinds[kind].size);
}

enum jg_err
jg_endpoints_room(struct jg_list *list, enum jg_endpoint_kind kind,
                  size_t count, struct jg_arena *a)
{
    *list = (struct jg_list){jg_arena_array(a, count, kinds[kind].size), count};
    return list->items == NULL ? JG_E_NOMEM : JG_OK;
}

const struct jg_endpoint *
jg_endpoint_at(const struct jg_api_version *version, enum jg_endpoint_kind kind,
               size_t i)
{
    return jg_endpoint_in(&version->endpoints->kinds[kind], kind, i);
}

static enum jg_err
take_plain(struct jg_api_reading *r, const struct jg_strs *paths,
           struct jg_list *out)
{
    struct jg_listed_endpoint *entries =
        jg_arena_array(&r->api->arena, paths->count, sizeof(*entries));

    if (entries == NULL)
        return JG_E_NOMEM;
    for (size_t i = 0; i < paths->count; i++)
        entries[i].endpoint.path = paths->items[i];
    *out = (struct jg_list){entries, paths->count};
    return JG_OK;
}

static enum jg_err
take_plain_lists(struct jg_api_reading *r, const struct jg_plain_paths *paths,
                 struct jg_endpoints **out)
{
    struct jg_endpoints *made = jg_arena_alloc(&r->api->arena, sizeof(*made));
    enum jg_err err = made == NULL ? JG_E_NOMEM : JG_OK;

    if (err == JG_OK)
        err = take_plain(r, &paths->ignored, &made->kinds[JG_ENDPOINT_IGNORED]);
    if (err == JG_OK)
        err = take_plain(r, &paths->black_list,
                         &made->kinds[JG_ENDPOINT_BLACK_LIST]);
    if (err == JG_OK)
        err = take_plain(r, &paths->white_list,
                         &made->kinds[JG_ENDPOINT_WHITE_LIST]);
    *out = made;
    return err;
}

static bool
has_entries(const struct jg_endpoints *endpoints)
{
    for (size_t k = 0; endpoints != NULL && k < JG_ENDPOINT_KINDS; k++)
        if (endpoints->kinds[k].count > 0)
            return true;
    return false;
}

/* Without use_extended_paths Tyk looks at nothing in extended_paths. */
static enum jg_err
choose_lists(struct jg_api_reading *r, struct jg_api_version *version)
{
    if (version->use_extended_paths)
        return JG_OK;
    if (has_entries(version->endpoints))
        jg_bind_report(r->source, JG_WARNING, JG_E_CONF_VALUE,
                       "version_data.versions", NULL,
                       "set \"use_extended_paths\": true",
                       "extended_paths of version \"%.*s\" has no effect "
                       "without use_extended_paths",
                       JG_STR_ARG(version->name));
    version->endpoints = NULL;
    if (version->plain_paths == NULL)
        return JG_OK;
    return take_plain_lists(r, version->plain_paths, &version->endpoints);
}

static const char *
place_of(struct jg_api_reading *r, const struct jg_api_version *version,
         enum jg_endpoint_kind kind, size_t i)
{
    char text[PLACE_BYTES];

    if (r->api->def.is_oas)
        return "paths";
    snprintf(text, sizeof(text),
             version->use_extended_paths
                 ? "version_data.versions.%.*s.extended_paths.%s.%zu.path"
                 : "version_data.versions.%.*s.paths.%s.%zu",
             JG_STR_ARG(version->name), kinds[kind].name, i);
    return jg_arena_str(r->scratch, jg_str(text)).p;
}

/* A pattern for paths that need no authentication, looked for anywhere, finds
 * itself behind every other path, too. */
static void
warn_of_ignored(struct jg_api_reading *r, const struct jg_endpoint *e,
                const char *place, bool *warned)
{
    if (*warned || e->pattern == NULL || e->pattern->pattern.anchored ||
        jg_str_starts(e->path, JG_STR("^")))
        return;
    *warned = true;
    jg_bind_report(r->source, JG_WARNING, JG_E_CONF_RISK, place, NULL,
                   "begin it with ^, or set http_server_options."
                   "enable_path_prefix_matching",
                   "no authentication is asked for where \"%.*s\" stands "
                   "anywhere in a path, also in /other%.*s",
                   JG_STR_ARG(e->path), JG_STR_ARG(e->path));
}

/* A mock is for one method, and Tyk compares an empty one, too. */
static bool
is_nobodys(struct jg_api_reading *r, const struct jg_endpoint *e,
           enum jg_endpoint_kind kind, const char *place)
{
    if (kind != JG_ENDPOINT_MOCK || e->method.len > 0)
        return false;
    jg_bind_report(r->source, JG_WARNING, JG_E_CONF_VALUE, place, NULL,
                   "\"method\": \"GET\"",
                   "no effect: a mock response is for one method");
    return true;
}

/* Nothing here can validate, and what is not validated does not pass. */
static void
warn_of_validation(struct jg_api_reading *r, const struct jg_endpoint *e,
                   const char *place)
{
    jg_bind_report(r->source, JG_WARNING, JG_E_CONF_UNSUPPORTED, place, NULL,
                   "take the rule away, or disable it, to let requests pass "
                   "without being validated",
                   "requests to \"%.*s\" are refused with 501: validation is "
                   "not offered",
                   JG_STR_ARG(e->path));
}

struct jg_str
jg_method_to_send(struct jg_str name)
{
    static const struct jg_str methods[] = {{"GET", 3},     {"POST", 4},
                                            {"PUT", 3},     {"DELETE", 6},
                                            {"OPTIONS", 7}, {"PATCH", 5}};

    for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
        if (jg_str_eq_nocase(name, methods[i]))
            return methods[i];
    return (struct jg_str){NULL, 0};
}

static void
read_method(struct jg_api_reading *r, struct jg_method_endpoint *e,
            const char *place)
{
    struct jg_str method = jg_method_to_send(e->to_method);

    if (method.len == 0)
        jg_bind_report(
            r->source, JG_WARNING, JG_E_CONF_VALUE, place, NULL,
            "GET, POST, PUT, PATCH, DELETE or OPTIONS",
            "requests to \"%.*s\" are refused with 405: to_method is "
            "none that is sent",
            JG_STR_ARG(e->endpoint.path));
    e->to_method = method;
}

static enum jg_err
compile(struct jg_api_reading *r, struct jg_api_version *version,
        enum jg_endpoint_kind kind, bool *warned)
{
    struct jg_list *list = &version->endpoints->kinds[kind];

    for (size_t i = 0; i < list->count; i++) {
        struct jg_endpoint *e = jg_endpoint_in(list, kind, i);
        const char *place = place_of(r, version, kind, i);
        enum jg_err err;

        if (place == NULL)
            return JG_E_NOMEM;
        if (e->disabled || is_nobodys(r, e, kind, place))
            continue;
        version->has_white_list |= kind == JG_ENDPOINT_WHITE_LIST;
        version->has_size_limit |= kind == JG_ENDPOINT_SIZE_LIMIT;
        err = jg_path_pattern_read(
            r->source, place, e->path,
            jg_path_rules(r->conf,
                          e->ignore_case || version->ignore_endpoint_case),
            &r->api->arena, &e->pattern);
        if (err != JG_OK)
            return err;
        if (kind == JG_ENDPOINT_IGNORED)
            warn_of_ignored(r, e, place, warned);
        if (kind == JG_ENDPOINT_VALIDATE)
            warn_of_validation(r, e, place);
        if (kind == JG_ENDPOINT_TIMEOUT && !r->api->def.is_oas)
            ((struct jg_timeout_endpoint *)e)->timeout_ms =
                ((struct jg_timeout_endpoint *)e)->timeout_s * 1000;
        if (kind == JG_ENDPOINT_METHOD)
            read_method(r, (struct jg_method_endpoint *)e, place);
    }
    return JG_OK;
}

enum jg_err
jg_api_read_endpoints(struct jg_api_reading *r)
{
    struct jg_api_version *versions = r->api->def.versions.items;
    bool warned = r->api->def.use_keyless;

    for (size_t i = 0; i < r->api->def.versions.count; i++) {
        enum jg_err err = choose_lists(r, &versions[i]);

        versions[i].has_size_limit = versions[i].global_size_limit > 0 &&
                                     !versions[i].global_size_limit_disabled;
        if (err == JG_OK && versions[i].endpoints != NULL)
            for (size_t k = 0; k < JG_ENDPOINT_KINDS && err == JG_OK; k++)
                err = compile(r, &versions[i], k, &warned);
        if (err != JG_OK)
            return err;
    }
    return JG_OK;
}

const struct jg_method_action *
jg_endpoint_action(const struct jg_listed_endpoint *entry, struct jg_str method)
{
    const struct jg_method_action *actions = entry->actions.items;

    for (size_t i = 0; i < entry->actions.count; i++)
        if (jg_str_eq_nocase(actions[i].method, method))
            return &actions[i];
    return NULL;
}

static bool
is_for_method(const struct jg_endpoint *e, enum jg_endpoint_kind kind,
              struct jg_str method)
{
    const struct jg_listed_endpoint *listed =
        (const struct jg_listed_endpoint *)e;

    if (e->method.len > 0 && jg_str_eq_nocase(e->method, method))
        return true;
    if (kinds[kind].listed && listed->actions.count > 0)
        return jg_endpoint_action(listed, method) != NULL;
    return e->method.len == 0;
}

const struct jg_endpoint *
jg_endpoint_find(const struct jg_api_version *version,
                 enum jg_endpoint_kind kind, struct jg_str method,
                 const struct jg_path_forms *forms, struct jg_matching *m,
                 bool unknown_is_yes)
{
    if (version->endpoints == NULL)
        return NULL;
    for (size_t i = 0; i < version->endpoints->kinds[kind].count; i++) {
        const struct jg_endpoint *e = jg_endpoint_at(version, kind, i);
        enum jg_match match;

        if (e->pattern == NULL || !is_for_method(e, kind, method))
            continue;
        match = jg_path_pattern_match(e->pattern, forms, m);
        if (match == JG_MATCH_YES ||
            (match == JG_MATCH_UNKNOWN && unknown_is_yes))
            return e;
    }
    return NULL;
}

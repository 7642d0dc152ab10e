/* The first steps: the path, the API behind it, and whether it is guarded. */
#include "access/step.h"

enum jg_err
jg_step_path(struct jg_decision *d)
{
    enum jg_err err;

    if (d->request->header_count > JG_HEADERS_MAX) {
        jg_trace_seen(d, "%zu headers", d->request->header_count);
        jg_trace_expected(d, "at most %d", JG_HEADERS_MAX);
        return JG_E_HEADERS;
    }
    err = jg_path_read(d->request->target, d->arena, &d->path);
    if (err != JG_OK) {
        jg_trace_expected(d, "a path without encoded slashes, backslashes or "
                             "control characters, below the root");
        return err;
    }
    d->query = d->path.query;
    jg_trace_seen(d, "%.*s", JG_STR_ARG(d->path.decoded));
    return JG_OK;
}

enum jg_err
jg_step_route(struct jg_decision *d)
{
    const struct jg_snapshot *snapshot = d->with.snapshot;

    if (snapshot != NULL)
        d->route =
            jg_routes_find(snapshot->routes, d->request->host, d->path.decoded);
    if (d->route == NULL) {
        jg_trace_seen(d, "host %.*s, path %.*s", JG_STR_ARG(d->request->host),
                      JG_STR_ARG(d->path.decoded));
        jg_trace_expected(d, "the listen path of one of %zu APIs",
                          snapshot == NULL ? 0 : snapshot->api_count);
        return JG_E_ROUTE;
    }
    d->api = d->route->api;
    jg_trace_seen(d, "API %.*s at %.*s", JG_STR_ARG(d->api->def.api_id),
                  JG_STR_ARG(d->route->path));
    return JG_OK;
}

/* Indexed by sets of methods. */
static const char *const methods[] = {
    [JG_METHOD_JWT] = "enable_jwt: a token is needed",
    [JG_METHOD_TOKEN] = "use_standard_auth: a stored key is needed",
    [JG_METHOD_JWT | JG_METHOD_TOKEN] =
        "enable_jwt and use_standard_auth: a token and a stored key are needed",
    [JG_METHOD_BASIC] = "use_basic_auth: user and password are needed",
    [JG_METHOD_BASIC | JG_METHOD_JWT] =
        "use_basic_auth and enable_jwt: user and password and a token are "
        "needed",
    [JG_METHOD_BASIC | JG_METHOD_TOKEN] =
        "use_basic_auth and use_standard_auth: user and password and a stored "
        "key are needed",
    [JG_METHOD_BASIC | JG_METHOD_JWT | JG_METHOD_TOKEN] =
        "use_basic_auth, enable_jwt and use_standard_auth: user and password, "
        "a token and a stored key are needed",
};

static void
trace_methods(struct jg_decision *d)
{
    if (d->api->requirement_count > 1)
        jg_trace_seen(d, "one of %d alternatives is needed",
                      d->api->requirement_count);
    else
        jg_trace_seen(d, "%s", methods[d->api->requirements[0]]);
}

enum jg_err
jg_step_auth(struct jg_decision *d)
{
    switch (d->api->mode) {
    case JG_AUTH_KEYLESS:
        jg_trace_seen(d, "use_keyless: everybody may pass");
        return JG_OK;
    case JG_AUTH_CALLERS:
        trace_methods(d);
        return JG_OK;
    case JG_AUTH_CLOSED:
        break;
    }
    jg_trace_seen(d, "an authentication mode that is not offered");
    jg_trace_expected(d, "use_keyless, enable_jwt, use_standard_auth or "
                         "use_basic_auth");
    return JG_E_AUTH_UNSUPPORTED;
}

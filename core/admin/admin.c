/* One request in, one response out: who may ask, and which row answers. */
#include "admin/admin_internal.h"
#include "admin/masked.h"
#include "admin/origin.h"
#include "jose/sign.h"

void
jg_admin_response_init(struct jg_admin_response *response)
{
    *response = (struct jg_admin_response){.status = 500,
                                           .content_type = "application/json"};
    jg_buf_init(&response->body, JG_ADMIN_RESPONSE_MAX);
}

void
jg_admin_response_free(struct jg_admin_response *response)
{
    jg_buf_free(&response->body);
}

/*
 * Hashes are compared, so neither the length nor a common beginning of the
 * secret shows in the time. Without a secret nobody is let in.
 */
static bool
shows(const struct jg_admin_call *call, struct jg_str secret)
{
    unsigned char want[32], got[32];

    if (secret.len == 0 || jg_sha256(secret, want) != JG_OK ||
        jg_sha256(call->request->authorization, got) != JG_OK)
        return false;
    return jg_str_eq_secret((struct jg_str){(const char *)want, sizeof(want)},
                            (struct jg_str){(const char *)got, sizeof(got)});
}

static bool
has_secret(const struct jg_admin_call *call)
{
    return shows(call, call->admin->conf->secret);
}

/* Where keys are not hashes, their list is a list of credentials. */
static bool
only_reads(const struct jg_admin_call *call, const struct jg_admin_route *route)
{
    bool get = jg_str_eq(call->request->method, JG_STR("GET"));

    if (!call->admin->conf->keys.hash_keys &&
        jg_str_starts(jg_str(route->info.path), JG_STR("/tyk/keys")))
        return false;
    return get != route->unlike_method;
}

static void
refuse_secret(struct jg_admin_call *call)
{
    jg_answer_message(call, 403,
                      "Attempted administrative access with invalid or "
                      "missing key!");
    call->response->wrong_secret = true;
}

static void
refuse_foreign(struct jg_admin_call *call)
{
    jg_answer_message(call, 403,
                      "A page of another site asks, or the name in Host is "
                      "not known to be this gateway's. If it is your own, "
                      "list its origin in control_api_origins");
}

static void
refuse_change(struct jg_admin_call *call)
{
    jg_answer_message(call, 403, "This secret may only read");
}

/* The answer as it is for who may only read. */
static void
hide_secrets(struct jg_admin_call *call)
{
    struct jg_buf *body = &call->response->body;
    struct jg_buf hidden;

    jg_buf_init(&hidden, body->max);
    jg_masked(&hidden, jg_buf_str(body));
    jg_buf_free(body);
    *body = hidden;
}

static bool
is_below_tyk(struct jg_str path)
{
    return jg_str_eq(path, JG_STR("/tyk")) ||
           jg_str_starts(path, JG_STR("/tyk/"));
}

/* Is the route there at all for whoever asks? */
static bool
is_offered(const struct jg_admin_call *call, const struct jg_admin_route *route)
{
    enum jg_admin_port port = call->request->port;

    if (route->access == JG_ADMIN_OPEN || port == JG_PORT_CONTROL)
        return true;
    if (port == JG_PORT_LISTEN)
        return false;
    return route->access != JG_ADMIN_METRICS || has_secret(call);
}

static bool
has_method(const struct jg_admin_route *route, struct jg_str method)
{
    struct jg_str own = jg_str(route->info.method);

    return jg_str_eq(own, JG_STR("*")) || jg_str_eq(own, method);
}

/* Two of Tyk's texts for one thing. */
static void
refuse_method(struct jg_admin_call *call, const struct jg_admin_route *route)
{
    jg_answer_message(call, 405,
                      route->access == JG_ADMIN_SECRET ? "Method not supported"
                                                       : "Method Not Allowed");
}

static void
handle(struct jg_admin_call *call, const struct jg_admin_route *route)
{
    route->handler(call);
    if (route->info.download && call->response->status == 200)
        call->response->content_type = "application/octet-stream";
}

static void
dispatch(struct jg_admin_call *call, struct jg_str path)
{
    const struct jg_admin_route *other = NULL;

    for (size_t i = 0; i < jg_admin_route_count; i++) {
        const struct jg_admin_route *route = &jg_admin_routes[i];

        if (!jg_admin_route_matches(route, call, path) ||
            !is_offered(call, route))
            continue;
        if (has_method(route, call->request->method)) {
            if (!call->read_only || only_reads(call, route))
                handle(call, route);
            else
                refuse_change(call);
            return;
        }
        other = route;
    }
    if (other != NULL)
        refuse_method(call, other);
    else
        jg_answer_not_found(call);
}

/* A response that did not fit into its buffer, or into memory. */
static void
check_size(struct jg_admin_call *call)
{
    if (!call->response->body.failed)
        return;
    call->response->reload = call->response->reload_now = false;
    jg_answer_err(call, JG_E_NOMEM);
    if (call->response->body.failed)
        jg_buf_reset(&call->response->body);
}

void
jg_admin_answer(struct jg_admin *admin, const struct jg_admin_request *request,
                struct jg_arena *a, struct jg_admin_response *response)
{
    struct jg_admin_call call = {
        .admin = admin,
        .request = request,
        .arena = a,
        .response = response,
    };
    struct jg_str path = request->path;

    if (path.len > 1 && path.p[path.len - 1] == '/')
        path.len--;
    call.read_only = is_below_tyk(path) && !has_secret(&call);
    if (is_below_tyk(path) && request->port == JG_PORT_LISTEN)
        jg_answer_not_found(&call);
    else if ((is_below_tyk(path) || jg_str_eq(path, JG_STR("/metrics"))) &&
             jg_admin_is_foreign(admin->conf, request))
        refuse_foreign(&call);
    else if (call.read_only && !shows(&call, admin->conf->read_only_secret))
        refuse_secret(&call);
    else
        dispatch(&call, path);
    if (call.read_only && !response->body.failed)
        hide_secrets(&call);
    check_size(&call);
}

/*
 * CORS: preflight requests are answered here, before anybody is asked who he
 * is, and every other response says whether a page of another origin may read
 * it (Tyk's order: reference 0.2; its answers: rs/cors 1.11).
 */
#include "access/step.h"

#define ORIGIN_MAX 2048 /* bytes of an origin that is sent back */
#define ASKED_MAX 4096  /* bytes of Access-Control-Request-Headers */
#define NAMES_MAX 64    /* names in it, empty ones too */

#define METHOD_ASKED JG_STR("Access-Control-Request-Method")
#define HEADERS_ASKED JG_STR("Access-Control-Request-Headers")

/* A cross-origin request, as far as it says what it is. */
struct asking {
    struct jg_str origin, method, headers;
};

/* The value of a header that is there once; twice is as good as wrong. */
static bool
read_once(const struct jg_request *request, struct jg_str name,
          struct jg_str *out)
{
    const struct jg_header *h = jg_request_header(request, name);
    size_t count = 0;

    *out = (struct jg_str){NULL, 0};
    for (size_t i = 0; i < request->header_count; i++)
        count += jg_str_eq_nocase(request->headers[i].name, name);
    if (h != NULL)
        *out = h->value;
    return count <= 1;
}

static bool
are_headers_allowed(const struct jg_cors *cors, struct jg_str list)
{
    struct jg_str name;
    size_t count = 0;

    if (list.len > ASKED_MAX || !jg_header_is_value(list))
        return false;
    while (jg_str_next(&list, ',', &name)) {
        name = jg_str_trim(name);
        if (++count > NAMES_MAX ||
            (name.len > 0 && !jg_cors_allows_header(cors, name)))
            return false;
    }
    return true;
}

/* Why a page may not read the response; NULL: it may. */
static const char *
origin_fault(const struct jg_decision *d, const struct jg_cors *cors,
             struct asking *a)
{
    if (!read_once(d->request, JG_STR("Origin"), &a->origin))
        return "several origins";
    if (a->origin.len == 0)
        return "no origin: the page and the API are at one place";
    if (a->origin.len > ORIGIN_MAX || !jg_header_is_value(a->origin))
        return "an origin that is none";
    if (!jg_cors_allows_origin(cors, a->origin))
        return "the origin is not in allowed_origins";
    return NULL;
}

static const char *
preflight_fault(const struct jg_decision *d, const struct jg_cors *cors,
                struct asking *a)
{
    const char *fault = origin_fault(d, cors, a);

    if (fault != NULL)
        return fault;
    if (!read_once(d->request, METHOD_ASKED, &a->method) ||
        !jg_cors_allows_method(cors, a->method))
        return "the method asked for is not in allowed_methods";
    if (!read_once(d->request, HEADERS_ASKED, &a->headers) ||
        !are_headers_allowed(cors, a->headers))
        return "a header asked for is not in allowed_headers";
    return NULL;
}

static enum jg_err
set(struct jg_decision *d, struct jg_str name, struct jg_str value)
{
    return value.len == 0 ? JG_OK : jg_respond_set(d, name, value);
}

/* An origin is sent back only when it was found in the list. */
static enum jg_err
allow_origin(struct jg_decision *d, const struct jg_cors *cors,
             struct jg_str origin)
{
    enum jg_err err = set(d, JG_STR("Access-Control-Allow-Origin"),
                          cors->every_origin ? JG_STR("*") : origin);

    if (err == JG_OK && cors->credentials)
        err =
            set(d, JG_STR("Access-Control-Allow-Credentials"), JG_STR("true"));
    return err;
}

static enum jg_err
allow_preflight(struct jg_decision *d, const struct jg_cors *cors,
                const struct asking *a)
{
    enum jg_err err = allow_origin(d, cors, a->origin);

    if (err == JG_OK)
        err = set(d, JG_STR("Access-Control-Allow-Methods"), a->method);
    if (err == JG_OK)
        err = set(d, JG_STR("Access-Control-Allow-Headers"), a->headers);
    if (err == JG_OK)
        err = set(d, JG_STR("Access-Control-Max-Age"), cors->max_age);
    return err;
}

static void
trace(struct jg_decision *d, const char *what, const struct asking *a,
      const char *fault)
{
    if (fault != NULL)
        jg_trace_seen(d, "%s, no header is set: %s", what, fault);
    else
        jg_trace_seen(d, "%s from %.*s: allowed", what, JG_STR_ARG(a->origin));
}

static enum jg_err
answer_preflight(struct jg_decision *d, const struct jg_cors *cors)
{
    struct asking a = {.origin = {NULL, 0}};
    const char *fault = preflight_fault(d, cors, &a);

    d->respond.vary = JG_STR("Origin, Access-Control-Request-Method, "
                             "Access-Control-Request-Headers");
    d->answer = (struct jg_answer){.status = 204};
    trace(d, "a preflight request, answered here", &a, fault);
    return fault == NULL ? allow_preflight(d, cors, &a) : JG_OK;
}

static enum jg_err
mark(struct jg_decision *d, const struct jg_cors *cors, const char *what)
{
    struct asking a = {.origin = {NULL, 0}};
    const char *fault = origin_fault(d, cors, &a);
    enum jg_err err;

    d->respond.vary = JG_STR("Origin");
    if (fault == NULL && !jg_cors_allows_method(cors, d->request->method))
        fault = "the method is not in allowed_methods";
    trace(d, what, &a, fault);
    if (fault != NULL)
        return JG_OK;
    err = allow_origin(d, cors, a.origin);
    if (err == JG_OK)
        err = set(d, JG_STR("Access-Control-Expose-Headers"), cors->exposed);
    return err;
}

static bool
is_preflight(const struct jg_request *request)
{
    const struct jg_header *h = jg_request_header(request, METHOD_ASKED);

    return h != NULL && h->value.len > 0;
}

/* Tyk answers every OPTIONS itself, unless it leaves all of them to the
 * upstream. */
static enum jg_err
answer_options(struct jg_decision *d, const struct jg_cors *cors)
{
    if (cors->passthrough) {
        d->ignored = d->passthrough = true;
        jg_trace_seen(d, "options_passthrough: the upstream answers OPTIONS, "
                         "and nobody is asked who he is");
        return JG_OK;
    }
    if (is_preflight(d->request))
        return answer_preflight(d, cors);
    d->answer = (struct jg_answer){.status = 200};
    return mark(d, cors, "OPTIONS, answered here");
}

enum jg_err
jg_step_cors(struct jg_decision *d)
{
    const struct jg_cors *cors = d->api->cors;

    if (cors == NULL) {
        jg_trace_skip(d);
        return JG_OK;
    }
    if (jg_str_eq(d->request->method, JG_STR("OPTIONS")))
        return answer_options(d, cors);
    return mark(d, cors, "a request");
}

/*
 * What variables hold (reference 6.3): each is computed when a header asks for
 * it, and nothing else is.
 */
#include "access/fields.h"
#include "access/rewrite.h"
#include "access/step.h"

#include <stdio.h>

#include "base/buf.h"
#include "model/conf.h"

#define PARAMETERS_MAX 100 /* of a query that is wanted as a whole */
#define UUID_BYTES 36
#define NUMBER_BYTES 21 /* of an int64_t */

/* <text> is the rest of the variable's name. */
typedef enum jg_err get_text(const struct jg_decision *d, struct jg_str text,
                             struct jg_str *out);

/* Is <name> called <asked>, where Tyk writes '_' for '-'? */
static bool
is_called(struct jg_str name, struct jg_str asked)
{
    if (name.len != asked.len)
        return false;
    for (size_t i = 0; i < name.len; i++)
        if ((name.p[i] == '-' ? '_' : name.p[i]) != asked.p[i])
            return false;
    return true;
}

/* Tyk knows headers by Go's spelling; here the case of letters is free. */
static bool
is_header_called(struct jg_str name, struct jg_str asked)
{
    if (name.len != asked.len)
        return false;
    for (size_t i = 0; i < name.len; i++) {
        struct jg_str c = {name.p[i] == '-' ? "_" : name.p + i, 1};

        if (!jg_str_eq_nocase(c, (struct jg_str){asked.p + i, 1}))
            return false;
    }
    return true;
}

static enum jg_err
meta(const struct jg_decision *d, struct jg_str name, struct jg_str *out)
{
    const struct jg_json *value;
    enum jg_err err = jg_decision_meta(d, name, &value);

    return err == JG_OK ? jg_value_text(value, d->arena, out) : err;
}

/* Those of the token's header are there, too; claims win. */
static enum jg_err
claim(const struct jg_decision *d, struct jg_str name, struct jg_str *out)
{
    const struct jg_json *value;

    if (d->claims == NULL)
        return JG_OK;
    value = jg_json_get(d->claims, name);
    if (value == NULL)
        value = jg_json_get(d->header.json, name);
    return jg_value_text(value, d->arena, out);
}

static enum jg_err
token(const struct jg_decision *d, struct jg_str name, struct jg_str *out)
{
    (void)name;
    return jg_session_id(d, out);
}

static enum jg_err
header(const struct jg_decision *d, struct jg_str name, struct jg_str *out)
{
    const struct jg_request *request = d->request;

    for (size_t i = 0; i < request->header_count; i++)
        if (is_header_called(request->headers[i].name, name)) {
            *out = request->headers[i].value;
            return JG_OK;
        }
    return JG_OK;
}

static enum jg_err
host(const struct jg_decision *d, struct jg_str name, struct jg_str *out)
{
    (void)name;
    *out = d->request->host;
    return JG_OK;
}

/* Of several the last one counts, as in Tyk. */
static enum jg_err
cookie(const struct jg_decision *d, struct jg_str name, struct jg_str *out)
{
    const struct jg_request *request = d->request;
    struct jg_pair_text pair;

    for (size_t i = 0; i < request->header_count; i++) {
        struct jg_str rest = request->headers[i].value;

        if (!jg_str_eq_nocase(request->headers[i].name, JG_STR("Cookie")))
            continue;
        while (jg_cookie_next(&rest, &pair))
            if (is_called(pair.name, name))
                *out = pair.value;
    }
    return JG_OK;
}

static enum jg_err
path(const struct jg_decision *d, struct jg_str name, struct jg_str *out)
{
    (void)name;
    *out = d->path.decoded;
    return JG_OK;
}

static enum jg_err
path_parts(const struct jg_decision *d, struct jg_str name, struct jg_str *out)
{
    struct jg_str from = jg_str_from(d->path.decoded, 1);
    char *p = jg_arena_alloc(d->arena, from.len + 1);

    (void)name;
    if (p == NULL)
        return JG_E_NOMEM;
    for (size_t i = 0; i < from.len; i++)
        p[i] = from.p[i] == '/' ? ',' : from.p[i];
    *out = (struct jg_str){p, from.len};
    return JG_OK;
}

/*
 * The next parameter that Go would take, decoded; false behind the last. Those
 * that are malformed are passed over.
 */
static bool
next_parameter(const struct jg_decision *d, struct jg_str *rest,
               struct jg_pair *out, enum jg_err *err)
{
    struct jg_pair_text text;

    while (*err == JG_OK && jg_query_next(rest, &text)) {
        enum jg_err decoded;

        if (text.all.len == 0 || jg_str_find(text.all, ';') < text.all.len)
            continue;
        decoded = jg_query_decode(text.name, d->arena, &out->name);
        if (decoded == JG_OK)
            decoded = jg_query_decode(text.value, d->arena, &out->value);
        if (decoded == JG_OK)
            return true;
        if (decoded == JG_E_NOMEM)
            *err = decoded;
    }
    return false;
}

/* The first one. Only of the query: a body is not read here. */
static enum jg_err
parameter(const struct jg_decision *d, struct jg_str name, struct jg_str *out)
{
    struct jg_str rest = d->path.query;
    enum jg_err err = JG_OK;
    struct jg_pair pair;

    while (next_parameter(d, &rest, &pair, &err))
        if (is_called(pair.name, name)) {
            *out = pair.value;
            return JG_OK;
        }
    return err;
}

/* All values of the parameter <i>: "name:first,second". */
static void
add_values(struct jg_buf *b, const struct jg_pair *pairs, size_t count,
           size_t i)
{
    struct jg_str name = pairs[i].name;

    jg_buf_add(b, name);
    jg_buf_addc(b, ':');
    jg_buf_add(b, pairs[i].value);
    for (i++; i < count; i++) {
        if (!jg_str_eq(pairs[i].name, name))
            continue;
        jg_buf_addc(b, ',');
        jg_buf_add(b, pairs[i].value);
    }
}

static bool
was_there(const struct jg_pair *pairs, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (jg_str_eq(pairs[k].name, pairs[i].name))
            return true;
    return false;
}

/* In the order of their first ones; Tyk's order is anybody's guess. */
static enum jg_err
write_parameters(const struct jg_decision *d, const struct jg_pair *pairs,
                 size_t count, struct jg_str *out)
{
    struct jg_buf b;

    jg_value_begin(&b);
    for (size_t i = 0; i < count; i++) {
        if (was_there(pairs, i))
            continue;
        if (b.len > 0)
            jg_buf_addc(&b, ';');
        add_values(&b, pairs, count, i);
    }
    return jg_value_end(&b, d->arena, out);
}

static enum jg_err
parameters(const struct jg_decision *d, struct jg_str name, struct jg_str *out)
{
    struct jg_pair pairs[PARAMETERS_MAX];
    struct jg_str rest = d->path.query;
    enum jg_err err = JG_OK;
    struct jg_pair pair;
    size_t count = 0;

    (void)name;
    while (next_parameter(d, &rest, &pair, &err)) {
        if (count == PARAMETERS_MAX)
            return JG_E_HEADER_SIZE;
        pairs[count++] = pair;
    }
    return err == JG_OK ? write_parameters(d, pairs, count, out) : err;
}

static enum jg_err
remote_address(const struct jg_decision *d, struct jg_str name,
               struct jg_str *out)
{
    (void)name;
    *out =
        jg_request_client(d->request, d->with.snapshot->conf->http.xff_depth);
    return JG_OK;
}

/* Of the gateway's own number of the request, which nobody can guess. */
static enum jg_err
request_id(const struct jg_decision *d, struct jg_str name, struct jg_str *out)
{
    uint64_t high = d->request->id[0], low = d->request->id[1];
    char *p = jg_arena_alloc(d->arena, UUID_BYTES + 1);

    (void)name;
    if (p == NULL)
        return JG_E_NOMEM;
    high = (high & ~UINT64_C(0xf000)) | 0x4000; /* version: RFC 9562 5.4 */
    low = (low & ~(UINT64_C(3) << 62)) | UINT64_C(2) << 62; /* variant */
    snprintf(p, UUID_BYTES + 1, "%08x-%04x-%04x-%04x-%012llx",
             (unsigned)(high >> 32), (unsigned)(high >> 16 & 0xffff),
             (unsigned)(high & 0xffff), (unsigned)(low >> 48),
             (unsigned long long)(low & UINT64_C(0xffffffffffff)));
    *out = (struct jg_str){p, UUID_BYTES};
    return JG_OK;
}

/* What is not limited holds nothing. */
static enum jg_err
number(const struct jg_decision *d, const struct jg_limit_seen *seen, int64_t n,
       struct jg_str *out)
{
    char *p;

    if (!seen->known)
        return JG_OK;
    p = jg_arena_alloc(d->arena, NUMBER_BYTES);
    if (p == NULL)
        return JG_E_NOMEM;
    *out = (struct jg_str){
        p, (size_t)snprintf(p, NUMBER_BYTES, "%lld", (long long)n)};
    return JG_OK;
}

static enum jg_err
rate_limit(const struct jg_decision *d, struct jg_str name, struct jg_str *out)
{
    (void)name;
    return number(d, &d->rate, d->rate.limit, out);
}

static enum jg_err
rate_remaining(const struct jg_decision *d, struct jg_str name,
               struct jg_str *out)
{
    (void)name;
    return number(d, &d->rate, d->rate.remaining, out);
}

static enum jg_err
rate_reset(const struct jg_decision *d, struct jg_str name, struct jg_str *out)
{
    (void)name;
    return number(d, &d->rate, d->rate.reset_s, out);
}

static enum jg_err
quota_limit(const struct jg_decision *d, struct jg_str name, struct jg_str *out)
{
    (void)name;
    return number(d, &d->quota, d->quota.limit, out);
}

static enum jg_err
quota_remaining(const struct jg_decision *d, struct jg_str name,
                struct jg_str *out)
{
    (void)name;
    return number(d, &d->quota, d->quota.remaining, out);
}

static enum jg_err
quota_reset(const struct jg_decision *d, struct jg_str name, struct jg_str *out)
{
    (void)name;
    return number(d, &d->quota, d->quota.reset_s, out);
}

/* Kinds without a row hold nothing. */
static get_text *const kinds[JG_PART_KINDS] = {
    [JG_PART_META] = meta,
    [JG_PART_PARAMETERS] = parameters,
    [JG_PART_PARAMETER] = parameter,
    [JG_PART_HEADER] = header,
    [JG_PART_HOST] = host,
    [JG_PART_COOKIE] = cookie,
    [JG_PART_PATH] = path,
    [JG_PART_PATH_PARTS] = path_parts,
    [JG_PART_REMOTE_ADDRESS] = remote_address,
    [JG_PART_REQUEST_ID] = request_id,
    [JG_PART_TOKEN] = token,
    [JG_PART_CLAIM] = claim,
    [JG_PART_RATE_LIMIT] = rate_limit,
    [JG_PART_RATE_REMAINING] = rate_remaining,
    [JG_PART_RATE_RESET] = rate_reset,
    [JG_PART_QUOTA_LIMIT] = quota_limit,
    [JG_PART_QUOTA_REMAINING] = quota_remaining,
    [JG_PART_QUOTA_RESET] = quota_reset,
};

enum jg_err
jg_part_text(const struct jg_decision *d, const struct jg_part *part,
             struct jg_str *out)
{
    struct jg_str text = {NULL, 0};
    enum jg_err err = JG_OK;

    *out = JG_STR("");
    if (kinds[part->kind] != NULL)
        err = kinds[part->kind](d, part->text, &text);
    if (err == JG_OK && text.len > 0)
        *out = text;
    return err;
}

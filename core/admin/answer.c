/* Response bodies in Tyk's forms. */
#include "admin/admin_internal.h"

#include <time.h>

struct jg_buf *
jg_answer_json(struct jg_admin_call *call, int status)
{
    struct jg_admin_response *response = call->response;

    response->status = status;
    response->content_type = "application/json";
    response->etag[0] = '\0';
    jg_buf_reset(&response->body);
    return &response->body;
}

/* Opens {"status":...,"message":...: the caller closes it. */
static struct jg_buf *
begin(struct jg_admin_call *call, int status, struct jg_str message)
{
    struct jg_buf *b = jg_answer_json(call, status);

    jg_buf_addf(b, "{\"status\":\"%s\",\"message\":\"",
                status < 400 ? "ok" : "error");
    jg_buf_add_json(b, message, true); /* as Go writes it: < is \u003c */
    jg_buf_addc(b, '"');
    return b;
}

void
jg_answer_message(struct jg_admin_call *call, int status, const char *message)
{
    jg_buf_add(begin(call, status, jg_str(message)), JG_STR("}\n"));
}

void
jg_answer_ok(struct jg_admin_call *call, const char *message)
{
    jg_answer_message(call, 200, message);
}

void
jg_answer_text(struct jg_buf *b, const char *name, struct jg_str text)
{
    jg_buf_addf(b, ",\"%s\":", name);
    jg_buf_add_quoted(b, text);
}

struct jg_str
jg_policy_fault(struct jg_arena *a, enum jg_err err, struct jg_str id)
{
    static const char head[] = "failed to create key: ";
    const char *text = jg_err_info(err)->text, *hole;
    struct jg_str parts[3];

    if (jg_str_starts(jg_str(text), JG_STR(head)))
        text += sizeof(head) - 1;
    hole = strstr(text, "{}");
    if (hole == NULL)
        return jg_arena_str(a, jg_str(text));
    parts[0] = (struct jg_str){text, (size_t)(hole - text)};
    parts[1] = id;
    parts[2] = jg_str(hole + 2);
    return jg_arena_join(a, parts, 3);
}

/* What is our fault, or the machine's, in words for whoever runs it. */
void
jg_answer_err(struct jg_admin_call *call, enum jg_err err)
{
    const struct jg_err_info *info = jg_err_info(err);

    jg_answer_message(call, info->status < 500 ? 500 : info->status,
                      err == JG_E_STORE_FULL ? info->text : info->help);
}

void
jg_answer_not_found(struct jg_admin_call *call)
{
    jg_buf_add(jg_answer_json(call, 404), JG_STR("Not Found"));
    call->response->content_type = "text/plain; charset=utf-8";
}

/* ,"<name>":[...] with every finding of <diags>. */
static void
add_findings(struct jg_buf *b, const char *name, const struct jg_diags *diags)
{
    const char *comma = "";

    jg_buf_addf(b, ",\"%s\":[", name);
    for (const struct jg_diag *d = diags->first; d != NULL; d = d->next) {
        jg_buf_addf(b, "%s", comma);
        jg_diag_print_json(b, d);
        /* It is one line, which may or may not end in a newline. */
        while (!b->failed && b->len > 0 && b->p[b->len - 1] == '\n')
            b->len--;
        comma = ",";
    }
    jg_buf_addc(b, ']');
}

void
jg_answer_key(struct jg_admin_call *call, struct jg_str key, const char *action,
              struct jg_str hash, const struct jg_diags *diags)
{
    struct jg_buf *b = jg_answer_json(call, 200);

    jg_buf_add(b, JG_STR("{\"key\":"));
    jg_buf_add_quoted(b, key);
    jg_buf_addf(b, ",\"status\":\"ok\",\"action\":\"%s\"", action);
    if (hash.len > 0) {
        jg_buf_add(b, JG_STR(",\"key_hash\":"));
        jg_buf_add_quoted(b, hash);
    }
    if (diags != NULL && diags->first != NULL)
        add_findings(b, "warnings", diags);
    jg_buf_add(b, JG_STR("}\n"));
}

void
jg_answer_changed(struct jg_admin_call *call, struct jg_str key,
                  const char *action, const struct jg_diags *diags)
{
    jg_answer_key(call, key, action, (struct jg_str){NULL, 0}, diags);
}

/* The first fault, else the first finding, as one sentence. */
static void
describe(struct jg_buf *b, const struct jg_diags *diags)
{
    const struct jg_diag *d = diags->first;

    while (d != NULL && d->severity != JG_FAULT)
        d = d->next;
    if (d == NULL)
        d = diags->first;
    if (d == NULL)
        return;
    if (d->path.len > 0) {
        jg_buf_add(b, d->path);
        jg_buf_add(b, JG_STR(": "));
    }
    jg_buf_add(b, d->message);
    if (d->found.len > 0) {
        jg_buf_add(b, JG_STR(", found "));
        jg_buf_add(b, d->found);
    }
}

void
jg_answer_findings(struct jg_admin_call *call, const char *message,
                   const struct jg_diags *diags)
{
    const char *hole = strstr(message, "{}");
    struct jg_buf text, *b;

    jg_buf_init(&text, 64 * 1024);
    if (hole != NULL) {
        jg_buf_add(&text, (struct jg_str){message, (size_t)(hole - message)});
        describe(&text, diags);
        jg_buf_add(&text, jg_str(hole + 2));
    } else {
        jg_buf_add(&text, jg_str(message));
    }
    b = begin(call, 400, jg_buf_str(&text));
    b->failed = b->failed || text.failed;
    jg_buf_free(&text);
    if (diags->first != NULL)
        add_findings(b, "errors", diags);
    jg_buf_add(b, JG_STR("}\n"));
}

struct jg_str
jg_admin_query(const struct jg_admin_call *call, struct jg_str name)
{
    struct jg_str rest = call->request->query, part;

    while (jg_str_next(&rest, '&', &part)) {
        size_t end = jg_str_find(part, '=');

        if (jg_str_eq(jg_str_head(part, end), name))
            return jg_str_from(part, end + 1);
    }
    return (struct jg_str){NULL, 0};
}

void
jg_admin_time(int64_t time_s, char out[static JG_TIME_TEXT])
{
    time_t seconds = (time_t)time_s;
    struct tm tm;

    if (gmtime_r(&seconds, &tm) == NULL ||
        strftime(out, JG_TIME_TEXT, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
        memcpy(out, "1970-01-01T00:00:00Z", sizeof("1970-01-01T00:00:00Z"));
}

bool
jg_admin_is_safe_id(struct jg_str id)
{
    static const char safe[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                               "abcdefghijklmnopqrstuvwxyz0123456789._~-";

    if (id.len == 0 || id.len > JG_ADMIN_ID_MAX || id.p[0] == '.')
        return false;
    for (size_t i = 0; i < id.len; i++)
        if (id.p[i] == '\0' || strchr(safe, id.p[i]) == NULL)
            return false;
    return true;
}

bool
jg_admin_number(const struct jg_admin_call *call, const char *name,
                uint64_t min, uint64_t max, uint64_t *out)
{
    struct jg_str text = jg_admin_query(call, jg_str(name));

    return text.p == NULL ||
           (jg_str_to_u64(text, out) && *out >= min && *out <= max);
}

bool
jg_admin_limit(const struct jg_admin_call *call, uint64_t unsaid, uint64_t *out)
{
    *out = unsaid;
    return jg_admin_number(call, "limit", 1, JG_ADMIN_LIMIT_MAX, out);
}

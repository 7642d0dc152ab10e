/* /tyk/revocations: tokens, callers and keys that are refused from now on. */
#include "store/revocations.h"
#include "admin/admin_internal.h"
#include "jose/jws.h"
#include "jose/sign.h"

#include <inttypes.h>

#define AHEAD_MAX_S 300 /* issued_before may be so late: clocks differ */

/* What a body may name, and how it is read; one of those with <by>. */
struct member {
    struct jg_str name;
    const char *(*read)(struct jg_admin_call *call, const struct jg_json *value,
                        struct jg_revocation *r);
    enum jg_revoke_by by;
    bool says_what; /* exactly one of these there must be */
};

/* Wrong on our side, not on the caller's. */
static const char out_of_memory[] = "out of memory";

/* Each of them gives NULL, or what is wrong. */
static const char *
read_text(struct jg_admin_call *call, const struct jg_json *value,
          struct jg_revocation *r)
{
    struct jg_str text = jg_json_string(value);

    (void)call;
    if (text.len == 0 || text.len > JG_REVOCATION_VALUE_MAX)
        return "expected a text of 1 to 1024 bytes; revoke a token with a "
               "longer one as token";
    r->value = text;
    return NULL;
}

static bool
is_token_char(char c)
{
    return c > ' ' && c < 0x7f;
}

/* Only the hash goes on. What is signed is hashed of a JWT: an ECDSA
 * signature can be written in another way that verifies, too. */
static const char *
read_token(struct jg_admin_call *call, const struct jg_json *value,
           struct jg_revocation *r)
{
    struct jg_str token = jg_json_string(value);
    struct jg_jws_header header;
    struct jg_jws jws;
    char hash[65];

    if (token.len == 0 || token.len > JG_TOKEN_MAX)
        return "expected the token as a string of at most 65536 bytes";
    for (size_t i = 0; i < token.len; i++)
        if (!is_token_char(token.p[i]))
            return "expected the token alone, without \"Bearer \" and "
                   "without white space";
    r->by = JG_REVOKE_TOKEN;
    if (jg_jws_split(token, &jws) == JG_OK &&
        jg_jws_header(&jws, call->arena, &header) == JG_OK) {
        r->by = JG_REVOKE_SIGNED;
        token = jws.signed_part;
    }
    if (jg_sha256_hex(token, hash) != JG_OK)
        return out_of_memory;
    r->value = jg_arena_str(call->arena, jg_str(hash));
    return r->value.p != NULL ? NULL : out_of_memory;
}

static const char *
read_hash(struct jg_admin_call *call, const struct jg_json *value,
          struct jg_revocation *r)
{
    static const char want[] =
        "expected the SHA-256 as 64 small hex digits: printf %s "
        "\"$TOKEN\" | sha256sum";
    struct jg_str text = jg_json_string(value);

    (void)call;
    if (text.len != 64)
        return want;
    for (size_t i = 0; i < text.len; i++)
        if (strchr("0123456789abcdef", text.p[i]) == NULL)
            return want;
    r->value = text;
    return NULL;
}

/* A time to come would refuse tokens that are not issued yet. */
static const char *
read_before(struct jg_admin_call *call, const struct jg_json *value,
            struct jg_revocation *r)
{
    if (!jg_json_to_int(value, &r->before_s) || r->before_s <= 0)
        return "expected a unix time in seconds: date +%s";
    if (r->before_s > call->admin->now_s + AHEAD_MAX_S)
        return "the time is to come: tokens that are issued until then would "
               "be refused, too; use the time of now";
    return NULL;
}

static const char *
read_api(struct jg_admin_call *call, const struct jg_json *value,
         struct jg_revocation *r)
{
    (void)call;
    r->api_id = jg_json_string(value);
    if (r->api_id.len == 0 || r->api_id.len > JG_REVOCATION_API_MAX)
        return "expected the id of an API; leave it out for all APIs";
    return NULL;
}

static const char *
read_expires(struct jg_admin_call *call, const struct jg_json *value,
             struct jg_revocation *r)
{
    if (!jg_json_to_int(value, &r->expires_s) || r->expires_s < 0 ||
        r->expires_s > JG_TIME_MAX_S)
        return "expected a unix time in seconds; leave it out, or 0, for never";
    if (r->expires_s != 0 && r->expires_s <= call->admin->now_s)
        return "the time has passed: the revocation would have no effect";
    return NULL;
}

static const char *
read_note(struct jg_admin_call *call, const struct jg_json *value,
          struct jg_revocation *r)
{
    (void)call;
    r->note = jg_json_string(value);
    if (r->note.p == NULL || r->note.len > JG_REVOCATION_NOTE_MAX)
        return "expected a text of at most 512 bytes";
    return NULL;
}

static const struct member members[] = {
    {{"token", 5}, read_token, JG_REVOKE_TOKEN, true},
    {{"token_sha256", 12}, read_hash, JG_REVOKE_TOKEN, true},
    {{"jti", 3}, read_text, JG_REVOKE_JTI, true},
    {{"sub", 3}, read_text, JG_REVOKE_SUB, true},
    {{"client", 6}, read_text, JG_REVOKE_CLIENT, true},
    {{"kid", 3}, read_text, JG_REVOKE_KID, true},
    {{"issued_before", 13}, read_before, JG_REVOKE_ISSUED, true},
    {{"api_id", 6}, read_api, JG_REVOKE_TOKEN, false},
    {{"expires", 7}, read_expires, JG_REVOKE_TOKEN, false},
    {{"note", 4}, read_note, JG_REVOKE_TOKEN, false},
};

#define MEMBERS (sizeof(members) / sizeof(members[0]))
#define WHAT "token, token_sha256, jti, sub, client, kid, issued_before"

static const struct member *
member_of(struct jg_str name)
{
    for (size_t i = 0; i < MEMBERS; i++)
        if (jg_str_eq(members[i].name, name))
            return &members[i];
    return NULL;
}

/* "<name>: <what>", as a 400. */
static void
refuse(struct jg_admin_call *call, struct jg_str name, const char *what)
{
    struct jg_buf *b = jg_answer_json(call, 400);

    jg_buf_add(b, JG_STR("{\"status\":\"error\",\"message\":\""));
    jg_buf_add_json(b, jg_str_head(name, 64), false);
    jg_buf_add(b, JG_STR(": "));
    jg_buf_add_json(b, jg_str(what), false);
    jg_buf_add(b, JG_STR("\"}\n"));
}

/* Answers when something is wrong, and is false. */
static bool
read_members(struct jg_admin_call *call, const struct jg_json *body,
             struct jg_revocation *r, unsigned *whats)
{
    for (uint32_t i = 0; i < body->count; i++) {
        const struct jg_json_member *m = &body->members[i];
        const struct member *row = member_of(m->name);
        const char *wrong =
            "unknown; there are " WHAT " (one of them), api_id, expires, note";

        if (row != NULL) {
            if (row->says_what)
                r->by = row->by;
            *whats += row->says_what;
            wrong = row->read(call, &m->value, r);
        }
        if (wrong == NULL)
            continue;
        if (wrong == out_of_memory)
            jg_answer_err(call, JG_E_NOMEM);
        else
            refuse(call, m->name, wrong);
        return false;
    }
    return true;
}

static bool
read_body(struct jg_admin_call *call, struct jg_revocation *r)
{
    const struct jg_json *body;
    unsigned whats = 0;

    *r = (struct jg_revocation){.created_s = call->admin->now_s};
    if (!jg_admin_read_body(call, &body) ||
        !read_members(call, body, r, &whats))
        return false;
    if (whats == 1)
        return true;
    jg_answer_message(call, 400,
                      whats == 0 ? "What is to be revoked? Send one of " WHAT
                                 : "Send exactly one of " WHAT);
    return false;
}

/* An earlier time for the same APIs would let tokens in again. */
static enum jg_err
check_later(struct jg_txn *txn, const struct jg_revocation *r, int64_t now_s,
            struct jg_str id)
{
    struct jg_revocation old;

    if (r->by != JG_REVOKE_ISSUED ||
        jg_revocation_get(txn, id, &old) != JG_OK ||
        !jg_revocation_holds(&old, now_s))
        return JG_OK;
    return old.before_s <= r->before_s ? JG_OK : JG_E_CONF_VALUE;
}

static enum jg_err
store(struct jg_admin_call *call, const struct jg_revocation *r,
      char id[static JG_REVOCATION_ID_BYTES + 1], bool *changed)
{
    struct jg_txn *txn;
    enum jg_err err = jg_txn_write(call->admin->store, &txn);

    if (err != JG_OK)
        return err;
    err = jg_revocation_id(r, id);
    if (err == JG_OK)
        err = check_later(txn, r, call->admin->now_s, jg_str(id));
    if (err == JG_OK)
        err = jg_revocation_put(txn, r, id, changed);
    if (err != JG_OK) {
        jg_txn_abort(txn);
        return err;
    }
    return jg_txn_commit(txn);
}

void
jg_admin_tell_revoked(struct jg_admin_call *call)
{
    if (call->admin->counters != NULL)
        jg_counters_bump_revocations(call->admin->counters);
}

void
jg_revocations_add(struct jg_admin_call *call)
{
    char id[JG_REVOCATION_ID_BYTES + 1];
    struct jg_revocation r;
    bool changed = false;
    enum jg_err err;

    if (!read_body(call, &r))
        return;
    err = store(call, &r, id, &changed);
    if (err == JG_E_CONF_VALUE) {
        refuse(call, JG_STR("issued_before"),
               "a later time is in force already; DELETE that first to let "
               "older tokens in again");
    } else if (err != JG_OK) {
        jg_answer_err(call, err);
    } else {
        jg_admin_tell_revoked(call); /* then answered */
        jg_answer_changed(call, jg_str(id), changed ? "modified" : "added",
                          NULL);
    }
}

static void
add_time(struct jg_buf *b, const char *name, int64_t time_s)
{
    jg_buf_addf(b, ",\"%s\":%" PRId64, name, time_s);
}

static void
add_text(struct jg_buf *b, const char *name, struct jg_str text)
{
    if (text.len > 0)
        jg_answer_text(b, name, text);
}

static void
add_one(struct jg_buf *b, struct jg_str id, const struct jg_revocation *r)
{
    jg_buf_add(b, JG_STR("{\"id\":"));
    jg_buf_add_quoted(b, id);
    if (r == NULL) {
        jg_buf_add(b, JG_STR(",\"damaged\":true}"));
        return;
    }
    if (r->by == JG_REVOKE_ISSUED)
        add_time(b, "issued_before", r->before_s);
    else
        add_text(b, jg_revoke_name(r->by).p, r->value);
    add_text(b, "api_id", r->api_id);
    add_time(b, "created", r->created_s);
    if (r->expires_s != 0)
        add_time(b, "expires", r->expires_s);
    add_text(b, "note", r->note);
    jg_buf_addc(b, '}');
}

struct list {
    struct jg_buf *b;
    int64_t now_s;
    bool any;
};

static enum jg_err
add_to_list(void *arg, struct jg_str id, const struct jg_revocation *r)
{
    struct list *list = arg;

    if (r != NULL && !jg_revocation_holds(r, list->now_s))
        return JG_OK; /* until it is swept */
    if (list->any)
        jg_buf_addc(list->b, ',');
    list->any = true;
    add_one(list->b, id, r);
    return list->b->failed ? JG_E_NOMEM : JG_OK;
}

void
jg_revocations_list(struct jg_admin_call *call)
{
    struct list list = {.now_s = call->admin->now_s};
    struct jg_txn *txn;
    enum jg_err err = jg_txn_read(call->admin->store, &txn);

    if (err == JG_OK) {
        list.b = jg_answer_json(call, 200);
        jg_buf_add(list.b, JG_STR("{\"revocations\":["));
        err = jg_revocations_each(txn, add_to_list, &list);
        jg_txn_abort(txn);
    }
    if (err != JG_OK)
        jg_answer_err(call, err);
    else
        jg_buf_add(list.b, JG_STR("]}\n"));
}

static void
answer_unknown(struct jg_admin_call *call)
{
    jg_answer_message(call, 404, "Revocation not found");
}

void
jg_revocations_get(struct jg_admin_call *call)
{
    struct jg_revocation r;
    struct jg_txn *txn;
    enum jg_err err = jg_txn_read(call->admin->store, &txn);

    if (err != JG_OK) {
        jg_answer_err(call, err);
        return;
    }
    err = jg_revocation_get(txn, call->id, &r);
    if (err == JG_E_NOT_FOUND) {
        answer_unknown(call);
    } else {
        struct jg_buf *b = jg_answer_json(call, 200);

        add_one(b, call->id, err == JG_OK ? &r : NULL);
        jg_buf_addc(b, '\n');
    }
    jg_txn_abort(txn);
}

static enum jg_err
forget(struct jg_admin_call *call)
{
    struct jg_revocation r;
    struct jg_txn *txn;
    enum jg_err err = jg_txn_write(call->admin->store, &txn);

    if (err != JG_OK)
        return err;
    err = jg_revocation_get(txn, call->id, &r);
    if (err != JG_E_NOT_FOUND) /* also a damaged one */
        err = jg_revocation_delete(txn, call->id);
    if (err != JG_OK) {
        jg_txn_abort(txn);
        return err;
    }
    return jg_txn_commit(txn);
}

void
jg_revocations_delete(struct jg_admin_call *call)
{
    enum jg_err err = forget(call);

    if (err == JG_E_NOT_FOUND) {
        answer_unknown(call);
    } else if (err != JG_OK) {
        jg_answer_err(call, err);
    } else {
        jg_admin_tell_revoked(call); /* then answered */
        jg_answer_changed(call, call->id, "deleted", NULL);
    }
}

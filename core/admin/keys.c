/* /tyk/keys: keys made, changed and deleted (reference 9.2). */
#include "admin/keys_internal.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/hex.h"

#define NUMBER_MAX 24 /* digits of an int64_t, a sign, a NUL */

/* Tyk's words for one thing, depending on the route. */
struct words {
    int malformed_status;
    const char *malformed;
    bool tells_policies; /* what is wrong with the policies */
    int master_status;
    const char *master; /* a session without any rights */
};

static const struct words of_create = {
    500, "Unmarshalling failed", true, 400,
    "Failed to create key, keys must have at least one Access Rights record "
    "set."};
static const struct words of_add = {
    400, "Request malformed", false, 500,
    "Failed to create key, ensure security settings are correct."};

static bool
read_draft(struct jg_admin_call *call, const struct words *words,
           struct jg_diags *diags, struct jg_key_draft *draft)
{
    enum jg_err err;

    jg_diags_init(diags, call->arena);
    err = jg_key_draft_read(call, call->request->body, diags, draft);
    if (err == JG_OK)
        return true;
    if (err == JG_E_NOMEM)
        jg_answer_err(call, err);
    else if (words->malformed_status == 400)
        jg_answer_findings(call, words->malformed, diags);
    else
        jg_answer_message(call, words->malformed_status, words->malformed);
    return false;
}

/* Tyk makes one that has ended of it at /tyk/keys/create, and one that never
 * ends elsewhere (reference 12). */
static bool
check_expires(struct jg_admin_call *call, const struct words *words,
              const struct jg_key_draft *draft, struct jg_diags *diags)
{
    const struct jg_diag ended = {
        .severity = JG_WARNING,
        .err = JG_E_CONF_VALUE,
        .file = JG_STR("request"),
        .path = JG_STR("expires"),
        .message = JG_STR("the time has passed: the key has ended already"),
        .fix = JG_STR("send a unix time to come, or 0 for never"),
    };
    int64_t expires_s = draft->stored.expires_s;

    if (expires_s <= 0 || expires_s > call->admin->now_s)
        return true;
    if (words == &of_create) {
        jg_diags_add(diags, &ended);
        return true;
    }
    jg_answer_message(call, 400,
                      "expires: the time has passed; send a unix time to come, "
                      "or 0 for never");
    return false;
}

/* Ids and organisations stand in a key as they are: what would change its
 * form is no part of one. */
static bool
check_characters(struct jg_admin_call *call, struct jg_str text,
                 const char *what)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.p[i];

        if (c >= ' ' && c != 0x7f && c != '"' && c != '\\')
            continue;
        jg_answer_message(call, 400, what);
        return false;
    }
    return true;
}

static bool
check_id(struct jg_admin_call *call, const struct jg_key_draft *draft)
{
    int64_t least = call->admin->conf->keys.min_token_length;
    char text[512];

    if (!check_characters(call, draft->stored.org_id,
                          "org_id: quotes, backslashes and control characters "
                          "are no part of one"))
        return false;
    if (call->id.p == NULL)
        return true;
    if (least <= 0)
        least = JG_KEY_LENGTH_LEAST;
    if ((int64_t)call->id.len >= least)
        return check_characters(call, call->id,
                                "custom key ID: quotes, backslashes and "
                                "control characters are no part of one");
    snprintf(text, sizeof(text),
             "custom key ID length %zu is less than min_token_length (%" PRId64
             "); the key would be unreachable at auth time. Use an ID of at "
             "least min_token_length characters, or lower min_token_length in "
             "the gateway configuration.",
             call->id.len, least);
    jg_answer_message(call, 400, text);
    return false;
}

/* With its policies; answers and is false when it may not be stored. */
static bool
check_rights(struct jg_admin_call *call, const struct words *words,
             struct jg_key_draft *draft)
{
    enum jg_err err = jg_key_draft_apply(call, draft);

    if (err == JG_OK && draft->all.access_rights.count == 0 &&
        !call->admin->conf->keys.allow_master_keys) {
        jg_answer_message(call, words->master_status, words->master);
        return false;
    }
    if (err == JG_OK)
        return true;
    if (err == JG_E_NOMEM || err == JG_E_STORE)
        jg_answer_err(call, err);
    else if (words->tells_policies)
        jg_answer_message(call, 500, jg_key_draft_fault(call, draft, err));
    else
        jg_answer_message(call, 500, words->master);
    return false;
}

static struct jg_str
quoted_time(int64_t time_s, char out[static JG_TIME_TEXT + 2])
{
    char text[JG_TIME_TEXT];

    jg_admin_time(time_s, text);
    snprintf(out, JG_TIME_TEXT + 2, "\"%s\"", text);
    return jg_str(out);
}

static enum jg_err
set_updated(struct jg_admin_call *call, struct jg_key_draft *draft)
{
    char text[NUMBER_MAX + 2];

    snprintf(text, sizeof(text), "\"%" PRId64 "\"", call->admin->now_s);
    return jg_key_draft_set(call, draft, "last_updated", jg_str(text));
}

/* Policies may let a new key end after a time. */
static enum jg_err
set_trial(struct jg_admin_call *call, struct jg_key_draft *draft)
{
    int64_t in_s = 0;
    char text[NUMBER_MAX];

    for (size_t i = 0; i < draft->session.policy_count; i++)
        if (draft->session.policies[i]->key_expires_in_s > 0)
            in_s = draft->session.policies[i]->key_expires_in_s;
    if (in_s == 0 || __builtin_add_overflow(call->admin->now_s, in_s, &in_s))
        return JG_OK;
    draft->stored.expires_s = in_s;
    snprintf(text, sizeof(text), "%" PRId64, in_s);
    return jg_key_draft_set(call, draft, "expires", jg_str(text));
}

static enum jg_err
set_created(struct jg_admin_call *call, struct jg_key_draft *draft)
{
    char time[JG_TIME_TEXT + 2];

    return jg_key_draft_set(call, draft, "date_created",
                            quoted_time(call->admin->now_s, time));
}

/* <key>: all of it, or its name when nobody said it. */
static enum jg_err
put(struct jg_admin_call *call, const struct jg_key_draft *draft,
    const struct jg_key_id *id, struct jg_str key, struct jg_str name,
    struct jg_txn *txn)
{
    struct jg_stored_key record = {
        .name = name,
        .org_id = draft->stored.org_id,
        .session = draft->text,
    };
    enum jg_err err = jg_key_draft_end(call, draft, &record.ends_s);

    if (err == JG_OK && !jg_str_eq(key, name))
        err = jg_key_seal(txn, key, record.org_id, call->admin->random,
                          record.session, call->arena, &record.session);
    return err == JG_OK ? jg_stored_key_put(txn, id, &record) : err;
}

/* On disk when it returns JG_OK. */
static enum jg_err
store_new(struct jg_admin_call *call, struct jg_key_draft *draft,
          struct jg_str key, struct jg_str *name)
{
    struct jg_key_found found;
    struct jg_txn *txn;
    enum jg_err err = jg_key_name(call->admin->conf, key, call->arena, name);

    if (err == JG_OK)
        err = jg_key_id(key, &found.id);
    if (err == JG_OK)
        err = jg_txn_write(call->admin->store, &txn);
    if (err != JG_OK)
        return err;
    if (jg_stored_key_get(txn, &found.id, call->admin->now_s, &found.record) ==
        JG_E_NOT_FOUND)
        err = set_trial(call, draft);
    if (err == JG_OK)
        err = put(call, draft, &found.id, key, *name, txn);
    if (err != JG_OK) {
        jg_txn_abort(txn);
        return err;
    }
    err = jg_txn_commit(txn);
    if (err == JG_OK)
        jg_key_reset(call, &found.id, draft);
    return err;
}

/* The key for call->id, or for an id of 32 hex digits. */
static enum jg_err
make_key(struct jg_admin_call *call, const struct jg_key_draft *draft,
         struct jg_str *key)
{
    struct jg_str id = call->id;
    char digits[2 * sizeof(call->admin->random) + 1];

    if (id.p == NULL) {
        jg_hex_encode(call->admin->random, sizeof(call->admin->random), digits);
        id = jg_str(digits);
    }
    return jg_key_make(draft->stored.org_id, id,
                       call->admin->conf->keys.hash_key_function, call->arena,
                       key);
}

static void
save_new(struct jg_admin_call *call, struct jg_key_draft *draft,
         const struct jg_diags *diags)
{
    struct jg_str key, name, none = {NULL, 0};
    bool hides = call->admin->conf->keys.hash_keys && draft->password.len > 0;
    enum jg_err err = make_key(call, draft, &key);

    if (err == JG_OK)
        err = set_created(call, draft);
    if (err == JG_OK)
        err = set_updated(call, draft);
    if (err == JG_OK)
        err = store_new(call, draft, key, &name);
    if (err != JG_OK)
        jg_answer_key_err(call, err);
    else
        jg_answer_key(call, hides ? JG_STR("") : key, "added",
                      call->admin->conf->keys.hash_keys ? name : none, diags);
}

static void
add(struct jg_admin_call *call, const struct words *words)
{
    struct jg_key_draft draft = {.policies = NULL};
    struct jg_diags diags;

    if (read_draft(call, words, &diags, &draft) &&
        check_expires(call, words, &draft, &diags) && check_id(call, &draft) &&
        check_rights(call, words, &draft) && jg_key_password_hash(call, &draft))
        save_new(call, &draft, &diags);
    jg_key_draft_free(&draft);
}

void
jg_keys_create(struct jg_admin_call *call)
{
    call->id = (struct jg_str){NULL, 0};
    add(call, &of_create);
}

void
jg_keys_add(struct jg_admin_call *call)
{
    add(call, &of_add);
}

void
jg_keys_preview(struct jg_admin_call *call)
{
    struct jg_key_draft draft = {.policies = NULL};
    const struct jg_json *json;
    struct jg_diags diags;
    enum jg_err err;

    if (!read_draft(call, &of_create, &diags, &draft))
        return;
    err = set_created(call, &draft);
    if (err == JG_OK)
        err = set_updated(call, &draft);
    if (err == JG_OK) /* with what was set: policies may be newer */
        err = jg_key_draft_read(call, draft.text, NULL, &draft);
    if (err == JG_OK)
        err = jg_key_draft_apply(call, &draft);
    if (err == JG_OK)
        err = jg_key_draft_show(call, &draft, NULL, &json);
    if (err == JG_OK) {
        struct jg_buf *b = jg_answer_json(call, 200);

        jg_json_write(b, json, 0);
        jg_buf_addc(b, '\n');
    } else if (err == JG_E_NOMEM || err == JG_E_STORE) {
        jg_answer_err(call, err);
    } else {
        jg_answer_message(call, 500, jg_key_draft_fault(call, &draft, err));
    }
    jg_key_draft_free(&draft);
}

/* What of the old session stays, whatever the new one says. */
struct old {
    struct jg_key_draft draft;
    bool known; /* it can be read */
};

static struct old
read_old(struct jg_admin_call *call, struct jg_str session)
{
    struct jg_str text = jg_arena_str(call->arena, session);
    struct old old = {.known = false};

    old.known = text.p != NULL &&
                jg_key_draft_read(call, text, NULL, &old.draft) == JG_OK;
    return old;
}

/* There are no certificates: one that is new is one that is unknown. */
static bool
check_certificate(struct jg_admin_call *call, const struct jg_key_draft *draft,
                  const struct old *old)
{
    const struct jg_str name = JG_STR("certificate");
    struct jg_str is = jg_json_string(jg_json_get(draft->json, name));
    struct jg_str was = {NULL, 0};

    if (old->known)
        was = jg_json_string(jg_json_get(old->draft.json, name));
    if (jg_str_eq(is, was))
        return true;
    jg_answer_message(call, 400,
                      is.len == 0
                          ? "Key cannot be used without a certificate"
                          : "Key must be used with an existent certificate");
    return false;
}

/* A text member of the old session, as JSON. */
static enum jg_err
keep_text(struct jg_admin_call *call, struct jg_key_draft *draft,
          const struct old *old, const char *name)
{
    struct jg_str was = {NULL, 0};
    struct jg_buf b;
    enum jg_err err;

    if (old->known)
        was = jg_json_string(jg_json_get(old->draft.json, jg_str(name)));
    if (was.len == 0)
        return JG_OK;
    jg_buf_init(&b, 4096);
    jg_buf_add_quoted(&b, was);
    err = b.failed ? JG_E_NOMEM
                   : jg_key_draft_set(call, draft, name, jg_buf_str(&b));
    jg_buf_free(&b);
    return err;
}

/* A time that has passed changes nothing, as in Tyk; here that is said. */
static enum jg_err
keep_expires(struct jg_admin_call *call, struct jg_key_draft *draft,
             const struct old *old, struct jg_diags *diags)
{
    int64_t expires_s = draft->stored.expires_s;
    int64_t was_s = old->known ? old->draft.stored.expires_s : 0;
    const struct jg_diag diag = {
        .severity = JG_WARNING,
        .err = JG_E_CONF_VALUE,
        .file = JG_STR("request"),
        .path = JG_STR("expires"),
        .message = JG_STR("the time has passed: the key keeps its old expiry"),
        .fix = JG_STR("is_inactive, or DELETE, ends a key at once"),
    };
    char text[NUMBER_MAX];

    if (expires_s <= 0 || expires_s > call->admin->now_s || expires_s == was_s)
        return JG_OK;
    jg_diags_add(diags, &diag);
    draft->stored.expires_s = was_s;
    snprintf(text, sizeof(text), "%" PRId64, was_s);
    return jg_key_draft_set(call, draft, "expires", jg_str(text));
}

static enum jg_err
keep_old(struct jg_admin_call *call, struct jg_key_draft *draft,
         const struct old *old, const struct jg_key_query *query,
         struct jg_diags *diags)
{
    enum jg_err err = set_created(call, draft);

    if (err == JG_OK)
        err = keep_text(call, draft, old, "date_created");
    if (err == JG_OK)
        err = set_updated(call, draft);
    if (err == JG_OK && old->known)
        err = jg_key_password_keep(call, draft, &old->draft);
    if (err == JG_OK && query->suppress_reset)
        err = keep_text(call, draft, old, "last_updated");
    return err == JG_OK ? keep_expires(call, draft, old, diags) : err;
}

/* In one transaction with what is changed: no edit in between is lost. True:
 * <txn> is to be committed; otherwise it is answered. */
static bool
update_in(struct jg_admin_call *call, struct jg_txn *txn,
          const struct jg_key_query *query, struct jg_key_draft *draft,
          struct jg_diags *diags, struct jg_key_found *found)
{
    enum jg_err err =
        jg_key_find(call, txn, draft->stored.org_id, query, found);
    struct jg_str name;
    struct old old;

    if (err == JG_E_NOT_FOUND) {
        jg_answer_message(call, 404, "Key is not found");
        return false;
    }
    if (err == JG_OK) {
        old = read_old(call, found->record.session);
        name = jg_arena_str(call->arena, found->record.name);
        if (name.p == NULL)
            err = JG_E_NOMEM;
    }
    if (err == JG_OK && (!check_certificate(call, draft, &old) ||
                         !check_rights(call, &of_add, draft)))
        return false;
    if (err == JG_OK)
        err = keep_old(call, draft, &old, query, diags);
    if (err == JG_OK)
        err = put(call, draft, &found->id, found->key, name, txn);
    if (err != JG_OK)
        jg_answer_key_err(call, err);
    return err == JG_OK;
}

static void
update(struct jg_admin_call *call, const struct jg_key_query *query,
       struct jg_key_draft *draft, struct jg_diags *diags)
{
    struct jg_key_found found;
    struct jg_txn *txn;
    enum jg_err err = jg_txn_write(call->admin->store, &txn);

    if (err == JG_OK && !update_in(call, txn, query, draft, diags, &found)) {
        jg_txn_abort(txn);
        return;
    }
    if (err == JG_OK)
        err = jg_txn_commit(txn);
    if (err != JG_OK) {
        jg_answer_key_err(call, err);
        return;
    }
    if (!query->suppress_reset)
        jg_key_reset(call, &found.id, draft);
    jg_answer_key(call, found.key, "modified", (struct jg_str){NULL, 0}, diags);
}

void
jg_keys_update(struct jg_admin_call *call)
{
    struct jg_key_draft draft = {.policies = NULL};
    struct jg_key_query query;
    struct jg_diags diags;

    if (jg_key_query_read(call, &query) &&
        read_draft(call, &of_add, &diags, &draft) &&
        check_characters(call, draft.stored.org_id,
                         "org_id: quotes, backslashes and control characters "
                         "are no part of one") &&
        jg_key_password_hash(call, &draft))
        update(call, &query, &draft, &diags);
    jg_key_draft_free(&draft);
}

/* Commits, or ends <txn>. */
static enum jg_err
delete_found(struct jg_txn *txn, const struct jg_key_found *found)
{
    enum jg_err err = jg_stored_key_delete(txn, &found->id);

    if (err == JG_OK)
        return jg_txn_commit(txn);
    jg_txn_abort(txn);
    return err;
}

static void
answer_deleted(struct jg_admin_call *call, const struct jg_key_query *query,
               struct jg_str key)
{
    if (jg_str_eq(query->api_id, JG_STR("-1")))
        jg_buf_add(jg_answer_json(call, 200), JG_STR("null\n"));
    else
        jg_answer_key(call, key, "deleted", (struct jg_str){NULL, 0}, NULL);
}

void
jg_keys_delete(struct jg_admin_call *call)
{
    struct jg_key_query query;
    struct jg_key_found found;
    struct jg_str session = {NULL, 0};
    struct jg_txn *txn;
    enum jg_err err;

    if (!jg_key_query_read(call, &query))
        return;
    err = jg_txn_write(call->admin->store, &txn);
    if (err != JG_OK) {
        jg_answer_err(call, err);
        return;
    }
    err = jg_key_find(call, txn, query.org_id, &query, &found);
    if (err == JG_OK) {
        session = jg_arena_str(call->arena, found.record.session);
        err = delete_found(txn, &found);
        if (err != JG_OK)
            jg_answer_message(call, 400, "Failed to remove the key");
    } else {
        jg_txn_abort(txn);
        if (err == JG_E_NOT_FOUND)
            jg_answer_message(call, 404, "There is no such key found");
        else
            jg_answer_key_err(call, err);
    }
    if (err != JG_OK)
        return;
    /* One that is made anew begins anew. */
    if (session.p != NULL)
        jg_admin_key_reset(call->admin, &found.id, session, call->arena);
    answer_deleted(call, &query, found.key);
}

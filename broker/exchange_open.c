/* What clients were given, and what it stands for. */
#include "exchange_internal.h"

static enum jg_err
unseal(struct jg_exchange *x, enum jg_split_kind kind, struct jg_str given,
       struct jg_str *out)
{
    struct jg_exchange_seal s;
    enum jg_err err = jg_exchange_seal(x, kind, &s);

    if (err == JG_OK)
        err = jg_sealed_open(&s.ring, s.bound, given, x->arena, out);
    jg_mem_wipe(&s, sizeof(s));
    return err == JG_E_SPLIT_SEALED ? JG_E_NOT_FOUND : err;
}

static enum jg_err
find(struct jg_exchange *x, struct jg_split *split)
{
    struct jg_txn *txn;
    enum jg_err err = jg_txn_read(x->world->broker->store, &txn);

    if (err != JG_OK)
        return err;
    split->org_id = x->api->def.org_id;
    err = jg_split_get(txn, split, x->world->now_s, x->arena);
    jg_txn_abort(txn);
    return err;
}

enum jg_err
jg_exchange_open_access(struct jg_exchange *x, struct jg_str given,
                        struct jg_exchange_access *out)
{
    struct jg_split split = {.kind = JG_SPLIT_ACCESS, .handle = given};
    enum jg_err err;

    if (jg_sealed_looks_so(given)) {
        err = unseal(x, JG_SPLIT_ACCESS, given, &split.text);
        if (err == JG_OK)
            out->whole = jg_sealed_access(split.text, &out->api_id);
        return err;
    }
    err = find(x, &split);
    if (err != JG_OK)
        return err;
    out->api_id = split.api_id;
    out->whole = jg_split_whole(&split, x->arena);
    return out->whole.p != NULL ? JG_OK : JG_E_NOMEM;
}

enum jg_err
jg_exchange_refresh_text(struct jg_exchange *x,
                         const struct jg_exchange_refresh *refresh,
                         struct jg_str *out)
{
    struct jg_buf b;

    jg_buf_init(&b, JG_SPLIT_TEXT_MAX);
    jg_buf_addf(&b, "%lld ", (long long)refresh->ends_s);
    jg_buf_add(&b, refresh->link);
    jg_buf_addc(&b, ' ');
    jg_buf_add(&b, refresh->turn);
    jg_buf_addc(&b, ' ');
    jg_buf_add(&b, x->api->def.api_id);
    jg_buf_addc(&b, '\n');
    jg_buf_add(&b, refresh->token);
    if (!b.failed)
        return jg_form_take(&b, x->arena, out);
    jg_form_take(&b, x->arena, out);
    return JG_E_IDP_ANSWER;
}

static bool
read_refresh_text(struct jg_str text, struct jg_exchange_refresh *out,
                  struct jg_str *api_id)
{
    struct jg_str head, number, link, turn;
    uint64_t ends_s;

    if (!jg_str_next(&text, '\n', &head) || text.p == NULL ||
        !jg_str_next(&head, ' ', &number) || !jg_str_next(&head, ' ', &link) ||
        !jg_str_next(&head, ' ', &turn) || head.p == NULL ||
        !jg_str_to_u64(number, &ends_s) || ends_s > JG_TIME_MAX_S * 2)
        return false;
    *api_id = head;
    *out = (struct jg_exchange_refresh){
        .token = text, .link = link, .turn = turn, .ends_s = (int64_t)ends_s};
    return true;
}

bool
jg_exchange_login(struct jg_str given, struct jg_str *login,
                  struct jg_str *turn)
{
    struct jg_str rest;

    if (!jg_str_starts(given, JG_STR(JG_REFRESH_PREFIX)))
        return false;
    rest = jg_str_from(given, sizeof(JG_REFRESH_PREFIX) - 1);
    if (!jg_str_next(&rest, '.', login) || rest.p == NULL)
        return false;
    *login = jg_str_head(given, sizeof(JG_REFRESH_PREFIX) - 1 + login->len);
    *turn = rest;
    return true;
}

bool
jg_exchange_is_turn(struct jg_str text, struct jg_str turn)
{
    struct jg_exchange_refresh kept;
    struct jg_str api_id;

    return read_refresh_text(text, &kept, &api_id) &&
           jg_str_eq(kept.turn, turn);
}

enum jg_err
jg_exchange_check_revoked(struct jg_exchange *x, struct jg_str token)
{
    const struct jg_broker *broker = x->world->broker;
    struct jg_str hash;
    enum jg_err err =
        jg_revoked_refresh(x->world->revoked, broker->store, broker->counters);

    if (err == JG_OK)
        err = jg_exchange_hash(x, token, &hash);
    if (err == JG_OK && jg_revoked_has(x->world->revoked, JG_REVOKE_TOKEN, hash,
                                       x->api->def.api_id, x->world->now_s))
        err = JG_E_NOT_FOUND;
    return err;
}

/* The text behind <given>, whichever way it is kept, and the turn that <given>
 * has. */
static enum jg_err
find_refresh(struct jg_exchange *x, struct jg_str given, struct jg_str *text,
             struct jg_str *turn)
{
    struct jg_split split = {.kind = JG_SPLIT_REFRESH};
    enum jg_err err;

    *turn = (struct jg_str){NULL, 0};
    if (jg_sealed_looks_so(given))
        return unseal(x, JG_SPLIT_REFRESH, given, text);
    if (!jg_exchange_login(given, &split.handle, turn))
        return JG_E_NOT_FOUND;
    err = find(x, &split);
    *text = split.text;
    return err;
}

enum jg_err
jg_exchange_open_refresh(struct jg_exchange *x, struct jg_str given,
                         struct jg_exchange_refresh *out)
{
    struct jg_str text, api_id, turn;
    enum jg_err err = find_refresh(x, given, &text, &turn);

    if (err != JG_OK)
        return err;
    if (!read_refresh_text(text, out, &api_id) ||
        out->ends_s <= x->world->now_s ||
        !jg_str_eq(api_id, x->api->def.api_id))
        return JG_E_NOT_FOUND;
    out->used = !jg_str_eq(turn, out->turn);
    return jg_sealed_looks_so(given) ? jg_exchange_check_revoked(x, out->token)
                                     : JG_OK;
}

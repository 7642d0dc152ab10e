/* Tokens inside of sessions, sealed where they stand and opened again. */
#include "store/key_seal.h"

#include "base/b64.h"
#include "store/split_record.h"

#define PURPOSE "jotgate key meta data"
#define MARK "jotgate-sealed."
#define TEXT_MAX (2 * JG_KEY_SESSION_MAX)

/* A session on its way: what of it is done, and what comes of it. */
struct work {
    struct jg_txn *txn;
    struct jg_arena *a;
    struct jg_str key, rest; /* still to be looked at */
    struct jg_buf out;
    struct jg_seal_key sealer;
    bool derived;  /* the sealer is there */
    unsigned left; /* how many more are looked at */
};

static enum jg_err
derive(struct work *w)
{
    char own[JG_SPLIT_OWN_BYTES];
    struct jg_str salt;
    enum jg_err err = JG_OK;

    if (w->derived)
        return JG_OK;
    err = jg_split_own(w->txn, own, &salt);
    if (err == JG_OK)
        err = jg_seal_derive(w->key, salt, PURPOSE, &w->sealer);
    jg_mem_wipe(own, sizeof(own));
    w->derived = err == JG_OK;
    return err;
}

/* Letters of a compact token; none of them is escaped in JSON. */
static bool
is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

/* A signature that nobody guesses. */
static bool
is_handle(struct jg_str id)
{
    for (size_t i = 0; i < id.len; i++)
        if (!is_letter(id.p[i]) || id.p[i] == '.')
            return false;
    return id.len >= JG_SPLIT_HANDLE_MIN;
}

static size_t
find(struct jg_str text, struct jg_str part)
{
    const char *found = memmem(text.p, text.len, part.p, part.len);

    return found != NULL ? (size_t)(found - text.p) : text.len;
}

/* Is what stands before <text> a member's name? */
static bool
is_name(struct jg_str text)
{
    size_t i = 0;

    while (i < text.len && (text.p[i] == ' ' || text.p[i] == '\t' ||
                            text.p[i] == '\n' || text.p[i] == '\r'))
        i++;
    return i < text.len && text.p[i] == ':';
}

/* Where in <text> the string begins that is "x.y.<id>" and ends, with its
 * quote, behind <end>; or <end>: there is none. */
static size_t
begin_of_token(struct jg_str text, size_t end, size_t id_len)
{
    size_t at = end - id_len, dots = 0;

    if (end == text.len || text.p[end] != '"' ||
        is_name(jg_str_from(text, end + 1)))
        return end;
    for (; at > 0 && is_letter(text.p[at - 1]); at--)
        dots += text.p[at - 1] == '.';
    if (at == 0 || text.p[at - 1] != '"' || dots != 2 || text.p[at] == '.' ||
        text.p[end - id_len - 1] != '.' || text.p[end - id_len - 2] == '.')
        return end;
    return at;
}

static enum jg_err
add_sealed(struct work *w, const unsigned char *random, struct jg_str token)
{
    unsigned char nonce[JG_SEAL_NONCE_BYTES];
    struct jg_str sealed, none = {NULL, 0};
    char *text;
    enum jg_err err = derive(w);

    memcpy(nonce, random, sizeof(nonce));
    nonce[0] ^= (unsigned char)w->left--; /* each once */
    if (err == JG_OK)
        err = jg_seal(&w->sealer, nonce, none, token, w->a, &sealed);
    if (err != JG_OK)
        return err;
    text = jg_arena_alloc(w->a, JG_B64_ENCODED(sealed.len));
    if (text == NULL)
        return JG_E_NOMEM;
    jg_buf_add(&w->out, JG_STR(MARK));
    jg_buf_add(&w->out, (struct jg_str){text, jg_b64url_encode(sealed, text)});
    return JG_OK;
}

static enum jg_err
seal_all(struct work *w, struct jg_str id, const unsigned char *random)
{
    size_t seen = 0; /* of the rest */
    enum jg_err err = JG_OK;

    while (err == JG_OK && w->left > 0) {
        struct jg_str text = jg_str_from(w->rest, seen);
        size_t at = find(text, id), end = seen + at + id.len, begin;

        if (at == text.len)
            break;
        begin = begin_of_token(w->rest, end, id.len);
        seen = end;
        if (begin == end)
            continue;
        jg_buf_add(&w->out, jg_str_head(w->rest, begin));
        err = add_sealed(w, random,
                         jg_str_head(jg_str_from(w->rest, begin), end - begin));
        w->rest = jg_str_from(w->rest, end);
        seen = 0;
    }
    return err;
}

/* How many more there may be, so that all of them are looked at again. */
static unsigned
left_in(struct jg_str session)
{
    const struct jg_str mark = JG_STR("\"" MARK);
    unsigned left = JG_KEY_SEALED_MAX;
    size_t at = find(session, mark);

    for (; left > 0 && at < session.len; left--) {
        session = jg_str_from(session, at + mark.len);
        at = find(session, mark);
    }
    return left;
}

bool
jg_key_is_sealed(struct jg_str session)
{
    return jg_str_contains(session, JG_STR("\"" MARK));
}

/* What a sealed text was, or p == NULL: it does not open, so it stays. */
static enum jg_err
open_one(struct work *w, struct jg_str text, struct jg_str *out)
{
    struct jg_str sealed, none = {NULL, 0};
    enum jg_err err = jg_b64url_decode_arena(text, w->a, &sealed);

    *out = none;
    if (err == JG_E_BASE64)
        return JG_OK;
    if (err == JG_OK)
        err = derive(w);
    if (err == JG_OK)
        err = jg_unseal(&w->sealer, none, sealed, w->a, out);
    if (err == JG_E_SIGNATURE)
        err = JG_OK;
    for (size_t i = 0; i < out->len; i++)
        if (!is_letter(out->p[i]))
            *out = none; /* never any other text of JSON */
    return err;
}

static enum jg_err
open_all(struct work *w)
{
    const struct jg_str mark = JG_STR("\"" MARK);
    enum jg_err err = JG_OK;

    for (; err == JG_OK && w->left > 0; w->left--) {
        size_t begin = find(w->rest, mark);
        struct jg_str text = jg_str_from(w->rest, begin + mark.len), token;

        if (begin == w->rest.len)
            break;
        text = jg_str_head(text, jg_str_find(text, '"'));
        err = open_one(w, text, &token);
        jg_buf_add(&w->out, jg_str_head(w->rest, begin + 1)); /* the quote */
        if (token.p == NULL)
            jg_buf_add(&w->out, JG_STR(MARK));
        jg_buf_add(&w->out, token.p != NULL ? token : text);
        w->rest = jg_str_from(w->rest, begin + mark.len + text.len);
    }
    return err;
}

/* What came of it, in place of <session>, unless nothing was touched. */
static enum jg_err
finish(struct work *w, enum jg_err err, struct jg_str *session)
{
    struct jg_str all = *session;

    if (err == JG_OK && w->out.len > 0) {
        jg_buf_add(&w->out, w->rest);
        all = jg_arena_str(w->a, jg_buf_str(&w->out));
        if (w->out.failed || all.p == NULL)
            err = JG_E_NOMEM;
    }
    jg_buf_reset(&w->out);
    if (err == JG_OK)
        *session = all;
    return err;
}

static void
end(struct work *w)
{
    jg_mem_wipe(&w->sealer, sizeof(w->sealer));
    jg_buf_free(&w->out);
}

static enum jg_err
seal_of(struct work *w, struct jg_str id, const unsigned char *random,
        struct jg_str *session)
{
    if (!is_handle(id))
        return JG_OK;
    w->rest = *session;
    return finish(w, seal_all(w, id, random), session);
}

enum jg_err
jg_key_seal(struct jg_txn *txn, struct jg_str key, struct jg_str org,
            const unsigned char nonce[static JG_SEAL_NONCE_BYTES],
            struct jg_str session, struct jg_arena *a, struct jg_str *out)
{
    struct work w = {.txn = txn, .a = a, .key = key, .left = left_in(session)};
    struct jg_key_aliases aliases;
    enum jg_err err;

    if (session.len > JG_KEY_SESSION_MAX)
        return JG_E_CONF_RANGE;
    err = jg_key_aliases(org, key, a, &aliases);
    if (err != JG_OK)
        return err;
    jg_buf_init(&w.out, TEXT_MAX);
    err = seal_of(&w, key, nonce, &session);
    for (size_t i = 0; i < aliases.count && err == JG_OK; i++)
        err = seal_of(&w, aliases.items[i], nonce, &session);
    end(&w);
    if (err == JG_OK)
        *out = session;
    return err;
}

enum jg_err
jg_key_open(struct jg_txn *txn, struct jg_str key, struct jg_str session,
            struct jg_arena *a, struct jg_str *out)
{
    struct work w = {.txn = txn,
                     .a = a,
                     .key = key,
                     .rest = session,
                     .left = JG_KEY_SEALED_MAX};
    enum jg_err err;

    jg_buf_init(&w.out, TEXT_MAX);
    err = finish(&w, open_all(&w), &session);
    end(&w);
    if (err == JG_OK)
        *out = session;
    return err;
}

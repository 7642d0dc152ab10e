/* Key sets by URL as the bytes of a record. */
#include "store/keysets.h"

#include "store/records.h"
#include "store/store_internal.h"

/* The strings of a record, in the order in which they follow its head. */
static const struct {
    size_t offset; /* in struct jg_keyset */
    size_t max_bytes;
} strings[] = {
    {offsetof(struct jg_keyset, url), JG_URL_MAX},
    {offsetof(struct jg_keyset, issuer), JG_URL_MAX},
    {offsetof(struct jg_keyset, jwks_url), JG_URL_MAX},
    {offsetof(struct jg_keyset, etag), JG_KEYSET_ETAG_MAX},
    {offsetof(struct jg_keyset, fault), JG_KEYSET_FAULT_MAX},
    {offsetof(struct jg_keyset, history), JG_KEYSET_HISTORY_MAX},
    {offsetof(struct jg_keyset, body), JG_KEYSET_BODY_MAX}, /* the last one */
};

#define STRINGS (sizeof(strings) / sizeof(strings[0]))
#define BODY (STRINGS - 1)

/* This, then the strings. In the order of bytes of the machine. */
struct head {
    uint32_t layout;
    uint8_t discover, insecure, zeros[2];
    uint64_t version; /* of the body, and its checksum */
    int64_t ttl_s, fetched_s, tried_s, refresh_s, failures, status, took_ms;
    uint32_t lengths[STRINGS];
    uint32_t more_zeros;
    uint64_t checksum; /* of all before it, and of all strings but the body */
};

#define KEYSET_LAYOUT 0x4a474b32 /* "JGK2" */

bool
jg_key_kid_is_plain(struct jg_str kid)
{
    if (kid.len == 0 || kid.len > JG_KEYSET_KID_MAX)
        return false;
    for (size_t i = 0; i < kid.len; i++)
        if (kid.p[i] <= ' ' || kid.p[i] > '~')
            return false;
    return true;
}

static struct jg_str *
string_of(struct jg_keyset *keyset, size_t i)
{
    return (struct jg_str *)((char *)keyset + strings[i].offset);
}

static uint64_t
checksum_of(const struct head *head, const char *texts)
{
    struct jg_str covered = {texts, 0};

    for (size_t i = 0; i < BODY; i++)
        covered.len += head->lengths[i];
    return jg_record_checksum(head, offsetof(struct head, checksum), covered);
}

static enum jg_err
make_head(struct jg_keyset *keyset, struct head *head, size_t *bytes)
{
    memset(head, 0, sizeof(*head));
    head->layout = KEYSET_LAYOUT;
    head->discover = keyset->discover;
    head->insecure = keyset->insecure;
    head->ttl_s = keyset->ttl_s;
    head->fetched_s = keyset->fetched_s;
    head->tried_s = keyset->tried_s;
    head->refresh_s = keyset->refresh_s;
    head->failures = keyset->failures;
    head->status = keyset->status;
    head->took_ms = keyset->took_ms;
    *bytes = sizeof(*head);
    for (size_t i = 0; i < STRINGS; i++) {
        struct jg_str s = *string_of(keyset, i);

        if (s.len > strings[i].max_bytes)
            return JG_E_CONF_RANGE;
        head->lengths[i] = (uint32_t)s.len;
        *bytes += s.len;
    }
    if (keyset->body.len == 0)
        return JG_OK;
    return jg_record_version_of(keyset->body, &head->version);
}

enum jg_err
jg_keyset_put(struct jg_txn *txn, struct jg_str id,
              const struct jg_keyset *keyset)
{
    struct jg_keyset copy = *keyset;
    struct head head;
    size_t bytes;
    enum jg_err err = make_head(&copy, &head, &bytes);
    char *to;
    void *place;

    if (err == JG_OK)
        err = jg_store_reserve(txn, JG_KIND_KEYSET, id, bytes, &place);
    if (err != JG_OK)
        return err;
    to = (char *)place + sizeof(head);
    for (size_t i = 0; i < STRINGS; i++) {
        struct jg_str s = *string_of(&copy, i);

        if (s.len > 0)
            memcpy(to, s.p, s.len);
        to += s.len;
    }
    head.checksum = checksum_of(&head, (char *)place + sizeof(head));
    memcpy(place, &head, sizeof(head));
    return JG_OK;
}

/* Do the lengths in <head> fit each other, and the <rest> behind it? */
static bool
fits(const struct head *head, struct jg_str rest)
{
    size_t sum = 0;

    for (size_t i = 0; i < STRINGS; i++) {
        if (head->lengths[i] > strings[i].max_bytes)
            return false;
        sum += head->lengths[i];
    }
    return sum == rest.len;
}

enum jg_err
jg_keyset_decode(struct jg_str value, struct jg_keyset *out)
{
    struct jg_str rest = jg_str_from(value, sizeof(struct head));
    struct head head;

    if (value.len < sizeof(head))
        return JG_E_STORE;
    memcpy(&head, value.p, sizeof(head));
    if (head.layout != KEYSET_LAYOUT || !fits(&head, rest) ||
        head.checksum != checksum_of(&head, rest.p))
        return JG_E_STORE;
    *out = (struct jg_keyset){
        .discover = head.discover,
        .insecure = head.insecure,
        .version = head.version,
        .ttl_s = head.ttl_s,
        .fetched_s = head.fetched_s,
        .tried_s = head.tried_s,
        .refresh_s = head.refresh_s,
        .failures = head.failures,
        .status = head.status,
        .took_ms = head.took_ms,
    };
    for (size_t i = 0; i < STRINGS; i++) {
        *string_of(out, i) = jg_str_head(rest, head.lengths[i]);
        rest = jg_str_from(rest, head.lengths[i]);
    }
    return JG_OK;
}

enum jg_err
jg_keyset_get(struct jg_txn *txn, struct jg_str id, struct jg_keyset *out)
{
    struct jg_str value;
    enum jg_err err = jg_store_get(txn, JG_KIND_KEYSET, id, &value);

    return err == JG_OK ? jg_keyset_decode(value, out) : err;
}

enum jg_err
jg_keyset_verify(const struct jg_keyset *keyset)
{
    uint64_t version = 0;
    enum jg_err err = JG_OK;

    if (keyset->body.len > 0)
        err = jg_record_version_of(keyset->body, &version);
    if (err != JG_OK)
        return err;
    return version == keyset->version ? JG_OK : JG_E_STORE;
}

/* What an API names: this for each URL, with its strings behind it. */
struct use {
    uint32_t layout;
    uint8_t discover, insecure, zeros[2];
    int64_t ttl_s;
    uint32_t url_len, issuer_len;
    char id[JG_KEY_URL_ID_BYTES];
    uint64_t checksum; /* of all before it, and of the strings */
};

#define USE_LAYOUT 0x4a475531 /* "JGU1" */
#define USE_BYTES_MAX (sizeof(struct use) + 2 * JG_URL_MAX)

static void
add_use(struct jg_buf *b, const struct jg_key_url *url)
{
    struct use use;
    size_t at = b->len + sizeof(use);

    memset(&use, 0, sizeof(use));
    use.layout = USE_LAYOUT;
    use.discover = url->discover;
    use.insecure = url->insecure;
    use.ttl_s = url->ttl_s;
    use.url_len = (uint32_t)url->url.len;
    use.issuer_len = (uint32_t)url->issuer.len;
    memcpy(use.id, url->id.p, sizeof(use.id));
    jg_buf_add(b, (struct jg_str){(const char *)&use, sizeof(use)});
    jg_buf_add(b, url->url);
    jg_buf_add(b, url->issuer);
    if (b->failed)
        return;
    use.checksum = jg_record_checksum(&use, offsetof(struct use, checksum),
                                      (struct jg_str){b->p + at, b->len - at});
    memcpy(b->p + at - sizeof(use), &use, sizeof(use));
}

enum jg_err
jg_keyset_put_uses(struct jg_txn *txn, struct jg_str api_id,
                   const struct jg_key_url *urls, size_t count)
{
    struct jg_str old = {NULL, 0};
    struct jg_buf b;
    enum jg_err err = JG_OK;

    if (count == 0)
        return jg_store_delete(txn, JG_KIND_KEYSET_USE, api_id);
    if (count > JG_KEY_URLS_MAX)
        return JG_E_CONF_RANGE;
    for (size_t i = 0; i < count; i++)
        if (urls[i].url.len > JG_URL_MAX || urls[i].issuer.len > JG_URL_MAX ||
            urls[i].id.len != JG_KEY_URL_ID_BYTES)
            return JG_E_CONF_RANGE;

    jg_buf_init(&b, JG_KEY_URLS_MAX * USE_BYTES_MAX);
    for (size_t i = 0; i < count; i++)
        add_use(&b, &urls[i]);
    if (b.failed)
        err = JG_E_NOMEM;
    else if (jg_store_get(txn, JG_KIND_KEYSET_USE, api_id, &old) != JG_OK ||
             !jg_str_eq(old, jg_buf_str(&b)))
        err = jg_store_put(txn, JG_KIND_KEYSET_USE, api_id, jg_buf_str(&b));
    jg_buf_free(&b);
    return err;
}

/* Take the next use off <rest>; false when there is none that makes sense. */
static bool
next_use(struct jg_str *rest, struct use *use, struct jg_key_url *out)
{
    struct jg_str texts = jg_str_from(*rest, sizeof(*use));
    size_t len;

    if (rest->len < sizeof(*use))
        return false;
    memcpy(use, rest->p, sizeof(*use));
    if (use->layout != USE_LAYOUT || use->url_len > JG_URL_MAX ||
        use->issuer_len > JG_URL_MAX)
        return false;
    len = (size_t)use->url_len + use->issuer_len;
    if (len > texts.len ||
        use->checksum != jg_record_checksum(use, offsetof(struct use, checksum),
                                            jg_str_head(texts, len)))
        return false;
    *out = (struct jg_key_url){
        .id = {rest->p + offsetof(struct use, id), sizeof(use->id)},
        .url = jg_str_head(texts, use->url_len),
        .discover = use->discover,
        .insecure = use->insecure,
        .issuer =
            jg_str_head(jg_str_from(texts, use->url_len), use->issuer_len),
        .ttl_s = use->ttl_s,
    };
    *rest = jg_str_from(texts, len);
    return true;
}

/* Who is told of each use. */
struct visitor {
    jg_keyset_visit *visit;
    void *arg;
};

static enum jg_err
visit_uses(void *arg, struct jg_str api_id, struct jg_str value)
{
    const struct visitor *visitor = arg;
    struct jg_key_url url;
    struct use use;

    while (next_use(&value, &use, &url)) {
        enum jg_err err = visitor->visit(visitor->arg, api_id, &url);

        if (err != JG_OK)
            return err;
    }
    return JG_OK;
}

enum jg_err
jg_keyset_each_use(struct jg_txn *txn, jg_keyset_visit *visit, void *arg)
{
    struct visitor visitor = {visit, arg};

    return jg_store_each(txn, JG_KIND_KEYSET_USE, visit_uses, &visitor);
}

enum jg_err
jg_keyset_uses_of(struct jg_txn *txn, struct jg_str api_id,
                  jg_keyset_visit *visit, void *arg)
{
    struct visitor visitor = {visit, arg};
    struct jg_str value;
    enum jg_err err = jg_store_get(txn, JG_KIND_KEYSET_USE, api_id, &value);

    if (err == JG_E_NOT_FOUND)
        return JG_OK;
    return err == JG_OK ? visit_uses(&visitor, api_id, value) : err;
}

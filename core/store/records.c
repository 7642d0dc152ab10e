/* Documents and addresses as the bytes of a record. */
#include "store/records.h"

#include "base/hash.h"
#include "jose/sign.h"
#include "store/store_internal.h"

/*
 * A document's record: this, then id, file and text. In the order of bytes of
 * the machine: a store does not travel.
 */
struct head {
    uint32_t layout;
    uint32_t order;
    uint64_t version; /* of the text, and its checksum */
    struct jg_file_stamp stamp;
    uint32_t id_len, file_len;
    uint64_t text_len;
    uint64_t checksum; /* of all before it, id and file */
};

#define NO_HASH 1 /* the version of a text that could not be hashed */
#define DOCUMENT_LAYOUT 0x4a474431 /* "JGD1" */

uint64_t
jg_record_checksum(const void *head, size_t len, struct jg_str rest)
{
    static const struct jg_hash_key first;
    struct jg_hash_key second = {
        jg_hash_keyed(&first, (struct jg_str){head, len}), len};

    return jg_hash_keyed(&second, rest);
}

static uint64_t
head_checksum(const struct head *head, const char *names)
{
    return jg_record_checksum(
        head, offsetof(struct head, checksum),
        (struct jg_str){names, (size_t)head->id_len + head->file_len});
}

uint64_t
jg_record_version(struct jg_str text)
{
    unsigned char digest[32];
    uint64_t version = 0;

    /* Without a digest no version equals another: the document is parsed
     * again, and its record is found damaged. */
    if (jg_sha256(text, digest) == JG_OK)
        memcpy(&version, digest, sizeof(version));
    return version != 0 ? version : NO_HASH;
}

enum jg_err
jg_record_version_of(struct jg_str text, uint64_t *out)
{
    uint64_t version = jg_record_version(text);

    if (version == NO_HASH)
        return JG_E_NOMEM;
    *out = version;
    return JG_OK;
}

enum jg_err
jg_record_policy_key(struct jg_str org_id, struct jg_str id,
                     char buffer[static JG_STORE_KEY_MAX], struct jg_str *out)
{
    size_t len;

    if (__builtin_add_overflow(org_id.len, id.len, &len) ||
        len > JG_STORE_KEY_MAX - 1)
        return JG_E_CONF_RANGE;
    if (org_id.len > 0)
        memcpy(buffer, org_id.p, org_id.len);
    buffer[org_id.len] = '\n';
    if (id.len > 0)
        memcpy(buffer + org_id.len + 1, id.p, id.len);
    *out = (struct jg_str){buffer, len + 1};
    return JG_OK;
}

static char *
append(char *to, struct jg_str s)
{
    if (s.len > 0)
        memcpy(to, s.p, s.len);
    return to + s.len;
}

enum jg_err
jg_record_put_document(struct jg_txn *txn, enum jg_kind kind, struct jg_str key,
                       const struct jg_document *document,
                       const struct jg_record_info *info)
{
    struct head head;
    enum jg_err err;
    void *place;
    char *names;

    if (document->text.len > JG_STORE_VALUE_MAX / 2 ||
        document->id.len > JG_STORE_VALUE_MAX / 8 ||
        document->file.len > JG_STORE_VALUE_MAX / 8)
        return JG_E_CONF_RANGE;
    memset(&head, 0, sizeof(head));
    head.layout = DOCUMENT_LAYOUT;
    head.order = info->order;
    head.version = document->version;
    head.stamp = info->stamp;
    head.id_len = (uint32_t)document->id.len;
    head.file_len = (uint32_t)document->file.len;
    head.text_len = document->text.len;
    err = jg_store_reserve(
        txn, kind, key,
        sizeof(head) + head.id_len + head.file_len + head.text_len, &place);
    if (err != JG_OK)
        return err;
    names = (char *)place + sizeof(head);
    append(append(append(names, document->id), document->file), document->text);
    head.checksum = head_checksum(&head, names);
    memcpy(place, &head, sizeof(head));
    return JG_OK;
}

enum jg_err
jg_record_decode(struct jg_str value, struct jg_document *out,
                 struct jg_record_info *info)
{
    struct jg_str rest = jg_str_from(value, sizeof(struct head));
    struct head head;

    if (value.len < sizeof(head))
        return JG_E_STORE;
    memcpy(&head, value.p, sizeof(head));
    if (head.layout != DOCUMENT_LAYOUT ||
        (uint64_t)head.id_len + head.file_len > rest.len ||
        head.text_len != rest.len - head.id_len - head.file_len ||
        head.checksum != head_checksum(&head, rest.p))
        return JG_E_STORE;
    out->version = head.version;
    out->id = jg_str_head(rest, head.id_len);
    rest = jg_str_from(rest, head.id_len);
    out->file = jg_str_head(rest, head.file_len);
    out->text = jg_str_from(rest, head.file_len);
    if (info != NULL)
        *info = (struct jg_record_info){head.order, head.stamp};
    return JG_OK;
}

enum jg_err
jg_record_verify(const struct jg_document *document)
{
    uint64_t version;
    enum jg_err err = jg_record_version_of(document->text, &version);

    if (err == JG_OK && version != document->version)
        err = JG_E_STORE;
    return err;
}

enum jg_err
jg_record_get_document(struct jg_txn *txn, enum jg_kind kind, struct jg_str key,
                       struct jg_document *out, struct jg_record_info *info)
{
    struct jg_record_info found_info;
    struct jg_document found;
    struct jg_str value;
    enum jg_err err = jg_store_get(txn, kind, key, &value);

    if (err == JG_OK)
        err = jg_record_decode(value, &found, &found_info);
    if (err == JG_OK)
        err = jg_record_verify(&found);
    if (err != JG_OK)
        return err;
    *out = found;
    if (info != NULL)
        *info = found_info;
    return JG_OK;
}

/* The addresses of a host: this, and <count> times a struct jg_address. */
struct address_head {
    uint32_t layout, count;
    int64_t resolved_s;
    uint64_t checksum; /* of the addresses and the two before it */
};

#define ADDRESS_LAYOUT 0x4a474131 /* "JGA1" */

static uint64_t
address_checksum(const struct address_head *head, const void *items)
{
    return jg_record_checksum(
        head, offsetof(struct address_head, checksum),
        (struct jg_str){items, head->count * sizeof(struct jg_address)});
}

enum jg_err
jg_record_put_addresses(struct jg_txn *txn, struct jg_str host,
                        const struct jg_addresses *addresses)
{
    struct address_head head = {
        .layout = ADDRESS_LAYOUT,
        .count = (uint32_t)addresses->count,
        .resolved_s = addresses->resolved_s,
    };
    size_t bytes = addresses->count * sizeof(struct jg_address);
    enum jg_err err;
    void *place;

    if (addresses->count > JG_ADDRESSES_MAX)
        return JG_E_CONF_RANGE;
    head.checksum = address_checksum(&head, addresses->items);
    err = jg_store_reserve(txn, JG_KIND_ADDRESS, host, sizeof(head) + bytes,
                           &place);
    if (err != JG_OK)
        return err;
    memcpy(place, &head, sizeof(head));
    if (bytes > 0)
        memcpy((char *)place + sizeof(head), addresses->items, bytes);
    return JG_OK;
}

enum jg_err
jg_record_get_addresses(struct jg_txn *txn, struct jg_str host,
                        struct jg_addresses *out)
{
    struct address_head head;
    struct jg_str value, items;
    enum jg_err err = jg_store_get(txn, JG_KIND_ADDRESS, host, &value);

    if (err != JG_OK)
        return err;
    if (value.len < sizeof(head))
        return JG_E_STORE;
    memcpy(&head, value.p, sizeof(head));
    items = jg_str_from(value, sizeof(head));
    if (head.layout != ADDRESS_LAYOUT || head.count > JG_ADDRESSES_MAX ||
        items.len != head.count * sizeof(struct jg_address) ||
        head.checksum != address_checksum(&head, items.p))
        return JG_E_STORE;
    memset(out, 0, sizeof(*out));
    if (items.len > 0)
        memcpy(out->items, items.p, items.len);
    out->count = head.count;
    out->resolved_s = head.resolved_s;
    return JG_OK;
}

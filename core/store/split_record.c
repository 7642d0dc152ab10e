/* A kept split token as the bytes of a record, and what finds it. */
#include "store/split_record.h"

#include <endian.h>

#define SPLIT_LAYOUT 0x4a475333 /* "JGS3" */

/* This, then org_id, api_id, note and the sealed text. In the machine's order
 * of bytes. */
struct head {
    uint32_t layout;
    uint32_t org_len, api_len, note_len;
    int64_t issued_s, ends_s;
    unsigned char login[JG_SPLIT_HASH_BYTES]; /* zeros: none */
    uint64_t checksum; /* of all before it, and of what follows */
};

struct jg_str
jg_split_key_str(const struct jg_split_key *key)
{
    return (struct jg_str){(const char *)key, sizeof(*key)};
}

struct jg_str
jg_split_end_str(const struct jg_split_end *end)
{
    return (struct jg_str){(const char *)end, sizeof(*end)};
}

static struct jg_split_end
end_of(const struct jg_split_key *key, int64_t ends_s)
{
    uint64_t big = htobe64(ends_s < 0 ? 0 : (uint64_t)ends_s);
    struct jg_split_end end = {.key = *key};

    memcpy(end.ends_s, &big, sizeof(big));
    return end;
}

static struct jg_str
cut(struct jg_str *rest, size_t len)
{
    struct jg_str part = jg_str_head(*rest, len);

    *rest = jg_str_from(*rest, len);
    return part;
}

enum jg_err
jg_split_decode(struct jg_str value, struct jg_split_record *out)
{
    struct jg_str rest = jg_str_from(value, sizeof(struct head));
    struct head head;

    if (value.len < sizeof(head))
        return JG_E_STORE;
    memcpy(&head, value.p, sizeof(head));
    if (head.layout != SPLIT_LAYOUT ||
        (uint64_t)head.org_len + head.api_len + head.note_len > rest.len ||
        head.checksum !=
            jg_record_checksum(&head, offsetof(struct head, checksum), rest))
        return JG_E_STORE;
    out->org_id = cut(&rest, head.org_len);
    out->api_id = cut(&rest, head.api_len);
    out->note = cut(&rest, head.note_len);
    out->sealed = rest;
    out->issued_s = head.issued_s;
    out->ends_s = head.ends_s;
    memcpy(out->login, head.login, sizeof(out->login));
    return JG_OK;
}

enum jg_err
jg_split_read(struct jg_txn *txn, const struct jg_split_key *key,
              struct jg_split_record *out)
{
    struct jg_str value;
    enum jg_err err =
        jg_store_get(txn, JG_KIND_SPLIT, jg_split_key_str(key), &value);

    return err == JG_OK ? jg_split_decode(value, out) : err;
}

static char *
append(char *to, struct jg_str s)
{
    if (s.len > 0)
        memcpy(to, s.p, s.len);
    return to + s.len;
}

static struct jg_str
member_str(const struct jg_split_member *member)
{
    return (struct jg_str){(const char *)member, sizeof(*member)};
}

bool
jg_split_has_login(const unsigned char login[static JG_SPLIT_HASH_BYTES])
{
    static const unsigned char none[JG_SPLIT_HASH_BYTES];

    return memcmp(login, none, sizeof(none)) != 0;
}

static struct jg_split_member
member_of(const struct jg_split_key *key, const unsigned char *login)
{
    struct jg_split_member member;

    memcpy(member.login, login, sizeof(member.login));
    memcpy(member.hash, key->hash, sizeof(member.hash));
    return member;
}

/* What finds it besides its key. */
static enum jg_err
write_index(struct jg_txn *txn, const struct jg_split_key *key,
            const struct jg_split_record *record)
{
    struct jg_split_end end = end_of(key, record->ends_s);
    struct jg_split_member member = member_of(key, record->login);
    const struct jg_str nothing = {NULL, 0};
    enum jg_err err =
        jg_store_put(txn, JG_KIND_SPLIT_END, jg_split_end_str(&end), nothing);

    if (err == JG_OK && jg_split_has_login(record->login))
        err = jg_store_put(txn, JG_KIND_SPLIT_LOGIN, member_str(&member),
                           nothing);
    return err;
}

static struct head
head_of(const struct jg_split_record *record)
{
    struct head head = {.layout = SPLIT_LAYOUT,
                        .org_len = (uint32_t)record->org_id.len,
                        .api_len = (uint32_t)record->api_id.len,
                        .note_len = (uint32_t)record->note.len,
                        .issued_s = record->issued_s,
                        .ends_s = record->ends_s};

    memcpy(head.login, record->login, sizeof(head.login));
    return head;
}

enum jg_err
jg_split_write(struct jg_txn *txn, const struct jg_split_key *key,
               const struct jg_split_record *record)
{
    const struct jg_str parts[] = {record->org_id, record->api_id, record->note,
                                   record->sealed};
    struct head head = head_of(record);
    size_t len = parts[0].len + parts[1].len + parts[2].len + parts[3].len;
    char *rest;
    void *place;
    enum jg_err err = write_index(txn, key, record);

    if (err == JG_OK)
        err = jg_store_reserve(txn, JG_KIND_SPLIT, jg_split_key_str(key),
                               sizeof(head) + len, &place);
    if (err != JG_OK)
        return err;
    rest = (char *)place + sizeof(head);
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        rest = append(rest, parts[i]);
    head.checksum = jg_record_checksum(&head, offsetof(struct head, checksum),
                                       (struct jg_str){rest - len, len});
    memcpy(place, &head, sizeof(head));
    return JG_OK;
}

enum jg_err
jg_split_remove(struct jg_txn *txn, const struct jg_split_key *key,
                const struct jg_split_record *record)
{
    struct jg_split_end end = end_of(key, record->ends_s);
    struct jg_split_member member = member_of(key, record->login);
    enum jg_err err =
        jg_store_delete(txn, JG_KIND_SPLIT_END, jg_split_end_str(&end));

    if (err == JG_OK && jg_split_has_login(record->login))
        err = jg_store_delete(txn, JG_KIND_SPLIT_LOGIN, member_str(&member));
    return err == JG_OK
               ? jg_store_delete(txn, JG_KIND_SPLIT, jg_split_key_str(key))
               : err;
}

/* A kept split token as the bytes of a record: for splits*.c alone. */
#ifndef JG_STORE_SPLIT_RECORD_H
#define JG_STORE_SPLIT_RECORD_H

#include "store/splits.h"
#include "store/store_internal.h"

/* The key of a record. */
struct jg_split_key {
    unsigned char kind;
    unsigned char hash[JG_SPLIT_HASH_BYTES];
};

/* The key of JG_KIND_SPLIT_END: in the order of time. */
struct jg_split_end {
    unsigned char ends_s[8]; /* big endian */
    struct jg_split_key key;
};
_Static_assert(sizeof(struct jg_split_end) == 8 + 1 + 32, "no padding");

/* The key of JG_KIND_SPLIT_LOGIN. */
struct jg_split_member {
    unsigned char login[JG_SPLIT_HASH_BYTES];
    unsigned char hash[JG_SPLIT_HASH_BYTES]; /* of an access token */
};

struct jg_split_record {
    struct jg_str org_id, api_id, note, sealed; /* borrowed */
    unsigned char login[JG_SPLIT_HASH_BYTES];   /* zeros: none */
    int64_t issued_s, ends_s;
};

struct jg_str jg_split_key_str(const struct jg_split_key *key);
struct jg_str jg_split_end_str(const struct jg_split_end *end);

bool jg_split_has_login(const unsigned char login[static JG_SPLIT_HASH_BYTES]);

/* JG_E_STORE: it is damaged. */
enum jg_err jg_split_decode(struct jg_str value, struct jg_split_record *out);

/* JG_E_NOT_FOUND, JG_E_STORE (also: it is damaged, and the transaction is
 * fine) */
enum jg_err jg_split_read(struct jg_txn *txn, const struct jg_split_key *key,
                          struct jg_split_record *out);

/* With what finds it besides its key. JG_E_STORE, JG_E_STORE_FULL */
enum jg_err jg_split_write(struct jg_txn *txn, const struct jg_split_key *key,
                           const struct jg_split_record *record);
enum jg_err jg_split_remove(struct jg_txn *txn, const struct jg_split_key *key,
                            const struct jg_split_record *record);

#endif

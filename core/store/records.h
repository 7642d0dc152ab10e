/* How documents and addresses are kept as records, and read back. */
#ifndef JG_STORE_RECORDS_H
#define JG_STORE_RECORDS_H

#include "model/snapshot.h"
#include "store/files.h"
#include "store/store.h"

/* The key of a policy's record, org_id '\n' id, made in <buffer>.
 * JG_E_CONF_RANGE: the ids are too long together. */
enum jg_err jg_record_policy_key(struct jg_str org_id, struct jg_str id,
                                 char buffer[static JG_STORE_KEY_MAX],
                                 struct jg_str *out);

/* What a document's record holds besides the document. */
struct jg_record_info {
    uint32_t order;             /* place in the order of loading */
    struct jg_file_stamp stamp; /* of the file it was read from; zeros: none */
};

/*
 * Write the record of <document>: id, version, file, text, <info>. The version
 * must be jg_record_version() of the text: it is the text's checksum, too.
 * Nothing of it may be borrowed from a change that <txn> made itself.
 *   JG_E_CONF_RANGE, JG_E_STORE, JG_E_STORE_FULL  as jg_store_put()
 */
enum jg_err jg_record_put_document(struct jg_txn *txn, enum jg_kind kind,
                                   struct jg_str key,
                                   const struct jg_document *document,
                                   const struct jg_record_info *info);

/*
 * <out> borrows from the transaction; <info> may be NULL.
 *   JG_E_NOT_FOUND
 *   JG_E_STORE  also when a checksum is wrong
 */
enum jg_err jg_record_get_document(struct jg_txn *txn, enum jg_kind kind,
                                   struct jg_str key, struct jg_document *out,
                                   struct jg_record_info *info);

/*
 * Take a record apart that jg_store_each() gave; everything is borrowed. The
 * text is not verified (and so not touched): for lists of what is there.
 * JG_E_STORE when its head is damaged.
 */
enum jg_err jg_record_decode(struct jg_str value, struct jg_document *out,
                             struct jg_record_info *info);

/* JG_E_STORE  the text is not what was written
 * JG_E_NOMEM  that could not be found out */
enum jg_err jg_record_verify(const struct jg_document *document);

/* The version of a text: 64 bits of its SHA-256. Equal texts have equal
 * versions, and nobody can make two texts with one. Never 0. */
uint64_t jg_record_version(struct jg_str text);

/* The key of the gateway's configuration, a document of JG_KIND_CONF. */
#define JG_RECORD_CONF_KEY "gateway"

/*
 * The snapshot that the store describes now, sharing with <previous> (may be
 * NULL). A record that cannot be used is left out.
 *   JG_E_STORE, JG_E_NOMEM, JG_E_NOT_FOUND (no configuration stored yet)
 */
enum jg_err jg_records_snapshot(struct jg_store *store, uint64_t generation,
                                const struct jg_snapshot *previous,
                                struct jg_diags *diags,
                                struct jg_snapshot **out);

/* The same with one API only, and all policies: to look at a single request.
 * Without that API among the records it is a snapshot without APIs. */
enum jg_err jg_records_snapshot_of(struct jg_store *store, struct jg_str api_id,
                                   struct jg_snapshot **out);

/* One address of a host: a struct sockaddr_in or sockaddr_in6 with port 0. */
struct jg_address {
    unsigned char bytes[28];
    uint8_t len;
};

#define JG_ADDRESSES_MAX 16 /* of one host */

struct jg_addresses {
    struct jg_address items[JG_ADDRESSES_MAX];
    size_t count;       /* 0: the lookup failed */
    int64_t resolved_s; /* when, unix */
};

enum jg_err jg_record_put_addresses(struct jg_txn *txn, struct jg_str host,
                                    const struct jg_addresses *addresses);
enum jg_err jg_record_get_addresses(struct jg_txn *txn, struct jg_str host,
                                    struct jg_addresses *out);

#endif

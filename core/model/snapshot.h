/*
 * Everything that a decision reads from configuration, at one moment: immutable
 * and shared. A reload builds the next one, which shares every API and policy
 * that did not change with the one before.
 */
#ifndef JG_MODEL_SNAPSHOT_H
#define JG_MODEL_SNAPSHOT_H

#include "base/map.h"
#include "model/api.h"
#include "model/policy.h"
#include "model/route.h"

struct jg_snapshot {
    uint64_t generation; /* the epoch it was built for */
    struct jg_str conf_text;
    const struct jg_conf *conf;
    const struct jg_routes *routes;
    struct jg_api **apis; /* in the order they were added */
    size_t api_count;
    struct jg_policy **policies;
    size_t policy_count;
    struct jg_map api_by_id;
    struct jg_map policy_by_key; /* key: org_id '\n' id */
    struct jg_arena arena;       /* the arrays and the tree, not the APIs */
    unsigned references;
};

/* One record of the store, as the builder takes it. */
struct jg_document {
    struct jg_str id;
    uint64_t version;   /* changes whenever the text does */
    struct jg_str file; /* for messages */
    struct jg_str text;
};

struct jg_snapshot_builder; /* private: snapshot.c */

/*
 * Start a snapshot for <generation> that may share with <previous> (NULL:
 * nothing; it must outlive the builder). <conf_text> is the gateway's
 * configuration document, empty for the defaults; APIs are not shared when it
 * differs from the previous one's. Documents beyond <max_apis> and
 * <max_policies> are refused with JG_E_NOMEM.
 *   JG_E_NOMEM, and the errors of jg_conf_read()
 */
enum jg_err jg_snapshot_begin(const struct jg_snapshot *previous,
                              uint64_t generation, struct jg_str conf_text,
                              size_t max_apis, size_t max_policies,
                              struct jg_snapshot_builder **out);

/*
 * Add one document; problems go to <diags> (may be NULL). On an error the
 * document is left out, and the builder goes on. A document whose id and
 * version are those of the previous snapshot is not read again.
 *   JG_E_CONF_DUPLICATE  an API or policy with this id was added before
 *   JG_E_CONF_VALUE      the text's api_id is not document->id
 *   otherwise the errors of jg_api_read() and jg_policy_read()
 * An active API whose listen path is taken gets "-<api_id>" appended, and one
 * "_" after the other until it is free, as in Tyk, with a warning.
 */
enum jg_err jg_snapshot_add_api(struct jg_snapshot_builder *b,
                                const struct jg_document *document,
                                struct jg_diags *diags);
enum jg_err jg_snapshot_add_policy(struct jg_snapshot_builder *b,
                                   const struct jg_document *document,
                                   struct jg_diags *diags);

/*
 * Make the snapshot, with one reference, and free the builder, also on
 * failure. Inactive and internal APIs are kept but not routed.  JG_E_NOMEM
 */
enum jg_err jg_snapshot_finish(struct jg_snapshot_builder *b,
                               struct jg_snapshot **out);

/* Give up a builder; NULL is fine. */
void jg_snapshot_abandon(struct jg_snapshot_builder *b);

struct jg_snapshot *
jg_snapshot_ref(struct jg_snapshot *snapshot);       /* one more */
void jg_snapshot_free(struct jg_snapshot *snapshot); /* one reference less */

/* The API <id>, routed or not; NULL: none. */
const struct jg_api *jg_snapshot_api(const struct jg_snapshot *s,
                                     struct jg_str id);
/* The policy <id> of organisation <org_id>; NULL: none. */
const struct jg_policy *jg_snapshot_policy(const struct jg_snapshot *s,
                                           struct jg_str org_id,
                                           struct jg_str id);

#endif

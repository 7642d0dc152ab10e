/*
 * Key sets by URL, the side of the records: when one is due, who may have it
 * fetched out of turn, and what an answer makes of it. Nothing here waits for
 * the network: that is fetcher.c.
 */
#ifndef JG_BROKER_KEYSETS_H
#define JG_BROKER_KEYSETS_H

#include "asks.h"
#include "fetch.h"

#include "model/conf.h"
#include "store/keysets.h"

/* Cache-Control counts within these bounds (seconds). */
#define JG_KEYSET_TTL_MIN_S 60
#define JG_KEYSET_TTL_MAX_S 86400

/*
 * Is it time to fetch <keyset> for a request that waits? One that was never
 * got: unless an attempt failed and the next is not due. One that lacks a key:
 * not within jwks.min_refresh_interval of the last attempt.
 */
bool jg_keyset_may_ask(const struct jg_keyset *keyset, enum jg_ask_kind kind,
                       const struct jg_conf *conf, int64_t now_s);

/* How an attempt ended. */
struct jg_keyset_news {
    enum jg_fetch_outcome outcome;
    struct jg_str body, etag; /* when it is good */
    struct jg_str jwks_url;   /* found by discovery; empty: as before */
    struct jg_str fault;      /* when it failed */
    struct jg_str kid;        /* that a token asked for; empty: none did */
    int64_t status, took_ms;  /* of HTTP, 0: no answer came */
    int64_t max_age_s;        /* -1: not said */
    int64_t now_s;
    uint32_t random; /* moves the next attempt */
};

/*
 * Judge the body that <news> brings: one without a usable key is a failure,
 * and <fault> says why. It stays in use for as long as <news>.
 */
void jg_keyset_judge(struct jg_keyset_news *news,
                     char fault[static JG_FETCH_FAULT_MAX]);

/*
 * Bring <keyset> in line with <news>, which was judged. A failure leaves the
 * set as it was. Strings are borrowed from <news>; the history is made in
 * <history>. JG_E_NOMEM.
 */
enum jg_err jg_keyset_apply(struct jg_keyset *keyset,
                            const struct jg_keyset_news *news,
                            const struct jg_conf *conf, struct jg_buf *history);

/* A copy of everything that <from> borrows, in <a>. JG_E_NOMEM. */
enum jg_err jg_keyset_copy(const struct jg_keyset *from, struct jg_arena *a,
                           struct jg_keyset *to);

/*
 * The jwks_uri of a provider's metadata in <text>, in <a>. It must name
 * <issuer>, byte for byte (OpenID Connect Discovery 4.3).
 *   JG_E_JSON   <fault> says what is wrong
 *   JG_E_NOMEM
 */
enum jg_err jg_keyset_read_metadata(struct jg_str text, struct jg_str issuer,
                                    struct jg_arena *a, struct jg_str *jwks_uri,
                                    char fault[static JG_FETCH_FAULT_MAX]);

/*
 * The rules of <conf> for fetches, which live in <a>. A range that cannot be
 * read is left out, and named in <fault> (empty: none).
 * JG_E_NOMEM
 */
enum jg_err jg_keyset_rules(const struct jg_conf_jwks *conf, struct jg_arena *a,
                            struct jg_fetch_rules *out,
                            char fault[static JG_FETCH_FAULT_MAX]);

#endif

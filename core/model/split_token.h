/*
 * split_token of a definition (ours, not in Tyk): an identity provider's token
 * endpoint is offered under the API's own path, and clients never hold the
 * whole JWT that it issues.
 */
#ifndef JG_MODEL_SPLIT_TOKEN_H
#define JG_MODEL_SPLIT_TOKEN_H

#include "base/bind.h"

#define JG_SPLIT_TIMEOUT_S 10 /* of the provider */
#define JG_SPLIT_TIMEOUT_MAX_S 60
#define JG_SPLIT_REFRESH_S (30 * 86400)      /* a refresh token is kept for */
#define JG_SPLIT_REFRESH_MAX_S (366 * 86400) /* ... at most */
#define JG_SPLIT_STRIP_MAX 32                /* members to leave out */
#define JG_SPLIT_CLIENTS_MAX 32              /* services that may introspect */
#define JG_SPLIT_CLIENT_SECRET_MIN 16        /* bytes of their secrets */

enum jg_split_mode {
    JG_SPLIT_SPLIT,  /* the client has the signature, the rest is kept */
    JG_SPLIT_SEALED, /* the client has all of it, sealed; nothing is kept */
};

/* What is offered, besides the API itself. */
enum jg_split_endpoint {
    JG_SPLIT_TOKEN,      /* RFC 6749 3.2 */
    JG_SPLIT_REVOKE,     /* RFC 7009 */
    JG_SPLIT_INTROSPECT, /* RFC 7662 */
    JG_SPLIT_ENDPOINTS
};

struct jg_split_token {
    struct jg_str token_url; /* empty: no endpoint is offered */
    struct jg_str revocation_url;
    struct jg_str paths[JG_SPLIT_ENDPOINTS]; /* behind the listen path; begin
                                              * with '/', or empty: none */
    struct jg_str mode_name;
    enum jg_split_mode mode; /* of <mode_name> */
    bool accept;             /* what was issued for this organisation is taken
                              * for a token; true with a token_url */
    bool allow_jwt;          /* a whole JWT is taken, too */
    struct jg_str client_id, client_secret; /* the gateway's own, for clients
                                             * that show none */
    struct jg_pairs introspect_clients;     /* services: id to secret */
    struct jg_strs strip; /* members that clients do not get */
    int64_t refresh_s;    /* a refresh token is kept for */
    int64_t timeout_s;
};

/* As split_token of a classic definition, and splitToken of an OAS one. */
extern const struct jg_field_table jg_split_token_table;
extern const struct jg_field_table jg_split_token_oas_table;

#endif

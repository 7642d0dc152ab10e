/*
 * What the tables of an OAS definition fill (reference 1.2), before it becomes
 * a definition as every other. Private to oas*.c.
 */
#ifndef JG_MODEL_OAS_H
#define JG_MODEL_OAS_H

#include "model/model_internal.h"

#define JG_OAS_EXTENSION "x-tyk-api-gateway"
#define JG_OAS_GLOBAL JG_OAS_EXTENSION ".middleware.global"
#define JG_OAS_AUTH JG_OAS_EXTENSION ".server.authentication"

/* Where a scheme looks for its token. */
struct jg_oas_place {
    bool enabled;
    struct jg_str name;
};

/* One of server.authentication.securitySchemes, of any kind. */
struct jg_oas_scheme {
    struct jg_str name;
    bool enabled;
    struct jg_oas_place header, query, cookie;
    struct jg_str source, issuer, signing_method, profile;
    struct jg_str identity_base_field, client_base_field, policy_field_name;
    struct jg_strs algorithms, subject_claims, base_policy_claims;
    struct jg_strs default_policies;
    struct jg_list jwks_uris; /* struct jg_jwks_uri */
    struct jg_claims_skew skew;
    bool skip_kid;
    bool signature, certificate; /* of API keys */
    struct jg_api_basic basic;
    struct jg_claim_rules rules;
    struct jg_scope_rule scopes;   /* but for its policies: */
    struct jg_list scope_policies; /* struct jg_pair */
    struct jg_strs scope_claims;
};

/* One of upstream.loadBalancing.targets. */
struct jg_oas_target {
    struct jg_str url;
    int64_t weight;
};

#define JG_OAS_WEIGHT_MAX 1000000

/* transformRequestHeaders and transformResponseHeaders. */
struct jg_oas_headers {
    bool enabled;
    struct jg_list add; /* struct jg_pair */
    struct jg_strs remove;
};

/* rateLimit of upstream, and of an operation. */
struct jg_oas_rate {
    bool enabled;
    double rate;
    int64_t per_ms;
};

/* requestSizeLimit of the API, and of an operation. */
struct jg_oas_size {
    bool enabled;
    int64_t bytes;
};

/* allow, block, ignoreAuthentication and internal of an operation. */
struct jg_oas_listed {
    bool enabled, ignore_case;
};

/* virtualEndpoint of an operation. */
struct jg_oas_virtual {
    bool enabled, proxy_on_error, require_session;
    struct jg_str function_name, name; /* the first counts, if it is there */
    struct jg_str path, body;          /* a file, or base64, which counts */
};

/* enforceTimeout of upstream, and of an operation. */
struct jg_oas_timeout {
    bool enabled;
    int64_t seconds, ms; /* <ms> counts unless it is 0 */
};

/* transformRequestMethod of an operation. */
struct jg_oas_method {
    bool enabled;
    struct jg_str to;
};

/* mockResponse of an operation. */
struct jg_oas_mock {
    bool enabled, from_examples;
    int64_t code;
    struct jg_str body;
    struct jg_list headers; /* struct jg_pair */
};

/* One of middleware.operations. */
struct jg_oas_operation {
    struct jg_str id; /* the operationId in paths */
    struct jg_oas_listed allow, block, ignore, internal, validate;
    struct jg_oas_mock mock;
    struct jg_oas_timeout timeout;
    struct jg_oas_method method;
    struct jg_oas_headers request_headers, response_headers;
    struct jg_oas_rate rate;
    struct jg_oas_size size;
    struct jg_oas_virtual virtual_endpoint;
};

/* middleware.operations, bound into memory that does not stay. */
struct jg_oas_operations {
    struct jg_list items; /* struct jg_oas_operation */
};

/* info.versioning. */
struct jg_oas_versioning {
    struct jg_version_definition definition;
    struct jg_list apis; /* struct jg_pair: name and api_id */
};

/* What is not simply a field of struct jg_api_def. */
struct jg_oas {
    struct jg_api_def def;
    bool custom_domain, address_control, authentication, certificate_auth;
    bool config_data_enabled;                 /* of pluginConfig.data */
    bool lifetime_enabled, lifetime_respects; /* of customKeyLifetime */
    int64_t lifetime_ms;
    struct jg_str processing_mode;
    struct jg_list schemes; /* struct jg_oas_scheme */
    struct jg_list targets; /* struct jg_oas_target */
    struct jg_oas_headers request_headers, response_headers;
    bool ignore_case; /* of every operation */
    struct jg_oas_versioning *versioning;
    struct jg_oas_rate rate;
    struct jg_oas_size size;
    struct jg_oas_timeout timeout;
};

/* In milliseconds, at most JG_TIMEOUT_MAX_S; 0: none. */
int64_t jg_oas_timeout_ms(const struct jg_oas_timeout *said);

extern const struct jg_field_table jg_oas_operations_table;

/*
 * The authentication of <oas>: modes and scheme go to oas->def, and
 * r->renamed learns the places of the fields that later steps report.
 *   JG_E_CONF_TYPE, JG_E_NOMEM
 */
enum jg_err jg_oas_read_auth(struct jg_api_reading *r,
                             struct jg_oas *oas); /* oas_auth.c */

/*
 * What middleware.operations says of single endpoints, in r->api's memory;
 * NULL: nothing.
 *   JG_E_CONF_TYPE, JG_E_NOMEM
 */
enum jg_err jg_oas_read_operations(struct jg_api_reading *r,
                                   struct jg_endpoints **out);

/* One more place, or JG_E_NOMEM. <format> makes the name in the document. */
enum jg_err jg_oas_alias(struct jg_api_reading *r, const char *from,
                         const char *format, ...)
    __attribute__((format(printf, 3, 4))); /* oas.c */

#endif

/*
 * The OAS definition (reference 1.2): an OpenAPI document, which is only
 * looked at where it says who may call, and Tyk's part in it, field by field.
 * What has no effect in this version is said as for classic definitions.
 */
#include "model/oas.h"

#define OAS(field) offsetof(struct jg_oas, field)
#define DEF(field) offsetof(struct jg_oas, def.field)
#define SCHEME(field) offsetof(struct jg_oas_scheme, field)
#define VERSIONING(field) offsetof(struct jg_oas_versioning, definition.field)
#define OPERATION(field) offsetof(struct jg_oas_operation, field)
#define LISTED(field) offsetof(struct jg_oas_listed, field)
#define PLACE(field) offsetof(struct jg_oas_place, field)

/* <name>, a table whose members are fields of struct jg_oas. */
#define OAS_TABLE(name, rows)                                               \
    static const struct jg_field_table name = {sizeof(struct jg_oas), rows, \
                                               JG_FIELD_COUNT(rows)}

/* <name>, a table that looks at nothing but "enabled". */
#define SWITCH(name, field)                                           \
    static const struct jg_field name##_rows[] = {                    \
        {"enabled", JG_FIELD_BOOL, field}};                           \
    static const struct jg_field_table name = {sizeof(struct jg_oas), \
                                               name##_rows, 1, .open = true}

/* The same of what has no effect. */
#define NO_EFFECT(name, text)                         \
    static const struct jg_field name##_rows[] = {    \
        {"enabled", JG_FIELD_IGNORED, .note = text}}; \
    static const struct jg_field_table name = {0, name##_rows, 1, .open = true}

#define SKEW_ROW(name, field)                                                  \
    {                                                                          \
        name, JG_FIELD_INT, SCHEME(skew.field), .min = 0, .max = JG_SKEW_MAX_S \
    }

/* What the notes of IGNORED fields say more than once. */
static const char plugins[] = "plugins do not run: what they check or change "
                              "is not checked or changed";
static const char transforms[] = "not in this version: nothing is changed";
static const char statistics[] = "no record is sent to Tyk Pump";
static const char cached[] = "responses are not cached";

NO_EFFECT(plugin_table, plugins);
NO_EFFECT(transform_table, transforms);
NO_EFFECT(cache_table, cached);
NO_EFFECT(discovery_table,
          "not in this version: upstream.url and the targets count");
NO_EFFECT(uptime_table,
          "hosts that refuse connections are passed over instead");
NO_EFFECT(upstream_tls_table,
          "the gateway shows no certificate to the upstream");
NO_EFFECT(pinning_table,
          "the upstream's key is not pinned; its certificate is verified");
NO_EFFECT(upstream_auth_table, "the gateway does not log in at the upstream");
NO_EFFECT(signing_table, "requests to the upstream are not signed");
NO_EFFECT(upstream_proxy_table, "the upstream is connected directly");
NO_EFFECT(batch_table, "there is no tyk/batch/ endpoint");
NO_EFFECT(resource_metadata_table, "there is no page of metadata");

static const struct jg_field timeout_rows[] = {
    {"enabled", JG_FIELD_BOOL, offsetof(struct jg_oas_timeout, enabled)},
    {"value", JG_FIELD_INT, offsetof(struct jg_oas_timeout, seconds), .min = 0,
     .max = JG_TIMEOUT_MAX_S,
     .note = "seconds: for connecting, and for each silence of the upstream"},
    {"duration", JG_FIELD_DURATION, offsetof(struct jg_oas_timeout, ms),
     .note = "counts instead of value"},
};
static const struct jg_field_table timeout_table = {
    sizeof(struct jg_oas_timeout), timeout_rows, JG_FIELD_COUNT(timeout_rows)};

static const struct jg_field size_rows[] = {
    {"enabled", JG_FIELD_BOOL, offsetof(struct jg_oas_size, enabled)},
    {"value", JG_FIELD_INT, offsetof(struct jg_oas_size, bytes), .min = 0,
     .max = JG_SIZE_LIMIT_MAX, .note = "bytes"},
};
static const struct jg_field_table size_table = {
    sizeof(struct jg_oas_size), size_rows, JG_FIELD_COUNT(size_rows)};

/* info */
static const struct jg_field state_rows[] = {
    {"active", JG_FIELD_BOOL, DEF(active)},
    {"internal", JG_FIELD_BOOL, DEF(internal),
     .note = "never reached, since there are no loops in this version"},
};
OAS_TABLE(state_table, state_rows);

static const struct jg_field versioned_api_rows[] = {
    {"name", JG_FIELD_STR, offsetof(struct jg_pair, name), .max = 256},
    {"id", JG_FIELD_STR, offsetof(struct jg_pair, value), .max = JG_ID_MAX},
};
static const struct jg_field_table versioned_api_table = {
    sizeof(struct jg_pair), versioned_api_rows,
    JG_FIELD_COUNT(versioned_api_rows)};

static const struct jg_field versioning_rows[] = {
    {"enabled", JG_FIELD_BOOL, VERSIONING(enabled)},
    {"name", JG_FIELD_STR, VERSIONING(name), .max = 256},
    {"default", JG_FIELD_STR, VERSIONING(default_name), .max = 256},
    {"location", JG_FIELD_STR, VERSIONING(location), .max = 32},
    {"key", JG_FIELD_STR, VERSIONING(key), .max = 256},
    {"versions", JG_FIELD_LIST, offsetof(struct jg_oas_versioning, apis),
     &versioned_api_table},
    {"stripVersioningData", JG_FIELD_BOOL, VERSIONING(strip_versioning_data)},
    {"urlVersioningPattern", JG_FIELD_STR, VERSIONING(url_versioning_pattern),
     .max = JG_PATTERN_MAX},
    {"fallbackToDefault", JG_FIELD_BOOL, VERSIONING(fallback_to_default)},
};
static const struct jg_field_table versioning_table = {
    sizeof(struct jg_oas_versioning), versioning_rows,
    JG_FIELD_COUNT(versioning_rows)};

static const struct jg_field info_rows[] = {
    {"id", JG_FIELD_STR, DEF(api_id), .max = JG_ID_MAX},
    {"orgId", JG_FIELD_STR, DEF(org_id), .max = JG_ID_MAX},
    {"name", JG_FIELD_STR, DEF(name), .max = 1024},
    {"state", JG_FIELD_OBJECT, .table = &state_table},
    {"versioning", JG_FIELD_MADE, OAS(versioning), &versioning_table},
    {"expiration", JG_FIELD_STR, DEF(expiration), .max = 64},
    {"dbId", JG_FIELD_SILENT, .note = "the Dashboard's own"},
};
OAS_TABLE(info_table, info_rows);

/* upstream */
static const struct jg_field target_rows[] = {
    {"url", JG_FIELD_STR, offsetof(struct jg_oas_target, url),
     .max = JG_URL_MAX},
    {"weight", JG_FIELD_INT, offsetof(struct jg_oas_target, weight), .min = 0,
     .max = JG_OAS_WEIGHT_MAX},
};
static const struct jg_field_table target_table = {
    sizeof(struct jg_oas_target), target_rows, JG_FIELD_COUNT(target_rows)};

static const struct jg_field balancing_rows[] = {
    {"enabled", JG_FIELD_BOOL, DEF(proxy.enable_load_balancing)},
    {"targets", JG_FIELD_LIST, OAS(targets), &target_table},
    {"skipUnavailableHosts", JG_FIELD_IGNORED,
     .note = "hosts that refuse connections are passed over instead"},
};
OAS_TABLE(balancing_table, balancing_rows);

static const struct jg_field upstream_transport_rows[] = {
    {"insecureSkipVerify", JG_FIELD_BOOL, DEF(proxy.ssl_insecure_skip_verify)},
    {"minVersion", JG_FIELD_IGNORED,
     .note = "TLS 1.2 is the least for upstreams"},
    {"maxVersion", JG_FIELD_IGNORED,
     .note = "the newest TLS that both sides know is used"},
    {"ciphers", JG_FIELD_IGNORED,
     .note = "the TLS library's own choice is used"},
    {"forceCommonNameCheck", JG_FIELD_SILENT,
     .note = "names are always checked, in the certificate's own list"},
};
OAS_TABLE(upstream_transport_table, upstream_transport_rows);

SWITCH(preserve_host_table, DEF(proxy.preserve_host_header));
SWITCH(preserve_slash_table, DEF(proxy.disable_strip_slash));

static const struct jg_field rate_rows[] = {
    {"enabled", JG_FIELD_BOOL, OAS(rate.enabled)},
    {"rate", JG_FIELD_NUMBER, OAS(rate.rate)},
    {"per", JG_FIELD_DURATION, OAS(rate.per_ms)},
};
OAS_TABLE(rate_table, rate_rows);

static const struct jg_field upstream_rows[] = {
    {"url", JG_FIELD_STR, DEF(proxy.target_url), .max = JG_URL_MAX},
    {"loadBalancing", JG_FIELD_OBJECT, .table = &balancing_table},
    {"preserveHostHeader", JG_FIELD_OBJECT, .table = &preserve_host_table},
    {"preserveTrailingSlash", JG_FIELD_OBJECT, .table = &preserve_slash_table},
    {"tlsTransport", JG_FIELD_OBJECT, .table = &upstream_transport_table},
    {"rateLimit", JG_FIELD_OBJECT, .table = &rate_table},
    {"proxy", JG_FIELD_OBJECT, .table = &upstream_proxy_table},
    {"authentication", JG_FIELD_OBJECT, .table = &upstream_auth_table},
    {"requestSigning", JG_FIELD_OBJECT, .table = &signing_table},
    {"enforceTimeout", JG_FIELD_OBJECT, OAS(timeout), &timeout_table},
    {"serviceDiscovery", JG_FIELD_OBJECT, .table = &discovery_table},
    {"uptimeTests", JG_FIELD_OBJECT, .table = &uptime_table},
    {"mutualTLS", JG_FIELD_OBJECT, .table = &upstream_tls_table},
    {"certificatePinning", JG_FIELD_OBJECT, .table = &pinning_table},
    {"test", JG_FIELD_SILENT, .note = "older name of uptimeTests"},
};
OAS_TABLE(upstream_table, upstream_rows);

/* server.authentication */
static const struct jg_field place_rows[] = {
    {"enabled", JG_FIELD_BOOL, PLACE(enabled)},
    {"name", JG_FIELD_STR, PLACE(name), .max = 256},
};
static const struct jg_field_table place_table = {
    sizeof(struct jg_oas_place), place_rows, JG_FIELD_COUNT(place_rows)};

static const struct jg_field uri_rows[] = {
    {"url", JG_FIELD_STR, offsetof(struct jg_jwks_uri, url), .max = JG_URL_MAX},
    {"cacheTimeout", JG_FIELD_DURATION,
     offsetof(struct jg_jwks_uri, cache_timeout_ms)},
    {"issuer", JG_FIELD_STR, offsetof(struct jg_jwks_uri, issuer),
     .max = JG_URL_MAX,
     .note = "not in Tyk: the keys verify only this issuer's tokens"},
};
static const struct jg_field_table uri_table = {
    sizeof(struct jg_jwks_uri), uri_rows, JG_FIELD_COUNT(uri_rows)};

static const struct jg_field mapping_rows[] = {
    {"scope", JG_FIELD_STR, offsetof(struct jg_pair, name)},
    {"policyId", JG_FIELD_STR, offsetof(struct jg_pair, value),
     .max = JG_ID_MAX},
};
static const struct jg_field_table mapping_table = {
    sizeof(struct jg_pair), mapping_rows, JG_FIELD_COUNT(mapping_rows)};

static const struct jg_field scope_rows[] = {
    {"scopeToPolicyMapping", JG_FIELD_LIST, SCHEME(scope_policies),
     &mapping_table},
    {"claims", JG_FIELD_STRS, SCHEME(scope_claims), .max = 256,
     .note = "nested claims, too: along the dots of a name"},
    {"claimName", JG_FIELD_STR, SCHEME(scopes.claim_name), .max = 256,
     .note = "deprecated: counts without claims"},
};
static const struct jg_field_table scope_table = {
    sizeof(struct jg_oas_scheme), scope_rows, JG_FIELD_COUNT(scope_rows)};

static const struct jg_field signature_rows[] = {
    {"enabled", JG_FIELD_BOOL, SCHEME(signature)},
};
static const struct jg_field_table signature_table = {
    sizeof(struct jg_oas_scheme), signature_rows,
    JG_FIELD_COUNT(signature_rows), .open = true};

static const struct jg_field from_body_rows[] = {
    {"enabled", JG_FIELD_BOOL, SCHEME(basic.extract_from_body)},
};
static const struct jg_field_table from_body_table = {
    sizeof(struct jg_oas_scheme), from_body_rows,
    JG_FIELD_COUNT(from_body_rows), .open = true};

static const struct jg_field scheme_rows[] = {
    {"enabled", JG_FIELD_BOOL, SCHEME(enabled)},
    {"header", JG_FIELD_OBJECT, SCHEME(header), &place_table,
     .note = "absent: no header is looked at, as in Tyk"},
    {"query", JG_FIELD_OBJECT, SCHEME(query), &place_table},
    {"cookie", JG_FIELD_OBJECT, SCHEME(cookie), &place_table},
    {"source", JG_FIELD_STR, SCHEME(source), .max = 2 * JG_KEY_TEXT_MAX,
     .secret = true, .note = "also a PEM, a JWK or a key set without base64"},
    {"jwksURIs", JG_FIELD_LIST, SCHEME(jwks_uris), &uri_table},
    {"issuer", JG_FIELD_STR, SCHEME(issuer), .max = JG_URL_MAX,
     .note = "not in Tyk: the keys verify only this issuer's tokens; without "
             "another source they are found by discovery"},
    {"signingMethod", JG_FIELD_STR, SCHEME(signing_method), .max = 32,
     .note = "also eddsa and mldsa"},
    {"algorithms", JG_FIELD_STRS, SCHEME(algorithms),
     .note = "not in Tyk: the only algorithms of signingMethod to take"},
    {"profile", JG_FIELD_STR, SCHEME(profile), .max = 32,
     .note = "not in Tyk: \"strict\" applies RFC 8725 and RFC 9068"},
    {"identityBaseField", JG_FIELD_STR, SCHEME(identity_base_field),
     .max = 256},
    {"subjectClaims", JG_FIELD_STRS, SCHEME(subject_claims), .max = 256},
    {"skipKid", JG_FIELD_BOOL, SCHEME(skip_kid)},
    {"policyFieldName", JG_FIELD_STR, SCHEME(policy_field_name), .max = 256},
    {"basePolicyClaims", JG_FIELD_STRS, SCHEME(base_policy_claims), .max = 256,
     .note = "counts without policyFieldName, too"},
    {"clientBaseField", JG_FIELD_STR, SCHEME(client_base_field), .max = 256,
     .note = "names a stored key; counts without a field for the policy"},
    {"defaultPolicies", JG_FIELD_STRS, SCHEME(default_policies)},
    {"scopes", JG_FIELD_OBJECT, 0, &scope_table},
    SKEW_ROW("issuedAtValidationSkew", iat_s),
    SKEW_ROW("expiresAtValidationSkew", exp_s),
    SKEW_ROW("notBeforeValidationSkew", nbf_s),
    {"allowedIssuers", JG_FIELD_STRS, SCHEME(rules.allowed_issuers)},
    {"allowedAudiences", JG_FIELD_STRS, SCHEME(rules.allowed_audiences)},
    {"allowedSubjects", JG_FIELD_STRS, SCHEME(rules.allowed_subjects)},
    {"jtiValidation", JG_FIELD_OBJECT, SCHEME(rules), &jg_jti_table},
    {"customClaimValidation", JG_FIELD_MAP, SCHEME(rules.custom),
     &jg_claim_rule_table, .note = "in the order of the text"},
    {"idpClientIdMappingDisabled", JG_FIELD_SILENT,
     .note = "OAuth clients are not kept"},
    /* Of other kinds. */
    {"signatureValidation", JG_FIELD_OBJECT, 0, &signature_table,
     .note = "of API keys: not offered, the API is closed"},
    {"enableClientCertificate", JG_FIELD_BOOL, SCHEME(certificate),
     .note = "of API keys: not offered, the API is closed"},
    {"disableCaching", JG_FIELD_BOOL, SCHEME(basic.disable_caching),
     .note = "of basic only"},
    {"cacheTTL", JG_FIELD_INT, SCHEME(basic.cache_ttl_s), .min = 0,
     .max = JG_BASIC_CACHE_TTL_MAX_S, .note = "of basic only; seconds"},
    {"extractCredentialsFromBody", JG_FIELD_OBJECT, 0, &from_body_table,
     .note = "of basic only; not offered: the header is looked at"},
    {"allowedAuthorizeTypes", JG_FIELD_SILENT, .note = "of oauth only"},
    {"refreshToken", JG_FIELD_SILENT, .note = "of oauth only"},
    {"authLoginRedirect", JG_FIELD_SILENT, .note = "of oauth only"},
    {"notifications", JG_FIELD_SILENT, .note = "of oauth only"},
    {"providers", JG_FIELD_SILENT, .note = "of external oauth only"},
};
static const struct jg_field_table scheme_table = {
    sizeof(struct jg_oas_scheme), scheme_rows, JG_FIELD_COUNT(scheme_rows)};

SWITCH(hmac_table, DEF(enable_signature_checking));
SWITCH(oidc_table, DEF(use_openid));
SWITCH(custom_table, DEF(custom_plugin_auth_enabled));
SWITCH(certificate_auth_table, OAS(certificate_auth));
SWITCH(client_certificates_table, DEF(use_mutual_tls_auth));

static const struct jg_field lifetime_rows[] = {
    {"enabled", JG_FIELD_BOOL, OAS(lifetime_enabled)},
    {"value", JG_FIELD_DURATION, OAS(lifetime_ms)},
    {"respectValidity", JG_FIELD_BOOL, OAS(lifetime_respects)},
};
OAS_TABLE(lifetime_table, lifetime_rows);

static const struct jg_field authentication_rows[] = {
    {"enabled", JG_FIELD_BOOL, OAS(authentication),
     .note = "false, or without server.authentication: open to everybody"},
    {"stripAuthorizationData", JG_FIELD_BOOL, DEF(strip_auth_data)},
    {"securitySchemes", JG_FIELD_MAP, OAS(schemes), &scheme_table},
    {"securityProcessingMode", JG_FIELD_STR, OAS(processing_mode), .max = 32,
     .note = "compliant: one of the requirements is enough; those that ask for "
             "what is not offered let nobody in"},
    {"security", JG_FIELD_SILENT, .note = "schemes that are not offered"},
    {"hmac", JG_FIELD_OBJECT, .table = &hmac_table,
     .note = "not offered: the API is closed"},
    {"oidc", JG_FIELD_OBJECT, .table = &oidc_table,
     .note = "not offered: the API is closed"},
    {"custom", JG_FIELD_OBJECT, .table = &custom_table,
     .note = "not offered: the API is closed"},
    {"certificateAuth", JG_FIELD_OBJECT, .table = &certificate_auth_table,
     .note = "not offered: the API is closed"},
    {"protectedResourceMetadata", JG_FIELD_OBJECT,
     .table = &resource_metadata_table},
    {"baseIdentityProvider", JG_FIELD_STR, DEF(base_identity_provided_by),
     .max = 32},
    {"customKeyLifetime", JG_FIELD_OBJECT, .table = &lifetime_table,
     .note = "of stored keys; JWT sessions are not stored"},
};
OAS_TABLE(authentication_table, authentication_rows);

/* server */
static const struct jg_field listen_path_rows[] = {
    {"value", JG_FIELD_STR, DEF(proxy.listen_path), .max = JG_LISTEN_PATH_MAX,
     .note = "without {patterns} in this version"},
    {"strip", JG_FIELD_BOOL, DEF(proxy.strip_listen_path)},
};
OAS_TABLE(listen_path_table, listen_path_rows);

static const struct jg_field domain_rows[] = {
    {"enabled", JG_FIELD_BOOL, OAS(custom_domain)},
    {"name", JG_FIELD_STR, DEF(domain), .max = JG_ID_MAX,
     .note = "without {patterns} in this version"},
    {"certificates", JG_FIELD_IGNORED,
     .note = "the gateway's http_server_options.certificates are used"},
};
OAS_TABLE(domain_table, domain_rows);

static const struct jg_field address_rows[] = {
    {"enabled", JG_FIELD_BOOL, OAS(address_control)},
    {"allow", JG_FIELD_STRS, DEF(allowed_ips), .max = JG_NETWORK_TEXT_MAX,
     .note = "of the peer; X-Real-IP and X-Forwarded-For do not count unless "
             "xff_depth is set"},
    {"block", JG_FIELD_STRS, DEF(blacklisted_ips), .max = JG_NETWORK_TEXT_MAX,
     .note = "as allow"},
};
OAS_TABLE(address_table, address_rows);

static const struct jg_field server_rows[] = {
    {"listenPath", JG_FIELD_OBJECT, .table = &listen_path_table},
    {"customDomain", JG_FIELD_OBJECT, .table = &domain_table},
    {"authentication", JG_FIELD_OBJECT, .table = &authentication_table},
    {"clientCertificates", JG_FIELD_OBJECT, .table = &client_certificates_table,
     .note = "not offered: the API is closed"},
    {"ipAccessControl", JG_FIELD_OBJECT, .table = &address_table},
    {"batchProcessing", JG_FIELD_OBJECT, .table = &batch_table},
    {"protocol", JG_FIELD_STR, DEF(protocol), .max = 16,
     .note = "http and https: the gateway's own TLS settings count"},
    {"port", JG_FIELD_IGNORED,
     .note = "the API is served on the gateway's own listen_port"},
    {"eventHandlers", JG_FIELD_IGNORED, .note = "no handler is called"},
    {"gatewayTags", JG_FIELD_SILENT, .note = "every gateway loads every API"},
    {"detailedActivityLogs", JG_FIELD_SILENT, .note = statistics},
    {"detailedTracing", JG_FIELD_SILENT, .note = "nothing is traced"},
};
OAS_TABLE(server_table, server_rows);

/* middleware.global */
static const struct jg_field header_rows[] = {
    {"name", JG_FIELD_STR, offsetof(struct jg_pair, name), .max = 256},
    {"value", JG_FIELD_STR, offsetof(struct jg_pair, value)},
};
static const struct jg_field_table header_table = {
    sizeof(struct jg_pair), header_rows, JG_FIELD_COUNT(header_rows)};

#define HEADERS(field) offsetof(struct jg_oas_headers, field)

static const struct jg_field headers_rows[] = {
    {"enabled", JG_FIELD_BOOL, HEADERS(enabled)},
    {"add", JG_FIELD_LIST, HEADERS(add), &header_table},
    {"remove", JG_FIELD_STRS, HEADERS(remove)},
};
static const struct jg_field_table headers_table = {
    sizeof(struct jg_oas_headers), headers_rows, JG_FIELD_COUNT(headers_rows)};

SWITCH(ignore_case_table, OAS(ignore_case));
SWITCH(context_table, DEF(enable_context_vars));

static const struct jg_field plugin_data_rows[] = {
    {"enabled", JG_FIELD_BOOL, OAS(config_data_enabled)},
    {"value", JG_FIELD_ANY, DEF(config_data),
     .note = "for virtual endpoints only"},
};
OAS_TABLE(plugin_data_table, plugin_data_rows);

static const struct jg_field plugin_config_rows[] = {
    {"driver", JG_FIELD_SILENT, .note = plugins},
    {"bundle", JG_FIELD_OBJECT, .table = &plugin_table},
    {"data", JG_FIELD_OBJECT, .table = &plugin_data_table},
};
OAS_TABLE(plugin_config_table, plugin_config_rows);

static const struct jg_field global_rows[] = {
    {"contextVariables", JG_FIELD_OBJECT, .table = &context_table},
    {"transformRequestHeaders", JG_FIELD_OBJECT, OAS(request_headers),
     &headers_table},
    {"transformResponseHeaders", JG_FIELD_OBJECT, OAS(response_headers),
     &headers_table},
    {"pluginConfig", JG_FIELD_OBJECT, .table = &plugin_config_table},
    {"cors", JG_FIELD_MADE, DEF(cors), &jg_cors_oas_table},
    {"cache", JG_FIELD_OBJECT, .table = &cache_table},
    {"requestSizeLimit", JG_FIELD_OBJECT, OAS(size), &size_table},
    {"prePlugin", JG_FIELD_IGNORED, .note = plugins},
    {"prePlugins", JG_FIELD_IGNORED, .note = plugins},
    {"postAuthenticationPlugin", JG_FIELD_IGNORED, .note = plugins},
    {"postAuthenticationPlugins", JG_FIELD_IGNORED, .note = plugins},
    {"postPlugin", JG_FIELD_IGNORED, .note = plugins},
    {"postPlugins", JG_FIELD_IGNORED, .note = plugins},
    {"responsePlugin", JG_FIELD_IGNORED, .note = plugins},
    {"responsePlugins", JG_FIELD_IGNORED, .note = plugins},
    {"trafficLogs", JG_FIELD_SILENT, .note = statistics},
    {"ignoreCase", JG_FIELD_OBJECT, .table = &ignore_case_table},
    {"skipRateLimit", JG_FIELD_BOOL, DEF(disable_rate_limit)},
    {"skipQuota", JG_FIELD_BOOL, DEF(disable_quota)},
    {"skipQuotaReset", JG_FIELD_SILENT},
};
OAS_TABLE(global_table, global_rows);

static const struct jg_field middleware_rows[] = {
    {"global", JG_FIELD_OBJECT, .table = &global_table},
    {"operations", JG_FIELD_SILENT, .note = "a table of its own"},
};
OAS_TABLE(middleware_table, middleware_rows);

static const struct jg_field extension_rows[] = {
    {"info", JG_FIELD_OBJECT, .table = &info_table},
    {"server", JG_FIELD_OBJECT, .table = &server_table},
    {"upstream", JG_FIELD_OBJECT, .table = &upstream_table},
    {"middleware", JG_FIELD_OBJECT, .table = &middleware_table},
    {"splitToken", JG_FIELD_MADE, DEF(split_token), &jg_split_token_oas_table,
     .note = "not in Tyk: as split_token of a classic definition"},
    {"errorOverrides", JG_FIELD_IGNORED, .note = "errors keep their own text"},
};
OAS_TABLE(extension_table, extension_rows);

/* Everything else in the document is OpenAPI's. */
static const struct jg_field rows[] = {
    {JG_OAS_EXTENSION, JG_FIELD_OBJECT, .table = &extension_table},
};
const struct jg_field_table jg_oas_table = {sizeof(struct jg_oas), rows,
                                            JG_FIELD_COUNT(rows), .open = true};

/* middleware.operations */
static const struct jg_field listed_rows[] = {
    {"enabled", JG_FIELD_BOOL, LISTED(enabled)},
    {"ignoreCase", JG_FIELD_BOOL, LISTED(ignore_case)},
};
static const struct jg_field_table listed_table = {
    sizeof(struct jg_oas_listed), listed_rows, JG_FIELD_COUNT(listed_rows)};

static const struct jg_field validate_rows[] = {
    {"enabled", JG_FIELD_BOOL, LISTED(enabled),
     .note = "not offered: requests to the operation are refused (501)"},
    {"errorResponseCode", JG_FIELD_SILENT},
};
static const struct jg_field_table validate_table = {
    sizeof(struct jg_oas_listed), validate_rows, JG_FIELD_COUNT(validate_rows)};

static const struct jg_field method_rows[] = {
    {"enabled", JG_FIELD_BOOL, offsetof(struct jg_oas_method, enabled)},
    {"toMethod", JG_FIELD_STR, offsetof(struct jg_oas_method, to), .max = 64},
};
static const struct jg_field_table method_table = {
    sizeof(struct jg_oas_method), method_rows, JG_FIELD_COUNT(method_rows)};

#define MOCK(field) offsetof(struct jg_oas_mock, field)

static const struct jg_field examples_rows[] = {
    {"enabled", JG_FIELD_BOOL, MOCK(from_examples),
     .note = "not offered: the upstream answers"},
    {"code", JG_FIELD_SILENT},
    {"contentType", JG_FIELD_SILENT},
    {"exampleName", JG_FIELD_SILENT},
};
static const struct jg_field_table examples_table = {
    sizeof(struct jg_oas_mock), examples_rows, JG_FIELD_COUNT(examples_rows)};

static const struct jg_field answer_rows[] = {
    {"enabled", JG_FIELD_BOOL, MOCK(enabled)},
    {"code", JG_FIELD_INT, MOCK(code), .min = 0, .max = 999},
    {"body", JG_FIELD_STR, MOCK(body), .max = JG_REPLY_MAX},
    {"headers", JG_FIELD_LIST, MOCK(headers), &header_table},
    {"fromOASExamples", JG_FIELD_OBJECT, 0, &examples_table},
};
static const struct jg_field_table answer_table = {
    sizeof(struct jg_oas_mock), answer_rows, JG_FIELD_COUNT(answer_rows)};

NO_EFFECT(breaker_table,
          "hosts that refuse connections are passed over instead");

static const struct jg_field operation_rate_rows[] = {
    {"enabled", JG_FIELD_BOOL, offsetof(struct jg_oas_rate, enabled)},
    {"rate", JG_FIELD_NUMBER, offsetof(struct jg_oas_rate, rate)},
    {"per", JG_FIELD_DURATION, offsetof(struct jg_oas_rate, per_ms)},
};
static const struct jg_field_table operation_rate_table = {
    sizeof(struct jg_oas_rate), operation_rate_rows,
    JG_FIELD_COUNT(operation_rate_rows)};

#define VIRTUAL(field) offsetof(struct jg_oas_virtual, field)

static const struct jg_field virtual_rows[] = {
    {"enabled", JG_FIELD_BOOL, VIRTUAL(enabled)},
    {"functionName", JG_FIELD_STR, VIRTUAL(function_name),
     .max = JG_FUNCTION_NAME_MAX},
    {"name", JG_FIELD_STR, VIRTUAL(name), .max = JG_FUNCTION_NAME_MAX},
    {"path", JG_FIELD_STR, VIRTUAL(path), .max = JG_SCRIPT_URI_MAX},
    {"body", JG_FIELD_STR, VIRTUAL(body), .max = JG_SCRIPT_URI_MAX},
    {"proxyOnError", JG_FIELD_BOOL, VIRTUAL(proxy_on_error)},
    {"requireSession", JG_FIELD_BOOL, VIRTUAL(require_session),
     .note = "SessionMeta is kept in the caller's stored key, unless that was "
             "changed meanwhile; of a JWT nothing is kept"},
};
static const struct jg_field_table virtual_table = {
    sizeof(struct jg_oas_virtual), virtual_rows, JG_FIELD_COUNT(virtual_rows)};

static const struct jg_field operation_rows[] = {
    {"allow", JG_FIELD_OBJECT, OPERATION(allow), &listed_table},
    {"block", JG_FIELD_OBJECT, OPERATION(block), &listed_table},
    {"internal", JG_FIELD_OBJECT, OPERATION(internal), &listed_table,
     .note = "never reached, since there are no loops in this version"},
    {"ignoreAuthentication", JG_FIELD_OBJECT, OPERATION(ignore), &listed_table},
    {"validateRequest", JG_FIELD_OBJECT, OPERATION(validate), &validate_table},
    {"rateLimit", JG_FIELD_OBJECT, OPERATION(rate), &operation_rate_table},
    {"requestSizeLimit", JG_FIELD_OBJECT, OPERATION(size), &size_table},
    {"mockResponse", JG_FIELD_OBJECT, OPERATION(mock), &answer_table},
    {"virtualEndpoint", JG_FIELD_OBJECT, OPERATION(virtual_endpoint),
     &virtual_table, .note = "with enable_jsvm only, as in Tyk"},
    {"postPlugins", JG_FIELD_IGNORED, .note = plugins},
    {"transformRequestHeaders", JG_FIELD_OBJECT, OPERATION(request_headers),
     &headers_table,
     .note = "a header that says who calls is taken off the client's requests "
             "to all other operations, too"},
    {"transformResponseHeaders", JG_FIELD_OBJECT, OPERATION(response_headers),
     &headers_table},
    {"transformRequestBody", JG_FIELD_OBJECT, .table = &transform_table},
    {"transformResponseBody", JG_FIELD_OBJECT, .table = &transform_table},
    {"transformRequestMethod", JG_FIELD_OBJECT, OPERATION(method),
     &method_table},
    {"urlRewrite", JG_FIELD_OBJECT, .table = &transform_table},
    {"enforceTimeout", JG_FIELD_OBJECT, OPERATION(timeout), &timeout_table},
    {"circuitBreaker", JG_FIELD_OBJECT, .table = &breaker_table},
    {"cache", JG_FIELD_OBJECT, .table = &cache_table},
    {"trackEndpoint", JG_FIELD_SILENT, .note = statistics},
    {"doNotTrackEndpoint", JG_FIELD_SILENT, .note = statistics},
};
static const struct jg_field_table operation_table = {
    sizeof(struct jg_oas_operation), operation_rows,
    JG_FIELD_COUNT(operation_rows)};

static const struct jg_field operations_rows[] = {
    {"operations", JG_FIELD_MAP, offsetof(struct jg_oas_operations, items),
     &operation_table},
};
static const struct jg_field_table operations_table = {
    sizeof(struct jg_oas_operations), operations_rows, 1, .open = true};

static const struct jg_field operations_middleware_rows[] = {
    {"middleware", JG_FIELD_OBJECT, .table = &operations_table},
};
static const struct jg_field_table operations_middleware_table = {
    sizeof(struct jg_oas_operations), operations_middleware_rows, 1,
    .open = true};

static const struct jg_field operations_extension_rows[] = {
    {JG_OAS_EXTENSION, JG_FIELD_OBJECT, .table = &operations_middleware_table},
};
const struct jg_field_table jg_oas_operations_table = {
    sizeof(struct jg_oas_operations), operations_extension_rows, 1,
    .open = true};

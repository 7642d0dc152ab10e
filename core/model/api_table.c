/*
 * The classic API definition, field by field (reference 1.1), and every other
 * member that Tyk or its Dashboard writes into one. A field that this version
 * does not act on is IGNORED when that shows to a caller or opens what Tyk
 * would close, and SILENT when nobody can notice.
 */
#include "model/api.h"

#define DEF(field) offsetof(struct jg_api_def, field)
#define SCOPE(field) offsetof(struct jg_scope_rule, field)
#define RULES(field) DEF(rules.field)
#define AUTH(field) offsetof(struct jg_auth_config, field)
#define RATE(field) offsetof(struct jg_api_rate, field)
#define PROXY(field) offsetof(struct jg_api_proxy, field)
#define PLAIN(field) offsetof(struct jg_plain_paths, field)
#define ENDPOINTS(kind) offsetof(struct jg_endpoints, kinds[kind])
#define VERSION(field) offsetof(struct jg_api_version, field)
#define PROCESSOR(field) offsetof(struct jg_response_processor, field)

#define SKEW_ROW(name, field)                                               \
    {                                                                       \
        name, JG_FIELD_INT, DEF(skew.field), .min = 0, .max = JG_SKEW_MAX_S \
    }

/* What notes say more than once. */
static const char rules[] = "of OAS definitions only in Tyk";
static const char plugins[] = "plugins do not run: what they check or change "
                              "is not checked or changed";
static const char transforms[] = "not in this version: nothing is changed";
static const char sizes[] =
    "not of GET, HEAD, DELETE, OPTIONS and TRACE, as in "
    "Tyk; a body without Content-Length is refused";
static const char statistics[] = "no record is sent to Tyk Pump";
static const char dashboard[] = "the Dashboard's own";

static const struct jg_field auth_config_rows[] = {
    {"auth_header_name", JG_FIELD_STR, AUTH(auth_header_name), .max = 256},
    {"use_param", JG_FIELD_BOOL, AUTH(use_param)},
    {"param_name", JG_FIELD_STR, AUTH(param_name), .max = 256},
    {"use_cookie", JG_FIELD_BOOL, AUTH(use_cookie)},
    {"cookie_name", JG_FIELD_STR, AUTH(cookie_name), .max = 256},
    {"disable_header", JG_FIELD_BOOL, AUTH(disable_header)},
    {"name", JG_FIELD_SILENT, .note = "names the scheme in OAS documents"},
    {"use_certificate", JG_FIELD_BOOL, AUTH(use_certificate),
     .note = "of auth tokens: not offered, the API is closed"},
    {"validate_signature", JG_FIELD_BOOL, AUTH(validate_signature),
     .note = "of auth tokens: not offered, the API is closed"},
    {"signature", JG_FIELD_SILENT, .note = "see validate_signature"},
};
static const struct jg_field_table auth_config_table = {
    sizeof(struct jg_auth_config), auth_config_rows,
    JG_FIELD_COUNT(auth_config_rows)};

static const struct jg_field jwks_uri_rows[] = {
    {"url", JG_FIELD_STR, offsetof(struct jg_jwks_uri, url), .max = JG_URL_MAX},
    {"cache_timeout", JG_FIELD_DURATION,
     offsetof(struct jg_jwks_uri, cache_timeout_ms)},
    {"issuer", JG_FIELD_STR, offsetof(struct jg_jwks_uri, issuer),
     .max = JG_URL_MAX,
     .note = "not in Tyk: the keys at this URL verify this issuer's tokens "
             "only"},
};
static const struct jg_field_table jwks_uri_table = {
    sizeof(struct jg_jwks_uri), jwks_uri_rows, JG_FIELD_COUNT(jwks_uri_rows)};

static const struct jg_field scope_rows[] = {
    {"scope_to_policy", JG_FIELD_STR_MAP, SCOPE(policies)},
    {"scope_claim_name", JG_FIELD_STR, SCOPE(claim_name), .max = 256,
     .note = "a claim literally called so first, then along its dots"},
};
static const struct jg_field_table scope_table = {
    sizeof(struct jg_scope_rule), scope_rows, JG_FIELD_COUNT(scope_rows)};

static const struct jg_field scopes_rows[] = {
    {"jwt", JG_FIELD_OBJECT, DEF(scopes_jwt), &scope_table},
    {"oidc", JG_FIELD_ANY, DEF(scopes_oidc),
     .note = "of use_openid, which is not offered"},
};
static const struct jg_field_table scopes_table = {
    sizeof(struct jg_api_def), scopes_rows, JG_FIELD_COUNT(scopes_rows)};

#define BASIC(field) offsetof(struct jg_api_basic, field)
static const struct jg_field basic_rows[] = {
    {"disable_caching", JG_FIELD_BOOL, BASIC(disable_caching),
     .note = "of passwords that were right"},
    {"cache_ttl", JG_FIELD_INT, BASIC(cache_ttl_s), .min = 0,
     .max = JG_BASIC_CACHE_TTL_MAX_S, .note = "seconds; 0: 60"},
    {"extract_from_body", JG_FIELD_BOOL, BASIC(extract_from_body),
     .note = "not offered: the header is looked at"},
    {"body_user_regexp", JG_FIELD_SILENT, .note = "see extract_from_body"},
    {"body_password_regexp", JG_FIELD_SILENT, .note = "see extract_from_body"},
};
static const struct jg_field_table basic_table = {
    sizeof(struct jg_api_basic), basic_rows, JG_FIELD_COUNT(basic_rows)};

static const struct jg_field external_oauth_rows[] = {
    {"enabled", JG_FIELD_BOOL, DEF(external_oauth)},
    {"providers", JG_FIELD_SILENT, .note = "not offered: the API is closed"},
};
static const struct jg_field_table external_oauth_table = {
    sizeof(struct jg_api_def), external_oauth_rows,
    JG_FIELD_COUNT(external_oauth_rows)};

static const struct jg_field transport_rows[] = {
    {"ssl_insecure_skip_verify", JG_FIELD_BOOL,
     PROXY(ssl_insecure_skip_verify)},
    {"ssl_ciphers", JG_FIELD_IGNORED,
     .note = "the TLS library's own choice is used"},
    {"ssl_min_version", JG_FIELD_IGNORED,
     .note = "TLS 1.2 is the least for upstreams"},
    {"ssl_max_version", JG_FIELD_IGNORED,
     .note = "the newest TLS that both sides know is used"},
    {"ssl_force_common_name_check", JG_FIELD_SILENT,
     .note = "names are always checked, in the certificate's own list"},
    {"proxy_url", JG_FIELD_IGNORED,
     .note = "the upstream is connected directly"},
};
static const struct jg_field_table transport_table = {
    sizeof(struct jg_api_proxy), transport_rows,
    JG_FIELD_COUNT(transport_rows)};

static const struct jg_field discovery_rows[] = {
    {"use_discovery_service", JG_FIELD_IGNORED,
     .note = "not in this version: target_url and target_list count"},
    {"query_endpoint", JG_FIELD_SILENT},
    {"use_nested_query", JG_FIELD_SILENT},
    {"parent_data_path", JG_FIELD_SILENT},
    {"data_path", JG_FIELD_SILENT},
    {"port_data_path", JG_FIELD_SILENT},
    {"target_path", JG_FIELD_SILENT},
    {"use_target_list", JG_FIELD_SILENT},
    {"cache_disabled", JG_FIELD_SILENT},
    {"cache_timeout", JG_FIELD_SILENT},
    {"endpoint_returns_list", JG_FIELD_SILENT},
};
static const struct jg_field_table discovery_table = {
    0, discovery_rows, JG_FIELD_COUNT(discovery_rows)};

static const struct jg_field proxy_rows[] = {
    {"listen_path", JG_FIELD_STR, PROXY(listen_path), .max = JG_LISTEN_PATH_MAX,
     .note = "without {patterns} in this version"},
    {"target_url", JG_FIELD_STR, PROXY(target_url), .max = JG_URL_MAX},
    {"target_list", JG_FIELD_STRS, PROXY(target_list)},
    {"enable_load_balancing", JG_FIELD_BOOL, PROXY(enable_load_balancing)},
    {"strip_listen_path", JG_FIELD_BOOL, PROXY(strip_listen_path)},
    {"disable_strip_slash", JG_FIELD_BOOL, PROXY(disable_strip_slash)},
    {"preserve_host_header", JG_FIELD_BOOL, PROXY(preserve_host_header)},
    {"transport", JG_FIELD_OBJECT, .table = &transport_table},
    {"check_host_against_uptime_tests", JG_FIELD_IGNORED,
     .note = "hosts that refuse connections are passed over instead"},
    {"service_discovery", JG_FIELD_OBJECT, .table = &discovery_table},
};
static const struct jg_field_table proxy_table = {
    sizeof(struct jg_api_proxy), proxy_rows, JG_FIELD_COUNT(proxy_rows)};

/* The lists of Tyk's early days, used when use_extended_paths is off. */
static const struct jg_field paths_rows[] = {
    {"ignored", JG_FIELD_STRS, PLAIN(ignored), .max = JG_PATTERN_MAX},
    {"white_list", JG_FIELD_STRS, PLAIN(white_list), .max = JG_PATTERN_MAX},
    {"black_list", JG_FIELD_STRS, PLAIN(black_list), .max = JG_PATTERN_MAX},
};
static const struct jg_field_table paths_table = {
    sizeof(struct jg_plain_paths), paths_rows, JG_FIELD_COUNT(paths_rows)};

#define LISTED(name, kind)                                              \
    {                                                                   \
        name, JG_FIELD_LIST, ENDPOINTS(kind), &jg_listed_endpoint_table \
    }

static const struct jg_field extended_paths_rows[] = {
    LISTED("ignored", JG_ENDPOINT_IGNORED),
    LISTED("white_list", JG_ENDPOINT_WHITE_LIST),
    LISTED("black_list", JG_ENDPOINT_BLACK_LIST),
    {"internal", JG_FIELD_LIST, ENDPOINTS(JG_ENDPOINT_INTERNAL),
     &jg_endpoint_table,
     .note = "never reached, since there are no loops in this version"},
    {"validate_json", JG_FIELD_LIST, ENDPOINTS(JG_ENDPOINT_VALIDATE),
     &jg_validate_endpoint_table,
     .note = "not offered: requests to these endpoints are refused (501)"},
    {"validate_request", JG_FIELD_IGNORED,
     .note = "requests are not validated"},
    {"size_limits", JG_FIELD_LIST, ENDPOINTS(JG_ENDPOINT_SIZE_LIMIT),
     &jg_size_endpoint_table, .note = sizes},
    {"rate_limit", JG_FIELD_LIST, ENDPOINTS(JG_ENDPOINT_RATE_LIMIT),
     &jg_rate_endpoint_table,
     .note = "of several that match the first one counts"},
    {"circuit_breakers", JG_FIELD_IGNORED,
     .note = "hosts that refuse connections are passed over instead"},
    {"hard_timeouts", JG_FIELD_LIST, ENDPOINTS(JG_ENDPOINT_TIMEOUT),
     &jg_timeout_endpoint_table},
    {"mock_response", JG_FIELD_LIST, ENDPOINTS(JG_ENDPOINT_MOCK),
     &jg_mock_endpoint_table,
     .note = "before the other lists and authentication, as in Tyk"},
    {"virtual", JG_FIELD_LIST, ENDPOINTS(JG_ENDPOINT_VIRTUAL),
     &jg_virtual_endpoint_table, .note = "with enable_jsvm only, as in Tyk"},
    {"go_plugin", JG_FIELD_IGNORED, .note = plugins},
    {"transform", JG_FIELD_IGNORED, .note = transforms},
    {"transform_response", JG_FIELD_IGNORED, .note = transforms},
    {"transform_jq", JG_FIELD_IGNORED, .note = transforms},
    {"transform_jq_response", JG_FIELD_IGNORED, .note = transforms},
    {"transform_headers", JG_FIELD_LIST, ENDPOINTS(JG_ENDPOINT_REQUEST_HEADERS),
     &jg_headers_endpoint_table,
     .note = "a header that says who calls is taken off the client's requests "
             "to all other endpoints, too"},
    {"transform_response_headers", JG_FIELD_LIST,
     ENDPOINTS(JG_ENDPOINT_RESPONSE_HEADERS), &jg_headers_endpoint_table},
    {"method_transforms", JG_FIELD_LIST, ENDPOINTS(JG_ENDPOINT_METHOD),
     &jg_method_endpoint_table,
     .note = "such a request is never sent twice; a script sees the client's "
             "own method"},
    {"url_rewrites", JG_FIELD_IGNORED, .note = transforms},
    {"cache", JG_FIELD_IGNORED, .note = "responses are not cached"},
    {"advance_cache_config", JG_FIELD_IGNORED,
     .note = "responses are not cached"},
    {"persist_graphql", JG_FIELD_IGNORED, .note = "GraphQL is not offered"},
    {"track_endpoints", JG_FIELD_SILENT, .note = statistics},
    {"do_not_track_endpoints", JG_FIELD_SILENT, .note = statistics},
};
static const struct jg_field_table extended_paths_table = {
    sizeof(struct jg_endpoints), extended_paths_rows,
    JG_FIELD_COUNT(extended_paths_rows)};

static const struct jg_field version_rows[] = {
    {"name", JG_FIELD_SILENT, .note = "the member name of versions counts"},
    {"expires", JG_FIELD_STR, VERSION(expires), .max = 64},
    {"paths", JG_FIELD_MADE, VERSION(plain_paths), &paths_table,
     .note = "without use_extended_paths only"},
    {"use_extended_paths", JG_FIELD_BOOL, VERSION(use_extended_paths)},
    {"extended_paths", JG_FIELD_MADE, VERSION(endpoints), &extended_paths_table,
     .note = "with use_extended_paths only"},
    {"global_headers", JG_FIELD_STR_MAP, VERSION(global_headers)},
    {"global_headers_remove", JG_FIELD_STRS, VERSION(global_headers_remove)},
    {"global_headers_disabled", JG_FIELD_BOOL,
     VERSION(global_headers_disabled)},
    {"global_response_headers", JG_FIELD_STR_MAP,
     VERSION(global_response_headers)},
    {"global_response_headers_remove", JG_FIELD_STRS,
     VERSION(global_response_headers_remove)},
    {"global_response_headers_disabled", JG_FIELD_BOOL,
     VERSION(global_response_headers_disabled)},
    {"ignore_endpoint_case", JG_FIELD_BOOL, VERSION(ignore_endpoint_case)},
    {"global_size_limit", JG_FIELD_INT, VERSION(global_size_limit), .min = 0,
     .max = JG_SIZE_LIMIT_MAX, .note = sizes},
    {"global_size_limit_disabled", JG_FIELD_BOOL,
     VERSION(global_size_limit_disabled)},
    {"override_target", JG_FIELD_IGNORED, .note = "proxy.target_url counts"},
};
static const struct jg_field_table version_table = {
    sizeof(struct jg_api_version), version_rows, JG_FIELD_COUNT(version_rows)};

static const struct jg_field version_data_rows[] = {
    {"not_versioned", JG_FIELD_BOOL, DEF(not_versioned),
     .note = "true when the definition has no version_data"},
    {"default_version", JG_FIELD_STR, DEF(default_version), .max = 256},
    {"versions", JG_FIELD_MAP, DEF(versions), &version_table},
};
static const struct jg_field_table version_data_table = {
    sizeof(struct jg_api_def), version_data_rows,
    JG_FIELD_COUNT(version_data_rows)};

static const struct jg_field global_rate_rows[] = {
    {"rate", JG_FIELD_NUMBER, RATE(rate)},
    {"per", JG_FIELD_NUMBER, RATE(per_s)},
    {"disabled", JG_FIELD_BOOL, RATE(disabled)},
};
static const struct jg_field_table global_rate_table = {
    sizeof(struct jg_api_rate), global_rate_rows,
    JG_FIELD_COUNT(global_rate_rows)};

static const struct jg_field cache_rows[] = {
    {"enable_cache", JG_FIELD_IGNORED, .note = "responses are not cached"},
    {"cache_timeout", JG_FIELD_SILENT},
    {"cache_all_safe_requests", JG_FIELD_SILENT},
    {"cache_response_codes", JG_FIELD_SILENT},
    {"enable_upstream_cache_control", JG_FIELD_SILENT},
    {"cache_control_ttl_header", JG_FIELD_SILENT},
    {"cache_by_headers", JG_FIELD_SILENT},
};
static const struct jg_field_table cache_table = {0, cache_rows,
                                                  JG_FIELD_COUNT(cache_rows)};

static const struct jg_field middleware_rows[] = {
    {"pre", JG_FIELD_IGNORED, .note = plugins},
    {"post_key_auth", JG_FIELD_IGNORED, .note = plugins},
    {"post", JG_FIELD_IGNORED, .note = plugins},
    {"response", JG_FIELD_IGNORED, .note = plugins},
    {"auth_check", JG_FIELD_SILENT,
     .note = "custom_plugin_auth_enabled closes the API"},
    {"id_extractor", JG_FIELD_SILENT},
    {"driver", JG_FIELD_SILENT},
    {"traffic_logs", JG_FIELD_SILENT, .note = statistics},
};
static const struct jg_field_table middleware_table = {
    0, middleware_rows, JG_FIELD_COUNT(middleware_rows)};

static const struct jg_field events_rows[] = {
    {"events", JG_FIELD_IGNORED, .note = "no handler is called"},
};
static const struct jg_field_table events_table = {0, events_rows,
                                                   JG_FIELD_COUNT(events_rows)};

static const struct jg_field uptime_rows[] = {
    {"test_list", JG_FIELD_IGNORED,
     .note = "hosts that refuse connections are passed over instead"},
    {"disabled", JG_FIELD_SILENT},
    {"config", JG_FIELD_SILENT},
    {"poller_group", JG_FIELD_SILENT},
};
static const struct jg_field_table uptime_table = {0, uptime_rows,
                                                   JG_FIELD_COUNT(uptime_rows)};

static const struct jg_field signing_rows[] = {
    {"is_enabled", JG_FIELD_IGNORED,
     .note = "requests to the upstream are not signed"},
    {"secret", JG_FIELD_SILENT},
    {"key_id", JG_FIELD_SILENT},
    {"algorithm", JG_FIELD_SILENT},
    {"header_list", JG_FIELD_SILENT},
    {"certificate_id", JG_FIELD_SILENT},
    {"signature_header", JG_FIELD_SILENT},
};
static const struct jg_field_table signing_table = {
    0, signing_rows, JG_FIELD_COUNT(signing_rows)};

static const struct jg_field upstream_auth_rows[] = {
    {"enabled", JG_FIELD_IGNORED,
     .note = "the gateway does not log in at the upstream"},
    {"basic_auth", JG_FIELD_SILENT, .note = "see use_basic_auth"},
    {"oauth", JG_FIELD_SILENT},
};
static const struct jg_field_table upstream_auth_table = {
    0, upstream_auth_rows, JG_FIELD_COUNT(upstream_auth_rows)};

static const struct jg_field graphql_rows[] = {
    {"enabled", JG_FIELD_IGNORED,
     .note = "GraphQL is passed on without being looked at: its limits and "
             "permissions are not enforced"},
};
static const struct jg_field_table graphql_table = {
    0, graphql_rows, JG_FIELD_COUNT(graphql_rows), .open = true};

/* Of "header_injector"; what the others have is no business of ours. */
static const struct jg_field injector_rows[] = {
    {"add_headers", JG_FIELD_STR_MAP, PROCESSOR(add_headers)},
    {"remove_headers", JG_FIELD_STRS, PROCESSOR(remove_headers)},
};
static const struct jg_field_table injector_table = {
    sizeof(struct jg_response_processor), injector_rows,
    JG_FIELD_COUNT(injector_rows), .open = true};

static const struct jg_field processor_rows[] = {
    {"name", JG_FIELD_STR, PROCESSOR(name), .max = 256,
     .note = "only header_injector does something"},
    {"options", JG_FIELD_OBJECT, .table = &injector_table},
};
static const struct jg_field_table processor_table = {
    sizeof(struct jg_response_processor), processor_rows,
    JG_FIELD_COUNT(processor_rows)};

static const struct jg_field rows[] = {
    /* What it is. */
    {"api_id", JG_FIELD_STR, DEF(api_id), .max = JG_ID_MAX},
    {"org_id", JG_FIELD_STR, DEF(org_id), .max = JG_ID_MAX},
    {"name", JG_FIELD_STR, DEF(name), .max = 1024},
    {"active", JG_FIELD_BOOL, DEF(active)},
    {"internal", JG_FIELD_BOOL, DEF(internal),
     .note = "never reached, since there are no loops in this version"},
    {"domain", JG_FIELD_STR, DEF(domain), .max = JG_ID_MAX,
     .note = "without {patterns} in this version"},
    {"domain_disabled", JG_FIELD_BOOL, DEF(domain_disabled)},
    {"protocol", JG_FIELD_STR, DEF(protocol), .max = 16,
     .note = "http and https: the gateway's own TLS settings count"},
    {"listen_port", JG_FIELD_IGNORED,
     .note = "the API is served on the gateway's own listen_port"},
    {"enable_proxy_protocol", JG_FIELD_IGNORED,
     .note = "of TCP services, which are not offered"},
    {"expiration", JG_FIELD_STR, DEF(expiration), .max = 64},
    {"slug", JG_FIELD_SILENT, .note = dashboard},
    {"id", JG_FIELD_SILENT, .note = dashboard},
    {"_id", JG_FIELD_SILENT, .note = dashboard},
    {"is_oas", JG_FIELD_IGNORED,
     .note = "this is half of an OAS definition, and its other half, in "
             "-oas.json, is not beside it: claim rules that only that has are "
             "not kept"},
    {"created_at", JG_FIELD_SILENT, .note = dashboard},
    {"last_updated", JG_FIELD_SILENT, .note = dashboard},
    {"hook_references", JG_FIELD_SILENT, .note = dashboard},
    {"user_owners", JG_FIELD_SILENT, .note = dashboard},
    {"user_group_owners", JG_FIELD_SILENT, .note = dashboard},
    {"is_site", JG_FIELD_SILENT, .note = dashboard},
    {"sort_by", JG_FIELD_SILENT, .note = dashboard},
    {"tags", JG_FIELD_SILENT, .note = "every gateway loads every API"},
    {"tags_disabled", JG_FIELD_SILENT, .note = "see tags"},

    /* Who may call it. */
    {"use_keyless", JG_FIELD_BOOL, DEF(use_keyless)},
    {"enable_jwt", JG_FIELD_BOOL, DEF(enable_jwt)},
    {"use_standard_auth", JG_FIELD_BOOL, DEF(use_standard_auth),
     .note = "also without any other mode; a key is found by all of it, never "
             "by a short hash"},
    {"use_basic_auth", JG_FIELD_BOOL, DEF(use_basic_auth),
     .note = "a password may hold colons; a user's name alone is no key"},
    {"use_oauth2", JG_FIELD_BOOL, DEF(use_oauth2),
     .note = "not offered: the API is closed"},
    {"external_oauth", JG_FIELD_OBJECT, .table = &external_oauth_table},
    {"use_openid", JG_FIELD_BOOL, DEF(use_openid),
     .note = "not offered: the API is closed"},
    {"enable_signature_checking", JG_FIELD_BOOL, DEF(enable_signature_checking),
     .note = "not offered: the API is closed"},
    {"use_mutual_tls_auth", JG_FIELD_BOOL, DEF(use_mutual_tls_auth),
     .note = "not offered: the API is closed"},
    {"custom_plugin_auth_enabled", JG_FIELD_BOOL,
     DEF(custom_plugin_auth_enabled), .note = "not offered: the API is closed"},
    {"enable_coprocess_auth", JG_FIELD_BOOL, DEF(enable_coprocess_auth),
     .note = "not offered: the API is closed"},
    {"use_go_plugin_auth", JG_FIELD_BOOL, DEF(use_go_plugin_auth),
     .note = "not offered: the API is closed"},
    {"auth_configs", JG_FIELD_MAP, DEF(auth_configs), &auth_config_table},
    {"auth", JG_FIELD_MADE, DEF(auth), &auth_config_table,
     .note = "used when auth_configs has no \"jwt\", \"authToken\" or "
             "\"basic\""},
    {"strip_auth_data", JG_FIELD_BOOL, DEF(strip_auth_data)},
    {"base_identity_provided_by", JG_FIELD_STR, DEF(base_identity_provided_by),
     .max = 32,
     .note = "auth_token, jwt_claim or basic_auth_user; a mode that the API "
             "does not have is no "
             "reason to refuse: the last one's session counts"},
    {"security_requirements", JG_FIELD_SILENT},
    {"basic_auth", JG_FIELD_MADE, DEF(basic), &basic_table},
    {"openid_options", JG_FIELD_SILENT, .note = "see use_openid"},
    {"oauth_meta", JG_FIELD_SILENT, .note = "see use_oauth2"},
    {"notifications", JG_FIELD_SILENT, .note = "see use_oauth2"},
    {"auth_provider", JG_FIELD_SILENT, .note = "there is one store of keys"},
    {"session_provider", JG_FIELD_SILENT, .note = "there is one store of keys"},
    {"hmac_allowed_clock_skew", JG_FIELD_SILENT,
     .note = "see enable_signature_checking"},
    {"hmac_allowed_algorithms", JG_FIELD_SILENT,
     .note = "see enable_signature_checking"},
    {"client_certificates", JG_FIELD_SILENT, .note = "see use_mutual_tls_auth"},

    /* JWT. */
    {"jwt_signing_method", JG_FIELD_STR, DEF(jwt_signing_method), .max = 32,
     .note = "also eddsa and mldsa"},
    {"jwt_algorithms", JG_FIELD_STRS, DEF(jwt_algorithms),
     .note = "not in Tyk: the only algorithms of jwt_signing_method to take"},
    {"jwt_source", JG_FIELD_STR, DEF(jwt_source), .max = 2 * JG_KEY_TEXT_MAX,
     .secret = true, .note = "also a PEM, a JWK or a key set without base64"},
    {"jwt_profile", JG_FIELD_STR, DEF(jwt_profile), .max = 32,
     .note = "not in Tyk: \"strict\" applies RFC 8725 and RFC 9068"},
    {"jwt_identity_base_field", JG_FIELD_STR, DEF(jwt_identity_base_field),
     .max = 256},
    {"jwt_client_base_field", JG_FIELD_STR, DEF(jwt_client_base_field),
     .max = 256,
     .note = "names a stored key; counts without a field for the policy"},
    {"jwt_policy_field_name", JG_FIELD_STR, DEF(jwt_policy_field_name),
     .max = 256},
    {"jwt_default_policies", JG_FIELD_STRS, DEF(jwt_default_policies)},
    SKEW_ROW("jwt_issued_at_validation_skew", iat_s),
    SKEW_ROW("jwt_expires_at_validation_skew", exp_s),
    SKEW_ROW("jwt_not_before_validation_skew", nbf_s),
    {"jwt_skip_kid", JG_FIELD_BOOL, DEF(jwt_skip_kid)},

    /* Claim rules: of OAS definitions in Tyk. */
    {"allowedIssuers", JG_FIELD_STRS, RULES(allowed_issuers), .note = rules},
    {"allowed_issuers", JG_FIELD_STRS, RULES(allowed_issuers), .note = rules},
    {"allowedAudiences", JG_FIELD_STRS, RULES(allowed_audiences),
     .note = rules},
    {"allowed_audiences", JG_FIELD_STRS, RULES(allowed_audiences),
     .note = rules},
    {"allowedSubjects", JG_FIELD_STRS, RULES(allowed_subjects), .note = rules},
    {"allowed_subjects", JG_FIELD_STRS, RULES(allowed_subjects), .note = rules},
    {"jtiValidation", JG_FIELD_OBJECT, DEF(rules), &jg_jti_table,
     .note = rules},
    {"jti_validation", JG_FIELD_OBJECT, DEF(rules), &jg_jti_table,
     .note = rules},
    {"customClaimValidation", JG_FIELD_MAP, RULES(custom), &jg_claim_rule_table,
     .note = rules},
    {"custom_claim_validation", JG_FIELD_MAP, RULES(custom),
     &jg_claim_rule_table, .note = rules},

    {"jwt_jwks_uris", JG_FIELD_LIST, DEF(jwt_jwks_uris), &jwks_uri_table,
     .note = "of OAS definitions only in Tyk; here also without jwt_source"},
    {"jwt_issuer", JG_FIELD_STR, DEF(jwt_issuer), .max = JG_URL_MAX,
     .note = "not in Tyk: the keys verify this issuer's tokens only; alone, "
             "it finds them by OpenID Connect Discovery"},
    {"split_token", JG_FIELD_MADE, DEF(split_token), &jg_split_token_table,
     .note = "not in Tyk: clients never hold the whole JWT"},
    {"scopes", JG_FIELD_OBJECT, 0, &scopes_table},
    {"jwt_scope_to_policy_mapping", JG_FIELD_STR_MAP,
     DEF(scopes_deprecated.policies), .note = "counts when scopes is empty"},
    {"jwt_scope_claim_name", JG_FIELD_STR, DEF(scopes_deprecated.claim_name),
     .max = 256, .note = "see jwt_scope_to_policy_mapping"},
    {"idp_client_id_mapping_disabled", JG_FIELD_SILENT,
     .note = "OAuth clients are not kept"},
    {"error_format", JG_FIELD_IGNORED,
     .note = "not in this version: errors have Tyk's form"},

    /* Limits. */
    {"enable_ip_whitelisting", JG_FIELD_BOOL, DEF(enable_ip_whitelisting)},
    {"allowed_ips", JG_FIELD_STRS, DEF(allowed_ips), .max = JG_NETWORK_TEXT_MAX,
     .note = "of the peer; X-Real-IP and "
             "X-Forwarded-For do not count unless xff_depth is set"},
    {"enable_ip_blacklisting", JG_FIELD_BOOL, DEF(enable_ip_blacklisting)},
    {"blacklisted_ips", JG_FIELD_STRS, DEF(blacklisted_ips),
     .max = JG_NETWORK_TEXT_MAX, .note = "as allowed_ips"},
    {"global_rate_limit", JG_FIELD_MADE, DEF(global_rate), &global_rate_table},
    {"disable_rate_limit", JG_FIELD_BOOL, DEF(disable_rate_limit)},
    {"disable_quota", JG_FIELD_BOOL, DEF(disable_quota)},
    {"dont_set_quota_on_create", JG_FIELD_SILENT,
     .note = "?suppress_reset=1 of PUT /tyk/keys counts"},
    {"session_lifetime", JG_FIELD_INT, DEF(session_lifetime_s), .min = 0,
     .max = JG_KEY_LIFE_MAX_S,
     .note = "of stored keys; JWT sessions are not stored"},
    {"session_lifetime_respects_key_expiration", JG_FIELD_BOOL,
     DEF(session_lifetime_respects_key_expiration)},

    /* Where it goes. */
    {"proxy", JG_FIELD_OBJECT, DEF(proxy), &proxy_table},
    {"version_data", JG_FIELD_OBJECT, .table = &version_data_table},
    {"definition", JG_FIELD_MADE, DEF(definition),
     &jg_version_definition_table},
    {"certificates", JG_FIELD_IGNORED,
     .note = "the gateway's http_server_options.certificates are used"},
    {"upstream_certificates", JG_FIELD_IGNORED,
     .note = "the gateway shows no certificate to the upstream"},
    {"upstream_certificates_disabled", JG_FIELD_SILENT,
     .note = "see upstream_certificates"},
    {"pinned_public_keys", JG_FIELD_IGNORED,
     .note = "the upstream's key is not pinned; its certificate is verified"},
    {"certificate_pinning_disabled", JG_FIELD_SILENT,
     .note = "see pinned_public_keys"},
    {"upstream_auth", JG_FIELD_OBJECT, .table = &upstream_auth_table},
    {"request_signing", JG_FIELD_OBJECT, .table = &signing_table},
    {"uptime_tests", JG_FIELD_OBJECT, .table = &uptime_table},
    {"enable_batch_request_support", JG_FIELD_IGNORED,
     .note = "there is no tyk/batch/ endpoint"},

    /* What happens on the way. */
    {"enable_context_vars", JG_FIELD_BOOL, DEF(enable_context_vars)},
    {"CORS", JG_FIELD_MADE, DEF(cors), &jg_cors_table,
     .note = "answered before anything else is asked for, but for versions "
             "and lists of endpoints"},
    {"cache_options", JG_FIELD_OBJECT, .table = &cache_table},
    {"custom_middleware", JG_FIELD_OBJECT, .table = &middleware_table},
    {"custom_middleware_bundle", JG_FIELD_IGNORED, .note = plugins},
    {"custom_middleware_bundle_disabled", JG_FIELD_SILENT,
     .note = "see custom_middleware_bundle"},
    {"response_processors", JG_FIELD_LIST, DEF(response_processors),
     &processor_table},
    {"config_data", JG_FIELD_ANY, DEF(config_data)},
    {"config_data_disabled", JG_FIELD_BOOL, DEF(config_data_disabled)},
    {"event_handlers", JG_FIELD_OBJECT, .table = &events_table},
    {"graphql", JG_FIELD_OBJECT, .table = &graphql_table},
    {"error_overrides", JG_FIELD_IGNORED, .note = "errors keep their own text"},
    {"error_overrides_disabled", JG_FIELD_SILENT,
     .note = "see error_overrides"},
    {"tag_headers", JG_FIELD_SILENT, .note = statistics},
    {"do_not_track", JG_FIELD_SILENT, .note = statistics},
    {"enable_detailed_recording", JG_FIELD_SILENT, .note = statistics},
    {"expire_analytics_after", JG_FIELD_SILENT, .note = statistics},
    {"analytics_plugin", JG_FIELD_SILENT, .note = statistics},
    {"detailed_tracing", JG_FIELD_SILENT, .note = "nothing is traced"},
};

const struct jg_field_table jg_api_table = {sizeof(struct jg_api_def), rows,
                                            JG_FIELD_COUNT(rows)};

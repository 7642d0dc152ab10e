/*
 * tyk.conf, field by field (reference 9.6), and every other member that Tyk
 * knows. IGNORED are those whose absence somebody would notice, SILENT those
 * that tune what we do not have.
 */
#include "model/conf.h"
#include "model/error_template.h"

#define CONF(field) offsetof(struct jg_conf, field)
#define HTTP(field) offsetof(struct jg_conf_http, field)
#define CERTIFICATE(field) offsetof(struct jg_conf_certificate, field)
#define STORAGE(field) offsetof(struct jg_conf_storage, field)
#define JWKS(field) offsetof(struct jg_conf_jwks, field)
#define POLICIES(field) offsetof(struct jg_conf_policies, field)

#define PATH_MAX_BYTES 4096
#define DAY_S 86400

static const char ours[] = "not in Tyk";
static const char redis[] = "of Redis: records are kept in storage.path";
static const char keys[] = "has no meaning for the keys that are stored here";
static const char limits[] =
    "there is one limiter, exact for all processes of a machine: a rate lets "
    "that many come at once, and then evenly";
static const char statistics[] = "no record is sent to Tyk Pump";
static const char central[] = "definitions and policies come from files";
static const char logs[] = "the log goes to the standard error stream";
static const char plugins[] = "plugins do not run in this version";

static const struct jg_field certificate_rows[] = {
    {"domain_name", JG_FIELD_STR, CERTIFICATE(domain_name), .max = 255},
    {"cert_file", JG_FIELD_STR, CERTIFICATE(cert_file), .max = PATH_MAX_BYTES},
    {"key_file", JG_FIELD_STR, CERTIFICATE(key_file), .max = PATH_MAX_BYTES},
};
static const struct jg_field_table certificate_table = {
    sizeof(struct jg_conf_certificate), certificate_rows,
    JG_FIELD_COUNT(certificate_rows)};

static const struct jg_field http_rows[] = {
    {"enable_strict_routes", JG_FIELD_BOOL, HTTP(enable_strict_routes)},
    {"enable_path_prefix_matching", JG_FIELD_BOOL,
     HTTP(enable_path_prefix_matching)},
    {"enable_path_suffix_matching", JG_FIELD_BOOL,
     HTTP(enable_path_suffix_matching)},
    {"enable_websockets", JG_FIELD_BOOL, HTTP(enable_websockets)},
    {"use_ssl", JG_FIELD_BOOL, HTTP(use_ssl)},
    {"certificates", JG_FIELD_LIST, HTTP(certificates), &certificate_table},
    {"read_timeout", JG_FIELD_INT, HTTP(read_timeout_s), .min = 0,
     .max = DAY_S},
    {"write_timeout", JG_FIELD_INT, HTTP(write_timeout_s), .min = 0,
     .max = DAY_S},
    {"max_request_body_size", JG_FIELD_INT, HTTP(max_request_body_size),
     .min = 0, .max = 1LL << 40},
    {"override_defaults", JG_FIELD_SILENT,
     .note = "each option counts by itself"},
    {"server_name", JG_FIELD_SILENT,
     .note = "certificates are found by the name that a client asks for"},
    {"enable_http2", JG_FIELD_SILENT, .note = "offered with use_ssl"},
    {"flush_interval", JG_FIELD_SILENT,
     .note = "responses are passed on as they come"},
    {"skip_client_ca_announcement", JG_FIELD_SILENT,
     .note = "clients show no certificates"},
    {"skip_url_cleaning", JG_FIELD_IGNORED,
     .note = "paths are always cleaned: what is authorised is what is sent"},
    {"skip_target_path_escaping", JG_FIELD_IGNORED,
     .note = "paths are sent in one form"},
    {"min_version", JG_FIELD_IGNORED, .note = "TLS 1.2 is the least"},
    {"max_version", JG_FIELD_IGNORED,
     .note = "the newest TLS that both sides know is used"},
    {"ssl_ciphers", JG_FIELD_IGNORED,
     .note = "the TLS library's own choice is used"},
    {"ssl_certificates", JG_FIELD_IGNORED,
     .note = "there is no certificate store: name files in certificates"},
    {"ssl_insecure_skip_verify", JG_FIELD_SILENT,
     .note = "clients show no certificates"},
    {"use_le_ssl", JG_FIELD_IGNORED,
     .note = "certificates are not fetched: name files in certificates"},
    {"max_response_body_size", JG_FIELD_IGNORED,
     .note = "responses are not limited"},
    {"xff_depth", JG_FIELD_INT, HTTP(xff_depth), .min = 0, .max = 100,
     .note = "for $tyk_context.remote_addr, and for lists of addresses"},
};
static const struct jg_field_table http_table = {
    sizeof(struct jg_conf_http), http_rows, JG_FIELD_COUNT(http_rows)};

static const struct jg_field storage_rows[] = {
    {"type", JG_FIELD_STR, STORAGE(type), .max = 32,
     .note = "only the embedded store in this version"},
    {"path", JG_FIELD_STR, STORAGE(path), .max = PATH_MAX_BYTES, .note = ours},
    {"max_bytes", JG_FIELD_INT, STORAGE(max_bytes), .min = 1 << 20,
     .max = 1LL << 44, .note = ours},
    {"host", JG_FIELD_SILENT, .note = redis},
    {"port", JG_FIELD_SILENT, .note = redis},
    {"hosts", JG_FIELD_SILENT, .note = redis},
    {"addrs", JG_FIELD_SILENT, .note = redis},
    {"master_name", JG_FIELD_SILENT, .note = redis},
    {"sentinel_password", JG_FIELD_SILENT, .note = redis},
    {"username", JG_FIELD_SILENT, .note = redis},
    {"password", JG_FIELD_SILENT, .note = redis},
    {"database", JG_FIELD_SILENT, .note = redis},
    {"timeout", JG_FIELD_SILENT, .note = redis},
    {"optimisation_max_idle", JG_FIELD_SILENT, .note = redis},
    {"optimisation_max_active", JG_FIELD_SILENT, .note = redis},
    {"enable_cluster", JG_FIELD_SILENT, .note = redis},
    {"use_ssl", JG_FIELD_SILENT, .note = redis},
    {"ssl_insecure_skip_verify", JG_FIELD_SILENT, .note = redis},
    {"ca_file", JG_FIELD_SILENT, .note = redis},
    {"cert_file", JG_FIELD_SILENT, .note = redis},
    {"key_file", JG_FIELD_SILENT, .note = redis},
    {"tls_min_version", JG_FIELD_SILENT, .note = redis},
    {"tls_max_version", JG_FIELD_SILENT, .note = redis},
};
static const struct jg_field_table storage_table = {
    sizeof(struct jg_conf_storage), storage_rows, JG_FIELD_COUNT(storage_rows)};

static const struct jg_field jwks_cache_rows[] = {
    {"timeout", JG_FIELD_INT, JWKS(cache_timeout_s), .min = -DAY_S,
     .max = DAY_S, .note = "240 when it is 0 or less, as in Tyk"},
};
static const struct jg_field_table jwks_cache_table = {
    sizeof(struct jg_conf_jwks), jwks_cache_rows,
    JG_FIELD_COUNT(jwks_cache_rows)};

static const struct jg_field jwks_rows[] = {
    {"cache", JG_FIELD_OBJECT, .table = &jwks_cache_table},
    {"min_refresh_interval", JG_FIELD_INT, JWKS(min_refresh_interval_s),
     .min = 1, .max = DAY_S, .note = ours},
    {"wait_ms", JG_FIELD_INT, JWKS(wait_ms), .min = 0, .max = 4000,
     .note = ours},
    {"max_stale", JG_FIELD_INT, JWKS(max_stale_s), .min = 1, .max = 365 * DAY_S,
     .note = ours},
    {"allow_http", JG_FIELD_BOOL, JWKS(allow_http), .note = ours},
    {"allow_addresses", JG_FIELD_STRS, JWKS(allow_addresses), .max = 64,
     .note = ours},
    {"proxy", JG_FIELD_STR, JWKS(proxy), .max = PATH_MAX_BYTES, .note = ours,
     .secret = true},
    {"ca_file", JG_FIELD_STR, JWKS(ca_file), .max = PATH_MAX_BYTES,
     .note = ours},
};
static const struct jg_field_table jwks_table = {
    sizeof(struct jg_conf_jwks), jwks_rows, JG_FIELD_COUNT(jwks_rows)};

static const struct jg_field policies_rows[] = {
    {"policy_source", JG_FIELD_STR, POLICIES(policy_source), .max = 32,
     .note = central},
    {"policy_record_name", JG_FIELD_STR, POLICIES(policy_record_name),
     .max = PATH_MAX_BYTES},
    {"policy_path", JG_FIELD_STR, POLICIES(policy_path), .max = PATH_MAX_BYTES},
    {"policy_connection_string", JG_FIELD_SILENT, .note = central},
    {"allow_explicit_policy_id", JG_FIELD_SILENT,
     .note = "an explicit id always counts"},
};
static const struct jg_field_table policies_table = {
    sizeof(struct jg_conf_policies), policies_rows,
    JG_FIELD_COUNT(policies_rows)};

static const struct jg_field security_rows[] = {
    {"control_api_use_mutual_tls", JG_FIELD_IGNORED,
     .note = "the control API asks for its secret, but for no certificate"},
    {"private_certificate_encoding_secret", JG_FIELD_SILENT,
     .note = "there is no store of certificates"},
    {"pinned_public_keys", JG_FIELD_IGNORED,
     .note = "upstream keys are not pinned; their certificates are verified"},
    {"certificates", JG_FIELD_SILENT},
    {"certificate_expiry_monitor", JG_FIELD_SILENT},
};
static const struct jg_field_table security_table = {
    0, security_rows, JG_FIELD_COUNT(security_rows)};

static const struct jg_field slave_rows[] = {
    {"use_rpc", JG_FIELD_IGNORED, .note = central},
};
static const struct jg_field_table slave_table = {
    0, slave_rows, JG_FIELD_COUNT(slave_rows), .open = true};

static const struct jg_field segment_rows[] = {
    {"node_is_segmented", JG_FIELD_IGNORED,
     .note = "every gateway loads every API of its folder"},
    {"connection_string", JG_FIELD_SILENT, .note = central},
    {"connection_timeout", JG_FIELD_SILENT, .note = central},
    {"tags", JG_FIELD_SILENT, .note = central},
};
static const struct jg_field_table segment_table = {
    0, segment_rows, JG_FIELD_COUNT(segment_rows)};

static const struct jg_field telemetry_rows[] = {
    {"enabled", JG_FIELD_IGNORED, .note = "nothing is traced"},
};
static const struct jg_field_table telemetry_table = {
    0, telemetry_rows, JG_FIELD_COUNT(telemetry_rows), .open = true};

static const struct jg_field access_logs_rows[] = {
    {"enabled", JG_FIELD_IGNORED,
     .note = "nginx's access log is written instead"},
    {"template", JG_FIELD_SILENT},
};
static const struct jg_field_table access_logs_table = {
    0, access_logs_rows, JG_FIELD_COUNT(access_logs_rows)};

#define SPLIT_KEY(field) offsetof(struct jg_conf_split_key, field)

static const struct jg_field split_key_rows[] = {
    {"id", JG_FIELD_STR, SPLIT_KEY(id), .max = JG_SPLIT_KEY_ID_MAX,
     .note = "not in Tyk: stands in each token that the key seals"},
    {"secret", JG_FIELD_STR, SPLIT_KEY(secret), .max = 1024, .secret = true,
     .note = "not in Tyk: 32 bytes or more"},
};
const struct jg_field_table jg_conf_split_key_table = {
    sizeof(struct jg_conf_split_key), split_key_rows,
    JG_FIELD_COUNT(split_key_rows)};

#define MESSAGE(field) offsetof(struct jg_conf_message, field)

/* The id stands in front: it is the member's name. */
static const struct jg_field message_rows[] = {
    {"message", JG_FIELD_STR, MESSAGE(message), .max = 1024},
    {"code", JG_FIELD_INT, MESSAGE(code), .min = 0, .max = 599},
};
static const struct jg_field_table message_table = {
    sizeof(struct jg_conf_message), message_rows, JG_FIELD_COUNT(message_rows)};

static const struct jg_field rows[] = {
    /* Where it listens, and its own interface. */
    {"listen_address", JG_FIELD_STR, CONF(listen_address), .max = 255},
    {"listen_port", JG_FIELD_INT, CONF(listen_port), .min = 1, .max = 65535},
    {"control_api_hostname", JG_FIELD_STR, CONF(control_api_hostname),
     .max = 255, .note = "the address that the control API listens on"},
    {"control_api_port", JG_FIELD_INT, CONF(control_api_port), .min = 0,
     .max = 65535},
    {"control_api_origins", JG_FIELD_STRS, CONF(control_api_origins),
     .max = 255,
     .note = "not in Tyk: under which addresses the dashboard is used, when a "
             "proxy gives it another one, as https://admin.example"},
    {"secret", JG_FIELD_STR, CONF(secret), .max = 1024, .secret = true,
     .note = "one is made at start when it is empty"},
    {"read_only_secret", JG_FIELD_STR, CONF(read_only_secret), .max = 1024,
     .secret = true,
     .note = "not in Tyk: lets somebody read the control API and explain "
             "tokens; secrets in answers are hidden"},
    {"health_check_endpoint_name", JG_FIELD_STR,
     CONF(health_check_endpoint_name), .max = 255},
    {"readiness_check_endpoint_name", JG_FIELD_STR,
     CONF(readiness_check_endpoint_name), .max = 255},
    {"hostname", JG_FIELD_SILENT, .note = "use enable_custom_domains"},
    {"http_server_options", JG_FIELD_OBJECT, CONF(http), &http_table},
    {"enable_custom_domains", JG_FIELD_BOOL, CONF(enable_custom_domains)},
    {"graceful_shutdown_timeout_duration", JG_FIELD_INT,
     CONF(graceful_shutdown_timeout_s), .min = 0, .max = 3600},
    {"hide_generator_header", JG_FIELD_BOOL, CONF(hide_generator_header)},
    {"close_connections", JG_FIELD_BOOL, CONF(close_connections)},

    /* Where definitions and records are. */
    {"app_path", JG_FIELD_STR, CONF(app_path), .max = PATH_MAX_BYTES},
    {"middleware_path", JG_FIELD_STR, CONF(middleware_path),
     .max = PATH_MAX_BYTES},
    {"template_path", JG_FIELD_STR, CONF(template_path), .max = PATH_MAX_BYTES,
     .note = "error.json, error.xml, error_401.json ...; {{.Message}} and "
             "{{.StatusCode}} are known, other actions are not"},
    {"error_templates", JG_FIELD_STR_MAP, CONF(error_templates),
     .max = JG_ERROR_TEMPLATE_MAX,
     .note = "not in Tyk: the same without files, by their names; files win"},
    {"policies", JG_FIELD_OBJECT, CONF(policies), &policies_table},
    {"allow_unsafe_policy_ids", JG_FIELD_BOOL, CONF(allow_unsafe_policy_ids)},
    {"storage", JG_FIELD_OBJECT, CONF(storage), &storage_table},

    /* Upstreams. */
    {"proxy_default_timeout", JG_FIELD_NUMBER, CONF(proxy_default_timeout_s),
     .min = 0, .max = DAY_S},
    {"proxy_ssl_insecure_skip_verify", JG_FIELD_BOOL,
     CONF(proxy_ssl_insecure_skip_verify)},
    {"max_idle_connections_per_host", JG_FIELD_INT,
     CONF(max_idle_connections_per_host), .min = 0, .max = 65536,
     .note = "of each nginx worker"},
    {"proxy_close_connections", JG_FIELD_IGNORED,
     .note = "connections to upstreams are kept"},
    {"proxy_enable_http2", JG_FIELD_IGNORED,
     .note = "upstreams are asked in HTTP/1.1"},
    {"proxy_ssl_min_version", JG_FIELD_IGNORED,
     .note = "TLS 1.2 is the least for upstreams"},
    {"proxy_ssl_max_version", JG_FIELD_IGNORED,
     .note = "the newest TLS that both sides know is used"},
    {"proxy_ssl_ciphers", JG_FIELD_IGNORED,
     .note = "the TLS library's own choice is used"},
    {"proxy_ssl_disable_renegotiation", JG_FIELD_SILENT, .note = "never done"},
    {"ssl_force_common_name_check", JG_FIELD_SILENT,
     .note = "names are always checked, in the certificate's own list"},
    {"max_idle_connections", JG_FIELD_SILENT,
     .note = "see max_idle_connections_per_host"},
    {"close_idle_connections", JG_FIELD_SILENT,
     .note = "nginx closes idle connections by itself"},
    {"max_conn_time", JG_FIELD_SILENT,
     .note = "idle connections are closed, others are not"},
    {"dns_cache", JG_FIELD_SILENT, .note = "see dns_refresh"},
    {"service_discovery", JG_FIELD_SILENT, .note = "not in this version"},
    {"external_services", JG_FIELD_IGNORED,
     .note = "upstreams are connected directly"},
    {"uptime_tests", JG_FIELD_SILENT,
     .note = "hosts that refuse connections are passed over instead"},

    /* Key sets by URL. */
    {"jwt_ssl_insecure_skip_verify", JG_FIELD_BOOL,
     CONF(jwt_ssl_insecure_skip_verify)},
    {"jwks", JG_FIELD_OBJECT, CONF(jwks), &jwks_table},

    /* Ours. */
    {"workers", JG_FIELD_INT, CONF(workers), .min = 0, .max = 512,
     .note = ours},
    {"broker_processes", JG_FIELD_INT, CONF(broker_processes), .min = 1,
     .max = 256, .note = ours},
    {"broker_deadline", JG_FIELD_INT, CONF(broker_deadline_s), .min = 1,
     .max = 3600, .note = ours},
    {"dns_refresh", JG_FIELD_INT, CONF(dns_refresh_s), .min = 1, .max = DAY_S,
     .note = ours},
    {"jwt_cache_max_bytes", JG_FIELD_INT, CONF(jwt_cache_max_bytes), .min = 0,
     .max = 1LL << 40, .note = ours},
    {"user", JG_FIELD_STR, CONF(user), .max = 32, .note = ours},
    {"trusted_ca_file", JG_FIELD_STR, CONF(trusted_ca_file),
     .max = PATH_MAX_BYTES, .note = ours},
    {"log_level", JG_FIELD_STR, CONF(log_level), .max = 16},

    /* What Tyk can do, and this version cannot. */
    {"use_db_app_configs", JG_FIELD_IGNORED, .note = central},
    {"db_app_conf_options", JG_FIELD_OBJECT, .table = &segment_table},
    {"slave_options", JG_FIELD_OBJECT, .table = &slave_table},
    {"security", JG_FIELD_OBJECT, .table = &security_table},
    {"auth_override", JG_FIELD_IGNORED,
     .note = "authentication is what each definition says"},
    {"split_token_keys", JG_FIELD_LIST, CONF(split_token_keys),
     &jg_conf_split_key_table,
     .note = "not in Tyk: keys of sealed split tokens; the first one seals, "
             "all of them open"},
    {"override_messages", JG_FIELD_MAP, CONF(override_messages),
     .table = &message_table,
     .note = "auth.auth_field_missing and auth.key_not_found; the others are "
             "of errors that there are not here"},
    {"error_overrides", JG_FIELD_IGNORED, .note = "errors keep their own text"},
    {"secrets", JG_FIELD_STR_MAP, CONF(secrets), .secret = true,
     .note = "for $secret_conf variables in header values"},
    {"environment_secrets", JG_FIELD_STR_MAP, CONF(environment_secrets),
     .secret = true,
     .note = "not in Tyk: for $secret_env variables; those of the environment, "
             "TYK_SECRET_NAME, are added"},
    {"kv", JG_FIELD_IGNORED,
     .note = "there are no $secret_vault and $secret_consul variables"},
    {"rate_limit_response_headers", JG_FIELD_STR,
     CONF(rate_limit_response_headers), .max = 64},
    {"enforce_org_quotas", JG_FIELD_BOOL, CONF(enforce_org_quotas)},
    {"monitor", JG_FIELD_SILENT, .note = "nobody is told of used quotas"},
    {"enable_analytics", JG_FIELD_IGNORED, .note = statistics},
    {"access_logs", JG_FIELD_OBJECT, .table = &access_logs_table},
    {"opentelemetry", JG_FIELD_OBJECT, .table = &telemetry_table},
    {"tracing", JG_FIELD_OBJECT, .table = &telemetry_table},
    {"event_handlers", JG_FIELD_SILENT, .note = "no handler is called"},
    {"ignore_endpoint_case", JG_FIELD_SILENT},
    {"ignore_canonical_mime_header_key", JG_FIELD_BOOL,
     CONF(ignore_canonical_mime_header_key)},
    {"enable_bundle_downloader", JG_FIELD_SILENT, .note = plugins},
    {"bundle_base_url", JG_FIELD_SILENT, .note = plugins},
    {"bundle_insecure_skip_verify", JG_FIELD_SILENT, .note = plugins},
    {"public_key_path", JG_FIELD_SILENT, .note = plugins},
    {"coprocess_options", JG_FIELD_SILENT, .note = plugins},
    {"enable_jsvm", JG_FIELD_BOOL, CONF(enable_jsvm)},
    {"jsvm_timeout", JG_FIELD_INT, CONF(jsvm_timeout_s), .max = 3600},
    {"disable_virtual_path_blobs", JG_FIELD_BOOL,
     CONF(disable_virtual_path_blobs)},
    {"script_processes", JG_FIELD_INT, CONF(script_processes), .min = 1,
     .max = 32, .note = "ours: scripts that run at the same time"},
    {"script_memory", JG_FIELD_INT, CONF(script_memory_mib), .min = 4,
     .max = 1024, .note = "ours: MiB for one script"},
    {"tyk_js_path", JG_FIELD_STR, CONF(tyk_js_path), .max = PATH_MAX_BYTES,
     .note = "evaluated before the scripts of each API"},
    {"oas_config", JG_FIELD_SILENT, .note = "of Tyk's own checks of documents"},
    {"streaming", JG_FIELD_SILENT, .note = "Tyk Streams are not offered"},
    {"node_secret", JG_FIELD_SILENT, .note = central},
    {"disable_dashboard_zeroconf", JG_FIELD_SILENT, .note = central},
    {"management_node", JG_FIELD_SILENT, .note = central},
    {"allow_remote_config", JG_FIELD_SILENT, .note = central},
    {"allow_insecure_configs", JG_FIELD_SILENT, .note = central},
    {"suppress_redis_signal_reload", JG_FIELD_SILENT, .note = central},
    {"resource_sync", JG_FIELD_SILENT, .note = central},
    {"reload_interval", JG_FIELD_SILENT, .note = "a reload begins at once"},
    {"reload_wait_time", JG_FIELD_SILENT, .note = "a reload begins at once"},
    {"pid_file_location", JG_FIELD_SILENT,
     .note = "no file is written: signals go to jotgate serve"},
    {"version_header", JG_FIELD_SILENT},
    {"cloud", JG_FIELD_SILENT, .note = "Tyk Cloud's own"},
    {"edition", JG_FIELD_SILENT, .note = "Tyk's own"},

    /* Keys and sessions: computed here, stored there. */
    {"hash_keys", JG_FIELD_BOOL, CONF(keys.hash_keys),
     .note = "keys are shown as short hashes, but found by their whole "
             "SHA-256"},
    {"hash_key_function", JG_FIELD_STR, CONF(keys.hash_key_function),
     .max = 32},
    {"hash_key_function_fallback", JG_FIELD_STRS,
     CONF(keys.hash_key_function_fallback), .max = 32},
    {"basic_auth_hash_key_function", JG_FIELD_SILENT,
     .note = "new passwords are kept as bcrypt always"},
    {"enable_hashed_keys_listing", JG_FIELD_BOOL,
     CONF(keys.enable_hashed_keys_listing)},
    {"disable_key_actions_by_username", JG_FIELD_BOOL,
     CONF(keys.disable_key_actions_by_username)},
    {"min_token_length", JG_FIELD_INT, CONF(keys.min_token_length), .min = 0,
     .max = 8192},
    {"allow_master_keys", JG_FIELD_BOOL, CONF(keys.allow_master_keys)},
    {"enable_key_logging", JG_FIELD_SILENT, .note = "keys are never logged"},
    {"local_session_cache", JG_FIELD_SILENT, .note = keys},
    {"session_update_pool_size", JG_FIELD_SILENT, .note = keys},
    {"session_update_buffer_size", JG_FIELD_SILENT, .note = keys},
    {"optimisations_use_async_session_write", JG_FIELD_SILENT, .note = keys},
    {"global_session_lifetime", JG_FIELD_INT,
     CONF(keys.global_session_lifetime_s), .min = 0, .max = JG_KEY_LIFE_MAX_S},
    {"force_global_session_lifetime", JG_FIELD_BOOL,
     CONF(keys.force_global_session_lifetime)},
    {"session_lifetime_respects_key_expiration", JG_FIELD_BOOL,
     CONF(keys.session_lifetime_respects_key_expiration)},
    {"supress_default_org_store", JG_FIELD_SILENT, .note = keys},
    {"enforce_org_data_age", JG_FIELD_SILENT, .note = keys},
    {"enforce_org_data_detail_logging", JG_FIELD_SILENT, .note = keys},
    {"oauth_refresh_token_expire", JG_FIELD_SILENT, .note = keys},
    {"oauth_token_expire", JG_FIELD_SILENT, .note = keys},
    {"oauth_token_expired_retain_period", JG_FIELD_SILENT, .note = keys},
    {"oauth_redirect_uri_separator", JG_FIELD_SILENT, .note = keys},
    {"oauth_error_status_code", JG_FIELD_SILENT, .note = keys},

    /* Limiters. */
    {"enable_non_transactional_rate_limiter", JG_FIELD_SILENT, .note = limits},
    {"enable_sentinel_rate_limiter", JG_FIELD_SILENT, .note = limits},
    {"enable_redis_rolling_limiter", JG_FIELD_SILENT, .note = limits},
    {"enable_fixed_window_rate_limiter", JG_FIELD_SILENT, .note = limits},
    {"enable_rate_limit_smoothing", JG_FIELD_SILENT, .note = limits},
    {"drl_notification_frequency", JG_FIELD_SILENT, .note = limits},
    {"drl_threshold", JG_FIELD_SILENT, .note = limits},
    {"drl_enable_sentinel_rate_limiter", JG_FIELD_SILENT, .note = limits},
    {"legacy_enable_allowance_countdown", JG_FIELD_SILENT, .note = limits},

    /* Telling others. */
    {"analytics_config", JG_FIELD_SILENT, .note = statistics},
    {"enable_separate_analytics_store", JG_FIELD_SILENT, .note = statistics},
    {"analytics_storage", JG_FIELD_SILENT, .note = statistics},
    {"statsd_connection_string", JG_FIELD_SILENT, .note = statistics},
    {"statsd_prefix", JG_FIELD_SILENT, .note = statistics},
    {"newrelic", JG_FIELD_SILENT, .note = statistics},
    {"enable_http_profiler", JG_FIELD_SILENT, .note = "there is no profiler"},
    {"health_check", JG_FIELD_SILENT,
     .note = "/hello, /ready and /live are always there"},
    {"liveness_check", JG_FIELD_SILENT,
     .note = "/hello, /ready and /live are always there"},
    {"log_format", JG_FIELD_SILENT, .note = logs},
    {"use_redis_log", JG_FIELD_SILENT, .note = logs},
    {"use_sentry", JG_FIELD_SILENT, .note = logs},
    {"sentry_code", JG_FIELD_SILENT, .note = logs},
    {"sentry_log_level", JG_FIELD_SILENT, .note = logs},
    {"use_syslog", JG_FIELD_SILENT, .note = logs},
    {"syslog_transport", JG_FIELD_SILENT, .note = logs},
    {"syslog_network_addr", JG_FIELD_SILENT, .note = logs},
    {"use_graylog", JG_FIELD_SILENT, .note = logs},
    {"graylog_network_addr", JG_FIELD_SILENT, .note = logs},
    {"use_logstash", JG_FIELD_SILENT, .note = logs},
    {"logstash_transport", JG_FIELD_SILENT, .note = logs},
    {"logstash_network_addr", JG_FIELD_SILENT, .note = logs},
    {"track_404_logs", JG_FIELD_SILENT, .note = logs},
    {"enable_separate_cache_store", JG_FIELD_SILENT,
     .note = "responses are not cached"},
    {"cache_storage", JG_FIELD_SILENT, .note = "responses are not cached"},
    {"disable_regexp_cache", JG_FIELD_SILENT,
     .note = "patterns are compiled once, when they are loaded"},
    {"regexp_cache_expire", JG_FIELD_SILENT,
     .note = "patterns are compiled once, when they are loaded"},
    {"disable_ports_whitelist", JG_FIELD_SILENT,
     .note = "there are no TCP services"},
    {"ports_whitelist", JG_FIELD_SILENT, .note = "there are no TCP services"},
    {"private_certificate_encoding_secret", JG_FIELD_SILENT,
     .note = "there is no store of certificates"},
};

const struct jg_field_table jg_conf_table = {sizeof(struct jg_conf), rows,
                                             JG_FIELD_COUNT(rows)};

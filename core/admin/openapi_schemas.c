/* What bodies hold, as JSON schemas: made of the tables that also read them. */
#include "admin/admin_internal.h"
#include "base/bind.h"
#include "model/api.h"
#include "model/oas.h"
#include "model/policy.h"
#include "model/stored_session.h"

/* The bodies that the gateway makes itself. */
#define TABLE(name)                                     \
    static const struct jg_field_table name##_table = { \
        0, name##_rows, JG_FIELD_COUNT(name##_rows)}

static const struct jg_field finding_rows[] = {
    {"severity", JG_FIELD_STR}, {"code", JG_FIELD_STR},
    {"message", JG_FIELD_STR},  {"path", JG_FIELD_STR},
    {"line", JG_FIELD_INT},     {"column", JG_FIELD_INT},
    {"found", JG_FIELD_STR},    {"fix", JG_FIELD_STR},
    {"file", JG_FIELD_STR},
};
TABLE(finding);

static const struct jg_field message_rows[] = {
    {"status", JG_FIELD_STR, .note = "ok or error"},
    {"message", JG_FIELD_STR},
    {"errors", JG_FIELD_LIST, .table = &finding_table},
};
TABLE(message);

static const struct jg_field changed_rows[] = {
    {"key", JG_FIELD_STR, .note = "the id"},
    {"status", JG_FIELD_STR, .note = "ok"},
    {"action", JG_FIELD_STR, .note = "added, modified, deleted or updated"},
    {"key_hash", JG_FIELD_STR},
    {"warnings", JG_FIELD_LIST, .table = &finding_table},
};
TABLE(changed);

static const struct jg_field detail_rows[] = {
    {"status", JG_FIELD_STR},
    {"componentType", JG_FIELD_STR},
    {"output", JG_FIELD_STR},
    {"time", JG_FIELD_STR, .note = "RFC 3339"},
};
TABLE(detail);

static const struct jg_field hello_rows[] = {
    {"status", JG_FIELD_STR, .note = "pass, warn or fail"},
    {"version", JG_FIELD_STR},
    {"description", JG_FIELD_STR},
    {"details", JG_FIELD_MAP, .table = &detail_table},
};
TABLE(hello);

/* What jg_answer_key_facts() writes. */
#define KEY_FACTS                                                             \
    {"kid", JG_FIELD_STR}, {"alg", JG_FIELD_STR}, {"kty", JG_FIELD_STR},      \
        {"use", JG_FIELD_STR}, {"crv", JG_FIELD_STR}, {"bits", JG_FIELD_INT}, \
    {                                                                         \
        "thumbprint", JG_FIELD_STR, .note = "RFC 7638"                        \
    }

static const struct jg_field key_rows[] = {
    KEY_FACTS,
    {"state", JG_FIELD_STR, .note = "new, active, unused, gone or unknown"},
    {"first_seen", JG_FIELD_INT, .note = "unix time, as all times here"},
    {"last_used", JG_FIELD_INT},
    {"gone_since", JG_FIELD_INT},
    {"last_asked", JG_FIELD_INT,
     .note = "unknown: tokens name it, and no key of the set has it"},
    {"times_asked", JG_FIELD_INT,
     .note = "so often the set was fetched for it in vain"},
    {"jwk", JG_FIELD_ANY, .note = "of one set only, as the next"},
    {"pem", JG_FIELD_STR},
};
TABLE(key);

static const struct jg_field skipped_rows[] = {
    {"kid", JG_FIELD_STR},
    {"reason", JG_FIELD_STR},
};
TABLE(skipped);

static const struct jg_field keyset_rows[] = {
    {"id", JG_FIELD_STR},
    {"url", JG_FIELD_STR},
    {"issuer", JG_FIELD_STR},
    {"jwks_url", JG_FIELD_STR},
    {"insecure", JG_FIELD_BOOL},
    {"apis", JG_FIELD_STRS},
    {"last_fetch", JG_FIELD_INT},
    {"last_try", JG_FIELD_INT},
    {"last_status", JG_FIELD_INT, .note = "of HTTP; 0: no answer came"},
    {"last_ms", JG_FIELD_INT, .note = "so long the last attempt took"},
    {"next_refresh", JG_FIELD_INT},
    {"may_refresh", JG_FIELD_INT,
     .note = "from then on a key that it lacks makes it be fetched"},
    {"failures", JG_FIELD_INT},
    {"fault", JG_FIELD_STR},
    {"keys", JG_FIELD_LIST, .table = &key_table},
    {"skipped", JG_FIELD_LIST, .table = &skipped_table},
};
TABLE(keyset);

static const struct jg_field keysets_rows[] = {
    {"sets", JG_FIELD_LIST, .table = &keyset_table},
};
TABLE(keysets);

static const struct jg_field entry_rows[] = {
    {"time", JG_FIELD_STR, .note = "RFC 3339"},
    {"request_id", JG_FIELD_STR},
    {"api_id", JG_FIELD_STR},
    {"method", JG_FIELD_STR},
    {"status", JG_FIELD_INT},
    {"reason", JG_FIELD_STR, .note = "JG000: it was let pass"},
    {"identity", JG_FIELD_STR, .note = "a hash"},
    {"microseconds", JG_FIELD_INT},
};
TABLE(entry);

static const struct jg_field journal_rows[] = {
    {"decisions", JG_FIELD_LIST, .table = &entry_table},
};
TABLE(journal);

static const struct jg_field question_rows[] = {
    {"api_id", JG_FIELD_STR},
    {"token", JG_FIELD_STR, .secret = true},
    {"method", JG_FIELD_STR},
    {"path", JG_FIELD_STR},
};
TABLE(question);

static const struct jg_field step_rows[] = {
    {"name", JG_FIELD_STR},     {"outcome", JG_FIELD_STR},
    {"meaning", JG_FIELD_STR},  {"seen", JG_FIELD_STR},
    {"expected", JG_FIELD_STR}, {"reason", JG_FIELD_STR},
    {"help", JG_FIELD_STR},
};
TABLE(step);

static const struct jg_field explanation_rows[] = {
    {"verdict", JG_FIELD_STR, .note = "allow, deny or want"},
    {"reason", JG_FIELD_STR},
    {"status", JG_FIELD_INT},
    {"text", JG_FIELD_STR, .note = "the client's"},
    {"help", JG_FIELD_STR},
    {"hints", JG_FIELD_STRS},
    {"steps", JG_FIELD_LIST, .table = &step_table},
    {"response", JG_FIELD_ANY},
    {"lines", JG_FIELD_STR, .note = "with ?lines=true: all of it for people"},
};
TABLE(explanation);

static const struct jg_field revocation_rows[] = {
    {"id", JG_FIELD_STR, .note = "of an answer"},
    {"token", JG_FIELD_STR, .secret = true, .note = "its hash is kept"},
    {"token_sha256", JG_FIELD_STR},
    {"signed_sha256", JG_FIELD_STR,
     .note = "of an answer: the SHA-256 of a token's header and claims"},
    {"jti", JG_FIELD_STR},
    {"sub", JG_FIELD_STR},
    {"client", JG_FIELD_STR},
    {"kid", JG_FIELD_STR},
    {"issued_before", JG_FIELD_ANY, .note = "unix time"},
    {"api_id", JG_FIELD_STR},
    {"created", JG_FIELD_INT},
    {"expires", JG_FIELD_ANY, .note = "unix time"},
    {"note", JG_FIELD_STR},
    {"damaged", JG_FIELD_BOOL, .note = "of an answer: DELETE it"},
};
TABLE(revocation);

static const struct jg_field revocations_rows[] = {
    {"revocations", JG_FIELD_LIST, .table = &revocation_table},
};
TABLE(revocations);

static const struct jg_field split_rows[] = {
    {"id", JG_FIELD_STR,
     .note = "a (access token) or r (refresh token), and 32 digits of the "
             "SHA-256 of what finds it; opens nothing"},
    {"kind", JG_FIELD_STR, .note = "access, refresh"},
    {"api_id", JG_FIELD_STR, .note = "whose token endpoint gave it"},
    {"org_id", JG_FIELD_STR},
    {"subject", JG_FIELD_STR, .note = "claim sub, when it is known"},
    {"client", JG_FIELD_STR, .note = "azp or client_id, when it is known"},
    {"created", JG_FIELD_INT, .note = "unix time"},
    {"expires", JG_FIELD_INT, .note = "unix time"},
    {"refresh_id", JG_FIELD_STR,
     .note = "of an access token that can be renewed: its refresh token"},
};
TABLE(split);

static const struct jg_field splits_rows[] = {
    {"splits", JG_FIELD_LIST, .table = &split_table},
    {"next", JG_FIELD_STR, .note = "there are more: ?after= this"},
};
TABLE(splits);

static const struct jg_field splits_deleted_rows[] = {
    {"status", JG_FIELD_STR},
    {"action", JG_FIELD_STR},
    {"deleted", JG_FIELD_INT, .note = "how many access and refresh tokens"},
};
TABLE(splits_deleted);

static const struct jg_field key_details_rows[] = {
    {"key", JG_FIELD_STR},
    {"alias", JG_FIELD_STR},
    {"org_id", JG_FIELD_STR},
    {"apply_policies", JG_FIELD_STRS},
    {"expires", JG_FIELD_INT, .note = "unix time; 0: never"},
    {"is_inactive", JG_FIELD_BOOL},
    {"date_created", JG_FIELD_ANY},
    {"last_updated", JG_FIELD_ANY},
};
TABLE(key_details);

static const struct jg_field keys_rows[] = {
    {"keys", JG_FIELD_STRS, .note = "with hash_keys their hashes"},
    {"details", JG_FIELD_LIST, .table = &key_details_table,
     .note = "with ?details=true, of the first 5,000"},
};
TABLE(keys);

static const struct jg_field key_policy_rows[] = {
    {"policy", JG_FIELD_STR},
    {"apply_policies", JG_FIELD_STRS},
};
TABLE(key_policy);

static const struct jg_field issuer_rows[] = {
    {"issuer", JG_FIELD_STR,
     .note = "an issuer, the address of its metadata, or a host name"},
};
TABLE(issuer);

static const struct jg_field found_key_rows[] = {
    KEY_FACTS,
    {"state", JG_FIELD_STR, .note = "usable or skipped"},
    {"reason", JG_FIELD_STR, .note = "why it is skipped"},
};
TABLE(found_key);

static const struct jg_field provider_rows[] = {
    {"id", JG_FIELD_STR, .note = "oidc: none that is known by name"},
    {"name", JG_FIELD_STR},
    {"signing_method", JG_FIELD_STR, .note = "for jwt_signing_method"},
    {"identity_claim", JG_FIELD_STR},
    {"scope_claim", JG_FIELD_STR, .note = "empty: its tokens have none"},
    {"client_claim", JG_FIELD_STR},
    {"audience", JG_FIELD_STR},
    {"advice", JG_FIELD_STR},
};
TABLE(provider);

static const struct jg_field warning_rows[] = {
    {"code", JG_FIELD_STR, .note = "http, local, issuer, hmac or keys"},
    {"message", JG_FIELD_STR},
};
TABLE(warning);

static const struct jg_field discovery_rows[] = {
    {"issuer", JG_FIELD_STR, .note = "as its tokens name it"},
    {"metadata_url", JG_FIELD_STR},
    {"jwks_uri", JG_FIELD_STR},
    {"token_endpoint", JG_FIELD_STR},
    {"algorithms", JG_FIELD_STRS},
    {"scopes", JG_FIELD_STRS},
    {"keys", JG_FIELD_LIST, .table = &found_key_table},
    {"warnings", JG_FIELD_LIST, .table = &warning_table},
    {"provider", JG_FIELD_OBJECT, .table = &provider_table},
};
TABLE(discovery);

static const struct jg_field claims_question_rows[] = {
    {"token", JG_FIELD_STR, .secret = true,
     .note = "as for /tyk/explain; it is not verified"},
    {"paths", JG_FIELD_STRS, .note = "at most 64"},
};
TABLE(claims_question);

static const struct jg_field found_claim_rows[] = {
    {"path", JG_FIELD_STR},
    {"kind", JG_FIELD_STR,
     .note = "nothing, null, boolean, number, string, array or object"},
    {"value", JG_FIELD_ANY},
    {"identity", JG_FIELD_BOOL, .note = "can it say who calls?"},
    {"scopes", JG_FIELD_STRS, .note = "that it gives"},
};
TABLE(found_claim);

static const struct jg_field claims_rows[] = {
    {"header", JG_FIELD_ANY},
    {"claims", JG_FIELD_ANY},
    {"found", JG_FIELD_LIST, .table = &found_claim_table},
};
TABLE(claims);

static const struct jg_field effective_question_rows[] = {
    {"policies", JG_FIELD_STRS, .note = "ids, at most 64"},
    {"scopes", JG_FIELD_STRS, .note = "that the mapping turns into policies"},
    {"api_id", JG_FIELD_STR, .note = "whose mapping and organisation"},
    {"scope_to_policy", JG_FIELD_STR_MAP, .note = "instead of the API's"},
    {"documents", JG_FIELD_LIST, .table = &jg_policy_table,
     .note = "policies that are not saved, instead of those in force"},
};
TABLE(effective_question);

static const struct jg_field used_policy_rows[] = {
    {"id", JG_FIELD_STR},          {"name", JG_FIELD_STR},
    {"active", JG_FIELD_BOOL},     {"scope", JG_FIELD_STR},
    {"partitions", JG_FIELD_STRS},
};
TABLE(used_policy);

static const struct jg_field conflict_rows[] = {
    {"severity", JG_FIELD_STR,
     .note = "fault: the callers are refused; warning"},
    {"reason", JG_FIELD_STR},
    {"message", JG_FIELD_STR},
    {"policies", JG_FIELD_STRS},
    {"apis", JG_FIELD_STRS, .note = "that both have rights on, at most 20"},
};
TABLE(conflict);

static const struct jg_field granted_url_rows[] = {
    {"url", JG_FIELD_STR},
    {"methods", JG_FIELD_STRS},
};
TABLE(granted_url);

static const struct jg_field granted_rows[] = {
    {"api_id", JG_FIELD_STR},
    {"api_name", JG_FIELD_STR},
    {"versions", JG_FIELD_STRS},
    {"allowed_urls", JG_FIELD_LIST, .table = &granted_url_table},
    {"granted_by", JG_FIELD_STRS, .note = "ids of policies"},
    {"limit", JG_FIELD_OBJECT, .table = &jg_limit_table},
    {"won_by", JG_FIELD_STR_MAP, .note = "a number to the policy it is from"},
};
TABLE(granted);

static const struct jg_field effective_rows[] = {
    {"verdict", JG_FIELD_STR, .note = "merged or refused"},
    {"reason", JG_FIELD_STR, .note = "of refused"},
    {"message", JG_FIELD_STR, .note = "of refused"},
    {"policies", JG_FIELD_LIST, .table = &used_policy_table},
    {"unknown", JG_FIELD_STRS, .note = "ids of no policy"},
    {"unmapped", JG_FIELD_STRS, .note = "scopes of no policy"},
    {"conflicts", JG_FIELD_LIST, .table = &conflict_table},
    {"is_inactive", JG_FIELD_BOOL},
    {"limit", JG_FIELD_OBJECT, .table = &jg_limit_table},
    {"won_by", JG_FIELD_STR_MAP, .note = "a number to the policy it is from"},
    {"apis", JG_FIELD_LIST, .table = &granted_table},
};
TABLE(effective);

static const struct jg_field access_rows[] = {
    {"may", JG_FIELD_STR, .note = "change, or read alone"},
};
TABLE(access);

static const struct jg_field system_rows[] = {
    {"version", JG_FIELD_STR},
    {"loaded", JG_FIELD_INT, .note = "unix time of the last load"},
    {"apis", JG_FIELD_INT, .note = "in force"},
    {"policies", JG_FIELD_INT, .note = "in force"},
    {"faults", JG_FIELD_INT},
    {"warnings", JG_FIELD_INT},
    {"findings", JG_FIELD_LIST, .table = &finding_table,
     .note = "in the configuration that was read, and in definitions and "
             "policies as they are now; at most 1000 of each"},
    {"settings", JG_FIELD_ANY, .note = "in force, without secrets"},
};
TABLE(system);

static const struct jg_field openapi_rows[] = {
    {"openapi", JG_FIELD_STR},
    {"info", JG_FIELD_ANY},
    {"paths", JG_FIELD_ANY},
    {"components", JG_FIELD_ANY},
};
TABLE(openapi);

/* By tables, or a list of another one. */
static const struct shape {
    const char *name;
    const struct jg_field_table *tables[2];
    const char *of;
    const char *required; /* members that are always there */
} shapes[JG_SHAPE_COUNT] = {
    [JG_SHAPE_NONE] = {"Message",
                       {&message_table},
                       .required = "status message"},
    [JG_SHAPE_CHANGED] = {"Changed",
                          {&changed_table},
                          .required = "key status action"},
    [JG_SHAPE_API] = {"Api", {&jg_api_table}},
    [JG_SHAPE_APIS] = {"Apis", .of = "Api"},
    [JG_SHAPE_OAS] = {"OasApi", {&jg_oas_table, &jg_oas_operations_table}},
    [JG_SHAPE_OASES] = {"OasApis", .of = "OasApi"},
    [JG_SHAPE_POLICY] = {"Policy", {&jg_policy_table}},
    [JG_SHAPE_POLICIES] = {"Policies", .of = "Policy"},
    [JG_SHAPE_HELLO] = {"Hello",
                        {&hello_table},
                        .required = "status version description"},
    [JG_SHAPE_METRICS] = {NULL}, /* text */
    [JG_SHAPE_KEYSET] = {"KeySet",
                         {&keyset_table},
                         .required = "id url keys skipped"},
    [JG_SHAPE_KEYSETS] = {"KeySets", {&keysets_table}, .required = "sets"},
    [JG_SHAPE_JOURNAL] = {"Journal", {&journal_table}, .required = "decisions"},
    [JG_SHAPE_QUESTION] = {"Question", {&question_table}, .required = "api_id"},
    [JG_SHAPE_EXPLANATION] = {"Explanation",
                              {&explanation_table},
                              .required = "verdict steps response"},
    [JG_SHAPE_REVOCATION] = {"Revocation", {&revocation_table}},
    [JG_SHAPE_REVOCATIONS] = {"Revocations",
                              {&revocations_table},
                              .required = "revocations"},
    [JG_SHAPE_SPLIT] = {"SplitToken",
                        {&split_table},
                        .required = "id kind api_id created expires"},
    [JG_SHAPE_SPLITS] = {"SplitTokens", {&splits_table}, .required = "splits"},
    [JG_SHAPE_SPLITS_DELETED] = {"SplitTokensDeleted",
                                 {&splits_deleted_table},
                                 .required = "status action deleted"},
    [JG_SHAPE_SESSION] = {"Session", {&jg_stored_session_table}},
    [JG_SHAPE_KEYS] = {"Keys", {&keys_table}, .required = "keys"},
    [JG_SHAPE_KEY_POLICY] = {"KeyPolicy", {&key_policy_table}},
    [JG_SHAPE_ISSUER] = {"Issuer", {&issuer_table}, .required = "issuer"},
    [JG_SHAPE_DISCOVERY] = {"Discovery",
                            {&discovery_table},
                            .required =
                                "issuer jwks_uri keys warnings provider"},
    [JG_SHAPE_CLAIMS_QUESTION] = {"ClaimsQuestion",
                                  {&claims_question_table},
                                  .required = "token paths"},
    [JG_SHAPE_CLAIMS] = {"Claims",
                         {&claims_table},
                         .required = "header claims found"},
    [JG_SHAPE_EFFECTIVE_QUESTION] = {"EffectiveQuestion",
                                     {&effective_question_table}},
    [JG_SHAPE_EFFECTIVE] = {"Effective",
                            {&effective_table},
                            .required = "verdict policies unknown unmapped "
                                        "conflicts"},
    [JG_SHAPE_ACCESS] = {"Access", {&access_table}, .required = "may"},
    [JG_SHAPE_SYSTEM] = {"System",
                         {&system_table},
                         .required = "version loaded apis policies faults "
                                     "warnings findings settings"},
    [JG_SHAPE_OPENAPI] = {"OpenApi",
                          {&openapi_table},
                          .required = "openapi info paths components"},
};

const char *
jg_openapi_schema_name(enum jg_admin_shape shape)
{
    return shapes[shape].name;
}

/* ,"required":[...] of "a b c" */
static void
add_required(struct jg_buf *b, struct jg_str names)
{
    const char *comma = "";
    struct jg_str name;

    jg_openapi_add(b, ",'required':[");
    while (jg_str_next(&names, ' ', &name)) {
        jg_buf_addf(b, "%s\"%.*s\"", comma, JG_STR_ARG(name));
        comma = ",";
    }
    jg_buf_addc(b, ']');
}

static void
add_tables(struct jg_buf *b, const struct shape *shape)
{
    jg_openapi_add(b, "{'allOf':[");
    for (size_t i = 0; i < 2 && shape->tables[i] != NULL; i++) {
        if (i > 0)
            jg_buf_addc(b, ',');
        jg_openapi_add(b, "{'type':'object'");
        if (shape->required != NULL)
            add_required(b, jg_str(shape->required));
        jg_openapi_add_properties(b, shape->tables[i]);
        jg_buf_addc(b, '}');
    }
    jg_openapi_add(b, "]}");
}

void
jg_openapi_add_schemas(struct jg_buf *b)
{
    const char *comma = "";

    for (size_t i = 0; i < JG_SHAPE_COUNT; i++) {
        if (shapes[i].name == NULL)
            continue;
        jg_buf_addf(b, "%s\"%s\":", comma, shapes[i].name);
        comma = ",";
        if (shapes[i].of != NULL)
            jg_buf_addf(b,
                        "{\"type\":\"array\",\"items\":{\"$ref\":"
                        "\"#/components/schemas/%s\"}}",
                        shapes[i].of);
        else
            add_tables(b, &shapes[i]);
    }
}

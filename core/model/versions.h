/*
 * Versions of an API (reference 1.1, 5): of the old style, inside one
 * definition, and of the new style, one API each.
 */
#ifndef JG_MODEL_VERSIONS_H
#define JG_MODEL_VERSIONS_H

#include "base/pattern.h"
#include "model/endpoints.h"
#include "model/transform.h"

#define JG_NEVER INT64_MAX /* an expiry that does not come */

/* Where a request says which version it is for. */
enum jg_version_place {
    JG_VERSION_NOWHERE, /* every request is for the default one */
    JG_VERSION_HEADER,
    JG_VERSION_PARAM, /* of the query */
    JG_VERSION_PATH,  /* its first segment behind the listen path */
};

/* "definition": how versions are told apart, and which APIs those of the new
 * style are. */
struct jg_version_definition {
    bool enabled; /* the new style */
    struct jg_str name, default_name;
    struct jg_str location, key;
    bool strip_versioning_data, strip_path; /* either: it is not sent on */
    bool fallback_to_default;
    struct jg_str url_versioning_pattern;
    struct jg_pairs versions;           /* name to api_id */
    enum jg_version_place place;        /* of <location> */
    const struct jg_pattern *url_style; /* which segments are taken off; NULL:
                                         * all that are versions */
};

/* One entry of version_data.versions. */
struct jg_api_version {
    struct jg_str name;
    struct jg_str expires;
    int64_t expires_s; /* unix; JG_NEVER; 0 when <expires> is none */
    struct jg_pairs global_headers, global_response_headers;
    struct jg_strs global_headers_remove, global_response_headers_remove;
    struct jg_transform request_headers; /* the same, ready for use; with those
                                          * of response_processors */
    struct jg_transform response_headers;
    bool global_headers_disabled, global_response_headers_disabled;
    bool use_extended_paths; /* or else plain_paths count */
    bool ignore_endpoint_case;
    bool has_white_list;       /* what is not in it is forbidden */
    int64_t global_size_limit; /* bytes of a body; 0: no limit */
    bool global_size_limit_disabled;
    bool has_size_limit;                /* this one, or of an endpoint */
    struct jg_plain_paths *plain_paths; /* as written, or NULL */
    struct jg_endpoints *endpoints;     /* those that count, or NULL */
};

extern const struct jg_field_table jg_version_definition_table;

/*
 * "2006-01-02 15:04", UTC. "", "-1" and "1" are JG_NEVER; what is no time is
 * 0, and so, as in Tyk, expired.
 */
int64_t jg_version_expiry(struct jg_str text);

#endif

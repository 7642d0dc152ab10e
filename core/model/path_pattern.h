/*
 * Tyk's path patterns (reference 1.1), as extended_paths, allowed_urls and the
 * limits of endpoints hold them: a regular expression in which "{name}" is one
 * segment and "/" "*" a segment or, at the end, all that follows.
 *
 * They are searched for anywhere in a path, as in Tyk, unless
 * http_server_options says otherwise: "/users" also matches "/a/users2".
 */
#ifndef JG_MODEL_PATH_PATTERN_H
#define JG_MODEL_PATH_PATTERN_H

#include "base/pattern.h"
#include "model/conf.h"

/* How the patterns of one place are meant. */
struct jg_path_rules {
    bool prefix, suffix; /* enable_path_prefix_matching, .._suffix_.. */
    bool ignore_case;
};

/* Immutable; lives in the arena that it was compiled into. */
struct jg_path_pattern {
    struct jg_pattern pattern;
};

/* The ways in which one request's path is written, to match any of them: all
 * are ends of one canonical path. */
#define JG_PATH_FORMS_MAX 2
struct jg_path_forms {
    struct jg_str items[JG_PATH_FORMS_MAX]; /* each begins with '/' */
    size_t count;
};

/* The rules that the gateway's configuration sets. */
struct jg_path_rules jg_path_rules(const struct jg_conf *conf,
                                   bool ignore_case);

/*
 * Compile <text> into <out>, everything into <a>.
 *   JG_E_CONF_VALUE  <why> says what is wrong, in <a>
 *   JG_E_NOMEM
 */
enum jg_err jg_path_pattern_compile(struct jg_str text,
                                    struct jg_path_rules rules,
                                    struct jg_arena *a,
                                    struct jg_path_pattern *out,
                                    struct jg_str *why);

/*
 * The same, for a pattern of a document at the dotted path <place>: one that
 * cannot be compiled is reported there as a warning and, as in Tyk, left out:
 * <out> is NULL then.  JG_E_NOMEM
 */
enum jg_err jg_path_pattern_read(const struct jg_bind_source *source,
                                 const char *place, struct jg_str text,
                                 struct jg_path_rules rules, struct jg_arena *a,
                                 const struct jg_path_pattern **out);

/*
 * <path> (decoded, begins with '/') as a whole and behind <listen_path>, which
 * it begins with or not. What cannot be borrowed is made in <a>.  JG_E_NOMEM
 */
enum jg_err jg_path_forms(struct jg_str path, struct jg_str listen_path,
                          struct jg_arena *a, struct jg_path_forms *out);

/* Does any form match? UNKNOWN when none does, and one is UNKNOWN. */
enum jg_match jg_path_pattern_match(const struct jg_path_pattern *pattern,
                                    const struct jg_path_forms *forms,
                                    struct jg_matching *m);

#endif

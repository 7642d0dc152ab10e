/*
 * Templates of error bodies (reference 0.1): Go's template language, as far as
 * Tyk's own templates use it.
 */
#ifndef JG_MODEL_ERROR_TEMPLATE_H
#define JG_MODEL_ERROR_TEMPLATE_H

#include "base/bind.h"

struct jg_conf;

#define JG_ERROR_TEMPLATE_MAX (16 * 1024) /* bytes of one */
#define JG_ERROR_TEMPLATE_PARTS_MAX 32
#define JG_ERROR_TEMPLATES_MAX 512

enum jg_error_part_kind {
    JG_ERROR_TEXT,
    JG_ERROR_MESSAGE, /* {{.Message}}: what the client is told */
    JG_ERROR_STATUS,  /* {{.StatusCode}} */
};

struct jg_error_part {
    enum jg_error_part_kind kind;
    struct jg_str text;
};

struct jg_error_template {
    struct jg_str name; /* "error.json", "error_401.xml" */
    const struct jg_error_part *parts;
    size_t count;
};

/*
 * Take <text> apart, into <a>; <out> borrows from <text>, but for its name,
 * which is not touched. <doubt>, which may be NULL, is the part that nobody
 * knows, or empty.
 *   JG_E_CONF_VALUE  an action that is none of the two, one without an end,
 *                    too many parts, or no text at all
 *   JG_E_NOMEM
 */
enum jg_err jg_error_template_read(struct jg_str text, struct jg_arena *a,
                                   struct jg_error_template *out,
                                   struct jg_str *doubt);

/* Is it error.json, error.xml, or error_401.json with any three digits? */
bool jg_error_template_is_name(struct jg_str name);

/*
 * The template for a response of <status>, in Tyk's order:
 * error_<status>.<ext>, error.<ext>, error.json; NULL: none. <ext> becomes that
 * of the one found.
 */
const struct jg_error_template *
jg_error_template_find(const struct jg_conf *conf, int status,
                       struct jg_str *ext);

/* conf->templates of conf->error_templates. Those that cannot be used are
 * reported and left out. JG_E_NOMEM */
enum jg_err jg_conf_read_templates(struct jg_conf *conf,
                                   const struct jg_bind_source *source,
                                   struct jg_arena *a);

#endif

/*
 * Texts with variables in them, as header values are (reference 6.2): taken
 * apart once, when they are loaded.
 *
 * A variable is "$tyk_meta.NAME", "$tyk_context.NAME" or "$secret_KIND.NAME";
 * its name is as long as letters, digits, '_', '-' and '.' go on, so that of
 * two names that begin alike the longer one is meant, and a '.' at the end
 * belongs to it. What a variable holds is never looked through for others.
 */
#ifndef JG_MODEL_TEMPLATE_H
#define JG_MODEL_TEMPLATE_H

#include "model/conf.h"

/* Where a part of a text comes from. All but the first depend on the request,
 * and are made by core/access/context.c, which has a row for each. */
enum jg_part_kind {
    JG_PART_TEXT,           /* the text itself */
    JG_PART_META,           /* <text>: a name in the session's meta data */
    JG_PART_NOTHING,        /* a name that nobody knows */
    JG_PART_PARAMETERS,     /* of the query, all */
    JG_PART_PARAMETER,      /* <text>: the name of one, '-' written as '_' */
    JG_PART_HEADER,         /* <text>: the name of one, '-' written as '_' */
    JG_PART_HOST,           /* the Host header */
    JG_PART_COOKIE,         /* <text>: the name of one, '-' written as '_' */
    JG_PART_PATH,           /* of the request, decoded */
    JG_PART_PATH_PARTS,     /* the same with ',' between the segments */
    JG_PART_REMOTE_ADDRESS, /* the client's */
    JG_PART_REQUEST_ID,     /* a version 4 UUID */
    JG_PART_TOKEN,          /* the session's id */
    JG_PART_CLAIM,          /* <text>: the name of a claim */
    JG_PART_RATE_LIMIT,     /* what limits say about the session */
    JG_PART_RATE_REMAINING,
    JG_PART_RATE_RESET,
    JG_PART_QUOTA_LIMIT,
    JG_PART_QUOTA_REMAINING,
    JG_PART_QUOTA_RESET,
    JG_PART_KINDS,
};

struct jg_part {
    enum jg_part_kind kind;
    struct jg_str text;
};

#define JG_TEMPLATE_PARTS_MAX 64 /* of one text */

/* Immutable. Without any variable it is one part, or none when it is empty. */
struct jg_template {
    const struct jg_part *parts;
    size_t count;
};

/* What a writer of a text should be told; what == NULL: nothing. */
struct jg_template_doubt {
    const char *what;       /* static text, after the variable's name */
    struct jg_str variable; /* as written */
};

/*
 * Take <text> apart, into <a>. Secrets are put in at once, from <conf>. Without
 * <with_context> (the definition's enable_context_vars) every "$tyk_context."
 * is empty, as in Tyk. <doubt> tells of the first variable that will be empty.
 *   JG_E_CONF_VALUE  more than JG_TEMPLATE_PARTS_MAX parts
 *   JG_E_NOMEM
 */
enum jg_err jg_template_read(struct jg_str text, const struct jg_conf *conf,
                             bool with_context, struct jg_arena *a,
                             struct jg_template *out,
                             struct jg_template_doubt *doubt);

/* Is it always the same text? */
bool jg_template_is_text(const struct jg_template *t);

/* Does a part come from the caller's token or session, or say who calls? */
bool jg_template_tells_caller(const struct jg_template *t);

#endif

/*
 * What several policies make of rights and limits, by the code that applies
 * them to requests, and which of them each number is from. Between
 * effective.c, which finds out, and effective_show.c, which writes it down.
 */
#ifndef JG_ADMIN_EFFECTIVE_H
#define JG_ADMIN_EFFECTIVE_H

#include "admin/admin_internal.h"
#include "model/session.h"

#define JG_EFFECTIVE_SCOPES_MAX 1024 /* of one question, as of one token */

/* The numbers of a limit that win or lose together. */
enum jg_effective_number {
    JG_NUMBER_RATE,
    JG_NUMBER_THROTTLE,
    JG_NUMBER_QUOTA,
    JG_NUMBER_DEPTH,
    JG_NUMBER_COUNT
};

/* Whose number it is; NULL: nobody set one. */
struct jg_effective_winners {
    const struct jg_policy *of[JG_NUMBER_COUNT];
};

/* One API that is granted. */
struct jg_effective_right {
    const struct jg_access *access; /* of the result */
    struct jg_limit last;           /* with the policies so far */
    struct jg_effective_winners won;
};

struct jg_effective {
    struct jg_admin_call *call;
    const struct jg_json *question;
    struct jg_snapshot *snapshot; /* the API, and all policies in force */
    const struct jg_api *api;     /* NULL: none was named */
    struct jg_policy **drafts;    /* of the question, before others */
    size_t draft_count;
    struct jg_str org_id;

    struct jg_session session; /* the policies, in the order of their use */
    const struct jg_json *because[JG_SESSION_POLICIES_MAX]; /* a scope's text,
                                                             * or NULL */
    struct jg_str *unknown;  /* ids of policies that are not there */
    struct jg_str *unmapped; /* scopes that give no policy */
    size_t unknown_count, unmapped_count;

    enum jg_err err; /* why they do not apply together, or JG_OK: then */
    struct jg_session_all all;
    struct jg_effective_right *rights; /* as many as all.access_rights */
    struct jg_limit root_last;
    struct jg_effective_winners root_won;
};

/* Answer with it. */
void jg_effective_answer(const struct jg_effective *e);

#endif

/* If-Match and If-None-Match (RFC 9110 13.1), and the tags that they name. */
#include "admin/admin_internal.h"
#include "jose/sign.h"

#define ETAG_DIGITS (JG_ETAG_CHARS - 3)

void
jg_admin_etag(struct jg_str text, char out[static JG_ETAG_CHARS])
{
    char hex[65];

    out[0] = '\0';
    if (jg_sha256_hex(jg_str_trim(text), hex) != JG_OK)
        return;
    out[0] = out[ETAG_DIGITS + 1] = '"';
    memcpy(out + 1, hex, ETAG_DIGITS);
    out[ETAG_DIGITS + 2] = '\0';
}

/*
 * Is <etag> in the <list>? Tags of ours hold no comma, so cutting at each is
 * right for them, and whatever else is in the list is another's. A weak tag
 * (W/"...") is equal to none.
 */
static bool
names(struct jg_str list, struct jg_str etag)
{
    struct jg_str tag;

    while (jg_str_next(&list, ',', &tag))
        if (etag.len > 0 && jg_str_eq(jg_str_trim(tag), etag))
            return true;
    return false;
}

static bool
is_any(struct jg_str list)
{
    return jg_str_eq(jg_str_trim(list), JG_STR("*"));
}

/* Does <list> name the document of this text? */
static bool
fits(struct jg_str list, struct jg_str text)
{
    char etag[JG_ETAG_CHARS];

    if (text.p == NULL)
        return false;
    jg_admin_etag(text, etag);
    return is_any(list) || names(list, jg_str(etag));
}

bool
jg_conditions_hold(struct jg_admin_call *call, struct jg_str present)
{
    const struct jg_admin_request *request = call->request;

    if (request->if_match.p != NULL && !fits(request->if_match, present))
        jg_answer_message(call, 412,
                          "If-Match: it was changed since it was read; reload, "
                          "read it again and repeat the change");
    else if (request->if_none_match.p != NULL &&
             fits(request->if_none_match, present))
        jg_answer_message(call, 412, "If-None-Match: it is there already");
    else
        return true;
    return false;
}

bool
jg_answer_unchanged(struct jg_admin_call *call, struct jg_str text)
{
    struct jg_str list = call->request->if_none_match;

    if (list.p == NULL || !fits(list, text))
        return false;
    jg_answer_json(call, 304);
    call->response->content_type = NULL;
    jg_answer_etag(call, text);
    return true;
}

void
jg_answer_etag(struct jg_admin_call *call, struct jg_str text)
{
    jg_admin_etag(text, call->response->etag);
}

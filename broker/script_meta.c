/* What a script returned as the caller's meta data goes into his key. */
#include "script_meta.h"

#include "clock.h"

#include "admin/admin.h"

/* In words for the log: what a script may do something about. */
static const char *
words_of(enum jg_err err)
{
    if (err == JG_E_CONF_RANGE)
        return "SessionMeta has more than 32 KiB: nothing of it is kept";
    if (err == JG_E_JSON_LIMIT)
        return "SessionMeta is nested too deeply, or has too many values, for "
               "a session: nothing of it is kept";
    return "SessionMeta could not be stored";
}
_Static_assert(JG_KEY_META_MAX == 32 * 1024, "as the words have it");

/* NULL: there was no session, or it had none. */
static const struct jg_json *
told_meta(const struct jg_scgi *scgi, struct jg_arena *a)
{
    struct jg_str text = jg_scgi_get(scgi, JG_STR("JOTGATE_SESSION"));
    const struct jg_json *session;

    if (jg_json_parse(text, &jg_json_limits_conf, a, &session, NULL) != JG_OK)
        return NULL;
    return jg_json_get(session, JG_STR("meta_data"));
}

static bool
is_changed(const struct jg_json *told, const struct jg_json *meta)
{
    if (told == NULL || told->count == 0)
        return meta != NULL && meta->count > 0;
    return meta == NULL || !jg_json_equal(told, meta);
}

static enum jg_script_meta
put(const struct jg_broker *broker, const struct jg_key_seen *seen,
    const struct jg_json *told, const struct jg_json *meta, struct jg_arena *a,
    const char **why)
{
    struct jg_admin admin = {.conf = broker->conf,
                             .store = broker->store,
                             .counters = broker->counters,
                             .now_s = jg_clock_s()};
    enum jg_err err = jg_admin_key_meta(&admin, seen, told, meta, a);

    if (err == JG_OK)
        return JG_META_KEPT;
    if (err == JG_E_NOT_FOUND)
        return JG_META_OVERTAKEN;
    *why = words_of(err);
    return JG_META_FAILED;
}

enum jg_script_meta
jg_script_meta_keep(const struct jg_broker *broker, const struct jg_scgi *scgi,
                    const struct jg_json *meta, struct jg_arena *a,
                    const char **why)
{
    struct jg_str key = jg_scgi_get(scgi, JG_STR("JOTGATE_KEY"));
    const struct jg_json *told = told_meta(scgi, a);
    struct jg_key_seen seen;

    if (!is_changed(told, meta))
        return JG_META_KEPT;
    if (jg_key_seen_read(key, &seen))
        return put(broker, &seen, told, meta, a, why);
    return told != NULL ? JG_META_UNKEPT : JG_META_KEPT;
}

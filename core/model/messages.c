/* override_messages of tyk.conf: which errors have an id there. */
#include "model/conf.h"

/* Errors without an id, those of JWTs above all, cannot be overridden in Tyk
 * either. An id without errors is Tyk's, for what cannot happen here. */
static const struct {
    struct jg_str id;
    enum jg_err first, last;
} rows[] = {
    {{"auth.auth_field_missing", 23},
     JG_E_AUTH_TOKEN_MISSING,
     JG_E_AUTH_TOKEN_MISSING},
    {{"auth.key_not_found", 18}, JG_E_AUTH_TOKEN, JG_E_AUTH_TOKEN_ORG},
};

#define STATUS_MIN 200 /* below are no answers, but announcements */
#define ROWS (sizeof(rows) / sizeof(rows[0]))

static const struct jg_conf_message *
find(const struct jg_conf *conf, struct jg_str id)
{
    const struct jg_conf_message *items = conf->override_messages.items;

    for (size_t i = 0; i < conf->override_messages.count; i++)
        if (jg_str_eq(items[i].id, id))
            return &items[i];
    return NULL;
}

const struct jg_conf_message *
jg_conf_message(const struct jg_conf *conf, enum jg_err reason)
{
    for (size_t i = 0; i < ROWS; i++)
        if (reason >= rows[i].first && reason <= rows[i].last)
            return find(conf, rows[i].id);
    return NULL;
}

static bool
has_row(struct jg_str id)
{
    for (size_t i = 0; i < ROWS; i++)
        if (jg_str_eq(rows[i].id, id))
            return true;
    return false;
}

static void
warn_of_no_effect(const struct jg_bind_source *source, struct jg_str id)
{
    jg_bind_report(
        source, JG_WARNING, JG_E_CONF_UNSUPPORTED, "override_messages", NULL,
        "auth.auth_field_missing and auth.key_not_found have one",
        "\"%.*s\" has no effect: there is no such error", JG_STR_ARG(id));
}

enum jg_err
jg_conf_check_messages(const struct jg_conf *conf,
                       const struct jg_bind_source *source)
{
    const struct jg_conf_message *items = conf->override_messages.items;
    enum jg_err err = JG_OK;

    for (size_t i = 0; i < conf->override_messages.count; i++) {
        if (!has_row(items[i].id))
            warn_of_no_effect(source, items[i].id);
        if (items[i].code != 0 && items[i].code < STATUS_MIN)
            err = jg_bind_report(source, JG_FAULT, JG_E_CONF_VALUE,
                                 "override_messages", NULL, NULL,
                                 "the code of \"%.*s\" is none of 200 to 599",
                                 JG_STR_ARG(items[i].id));
    }
    return err;
}

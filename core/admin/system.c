/*
 * /tyk/system: what the gateway is set to, and what is wrong with its files.
 * The findings are those of the files as they are at this moment, since a
 * reload does not report again what has not changed; but those of scripts are
 * of the last load, which evaluated them.
 */
#include "admin/load_internal.h"

#include "admin/admin_internal.h"
#include "admin/masked.h"

#include <inttypes.h>

#define FINDINGS_CHUNK (64 * 1024)
#define FINDINGS_MAX (16 * 1024 * 1024) /* bytes of all findings */

/* Keys that split tokens are sealed under, without what must not be read. */
static enum jg_err
hide_split_keys(struct jg_arena *a, struct jg_list *list)
{
    const struct jg_conf_split_key *from = list->items;
    struct jg_conf_split_key *to =
        jg_arena_array(a, list->count + 1, sizeof(*to));

    if (to == NULL)
        return JG_E_NOMEM;
    for (size_t i = 0; i < list->count; i++) {
        to[i] = from[i];
        to[i].secret = JG_STR(JG_HIDDEN);
    }
    list->items = to;
    return JG_OK;
}

/*
 * Only the values that the gateway works with: what else its file says is not
 * in force, and nobody knows what is a secret there.
 */
static enum jg_err
write_settings(struct jg_admin_call *call, struct jg_str *out)
{
    struct jg_conf conf = *call->admin->conf;
    enum jg_err err = hide_split_keys(call->arena, &conf.split_token_keys);

    if (err != JG_OK)
        return err;
    conf.secrets.count = 0;
    conf.environment_secrets.count = 0;
    if (jg_str_find(conf.jwks.proxy, '@') < conf.jwks.proxy.len)
        conf.jwks.proxy = JG_STR(JG_HIDDEN); /* http://user:password@proxy */
    return jg_load_conf_text(&conf, JG_STR(""), call->arena, out);
}

/* A line of a file may hold a secret: it stays on the gateway's machine. */
static void
add_findings(struct jg_buf *b, const struct jg_diags *diags, bool *first)
{
    for (const struct jg_diag *d = diags->first; d != NULL; d = d->next) {
        struct jg_diag shown = *d;

        shown.source_line = JG_STR("");
        jg_buf_add(b, *first ? JG_STR("") : JG_STR(","));
        jg_diag_print_json(b, &shown);
        *first = false;
    }
}

/* Of scripts, since the last load: they are not evaluated for a question. */
struct kept {
    struct jg_str findings;
    unsigned count;
};

static void
answer(struct jg_admin_call *call, struct jg_str settings,
       const struct jg_diags *diags, const struct kept *kept)
{
    static const struct jg_diags none;
    const struct jg_admin *admin = call->admin;
    const struct jg_diags *of_conf =
        admin->conf_findings != NULL ? admin->conf_findings : &none;
    struct jg_buf *b = jg_answer_json(call, 200);
    bool first = true;

    jg_buf_addf(b,
                "{\"version\":\"v" JG_VERSION "\",\"loaded\":%" PRIu64
                ",\"apis\":%" PRIu64 ",\"policies\":%" PRIu64
                ",\"faults\":%u,\"warnings\":%u,\"findings\":[",
                jg_counters_get(admin->counters, JG_METRIC_RELOADED),
                jg_counters_get(admin->counters, JG_METRIC_APIS),
                jg_counters_get(admin->counters, JG_METRIC_POLICIES),
                of_conf->faults + diags->faults,
                of_conf->warnings + diags->warnings + kept->count);
    add_findings(b, of_conf, &first);
    add_findings(b, diags, &first);
    jg_buf_add(b, first || kept->findings.len == 0 ? JG_STR("") : JG_STR(","));
    jg_buf_add(b, kept->findings);
    jg_buf_add(b, JG_STR("],\"settings\":"));
    jg_buf_add(b, settings);
    jg_buf_add(b, JG_STR("}\n"));
}

void
jg_system_get(struct jg_admin_call *call)
{
    const struct jg_admin *admin = call->admin;
    struct jg_load_result result = {0};
    struct kept kept;
    struct jg_str settings;
    struct jg_diags diags;
    struct jg_arena a;
    enum jg_err err;

    jg_arena_init(&a, FINDINGS_CHUNK, FINDINGS_MAX);
    jg_diags_init(&diags, &a);
    err = write_settings(call, &settings);
    if (err == JG_OK)
        err = jg_load(admin->conf, JG_STR(""), JG_LOAD_CHECK, admin->now_s,
                      NULL, &diags, &result);
    if (err == JG_OK)
        err = jg_load_kept_findings(admin->store, call->arena, &kept.findings,
                                    &kept.count);
    if (err == JG_OK)
        answer(call, settings, &diags, &kept);
    else
        jg_answer_err(call, err);
    jg_arena_free(&a);
}

/* /hello, /ready and /live: for load balancers and people; and what of Tyk is
 * asked about here and is not here. */
#include "admin/admin_internal.h"

/* Can records be read at this moment? */
static bool
storage_works(const struct jg_admin_call *call)
{
    struct jg_txn *txn;

    if (jg_txn_read(call->admin->store, &txn) != JG_OK)
        return false;
    jg_txn_abort(txn);
    return true;
}

static void
answer_status(struct jg_admin_call *call, const char *status,
              const char *description)
{
    jg_buf_addf(jg_answer_json(call, 200),
                "{\"status\":\"%s\",\"version\":\"v" JG_VERSION
                "\",\"description\":\"%s\"",
                status, description);
}

/* Tyk says here how Redis is; this gateway has a store of its own. */
static void
add_details(struct jg_admin_call *call, bool works)
{
    struct jg_buf *b = &call->response->body;
    char time[JG_TIME_TEXT];

    jg_admin_time(call->admin->now_s, time);
    jg_buf_addf(b,
                ",\"details\":{\"storage\":{\"status\":\"%s\","
                "\"componentType\":\"datastore\",%s\"time\":\"%s\"}}",
                works ? "pass" : "fail",
                works ? "" : "\"output\":\"records cannot be read\",", time);
}

static void
finish(struct jg_admin_call *call)
{
    jg_buf_add(&call->response->body, JG_STR("}\n"));
    call->response->generator = !call->admin->conf->hide_generator_header;
}

void
jg_health_hello(struct jg_admin_call *call)
{
    bool works = storage_works(call);

    answer_status(call, works ? "pass" : "fail", "Tyk GW");
    add_details(call, works);
    finish(call);
}

/* Why no requests should come, or NULL. */
static const char *
not_ready(const struct jg_admin_call *call)
{
    if (call->admin->stopping)
        return "Gateway is shutting down";
    if (!storage_works(call))
        return "Storage connection not available";
    if (!call->admin->loaded)
        return "A successful API reload did not happen";
    return NULL;
}

void
jg_health_ready(struct jg_admin_call *call)
{
    const char *why = not_ready(call);

    if (why != NULL) {
        jg_answer_message(call, 503, why);
        call->response->generator = !call->admin->conf->hide_generator_header;
        return;
    }
    answer_status(call, "pass", "Tyk GW Ready");
    add_details(call, true);
    finish(call);
}

void
jg_health_live(struct jg_admin_call *call)
{
    answer_status(call, "pass", "Tyk GW Live");
    finish(call);
}

void
jg_access_get(struct jg_admin_call *call)
{
    jg_buf_addf(jg_answer_json(call, 200), "{\"may\":\"%s\"}\n",
                call->read_only ? "read" : "change");
}

void
jg_health_checks(struct jg_admin_call *call)
{
    jg_answer_message(call, 400, "Health checks are not enabled for this node");
}

void
jg_health_schema(struct jg_admin_call *call)
{
    jg_answer_message(call, 404,
                      "Schemas are in the description of this API: GET "
                      "/openapi.json on the control port");
}

void
jg_health_debug(struct jg_admin_call *call)
{
    jg_answer_message(call, 404,
                      "Requests are not traced through upstreams; POST "
                      "/tyk/explain says what is decided, and why");
}

/* Answers that a definition has in itself: replies of method_actions, mocks. */
#include "access/step.h"

#include "base/content_type.h"
#include "base/header.h"

#define REPLY_STATUS 200 /* of a reply that names none, or none of HTTP's */

/* Not the HTTP engine's own, and nothing that would break the response. */
static bool
may_be_set(const struct jg_pair *header)
{
    return jg_header_is_name(header->name) &&
           jg_header_is_value(header->value) &&
           !jg_header_is_framing(header->name) &&
           !jg_header_is_hop_by_hop(header->name);
}

enum jg_err
jg_reply_as_defined(struct jg_decision *d,
                    const struct jg_endpoint_reply *reply)
{
    bool valid = reply->code >= 200 && reply->code <= 599;
    struct jg_answer answer = {
        .status = valid ? (int)reply->code : REPLY_STATUS,
        .content_type =
            reply->body.len > 0 ? jg_content_type_of(reply->body) : reply->body,
        .body = reply->body,
    };

    for (size_t i = 0; i < reply->headers.count; i++) {
        struct jg_str name = reply->headers.items[i].name;
        struct jg_str value = reply->headers.items[i].value;
        enum jg_err err = JG_OK;

        if (jg_str_eq_nocase(name, JG_STR("Content-Type")) &&
            jg_header_is_value(value))
            answer.content_type = value;
        else if (may_be_set(&reply->headers.items[i]))
            err = jg_respond_set(d, name, value);
        if (err != JG_OK)
            return err;
    }
    d->answer = answer;
    jg_trace_seen(d, "a reply of its own, %d", d->answer.status);
    return JG_OK;
}

/* Instead of the upstream: whoever is answered has passed everything. */
enum jg_err
jg_step_mock(struct jg_decision *d)
{
    const struct jg_mock_endpoint *found = NULL;

    if (!d->passthrough)
        found = (const struct jg_mock_endpoint *)jg_endpoint_of(
            d, JG_ENDPOINT_OAS_MOCK, false);
    if (found != NULL)
        return jg_reply_as_defined(d, &found->reply);
    jg_trace_skip(d);
    return JG_OK;
}

/* Evaluating scripts to see whether they can be. */
#include "script_check.h"

#include "clock.h"
#include "script_api.h"
#include "script_apis.h"
#include "script_process.h"

#include "store/records.h"

#include <stdio.h>

#define ARENA_CHUNK (64 * 1024)
#define ARENA_MAX (32 * 1024 * 1024)
#define API_MS 1000 /* for the scripts of one API */
#define MESSAGE_MAX 640

struct checking {
    const struct jg_conf *conf;
    struct jg_diags *diags;
    struct jg_script_process process;
    int64_t until_ms; /* for all */
    unsigned left;    /* APIs that did not get their turn */

    const struct jg_api *api; /* the one that is looked at, and its script: */
    struct jg_script script;
};

/* "... (line 12)" at its end; 0: no line is known. */
static unsigned
line_of(struct jg_str fault)
{
    static const char before[] = "(line ";
    size_t n = sizeof(before) - 1;
    uint64_t line;

    for (size_t i = fault.len; i-- > 0;)
        if (jg_str_starts(jg_str_from(fault, i), jg_str(before))) {
            struct jg_str rest = jg_str_from(fault, i + n);
            struct jg_str digits = jg_str_head(rest, jg_str_find(rest, ')'));

            return jg_str_to_u64(digits, &line) && line <= UINT32_MAX
                       ? (unsigned)line
                       : 0;
        }
    return 0;
}

/* The script that <fault> begins with, if a line of it is known; "": none. */
static struct jg_str
script_of(const struct checking *c, struct jg_str fault)
{
    for (size_t i = 0; i < c->script.count; i++) {
        struct jg_str name = c->script.parts[i].name;

        if (jg_str_starts(fault, name) &&
            jg_str_starts(jg_str_from(fault, name.len), JG_STR(": ")))
            return name;
    }
    return (struct jg_str){NULL, 0};
}

/* What a script throws may have a token in it; the name of its file may look
 * like one. */
static void
add(struct checking *c, enum jg_err err, struct jg_str fault)
{
    char masked[JG_SCRIPT_LOG_LINE_MAX], message[MESSAGE_MAX];
    struct jg_diag diag = {
        .severity = JG_WARNING, .err = err, .line = line_of(fault)};

    if (diag.line > 0)
        diag.file = script_of(c, fault);
    if (diag.file.len > 0)
        fault = jg_str_from(fault, diag.file.len + 2);
    jg_script_mask(fault, masked);
    snprintf(message, sizeof(message), "API %.*s, its scripts: %s",
             JG_STR_ARG(c->api->def.api_id), masked);
    diag.message = jg_str(message);
    jg_diags_add(c->diags, &diag);
}

static void
add_lines(struct checking *c, enum jg_err err, const struct jg_buf *lines)
{
    struct jg_str rest = jg_buf_str(lines), fault;

    while (rest.len > 0 && jg_str_next(&rest, '\n', &fault))
        add(c, err, fault);
}

static int64_t
deadline_ms(const struct checking *c)
{
    int64_t own_ms = jg_clock_ms() + API_MS;

    return own_ms < c->until_ms ? own_ms : c->until_ms;
}

/* A call without arguments only looks whether there is such a function. */
static bool
has_function(struct checking *c, struct jg_str function,
             char error[static JG_SCRIPT_ERROR_MAX])
{
    const struct jg_script_call call = {
        .script = &c->script,
        .function = function,
        .deadline_ms = deadline_ms(c),
    };
    struct jg_str result;

    return jg_script_process_call(&c->process, &call, &result, error);
}

static void
look_for_functions(struct checking *c, const struct jg_api_version *version)
{
    const struct jg_list *list;
    const struct jg_virtual_endpoint *e;
    char error[JG_SCRIPT_ERROR_MAX], fault[2 * JG_SCRIPT_ERROR_MAX];

    if (version->endpoints == NULL)
        return;
    list = &version->endpoints->kinds[JG_ENDPOINT_VIRTUAL];
    e = list->items;
    for (size_t i = 0; i < list->count; i++) {
        if (e[i].endpoint.disabled || e[i].function.len == 0 ||
            has_function(c, e[i].function, error))
            continue;
        snprintf(fault, sizeof(fault), "%.*s: %s",
                 JG_STR_ARG(jg_str_head(e[i].endpoint.path, 200)), error);
        add(c, JG_E_CONF_SCRIPT, jg_str(fault));
    }
}

static bool
has_scripts(const struct jg_api *api)
{
    const struct jg_api_version *versions = api->def.versions.items;

    for (size_t i = 0; api->def.active && i < api->def.versions.count; i++)
        if (versions[i].endpoints != NULL &&
            versions[i].endpoints->kinds[JG_ENDPOINT_VIRTUAL].count > 0)
            return true;
    return false;
}

static void
evaluate(struct checking *c)
{
    const struct jg_api_version *versions = c->api->def.versions.items;
    struct jg_buf errors;
    bool good;

    jg_buf_init(&errors, JG_SCRIPT_FAULTS_MAX);
    good = jg_script_process_check(&c->process, &c->script, deadline_ms(c),
                                   &errors);
    add_lines(c, JG_E_CONF_SCRIPT, &errors);
    for (size_t i = 0; good && i < c->api->def.versions.count; i++)
        look_for_functions(c, &versions[i]);
    jg_buf_free(&errors);
}

static void
check(struct checking *c)
{
    struct jg_buf faults, told;
    struct jg_arena a;

    jg_arena_init(&a, ARENA_CHUNK, ARENA_MAX);
    jg_buf_init(&faults, JG_SCRIPT_FAULTS_MAX);
    jg_buf_init(&told, JG_SCRIPT_FAULTS_MAX);
    if (jg_script_of_api(c->conf, c->api, &a, &c->script, &faults, &told) ==
        JG_OK) {
        add_lines(c, JG_E_CONF_SCRIPT_SOURCE, &faults);
        evaluate(c);
    }
    jg_buf_free(&told);
    jg_buf_free(&faults);
    jg_arena_free(&a);
}

static void
check_all(struct checking *c, const struct jg_snapshot *snapshot)
{
    for (size_t i = 0; i < snapshot->api_count; i++) {
        c->api = snapshot->apis[i];
        if (!has_scripts(c->api))
            continue;
        if (jg_clock_ms() < c->until_ms)
            check(c);
        else
            c->left++;
    }
}

static void
tell_left(const struct checking *c)
{
    char message[MESSAGE_MAX];

    if (c->left == 0)
        return;
    snprintf(message, sizeof(message),
             "the scripts of %u APIs were not looked at: those of the others "
             "took %d s",
             c->left, JG_SCRIPT_CHECK_MS / 1000);
    jg_diags_add(c->diags, &(struct jg_diag){.severity = JG_WARNING,
                                             .err = JG_E_CONF_SCRIPT,
                                             .message = jg_str(message)});
}

void
jg_script_check(const struct jg_broker *broker, struct jg_diags *diags)
{
    struct checking c = {.conf = broker->conf, .diags = diags};
    struct jg_snapshot *snapshot;

    if (!broker->conf->enable_jsvm || broker->script_program == NULL ||
        jg_records_snapshot(broker->store, 0, NULL, NULL, &snapshot) != JG_OK)
        return;
    c.until_ms = jg_clock_ms() + JG_SCRIPT_CHECK_MS;
    jg_script_process_init(&c.process, broker->script_program,
                           broker->conf->script_memory_mib);
    check_all(&c, snapshot);
    tell_left(&c);
    jg_script_process_end(&c.process);
    jg_snapshot_free(snapshot);
}

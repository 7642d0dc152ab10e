/* Evaluating the scripts of a definition to see whether they can be. */
#include "script_check.h"

#include "clock.h"
#include "script_api.h"

#include <stdio.h>

#define ARENA_CHUNK (64 * 1024)
#define ARENA_MAX (32 * 1024 * 1024)
#define API_MS 1000        /* for the scripts of one API */
#define PATH_MAX_SHOWN 200 /* bytes of an endpoint's path */
#define FAILS_MAX 160
#define FUNCTION_SHOWN 100

/* One definition while it is looked at. */
struct look {
    struct jg_script_checker *checker;
    struct jg_bind_source source; /* with the checker's list of findings */
    const struct jg_api *api;
    struct jg_arena arena;
    struct jg_script script;
    struct jg_buf faults; /* what could not be read, a line each */
    struct jg_buf told;   /* what jg_api_read() has reported */
    int64_t deadline_ms;
    bool lost; /* nothing of the script can be called */
};

/* An endpoint, and where it is in the definition. */
struct place {
    const struct jg_api_version *version;
    const struct jg_virtual_endpoint *endpoint;
    size_t number;
};

/* What a fault's line says: "name: what (line 3, column 5)". */
struct fault {
    struct jg_str name; /* of a script, or empty */
    struct jg_str file; /* where that is, when it is a file */
    struct jg_str what;
    unsigned line, column; /* 0: not known */
};

void
jg_script_checker_init(struct jg_script_checker *c, const struct jg_conf *conf,
                       const char *program, int64_t for_ms,
                       struct jg_diags *diags)
{
    *c = (struct jg_script_checker){
        .conf = conf, .diags = diags, .until_ms = jg_clock_ms() + for_ms};
    jg_script_process_init(&c->process, program, conf->script_memory_mib);
}

static size_t
endpoint_count(const struct jg_api_version *version)
{
    return version->endpoints == NULL
               ? 0
               : version->endpoints->kinds[JG_ENDPOINT_VIRTUAL].count;
}

/* Has the active <api> a virtual endpoint? */
static bool
is_used(const struct jg_api *api)
{
    const struct jg_api_version *versions = api->def.versions.items;

    for (size_t i = 0; api->def.active && i < api->def.versions.count; i++)
        if (endpoint_count(&versions[i]) > 0)
            return true;
    return false;
}

/* The next endpoint that is switched on; begin with zeros. */
static bool
next_place(const struct look *l, struct place *at)
{
    const struct jg_api_version *versions = l->api->def.versions.items;
    size_t v = at->version == NULL ? 0 : (size_t)(at->version - versions);
    size_t i = at->version == NULL ? 0 : at->number + 1;

    for (; v < l->api->def.versions.count; v++, i = 0)
        for (; i < endpoint_count(&versions[v]); i++) {
            at->version = &versions[v];
            at->number = i;
            at->endpoint = (const struct jg_virtual_endpoint *)jg_endpoint_at(
                &versions[v], JG_ENDPOINT_VIRTUAL, i);
            if (!at->endpoint->endpoint.disabled)
                return true;
        }
    return false;
}

static bool
is_blob(const struct place *at)
{
    return jg_str_eq(at->endpoint->source_type, JG_STR("blob"));
}

/* Whose script is called <name>? False: it is of no endpoint (tyk_js_path). */
static bool
find_place(const struct look *l, struct jg_str name, struct place *out)
{
    *out = (struct place){.version = NULL};
    while (next_place(l, out)) {
        const struct jg_virtual_endpoint *e = out->endpoint;

        if (jg_str_eq(is_blob(out) ? e->endpoint.path : e->source_uri, name))
            return true;
    }
    return false;
}

/* What clients get, in Tyk's words. */
static const char *
consequence(const struct place *at, char out[static FAILS_MAX])
{
    const struct jg_err_info *info = jg_err_info(JG_E_SCRIPT);

    if (at->endpoint->proxy_on_error)
        return "its requests go to the upstream";
    snprintf(out, FAILS_MAX, "its clients get %d \"%s\"", info->status,
             info->text);
    return out;
}

/* What a script throws may have a token in it. */
static void
report_at(struct look *l, const struct place *at, const char *field,
          enum jg_err err, struct jg_str what)
{
    char masked[JG_SCRIPT_LOG_LINE_MAX];
    const char *path = jg_virtual_place(&l->arena, &l->api->def, at->version,
                                        at->number, field);

    jg_script_mask(what, masked);
    if (path != NULL)
        jg_bind_report(&l->source, JG_WARNING, err, path, NULL, NULL,
                       "API %.*s, virtual endpoint %.*s %.*s: %s",
                       JG_STR_ARG(l->api->def.api_id),
                       JG_STR_ARG(at->endpoint->endpoint.method),
                       JG_STR_ARG(jg_str_head(at->endpoint->endpoint.path,
                                              PATH_MAX_SHOWN)),
                       masked);
}

/* A script that is a file, or nobody's. */
static void
report_file(struct look *l, enum jg_err err, const struct fault *f)
{
    char masked[JG_SCRIPT_LOG_LINE_MAX], text[2 * JG_SCRIPT_LOG_LINE_MAX];
    struct jg_diag diag = {.severity = JG_WARNING,
                           .err = err,
                           .file = f->file.len > 0 ? f->file : f->name,
                           .line = f->line,
                           .column = f->column};

    jg_script_mask(f->what, masked);
    snprintf(text, sizeof(text), "API %.*s%s: %s",
             JG_STR_ARG(l->api->def.api_id),
             f->name.len > 0 ? " leaves this script out" : "", masked);
    diag.message = jg_str(text);
    jg_diags_add(l->source.diags, &diag);
}

static void
report_blob(struct look *l, const struct place *at, const struct fault *f)
{
    char text[JG_SCRIPT_LOG_LINE_MAX + 64], where[64] = "";

    if (f->column > 0)
        snprintf(where, sizeof(where), ", line %u, column %u", f->line,
                 f->column);
    else if (f->line > 0)
        snprintf(where, sizeof(where), ", line %u", f->line);
    snprintf(text, sizeof(text), "the inline script is left out%s: %.*s", where,
             JG_STR_ARG(jg_str_head(f->what, 300)));
    report_at(l, at, "function_source_uri", JG_E_CONF_SCRIPT, jg_str(text));
}

/* The number behind <name>, which ends with <until>. */
static bool
take_number(struct jg_str *rest, const char *name, unsigned *out)
{
    uint64_t n;
    size_t len = 0;

    if (!jg_str_starts(*rest, jg_str(name)))
        return false;
    *rest = jg_str_from(*rest, strlen(name));
    while (len < rest->len && rest->p[len] >= '0' && rest->p[len] <= '9')
        len++;
    if (!jg_str_to_u64(jg_str_head(*rest, len), &n) || n > UINT32_MAX)
        return false;
    *rest = jg_str_from(*rest, len);
    *out = (unsigned)n;
    return true;
}

/* "... (line 3)" or "... (line 3, column 5)" at its end; else all of it is
 * what is wrong. */
static void
cut_line(struct fault *f)
{
    for (size_t i = f->what.len; i-- > 0;) {
        struct jg_str rest = jg_str_from(f->what, i);
        unsigned line = 0, column = 0;

        if (!take_number(&rest, " (line ", &line))
            continue;
        if (jg_str_eq(rest, JG_STR(")")) ||
            (take_number(&rest, ", column ", &column) &&
             jg_str_eq(rest, JG_STR(")")))) {
            f->what = jg_str_head(f->what, i);
            f->line = line;
            f->column = column;
        }
        return;
    }
}

static struct fault
read_fault(const struct look *l, struct jg_str text)
{
    struct fault f = {.what = text};

    for (size_t i = 0; i < l->script.count; i++) {
        struct jg_str name = l->script.parts[i].name;
        struct jg_str shown = jg_str_head(name, JG_SCRIPT_NAME_SHOWN);

        if (!jg_str_starts(text, shown) ||
            !jg_str_starts(jg_str_from(text, shown.len), JG_STR(": ")))
            continue;
        f.name = name;
        f.file = l->script.files[i];
        f.what = jg_str_from(text, shown.len + 2);
        cut_line(&f);
        break;
    }
    return f;
}

/* A line of what could not be evaluated. */
static void
report_fault(struct look *l, struct jg_str text)
{
    struct fault f = read_fault(l, text);
    struct place at;

    if (find_place(l, f.name, &at) && is_blob(&at))
        report_blob(l, &at, &f);
    else
        report_file(l, JG_E_CONF_SCRIPT, &f);
}

/* What a line "<name>: ..." says; p == NULL: there is none. */
static struct jg_str
blame_of(const struct jg_buf *lines, struct jg_str name)
{
    struct jg_str rest = jg_buf_str(lines), line;

    while (rest.len > 0 && jg_str_next(&rest, '\n', &line))
        if (jg_str_starts(line, name) &&
            jg_str_starts(jg_str_from(line, name.len), JG_STR(": ")))
            return jg_str_from(line, name.len + 2);
    return (struct jg_str){NULL, 0};
}

/* Why the function of an endpoint cannot be called; "": it can. A call without
 * arguments only looks. */
static void
look_for_function(struct look *l, const struct place *at,
                  char error[static JG_SCRIPT_ERROR_MAX])
{
    const struct jg_script_call call = {
        .script = &l->script,
        .function = at->endpoint->function,
        .deadline_ms = l->deadline_ms,
    };
    struct jg_str result;

    if (l->lost)
        snprintf(error, JG_SCRIPT_ERROR_MAX, "no function can be called");
    else if (jg_script_process_call(&l->checker->process, &call, &result,
                                    error))
        error[0] = '\0';
    else if (strstr(error, "there is no function") != NULL)
        snprintf(error, JG_SCRIPT_ERROR_MAX, "there is no function %.*s",
                 JG_STR_ARG(jg_str_head(call.function, FUNCTION_SHOWN)));
}

/* An endpoint and its script. What is said of a script that could not be read
 * is why its function is not there. */
static void
report_endpoint(struct look *l, const struct place *at)
{
    const struct jg_virtual_endpoint *e = at->endpoint;
    struct jg_str blame = {NULL, 0};
    char error[JG_SCRIPT_ERROR_MAX], fails[FAILS_MAX];
    char text[JG_SCRIPT_ERROR_MAX + FAILS_MAX];
    bool missing;

    if (e->function.len == 0 || e->source_uri.len == 0 ||
        blame_of(&l->told, e->endpoint.path).p != NULL)
        return; /* the definition alone tells */
    if (!is_blob(at))
        blame = blame_of(&l->faults, e->source_uri);
    look_for_function(l, at, error);
    missing = error[0] != '\0';
    if (blame.p != NULL)
        snprintf(error, sizeof(error), "%.*s: %.*s",
                 JG_STR_ARG(jg_str_head(e->source_uri, JG_SCRIPT_NAME_SHOWN)),
                 JG_STR_ARG(blame));
    if (error[0] == '\0')
        return;
    snprintf(text, sizeof(text), "%s: %s", error,
             missing ? consequence(at, fails)
                     : "another script has its function");
    if (blame.p != NULL)
        report_at(l, at, "function_source_uri", JG_E_CONF_SCRIPT_SOURCE,
                  jg_str(text));
    else
        report_at(l, at, "response_function_name", JG_E_CONF_SCRIPT,
                  jg_str(text));
}

/* What belongs to no endpoint. */
static void
report_common(struct look *l)
{
    const struct fault f = {
        .name = l->checker->conf->tyk_js_path,
        .what = blame_of(&l->faults, l->checker->conf->tyk_js_path)};

    if (f.name.len > 0 && f.what.p != NULL)
        report_file(l, JG_E_CONF_SCRIPT_SOURCE, &f);
}

static void
evaluate(struct look *l)
{
    struct place at = {.version = NULL};
    struct jg_str rest, line;
    struct jg_buf errors;

    jg_buf_init(&errors, JG_SCRIPT_FAULTS_MAX);
    l->lost = !jg_script_process_check(&l->checker->process, &l->script,
                                       l->deadline_ms, &errors);
    rest = jg_buf_str(&errors);
    report_common(l);
    while (rest.len > 0 && jg_str_next(&rest, '\n', &line))
        report_fault(l, line);
    while (next_place(l, &at))
        report_endpoint(l, &at);
    jg_buf_free(&errors);
}

static void
read_and_evaluate(struct look *l)
{
    jg_arena_init(&l->arena, ARENA_CHUNK, ARENA_MAX);
    jg_buf_init(&l->faults, JG_SCRIPT_FAULTS_MAX);
    jg_buf_init(&l->told, JG_SCRIPT_FAULTS_MAX);
    if (jg_script_of_api(l->checker->conf, l->api, &l->arena, &l->script,
                         &l->faults, &l->told) == JG_OK)
        evaluate(l);
    jg_buf_free(&l->told);
    jg_buf_free(&l->faults);
    jg_arena_free(&l->arena);
}

void
jg_script_checker_look(struct jg_script_checker *c,
                       const struct jg_bind_source *source,
                       const struct jg_api *api)
{
    struct look l = {.checker = c, .source = *source, .api = api};
    int64_t now_ms = jg_clock_ms();

    if (!c->conf->enable_jsvm || !is_used(api))
        return;
    if (now_ms >= c->until_ms) {
        c->left++;
        return;
    }
    l.source.diags = c->diags;
    l.deadline_ms =
        now_ms + API_MS < c->until_ms ? now_ms + API_MS : c->until_ms;
    read_and_evaluate(&l);
}

void
jg_script_checker_end(struct jg_script_checker *c)
{
    char text[200];

    jg_script_process_end(&c->process);
    if (c->left == 0)
        return;
    snprintf(text, sizeof(text),
             "the scripts of %u APIs were not looked at: those of the others "
             "took too long",
             c->left);
    jg_diags_add(c->diags, &(struct jg_diag){.severity = JG_WARNING,
                                             .err = JG_E_CONF_SCRIPT,
                                             .message = jg_str(text)});
}

/*
 * nginx's configuration out of its template. "@name@" is a value; a line that
 * begins with "@name?" is kept when that is on, "@!name?" when it is off.
 */
#include <ctype.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "serve.h"
#include "store/files.h"

#define VALUES_MAX 48
#define TEXT_MAX (1024 * 1024)
#define OPEN_FILES 65536
#define BASE_CA "/etc/ssl/certs/ca-certificates.crt" /* Debian's */

/* What a page of the dashboard may load: nothing but its own files. */
static const char dashboard_csp[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' data:; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'";

/* The names of a template and what they stand for. */
struct values {
    struct {
        const char *name;
        struct jg_str text;
        bool on; /* for "@name?" */
    } rows[VALUES_MAX];
    size_t count;
    struct jg_arena arena;
    const char *bad; /* the first setting that nginx cannot express, or NULL */
};

static void
put(struct values *v, const char *name, struct jg_str text, bool on)
{
    v->rows[v->count].name = name;
    v->rows[v->count].text = jg_arena_str(&v->arena, text);
    v->rows[v->count++].on = on;
}

static void
put_number(struct values *v, const char *name, int64_t number)
{
    char text[24];

    snprintf(text, sizeof(text), "%lld", (long long)number);
    put(v, name, jg_str(text), number != 0);
}

/*
 * Nothing of a setting may be read as nginx's own words: a name, an address or
 * a path has these characters only. Everything else is refused, not escaped,
 * since nginx has no escape for some of them.
 */
static void
put_word(struct values *v, const char *name, struct jg_str text,
         const char *extra)
{
    for (size_t i = 0; i < text.len; i++)
        if (!isalnum((unsigned char)text.p[i]) &&
            (text.p[i] == '\0' || strchr(extra, text.p[i]) == NULL) &&
            v->bad == NULL)
            v->bad = name;
    put(v, name, text, text.len > 0);
}

#define PATH_CHARS "/._-+~@:,=%"

/* A path relative to where we were started: nginx has another folder. */
static void
put_path(struct values *v, const char *name, struct jg_str path)
{
    char absolute[PATH_MAX], here[PATH_MAX];
    int n;

    if (path.len > 0 && path.p[0] != '/' && getcwd(here, sizeof(here))) {
        n = snprintf(absolute, sizeof(absolute), "%s/%.*s", here,
                     JG_STR_ARG(path));
        if (n > 0 && n < PATH_MAX)
            path = jg_str(absolute);
    }
    put_word(v, name, path, PATH_CHARS);
}

/* "127.0.0.1:8080", "[::1]:8080", or every address there is. */
static void
put_listen(struct values *v, const char *name, struct jg_str address,
           int64_t port)
{
    bool v6 = jg_str_find(address, ':') < address.len && address.p[0] != '[';
    char text[300];

    if (address.len > 0)
        snprintf(text, sizeof(text), "%s%.*s%s:%lld", v6 ? "[" : "",
                 JG_STR_ARG(jg_str_head(address, 255)), v6 ? "]" : "",
                 (long long)port);
    else if (cli_ports_ipv6())
        snprintf(text, sizeof(text), "[::]:%lld ipv6only=off", (long long)port);
    else
        snprintf(text, sizeof(text), "0.0.0.0:%lld", (long long)port);
    put_word(v, name, jg_str(text), ".:[]-_ =");
}

/*
 * The paths that monitoring asks for, without their first '/'. Each of them is
 * a location of its own: a regular expression for all would be tried for every
 * request. One that is empty, or the same as an earlier one, is off.
 */
static void
put_endpoints(struct values *v, const struct jg_conf *conf)
{
    const struct {
        const char *name;
        struct jg_str path;
    } rows[] = {{"health", conf->health_check_endpoint_name},
                {"ready", conf->readiness_check_endpoint_name},
                {"live", JG_STR("live")},
                {"metrics", JG_STR("metrics")},
                {"openapi", JG_STR("openapi.json")}};
    size_t first = v->count;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct jg_str path = rows[i].path;
        bool on;

        while (jg_str_starts(path, JG_STR("/")))
            path = jg_str_from(path, 1);
        on = path.len > 0;
        for (size_t j = first; j < v->count; j++)
            on = on && !jg_str_eq(v->rows[j].text, path);
        put_word(v, rows[i].name, path, "/_-.");
        v->rows[v->count - 1].on = on;
    }
}

static void
put_log_level(struct values *v, struct jg_str level)
{
    /* Nothing below "notice": those lines quote requests, and tokens in them.
     */
    static const char *const rows[][2] = {{"debug", "notice"},
                                          {"info", "warn"},
                                          {"warn", "warn"},
                                          {"error", "error"}};
    const char *found = "warn";

    for (size_t i = 0; i < 4; i++)
        if (jg_str_eq(level, jg_str(rows[i][0])))
            found = rows[i][1];
    put(v, "log_level", jg_str(found), true);
}

static void
put_certificate(struct values *v, const struct jg_conf_http *http)
{
    const struct jg_conf_certificate none = {0};
    const struct jg_conf_certificate *first = http->certificates.items;
    bool on = http->use_ssl && http->certificates.count > 0;

    if (!on)
        first = &none;
    if (on && http->certificates.count > 1)
        cli_warn("http_server_options.certificates: the first one serves every "
                 "name, the others are not used");
    put(v, "ssl", on ? JG_STR(" ssl") : JG_STR(""), on);
    put_path(v, "certificate", first->cert_file);
    put_path(v, "certificate_key", first->key_file);
}

/* As many open files as 16384 connections a worker need, if we may. */
static void
put_open_files(struct values *v)
{
    struct rlimit limit;
    int64_t files = OPEN_FILES;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 &&
        limit.rlim_max < (rlim_t)OPEN_FILES)
        files = (int64_t)limit.rlim_max;
    put_number(v, "open_files", files);
}

static void
fill(struct values *v, const struct serve *serve, const struct jg_conf *conf)
{
    bool control = conf->control_api_port != 0;
    struct jg_str ca = conf->trusted_ca_file;

    put(v, "root", jg_str(""), serve->root);
    put_word(v, "user", jg_str(serve->user), "_-.");
    if (conf->workers == 0)
        put(v, "workers", JG_STR("auto"), true);
    else
        put_number(v, "workers", conf->workers);
    put_open_files(v);
    put_number(v, "drain_s", conf->graceful_shutdown_timeout_s);
    put_path(v, "run", jg_str(serve->run));
    put_log_level(v, conf->log_level);
    put_path(v, "module", jg_str(serve->module));
    put_number(v, "read_timeout_s", conf->http.read_timeout_s);
    put_number(v, "write_timeout_s", conf->http.write_timeout_s);
    put_number(v, "idle_connections", conf->max_idle_connections_per_host);
    put_listen(v, "listen", conf->listen_address, conf->listen_port);
    put_certificate(v, &conf->http);
    put_number(v, "max_body", conf->http.max_request_body_size);
    put_number(v, "proxy_timeout_ms",
               (int64_t)(conf->proxy_default_timeout_s * 1000));
    put_path(v, "trusted_ca", ca.len > 0 ? ca : JG_STR(BASE_CA));
    put(v, "control", jg_str(""), control);
    put(v, "scripts", jg_str(""), conf->enable_jsvm);
    put_number(v, "script_timeout_s", conf->jsvm_timeout_s + 10);
    put_listen(v, "control_listen", conf->control_api_hostname,
               conf->control_api_port);
    put(v, "port_kind", control ? JG_STR("control") : JG_STR("shared"), true);
    put_endpoints(v, conf);
    put_path(v, "ui", jg_str(serve->ui));
    put(v, "csp", jg_str(dashboard_csp), true);
    put(v, "demo", jg_str(""), serve->demo_port != 0);
    put_number(v, "demo_port", serve->demo_port);
}

/* The row called <name>, or NULL. */
static int
find(const struct values *v, struct jg_str name)
{
    for (size_t i = 0; i < v->count; i++)
        if (jg_str_eq(name, jg_str(v->rows[i].name)))
            return (int)i;
    return -1;
}

/*
 * Take the conditions off that <line> begins with: "@name?" or "@!name?".
 * <keep> says whether the line stays. False: a name is not known.
 */
static bool
take_conditions(const struct values *v, struct jg_str *line, bool *keep)
{
    *keep = true;
    for (;;) {
        bool negated = jg_str_starts(*line, JG_STR("@!"));
        size_t start = negated ? 2 : 1, mark = jg_str_find(*line, '?');
        struct jg_str name = jg_str_from(jg_str_head(*line, mark), start);
        int row;

        if (!jg_str_starts(*line, JG_STR("@")) || mark == line->len ||
            jg_str_find(name, '@') < name.len)
            return true;
        row = find(v, name);
        if (row < 0)
            return false;
        *keep = *keep && v->rows[row].on != negated;
        *line = jg_str_from(*line, mark + 1);
    }
}

/* "@name@" in <line>; a lone @ is just that. False: a name is not known. */
static bool
add_line(const struct values *v, struct jg_str line, struct jg_buf *out)
{
    while (line.len > 0) {
        size_t at = jg_str_find(line, '@');
        struct jg_str name;
        int row;

        jg_buf_add(out, jg_str_head(line, at));
        line = jg_str_from(line, at);
        if (line.len == 0)
            break;
        name = jg_str_from(line, 1);
        name = jg_str_head(name, jg_str_find(name, '@'));
        if (name.len + 2 > line.len) {
            jg_buf_add(out, line); /* not closed on this line */
            break;
        }
        row = find(v, name);
        if (row < 0)
            return false;
        jg_buf_add(out, v->rows[row].text);
        line = jg_str_from(line, name.len + 2);
    }
    jg_buf_addc(out, '\n');
    return true;
}

/* Comments speak about the template's own marks, and are left out. */
static bool
is_comment(struct jg_str line)
{
    return jg_str_starts(jg_str_trim(line), JG_STR("#"));
}

static int
expand(struct values *v, const char *path, struct jg_buf *out)
{
    struct jg_str rest, line;
    enum jg_err err = jg_file_read(path, &v->arena, &rest);
    unsigned number = 0;

    if (err != JG_OK)
        return cli_fail(CLI_FAILED, NULL, "cannot read %s: %s", path,
                        jg_err_info(err)->help);
    while (jg_str_next(&rest, '\n', &line)) {
        bool keep = true;

        number++;
        if (is_comment(line))
            continue;
        if (!take_conditions(v, &line, &keep) ||
            (keep && !add_line(v, line, out)))
            return cli_fail(CLI_FAILED, NULL, "%s:%u: a name is not known",
                            path, number);
    }
    return out->failed ? cli_broken(JG_E_NOMEM) : CLI_OK;
}

int
cli_nginx_conf_make(const struct serve *serve, const struct jg_conf *conf,
                    struct cli_nginx_conf *out)
{
    struct values v = {.count = 0};
    int code;

    jg_buf_init(&out->main, TEXT_MAX);
    jg_buf_init(&out->control, TEXT_MAX);
    jg_arena_init(&v.arena, 16 * 1024, 4 * TEXT_MAX);
    fill(&v, serve, conf);
    if (v.bad != NULL)
        code =
            cli_fail(CLI_CONFIG, "letters, digits, and " PATH_CHARS " in paths",
                     "a setting has characters that nginx's configuration "
                     "cannot hold: %s",
                     v.bad);
    else
        code = expand(&v, serve->template, &out->main);
    if (code == CLI_OK)
        code = expand(&v, serve->control_template, &out->control);
    jg_arena_free(&v.arena);
    if (code != CLI_OK)
        cli_nginx_conf_free(out);
    return code;
}

void
cli_nginx_conf_free(struct cli_nginx_conf *conf)
{
    jg_buf_free(&conf->main);
    jg_buf_free(&conf->control);
}

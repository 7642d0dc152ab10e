/* Scripts of virtual endpoints, as the broker finds them. */
#include "check_scripts.h"

#include "base/json.h"
#include "process.h"
#include "serve.h"

#define OUTPUT_MAX (8 * 1024 * 1024)

static const struct jg_json_limits limits = {
    .max_bytes = OUTPUT_MAX,
    .max_depth = 8,
    .max_values = 100000,
    .max_string = OUTPUT_MAX,
};

static unsigned
number(const struct jg_json *object, const char *name)
{
    int64_t n = 0;

    jg_json_to_int(jg_json_get(object, jg_str(name)), &n);
    return n > 0 && n <= UINT32_MAX ? (unsigned)n : 0;
}

static struct jg_str
text(const struct jg_json *object, const char *name)
{
    return jg_json_string(jg_json_get(object, jg_str(name)));
}

/* As jg_diag_print_json() wrote it. */
static void
add(struct jg_diags *diags, const struct jg_json *object)
{
    const struct jg_diag diag = {
        .severity = JG_WARNING,
        .err = jg_err_by_code(text(object, "code")),
        .file = text(object, "file"),
        .line = number(object, "line"),
        .column = number(object, "column"),
        .path = text(object, "path"),
        .found = text(object, "found"),
        .message = text(object, "message"),
        .fix = text(object, "fix"),
    };

    jg_diags_add(diags, &diag);
}

static bool
take(struct cli_config *config, struct jg_str said)
{
    const struct jg_json *list = NULL;

    jg_json_parse(cli_process_last_line(said), &limits, &config->arena, &list,
                  NULL);
    if (list == NULL || list->type != JG_JSON_ARRAY)
        return false;
    for (uint32_t i = 0; i < list->count; i++)
        add(&config->diags, &list->items[i]);
    return true;
}

void
cli_check_scripts(struct cli_config *config)
{
    char broker[PATH_MAX];
    const char *argv[] = {broker, "--check-scripts", "--conf", config->path,
                          NULL};
    struct jg_buf said;
    int status;

    if (!config->conf.enable_jsvm || config->path == NULL ||
        cli_places_broker(broker) != CLI_OK)
        return;
    jg_buf_init(&said, OUTPUT_MAX);
    status = cli_process_capture(argv, &said);
    if (status != 0 || said.failed || !take(config, jg_buf_str(&said)))
        cli_warn("the scripts of virtual endpoints were not evaluated: %.*s",
                 JG_STR_ARG(jg_str_head(jg_str_trim(jg_buf_str(&said)), 500)));
    jg_buf_free(&said);
}

/* The functions that scripts call and this side does: a row each. */
#include "script_api.h"

#include "script_functions.h"

#define TOKEN_LETTERS_MIN 24 /* as long as that, it may be a secret */
#define SCRIPT_ARENA (64 * 1024)
#define SCRIPT_ARENA_MAX (64 * 1024 * 1024)

static bool
is_token_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' ||
           c == '+' || c == '/' || c == '=';
}

void
jg_script_mask(struct jg_str text, char out[static JG_SCRIPT_LOG_LINE_MAX])
{
    static const char mask[] = "[token]";
    size_t n = 0;

    for (size_t i = 0;
         i < text.len && n + sizeof(mask) < JG_SCRIPT_LOG_LINE_MAX;) {
        size_t len = 0;

        while (i + len < text.len && is_token_letter(text.p[i + len]))
            len++;
        if (len >= TOKEN_LETTERS_MIN) {
            memcpy(out + n, mask, sizeof(mask) - 1);
            n += sizeof(mask) - 1;
            i += len;
            continue;
        }
        for (size_t end = i + (len > 0 ? len : 1);
             i < end && n + sizeof(mask) < JG_SCRIPT_LOG_LINE_MAX; i++)
            out[n++] = (unsigned char)text.p[i] < ' ' ? ' ' : text.p[i];
    }
    out[n] = '\0';
}

static void
tell_the_end(const struct jg_script_api_call *call)
{
    jg_log(&call->broker->log, JG_LOG_WARN,
           "script of API %.*s: more of this call is not logged",
           JG_STR_ARG(call->api_id));
}

static bool
write_log(struct jg_script_api_call *call, const struct jg_str *args,
          size_t count, struct jg_arena *a, struct jg_buf *out)
{
    char line[JG_SCRIPT_LOG_LINE_MAX];

    (void)a;
    (void)out;
    if (count == 0 || call->lines > JG_SCRIPT_LOG_MAX)
        return false;
    if (call->lines++ == JG_SCRIPT_LOG_MAX) {
        tell_the_end(call);
        return false;
    }
    jg_script_mask(args[0], line);
    jg_log(&call->broker->log, JG_LOG_INFO, "script of API %.*s: %s",
           JG_STR_ARG(call->api_id), line);
    return false;
}

void
jg_script_warn(struct jg_script_api_call *call, const char *what,
               const char *why)
{
    char text[JG_SCRIPT_LOG_LINE_MAX]; /* it may quote a URL */

    if (call->warnings >= JG_SCRIPT_WARNINGS_MAX)
        return;
    jg_script_mask(jg_str(why), text);
    jg_log(&call->broker->log, JG_LOG_WARN, "script of API %.*s: %s%s",
           JG_STR_ARG(call->api_id), what, text);
    if (++call->warnings == JG_SCRIPT_WARNINGS_MAX)
        tell_the_end(call);
}

static const struct {
    const char *name;
    jg_script_function *run;
} functions[] = {
    {"log", write_log},
    {"rawlog", write_log},
    {"TykMakeHttpRequest", jg_script_make_request},
    {"TykBatchRequest", jg_script_batch_request},
    {"TykGetKeyData", jg_script_get_key},
    {"TykSetKeyData", jg_script_set_key},
};

enum jg_wire_said
jg_script_api(void *arg, const char *name, const struct jg_str *args,
              size_t count, struct jg_buf *out)
{
    bool answered = false;
    struct jg_arena a;

    jg_arena_init(&a, SCRIPT_ARENA, SCRIPT_ARENA_MAX);
    for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++)
        if (strcmp(functions[i].name, name) == 0)
            answered = functions[i].run(arg, args, count, &a, out);
    jg_arena_free(&a);
    return answered ? JG_SAID_TEXT : JG_SAID_NOTHING;
}

/* What a script finds: Tyk's functions, and what is taken away. */
#include "vm_internal.h"

#include "base/arena.h"
#include "base/b64.h"

/* Standard alphabet; <padded>: with or without '='; else only without. */
static duk_ret_t
decode(duk_context *ctx, bool padded)
{
    struct jg_vm *vm = jg_vm_of(ctx);
    struct jg_str text = jg_vm_text_at(ctx, 0, &vm->out[0]);
    char *whole;
    struct jg_arena a;
    struct jg_str out;

    if (!padded && jg_str_find(text, '=') < text.len)
        return 0;
    while (text.len > 0 && text.p[text.len - 1] == '=')
        text.len--;
    whole = duk_push_fixed_buffer(ctx, text.len + 4);
    if (text.len > 0)
        memcpy(whole, text.p, text.len);
    while (text.len % 4 != 0)
        whole[text.len++] = '=';
    jg_arena_init(&a, 1, 1); /* what a throw leaves behind is the script's */
    jg_arena_seed(&a, duk_push_fixed_buffer(ctx, text.len + 64), text.len + 64);
    if (jg_b64_decode_arena((struct jg_str){whole, text.len}, &a, &out) !=
        JG_OK)
        return 0;
    jg_vm_push_text(ctx, out);
    return 1;
}

static duk_ret_t
encode(duk_context *ctx, bool padded)
{
    struct jg_vm *vm = jg_vm_of(ctx);
    struct jg_str text = jg_vm_text_at(ctx, 0, &vm->out[0]);
    char *out = duk_push_fixed_buffer(ctx, JG_B64_ENCODED(text.len) + 1);
    size_t len = jg_b64_encode(text, out);

    while (!padded && len > 0 && out[len - 1] == '=')
        len--;
    duk_push_lstring(ctx, out, len);
    return 1;
}

static duk_ret_t
b64dec(duk_context *ctx)
{
    return decode(ctx, true);
}

static duk_ret_t
rawb64dec(duk_context *ctx)
{
    return decode(ctx, false);
}

static duk_ret_t
b64enc(duk_context *ctx)
{
    return encode(ctx, true);
}

static duk_ret_t
rawb64enc(duk_context *ctx)
{
    return encode(ctx, false);
}

/* Functions that the other side does: a row each. */
static const struct asked {
    const char *name;
    int count;       /* arguments that it takes: a missing one is "undefined" */
    bool is_request; /* the argument undefined gives undefined */
} asked[] = {
    {"log", 1, false},
    {"rawlog", 1, false},
    {"TykMakeHttpRequest", 1, true},
    {"TykBatchRequest", 1, true},
    {"TykGetKeyData", 2, false},
    {"TykSetKeyData", 3, false},
};

/* The arguments as texts, each in a buffer of its own. */
static void
take_arguments(duk_context *ctx, const struct asked *f,
               struct jg_str args[static JG_VM_ASK_ARGS_MAX])
{
    struct jg_vm *vm = jg_vm_of(ctx);

    for (int i = 0; i < f->count; i++)
        args[i] = jg_vm_text_at(ctx, i, &vm->out[i]);
}

static duk_ret_t
ask(duk_context *ctx)
{
    const struct asked *f = &asked[duk_get_current_magic(ctx)];
    struct jg_vm *vm = jg_vm_of(ctx);
    struct jg_str args[JG_VM_ASK_ARGS_MAX], answer;
    enum jg_wire_said said;

    duk_set_top(ctx, f->count);
    if (f->is_request && duk_is_undefined(ctx, 0))
        return 0;
    take_arguments(ctx, f, args);
    if (vm->asked++ >= JG_WIRE_ASKS_MAX)
        return 0;
    said = vm->ask(vm->arg, f->name, args, (size_t)f->count, &answer);
    if (said == JG_SAID_NOTHING)
        return 0;
    jg_vm_push_text(ctx, answer);
    if (said == JG_SAID_ERROR)
        return duk_error(ctx, DUK_ERR_ERROR, "%s", duk_get_string(ctx, -1));
    if (said == JG_SAID_VALUE)
        duk_json_decode(ctx, -1);
    return 1;
}

static const struct {
    const char *name;
    duk_c_function function;
} functions[] = {
    {"b64dec", b64dec},
    {"b64enc", b64enc},
    {"rawb64dec", rawb64dec},
    {"rawb64enc", rawb64enc},
};

/*
 * Written in the language itself. Files of plugins may hold virtual endpoints
 * too, and make their plugins when they are evaluated: these can be made, and
 * are never called.
 */
static const char prelude[] =
    "function TykJsResponse(response, session_meta) {"
    " return JSON.stringify({Response: response, SessionMeta: session_meta});"
    "}"
    "var TykJS = {TykMiddleware: {}, TykEventHandlers: {}};"
    "TykJS.TykMiddleware.NewMiddleware = function (configuration) {"
    " this.configuration = configuration; };"
    "TykJS.TykMiddleware.NewMiddleware.prototype = {"
    " constructor: TykJS.TykMiddleware.NewMiddleware,"
    " NewProcessRequest: function (f) { this.ProcessRequest = f; },"
    " ReturnData: function (request, session) {"
    "  return {Request: request, SessionMeta: session}; },"
    " ReturnAuthData: function (request, session) {"
    "  return {Request: request, Session: session}; }};"
    "TykJS.TykEventHandlers.NewEventHandler = function () {};"
    "TykJS.TykEventHandlers.NewEventHandler.prototype = {"
    " constructor: TykJS.TykEventHandlers.NewEventHandler,"
    " NewHandler: function (f) { this.Handle = f; }};";

static const unsigned char underscore_js[] = {
#include "underscore.h"
};

/* Of the engine's own, what no script of Tyk's knows: finalizers, coroutines,
 * and the writer of binary data. */
static const char *const removed[] = {"Duktape", "CBOR"};

static void
put_asked(duk_context *ctx, int i)
{
    duk_push_c_function(ctx, ask, DUK_VARARGS);
    duk_set_magic(ctx, -1, i);
    duk_put_global_string(ctx, asked[i].name);
}

void
jg_vm_put_functions(duk_context *ctx, bool underscore)
{
    duk_push_global_object(ctx);
    for (size_t i = 0; i < sizeof(removed) / sizeof(removed[0]); i++)
        duk_del_prop_string(ctx, -1, removed[i]);
    duk_pop(ctx);
    for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
        duk_push_c_function(ctx, functions[i].function, 1);
        duk_put_global_string(ctx, functions[i].name);
    }
    for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++)
        put_asked(ctx, (int)i);
    duk_eval_string_noresult(ctx, prelude);
    if (underscore)
        duk_eval_lstring_noresult(ctx, (const char *)underscore_js,
                                  sizeof(underscore_js));
}

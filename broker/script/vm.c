/* Duktape: heaps, their copies, and what scripts find in them. */
#include "vm.h"

#include "base/arena.h"
#include "base/b64.h"
#include "region.h"

#include <duktape.h>

#include <stdio.h>
#include <time.h>

#define FUNCTION_MAX 128 /* bytes of a function's name */
#define ASK_ARGS_MAX 3
#define SCRIPT "script" /* the name of its file in errors */

struct kept {
    unsigned char id[32];
    unsigned char *copy;
    size_t used;
    duk_context *ctx;
};

struct jg_vm {
    struct jg_region *region;
    jg_vm_ask *ask;
    void *arg;
    int64_t deadline_ms;
    struct kept scripts[JG_VM_SCRIPTS];
    size_t count;
    unsigned char *copies; /* JG_VM_KEPT_BYTES */
    size_t copied;
};

static int64_t
now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* duk_settings.h: Duktape throws an error that no script can catch. */
int
jg_vm_is_late(void *udata)
{
    const struct jg_vm *vm = udata;

    return now_ms() >= vm->deadline_ms;
}

/* Memory: Duktape's heap udata is the vm, so that the check above finds it. */

static void *
vm_alloc(void *udata, duk_size_t size)
{
    return jg_region_alloc(((struct jg_vm *)udata)->region, size);
}

static void *
vm_realloc(void *udata, void *old, duk_size_t size)
{
    return jg_region_realloc(((struct jg_vm *)udata)->region, old, size);
}

static void
vm_free(void *udata, void *p)
{
    jg_region_free(((struct jg_vm *)udata)->region, p);
}

/* Out of memory where no script runs: this process has no other use. */
static void
vm_fatal(void *udata, const char *message)
{
    (void)udata;
    (void)message;
    _Exit(70);
}

/* Functions that are done here. */

static struct jg_str
text_at(duk_context *ctx, duk_idx_t i)
{
    duk_size_t len;
    const char *p = duk_to_lstring(ctx, i, &len);

    return (struct jg_str){p, len};
}

/* Standard alphabet; <padded>: with or without '='; else only without. */
static duk_ret_t
decode(duk_context *ctx, bool padded)
{
    struct jg_str text = text_at(ctx, 0);
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
    duk_push_lstring(ctx, out.p, out.len);
    return 1;
}

static duk_ret_t
encode(duk_context *ctx, bool padded)
{
    struct jg_str text = text_at(ctx, 0);
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

/* Functions that the other side does: all of them have this body, and their
 * name as a property. An undefined argument gives undefined (reference 8.4). */
static duk_ret_t
ask(duk_context *ctx)
{
    duk_memory_functions memory;
    struct jg_str args[ASK_ARGS_MAX], answer;
    duk_idx_t count = duk_get_top(ctx);
    const char *name;
    struct jg_vm *vm;

    duk_get_memory_functions(ctx, &memory);
    vm = memory.udata;
    if (count > ASK_ARGS_MAX)
        count = ASK_ARGS_MAX;
    if (count == 0 || duk_is_undefined(ctx, 0))
        return 0;
    for (duk_idx_t i = 0; i < count; i++)
        args[i] = text_at(ctx, i);
    duk_push_current_function(ctx);
    duk_get_prop_string(ctx, -1, "name");
    name = duk_get_string(ctx, -1);
    if (name == NULL)
        return 0;
    answer = vm->ask(vm->arg, name, args, (size_t)count);
    if (answer.p == NULL)
        return 0;
    duk_push_lstring(ctx, answer.p, answer.len);
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
    {"log", ask},
    {"rawlog", ask},
    {"TykMakeHttpRequest", ask},
    {"TykBatchRequest", ask},
    {"TykGetKeyData", ask},
    {"TykSetKeyData", ask},
};

/* Written in the language itself. */
static const char prelude[] =
    "function TykJsResponse(response, session_meta) {"
    " return JSON.stringify({Response: response, SessionMeta: session_meta});"
    "}";

/* Of the engine's own, what no script of Tyk's knows: finalizers, coroutines,
 * and the writer of binary data. */
static const char *const removed[] = {"Duktape", "CBOR"};

static void
put_functions(duk_context *ctx)
{
    duk_push_global_object(ctx);
    for (size_t i = 0; i < sizeof(removed) / sizeof(removed[0]); i++)
        duk_del_prop_string(ctx, -1, removed[i]);
    duk_pop(ctx);
    for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
        duk_push_c_function(ctx, functions[i].function, DUK_VARARGS);
        duk_push_string(ctx, "name");
        duk_push_string(ctx, functions[i].name);
        duk_def_prop(ctx, -3,
                     DUK_DEFPROP_HAVE_VALUE | DUK_DEFPROP_CLEAR_WRITABLE |
                         DUK_DEFPROP_CLEAR_CONFIGURABLE | DUK_DEFPROP_FORCE);
        duk_put_global_string(ctx, functions[i].name);
    }
    duk_eval_string_noresult(ctx, prelude);
}

/* What is on top of the stack, in words: one line, printable. */
static void
explain(duk_context *ctx, char error[static JG_VM_ERROR_MAX])
{
    const char *text, *file;
    long line = 0;

    if (duk_is_error(ctx, -1)) {
        duk_get_prop_string(ctx, -1, "fileName");
        duk_get_prop_string(ctx, -2, "lineNumber");
        file = duk_get_string(ctx, -2);
        if (file != NULL && strcmp(file, SCRIPT) == 0)
            line = (long)duk_to_int(ctx, -1);
        duk_pop_2(ctx);
    }
    text = duk_safe_to_string(ctx, -1);
    if (line > 0 && strstr(text, "(line ") == NULL)
        snprintf(error, JG_VM_ERROR_MAX, "%s (line %ld)", text, line);
    else
        snprintf(error, JG_VM_ERROR_MAX, "%s", text);
    for (char *p = error; *p != '\0'; p++)
        if ((unsigned char)*p < 0x20 || (unsigned char)*p > 0x7e)
            *p = '?';
}

struct jg_vm *
jg_vm_make(size_t memory_bytes, jg_vm_ask *ask_other, void *arg)
{
    struct jg_vm *vm = jg_mem_grow(NULL, sizeof(*vm));

    if (vm == NULL)
        return NULL;
    memset(vm, 0, sizeof(*vm));
    vm->ask = ask_other;
    vm->arg = arg;
    vm->region = jg_region_make(memory_bytes);
    vm->copies = jg_mem_grow(NULL, JG_VM_KEPT_BYTES);
    if (vm->region == NULL || vm->copies == NULL)
        return NULL; /* the process ends */
    return vm;
}

static struct kept *
find(const struct jg_vm *vm, const unsigned char *id)
{
    for (size_t i = 0; i < vm->count; i++)
        if (memcmp(vm->scripts[i].id, id, sizeof(vm->scripts[i].id)) == 0)
            return (struct kept *)(uintptr_t)&vm->scripts[i];
    return NULL;
}

bool
jg_vm_has(const struct jg_vm *vm, const unsigned char *id)
{
    return find(vm, id) != NULL;
}

/* Keep a copy; when there is no room, forget all of the others. */
static bool
keep(struct jg_vm *vm, const unsigned char *id, duk_context *ctx)
{
    size_t used = jg_region_used(vm->region);
    struct kept *kept;

    if (vm->count == JG_VM_SCRIPTS || used > JG_VM_KEPT_BYTES - vm->copied)
        vm->count = vm->copied = 0;
    if (used > JG_VM_KEPT_BYTES)
        return false;
    kept = &vm->scripts[vm->count++];
    memcpy(kept->id, id, sizeof(kept->id));
    kept->copy = vm->copies + vm->copied;
    kept->used = used;
    kept->ctx = ctx;
    vm->copied += used;
    jg_region_save(vm->region, kept->copy);
    return true;
}

/* Run protected: the heap is new, and even this may find no memory. */
static duk_ret_t
evaluate(duk_context *ctx, void *udata)
{
    const struct jg_str *source = udata;

    put_functions(ctx);
    duk_push_string(ctx, SCRIPT);
    duk_compile_lstring_filename(ctx, 0, source->p, source->len);
    duk_call(ctx, 0);
    duk_pop(ctx);
    duk_gc(ctx, 0);
    return 0;
}

bool
jg_vm_load(struct jg_vm *vm, const unsigned char *id, struct jg_str source,
           int64_t deadline_ms, char error[static JG_VM_ERROR_MAX])
{
    duk_context *ctx;

    vm->deadline_ms = deadline_ms;
    jg_region_clear(vm->region);
    ctx = duk_create_heap(vm_alloc, vm_realloc, vm_free, vm, vm_fatal);
    if (ctx == NULL) {
        snprintf(error, JG_VM_ERROR_MAX, "there is no memory for a script");
        return false;
    }
    if (duk_safe_call(ctx, evaluate, &source, 0, 1) != DUK_EXEC_SUCCESS) {
        explain(ctx, error);
        return false;
    }
    duk_set_top(ctx, 0);
    if (keep(vm, id, ctx))
        return true;
    snprintf(error, JG_VM_ERROR_MAX, "the script's data are too large");
    return false;
}

struct call {
    const char *function;
    struct jg_str args;
};

static duk_ret_t
invoke(duk_context *ctx, void *udata)
{
    const struct call *call = udata;
    duk_size_t count;

    if (!duk_get_global_string(ctx, call->function) ||
        !duk_is_function(ctx, -1))
        return duk_error(ctx, DUK_ERR_REFERENCE_ERROR,
                         "there is no function %s", call->function);
    duk_push_lstring(ctx, call->args.p, call->args.len);
    duk_json_decode(ctx, -1);
    count = duk_get_length(ctx, -1);
    for (duk_size_t i = 0; i < count; i++)
        duk_get_prop_index(ctx, 1, (duk_uarridx_t)i);
    duk_remove(ctx, 1);
    duk_call(ctx, (duk_idx_t)count);
    if (!duk_is_string(ctx, -1))
        return duk_error(ctx, DUK_ERR_TYPE_ERROR, "%s returned no text",
                         call->function);
    return 1;
}

bool
jg_vm_call(struct jg_vm *vm, const unsigned char *id, struct jg_str function,
           struct jg_str args, int64_t deadline_ms, struct jg_str *result,
           char error[static JG_VM_ERROR_MAX])
{
    const struct kept *kept = find(vm, id);
    char name[FUNCTION_MAX];
    struct call call = {name, args};
    duk_size_t len;

    if (kept == NULL || function.len >= sizeof(name)) {
        snprintf(error, JG_VM_ERROR_MAX, "no such script or function");
        return false;
    }
    memcpy(name, function.p, function.len);
    name[function.len] = '\0';
    vm->deadline_ms = deadline_ms;
    jg_region_restore(vm->region, kept->copy, kept->used);
    if (duk_safe_call(kept->ctx, invoke, &call, 0, 1) != DUK_EXEC_SUCCESS) {
        explain(kept->ctx, error);
        return false;
    }
    result->p = duk_get_lstring(kept->ctx, -1, &len);
    result->len = len;
    return true;
}

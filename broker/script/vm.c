/* Duktape: heaps, their copies, and calls. */
#include "vm_internal.h"

#include "base/arena.h"
#include "clock.h"
#include "region.h"
#include "text.h"
#include "wire.h"

#include <stdio.h>
#include <stdlib.h>

#define FUNCTION_MAX 128 /* bytes of a function's name */
#define SCRIPT "script " /* before the name of its file in errors */
#define FILE_MAX (sizeof(SCRIPT) + JG_VM_NAME_SHOWN) /* of both */
#define TEXT_MAX_SHOWN                                     \
    200 /* bytes of an error: its place must fit behind it \
         */

/* duk_settings.h: Duktape throws an error that no script can catch. */
int
jg_vm_is_late(void *udata)
{
    const struct jg_vm *vm = udata;

    return jg_clock_ms() >= vm->deadline_ms;
}

static bool
ends_line(struct jg_str text, size_t i)
{
    return text.p[i] == '\n' ||
           (text.p[i] == '\r' && (i + 1 == text.len || text.p[i + 1] != '\n'));
}

/* Bytes of UTF-8, where CESU-8 has three for each half of a pair. */
static unsigned
columns(struct jg_str text)
{
    unsigned count = 0;

    for (size_t i = 0; i < text.len; i++)
        count += (unsigned char)text.p[i] == 0xed && i + 2 < text.len &&
                         (unsigned char)text.p[i + 1] >= 0xa0
                     ? (i += 2, 2)
                     : 1;
    return count;
}

/* duk_settings.h. The last one counts: an error may be caught and thrown anew.
 */
void
jg_vm_note_place(void *udata, size_t offset)
{
    struct jg_vm *vm = udata;
    struct jg_str before = jg_str_head(vm->compiling, offset);
    size_t start = 0;

    if (vm->compiling.p == NULL)
        return; /* a script compiles something: its own business */
    vm->line = 1;
    for (size_t i = 0; i < before.len; i++)
        if (ends_line(before, i)) {
            vm->line++;
            start = i + 1;
        }
    vm->column = columns(jg_str_from(before, start)) + 1;
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

struct jg_vm *
jg_vm_of(duk_context *ctx)
{
    duk_memory_functions memory;

    duk_get_memory_functions(ctx, &memory);
    return memory.udata;
}

static duk_ret_t
no_memory(duk_context *ctx)
{
    return duk_error(ctx, DUK_ERR_RANGE_ERROR, "out of memory");
}

void
jg_vm_push_text(duk_context *ctx, struct jg_str text)
{
    text = jg_text_to_script(text, &jg_vm_of(ctx)->in);
    if (text.p == NULL && text.len > 0)
        no_memory(ctx);
    duk_push_lstring(ctx, text.p, text.len);
}

struct jg_str
jg_vm_text_at(duk_context *ctx, duk_idx_t i, struct jg_buf *b)
{
    duk_size_t len;
    const char *p = duk_to_lstring(ctx, i, &len);
    struct jg_str text = jg_text_from_script((struct jg_str){p, len}, b);

    if (text.p == NULL)
        no_memory(ctx);
    return text;
}

/* Is the error on top of the stack one of a line of a script? Which? */
static bool
find_place(duk_context *ctx, char file[static FILE_MAX], long *line)
{
    const char *name;

    file[0] = '\0';
    *line = 0;
    if (!duk_is_error(ctx, -1))
        return false;
    duk_get_prop_string(ctx, -1, "fileName");
    duk_get_prop_string(ctx, -2, "lineNumber");
    name = duk_get_string(ctx, -2);
    if (name != NULL && strncmp(name, SCRIPT, sizeof(SCRIPT) - 1) == 0) {
        snprintf(file, FILE_MAX, "%s", name + sizeof(SCRIPT) - 1);
        *line = duk_is_number(ctx, -1) ? (long)duk_get_int(ctx, -1) : 0;
    }
    duk_pop_2(ctx);
    return *line > 0;
}

/* Duktape says "... (line 3)", or "... (line 3, end of input)". */
static void
explain_syntax(const struct jg_vm *vm, const char *text, char *error)
{
    const char *line = strstr(text, " (line ");
    int len = line != NULL ? (int)(line - text) : (int)strlen(text);
    bool ended = line != NULL && strstr(line, "end of input") != NULL;

    snprintf(error, JG_VM_ERROR_MAX, "%.*s: %.*s%s (line %u, column %u)",
             (int)(vm->part.len < JG_VM_NAME_SHOWN ? vm->part.len
                                                   : JG_VM_NAME_SHOWN),
             vm->part.p, len < TEXT_MAX_SHOWN ? len : TEXT_MAX_SHOWN, text,
             ended ? ", at the end of the text" : "", vm->line, vm->column);
}

/* What is on top of the stack, in words: one line, printable. Protected, since
 * an error may have properties that throw. */
static duk_ret_t
explain_it(duk_context *ctx, void *udata)
{
    const struct jg_vm *vm = jg_vm_of(ctx);
    char *error = udata, file[FILE_MAX];
    bool placed;
    long line;

    placed = find_place(ctx, file, &line);
    if (vm->column > 0)
        explain_syntax(vm, duk_safe_to_string(ctx, -1), error);
    else if (placed)
        snprintf(error, JG_VM_ERROR_MAX, "%s: %.*s (line %ld)", file,
                 TEXT_MAX_SHOWN, duk_safe_to_string(ctx, -1), line);
    else
        snprintf(error, JG_VM_ERROR_MAX, "%.*s%s%.*s",
                 (int)(vm->part.len < JG_VM_NAME_SHOWN ? vm->part.len
                                                       : JG_VM_NAME_SHOWN),
                 vm->part.len > 0 ? vm->part.p : "",
                 vm->part.len > 0 ? ": " : "", TEXT_MAX_SHOWN,
                 duk_safe_to_string(ctx, -1));
    return 0;
}

static void
explain(duk_context *ctx, char error[static JG_VM_ERROR_MAX])
{
    snprintf(error, JG_VM_ERROR_MAX, "an error that cannot be told");
    duk_safe_call(ctx, explain_it, error, 1, 0);
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
    jg_buf_init(&vm->in, JG_WIRE_MAX);
    for (size_t i = 0; i < JG_VM_ASK_ARGS_MAX; i++)
        jg_buf_init(&vm->out[i], JG_WIRE_MAX);
    if (vm->region == NULL || vm->copies == NULL)
        return NULL; /* the process ends */
    return vm;
}

static struct jg_kept_script *
find(const struct jg_vm *vm, const unsigned char *id)
{
    for (size_t i = 0; i < vm->count; i++)
        if (memcmp(vm->scripts[i].id, id, sizeof(vm->scripts[i].id)) == 0)
            return (struct jg_kept_script *)(uintptr_t)&vm->scripts[i];
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
    struct jg_kept_script *kept;

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

/* Does it look as if it used underscore.js? "_.map(" or "_(list)". */
static bool
mentions_underscore(struct jg_str s)
{
    for (size_t i = 0; i + 1 < s.len; i++)
        if (s.p[i] == '_' && (s.p[i + 1] == '.' || s.p[i + 1] == '('))
            return true;
    return false;
}

/* Run protected: the heap is new, and even this may find no memory. */
static duk_ret_t
prepare(duk_context *ctx, void *udata)
{
    jg_vm_put_functions(ctx, *(const bool *)udata);
    return 0;
}

static duk_ret_t
evaluate(duk_context *ctx, void *udata)
{
    const struct jg_frame_part *part = udata;
    struct jg_vm *vm = jg_vm_of(ctx);
    struct jg_str source = jg_text_to_script(part->source, &vm->in);
    char file[FILE_MAX];

    snprintf(file, sizeof(file), SCRIPT "%.*s", JG_STR_ARG(part->name));
    duk_push_string(ctx, file);
    vm->part = part->name;
    vm->compiling = source;
    duk_compile_lstring_filename(ctx, 0, source.p, source.len);
    vm->compiling.p = NULL;
    vm->line = vm->column = 0;
    duk_call(ctx, 0);
    return 0;
}

static duk_ret_t
collect(duk_context *ctx, void *udata)
{
    (void)udata;
    duk_gc(ctx, 0);
    return 0;
}

/* Protected: false, and a line of <faults>. */
static bool
protect(duk_context *ctx, duk_safe_call_function f, void *udata,
        struct jg_buf *faults)
{
    struct jg_vm *vm = jg_vm_of(ctx);
    char error[JG_VM_ERROR_MAX];
    bool done = duk_safe_call(ctx, f, udata, 0, 1) == DUK_EXEC_SUCCESS;

    vm->compiling.p = NULL;
    if (!done) {
        explain(ctx, error);
        jg_buf_addf(faults, "%s\n", error);
    }
    vm->part = (struct jg_str){NULL, 0};
    vm->line = vm->column = 0;
    duk_set_top(ctx, 0);
    return done;
}

static bool
fail(struct jg_buf *faults, const char *why)
{
    jg_buf_addf(faults, "%s\n", why);
    return false;
}

bool
jg_vm_load(struct jg_vm *vm, const unsigned char *id,
           const struct jg_frame_part *parts, size_t count, int64_t deadline_ms,
           struct jg_buf *faults)
{
    bool underscore = false;
    duk_context *ctx;

    vm->deadline_ms = deadline_ms;
    vm->asked = 0;
    jg_region_clear(vm->region);
    ctx = duk_create_heap(vm_alloc, vm_realloc, vm_free, vm, vm_fatal);
    if (ctx == NULL)
        return fail(faults, "there is no memory for a script");
    for (size_t i = 0; i < count; i++)
        underscore = underscore || mentions_underscore(parts[i].source);
    if (!protect(ctx, prepare, &underscore, faults))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!protect(ctx, evaluate, (void *)(uintptr_t)&parts[i], faults) &&
            jg_vm_is_late(vm))
            return fail(faults, "the scripts take too long to be evaluated");
    if (!protect(ctx, collect, NULL, faults))
        return false;
    return keep(vm, id, ctx) || fail(faults, "the scripts' data are too large");
}

struct call {
    struct jg_str function;
    struct jg_str args;
};

/* What "a.b.f" is, with what it is a member of below it. */
static void
push_function(duk_context *ctx, struct jg_str path)
{
    struct jg_str rest = path, name;

    duk_push_undefined(ctx);
    duk_push_global_object(ctx);
    while (jg_str_next(&rest, '.', &name)) {
        duk_remove(ctx, -2);
        if (!duk_is_object_coercible(ctx, -1))
            break;
        duk_get_prop_lstring(ctx, -1, name.p, name.len);
    }
    duk_insert(ctx, -2); /* function, this */
}

static duk_ret_t
invoke(duk_context *ctx, void *udata)
{
    const struct call *call = udata;
    duk_size_t count;

    push_function(ctx, call->function);
    if (!duk_is_function(ctx, 0))
        return duk_error(ctx, DUK_ERR_REFERENCE_ERROR,
                         "there is no function %.*s",
                         JG_STR_ARG(call->function));
    if (call->args.len == 0)
        return 0;
    jg_vm_push_text(ctx, call->args);
    duk_json_decode(ctx, -1);
    count = duk_get_length(ctx, 2);
    for (duk_size_t i = 0; i < count; i++)
        duk_get_prop_index(ctx, 2, (duk_uarridx_t)i);
    duk_remove(ctx, 2);
    duk_call_method(ctx, (duk_idx_t)count);
    duk_to_string(ctx, -1);
    return 1;
}

bool
jg_vm_call(struct jg_vm *vm, const unsigned char *id, struct jg_str function,
           struct jg_str args, int64_t deadline_ms, struct jg_str *result,
           char error[static JG_VM_ERROR_MAX])
{
    const struct jg_kept_script *kept = find(vm, id);
    struct call call = {function, args};
    struct jg_str text;
    duk_size_t len;

    if (kept == NULL || function.len >= FUNCTION_MAX) {
        snprintf(error, JG_VM_ERROR_MAX, "no such script or function");
        return false;
    }
    vm->deadline_ms = deadline_ms;
    vm->asked = 0;
    jg_region_restore(vm->region, kept->copy, kept->used);
    if (duk_safe_call(kept->ctx, invoke, &call, 0, 1) != DUK_EXEC_SUCCESS) {
        explain(kept->ctx, error);
        return false;
    }
    text.p = duk_get_lstring(kept->ctx, -1, &len);
    text.len = len;
    *result = jg_text_from_script(text, &vm->out[0]);
    return true;
}

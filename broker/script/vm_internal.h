/* Between the files of the virtual machine only. */
#ifndef JG_SCRIPT_VM_INTERNAL_H
#define JG_SCRIPT_VM_INTERNAL_H

#include "vm.h"

#include <duktape.h>

#define JG_VM_ASK_ARGS_MAX JG_FRAME_ARGS_MAX

struct jg_kept_script {
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
    unsigned asked;          /* questions of this call */
    struct jg_str part;      /* name of the text that is evaluated, or empty */
    struct jg_str compiling; /* its bytes, while they are compiled */
    unsigned line, column;   /* where they could not be; 0: they could */
    struct jg_kept_script scripts[JG_VM_SCRIPTS];
    size_t count;
    unsigned char *copies; /* JG_VM_KEPT_BYTES */
    size_t copied;
    struct jg_buf in, out[JG_VM_ASK_ARGS_MAX]; /* texts on their way */
};

/* Put what scripts find into the new heap, and underscore.js when it is
 * asked for; may throw. */
void jg_vm_put_functions(duk_context *ctx, bool underscore);

/* Push <text>, which may be any bytes; throws without memory. */
void jg_vm_push_text(duk_context *ctx, struct jg_str text);

/* The text on place <i> of the stack, made one if it is none; in UTF-8, good
 * until the next use of <b>. May throw. */
struct jg_str jg_vm_text_at(duk_context *ctx, duk_idx_t i, struct jg_buf *b);

struct jg_vm *jg_vm_of(duk_context *ctx);

#endif

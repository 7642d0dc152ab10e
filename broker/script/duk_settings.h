/*
 * Duktape's configuration as Debian ships it, with what a script must not have
 * taken out, and the clock put in. Included before everything else
 * (-include), so that Duktape's own include of it does nothing.
 */
#ifndef JG_SCRIPT_DUK_SETTINGS_H
#define JG_SCRIPT_DUK_SETTINGS_H

#include JG_DUK_CONFIG

/* Asked every few thousand instructions: has the call passed its deadline? */
extern int jg_vm_is_late(void *udata);
#define DUK_USE_INTERRUPT_COUNTER
#define DUK_USE_EXEC_TIMEOUT_CHECK(udata) jg_vm_is_late(udata)

/* Told where a text cannot be compiled, by the line that placed.py puts into
 * Duktape's source. */
#include <stddef.h>
extern void jg_vm_note_place(void *udata, size_t offset);

/* Not to be reached by a script: vm.c takes the object Duktape away, behind
 * which finalizers and coroutines are. */
#undef DUK_USE_BYTECODE_DUMP_SUPPORT

/* Errors tell nothing of the inside. */
#undef DUK_USE_TRACEBACKS
#define DUK_USE_PARANOID_ERRORS

/* The host's stack is bounded; so is what may be nested on it. */
#undef DUK_USE_NATIVE_CALL_RECLIMIT
#define DUK_USE_NATIVE_CALL_RECLIMIT 200
#undef DUK_USE_REGEXP_EXECUTOR_RECLIMIT
#define DUK_USE_REGEXP_EXECUTOR_RECLIMIT 2000
#undef DUK_USE_REGEXP_COMPILER_RECLIMIT
#define DUK_USE_REGEXP_COMPILER_RECLIMIT 500
#undef DUK_USE_COMPILER_RECLIMIT
#define DUK_USE_COMPILER_RECLIMIT 500
#undef DUK_USE_JSON_DEC_RECLIMIT
#define DUK_USE_JSON_DEC_RECLIMIT 200
#undef DUK_USE_JSON_ENC_RECLIMIT
#define DUK_USE_JSON_ENC_RECLIMIT 200

#endif

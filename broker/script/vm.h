/*
 * A script and its calls: Duktape (ES5) over a region of memory. A script is
 * evaluated once; each call runs in a copy of what that left, so that nothing
 * of one call is there for the next (reference 8.1).
 */
#ifndef JG_SCRIPT_VM_H
#define JG_SCRIPT_VM_H

#include "base/buf.h"
#include "frame.h"

#include <stdint.h>

#define JG_VM_ERROR_MAX 600
#define JG_VM_NAME_SHOWN 256  /* bytes of a part's name, in an error */
#define JG_VM_FAULTS_MAX 4096 /* bytes of all lines of one load */
#define JG_VM_SCRIPTS 32      /* evaluated scripts that are kept */
#define JG_VM_KEPT_BYTES (96u * 1024 * 1024) /* of all their copies */

struct jg_vm;

/*
 * What a script may do, done by somebody else: <name> with its arguments.
 * <answer> is borrowed until the next call.
 */
typedef enum jg_wire_said jg_vm_ask(void *arg, const char *name,
                                    const struct jg_str *args, size_t count,
                                    struct jg_str *answer);

/* <memory_bytes> for one script. NULL: no memory. Once in a process. */
struct jg_vm *jg_vm_make(size_t memory_bytes, jg_vm_ask *ask, void *arg);

/* Is the script called <id> (32 bytes) there? */
bool jg_vm_has(const struct jg_vm *vm, const unsigned char *id);

/*
 * Evaluate the <parts>, one after another, as the script <id>. A part that
 * fails is left out, as in Tyk, and is a line of <faults>: "name: what (line
 * 3)", or "(line 3, column 5)" when it cannot be compiled, or without a place
 * when none is known. False: nothing is to be called; <faults> says why.
 */
bool jg_vm_load(struct jg_vm *vm, const unsigned char *id,
                const struct jg_frame_part *parts, size_t count,
                int64_t deadline_ms, struct jg_buf *faults);

/*
 * Call <function> ("f", or "a.b.f") of a script that is there, with the members
 * of the JSON array <args>; empty: only see whether it is a function. <result>,
 * what it returned as a text in UTF-8, is borrowed until the next call. False:
 * <error> says why. Times are of CLOCK_MONOTONIC.
 */
bool jg_vm_call(struct jg_vm *vm, const unsigned char *id,
                struct jg_str function, struct jg_str args, int64_t deadline_ms,
                struct jg_str *result, char error[static JG_VM_ERROR_MAX]);

#endif

#!/usr/bin/env python3
"""Write Duktape's source with a few lines more: where a text cannot be
compiled, jg_vm_note_place() is told at which byte. Duktape itself tells the
line only; and where an expression cannot begin or go on like that, the line of
the token behind the one that is wrong."""
import pathlib
import sys

# What stands how often, and what comes between the two lines of it.
PLACES = [
    (1, "\t\tat_end = (thr->compile_ctx->lex.window[0].codepoint < 0);\n", "\n",
     "\t\tjg_vm_note_place(thr->heap->heap_udata,\n"
     "\t\t                 thr->compile_ctx->curr_token.start_offset);\n"),
    (2, "\n", "\tDUK_ERROR_SYNTAX(thr, DUK_STR_PARSE_ERROR);\n",
     "\tcomp_ctx->curr_token.start_offset = comp_ctx->prev_token.start_offset;\n"
     "\tcomp_ctx->curr_token.start_line = comp_ctx->prev_token.start_line;\n"),
]

source = pathlib.Path(sys.argv[1]).read_text()
for count, before, behind, more in PLACES:
    if source.count(before + behind) != count:
        sys.exit(f"{sys.argv[1]}: this Duktape is written in another way: "
                 f"{before + behind!r}")
    source = source.replace(before + behind, before + more + behind)
sys.stdout.write(source)

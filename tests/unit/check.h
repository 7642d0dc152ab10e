/* What every unit test includes: cmocka, and checks that name both sides. */
#ifndef JG_TESTS_CHECK_H
#define JG_TESTS_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/err.h"

#define LEN(array) (sizeof(array) / sizeof((array)[0]))

/* Fails with the names of both errors, not their numbers. */
#define assert_err(got, want) \
    jg_check_err((got), (want), #got, __FILE__, __LINE__)

/* Fails with both texts. */
#define assert_str(got, want) \
    jg_check_str((got), jg_str(want), #got, __FILE__, __LINE__)

/*
 * Say that a test needs what this machine lacks; the caller returns. cmocka's
 * own skip() prints "not ok", which Meson takes for a failure, so these words
 * are what tools/run_tests.py counts.
 */
static inline void
jg_skip_loudly(const char *lacks)
{
    fprintf(stderr, "LOUD SKIP: %s\n", lacks);
}

static inline void
jg_check_err(enum jg_err got, enum jg_err want, const char *what,
             const char *file, int line)
{
    if (got == want)
        return;
    print_error("%s: got %s, want %s\n", what, jg_err_info(got)->name,
                jg_err_info(want)->name);
    _fail(file, line);
}

static inline void
jg_check_str(struct jg_str got, struct jg_str want, const char *what,
             const char *file, int line)
{
    if (jg_str_eq(got, want))
        return;
    print_error("%s: got \"%.*s\", want \"%.*s\"\n", what, JG_STR_ARG(got),
                JG_STR_ARG(want));
    _fail(file, line);
}

#endif

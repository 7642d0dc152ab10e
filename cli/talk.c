/* Words to people: errors in five parts, warnings, colours, safe output. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/utf8.h"
#include "cli.h"

bool
cli_colour(int fd)
{
    const char *no = getenv("NO_COLOR");
    const char *force = getenv("CLICOLOR_FORCE");
    const char *term = getenv("TERM");

    if (no != NULL && no[0] != '\0')
        return false;
    if (force != NULL && strcmp(force, "0") != 0 && force[0] != '\0')
        return true;
    return isatty(fd) && (term == NULL || strcmp(term, "dumb") != 0);
}

/*
 * Characters that no terminal should be sent out of a token: DEL, C1 controls
 * (U+0080..9F) and what turns the direction of text. Returns the length of the
 * one that <s> begins with, and its code.
 */
static size_t
unsafe(struct jg_str s, unsigned *code)
{
    const unsigned char *p = (const unsigned char *)s.p;

    *code = 0;
    if (p[0] == 0x7f) {
        *code = 0x7f;
        return 1;
    }
    if (s.len >= 2 && p[0] == 0xc2 && p[1] >= 0x80 && p[1] <= 0x9f) {
        *code = p[1];
        return 2;
    }
    if (s.len >= 3 && p[0] == 0xe2 && (p[1] == 0x80 || p[1] == 0x81)) {
        unsigned c = 0x2000 + (p[1] & 1) * 0x40 + (p[2] & 0x3f);

        if ((c >= 0x200e && c <= 0x200f) || (c >= 0x202a && c <= 0x202e) ||
            (c >= 0x2066 && c <= 0x2069)) {
            *code = c;
            return 3;
        }
    }
    return 0;
}

/* Write <text>; what is unsafe, and with <controls> also what is below a space
 * and ends no line, as an escape. */
static void
put_safe(FILE *stream, struct jg_str text, bool controls)
{
    size_t plain = 0;

    while (plain < text.len) {
        unsigned code = (unsigned char)text.p[plain];
        size_t len = controls && code < ' ' && code != '\n'
                         ? 1
                         : unsafe(jg_str_from(text, plain), &code);

        if (len == 0) {
            plain++;
            continue;
        }
        fwrite(text.p, 1, plain, stream);
        fprintf(stream, "\\u%04x", code);
        text = jg_str_from(text, plain + len);
        plain = 0;
    }
    if (text.len > 0)
        fwrite(text.p, 1, text.len, stream);
}

void
cli_add_clean(struct jg_buf *out, struct jg_str text, bool lines)
{
    while (text.len > 0) {
        unsigned code = (unsigned char)text.p[0];
        bool plain = lines && (code == '\n' || code == '\t');
        bool control = (code < ' ' && !plain) || jg_utf8_len(text) == 0;
        size_t len = control ? 1 : unsafe(text, &code);

        if (len == 0)
            jg_buf_addc(out, text.p[0]);
        else
            jg_buf_addf(out, "\\u%04x", code);
        text = jg_str_from(text, len > 0 ? len : 1);
    }
}

#define WIDTH 79 /* columns that every terminal has */

void
cli_add_wrapped(struct jg_buf *out, struct jg_str text, unsigned indent)
{
    bool begins = out->len == 0 || out->p[out->len - 1] == '\n';
    size_t column = indent;
    struct jg_str word;
    bool first = true;

    if (begins)
        jg_buf_addf(out, "%*s", (int)indent, "");
    while (jg_str_next(&text, ' ', &word)) {
        if (!first && column + 1 + word.len > WIDTH) {
            jg_buf_addf(out, "\n%*s", (int)indent, "");
            column = indent;
        } else if (!first) {
            jg_buf_addc(out, ' ');
            column++;
        }
        jg_buf_add(out, word);
        column += word.len;
        first = false;
    }
    jg_buf_addc(out, '\n');
}

#define SAID_MAX 8192 /* bytes of one message */

/* One line on stderr: a coloured word and what was said. */
static void __attribute__((format(printf, 3, 0)))
say(const char *colour, const char *word, const char *format, va_list args)
{
    bool coloured;
    char text[SAID_MAX];

    vsnprintf(text, sizeof(text), format, args); /* first, for %m */
    coloured = cli_colour(STDERR_FILENO);
    fprintf(stderr, "%s%s%s: ", coloured ? colour : "", word,
            coloured ? "\033[0m" : "");
    put_safe(stderr, jg_str(text), true);
    fputc('\n', stderr);
}

static void
say_part(const char *label, struct jg_str text)
{
    struct jg_buf clean;

    if (text.len == 0)
        return;
    jg_buf_init(&clean, 6 * SAID_MAX);
    cli_add_clean(&clean, jg_str_head(text, SAID_MAX), false);
    fprintf(stderr, "%s%.*s\n", label, JG_STR_ARG(jg_buf_str(&clean)));
    jg_buf_free(&clean);
}

int
cli_error(const struct cli_fault *fault)
{
    cli_fail(fault->exit_code, NULL, "%s", fault->what);
    say_part("  --> ", jg_str(fault->where));
    say_part("  by: ", jg_str(fault->from));
    say_part("  found: ", fault->seen);
    say_part("  fix: ", jg_str(fault->fix));
    say_part("  more: ", jg_str(fault->more));
    return fault->exit_code;
}

int
cli_fail(int exit_code, const char *fix, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    say("\033[1;31m", "error", format, args);
    va_end(args);
    say_part("  fix: ", jg_str(fix));
    return exit_code;
}

void
cli_warn(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    say("\033[1;33m", "warning", format, args);
    va_end(args);
}

void
cli_note(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    say("\033[1m", "note", format, args);
    va_end(args);
}

int
cli_reject(int exit_code, enum jg_err err, const char *detail)
{
    const struct jg_err_info *info = jg_err_info(err);
    bool coloured = cli_colour(STDERR_FILENO);

    fprintf(stderr, "%serror %s%s: ", coloured ? "\033[1;31m" : "", info->code,
            coloured ? "\033[0m" : "");
    fprintf(stderr, "%s\n", info->help);
    say_part("  found: ", jg_str(detail));
    fprintf(stderr,
            "  a gateway answers: %d \"%s\"\n  more: jotgate reason %s\n",
            info->status, info->text, info->code);
    return exit_code;
}

int
cli_broken(enum jg_err err)
{
    const struct jg_err_info *info = jg_err_info(err);

    if (err == JG_E_NOMEM)
        return cli_fail(CLI_FAILED, NULL, "out of memory");
    return cli_fail(CLI_FAILED, NULL, "%s (%s)", info->help, info->code);
}

const char *
cli_nearest(const char *word, const char *const *known)
{
    const char *near = NULL;
    size_t best = strlen(word) / 3 + 2; /* worse than this is no typo */

    for (; *known != NULL; known++) {
        size_t edits = jg_str_distance(jg_str(word), jg_str(*known));

        if (edits < best) {
            best = edits;
            near = *known;
        }
    }
    return near;
}

int
cli_print(struct jg_buf *out)
{
    bool failed = out->failed;

    put_safe(stdout, jg_buf_str(out), false);
    jg_buf_free(out);
    if (failed)
        return cli_broken(JG_E_NOMEM);
    if (fflush(stdout) != 0 || ferror(stdout))
        return cli_fail(CLI_FAILED, NULL, "standard output: %m");
    return CLI_OK;
}

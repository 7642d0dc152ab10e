/* JSON values as the text of a header (reference 6.2). */
#include "access/rewrite.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/escape.h"

#define REAL_DIGITS 17 /* enough to tell any two doubles apart */
#define REAL_BYTES 40

#define BUF_MAX (512 * 1024) /* what is too long is seen before that */
_Static_assert(BUF_MAX > 4 * JG_TOKEN_MAX + JG_HEADER_BYTES_MAX,
               "a buffer fails for want of memory only");

/* A number as "%.*e" writes it: sign, digits without the point, exponent. */
struct number {
    bool negative;
    char digits[REAL_BYTES];
    int count;
    int point; /* where it stands: before the digit of this number */
};

/* The fewest digits that read back as the same number. */
static void
take_apart(double real, struct number *n)
{
    char text[REAL_BYTES];
    const char *p = text;
    int exponent = 0;
    bool down;

    for (int digits = 0; digits < REAL_DIGITS; digits++) {
        snprintf(text, sizeof(text), "%.*e", digits, real);
        if (strtod(text, NULL) == real)
            break;
    }
    n->negative = *p == '-';
    p += n->negative;
    for (n->count = 0; *p != 'e'; p++)
        if (*p != '.')
            n->digits[n->count++] = *p;
    down = p[1] == '-';
    for (p += 2; *p != '\0'; p++)
        exponent = exponent * 10 + (*p - '0');
    n->point = 1 + (down ? -exponent : exponent);
}

/* Plain decimal, as Go's 'f' format: 1e21 has 22 digits. */
static void
add_real(struct jg_buf *b, double real)
{
    struct number n;

    take_apart(real, &n);
    if (n.negative)
        jg_buf_addc(b, '-');
    if (n.point <= 0)
        jg_buf_add(b, JG_STR("0."));
    for (int i = n.point; i < 0; i++)
        jg_buf_addc(b, '0');
    for (int i = 0; i < n.count || i < n.point; i++) {
        if (i == n.point && i > 0)
            jg_buf_addc(b, '.');
        jg_buf_addc(b, i < n.count ? n.digits[i] : '0');
    }
}

static bool
is_full(const struct jg_buf *b)
{
    return b->failed || b->len > JG_HEADER_BYTES_MAX;
}

static void add_value(struct jg_buf *b, const struct jg_json *value);

/* Items without text are left out, as in Tyk. Depth is the document's. */
static void
add_list(struct jg_buf *b, const struct jg_json *list)
{
    size_t start = b->len;

    for (uint32_t i = 0; i < list->count && !is_full(b); i++) {
        struct jg_buf item;

        jg_value_begin(&item);
        add_value(&item, &list->items[i]);
        if (item.len > 0 && b->len > start)
            jg_buf_addc(b, ',');
        jg_buf_add_escaped(b, jg_buf_str(&item), "+"); /* url.QueryEscape() */
        b->failed = b->failed || item.failed;
        jg_buf_free(&item);
    }
}

static void
add_value(struct jg_buf *b, const struct jg_json *value)
{
    switch (value->type) {
    case JG_JSON_STRING:
        jg_buf_add(b, value->string);
        break;
    case JG_JSON_INT:
        jg_buf_addf(b, "%" PRId64, value->integer);
        break;
    case JG_JSON_REAL:
        add_real(b, value->real);
        break;
    case JG_JSON_ARRAY:
        add_list(b, value);
        break;
    case JG_JSON_NULL:
    case JG_JSON_BOOL:
    case JG_JSON_OBJECT:
        break;
    }
}

void
jg_value_begin(struct jg_buf *b)
{
    jg_buf_init(b, BUF_MAX);
}

enum jg_err
jg_value_end(struct jg_buf *b, struct jg_arena *a, struct jg_str *out)
{
    enum jg_err err = b->failed ? JG_E_NOMEM : JG_OK;

    if (err == JG_OK && b->len > JG_HEADER_BYTES_MAX)
        err = JG_E_HEADER_SIZE;
    if (err == JG_OK) {
        *out = jg_arena_str(a, jg_buf_str(b));
        err = out->p == NULL ? JG_E_NOMEM : JG_OK;
    }
    jg_buf_free(b);
    return err;
}

enum jg_err
jg_value_text(const struct jg_json *value, struct jg_arena *a,
              struct jg_str *out)
{
    struct jg_buf b;

    if (value == NULL || value->type == JG_JSON_STRING) {
        *out = jg_json_string(value);
        return JG_OK;
    }
    jg_value_begin(&b);
    add_value(&b, value);
    return jg_value_end(&b, a, out);
}

/*
 * Lines of configuration files for messages. Such a file holds secrets, the
 * message goes to logs, and both may stand on one line: so nothing is shown
 * but names, numbers and the one text that the message is about.
 */
#include "base/excerpt.h"

#define HIDDEN "\"...\""

/* Inside a character of UTF-8? */
static bool
continues(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

struct jg_str
jg_excerpt_cut(struct jg_str line, unsigned column, size_t before, size_t after,
               size_t *skipped)
{
    size_t at = column > 0 ? column - 1 : 0;
    size_t from, to;

    if (at > line.len)
        at = line.len;
    from = at > before ? at - before : 0;
    to = line.len - at > after ? at + after : line.len;
    while (from < at && continues(line.p[from]))
        from++;
    while (to > at && to < line.len && continues(line.p[to]))
        to--;
    *skipped = from;
    return jg_str_head(jg_str_from(line, from), to - from);
}

static size_t
line_start(struct jg_str text, size_t offset)
{
    while (offset > 0 && text.p[offset - 1] != '\n')
        offset--;
    return offset;
}

/* Index behind the string that begins at <i>; the end of <line> ends it. */
static size_t
string_end(struct jg_str line, size_t i)
{
    for (i++; i < line.len; i++) {
        if (line.p[i] == '"')
            return i + 1;
        if (line.p[i] == '\\')
            i++;
    }
    return line.len;
}

/* Is the string that ends before <i> a member's name? */
static bool
is_name(struct jg_str line, size_t i)
{
    while (i < line.len && (line.p[i] == ' ' || line.p[i] == '\t'))
        i++;
    return i < line.len && line.p[i] == ':';
}

/* Index behind the number or word that begins at <i>; a bracket is none. */
static size_t
word_end(struct jg_str line, size_t i)
{
    while (i < line.len && strchr("[]{}, \t", line.p[i]) == NULL)
        i++;
    return i;
}

/* What becomes of the bytes from..to of the line. */
struct piece {
    size_t from, to;
    bool hide;
};

/* The piece that begins at <i>: a whole string, or one other byte. */
static struct piece
piece_at(struct jg_str line, size_t i, size_t at, enum jg_excerpt what)
{
    bool meant = i == at && what == JG_EXCERPT_SHOW;
    size_t end;

    if (line.p[i] == '"') {
        end = string_end(line, i);
        return (struct piece){i, end, !meant && !is_name(line, end)};
    }
    end = word_end(line, i);
    if (i == at && what == JG_EXCERPT_HIDE && end > i)
        return (struct piece){i, end, true};
    return (struct piece){i, i + 1, false};
}

/* The part of <p> that lies within from..to, or all of it as dots. */
static void
add_piece(struct jg_buf *b, struct jg_str line, struct piece p, size_t from,
          size_t to)
{
    if (p.to <= from || p.from >= to)
        return;
    if (p.hide) {
        jg_buf_add(b, JG_STR(HIDDEN));
        return;
    }
    if (p.from < from)
        p.from = from;
    if (p.to > to)
        p.to = to;
    jg_buf_add(b, jg_str_head(jg_str_from(line, p.from), p.to - p.from));
}

/* The line that holds the byte at <start>, without its line end. */
static struct jg_str
line_at(struct jg_str text, size_t start)
{
    struct jg_str line = jg_str_from(text, start);

    line = jg_str_head(line, jg_str_find(line, '\n'));
    if (jg_str_ends(line, JG_STR("\r")))
        line.len--;
    return line;
}

unsigned
jg_excerpt(struct jg_buf *b, struct jg_str text, size_t offset,
           enum jg_excerpt what)
{
    size_t start = line_start(text, offset);
    struct jg_str line = line_at(text, start);
    size_t at = offset - start, first = b->len, place, from, to;
    struct jg_str shown =
        jg_excerpt_cut(line, (unsigned)at + 1, JG_EXCERPT_BEFORE,
                       what == JG_EXCERPT_STOP ? 0 : JG_EXCERPT_AFTER, &from);

    to = from + shown.len;
    if (from > 0)
        jg_buf_add(b, JG_STR("..."));
    place = b->len;
    for (size_t i = 0; i < to;) {
        struct piece p = piece_at(line, i, at, what);

        if (p.from <= at)
            place = b->len;
        if (p.from <= at && at < p.to && !p.hide)
            place += at - (p.from < from ? from : p.from);
        add_piece(b, line, p, from, to);
        if (p.to <= at)
            place = b->len;
        i = p.to;
    }
    if (to < line.len)
        jg_buf_add(b, JG_STR("..."));
    return (unsigned)(place - first) + 1;
}

/* Percent-encoding. */
#include "base/escape.h"

void
jg_escape_byte(unsigned char c, char out[static JG_ESCAPE_BYTES])
{
    static const char digits[] = "0123456789ABCDEF";

    out[0] = '%';
    out[1] = digits[c >> 4];
    out[2] = digits[c & 15];
}

bool
jg_is_unreserved(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' ||
           c == '~';
}

void
jg_buf_add_escaped(struct jg_buf *b, struct jg_str s, const char *space)
{
    char escape[JG_ESCAPE_BYTES];

    for (size_t i = 0; i < s.len && !b->failed; i++) {
        if (jg_is_unreserved(s.p[i])) {
            jg_buf_addc(b, s.p[i]);
        } else if (s.p[i] == ' ') {
            jg_buf_add(b, jg_str(space));
        } else {
            jg_escape_byte((unsigned char)s.p[i], escape);
            jg_buf_add(b, (struct jg_str){escape, sizeof(escape)});
        }
    }
}

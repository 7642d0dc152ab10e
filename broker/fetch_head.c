/* What the header of an answer means for a fetch. */
#include "clock.h"
#include "fetch_internal.h"

#include <stdio.h>

/* Seconds, saturated; -1 when <text> is no number. */
static int64_t
seconds(struct jg_str text)
{
    int64_t n = 0;

    if (text.len > 2 && text.p[0] == '"' && text.p[text.len - 1] == '"')
        text = jg_str_head(jg_str_from(text, 1), text.len - 2);
    if (text.len == 0)
        return -1;
    for (size_t i = 0; i < text.len; i++) {
        if (text.p[i] < '0' || text.p[i] > '9')
            return -1;
        if (__builtin_mul_overflow(n, 10, &n) ||
            __builtin_add_overflow(n, text.p[i] - '0', &n))
            n = INT64_MAX / 10;
    }
    return n;
}

int64_t
jg_fetch_max_age(struct jg_str header, int64_t before)
{
    int64_t least = before;
    struct jg_str part;

    while (jg_str_next(&header, ',', &part)) {
        struct jg_str name =
            jg_str_trim(jg_str_head(part, jg_str_find(part, '=')));
        struct jg_str value = jg_str_from(part, jg_str_find(part, '=') + 1);
        int64_t age = -1;

        if (jg_str_eq_nocase(name, JG_STR("max-age")))
            age = seconds(jg_str_trim(value));
        else if (jg_str_eq_nocase(name, JG_STR("no-store")) ||
                 jg_str_eq_nocase(name, JG_STR("no-cache")))
            age = 0;
        if (age >= 0 && (least < 0 || age < least))
            least = age;
    }
    return least;
}

static bool
take_cache_control(struct jg_fetch *fetch, struct jg_str value)
{
    fetch->max_age_s = jg_fetch_max_age(value, fetch->max_age_s);
    return true;
}

static bool
take_age(struct jg_fetch *fetch, struct jg_str value)
{
    int64_t age = seconds(value);

    if (age > 0)
        fetch->age_s = age;
    return true;
}

/* What time it is where the answer was made. */
static bool
take_date(struct jg_fetch *fetch, struct jg_str value)
{
    char text[64];
    time_t date;

    snprintf(text, sizeof(text), "%.*s", JG_STR_ARG(jg_str_head(value, 60)));
    date = curl_getdate(text, NULL);
    fetch->date_s = date > 0 ? date : 0;
    fetch->date_at_s = jg_clock_s();
    return true;
}

/* It goes back to the server as it came: nothing but what may be in one. */
static bool
take_etag(struct jg_fetch *fetch, struct jg_str value)
{
    fetch->etag_len = 0;
    if (value.len > JG_FETCH_ETAG_MAX)
        return true;
    for (size_t i = 0; i < value.len; i++)
        if ((unsigned char)value.p[i] < ' ' || value.p[i] == 0x7f)
            return true;
    memcpy(fetch->etag, value.p, value.len);
    fetch->etag_len = value.len;
    return true;
}

/* Nobody asked for it, and a few bytes could become very many. */
static bool
refuse_coding(struct jg_fetch *fetch, struct jg_str value)
{
    if (value.len == 0 || jg_str_eq_nocase(value, JG_STR("identity")))
        return true;
    jg_fetch_fail(fetch,
                  "the answer is compressed (Content-Encoding: %.*s), "
                  "which was not asked for",
                  (int)(value.len < 40 ? value.len : 40), value.p);
    return false;
}

static bool
refuse_transfer(struct jg_fetch *fetch, struct jg_str value)
{
    if (jg_str_eq_nocase(value, JG_STR("chunked")))
        return true;
    jg_fetch_fail(fetch, "the answer has a Transfer-Encoding other than "
                         "chunked");
    return false;
}

/* The headers that mean something. False: this answer is not to be used. */
static const struct {
    struct jg_str name;
    bool (*take)(struct jg_fetch *fetch, struct jg_str value);
} rows[] = {
    {{"cache-control", 13}, take_cache_control},
    {{"age", 3}, take_age},
    {{"date", 4}, take_date},
    {{"etag", 4}, take_etag},
    {{"content-encoding", 16}, refuse_coding},
    {{"transfer-encoding", 17}, refuse_transfer},
};

/* The answer begins anew: behind a 1xx, or what a proxy said. */
static void
forget(struct jg_fetch *fetch)
{
    fetch->etag_len = 0;
    fetch->max_age_s = -1;
    fetch->age_s = 0;
    fetch->date_s = 0;
}

bool
jg_fetch_take_header(struct jg_fetch *fetch, struct jg_str line)
{
    size_t colon = jg_str_find(line, ':');
    struct jg_str name = jg_str_head(line, colon);
    struct jg_str value = jg_str_trim(jg_str_from(line, colon + 1));

    fetch->header_bytes += line.len;
    if (fetch->header_bytes > JG_FETCH_HEADER_MAX) {
        jg_fetch_fail(fetch, "the answer's header is over %d bytes",
                      JG_FETCH_HEADER_MAX);
        return false;
    }
    if (jg_str_starts(line, JG_STR("HTTP/"))) {
        forget(fetch);
        return true;
    }
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (jg_str_eq_nocase(rows[i].name, name))
            return rows[i].take(fetch, value);
    return true;
}

/* Names of counters: hashes of what belongs together, hashed once more. */
#include "access/meter.h"

/* Words of a meter. */
enum {
    KIND,
    SCOPE, /* two words each */
    ORG = 3,
    WHO = 5,
    ENDPOINT = 7, /* zero: all of them */
};
_Static_assert(ENDPOINT + 2 == JG_METER_WORDS, "every word has a meaning");

enum kind { OF_KEY = 1, OF_IDENTITY, OF_NAME, OF_API };

/* What is counted. */
enum what { RATE = 1, QUOTA };

#define NAME_WORDS (JG_METER_WORDS + 3)

static void
add(const struct jg_counters *c, struct jg_str text, uint64_t words[static 2])
{
    struct jg_hash_128 hash = jg_limit_name(c, text);

    words[0] = hash.a;
    words[1] = hash.b;
}

static void
make(const struct jg_counters *c, enum kind kind, struct jg_str scope,
     struct jg_str org_id, struct jg_str who, struct jg_meter *out)
{
    *out = (struct jg_meter){{(uint64_t)kind}};
    if (scope.len > 0)
        add(c, scope, &out->words[SCOPE]);
    if (org_id.len > 0)
        add(c, org_id, &out->words[ORG]);
    add(c, who, &out->words[WHO]);
}

void
jg_meter_of_key(const struct jg_counters *c, const struct jg_key_id *key,
                struct jg_str scope, struct jg_meter *out)
{
    struct jg_str id = {(const char *)key->bytes, sizeof(key->bytes)};

    make(c, OF_KEY, scope, JG_STR(""), id, out);
}

void
jg_meter_of_identity(const struct jg_counters *c, struct jg_str org_id,
                     struct jg_str identity, struct jg_str scope,
                     struct jg_meter *out)
{
    make(c, OF_IDENTITY, scope, org_id, identity, out);
}

void
jg_meter_of_name(const struct jg_counters *c, struct jg_str org_id,
                 struct jg_str name, struct jg_str scope, struct jg_meter *out)
{
    make(c, OF_NAME, scope, org_id, name, out);
}

void
jg_meter_of_api(const struct jg_counters *c, struct jg_str api_id,
                struct jg_meter *out)
{
    make(c, OF_API, JG_STR(""), JG_STR(""), api_id, out);
}

void
jg_meter_of_endpoint(const struct jg_counters *c, const struct jg_meter *meter,
                     struct jg_str method, struct jg_str path,
                     struct jg_meter *out)
{
    struct jg_hash_128 texts[2] = {jg_limit_name(c, method),
                                   jg_limit_name(c, path)};

    *out = *meter;
    add(c, (struct jg_str){(const char *)texts, sizeof(texts)},
        &out->words[ENDPOINT]);
}

static struct jg_hash_128
name_of(const struct jg_counters *c, const struct jg_meter *meter,
        enum what what, uint64_t a, uint64_t b)
{
    uint64_t words[NAME_WORDS];

    memcpy(words, meter->words, sizeof(meter->words));
    words[JG_METER_WORDS] = (uint64_t)what;
    words[JG_METER_WORDS + 1] = a;
    words[JG_METER_WORDS + 2] = b;
    return jg_limit_name(c,
                         (struct jg_str){(const char *)words, sizeof(words)});
}

static struct jg_hash_128
rate_name(const struct jg_counters *c, const struct jg_meter *meter,
          double rate, double per_s)
{
    uint64_t bits[2];

    memcpy(&bits[0], &rate, sizeof(rate));
    memcpy(&bits[1], &per_s, sizeof(per_s));
    return name_of(c, meter, RATE, bits[0], bits[1]);
}

static struct jg_hash_128
quota_name(const struct jg_counters *c, const struct jg_meter *meter,
           const struct jg_limit *limit)
{
    int64_t renewal_s = limit->quota_renewal_s > 0 ? limit->quota_renewal_s : 0;

    return name_of(c, meter, QUOTA, (uint64_t)renewal_s, 0);
}

bool
jg_rate_limits(double rate, double per_s)
{
    return rate > 0 && per_s > 0;
}

bool
jg_quota_limits(const struct jg_limit *limit)
{
    return limit->quota_max > 0;
}

void
jg_meter_rate(struct jg_counters *c, const struct jg_meter *meter, double rate,
              double per_s, int64_t now_ms, struct jg_limit_state *out)
{
    jg_limit_rate(c, rate_name(c, meter, rate, per_s), rate, per_s, now_ms,
                  out);
}

void
jg_meter_quota(struct jg_counters *c, const struct jg_meter *meter,
               const struct jg_limit *limit, int64_t now_ms,
               struct jg_limit_state *out)
{
    jg_limit_quota(c, quota_name(c, meter, limit), limit->quota_max,
                   limit->quota_renewal_s, now_ms, out);
}

void
jg_meter_quota_look(struct jg_counters *c, const struct jg_meter *meter,
                    const struct jg_limit *limit, int64_t now_ms,
                    struct jg_limit_state *out)
{
    jg_limit_quota_look(c, quota_name(c, meter, limit), limit->quota_max,
                        limit->quota_renewal_s, now_ms, out);
}

void
jg_meter_forget(struct jg_counters *c, const struct jg_meter *meter,
                const struct jg_limit *limit, int64_t now_ms)
{
    if (jg_rate_limits(limit->rate, limit->per_s))
        jg_limit_rate_forget(c, rate_name(c, meter, limit->rate, limit->per_s),
                             now_ms);
    if (jg_quota_limits(limit))
        jg_limit_quota_forget(c, quota_name(c, meter, limit), now_ms);
}

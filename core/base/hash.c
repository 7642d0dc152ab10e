/* SipHash-2-4 and FNV-1a. */
#include "base/hash.h"

static uint64_t
rotl(uint64_t x, unsigned bits)
{
    return x << bits | x >> (64 - bits);
}

struct sip {
    uint64_t v0, v1, v2, v3;
};

static inline void
sip_round(struct sip *s)
{
    s->v0 += s->v1;
    s->v2 += s->v3;
    s->v1 = rotl(s->v1, 13) ^ s->v0;
    s->v3 = rotl(s->v3, 16) ^ s->v2;
    s->v0 = rotl(s->v0, 32);
    s->v2 += s->v1;
    s->v0 += s->v3;
    s->v1 = rotl(s->v1, 17) ^ s->v2;
    s->v3 = rotl(s->v3, 21) ^ s->v0;
    s->v2 = rotl(s->v2, 32);
}

static inline void
sip_word(struct sip *s, uint64_t word)
{
    s->v3 ^= word;
    sip_round(s);
    sip_round(s);
    s->v0 ^= word;
}

/* Up to 8 bytes, least significant first on every machine. */
static inline uint64_t
load(const char *p, size_t len)
{
    uint64_t word = 0;

    if (len > 0)
        memcpy(&word, p, len);
    return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? word
                                                     : __builtin_bswap64(word);
}

/* All of <s>, before the end that makes 64 or 128 bits of it. */
static void
take(struct sip *state, const struct jg_hash_key *key, struct jg_str s)
{
    size_t whole = s.len & ~(size_t)7;

    /* "somepseudorandomlygeneratedbytes" */
    state->v0 ^= key->k0 ^ 0x736f6d6570736575;
    state->v1 ^= key->k1 ^ 0x646f72616e646f6d;
    state->v2 ^= key->k0 ^ 0x6c7967656e657261;
    state->v3 ^= key->k1 ^ 0x7465646279746573;
    for (size_t i = 0; i < whole; i += 8)
        sip_word(state, load(s.p + i, 8));
    sip_word(state, load(s.len > 0 ? s.p + whole : NULL, s.len & 7) |
                        (uint64_t)s.len << 56);
}

static uint64_t
finish(struct sip *state)
{
    for (int i = 0; i < 4; i++)
        sip_round(state);
    return state->v0 ^ state->v1 ^ state->v2 ^ state->v3;
}

uint64_t
jg_hash_keyed(const struct jg_hash_key *key, struct jg_str s)
{
    struct sip state = {0, 0, 0, 0};

    take(&state, key, s);
    state.v2 ^= 0xff;
    return finish(&state);
}

struct jg_hash_128
jg_hash_keyed_128(const struct jg_hash_key *key, struct jg_str s)
{
    struct sip state = {0, 0xee, 0, 0};
    struct jg_hash_128 hash;

    take(&state, key, s);
    state.v2 ^= 0xee;
    hash.a = finish(&state);
    state.v1 ^= 0xdd;
    hash.b = finish(&state);
    return hash;
}

uint64_t
jg_hash_plain(struct jg_str s)
{
    uint64_t hash = 0xcbf29ce484222325;

    for (size_t i = 0; i < s.len; i++)
        hash = (hash ^ (unsigned char)s.p[i]) * 0x100000001b3;
    return hash;
}

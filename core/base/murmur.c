/* MurmurHash3 by its published description. */
#include "base/murmur.h"

static uint32_t
rotl32(uint32_t x, unsigned n)
{
    return x << n | x >> (32 - n);
}

static uint64_t
rotl64(uint64_t x, unsigned n)
{
    return x << n | x >> (64 - n);
}

/* Little endian, wherever the bytes stand. */
static uint64_t
load(const char *p, size_t len)
{
    uint64_t x = 0;

    while (len-- > 0)
        x = x << 8 | (unsigned char)p[len];
    return x;
}

uint32_t
jg_murmur_tyk_32(struct jg_str s)
{
    uint32_t h = 0;

    for (; s.len >= 4; s = jg_str_from(s, 4)) {
        uint32_t k = (uint32_t)load(s.p, 4);

        k = rotl32(k * UINT32_C(0xcc9e2d51), 15) * UINT32_C(0x1b873593);
        h = rotl32(h ^ k, 13) * 5 + UINT32_C(0xe6546b64);
    }
    return h;
}

static const uint64_t c1 = UINT64_C(0x87c37b91114253d5);
static const uint64_t c2 = UINT64_C(0x4cf5ad432745937f);

static uint64_t
mix_1(uint64_t k)
{
    return rotl64(k * c1, 31) * c2;
}

static uint64_t
mix_2(uint64_t k)
{
    return rotl64(k * c2, 33) * c1;
}

static uint64_t
finish(uint64_t k)
{
    k = (k ^ k >> 33) * UINT64_C(0xff51afd7ed558ccd);
    k = (k ^ k >> 33) * UINT64_C(0xc4ceb9fe1a85ec53);
    return k ^ k >> 33;
}

struct jg_murmur_128
jg_murmur_128(struct jg_str s)
{
    uint64_t len = s.len, a = 0, b = 0;

    for (; s.len >= 16; s = jg_str_from(s, 16)) {
        a = rotl64(a ^ mix_1(load(s.p, 8)), 27) + b;
        a = a * 5 + 0x52dce729;
        b = rotl64(b ^ mix_2(load(s.p + 8, 8)), 31) + a;
        b = b * 5 + 0x38495ab5;
    }
    if (s.len > 8)
        b ^= mix_2(load(s.p + 8, s.len - 8));
    a ^= mix_1(load(s.p, s.len < 8 ? s.len : 8));
    a ^= len;
    b ^= len;
    a += b;
    b += a;
    a = finish(a);
    b = finish(b);
    a += b;
    return (struct jg_murmur_128){a, b + a};
}

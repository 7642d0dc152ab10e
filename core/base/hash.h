/* Hashes that are not cryptography: table positions and counter names. */
#ifndef JG_BASE_HASH_H
#define JG_BASE_HASH_H

#include "base/str.h"

/* 16 secret random bytes, drawn once per installation or process. */
struct jg_hash_key {
    uint64_t k0, k1;
};

/* SipHash-2-4 (Aumasson, Bernstein 2012): safe where clients choose <s>. */
uint64_t jg_hash_keyed(const struct jg_hash_key *key, struct jg_str s);

/* The same with 128 bits: for names that nobody compares in full. */
struct jg_hash_128 {
    uint64_t a, b;
};
struct jg_hash_128 jg_hash_keyed_128(const struct jg_hash_key *key,
                                     struct jg_str s);

/* FNV-1a, 64 bit: for keys that come from configuration. */
uint64_t jg_hash_plain(struct jg_str s);

#endif

/* MurmurHash3 (Appleby 2011), as Tyk names stored keys by it: no protection
 * against anybody who chooses the text. */
#ifndef JG_BASE_MURMUR_H
#define JG_BASE_MURMUR_H

#include "base/str.h"

/* MurmurHash3_x64_128 with seed 0; <a> alone is what Tyk calls murmur64. */
struct jg_murmur_128 {
    uint64_t a, b;
};
struct jg_murmur_128 jg_murmur_128(struct jg_str s);

/*
 * What Tyk calls murmur32: the state of MurmurHash3_x86_32 after the last
 * whole block of 4 bytes. Up to three bytes at the end, the length and the
 * final mix do not count (reference 7.3).
 */
uint32_t jg_murmur_tyk_32(struct jg_str s);

#endif

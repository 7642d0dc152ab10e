/* Base64 as RFC 4648 defines it, in the two alphabets, strictly. */
#ifndef JG_BASE_B64_H
#define JG_BASE_B64_H

#include "base/arena.h"
#include "base/err.h"

/* Upper bounds of the decoded and the encoded size, for the caller's buffer. */
#define JG_B64_DECODED(len) ((len) / 4 * 3 + 2)
#define JG_B64_ENCODED(len) (((len) + 2) / 3 * 4)

/*
 * base64url without padding (RFC 7515 2). Only the one canonical spelling of
 * each byte string is taken: no '=', no white space, no other alphabet, no
 * bits set behind the last byte. <out> holds JG_B64_DECODED(text.len) bytes.
 *   JG_E_BASE64
 */
enum jg_err jg_b64url_decode(struct jg_str text, unsigned char *out,
                             size_t *out_len);

/* The same into <a>, with a NUL behind the bytes. JG_E_BASE64, JG_E_NOMEM. */
enum jg_err jg_b64url_decode_arena(struct jg_str text, struct jg_arena *a,
                                   struct jg_str *out);

/*
 * Standard alphabet with padding, as Tyk's jwt_source and Go's StdEncoding:
 * CR and LF are skipped, everything else must be exact.
 *   JG_E_BASE64, JG_E_NOMEM
 */
enum jg_err jg_b64_decode_arena(struct jg_str text, struct jg_arena *a,
                                struct jg_str *out);

/* Encode into <out> of JG_B64_ENCODED(len) bytes; returns the length. */
size_t jg_b64url_encode(struct jg_str bytes, char *out); /* no padding */
size_t jg_b64_encode(struct jg_str bytes, char *out);    /* padded */

#endif

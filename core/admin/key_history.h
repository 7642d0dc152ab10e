/*
 * What is remembered of the keys of one URL beside the set itself: since when
 * each is there, and those that were there before. It is the "history" of
 * struct jg_keyset: the broker writes it with each new set, the control API
 * shows it.
 */
#ifndef JG_ADMIN_KEY_HISTORY_H
#define JG_ADMIN_KEY_HISTORY_H

#include "base/buf.h"
#include "base/err.h"
#include "jose/jwks.h"

#define JG_KEY_HISTORY_GONE_MAX 20    /* keys that are remembered as gone */
#define JG_KEY_HISTORY_ASKED_MAX 20   /* kids that no key has */
#define JG_KEY_HISTORY_ASKED_S 604800 /* so long they are remembered */

/* One key. Two keys with one kid are two; a key is known by its thumbprint. */
struct jg_key_memory {
    struct jg_str thumbprint; /* RFC 7638, base64url */
    struct jg_str kid;        /* may be empty */
    struct jg_str what;       /* "EC P-256", "RSA 2048" */
    int64_t first_s;          /* first seen, unix */
    int64_t gone_s;           /* first missed; 0: it is there */
};

/* A kid that tokens name, for which the set was fetched in vain. */
struct jg_key_asked {
    struct jg_str kid;
    int64_t first_s, last_s; /* unix */
    int64_t times;           /* fetches, not tokens */
};

struct jg_key_history {
    const struct jg_key_memory *keys; /* those that are there first */
    size_t count;
    const struct jg_key_asked *asked; /* the newest first */
    size_t asked_count;
};

/* Read what jg_key_history_update() wrote; what is damaged is no history. The
 * strings live in <a>. JG_E_NOMEM. */
enum jg_err jg_key_history_read(struct jg_str text, struct jg_arena *a,
                                struct jg_key_history *out);

/* The key with <thumbprint>, or NULL. */
const struct jg_key_memory *
jg_key_history_find(const struct jg_key_history *history,
                    struct jg_str thumbprint);

/*
 * The history after <set> was seen at <now_s>, when it was <before> until then,
 * into <out>, which is emptied first; its maximum decides how much of the past
 * fits. <kid> made somebody look: it is noted when no key of <set> has it;
 * empty: nobody asked for one. JG_E_NOMEM.
 */
enum jg_err jg_key_history_update(struct jg_str before,
                                  const struct jg_jwks *set, struct jg_str kid,
                                  int64_t now_s, struct jg_buf *out);

#endif

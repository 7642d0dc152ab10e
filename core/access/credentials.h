/* User and password of an Authorization header (RFC 7617). */
#ifndef JG_ACCESS_CREDENTIALS_H
#define JG_ACCESS_CREDENTIALS_H

#include "base/arena.h"
#include "base/err.h"

struct jg_credentials {
    struct jg_str user, password; /* bytes; either may be empty */
};

/* Does <value> begin with "Basic ", in any case? */
bool jg_credentials_are(struct jg_str value);

/*
 * Take "Basic <base64 of user:password>" apart (reference 7.6). The first
 * colon ends the user; a password may hold others. Into <a>.
 *   JG_E_BASIC_FORMAT    another scheme, or not exactly one space
 *   JG_E_BASIC_ENCODING  not the standard base64, with padding
 *   JG_E_BASIC_VALUES    no colon in it
 *   JG_E_NOMEM
 */
enum jg_err jg_credentials_read(struct jg_str value, struct jg_arena *a,
                                struct jg_credentials *out);

#endif

/* Right passwords: a table of a fixed size, in sets of four. */
#include "access/passwords.h"

#include "base/arena.h"
#include "jose/sign.h"

#define WAYS 4
#define SETS (JG_PASSWORDS_MAX / WAYS)

struct entry {
    unsigned char tag[JG_PASSWORD_TAG_BYTES];
    int64_t until_s; /* 0: empty */
};

struct jg_passwords {
    unsigned char key[JG_PASSWORD_TAG_BYTES];
    struct entry *entries; /* JG_PASSWORDS_MAX of them, or NULL */
};

enum jg_err
jg_passwords_new(struct jg_passwords **out)
{
    struct jg_passwords *passwords = jg_mem_grow(NULL, sizeof(*passwords));
    enum jg_err err;

    if (passwords == NULL)
        return JG_E_NOMEM;
    passwords->entries = NULL;
    err = jg_random(passwords->key, sizeof(passwords->key));
    if (err == JG_OK)
        *out = passwords;
    else
        jg_mem_free(passwords);
    return err;
}

void
jg_passwords_free(struct jg_passwords *passwords)
{
    if (passwords == NULL)
        return;
    jg_mem_wipe(passwords->key, sizeof(passwords->key));
    jg_mem_free(passwords->entries);
    jg_mem_free(passwords);
}

enum jg_err
jg_passwords_tag(const struct jg_passwords *passwords, struct jg_str hash,
                 struct jg_str password,
                 unsigned char out[static JG_PASSWORD_TAG_BYTES])
{
    return jg_password_tag(passwords->key, hash, password, out);
}

/* Nobody can choose a tag, so its first bytes spread well. */
static struct entry *
set_of(const struct jg_passwords *passwords, const unsigned char *tag)
{
    size_t i = (size_t)tag[0] << 8 | tag[1];

    return &passwords->entries[i % SETS * WAYS];
}

static bool
is_same(const struct entry *entry, const unsigned char *tag)
{
    return memcmp(entry->tag, tag, JG_PASSWORD_TAG_BYTES) == 0;
}

bool
jg_passwords_know(const struct jg_passwords *passwords,
                  const unsigned char tag[static JG_PASSWORD_TAG_BYTES],
                  int64_t now_s)
{
    const struct entry *set;

    if (passwords->entries == NULL)
        return false;
    set = set_of(passwords, tag);
    for (size_t i = 0; i < WAYS; i++)
        if (set[i].until_s > now_s && is_same(&set[i], tag))
            return true;
    return false;
}

static bool
make_entries(struct jg_passwords *passwords)
{
    size_t bytes = JG_PASSWORDS_MAX * sizeof(struct entry);

    if (passwords->entries != NULL)
        return true;
    passwords->entries = jg_mem_grow(NULL, bytes);
    if (passwords->entries == NULL)
        return false;
    memset(passwords->entries, 0, bytes);
    return true;
}

void
jg_passwords_keep(struct jg_passwords *passwords,
                  const unsigned char tag[static JG_PASSWORD_TAG_BYTES],
                  int64_t now_s, int64_t until_s)
{
    struct entry *set, *place;

    if (until_s <= now_s || !make_entries(passwords))
        return;
    set = set_of(passwords, tag);
    place = &set[0];
    for (size_t i = 0; i < WAYS; i++) {
        if (set[i].until_s < place->until_s)
            place = &set[i];
        if (is_same(&set[i], tag)) {
            place = &set[i];
            break;
        }
    }
    memcpy(place->tag, tag, JG_PASSWORD_TAG_BYTES);
    place->until_s = until_s;
}

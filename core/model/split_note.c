/* Whom a kept split token belongs to. */
#include "model/split_note.h"

#include "base/buf.h"

#define PURPOSE "jotgate split note"

/* "<length of the subject> <subject><client>" */
static enum jg_err
write(const struct jg_split_note *note, struct jg_arena *a, struct jg_str *out)
{
    struct jg_str subject = jg_str_head(note->subject, JG_SPLIT_NOTE_TEXT_MAX);
    struct jg_buf b;

    jg_buf_init(&b, JG_SPLIT_NOTE_MAX);
    jg_buf_addf(&b, "%zu ", subject.len);
    jg_buf_add(&b, subject);
    jg_buf_add(&b, jg_str_head(note->client, JG_SPLIT_NOTE_TEXT_MAX));
    *out = jg_arena_str(a, jg_buf_str(&b));
    if (b.failed)
        out->p = NULL;
    jg_buf_free(&b);
    return out->p != NULL ? JG_OK : JG_E_NOMEM;
}

enum jg_err
jg_split_note_seal(struct jg_str secret, struct jg_str api_id,
                   const unsigned char nonce[static JG_SEAL_NONCE_BYTES],
                   const struct jg_split_note *note, struct jg_arena *a,
                   struct jg_str *out)
{
    struct jg_seal_key key;
    struct jg_str text;
    enum jg_err err = write(note, a, &text);

    if (err == JG_OK)
        err = jg_seal_derive(secret, api_id, PURPOSE, &key);
    if (err != JG_OK)
        return err;
    err = jg_seal(&key, nonce, api_id, text, a, out);
    jg_mem_wipe(&key, sizeof(key));
    return err;
}

static bool
read(struct jg_str text, struct jg_split_note *out)
{
    struct jg_str number;
    uint64_t len;

    if (!jg_str_next(&text, ' ', &number) || text.p == NULL ||
        !jg_str_to_u64(number, &len) || len > text.len)
        return false;
    out->subject = jg_str_head(text, (size_t)len);
    out->client = jg_str_from(text, (size_t)len);
    return true;
}

enum jg_err
jg_split_note_open(struct jg_str secret, struct jg_str api_id,
                   struct jg_str sealed, struct jg_arena *a,
                   struct jg_split_note *out)
{
    struct jg_seal_key key;
    struct jg_str text;
    enum jg_err err = jg_seal_derive(secret, api_id, PURPOSE, &key);

    if (err != JG_OK)
        return err;
    err = jg_unseal(&key, api_id, sealed, a, &text);
    jg_mem_wipe(&key, sizeof(key));
    if (err == JG_OK && !read(text, out))
        err = JG_E_SIGNATURE;
    return err;
}

/* jotgate export: what a gateway has in force, as files. */
#include <stdio.h>

#include "admin/admin.h"
#include "commands.h"
#include "config.h"
#include "jose/sign.h"
#include "store/files.h"
#include "sync.h"

#define NAME_BYTES 200
#define HASH_SHOWN 32 /* hex digits in the name of an odd id */
#define FOLDER_MODE 0750

/* "<id>.json", "<id>-oas.json"; an odd id is no file name, so its hash stands
 * for it. */
static int
name_of(const struct cli_document *d, char out[static NAME_BYTES])
{
    const struct cli_kind_info *kind = cli_kind(d->kind);
    char hash[65];

    if (jg_admin_is_safe_id(d->id)) {
        snprintf(out, NAME_BYTES, "%.*s%s", JG_STR_ARG(d->id), kind->ending);
        return CLI_OK;
    }
    if (jg_sha256_hex(d->id, hash) != JG_OK)
        return cli_broken(JG_E_NOMEM);
    snprintf(out, NAME_BYTES, "%s-%.*s%s", kind->word, HASH_SHOWN, hash,
             kind->ending);
    return CLI_OK;
}

struct export
{
    struct sync *s;
    size_t written, same;
};

/* The document as its owner wrote it, a line end behind. */
static int
write_one(struct export *e, const struct cli_document *d)
{
    const struct jg_str parts[] = {d->text, JG_STR("\n")};
    struct jg_arena *a = &e->s->present.arena;
    struct jg_str text = jg_arena_join(a, parts, 2), old;
    char folder[4096], name[NAME_BYTES], path[4096 + NAME_BYTES];
    int code = name_of(d, name);
    enum jg_err err;

    if (code != CLI_OK)
        return code;
    if (text.p == NULL)
        return cli_broken(JG_E_NOMEM);
    snprintf(folder, sizeof(folder), "%s/%s", e->s->folder,
             cli_kind(d->kind)->folder);
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    if (jg_file_read(path, a, &old) == JG_OK && jg_str_eq(old, text)) {
        e->same++;
        return CLI_OK;
    }
    err = jg_file_replace(folder, jg_str(name), text);
    if (err != JG_OK)
        return cli_fail(CLI_FAILED, NULL, "cannot write %s: %m", path);
    e->written++;
    return CLI_OK;
}

static int
write_all(struct export *e)
{
    const struct cli_documents *present = &e->s->present;
    int code = CLI_OK;

    for (size_t i = 0; i < present->count && code == CLI_OK; i++)
        if (!present->items[i].half)
            code = write_one(e, &present->items[i]);
    return code;
}

/* What the folder has that the gateway does not: left, but not silently. */
static void
say_strangers(struct sync *s)
{
    if (sync_read_folder(s) != CLI_OK)
        return;
    for (size_t i = 0; i < s->wanted.count; i++) {
        const struct cli_document *d = &s->wanted.items[i];

        if (!d->half && cli_documents_find(&s->present, d->kind, d->id) == NULL)
            cli_warn("%s is not in the gateway, and was left", d->from.p);
    }
}

static int export(struct sync *s)
{
    struct export e = {.s = s};
    int code = cli_plan_fetch(s->cli, &s->present);

    if (code == CLI_OK)
        code = cli_make_folder(s->folder, "", FOLDER_MODE);
    for (enum cli_kind kind = 0; kind < CLI_KINDS && code == CLI_OK; kind++)
        code = cli_make_folder(s->folder, cli_kind(kind)->folder, FOLDER_MODE);
    if (code == CLI_OK)
        code = write_all(&e);
    if (code != CLI_OK)
        return code;
    say_strangers(s);
    cli_note("%s: %zu file%s written, %zu unchanged; next: jotgate diff %s",
             s->folder, e.written, e.written == 1 ? "" : "s", e.same,
             s->folder);
    return CLI_OK;
}

static int
run(struct cli *cli)
{
    struct sync s;
    int code;

    sync_init(&s, cli);
    code = export(&s);
    sync_free(&s);
    return code;
}

const struct cli_command cmd_export = {
    .name = "export",
    .arguments = "[DIR]",
    .summary = "write a gateway's APIs and policies into files",
    .details =
        "Each definition goes to apis/ID.json or apis/ID-oas.json, each policy "
        "to\npolicies/ID.json, byte for byte as its owner wrote it. Files "
        "that are as they\nshould be are not touched, so the folder can be "
        "kept under version control.\n"
        "Definitions hold secrets (jwt_source): the files are not readable by "
        "others.\n\n"
        "  jotgate export gateway/ && git -C gateway diff\n",
    .args_max = 1,
    .asks = true,
    .run = run,
};

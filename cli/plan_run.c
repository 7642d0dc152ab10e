/* A plan, done: document by document, then one reload. */
#include <stdio.h>

#include "admin/admin.h"
#include "gateway.h"
#include "plan.h"

#define CONDITION_BYTES (2 * JG_ETAG_CHARS + 4)

static const struct cli_document *
document_of(const struct cli_change *change)
{
    return change->wanted != NULL ? change->wanted : change->present;
}

static bool
is_work(const struct cli_change *change)
{
    return change->action <= CLI_DELETE;
}

/* If-Match: what was compared, or what is wanted already: a change that was
 * written, and not loaded, before the last run was cut short. */
static struct jg_str
condition(const struct cli_change *change, char out[static CONDITION_BYTES])
{
    char was[JG_ETAG_CHARS] = "", is[JG_ETAG_CHARS] = "";

    if (change->present != NULL)
        jg_admin_etag(change->present->text, was);
    if (change->wanted != NULL)
        jg_admin_etag(change->wanted->text, is);
    snprintf(out, CONDITION_BYTES, "%s%s%s", was,
             was[0] != '\0' && is[0] != '\0' ? ", " : "", is);
    return jg_str(out);
}

static int
reload(struct cli *cli)
{
    struct cli_answer answer;

    return cli_get(cli, "/tyk/reload?block=true", NULL, NULL, &answer);
}

/* A document of ours that the last run wrote before it was cut short is no
 * conflict: <call> once more, if that is what is there. */
static int
create_again(struct cli *cli, const struct cli_call *call,
             struct cli_answer *answer)
{
    struct cli_call again = *call;

    again.only_new = false;
    return cli_ask(cli, &again, answer);
}

/* Nor is one that is deleted already: what is in force after a reload. */
static int
delete_again(struct cli *cli, const struct cli_call *call,
             struct cli_answer *answer)
{
    struct cli_call look = *call;
    struct cli_answer found;
    int code = reload(cli);

    look.method = "GET";
    look.tag = (struct jg_str){NULL, 0};
    if (code == CLI_OK)
        code = cli_ask(cli, &look, &found);
    if (code == CLI_OK && found.status == 404)
        answer->status = 200;
    return code;
}

static int
send_call(struct cli *cli, struct cli_call *call, enum cli_action action)
{
    const struct cli_call first = *call;
    struct cli_answer answer;
    int code;

    if (action == CLI_CREATE)
        call->tag = (struct jg_str){NULL, 0};
    code = cli_ask(cli, call, &answer);
    if (code == CLI_OK && answer.status == 412) {
        *call = first;
        if (action == CLI_CREATE)
            code = create_again(cli, call, &answer);
        else if (action == CLI_DELETE)
            code = delete_again(cli, call, &answer);
    }
    if (code == CLI_OK && (answer.status < 200 || answer.status > 299))
        code = cli_answer_fail(cli, call, &answer);
    return code;
}

static int
send_change(struct cli *cli, const struct cli_change *change)
{
    static const char *const methods[CLI_ACTIONS] = {
        [CLI_CREATE] = "POST",
        [CLI_UPDATE] = "PUT",
        [CLI_DELETE] = "DELETE",
    };
    const struct cli_document *d = document_of(change);
    const struct cli_kind_info *kind = cli_kind(d->kind);
    char tags[CONDITION_BYTES], head[64];
    struct cli_call call = {
        .method = methods[change->action],
        .path = kind->list,
        .tag = condition(change, tags),
        .only_new = change->action == CLI_CREATE,
        .kind = kind->name,
        .id = jg_arena_str(&cli->arena, d->id).p,
    };

    if (call.id == NULL)
        return cli_broken(JG_E_NOMEM);
    if (change->wanted != NULL)
        call.body = change->wanted->text;
    snprintf(head, sizeof(head), "%s/", kind->list);
    if (change->action != CLI_CREATE)
        call.path = cli_path(cli, head, call.id, "");
    return call.path != NULL ? send_call(cli, &call, change->action)
                             : CLI_FAILED;
}

static void
say_one(const char *word, const struct cli_change *change)
{
    const struct cli_document *d = document_of(change);

    cli_note("%s: %s %.*s", word, cli_kind(d->kind)->name,
             JG_STR_ARG(jg_str_head(d->id, 200)));
}

/* Change <failed> could not be made. */
static void
say_rest(const struct cli_plan *plan, size_t failed, size_t done, bool loaded)
{
    for (size_t i = 0; i < plan->count; i++)
        if (is_work(&plan->items[i]))
            say_one(i < failed    ? "done"
                    : i == failed ? "failed"
                                  : "not done",
                    &plan->items[i]);
    if (done == 0)
        cli_note("nothing was changed");
    else if (loaded)
        cli_note("what was done is in force; run apply again for the rest");
    else
        cli_note("what was done is written, and in force at the next reload; "
                 "run apply again for the rest");
}

/* What cannot be sent: found before anything is. */
static int
check(const struct cli_plan *plan)
{
    for (size_t i = 0; i < plan->count; i++) {
        const struct cli_change *c = &plan->items[i];
        const struct cli_document *d = document_of(c);
        int id_len = (int)(d->id.len < 200 ? d->id.len : 200);

        if (!is_work(c))
            continue;
        if (jg_str_find(d->id, '\0') < d->id.len)
            return cli_fail(CLI_CONFIG, "give it another id",
                            "the id of %s \"%.*s\" holds a NUL; nothing was "
                            "changed",
                            cli_kind(d->kind)->name, id_len, d->id.p);
        if (c->action == CLI_UPDATE && c->present->kind != d->kind)
            return cli_fail(CLI_CONFLICT,
                            "delete the gateway's first, or give this one "
                            "another id",
                            "the gateway has the %s \"%.*s\", and the folder "
                            "has it as %s; nothing was changed",
                            cli_kind(c->present->kind)->name, id_len, d->id.p,
                            cli_kind(d->kind)->name);
    }
    return CLI_OK;
}

int
cli_plan_run(struct cli *cli, const struct cli_plan *plan)
{
    size_t done = 0, i = 0;
    int code = check(plan), loaded = CLI_OK;

    if (code != CLI_OK)
        return code;
    for (; i < plan->count; i++) {
        if (!is_work(&plan->items[i]))
            continue;
        code = send_change(cli, &plan->items[i]);
        if (code != CLI_OK)
            break;
        done++;
    }
    if (done > 0 && code != CLI_UNREACHABLE)
        loaded = reload(cli);
    if (code != CLI_OK)
        say_rest(plan, i, done, loaded == CLI_OK && code != CLI_UNREACHABLE);
    else if (loaded != CLI_OK)
        cli_note("all of it is written, and in force at the next reload");
    return code != CLI_OK ? code : loaded;
}

/* What would make a gateway have the documents of a folder. */
#include "plan.h"

#include <stdio.h>
#include <stdlib.h>

#include "gateway.h"
#include "model/api.h"
#include "model/oas.h"
#include "model/policy.h"
#include "records.h"
#include "store/records.h"

/* One row for each action: what is said of it. */
static const struct {
    const char *verb;
    char sign;
} actions[CLI_ACTIONS] = {
    [CLI_CREATE] = {"create", '+'}, [CLI_UPDATE] = {"update", '~'},
    [CLI_DELETE] = {"delete", '-'}, [CLI_KEEP] = {"keep", '='},
    [CLI_SAME] = {"same", ' '},
};

static const struct jg_field_table *
table_of(enum cli_kind kind)
{
    static const struct jg_field_table *const tables[CLI_KINDS] = {
        [CLI_API] = &jg_api_table,
        [CLI_OAS] = &jg_oas_table,
        [CLI_POLICY] = &jg_policy_table,
    };

    return tables[kind];
}

static const struct cli_document *
document_of(const struct cli_change *change)
{
    return change->wanted != NULL ? change->wanted : change->present;
}

static void
add(struct cli_plan *plan, enum cli_action action,
    const struct cli_document *wanted, const struct cli_document *present)
{
    plan->items[plan->count++] = (struct cli_change){action, wanted, present};
    plan->counts[action]++;
}

/* Policies before the definitions that name them; deletions last, and there the
 * other way round. */
static int
order_of(const struct cli_change *change)
{
    bool policy = document_of(change)->kind == CLI_POLICY;

    if (change->action == CLI_DELETE)
        return policy ? 3 : 2;
    return policy ? 0 : 1;
}

static int
compare(const void *left, const void *right)
{
    const struct cli_change *a = left, *b = right;
    int order = order_of(a) - order_of(b);

    return order != 0 ? order
                      : jg_str_cmp(document_of(a)->id, document_of(b)->id);
}

/* One record, copied out of the store. */
static enum jg_err
take(void *arg, struct jg_str key, struct jg_str value)
{
    struct cli_documents *present = arg;
    struct jg_document document;
    struct jg_str text;

    (void)key;
    if (jg_record_decode(value, &document, NULL) != JG_OK)
        return JG_OK;
    text = jg_arena_str(&present->arena, document.text);
    if (text.p == NULL)
        return JG_E_NOMEM;
    cli_documents_add(present, text, JG_STR("the gateway"));
    return JG_OK;
}

/* A secret that may only read is shown documents without their secrets: those
 * are no documents to compare with, to keep, or to send back. */
static int
check_access(struct cli *cli)
{
    struct cli_answer answer;
    int code = cli_get(cli, "/tyk/access", NULL, NULL, &answer);
    struct jg_str may;

    if (code != CLI_OK)
        return code;
    may = jg_json_string(jg_json_get(answer.json, JG_STR("may")));
    if (jg_str_eq(may, JG_STR("change")))
        return CLI_OK;
    return cli_error(&(struct cli_fault){
        .exit_code = CLI_DENIED,
        .what = "this secret may only read, and documents are shown to it "
                "without their secrets",
        .where = cli_gateway_address(cli),
        .fix = "--secret-file FILE, or JOTGATE_SECRET: \"secret\" of the "
               "gateway's configuration, not \"read_only_secret\"",
    });
}

/* Of the gateway that runs. */
static int
ask(struct cli *cli, struct cli_documents *present)
{
    int code = check_access(cli);

    for (enum cli_kind kind = 0; kind < CLI_KINDS && code == CLI_OK; kind++) {
        const struct jg_json *list;
        struct cli_answer answer;

        code = cli_get_list(cli, cli_kind(kind)->list, NULL, &answer, &list);
        if (code == CLI_OK)
            code = cli_documents_add_list(present, kind, list, answer.body,
                                          JG_STR("the gateway"));
    }
    return code == CLI_OK ? cli_documents_sort(present) : code;
}

/* Of the one that ran last. */
static int
read_records(struct cli *cli, struct cli_documents *present)
{
    struct cli_records records = {0};
    struct jg_txn *txn;
    enum jg_err err;
    int code = cli_records_open(cli, &records);

    if (code == CLI_OK) {
        err = jg_txn_read(records.store, &txn);
        if (err == JG_OK) {
            err = jg_store_each(txn, JG_KIND_API, take, present);
            if (err == JG_OK)
                err = jg_store_each(txn, JG_KIND_POLICY, take, present);
            jg_txn_abort(txn);
        }
        code = err == JG_OK ? cli_documents_sort(present) : cli_broken(err);
    }
    cli_records_close(&records);
    return code;
}

static bool
is_same(const struct cli_document *a, const struct cli_document *b)
{
    return a->kind == b->kind &&
           (jg_str_eq(a->text, b->text) || jg_json_equal(a->json, b->json));
}

int
cli_plan_fetch(struct cli *cli, struct cli_documents *present)
{
    bool gone;
    int code = cli_gateway_look(cli, &gone);

    if (code != CLI_OK)
        return code;
    return gone ? read_records(cli, present) : ask(cli, present);
}

int
cli_plan_make(struct cli *cli, const struct cli_documents *wanted,
              const struct cli_documents *present, bool prune,
              struct cli_plan *out)
{
    *out = (struct cli_plan){0};
    out->items = jg_arena_array(&cli->arena, wanted->count + present->count + 1,
                                sizeof(*out->items));
    if (out->items == NULL)
        return cli_broken(JG_E_NOMEM);
    for (size_t i = 0; i < wanted->count; i++) {
        const struct cli_document *w = &wanted->items[i];
        const struct cli_document *p =
            cli_documents_find(present, w->kind, w->id);

        if (!w->half)
            add(out,
                p == NULL       ? CLI_CREATE
                : is_same(w, p) ? CLI_SAME
                                : CLI_UPDATE,
                w, p);
    }
    for (size_t i = 0; i < present->count; i++) {
        const struct cli_document *p = &present->items[i];

        if (!p->half && cli_documents_find(wanted, p->kind, p->id) == NULL)
            add(out, prune ? CLI_DELETE : CLI_KEEP, NULL, p);
    }
    qsort(out->items, out->count, sizeof(*out->items), compare);
    return CLI_OK;
}

bool
cli_plan_is_empty(const struct cli_plan *plan)
{
    return plan->counts[CLI_CREATE] + plan->counts[CLI_UPDATE] +
               plan->counts[CLI_DELETE] ==
           0;
}

static void
print_change(struct jg_buf *out, const struct cli_change *change)
{
    const struct cli_document *d = document_of(change);

    jg_buf_addf(out, "%c %s %s ", actions[change->action].sign,
                actions[change->action].verb, cli_kind(d->kind)->name);
    cli_add_clean(out, d->id, false);
    if (change->action == CLI_KEEP)
        jg_buf_add(out, JG_STR("  (only in the gateway)"));
    jg_buf_addc(out, '\n');
    if (change->action == CLI_UPDATE && d->kind != change->present->kind)
        jg_buf_addf(out,
                    "    the gateway has a definition of the other form\n");
    else if (change->action == CLI_UPDATE)
        cli_difference(out, table_of(d->kind), change->present->json,
                       change->wanted->json);
}

static bool
is_told(const struct cli_plan *plan, const struct cli_change *change)
{
    return change->action != CLI_SAME &&
           !(plan->partial && change->action == CLI_KEEP);
}

void
cli_plan_print(struct jg_buf *out, const struct cli_plan *plan)
{
    for (size_t i = 0; i < plan->count; i++)
        if (is_told(plan, &plan->items[i]))
            print_change(out, &plan->items[i]);
    jg_buf_addf(out, "%zu to create, %zu to update, ", plan->counts[CLI_CREATE],
                plan->counts[CLI_UPDATE]);
    if (plan->counts[CLI_DELETE] > 0)
        jg_buf_addf(out, "%zu to delete, ", plan->counts[CLI_DELETE]);
    jg_buf_addf(out, "%zu the same", plan->counts[CLI_SAME]);
    if (plan->counts[CLI_KEEP] > 0 && !plan->partial)
        jg_buf_addf(out, ", %zu only in the gateway", plan->counts[CLI_KEEP]);
    jg_buf_addc(out, '\n');
}

void
cli_plan_print_json(struct jg_buf *out, const struct cli_plan *plan)
{
    bool first = true;

    jg_buf_addf(out, "\"create\":%zu,\"update\":%zu,\"delete\":%zu,",
                plan->counts[CLI_CREATE], plan->counts[CLI_UPDATE],
                plan->counts[CLI_DELETE]);
    jg_buf_addf(out, "\"keep\":%zu,\"same\":%zu,\"changes\":[",
                plan->counts[CLI_KEEP], plan->counts[CLI_SAME]);
    for (size_t i = 0; i < plan->count; i++) {
        const struct cli_change *change = &plan->items[i];
        const struct cli_document *d = document_of(change);

        if (!is_told(plan, change))
            continue;
        jg_buf_addf(out, "%s{\"action\":\"%s\",\"kind\":\"%s\",\"id\":",
                    first ? "" : ",", actions[change->action].verb,
                    cli_kind(d->kind)->word);
        jg_buf_add_quoted(out, d->id);
        jg_buf_addc(out, '}');
        first = false;
    }
    jg_buf_addc(out, ']');
}

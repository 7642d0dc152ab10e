/* The rows of a trace, written down. */
#include "access/explain.h"

/* How an outcome is called: in a column, and in JSON. */
static const struct {
    const char *column, *word;
} outcomes[] = {
    [JG_STEP_PASS] = {"ok  ", "pass"},
    [JG_STEP_SKIP] = {"-   ", "skip"},
    [JG_STEP_FAIL] = {"FAIL", "fail"},
    [JG_STEP_WAIT] = {"wait", "wait"},
};

static void
add_detail(struct jg_buf *b, const char *label, struct jg_str text)
{
    if (text.len > 0)
        jg_buf_addf(b, "        %-11s %.*s\n", label, JG_STR_ARG(text));
}

static void
print_failure(struct jg_buf *b, const struct jg_decision *d,
              const struct jg_trace_step *step)
{
    const struct jg_err_info *info = jg_err_info(d->reason);

    add_detail(b, "expected", step->expected);
    jg_buf_addf(b, "        %-11s %s %d ", "reason", info->code,
                jg_decision_status(d));
    jg_buf_add(b, jg_decision_text(d));
    jg_buf_addc(b, '\n');
    add_detail(b, "help", jg_str(info->help));
}

void
jg_explain_print(struct jg_buf *b, const struct jg_decision *d)
{
    for (size_t i = 0; d->trace != NULL && i < d->trace->count; i++) {
        const struct jg_trace_step *step = &d->trace->steps[i];
        struct jg_str seen = step->seen;

        if (seen.len == 0)
            jg_buf_addf(b, "%s %2zu %s\n", outcomes[step->outcome].column,
                        i + 1, step->name);
        else
            jg_buf_addf(b, "%s %2zu %-11s %.*s\n",
                        outcomes[step->outcome].column, i + 1, step->name,
                        JG_STR_ARG(seen));
        if (step->outcome == JG_STEP_FAIL)
            print_failure(b, d, step);
    }
}

static void
add_member(struct jg_buf *b, const char *name, struct jg_str value)
{
    jg_buf_addf(b, ", \"%s\": ", name);
    jg_buf_add_quoted(b, value);
}

static void
add_step(struct jg_buf *b, const struct jg_trace_step *step)
{
    if (step->seen.len > 0)
        add_member(b, "seen", step->seen);
    if (step->expected.len > 0)
        add_member(b, "expected", step->expected);
    if (step->reason == JG_OK)
        return;
    add_member(b, "reason", jg_str(jg_err_info(step->reason)->code));
    add_member(b, "help", jg_str(jg_err_info(step->reason)->help));
}

/* All rows of the table, also those that the decision did not come to. */
static void
add_steps(struct jg_buf *b, const struct jg_trace *trace)
{
    const struct jg_step_info *info;

    for (size_t i = 0; (info = jg_step_at(i)) != NULL; i++) {
        bool reached = trace != NULL && i < trace->count;

        jg_buf_addf(b, "%s{\"name\": \"%s\", \"outcome\": \"%s\"",
                    i > 0 ? ", " : "", info->name,
                    reached ? outcomes[trace->steps[i].outcome].word
                            : "not_reached");
        add_member(b, "meaning", jg_str(info->meaning));
        if (reached)
            add_step(b, &trace->steps[i]);
        jg_buf_addc(b, '}');
    }
}

static const char *
verdict(const struct jg_decision *d)
{
    if (d->reason != JG_OK)
        return "deny";
    return d->want.kind != JG_WANT_NOTHING ? "want" : "allow";
}

void
jg_explain_members(struct jg_buf *b, const struct jg_decision *d)
{
    const struct jg_err_info *info = jg_err_info(d->reason);

    jg_buf_addf(b, "\"verdict\": \"%s\"", verdict(d));
    if (d->reason != JG_OK) {
        add_member(b, "reason", jg_str(info->code));
        jg_buf_addf(b, ", \"status\": %d", jg_decision_status(d));
        add_member(b, "text", jg_decision_text(d));
        add_member(b, "help", jg_str(info->help));
    }
    jg_buf_add(b, JG_STR(", \"steps\": ["));
    add_steps(b, d->trace);
    jg_buf_addc(b, ']');
}

void
jg_explain_json(struct jg_buf *b, const struct jg_decision *d)
{
    jg_buf_addc(b, '{');
    jg_explain_members(b, d);
    jg_buf_addc(b, '}');
}

/* What several policies make of each other: asked of the gateway, never computed here. */
import {useEffect, useState} from "preact/hooks";
import type {EffectiveQuestion} from "./api_types";
import type {Conflict, Effective, Limit, Right} from "./answers";
import {post, type Problem} from "./control";
import {words} from "./text_identity";
import {t} from "./text";
import {asProblem, Failure, Notice, Table} from "./widgets";

const w = words.effective;
const REST_MS = 250;    // after the last change, before it is asked

/* The answer to <question>; the one before stays in sight until it is there. */
export function useEffective(question: EffectiveQuestion) {
    const body = JSON.stringify(question);
    const [state, set] = useState<{answer: Effective | null; problem: Problem | null}>(
        {answer: null, problem: null});
    useEffect(() => {
        let live = true;
        const timer = window.setTimeout(async () => {
            try {
                const answer = await post<Effective>("/tyk/policies/effective", question);
                if (live)
                    set({answer, problem: null});
            } catch (e) {
                if (live)
                    set({answer: null, problem: asProblem(e)});
            }
        }, REST_MS);
        return () => { live = false; window.clearTimeout(timer); };
    }, [body]);
    return state;
}

function Won(p: {by: string | undefined}) {
    return p.by ? <span class="quiet won">{w.from(p.by)}</span> : null;
}

function Rate(p: {limit: Limit; won: Record<string, string>}) {
    return p.limit.rate > 0 && p.limit.per > 0
        ? <>{w.rateOf(p.limit.rate, p.limit.per)} <Won by={p.won.rate} /></>
        : <>{w.noRate} <Won by={p.won.rate} /></>;
}

function Quota(p: {limit: Limit; won: Record<string, string>}) {
    return p.limit.quota_max > 0
        ? <>{w.quotaOf(p.limit.quota_max, p.limit.quota_renewal_rate)} <Won by={p.won.quota_max} /></>
        : <>{w.noQuota} <Won by={p.won.quota_max} /></>;
}

function RightRow(p: {right: Right}) {
    const r = p.right;
    return <tr>
        <td>{r.api_name || r.api_id}{r.api_name && r.api_name !== r.api_id &&
            <> <code class="quiet">{r.api_id}</code></>}</td>
        <td><Rate limit={r.limit} won={r.won_by} /></td>
        <td><Quota limit={r.limit} won={r.won_by} /></td>
        <td>{r.allowed_urls.length === 0 ? w.allPaths : r.allowed_urls.map((u, i) =>
            <>{i > 0 && ", "}<code>{u.methods.join(" ")} {u.url}</code></>)}</td>
        <td>{r.granted_by.join(", ")}</td>
    </tr>;
}

function ConflictRow(p: {conflict: Conflict}) {
    const c = p.conflict;
    return <tr class={c.severity}>
        <td colSpan={5}><span class="mark" aria-hidden="true">{c.severity === "fault" ? "✗" : "!"}</span>
            {" "}<strong>{w.conflict(c.policies)}</strong>{c.apis.length > 0 && ` ${w.on(c.apis)}`}
            {": "}{c.message} {c.reason && <code>{c.reason}</code>}</td>
    </tr>;
}

function Result(p: {of: Effective}) {
    const e = p.of;
    return <>
        {e.unknown.length > 0 && <Notice kind="error">{w.unknown(e.unknown)}</Notice>}
        {e.unmapped.length > 0 && <Notice kind="warning">{w.unmapped(e.unmapped)}</Notice>}
        {e.is_inactive && <Notice kind="warning">{w.inactive}</Notice>}
        {e.verdict === "refused" && <Notice kind="error"><p>{w.refused}</p>
            {e.conflicts.length === 0 && <p>{e.message} <code>{e.reason}</code></p>}</Notice>}
        {(e.conflicts.length > 0 || e.verdict === "merged") && <Table label={w.caption}
            head={[w.api, w.rate, w.quota, w.paths, w.by]}>
            {e.conflicts.map((c) => <ConflictRow conflict={c} />)}
            {(e.apis ?? []).map((right) => <RightRow key={right.api_id} right={right} />)}
        </Table>}
        {e.policies.map((x) => ({id: x.id, parts: x.partitions.filter((part) => part !== "per_api")}))
            .filter((x) => x.parts.length > 0).map((x) => <p class="note">
                <strong>{x.id}</strong> {w.partitions} {x.parts.join(", ")}</p>)}
    </>;
}

/* <waiting>: what is said while there is nothing to ask about. */
export function EffectiveOf(p: {question: EffectiveQuestion; waiting: string}) {
    const {answer, problem} = useEffective(p.question);
    const asked = (p.question.policies?.length ?? 0) + (p.question.scopes?.length ?? 0) > 0;
    return <section class="effective" aria-label={w.title} aria-live="polite">
        {!asked ? <p class="quiet">{p.waiting}</p>
            : problem ? <Failure problem={problem} />
            : answer === null ? <p class="quiet">{t.common.loading}</p> : <Result of={answer} />}
    </section>;
}


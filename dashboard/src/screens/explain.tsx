/* Why is this token refused? The gateway's own decision, step by step. */
import {useLayoutEffect, useRef, useState} from "preact/hooks";
import reasons from "jotgate:reasons";
import {post, type Api, type Decision, type Explanation, type Step} from "../control";
import {keeps} from "../editor";
import {FlowPath, FlowReason} from "../flow";
import {understand} from "../paste";
import {address, type Route} from "../route";
import {date, duration, t} from "../text";
import {Copy, Empty, Failure, json, Notice, SelectField, TextField, useAction,
        useResource, Wait} from "../widgets";

export const methods: [string, string][] =
    ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"].map((m) => [m, m]);

const mark = {pass: "✓", skip: "–", fail: "✗", wait: "…", not_reached: "·"};
const JOURNAL = 16384;      // all that it keeps
const times = ["exp", "iat", "nbf", "auth_time"];

/* Kept while one is signed in, so that a look at another screen loses nothing. */
const nothing = {token: "", api: "", method: "GET", path: "/", answer: null as Explanation | null};
const last = {...nothing};
keeps({unsaved: () => false, forget: () => Object.assign(last, nothing)});
export function askAbout(token: string, method: string, path: string) {
    Object.assign(last, {token, method, path, answer: null});
}

function Detail(p: {name: string; text: string | undefined}) {
    return p.text ? <><dt>{p.name}</dt><dd>{p.text}</dd></> : null;
}

function StepRow(p: {step: Step}) {
    const s = p.step;
    return <li class={`step ${s.outcome}`}>
        <span class="mark" aria-hidden="true">{mark[s.outcome]}</span>
        <div><strong>{s.name}</strong> <span class="away">{t.explain.outcome[s.outcome]}</span>
            {" "}<span class="quiet">{s.meaning}</span>
            {(s.seen || s.expected || s.reason) && <dl>
                <Detail name={t.explain.seen} text={s.seen} />
                <Detail name={t.explain.expected} text={s.expected} />
                <Detail name={t.explain.reason} text={s.reason} />
                <Detail name={t.explain.fix} text={s.help} />
            </dl>}
        </div>
    </li>;
}

function Verdict(p: {of: Explanation}) {
    const failed = p.of.steps.findIndex((s) => s.outcome === "fail");
    const good = p.of.verdict === "allow";
    return <div class={good ? "verdict good" : "verdict bad"} role="status">
        <span class="mark" aria-hidden="true">{good ? "✓" : "✗"}</span>
        <div>
            <h2>{t.explain[p.of.verdict]}
                {failed >= 0 && ` ${t.explain.at(failed + 1, p.of.steps.length, p.of.steps[failed].name)}`}</h2>
            {p.of.reason && !good && <p><code>{p.of.reason}</code> {p.of.help}</p>}
        </div>
    </div>;
}

function Response(p: {of: Explanation}) {
    const r = p.of.response;
    return <section><h3>{t.explain.client}</h3>
        {r.status === undefined ? <p>{t.explain.upstream}</p>
            : <pre tabIndex={0} aria-label={t.explain.client}>{`HTTP/1.1 ${r.status}\n` +
                Object.entries(r.headers ?? {}).map(([k, v]) => `${k}: ${v}\n`).join("") +
                `\n${r.body ?? ""}`}</pre>}
    </section>;
}

/* Claims' values, to be taken out of a report: whoever reads it may not know them. */
function values(value: unknown): string[] {
    return typeof value === "string" ? [value]
        : typeof value === "object" && value !== null ? Object.values(value).flatMap(values) : [];
}

/* What one may send to others: no token, no values of claims. */
export function report(of: Explanation, token: string, asked: string): string {
    const parts = contents(token);
    const claims = parts?.[1] as Record<string, unknown> | undefined;
    const secret = values(claims).filter((v) => v.length > 1).sort((a, b) => b.length - a.length);
    const hide = (text: string) => secret.reduce((now, v) => now.split(v).join("•••"),
        text.replace(/[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g, "•••"));
    const failed = of.steps.findIndex((s) => s.outcome === "fail");
    return [
        `${t.explain[of.verdict]}${failed >= 0 ? ` ${t.explain.at(failed + 1, of.steps.length, of.steps[failed].name)}` : ""}`,
        of.reason && of.verdict !== "allow" ? `${of.reason} ${of.help ?? ""}` : "",
        asked,
        claims ? `${t.explain.header}: ${JSON.stringify(parts![0])}` : "",
        claims ? `${t.explain.names}: ${Object.keys(claims).join(", ")}` : "",
        ...of.steps.filter((s) => s.outcome !== "not_reached" && s.outcome !== "skip").map((s) =>
            hide(`${mark[s.outcome]} ${s.name}${s.seen ? `: ${t.explain.seen} ${s.seen}` : ""}${
                s.expected ? `; ${t.explain.expected} ${s.expected}` : ""}`)),
        ...(of.hints ?? []).map((hint) => hide(`${t.explain.hints}: ${hint}`)),
    ].filter(Boolean).join("\n");
}

/* The two readable parts; null when it is no JWT. */
function contents(pasted: string): unknown[] | null {
    const found = /eyJ[\w-]*\.[\w-]*(?=\.)/.exec(pasted.replace(/[\r\n]+/g, ""));
    try {
        return found![0].split(".").map((part) => JSON.parse(new TextDecoder().decode(
            Uint8Array.from(atob(part.replace(/-/g, "+").replace(/_/g, "/")),
                            (c) => c.charCodeAt(0)))));
    } catch {
        return null;
    }
}

function Contents(p: {token: string}) {
    const parts = contents(p.token);
    if (parts === null)
        return null;
    const claims = parts[1] as Record<string, unknown>;
    return <details><summary>{t.explain.contents}</summary>
        <pre tabIndex={0} aria-label={t.explain.contents}>{
            parts.map((part) => JSON.stringify(part, null, 2)).join("\n")}</pre>
        <dl>{times.filter((name) => typeof claims[name] === "number" &&
                Math.abs(claims[name] as number) < 8e12)
            .map((name) => <Detail name={name} text={date(claims[name] as number)} />)}</dl>
    </details>;
}

function Answer(p: {of: Explanation; token: string; asked: string}) {
    return <section class="answer">
        <Verdict of={p.of} />
        {(p.of.hints ?? []).length > 0 && <Notice kind="info">
            <p><strong>{t.explain.hints}</strong></p>
            <ul>{p.of.hints!.map((hint) => <li>{hint}</li>)}</ul></Notice>}
        <FlowPath explanation={p.of} />
        <h3>{t.explain.steps}</h3>
        <ol class="steps">{p.of.steps.map((s) => <StepRow step={s} />)}</ol>
        <Response of={p.of} />
        <Contents token={p.token} />
        <details><summary>{t.explain.share}</summary>
            <p class="note">{t.explain.shareHelp}</p>
            <Copy text={report(p.of, p.token, p.asked)} label={t.explain.report} /></details>
    </section>;
}

/* A request of the past: what the journal noted, and how far it came. */
function OneRequest(p: {id: string}) {
    const journal = useResource(`/tyk/journal?limit=${JOURNAL}`, json<{decisions: Decision[]}>());
    const d = journal.data?.decisions.find((one) => one.request_id === p.id);
    if (journal.data === null)
        return <Wait of={journal} />;
    if (d === undefined)
        return <Notice kind="warning">{t.explain.noRequest(JOURNAL)}</Notice>;
    const good = d.reason === "JG000";
    return <section class="answer">
        <div class={good ? "verdict good" : "verdict bad"} role="status">
            <span class="mark" aria-hidden="true">{good ? "✓" : "✗"}</span>
            <div><h2>{good ? t.explain.allow : t.explain.deny}</h2>
                {!good && <p><code>{d.reason}</code> {reasons[d.reason]?.help}</p>}</div></div>
        <FlowReason reason={d.reason} />
        <dl class="facts card">
            <dt>{t.explain.request}</dt><dd><code>{d.request_id}</code></dd>
            <dt>{t.overview.time}</dt><dd>{date(Date.parse(d.time) / 1000)}</dd>
            <dt>{t.explain.api}</dt><dd>{d.api_id
                ? <a href={address("apis", d.api_id)}>{d.api_id}</a> : t.common.none}</dd>
            <dt>{t.explain.method}</dt><dd>{d.method}</dd>
            <dt>{t.overview.status}</dt><dd>{d.status}</dd>
            <dt>{t.overview.took}</dt><dd>{duration(d.microseconds / 1e6)}</dd>
        </dl>
        <p class="quiet">{t.explain.requestHelp}</p>
    </section>;
}

function useFocus(wanted: boolean) {
    const box = useRef<HTMLFormElement>(null);
    useLayoutEffect(() => {
        if (wanted)
            box.current?.querySelector("textarea")?.focus();
    }, []);
    return box;
}

function Ask(p: {apis: Api[]; route: Route}) {
    const query = p.route.query;
    const [api, setApi] = useState(query.get("api") ?? last.api);
    const [token, setToken] = useState(query.get("request") ?? last.token);
    const [method, setMethod] = useState(last.method);
    const [path, setPath] = useState(last.path);
    const [answer, setAnswer] = useState(query.has("request") ? null : last.answer);
    const [request, setRequest] = useState(query.get("request"));
    const {busy, problem, run} = useAction();
    const form = useFocus(query.has("focus"));
    const chosen = p.apis.some((a) => a.api_id === api) ? api : p.apis[0].api_id;
    const take = (text: string) => {
        const found = understand(text, p.apis);
        setToken(text);
        if (found.api)
            setApi(found.api);
        if (found.path)
            setPath(found.path);
        if (found.method && methods.some(([name]) => name === found.method))
            setMethod(found.method);
    };
    const ask = () => run(async (wanted) => {
        const found = understand(token, p.apis);
        setRequest(found.request ?? null);
        setAnswer(null);
        if (found.request)
            return;
        const asked = {token, api: chosen, method, path};
        Object.assign(last, {...asked, answer: null});
        const got = await post<Explanation>("/tyk/explain",
            {api_id: chosen, token: found.token, method, path});
        if (wanted()) {         // and nobody signed out
            Object.assign(last, {...asked, answer: got});
            setAnswer(got);
        }
    });
    return <>
        <form class="ask" ref={form} onSubmit={(e) => { e.preventDefault(); void ask(); }}>
            <TextField label={t.explain.token} value={token} onInput={take}
                       rows={5} mono help={t.explain.tokenHelp} />
            <div class="fields">
                <SelectField label={t.explain.api} value={chosen} onInput={setApi}
                    options={p.apis.map((a) => [a.api_id, a.name || a.api_id])} />
                <SelectField label={t.explain.method} value={method} onInput={setMethod}
                    options={methods} />
                <TextField label={t.explain.path} value={path} onInput={setPath} mono />
            </div>
            <button class="main" disabled={busy}>{t.explain.button}</button>
        </form>
        <Failure problem={problem} />
        {request ? <OneRequest key={request} id={request} />
            : answer ? <Answer of={answer} token={understand(last.token, p.apis).token}
                               asked={`${last.method} ${last.path} (${last.api})`} />
            : <Empty><p>{t.explain.empty}</p></Empty>}
    </>;
}

export function Explain(p: {route: Route}) {
    const apis = useResource("/tyk/apis", json<Api[]>());
    return <>
        <h1>{t.explain.title}</h1>
        <p class="quiet">{t.explain.intro}</p>
        {apis.data === null ? <Wait of={apis} /> : apis.data.length === 0
            ? <Empty><p>{t.explain.noApis}</p>
                <a class="button main" href={address("apis", undefined, {guide: "1"})}>{t.protect.title}</a></Empty>
            : <Ask apis={apis.data} route={p.route} />}
    </>;
}

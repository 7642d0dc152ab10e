/* Why is this token refused? The gateway's own decision, step by step. */
import {useState} from "preact/hooks";
import {post, type Api, type Explanation, type Step} from "../control";
import {FlowPath} from "../flow";
import {address, type Route} from "../route";
import {date, t} from "../text";
import {Empty, Failure, json, Notice, SelectField, TextField, useAction,
        useResource, Wait} from "../widgets";

export const methods: [string, string][] =
    ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"].map((m) => [m, m]);

const mark = {pass: "✓", skip: "–", fail: "✗", wait: "…", not_reached: "·"};
const times = ["exp", "iat", "nbf", "auth_time"];

/* Kept while the tab is open, so that a look at another screen loses nothing. */
const last = {token: "", method: "GET", path: "/",
              answer: null as Explanation | null};
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

function Answer(p: {of: Explanation; token: string}) {
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
    </section>;
}

export function Explain(p: {route: Route}) {
    const apis = useResource("/tyk/apis", json<Api[]>());
    const [api, setApi] = useState(p.route.query.get("api") ?? "");
    const [token, setToken] = useState(last.token);
    const [method, setMethod] = useState(last.method);
    const [path, setPath] = useState(last.path);
    const [answer, setAnswer] = useState(last.answer);
    const {busy, problem, run} = useAction();
    const chosen = api || apis.data?.[0]?.api_id || "";
    const ask = () => run(async () => {
        const found = await post<Explanation>("/tyk/explain",
            {api_id: chosen, token, method, path});
        Object.assign(last, {token, method, path, answer: found});
        setAnswer(found);
    });

    return <>
        <h1>{t.explain.title}</h1>
        <p class="quiet">{t.explain.intro}</p>
        {apis.data === null ? <Wait of={apis} /> : apis.data.length === 0
            ? <Empty><p>{t.explain.noApis}</p>
                <a class="button main" href={address("apis", "new")}>{t.explain.addApi}</a></Empty>
            : <form class="ask" onSubmit={(e) => { e.preventDefault(); void ask(); }}>
                <TextField label={t.explain.token} value={token} onInput={setToken}
                           rows={5} mono help={t.explain.tokenHelp} />
                <div class="fields">
                    <SelectField label={t.explain.api} value={chosen} onInput={setApi}
                        options={apis.data.map((a) => [a.api_id, a.name || a.api_id])} />
                    <SelectField label={t.explain.method} value={method} onInput={setMethod}
                        options={methods} />
                    <TextField label={t.explain.path} value={path} onInput={setPath} mono />
                </div>
                <button class="main" disabled={busy}>{t.explain.button}</button>
            </form>}
        <Failure problem={problem} />
        {answer ? <Answer of={answer} token={last.token} />
            : apis.data && apis.data.length > 0 && <Empty><p>{t.explain.empty}</p></Empty>}
    </>;
}

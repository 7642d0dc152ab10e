/* The gateway itself: what is wrong with its files, what it is set to, its counters. */
import {useEffect, useState} from "preact/hooks";
import type {System as Answer} from "../api_types";
import {reload} from "../control";
import {readMetrics, value, type Sample} from "../metrics";
import {DataTable} from "../table";
import {count, t} from "../text";
import {Empty, Failure, json, Notice, State, useAction, useReadOnly, useResource, Wait,
        When, type Resource} from "../widgets";

type Finding = NonNullable<Answer["findings"]>[number];
interface Hello { status: string; details?: Record<string, {status: string}> }

const placeOf = (f: Finding) => `${f.file ?? ""}${f.line ? `:${f.line}:${f.column ?? 1}` : ""}`;

function OneFinding(p: {of: Finding}) {
    const f = p.of;
    const bad = f.severity === "error";
    return <li class={bad ? "finding bad" : "finding"}>
        <p><strong>{bad ? t.system.error : t.system.warning}</strong>{" "}
            <code>{f.code}</code> {f.path && <code>{f.path}</code>} {f.message}
            {f.found && <>{t.system.found} <code>{f.found}</code></>}</p>
        {f.file && <p class="quiet">{t.system.place} <code class="break">{placeOf(f)}</code></p>}
        {f.fix && <p>{t.system.fix} {f.fix}</p>}
    </li>;
}

/* Errors first: a file with one is not what is in force. */
function Findings(p: {of: Answer}) {
    const all = [...p.of.findings].sort((a, b) =>
        Number(b.severity === "error") - Number(a.severity === "error"));
    const refused = [...new Set(all.filter((f) => f.severity === "error" && f.file)
        .map((f) => f.file!))];
    const left = p.of.faults + p.of.warnings - all.length;
    return <section aria-label={t.system.findings}>
        <h2>{t.system.findings}</h2>
        {all.length === 0 ? <Empty><p>{t.system.noFindings}</p></Empty> : <>
            {refused.length > 0 && <Notice kind="error"><p>{t.system.refused}</p>
                <ul>{refused.map((file) => <li><code class="break">{file}</code></li>)}</ul></Notice>}
            <p class="quiet">{t.system.asNow}</p>
            <ul class="findings">{all.map((f) => <OneFinding of={f} />)}</ul>
            {left > 0 && <p class="quiet">{t.system.more(left)}</p>}
        </>}
    </section>;
}

interface Setting { name: string; value: string }

/* One row a value, named by the path to it. */
function rows(of: unknown, name = ""): Setting[] {
    if (typeof of !== "object" || of === null)
        return [{name, value: String(of)}];
    const inner = Object.entries(of);
    if (inner.length === 0)
        return [{name, value: ""}];
    return inner.flatMap(([key, one]) => rows(one, name === "" ? key : `${name}.${key}`));
}

function Settings(p: {of: Answer}) {
    return <section><h2>{t.system.settings}</h2>
        <p class="quiet">{t.system.settingsHelp}</p>
        <DataTable name="settings" label={t.system.settings} rows={rows(p.of.settings)}
            id={(row) => row.name} words={(row) => [row.name, row.value]}
            columns={[
                {head: t.system.setting, sort: (row) => row.name, cell: (row) => <code>{row.name}</code>},
                {head: t.system.value, cell: (row) => row.value === ""
                    ? <span class="quiet">{t.common.none}</span> : <code class="break">{row.value}</code>},
            ]} /></section>;
}

function Metrics(p: {samples: Sample[]}) {
    const labels = (s: Sample) => Object.entries(s.labels).map(([k, v]) => `${k}=${v}`).join(" ");
    return <DataTable name="metrics" label={t.system.metrics}
        rows={p.samples.filter((s) => !s.name.endsWith("_bucket"))}
        id={(s) => `${s.name} ${labels(s)}`} words={(s) => [s.name, labels(s)]}
        columns={[
            {head: t.system.metric, sort: (s) => s.name, cell: (s) => <code>{s.name}</code>},
            {head: t.system.labels, sort: labels, cell: (s) => <code>{labels(s)}</code>},
            {head: t.system.value, sort: (s) => s.value, class: "number", cell: (s) => count(s.value)},
        ]} />;
}

function Facts(p: {of: Answer; hello: Hello | null; metrics: Sample[] | null}) {
    return <dl class="facts card">
        <dt>{t.system.version}</dt><dd>{p.of.version}</dd>
        {p.hello && <><dt>{t.system.health}</dt><dd><State on={p.hello.status === "pass"}
            yes={p.hello.status} no={p.hello.status} /></dd></>}
        {Object.entries(p.hello?.details ?? {}).map(([name, part]) => <>
            <dt>{name}</dt><dd><State on={part.status === "pass"}
                yes={part.status} no={part.status} /></dd></>)}
        <dt>{t.system.loaded}</dt><dd><When at={p.of.loaded} /></dd>
        <dt>{t.system.inForce}</dt><dd>{t.system.inForceOf(p.of.apis, p.of.policies)}</dd>
        {p.metrics && <><dt>{t.system.reloads}</dt>
            <dd>{count(value(p.metrics, "jotgate_reloads_total"))}</dd></>}
    </dl>;
}

function Parts(p: {of: Answer; hello: Resource<Hello>; metrics: Resource<Sample[]>}) {
    return <>
        <Findings of={p.of} />
        <h2>{t.system.about}</h2>
        <Facts of={p.of} hello={p.hello.data} metrics={p.metrics.data} />
        <Settings of={p.of} />
    </>;
}

/* The next look at this screen begins with a reload. */
let asked = false;
export function reloadSoon() { asked = true; }

export function System() {
    const system = useResource("/tyk/system", json<Answer>());
    const hello = useResource("/hello", json<Hello>(), 5000);
    const metrics = useResource("/metrics", readMetrics, 5000);
    const {busy, problem, run} = useAction();
    const readOnly = useReadOnly();
    const [done, setDone] = useState(false);
    const load = () => run(async () => {
        setDone(false);
        await reload();
        await Promise.all([system.again(), metrics.again()]);
        setDone(true);
    });
    useEffect(() => {
        if (asked)
            void load();
        asked = false;
    }, []);
    return <>
        <div class="row"><h1>{t.system.title}</h1>
            <button type="button" class="main" disabled={readOnly || busy} onClick={load}>
                {t.system.reload}</button></div>
        <Failure problem={problem} />
        {done && <Notice kind="good">{t.system.reloaded}</Notice>}
        {system.data === null ? <Wait of={system} />
            : <Parts of={system.data} hello={hello} metrics={metrics} />}
        <h2>{t.system.metrics}</h2>
        {metrics.data === null ? <Wait of={metrics} /> : <Metrics samples={metrics.data} />}
        <h2>{t.system.links}</h2>
        <ul><li>{t.system.prometheus}</li><li>{t.system.openapi}</li></ul>
    </>;
}

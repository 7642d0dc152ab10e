/* The gateway itself: health, version, reload, and its counters. */
import {useState} from "preact/hooks";
import {reload} from "../control";
import {readMetrics, value, type Sample} from "../metrics";
import {count, t} from "../text";
import {Failure, json, matches, Notice, Search, State, Table, useAction,
        useReadOnly, useResource, Wait} from "../widgets";

interface Hello { status: string; version: string; details?: Record<string, {status: string}> }

function Metrics(p: {samples: Sample[]}) {
    const [search, setSearch] = useState("");
    const shown = p.samples.filter((s) => !s.name.endsWith("_bucket") &&
        matches(search, s.name, ...Object.values(s.labels)));
    return <>
        <Search value={search} onInput={setSearch} />
        {shown.length === 0 ? <p class="quiet">{t.common.noHit}</p> :
        <Table label={t.system.metrics} head={[t.system.metric, t.system.labels, t.system.value]}>
            {shown.map((s) => <tr><td><code>{s.name}</code></td>
                <td><code>{Object.entries(s.labels).map(([k, v]) => `${k}=${v}`).join(" ")}</code></td>
                <td class="number">{count(s.value)}</td></tr>)}
        </Table>}
    </>;
}

export function System() {
    const hello = useResource("/hello", json<Hello>(), 5000);
    const metrics = useResource("/metrics", readMetrics, 5000);
    const {busy, problem, run} = useAction();
    const readOnly = useReadOnly();
    const [done, setDone] = useState(false);
    const faults = value(metrics.data ?? [], "jotgate_reload_faults");
    return <>
        <div class="row"><h1>{t.system.title}</h1>
            <button type="button" class="main" disabled={readOnly || busy} onClick={() => run(async () => {
                setDone(false);
                await reload();
                setDone(true);
                metrics.again();
            })}>{t.system.reload}</button></div>
        <Failure problem={problem} />
        {done && <Notice kind="good">{t.system.reloaded}</Notice>}
        {faults > 0 && <Notice kind="warning">{t.overview.faults(faults)}</Notice>}
        {hello.data === null ? <Wait of={hello} /> : <dl class="facts card">
            <dt>{t.system.version}</dt><dd>{hello.data.version}</dd>
            <dt>{t.system.health}</dt><dd><State on={hello.data.status === "pass"}
                yes={hello.data.status} no={hello.data.status} /></dd>
            {Object.entries(hello.data.details ?? {}).map(([name, part]) => <>
                <dt>{name}</dt><dd><State on={part.status === "pass"}
                    yes={part.status} no={part.status} /></dd></>)}
            {metrics.data && <><dt>{t.system.reloads}</dt>
                <dd>{count(value(metrics.data, "jotgate_reloads_total"))}</dd>
                <dt>{t.system.faults}</dt><dd>{count(faults)}</dd></>}
        </dl>}
        <h2>{t.system.links}</h2>
        <ul><li>{t.system.prometheus}</li><li>{t.system.openapi}</li></ul>
        <h2>{t.system.metrics}</h2>
        {metrics.data === null ? <Wait of={metrics} /> : <Metrics samples={metrics.data} />}
    </>;
}

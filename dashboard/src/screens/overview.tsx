/* What passes, what is refused, and why: read every two seconds. */
import {useEffect, useLayoutEffect, useRef, useState} from "preact/hooks";
import reasons from "jotgate:reasons";
import {Chart, type Points} from "../chart";
import type {Decision} from "../control";
import {endOf, FlowCounts, isNode} from "../flow";
import {by, quantile, readMetrics, value, type Sample} from "../metrics";
import {address, type Route} from "../route";
import {DataTable, type Column} from "../table";
import {clock, count, duration, t} from "../text";
import {Empty, json, Notice, Table, useResource, Wait} from "../widgets";

const EVERY_MS = 2000;
const READINGS_MAX = 150;       // five minutes
const LOADS = "jotgate_reloads_total";

interface Reading { at: number; samples: Sample[] }

/* Kept while the tab is open: a look at another screen makes no hole. */
const readings: Reading[] = [];

function passed(samples: Sample[]): number {
    return by(samples, "jotgate_decisions_total", "reason").JG000 ?? 0;
}
function refused(samples: Sample[]): number {
    return value(samples, "jotgate_decisions_total") - passed(samples);
}

/* Differences of counters by second; a counter that fell began anew. */
function points(): Points {
    const out: Points = [[], [], []];
    for (let i = 1; i < readings.length; i++) {
        const a = readings[i - 1], b = readings[i], s = b.at - a.at;
        out[0].push(b.at);
        out[1].push(Math.max(0, passed(b.samples) - passed(a.samples)) / s);
        out[2].push(Math.max(0, refused(b.samples) - refused(a.samples)) / s);
    }
    return out;
}

function Tile(p: {name: string; text: string}) {
    return <div class="tile"><dt>{p.name}</dt><dd>{p.text}</dd></div>;
}

function Tiles(p: {now: Sample[]; points: Points}) {
    const last = (series: number[]) => series.length > 0 ? series[series.length - 1] : 0;
    const old = readings[Math.max(0, readings.length - 31)]?.samples ?? [];
    const part = (q: number) => duration(quantile(old, p.now, q) ?? quantile([], p.now, q));
    return <dl class="tiles">
        <Tile name={t.overview.requests}
              text={count(last(p.points[1]) + last(p.points[2]))} />
        <Tile name={t.overview.refused} text={count(last(p.points[2]))} />
        <Tile name={t.overview.half} text={part(0.5)} />
        <Tile name={t.overview.most} text={part(0.99)} />
        <Tile name={t.overview.apis} text={count(value(p.now, "jotgate_apis"))} />
        <Tile name={t.overview.policies} text={count(value(p.now, "jotgate_policies"))} />
    </dl>;
}

function Reasons(p: {now: Sample[]}) {
    const rows = Object.entries(by(p.now, "jotgate_decisions_total", "reason"))
        .filter(([code, n]) => code !== "JG000" && n > 0).sort((a, b) => b[1] - a[1]);
    if (rows.length === 0)
        return <Empty><p>{t.overview.noReasons}</p></Empty>;
    return <Table label={t.overview.reasons}
                  head={[t.overview.count, t.overview.reason, t.overview.what]}>
        {rows.map(([code, n]) => <tr key={code}>
            <td class="number">{count(n)}</td><td><code>{code}</code></td>
            <td class="wide">{reasons[code]?.help}</td>
        </tr>)}
    </Table>;
}

const recentColumns: Column<Decision>[] = [
    {head: t.overview.time, sort: (d) => d.time, cell: (d) => <time dateTime={d.time}>{clock(d.time)}</time>},
    {head: t.overview.api, sort: (d) => d.api_id, cell: (d) => d.api_id
        ? <a href={address("apis", d.api_id)}>{d.api_id}</a> : t.common.none},
    {head: t.overview.method, sort: (d) => d.method, cell: (d) => d.method},
    {head: t.overview.status, sort: (d) => d.status, cell: (d) => d.status},
    {head: t.overview.reason, sort: (d) => d.reason, cell: (d) => d.reason === "JG000"
        ? <span class="state good">{t.overview.pass}</span>
        : <span class="state bad" title={reasons[d.reason]?.help}>{d.reason}</span>},
    {head: t.overview.took, class: "number", sort: (d) => d.microseconds,
     cell: (d) => duration(d.microseconds / 1e6)},
    {head: t.overview.request, cell: (d) => <a title={t.overview.inspect(d.request_id)}
        href={address("explain", undefined, {request: d.request_id})}>
        <code>{d.request_id.slice(0, 8)}…</code></a>},
];

function Recent(p: {decisions: Decision[]; at: string | null}) {
    const {at} = p;
    const node = isNode(at) ? t.flow.nodes[at] : null;
    const shown = node === null ? p.decisions
        : p.decisions.filter((d) => d.reason !== "JG000" && endOf(d.reason) === at);
    return <>
        {node !== null && <Notice kind="info"><p>{t.overview.filtered(node)}{" "}
            <a href={address("overview")}>{t.overview.showAll}</a></p></Notice>}
        {p.decisions.length === 0
            ? <Empty><p>{t.overview.noRecent}</p>
                <a class="button" href={address("try")}>{t.places.try}</a></Empty>
            : <DataTable name="recent" label={t.overview.recent} rows={shown} columns={recentColumns}
                id={(d) => d.request_id}
                words={(d) => [d.api_id, d.method, String(d.status), d.reason, d.request_id]} />}
    </>;
}

/* What the chart draws, for those who read: the newest first. */
function Figures(p: {points: Points}) {
    const [times, passing, refusing] = p.points;
    return <details><summary>{t.overview.table}</summary>
        <Table label={t.overview.chart} head={[t.overview.time, t.overview.chartPassed, t.overview.chartRefused]}>
            {times.map((at, i) => <tr key={at}>
                <td><time>{clock(new Date(at * 1000).toISOString())}</time></td>
                <td class="number">{count(passing[i])}</td>
                <td class="number">{count(refusing[i])}</td></tr>).reverse()}
        </Table></details>;
}

/* When the number of loads went up. */
function loads(): number[] {
    return readings.filter((now, i) => i > 0 &&
        value(now.samples, LOADS) > value(readings[i - 1].samples, LOADS)).map((now) => now.at);
}

export function Overview(p: {theme: string; route: Route}) {
    const metrics = useResource("/metrics", readMetrics, EVERY_MS);
    const journal = useResource("/tyk/journal?limit=1000",
                                json<{decisions: Decision[]}>(), EVERY_MS);
    const [lines, setLines] = useState(points);
    useEffect(() => {
        if (metrics.data === null)
            return;
        readings.push({at: Date.now() / 1000, samples: metrics.data});
        if (readings.length > READINGS_MAX)
            readings.shift();
        setLines(points());
    }, [metrics.data]);
    const at = p.route.query.get("at");
    const recent = useRef<HTMLHeadingElement>(null);
    useLayoutEffect(() => {
        if (at !== null)
            recent.current?.focus();
    }, [at]);
    const now = metrics.data ?? readings[readings.length - 1]?.samples ?? null;
    if (now === null || journal.data === null)
        return <><h1>{t.overview.title}</h1>
            <Wait of={metrics.problem ? metrics : journal} /></>;
    const faults = value(now, "jotgate_reload_faults");
    const decisions = journal.data.decisions;
    return <>
        <h1>{t.overview.title}</h1>
        {metrics.problem && <Wait of={metrics} />}
        {faults > 0 && <Notice kind="warning">{t.overview.faults(faults)}</Notice>}
        {value(now, "jotgate_apis") < 2 && <Notice kind="info">
            <p>{value(now, "jotgate_apis") === 0 ? t.protect.cardEmpty : t.protect.card}</p>
            <a class="button main" href={address("apis", undefined, {guide: "1"})}>{t.protect.title}</a>
        </Notice>}
        <Tiles now={now} points={lines} />
        <h2>{t.overview.chart}</h2>
        {lines[0].length < 2 && <p class="quiet">{t.overview.collecting}</p>}
        <Chart points={lines} marks={loads()} theme={p.theme} />
        {loads().length > 0 && <p class="note">{t.overview.marks}</p>}
        <Figures points={lines} />
        <h2>{t.overview.flow}</h2>
        <p class="quiet">{t.overview.flowHelp}</p>
        <FlowCounts reasons={decisions.map((d) => d.reason)} />
        <h2>{t.overview.reasons}</h2>
        <Reasons now={now} />
        <h2 ref={recent} tabIndex={-1}>{t.overview.recent}</h2>
        <Recent decisions={decisions} at={at} />
    </>;
}

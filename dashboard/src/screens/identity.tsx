/* Key sets by URL: what is published, since when, and whether it is used. */
import {useState} from "preact/hooks";
import {call, type Api, type Key, type KeySet, type Policy} from "../control";
import {address, type Route} from "../route";
import {words} from "../text_identity";
import {ago, t} from "../text";
import {Copy, Dialog, Empty, Failure, json, Notice, Table, useAction,
        useReadOnly, useResource, Wait, When} from "../widgets";
import {AddProvider} from "./provider";

const w = words.sets;
const FETCH_MS = [500, 2000, 6000];     // a fetch takes 5 s at most
const stateOf = (k: Key) => t.identity.states[k.state ?? ""] ?? k.state;
const colourOf: Record<string, string> = {active: "good", unknown: "bad"};

/* What happened last: a token was verified, or it vanished, or was asked for. */
function Last(p: {k: Key}) {
    const k = p.k;
    if (k.state === "unknown")
        return <>{w.asked(k.times_asked ?? 1)}{" "}<When at={k.last_asked} /></>;
    if (k.state === "gone")
        return <>{w.goneSince} <When at={k.gone_since} /></>;
    return <When at={k.last_used} />;
}

function KeyRow(p: {k: Key; show: () => void}) {
    const k = p.k;
    const kind = [k.kty, k.crv, k.bits ? `${k.bits} bit` : ""].filter(Boolean).join(" ");
    return <tr>
        <td><code>{k.kid || t.common.none}</code></td>
        <td><span class={`state ${colourOf[k.state ?? ""] ?? "off"}`}>{stateOf(k)}</span></td>
        <td>{kind}{k.alg && ` ${k.alg}`}</td>
        <td>{k.use}</td>
        <td><When at={k.first_seen} /></td><td><Last k={k} /></td>
        <td><code class="short" title={k.thumbprint}>{k.thumbprint}</code></td>
        <td class="end">{k.state !== "gone" && k.state !== "unknown" && <button type="button"
            aria-label={w.showOf(k.kid ?? "")} onClick={p.show}>{w.show}</button>}</td>
    </tr>;
}

/* One key to take away, read when it is asked for. */
function OneKey(p: {set: string; k: Key; onClose: () => void}) {
    const found = useResource(`/tyk/jwks/${p.set}`, json<KeySet>());
    const key = found.data?.keys?.find((k) => k.thumbprint === p.k.thumbprint);
    const forms = key && <>
        <h3>{w.jwk}</h3><Copy label={w.jwk} text={JSON.stringify(key.jwk)} />
        <h3>{w.pem}</h3><Copy label={w.pem} text={(key.pem ?? "").trim()} /></>;
    return <Dialog title={w.keyTitle(p.k.kid ?? "")} onClose={p.onClose}>
        {found.data === null && <Wait of={found} />}
        {found.data !== null && !key && <p>{w.gone}</p>}
        {forms}
        <div class="bar"><button type="button" onClick={p.onClose}>{t.common.close}</button></div>
    </Dialog>;
}

function Set(p: {set: KeySet; again: () => Promise<void>}) {
    const s = p.set;
    const [key, setKey] = useState<Key | null>(null);
    const {busy, problem, run} = useAction();
    const [done, setDone] = useState(false);
    const readOnly = useReadOnly();
    const later = (s.may_refresh ?? 0) > Date.now() / 1000;
    return <section class="card">
        <div class="row"><h2 class="break">{s.issuer || s.url}</h2>
            {(s.apis ?? []).length > 0 && <button type="button" disabled={readOnly || busy}
                aria-label={w.refreshOf(s.issuer || s.url)} onClick={() => run(async () => {
                    await call("DELETE", `/tyk/cache/jwks/${encodeURIComponent(s.apis![0])}`);
                    setDone(true);
                    FETCH_MS.forEach((ms) => window.setTimeout(() => p.again(), ms));
                })}>{w.refresh}</button>}</div>
        <Failure problem={problem} />
        {done && <Notice kind="good">{w.fetching}</Notice>}
        <dl class="facts">
            {s.issuer && <><dt>URL</dt><dd class="break">{s.jwks_url ?? s.url}</dd></>}
            <dt>{t.identity.apis}</dt><dd>{(s.apis ?? []).map((id, i) => <>{i > 0 && ", "}
                <a href={address("apis", id)}>{id}</a></>)}</dd>
            <dt>{t.identity.last}</dt><dd><When at={s.last_fetch} /></dd>
            {(s.last_try ?? 0) > 0 && <><dt>{w.lastTry}</dt><dd><When at={s.last_try} />{": "}
                {s.last_status ? w.answered(s.last_status, s.last_ms ?? 0) : w.noAnswer(s.last_ms ?? 0)}</dd></>}
            <dt>{t.identity.next}</dt><dd><When at={s.next_refresh} /></dd>
            <dt>{w.budget}</dt><dd>{later ? w.budgetAt(ago(s.may_refresh)) : w.budgetNow}</dd>
        </dl>
        {key && <OneKey set={s.id} k={key} onClose={() => setKey(null)} />}
        {s.insecure && <Notice kind="warning">{t.identity.insecure}</Notice>}
        {s.fault && <Notice kind="error">{t.identity.fault} {s.fault}
            {(s.failures ?? 0) > 1 && <> {w.failures(s.failures!)}</>}</Notice>}
        {(s.skipped ?? []).length > 0 && <Notice kind="warning"><p>{t.identity.skipped}</p>
            <ul>{s.skipped!.map((k) => <li><code>{k.kid}</code> {k.reason}</li>)}</ul></Notice>}
        {(s.keys ?? []).length > 0 && <Table label={t.identity.keys}
            head={[t.identity.kid, t.identity.state, t.identity.kind, words.wizard.use, t.identity.first,
                   t.identity.used, t.identity.thumb, t.common.actions]}>
            {s.keys!.map((k) => <KeyRow k={k} show={() => setKey(k)} />)}</Table>}
    </section>;
}

function Sets() {
    const found = useResource("/tyk/jwks", json<{sets: KeySet[]}>(), 10000);
    const {busy, problem, run} = useAction();
    const [done, setDone] = useState(false);
    const readOnly = useReadOnly();
    const sets = found.data?.sets;
    return <>
        <div class="row"><h1>{t.identity.title}</h1>
            {sets && sets.length > 0 && <div class="bar">
            <a class="button main" href={address("identity", "new")}>{words.wizard.title}</a>
            <button type="button" disabled={readOnly || busy}
                onClick={() => run(async () => {
                    await call("DELETE", "/tyk/cache/jwks");
                    await found.again();
                    setDone(true);
                })}>{t.identity.refresh}</button></div>}</div>
        <p class="quiet">{t.identity.intro}</p>
        <Failure problem={problem} />
        {done && <Notice kind="good">{t.identity.refreshed}</Notice>}
        {!sets ? <Wait of={found} /> : sets.length === 0
            ? <Empty><p>{t.identity.empty}</p>
                <p>{w.emptyAdd}</p>
                <a class="button main" href={address("identity", "new")}>{words.wizard.title}</a></Empty>
            : <>{sets.map((s) => <Set key={s.id} set={s} again={found.again} />)}
                <p class="quiet">{w.states}</p>
                <p class="quiet">{w.unknowns}</p></>}
    </>;
}

function Add() {
    const apis = useResource("/tyk/apis", json<Api[]>());
    const policies = useResource("/tyk/policies", json<Policy[]>());
    if (apis.data === null || policies.data === null)
        return <><p><a href={address("identity")}>← {t.identity.title}</a></p>
            <h1>{words.wizard.title}</h1><Wait of={apis.problem ? apis : policies} /></>;
    return <AddProvider apis={apis.data} policies={policies.data}
                        onMade={() => { void apis.again(); void policies.again(); }} />;
}

export function Identity(p: {route: Route}) {
    return p.route.id === "new" ? <Add /> : <Sets />;
}

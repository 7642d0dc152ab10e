/* Key sets by URL: what is published, since when, and whether it is used. */
import {useState} from "preact/hooks";
import {call, type Api, type Key, type KeySet, type Policy} from "../control";
import {address, type Route} from "../route";
import {words} from "../text_identity";
import {ago, t} from "../text";
import {Empty, Failure, json, Notice, Table, useAction, useResource, Wait} from "../widgets";
import {AddProvider} from "./provider";

function KeyRow(p: {k: Key}) {
    const k = p.k;
    const kind = [k.kty, k.crv, k.bits ? `${k.bits} bit` : ""].filter(Boolean).join(" ");
    return <tr>
        <td><code>{k.kid || t.common.none}</code></td>
        <td><span class={k.state === "active" ? "state good" : "state off"}>
            {t.identity.states[k.state ?? ""] ?? k.state}</span></td>
        <td>{kind}{k.alg && ` ${k.alg}`}</td>
        <td>{ago(k.first_seen)}</td><td>{ago(k.last_used)}</td>
        <td><code class="short" title={k.thumbprint}>{k.thumbprint}</code></td>
    </tr>;
}

function Set(p: {set: KeySet}) {
    const s = p.set;
    return <section class="card">
        <h2 class="break">{s.issuer || s.url}</h2>
        <dl class="facts">
            {s.issuer && <><dt>URL</dt><dd class="break">{s.jwks_url ?? s.url}</dd></>}
            <dt>{t.identity.apis}</dt><dd>{(s.apis ?? []).map((id, i) => <>{i > 0 && ", "}
                <a href={address("apis", id)}>{id}</a></>)}</dd>
            <dt>{t.identity.last}</dt><dd>{ago(s.last_fetch)}</dd>
            <dt>{t.identity.next}</dt><dd>{ago(s.next_refresh)}</dd>
        </dl>
        {s.insecure && <Notice kind="warning">{t.identity.insecure}</Notice>}
        {s.fault && <Notice kind="error">{t.identity.fault} {s.fault}</Notice>}
        {(s.skipped ?? []).length > 0 && <Notice kind="warning"><p>{t.identity.skipped}</p>
            <ul>{s.skipped!.map((k) => <li><code>{k.kid}</code> {k.reason}</li>)}</ul></Notice>}
        {(s.keys ?? []).length > 0 && <Table label={t.identity.keys}
            head={[t.identity.kid, t.identity.state, t.identity.kind, t.identity.first,
                   t.identity.used, t.identity.thumb]}>
            {s.keys!.map((k) => <KeyRow k={k} />)}</Table>}
    </section>;
}

function Sets() {
    const found = useResource("/tyk/jwks", json<{sets: KeySet[]}>(), 10000);
    const {busy, problem, run} = useAction();
    const [done, setDone] = useState(false);
    const sets = found.data?.sets;
    return <>
        <div class="row"><h1>{t.identity.title}</h1>
            <div class="bar"><a class="button main" href={address("identity", "new")}>{words.wizard.title}</a>
            {sets && sets.length > 0 && <button type="button" disabled={busy}
                onClick={() => run(async () => {
                    await call("DELETE", "/tyk/cache/jwks");
                    setDone(true);
                    found.again();
                })}>{t.identity.refresh}</button>}</div></div>
        <p class="quiet">{t.identity.intro}</p>
        <Failure problem={problem} />
        {done && <Notice kind="good">{t.identity.refreshed}</Notice>}
        {!sets ? <Wait of={found} /> : sets.length === 0
            ? <Empty><p>{t.identity.empty}</p>
                <p>{words.sets.emptyAdd}</p>
                <a class="button main" href={address("identity", "new")}>{words.wizard.title}</a></Empty>
            : <>{sets.map((s) => <Set key={s.id} set={s} />)}
                <p class="quiet">{t.identity.statesHelp}</p></>}
    </>;
}

function Add() {
    const apis = useResource("/tyk/apis", json<Api[]>());
    const policies = useResource("/tyk/policies", json<Policy[]>());
    if (apis.data === null || policies.data === null)
        return <><p><a href={address("identity")}>← {t.identity.title}</a></p>
            <h1>{words.wizard.title}</h1><Wait of={apis.problem ? apis : policies} /></>;
    return <AddProvider apis={apis.data} policies={policies.data}
                        onMade={() => { apis.again(); policies.again(); }} />;
}

export function Identity(p: {route: Route}) {
    return p.route.id === "new" ? <Add /> : <Sets />;
}

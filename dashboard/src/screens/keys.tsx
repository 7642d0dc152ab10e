/* Stored keys, and what is refused from now on. */
import {useState} from "preact/hooks";
import {call, post, type Api, type Policy, type Revocation} from "../control";
import {address} from "../route";
import {ago, date, t} from "../text";
import {Check, Copy, Dialog, Empty, Failure, json, matches, Notice, Search,
        SelectField, Table, TextField, useAction, useResource, Wait} from "../widgets";

type Kind = keyof typeof t.keys.kinds;

function NewKey(p: {policies: Policy[]; onClose: () => void; onDone: () => void}) {
    const [alias, setAlias] = useState("");
    const [hours, setHours] = useState("");
    const [chosen, setChosen] = useState<string[]>([]);
    const [key, setKey] = useState<string | null>(null);
    const {busy, problem, run} = useAction();
    const create = () => run(async () => {
        const made = await post<{key: string}>("/tyk/keys", {
            alias, apply_policies: chosen,
            expires: hours === "" ? 0
                : Math.floor(Date.now() / 1000 + Number(hours) * 3600)});
        setKey(made.key);
        p.onDone();
    });
    if (p.policies.length === 0)
        return <Dialog title={t.keys.add} onClose={p.onClose}>
            <p>{t.keys.noPolicies}</p>
            <div class="bar"><a class="button main" href={address("policies", "new")}>
                {t.keys.addPolicy}</a>
                <button type="button" onClick={p.onClose}>{t.common.cancel}</button></div>
        </Dialog>;
    return <Dialog title={t.keys.add} onClose={p.onClose}>
        {key !== null ? <>
            <p>{t.keys.once}</p><Copy text={key} label={t.keys.id} />
            <div class="bar"><button type="button" onClick={p.onClose}>{t.common.close}</button></div>
        </> : <form onSubmit={(e) => { e.preventDefault(); void create(); }}>
            <Failure problem={problem} />
            <TextField label={t.keys.alias} value={alias} onInput={setAlias} autofocus />
            <fieldset><legend>{t.keys.policies}</legend><div class="list">
                {p.policies.map((x) => <Check label={x.name || x.id}
                    checked={chosen.includes(x.id)}
                    onInput={(on) => setChosen(on ? [...chosen, x.id]
                        : chosen.filter((id) => id !== x.id))} />)}</div></fieldset>
            <TextField label={t.keys.expires} type="number" value={hours}
                onInput={setHours} help={t.keys.expiresHelp} />
            <div class="bar">
                <button class="main" disabled={busy || chosen.length === 0}>{t.keys.create}</button>
                <button type="button" onClick={p.onClose}>{t.common.cancel}</button></div>
        </form>}
    </Dialog>;
}

/* Asks, then does it. */
function Ask(p: {title: string; button: string; action: () => Promise<unknown>;
                 onClose: () => void; onDone: () => void}) {
    const {busy, problem, run} = useAction();
    return <Dialog title={p.title} onClose={p.onClose}>
        <Failure problem={problem} />
        <div class="bar">
            <button type="button" class="danger" disabled={busy} onClick={() => run(async () => {
                await p.action();
                p.onDone();
            })}>{p.button}</button>
            <button type="button" onClick={p.onClose}>{t.common.cancel}</button>
        </div>
    </Dialog>;
}

function Keys() {
    const keys = useResource("/tyk/keys", json<{keys: string[]}>());
    const policies = useResource("/tyk/policies", json<Policy[]>());
    const [search, setSearch] = useState("");
    const [adds, setAdds] = useState(false);
    const [removes, setRemoves] = useState<string | null>(null);
    const [done, setDone] = useState(false);
    const found = (keys.data?.keys ?? []).filter((key) => matches(search, key));
    return <section>
        <div class="row"><h2>{t.keys.keys}</h2>
            <button type="button" class="main" disabled={policies.data === null}
                    onClick={() => setAdds(true)}>{t.keys.add}</button></div>
        {done && <Notice kind="good">{t.keys.deleted}</Notice>}
        {keys.data === null ? <Wait of={keys} />
            : keys.data.keys.length === 0 ? <Empty><p>{t.keys.empty}</p></Empty>
            : <>
                <Search value={search} onInput={setSearch} />
                {found.length === 0 ? <p class="quiet">{t.common.noHit}</p> :
                <Table label={t.keys.keys} head={[t.keys.id, t.common.actions]}>
                    {found.slice(0, 500).map((key) => <tr key={key}>
                        <td><code>{key}</code></td>
                        <td class="end"><button type="button" class="danger"
                            aria-label={`${t.common.remove} ${key}`}
                            onClick={() => setRemoves(key)}>{t.common.remove}</button></td>
                    </tr>)}
                </Table>}
            </>}
        {adds && <NewKey policies={policies.data ?? []} onClose={() => setAdds(false)}
                         onDone={keys.again} />}
        {removes !== null && <Ask title={t.keys.remove(removes)} button={t.common.remove}
            action={() => removeKey(removes)} onClose={() => setRemoves(null)}
            onDone={() => { setRemoves(null); setDone(true); keys.again(); }} />}
    </section>;
}

/* The list has hashes when the gateway keeps keys as hashes. */
async function removeKey(key: string) {
    const path = `/tyk/keys/${encodeURIComponent(key)}`;
    try {
        await call("DELETE", path);
    } catch {
        await call("DELETE", `${path}?hashed=true`);
    }
}

function Revoke(p: {apis: Api[]; onClose: () => void; onDone: () => void}) {
    const [kind, setKind] = useState<Kind>("token");
    const [value, setValue] = useState("");
    const [api, setApi] = useState("");
    const [note, setNote] = useState("");
    const {busy, problem, run} = useAction();
    const revoke = () => run(async () => {
        await post("/tyk/revocations", {
            [kind]: kind === "token" ? value.replace(/^Bearer\s+/i, "").replace(/\s/g, "") : value,
            ...(api && {api_id: api}), ...(note && {note})});
        p.onDone();
    });
    return <Dialog title={t.keys.revoke} onClose={p.onClose}>
        <form onSubmit={(e) => { e.preventDefault(); void revoke(); }}>
            <Failure problem={problem} />
            <SelectField label={t.keys.what} value={kind} options={Object.entries(t.keys.kinds)}
                         onInput={(v) => setKind(v as Kind)} />
            <TextField label={t.keys.value} value={value} onInput={setValue} required mono
                       rows={kind === "token" ? 4 : undefined}
                       help={kind === "token" ? t.keys.tokenHelp : undefined} />
            <SelectField label={t.keys.api} value={api} onInput={setApi}
                options={[["", t.common.all], ...p.apis.map((a): [string, string] =>
                    [a.api_id, a.name || a.api_id])]} />
            <TextField label={t.keys.note} value={note} onInput={setNote} help={t.common.optional} />
            <div class="bar"><button class="danger" disabled={busy}>{t.keys.revoke}</button>
                <button type="button" onClick={p.onClose}>{t.common.cancel}</button></div>
        </form>
    </Dialog>;
}

/* Which kind it is, and of what. */
function subject(r: Revocation): [string, string] {
    for (const kind of ["jti", "sub", "client", "kid"] as const)
        if (r[kind])
            return [t.keys.kinds[kind], r[kind]!];
    return [t.keys.kinds.token, r.signed_sha256 ?? r.token_sha256 ?? r.id];
}

function Revocations() {
    const list = useResource("/tyk/revocations", json<{revocations: Revocation[]}>());
    const apis = useResource("/tyk/apis", json<Api[]>());
    const [adds, setAdds] = useState(false);
    const [undoes, setUndoes] = useState<Revocation | null>(null);
    const [done, setDone] = useState("");
    const finish = (text: string) => {
        setAdds(false);
        setUndoes(null);
        setDone(text);
        list.again();
    };
    return <section>
        <div class="row"><h2>{t.keys.revocations}</h2>
            <button type="button" disabled={apis.data === null}
                    onClick={() => setAdds(true)}>{t.keys.revoke}</button></div>
        {done && <Notice kind="good">{done}</Notice>}
        {list.data === null ? <Wait of={list} />
            : list.data.revocations.length === 0 ? <Empty><p>{t.keys.noRevocations}</p></Empty>
            : <Table label={t.keys.revocations} head={[t.keys.what, t.keys.value, t.keys.api,
                t.keys.since, t.keys.until, t.keys.note, t.common.actions]}>
                {list.data.revocations.map((r) => <tr key={r.id}>
                    <td>{subject(r)[0]}</td><td><code class="short" title={subject(r)[1]}>{subject(r)[1]}</code></td>
                    <td>{r.api_id || t.common.all}</td><td>{ago(r.created)}</td>
                    <td>{r.expires ? date(r.expires) : t.common.never}</td><td>{r.note}</td>
                    <td class="end"><button type="button" aria-label={`${t.keys.undo} ${subject(r)[1]}`}
                        onClick={() => setUndoes(r)}>{t.keys.undo}</button></td>
                </tr>)}</Table>}
        {adds && <Revoke apis={apis.data ?? []} onClose={() => setAdds(false)}
                         onDone={() => finish(t.keys.revoked)} />}
        {undoes && <Ask title={t.keys.undoAsk(subject(undoes)[1])} button={t.keys.undo}
            action={() => call("DELETE", `/tyk/revocations/${encodeURIComponent(undoes.id)}`)}
            onClose={() => setUndoes(null)} onDone={() => finish(t.keys.undone)} />}
    </section>;
}

export function KeysAndRevocations() {
    return <><h1>{t.keys.title}</h1><Keys /><Revocations /></>;
}

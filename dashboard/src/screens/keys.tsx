/* Stored keys, and what is refused from now on. */
import {useState} from "preact/hooks";
import {call, namesOf, post, type Api, type KeyList, type KeyRow, type Policy,
        type Revocation} from "../control";
import {address, type Route} from "../route";
import {DataTable, type Column} from "../table";
import {ago, date, t} from "../text";
import {SplitTokens} from "./splits";
import {Ask, Choices, Copy, Dialog, Empty, Failure, json, Notice, SelectField, TextField,
        useAction, useReadOnly, useResource, Wait, When, type Resource} from "../widgets";

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
    return <Dialog title={t.keys.add} stay={busy} onClose={p.onClose}>
        {key !== null ? <>
            <p>{t.keys.once}</p><Copy text={key} label={t.keys.id} />
            <div class="bar"><button type="button" onClick={p.onClose}>{t.common.close}</button></div>
        </> : <form onSubmit={(e) => { e.preventDefault(); void create(); }}>
            <Failure problem={problem} />
            <TextField label={t.keys.alias} value={alias} onInput={setAlias} autofocus />
            <fieldset><legend>{t.keys.policies}</legend><div class="list">
                <Choices options={namesOf(p.policies)} chosen={chosen} onInput={setChosen} />
                </div></fieldset>
            <TextField label={t.keys.expires} type="number" value={hours}
                onInput={setHours} help={t.keys.expiresHelp} />
            <div class="bar">
                <button class="main" disabled={busy || chosen.length === 0}>{t.keys.create}</button>
                <button type="button" onClick={p.onClose}>{t.common.cancel}</button></div>
        </form>}
    </Dialog>;
}

/* A key is a credential: a list shows enough of it to tell it from others. */
export function masked(key: string): string {
    return /^[0-9a-f]{8,}$/.test(key) ? key.slice(0, 16)
        : key.length > 10 ? `${key.slice(0, 4)}…${key.slice(-4)}` : key;
}

const nameOf = (row: KeyRow) => row.alias || masked(row.key);

function AskRemove(p: {row: KeyRow; onClose: () => void; onDone: () => void}) {
    const policies = p.row.apply_policies ?? [];
    return <Ask title={t.keys.remove(nameOf(p.row))} button={t.common.remove}
        action={() => removeKey(p.row.key)} onClose={p.onClose} onDone={p.onDone}>
        {policies.length > 0 && <><p>{t.keys.uses}</p>
            <ul>{policies.map((id) => <li>{id}</li>)}</ul></>}
    </Ask>;
}

function Keys(p: {adding: boolean}) {
    const readOnly = useReadOnly();
    const keys = useResource("/tyk/keys?details=true", json<KeyList>());
    const policies = useResource("/tyk/policies", json<Policy[]>());
    const [adds, setAdds] = useState(p.adding);
    const [removes, setRemoves] = useState<KeyRow | null>(null);
    const [done, setDone] = useState(false);
    const details = keys.data?.details ?? [];
    const rows = (keys.data?.keys ?? []).map((key, i): KeyRow =>
        details[i]?.key === key ? details[i] : {key});
    const columns: Column<KeyRow>[] = [
        {head: t.keys.id, sort: (row) => row.key, cell: (row) => <code>{masked(row.key)}</code>},
        {head: t.keys.alias, sort: (row) => row.alias ?? "", cell: (row) => row.alias},
        {head: t.keys.policies, sort: (row) => (row.apply_policies ?? []).join(),
         cell: (row) => (row.apply_policies ?? []).map((id, i) => <>{i > 0 && ", "}
             <a href={address("policies", id)}>{id}</a></>)},
        {head: t.keys.ends, sort: (row) => row.expires || Infinity, cell: (row) =>
            <When at={row.expires} />},
        {head: t.common.actions, class: "end", cell: (row) => <button type="button" class="danger" disabled={readOnly}
            aria-label={`${t.common.remove} ${nameOf(row)}`}
            onClick={() => setRemoves(row)}>{t.common.remove}</button>},
    ];
    return <section>
        <div class="row"><h2>{t.keys.keys}</h2>
            <button type="button" class="main" disabled={readOnly || policies.data === null}
                    onClick={() => setAdds(true)}>{t.keys.add}</button></div>
        {done && <Notice kind="good">{t.keys.deleted}</Notice>}
        {keys.data === null ? <Wait of={keys} />
            : rows.length === 0 ? <Empty><p>{t.keys.empty}</p></Empty>
            : <>{details.length < rows.length && <p class="quiet">{t.keys.more(details.length)}</p>}
                <DataTable name="keys" label={t.keys.keys} rows={rows} columns={columns}
                    id={(row) => row.key}
                    words={(row) => [row.key, row.alias, ...row.apply_policies ?? []]} /></>}
        {adds && !readOnly && policies.data !== null && <NewKey policies={policies.data} onClose={() => setAdds(false)}
                         onDone={keys.again} />}
        {removes !== null && <AskRemove row={removes} onClose={() => setRemoves(null)}
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

function revocationColumns(undo: (r: Revocation) => void, readOnly: boolean): Column<Revocation>[] {
    return [
        {head: t.keys.what, sort: (r) => subject(r)[0], cell: (r) => subject(r)[0]},
        {head: t.keys.value, sort: (r) => subject(r)[1], cell: (r) =>
            <code class="short" title={subject(r)[1]}>{subject(r)[1]}</code>},
        {head: t.keys.api, sort: (r) => r.api_id ?? "", cell: (r) => r.api_id || t.common.all},
        {head: t.keys.since, sort: (r) => Number(r.created ?? 0), cell: (r) => ago(r.created)},
        {head: t.keys.until, sort: (r) => r.expires || Infinity,
         cell: (r) => r.expires ? date(r.expires) : t.common.never},
        {head: t.keys.note, sort: (r) => r.note ?? "", cell: (r) => r.note},
        {head: t.common.actions, class: "end", cell: (r) => <button type="button" disabled={readOnly}
            aria-label={`${t.keys.undo} ${subject(r)[1]}`} onClick={() => undo(r)}>{t.keys.undo}</button>},
    ];
}

function Revocations(p: {adding: boolean; apis: Resource<Api[]>}) {
    const readOnly = useReadOnly();
    const list = useResource("/tyk/revocations", json<{revocations: Revocation[]}>());
    const {adding, apis} = p;
    const [adds, setAdds] = useState(adding);
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
            <button type="button" disabled={readOnly || apis.data === null}
                    onClick={() => setAdds(true)}>{t.keys.revoke}</button></div>
        {done && <Notice kind="good">{done}</Notice>}
        {list.data === null ? <Wait of={list} />
            : list.data.revocations.length === 0 ? <Empty><p>{t.keys.noRevocations}</p></Empty>
            : <DataTable name="revoked" label={t.keys.revocations} rows={list.data.revocations}
                id={(r) => r.id} words={(r) => [...subject(r), r.api_id, r.note]}
                columns={revocationColumns(setUndoes, readOnly)} />}
        {adds && !readOnly && apis.data !== null && <Revoke apis={apis.data} onClose={() => setAdds(false)}
                         onDone={() => finish(t.keys.revoked)} />}
        {undoes && <Ask title={t.keys.undoAsk(subject(undoes)[1])} button={t.keys.undo}
            action={() => call("DELETE", `/tyk/revocations/${encodeURIComponent(undoes.id)}`)}
            onClose={() => setUndoes(null)} onDone={() => finish(t.keys.undone)} />}
    </section>;
}

/* "?do=add" and "?do=revoke": what the command bar asks for. */
export function KeysAndRevocations(p: {route: Route}) {
    const wanted = p.route.query.get("do");
    const apis = useResource("/tyk/apis", json<Api[]>());
    return <><h1>{t.keys.title}</h1>
        <Keys adding={wanted === "add"} /><SplitTokens apis={apis} />
        <Revocations adding={wanted === "revoke"} apis={apis} /></>;
}
